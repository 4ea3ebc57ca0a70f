//! Special functions that `#[differentiate]` knows, and [`detach`].
//!
//! All work for `f32` and `f64` (`f32` is computed in `f64` and rounded). On the tested points the
//! `f64` results are within a relative error of 1e-15, except where noted; the points and their values
//! to 40 digits come from `tests/references/special.py`.

mod coefficients;

/// Types of the functions' names. Generated code compares them with what a function's name means where
/// it is called, so that a user's own `erf` is never taken for this one.
macro_rules! twins {
    ($($name:ident)*) => {
        $(#[doc(hidden)] #[allow(non_camel_case_types, missing_debug_implementations)] pub enum $name {})*
    };
}

twins! { erf erfc norm_cdf ln_gamma digamma trigamma polygamma sech_squared detach }

mod error_function;
mod gamma;

/// What the functions' names answer when a caller asks for their signatures, as it asks annotated
/// functions: that they are those that the compiler knows.
#[doc(hidden)]
#[macro_export]
macro_rules! __special {
    ([$($crate_path:tt)*] $($state:tt)*) => {
        $($crate_path)*::__private::resume! { [special] [$($crate_path)*] $($state)* }
    };
}

#[doc(hidden)]
pub use crate::__special as detach;
#[doc(hidden)]
pub use crate::__special as digamma;
#[doc(hidden)]
pub use crate::__special as erf;
#[doc(hidden)]
pub use crate::__special as erfc;
#[doc(hidden)]
pub use crate::__special as ln_gamma;
#[doc(hidden)]
pub use crate::__special as norm_cdf;

use crate::float::Float;

/// A polynomial in `u = (x - middle) * scale`, which runs over [-1, 1] on the interval it was made for.
struct Fit<const N: usize> {
    middle: f64,
    scale: f64,
    coefficients: [f64; N],
}

impl<const N: usize> Fit<N> {
    /// The value at `x`, by Horner's rule.
    #[inline]
    fn at(&self, x: f64) -> f64 {
        let u = (x - self.middle) * self.scale;
        self.coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * u + coefficient)
    }
}

/// The error function `erf(x) = 2/√π ∫₀ˣ exp(-t²) dt`.
///
/// `erf(±0) = ±0`, `erf(±inf) = ±1`. Its derivative is `2/√π exp(-x²)`.
///
/// ```
/// use autodiff_core::special::erf;
/// assert_eq!(erf(0.5), 0.5204998778130465);
/// ```
///
/// Computed from polynomial fits of `erf(x)/x` below 1, and from [`erfc`] above.
#[must_use]
#[inline]
pub fn erf<T: Float>(x: T) -> T {
    T::from_f64(error_function::erf(x.to_f64()))
}

/// The complementary error function `erfc(x) = 1 - erf(x)`, without cancellation for large `x`.
///
/// `erfc(inf) = 0`, `erfc(-inf) = 2`. Its derivative is `-2/√π exp(-x²)`.
///
/// ```
/// use autodiff_core::special::erfc;
/// assert!((erfc(10.0_f64) / 2.088487583762545e-45 - 1.0).abs() < 1e-15);
/// ```
///
/// Computed as `exp(-x²)` times polynomial fits of `exp(x²) erfc(x)`, the way of W. J. Cody, "Rational
/// Chebyshev approximations for the error function", Math. Comp. 23 (1969); `x` is split in two parts
/// so that `x²` does not lose digits.
#[must_use]
#[inline]
pub fn erfc<T: Float>(x: T) -> T {
    T::from_f64(error_function::erfc(x.to_f64()))
}

/// The cumulative distribution function of the standard normal distribution, `erfc(-x/√2) / 2`,
/// accurate in both tails.
///
/// Its derivative is the density `exp(-x²/2) / √(2π)`.
///
/// ```
/// use autodiff_core::special::norm_cdf;
/// assert_eq!(norm_cdf(0.0), 0.5);
/// assert!((norm_cdf(-1.959963984540054_f64) - 0.025).abs() < 1e-16);
/// ```
#[must_use]
#[inline]
pub fn norm_cdf<T: Float>(x: T) -> T {
    T::from_f64(error_function::norm_cdf(x.to_f64()))
}

/// The logarithm of the absolute value of the gamma function, `ln |Γ(x)|`.
///
/// `inf` at the poles 0, -1, -2, … and at `±inf`; exactly 0 at 1 and 2. Its derivative is
/// [`digamma`]. Near its zeros at negative `x` the error is absolute, not relative.
///
/// ```
/// use autodiff_core::special::ln_gamma;
/// assert!((ln_gamma(5.0) - 24.0_f64.ln()).abs() < 1e-15);
/// assert_eq!(ln_gamma(2.0), 0.0);
/// ```
///
/// Computed from polynomial fits on \[1, 3\], the recurrence `Γ(x + 1) = x Γ(x)`, Stirling's series
/// above 10 and the reflection formula below 0 (DLMF 5.5.1, 5.5.3, 5.11.1).
#[must_use]
#[inline]
pub fn ln_gamma<T: Float>(x: T) -> T {
    T::from_f64(gamma::ln_gamma(x.to_f64()))
}

/// The digamma function `ψ(x) = d/dx ln Γ(x)`.
///
/// `-inf` at +0, `inf` at -0, NaN at -1, -2, … (the sides differ) and at `-inf`, `inf` at `inf`. Its
/// derivative is [`trigamma`]. Near its zeros at negative `x` the error is absolute, not relative.
///
/// ```
/// use autodiff_core::special::digamma;
/// assert!((digamma(1.0_f64) + 0.5772156649015329).abs() < 1e-15); // minus Euler's constant
/// ```
///
/// Computed from polynomial fits of `ψ(x) / (x - x₀)` on \[1, 4\], where x₀ is the zero, the
/// recurrence, the asymptotic series above 10 and the reflection formula below 0
/// (DLMF 5.5.2, 5.5.4, 5.11.2).
#[must_use]
#[inline]
pub fn digamma<T: Float>(x: T) -> T {
    T::from_f64(gamma::digamma(x.to_f64()))
}

/// The trigamma function `ψ′(x)`, the derivative of [`digamma`].
///
/// `inf` at the poles 0, -1, -2, …, 0 at `inf`, NaN at `-inf`.
///
/// ```
/// use autodiff_core::special::trigamma;
/// assert!((trigamma(1.0_f64) - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-15);
/// ```
#[must_use]
#[inline]
pub fn trigamma<T: Float>(x: T) -> T {
    T::from_f64(gamma::polygamma(x.to_f64(), 1))
}

/// The polygamma function `ψ⁽ⁿ⁾(x)`: the `n`-th derivative of [`digamma`], NaN unless
/// `0 <= n <= 170` (beyond, `n!` leaves the range of `f64`).
///
/// At the poles 0, -1, -2, … it is `inf` for odd `n` and NaN for even `n` (the sides differ), except
/// at ±0, where the sign tells the side. Near zeros at negative `x` the error is absolute, not relative.
///
/// ```
/// use autodiff_core::special::polygamma;
/// assert!((polygamma(1.0_f64, 2) + 2.404113806319188).abs() < 1e-14); // -2 ζ(3)
/// ```
///
/// Computed from `ψ⁽ⁿ⁾(x) = (-1)ⁿ⁺¹ n! ζ(n + 1, x)`, with the Hurwitz zeta function by Euler-Maclaurin
/// summation (DLMF 25.11.12, 2.10.1).
#[must_use]
#[inline]
pub fn polygamma<T: Float>(x: T, n: i32) -> T {
    T::from_f64(gamma::polygamma(x.to_f64(), n))
}

/// `sech² x = 1 / cosh² x`, the derivative of `tanh`, which `1 - tanh² x` loses to cancellation where
/// `tanh` saturates.
///
/// 1 at ±0, 0 at ±`inf`.
///
/// ```
/// use autodiff_core::special::sech_squared;
/// assert_eq!(sech_squared(0.0), 1.0);
/// assert!((sech_squared(20.0_f64) - 4.0 * (-40.0_f64).exp()).abs() < 1e-31);
/// ```
///
/// Computed from `sech x = 2 h / (1 + h²)` with `h = exp(-|x|)`, which neither overflows nor cancels
/// (DLMF 4.28.9).
#[must_use]
#[inline]
pub fn sech_squared<T: Float>(x: T) -> T {
    let half = (-x.to_f64().abs()).exp();
    let sech = (half + half) / (1.0 + half * half);
    T::from_f64(sech * sech)
}

/// `x` itself, with zero derivative: what depends on it through here does not count.
///
/// ```
/// use autodiff_core::special::detach;
/// assert_eq!(detach(1.5), 1.5);
/// ```
#[must_use]
#[inline]
pub fn detach<T: Float>(x: T) -> T {
    x
}
