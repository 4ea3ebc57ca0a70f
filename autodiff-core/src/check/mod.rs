//! Checks a gradient against differences of the function's values.
//!
//! For users who want to see for themselves, or who write a gradient by hand:
//!
//! ```
//! use autodiff_core::check;
//!
//! let value = |&[x, y]: &[f64; 2]| x * x * y + y.sin();
//! let slope = |&[x, y]: &[f64; 2]| [2.0 * x * y, x * x + y.cos()];
//! let report = check::gradient(value, slope, &[1.5, -0.5])?;
//! println!("{report}");
//!
//! let wrong = |&[x, y]: &[f64; 2]| [2.0 * x * y, x * x - y.cos()];
//! let failure = check::gradient(value, wrong, &[1.5, -0.5]).unwrap_err();
//! assert!(failure.to_string().contains("parameters[1]"));
//! # Ok::<(), check::Failure>(())
//! ```
//!
//! Every component is compared with a Richardson-extrapolated central difference, at the given point
//! and at random points around it. What differences cannot decide is not called wrong, but counted in
//! the [`Report`]:
//!
//! * At a **kink** (`abs` at 0, a tie in `max`) the slopes from the left and from the right differ; any
//!   value between them is accepted.
//! * Where the function is **not finite nearby** (`ln` at a random point below 0, `sqrt` at 0), or so
//!   rough that differences do not converge, the component is undecided.

mod differences;

use crate::differentiable::{ParameterPath, Parameters, Visitor};
use crate::float::Float;
use crate::optimize::SettingError;
use differences::{Estimate, Slope};
use std::fmt;

/// How [`gradient_with`] checks.
///
/// ```
/// use autodiff_core::check::{self, Options};
///
/// let options = Options { random_points: 100, seed: 7, ..Options::default() };
/// let report = check::gradient_with(|x: &f64| x.exp(), |x: &f64| x.exp(), &0.3, &options)?;
/// assert_eq!((report.points, report.components), (101, 101));
/// # Ok::<(), check::Failure>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Largest relative error (absolute for numbers below 1 in size). `None`: ten times the square root
    /// of the loss type's epsilon, 1.5e-7 for `f64` and 3.5e-3 for `f32`.
    pub tolerance: Option<f64>,
    /// How many points around the given one are tried too.
    pub random_points: usize,
    /// How far away they are: each float x becomes x + spread · max(|x|, 1) · u with u uniform in
    /// [-1, 1]. Choose it such that the points stay where the function makes sense.
    pub spread: f64,
    /// Seed of the random points.
    pub seed: u64,
    /// At each point at most this many components are tried, chosen at random.
    pub components: usize,
    /// What the parameters are called in messages.
    pub name: &'static str,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tolerance: None,
            random_points: 8,
            spread: 0.1,
            seed: 0,
            components: 256,
            name: "parameters",
        }
    }
}

/// One component of the gradient and what differences say.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The component: `parameters.weights[3]`.
    pub component: String,
    /// At which point: 0 is the given one, 1, 2, … the random ones.
    pub point: usize,
    /// The value of the float that is differentiated by, at that point.
    pub at: f64,
    /// The gradient's component.
    pub analytic: f64,
    /// The difference quotient.
    pub numeric: f64,
    /// How uncertain the difference quotient is.
    pub uncertainty: f64,
    /// `|analytic - numeric| / max(1, |analytic|, |numeric|)`
    pub relative_error: f64,
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { component, point, at, analytic, numeric, uncertainty, relative_error } = self;
        let place = if *point == 0 {
            "the given point".to_owned()
        } else {
            format!("random point {point}")
        };
        write!(
            f,
            "{component} = {at} at {place}: gradient {analytic:e}, differences {numeric:e} \
             (± {uncertainty:.0e}), relative error {relative_error:.1e}"
        )
    }
}

/// The result of a check that found nothing wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Points tried.
    pub points: usize,
    /// Components compared, over all points.
    pub components: usize,
    /// Of these, at a kink, with a value between the slopes on both sides.
    pub kinks: usize,
    /// Components that differences could not decide, because the function is not finite nearby or too
    /// rough.
    pub undecided: usize,
    /// The comparison with the largest relative error, kinks left aside.
    pub worst: Option<Comparison>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { points, components, kinks, undecided, worst } = self;
        write!(f, "{components} components at {points} points agree with differences")?;
        if *kinks > 0 {
            write!(f, ", {kinks} of them at a kink")?;
        }
        if *undecided > 0 {
            write!(f, "; {undecided} more could not be decided")?;
        }
        match worst {
            Some(worst) => write!(f, "; the worst is {worst}"),
            None => Ok(()),
        }
    }
}

/// The gradient is wrong, or could not be checked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// Components disagree with differences; the worst one is described.
    #[error(
        "the gradient disagrees with differences in {count} of {components} components; the worst: {worst}"
    )]
    Mismatch {
        /// The worst disagreement.
        worst: Box<Comparison>,
        /// How many components disagree, over all points.
        count: usize,
        /// How many were compared.
        components: usize,
    },
    /// The value that a rule returns is not the function's.
    #[error("the rule says that the value is {found}, the function says {expected}")]
    Value {
        /// The function's value.
        expected: f64,
        /// The rule's value.
        found: f64,
    },
    /// The function has no finite value at the given point.
    #[error("the function is {value} at the given point: there is no gradient to check")]
    ValueNotFinite {
        /// Its value.
        value: f64,
    },
    /// Not one component could be decided: nothing is known about the gradient.
    #[error(
        "differences could not decide any of {undecided} components: the function is not finite \
         around the points, or too rough"
    )]
    Undecided {
        /// How many there were.
        undecided: usize,
    },
    /// An option makes no sense.
    #[error(transparent)]
    Setting(#[from] SettingError),
}

/// Checks `gradient` against differences of `value` at `point` and at eight random points near it.
///
/// `value` and `gradient` are usually `|p| f(p, …)` and `|p| f::gradient(p, …)`.
///
/// # Errors
///
/// A [`Failure`] that names the worst component.
///
/// # Panics
///
/// If a `Vec` in the gradient has another length than its counterpart in the point.
pub fn gradient<P, L>(
    value: impl FnMut(&P) -> L,
    gradient: impl FnMut(&P) -> P::Tangent,
    point: &P,
) -> Result<Report, Failure>
where
    P: Parameters + Clone,
    L: Float,
{
    gradient_with(value, gradient, point, &Options::default())
}

/// As [`gradient`](fn@gradient), with [`Options`].
///
/// # Errors
///
/// A [`Failure`] that names the worst component, or the option that makes no sense.
///
/// # Panics
///
/// If a `Vec` in the gradient has another length than its counterpart in the point.
pub fn gradient_with<P, L>(
    mut value: impl FnMut(&P) -> L,
    mut gradient: impl FnMut(&P) -> P::Tangent,
    point: &P,
    options: &Options,
) -> Result<Report, Failure>
where
    P: Parameters + Clone,
    L: Float,
{
    let tolerance = options.tolerance.unwrap_or(10.0 * L::EPSILON.sqrt().to_f64());
    SettingError::not_negative("tolerance", tolerance)?;
    SettingError::not_negative("spread", options.spread)?;
    let at_point = value(point).to_f64();
    if !at_point.is_finite() {
        return Err(Failure::ValueNotFinite { value: at_point });
    }

    let mut random = Random(options.seed);
    let mut report = Report { points: 0, components: 0, kinks: 0, undecided: 0, worst: None };
    let mut mismatches = 0;
    let mut worst_mismatch: Option<Comparison> = None;
    for index in 0..=options.random_points {
        let mut here = point.clone();
        if index > 0 {
            let zeros = here.zero_tangent();
            let mut jitter = Jitter { spread: options.spread, random: &mut random };
            here.walk(&zeros, ROOT, &mut jitter);
        }
        report.points += 1;
        let slopes = gradient(&here);
        let mut count = Count(0);
        here.walk(&slopes, ROOT, &mut count);
        let center = value(&here).to_f64();
        for component in random.choose(count.0, options.components) {
            let mut probe = here.clone();
            let mut look = Look { component, offset: 0, found: None };
            probe.walk(&slopes, ParameterPath::Root(options.name), &mut look);
            let Some(Found { name, at, analytic, epsilon }) = look.found else { continue };
            // The function along this component alone. Only representable abscissas: `x` is rounded to
            // the float's type, and the caller divides by the distance that was really gone.
            let mut along = |x: f64| {
                let mut set = Set { component, offset: 0, value: x, actual: x };
                probe.walk(&slopes, ROOT, &mut set);
                (set.actual, value(&probe).to_f64())
            };
            let noise = L::EPSILON.to_f64().max(epsilon);
            let estimate = Estimate::of(&mut along, at, center, noise, tolerance);
            let verdict = judge(analytic, &estimate, tolerance, &mut along, at, center, noise);
            let numeric = estimate.slope;
            let size = analytic.abs().max(numeric.abs()).max(1.0);
            let relative_error = if analytic == numeric {
                0.0
            } else {
                // A NaN is the worst of all errors.
                let error = (analytic - numeric).abs() / size;
                if error.is_nan() { f64::INFINITY } else { error }
            };
            let comparison = Comparison {
                component: name,
                point: index,
                at,
                analytic,
                numeric,
                uncertainty: estimate.uncertainty,
                relative_error,
            };
            let is_worse = |other: &Option<Comparison>| {
                other.as_ref().is_none_or(|other| relative_error > other.relative_error)
            };
            match verdict {
                Verdict::Agree => {
                    report.components += 1;
                    if is_worse(&report.worst) {
                        report.worst = Some(comparison);
                    }
                }
                Verdict::Kink => {
                    report.components += 1;
                    report.kinks += 1;
                }
                Verdict::Undecided => report.undecided += 1,
                Verdict::Disagree => {
                    report.components += 1;
                    mismatches += 1;
                    if is_worse(&worst_mismatch) {
                        worst_mismatch = Some(comparison);
                    }
                }
            }
        }
    }
    if let Some(worst) = worst_mismatch {
        let (count, components) = (mismatches, report.components);
        return Err(Failure::Mismatch { worst: Box::new(worst), count, components });
    }
    if report.components == 0 && report.undecided > 0 {
        return Err(Failure::Undecided { undecided: report.undecided });
    }
    Ok(report)
}

/// Checks a derivative written by hand ([`macro@crate::derivative_of`]): the value that the rule returns
/// against the function's, and its gradient against differences, as [`gradient`](fn@gradient) does.
///
/// `rule` gives value and gradient. For one that takes a cotangent `c`, compare the sums of all outputs,
/// each times its part of `c`.
///
/// ```
/// use autodiff_core::check;
///
/// let area = |&(a, b): &(f64, f64)| a * b;
/// let rule = |&(a, b): &(f64, f64)| (a * b, (b, a));
/// check::rule(area, rule, &(2.0, 3.0))?;
///
/// let wrong = |&(a, b): &(f64, f64)| (a + b, (b, a));
/// let failure = check::rule(area, wrong, &(2.0, 3.0)).unwrap_err();
/// assert_eq!(failure.to_string(), "the rule says that the value is 5, the function says 6");
/// # Ok::<(), check::Failure>(())
/// ```
///
/// # Errors
///
/// A [`Failure`] with both values, or that names the worst component.
///
/// # Panics
///
/// If a `Vec` in the gradient has another length than its counterpart in the point.
pub fn rule<P, L>(
    mut value: impl FnMut(&P) -> L,
    mut rule: impl FnMut(&P) -> (L, P::Tangent),
    point: &P,
) -> Result<Report, Failure>
where
    P: Parameters + Clone,
    L: Float,
{
    let (expected, found) = (value(point).to_f64(), rule(point).0.to_f64());
    let tolerance = 10.0 * L::EPSILON.sqrt().to_f64();
    let size = expected.abs().max(1.0);
    let error = (found - expected).abs();
    if expected.is_finite() && (error > tolerance * size || error.is_nan()) {
        return Err(Failure::Value { expected, found });
    }
    gradient(value, |point| rule(point).1, point)
}

enum Verdict {
    Agree,
    Kink,
    Undecided,
    Disagree,
}

fn judge(
    analytic: f64,
    estimate: &Estimate,
    tolerance: f64,
    along: &mut impl FnMut(f64) -> (f64, f64),
    at: f64,
    center: f64,
    noise: f64,
) -> Verdict {
    let size = analytic.abs().max(estimate.slope.abs()).max(1.0);
    if !center.is_finite() {
        return Verdict::Undecided;
    }
    if analytic.is_finite() && (analytic - estimate.slope).abs() <= tolerance * size {
        return Verdict::Agree;
    }
    if analytic.is_nan() && estimate.slope.is_finite() {
        return Verdict::Disagree; // the function is smooth enough, the gradient is not a number
    }
    let [left, right] = [-1.0, 1.0].map(|side| Slope::one_sided(along, at, center, side, noise));
    let (low, high) = (left.value.min(right.value), left.value.max(right.value));
    let slack = left.uncertainty.max(right.uncertainty) + tolerance * size;
    if left.value.is_finite() && right.value.is_finite() && high - low > 4.0 * slack {
        let between = analytic >= low - slack && analytic <= high + slack;
        return if between { Verdict::Kink } else { Verdict::Disagree };
    }
    let apart = (analytic - estimate.slope).abs() > 4.0 * estimate.uncertainty;
    if estimate.slope.is_finite() && (apart || !analytic.is_finite()) {
        return Verdict::Disagree;
    }
    Verdict::Undecided
}

const ROOT: ParameterPath<'static> = ParameterPath::Root("gradient");

struct Count(usize);

impl Visitor for Count {
    fn floats<T: Float>(&mut self, values: &mut [T], _: &[T], _: ParameterPath<'_>) {
        self.0 += values.len();
    }
}

struct Jitter<'a> {
    spread: f64,
    random: &'a mut Random,
}

impl Visitor for Jitter<'_> {
    fn floats<T: Float>(&mut self, values: &mut [T], _: &[T], _: ParameterPath<'_>) {
        for value in values {
            let x = value.to_f64();
            *value = T::from_f64(x + self.spread * x.abs().max(1.0) * self.random.signed_unit());
        }
    }
}

/// What [`Look`] finds.
struct Found {
    name: String,
    at: f64,
    analytic: f64,
    epsilon: f64,
}

/// Finds a component by its position in the walk.
struct Look {
    component: usize,
    offset: usize,
    found: Option<Found>,
}

impl Look {
    fn find<T: Float>(&mut self, values: &[T], gradient: &[T], name: impl Fn(usize) -> String) {
        if let Some(index) = self.component.checked_sub(self.offset)
            && index < values.len()
        {
            self.found = Some(Found {
                name: name(index),
                at: values[index].to_f64(),
                analytic: gradient[index].to_f64(),
                epsilon: T::EPSILON.to_f64(),
            });
        }
        self.offset += values.len();
    }
}

impl Visitor for Look {
    fn floats<T: Float>(&mut self, values: &mut [T], gradient: &[T], path: ParameterPath<'_>) {
        self.find(values, gradient, |index| ParameterPath::Index(&path, index).to_string());
    }

    fn float<T: Float>(&mut self, value: &mut T, gradient: &T, path: ParameterPath<'_>) {
        self.find(&[*value], &[*gradient], |_| path.to_string());
    }
}

/// Sets a component, found by its position in the walk.
struct Set {
    component: usize,
    offset: usize,
    value: f64,
    /// The value in the float's own type.
    actual: f64,
}

impl Visitor for Set {
    fn floats<T: Float>(&mut self, values: &mut [T], _: &[T], _: ParameterPath<'_>) {
        if let Some(index) = self.component.checked_sub(self.offset)
            && let Some(value) = values.get_mut(index)
        {
            *value = T::from_f64(self.value);
            self.actual = value.to_f64();
        }
        self.offset += values.len();
    }
}

/// The generator SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Uniform in [-1, 1).
    fn signed_unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    /// At most `limit` of the numbers below `count`, in order: all of them if they are not more.
    fn choose(&mut self, count: usize, limit: usize) -> Vec<usize> {
        if count <= limit {
            return (0..count).collect();
        }
        let mut chosen = std::collections::BTreeSet::new();
        // Floyd's algorithm: every subset is equally likely.
        for last in count - limit..count {
            let candidate = (self.next() % (last as u64 + 1)) as usize;
            if !chosen.insert(candidate) {
                chosen.insert(last);
            }
        }
        chosen.into_iter().collect()
    }
}
