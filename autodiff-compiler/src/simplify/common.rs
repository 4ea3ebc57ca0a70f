//! One walk down the function: rewrites, constant folding, common subexpressions, and loads of what is
//! known to be there.
//!
//! Operations and lengths are hash-consed by scope: a value is shared with the same region and those
//! nested in it. Loads are shared as long as nothing may have changed the place; a loop may change at
//! its entry what its body writes. An operation that panics is dropped only where the same operation
//! has been carried out before, so every panic of the original stays.

use super::Folding;
use super::exactness::Exactness;
use super::matching::{Graph, is_commutative};
use super::memory::{Contents, Path, for_each_lent_root, path};
use crate::diagnostics::SourceSpan;
use crate::ir::operations::Operation;
use crate::ir::*;
use crate::types::Type;

/// Walks the function once. Returns whether anything changed.
pub(super) fn share(function: &mut Function, exactness: &mut Exactness, folding: Folding) -> bool {
    let body = std::mem::take(&mut function.body);
    let count = function.values.len();
    let mut walk = Walk {
        uses: super::count_uses(&body, &function.result, count),
        function,
        exactness,
        folding,
        definitions: vec![None; count],
        replaced: (0..count as u32).map(ValueId).collect(),
        in_scope: InScope::new(),
        contents: Contents::default(),
        ends: Map::new(),
        output: vec![],
        loops: 0,
        changed: false,
    };
    let body = walk.region(body, false);
    let mut result = std::mem::replace(&mut walk.function.result, Aggregate::Unit);
    result.for_each_operand_mut(&mut |value| *value = walk.value(*value));
    let changed = walk.changed;
    function.result = result;
    function.body = body;
    changed
}

/// How a value is made.
#[derive(Clone, Debug)]
struct Definition {
    kind: DefinitionKind,
    /// How many loops are around it.
    loops: u32,
}

#[derive(Clone, Debug)]
pub(super) enum DefinitionKind {
    Constant(Constant),
    Operation(Operation, Vec<ValueId>),
    /// The length of a slice that is a root: nothing changes it.
    Length(SlotId),
}

impl DefinitionKind {
    /// Whether two instructions make the same, if their results have one type.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Constant(Constant::Float(a, _)), Self::Constant(Constant::Float(b, _))) => {
                a.to_bits() == b.to_bits()
            }
            (Self::Constant(a), Self::Constant(b)) => a == b,
            (Self::Operation(a, of_a), Self::Operation(b, of_b)) => {
                a == b
                    && (of_a == of_b
                        || (is_commutative(*a) && of_a[0] == of_b[1] && of_a[1] == of_b[0]))
            }
            (Self::Length(a), Self::Length(b)) => a == b,
            _ => false,
        }
    }

    /// A number that is the same for those that are the same.
    fn hash(&self) -> usize {
        match self {
            Self::Constant(Constant::Float(value, _)) => {
                let bits = value.to_bits();
                (bits ^ (bits >> 32) ^ (bits >> 52)) as usize
            }
            Self::Constant(Constant::Integer(value, _)) => *value as usize,
            Self::Constant(Constant::Bool(truth)) => usize::from(*truth),
            Self::Constant(Constant::Undefined(_) | Constant::LeftOver(_)) => 0,
            // Operands in any order.
            Self::Operation(_, operands) => {
                let mut sum = operands.len();
                for operand in operands {
                    sum += operand.0 as usize;
                }
                sum
            }
            Self::Length(slot) => slot.0 as usize,
        }
    }
}

/// The values in scope by how they are made.
///
/// The user's build runs this without optimization, where the generality of std's hash tables costs
/// more than all the rest of a walk.
struct InScope {
    /// By bucket: the last position in `entered`, counted from 1; 0 if there is none.
    last: [usize; BUCKETS],
    /// In the order in which they came into scope.
    entered: Vec<Entered>,
}

const BUCKETS: usize = 64;

struct Entered {
    value: ValueId,
    bucket: usize,
    /// The position before in the same bucket.
    before: usize,
}

impl InScope {
    fn new() -> Self {
        Self { last: [0; BUCKETS], entered: vec![] }
    }

    /// The value for which `is_same` holds among those in the bucket.
    fn find(&self, bucket: usize, is_same: &dyn Fn(ValueId) -> bool) -> Option<ValueId> {
        let mut position = self.last[bucket];
        while position > 0 {
            let Entered { value, before, .. } = self.entered[position - 1];
            if is_same(value) {
                return Some(value);
            }
            position = before;
        }
        None
    }

    fn enter(&mut self, bucket: usize, value: ValueId) {
        self.entered.push(Entered { value, bucket, before: self.last[bucket] });
        self.last[bucket] = self.entered.len();
    }

    /// Takes out what came into scope since `entered` had this length.
    fn leave(&mut self, mark: usize) {
        while self.entered.len() > mark
            && let Some(Entered { bucket, before, .. }) = self.entered.pop()
        {
            self.last[bucket] = before;
        }
    }
}

pub(super) struct Walk<'a> {
    pub(super) function: &'a mut Function,
    pub(super) exactness: &'a mut Exactness,
    pub(super) folding: Folding,
    pub(super) uses: Vec<u32>,
    /// By value.
    definitions: Vec<Option<Definition>>,
    /// By value: the value that stands for it now.
    pub(super) replaced: Vec<ValueId>,
    in_scope: InScope,
    pub(super) contents: Contents,
    /// By the indices of loops that are walked through, where those end.
    pub(super) ends: Map<ValueId, ValueId>,
    pub(super) output: Vec<Instruction>,
    pub(super) loops: u32,
    pub(super) changed: bool,
}

impl Graph for Walk<'_> {
    fn constant(&self, value: ValueId) -> Option<&Constant> {
        match self.definitions[value.0 as usize].as_ref()?.kind {
            DefinitionKind::Constant(ref constant) => Some(constant),
            _ => None,
        }
    }

    fn operation(&self, value: ValueId) -> Option<(Operation, &[ValueId])> {
        match self.definitions[value.0 as usize].as_ref()?.kind {
            DefinitionKind::Operation(operation, ref arguments) => Some((operation, arguments)),
            _ => None,
        }
    }

    fn removable(&self, value: ValueId) -> bool {
        self.uses[value.0 as usize] <= 1
            && self.definitions[value.0 as usize]
                .as_ref()
                .is_some_and(|definition| definition.loops == self.loops)
    }
}

/// What becomes of an operation.
pub(super) enum Outcome {
    /// It is this value.
    Value(ValueId),
    /// It is this constant.
    Constant(Constant),
    /// It is this operation.
    Operation(Operation, Vec<ValueId>),
}

impl Walk<'_> {
    pub(super) fn definition(&self, value: ValueId) -> Option<&DefinitionKind> {
        Some(&self.definitions[value.0 as usize].as_ref()?.kind)
    }

    pub(super) fn value(&self, value: ValueId) -> ValueId {
        self.replaced[value.0 as usize]
    }

    pub(super) fn replace(&mut self, old: ValueId, new: ValueId) {
        self.replaced[old.0 as usize] = new;
        self.uses[new.0 as usize] += self.uses[old.0 as usize];
        if self.exactness.is_exact(old) {
            self.exactness.set_exact(new);
        }
        // A name of the user's is worth keeping; that of an adjoint would mislead in the value sweep.
        let fits = self.constant(new).is_none()
            && (self.exactness.is_exact(old) || !self.exactness.is_exact(new));
        let name = self.function.value(old).name.clone();
        let known = &mut self.function.values[new.0 as usize].name;
        if fits && known.is_none() {
            *known = name;
        }
        self.changed = true;
    }

    pub(super) fn integer(&self, value: ValueId) -> Option<i128> {
        match self.constant(value)? {
            Constant::Integer(number, _) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn path(&self, place: &Place) -> Path {
        path(place, &|value| self.integer(value))
    }

    pub(super) fn region(&mut self, region: Region, looped: bool) -> Region {
        let outer = std::mem::take(&mut self.output);
        let mark = self.in_scope.entered.len();
        self.loops += u32::from(looped);
        for instruction in region.instructions {
            self.instruction(instruction);
        }
        self.loops -= u32::from(looped);
        self.in_scope.leave(mark);
        let instructions = std::mem::replace(&mut self.output, outer);
        let yields = region.yields.iter().map(|value| self.value(*value)).collect();
        Region { parameters: region.parameters, instructions, yields }
    }

    /// A region that runs now or not at all: what is known before it is known in it and after it,
    /// unless it writes there. What a loop may change is to be forgotten before.
    pub(super) fn nested(&mut self, region: Region, looped: bool) -> Region {
        let before = self.contents.clone();
        let region = self.region(region, looped);
        self.contents = before;
        region
    }

    pub(super) fn instruction(&mut self, mut instruction: Instruction) {
        instruction
            .kind
            .for_each_operand_mut(&mut |value| *value = self.replaced[value.0 as usize]);
        match instruction.kind {
            InstructionKind::Constant(constant) => {
                self.define_constant(instruction.results[0], constant, instruction.span);
            }
            InstructionKind::Operation(operation, arguments) => {
                self.define_operation(
                    instruction.results[0],
                    operation,
                    arguments,
                    instruction.span,
                );
            }
            InstructionKind::Length(ref place) => self.length(place.clone(), instruction),
            InstructionKind::Load(ref mut place) => {
                self.prove_bounds(place);
                self.load(place.clone(), instruction);
            }
            InstructionKind::Store(ref mut place, value) => {
                self.prove_bounds(place);
                self.store(place.clone(), value, instruction);
            }
            InstructionKind::AddTo(ref mut place, value) => {
                self.prove_bounds(place);
                self.add_to(place.clone(), value, instruction);
            }
            InstructionKind::Define(slot, ref mut content) => {
                self.copy_known(content);
                let content = content.clone();
                self.forget_written(&instruction.kind);
                self.output.push(instruction);
                self.fill_in(slot, vec![], &content);
            }
            InstructionKind::Assign(ref place, ref mut content) => {
                self.copy_known(content);
                let (place, content) = (place.clone(), content.clone());
                self.forget_written(&instruction.kind);
                self.output.push(instruction);
                self.fill_in(place.root, self.path(&place), &content);
            }
            InstructionKind::If { condition, then_region, else_region } => {
                self.branch(
                    condition,
                    then_region,
                    else_region,
                    instruction.results,
                    instruction.span,
                );
            }
            InstructionKind::For(_) | InstructionKind::Loop { .. } => self.looped(instruction),
            InstructionKind::Match { scrutinee, arms } => {
                let arms = arms.into_iter().map(|arm| self.arm(arm)).collect();
                let kind = InstructionKind::Match { scrutinee, arms };
                self.contents.forget_changed(&kind);
                self.output.push(Instruction { kind, ..instruction });
            }
            InstructionKind::Fill(ref place, value) => {
                let place = place.clone();
                let path = self.path(&place);
                self.contents.forget_scalar(place.root, &path);
                self.output.push(instruction);
                if let Some(Type::Array(_, length)) = self.function.place_type(&place) {
                    let content = Box::new(Aggregate::Value(value));
                    self.fill_in(place.root, path, &Aggregate::ArrayRepeat(content, length));
                }
            }
            InstructionKind::Push(..)
            | InstructionKind::Pop(_)
            | InstructionKind::Resize(..)
            | InstructionKind::Swap(..)
            | InstructionKind::Save(_)
            | InstructionKind::SaveStack(_)
            | InstructionKind::Restore
            | InstructionKind::Call(_)
            | InstructionKind::Opaque(_)
            | InstructionKind::Effect(_) => {
                self.forget_written(&instruction.kind);
                self.output.push(instruction);
            }
        }
    }

    pub(super) fn forget_written(&mut self, kind: &InstructionKind) {
        if let Some(slot) = kind.written_slot() {
            self.contents.forget_root(slot);
        }
        kind.for_each_written(&mut |place| {
            let path = self.path(place);
            self.contents.forget(place.root, &path);
        });
        for_each_lent_root(kind, &mut |root| self.contents.forget_root(root));
    }

    // Operations.

    pub(super) fn define_constant(
        &mut self,
        result: ValueId,
        constant: Constant,
        span: SourceSpan,
    ) {
        if let Constant::Undefined(_) = constant {
            let kind = InstructionKind::Constant(constant);
            self.output.push(Instruction { kind, results: vec![result], span });
            return;
        }
        if let Some(known) = self.same(DefinitionKind::Constant(constant.clone()), result) {
            // One constant with many meanings has no name.
            self.function.values[known.0 as usize].name = None;
            return self.replace(result, known);
        }
        if !self.exactness.is_exact(result) {
            self.function.values[result.0 as usize].name = None;
        }
        let kind = InstructionKind::Constant(constant);
        self.output.push(Instruction { kind, results: vec![result], span });
    }

    pub(super) fn define_operation(
        &mut self,
        result: ValueId,
        mut operation: Operation,
        mut arguments: Vec<ValueId>,
        span: SourceSpan,
    ) {
        // Each turn makes the graph smaller or moves it; the bound is for safety.
        for _ in 0..32 {
            match self.better(result, operation, &arguments, span) {
                None => break,
                Some(Outcome::Value(value)) => return self.replace(result, value),
                Some(Outcome::Constant(constant)) => {
                    self.changed = true;
                    return self.define_constant(result, constant, span);
                }
                Some(Outcome::Operation(new_operation, new_arguments)) => {
                    (operation, arguments) = (new_operation, new_arguments);
                    self.changed = true;
                }
            }
        }
        let definition = DefinitionKind::Operation(operation, arguments.clone());
        if let Some(known) = self.same(definition, result) {
            return self.replace(result, known);
        }
        let kind = InstructionKind::Operation(operation, arguments);
        self.output.push(Instruction { kind, results: vec![result], span });
    }

    /// The value in scope that is made in the same way; if there is none, `result` is from now on.
    pub(super) fn same(&mut self, kind: DefinitionKind, result: ValueId) -> Option<ValueId> {
        let bucket = kind.hash() % BUCKETS;
        let known =
            self.in_scope.find(bucket, &|known| match &self.definitions[known.0 as usize] {
                Some(definition) => {
                    definition.kind.is_same(&kind)
                        && self.function.value(known).ty == self.function.value(result).ty
                }
                None => false,
            });
        if known.is_some() {
            return known;
        }
        self.in_scope.enter(bucket, result);
        self.definitions[result.0 as usize] = Some(Definition { kind, loops: self.loops });
        None
    }

    /// A new value, as exact as the one that it is made for.
    pub(super) fn fresh(&mut self, ty: Type, like: ValueId, span: SourceSpan) -> ValueId {
        let value = self.function.new_value(ty, None, span);
        self.exactness.extend(value, like);
        self.uses.push(0);
        self.definitions.push(None);
        self.replaced.push(value);
        value
    }
}
