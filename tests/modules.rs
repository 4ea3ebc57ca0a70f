//! `#[differentiate] mod`: the methods of all `impl` blocks of a module know each other.

#![allow(unreachable_pub)] // as users write

use autodiff_core::differentiate;

#[differentiate]
mod spring {
    use autodiff_core::Differentiable;

    #[derive(Clone, Debug, Differentiable)]
    pub struct Material {
        pub stiffness: f64,
        pub damping: f64,
    }

    #[derive(Clone, Debug, Differentiable)]
    pub struct Body {
        pub material: Material,
        pub position: f64,
        pub velocity: f64,
    }

    impl Material {
        #[differentiate(wrt(self, stretch, speed))]
        pub fn force(&self, stretch: f64, speed: f64) -> f64 {
            -self.stiffness * stretch * (1.0 + stretch * stretch) - self.damping * speed
        }

        /// Both forces: of the spring and of the damper.
        #[differentiate(wrt(self, stretch, speed))]
        pub fn forces(&self, stretch: f64, speed: f64) -> (f64, f64) {
            (-self.stiffness * stretch, -self.damping * speed)
        }
    }

    impl Body {
        #[differentiate(wrt(self))]
        pub fn step(&mut self, dt: f64) {
            let force = self.material.force(self.position, self.velocity);
            let (spring, damper) = self.material.forces(self.position, self.velocity);
            self.velocity += dt * (force + 0.1 * spring * damper);
            self.position += dt * self.velocity;
        }
    }

    /// How far the body is from rest after some steps.
    #[differentiate]
    pub fn rest(stiffness: f64, damping: f64, steps: usize) -> f64 {
        let material = Material { stiffness, damping };
        let mut body = Body { material, position: 1.0, velocity: 0.0 };
        for _ in 0..steps {
            body.step(0.05);
        }
        body.position.powi(2) + body.velocity.powi(2)
    }

    /// Not marked: stays as it is.
    pub fn describe(body: &Body) -> String {
        format!("{} {}", body.position, body.velocity)
    }
}

#[test]
fn methods_of_a_module_call_each_other() {
    let body = spring::Body {
        material: spring::Material { stiffness: 1.0, damping: 0.5 },
        position: 2.0,
        velocity: 0.0,
    };
    assert_eq!(spring::describe(&body), "2 0");
    let (by_stiffness, by_damping) = spring::rest::gradient(3.0, 0.4, 20);
    let slope = |f: &dyn Fn(f64) -> f64| {
        let wide = (f(1e-3) - f(-1e-3)) / 2e-3;
        let narrow = (f(5e-4) - f(-5e-4)) / 1e-3;
        (4.0 * narrow - wide) / 3.0
    };
    let expected = slope(&|h| spring::rest(3.0 + h, 0.4, 20));
    assert!((by_stiffness - expected).abs() < 1e-8, "{by_stiffness} {expected}");
    let expected = slope(&|h| spring::rest(3.0, 0.4 + h, 20));
    assert!((by_damping - expected).abs() < 1e-8, "{by_damping} {expected}");
}
