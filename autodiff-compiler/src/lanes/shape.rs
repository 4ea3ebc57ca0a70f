//! Whether the iterations of a loop can run together, and what differs between them.
//!
//! The values of the body are sorted into those that are the same in all lanes and those that differ
//! ([`Varying`]). A loop is left as it is if something in it has no form for several lanes: another kind of
//! memory than arrays of one float type, an effect, a call, an inner loop of varying length, or something that
//! could panic under a condition that varies. [`super::dependence`] looks at what iterations share.

use super::facts::Facts;
use super::split::{along, values_inside};
use super::{Width, dependence, evaluated};
use crate::ir::lanes::{Lanes, Varying};
use crate::ir::operations::{FloatOperation, IntegerOperation, Operation};
use crate::ir::recorded::recorded_by;
use crate::ir::*;
use crate::types::{FloatType, IntegerType, Length, Type};

/// The shape of a loop whose iterations may run together, as far as its body tells.
pub(super) fn shape(
    function: &Function,
    facts: &Facts,
    counted: &For,
    width: Width,
) -> Option<Lanes> {
    let plain =
        counted.chunks.is_none() && !counted.inclusive && counted.step.is_none() && !counted.exits;
    let index = *counted.body.parameters.first()?;
    let by_usize = function.value(index).ty == Type::Integer(IntegerType::Usize);
    if !plain || !by_usize {
        return None;
    }
    let float = one_float_type(function, &counted.body)?;
    let mut local = Set::new();
    local_slots(&counted.body, &mut local);
    let recorded = recorded_by(function, &facts.stacks, counted);
    let recorded = Set::from_iter(recorded.into_iter().map(|(stack, _)| stack));
    let reductions = dependence::reductions(counted)?;
    let lanes = Lanes { reductions, ..Lanes::of(float, width) };
    let mut sorting = Sorting { recorded, ..Sorting::new(function, facts, &counted.body, lanes) };
    sorting.lanes.varying.insert(index, Varying::Consecutive);
    for parameter in &counted.body.parameters[1..] {
        function.value(*parameter).ty.is_float().then_some(())?;
        sorting.lanes.varying.insert(*parameter, Varying::Float);
    }
    sorting.find_slots(&counted.body)?;
    sorting.region(&counted.body, false)?;
    evaluated::whatever_may_panic(&counted.body, &sorting.lanes).then_some(sorting.lanes)
}

/// The shape of a function that is called for several lanes: every parameter is a number that differs.
pub(super) fn shape_of_function(function: &Function, facts: &Facts, width: Width) -> Option<Lanes> {
    let Type::Float(float) = &function.value(only_value(&function.parameters[0])?).ty else {
        return None;
    };
    if one_float_type(function, &function.body).is_some_and(|other| other != *float) {
        return None;
    }
    let lanes = Lanes::of(float.clone(), width);
    let mut sorting = Sorting::new(function, facts, &function.body, lanes);
    for parameter in &function.parameters {
        sorting.lanes.varying.insert(only_value(parameter)?, Varying::Float);
    }
    sorting.find_slots(&function.body)?;
    sorting.region(&function.body, false)?;
    Some(sorting.lanes)
}

/// The value of a parameter that has one.
fn only_value(parameter: &Parameter) -> Option<ValueId> {
    match parameter.binding {
        ParameterBinding::Value(value) => Some(value),
        ParameterBinding::Slot(_) => None,
    }
}

impl Lanes {
    pub(super) fn of(float: FloatType, width: Width) -> Self {
        Self {
            count: width.of(&float),
            float,
            varying: Map::new(),
            slots: Set::new(),
            results: Set::new(),
            sums: Set::new(),
            reductions: vec![],
            overlaps: false,
        }
    }
}

/// The only float type of all values of the body.
fn one_float_type(function: &Function, body: &Region) -> Option<FloatType> {
    let mut found: Option<FloatType> = None;
    let mut one = true;
    body.for_each_instruction(&mut |instruction| {
        for result in &instruction.results {
            if let Type::Float(float) = &function.value(*result).ty {
                one &= found.get_or_insert_with(|| float.clone()) == float;
            }
        }
    });
    found.filter(|float| one && matches!(float, FloatType::F32 | FloatType::F64))
}

fn local_slots(body: &Region, local: &mut Set<SlotId>) {
    body.for_each_instruction(&mut |instruction| {
        if let Some(slot) = instruction.kind.defined_slot() {
            local.insert(slot);
        }
    });
}

struct Sorting<'f> {
    function: &'f Function,
    body: &'f Region,
    /// What the body defines.
    inside: Set<ValueId>,
    facts: &'f Facts,
    /// The last indices of inner loops.
    below: Map<ValueId, i128>,
    /// Stacks of which the loop fills or reads a block.
    recorded: Set<SlotId>,
    /// Slots that the body brings into being.
    local: Set<SlotId>,
    /// Roots that the body writes.
    written: Set<SlotId>,
    /// Slots of the body in which all lanes have the same: what a Jacobian-vector product changes of its function.
    same: Set<SlotId>,
    lanes: Lanes,
}

impl<'f> Sorting<'f> {
    fn new(function: &'f Function, facts: &'f Facts, body: &'f Region, lanes: Lanes) -> Self {
        let mut local = Set::new();
        local_slots(body, &mut local);
        Self {
            function,
            body,
            inside: values_inside(body),
            below: Map::new(),
            facts,
            local,
            same: Set::new(),
            recorded: Set::new(),
            lanes,
            written: Set::from_iter(body.written_roots()),
        }
    }

    fn of(&self, value: ValueId) -> Option<Varying> {
        self.lanes.varying(value)
    }

    fn varies(&self, value: ValueId) -> bool {
        self.of(value).is_some()
    }

    fn set(&mut self, value: ValueId, varying: Varying) {
        self.lanes.varying.insert(value, varying);
    }

    fn is_float(&self, value: ValueId) -> bool {
        self.function.value(value).ty == Type::Float(self.lanes.float.clone())
    }

    /// Local memory for floats has a content for each lane.
    fn find_slots(&mut self, body: &Region) -> Option<()> {
        let function = self.function;
        let mut found = vec![];
        let (mut results, mut same) = (vec![], vec![]);
        body.for_each_instruction(&mut |instruction| match &instruction.kind {
            InstructionKind::Call(call) if call.product_in_lanes(&self.lanes.float).is_some() => {
                if call.signature.result.holds_floats() {
                    results.extend(call.result_slot);
                }
                let (primal, _) = call.arguments.split_at(call.signature.parameters.len());
                same.extend(primal.iter().filter_map(|argument| match argument {
                    Argument::Mutable(place) => Some(place.root),
                    _ => None,
                }));
            }
            InstructionKind::Define(slot, content)
                if function.slot(*slot).ty.is_made_of(&self.lanes.float) =>
            {
                found.push((*slot, is_spread(content)));
            }
            InstructionKind::Call(Call { result_slot: Some(slot), .. })
                if function.slot(*slot).ty.is_made_of(&self.lanes.float) =>
            {
                found.push((*slot, true));
            }
            _ => {}
        });
        self.same.insert_all(&same);
        for (slot, is_spread) in found {
            if !self.same.contains(slot) {
                is_spread.then_some(())?;
                self.lanes.slots.insert(slot);
            }
        }
        self.lanes.results.insert_all(&results);
        Some(())
    }

    fn region(&mut self, region: &Region, masked: bool) -> Option<()> {
        region.instructions.iter().try_for_each(|instruction| self.instruction(instruction, masked))
    }

    fn instruction(&mut self, instruction: &Instruction, masked: bool) -> Option<()> {
        let results = &instruction.results;
        match &instruction.kind {
            InstructionKind::Constant(constant) => {
                (!matches!(constant, Constant::Undefined(Type::Opaque(_)))).then_some(())
            }
            InstructionKind::Operation(operation, arguments) => {
                self.operation(*operation, arguments, results[0], masked)
            }
            InstructionKind::Length(place) => {
                let same = !place.operands().any(|index| self.varies(index));
                (same && self.may_be_reached(place, masked)).then_some(())
            }
            InstructionKind::Load(place) => self.load(place, results[0], masked),
            InstructionKind::Store(place, _) => {
                // What all lanes write to would be written by the last one.
                let apart =
                    self.lanes.has_lanes(place) || place.operands().any(|index| self.varies(index));
                (apart && self.may_be_written(place, masked)).then_some(())
            }
            InstructionKind::AddTo(place, _) => self.may_be_written(place, masked).then_some(()),
            // What is recorded once in each iteration is recorded by all lanes.
            InstructionKind::Push(place, Aggregate::Value(value)) => {
                let known = self.recorded.contains(place.root);
                (known && self.is_float(*value)).then_some(())
            }
            InstructionKind::Pop(place) => {
                let known = self.recorded.contains(place.root) && self.is_float(results[0]);
                known.then_some(())?;
                self.set(results[0], Varying::Float);
                Some(())
            }
            InstructionKind::Fill(place, _) => {
                let own = self.lanes.has_lanes(place) && place.path.is_empty();
                (own && !masked).then_some(())
            }
            InstructionKind::Define(slot, content) => {
                if self.same.contains(*slot) {
                    return (!masked && self.is_same(content)).then_some(());
                }
                if !self.lanes.slots.contains(*slot) {
                    return None;
                }
                match content {
                    Aggregate::VecRepeat(_, length) if masked || self.varies(*length) => None,
                    _ => Some(()),
                }
            }
            InstructionKind::If { condition, then_region, else_region } => {
                let masked = masked || self.varies(*condition);
                let mask = self.varies(*condition);
                self.region(then_region, masked)?;
                self.region(else_region, masked)?;
                for (position, result) in results.iter().enumerate() {
                    let (a, b) = (then_region.yields[position], else_region.yields[position]);
                    if !mask && !self.varies(a) && !self.varies(b) {
                        continue;
                    }
                    self.is_float(*result).then_some(())?;
                    self.set(*result, Varying::Float);
                }
                Some(())
            }
            InstructionKind::For(counted) => self.inner_loop(counted, results, masked),
            InstructionKind::Call(call) => self.call(call, results, masked),
            InstructionKind::Opaque(opaque) => opaque.is_constant().then_some(()),
            _ => None,
        }
    }

    /// A call of a function that takes numbers in lanes. Where only some lanes get, it is not known to be harmless.
    fn call(&mut self, call: &Call, results: &[ValueId], masked: bool) -> Option<()> {
        if call.product_in_lanes(&self.lanes.float).is_some() {
            return (!masked && self.takes_tangents(call)).then_some(());
        }
        call.in_lanes(&self.lanes.float).filter(|_| !masked)?;
        let arguments = call.numbers()?;
        let differs = arguments.iter().any(|argument| self.varies(*argument));
        match call.result_slot {
            Some(slot) => self.lanes.slots.contains(slot).then_some(())?,
            None if differs => self.set(*results.first()?, Varying::Float),
            None => {}
        }
        Some(())
    }

    /// Whether a Jacobian-vector product is called at one place, in a direction for each lane.
    fn takes_tangents(&self, call: &Call) -> bool {
        let (primal, tangents) = call.arguments.split_at(call.signature.parameters.len());
        let is_same = |argument: &Argument| match argument {
            Argument::Value(content) => self.is_same(content),
            Argument::Shared(place) | Argument::Mutable(place) | Argument::Place(place) => {
                self.is_same_place(place)
            }
        };
        let has_lanes = |argument: &Argument| match argument {
            Argument::Value(Aggregate::Place(place, _))
            | Argument::Shared(place)
            | Argument::Mutable(place) => self.lanes.has_lanes(place),
            Argument::Value(content) => is_spread(content),
            Argument::Place(_) => false,
        };
        primal.iter().all(is_same) && tangents.iter().all(has_lanes)
    }

    /// Whether content is the same in all lanes.
    fn is_same(&self, content: &Aggregate) -> bool {
        let mut places = vec![];
        content.places(&mut places);
        let mut same = places.into_iter().all(|place| self.is_same_place(place));
        content.for_each_operand(&mut |value| same &= !self.varies(*value));
        same
    }

    /// Whether a place is the same in all lanes, and not what another iteration leaves.
    fn is_same_place(&self, place: &Place) -> bool {
        let kept = !self.written.contains(place.root) || self.local.contains(place.root);
        kept && !self.lanes.has_lanes(place) && !place.operands().any(|index| self.varies(index))
    }

    /// A loop that every lane runs through as often.
    fn inner_loop(&mut self, counted: &For, results: &[ValueId], masked: bool) -> Option<()> {
        let bounds = [Some(counted.start), Some(counted.end), counted.step];
        if bounds.into_iter().flatten().any(|bound| self.varies(bound)) {
            return None;
        }
        if masked && counted.step.is_some() {
            return None;
        }
        if let (Some(end), None, false) =
            (self.facts.constants.get(&counted.end), counted.step, counted.inclusive)
        {
            self.below.insert(counted.body.parameters[0], end - 1);
        }
        let parameters = &counted.body.parameters[1..];
        let becomes_varying = |own: &mut Self, from: &[ValueId]| -> Option<bool> {
            let mut changed = false;
            for (parameter, value) in parameters.iter().zip(from) {
                if own.varies(*value) && !own.varies(*parameter) {
                    own.is_float(*parameter).then_some(())?;
                    own.set(*parameter, Varying::Float);
                    changed = true;
                }
            }
            Some(changed)
        };
        becomes_varying(self, &counted.carried)?;
        loop {
            self.region(&counted.body, masked)?;
            if !becomes_varying(self, &counted.body.yields)? {
                break;
            }
        }
        for (parameter, result) in parameters.iter().zip(results) {
            if self.varies(*parameter) {
                self.set(*result, Varying::Float);
            }
        }
        Some(())
    }

    fn operation(
        &mut self,
        operation: Operation,
        arguments: &[ValueId],
        result: ValueId,
        masked: bool,
    ) -> Option<()> {
        use IntegerOperation::{Add, Sub};
        let kinds: Vec<_> = arguments.iter().map(|argument| self.of(*argument)).collect();
        let has = |wanted: Varying| kinds.contains(&Some(wanted));
        if kinds.iter().all(Option::is_none) {
            return (!masked || !operation.may_panic()).then_some(());
        }
        let float = |own: &Self, position: usize| own.is_float(arguments[position]);
        let varying = match operation {
            Operation::Float(FloatOperation::Polygamma) => return None,
            Operation::Float(FloatOperation::Powi) if kinds[1].is_some() => return None,
            Operation::Float(operation) => {
                let may_panic = operation == FloatOperation::Clamp;
                (!may_panic || !masked).then_some(())?;
                Varying::Float
            }
            Operation::Predicate(_) => Varying::Mask,
            Operation::Compare(_) if float(self, 0) => Varying::Mask,
            Operation::Compare(_) if has(Varying::Mask) => return None,
            Operation::Compare(_) => Varying::ByLane,
            Operation::Boolean(_) if has(Varying::Mask) => Varying::Mask,
            Operation::Boolean(_) => Varying::ByLane,
            Operation::Select if has(Varying::Mask) || float(self, 1) => {
                self.is_float(result).then_some(())?;
                Varying::Float
            }
            Operation::Select => Varying::ByLane,
            Operation::Cast if has(Varying::Mask) => return None,
            Operation::Cast if float(self, 0) => Varying::ByLane,
            Operation::Cast if self.is_float(result) => Varying::Float,
            Operation::Cast => Varying::ByLane,
            // Consecutive numbers of the largest index type do not leave its range.
            Operation::Integer(Add) if is_shift(&kinds) => Varying::Consecutive,
            Operation::Integer(Sub)
                if kinds[0] == Some(Varying::Consecutive) && kinds[1].is_none() =>
            {
                (!masked).then_some(())?;
                Varying::Consecutive
            }
            Operation::Integer(_) => Varying::ByLane,
        };
        if varying == Varying::ByLane {
            (!masked || !operation.may_panic()).then_some(())?;
        }
        if let Operation::Cast = operation
            && matches!(self.function.value(result).ty, Type::Float(_))
        {
            self.is_float(result).then_some(())?;
        }
        self.set(result, varying);
        Some(())
    }

    fn load(&mut self, place: &Place, result: ValueId, masked: bool) -> Option<()> {
        self.may_be_reached(place, masked).then_some(())?;
        let varies = place.operands().any(|index| self.varies(index));
        if self.lanes.has_lanes(place) {
            self.set(result, Varying::Float);
            return Some(());
        }
        if !varies {
            // The same for all lanes only if no lane writes it.
            return (!self.written.contains(place.root) || self.local.contains(place.root))
                .then_some(());
        }
        match &self.function.value(result).ty {
            Type::Float(_) => self.set(result, Varying::Float),
            // Read again where it is used.
            Type::Integer(_) | Type::Bool if !self.written.contains(place.root) => {
                self.set(result, Varying::ByLane);
            }
            _ => return None,
        }
        Some(())
    }

    fn may_be_written(&self, place: &Place, masked: bool) -> bool {
        self.function.place_type(place) == Some(Type::Float(self.lanes.float.clone()))
            && (self.is_reached_one_by_one(place) || self.may_be_reached(place, masked))
    }

    /// Whether each lane writes for itself, if it got there.
    fn is_reached_one_by_one(&self, place: &Place) -> bool {
        let Some((last, array)) = place.path.split_last() else { return false };
        let array = Place { root: place.root, path: array.to_vec() };
        let is_along = matches!(last, Projection::Index { index, .. }
            if self.of(*index) == Some(Varying::Consecutive));
        let array_varies = array.operands().any(|value| self.varies(value));
        let varies = place.operands().any(|value| self.varies(value));
        varies && (!is_along || array_varies || self.lanes.has_lanes(place))
    }

    /// Whether no lane can panic on the way that would not have gone there. What the reverse sweep takes for proven is
    /// so for the iterations that went there only: under a mask an index is in bounds because groups end before it is
    /// not, or by the length that a type has.
    fn may_be_reached(&self, place: &Place, masked: bool) -> bool {
        let is_there = |(depth, step): (usize, &Projection)| match step {
            Projection::Field(_) => true,
            Projection::Range { .. } => false,
            Projection::Index { index, .. } => {
                let array = Place { root: place.root, path: place.path[..depth].to_vec() };
                let outside = |value: ValueId| !self.inside.contains(value);
                match (self.of(*index), self.function.place_type(&array)) {
                    (Some(Varying::Consecutive), _) => {
                        !self.lanes.has_lanes(place)
                            && array.operands().all(outside)
                            && along(self.body, &self.inside, *index).is_some()
                    }
                    (None, Some(Type::Array(_, Length::Literal(length)))) => {
                        let below =
                            self.below.get(index).or_else(|| self.facts.constants.get(index));
                        below.is_some_and(|last| *last < i128::from(length))
                    }
                    _ => false,
                }
            }
        };
        !masked || place.path.iter().enumerate().all(is_there)
    }
}

fn is_shift(kinds: &[Option<Varying>]) -> bool {
    matches!(kinds, [Some(Varying::Consecutive), None] | [None, Some(Varying::Consecutive)])
}

/// Whether content is made of single floats.
fn is_spread(content: &Aggregate) -> bool {
    match content {
        Aggregate::Value(_) => true,
        Aggregate::Array(elements) | Aggregate::Vec(elements) | Aggregate::Tuple(elements) => {
            elements.iter().all(is_spread)
        }
        Aggregate::ArrayRepeat(element, _) | Aggregate::VecRepeat(element, _) => is_spread(element),
        _ => false,
    }
}
