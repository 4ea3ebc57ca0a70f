//! [`minimize`]: step until a stopping rule holds, and say which.

use super::{Optimizer, SettingError};
use crate::differentiable::{ParameterPath, Parameters, Visitor};
use crate::float::Float;
use std::fmt;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// When [`minimize`] stops. It always stops after a number of steps; the other rules are off unless
/// they are asked for.
///
/// ```
/// use autodiff_core::optimize::Stopping;
/// use std::time::Duration;
///
/// let stopping = Stopping::after(100_000)
///     .gradient_norm(1e-8)
///     .relative_change(1e-12)
///     .time_limit(Duration::from_secs(60));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Stopping {
    iterations: u64,
    gradient_norm: Option<f64>,
    relative_change: Option<f64>,
    time_limit: Option<Duration>,
}

/// For so many iterations in a row the loss must stay as it is for [`Stopping::relative_change`].
const PATIENCE: u32 = 5;

impl Stopping {
    /// After this many steps.
    pub fn after(iterations: u64) -> Self {
        Self { iterations, gradient_norm: None, relative_change: None, time_limit: None }
    }

    /// When the Euclidean norm of the gradient is at most this.
    pub fn gradient_norm(mut self, tolerance: f64) -> Self {
        self.gradient_norm = Some(tolerance);
        self
    }

    /// When the loss changes by at most this, relative to its size, in each of five successive
    /// iterations (a method with momentum may pass a flat spot).
    pub fn relative_change(mut self, tolerance: f64) -> Self {
        self.relative_change = Some(tolerance);
        self
    }

    /// When this time has passed. Looked at once an iteration: one that takes long is not cut short.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }
}

/// Why [`minimize`] stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The gradient is small enough: [`Stopping::gradient_norm`].
    GradientNorm,
    /// The loss changes no more: [`Stopping::relative_change`].
    RelativeChange,
    /// All steps are done: [`Stopping::after`].
    Iterations,
    /// The time is over: [`Stopping::time_limit`].
    TimeLimit,
    /// The callback broke off.
    Callback,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::GradientNorm => "the gradient is small enough",
            Reason::RelativeChange => "the loss changes no more",
            Reason::Iterations => "all iterations are done",
            Reason::TimeLimit => "the time limit is reached",
            Reason::Callback => "the callback broke off",
        })
    }
}

/// Loss and gradient norm at the beginning (index 0) or after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// The loss.
    pub loss: f64,
    /// The Euclidean norm of the gradient.
    pub gradient_norm: f64,
}

/// What [`minimize`] did.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Why it stopped.
    pub reason: Reason,
    /// Steps made.
    pub iterations: u64,
    /// The loss at the parameters as they are now.
    pub loss: f64,
    /// The norm of the gradient at the parameters as they are now.
    pub gradient_norm: f64,
    /// One record for the start and one after each step.
    pub history: Vec<Record>,
    /// How long it took.
    pub elapsed: Duration,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "stopped after {} iterations: {} (loss {:.6e}, gradient norm {:.3e}, {:.2?})",
            self.iterations, self.reason, self.loss, self.gradient_norm, self.elapsed
        )
    }
}

/// What the callback of [`minimize_with`] is shown: the start, then the state after each step.
#[derive(Debug)]
pub struct Progress<'a, P: ?Sized> {
    /// Steps made.
    pub iteration: u64,
    /// The loss at `parameters`.
    pub loss: f64,
    /// The norm of the gradient at `parameters`.
    pub gradient_norm: f64,
    /// The parameters now.
    pub parameters: &'a P,
    /// Time since the start.
    pub elapsed: Duration,
}

/// Why [`minimize`] failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MinimizeError {
    /// The loss, the gradient or a parameter became NaN or infinite. The parameters have been set back
    /// to the last ones where all were finite.
    #[error("{0}")]
    NotFinite(#[from] Box<NotFinite>),
    /// A tolerance makes no sense.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The parameters hold no floats.
    #[error("the parameters hold no floats: there is nothing to minimize over")]
    NoParameters,
}

/// The loss, the gradient or a parameter became NaN or infinite.
#[derive(Clone, Debug, PartialEq)]
pub struct NotFinite {
    /// What: `loss`, `gradient of parameters[3]`, `parameters.slope`.
    pub what: String,
    /// Its value.
    pub value: f64,
    /// Steps made when it was met, the step that led there included; 0 for the start.
    pub iteration: u64,
    /// Records up to the last good parameters.
    pub history: Vec<Record>,
}

impl std::error::Error for NotFinite {}

impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, value, iteration, .. } = self;
        if *iteration == 0 {
            write!(
                f,
                "the {what} is {value} at the starting point; check the data (an average over no data \
                 is 0/0) and the start"
            )
        } else {
            write!(
                f,
                "the {what} is {value} after step {iteration}; the parameters are those of step {}; a \
                 smaller learning rate may help",
                iteration - 1
            )
        }
    }
}

/// Minimizes `objective`, which answers with the loss and its gradient, from `parameters` on.
///
/// Evaluates once at the start and once after each step, so that the last loss belongs to the parameters
/// that it leaves behind. Allocates nothing per step, besides the history and what `objective` does.
///
/// With a function `fn f(p: &[f64], …)` under `#[differentiate]`, the objective is
/// `|p: &Vec<f64>| f::value_and_gradient(p, …)`.
///
/// ```
/// use autodiff_core::optimize::{Reason, Sgd, Stopping, minimize};
///
/// let objective = |x: &f64| (x * x, 2.0 * x);
/// let mut x = 1.0;
/// let report = minimize(objective, &mut x, &mut Sgd::new(0.25)?, &Stopping::after(3))?;
/// assert_eq!((x, report.loss), (0.125, 0.015625));
/// assert_eq!((report.reason, report.history.len()), (Reason::Iterations, 4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// * If the loss, the gradient or a parameter becomes NaN or infinite (as an average over empty data
///   does at once). The parameters keep their last good value: those before the step that led there.
/// * If a tolerance in `stopping` is negative or not finite.
/// * If `parameters` holds no floats.
///
/// # Panics
///
/// If a `Vec` in the gradient has another length than its counterpart in `parameters`.
pub fn minimize<P, L, O>(
    mut objective: impl FnMut(&P) -> (L, P::Tangent),
    parameters: &mut P,
    optimizer: &mut O,
    stopping: &Stopping,
) -> Result<Report, MinimizeError>
where
    P: Parameters + ?Sized,
    L: Float,
    O: Optimizer,
{
    minimize_with(&mut objective, parameters, optimizer, stopping, |_| ControlFlow::Continue(()))
}

/// As [`minimize`], and shows each state to `callback`, which can break off.
///
/// ```
/// use autodiff_core::optimize::{Reason, Sgd, Stopping, minimize_with};
/// use std::ops::ControlFlow;
///
/// let mut x = 1.0;
/// let mut path = Vec::new();
/// let report = minimize_with(
///     |x: &f64| (x * x, 2.0 * x),
///     &mut x,
///     &mut Sgd::new(0.25)?,
///     &Stopping::after(1000),
///     |progress| {
///         path.push(*progress.parameters);
///         if progress.loss < 0.1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
///     },
/// )?;
/// assert_eq!(path, [1.0, 0.5, 0.25]);
/// assert_eq!(report.reason, Reason::Callback);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// As [`minimize`].
///
/// # Panics
///
/// As [`minimize`].
pub fn minimize_with<P, L, O>(
    mut objective: impl FnMut(&P) -> (L, P::Tangent),
    parameters: &mut P,
    optimizer: &mut O,
    stopping: &Stopping,
    callback: impl FnMut(&Progress<'_, P>) -> ControlFlow<()>,
) -> Result<Report, MinimizeError>
where
    P: Parameters + ?Sized,
    L: Float,
    O: Optimizer,
{
    let objective = |parameters: &P, gradient: &mut P::Tangent| {
        let (loss, slope) = objective(parameters);
        *gradient = slope;
        loss
    };
    minimize_into(objective, parameters, optimizer, stopping, callback)
}

/// As [`minimize_with`], for an objective that overwrites a gradient buffer and answers with the loss,
/// as `f::gradient_into` does: no step allocates, whatever the parameters are.
///
/// ```
/// use autodiff_core::optimize::{Sgd, Stopping, minimize_into};
/// use std::ops::ControlFlow;
///
/// let mut weights = vec![1.0, 2.0];
/// minimize_into(
///     |w: &Vec<f64>, slope: &mut Vec<f64>| {
///         slope.iter_mut().zip(w).for_each(|(slope, w)| *slope = 2.0 * w);
///         w.iter().map(|w| w * w).sum::<f64>()
///     },
///     &mut weights,
///     &mut Sgd::new(0.5)?,
///     &Stopping::after(1),
///     |_| ControlFlow::Continue(()),
/// )?;
/// assert_eq!(weights, [0.0, 0.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// As [`minimize`].
///
/// # Panics
///
/// As [`minimize`].
pub fn minimize_into<P, L, O>(
    mut objective: impl FnMut(&P, &mut P::Tangent) -> L,
    parameters: &mut P,
    optimizer: &mut O,
    stopping: &Stopping,
    mut callback: impl FnMut(&Progress<'_, P>) -> ControlFlow<()>,
) -> Result<Report, MinimizeError>
where
    P: Parameters + ?Sized,
    L: Float,
    O: Optimizer,
{
    let tolerances =
        [("gradient_norm", stopping.gradient_norm), ("relative_change", stopping.relative_change)];
    for (name, tolerance) in tolerances {
        SettingError::not_negative(name, tolerance.unwrap_or(0.0))?;
    }

    let start = Instant::now();
    let mut gradient = parameters.zero_tangent();
    let mut last_good = Backup::default();
    last_good.save(parameters, &gradient);
    if last_good.is_empty() {
        return Err(MinimizeError::NoParameters);
    }
    let mut history: Vec<Record> = Vec::new();
    let mut unchanged = 0;
    let mut iteration = 0;
    loop {
        let loss = objective(parameters, &mut gradient).to_f64();
        let (gradient_norm, not_finite) = examine(parameters, &gradient, loss);
        if let Some((what, value)) = not_finite {
            last_good.restore(parameters, &gradient);
            return Err(Box::new(NotFinite { what, value, iteration, history }).into());
        }
        let previous = history.last().copied();
        history.push(Record { loss, gradient_norm });
        let elapsed = start.elapsed();
        let progress =
            Progress { iteration, loss, gradient_norm, parameters: &*parameters, elapsed };
        let broken_off = callback(&progress).is_break();

        if let (Some(tolerance), Some(previous)) = (stopping.relative_change, previous) {
            let size = loss.abs().max(previous.loss.abs());
            let same = (loss - previous.loss).abs() <= tolerance * size;
            unchanged = if same { unchanged + 1 } else { 0 };
        }
        let reason = if stopping.gradient_norm.is_some_and(|tolerance| gradient_norm <= tolerance) {
            Reason::GradientNorm
        } else if unchanged >= PATIENCE {
            Reason::RelativeChange
        } else if broken_off {
            Reason::Callback
        } else if iteration >= stopping.iterations {
            Reason::Iterations
        } else if stopping.time_limit.is_some_and(|limit| elapsed >= limit) {
            Reason::TimeLimit
        } else {
            last_good.save(parameters, &gradient);
            optimizer.step(parameters, &gradient);
            iteration += 1;
            continue;
        };
        return Ok(Report { reason, iterations: iteration, loss, gradient_norm, history, elapsed });
    }
}

/// The norm of the gradient, and the first thing that is not finite: a parameter, the loss, a component
/// of the gradient.
fn examine<P: Parameters + ?Sized>(
    parameters: &mut P,
    gradient: &P::Tangent,
    loss: f64,
) -> (f64, Option<(String, f64)>) {
    let mut examiner = Examiner { scale: 1.0, ..Examiner::default() };
    parameters.walk(gradient, ROOT, &mut examiner);
    if examiner.sum == f64::INFINITY && examiner.largest.is_finite() {
        // The squares overflow, the norm need not.
        examiner = Examiner { scale: examiner.largest, ..Examiner::default() };
        parameters.walk(gradient, ROOT, &mut examiner);
    }
    let loss = (!loss.is_finite()).then(|| ("loss".to_owned(), loss));
    let not_finite = examiner.parameter.or(loss).or(examiner.component);
    (examiner.scale * examiner.sum.sqrt(), not_finite)
}

const ROOT: ParameterPath<'static> = ParameterPath::Root("parameters");

#[derive(Default)]
struct Examiner {
    /// Squares are of slopes divided by this.
    scale: f64,
    sum: f64,
    largest: f64,
    parameter: Option<(String, f64)>,
    component: Option<(String, f64)>,
}

impl Visitor for Examiner {
    fn floats<T: Float>(&mut self, values: &mut [T], gradient: &[T], path: ParameterPath<'_>) {
        for &slope in gradient {
            let slope = slope.to_f64() / self.scale;
            self.sum += slope * slope;
            self.largest = self.largest.max(slope.abs());
        }
        let bad = |floats: &[T]| {
            floats.iter().position(|float| !float.is_finite()).map(|index| {
                (ParameterPath::Index(&path, index).to_string(), floats[index].to_f64())
            })
        };
        if self.parameter.is_none() {
            self.parameter = bad(values);
        }
        if self.component.is_none() {
            let component = bad(gradient);
            self.component = component.map(|(name, value)| (format!("gradient of {name}"), value));
        }
    }

    fn float<T: Float>(&mut self, value: &mut T, gradient: &T, path: ParameterPath<'_>) {
        let found = (self.parameter.is_some(), self.component.is_some());
        self.floats(std::slice::from_mut(value), std::slice::from_ref(gradient), path);
        // A float that stands alone has no index.
        if let (false, Some((name, _))) = (found.0, &mut self.parameter) {
            *name = path.to_string();
        }
        if let (false, Some((name, _))) = (found.1, &mut self.component) {
            *name = format!("gradient of {path}");
        }
    }
}

/// A copy of all floats, in the order of the walk. `f64` holds every `f32`.
#[derive(Default)]
struct Backup {
    floats: Vec<f64>,
}

impl Backup {
    fn save<P: Parameters + ?Sized>(&mut self, parameters: &mut P, gradient: &P::Tangent) {
        self.floats.clear();
        parameters.walk(gradient, ROOT, &mut Save(&mut self.floats));
    }

    /// The gradient takes part for its shape only.
    fn restore<P: Parameters + ?Sized>(&self, parameters: &mut P, gradient: &P::Tangent) {
        parameters.walk(gradient, ROOT, &mut Restore(self.floats.iter()));
    }

    fn is_empty(&self) -> bool {
        self.floats.is_empty()
    }
}

struct Save<'a>(&'a mut Vec<f64>);

impl Visitor for Save<'_> {
    fn floats<T: Float>(&mut self, values: &mut [T], _: &[T], _: ParameterPath<'_>) {
        self.0.extend(values.iter().map(|value| value.to_f64()));
    }
}

struct Restore<'a>(std::slice::Iter<'a, f64>);

impl Visitor for Restore<'_> {
    fn floats<T: Float>(&mut self, values: &mut [T], _: &[T], _: ParameterPath<'_>) {
        for (value, saved) in values.iter_mut().zip(&mut self.0) {
            *value = T::from_f64(*saved);
        }
    }
}
