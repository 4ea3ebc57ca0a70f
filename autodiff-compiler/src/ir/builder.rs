//! Building a function instruction by instruction. Lowering and the derivative passes use it.

use super::operations::{
    BooleanOperation, Comparison, FloatOperation, IntegerOperation, Operation,
};
use super::zeros::has_static_shape;
use super::*;

/// A function under construction and the regions that are open.
///
/// Values take the span set with [`Builder::at`]. Types of results follow from the arguments.
#[derive(Debug)]
pub struct Builder {
    /// The function so far; its body is set by [`Builder::finish`].
    pub function: Function,
    open: Vec<Region>,
    span: SourceSpan,
}

impl Builder {
    /// Starts with an empty body.
    pub fn new(function: Function, span: SourceSpan) -> Self {
        Self { function, open: vec![Region::default()], span }
    }

    /// Sets the source position of what follows.
    pub fn at(&mut self, span: SourceSpan) {
        self.span = span;
    }

    /// The source position of what is built now.
    pub fn span(&self) -> SourceSpan {
        self.span
    }

    /// Ends the construction.
    pub fn finish(mut self) -> Function {
        debug_assert_eq!(self.open.len(), 1, "a region is still open");
        self.function.body = self.open.pop().unwrap_or_default();
        self.function
    }

    /// Opens a region; instructions go there until [`Builder::close`].
    pub fn open(&mut self, parameters: Vec<ValueId>) {
        self.open.push(Region { parameters, ..Region::default() });
    }

    /// Closes the innermost open region.
    pub fn close(&mut self, yields: Vec<ValueId>) -> Region {
        debug_assert!(self.open.len() > 1, "the body is closed by `finish`");
        let mut region = self.open.pop().unwrap_or_default();
        region.yields = yields;
        region
    }

    /// How many regions are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Forgets the innermost open regions, down to a depth: what was built there was in error.
    pub fn truncate(&mut self, depth: usize) {
        self.open.truncate(depth.max(1));
    }

    /// What stands in the innermost open region.
    pub fn innermost(&self) -> &[Instruction] {
        self.open.last().map_or(&[], |region| &region.instructions)
    }

    /// Takes out of the innermost open region what brings a slot into being there.
    pub fn undefine(&mut self, slot: SlotId) {
        if let Some(region) = self.open.last_mut() {
            region.instructions.retain(|instruction| instruction.kind.defined_slot() != Some(slot));
        }
    }

    /// Opens a closed region again, to append to it.
    pub fn reopen(&mut self, region: Region) {
        self.open.push(region);
    }

    /// The constant that a value is, if an open region defines it as one.
    pub fn constant_of(&self, value: ValueId) -> Option<&Constant> {
        self.open.iter().rev().flat_map(|region| region.instructions.iter().rev()).find_map(
            |instruction| match &instruction.kind {
                InstructionKind::Constant(constant) if instruction.results == [value] => {
                    Some(constant)
                }
                _ => None,
            },
        )
    }

    /// A new value that no instruction defines yet.
    pub fn value(&mut self, ty: Type, name: Option<Rc<str>>) -> ValueId {
        self.function.new_value(ty, name, self.span)
    }

    /// Appends an instruction with results of the given types.
    pub fn push(&mut self, kind: InstructionKind, types: Vec<Type>) -> Vec<ValueId> {
        let results: Vec<_> = types.into_iter().map(|ty| self.value(ty, None)).collect();
        self.append(Instruction { kind, results: results.clone(), span: self.span });
        results
    }

    /// Appends an instruction as it is.
    pub fn append(&mut self, instruction: Instruction) {
        if let Some(region) = self.open.last_mut() {
            region.instructions.push(instruction);
        }
    }

    /// Puts an instruction that needs nothing at the beginning of the function.
    pub fn at_entry(&mut self, kind: InstructionKind) {
        let instruction = Instruction { kind, results: vec![], span: self.span };
        self.open[0].instructions.insert(0, instruction);
    }

    fn push_one(&mut self, kind: InstructionKind, ty: Type) -> ValueId {
        self.push(kind, vec![ty])[0]
    }

    /// A constant.
    pub fn constant(&mut self, constant: Constant) -> ValueId {
        let ty = constant.ty();
        self.push_one(InstructionKind::Constant(constant), ty)
    }

    /// A float constant of a type.
    pub fn float(&mut self, value: f64, ty: &FloatType) -> ValueId {
        self.constant(Constant::Float(value, ty.clone()))
    }

    /// A `usize` constant.
    pub fn usize(&mut self, value: usize) -> ValueId {
        self.constant(Constant::Integer(value as i128, IntegerType::Usize))
    }

    /// An exit code constant.
    pub fn exit_code(&mut self, code: u32) -> ValueId {
        self.constant(Constant::Integer(code.into(), IntegerType::U32))
    }

    /// A float operation.
    pub fn float_operation(&mut self, operation: FloatOperation, arguments: &[ValueId]) -> ValueId {
        let ty = self.function.value(arguments[0]).ty.clone();
        self.operation(Operation::Float(operation), arguments, ty)
    }

    /// An integer operation whose result has the type of its first argument.
    pub fn integer(&mut self, operation: IntegerOperation, arguments: &[ValueId]) -> ValueId {
        let ty = self.function.value(arguments[0]).ty.clone();
        self.operation(Operation::Integer(operation), arguments, ty)
    }

    /// A comparison.
    pub fn compare(&mut self, operation: Comparison, a: ValueId, b: ValueId) -> ValueId {
        self.operation(Operation::Compare(operation), &[a, b], Type::Bool)
    }

    /// An operation on truth values.
    pub fn boolean(&mut self, operation: BooleanOperation, arguments: &[ValueId]) -> ValueId {
        self.operation(Operation::Boolean(operation), arguments, Type::Bool)
    }

    /// Any scalar operation.
    pub fn operation(&mut self, operation: Operation, arguments: &[ValueId], ty: Type) -> ValueId {
        self.push_one(InstructionKind::Operation(operation, arguments.to_vec()), ty)
    }

    /// Reads a scalar.
    pub fn load(&mut self, place: Place, ty: Type) -> ValueId {
        self.push_one(InstructionKind::Load(place), ty)
    }

    /// Writes a scalar.
    pub fn store(&mut self, place: Place, value: ValueId) {
        self.push(InstructionKind::Store(place, value), vec![]);
    }

    /// The length of an array, slice or `Vec`.
    pub fn length(&mut self, place: Place) -> ValueId {
        self.push_one(InstructionKind::Length(place), Type::USIZE)
    }

    /// A new local slot with content.
    pub fn define(&mut self, ty: Type, name: Rc<str>, content: Aggregate) -> SlotId {
        let slot = self.function.new_slot(ty, name, self.span, SlotKind::Local);
        self.push(InstructionKind::Define(slot, content), vec![]);
        slot
    }

    /// The place of an argument, whose shape can be asked before the call takes it: what is made for the call goes
    /// into memory first.
    pub fn place_of_argument(&mut self, call: &mut Call, position: usize) -> Option<Place> {
        let ty = call.signature.parameters[position].clone();
        let argument = &mut call.arguments[position];
        if let Argument::Value(content) = argument
            && !matches!(content, Aggregate::Place(..))
            && !has_static_shape(&ty.tangent())
        {
            let slot = self.define(ty, "argument".into(), content.clone());
            *content = Aggregate::Place(Place::root(slot), Transfer::Move);
        }
        argument.place().cloned()
    }
}

impl Constant {
    /// Its type.
    pub fn ty(&self) -> Type {
        match self {
            Constant::Float(_, ty) => Type::Float(ty.clone()),
            Constant::Integer(_, ty) => Type::Integer(*ty),
            Constant::Bool(_) => Type::Bool,
            Constant::Undefined(ty) => ty.clone(),
            Constant::LeftOver(_) => Type::USIZE,
        }
    }
}
