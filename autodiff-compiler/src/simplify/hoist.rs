//! Loop-invariant code motion: operations that do not depend on the iteration move before the loop.
//!
//! A loop may run zero times, so only what cannot panic moves. Constants, lengths and loads move
//! where an operation that moves needs them. Where bits are free, products are regrouped for it:
//! `a * (b * x)` is `(a * b) * x` if only `x` varies.

use super::exactness::Exactness;
use super::memory::for_each_changed_root_in;
use crate::ir::operations::{FloatOperation, Operation};
use crate::ir::*;

/// Moves invariant operations out of every loop. Returns whether anything moved.
pub(super) fn hoist(function: &mut Function, exactness: &mut Exactness) -> bool {
    let mut deferred = Set::new();
    function.body.for_each_instruction(&mut |instruction| {
        if let InstructionKind::Define(slot, Aggregate::Deferred) = &instruction.kind {
            deferred.insert(*slot);
        }
    });
    let mut body = std::mem::take(&mut function.body);
    let uses = super::count_uses(&body, &function.result, function.values.len());
    let mut hoist = Hoist { function, exactness, deferred, uses, changed: false };
    hoist.region(&mut body);
    let changed = hoist.changed;
    function.body = body;
    changed
}

struct Hoist<'a> {
    function: &'a mut Function,
    exactness: &'a mut Exactness,
    /// Slots that are set after their definition.
    deferred: Set<SlotId>,
    uses: Vec<u32>,
    changed: bool,
}

impl Hoist<'_> {
    fn region(&mut self, region: &mut Region) {
        let mut position = 0;
        while position < region.instructions.len() {
            let instruction = &mut region.instructions[position];
            for inner in instruction.kind.regions_mut() {
                self.region(inner);
            }
            if let InstructionKind::For(For { body, .. }) | InstructionKind::Loop { body, .. } =
                &mut instruction.kind
            {
                self.regroup(body);
                let (movable, _) = invariant(body, &self.deferred);
                if movable.contains(&true) {
                    let moved = take(body, movable);
                    self.changed = true;
                    let count = moved.len();
                    region.instructions.splice(position..position, moved);
                    position += count;
                }
            }
            position += 1;
        }
    }

    /// `a * (b * x)` becomes `(a * b) * x` where `a` and `b` are invariant, `x` is not, and the inner
    /// product has no other use.
    fn regroup(&mut self, body: &mut Region) {
        let mul = Operation::Float(FloatOperation::Mul);
        let is_free_product = |instruction: &Instruction| match &instruction.kind {
            InstructionKind::Operation(operation, _) => {
                *operation == mul && !self.exactness.is_exact(instruction.results[0])
            }
            _ => false,
        };
        if !body.instructions.iter().any(is_free_product) {
            return;
        }
        let (_, varying) = invariant(body, &self.deferred);
        let mut products: Vec<(ValueId, [ValueId; 2])> = vec![];
        let mut instructions = Vec::with_capacity(body.instructions.len());
        // An invariant operand and the other one.
        let split = |operands: [ValueId; 2]| {
            let [a, b] = operands;
            match (varying.contains(a), varying.contains(b)) {
                (false, true) => Some((a, b)),
                (true, false) => Some((b, a)),
                _ => None,
            }
        };
        for mut instruction in std::mem::take(&mut body.instructions) {
            if let InstructionKind::Operation(operation, arguments) = &mut instruction.kind
                && *operation == mul
                && let [a, b] = arguments[..]
            {
                let result = instruction.results[0];
                if let Some((outer, product)) = split([a, b])
                    && !self.exactness.is_exact(result)
                    && self.uses.get(product.0 as usize) == Some(&1)
                    && let Some((_, factors)) = products.iter().find(|(own, _)| *own == product)
                    && let Some((inner, rest)) = split(*factors)
                {
                    let ty = self.function.value(result).ty.clone();
                    let factor = self.function.new_value(ty, None, instruction.span);
                    self.exactness.extend(factor, result);
                    instructions.push(Instruction {
                        kind: InstructionKind::Operation(mul, vec![outer, inner]),
                        results: vec![factor],
                        span: instruction.span,
                    });
                    *arguments = vec![factor, rest];
                    self.changed = true;
                } else {
                    products.push((result, [a, b]));
                }
            }
            instructions.push(instruction);
        }
        body.instructions = instructions;
    }
}

/// Which operations of a loop's body, with what they need, are the same in every iteration; and the
/// values that are not.
fn invariant(body: &Region, deferred: &Set<SlotId>) -> (Vec<bool>, Set<ValueId>) {
    let mut written = Set::new();
    for_each_changed_root_in(body, &mut |root| {
        written.insert(root);
    });
    let mut inside = Set::new();
    add_definitions(body, &mut inside);

    // Down: what could move.
    let mut movable: Vec<bool> = Vec::with_capacity(body.instructions.len());
    for instruction in &body.instructions {
        let kind = &instruction.kind;
        let mut moves = match kind {
            InstructionKind::Constant(_) | InstructionKind::Operation(..) => true,
            InstructionKind::Length(place) | InstructionKind::Load(place) => {
                !written.contains(place.root) && !deferred.contains(place.root)
            }
            _ => false,
        };
        if moves {
            moves = !kind.may_panic();
            kind.for_each_operand(&mut |operand| moves &= !inside.contains(*operand));
        }
        if moves {
            instruction.results.iter().for_each(|result| inside.remove(*result));
        }
        movable.push(moves);
    }
    // Up: operations, and what they need.
    let mut needed = Set::new();
    for (instruction, moves) in body.instructions.iter().zip(&mut movable).rev() {
        let worth = matches!(instruction.kind, InstructionKind::Operation(..))
            || instruction.results.iter().any(|result| needed.contains(*result));
        *moves &= worth;
        if *moves {
            instruction.kind.for_each_operand(&mut |operand| {
                needed.insert(*operand);
            });
        }
    }
    (movable, inside)
}

/// Adds every value that the region and those nested in it define.
fn add_definitions(region: &Region, defined: &mut Set<ValueId>) {
    defined.insert_all(&region.parameters);
    for instruction in &region.instructions {
        defined.insert_all(&instruction.results);
        if let InstructionKind::Match { arms, .. } = &instruction.kind {
            for (_, value) in arms.iter().flat_map(|arm| &arm.bindings) {
                defined.insert(*value);
            }
        }
        instruction.kind.for_each_region(&mut |inner| add_definitions(inner, defined));
    }
}

/// Takes the marked instructions out of a region.
fn take(body: &mut Region, marks: Vec<bool>) -> Vec<Instruction> {
    let mut movable = marks.into_iter();
    let (moved, kept) = std::mem::take(&mut body.instructions)
        .into_iter()
        .partition(|_| movable.next().unwrap_or(false));
    body.instructions = kept;
    moved
}
