//! The state of a loop: what one iteration leaves for the next, on stacks.

use super::Reverse;
use crate::ir::operations::{IntegerOperation, Operation};
use crate::ir::*;
use crate::types::Type;
use std::collections::HashSet;
use std::rc::Rc;

/// What one iteration leaves for the next, and where it is kept.
pub(super) struct State {
    /// A stack for each carried value.
    pub(super) stacks: Vec<SlotId>,
    pub(super) memory: Vec<KeptRoot>,
    /// What the forward sweep does before the loop: it reads lengths.
    pub(super) before: Vec<Instruction>,
    /// What copies of dynamic length begin with: memory of the workspace, or a plain `Vec` if the body
    /// replaces or copies one as a whole.
    empty: Aggregate,
}

/// A memory root that the loop changes.
pub(super) struct KeptRoot {
    pub(super) root: SlotId,
    /// What stands for it when iterations are run again.
    pub(super) copy: SlotId,
    /// Contents, end to end or one an element; none if an iteration overwrites it before it reads it, or never does.
    stack: Option<SlotId>,
    /// Its length if that is dynamic: a stack of lengths.
    lengths: Option<SlotId>,
    /// Its length during the loop, if it is dynamic and nothing of it is kept. Afterwards it may change.
    length: Option<ValueId>,
}

/// A loop without its kind.
pub(super) struct Loop {
    pub(super) carried: Vec<ValueId>,
    /// The parameters for the carried values.
    pub(super) parameters: Vec<ValueId>,
    pub(super) body: Region,
    /// Its indices, if it counts. The index is the first parameter of the body.
    pub(super) counted: Option<For>,
}

impl Loop {
    pub(super) fn of(instruction: &Instruction) -> Option<Self> {
        let (parameters, body) = Self::body_of(instruction)?;
        let (carried, counted) = match &instruction.kind {
            InstructionKind::For(counted) => (&counted.carried, Some(counted.same_indices())),
            InstructionKind::Loop { carried, .. } => (carried, None),
            _ => return None,
        };
        Some(Self {
            carried: carried.clone(),
            parameters: parameters.to_vec(),
            body: body.clone(),
            counted,
        })
    }

    /// The parameters for the carried values, and the body.
    pub(super) fn body_of(instruction: &Instruction) -> Option<(&[ValueId], &Region)> {
        match &instruction.kind {
            InstructionKind::For(For { body, .. }) => Some((&body.parameters[1..], body)),
            InstructionKind::Loop { body, .. } => Some((&body.parameters, body)),
            _ => None,
        }
    }
}

impl Reverse {
    pub(super) fn state(
        &mut self,
        looped: &Loop,
        changed: &[SlotId],
        live: &HashSet<SlotId>,
    ) -> State {
        let span = self.builder.span();
        let function = &mut self.builder.function;
        let mut stacks = vec![];
        for parameter in &looped.parameters {
            let Value { ty, name, .. } = function.value(*parameter).clone();
            let name = format!("{}_stack", name.as_deref().unwrap_or("state")).into();
            let ty = Type::Vec(Box::new(ty));
            stacks.push(function.new_slot(ty, name, span, SlotKind::Local));
        }
        let mut memory = vec![];
        let mut before = vec![];
        for root in changed {
            let function = &mut self.builder.function;
            let Slot { ty, name, .. } = function.slot(*root).clone();
            let (element, copy, dynamic) = match ty {
                Type::Slice(element) | Type::Vec(element) => {
                    ((*element).clone(), Type::Vec(element), true)
                }
                other => (other.clone(), other, false),
            };
            let mut local = |ty: Type, suffix: &str| {
                let name: Rc<str> = format!("{name}_{suffix}").into();
                function.new_slot(ty, name, span, SlotKind::Local)
            };
            let scratch = dynamic
                && element.is_float()
                && live.contains(root)
                && self.facts.is_overwritten_first(&looped.body, *root);
            // What is returned from inside of the loop, for one: there is nothing in it before.
            let only_assigned = !dynamic && is_only_assigned(&looped.body, *root);
            let lengths = Type::Vec(Box::new(Type::USIZE));
            let mut kept = KeptRoot {
                root: *root,
                copy: local(copy, "again"),
                stack: (!scratch && !only_assigned)
                    .then(|| local(Type::Vec(Box::new(element)), "stack")),
                lengths: (dynamic && !scratch).then(|| local(lengths, "lengths")),
                length: None,
            };
            if scratch {
                let read = self.forward_length(Place::root(*root), span);
                kept.length = Some(read.results[0]);
                before.push(read);
            }
            memory.push(kept);
        }
        let whole = replaces_or_copies(&looped.body, changed);
        let empty = if whole { Aggregate::Vec(vec![]) } else { Aggregate::Stack };
        State { stacks, memory, before, empty }
    }

    /// Instructions that push the state: carried values and the content of a slot for each root.
    pub(super) fn push_state(
        &mut self,
        state: &State,
        values: &[ValueId],
        slot: impl Fn(&KeptRoot) -> SlotId,
    ) -> Vec<Instruction> {
        self.builder.open(vec![]);
        for (value, stack) in values.iter().zip(&state.stacks) {
            self.push(&Place::root(*stack), Aggregate::Value(*value));
        }
        for kept in &state.memory {
            let Some(stack) = kept.stack else { continue };
            let (source, stack) = (Place::root(slot(kept)), Place::root(stack));
            match kept.lengths {
                Some(lengths) => {
                    let length = self.builder.length(source.clone());
                    self.push(&Place::root(lengths), Aggregate::Value(length));
                    let extend = ResizeKind::ExtendFrom(source);
                    self.builder.push(InstructionKind::Resize(stack, extend), vec![]);
                }
                None => self.push(&stack, Aggregate::Place(source, Transfer::Copy)),
            }
        }
        self.builder.close(vec![]).instructions
    }

    pub(super) fn push(&mut self, stack: &Place, content: Aggregate) {
        self.builder.push(InstructionKind::Push(stack.clone(), content), vec![]);
    }

    /// The last element of a stack.
    pub(super) fn top(&mut self, stack: &Place) -> Place {
        let length = self.builder.length(stack.clone());
        let one = self.builder.usize(1);
        let index = self.integer_operation(IntegerOperation::WrappingSub, &[length, one]);
        stack.project(Projection::Index { index, proven: true })
    }

    /// Reads the state that was pushed last: the carried values, and memory into its copies.
    pub(super) fn load_state(&mut self, state: &State, looped: &Loop) -> Vec<ValueId> {
        for kept in &state.memory {
            let Some(stack) = kept.stack else {
                if kept.length.is_none() {
                    let nothing = InstructionKind::Define(kept.copy, Aggregate::Deferred);
                    self.builder.push(nothing, vec![]);
                }
                continue;
            };
            let (stack, copy) = (Place::root(stack), Place::root(kept.copy));
            match kept.lengths {
                Some(lengths) => {
                    let range = self.top_range(stack, lengths);
                    let clear = InstructionKind::Resize(copy.clone(), ResizeKind::Clear);
                    self.builder.push(clear, vec![]);
                    let extend = ResizeKind::ExtendFrom(range);
                    self.builder.push(InstructionKind::Resize(copy, extend), vec![]);
                }
                None => {
                    let top = self.top(&stack);
                    let content = Aggregate::Place(top, Transfer::Copy);
                    self.builder.push(InstructionKind::Define(kept.copy, content), vec![]);
                }
            }
        }
        looped
            .parameters
            .iter()
            .zip(&state.stacks)
            .map(|(parameter, stack)| {
                let top = self.top(&Place::root(*stack));
                let Value { ty, name, .. } = self.builder.function.value(*parameter).clone();
                let value = self.builder.load(top, ty);
                self.builder.function.values[value.0 as usize].name = name;
                value
            })
            .collect()
    }

    /// The content that was pushed last of memory with a dynamic length.
    pub(super) fn top_range(&mut self, stack: Place, lengths: SlotId) -> Place {
        let end = self.builder.length(stack.clone());
        let top = self.top(&Place::root(lengths));
        let length = self.builder.load(top, Type::USIZE);
        let start = self.integer_operation(IntegerOperation::WrappingSub, &[end, length]);
        stack.project(Projection::Range { start, end, proven: true })
    }

    /// Removes the state that was pushed last.
    pub(super) fn pop_state(&mut self, state: &State) {
        for kept in &state.memory {
            let Some(stack) = kept.stack.map(Place::root) else { continue };
            let Some(lengths) = kept.lengths else {
                self.builder.push(InstructionKind::Resize(stack, ResizeKind::Pop), vec![]);
                continue;
            };
            let range = self.top_range(stack.clone(), lengths);
            if let Some(Projection::Range { start, .. }) = range.path.last() {
                let shorter = ResizeKind::Truncate(*start);
                self.builder.push(InstructionKind::Resize(stack, shorter), vec![]);
            }
            let pop = InstructionKind::Resize(Place::root(lengths), ResizeKind::Pop);
            self.builder.push(pop, vec![]);
        }
        for stack in &state.stacks {
            let pop = InstructionKind::Resize(Place::root(*stack), ResizeKind::Pop);
            self.builder.push(pop, vec![]);
        }
    }

    /// Before the reverse loop: copies of dynamic length, whose memory is used for every iteration.
    pub(super) fn define_copies(&mut self, state: &State) {
        for kept in &state.memory {
            let define = InstructionKind::Define(kept.copy, state.empty.clone());
            match (kept.length, kept.lengths) {
                (Some(length), _) => {
                    // Every iteration fills it.
                    self.builder.push(define, vec![]);
                    let ty = self.builder.function.slot(kept.copy).ty.clone();
                    let element = ty.element().cloned().unwrap_or(Type::F64);
                    let zero = self.builder.zeros(&element, None);
                    let resize = ResizeKind::Resize(length, zero);
                    let copy = Place::root(kept.copy);
                    self.builder.push(InstructionKind::Resize(copy, resize), vec![]);
                }
                (None, Some(_)) => {
                    self.builder.push(define, vec![]);
                }
                (None, None) => {}
            }
        }
    }

    /// Memory that is run again goes by its copy.
    pub(super) fn copies(&self, state: &State) -> Renaming {
        let mut renaming = Renaming::default();
        renaming.slots.extend(state.memory.iter().map(|kept| (kept.root, kept.copy)));
        renaming
    }

    /// The index of the iteration with a number: `start + number * step`, from the end of the whole
    /// range if the loop runs backwards, also if it is left early.
    pub(super) fn index_at(&mut self, counted: &For, number: ValueId) -> ValueId {
        let number = match counted.reversed {
            true => {
                let all = self.length_of_range(counted);
                let one = self.builder.usize(1);
                let last = self.integer_operation(IntegerOperation::WrappingSub, &[all, one]);
                self.integer_operation(IntegerOperation::WrappingSub, &[last, number])
            }
            false => number,
        };
        let offset = match counted.step {
            Some(step) => self.integer_operation(IntegerOperation::WrappingMul, &[number, step]),
            None => number,
        };
        let ty = self.builder.function.value(counted.start).ty.clone();
        let offset = match ty == Type::USIZE {
            true => offset,
            false => self.builder.operation(Operation::Cast, &[offset], ty),
        };
        self.integer_operation(IntegerOperation::WrappingAdd, &[counted.start, offset])
    }

    /// The number of indices of a loop that ran at least once.
    pub(super) fn length_of_range(&mut self, counted: &For) -> ValueId {
        let For { start, end, inclusive, step, .. } = counted;
        let span = self.integer_operation(IntegerOperation::WrappingSub, &[*end, *start]);
        let span = match self.builder.function.value(span).ty == Type::USIZE {
            true => span,
            false => self.builder.operation(Operation::Cast, &[span], Type::USIZE),
        };
        match (step, inclusive) {
            (None, false) => span,
            (None, true) => {
                let one = self.builder.usize(1);
                self.integer_operation(IntegerOperation::WrappingAdd, &[span, one])
            }
            (Some(step), true) => {
                let before = self.integer_operation(IntegerOperation::Div, &[span, *step]);
                let one = self.builder.usize(1);
                self.integer_operation(IntegerOperation::WrappingAdd, &[before, one])
            }
            (Some(step), false) => {
                self.integer_operation(IntegerOperation::DivCeil, &[span, *step])
            }
        }
    }

    pub(super) fn integer_operation(
        &mut self,
        operation: IntegerOperation,
        arguments: &[ValueId],
    ) -> ValueId {
        self.builder.integer(operation, arguments)
    }
}

impl State {
    pub(super) fn all_stacks(&self) -> Vec<SlotId> {
        let memory = self.memory.iter().flat_map(|kept| [kept.stack, kept.lengths]);
        self.stacks.iter().copied().chain(memory.flatten()).collect()
    }
}

/// Whether all that a region does with a root is to assign it as a whole.
fn is_only_assigned(region: &Region, root: SlotId) -> bool {
    let mut only = true;
    region.for_each_instruction(&mut |instruction| {
        let is_assigned = matches!(&instruction.kind, InstructionKind::Assign(place, _)
            if place.root == root && place.path.is_empty());
        only &= instruction.kind.reads().iter().all(|place| place.root != root);
        only &= is_assigned || instruction.kind.writes().iter().all(|place| place.root != root);
    });
    only
}

/// Whether a region assigns one of the roots as a whole, or makes content of it.
fn replaces_or_copies(region: &Region, roots: &[SlotId]) -> bool {
    let mut found = false;
    let whole = |place: &Place| place.path.is_empty() && roots.contains(&place.root);
    region.for_each_instruction(&mut |instruction| {
        if let InstructionKind::Assign(place, _) = &instruction.kind {
            found |= whole(place);
        }
        instruction.kind.for_each_content(&mut |content| {
            let mut places = vec![];
            content.places(&mut places);
            found |= places.into_iter().any(whole);
        });
    });
    found
}
