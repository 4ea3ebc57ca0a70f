//! The two sweeps of a function with their tangents.
//!
//! Both are differentiated before the tape is written into them: what the forward sweep saves is saved with
//! its tangent, and stacks have stacks of tangents beside them, under the same name in both. The reverse sweep
//! has its own parameters first, then their tangents, then what it takes from the tape.

use crate::activity::Activity;
use crate::forward::{Seeds, begin_with};
use crate::ir::*;
use crate::reverse::Refusal;
use crate::reverse::tape::Tape;
use crate::types::Type;

/// The sweeps with tangents, before the tape is written in.
#[derive(Clone, Debug)]
pub struct SweepsWithTangents {
    /// The forward sweep.
    pub forward: Function,
    /// The reverse sweep.
    pub reverse: Function,
    /// What goes from one to the other.
    pub tape: Tape,
    /// What could not be differentiated.
    pub refusals: Vec<Refusal>,
}

/// Differentiates the sweeps of a function.
pub fn sweeps_with_tangents(
    forward: &Function,
    reverse: &Function,
    tape: &Tape,
) -> SweepsWithTangents {
    let (mut forward, mut reverse) = (forward.clone(), reverse.clone());
    let varied = Activity::of(&forward);
    let chosen = choose_slots(&mut forward, &mut reverse, tape, &varied);

    let own = tape.own_parameters();
    for (position, parameter) in reverse.parameters.iter_mut().enumerate() {
        parameter.active = match parameter.binding {
            _ if position < own => true,
            ParameterBinding::Value(value) => tape
                .saved()
                .iter()
                .any(|(saved, parameter)| *parameter == value && varied.is_varied(*saved)),
            ParameterBinding::Slot(slot) => chosen.contains_key(&slot),
        };
    }
    let activity = Activity::of(&reverse);
    let mut backward = begin_with(&reverse, &activity, Seeds::Sweep { own }, chosen.clone());

    // Useful in the forward sweep is what the reverse sweep makes something of.
    let saved: Vec<_> = tape
        .saved()
        .iter()
        .filter_map(|(saved, parameter)| Some((*saved, backward.known_tangent_of(*parameter)?)))
        .collect();
    let stacks: Vec<_> =
        tape.stacks().iter().copied().filter(|stack| activity.is_active_slot(*stack)).collect();
    let values: Vec<_> = saved.iter().map(|(value, _)| *value).collect();
    let activity = Activity::with_useful(&forward, &values, &stacks);
    let mut onward = begin_with(&forward, &activity, Seeds::Tangents, chosen.clone());
    let saved: Vec<_> =
        saved.into_iter().map(|(value, parameter)| (onward.tangent_of(value), parameter)).collect();
    let stacks = stacks.iter().filter_map(|stack| chosen.get(stack).copied());

    let function = &mut backward.builder.function;
    let tangents = function.parameters.split_off(reverse.parameters.len());
    let from_tape = function.parameters.split_off(own);
    let is_saved = |parameter: &Parameter| match parameter.binding {
        ParameterBinding::Value(value) => saved.iter().any(|(_, saved)| *saved == value),
        ParameterBinding::Slot(slot) => chosen.iter().any(|(_, chosen)| *chosen == slot),
    };
    let (tape_tangents, own_tangents): (Vec<_>, Vec<_>) = tangents.into_iter().partition(is_saved);
    let own = own + own_tangents.len();
    function.parameters.extend(own_tangents);
    function.parameters.extend(from_tape);
    function.parameters.extend(tape_tangents);

    let tape = tape.with(saved.iter().copied(), stacks, own);
    let (onward, backward) =
        (onward.finish_with_tangent(&forward), backward.finish_with_tangent(&reverse));
    let refusals = onward.refusals.into_iter().chain(backward.refusals).collect();
    SweepsWithTangents { forward: onward.function, reverse: backward.function, tape, refusals }
}

/// Slots for the tangents of stacks that vary, under the same name in both sweeps.
fn choose_slots(
    forward: &mut Function,
    reverse: &mut Function,
    tape: &Tape,
    varied: &Activity,
) -> Map<SlotId, SlotId> {
    let length = forward.slots.len().max(reverse.slots.len());
    for function in [&mut *forward, &mut *reverse] {
        let span = function.span();
        while function.slots.len() < length {
            function.new_slot(Type::Unit, "unused".into(), span, SlotKind::Local);
        }
    }
    let mut chosen = Map::new();
    for stack in tape.stacks() {
        let Slot { ty, name, span, .. } = forward.slot(*stack).clone();
        let tangent = ty.tangent();
        if tangent == Type::Unit || !varied.is_varied_slot(*stack) {
            continue;
        }
        let name: std::rc::Rc<str> = format!("{name}_tangent").into();
        let slot = forward.new_slot(tangent.clone(), name.clone(), span, SlotKind::Local);
        reverse.new_slot(tangent, name, span, SlotKind::ByValue);
        chosen.insert(*stack, slot);
    }
    chosen
}
