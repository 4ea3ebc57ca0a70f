//! Value, gradient and Hessian by the static second-order numbers of `num-dual`.

use nalgebra::SVector;
use num_dual::{Dual2SVec64, DualNum, hessian};

/// By `function` of second-order numbers.
fn of<const N: usize>(
    at: &[f64; N],
    function: impl Fn([Dual2SVec64<N>; N]) -> Dual2SVec64<N>,
) -> (f64, [f64; N], [[f64; N]; N]) {
    let at = SVector::<f64, N>::from(*at);
    let (value, gradient, hessian) = hessian(|x: SVector<_, N>| function(x.into()), &at);
    (value, gradient.into(), hessian.into())
}

/// The curve of two compartments after a bolus.
pub(crate) fn concentration(p: &[f64; 4], dose: f64, t: f64) -> (f64, [f64; 4], [[f64; 4]; 4]) {
    of(p, |[clearance, v1, q, v2]| {
        let (k10, k12, k21) = (clearance / v1, q / v1, q / v2);
        let sum = k10 + k12 + k21;
        let root = (sum * sum - k10 * k21 * 4.0).sqrt();
        let (alpha, beta) = ((sum + root) * 0.5, (sum - root) * 0.5);
        let fast = (alpha - k21) / (alpha - beta) * (-alpha * t).exp();
        let slow = (k21 - beta) / (alpha - beta) * (-beta * t).exp();
        v1.recip() * dose * (fast + slow)
    })
}

/// The function of Rosenbrock of some numbers.
pub(crate) fn rosenbrock<const N: usize>(at: &[f64; N]) -> (f64, [f64; N], [[f64; N]; N]) {
    of(at, |x| {
        let mut sum = Dual2SVec64::from_re(0.0);
        for i in 0..N - 1 {
            sum += (-x[i] + 1.0).powi(2) + (x[i + 1] - x[i] * x[i]).powi(2) * 100.0;
        }
        sum
    })
}
