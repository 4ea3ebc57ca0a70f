//! Activity analysis: which values and slots carry a derivative.
//!
//! *Varied*: depends, through floats, on a parameter that the function is differentiated with respect
//! to. *Useful*: the returned floats depend on it. *Active*: both. The reverse pass makes adjoints for
//! active values and slots only, so zero adjoints come from absence.
//!
//! Assumes verified IR. Guarantees: what is not varied has derivative zero (dependence through
//! integers, truth values and `detach` counts as none, by the conventions of the design); what is
//! varied or useful may be more than necessary, never less. Slots are analysed as wholes, but for numbers in them
//! (indices, enums that hold no floats), and for what a parameter that stays as it is has beside floats.

mod useful;

use crate::derivatives::has_derivative;
use crate::ir::*;
use crate::types::{Holds, Type};
use useful::Useful;

/// The result of the analysis.
#[derive(Clone, Debug)]
pub struct Activity {
    varied: Marks,
    useful: Marks,
    unchanged: Unchanged,
}

#[derive(Clone, Debug)]
struct Marks {
    values: Vec<bool>,
    slots: Vec<bool>,
    changed: bool,
}

impl Marks {
    fn new(function: &Function) -> Self {
        Self {
            values: vec![false; function.values.len()],
            slots: vec![false; function.slots.len()],
            changed: true,
        }
    }

    /// Whether another round over the function can find more: the round before did.
    fn start_round(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    fn value(&self, value: ValueId) -> bool {
        self.values[value.0 as usize]
    }

    fn slot(&self, slot: SlotId) -> bool {
        self.slots[slot.0 as usize]
    }

    fn mark_value(&mut self, value: ValueId) {
        self.changed |= !std::mem::replace(&mut self.values[value.0 as usize], true);
    }

    fn mark_slot(&mut self, slot: SlotId) {
        self.changed |= !std::mem::replace(&mut self.slots[slot.0 as usize], true);
    }
}

/// Parameters that the function does not change: what they have beside floats (a mode, a list of indices) does not
/// vary, since a derivative with respect to a parameter is one with respect to its floats.
#[derive(Clone, Debug)]
struct Unchanged(Set<SlotId>);

impl Unchanged {
    fn of(function: &Function) -> Self {
        let mut unchanged = Set::new();
        for parameter in &function.parameters {
            if let ParameterBinding::Slot(slot) = parameter.binding {
                unchanged.insert(slot);
            }
        }
        function.body.for_each_instruction(&mut |instruction| {
            instruction.kind.for_each_written_root(&mut |root| unchanged.remove(root));
        });
        Self(unchanged)
    }

    /// Whether what is at the place does not vary, although the slot does: numbers, wherever they are, and what has no
    /// floats in such a parameter.
    fn is_constant_part(&self, function: &Function, place: &Place) -> bool {
        holds_only(function, place, Holds::Numbers)
            || (self.0.contains(place.root)
                && !place.path.is_empty()
                && holds_only(function, place, Holds::NoFloats))
    }
}

/// Whether the place, or what it is a part of, is known to hold at most this.
fn holds_only(function: &Function, place: &Place, most: Holds) -> bool {
    let mut around = Place::root(place.root);
    let mut in_struct = false;
    for projection in &place.path {
        let Some(ty) = function.place_type(&around) else { return false };
        // Nothing is known of what is further in.
        if ty.is_unseen() && !matches!(ty.referent(), Type::Tuple(_)) {
            break;
        }
        in_struct = matches!(ty.referent(), Type::Struct(_));
        around.path.push(projection.clone());
    }
    let left_out = in_struct && most == Holds::NoFloats;
    function
        .place_type(&around)
        .is_some_and(|ty| ty.holds_only(most) || (left_out && ty.is_left_out()))
}

impl Activity {
    /// Analyses a function with respect to the parameters marked active.
    pub fn of(function: &Function) -> Self {
        Self::with_useful(function, &[], &[])
    }

    /// The same where some values do not vary, although what they are loaded from does.
    pub fn without(function: &Function, constant: Set<ValueId>) -> Self {
        Self::analyse(function, constant, &[], &[])
    }

    /// The same where some values and slots are useful besides what the function returns and changes.
    pub fn with_useful(function: &Function, values: &[ValueId], slots: &[SlotId]) -> Self {
        Self::analyse(function, Set::new(), values, slots)
    }

    fn analyse(
        function: &Function,
        constant: Set<ValueId>,
        values: &[ValueId],
        slots: &[SlotId],
    ) -> Self {
        let unchanged = Unchanged::of(function);
        let mut varied = Varied { function, constant, unchanged, marks: Marks::new(function) };
        varied.parameters();
        while varied.marks.start_round() {
            varied.region(&function.body);
        }
        let mut useful = Useful { function, marks: Marks::new(function) };
        useful.result(&function.result);
        values.iter().for_each(|value| useful.marks.mark_value(*value));
        slots.iter().for_each(|slot| useful.marks.mark_slot(*slot));
        useful.parameters();
        while useful.marks.start_round() {
            useful.region(&function.body);
        }
        useful.only_floats();
        Self { varied: varied.marks, useful: useful.marks, unchanged: varied.unchanged }
    }

    /// Whether the value depends on an active parameter.
    pub fn is_varied(&self, value: ValueId) -> bool {
        self.varied.value(value)
    }

    /// Whether something in the slot depends on an active parameter.
    pub fn is_varied_slot(&self, slot: SlotId) -> bool {
        self.varied.slot(slot)
    }

    /// Whether the value needs an adjoint.
    pub fn is_active(&self, value: ValueId) -> bool {
        self.varied.value(value) && self.useful.value(value)
    }

    /// Whether the slot needs an adjoint.
    pub fn is_active_slot(&self, slot: SlotId) -> bool {
        self.varied.slot(slot) && self.useful.slot(slot)
    }

    /// Whether an aggregate reads something varied, as a float.
    pub fn is_varied_aggregate(&self, function: &Function, content: &Aggregate) -> bool {
        let mut found = false;
        visit_aggregate(content, &mut |leaf| {
            found |= match leaf {
                Leaf::Value(value) => self.is_varied(value),
                Leaf::Place(place) => self.is_varied_place(function, place),
            }
        });
        found
    }

    /// Whether something at the place depends on an active parameter.
    fn is_varied_place(&self, function: &Function, place: &Place) -> bool {
        self.is_varied_slot(place.root) && !self.unchanged.is_constant_part(function, place)
    }

    /// Whether an argument reads something varied, as a float.
    pub fn is_varied_argument(&self, function: &Function, argument: &Argument) -> bool {
        match argument {
            Argument::Value(content) => self.is_varied_aggregate(function, content),
            Argument::Shared(place) | Argument::Mutable(place) | Argument::Place(place) => {
                self.is_varied_place(function, place)
            }
        }
    }
}

/// A value or place that content is made of.
enum Leaf<'a> {
    Value(ValueId),
    Place(&'a Place),
}

fn visit_aggregate(content: &Aggregate, visit: &mut dyn FnMut(Leaf<'_>)) {
    match content {
        Aggregate::Value(value) => visit(Leaf::Value(*value)),
        Aggregate::Place(place, _) | Aggregate::Reference { place, .. } => {
            visit(Leaf::Place(place))
        }
        Aggregate::Tuple(elements) | Aggregate::Array(elements) | Aggregate::Vec(elements) => {
            elements.iter().for_each(|element| visit_aggregate(element, visit));
        }
        Aggregate::Struct(_, fields) => {
            fields.iter().for_each(|(_, field)| visit_aggregate(field, visit));
        }
        Aggregate::ArrayRepeat(element, _) | Aggregate::VecRepeat(element, _) => {
            visit_aggregate(element, visit);
        }
        Aggregate::Unit
        | Aggregate::VecWithCapacity(_)
        | Aggregate::ZerosLike(_)
        | Aggregate::Stack
        | Aggregate::RestoredStack
        | Aggregate::Deferred => {}
    }
}

struct Varied<'a> {
    function: &'a Function,
    /// What does not vary.
    constant: Set<ValueId>,
    unchanged: Unchanged,
    marks: Marks,
}

impl Varied<'_> {
    fn parameters(&mut self) {
        for parameter in self.function.parameters.iter().filter(|parameter| parameter.active) {
            match parameter.binding {
                ParameterBinding::Value(value) => self.set(value),
                ParameterBinding::Slot(slot) => self.marks.mark_slot(slot),
            }
        }
    }

    /// Marks a value, if its type can carry a derivative.
    fn set(&mut self, value: ValueId) {
        if self.constant.contains(value) {
            return;
        }
        let ty = &self.function.value(value).ty;
        // An opaque value may hold floats: it counts, so that its uses can be refused.
        if ty.holds_floats() || (ty.is_unseen() && !ty.holds_only(Holds::Numbers)) {
            self.marks.mark_value(value);
        }
    }

    fn copy(&mut self, from: ValueId, to: ValueId) {
        if self.marks.value(from) {
            self.set(to);
        }
    }

    fn place(&self, place: &Place) -> bool {
        self.marks.slot(place.root) && !self.unchanged.is_constant_part(self.function, place)
    }

    fn content(&self, content: &Aggregate) -> bool {
        let mut found = false;
        visit_aggregate(content, &mut |leaf| {
            found |= match leaf {
                Leaf::Value(value) => self.marks.value(value),
                Leaf::Place(place) => self.place(place),
            }
        });
        found
    }

    fn argument(&self, argument: &Argument) -> bool {
        match argument {
            Argument::Value(content) => self.content(content),
            Argument::Shared(place) | Argument::Mutable(place) | Argument::Place(place) => {
                self.place(place)
            }
        }
    }

    fn region(&mut self, region: &Region) {
        for instruction in &region.instructions {
            self.instruction(instruction);
        }
    }

    fn instruction(&mut self, instruction: &Instruction) {
        let results = &instruction.results;
        match &instruction.kind {
            InstructionKind::Constant(_) | InstructionKind::Length(_) => {}
            InstructionKind::Operation(operation, arguments) => {
                let varied = arguments.iter().enumerate().any(|(position, argument)| {
                    self.marks.value(*argument) && has_derivative(*operation, position)
                });
                if varied {
                    self.set(results[0]);
                }
            }
            InstructionKind::Load(place) | InstructionKind::Pop(place) => {
                if self.place(place) {
                    self.set(results[0]);
                }
            }
            InstructionKind::Store(place, value)
            | InstructionKind::AddTo(place, value)
            | InstructionKind::Fill(place, value) => {
                if self.marks.value(*value) {
                    self.marks.mark_slot(place.root);
                }
            }
            InstructionKind::Define(slot, content) => {
                if self.content(content) {
                    self.marks.mark_slot(*slot);
                }
            }
            InstructionKind::Assign(place, content) | InstructionKind::Push(place, content) => {
                if self.content(content) {
                    self.marks.mark_slot(place.root);
                }
            }
            InstructionKind::Resize(place, kind) => {
                let varied = match kind {
                    ResizeKind::Resize(_, content) => self.content(content),
                    ResizeKind::ExtendFrom(source) => self.marks.slot(source.root),
                    _ => false,
                };
                if varied {
                    self.marks.mark_slot(place.root);
                }
            }
            InstructionKind::Swap(a, b) => {
                if self.marks.slot(a.root) || self.marks.slot(b.root) {
                    self.marks.mark_slot(a.root);
                    self.marks.mark_slot(b.root);
                }
            }
            InstructionKind::If { then_region, else_region, .. } => {
                for region in [then_region, else_region] {
                    self.region(region);
                    for (from, to) in region.yields.iter().zip(results) {
                        self.copy(*from, *to);
                    }
                }
            }
            InstructionKind::For(For { carried, body, .. }) => {
                self.looped(carried, body, &body.parameters[1..], results);
            }
            InstructionKind::Loop { carried, body } => {
                self.looped(carried, body, &body.parameters, results);
            }
            InstructionKind::Match { scrutinee, arms } => {
                let varied = self.argument(scrutinee);
                for arm in arms {
                    if varied {
                        arm.bindings.iter().for_each(|(_, value)| self.set(*value));
                    }
                    self.region(&arm.body);
                    for (from, to) in arm.body.yields.iter().zip(results) {
                        self.copy(*from, *to);
                    }
                }
            }
            InstructionKind::Call(Call { arguments, result_slot, output, .. }) => {
                // What it takes from the tape varies.
                let taken = output.takes_from_tape();
                if taken || arguments.iter().any(|argument| self.argument(argument)) {
                    results.iter().for_each(|result| self.set(*result));
                    result_slot.iter().for_each(|slot| self.marks.mark_slot(*slot));
                    for argument in arguments {
                        // A counter stays passive.
                        if let Argument::Mutable(place) = argument
                            && self.function.place_type(place).is_none_or(|ty| ty.may_hold_floats())
                        {
                            self.marks.mark_slot(place.root);
                        }
                    }
                }
            }
            InstructionKind::Opaque(Opaque { pieces, result_slot }) => {
                let mut arguments = pieces.iter().flat_map(Piece::arguments);
                if arguments.any(|argument| self.argument(argument)) {
                    results.iter().for_each(|result| self.set(*result));
                    result_slot.iter().for_each(|slot| self.marks.mark_slot(*slot));
                }
            }
            InstructionKind::Effect(_)
            // Of sweeps with their tape.
            | InstructionKind::Save(_)
            | InstructionKind::SaveStack(_)
            | InstructionKind::Restore => {}
        }
    }

    fn looped(
        &mut self,
        carried: &[ValueId],
        body: &Region,
        parameters: &[ValueId],
        results: &[ValueId],
    ) {
        for ((initial, parameter), result) in carried.iter().zip(parameters).zip(results) {
            self.copy(*initial, *parameter);
            self.copy(*initial, *result);
        }
        self.region(body);
        for ((next, parameter), result) in body.yields.iter().zip(parameters).zip(results) {
            self.copy(*next, *parameter);
            self.copy(*next, *result);
        }
    }
}

#[cfg(test)]
mod tests;
