//! The derivative functions of a program after every pass of the road.
//!
//! Callees are taken as far as the main function is: after each pass, all functions of the program are
//! those that this pass made, and call each other. So a mistake shows at the pass that makes it, whichever
//! function it is in.

use super::second::{Second, SecondPart};
use super::{Failure, OTHERS, Passes, Settings, texts};
use crate::activity::Activity;
use crate::diagnostics::Diagnostics;
use crate::forward::{Forwarded, forward};
use crate::interpret::{Interpreter, OverflowMode};
use crate::ir::{Call, CallOutput, Function, InstructionKind, SlotId};
use crate::lanes::{self, Width};
use crate::reverse::split::{Split, split, with_active_outputs};
use crate::reverse::{self, Reversed, Strategy, support};
use crate::schedule::{self, schedule};
use crate::signature::is_output;
use crate::simplify::{Folding, simplify_derivative_with, simplify_reverse_with};
use crate::threads::{self, Grid};
use std::collections::HashSet;
use std::fmt;
use std::rc::Rc;

/// The passes of the road, in order; the split function has its own first one.
pub(super) const PASSES: [&str; 4] =
    ["reverse", "schedule", "simplify of the derivative", "finish"];

/// The derivative functions of a program.
pub(super) struct Derived {
    /// What was chosen to make them.
    pub(super) choice: &'static str,
    /// After each pass.
    pub(super) stages: Vec<Stage>,
    /// After these, with loops that run two iterations at a time, if there are any. Sums have another order then:
    /// exact arithmetic alone says whether they are right.
    pub(super) lanes: Option<Stage>,
    /// The same with the loops of gradients in chunks of three iterations.
    pub(super) chunks: Option<Stage>,
    /// By function of the program: what reverse mode made, as text.
    code: Vec<String>,
    independent_loops: Vec<[usize; 2]>,
}

/// By every choice that makes a difference, the default first; or why there is nothing.
pub(super) type AllDerived = Result<Rc<Vec<Derived>>, String>;

/// The derivative functions after a pass.
pub(super) struct Stage {
    pub(super) pass: &'static str,
    /// By function of the program.
    functions: Vec<Derivatives>,
}

/// Those of one function.
#[derive(Clone, Default)]
pub(super) struct Derivatives {
    name: String,
    /// `gradient_into`.
    pub(super) gradient: Option<Function>,
    /// `__forward` and `__reverse`.
    sweeps: Option<(Function, Function)>,
    /// `jvp`.
    jvp: Option<Function>,
    /// What is of second order.
    pub(super) second: Second,
}

/// A function after every pass.
type Road<T> = [T; PASSES.len()];

/// How derivatives are made.
#[derive(Clone, Copy)]
pub(super) struct By<'a> {
    pub(super) strategy: Strategy,
    pub(super) folding: Folding,
    pub(super) passes: &'a Passes,
}

/// What reverse mode makes of a function, or why it makes nothing.
struct Begun {
    gradient: Result<Reversed, String>,
    /// With the function as the sweeps see it.
    sweeps: Result<(Function, Split), String>,
    /// The Jacobian-vector product, by forward mode, with the function as the sweeps see it.
    jvp: Result<(Function, Function), String>,
    code: String,
}

impl Begun {
    fn independent_loops(&self) -> [usize; 2] {
        [
            self.gradient.as_ref().map_or(0, |reversed| reversed.loops.len()),
            self.sweeps.as_ref().map_or(0, |(_, split)| split.reverse.loops.len()),
        ]
    }
}

impl Passes {
    /// What is made of functions by default and, where that is something else, by the other choices.
    pub(super) fn derived(
        &self,
        folding: Folding,
        functions: &[Function],
    ) -> Result<AllDerived, Failure> {
        self.made.derived.once((folding, texts(functions)), || {
            let by = |strategy| By { strategy, folding, passes: self };
            let plain = match by(Strategy::default()).derived(functions)? {
                Ok(plain) => plain,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let mut all = vec![plain];
            for (choice, strategy) in OTHERS {
                if let Some(other) = by(strategy).derived_unless_like(&all[0], functions)? {
                    all.push(Derived { choice, ..other });
                }
            }
            Ok(Ok(Rc::new(all)))
        })
    }
}

impl By<'_> {
    /// The derivatives of all functions, or why the main one has none.
    pub(super) fn derived(
        self,
        functions: &[Function],
    ) -> Result<Result<Derived, String>, Failure> {
        let begun = functions.iter().map(|function| self.begun(function)).collect();
        self.finished(functions, begun, None)
    }

    /// The same if anything of it is other code than what was made otherwise, and there is something.
    pub(super) fn derived_unless_like(
        self,
        other: &Derived,
        functions: &[Function],
    ) -> Result<Option<Derived>, Failure> {
        let begun: Vec<_> = functions.iter().map(|function| self.begun(function)).collect();
        if begun.iter().map(|begun| &begun.code).eq(&other.code) {
            return Ok(None);
        }
        Ok(self.finished(functions, begun, Some(other))?.ok())
    }

    fn begun(self, function: &Function) -> Begun {
        self.passes.current.set(PASSES[0]);
        let gradient = gradient(function, self.strategy);
        self.passes.current.set("split");
        let sweeps = sweeps(function, self.strategy);
        self.passes.current.set("forward");
        let jvp = jvp(function);
        let text = |result: Result<String, &String>| result.unwrap_or_else(String::clone);
        let code = [
            text(gradient.as_ref().map(|reversed| reversed.function.to_string())),
            text(
                sweeps
                    .as_ref()
                    .map(|(_, split)| format!("{}{}", split.forward, split.reverse.function)),
            ),
        ];
        Begun { gradient, sweeps, jvp, code: code.concat() }
    }

    /// The rest of the road. `other`: what was made from the same functions, by the same passes.
    fn finished(
        self,
        functions: &[Function],
        begun: Vec<Begun>,
        other: Option<&Derived>,
    ) -> Result<Result<Derived, String>, Failure> {
        let mut stages: Vec<_> =
            PASSES.iter().map(|pass| Stage { pass, functions: vec![] }).collect();
        // Why functions have no derivative, by the name of what is missing.
        let mut refusals = vec![];
        let independent_loops = begun.iter().map(Begun::independent_loops).collect();
        let mut code = vec![];
        for (position, (function, begun)) in functions.iter().zip(begun).enumerate() {
            if let Some(other) = other.filter(|other| other.code[position] == begun.code) {
                for (stage, same) in stages.iter_mut().zip(&other.stages) {
                    stage.functions.push(same.functions[position].clone());
                }
                code.push(begun.code);
                continue;
            }
            for stage in &mut stages {
                let name = function.name.clone();
                stage.functions.push(Derivatives { name, ..Derivatives::default() });
            }
            code.push(begun.code);
            match begun.gradient {
                Ok(reversed) => {
                    let road = self.gradient_road(function, reversed)?;
                    for (stage, gradient) in stages.iter_mut().zip(road) {
                        stage.last().gradient = Some(gradient);
                    }
                }
                // Without a float to return, the sweeps' is the reason.
                Err(refusal) if function.result_type.is_loss() => {
                    refusals.push((&function.name, refusal));
                }
                Err(_) => {}
            }
            match begun.sweeps {
                Ok((primal, split)) => {
                    self.second_sweeps(&primal, split.clone(), &mut stages)?;
                    let road = self.sweeps_road(&primal, split)?;
                    for (stage, sweeps) in stages.iter_mut().zip(road) {
                        stage.last().sweeps = Some(sweeps);
                    }
                }
                Err(refusal) => refusals.push((&function.name, refusal)),
            }
            self.second_road(function, position + 1 == functions.len(), &mut stages)?;
            // Why there is none, the sweeps say, too.
            if let Ok((primal, jvp)) = begun.jvp {
                let road = self.jvp_road(&primal, jvp)?;
                for (stage, jvp) in stages.iter_mut().zip(road) {
                    stage.last().jvp = Some(jvp);
                }
            }
        }
        let reason = |name: &str| {
            let own = refusals.iter().find(|(function, _)| *function == name);
            own.map_or_else(|| format!("no derivative of `{name}`"), |(_, refusal)| refusal.clone())
        };
        for stage in &mut stages {
            if let Err(name) = stage.keep_what_is_complete() {
                return Ok(Err(reason(&name)));
            }
        }
        let lanes = self.with_lanes(functions, stages.last())?;
        let chunks = self.with_chunks(stages.last())?;
        Ok(Ok(Derived { choice: "default", stages, lanes, chunks, code, independent_loops }))
    }

    /// The last stage with loops split into lanes, as few as there can be: the loops of programs are short.
    fn with_lanes(
        self,
        functions: &[Function],
        last: Option<&Stage>,
    ) -> Result<Option<Stage>, Failure> {
        let Some(last) = last else { return Ok(None) };
        let mut stage = Stage { pass: "lanes", functions: last.functions.clone() };
        let mut any = false;
        for (function, derivatives) in functions.iter().zip(&mut stage.functions) {
            let mut outputs = derivatives.functions_mut();
            self.passes.run("lanes", || {
                lanes::split_loops(&mut outputs, function.values.len(), Width::Of(2));
            });
            for output in outputs {
                self.passes.verified(output)?;
                any |= lanes::has_lanes(output);
            }
        }
        Ok(any.then_some(stage))
    }

    /// The last stage with the loops of gradients split into chunks, with lanes inside of them where there can be:
    /// short ones, as above.
    fn with_chunks(self, last: Option<&Stage>) -> Result<Option<Stage>, Failure> {
        let Some(last) = last else { return Ok(None) };
        let mut stage = Stage { pass: "threads", functions: last.functions.clone() };
        let mut any = false;
        for output in stage.functions.iter_mut().flat_map(|of| &mut of.gradient) {
            self.passes.run("threads", || threads::split_loops(output, Grid::Of(3)));
            self.passes.verified(output)?;
            any |= threads::has_chunks(output);
            self.passes.run("lanes", || lanes::split_loops(&mut [&mut *output], 0, Width::Of(2)));
            self.passes.verified(output)?;
        }
        Ok(any.then_some(stage))
    }

    /// The gradient function after every pass.
    fn gradient_road(
        self,
        primal: &Function,
        reversed: Reversed,
    ) -> Result<Road<Function>, Failure> {
        let passes = self.passes;
        passes.current.set(PASSES[0]);
        let first = reversed.function.clone();
        passes.verified(&first)?;
        let second = passes.run(PASSES[1], || schedule(reversed));
        passes.verified(&second)?;
        let mut third = second.clone();
        passes.run(PASSES[2], || simplify_derivative_with(&mut third, primal, self.folding));
        passes.verified(&third)?;
        let mut fourth = third.clone();
        passes.run(PASSES[3], || schedule::finish(&mut fourth, SlotId(primal.slots.len() as u32)));
        passes.verified(&fourth)?;
        Ok([first, second, third, fourth])
    }

    /// The Jacobian-vector product after every pass; it is not scheduled.
    fn jvp_road(self, primal: &Function, first: Function) -> Result<Road<Function>, Failure> {
        let passes = self.passes;
        passes.current.set("forward");
        passes.verified(&first)?;
        let mut third = first.clone();
        passes.run(PASSES[2], || simplify_derivative_with(&mut third, primal, self.folding));
        passes.verified(&third)?;
        Ok([first.clone(), first, third.clone(), third])
    }

    /// The two sweeps after every pass.
    fn sweeps_road(
        self,
        primal: &Function,
        split: Split,
    ) -> Result<Road<(Function, Function)>, Failure> {
        let passes = self.passes;
        let Split { forward, reverse, tape } = split;
        let written = |pass, forward: &Function, reverse: &Function| {
            let (mut forward, mut reverse) = (forward.clone(), reverse.clone());
            passes.run(pass, || tape.clone().write(&mut forward, &mut reverse));
            passes.verified(&forward)?;
            passes.verified(&reverse)?;
            Ok((forward, reverse))
        };
        let first = written("split", &forward, &reverse.function)?;
        let mut scheduled = passes.run(PASSES[1], || schedule(reverse));
        let second = written(PASSES[1], &forward, &scheduled)?;
        passes.run(PASSES[2], || simplify_reverse_with(&mut scheduled, primal, self.folding));
        let mut third = written(PASSES[2], &forward, &scheduled)?;
        passes.run(PASSES[2], || simplify_derivative_with(&mut third.0, primal, self.folding));
        passes.verified(&third.0)?;
        let mut fourth = third.clone();
        passes
            .run(PASSES[3], || schedule::finish(&mut fourth.1, SlotId(primal.slots.len() as u32)));
        passes.verified(&fourth.1)?;
        Ok([first, second, third, fourth])
    }
}

impl Derived {
    /// How many loops of each function run forwards in reverse, in the gradient and in the sweeps.
    pub(super) fn independent_loops(&self) -> &[[usize; 2]] {
        &self.independent_loops
    }
}

impl Derivatives {
    fn functions_mut(&mut self) -> Vec<&mut Function> {
        let Self { name: _, gradient, sweeps, jvp, second } = self;
        let sweeps = sweeps.iter_mut().flat_map(|(forward, reverse)| [forward, reverse]);
        let own = gradient.iter_mut().chain(sweeps).chain(jvp);
        own.chain(second.functions_mut()).collect()
    }
}

impl Stage {
    /// The function that is under way.
    pub(super) fn last(&mut self) -> &mut Derivatives {
        let last = self.functions.len() - 1;
        &mut self.functions[last]
    }

    /// All derivative functions of the main function.
    #[cfg(test)]
    pub(super) fn main_functions(&mut self) -> impl Iterator<Item = &mut Function> {
        let Derivatives { gradient, sweeps, jvp, second, .. } = self.last();
        let Second { gradient: second_gradient, sweeps: second_sweeps, .. } = second;
        let sweeps = sweeps.iter_mut().chain(second_sweeps);
        let sweeps = sweeps.flat_map(|(forward, reverse)| [forward, reverse]);
        gradient.iter_mut().chain(sweeps).chain(jvp).chain(second_gradient)
    }

    /// The derivative functions of the main function, each with what it is.
    #[cfg(test)]
    pub(super) fn named_functions(&self) -> Vec<(&'static str, &Function)> {
        let Some(Derivatives { gradient, sweeps, jvp, second, .. }) = self.functions.last() else {
            return vec![];
        };
        let mut named = vec![];
        named.extend(gradient.iter().map(|function| ("gradient", function)));
        named.extend(sweeps.iter().flat_map(|(f, r)| [("forward sweep", f), ("reverse sweep", r)]));
        named.extend(jvp.iter().map(|function| ("jvp", function)));
        named.extend(second.functions().map(|function| ("second order", function)));
        named
    }

    pub(super) fn main_gradient(&self) -> Option<&Function> {
        self.functions.last()?.gradient.as_ref()
    }

    pub(super) fn main_jvp(&self) -> Option<&Function> {
        self.functions.last()?.jvp.as_ref()
    }

    /// The pass that is to blame for a Jacobian-vector product.
    pub(super) fn jvp_pass(&self) -> &'static str {
        match self.pass == PASSES[0] || self.pass == PASSES[1] {
            true => "forward",
            false => self.pass,
        }
    }

    pub(super) fn main_second(&self) -> Option<&Second> {
        Some(&self.functions.last()?.second)
    }

    pub(super) fn main_sweeps(&self) -> Option<&(Function, Function)> {
        self.functions.last()?.sweeps.as_ref()
    }

    /// An interpreter that knows all functions.
    pub(super) fn interpreter<'a>(
        &'a self,
        values: &'a [Function],
        settings: &'a Settings,
    ) -> Interpreter<'a> {
        let mut interpreter = super::interpreter(values, settings, OverflowMode::Panic)
            .step_limit(settings.derivative_steps());
        interpreter = self.known_to(interpreter);
        // The gradients that the program itself calls are the same at every stage: so are their bits.
        if let Some(nested) = &settings.nested {
            interpreter = nested.gradients_known_to(interpreter);
        }
        interpreter
    }

    /// The interpreter that knows the gradients.
    pub(super) fn gradients_known_to<'a>(
        &'a self,
        interpreter: Interpreter<'a>,
    ) -> Interpreter<'a> {
        self.functions.iter().fold(interpreter, |interpreter, function| match &function.gradient {
            Some(gradient) => {
                let name = CallOutput::GradientInto.function_name(&function.name);
                interpreter.function(&name, gradient)
            }
            None => interpreter,
        })
    }

    /// The interpreter that knows all derivatives, too.
    pub(super) fn known_to<'a>(&'a self, mut interpreter: Interpreter<'a>) -> Interpreter<'a> {
        for Derivatives { name, gradient, sweeps, jvp, second } in &self.functions {
            interpreter = second.known_to(interpreter, name);
            if let Some(jvp) = jvp {
                interpreter = interpreter.function(&CallOutput::Jvp.function_name(name), jvp);
            }
            if let Some(gradient) = gradient {
                let name = CallOutput::GradientInto.function_name(name);
                interpreter = interpreter.function(&name, gradient);
            }
            if let Some((forward, reverse)) = sweeps {
                let names = [CallOutput::Forward, CallOutput::Reverse]
                    .map(|output| output.function_name(name));
                interpreter = interpreter.function(&names[0], forward).function(&names[1], reverse);
            }
        }
        interpreter
    }

    /// Drops what calls derivative code that was refused. The name of the function to blame if nothing
    /// is left of the main function.
    fn keep_what_is_complete(&mut self) -> Result<(), String> {
        let Some(main) = self.functions.last() else { return Ok(()) };
        let mut blamed = main.name.clone();
        let gradient_missing =
            main.gradient.as_ref().and_then(|gradient| self.missing(&[gradient]));
        let jvp_missing = main.jvp.as_ref().and_then(|jvp| self.missing(&[jvp]));
        let sweeps_missing =
            main.sweeps.as_ref().and_then(|(forward, reverse)| self.missing(&[forward, reverse]));
        let main = self.last();
        if let Some(name) = gradient_missing {
            main.gradient = None;
            blamed = name;
        }
        if jvp_missing.is_some() {
            main.jvp = None;
        }
        if let Some(name) = sweeps_missing {
            main.sweeps = None;
            blamed = name;
        }
        let complete = main.gradient.is_some() || main.sweeps.is_some();
        for part in SecondPart::ALL {
            let functions = self.functions.last().map(|main| main.second.part(part));
            if self.missing(&functions.unwrap_or_default()).is_some() {
                self.last().second.drop_part(part);
            }
        }
        match complete {
            true => Ok(()),
            false => Err(blamed),
        }
    }

    /// A function without the derivative code that the given ones call, directly or not.
    fn missing(&self, from: &[&Function]) -> Option<String> {
        let mut seen = HashSet::new();
        let mut open = from.to_vec();
        while let Some(function) = open.pop() {
            let mut calls: Vec<Call> = vec![];
            function.body.for_each_instruction(&mut |instruction| {
                if let InstructionKind::Call(call) = &instruction.kind
                    && call.output != CallOutput::Value
                {
                    calls.push(call.clone());
                }
            });
            for call in calls {
                let name = call.name.to_string();
                if !seen.insert((name.clone(), call.output as u8)) {
                    continue;
                }
                let callee = self.functions.iter().rfind(|derivatives| derivatives.name == name);
                let code = callee.and_then(|callee| match call.output {
                    CallOutput::Value => None,
                    CallOutput::Gradient | CallOutput::GradientInto => callee.gradient.as_ref(),
                    CallOutput::Jvp => callee.jvp.as_ref(),
                    CallOutput::Forward => callee.sweeps.as_ref().map(|(forward, _)| forward),
                    CallOutput::Reverse => callee.sweeps.as_ref().map(|(_, reverse)| reverse),
                    CallOutput::GradientIntoJvp => callee.second.gradient.as_ref(),
                    CallOutput::ForwardJvp => callee.second.sweeps.as_ref().map(|(f, _)| f),
                    CallOutput::ReverseJvp => callee.second.sweeps.as_ref().map(|(_, r)| r),
                    CallOutput::Hvp => callee.second.product.as_ref(),
                    // Made of the others, or of third order.
                    CallOutput::JvpJvp
                    | CallOutput::GradientIntoJvpJvp
                    | CallOutput::ForwardJvpJvp
                    | CallOutput::ReverseJvpJvp
                    | CallOutput::ValueAndGradient
                    | CallOutput::Vjp
                    | CallOutput::QuietHvp
                    | CallOutput::QuietJvp => None,
                });
                match code {
                    Some(code) => open.push(code),
                    None => return Some(name),
                }
            }
        }
        None
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Derivatives { gradient, sweeps, jvp, second, .. } in &self.functions {
            for function in gradient.iter().chain(jvp).chain(second.functions()) {
                writeln!(f, "{function}")?;
            }
            if let Some((forward, reverse)) = sweeps {
                writeln!(f, "{forward}\n{reverse}")?;
            }
        }
        Ok(())
    }
}

/// The first message of the check before differentiation.
fn refused(primal: &Function, activity: &Activity) -> Option<String> {
    let mut diagnostics = Diagnostics::new();
    support::check(primal, activity, &mut diagnostics);
    diagnostics.iter().next().map(|diagnostic| diagnostic.message.clone())
}

/// The gradient function, as the road of `expand` makes it.
fn gradient(primal: &Function, strategy: Strategy) -> Result<Reversed, String> {
    if !primal.result_type.is_loss() || !primal.parameters.iter().any(|p| p.active) {
        return Err("it does not return a float that depends on a float".to_owned());
    }
    let activity = Activity::of(primal);
    if let Some(refusal) = refused(primal, &activity) {
        return Err(refusal);
    }
    let reversed = reverse::reverse_with(primal, &activity, strategy);
    match reversed.refusals.first() {
        Some(refusal) => Err(refusal.message.clone()),
        None => Ok(reversed),
    }
}

/// A function as the sweeps and forward mode see it, and its activity.
fn with_outputs(value: &Function) -> Result<(Function, Activity), String> {
    let outputs = value.parameters.iter().any(|parameter| is_output(&parameter.ty));
    let primal = with_active_outputs(value);
    let varies = primal.parameters.iter().any(|parameter| parameter.active);
    if !varies || !(outputs || value.result_type.holds_floats()) {
        return Err("it does not give floats that depend on floats".to_owned());
    }
    let activity = Activity::of(&primal);
    match refused(&primal, &activity) {
        Some(refusal) => Err(refusal),
        None => Ok((primal, activity)),
    }
}

/// The two sweeps as functions of their own, as the road of `expand` makes them.
fn sweeps(value: &Function, strategy: Strategy) -> Result<(Function, Split), String> {
    let (primal, activity) = with_outputs(value)?;
    let split = split(&primal, &activity, strategy);
    match split.reverse.refusals.first() {
        Some(refusal) => Err(refusal.message.clone()),
        None => Ok((primal, split)),
    }
}

/// The Jacobian-vector product, as the road of `expand` makes it.
fn jvp(value: &Function) -> Result<(Function, Function), String> {
    let (primal, activity) = with_outputs(value)?;
    let Forwarded { function, refusals } = forward(&primal, &activity);
    match refusals.first() {
        Some(refusal) => Err(refusal.message.clone()),
        None => Ok((primal, function)),
    }
}
