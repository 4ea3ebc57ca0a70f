//! Activity analysis: which values and slots carry a derivative.
//!
//! *Varied*: depends, through floats, on a parameter that the function is differentiated with respect
//! to. *Useful*: the returned floats depend on it. *Active*: both. The reverse pass makes adjoints for
//! active values and slots only, so zero adjoints come from absence.
//!
//! Assumes verified IR. Guarantees: what is not varied has derivative zero (dependence through
//! integers, truth values and `detach` counts as none, by the conventions of the design); what is
//! varied or useful may be more than necessary, never less. Slots are analysed as wholes, but for what a parameter that
//! stays as it is has beside floats.

use crate::derivatives::has_derivative;
use crate::ir::*;

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
            for root in instruction.written_roots() {
                unchanged.remove(root);
            }
        });
        Self(unchanged)
    }

    /// Whether the place is a part of such a parameter and has no floats.
    fn has_no_floats(&self, function: &Function, place: &Place) -> bool {
        self.0.contains(place.root)
            && !place.path.is_empty()
            && function.place_type(place).is_some_and(|ty| !ty.holds_floats())
    }
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
        self.is_varied_slot(place.root) && !self.unchanged.has_no_floats(function, place)
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
        if ty.holds_floats()
            || matches!(ty, crate::types::Type::Opaque(_) | crate::types::Type::Option(_))
        {
            self.marks.mark_value(value);
        }
    }

    fn copy(&mut self, from: ValueId, to: ValueId) {
        if self.marks.value(from) {
            self.set(to);
        }
    }

    fn place(&self, place: &Place) -> bool {
        self.marks.slot(place.root) && !self.unchanged.has_no_floats(self.function, place)
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

struct Useful<'a> {
    function: &'a Function,
    marks: Marks,
}

impl Useful<'_> {
    fn result(&mut self, result: &Aggregate) {
        self.content(result);
    }

    /// What the caller sees behind `&mut` parameters is an output.
    fn parameters(&mut self) {
        for (index, slot) in self.function.slots.iter().enumerate() {
            if slot.kind == SlotKind::Mutable {
                self.marks.mark_slot(SlotId(index as u32));
            }
        }
    }

    fn content(&mut self, content: &Aggregate) {
        visit_aggregate(content, &mut |leaf| match leaf {
            Leaf::Value(value) => self.marks.mark_value(value),
            Leaf::Place(place) => self.marks.mark_slot(place.root),
        });
    }

    fn argument(&mut self, argument: &Argument) {
        match argument {
            Argument::Value(content) => self.content(content),
            Argument::Shared(place) | Argument::Mutable(place) | Argument::Place(place) => {
                self.marks.mark_slot(place.root);
            }
        }
    }

    fn region(&mut self, region: &Region) {
        for instruction in region.instructions.iter().rev() {
            self.instruction(instruction);
        }
    }

    fn copy(&mut self, from: ValueId, to: ValueId) {
        if self.marks.value(from) {
            self.marks.mark_value(to);
        }
    }

    fn instruction(&mut self, instruction: &Instruction) {
        let results = &instruction.results;
        let result_useful = results.iter().any(|result| self.marks.value(*result));
        match &instruction.kind {
            InstructionKind::Constant(_)
            | InstructionKind::Length(_)
            | InstructionKind::Effect(_)
            // Of sweeps with their tape.
            | InstructionKind::Save(_)
            | InstructionKind::SaveStack(_)
            | InstructionKind::Restore => {}
            InstructionKind::Operation(operation, arguments) => {
                for (position, argument) in arguments.iter().enumerate() {
                    if result_useful && has_derivative(*operation, position) {
                        self.marks.mark_value(*argument);
                    }
                }
            }
            InstructionKind::Load(place) | InstructionKind::Pop(place) => {
                if result_useful {
                    self.marks.mark_slot(place.root);
                }
            }
            InstructionKind::Store(place, value)
            | InstructionKind::AddTo(place, value)
            | InstructionKind::Fill(place, value) => {
                if self.marks.slot(place.root) {
                    self.marks.mark_value(*value);
                }
            }
            InstructionKind::Define(slot, content) => {
                if self.marks.slot(*slot) {
                    self.content(content);
                }
            }
            InstructionKind::Assign(place, content) | InstructionKind::Push(place, content) => {
                if self.marks.slot(place.root) {
                    self.content(content);
                }
            }
            InstructionKind::Resize(place, kind) => {
                if self.marks.slot(place.root) {
                    match kind {
                        ResizeKind::Resize(_, content) => self.content(content),
                        ResizeKind::ExtendFrom(source) => self.marks.mark_slot(source.root),
                        _ => {}
                    }
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
                    for (inner, outer) in region.yields.iter().zip(results) {
                        self.copy(*outer, *inner);
                    }
                    self.region(region);
                }
            }
            InstructionKind::For(For { carried, body, .. }) => {
                self.looped(carried, body, &body.parameters[1..], results);
            }
            InstructionKind::Loop { carried, body } => {
                self.looped(carried, body, &body.parameters, results);
            }
            InstructionKind::Match { scrutinee, arms } => {
                for arm in arms {
                    for (inner, outer) in arm.body.yields.iter().zip(results) {
                        self.copy(*outer, *inner);
                    }
                    self.region(&arm.body);
                    if arm.bindings.iter().any(|(_, value)| self.marks.value(*value)) {
                        self.argument(scrutinee);
                    }
                }
            }
            InstructionKind::Call(Call { arguments, result_slot, output, .. }) => {
                // What goes to the tape is useful, and what is taken from there is not asked about.
                let useful = output.uses_tape()
                    || result_useful
                    || result_slot.is_some_and(|slot| self.marks.slot(slot))
                    || arguments.iter().any(|argument| match argument {
                        Argument::Mutable(place) => self.marks.slot(place.root),
                        _ => false,
                    });
                if useful {
                    arguments.iter().for_each(|argument| self.argument(argument));
                    // Its reverse takes a cotangent of the result's shape, needed or not.
                    result_slot.iter().for_each(|slot| self.marks.mark_slot(*slot));
                }
            }
            InstructionKind::Opaque(Opaque { pieces, result_slot }) => {
                if result_useful || result_slot.is_some_and(|slot| self.marks.slot(slot)) {
                    for argument in pieces.iter().flat_map(Piece::arguments) {
                        self.argument(argument);
                    }
                }
            }
        }
    }

    fn looped(
        &mut self,
        carried: &[ValueId],
        body: &Region,
        parameters: &[ValueId],
        results: &[ValueId],
    ) {
        for (((next, parameter), result), initial) in
            body.yields.iter().zip(parameters).zip(results).zip(carried)
        {
            // Without iterations the result is the initial value: the adjoint passes through the
            // parameter, even if the body does not look at it.
            self.copy(*result, *parameter);
            self.copy(*parameter, *next);
            self.copy(*parameter, *initial);
        }
        self.region(body);
        for (parameter, (next, initial)) in parameters.iter().zip(body.yields.iter().zip(carried)) {
            self.copy(*parameter, *next);
            self.copy(*parameter, *initial);
        }
    }
}
