//! Jacobian-vector products in several directions at once.
//!
//! The way of a Jacobian-vector product does not depend on the direction, only tangents do. So the function runs once,
//! and every tangent is a vector with a lane for each direction: no lane is ever masked, and whatever the primal does
//! it does once.
//!
//! Tangents are found from the parameters on, until nothing changes: what is calculated from a tangent, the content
//! that one is written to, what is copied from there, and what is copied to there (zeros, of which each direction has
//! its own).
//!
//! Assumes the simplified product. Guarantees: in each lane what the product gives for that
//! direction; `None` where a tangent goes where it has no form for lanes (a struct, opaque tokens, a callee that takes
//! one direction only), or would decide something.

use super::{Width, split};
use crate::ir::lanes::{Lanes, Varying};
use crate::ir::operations::{FloatOperation, Operation};
use crate::ir::*;
use crate::types::{FloatType, Type};

/// The product for several directions, and what differs between them; `primal`: how many parameters are no tangents;
/// `pair`: whether the result has a tangent.
pub(super) fn spread(
    product: &Function,
    primal: usize,
    pair: bool,
    float: &FloatType,
    width: Width,
) -> Option<(Function, Lanes)> {
    let (value, tangent) = match &product.result {
        Aggregate::Tuple(parts) if pair => (&parts[0], &parts[1]),
        value => (value, &Aggregate::Unit),
    };
    let mut sorting = Sorting::new(product, Lanes::of(float.clone(), width));
    for parameter in &product.parameters[primal..] {
        match parameter.binding {
            ParameterBinding::Value(value) => sorting.set(value)?,
            ParameterBinding::Slot(slot) => {
                product.slot(slot).ty.is_made_of(float).then_some(())?;
                sorting.lanes.slots.insert(slot);
            }
        }
    }
    while std::mem::take(&mut sorting.changed) {
        sorting.region(&product.body)?;
        sorting.demand(tangent)?;
    }
    (!sorting.differs(value)).then_some(())?;
    Some(split::spread_function(product.clone(), sorting.lanes, Some(pair)))
}

struct Sorting<'f> {
    function: &'f Function,
    lanes: Lanes,
    /// The results of products that are called: a value and its tangent.
    pairs: Set<SlotId>,
    /// Whether something was found since the last look at the whole.
    changed: bool,
}

impl<'f> Sorting<'f> {
    fn new(function: &'f Function, lanes: Lanes) -> Self {
        let mut pairs = Set::new();
        function.body.for_each_instruction(&mut |instruction| {
            if let InstructionKind::Call(call) = &instruction.kind
                && call.output == CallOutput::Jvp
                && call.signature.result.holds_floats()
            {
                pairs.insert_all(call.result_slot.as_slice());
            }
        });
        Self { function, lanes, pairs, changed: true }
    }

    fn varies(&self, value: ValueId) -> bool {
        self.lanes.varying(value).is_some()
    }

    /// Whether content has tangents in it.
    fn differs(&self, content: &Aggregate) -> bool {
        let mut places = vec![];
        content.places(&mut places);
        let mut varies = places.into_iter().any(|place| self.lanes.has_lanes(place));
        content.for_each_operand(&mut |value| varies |= self.varies(*value));
        varies
    }

    /// The value is a tangent.
    fn set(&mut self, value: ValueId) -> Option<()> {
        let is_float = self.function.value(value).ty == Type::Float(self.lanes.float.clone());
        is_float.then_some(())?;
        self.changed |= self.lanes.varying.insert(value, Varying::Float).is_none();
        Some(())
    }

    /// Some of the values become others: those that a tangent becomes are tangents.
    fn join(&mut self, from: &[ValueId], to: &[ValueId]) -> Option<()> {
        for (from, to) in from.iter().zip(to) {
            if self.varies(*from) {
                self.set(*to)?;
            }
        }
        Some(())
    }

    /// Tangents are written to the place, or it is copied to where tangents are.
    fn mark(&mut self, place: &Place) -> Option<()> {
        if self.lanes.has_lanes(place) {
            return Some(());
        }
        let Slot { ty, kind, .. } = self.function.slot(place.root);
        if self.pairs.contains(place.root) {
            Lanes::is_tangent(place).then(|| self.lanes.results.insert(place.root))?;
        } else {
            (*kind == SlotKind::Local && ty.is_made_of(&self.lanes.float)).then_some(())?;
            self.lanes.slots.insert(place.root);
        }
        self.changed = true;
        Some(())
    }

    /// The content goes to where tangents are.
    fn demand(&mut self, content: &Aggregate) -> Option<()> {
        match content {
            Aggregate::Value(value) => {
                matches!(self.function.value(*value).ty, Type::Float(_)).then_some(())
            }
            Aggregate::Place(place, _) => self.mark(place),
            Aggregate::Tuple(elements) | Aggregate::Array(elements) | Aggregate::Vec(elements) => {
                elements.iter().try_for_each(|element| self.demand(element))
            }
            Aggregate::ArrayRepeat(element, _) | Aggregate::VecRepeat(element, _) => {
                self.demand(element)
            }
            Aggregate::Unit | Aggregate::VecWithCapacity(_) | Aggregate::Deferred => Some(()),
            _ => None,
        }
    }

    /// The content goes to a place.
    fn written(&mut self, place: &Place, content: &Aggregate) -> Option<()> {
        if self.differs(content) {
            self.mark(place)?;
        }
        if self.lanes.has_lanes(place) { self.demand(content) } else { Some(()) }
    }

    fn region(&mut self, region: &Region) -> Option<()> {
        region.instructions.iter().try_for_each(|instruction| self.instruction(instruction))
    }

    fn instruction(&mut self, instruction: &Instruction) -> Option<()> {
        let Instruction { kind, results, .. } = instruction;
        // The parts of a pair are looked at one by one.
        let whole = |place: &&Place| self.pairs.contains(place.root) && place.path.is_empty();
        if kind.reads().iter().any(whole) {
            return None;
        }
        match kind {
            InstructionKind::Constant(_) | InstructionKind::Length(_) => Some(()),
            InstructionKind::Operation(operation, arguments) => {
                self.operation(*operation, arguments, results[0])
            }
            InstructionKind::Load(place) if self.lanes.has_lanes(place) => self.set(results[0]),
            InstructionKind::Load(_) => Some(()),
            InstructionKind::Store(place, value)
            | InstructionKind::AddTo(place, value)
            | InstructionKind::Fill(place, value) => {
                if self.varies(*value) {
                    self.mark(place)
                } else {
                    Some(())
                }
            }
            InstructionKind::Define(slot, content) => self.written(&Place::root(*slot), content),
            InstructionKind::Assign(place, content)
            | InstructionKind::Push(place, content)
            | InstructionKind::Resize(place, ResizeKind::Resize(_, content)) => {
                self.written(place, content)
            }
            InstructionKind::Resize(place, ResizeKind::ExtendFrom(other)) => {
                self.alike(place, other)
            }
            InstructionKind::Resize(..) => Some(()),
            InstructionKind::Swap(a, b) => self.alike(a, b),
            InstructionKind::If { then_region, else_region, .. } => {
                for region in [then_region, else_region] {
                    self.region(region)?;
                    self.join(&region.yields, results)?;
                }
                Some(())
            }
            InstructionKind::For(For { carried, body, chunks: None, .. }) => {
                self.repeated(carried, &body.parameters[1..], body, results)
            }
            InstructionKind::Loop { carried, body } => {
                self.repeated(carried, &body.parameters, body, results)
            }
            InstructionKind::Match { scrutinee, arms } => {
                self.same(&[scrutinee])?;
                for MatchArm { guard, body, .. } in arms {
                    guard.iter().try_for_each(|guard| self.region(guard))?;
                    self.region(body)?;
                    self.join(&body.yields, results)?;
                }
                Some(())
            }
            InstructionKind::Call(call) => self.call(call),
            InstructionKind::Opaque(Opaque { pieces, .. })
            | InstructionKind::Effect(Effect { pieces, .. }) => {
                self.same(&pieces.iter().flat_map(Piece::arguments).collect::<Vec<_>>())
            }
            _ => None,
        }
    }

    fn operation(
        &mut self,
        operation: Operation,
        arguments: &[ValueId],
        result: ValueId,
    ) -> Option<()> {
        if !arguments.iter().any(|argument| self.varies(*argument)) {
            return Some(());
        }
        match operation {
            Operation::Float(FloatOperation::Polygamma) => None,
            // What is no float is no tangent, and a tangent decides nothing.
            Operation::Float(_) | Operation::Select | Operation::Cast => self.set(result),
            _ => None,
        }
    }

    /// Content is exchanged, or goes from one place to the other.
    fn alike(&mut self, a: &Place, b: &Place) -> Option<()> {
        if self.lanes.has_lanes(a) || self.lanes.has_lanes(b) {
            self.mark(a)?;
            self.mark(b)?;
        }
        Some(())
    }

    /// A loop, by what it carries.
    fn repeated(
        &mut self,
        carried: &[ValueId],
        parameters: &[ValueId],
        body: &Region,
        results: &[ValueId],
    ) -> Option<()> {
        self.join(carried, parameters)?;
        self.region(body)?;
        self.join(&body.yields, parameters)?;
        self.join(parameters, results)
    }

    /// The arguments have no tangents in them.
    fn same(&self, arguments: &[&Argument]) -> Option<()> {
        let has_tangents = |argument: &&Argument| match argument {
            Argument::Value(content) => self.differs(content),
            Argument::Shared(place) | Argument::Mutable(place) | Argument::Place(place) => {
                self.lanes.has_lanes(place)
            }
        };
        (!arguments.iter().any(has_tangents)).then_some(())
    }

    fn call(&mut self, call: &Call) -> Option<()> {
        let arguments: Vec<_> = call.arguments.iter().collect();
        let is_pair = call.result_slot.is_some_and(|slot| self.lanes.results.contains(slot));
        if !is_pair && self.same(&arguments).is_some() {
            return Some(());
        }
        call.product_in_lanes(&self.lanes.float)?;
        let (primal, tangents) = arguments.split_at(call.signature.parameters.len());
        self.same(primal)?;
        for tangent in tangents {
            match tangent {
                Argument::Value(content) => self.demand(content)?,
                Argument::Shared(place) | Argument::Mutable(place) => self.mark(place)?,
                Argument::Place(_) => return None,
            }
        }
        if call.signature.result.holds_floats() {
            self.changed |= self.lanes.results.insert(call.result_slot?);
        }
        Some(())
    }
}
