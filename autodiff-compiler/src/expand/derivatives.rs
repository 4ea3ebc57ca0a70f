//! The roads of the derivatives, after the value function: each is a list of passes.

use super::{check, check_between};
use crate::activity::Activity;
use crate::diagnostics::{Diagnostics, SourceSpan};
use crate::emit::item::{Derivatives, Matrix, Sweeps};
use crate::forward::{self, Forwarded};
use crate::ir::{Function, InstructionKind, SlotId};
use crate::lanes;
use crate::matrix::one_by_one::{self, Mode, Own};
use crate::matrix::{self, Size, at_once, edge_pushing};
use crate::options::{Options, Output};
use crate::reverse::split::Split;
use crate::reverse::tape::Tape;
use crate::reverse::{self, Refusal, Strategy};
use crate::schedule;
use crate::second;
use crate::second::sweeps::SweepsWithTangents;
use crate::signature::{FunctionSignature, Notes, is_output};
use crate::simplify::{self, ValueIn};
use crate::threads::{self, Grid};
use crate::trace::Trace;
use crate::types::FloatType;

/// What the user chose about derivatives.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    strategy: Strategy,
    /// The outputs that are asked for by name, and where.
    outputs: Vec<(Output, SourceSpan)>,
}

impl Choices {
    /// What the attribute's arguments say.
    pub fn of(options: &Options) -> Self {
        Self {
            strategy: Strategy { checkpoint: options.checkpoint, ..Strategy::default() },
            outputs: options.outputs.iter().copied().zip(options.spans.iter().copied()).collect(),
        }
    }

    /// The same of a function that may fail: what is wanted alone comes with the value, which tells whether it did.
    fn with_value(&self) -> Self {
        let jointly = |(output, span): &(Output, SourceSpan)| match output {
            Output::Jacobian => Some((Output::ValueAndJacobian, *span)),
            Output::Hessian => Some((Output::ValueGradientHessian, *span)),
            // It is made from the gradient with its tangents.
            Output::Hvp => None,
            other => Some((*other, *span)),
        };
        Self { outputs: self.outputs.iter().filter_map(jointly).collect(), ..self.clone() }
    }

    /// Where an output is asked for.
    fn asked(&self, output: Output) -> Option<SourceSpan> {
        self.outputs.iter().find(|(other, _)| *other == output).map(|(_, span)| *span)
    }
}

/// The derivative functions of a simplified value function.
pub fn derivatives(
    value: &Function,
    signature: &FunctionSignature,
    own: &Own,
    choices: &Choices,
    trace: &mut Trace,
    diagnostics: &mut Diagnostics,
) -> Option<Derivatives> {
    check_outputs(signature, choices, diagnostics)?;
    let choices = if signature.fallible { &choices.with_value() } else { choices };
    let strategy = choices.strategy;
    let vjp = choices.asked(Output::Vjp).is_some();
    let mut derivatives = Derivatives { vjp, ..Derivatives::default() };
    if signature.result.is_loss() {
        let mut gradient = gradient(value, strategy, trace, diagnostics)?;
        second_order(value, &gradient, own, choices, &mut derivatives, trace, diagnostics)?;
        let first = SlotId(value.slots.len() as u32);
        let parallel = |(output, _): &(Output, SourceSpan)| output.is_parallel();
        if choices.outputs.iter().any(parallel) {
            let mut chunked = gradient.clone();
            schedule::use_workspace(&mut chunked, first);
            threads::split_loops(&mut chunked, Grid::Cache);
            // After the split: what is carried to the next iteration ties them together.
            schedule::carry_to_neighbours(&mut chunked, first);
            trace.ir("threads", &chunked);
            check_between("threads", &chunked, diagnostics)?;
            derivatives.parallel = Some(chunked);
            derivatives.par_value_and_gradient =
                choices.asked(Output::ParValueAndGradient).is_some();
        }
        schedule::finish(&mut gradient, first);
        derivatives.gradient = Some(gradient);
    }
    if signature.notes.jvp {
        derivatives.jvp = Some(jacobian_vector_product(value, trace, diagnostics)?);
    }
    if let (true, Some(jvp)) = (signature.notes.third, &derivatives.jvp) {
        refuse_missing(jvp, &Activity::of(jvp), diagnostics)?;
        let again = second::once_more(jvp, value.parameters.len());
        let kept = ValueIn::First;
        let function = finished("jvp with tangents", again, value, kept, trace, diagnostics)?;
        derivatives.higher.push(("__jvp_jvp", function));
    }
    jacobians(value, signature, own, choices, &mut derivatives, trace, diagnostics)?;
    let notes = signature.notes;
    if needs_sweeps(signature, value) || derivatives.vjp {
        derivatives.sweeps = Some(sweeps(value, strategy, notes, trace, diagnostics)?);
    } else if signature.offers_split() && signature.result.is_float() {
        // An offer to callers: the gradient is there without it.
        derivatives.sweeps = sweeps(value, strategy, notes, trace, &mut Diagnostics::new());
    }
    Some(derivatives)
}

/// Outputs that are asked for and do not fit what the function returns.
fn check_outputs(
    signature: &FunctionSignature,
    choices: &Choices,
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    let of_floats = [Output::Hvp, Output::Hessian, Output::ValueGradientHessian];
    for (output, span) in &choices.outputs {
        let name = output.name();
        if output.is_parallel() && !signature.result.is_loss() {
            diagnostics.error(
                *span,
                format!("`{name}` is for functions that return one float"),
                "leave it out; the derivatives of this function are `vjp` and `jacobian`"
                    .to_string(),
            );
        }
        if of_floats.contains(output) && !signature.result.is_loss() {
            diagnostics.error(
                *span,
                format!("`{name}` is for functions that return one float"),
                "ask for `jacobian` or `jvp`; or return the float whose second derivatives are wanted"
                    .to_string(),
            );
        }
        let of_vectors = [Output::Jacobian, Output::ValueAndJacobian];
        let changes = signature.parameters.iter().any(is_output);
        if of_vectors.contains(output) && signature.result.is_float() && !changes {
            diagnostics.error(
                *span,
                format!("`{name}` is for functions that give several floats"),
                "the derivative of a float is its `gradient`, which is there without being asked for"
                    .to_string(),
            );
        }
    }
    diagnostics.is_empty().then_some(())
}

/// The derivatives of second order that are asked for.
fn second_order(
    value: &Function,
    gradient: &Function,
    own: &Own,
    choices: &Choices,
    derivatives: &mut Derivatives,
    trace: &mut Trace,
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    if !own.signature.notes.second {
        return Some(());
    }
    let activity = Activity::of(gradient);
    refuse_missing(gradient, &activity, diagnostics)?;
    let made = second::gradient_with_tangents(gradient);
    let kept = ValueIn::First;
    if own.signature.notes.third {
        let first = &made.function;
        refuse(&made.refusals, diagnostics)?;
        refuse_missing(first, &Activity::of(first), diagnostics)?;
        let again = second::once_more(first, gradient.parameters.len());
        let name = "gradient with second tangents";
        let function = finished(name, again, value, kept, trace, diagnostics)?;
        derivatives.higher.push(("__gradient_into_jvp_jvp", function));
    }
    let function = finished("gradient with tangents", made, value, kept, trace, diagnostics)?;
    derivatives.higher.push(("__gradient_into_jvp", function));
    let asked = |output| choices.asked(output);
    let hessians = [Output::Hessian, Output::ValueGradientHessian];
    let mut wants_product = asked(Output::Hvp).is_some();
    for output in hessians {
        let Some(span) = asked(output) else { continue };
        let tangents = matrix::gradient_types(value);
        let float = common_float(&tangents, output, span, diagnostics)?;
        let size = Size::of(&tangents);
        let jointly = output == Output::ValueGradientHessian;
        let kept = if jointly { ValueIn::First } else { ValueIn::Nothing };
        let function = if matrix::fits_at_once(gradient, &size, matrix::LONGEST_AT_ONCE) {
            let made = at_once::hessian(value, gradient, &float, jointly);
            let along = finished(output.name(), made, value, kept, trace, diagnostics)?;
            let longest = matrix::LONGEST_AT_ONCE;
            match edge_pushing::hessian(value, &float, jointly, longest) {
                Some(made) => {
                    let pushed = finished(output.name(), made, value, kept, trace, diagnostics)?;
                    matrix::cheaper(pushed, along)
                }
                None => along,
            }
        } else {
            may_repeat(value, own, output, (span, true), diagnostics)?;
            wants_product |= !own.prints;
            if own.prints && derivatives.quiet_hvp.is_none() {
                let quiet =
                    second::hessian_vector_product(value, &second::without_effects(gradient));
                let nothing = ValueIn::Nothing;
                let quiet = finished("hvp", quiet, value, nothing, trace, diagnostics)?;
                derivatives.quiet_hvp = Some(quiet);
            }
            let function = one_by_one::hessian(value, own, &float, jointly);
            let made = Forwarded { function, refusals: vec![] };
            finished(output.name(), made, value, kept, trace, diagnostics)?
        };
        derivatives.matrices.push(Matrix { output, function });
    }
    if wants_product {
        let made = second::hessian_vector_product(value, gradient);
        let nothing = ValueIn::Nothing;
        derivatives.hvp = Some(finished("hvp", made, value, nothing, trace, diagnostics)?);
    }
    Some(())
}

/// The Jacobians: where a function gives several floats one is there without being asked for, if it can be.
fn jacobians(
    value: &Function,
    signature: &FunctionSignature,
    own: &Own,
    choices: &Choices,
    derivatives: &mut Derivatives,
    trace: &mut Trace,
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    let by_default = signature.has_outputs() && !signature.result.is_loss();
    let alone = if signature.fallible { Output::ValueAndJacobian } else { Output::Jacobian };
    for output in [Output::Jacobian, Output::ValueAndJacobian] {
        let asked = choices.asked(output);
        match asked {
            Some(span) => {
                let of = JacobianOf { value, own, output, span, asked: true };
                jacobian(of, derivatives, trace, diagnostics)?;
            }
            None if by_default && output == alone => {
                let of = JacobianOf { value, own, output, span: value.span(), asked: false };
                // What speaks against it is no error: nobody asked.
                let mut silent = Diagnostics::new();
                let mut with = derivatives.clone();
                if jacobian(of, &mut with, trace, &mut silent).is_some() {
                    *derivatives = with;
                }
            }
            None => {}
        }
    }
    Some(())
}

/// A Jacobian that is to be made.
struct JacobianOf<'a> {
    value: &'a Function,
    own: &'a Own,
    output: Output,
    span: SourceSpan,
    asked: bool,
}

fn jacobian(
    of: JacobianOf<'_>,
    derivatives: &mut Derivatives,
    trace: &mut Trace,
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    let JacobianOf { value, own, output, span, asked } = of;
    let inputs = matrix::gradient_types(value);
    let parameters = value.parameters.iter().map(|parameter| &parameter.ty);
    let outputs = matrix::output_types(&value.result_type, parameters);
    let float = common_float(inputs.iter().chain(&outputs), output, span, diagnostics)?;
    let (columns, rows) = (Size::of(&inputs), Size::of(&outputs));
    let jointly = output == Output::ValueAndJacobian;
    let kept = if jointly { ValueIn::First } else { ValueIn::Nothing };
    let primal = reverse::split::with_active_outputs(value);
    let activity = activity(&primal, diagnostics)?;
    let forwards = forward::missing(&primal, &activity).is_empty();
    // What nobody asked for may not be long.
    let (most, longest) = match asked {
        true => (matrix::MOST_COLUMNS_AT_ONCE, matrix::LONGEST_AT_ONCE),
        false => (matrix::MOST_AT_ONCE, matrix::LONGEST_BY_DEFAULT),
    };
    let function = if matrix::so_many_fit_at_once(&primal, &columns, most, longest) {
        let made = at_once::jacobian(value, &float, jointly);
        finished(output.name(), made, value, kept, trace, diagnostics)?
    } else {
        may_repeat(value, own, output, (span, asked), diagnostics)?;
        let wide = match (columns.literal(), rows.literal()) {
            (Some(columns), Some(rows)) => columns > rows,
            (columns, rows) => rows.is_some() && columns.is_none(),
        };
        // Without being asked, forward mode is not made only for this.
        let mode = match forwards && !wide && (asked || derivatives.jvp.is_some()) {
            true => Mode::Forward,
            false => Mode::Reverse,
        };
        match mode {
            Mode::Forward if own.prints => {
                let quiet = second::without_effects(value);
                let quiet = jacobian_vector_product(&quiet, trace, diagnostics)?;
                derivatives.quiet_jvp = Some(quiet);
            }
            Mode::Forward if derivatives.jvp.is_none() => {
                derivatives.jvp = Some(jacobian_vector_product(value, trace, diagnostics)?);
            }
            Mode::Forward => {}
            Mode::Reverse if own.prints => {
                refuse(&[one_by_one::prints(output.name(), &own.name, span)], diagnostics)?;
            }
            Mode::Reverse => derivatives.vjp = true,
        }
        // One direction after the other is quicker by a loop than in groups.
        let product = derivatives.jvp.as_ref().filter(|_| own.signature.notes.directions);
        let in_lanes =
            product.is_some_and(|jvp| lanes::callee::has_directions(jvp, &own.signature, &float));
        let own = own.with_directions(in_lanes);
        let function = one_by_one::jacobian(value, &own, &float, mode, jointly);
        let made = Forwarded { function, refusals: vec![] };
        finished(output.name(), made, value, kept, trace, diagnostics)?
    };
    derivatives.matrices.push(Matrix { output, function });
    Some(())
}

/// The one float type of a matrix.
fn common_float<'t>(
    types: impl IntoIterator<Item = &'t crate::types::Type>,
    output: Output,
    span: SourceSpan,
    diagnostics: &mut Diagnostics,
) -> Option<FloatType> {
    let float = matrix::common_float(types);
    if float.is_none() {
        let name = output.name();
        diagnostics.error(
            span,
            format!("`{name}` needs one float type: here are several"),
            "use the same float type everywhere, or name the parameters that are wanted by `wrt`"
                .to_string(),
        );
    }
    float
}

/// Whether the function may run once for each direction.
fn may_repeat(
    value: &Function,
    own: &Own,
    output: Output,
    at: (SourceSpan, bool),
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    refuse(&one_by_one::refusals(value, own, output.name(), at), diagnostics)
}

/// The passes after an output of second order or a matrix was made.
fn finished(
    name: &str,
    made: Forwarded,
    value: &Function,
    kept: ValueIn,
    trace: &mut Trace,
    diagnostics: &mut Diagnostics,
) -> Option<Function> {
    let Forwarded { mut function, refusals } = made;
    refuse(&refusals, diagnostics)?;
    trace.ir(name, &function);
    check_between(name, &function, diagnostics)?;
    simplify::simplify_second(&mut function, value, kept);
    schedule::finish(&mut function, SlotId(value.slots.len() as u32));
    trace.ir("simplify", &function);
    check("simplify", &function, diagnostics)?;
    Some(function)
}

/// The passes after the value function: its Jacobian-vector product.
fn jacobian_vector_product(
    value: &Function,
    trace: &mut Trace,
    diagnostics: &mut Diagnostics,
) -> Option<Function> {
    let primal = reverse::split::with_active_outputs(value);
    let activity = activity(&primal, diagnostics)?;
    refuse_missing(&primal, &activity, diagnostics)?;
    let Forwarded { function: mut jvp, refusals } = forward::forward(&primal, &activity);
    refuse(&refusals, diagnostics)?;
    trace.ir("jvp", &jvp);
    check_between("jvp", &jvp, diagnostics)?;
    simplify::simplify_second(&mut jvp, &primal, value_in_pair(&primal));
    trace.ir("simplify", &jvp);
    check("simplify", &jvp, diagnostics)?;
    Some(jvp)
}

/// Whether the forward and the reverse sweep are functions of their own: there is something to
/// differentiate, and callers, or the function itself, reverse a call by them.
fn needs_sweeps(signature: &FunctionSignature, value: &Function) -> bool {
    let calls_itself = || {
        let mut found = false;
        value.body.for_each_instruction(&mut |instruction| {
            found |= matches!(&instruction.kind, InstructionKind::Call(call) if call.signature.recursive);
        });
        found
    };
    signature.has_outputs() && (signature.is_split() || calls_itself())
}

/// The passes after the value function: its sweeps as two functions, with tangents if there is to be a second
/// order.
fn sweeps(
    value: &Function,
    strategy: Strategy,
    notes: Notes,
    trace: &mut Trace,
    diagnostics: &mut Diagnostics,
) -> Option<Sweeps> {
    let primal = reverse::split::with_active_outputs(value);
    let activity = activity(&primal, diagnostics)?;
    let Split { mut forward, reverse, tape } = reverse::split::split(&primal, &activity, strategy);
    refuse(&reverse.refusals, diagnostics)?;
    trace.ir("forward", &forward);
    check_between("forward", &forward, diagnostics)?;
    trace.ir("reverse", &reverse.function);
    check_between("reverse", &reverse.function, diagnostics)?;

    let mut reverse = schedule::schedule(reverse);
    simplify::simplify_reverse(&mut reverse, &primal);
    let tangents = match notes.second {
        true => higher_sweeps(&primal, (&forward, &reverse), &tape, notes, trace, diagnostics)?,
        false => vec![],
    };
    tape.write(&mut forward, &mut reverse);
    simplify::simplify_derivative(&mut forward, &primal);
    schedule::finish(&mut reverse, SlotId(primal.slots.len() as u32));
    trace.ir("simplify", &forward);
    check("simplify", &forward, diagnostics)?;
    trace.ir("simplify", &reverse);
    check("simplify", &reverse, diagnostics)?;
    Some(Sweeps { forward, reverse, tangents })
}

/// The passes after the sweeps: the same with tangents, order by order.
fn higher_sweeps(
    primal: &Function,
    (forward, reverse): (&Function, &Function),
    tape: &Tape,
    notes: Notes,
    trace: &mut Trace,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<(Function, Function)>> {
    for sweep in [forward, reverse] {
        refuse_missing(sweep, &Activity::of(sweep), diagnostics)?;
    }
    let made = second::sweeps::sweeps_with_tangents(forward, reverse, tape);
    let mut all = vec![];
    if notes.third {
        let forward = second::active_from(&made.forward, primal.parameters.len());
        for sweep in [&forward, &made.reverse] {
            refuse_missing(sweep, &Activity::of(sweep), diagnostics)?;
        }
        let again = second::sweeps::sweeps_with_tangents(&forward, &made.reverse, &made.tape);
        all.push(finished_sweeps(primal, again, ValueIn::First, trace, diagnostics)?);
    }
    all.insert(0, finished_sweeps(primal, made, value_in_pair(primal), trace, diagnostics)?);
    Some(all)
}

/// The passes after sweeps with tangents were made.
fn finished_sweeps(
    primal: &Function,
    made: SweepsWithTangents,
    kept: ValueIn,
    trace: &mut Trace,
    diagnostics: &mut Diagnostics,
) -> Option<(Function, Function)> {
    let SweepsWithTangents { mut forward, mut reverse, tape, refusals } = made;
    refuse(&refusals, diagnostics)?;
    check_between("forward with tangents", &forward, diagnostics)?;
    check_between("reverse with tangents", &reverse, diagnostics)?;
    simplify::simplify_reverse(&mut reverse, primal);
    tape.write(&mut forward, &mut reverse);
    simplify::simplify_second(&mut forward, primal, kept);
    schedule::finish(&mut reverse, SlotId(primal.slots.len() as u32));
    trace.ir("forward with tangents", &forward);
    trace.ir("reverse with tangents", &reverse);
    check("simplify", &forward, diagnostics)?;
    check("simplify", &reverse, diagnostics)?;
    Some((forward, reverse))
}

/// Where the value of a function is that returns it with its tangent.
fn value_in_pair(primal: &Function) -> ValueIn {
    match primal.result_type.holds_floats() {
        true => ValueIn::First,
        false => ValueIn::Result,
    }
}

/// What is active, if all of it can be differentiated.
fn activity(primal: &Function, diagnostics: &mut Diagnostics) -> Option<Activity> {
    let activity = Activity::of(primal);
    reverse::support::check(primal, &activity, diagnostics);
    diagnostics.is_empty().then_some(activity)
}

/// Reports callees without what forward mode calls.
fn refuse_missing(
    function: &Function,
    activity: &Activity,
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    for (span, call) in forward::missing(function, activity) {
        let (message, help) = call.lacks(call.output.with_tangents());
        diagnostics.error(span, message, help);
    }
    diagnostics.is_empty().then_some(())
}

/// Reports what turned out on the way not to be differentiable.
fn refuse(refusals: &[Refusal], diagnostics: &mut Diagnostics) -> Option<()> {
    for refusal in refusals {
        diagnostics.error(refusal.span, refusal.message.clone(), refusal.help.clone());
    }
    diagnostics.is_empty().then_some(())
}

/// The passes after the value function: its gradient, without its place in the workspace.
fn gradient(
    value: &Function,
    strategy: Strategy,
    trace: &mut Trace,
    diagnostics: &mut Diagnostics,
) -> Option<Function> {
    let activity = activity(value, diagnostics)?;
    let reversed = reverse::reverse_with(value, &activity, strategy);
    refuse(&reversed.refusals, diagnostics)?;
    trace.ir("reverse", &reversed.function);
    check_between("reverse", &reversed.function, diagnostics)?;

    let mut gradient = schedule::schedule(reversed);
    trace.ir("schedule", &gradient);
    check_between("schedule", &gradient, diagnostics)?;

    simplify::simplify_derivative(&mut gradient, value);
    trace.ir("simplify", &gradient);
    check("simplify", &gradient, diagnostics)?;
    Some(gradient)
}
