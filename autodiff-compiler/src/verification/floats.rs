//! The derivatives of a program in floats: every stage of every strategy against the tape and forward mode,
//! as far as rounding allows, and bit by bit where nothing is added up in another order.

use super::compare::{bits, floats, same_gradient};
use super::derived::{Derived, PASSES, Stage};
use super::taped::{self, Component, Recording};
use super::{
    Failure, Passes, Random, Seen, Settings, Verdict, failure, garbage, interpreter, is_covered,
    like, reverse_sweep, seen, split_jvp,
};
use crate::forward::takes_tangent;
use crate::interpret::{
    Datum, Interpreter, Number, Outcome, OverflowMode, Real, Trap, directional_derivative,
};
use crate::ir::Function;
use crate::signature::is_mutable;
use crate::simplify::Folding;
use crate::types::Type;
use std::rc::Rc;

/// The program whose derivatives are checked.
pub(super) struct Primal<'a> {
    pub(super) functions: &'a [Function],
    pub(super) arguments: &'a [Datum<Real>],
    /// What the program does.
    pub(super) value: Seen,
    pub(super) settings: &'a Settings,
    pub(super) passes: &'a Passes,
}

/// What the derivatives are compared to.
pub(super) struct Reference {
    /// For every float of the arguments, in order: the derivative of the result, if that is one float.
    gradient: Option<Vec<Component>>,
    /// For every float of the arguments, in order: the derivative of the sum of all outputs, each times
    /// its cotangent.
    products: Vec<Component>,
    /// What underflow may take from that sum where tangents are calculated: one that underflows is missing from
    /// everything that is made of it.
    lost: f64,
    /// The cotangent of the result.
    cotangent: Datum<Real>,
    /// The cotangents of the parameters' content at exit; zero where that is no output.
    exits: Vec<Datum<Real>>,
    /// Whether all numbers on the way are of moderate magnitude. If not, rewrites of derivative code may
    /// overflow: `Claim::Rounding` promises nothing there.
    moderate: bool,
}

impl Reference {
    /// Whether another order of the same sums makes no difference.
    fn is_plain(&self) -> bool {
        let plain = |component: &Component| !component.singular && component.size < 1e8;
        self.moderate && self.products.iter().all(plain)
    }

    /// The products along a direction, and the size of what is summed up for that.
    fn along(&self, direction: &[f64]) -> (f64, f64) {
        let terms = || direction.iter().zip(&self.products);
        (
            terms().map(|(v, component)| v * component.slope).sum(),
            terms().map(|(v, component)| v.abs() * component.size).sum::<f64>() + self.lost,
        )
    }
}

/// What a stage gave.
pub(super) struct Found {
    gradient: Option<Vec<f64>>,
    products: Option<Vec<f64>>,
}

impl Primal<'_> {
    fn main(&self) -> &Function {
        &self.functions[self.functions.len() - 1]
    }

    fn failure(&self, pass: &'static str, message: &str, stage: Option<&Stage>) -> Failure {
        failure(pass, message, self.functions, stage, self.arguments)
    }

    /// What comes of the derivatives, and those that there are.
    pub(super) fn derivatives(&self) -> Result<(Verdict, Rc<Vec<Derived>>), Failure> {
        let refused = |reason: String| Ok((Verdict::Refused(reason), Rc::default()));
        if matches!(self.main().result_type, Type::Reference { .. }) {
            return refused("it returns a reference".to_owned());
        }
        let reference = match &self.value {
            Ok(_) => self.reference()?,
            Err(_) => None,
        };
        let all = match self.passes.derived(Folding::Rounded, self.functions)? {
            Ok(all) => all,
            Err(refusal) => return refused(refusal),
        };
        let found = self.strategy(&all[0], reference.as_ref())?;
        for other in &all[1..] {
            let again = self.strategy(other, reference.as_ref())?;
            // The two simplify differently: bits are those of the pass itself.
            if other.independent_loops() == all[0].independent_loops()
                && let ([plain, ..], [again, ..]) = (&found[..], &again[..])
            {
                let pairs =
                    [(&plain.gradient, &again.gradient), (&plain.products, &again.products)];
                for (without, with) in pairs {
                    if let (Some(without), Some(with)) = (without, with)
                        && bits(without) != bits(with)
                    {
                        let message = format!("other bits than without: {with:?}, not {without:?}");
                        return Err(self.failure(other.choice, &message, other.stages.first()));
                    }
                }
            }
        }
        let verdict = match &self.value {
            Ok(_) => Verdict::Agrees,
            Err(_) => Verdict::Panics,
        };
        Ok((verdict, all))
    }

    /// The derivatives by the tape, which forward mode confirms.
    pub(super) fn reference(&self) -> Result<Option<Reference>, Failure> {
        let main = self.main();
        let interpreter = interpreter(self.functions, self.settings, OverflowMode::Panic);
        let recording = match Recording::of(&interpreter, main, self.arguments) {
            Ok(recording) => recording,
            Err(Trap::Unsupported(_)) => return Ok(None),
            Err(trap) => {
                return Err(self.failure("interpret", &format!("the tape: {trap:?}"), None));
            }
        };
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let outcome = &recording.outcome;
        let real = |datum: &Datum<taped::Taped>| datum.map(&mut Number::primal);
        let cotangent = random.cotangent(&real(&outcome.result));
        let exits: Vec<_> = main
            .parameters
            .iter()
            .zip(&outcome.parameters)
            .map(|(parameter, exit)| match is_mutable(&parameter.ty) {
                true => random.cotangent(&real(exit)),
                false => real(exit).zeros_like(),
            })
            .collect();
        let outputs: Vec<_> = std::iter::once(&outcome.result)
            .chain(&outcome.parameters)
            .flat_map(Datum::floats)
            .collect();
        let weights = floats(std::iter::once(&cotangent).chain(&exits));
        let loss = outcome.result.floats().first().copied();
        let gradient = loss
            .filter(|_| main.result_type.is_loss())
            .map(|loss| recording.gradient([(loss, 1.0)]).0);
        let outputs = outputs.into_iter().zip(weights.iter().copied());
        let (products, lost) = recording.gradient(outputs);
        let reference =
            Reference { gradient, products, lost, cotangent, exits, moderate: recording.moderate };
        self.forward_mode(&interpreter, &reference, &weights, &mut random)?;
        Ok(Some(reference))
    }

    /// Forward mode has an order of its own: it agrees where no order makes a difference.
    fn forward_mode(
        &self,
        interpreter: &Interpreter<'_>,
        reference: &Reference,
        weights: &[f64],
        random: &mut Random,
    ) -> Result<(), Failure> {
        if !reference.is_plain() {
            return Ok(());
        }
        let direction: Vec<_> = reference.products.iter().map(|_| random.weight()).collect();
        let outcome = directional_derivative(interpreter, self.main(), self.arguments, &direction)
            .map_err(|trap| self.failure("interpret", &format!("duals: {trap:?}"), None))?;
        let outputs = std::iter::once(&outcome.result).chain(&outcome.parameters);
        let tangents = outputs.flat_map(Datum::floats);
        let forward: f64 = tangents.zip(weights).map(|(dual, weight)| dual.tangent * weight).sum();
        let (sum, size) = reference.along(&direction);
        match (forward - sum).abs() <= self.settings.tolerance * size {
            true => Ok(()),
            false => {
                let message = format!("duals give {forward}, the tape {sum}");
                Err(self.failure("interpret", &message, None))
            }
        }
    }

    /// Every stage of a strategy; what each gave, if the program returns.
    pub(super) fn strategy(
        &self,
        derived: &Derived,
        reference: Option<&Reference>,
    ) -> Result<Vec<Found>, Failure> {
        let mut all: Vec<Found> = Vec::new();
        for (position, stage) in derived.stages.iter().enumerate() {
            // The first says whether choices change bits.
            if position > 0 && !self.settings.asks(position, derived.stages.len()) {
                continue;
            }
            let found = Found {
                gradient: self.gradient(stage, position, reference)?,
                products: self.products(stage, position, reference)?,
            };
            self.jvp(stage, reference)?;
            if let (1, Some(before)) = (position, all.last()) {
                // Scheduling changes the order of nothing.
                let same = |a: &Option<Vec<f64>>, b: &Option<Vec<f64>>| {
                    a.as_deref().map(bits) == b.as_deref().map(bits)
                };
                if !same(&before.gradient, &found.gradient)
                    || !same(&before.products, &found.products)
                {
                    return Err(self.failure(stage.pass, "other bits than before", Some(stage)));
                }
            }
            all.push(found);
        }
        Ok(all)
    }

    fn compare_values(
        &self,
        pass: &'static str,
        stage: &Stage,
        outcome: &Result<Outcome<Real>, Trap>,
    ) -> Result<(), Failure> {
        let found = seen(outcome, &self.main().parameters);
        let same = match (&found, &self.value) {
            // A gradient that the program itself calls comes from the gradient with tangents in its derivatives,
            // which is simplified as derivative code: by itself, up to rounding.
            (Ok(found), Ok(value)) if self.settings.nested.is_some() && pass == PASSES[3] => {
                let all = |(result, exits): &(Datum<Real>, Vec<Datum<Real>>)| {
                    floats(std::iter::once(result).chain(exits))
                };
                let (found, value) = (all(found), all(value));
                let close = |(a, b): (&f64, &f64)| {
                    a.to_bits() == b.to_bits()
                        || (a - b).abs() <= self.settings.tolerance * (a.abs() + b.abs())
                };
                found.len() == value.len() && found.iter().zip(&value).all(close)
            }
            _ => found == self.value,
        };
        match same {
            true => Ok(()),
            false => {
                let message = format!("the value is {found:?}, not {:?}", self.value);
                Err(self.failure(pass, &message, Some(stage)))
            }
        }
    }

    /// Whether the components of the covered parameters are those of the reference.
    fn compare(
        &self,
        pass: &'static str,
        stage: &Stage,
        found: &[f64],
        reference: &[Component],
        covers: impl Fn(usize) -> bool,
    ) -> Result<(), Failure> {
        let mut expected = vec![];
        let mut rest = reference;
        for (position, argument) in self.arguments.iter().enumerate() {
            let (own, others) = rest.split_at(argument.floats().len().min(rest.len()));
            if covers(position) {
                expected.extend_from_slice(own);
            }
            rest = others;
        }
        same_gradient(found, &expected, self.settings.tolerance)
            .map_err(|message| self.failure(pass, &message, Some(stage)))
    }

    /// Runs the gradient function of a stage, if there is one, and compares.
    fn gradient(
        &self,
        stage: &Stage,
        position: usize,
        reference: Option<&Reference>,
    ) -> Result<Option<Vec<f64>>, Failure> {
        let Some(gradient) = stage.main_gradient() else { return Ok(None) };
        let active = |position: usize| self.main().parameters[position].active;
        let mut arguments = self.arguments.to_vec();
        // Gradients overwrite what is there.
        let buffers = self.arguments.iter().enumerate().filter(|(k, _)| active(*k));
        arguments.extend(buffers.map(|(_, argument)| garbage(argument)));
        let interpreter = stage.interpreter(self.functions, self.settings);
        let outcome = interpreter.run(gradient, arguments);
        self.compare_values(stage.pass, stage, &outcome)?;
        let Ok(outcome) = outcome else { return Ok(None) };
        let found = floats(&outcome.parameters[self.arguments.len()..]);
        if let Some(Reference { gradient: Some(expected), moderate, .. }) = reference
            && (*moderate || position < 2)
        {
            self.compare(stage.pass, stage, &found, expected, active)?;
        }
        Ok(Some(found))
    }

    /// Runs the Jacobian-vector product of a stage, if there is one, and compares: its outputs' tangents,
    /// each times its cotangent, with the gradient along the direction.
    fn jvp(&self, stage: &Stage, reference: Option<&Reference>) -> Result<(), Failure> {
        let Some(jvp) = stage.main_jvp() else { return Ok(()) };
        let parameters = &self.main().parameters;
        let mut random = Random(0x51_7cc1_b727_220a);
        let mut direction = vec![];
        let mut arguments = self.arguments.to_vec();
        for (parameter, argument) in parameters.iter().zip(self.arguments) {
            let covered = takes_tangent(parameter);
            let mut tangent = argument.zeros_like();
            tangent.for_each_float_mut(&mut |value| {
                let weight = if covered { random.weight() } else { 0.0 };
                direction.push(weight);
                *value = like(*value, weight);
            });
            if covered {
                arguments.push(tangent);
            }
        }
        let interpreter = stage.interpreter(self.functions, self.settings);
        let outcome = interpreter.run(jvp, arguments).map(|outcome| split_jvp(outcome, parameters));
        let (outcome, tangents) = match outcome {
            Ok((outcome, tangents)) => (Ok(outcome), tangents),
            Err(trap) => (Err(trap), vec![]),
        };
        self.compare_values(stage.jvp_pass(), stage, &outcome)?;
        let (Ok(_), Some(reference)) = (outcome, reference) else { return Ok(()) };
        if !reference.is_plain() {
            return Ok(());
        }
        let weights = floats(std::iter::once(&reference.cotangent).chain(&reference.exits));
        let found: f64 =
            floats(&tangents).iter().zip(&weights).map(|(tangent, weight)| tangent * weight).sum();
        let (expected, size) = reference.along(&direction);
        match (found - expected).abs() <= self.settings.tolerance * size {
            true => Ok(()),
            false => {
                let message = format!("the directional derivative is {found}, not {expected}");
                Err(self.failure(stage.jvp_pass(), &message, Some(stage)))
            }
        }
    }

    /// Runs the two sweeps of a stage, if there are any, and compares.
    fn products(
        &self,
        stage: &Stage,
        position: usize,
        reference: Option<&Reference>,
    ) -> Result<Option<Vec<f64>>, Failure> {
        let Some((forward, reverse)) = stage.main_sweeps() else { return Ok(None) };
        let pass = if position == 0 { "split" } else { stage.pass };
        let interpreter = stage.interpreter(self.functions, self.settings);
        let mut tape = Vec::new();
        let outcome = interpreter.run_with_tape(forward, self.arguments.to_vec(), &mut tape);
        self.compare_values(pass, stage, &outcome)?;
        let (Ok(_), Some(reference)) = (outcome, reference) else { return Ok(None) };
        let gradients = reverse_sweep(
            &interpreter,
            (forward, reverse),
            &reference.cotangent,
            &reference.exits,
            tape,
        );
        let gradients = gradients.map_err(|message| self.failure(pass, &message, Some(stage)))?;
        let covered = |k: usize| is_covered(&forward.parameters[k]);
        let found = floats(&gradients);
        if reference.moderate {
            self.compare(pass, stage, &found, &reference.products, covered)?;
        }
        Ok(Some(found))
    }
}
