//! Making values from inside a forward region available to its reverse.
//!
//! Branches hand them out as additional results; loops push them on stacks, one stack a value. What
//! can be had again for little (constants, index arithmetic, loads from memory that stays as it is)
//! is computed again instead.

use crate::diagnostics::SourceSpan;
use crate::ir::operations::{FloatOperation, IntegerOperation, Operation};
use crate::ir::*;
use crate::types::{IntegerType, Type};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// How many operations may be computed again for one value before storing it is cheaper.
const RECOMPUTE_LIMIT: usize = 8;

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

/// Where each value is defined directly in a region.
fn definitions(region: &Region) -> HashMap<ValueId, usize> {
    region
        .instructions
        .iter()
        .enumerate()
        .flat_map(|(index, instruction)| {
            instruction.results.iter().map(move |result| (*result, index))
        })
        .collect()
}

/// Lets the reverse of one branch use what the forward branch computed: every such value becomes a
/// result of the forward instruction, undefined in the other branches.
pub(super) fn branch_results(
    function: &mut Function,
    results: &mut Vec<ValueId>,
    this: &mut Region,
    others: &mut [&mut Region],
    bindings: &[ValueId],
    reversed: &mut Region,
) {
    let defined = definitions(this);
    let mut replaced = HashMap::new();
    let mut prefix = vec![];
    for value in reversed.free_uses() {
        let definition = defined.get(&value).map(|index| &this.instructions[*index]);
        if definition.is_none() && !bindings.contains(&value) {
            continue;
        }
        let Value { ty, name, span } = function.value(value).clone();
        let copy = function.new_value(ty.clone(), name, span);
        if let Some(InstructionKind::Constant(known)) =
            definition.map(|definition| &definition.kind)
        {
            let kind = InstructionKind::Constant(known.clone());
            prefix.push(Instruction { kind, results: vec![copy], span });
        } else {
            results.push(copy);
            this.yields.push(value);
            for other in others.iter_mut() {
                let undefined = constant(function, other, Constant::Undefined(ty.clone()));
                other.yields.push(undefined);
            }
        }
        replaced.insert(value, copy);
    }
    reversed.replace_uses(&|value| replaced.get(&value).copied().unwrap_or(value));
    reversed.instructions.splice(0..0, prefix);
}

/// What recording may assume about memory when an iteration is reversed.
pub(super) struct Memory<'a> {
    /// Slots that are visible there.
    pub(super) live: &'a HashSet<SlotId>,
    /// Slots whose content may differ from what the forward iteration saw.
    pub(super) written: &'a HashSet<SlotId>,
}

/// Lets the reverse of an iteration use what the forward iteration computed. Returns definitions of
/// the stacks, for the start of the function.
pub(super) fn record_iteration(
    function: &mut Function,
    body: &mut Region,
    reversed: &mut Region,
    index: Option<(ValueId, ValueId)>,
    memory: &Memory<'_>,
) -> Vec<Instruction> {
    let mut recorder = Recorder {
        definitions: definitions(body),
        body,
        memory,
        known: index.into_iter().collect(),
        prefix: vec![],
        stacks: vec![],
    };
    for value in reversed.free_uses() {
        if recorder.is_inner(value) && !recorder.known.contains_key(&value) {
            let mut budget = RECOMPUTE_LIMIT;
            if recorder.can_recompute(value, &mut budget) {
                recorder.recompute(function, value);
            } else {
                recorder.record(function, value);
            }
        }
    }
    let Recorder { known, prefix, stacks, .. } = recorder;
    reversed.replace_uses(&|value| known.get(&value).copied().unwrap_or(value));
    reversed.instructions.splice(0..0, prefix);
    stacks
}

struct Recorder<'a> {
    body: &'a mut Region,
    definitions: HashMap<ValueId, usize>,
    memory: &'a Memory<'a>,
    /// From values of the forward body to the same values in the reverse body.
    known: HashMap<ValueId, ValueId>,
    prefix: Vec<Instruction>,
    stacks: Vec<Instruction>,
}

impl Recorder<'_> {
    /// Whether the value only exists inside the forward body.
    fn is_inner(&self, value: ValueId) -> bool {
        self.definitions.contains_key(&value) || self.body.parameters.contains(&value)
    }

    fn can_recompute(&self, value: ValueId, budget: &mut usize) -> bool {
        if !self.is_inner(value) || self.known.contains_key(&value) {
            return true;
        }
        let Some(index) = self.definitions.get(&value) else { return false };
        let kind = &self.body.instructions[*index].kind;
        let cheap = match kind {
            InstructionKind::Constant(_) => true,
            InstructionKind::Operation(operation, _) => is_cheap(*operation),
            InstructionKind::Load(place) | InstructionKind::Length(place) => {
                self.memory.live.contains(&place.root) && !self.memory.written.contains(&place.root)
            }
            _ => false,
        };
        if !cheap || *budget == 0 {
            return false;
        }
        *budget -= 1;
        kind.operands().into_iter().all(|operand| self.can_recompute(operand, budget))
    }

    /// Computes the value again at the start of the reverse body.
    fn recompute(&mut self, function: &mut Function, value: ValueId) -> ValueId {
        if let Some(known) = self.known.get(&value) {
            return *known;
        }
        let Some(index) = self.definitions.get(&value) else { return value };
        let Instruction { mut kind, span, .. } = self.body.instructions[*index].clone();
        let operands: HashMap<_, _> = kind
            .operands()
            .into_iter()
            .map(|operand| (operand, self.recompute(function, operand)))
            .collect();
        kind.for_each_operand_mut(&mut |operand| *operand = operands[operand]);
        let Value { ty, name, .. } = function.value(value).clone();
        let copy = function.new_value(ty, name, span);
        self.prefix.push(Instruction { kind, results: vec![copy], span });
        self.known.insert(value, copy);
        copy
    }

    /// Pushes the value at the end of the forward body, pops it at the start of the reverse body.
    fn record(&mut self, function: &mut Function, value: ValueId) {
        let Value { ty, name, span } = function.value(value).clone();
        let stack_name: Rc<str> = format!("{}_stack", name.as_deref().unwrap_or("recorded")).into();
        let stack_type = Type::Vec(Box::new(ty.clone()));
        let stack = function.new_slot(stack_type, stack_name, span, SlotKind::Local);
        self.stacks.push(Instruction {
            kind: InstructionKind::Define(stack, Aggregate::Vec(vec![])),
            results: vec![],
            span,
        });
        let place = Place::root(stack);
        self.body.instructions.push(Instruction {
            kind: InstructionKind::Push(place.clone(), Aggregate::Value(value)),
            results: vec![],
            span,
        });
        let mut step = |kind, ty, name| {
            let result = function.new_value(ty, name, span);
            self.prefix.push(Instruction { kind, results: vec![result], span });
            result
        };
        let length = step(InstructionKind::Length(place.clone()), Type::USIZE, None);
        let one = step(
            InstructionKind::Constant(Constant::Integer(1, IntegerType::Usize)),
            Type::USIZE,
            None,
        );
        let decrement = Operation::Integer(IntegerOperation::WrappingSub);
        let last =
            step(InstructionKind::Operation(decrement, vec![length, one]), Type::USIZE, None);
        let top = place.project(Projection::Index { index: last, proven: true });
        let copy = step(InstructionKind::Load(top), ty, name);
        self.prefix.push(Instruction {
            kind: InstructionKind::Resize(place, ResizeKind::Pop),
            results: vec![],
            span,
        });
        self.known.insert(value, copy);
    }
}

/// Whether computing it again costs no more than a store and a load.
fn is_cheap(operation: Operation) -> bool {
    match operation {
        Operation::Float(operation) => matches!(
            operation,
            FloatOperation::Neg
                | FloatOperation::Add
                | FloatOperation::Sub
                | FloatOperation::Mul
                | FloatOperation::MulAdd
                | FloatOperation::Abs
                | FloatOperation::Max
                | FloatOperation::Min
        ),
        Operation::Integer(operation) => {
            !matches!(operation, IntegerOperation::Div | IntegerOperation::Rem)
        }
        Operation::Compare(_)
        | Operation::Boolean(_)
        | Operation::Predicate(_)
        | Operation::Cast
        | Operation::Select => true,
    }
}
