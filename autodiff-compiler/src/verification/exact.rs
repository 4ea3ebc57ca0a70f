//! The exact oracle: the program and its derivatives over a prime field ([`crate::interpret::Field`]).
//!
//! At a random point x, in a random direction v, one run of the program *as it came* gives the elements of
//! its outputs and their coefficients of t for f(x + t v). Compared with them, as elements, are
//!
//! * the outputs of the simplified program, and of the derivative functions after every pass;
//! * Σ vₖ gₖ for the gradient g of every stage, against the coefficient of t of the result;
//! * Σ vₖ gₖ for what the two sweeps give for random cotangents w, against Σ wⱼ times the coefficient of t
//!   of output j. (Behind `&` the sweep adds to what is there: a random element.)
//!
//! There is no tolerance, and conditioning plays no part: what is compared is equal or wrong. How probable
//! it is that something wrong is equal is said in [`crate::interpret::Field`]; a wrong component gₖ is
//! hidden by the random direction with a probability of 1 / p.
//!
//! Rewrites that are claimed up to rounding only are identities here. Constants are what would spoil that:
//! a product of two of them is rounded when it is folded. So the passes run with [`Folding::Exact`], which
//! leaves what it cannot fold exactly, wherever what they make as usual does not agree as it is. (Hiding constants in parameters instead would keep every rewrite
//! that knows a constant from being applied, and could not hide those of the derivative table.)
//!
//! What runs several iterations of a loop at a time ([`crate::lanes`]), or in chunks on threads
//! ([`crate::threads`]), is asked, too, with two of them and chunks of three: as IR it
//! runs one iteration after the other, so this is about which loops are split, and how, and not about the
//! vectors that are emitted.
//!
//! Where an element is undefined, a comparison says nothing, and more points are tried.

use super::derived::{Derived, Stage};
use super::{
    Checker, Failure, Passes, Program, Random, Settings, failure, interpreter, is_covered,
    reverse_sweep, split_jvp, takes_tangent, texts,
};
use crate::interpret::{
    Datum, Element, Field, Functions, Interpreter, Number, Outcome, OverflowMode, Real, Trap,
};
use crate::ir::{Function, Parameter};
use crate::lanes::{self, Width};
use crate::signature::is_output;
use crate::simplify::{Folding, simplify_with};
use crate::threads::{self, Grid};
use crate::types::Type;

/// What exact arithmetic said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exactness {
    /// Everything agrees, at as many points as asked for.
    Agrees,
    /// What agreed was not enough: the first thing that was undefined.
    Inconclusive(String),
    /// There is nothing to compare: the program panics, cannot be run, or has no derivative.
    Nothing,
}

/// Asks exact arithmetic alone about a program; see [`Checker::check_exactly`].
pub fn check_exactly(program: &Program, settings: &Settings) -> Result<Exactness, Failure> {
    Checker::default().check_exactly(program, settings)
}

/// How many points more are tried where something was undefined.
const MORE_POINTS: usize = 2;

pub(super) fn exactly(
    program: &Program,
    settings: &Settings,
    passes: &Passes,
) -> Result<Exactness, Failure> {
    let mut simplified = program.functions.clone();
    passes.run("simplify", || {
        simplified.iter_mut().for_each(|function| simplify_with(function, Folding::Exact));
    });
    for function in &simplified {
        passes.verified(function)?;
    }
    let functions = if settings.simplified { &simplified } else { &program.functions };
    // The other checks report what is refused.
    let derived = passes.derived(Folding::Exact, functions)?.unwrap_or_default();
    Oracle { program, simplified: &simplified, functions, settings }.ask(&derived)
}

/// Asks about what the passes made as they do for users, constants folded with rounding: what agrees then
/// agrees all the more.
pub(super) fn agrees_as_it_is(
    program: &Program,
    simplified: &[Function],
    settings: &Settings,
    derived: &[Derived],
) -> Result<Exactness, Failure> {
    let functions = if settings.simplified { simplified } else { &program.functions };
    Oracle { program, simplified, functions, settings }.ask(derived)
}

impl Oracle<'_> {
    /// Compares everything at as many points as it takes.
    pub(super) fn ask(&self, derived: &[Derived]) -> Result<Exactness, Failure> {
        let settings = self.settings;
        let mut conclusive = 0;
        let mut undefined = None;
        for point in 0..settings.points + MORE_POINTS {
            if conclusive == settings.points {
                break;
            }
            let found = Functions::new(point as u64).during(|| self.at(point as u64, derived))?;
            match found {
                None => return Ok(Exactness::Nothing),
                Some(Conclusion { undefined: None }) => conclusive += 1,
                Some(Conclusion { undefined: Some(what) }) => undefined = undefined.or(Some(what)),
            }
        }
        Ok(match undefined {
            Some(what) if conclusive < settings.points => Exactness::Inconclusive(what),
            _ if derived.is_empty() => Exactness::Nothing,
            _ => Exactness::Agrees,
        })
    }
}

/// Whether everything could be compared.
#[derive(Default)]
pub(super) struct Conclusion {
    /// What could not.
    undefined: Option<String>,
}

impl Conclusion {
    /// Whether two elements are the same; where one is undefined that is noted, and they are.
    pub(super) fn same(&mut self, what: &str, expected: Element, found: Element) -> bool {
        let defined = expected.is_defined() && found.is_defined();
        if !defined && self.undefined.is_none() {
            self.undefined = Some(what.to_owned());
        }
        !defined || expected == found
    }
}

pub(super) struct Oracle<'a> {
    pub(super) program: &'a Program,
    pub(super) simplified: &'a [Function],
    /// Those whose derivatives are taken.
    pub(super) functions: &'a [Function],
    pub(super) settings: &'a Settings,
}

/// A random point: elements for the floats of the arguments, in order, and a direction.
pub(super) struct Point {
    pub(super) elements: Vec<Element>,
    pub(super) direction: Vec<Element>,
}

/// What the program does at a point.
struct Reference {
    outcome: Outcome<Field>,
    /// The cotangent of the result, and those of the parameters at exit; behind `&`, what is added to.
    cotangent: Datum<Field>,
    exits: Vec<Datum<Field>>,
}

impl Oracle<'_> {
    pub(super) fn main(&self) -> &Function {
        self.program.main()
    }

    pub(super) fn failure(
        &self,
        pass: &'static str,
        message: &str,
        stage: Option<&Stage>,
    ) -> Failure {
        failure(pass, message, self.functions, stage, &self.program.arguments)
    }

    /// Compares everything at a point; `None` if the program gives nothing there.
    fn at(&self, seed: u64, derived: &[Derived]) -> Result<Option<Conclusion>, Failure> {
        let mut random = Random(0x2545_f491_4f6c_dd1d ^ (seed + 1) << 32);
        let floats: usize = self.program.arguments.iter().map(|a| a.floats().len()).sum();
        let mut elements = || (0..floats).map(|_| random.element()).collect::<Vec<_>>();
        let point = Point { elements: elements(), direction: elements() };
        let run = |functions: &[Function], covers: &dyn Fn(usize) -> bool| {
            let interpreter = interpreter(functions, self.settings, OverflowMode::Panic);
            let main = &functions[functions.len() - 1];
            interpreter.run(main, self.arguments(&point, covers))
        };
        // In the direction of everything that sweeps cover, and of what the gradient covers.
        let parameters = &self.main().parameters;
        let active = |k: usize| parameters[k].active;
        let covered = |k: usize| active(k) || is_output(&parameters[k].ty);
        let outcome = match run(&self.program.functions, &covered) {
            Ok(outcome) => outcome,
            Err(trap) if trap.is_panic() => return Ok(None),
            Err(Trap::Unsupported(_) | Trap::StepLimit) => return Ok(None),
            Err(trap) => {
                return Err(self.failure("interpret", &format!("the field: {trap:?}"), None));
            }
        };
        let mut conclusion = Conclusion::default();
        for (pass, functions) in [
            ("simplify", self.simplified),
            ("lanes", &with_lanes(self.simplified)),
            ("threads", &with_chunks(self.simplified)),
        ] {
            let found = run(functions, &covered);
            if let Err(what) = same_outputs(&outcome, &found, parameters, &mut conclusion) {
                let code = format!("{what}\n{}", texts(functions));
                return Err(self.failure(pass, &code, None));
            }
        }
        let passive_outputs = (0..parameters.len()).any(|k| covered(k) && !active(k));
        let loss = |outcome: &Outcome<Field>| {
            let loss = outcome.result.floats().first().copied();
            loss.filter(|_| self.main().result_type.is_loss()).map(Field::tangent)
        };
        let slope = match passive_outputs {
            false => loss(&outcome),
            true => run(&self.program.functions, &active).ok().and_then(|outcome| loss(&outcome)),
        };
        let cotangent = random.field(&outcome.result);
        let exits = outcome.parameters.iter().map(|exit| random.field(exit)).collect();
        let reference = Reference { outcome, cotangent, exits };
        for derived in derived {
            let count = derived.stages.len();
            let stages = derived.stages.iter().enumerate();
            let asked = stages.filter(|(position, _)| self.settings.asks(*position, count));
            for (position, stage) in asked.chain(derived.lanes.iter().map(|stage| (count, stage))) {
                self.gradient(stage, &point, &reference, slope, &mut conclusion)?;
                self.products(stage, position, &point, &reference, &mut conclusion)?;
                self.jvp(stage, &point, &reference, &mut conclusion)?;
                self.second_order(stage, &point, &mut conclusion)?;
            }
            if let Some(stage) = &derived.chunks {
                self.gradient(stage, &point, &reference, slope, &mut conclusion)?;
            }
        }
        Ok(Some(conclusion))
    }

    /// The arguments at a point, with the direction in what is covered.
    pub(super) fn arguments(
        &self,
        point: &Point,
        covers: &dyn Fn(usize) -> bool,
    ) -> Vec<Datum<Field>> {
        let mut next = 0;
        let arguments = self.program.arguments.iter().enumerate().map(|(k, argument)| {
            argument.map(&mut |shadow| {
                let tangent = if covers(k) { point.direction[next] } else { Element::ZERO };
                next += 1;
                Field::new(shadow, point.elements[next - 1], tangent)
            })
        });
        arguments.collect()
    }

    /// Σ vₖ gₖ over the covered parameters; `None` if g has not the shape of those.
    fn along(
        &self,
        point: &Point,
        covers: &dyn Fn(usize) -> bool,
        gradient: &[Element],
    ) -> Option<Element> {
        let mut gradient = gradient.iter();
        let mut sum = Element::ZERO;
        let mut next = 0;
        for (k, argument) in self.program.arguments.iter().enumerate() {
            for _ in argument.floats() {
                if covers(k) {
                    sum = sum + point.direction[next] * *gradient.next()?;
                }
                next += 1;
            }
        }
        gradient.next().is_none().then_some(sum)
    }

    fn compare_slopes(
        &self,
        pass: &'static str,
        stage: &Stage,
        expected: Element,
        found: Option<Element>,
        conclusion: &mut Conclusion,
    ) -> Result<(), Failure> {
        let message = match found {
            None => "the gradient has another number of components".to_owned(),
            Some(found) if conclusion.same("a derivative", expected, found) => return Ok(()),
            Some(found) => format!("exactly, the slope is {expected:?}, not {found:?}"),
        };
        Err(self.failure(pass, &message, Some(stage)))
    }

    fn compare_outputs(
        &self,
        pass: &'static str,
        stage: &Stage,
        reference: &Reference,
        found: &Result<Outcome<Field>, Trap>,
        conclusion: &mut Conclusion,
    ) -> Result<(), Failure> {
        let parameters = &self.main().parameters;
        same_outputs(&reference.outcome, found, parameters, conclusion)
            .map_err(|what| self.failure(pass, &what, Some(stage)))
    }

    pub(super) fn interpreter<'s>(&'s self, stage: &'s Stage) -> Interpreter<'s> {
        stage.interpreter(self.functions, self.settings)
    }

    fn gradient(
        &self,
        stage: &Stage,
        point: &Point,
        reference: &Reference,
        slope: Option<Element>,
        conclusion: &mut Conclusion,
    ) -> Result<(), Failure> {
        let (Some(gradient), Some(slope)) = (stage.main_gradient(), slope) else { return Ok(()) };
        let active = |k: usize| self.main().parameters[k].active;
        let mut arguments = self.arguments(point, &|_| false);
        let nothing = Datum::from(f64::NAN).number();
        let buffers = self.program.arguments.iter().enumerate().filter(|(k, _)| active(*k));
        for (_, argument) in buffers {
            let mut buffer = argument.map(&mut Field::constant).zeros_like();
            if let Ok(nothing) = nothing {
                buffer.for_each_float_mut(&mut |value| *value = nothing);
            }
            arguments.push(buffer);
        }
        let outcome = self.interpreter(stage).run(gradient, arguments);
        self.compare_outputs(stage.pass, stage, reference, &outcome, conclusion)?;
        let Ok(outcome) = outcome else { return Ok(()) };
        let found = elements(&outcome.parameters[self.program.arguments.len()..]);
        let found = self.along(point, &active, &found);
        self.compare_slopes(stage.pass, stage, slope, found, conclusion)
    }

    /// Every tangent of an output against its coefficient of t.
    fn jvp(
        &self,
        stage: &Stage,
        point: &Point,
        reference: &Reference,
        conclusion: &mut Conclusion,
    ) -> Result<(), Failure> {
        let Some(jvp) = stage.main_jvp() else { return Ok(()) };
        let pass = stage.jvp_pass();
        let parameters = &self.main().parameters;
        let mut arguments = self.arguments(point, &|_| false);
        let mut next = 0;
        for (parameter, argument) in parameters.iter().zip(&self.program.arguments) {
            let mut tangent = argument.map(&mut Field::constant).zeros_like();
            tangent.for_each_float_mut(&mut |value| {
                *value = Field::new(value.primal(), point.direction[next], Element::ZERO);
                next += 1;
            });
            if takes_tangent(parameter) {
                arguments.push(tangent);
            }
        }
        let outcome = self.interpreter(stage).run(jvp, arguments);
        let (outcome, tangents) = match outcome {
            Ok(outcome) => {
                let (outcome, tangents) = split_jvp(outcome, parameters);
                (Ok(outcome), tangents)
            }
            Err(trap) => (Err(trap), vec![]),
        };
        self.compare_outputs(pass, stage, reference, &outcome, conclusion)?;
        let outputs = parameters.iter().zip(&reference.outcome.parameters);
        let outputs = outputs.map(|(parameter, exit)| (is_output(&parameter.ty), exit));
        let outputs = std::iter::once((true, &reference.outcome.result)).chain(outputs);
        for ((is_output, output), tangent) in outputs.zip(&tangents) {
            let (expected, found) = (output.floats(), elements([tangent]));
            if !is_output {
                continue;
            }
            if expected.len() != found.len() {
                let message = "a tangent has another number of components";
                return Err(self.failure(pass, message, Some(stage)));
            }
            for (expected, found) in expected.into_iter().zip(found) {
                // What does not vary has the tangent 0, defined or not.
                if expected.tangent() != Element::ZERO || !found.is_defined() {
                    let found = Some(found);
                    self.compare_slopes(pass, stage, expected.tangent(), found, conclusion)?;
                }
            }
        }
        Ok(())
    }

    fn products(
        &self,
        stage: &Stage,
        position: usize,
        point: &Point,
        reference: &Reference,
        conclusion: &mut Conclusion,
    ) -> Result<(), Failure> {
        let Some((forward, reverse)) = stage.main_sweeps() else { return Ok(()) };
        let pass = if position == 0 { "split" } else { stage.pass };
        let interpreter = self.interpreter(stage);
        let mut tape = vec![];
        let arguments = self.arguments(point, &|_| false);
        let outcome = interpreter.run_with_tape(forward, arguments, &mut tape);
        self.compare_outputs(pass, stage, reference, &outcome, conclusion)?;
        let Reference { outcome, cotangent, exits } = reference;
        let gradients = reverse_sweep(&interpreter, (forward, reverse), cotangent, exits, tape)
            .map_err(|message| self.failure(pass, &message, Some(stage)))?;
        let covered = |k: usize| is_covered(&forward.parameters[k]);
        // What was there already behind `&`.
        let mut gradients = gradients.into_iter();
        let mut found = vec![];
        let mut slope = along_outputs(cotangent, &outcome.result);
        for (k, parameter) in forward.parameters.iter().enumerate() {
            let output = is_output(&parameter.ty);
            if output {
                slope = slope + along_outputs(&exits[k], &outcome.parameters[k]);
            }
            if !covered(k) {
                continue;
            }
            let gradient = elements([&gradients.next().unwrap_or(Datum::Nothing)]);
            let shared = matches!(parameter.ty, crate::types::Type::Reference { .. }) && !output;
            let before = elements([&exits[k]]);
            found.extend(gradient.iter().enumerate().map(|(n, element)| match shared {
                true => *element - before.get(n).copied().unwrap_or(Element::UNDEFINED),
                false => *element,
            }));
        }
        let found = self.along(point, &covered, &found);
        self.compare_slopes(pass, stage, slope, found, conclusion)
    }
}

/// The functions with loops that run two iterations at a time.
fn with_lanes(functions: &[Function]) -> Vec<Function> {
    let mut functions = functions.to_vec();
    for function in &mut functions {
        let values = function.values.len();
        lanes::split_loops(&mut [function], values, Width::Of(2));
    }
    functions
}

/// The functions with loops in chunks of three iterations.
fn with_chunks(functions: &[Function]) -> Vec<Function> {
    let mut functions = functions.to_vec();
    functions.iter_mut().for_each(|function| threads::split_loops(function, Grid::Of(3)));
    functions
}

/// All elements of some data, in order.
pub(super) fn elements<'d>(data: impl IntoIterator<Item = &'d Datum<Field>>) -> Vec<Element> {
    data.into_iter().flat_map(Datum::floats).map(Field::element).collect()
}

/// Σ w times the coefficient of t over the floats of an output.
fn along_outputs(cotangent: &Datum<Field>, output: &Datum<Field>) -> Element {
    let terms = cotangent.floats().into_iter().zip(output.floats());
    terms.fold(Element::ZERO, |sum, (weight, output)| {
        // What does not vary contributes nothing, defined or not.
        match output.tangent() {
            Element::ZERO => sum,
            tangent => sum + weight.element() * tangent,
        }
    })
}

/// Whether two runs gave the same elements.
fn same_outputs(
    expected: &Outcome<Field>,
    found: &Result<Outcome<Field>, Trap>,
    parameters: &[Parameter],
    conclusion: &mut Conclusion,
) -> Result<(), String> {
    let found = found.as_ref().map_err(|trap| format!("exactly, it stops: {trap:?}"))?;
    let outputs = |outcome: &Outcome<Field>| {
        let exits = parameters.iter().zip(&outcome.parameters);
        // What was passed by value is gone.
        let visible = exits.filter(|(parameter, _)| matches!(parameter.ty, Type::Reference { .. }));
        elements(std::iter::once(&outcome.result).chain(visible.map(|(_, exit)| exit)))
    };
    let (expected, found) = (outputs(expected), outputs(found));
    let same = expected.len() == found.len()
        && expected.iter().zip(&found).all(|(a, b)| conclusion.same("an output", *a, *b));
    match same {
        true => Ok(()),
        false => Err(format!("exactly, the outputs are {expected:?}, not {found:?}")),
    }
}

impl Random {
    pub(super) fn element(&mut self) -> Element {
        Element::of_random(self.next())
    }

    /// Random elements in the shape of an output's cotangent.
    fn field(&mut self, output: &Datum<Field>) -> Datum<Field> {
        let mut cotangent = output.zeros_like();
        cotangent.for_each_float_mut(&mut |value| {
            let one = match value.primal() {
                Real::Single(_) => Real::Single(1.0),
                Real::Double(_) => Real::Double(1.0),
            };
            *value = Field::new(one, self.element(), Element::ZERO);
        });
        cotangent
    }
}
