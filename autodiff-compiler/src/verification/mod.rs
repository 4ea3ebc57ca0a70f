//! Checks one program, pass by pass: whoever has a program (random IR, the corpus, a fuzzer that writes
//! Rust) asks [`check`] whether the compiler is right about it.
//!
//! A program is a function in IR with the functions it calls, and arguments. What is checked:
//!
//! * every function verifies, after every pass;
//! * [`crate::simplify`] keeps every bit of what the program returns and leaves behind, and every panic,
//!   whether overflow panics or wraps;
//! * the gradient, and the two sweeps as functions of their own ([`crate::reverse::split`]), compute the
//!   value to the bit after every pass, panic where the program does, and give the derivatives of the
//!   reference ([`taped`]), for random cotangents where there are several outputs;
//! * scheduling changes no bit of a derivative; nor do the choices between storing and computing again;
//! * the Jacobian-vector product ([`crate::forward`]) computes the value to the bit, too, and agrees with the
//!   reference; so do dual numbers ([`crate::interpret::Dual`]);
//! * all this again in exact arithmetic ([`exact`]), where nothing is excused by rounding;
//! * in exact arithmetic, too, what is of second order ([`second`]).
//!
//! The reference shares no code with the passes, and rounds: a component may differ by as much as
//! rounding explains ([`compare`]).
//!
//! A panic inside a pass is a failure of that pass, like any other.

mod compare;
#[cfg(test)]
mod costs;
mod derived;
pub mod exact;
pub mod files;
mod floats;
#[cfg(test)]
mod mechanisms;
pub mod parallel;
mod second;
#[cfg(test)]
mod seldom;
pub mod source;
mod taped;
#[cfg(test)]
mod tests;

use crate::forward::takes_tangent;
use crate::interpret::{Datum, Interpreter, Number, Outcome, OverflowMode, Real, Trap, World};
use crate::ir::verify::verify;
use crate::ir::{CallOutput, Function, InstructionKind, Parameter};
use crate::reverse::Strategy;
use crate::signature::is_output;
use crate::simplify::{Folding, simplify};
use crate::types::Type;
use derived::{AllDerived, By, Stage};
use exact::Exactness;
use floats::Primal;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use taped::Recording;

/// A function with the functions it calls (callees before callers), and arguments for it.
#[derive(Clone, Debug)]
pub struct Program {
    /// The last is the main one. They call each other, and themselves, by their names.
    pub functions: Vec<Function>,
    /// One for each parameter of the main function.
    pub arguments: Vec<Datum<Real>>,
}

impl Program {
    /// A function that calls no others.
    pub fn new(function: Function, arguments: Vec<Datum<Real>>) -> Self {
        Self { functions: vec![function], arguments }
    }

    /// The main function.
    ///
    /// # Panics
    /// If there is no function at all.
    pub fn main(&self) -> &Function {
        self.functions.last().expect("a program has a function")
    }
}

/// What a check found: which pass is to blame and what differs.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The pass after which it first went wrong. `"lower"`: what came in; `"interpret"`: the references
    /// contradict each other.
    pub pass: &'static str,
    /// What differs, with the code before and after.
    pub message: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.pass, self.message)
    }
}

/// What came of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything agrees.
    Agrees,
    /// The program itself panics, and so does every stage.
    Panics,
    /// The reason why it has no derivative, or cannot be run. What could be checked agrees.
    Refused(String),
}

/// How to check.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How much rounding may change a component, relative to what it is a sum of.
    pub tolerance: f64,
    /// Whether the derivative is that of the simplified function, as on the road, or of the function as
    /// it came: then the passes meet code that simplification would have removed.
    pub simplified: bool,
    /// How many instructions the program may run; more is a refusal.
    pub steps: u64,
    /// At how many random points exact arithmetic is asked; see [`exact`].
    pub points: usize,
    /// Whether what every pass made is asked, or only what comes at the end of the road (and in floats what
    /// comes first). That takes two thirds of the time or less, and tells as well that something is wrong; which
    /// pass it was is then found by asking again.
    pub every_pass: bool,
    /// Values for what the interpreter does not look into; none: such a program is refused.
    pub world: Option<World>,
    /// The derivatives that the program itself calls of its functions; a check finds them.
    pub nested: Option<Nested>,
}

/// The derivatives that a program calls of its functions: those that the passes make. That they are right is
/// checked for each function by itself.
#[derive(Clone)]
pub struct Nested(Rc<Stage>);

impl fmt::Debug for Nested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Nested {
    fn gradients_known_to<'a>(&'a self, interpreter: Interpreter<'a>) -> Interpreter<'a> {
        self.0.gradients_known_to(interpreter)
    }

    /// Of a program's functions, if one of them calls the gradient of another one.
    fn of(functions: &[Function], passes: &Passes) -> Result<Option<Self>, Failure> {
        passes.made.nested.once(texts(functions), || Self::made(functions, passes))
    }

    fn made(functions: &[Function], passes: &Passes) -> Result<Option<Self>, Failure> {
        let mut calls = false;
        for function in functions {
            function.body.for_each_instruction(&mut |instruction| {
                calls |= matches!(
                    &instruction.kind,
                    InstructionKind::Call(call) if call.output == CallOutput::GradientInto
                );
            });
        }
        if !calls {
            return Ok(None);
        }
        let by = By { strategy: Strategy::default(), folding: Folding::Exact, passes };
        // The main function is not called.
        let callees = &functions[..functions.len() - 1];
        let derived = by.derived(callees)?;
        Ok(derived
            .ok()
            .and_then(|derived| derived.stages.into_iter().next_back())
            .map(Rc::new)
            .map(Nested))
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tolerance: 1e-9,
            simplified: true,
            steps: 1_000_000,
            points: 2,
            every_pass: true,
            world: None,
            nested: None,
        }
    }
}

impl Settings {
    /// For very many programs: the end of the road, at one random point.
    pub fn brief() -> Self {
        Self { every_pass: false, points: 1, ..Self::default() }
    }

    /// Whether what the pass at this position of so many made is asked.
    fn asks(&self, position: usize, count: usize) -> bool {
        self.every_pass || position + 1 == count
    }

    /// How much a derivative may run: each operation a few times, or as often as checkpoints ask for.
    fn derivative_steps(&self) -> u64 {
        self.steps.saturating_mul(100)
    }
}

/// Choices that change no bit before simplification unless they let a loop run forwards that would run
/// backwards, and so add up in another order. With the name of what they turn on or off.
const OTHERS: [(&str, Strategy); 2] = [
    ("checkpoint", Strategy { checkpoint: true, recompute: true }),
    ("recompute", Strategy { checkpoint: false, recompute: false }),
];

/// What came of a program, and what exact arithmetic said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What came of it.
    pub verdict: Verdict,
    /// Whether exact arithmetic confirms it, or has nothing to say: it is not asked where the verdict is
    /// another than [`Verdict::Agrees`], or for no points at all.
    pub exactness: Exactness,
}

/// Checks a program; see the module's documentation. Panics of passes are caught and reported; whether
/// they print is up to the panic hook.
pub fn check(program: &Program, settings: &Settings) -> Result<Verdict, Failure> {
    Checker::default().check(program, settings)
}

/// As [`check`], and tells whether exact arithmetic was conclusive: who checks many programs counts how
/// often it was not.
pub fn check_fully(program: &Program, settings: &Settings) -> Result<Checked, Failure> {
    Checker::default().check_fully(program, settings)
}

/// Checks programs that differ in their arguments: what the passes make of the same functions is made once.
#[derive(Default)]
pub struct Checker {
    passes: Passes,
}

impl Checker {
    /// As the function of this name.
    pub fn check(&self, program: &Program, settings: &Settings) -> Result<Verdict, Failure> {
        Ok(self.check_fully(program, settings)?.verdict)
    }

    /// As the function of this name.
    pub fn check_fully(&self, program: &Program, settings: &Settings) -> Result<Checked, Failure> {
        let checked = self.check_once(program, settings);
        match checked {
            Err(failure) if !settings.every_pass => {
                let in_full = Settings { every_pass: true, ..settings.clone() };
                Err(self.check_once(program, &in_full).err().unwrap_or(failure))
            }
            checked => checked,
        }
    }

    fn check_once(&self, program: &Program, settings: &Settings) -> Result<Checked, Failure> {
        let passes = &self.passes;
        passes.current.set("lower");
        let checked = catch_unwind(AssertUnwindSafe(|| checked(program, settings, passes)));
        checked.unwrap_or_else(|payload| {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
            let functions: String = program.functions.iter().map(|f| format!("\n{f}")).collect();
            let text = text.unwrap_or("a panic");
            Err(passes.failure(format!("panics: {text}{functions}")))
        })
    }

    /// Asks exact arithmetic alone about a program. ([`Self::check`] asks, too, and is content with whatever
    /// does not contradict; [`Self::check_fully`] tells.) Panics of passes are not caught.
    pub fn check_exactly(
        &self,
        program: &Program,
        settings: &Settings,
    ) -> Result<Exactness, Failure> {
        self.passes.current.set("lower");
        let nested = Nested::of(&program.functions, &self.passes)?;
        exact::exactly(program, &Settings { nested, ..settings.clone() }, &self.passes)
    }
}

/// Whether the program returns and all numbers and slopes on the way are of moderate magnitude: where they
/// are not, derivative code may overflow in another order than a reference does.
pub fn is_moderate(program: &Program, settings: &Settings) -> bool {
    let Some(main) = program.functions.last() else { return false };
    let interpreter = interpreter(&program.functions, settings, OverflowMode::Panic);
    Recording::of(&interpreter, main, &program.arguments).is_ok_and(|recording| recording.moderate)
}

/// The passes at work.
struct Passes {
    /// Which one runs, or ran last: what goes wrong is its fault.
    current: Cell<&'static str>,
    /// What they have made.
    made: Made,
}

impl Default for Passes {
    fn default() -> Self {
        Self { current: Cell::new("lower"), made: Made::default() }
    }
}

/// What the passes have made of functions, by how and by the functions' text.
#[derive(Default)]
struct Made {
    nested: Memory<String, Option<Nested>>,
    derived: Memory<(Folding, String), AllDerived>,
}

/// What was found, to be found once. There are few keys.
struct Memory<K, V>(RefCell<Vec<(K, V)>>);

impl<K, V> Default for Memory<K, V> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<K: PartialEq, V: Clone> Memory<K, V> {
    fn once(&self, key: K, find: impl FnOnce() -> Result<V, Failure>) -> Result<V, Failure> {
        let known = self.0.borrow().iter().find(|(known, _)| *known == key).map(|(_, v)| v.clone());
        if let Some(known) = known {
            return Ok(known);
        }
        let found = find()?;
        self.0.borrow_mut().push((key, found.clone()));
        Ok(found)
    }
}

impl Passes {
    fn run<T>(&self, pass: &'static str, run: impl FnOnce() -> T) -> T {
        self.current.set(pass);
        run()
    }

    /// The fault of the pass that ran last.
    fn failure(&self, message: String) -> Failure {
        Failure { pass: self.current.get(), message }
    }

    fn verified(&self, function: &Function) -> Result<(), Failure> {
        verify(function).map_err(|error| self.failure(format!("{error}\n{function}")))
    }
}

/// Result and parameters at exit, or why there are none. Steps may differ.
type Seen = Result<(Datum<Real>, Vec<Datum<Real>>), Trap>;

fn seen(outcome: &Result<Outcome<Real>, Trap>, parameters: &[Parameter]) -> Seen {
    let outcome = outcome.as_ref().map_err(Clone::clone)?;
    let exits = parameters.iter().zip(&outcome.parameters);
    // What was passed by value is gone.
    let visible = exits.map(|(parameter, exit)| match parameter.ty {
        Type::Reference { .. } => exit.clone(),
        _ => Datum::Nothing,
    });
    Ok((outcome.result.clone(), visible.collect()))
}

/// How many calls may be under way in one another: what recurses without end is to be refused before the
/// stack is used up.
const DEPTH: u32 = 100;

/// An interpreter that knows the value functions.
fn interpreter<'a>(
    functions: &'a [Function],
    settings: &'a Settings,
    mode: OverflowMode,
) -> Interpreter<'a> {
    let mut interpreter =
        Interpreter::new().step_limit(settings.steps).depth_limit(DEPTH).overflow(mode);
    if let Some(world) = &settings.world {
        interpreter = interpreter.world(world);
    }
    let interpreter = functions.iter().fold(interpreter, |interpreter, function| {
        interpreter.function(&CallOutput::Value.function_name(&function.name), function)
    });
    match &settings.nested {
        Some(Nested(stage)) => stage.known_to(interpreter),
        None => interpreter,
    }
}

fn checked(program: &Program, settings: &Settings, passes: &Passes) -> Result<Checked, Failure> {
    let nested = Nested::of(&program.functions, passes)?;
    let settings = &Settings { nested, ..settings.clone() };
    let nothing = |verdict| Checked { verdict, exactness: Exactness::Nothing };
    let refused = |reason: &str| Ok(nothing(Verdict::Refused(reason.to_owned())));
    let Some(main) = program.functions.last() else { return refused("there is no function") };
    for function in &program.functions {
        passes.verified(function)?;
    }
    let mut simplified = program.functions.clone();
    passes.run("simplify", || simplified.iter_mut().for_each(simplify));
    for function in &simplified {
        passes.verified(function)?;
    }
    let mut value = None;
    // What panics last is the one that the derivatives are compared to.
    for mode in [OverflowMode::Wrap, OverflowMode::Panic] {
        let run = |functions: &[Function]| {
            let main = functions.last().unwrap_or(main);
            interpreter(functions, settings, mode).run(main, program.arguments.clone())
        };
        let before = run(&program.functions);
        match &before {
            Err(Trap::Unsupported(what)) => return refused(what),
            Err(Trap::StepLimit) => return refused("it runs too long"),
            Err(Trap::Broken(what)) => {
                return Err(Failure { pass: "lower", message: format!("{what}\n{main}") });
            }
            _ => {}
        }
        let (before, after) =
            (seen(&before, &main.parameters), seen(&run(&simplified), &main.parameters));
        if before != after {
            return Err(passes.failure(format!(
                "the value is {after:?}, not {before:?}\n{}\n{}\n{:?}",
                texts(&program.functions),
                texts(&simplified),
                program.arguments
            )));
        }
        value = Some(before);
    }
    let functions = if settings.simplified { &simplified } else { &program.functions };
    let primal = Primal {
        functions,
        arguments: &program.arguments,
        value: value.unwrap_or(Err(Trap::StepLimit)),
        settings,
        passes,
    };
    let (verdict, derived) = primal.derivatives()?;
    if verdict != Verdict::Agrees || settings.points == 0 {
        return Ok(nothing(verdict));
    }
    let exactness = match exact::agrees_as_it_is(program, &simplified, settings, &derived) {
        Ok(exactness) => exactness,
        // A constant that was rounded, or a mistake.
        Err(_) => exact::exactly(program, settings, passes)?,
    };
    Ok(Checked { verdict, exactness })
}

fn texts(functions: &[Function]) -> String {
    functions.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A failure of a pass, with the code that it is about.
fn failure(
    pass: &'static str,
    message: &str,
    functions: &[Function],
    stage: Option<&Stage>,
    arguments: &[Datum<Real>],
) -> Failure {
    let derived = stage.map(|stage| stage.to_string()).unwrap_or_default();
    let message = format!("{message}\n{}\n{derived}\n{arguments:?}", texts(functions));
    Failure { pass, message }
}

/// What a Jacobian-vector product gives, as the function itself gives it, and the tangents: that of the
/// result, then, for every parameter, that of its content at exit.
fn split_jvp<N: Number>(
    mut outcome: Outcome<N>,
    parameters: &[Parameter],
) -> (Outcome<N>, Vec<Datum<N>>) {
    let mut exits = outcome.parameters.split_off(parameters.len()).into_iter();
    let mut tangents = vec![];
    let jvp = std::mem::replace(&mut outcome.result, Datum::Unit);
    match jvp {
        Datum::Tuple(mut parts) if parts.len() == 2 => {
            tangents.extend(parts.pop());
            outcome.result = parts.pop().unwrap_or(Datum::Nothing);
        }
        other => {
            tangents.push(other.zeros_like());
            outcome.result = other;
        }
    }
    for (parameter, exit) in parameters.iter().zip(&outcome.parameters) {
        let tangent = if takes_tangent(parameter) { exits.next() } else { None };
        tangents.push(match (is_output(&parameter.ty), tangent) {
            (true, Some(tangent)) => tangent,
            _ => exit.zeros_like(),
        });
    }
    (outcome, tangents)
}

/// Whether a sweep gives the derivative by a parameter; the parameter is that of the forward sweep.
fn is_covered(parameter: &Parameter) -> bool {
    parameter.active && parameter.ty.tangent() != Type::Unit
}

/// Runs the reverse sweep on what the forward sweep left. The cotangents of the result, and of the
/// parameters at exit; behind `&`, what is there already. The derivatives by the covered parameters, in
/// order.
fn reverse_sweep<N: Number>(
    interpreter: &Interpreter<'_>,
    (forward, reverse): (&Function, &Function),
    cotangent: &Datum<N>,
    exits: &[Datum<N>],
    mut tape: Vec<Datum<N>>,
) -> Result<Vec<Datum<N>>, String> {
    let mut adjoints = vec![];
    if forward.result_type.holds_floats() {
        adjoints.push(cotangent.clone());
    }
    let first = adjoints.len();
    let covered = || forward.parameters.iter().zip(exits).filter(|(p, _)| is_covered(p));
    let is_behind = |parameter: &Parameter| matches!(parameter.ty, Type::Reference { .. });
    // Behind `&` the gradient is added, behind `&mut` the cotangent at exit goes in.
    let behind = covered().filter(|(parameter, _)| is_behind(parameter));
    adjoints.extend(behind.map(|(_, exit)| exit.clone()));
    let outcome = interpreter
        .run_with_tape(reverse, adjoints, &mut tape)
        .map_err(|trap| format!("the reverse sweep: {trap:?}"))?;
    if !tape.is_empty() {
        return Err(format!("left on the tape: {tape:?}"));
    }
    let by_value = covered().filter(|(parameter, _)| !is_behind(parameter)).count();
    let mut by_value = match outcome.result {
        Datum::Tuple(parts) if by_value > 1 => parts.into_iter(),
        one => vec![one].into_iter(),
    };
    let mut behind = outcome.parameters.into_iter().skip(first);
    let gradients = covered().map(|(parameter, _)| {
        let part = if is_behind(parameter) { behind.next() } else { by_value.next() };
        part.unwrap_or(Datum::Nothing)
    });
    Ok(gradients.collect())
}

/// A number in the type of another.
fn like(other: Real, number: f64) -> Real {
    match other {
        Real::Single(_) => Real::Single(number as f32),
        Real::Double(_) => Real::Double(number),
    }
}

/// Something to overwrite: NaN in the shape of a gradient.
fn garbage(argument: &Datum<Real>) -> Datum<Real> {
    let mut datum = argument.zeros_like();
    datum.for_each_float_mut(&mut |value| *value = Real::Double(f64::NAN));
    datum
}

/// A small generator of pseudorandom numbers (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A factor that is the same number in every float type; not zero.
    fn weight(&mut self) -> f64 {
        let magnitude = (1 + (self.next() >> 32) % 15) as f64 / 8.0;
        if self.next() >> 63 == 0 { magnitude } else { -magnitude }
    }

    /// A cotangent of what a function gives.
    fn cotangent(&mut self, output: &Datum<Real>) -> Datum<Real> {
        let mut cotangent = output.zeros_like();
        cotangent.for_each_float_mut(&mut |value| {
            *value = like(*value, self.weight());
        });
        cotangent
    }
}
