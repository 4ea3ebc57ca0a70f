//! The functions whose compile time `cargo xtask compile-time` measures: their gradients by hand are those that are
//! emitted, or the comparison would be one of different things.

#![allow(unreachable_pub)] // the functions are shared with a command

#[path = "../benches/compile_time/lanes.rs"]
mod lanes;
#[path = "../benches/compile_time/scalar.rs"]
mod scalar;
#[path = "../benches/compile_time/sequential.rs"]
mod sequential;

const SHIFT: f64 = 1.25;

/// Floats, in order.
trait Floats {
    fn floats(&self) -> Vec<f64>;
}

impl Floats for f64 {
    fn floats(&self) -> Vec<f64> {
        vec![*self]
    }
}

impl<const N: usize> Floats for [f64; N] {
    fn floats(&self) -> Vec<f64> {
        self.to_vec()
    }
}

impl Floats for Vec<f64> {
    fn floats(&self) -> Vec<f64> {
        self.clone()
    }
}

impl<A: Floats, B: Floats> Floats for (A, B) {
    fn floats(&self) -> Vec<f64> {
        [self.0.floats(), self.1.floats()].concat()
    }
}

#[track_caller]
fn same<T: Floats>(emitted: T, by_hand: T) {
    let (emitted, by_hand) = (emitted.floats(), by_hand.floats());
    let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-12 * (1.0 + a.abs().max(b.abs()));
    assert!(emitted.iter().zip(&by_hand).all(close), "{emitted:?}, by hand {by_hand:?}");
    assert_eq!(emitted.len(), by_hand.len());
}

/// Value and gradient of a function, emitted and by hand.
macro_rules! compare {
    ($module:ident: $($name:ident, $by_hand:ident ($($argument:expr),*);)*) => {
        $(same($module::$name::value_and_gradient($($argument),*), $module::$by_hand($($argument),*));)*
    };
}

#[test]
fn formulas() {
    compare! { scalar:
        rosenbrock, rosenbrock_by_hand (0.3, -0.7);
        himmelblau, himmelblau_by_hand (1.3, -0.7);
        beale, beale_by_hand (1.3, 0.6);
        gaussian, gaussian_by_hand (1.3, 0.6, 1.7);
        cross_entropy, cross_entropy_by_hand ([0.3, -0.2, 0.5], [1.5, 2.5], 1.0);
        michaelis_menten, michaelis_menten_by_hand (1.3, 0.6, 0.9, 0.7);
        pendulum, pendulum_by_hand (0.6, 1.2);
        stretch, stretch_by_hand ([1.0, 2.0, 3.0], [0.5, -0.4, 1.5]);
        kepler, kepler_by_hand (0.9, 0.2);
        arrhenius, arrhenius_by_hand (3.0, 1.2, 1.5, 0.4);
        huber, huber_by_hand (0.5, 0.2, 1.0, 1.5);
        huber, huber_by_hand (0.5, 0.2, 1.0, 5.5);
        projection, projection_by_hand (2.0, [0.5, 0.7, 1.9], [0.3, 0.8]);
    }
}

#[test]
fn recurrences() {
    let series = [0.3, -0.4, 0.9, 1.4, -1.1];
    compare! { sequential:
        logistic_map, logistic_map_by_hand (1.1, 0.3, 9);
        oscillator, oscillator_by_hand (1.4, 0.3, 20);
        smoothing, smoothing_by_hand (0.3, &series);
        horner, horner_by_hand (&series, 0.7);
        volatility, volatility_by_hand ([0.2, 0.3, 0.4], &series);
    }
}

#[test]
fn independent_iterations() {
    let x: Vec<f64> = (0..37).map(|k| 0.03 * f64::from(k) - 0.4).collect();
    let y: Vec<f64> = x.iter().map(|x| if *x > 0.2 { 1.0 } else { 0.0 }).collect();
    compare! { lanes:
        parabola, parabola_by_hand (&[0.4, -0.3, 0.8], &x, &y);
        classes, classes_by_hand (&[0.4, -0.3, 0.8], &x, &y);
        counts, counts_by_hand (&[0.4, -0.3], &x, &y);
        decay, decay_by_hand (&[0.4, -0.3, 0.8], &x, &y);
        chain, chain_by_hand (&x);
    }
}
