//! Reference gradients at any arguments, extreme ones included: a run of the program that notes every
//! operation on a tape, and one walk backwards over it.
//!
//! It shares the slopes with forward mode ([`partials`]) and nothing with the passes. Beside each component
//! it gives what that may be off by rounding, and whether a slope on the way was not finite.

use crate::derivatives::has_derivative;
use crate::interpret::{Datum, Interpreter, Number, Outcome, Real, Trap, partials};
use crate::ir::Function;
use crate::ir::operations::{FloatOperation, Operation};
use crate::types::FloatType;
use std::cell::{Cell, RefCell};

/// One component of a gradient.
#[derive(Clone, Copy, Debug)]
pub(super) struct Component {
    /// Its value.
    pub(super) slope: f64,
    /// The sum of the magnitudes of what it is a sum of, and of what underflow may have taken from
    /// those (`UNDERFLOW`): rounding is in proportion to it. Infinite if something on the way is.
    pub(super) size: f64,
    /// Whether anything that depends on this argument has a slope with an infinite or undefined factor,
    /// be it in the result or not. A zero adjoint that meets it is NaN, as everywhere in IEEE
    /// arithmetic: what is calculated outside of a branch gets the adjoint zero from the branch that is
    /// not taken.
    pub(super) singular: bool,
    /// Whether a slope on the way is past the range of numbers (`1 / x` for a tiny `x`): what it gives
    /// times an adjoint may be in range, and is if that is divided by `x`.
    pub(super) unknown: bool,
}

/// The smallest normal number, over the tolerance.
fn underflow(single: bool) -> f64 {
    if single { f64::from(f32::MIN_POSITIVE) / 1e-5 } else { f64::MIN_POSITIVE / 1e-10 }
}

/// How much larger than the adjoint an intermediate result may be: `c / x` times an adjoint is
/// calculated as a quotient of `c` times the adjoint.
const HEADROOM: f64 = 16.0;

/// What an operation adds to the adjoint of an argument.
#[derive(Clone, Copy)]
struct Edge {
    argument: usize,
    /// `None` if the result does not depend on it: `max` gave the other one.
    slope: Option<f64>,
    /// Whether the slope is infinite or undefined, or is a product with such a factor.
    singular: bool,
    /// Whether it is only infinite by overflow: what it is a slope of has finite arguments other than 0.
    unknown: bool,
}

impl Edge {
    fn new(argument: usize, slope: Option<f64>, at: &[f64]) -> Self {
        let is = |test: fn(f64) -> bool| slope.is_some_and(test);
        let regular = at.iter().all(|value| value.is_finite() && *value != 0.0);
        Self {
            argument,
            slope,
            singular: is(|slope| !slope.is_finite()),
            unknown: regular && is(f64::is_infinite),
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Node {
    edges: [Option<Edge>; 3],
    /// Whether its adjoint is an `f32`.
    single: bool,
}

thread_local! {
    static TAPE: RefCell<Vec<Node>> = const { RefCell::new(Vec::new()) };
    static MODERATE: Cell<bool> = const { Cell::new(true) };
}

/// Notes numbers of extreme magnitude.
fn watch(numbers: &[f64]) {
    let moderate = |x: &f64| *x == 0.0 || (1e-100..1e100).contains(&x.abs());
    MODERATE.set(MODERATE.get() && numbers.iter().all(moderate));
}

/// A float and its place on the tape; none for what does not vary.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taped {
    value: Real,
    node: Option<usize>,
}

fn append(value: Real, edges: [Option<Edge>; 3]) -> Taped {
    let single = matches!(value, Real::Single(_));
    let node = TAPE.with_borrow_mut(|tape| {
        tape.push(Node { edges, single });
        tape.len() - 1
    });
    Taped { value, node: Some(node) }
}

impl Number for Taped {
    fn constant(value: Real) -> Self {
        Taped { value, node: None }
    }

    fn primal(self) -> Real {
        self.value
    }

    fn operate(operation: FloatOperation, arguments: &[Self]) -> Result<Self, Trap> {
        let mut values = [Real::Double(0.0); 3];
        values.iter_mut().zip(arguments).for_each(|(value, argument)| *value = argument.value);
        let value = Real::operate(operation, &values[..arguments.len().min(3)])?;
        let at = values.map(Real::to_f64);
        let mut slopes = partials::partials(operation, at, value.to_f64())?;
        watch(&at[..arguments.len().min(3)]);
        watch(&[value.to_f64()]);
        slopes.iter().flatten().for_each(|slope| watch(&[*slope]));
        if matches!(operation, FloatOperation::Abs | FloatOperation::Copysign) {
            // By convention nothing contributes at 0, not even zero times infinity.
            slopes.iter_mut().for_each(|slope| *slope = slope.filter(|slope| *slope != 0.0));
        }
        let mut edges = [None; 3];
        // Whether a quotient has a pole is up to its divisor alone.
        let poles = match operation {
            FloatOperation::Div => &at[1..2],
            _ => &at[..arguments.len().min(3)],
        };
        for (k, (argument, slope)) in arguments.iter().zip(slopes).enumerate() {
            if let (Some(argument), true) =
                (argument.node, has_derivative(Operation::Float(operation), k))
            {
                edges[k] = Some(Edge::new(argument, slope, poles));
            }
        }
        if let (FloatOperation::Powf, Some(edge)) = (operation, &mut edges[0]) {
            // b a^(b - 1)
            let [a, b, _] = at;
            edge.singular |= a.powf(b - 1.0).is_infinite();
        }
        Ok(match edges {
            [None, None, None] => Self::constant(value),
            edges => append(value, edges),
        })
    }

    fn operate_integer(operation: FloatOperation, value: Self, integer: i32) -> Result<Self, Trap> {
        let result = Real::operate_integer(operation, value.value, integer)?;
        let Some(argument) = value.node else { return Ok(Self::constant(result)) };
        let at = value.value.to_f64();
        let slope = partials::integer_partial(operation, at, integer)?;
        watch(&[at, result.to_f64(), slope]);
        Ok(append(result, [Some(Edge::new(argument, Some(slope), &[at])), None, None]))
    }

    fn cast(self, to: &FloatType) -> Self {
        let value = self.value.cast(to);
        match self.node {
            Some(argument) => {
                append(value, [Some(Edge::new(argument, Some(1.0), &[])), None, None])
            }
            None => Self::constant(value),
        }
    }
}

/// A run of a function: what it gave, and every operation on the way.
pub(super) struct Recording {
    nodes: Vec<Node>,
    /// How many nodes at the start are floats of the arguments.
    leaves: usize,
    /// The result, and the parameters at exit; each float with its place on the tape.
    pub(super) outcome: Outcome<Taped>,
    /// Whether all numbers and slopes on the way are of moderate magnitude.
    pub(super) moderate: bool,
}

impl Recording {
    /// Runs a function whose arguments' floats all vary.
    pub(super) fn of(
        interpreter: &Interpreter<'_>,
        function: &Function,
        arguments: &[Datum<Real>],
    ) -> Result<Self, Trap> {
        MODERATE.set(true);
        TAPE.with_borrow_mut(Vec::clear);
        let leaf = &mut |value| append(value, [None; 3]);
        let arguments: Vec<_> = arguments.iter().map(|argument| argument.map(leaf)).collect();
        let leaves = TAPE.with_borrow(Vec::len);
        let outcome = interpreter.run(function, arguments)?;
        let nodes = TAPE.take();
        Ok(Self { nodes, leaves, outcome, moderate: MODERATE.get() })
    }

    /// The gradient of a weighted sum of floats of the outcome by all floats of the arguments, in order, and what
    /// underflow may take from that sum where tangents are calculated instead.
    pub(super) fn gradient(
        &self,
        outputs: impl IntoIterator<Item = (Taped, f64)>,
    ) -> (Vec<Component>, f64) {
        let nothing = Component { slope: 0.0, size: 0.0, singular: false, unknown: false };
        let mut components = vec![nothing; self.nodes.len()];
        let mut lost = 0.0;
        // Whether the sum depends on a node.
        let mut reached = vec![false; self.nodes.len()];
        for (output, weight) in outputs {
            let (Some(node), true) = (output.node, weight != 0.0) else { continue };
            components[node].slope += weight;
            components[node].size += weight.abs();
            reached[node] = true;
        }
        for (k, node) in self.nodes.iter().enumerate().rev() {
            let most = if node.single { f64::from(f32::MAX) } else { f64::MAX };
            if components[k].size > most / HEADROOM {
                components[k].size = f64::INFINITY;
            }
            let from = components[k];
            if reached[k] && from.size.is_finite() {
                lost += from.size * underflow(node.single);
            }
            for Edge { argument, slope, singular, unknown } in node.edges.into_iter().flatten() {
                let to = &mut components[argument];
                to.singular |= from.singular || singular;
                to.unknown |= from.unknown || unknown;
                if let (Some(slope), true) = (slope, reached[k]) {
                    reached[argument] = true;
                    to.slope += slope * from.slope;
                    to.size += slope.abs() * from.size + underflow(node.single);
                }
            }
        }
        components.truncate(self.leaves);
        (components, lost)
    }
}
