//! Visiting what instructions use and own. Every pass that needs operands, places or nested regions
//! asks here, so that a new instruction kind is taught in one place.

use super::*;

/// The same walk over operands by `&` and by `&mut`.
macro_rules! operand_visitors {
    ($visitor:ident, $iter:ident, $arguments:ident $(, $mut:ident)?) => {
        impl InstructionKind {
            /// Calls `visit` on every value that the instruction itself reads, places included.
            pub fn $visitor(& $($mut)? self, visit: &mut dyn FnMut(& $($mut)? ValueId)) {
                match self {
                    Self::Constant(_) | Self::SaveStack(_) | Self::Restore => {}
                    Self::Operation(_, arguments) | Self::Save(arguments) => {
                        arguments.$iter().for_each(visit);
                    }
                    Self::Length(place) | Self::Load(place) | Self::Pop(place) => place.$visitor(visit),
                    Self::Store(place, value) | Self::AddTo(place, value) | Self::Fill(place, value) => {
                        place.$visitor(visit);
                        visit(value);
                    }
                    Self::Define(_, content) => content.$visitor(visit),
                    Self::Assign(place, content) | Self::Push(place, content) => {
                        place.$visitor(visit);
                        content.$visitor(visit);
                    }
                    Self::Resize(place, kind) => {
                        place.$visitor(visit);
                        match kind {
                            ResizeKind::Clear | ResizeKind::Pop => {}
                            ResizeKind::Truncate(length) | ResizeKind::Reserve(length) => visit(length),
                            ResizeKind::Resize(length, content) => {
                                visit(length);
                                content.$visitor(visit);
                            }
                            ResizeKind::ExtendFrom(source) => source.$visitor(visit),
                        }
                    }
                    Self::Swap(a, b) => {
                        a.$visitor(visit);
                        b.$visitor(visit);
                    }
                    Self::If { condition, .. } => visit(condition),
                    Self::For(For { start, end, step, carried, chunks, .. }) => {
                        visit(start);
                        visit(end);
                        step.$iter().for_each(&mut *visit);
                        carried.$iter().for_each(&mut *visit);
                        chunks.$iter().for_each(|chunks| visit(& $($mut)? chunks.work));
                    }
                    Self::Loop { carried, .. } => carried.$iter().for_each(visit),
                    Self::Match { scrutinee, .. } => scrutinee.$visitor(visit),
                    Self::Call(Call { arguments, .. }) => {
                        arguments.$iter().for_each(|argument| argument.$visitor(visit));
                    }
                    Self::Opaque(Opaque { pieces, .. }) | Self::Effect(Effect { pieces, .. }) => {
                        for argument in pieces.$iter().flat_map(Piece::$arguments) {
                            argument.$visitor(visit);
                        }
                    }
                }
            }
        }

        impl Place {
            /// Calls `visit` on every value of the path.
            pub fn $visitor(& $($mut)? self, visit: &mut dyn FnMut(& $($mut)? ValueId)) {
                for projection in & $($mut)? self.path {
                    match projection {
                        Projection::Index { index, .. } => visit(index),
                        Projection::Range { start, end, .. } => {
                            visit(start);
                            visit(end);
                        }
                        Projection::Field(_) => {}
                    }
                }
            }
        }

        impl Aggregate {
            /// Calls `visit` on every value in it, places included.
            pub fn $visitor(& $($mut)? self, visit: &mut dyn FnMut(& $($mut)? ValueId)) {
                match self {
                    Self::Unit | Self::Stack | Self::RestoredStack | Self::Deferred => {}
                    Self::Value(value) | Self::VecWithCapacity(value) => visit(value),
                    Self::Place(place, _) | Self::Reference { place, .. } | Self::ZerosLike(place) => {
                        place.$visitor(visit);
                    }
                    Self::Tuple(elements) | Self::Array(elements) | Self::Vec(elements) => {
                        elements.$iter().for_each(|element| element.$visitor(visit));
                    }
                    Self::Struct(_, fields) => {
                        fields.$iter().for_each(|(_, field)| field.$visitor(visit));
                    }
                    Self::ArrayRepeat(element, _) => element.$visitor(visit),
                    Self::VecRepeat(element, length) => {
                        element.$visitor(visit);
                        visit(length);
                    }
                }
            }
        }

        impl Argument {
            /// Calls `visit` on every value in it, places included.
            pub fn $visitor(& $($mut)? self, visit: &mut dyn FnMut(& $($mut)? ValueId)) {
                match self {
                    Self::Value(content) => content.$visitor(visit),
                    Self::Shared(place) | Self::Mutable(place) | Self::Place(place) => {
                        place.$visitor(visit);
                    }
                }
            }
        }
    };
}

macro_rules! content_visitors {
    ($visitor:ident, $iter:ident, $arguments:ident $(, $mut:tt)?) => {
        impl InstructionKind {
            /// Calls `visit` on every aggregate that the instruction itself builds.
            pub fn $visitor<'a>(&'a $($mut)? self, visit: &mut dyn FnMut(&'a $($mut)? Aggregate)) {
                fn of_argument<'a>(
                    argument: &'a $($mut)? Argument,
                    visit: &mut dyn FnMut(&'a $($mut)? Aggregate),
                ) {
                    if let Argument::Value(content) = argument {
                        visit(content);
                    }
                }
                match self {
                    Self::Define(_, content)
                    | Self::Assign(_, content)
                    | Self::Push(_, content)
                    | Self::Resize(_, ResizeKind::Resize(_, content)) => visit(content),
                    Self::Match { scrutinee, .. } => of_argument(scrutinee, visit),
                    Self::Call(Call { arguments, .. }) => {
                        arguments.$iter().for_each(|argument| of_argument(argument, visit));
                    }
                    Self::Opaque(Opaque { pieces, .. }) | Self::Effect(Effect { pieces, .. }) => {
                        let arguments = pieces.$iter().flat_map(Piece::$arguments);
                        arguments.for_each(|argument| of_argument(argument, visit));
                    }
                    _ => {}
                }
            }
        }
    };
}

content_visitors!(for_each_content, iter, arguments);
content_visitors!(for_each_content_mut, iter_mut, arguments_mut, mut);

operand_visitors!(for_each_operand, iter, arguments);
operand_visitors!(for_each_operand_mut, iter_mut, arguments_mut, mut);

impl InstructionKind {
    /// Every value that the instruction itself reads (not what its regions read).
    pub fn operands(&self) -> Vec<ValueId> {
        let mut found = Vec::new();
        self.for_each_operand(&mut |value| found.push(*value));
        found
    }

    /// Calls `visit` on every slot that the instruction itself names, places included.
    pub fn for_each_slot_mut(&mut self, visit: &mut dyn FnMut(&mut SlotId)) {
        match self {
            Self::Define(slot, content) => {
                visit(slot);
                content.for_each_slot_mut(visit);
            }
            Self::Length(place)
            | Self::Load(place)
            | Self::Pop(place)
            | Self::Store(place, _)
            | Self::AddTo(place, _)
            | Self::Fill(place, _) => visit(&mut place.root),
            Self::Assign(place, content) | Self::Push(place, content) => {
                visit(&mut place.root);
                content.for_each_slot_mut(visit);
            }
            Self::Resize(place, kind) => {
                visit(&mut place.root);
                match kind {
                    ResizeKind::Resize(_, content) => content.for_each_slot_mut(visit),
                    ResizeKind::ExtendFrom(source) => visit(&mut source.root),
                    _ => {}
                }
            }
            Self::Swap(a, b) => {
                visit(&mut a.root);
                visit(&mut b.root);
            }
            Self::Match { scrutinee, .. } => scrutinee.for_each_slot_mut(visit),
            Self::Call(Call { arguments, result_slot, .. }) => {
                arguments.iter_mut().for_each(|argument| argument.for_each_slot_mut(visit));
                result_slot.iter_mut().for_each(visit);
            }
            Self::Opaque(Opaque { pieces, result_slot }) => {
                pieces_slots_mut(pieces, visit);
                result_slot.iter_mut().for_each(visit);
            }
            Self::Effect(Effect { pieces, .. }) => pieces_slots_mut(pieces, visit),
            Self::SaveStack(slot) => visit(slot),
            Self::Constant(_)
            | Self::Operation(..)
            | Self::Save(_)
            | Self::Restore
            | Self::If { .. }
            | Self::For(_)
            | Self::Loop { .. } => {}
        }
    }

    /// Calls `visit` on every region that the instruction owns, in order.
    pub fn for_each_region<'a>(&'a self, visit: &mut dyn FnMut(&'a Region)) {
        match self {
            Self::If { then_region, else_region, .. } => {
                visit(then_region);
                visit(else_region);
            }
            Self::For(For { body, .. }) | Self::Loop { body, .. } => visit(body),
            Self::Match { arms, .. } => {
                for arm in arms {
                    arm.guard.iter().for_each(&mut *visit);
                    visit(&arm.body);
                }
            }
            _ => {}
        }
    }

    /// The regions that the instruction owns, in order.
    pub fn regions(&self) -> Vec<&Region> {
        let mut regions = Vec::new();
        self.for_each_region(&mut |region| regions.push(region));
        regions
    }

    /// The regions that the instruction owns, in order.
    pub fn regions_mut(&mut self) -> Vec<&mut Region> {
        match self {
            Self::If { then_region, else_region, .. } => vec![then_region, else_region],
            Self::For(For { body, .. }) | Self::Loop { body, .. } => vec![body],
            Self::Match { arms, .. } => arms
                .iter_mut()
                .flat_map(|arm| arm.guard.iter_mut().chain([&mut arm.body]))
                .collect(),
            _ => vec![],
        }
    }

    /// Places that the instruction itself reads, wholly or in part.
    pub fn reads(&self) -> Vec<&Place> {
        let mut places = Vec::new();
        match self {
            Self::Length(place) | Self::Load(place) | Self::Pop(place) | Self::AddTo(place, _) => {
                places.push(place);
            }
            Self::Define(_, content) => content.places(&mut places),
            Self::Assign(_, content) => content.places(&mut places),
            Self::Push(place, content) => {
                places.push(place);
                content.places(&mut places);
            }
            Self::Resize(place, kind) => {
                places.push(place);
                match kind {
                    ResizeKind::Resize(_, content) => content.places(&mut places),
                    ResizeKind::ExtendFrom(source) => places.push(source),
                    _ => {}
                }
            }
            Self::Swap(a, b) => places.extend([a, b]),
            Self::Match { scrutinee, .. } => scrutinee.places(&mut places),
            Self::Call(Call { arguments, .. }) => {
                arguments.iter().for_each(|argument| argument.places(&mut places));
            }
            Self::Opaque(Opaque { pieces, .. }) | Self::Effect(Effect { pieces, .. }) => {
                for argument in pieces.iter().flat_map(Piece::arguments) {
                    argument.places(&mut places);
                }
            }
            _ => {}
        }
        places
    }

    /// Calls `visit` on every place that the instruction itself may change, wholly or in part. A
    /// moved-from place counts; a slot that it changes as a whole does not ([`Self::written_slot`]).
    pub fn for_each_written<'a>(&'a self, visit: &mut dyn FnMut(&'a Place)) {
        fn lent<'a>(argument: &'a Argument, visit: &mut dyn FnMut(&'a Place)) {
            if let Argument::Mutable(place) = argument {
                visit(place);
            }
        }
        match self {
            Self::Store(place, _)
            | Self::AddTo(place, _)
            | Self::Fill(place, _)
            | Self::Assign(place, _)
            | Self::Push(place, _)
            | Self::Pop(place)
            | Self::Resize(place, _) => visit(place),
            Self::Swap(a, b) => {
                visit(a);
                visit(b);
            }
            Self::Call(Call { arguments, .. }) => {
                arguments.iter().for_each(|argument| lent(argument, visit));
            }
            Self::Opaque(Opaque { pieces, .. }) => {
                let arguments = pieces.iter().flat_map(Piece::arguments);
                arguments.for_each(|argument| lent(argument, visit));
            }
            _ => {}
        }
        self.for_each_content(&mut |content| content.for_each_taken(visit));
    }

    /// The slot that the instruction changes as a whole: it brings it into being, or takes it away.
    pub fn written_slot(&self) -> Option<SlotId> {
        match self {
            Self::SaveStack(slot) => Some(*slot),
            _ => self.defined_slot(),
        }
    }

    /// Calls `visit` on every root that the instruction itself may change or brings into being.
    pub fn for_each_written_root(&self, visit: &mut dyn FnMut(SlotId)) {
        if let Some(slot) = self.written_slot() {
            visit(slot);
        }
        self.for_each_written(&mut |place| visit(place.root));
    }

    /// Places that the instruction itself may change, wholly or in part; a slot that it brings into
    /// being and a moved-from place count.
    pub fn writes(&self) -> Vec<Place> {
        let mut written = Vec::new();
        if let Some(slot) = self.written_slot() {
            written.push(Place::root(slot));
        }
        self.for_each_written(&mut |place| written.push(place.clone()));
        written
    }

    /// The local slot that the instruction brings into being.
    pub fn defined_slot(&self) -> Option<SlotId> {
        match self {
            Self::Define(slot, _) => Some(*slot),
            Self::Call(Call { result_slot, .. }) | Self::Opaque(Opaque { result_slot, .. }) => {
                *result_slot
            }
            _ => None,
        }
    }

    /// The aggregates that the instruction itself builds.
    pub fn contents(&self) -> Vec<&Aggregate> {
        let mut contents = Vec::new();
        self.for_each_content(&mut |content| contents.push(content));
        contents
    }

    /// Whether the instruction itself can panic or be seen from outside (printing, calls): it is then
    /// kept, in order, in the value sweep. What its regions do is not looked at.
    pub fn may_panic(&self) -> bool {
        match self {
            Self::Operation(operation, _) => operation.may_panic(),
            Self::For(For { step, .. }) => step.is_some(),
            Self::Call(_) | Self::Effect(_) | Self::Opaque(_) | Self::Match { .. } => true,
            Self::Save(_) | Self::SaveStack(_) | Self::Restore => true,
            // Allocation sizes.
            Self::Define(_, Aggregate::VecRepeat(..) | Aggregate::VecWithCapacity(_)) => true,
            Self::Length(place) | Self::Load(place) => place.may_panic(),
            Self::Constant(_) | Self::If { .. } | Self::Loop { .. } => false,
            _ => {
                let mut found = self.reads().into_iter().any(Place::may_panic);
                self.for_each_written(&mut |place| found |= place.may_panic());
                found
            }
        }
    }
}

impl Place {
    /// Whether reaching it may panic: an index or a range that is not known to be in bounds.
    fn may_panic(&self) -> bool {
        for projection in &self.path {
            match projection {
                Projection::Index { proven: false, .. }
                | Projection::Range { proven: false, .. } => return true,
                Projection::Index { .. } | Projection::Range { .. } | Projection::Field(_) => {}
            }
        }
        false
    }
}

fn pieces_slots_mut(pieces: &mut [Piece], visit: &mut dyn FnMut(&mut SlotId)) {
    for argument in pieces.iter_mut().flat_map(Piece::arguments_mut) {
        argument.for_each_slot_mut(visit);
    }
}

impl Aggregate {
    /// Calls `visit` on the root of every place in it.
    pub fn for_each_slot_mut(&mut self, visit: &mut dyn FnMut(&mut SlotId)) {
        match self {
            Self::Place(place, _) | Self::Reference { place, .. } | Self::ZerosLike(place) => {
                visit(&mut place.root);
            }
            Self::Tuple(elements) | Self::Array(elements) | Self::Vec(elements) => {
                elements.iter_mut().for_each(|element| element.for_each_slot_mut(visit));
            }
            Self::Struct(_, fields) => {
                fields.iter_mut().for_each(|(_, field)| field.for_each_slot_mut(visit));
            }
            Self::ArrayRepeat(element, _) | Self::VecRepeat(element, _) => {
                element.for_each_slot_mut(visit);
            }
            Self::Unit
            | Self::Value(_)
            | Self::VecWithCapacity(_)
            | Self::Stack
            | Self::RestoredStack
            | Self::Deferred => {}
        }
    }

    /// Every place in it.
    pub fn places<'a>(&'a self, found: &mut Vec<&'a Place>) {
        match self {
            Self::Place(place, _) | Self::Reference { place, .. } | Self::ZerosLike(place) => {
                found.push(place);
            }
            Self::Tuple(elements) | Self::Array(elements) | Self::Vec(elements) => {
                elements.iter().for_each(|element| element.places(found));
            }
            Self::Struct(_, fields) => fields.iter().for_each(|(_, field)| field.places(found)),
            Self::ArrayRepeat(element, _) | Self::VecRepeat(element, _) => element.places(found),
            Self::Unit
            | Self::Value(_)
            | Self::VecWithCapacity(_)
            | Self::Stack
            | Self::RestoredStack
            | Self::Deferred => {}
        }
    }

    /// Calls `visit` on every place whose content goes into it, with how it leaves the place.
    pub fn for_each_transfer<'a>(&'a self, visit: &mut dyn FnMut(&'a Place, Transfer)) {
        match self {
            Self::Place(place, transfer) => visit(place, *transfer),
            Self::Tuple(elements) | Self::Array(elements) | Self::Vec(elements) => {
                elements.iter().for_each(|element| element.for_each_transfer(visit));
            }
            Self::Struct(_, fields) => {
                fields.iter().for_each(|(_, field)| field.for_each_transfer(visit));
            }
            Self::ArrayRepeat(element, _) | Self::VecRepeat(element, _) => {
                element.for_each_transfer(visit);
            }
            _ => {}
        }
    }

    /// The same, to change how.
    pub fn for_each_transfer_mut(&mut self, visit: &mut dyn FnMut(&Place, &mut Transfer)) {
        match self {
            Self::Place(place, transfer) => visit(place, transfer),
            Self::Tuple(elements) | Self::Array(elements) | Self::Vec(elements) => {
                elements.iter_mut().for_each(|element| element.for_each_transfer_mut(visit));
            }
            Self::Struct(_, fields) => {
                fields.iter_mut().for_each(|(_, field)| field.for_each_transfer_mut(visit));
            }
            Self::ArrayRepeat(element, _) | Self::VecRepeat(element, _) => {
                element.for_each_transfer_mut(visit);
            }
            _ => {}
        }
    }

    /// Calls `visit` on every place whose content it moves out or takes.
    pub fn for_each_taken<'a>(&'a self, visit: &mut dyn FnMut(&'a Place)) {
        self.for_each_transfer(&mut |place, transfer| {
            if matches!(transfer, Transfer::Move | Transfer::Take) {
                visit(place);
            }
        });
    }
}

impl Piece {
    /// The holes in it, in order.
    pub fn arguments(&self) -> Vec<&Argument> {
        match self {
            Self::Tokens(_) => vec![],
            Self::Argument(argument) => vec![argument],
            Self::Group(_, pieces) => pieces.iter().flat_map(Piece::arguments).collect(),
        }
    }

    /// The holes in it, in order.
    pub fn arguments_mut(&mut self) -> Vec<&mut Argument> {
        match self {
            Self::Tokens(_) => vec![],
            Self::Argument(argument) => vec![argument],
            Self::Group(_, pieces) => pieces.iter_mut().flat_map(Piece::arguments_mut).collect(),
        }
    }
}

impl Argument {
    /// Calls `visit` on the root of every place in it.
    pub fn for_each_slot_mut(&mut self, visit: &mut dyn FnMut(&mut SlotId)) {
        match self {
            Self::Value(content) => content.for_each_slot_mut(visit),
            Self::Shared(place) | Self::Mutable(place) | Self::Place(place) => {
                visit(&mut place.root)
            }
        }
    }

    /// Every place in it.
    pub fn places<'a>(&'a self, found: &mut Vec<&'a Place>) {
        match self {
            Self::Value(content) => content.places(found),
            Self::Shared(place) | Self::Mutable(place) | Self::Place(place) => found.push(place),
        }
    }
}

impl Instruction {
    /// Every root that the instruction may change, or what is nested in it may change or brings into being.
    pub fn written_roots(&self) -> std::collections::HashSet<SlotId> {
        let mut roots: std::collections::HashSet<_> =
            self.kind.writes().into_iter().map(|place| place.root).collect();
        for region in self.kind.regions() {
            roots.extend(region.written_roots());
        }
        roots
    }
}

impl Region {
    /// Calls `visit` on every instruction, outer before inner, in order.
    pub fn for_each_instruction<'a>(&'a self, visit: &mut dyn FnMut(&'a Instruction)) {
        for instruction in &self.instructions {
            visit(instruction);
            instruction.kind.for_each_region(&mut |region| region.for_each_instruction(visit));
        }
    }

    /// The slots that come into being directly in this region.
    pub fn defined_slots(&self) -> impl Iterator<Item = SlotId> + '_ {
        self.instructions.iter().flat_map(|instruction| instruction.kind.defined_slot())
    }

    /// Every root that something in this region or those nested in it may change or brings into being.
    pub fn written_roots(&self) -> std::collections::HashSet<SlotId> {
        let mut roots = std::collections::HashSet::new();
        self.for_each_instruction(&mut |instruction| {
            instruction.kind.for_each_written_root(&mut |root| {
                roots.insert(root);
            });
        });
        roots
    }

    /// Every value used but not defined in this region or those nested in it, once each.
    pub fn free_uses(&self) -> Vec<ValueId> {
        let mut defined = Set::new();
        let mut used = Vec::new();
        self.collect_uses(&mut defined, &mut used);
        let mut seen = Set::new();
        used.retain(|value| !defined.contains(*value) && seen.insert(*value));
        used
    }

    fn collect_uses(&self, defined: &mut Set<ValueId>, used: &mut Vec<ValueId>) {
        defined.insert_all(&self.parameters);
        for instruction in &self.instructions {
            instruction.kind.for_each_operand(&mut |value| used.push(*value));
            defined.insert_all(&instruction.results);
            if let InstructionKind::Match { arms, .. } = &instruction.kind {
                for (_, value) in arms.iter().flat_map(|arm| &arm.bindings) {
                    defined.insert(*value);
                }
            }
            instruction.kind.for_each_region(&mut |region| region.collect_uses(defined, used));
        }
        used.extend(&self.yields);
    }

    /// Replaces every use of a value, in this region and those nested in it.
    pub fn replace_uses(&mut self, replacement: &dyn Fn(ValueId) -> ValueId) {
        for instruction in &mut self.instructions {
            instruction.kind.for_each_operand_mut(&mut |value| *value = replacement(*value));
            for region in instruction.kind.regions_mut() {
                region.replace_uses(replacement);
            }
        }
        for value in &mut self.yields {
            *value = replacement(*value);
        }
    }
}
