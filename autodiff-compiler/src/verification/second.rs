//! What is of second order, in exact arithmetic.
//!
//! The first-order code, run where the arguments are x + t v, gives the coefficients of t of all that it gives:
//! that is the derivative of a gradient in the direction v, by the arithmetic of the field and not by our
//! forward mode. Compared with them, element by element, are
//!
//! * the tangents of the gradient function ([`crate::second::gradient_with_tangents`]) and of the two sweeps
//!   ([`crate::second::sweeps`]), for random tangents of cotangents, too;
//! * the Hessian-vector product, and the Hessian times v, made at once or one by one as the road does, and by
//!   edge pushing where that is possible. (Hessians of more than [`MOST_COLUMNS`] columns are not run.)
//!
//! That the first-order code is right is checked before, against what shares nothing with it.

use super::derived::{By, Stage};
use super::exact::{Conclusion, Oracle, Point, elements};
use super::{Failure, Random};
use crate::activity::Activity;
use crate::forward::{Forwarded, missing, takes_tangent};
use crate::interpret::{Datum, Element, Field, Interpreter, Number, Outcome, Trap};
use crate::ir::operations::{FloatOperation, Operation};
use crate::ir::{CallOutput, Function, InstructionKind, SlotId};
use crate::matrix::one_by_one::{self, Own};
use crate::matrix::{self, LONGEST_AT_ONCE, Size, at_once, edge_pushing};
use crate::reverse::split::Split;
use crate::schedule::{self, schedule};
use crate::second::sweeps::{SweepsWithTangents, sweeps_with_tangents};
use crate::second::{gradient_with_tangents, hessian_vector_product};
use crate::signature::FunctionSignature;
use crate::simplify::{ValueIn, simplify_reverse_with, simplify_second_with};
use crate::types::Type;

/// The functions of second order of one function.
#[derive(Clone, Default)]
pub(super) struct Second {
    /// `__gradient_into_jvp`.
    pub(super) gradient: Option<Function>,
    /// `__forward_jvp` and `__reverse_jvp`.
    pub(super) sweeps: Option<(Function, Function)>,
    /// `hvp`.
    pub(super) product: Option<Function>,
    /// `hessian`.
    pub(super) hessian: Option<Function>,
    /// The same by edge pushing.
    pub(super) pushed: Option<Function>,
}

/// What stands or falls together.
#[derive(Clone, Copy)]
pub(super) enum SecondPart {
    Gradient,
    Sweeps,
    Product,
    Hessian,
    Pushed,
}

impl SecondPart {
    pub(super) const ALL: [Self; 5] =
        [Self::Gradient, Self::Sweeps, Self::Product, Self::Hessian, Self::Pushed];
}

impl Second {
    pub(super) fn part(&self, part: SecondPart) -> Vec<&Function> {
        match part {
            SecondPart::Gradient => self.gradient.iter().collect(),
            SecondPart::Sweeps => self.sweeps.iter().flat_map(|(f, r)| [f, r]).collect(),
            SecondPart::Product => self.product.iter().collect(),
            SecondPart::Hessian => self.hessian.iter().collect(),
            SecondPart::Pushed => self.pushed.iter().collect(),
        }
    }

    pub(super) fn drop_part(&mut self, part: SecondPart) {
        match part {
            SecondPart::Gradient => self.gradient = None,
            SecondPart::Sweeps => self.sweeps = None,
            SecondPart::Product => self.product = None,
            SecondPart::Hessian => self.hessian = None,
            SecondPart::Pushed => self.pushed = None,
        }
    }

    pub(super) fn functions(&self) -> impl Iterator<Item = &Function> {
        SecondPart::ALL.into_iter().flat_map(|part| self.part(part))
    }

    pub(super) fn functions_mut(&mut self) -> impl Iterator<Item = &mut Function> {
        let Self { gradient, sweeps, product, hessian, pushed } = self;
        let sweeps = sweeps.iter_mut().flat_map(|(forward, reverse)| [forward, reverse]);
        let single = [gradient, product, hessian, pushed];
        single.into_iter().flatten().chain(sweeps)
    }

    pub(super) fn known_to<'a>(
        &'a self,
        interpreter: Interpreter<'a>,
        name: &str,
    ) -> Interpreter<'a> {
        let sweeps = self.sweeps.as_ref();
        let outputs = [
            (CallOutput::GradientIntoJvp, self.gradient.as_ref()),
            (CallOutput::ForwardJvp, sweeps.map(|(forward, _)| forward)),
            (CallOutput::ReverseJvp, sweeps.map(|(_, reverse)| reverse)),
            (CallOutput::Hvp, self.product.as_ref()),
        ];
        outputs.into_iter().fold(interpreter, |interpreter, (output, function)| match function {
            Some(function) => interpreter.function(&output.function_name(name), function),
            None => interpreter,
        })
    }
}

/// A column of a Hessian costs as much as a gradient, and the code is the same for any number of them.
const MOST_COLUMNS: usize = 64;

/// The stages at which there is a second order: as it is made, and at the end of the road.
const MADE: usize = 2;
const FINISHED: usize = 3;

impl By<'_> {
    /// What is made of the gradient of the function under way. Callers call the gradient with its tangents, and
    /// the others only of the main function.
    pub(super) fn second_road(
        self,
        primal: &Function,
        is_main: bool,
        stages: &mut [Stage],
    ) -> Result<(), Failure> {
        let Some(gradient) = stages[MADE].last().gradient.clone() else { return Ok(()) };
        if lacks_tangents(&gradient) {
            return Ok(());
        }
        let passes = self.passes;
        let made = passes.run("second order", || gradient_with_tangents(&gradient));
        let mut ends = vec![(made, ValueIn::First, SecondPart::Gradient)];
        if is_main {
            let product = passes.run("second order", || hessian_vector_product(primal, &gradient));
            ends.push((product, ValueIn::Nothing, SecondPart::Product));
            let hessian = passes.run("matrix", || hessian(primal, &gradient));
            ends.extend(hessian.map(|hessian| (hessian, ValueIn::Nothing, SecondPart::Hessian)));
            let pushed = passes.run("matrix", || pushed(primal, &gradient));
            ends.extend(pushed.map(|pushed| (pushed, ValueIn::Nothing, SecondPart::Pushed)));
        }
        for (made, kept, part) in ends {
            let Forwarded { function, refusals } = made;
            if !refusals.is_empty() {
                continue;
            }
            passes.verified(&function)?;
            let mut finished = function.clone();
            passes.run("simplify of second order", || {
                simplify_second_with(&mut finished, primal, kept, self.folding);
                schedule::finish(&mut finished, SlotId(primal.slots.len() as u32));
            });
            passes.verified(&finished)?;
            // Callers call it at every stage.
            let earlier = if is_main { MADE..MADE } else { 0..MADE };
            let earlier = earlier.map(|stage| (stage, function.clone()));
            let made = [(MADE, function.clone()), (FINISHED, finished)];
            for (stage, function) in earlier.chain(made) {
                let second = &mut stages[stage].last().second;
                match part {
                    SecondPart::Gradient => second.gradient = Some(function),
                    SecondPart::Product => second.product = Some(function),
                    SecondPart::Pushed => second.pushed = Some(function),
                    _ => second.hessian = Some(function),
                }
            }
        }
        Ok(())
    }

    /// What is made of the sweeps of the function under way.
    pub(super) fn second_sweeps(
        self,
        primal: &Function,
        split: Split,
        stages: &mut [Stage],
    ) -> Result<(), Failure> {
        let passes = self.passes;
        let Split { forward, reverse, tape } = split;
        let mut reverse = passes.run("schedule", || schedule(reverse));
        passes.run("simplify", || simplify_reverse_with(&mut reverse, primal, self.folding));
        if lacks_tangents(&forward) || lacks_tangents(&reverse) {
            return Ok(());
        }
        let made = passes
            .run("second order of sweeps", || sweeps_with_tangents(&forward, &reverse, &tape));
        let SweepsWithTangents { forward, reverse, tape, refusals } = made;
        if !refusals.is_empty() {
            return Ok(());
        }
        passes.verified(&forward)?;
        passes.verified(&reverse)?;
        for (stage, finished) in [(MADE, false), (FINISHED, true)] {
            let (mut forward, mut reverse) = (forward.clone(), reverse.clone());
            let simplifies = finished;
            passes.run("simplify of second order", || {
                if simplifies {
                    simplify_reverse_with(&mut reverse, primal, self.folding);
                }
                tape.clone().write(&mut forward, &mut reverse);
                if simplifies {
                    let kept = match primal.result_type.holds_floats() {
                        true => ValueIn::First,
                        false => ValueIn::Result,
                    };
                    simplify_second_with(&mut forward, primal, kept, self.folding);
                    schedule::finish(&mut reverse, SlotId(primal.slots.len() as u32));
                }
            });
            passes.verified(&forward)?;
            passes.verified(&reverse)?;
            stages[stage].last().second.sweeps = Some((forward, reverse));
        }
        Ok(())
    }
}

/// Whether a function that is called lacks tangents by its kind; those that are here have them all.
fn lacks_tangents(function: &Function) -> bool {
    let calls = missing(function, &Activity::of(function));
    calls.into_iter().any(|(_, call)| call.output.with_tangents().is_none())
}

/// The Hessian by edge pushing, where the road may take it.
fn pushed(primal: &Function, gradient: &Function) -> Option<Forwarded> {
    let types = matrix::gradient_types(primal);
    let float = matrix::common_float(&types)?;
    matrix::fits_at_once(gradient, &Size::of(&types), LONGEST_AT_ONCE)
        .then(|| edge_pushing::hessian(primal, &float, false, LONGEST_AT_ONCE))
        .flatten()
}

/// The Hessian in all directions, or one after the other, as the road makes it.
fn hessian(primal: &Function, gradient: &Function) -> Option<Forwarded> {
    let types = matrix::gradient_types(primal);
    let float = matrix::common_float(&types)?;
    if matrix::fits_at_once(gradient, &Size::of(&types), LONGEST_AT_ONCE) {
        return Some(at_once::hessian(primal, gradient, &float, false));
    }
    let name = proc_macro2::Ident::new(&primal.name, proc_macro2::Span::call_site());
    let own = Own::free(&name, &FunctionSignature::default());
    let span = primal.parameters.first()?.span;
    if !one_by_one::refusals(primal, &own, "hessian", (span, true)).is_empty() {
        return None;
    }
    let function = one_by_one::hessian(primal, &own, &float, false);
    Some(Forwarded { function, refusals: vec![] })
}

/// Whether second derivatives are symmetric only by what opaque functions have to do with each other:
/// xʸ / x = xʸ⁻¹, and hypot(x, y)² = x² + y². The field does not know that. (Of a symmetric pair of entries one
/// is computed.)
fn is_symmetric_by_relations(function: &Function) -> bool {
    let mut found = false;
    function.body.for_each_instruction(&mut |instruction| {
        found |= matches!(
            instruction.kind,
            InstructionKind::Operation(
                Operation::Float(FloatOperation::Powf | FloatOperation::Atan2),
                _
            )
        );
    });
    found
}

impl Oracle<'_> {
    /// Everything of second order at a stage.
    pub(super) fn second_order(
        &self,
        stage: &Stage,
        point: &Point,
        conclusion: &mut Conclusion,
    ) -> Result<(), Failure> {
        let Some(second) = stage.main_second() else { return Ok(()) };
        if let (Some(first), Some(with_tangents)) = (stage.main_gradient(), &second.gradient) {
            // What is behind a passive `&mut` has a tangent, too, when a caller is differentiated again.
            let takes = |position: usize| takes_tangent(&first.parameters[position]);
            let expected = self.gradient_along(stage, first, point, &takes);
            let Ok(expected) = expected else { return Ok(()) };
            self.gradient_tangents(stage, (first, with_tangents), &expected, point, conclusion)?;
            let active = |position: usize| self.is_active(position);
            let expected = match (0..self.program.arguments.len()).all(|k| takes(k) == active(k)) {
                true => expected,
                false => match self.gradient_along(stage, first, point, &active) {
                    Ok(expected) => expected,
                    Err(_) => return Ok(()),
                },
            };
            self.products_with(stage, second, first, &expected, point, conclusion)?;
        }
        if let (Some((forward, reverse)), Some(second)) = (stage.main_sweeps(), &second.sweeps) {
            self.sweep_tangents(stage, (forward, reverse), second, point, conclusion)?;
        }
        Ok(())
    }

    fn is_active(&self, position: usize) -> bool {
        self.main().parameters[position].active
    }

    /// Buffers for gradients, full of what is to be overwritten.
    fn buffers(&self) -> Vec<Datum<Field>> {
        let arguments = self.program.arguments.iter().enumerate();
        let active = arguments.filter(|(position, _)| self.is_active(*position));
        active
            .map(|(_, argument)| {
                let mut buffer = argument.map(&mut Field::constant).zeros_like();
                buffer.for_each_float_mut(&mut |value| {
                    *value = Field::new(value.primal(), Element::UNDEFINED, Element::UNDEFINED);
                });
                buffer
            })
            .collect()
    }

    /// The gradient function where the arguments that are chosen are x + t v.
    fn gradient_along(
        &self,
        stage: &Stage,
        gradient: &Function,
        point: &Point,
        chosen: &dyn Fn(usize) -> bool,
    ) -> Result<Outcome<Field>, Trap> {
        let mut arguments = self.arguments(point, chosen);
        arguments.extend(self.buffers());
        self.interpreter(stage).run(gradient, arguments)
    }

    /// The direction in the shape of the arguments that are chosen.
    fn directions(&self, point: &Point, chosen: &dyn Fn(usize) -> bool) -> Vec<Datum<Field>> {
        let mut next = 0;
        let mut directions = vec![];
        for (position, argument) in self.program.arguments.iter().enumerate() {
            let mut direction = argument.map(&mut Field::constant).zeros_like();
            direction.for_each_float_mut(&mut |value| {
                *value = Field::new(value.primal(), point.direction[next], Element::ZERO);
                next += 1;
            });
            if chosen(position) {
                directions.push(direction);
            }
        }
        directions
    }

    /// `__gradient_into_jvp`: the gradient, and its tangents.
    fn gradient_tangents(
        &self,
        stage: &Stage,
        (first, second): (&Function, &Function),
        expected: &Outcome<Field>,
        point: &Point,
        conclusion: &mut Conclusion,
    ) -> Result<(), Failure> {
        let own = self.program.arguments.len();
        let mut arguments = self.arguments(point, &|_| false);
        arguments.extend(self.buffers());
        let takes = |position: usize| takes_tangent(&first.parameters[position]);
        arguments.extend(self.directions(point, &takes));
        arguments.extend(self.buffers());
        let outcome = self.interpreter(stage).run(second, arguments);
        let Ok(outcome) = outcome else {
            return Err(self.failure("second order", &format!("{:?}", outcome.err()), Some(stage)));
        };
        let buffers = first.parameters.len() - own;
        let count = outcome.parameters.len();
        let gradient = &outcome.parameters[own..own + buffers];
        let tangents = &outcome.parameters[count - buffers..];
        let expected = &expected.parameters[own..];
        self.compare_pairs("second order", stage, expected, gradient, tangents, conclusion)
    }

    /// `hvp`, and the Hessian times the direction.
    fn products_with(
        &self,
        stage: &Stage,
        second: &Second,
        first: &Function,
        expected: &Outcome<Field>,
        point: &Point,
        conclusion: &mut Conclusion,
    ) -> Result<(), Failure> {
        let own = self.program.arguments.len();
        let expected: Vec<Element> =
            expected.parameters[own..].iter().flat_map(Datum::floats).map(Field::tangent).collect();
        let covered =
            |k: usize| self.is_active(k) && first.parameters[k].ty.tangent() != Type::Unit;
        if let Some(product) = &second.product {
            let mut arguments = self.arguments(point, &|_| false);
            arguments.extend(self.directions(point, &covered));
            let outcome = self.interpreter(stage).run(product, arguments);
            let found = outcome.map(|outcome| elements([&outcome.result]));
            self.compare_elements("second order", stage, &expected, found, conclusion)?;
        }
        let by_relations = self.program.functions.iter().any(is_symmetric_by_relations);
        let direction = elements(&self.directions(point, &covered));
        let is_asked = !by_relations && direction.len() <= MOST_COLUMNS;
        let hessians = second.hessian.iter().chain(&second.pushed);
        for hessian in hessians.filter(|_| is_asked) {
            let arguments = self.arguments(point, &|_| false);
            let outcome = self.interpreter(stage).run(hessian, arguments);
            let found = outcome.map(|outcome| {
                let entries = elements([&outcome.result]);
                let rows = entries.chunks(direction.len().max(1));
                rows.map(|row| {
                    let terms = row.iter().zip(&direction);
                    terms.fold(Element::ZERO, |sum, (entry, v)| sum + *entry * *v)
                })
                .collect()
            });
            self.compare_elements("matrix", stage, &expected, found, conclusion)?;
        }
        Ok(())
    }

    /// `__forward_jvp` and `__reverse_jvp`, for random cotangents with random tangents.
    fn sweep_tangents(
        &self,
        stage: &Stage,
        first: (&Function, &Function),
        second: &(Function, Function),
        point: &Point,
        conclusion: &mut Conclusion,
    ) -> Result<(), Failure> {
        let parameters = &first.0.parameters;
        let takes = |position: usize| takes_tangent(&parameters[position]);
        let interpreter = self.interpreter(stage);
        let mut tape = vec![];
        let arguments = self.arguments(point, &takes);
        let Ok(expected) = interpreter.run_with_tape(first.0, arguments, &mut tape) else {
            return Ok(());
        };
        let mut random = Random(0x853c_49e6_748f_ea9b);
        let behind: Vec<_> = parameters
            .iter()
            .zip(&expected.parameters)
            .filter(|(parameter, _)| takes_tangent(parameter))
            .filter(|(parameter, _)| matches!(parameter.ty, Type::Reference { .. }))
            .map(|(_, exit)| exit)
            .collect();
        let result = first.0.result_type.holds_floats().then_some(&expected.result);
        // What goes into the reverse sweep, as x + t v.
        let cotangents: Vec<_> = result
            .into_iter()
            .chain(behind)
            .map(|output| {
                let mut cotangent = output.zeros_like();
                cotangent.for_each_float_mut(&mut |value| {
                    let (x, v) = (random.element(), random.element());
                    *value = Field::new(value.primal(), x, v);
                });
                cotangent
            })
            .collect();
        let Ok(back) = interpreter.run_with_tape(first.1, cotangents.clone(), &mut tape) else {
            return Ok(());
        };
        let pass = "second order of sweeps";
        let fail = |trap: Trap| self.failure(pass, &format!("{trap:?}"), Some(stage));
        let mut arguments = self.arguments(point, &|_| false);
        arguments.extend(self.directions(point, &takes));
        let mut tape = vec![];
        let outcome = interpreter.run_with_tape(&second.0, arguments, &mut tape).map_err(fail)?;
        if let (Some(expected), Datum::Tuple(parts)) = (result, &outcome.result)
            && let [value, tangent] = &parts[..]
        {
            let one = std::slice::from_ref::<Datum<Field>>;
            self.compare_pairs(pass, stage, one(expected), one(value), one(tangent), conclusion)?;
        }
        let split = |part: fn(Field) -> Element| {
            let parts = cotangents.iter().map(move |cotangent| {
                cotangent.map(&mut |value| Field::new(value.primal(), part(value), Element::ZERO))
            });
            parts.collect::<Vec<_>>()
        };
        let mut arguments = split(Field::element);
        arguments.extend(split(Field::tangent));
        let found = interpreter.run_with_tape(&second.1, arguments, &mut tape).map_err(fail)?;
        if !tape.is_empty() {
            let message = format!("left on the tape: {tape:?}");
            return Err(self.failure(pass, &message, Some(stage)));
        }
        if let Datum::Tuple(parts) = &found.result
            && let [value, tangent] = &parts[..]
            && second.1.result_type.holds_floats()
        {
            let one = std::slice::from_ref::<Datum<Field>>;
            let expected = one(&back.result);
            self.compare_pairs(pass, stage, expected, one(value), one(tangent), conclusion)?;
        }
        // What is behind references comes out, and its tangent after all of that.
        let count = cotangents.len();
        let first = usize::from(result.is_some());
        let (expected, values) = (&back.parameters[first..count], &found.parameters[first..count]);
        let tangents = &found.parameters[count + first..2 * count];
        self.compare_pairs(pass, stage, expected, values, tangents, conclusion)
    }

    /// Values and tangents against what has both.
    fn compare_pairs(
        &self,
        pass: &'static str,
        stage: &Stage,
        expected: &[Datum<Field>],
        values: &[Datum<Field>],
        tangents: &[Datum<Field>],
        conclusion: &mut Conclusion,
    ) -> Result<(), Failure> {
        let both: Vec<_> = expected.iter().flat_map(Datum::floats).collect();
        let primal: Vec<_> = both.iter().map(|pair| pair.element()).collect();
        self.compare_elements(pass, stage, &primal, Ok(elements(values)), conclusion)?;
        let slopes: Vec<_> = both.iter().map(|pair| pair.tangent()).collect();
        self.compare_elements(pass, stage, &slopes, Ok(elements(tangents)), conclusion)
    }

    fn compare_elements(
        &self,
        pass: &'static str,
        stage: &Stage,
        expected: &[Element],
        found: Result<Vec<Element>, Trap>,
        conclusion: &mut Conclusion,
    ) -> Result<(), Failure> {
        let found = match found {
            Ok(found) => found,
            Err(Trap::StepLimit) => return Ok(()),
            Err(trap) => return Err(self.failure(pass, &format!("{trap:?}"), Some(stage))),
        };
        let same = expected.len() == found.len()
            && expected.iter().zip(&found).all(|(a, b)| {
                // What does not vary has the tangent 0, defined or not.
                (*a == Element::ZERO && !b.is_defined())
                    || conclusion.same("a second derivative", *a, *b)
            });
        match same {
            true => Ok(()),
            false => {
                let message = format!("exactly, it is {expected:?}, not {found:?}");
                Err(self.failure(pass, &message, Some(stage)))
            }
        }
    }
}
