//! Making values from inside a forward region available to its reverse.
//!
//! Branches hand them out as additional results; loops push them on stacks, one stack a value. What
//! can be had again for less ([`super::recompute`]) is computed again instead.

use super::recompute::{Memory, PriceOfMemory, Source};
use crate::diagnostics::SourceSpan;
use crate::ir::*;
use crate::types::Type;
use std::rc::Rc;

/// Appends a constant to a closed region.
pub(super) fn constant(function: &mut Function, region: &mut Region, value: Constant) -> ValueId {
    let span = function
        .values
        .last()
        .map_or_else(|| SourceSpan::from(proc_macro2::Span::call_site()), |value| value.span);
    let result = function.new_value(value.ty(), None, span);
    region.instructions.push(Instruction {
        kind: InstructionKind::Constant(value),
        results: vec![result],
        span,
    });
    result
}

/// A branch or arm and its reverse.
pub(super) struct Branch<'a> {
    /// The forward region.
    pub(super) this: &'a mut Region,
    /// The forward regions that run instead.
    pub(super) others: Vec<&'a mut Region>,
    /// Values that an arm's pattern binds.
    pub(super) bindings: &'a [ValueId],
}

/// Lets the reverse of one branch use what the forward branch computed: every such value becomes a
/// result of the forward instruction, undefined in the other branches. Inside a loop, where results
/// would be stored, what can be computed again from values around the branch is; `free` ones among those
/// are not stored either.
pub(super) fn branch_results(
    function: &mut Function,
    results: &mut Vec<ValueId>,
    branch: Branch<'_>,
    reversed: &mut Region,
    memory: Option<(Memory<'_>, PriceOfMemory)>,
    free: &dyn Fn(ValueId) -> bool,
) {
    let Branch { this, mut others, bindings } = branch;
    let mut known = Map::new();
    let mut prefix = vec![];
    let used = reversed.free_uses();
    let inner = inner_values(this, bindings);
    let needed: Vec<_> = used.iter().copied().filter(|value| inner.contains_key(value)).collect();
    let mut stored = needed.clone();
    if let Some((memory, price)) = memory {
        let source = Source::new(this, memory);
        // What the reverse uses anyway costs no more.
        let free =
            |value: ValueId| free(value) || (used.contains(&value) && !needed.contains(&value));
        let plan = source.plan(function, &needed, &free, price);
        prefix = source.compute_again(function, &plan, &mut known);
        stored = plan.stored.into_iter().filter(|value| inner.contains_key(value)).collect();
    }
    let mut constants = vec![];
    for value in stored {
        let Value { ty, name, span } = function.value(value).clone();
        let copy = function.new_value(ty.clone(), name, span);
        let definition = this.instructions.iter().find(|i| i.results.contains(&value));
        if let Some(InstructionKind::Constant(known)) = definition.map(|i| &i.kind) {
            let kind = InstructionKind::Constant(known.clone());
            constants.push(Instruction { kind, results: vec![copy], span });
        } else {
            results.push(copy);
            this.yields.push(value);
            for other in others.iter_mut() {
                let undefined = constant(function, other, Constant::Undefined(ty.clone()));
                other.yields.push(undefined);
            }
        }
        known.insert(value, copy);
    }
    prefix.splice(0..0, constants);
    // What is computed again may use what is handed out.
    let mut prefix = Region { instructions: prefix, ..Region::default() };
    prefix.replace_uses(&|value| known.get(&value).copied().unwrap_or(value));
    reversed.replace_uses(&|value| known.get(&value).copied().unwrap_or(value));
    reversed.instructions.splice(0..0, prefix.instructions);
}

/// The values that exist only inside a branch.
fn inner_values(region: &Region, bindings: &[ValueId]) -> Map<ValueId, ()> {
    let defined = region.instructions.iter().flat_map(|instruction| &instruction.results);
    defined.chain(bindings).map(|value| (*value, ())).collect()
}

/// Lets the reverse of an iteration use what the forward iteration computed. Returns the stacks.
pub(super) fn record_iteration(
    function: &mut Function,
    body: &mut Region,
    reversed: &mut Region,
    index: Option<(ValueId, ValueId)>,
    (memory, price): (Memory<'_>, PriceOfMemory),
) -> Vec<SlotId> {
    let mut known: Map<ValueId, ValueId> = index.into_iter().collect();
    let needed = needed(body, reversed, &known);
    let (plan, computed) = {
        let source = Source::new(body, memory);
        let inner =
            |value: ValueId| source.definition(value).is_some() || body.parameters.contains(&value);
        let free = |value: ValueId| known.contains_key(&value) || !inner(value);
        let plan = source.plan(function, &needed, &free, price);
        let computed = source.compute_again(function, &plan, &mut known);
        (plan, computed)
    };
    let mut popped = vec![];
    let mut stacks = vec![];
    for value in plan.stored {
        let (stack, copy) = record(function, body, &mut popped, value);
        stacks.push(stack);
        known.insert(value, copy);
    }
    // What was pushed last is popped first: then the numbers can go straight to the tape.
    popped.reverse();
    let mut prefix = Region { instructions: popped, ..Region::default() };
    prefix.instructions.extend(computed);
    // What is computed again may use what is popped.
    prefix.replace_uses(&|value| known.get(&value).copied().unwrap_or(value));
    reversed.replace_uses(&|value| known.get(&value).copied().unwrap_or(value));
    reversed.instructions.splice(0..0, prefix.instructions);
    stacks
}

/// The values of a forward region that its reverse uses.
pub(super) fn needed(
    forward: &Region,
    reversed: &Region,
    known: &Map<ValueId, ValueId>,
) -> Vec<ValueId> {
    let inner = inner_values(forward, &forward.parameters);
    let mut needed = reversed.free_uses();
    needed.retain(|value| inner.contains_key(value) && !known.contains_key(value));
    needed
}

/// The definition of an empty stack, for the start of the function.
pub(super) fn definition(function: &Function, stack: SlotId) -> Instruction {
    let Slot { ty, span, .. } = function.slot(stack);
    // The workspace keeps what is plain data.
    let plain = ty.element().is_some_and(|element| element.is_copy());
    let content = if plain { Aggregate::Stack } else { Aggregate::Vec(vec![]) };
    Instruction { kind: InstructionKind::Define(stack, content), results: vec![], span: *span }
}

/// Pushes the value at the end of the forward body, pops it at the start of the reverse body. Returns
/// the stack and the value there.
fn record(
    function: &mut Function,
    body: &mut Region,
    popped: &mut Vec<Instruction>,
    value: ValueId,
) -> (SlotId, ValueId) {
    let Value { ty, name, span } = function.value(value).clone();
    let stack_name: Rc<str> = format!("{}_stack", name.as_deref().unwrap_or("recorded")).into();
    let stack_type = Type::Vec(Box::new(ty.clone()));
    let stack = function.new_slot(stack_type, stack_name, span, SlotKind::Local);
    let place = Place::root(stack);
    body.instructions.push(Instruction {
        kind: InstructionKind::Push(place.clone(), Aggregate::Value(value)),
        results: vec![],
        span,
    });
    let copy = function.new_value(ty, Some(name.unwrap_or_else(|| "recorded".into())), span);
    popped.push(Instruction { kind: InstructionKind::Pop(place), results: vec![copy], span });
    (stack, copy)
}
