//! The losses: annotated, with the gradient by hand, and over the numbers of other crates, all as the mathematics reads.

use autodiff_core::differentiate;

/// The sum of 100 (xᵢ₊₁ - xᵢ²)² + (1 - xᵢ)² (Rosenbrock, 1960).
#[differentiate]
pub fn rosenbrock(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let (rise, rest) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
        sum += 100.0 * (rise * rise) + rest * rest;
    }
    sum
}

/// The same of an array of two numbers.
#[differentiate]
pub fn rosenbrock_of_2(x: &[f64; 2]) -> f64 {
    100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2)
}

/// The sum of the squared errors of a parabola.
#[differentiate(wrt(w))]
pub fn parabola(w: &[f64; 3], x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (x, y) in x.iter().zip(y) {
        let error = w[0] * (x * x) + w[1] * x + w[2] - y;
        sum += error * error;
    }
    sum
}

/// The loss of a logistic regression with four features.
#[differentiate(wrt(w))]
pub fn logistic(w: &[f64; 4], x: [&[f64]; 4], y: &[f64]) -> f64 {
    let mut loss = 0.0;
    for i in 0..y.len() {
        let score = w[0] * x[0][i] + w[1] * x[1][i] + w[2] * x[2][i] + w[3] * x[3][i];
        loss += (score.exp() + 1.0).ln() - score * y[i];
    }
    loss
}

/// The gradients by hand, one row after the other.
pub mod by_hand {
    pub fn rosenbrock(x: &[f64], slope: &mut [f64]) {
        slope.fill(0.0);
        for i in 0..x.len() - 1 {
            let (rise, rest) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
            slope[i] -= 400.0 * x[i] * rise + 2.0 * rest;
            slope[i + 1] += 200.0 * rise;
        }
    }

    pub fn parabola(w: &[f64; 3], x: &[f64], y: &[f64]) -> [f64; 3] {
        let mut slope = [0.0; 3];
        for (x, y) in x.iter().zip(y) {
            let twice = 2.0 * (w[0] * (x * x) + w[1] * x + w[2] - y);
            slope[0] += twice * (x * x);
            slope[1] += twice * x;
            slope[2] += twice;
        }
        slope
    }

    pub fn logistic(w: &[f64; 4], x: [&[f64]; 4], y: &[f64]) -> [f64; 4] {
        let mut slope = [0.0; 4];
        let x = x.map(|column| &column[..y.len()]);
        for i in 0..y.len() {
            let score = w[0] * x[0][i] + w[1] * x[1][i] + w[2] * x[2][i] + w[3] * x[3][i];
            let exp = score.exp();
            let by_score = exp / (exp + 1.0) - y[i];
            for k in 0..4 {
                slope[k] += by_score * x[k][i];
            }
        }
        slope
    }
}

/// symdiff takes formulas of so many numbers, without loops.
pub mod symbolic {
    /// The function of Rosenbrock of two numbers; its gradient is what is called.
    #[allow(dead_code)]
    #[symdiff::gradient(var = x, dim = 2)]
    pub fn rosenbrock(x: &[f64]) -> f64 {
        100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2)
    }
}

/// The losses over a number type. `lift` makes of a constant what the type can be added to and multiplied by, `number`
/// a number of the type.
macro_rules! losses {
    ($(#[$doc:meta])* $module:ident: $number:ty, $lift:expr, $of:expr, $uses:path) => {
        $(#[$doc])*
        // Each type is asked about some of them.
        #[allow(dead_code, unused_imports, clippy::clone_on_copy, clippy::redundant_closure_call)]
        pub mod $module {
            use $uses as _;

            pub fn rosenbrock(x: &[$number]) -> $number {
                let mut sum: $number = ($of)(0.0);
                for i in 0..x.len() - 1 {
                    let rise = x[i + 1].clone() - x[i].clone() * x[i].clone();
                    let rest = x[i].clone() - ($lift)(1.0);
                    sum += (rise.clone() * rise) * ($lift)(100.0) + rest.clone() * rest;
                }
                sum
            }

            pub fn parabola(w: &[$number], x: &[f64], y: &[f64]) -> $number {
                let mut sum: $number = ($of)(0.0);
                for (x, y) in x.iter().zip(y) {
                    let by = [($lift)(x * x), ($lift)(*x)];
                    let error = w[0].clone() * by[0] + w[1].clone() * by[1] + w[2].clone()
                        - ($lift)(*y);
                    sum += error.clone() * error;
                }
                sum
            }

            pub fn logistic(w: &[$number], x: [&[f64]; 4], y: &[f64]) -> $number {
                let mut loss: $number = ($of)(0.0);
                for i in 0..y.len() {
                    let term = |k: usize| w[k].clone() * ($lift)(x[k][i]);
                    let score = term(0) + term(1) + term(2) + term(3);
                    loss += (score.clone().exp() + ($lift)(1.0)).ln() - score * ($lift)(y[i]);
                }
                loss
            }
        }
    };
}

losses! {
    /// num-dual, with as many tangents as there are numbers.
    num_dual_dynamic: num_dual::DualDVec64, |x: f64| x, num_dual::DualDVec64::from_re, num_dual::DualNum
}
losses! {
    /// num-dual, with three tangents.
    num_dual_of_3: num_dual::DualSVec64<3>, |x: f64| x, num_dual::DualSVec64::<3>::from_re, num_dual::DualNum
}
losses! {
    /// num-dual, with four tangents.
    num_dual_of_4: num_dual::DualSVec64<4>, |x: f64| x, num_dual::DualSVec64::<4>::from_re, num_dual::DualNum
}
losses! {
    /// ad_trait, reverse mode.
    ad_trait_reverse: ad_trait::reverse_ad::adr::adr, ad_trait::F64, ad_trait::AD::constant, simba::scalar::ComplexField
}
losses! {
    /// ad_trait, with three tangents.
    ad_trait_of_3: ad_trait::forward_ad::adfn::adfn<3>, ad_trait::F64, ad_trait::AD::constant, simba::scalar::ComplexField
}
losses! {
    /// ad_trait, with four tangents.
    ad_trait_of_4: ad_trait::forward_ad::adfn::adfn<4>, ad_trait::F64, ad_trait::AD::constant, simba::scalar::ComplexField
}
losses! {
    /// echidna, reverse mode.
    echidna_reverse: echidna::Reverse<f64>, |x: f64| x, echidna::Reverse::constant, num_traits::Float
}
losses! {
    /// echidna, on a tape that is recorded once.
    echidna_recorded: echidna::BReverse<f64>, |x: f64| x, echidna::BReverse::constant, num_traits::Float
}
losses! {
    /// echidna, with three tangents.
    echidna_of_3: echidna::DualVec<f64, 3>, |x: f64| x, echidna::DualVec::constant, num_traits::Float
}
losses! {
    /// echidna, with four tangents.
    echidna_of_4: echidna::DualVec<f64, 4>, |x: f64| x, echidna::DualVec::constant, num_traits::Float
}
