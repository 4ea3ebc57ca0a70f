//! What the reverse sweep refuses: reported on the token, before anything is differentiated.

use super::escape::Escape;
use crate::activity::Activity;
use crate::diagnostics::Diagnostics;
use crate::ir::*;
use crate::types::Type;

fn taken_apart() -> Refusal {
    (
        "this pattern takes apart a value that depends on a differentiated parameter".into(),
        Some("match on values that do not depend on it, or use `if`".into()),
    )
}

/// Reports everything active that [`super::reverse`] cannot differentiate.
pub fn check(function: &Function, activity: &Activity, diagnostics: &mut Diagnostics) {
    let check = Check { function, activity };
    let escape = Escape::of(function, activity);
    let mut found = vec![];
    function.body.for_each_instruction(&mut |instruction| {
        let refusal = check.instruction(instruction);
        if let Some((message, help)) = refusal.or_else(|| escape.refusal(instruction)) {
            found.push((instruction.span, message, help));
        }
    });
    found
        .extend(escape.refusal_of_result().map(|(message, help)| (function.span(), message, help)));
    for (span, message, help) in found {
        diagnostics.error(span, message, help);
    }
}

struct Check<'a> {
    function: &'a Function,
    activity: &'a Activity,
}

/// A message, and what may be done about it.
pub(super) type Refusal = (String, Option<String>);

impl Check<'_> {
    fn instruction(&self, instruction: &Instruction) -> Option<Refusal> {
        match &instruction.kind {
            InstructionKind::Opaque(opaque) => self.opaque(opaque, instruction),
            // Which arm it is has no derivative; what only rustc looks into is checked where it is used.
            InstructionKind::Match { scrutinee, arms }
                if arms.iter().any(|arm| self.binds_floats(arm))
                    && self.activity.is_varied_argument(self.function, scrutinee) =>
            {
                Some(taken_apart())
            }
            // A list that a pattern binds.
            InstructionKind::Define(slot, Aggregate::Value(value))
                if self.activity.is_varied(*value)
                    && self.function.value(*value).ty.is_unseen()
                    && self.function.slot(*slot).ty.holds_floats() =>
            {
                Some(taken_apart())
            }
            InstructionKind::Call(call) => self.call(call, instruction),
            _ => None,
        }
    }

    fn binds_floats(&self, arm: &MatchArm) -> bool {
        arm.bindings.iter().any(|(_, value)| self.function.value(*value).ty.holds_floats())
    }

    fn opaque(&self, opaque: &Opaque, instruction: &Instruction) -> Option<Refusal> {
        let arguments: Vec<_> = opaque.pieces.iter().flat_map(Piece::arguments).collect();
        let varied = arguments
            .iter()
            .any(|argument| self.activity.is_varied_argument(self.function, argument));
        // What is moved goes into what is made, which is checked in turn.
        let is_moved = |place: &Place| {
            let holds_floats = self.function.place_type(place).is_none_or(|ty| ty.holds_floats());
            let moves = |argument: &&&Argument| {
                matches!(argument, Argument::Value(Aggregate::Place(moved, Transfer::Move))
                    if moved == place && !holds_floats)
            };
            arguments.iter().any(|argument| moves(&argument))
        };
        let changes_active = instruction.kind.writes().iter().any(|place| {
            self.activity.is_varied_slot(place.root)
                && Some(place.root) != opaque.result_slot
                && !is_moved(place)
        });
        // A truth value or an unknown thing has no derivative; what is made of it is checked in turn.
        let in_slot = opaque.result_slot.map(|slot| &self.function.slot(slot).ty);
        let harmless = in_slot.is_none_or(Type::is_unseen)
            && instruction.results.iter().all(|result| {
                let ty = &self.function.value(*result).ty;
                matches!(ty, Type::Bool | Type::Option(_) | Type::Result(..)) || ty.is_unseen()
            });
        (changes_active || (varied && !harmless)).then(|| {
            if is_method(opaque) {
                return (
                    "the derivative of this method is not known, and it depends on a differentiated \
                     parameter"
                        .into(),
                    Some(
                        "a method of yours is known if it is marked with `#[differentiate]` and its caller \
                         stands in the same annotated `impl` block or the same `#[differentiate] mod`; \
                         or pass `detach(x)` if it has no derivative"
                            .into(),
                    ),
                );
            }
            (
                "the derivative of this expression is not known, and it depends on a \
                 differentiated parameter"
                    .into(),
                Some(
                    "write it with arithmetic and methods of `f64`, or pass `detach(x)` if it has \
                     no derivative"
                        .into(),
                ),
            )
        })
    }

    fn call(&self, call: &Call, instruction: &Instruction) -> Option<Refusal> {
        let varied = call
            .arguments
            .iter()
            .any(|argument| self.activity.is_varied_argument(self.function, argument));
        let active = instruction.results.iter().any(|result| self.activity.is_active(*result))
            || call.result_slot.is_some_and(|slot| self.activity.is_active_slot(slot))
            || call.arguments.iter().any(|argument| {
                matches!(argument, Argument::Mutable(place) if self.activity.is_active_slot(place.root))
            });
        if !varied || !active {
            return None;
        }
        let name = &call.name;
        // Buffers for gradients follow the arguments.
        let arguments = call.arguments.iter().take(call.signature.parameters.len());
        for (position, argument) in arguments.enumerate() {
            if self.activity.is_varied_argument(self.function, argument)
                && !call.signature.covers(position)
            {
                return Some((
                    format!(
                        "argument {} of `{name}` depends on a differentiated parameter, but `{name}` \
                         is not differentiated with respect to it",
                        position + 1
                    ),
                    Some(format!(
                        "add the parameter to the `wrt(…)` of `{name}`, or pass `detach(x)`"
                    )),
                ));
            }
        }
        None
    }
}

/// Whether it is `a.method(b)`.
fn is_method(opaque: &Opaque) -> bool {
    match &opaque.pieces[..] {
        [_, Piece::Tokens(name), Piece::Group(..)] => name.to_string().starts_with('.'),
        _ => false,
    }
}
