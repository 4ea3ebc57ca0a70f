//! The intermediate representation: typed SSA in structured regions.
//!
//! A [`Function`] is a tree of [`Region`]s. A region is a straight list of [`Instruction`]s; `if`,
//! `for`, `loop` and `match` are instructions that own regions. A [`ValueId`] is defined once, either
//! as a region parameter or as the result of an instruction, and is visible after its definition in
//! the same region and in regions nested there. Values are scalars (or passive opaque things);
//! everything with structure lives in memory.
//!
//! **Memory.** A [`SlotId`] is a root: a parameter that is a reference or an aggregate, or a local
//! aggregate. A [`Place`] is a root plus a path of projections. References of the source are gone:
//! lowering follows each to its place. Order in the region is the order of effects: a load sees the
//! latest store before it. Passes that share loads keep a version per root while they walk.
//!
//! **Exits.** There is no jump. A loop carries an exit code (0 means: go on), and what may follow an
//! exit in the source is inside an `if` on the code. [`InstructionKind::Loop`] always has the code as
//! its first carried value; `for` has it if [`For::exits`]. `emit` restores `break` and `return`.
//!
//! **Panics.** An instruction that may panic (indexing, slicing, integer arithmetic, calls, effects)
//! is never dropped from or reordered in the value sweep; see [`InstructionKind::may_panic`].

pub mod builder;
mod calls;
pub mod chunks;
mod copy;
pub mod lanes;
pub mod map;
mod names;
pub(crate) mod offsets;
pub mod operations;
mod patterns;
pub(crate) mod polynomial;
#[cfg(any(test, feature = "dump", feature = "interpret"))]
pub mod print;
pub(crate) mod recorded;
pub mod set;
#[cfg(any(test, feature = "interpret"))]
pub mod sketch;
#[cfg(any(test, feature = "interpret"))]
mod special;
pub mod sweep_calls;
mod touch;
pub mod verify;
mod walk;
pub mod zeros;

pub use calls::{Argument, Call, CallOutput};
pub use copy::Renaming;
pub use map::Map;
pub use names::{free_name, name_beside, plain};
pub use patterns::takes_reference_apart;
pub use set::Set;

use crate::diagnostics::SourceSpan;
use crate::types::{FloatType, IntegerType, Length, StructType, Type};
use chunks::Chunks;
use lanes::Lanes;
use operations::Operation;
use proc_macro2::{Delimiter, TokenStream};
use std::rc::Rc;

/// Index of a value in [`Function::values`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueId(pub u32);

/// Index of a slot in [`Function::slots`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SlotId(pub u32);

/// A function in IR.
#[derive(Clone, Debug)]
pub struct Function {
    /// Name of the source function.
    pub name: String,
    /// All values; indexed by [`ValueId`].
    pub values: Vec<Value>,
    /// All memory roots; indexed by [`SlotId`].
    pub slots: Vec<Slot>,
    /// Parameters in order.
    pub parameters: Vec<Parameter>,
    /// Names of free functions and the like in the body, which no parameter of ours may hide.
    pub outside: Rc<[String]>,
    /// The body; it yields nothing, the result is in [`Function::result`].
    pub body: Region,
    /// What the function returns, built from values and places at the end of the body.
    pub result: Aggregate,
    /// The type of [`Function::result`].
    pub result_type: Type,
}

/// What is known about a value.
#[derive(Clone, Debug)]
pub struct Value {
    /// Its type: a scalar, `Option` or opaque.
    pub ty: Type,
    /// The user's name for it, for readable output; need not be unique.
    pub name: Option<Rc<str>>,
    /// Where it came from.
    pub span: SourceSpan,
}

/// What is known about a memory root.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Type of the content (references stripped: `&[f64]` has `[f64]`, `&mut Vec<f64>` has `Vec<f64>`).
    pub ty: Type,
    /// The user's name for it.
    pub name: Rc<str>,
    /// Where it came from.
    pub span: SourceSpan,
    /// Where it lives.
    pub kind: SlotKind,
}

/// Where a slot lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SlotKind {
    /// A parameter passed by value.
    ByValue,
    /// Behind a `&` parameter.
    Shared,
    /// Behind a `&mut` parameter: visible to the caller afterwards.
    Mutable,
    /// A local of the function; an [`InstructionKind::Define`] comes before its first use.
    Local,
}

/// A parameter of the function.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The name in the emitted signature.
    pub name: Rc<str>,
    /// The type as declared (with references).
    pub ty: Type,
    /// What it is in the body.
    pub binding: ParameterBinding,
    /// Whether the function is differentiated with respect to it.
    pub active: bool,
    /// Where it came from.
    pub span: SourceSpan,
}

/// What a parameter is in the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParameterBinding {
    /// A scalar passed by value.
    Value(ValueId),
    /// Anything else.
    Slot(SlotId),
}

/// A straight list of instructions.
#[derive(Clone, Debug, Default)]
pub struct Region {
    /// Values that the owner sets on entry (a loop's index and carried values).
    pub parameters: Vec<ValueId>,
    /// What happens, in order.
    pub instructions: Vec<Instruction>,
    /// Values handed to the owner at the end.
    pub yields: Vec<ValueId>,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// What it does.
    pub kind: InstructionKind,
    /// The values it defines.
    pub results: Vec<ValueId>,
    /// Where it came from.
    pub span: SourceSpan,
}

/// What an instruction does. Number of results in brackets.
#[derive(Clone, Debug)]
pub enum InstructionKind {
    /// A constant \[1\].
    Constant(Constant),
    /// A scalar operation \[1\].
    Operation(Operation, Vec<ValueId>),
    /// The length of the array, slice or `Vec` at the place, as `usize` \[1\].
    Length(Place),
    /// Reads the scalar at the place \[1\].
    Load(Place),
    /// Writes the scalar at the place \[0\].
    Store(Place, ValueId),
    /// Adds to the float at the place \[0\]. Only derivative code has it.
    AddTo(Place, ValueId),
    /// Brings a local slot into being, with its content \[0\].
    Define(SlotId, Aggregate),
    /// Overwrites everything at the place \[0\].
    Assign(Place, Aggregate),
    /// `Vec::push` onto the `Vec` at the place \[0\].
    Push(Place, Aggregate),
    /// Takes the last element of the stack at the place, which has one \[1\]. Only derivative code has
    /// it.
    Pop(Place),
    /// Another mutation of the `Vec` at the place that yields nothing \[0\].
    Resize(Place, ResizeKind),
    /// Exchanges what is at two places of equal type \[0\]: `std::mem::swap`, `slice::swap`.
    Swap(Place, Place),
    /// Sets every scalar of the array or slice at the place to a value \[0\]: `slice::fill`.
    Fill(Place, ValueId),
    /// Runs one of two regions; both yield as many values as there are results \[n\].
    If {
        /// The condition.
        condition: ValueId,
        /// If it holds.
        then_region: Region,
        /// If not.
        else_region: Region,
    },
    /// A counted loop \[one per carried value\].
    For(For),
    /// An uncounted loop \[one per carried value\]. The body's parameters are the carried values, it
    /// yields their next ones. The first carried value is the exit code; the body runs as long as
    /// it is 0 (it is 0 at first, so the body runs at least once).
    Loop {
        /// Initial carried values.
        carried: Vec<ValueId>,
        /// The body.
        body: Region,
    },
    /// A `match` on a passive thing that we do not look into \[n\].
    Match {
        /// What is matched.
        scrutinee: Argument,
        /// The arms; rustc checks that they are exhaustive.
        arms: Vec<MatchArm>,
    },
    /// A call of an annotated function \[0 or 1\]: 1 if it returns a scalar; any other result goes to
    /// the slot.
    Call(Call),
    /// A passive expression by its tokens \[0 or 1\].
    Opaque(Opaque),
    /// A macro that prints, asserts or panics \[0\].
    Effect(Effect),
    /// Leaves scalars on the tape for the reverse sweep of a called function \[0\]. Only derivative
    /// code has it.
    Save(Vec<ValueId>),
    /// Leaves a stack, with what is on it, on the tape \[0\]. Only derivative code has it.
    SaveStack(SlotId),
    /// Takes the scalars back that were saved last \[n\]. Only derivative code has it.
    Restore,
}

/// A counted loop.
#[derive(Clone, Debug)]
pub struct For {
    /// First index.
    pub start: ValueId,
    /// End of the indices.
    pub end: ValueId,
    /// Whether `end` itself is an index.
    pub inclusive: bool,
    /// `step_by`: a `usize` value, panics on 0.
    pub step: Option<ValueId>,
    /// The same indices from the last to the first: `(start..end).step_by(step).rev()`.
    pub reversed: bool,
    /// Initial carried values. With `exits`, the first is the exit code: the loop ends after an
    /// iteration that yields another code than 0.
    pub carried: Vec<ValueId>,
    /// Whether the loop can end early.
    pub exits: bool,
    /// The body: parameters are the index, then the carried values; yields the next carried values.
    pub body: Region,
    /// If several iterations run at once, which may be done in any order: what differs between them. Their
    /// number is a multiple of [`Lanes::count`] unless the last group overlaps, every carried value is a reduction, and there are no steps.
    pub lanes: Option<Rc<Lanes>>,
    /// If it runs over chunks of another loop's iterations, which may be done on several threads.
    pub chunks: Option<Chunks>,
}

impl For {
    /// `for _ in start..end`: carries nothing and does nothing yet.
    pub fn over(start: ValueId, end: ValueId) -> Self {
        Self {
            start,
            end,
            inclusive: false,
            step: None,
            reversed: false,
            carried: vec![],
            exits: false,
            body: Region::default(),
            lanes: None,
            chunks: None,
        }
    }

    /// The same indices: carries nothing and does nothing yet.
    pub fn same_indices(&self) -> Self {
        Self {
            inclusive: self.inclusive,
            step: self.step,
            reversed: self.reversed,
            ..Self::over(self.start, self.end)
        }
    }
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// A float; for `f32` the value is exactly representable.
    Float(f64, FloatType),
    /// An integer, in two's complement of 128 bits.
    Integer(i128, IntegerType),
    /// A truth value.
    Bool(bool),
    /// A value that is never looked at (a variable on a path that leaves): emitted as zero, false.
    Undefined(Type),
    /// The bits of a trip count that groups of so many iterations, a power of two, leave over: one less, or all bits
    /// on a machine without vectors, where no group runs. A `usize`.
    LeftOver(usize),
}

/// A memory place: root and path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The root.
    pub root: SlotId,
    /// From the root inward.
    pub path: Vec<Projection>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Projection {
    /// `[index]` with a `usize` value; `proven` when it is in bounds by construction (an iterator).
    Index {
        /// The index.
        index: ValueId,
        /// In bounds by construction.
        proven: bool,
    },
    /// `[start..end]`, `usize` values; what follows counts from `start`.
    Range {
        /// First index.
        start: ValueId,
        /// One past the last.
        end: ValueId,
        /// In bounds and ordered by construction.
        proven: bool,
    },
    /// `.name` or `.0`.
    Field(Rc<str>),
}

/// How to make the content of a slot, or any value with structure.
#[derive(Clone, Debug)]
pub enum Aggregate {
    /// `()`.
    Unit,
    /// One scalar or opaque value.
    Value(ValueId),
    /// What is at another place.
    Place(Place, Transfer),
    /// A reference to a place (only in function results that return a reference, and as argument).
    Reference {
        /// Which place.
        place: Place,
        /// `&mut`.
        mutable: bool,
    },
    /// `(a, b)`.
    Tuple(Vec<Aggregate>),
    /// `Point { x: a }`.
    Struct(Rc<StructType>, Vec<(Rc<str>, Aggregate)>),
    /// `[a, b]`.
    Array(Vec<Aggregate>),
    /// `[a; N]`.
    ArrayRepeat(Box<Aggregate>, Length),
    /// `vec![a, b]`; empty: `Vec::new()`.
    Vec(Vec<Aggregate>),
    /// `vec![a; n]`.
    VecRepeat(Box<Aggregate>, ValueId),
    /// `Vec::with_capacity(n)`.
    VecWithCapacity(ValueId),
    /// Zeros in the gradient type and shape of what is at the place. Only derivative code has it.
    ZerosLike(Place),
    /// An empty stack with memory of the workspace. Only derivative code has it.
    Stack,
    /// The stack that was saved last on the tape. Only derivative code has it.
    RestoredStack,
    /// Nothing yet: `let x;`, set by an [`InstructionKind::Assign`] before it is read.
    Deferred,
}

/// How content leaves a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transfer {
    /// The type is `Copy`.
    Copy,
    /// `.clone()`; of a slice: `.to_vec()`.
    Clone,
    /// Moved out; the place is not read again, unless the type is `Copy` after all.
    Move,
    /// `std::mem::take`.
    Take,
}

/// Mutations of a `Vec`'s length besides `push`.
#[derive(Clone, Debug)]
pub enum ResizeKind {
    /// `clear()`.
    Clear,
    /// `truncate(n)`.
    Truncate(ValueId),
    /// `resize(n, value)`.
    Resize(ValueId, Aggregate),
    /// `pop()` with the result dropped.
    Pop,
    /// `extend_from_slice(&place)`.
    ExtendFrom(Place),
    /// `reserve(n)`.
    Reserve(ValueId),
}

/// An arm of a [`InstructionKind::Match`].
#[derive(Clone, Debug)]
pub struct MatchArm {
    /// The pattern's tokens, with the names in `bindings`.
    pub pattern: TokenStream,
    /// What the pattern binds: the name in the pattern and the value.
    pub bindings: Vec<(Rc<str>, ValueId)>,
    /// The guard: a region that yields one `bool`.
    pub guard: Option<Region>,
    /// The body.
    pub body: Region,
}

/// A passive expression by its tokens.
#[derive(Clone, Debug)]
pub struct Opaque {
    /// Tokens and holes.
    pub pieces: Vec<Piece>,
    /// Where a result with structure goes: a local slot that this defines.
    pub result_slot: Option<SlotId>,
}

impl Opaque {
    /// Whether it is the path of a constant: it costs nothing and is the same everywhere.
    pub fn is_constant(&self) -> bool {
        use proc_macro2::TokenTree;
        let [Piece::Tokens(path)] = self.pieces.as_slice() else { return false };
        let in_path = |token: TokenTree| match token {
            TokenTree::Ident(_) => true,
            TokenTree::Punct(punct) => punct.as_char() == ':',
            _ => false,
        };
        self.result_slot.is_none() && path.clone().into_iter().all(in_path)
    }
}

/// A macro with effects.
#[derive(Clone, Debug)]
pub struct Effect {
    /// The macro's path.
    pub path: TokenStream,
    /// What it does.
    pub kind: crate::hir::MacroKind,
    /// Its arguments.
    pub pieces: Vec<Piece>,
}

/// A run of tokens, a hole, or a delimited group that holds holes.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Tokens to copy.
    Tokens(TokenStream),
    /// `(…)`, `[…]` or `{…}`.
    Group(Delimiter, Vec<Piece>),
    /// A hole.
    Argument(Argument),
}

impl Place {
    /// A whole slot.
    pub fn root(root: SlotId) -> Self {
        Self { root, path: Vec::new() }
    }

    /// This place, one step further in.
    pub fn project(&self, projection: Projection) -> Self {
        let mut path = self.path.clone();
        path.push(projection);
        Self { root: self.root, path }
    }

    /// A position of the tuple at this place.
    pub fn part(&self, position: usize) -> Self {
        self.project(Projection::Field(position.to_string().into()))
    }

    /// The content of a type as it leaves a place that is not looked at again.
    pub fn leaving(self, ty: &Type) -> Aggregate {
        Aggregate::Place(self, if ty.is_copy() { Transfer::Copy } else { Transfer::Move })
    }

    /// The content of a type once more: the place keeps it.
    pub fn once_more(self, ty: &Type) -> Aggregate {
        Aggregate::Place(self, if ty.is_copy() { Transfer::Copy } else { Transfer::Clone })
    }

    /// The values that the path depends on.
    pub fn operands(&self) -> impl Iterator<Item = ValueId> + '_ {
        self.path.iter().flat_map(|projection| match projection {
            Projection::Index { index, .. } => vec![*index],
            Projection::Range { start, end, .. } => vec![*start, *end],
            Projection::Field(_) => vec![],
        })
    }
}

impl Function {
    /// A function without parameters, with an empty body; a result other than `()` is to be set.
    pub fn empty(name: impl Into<String>, result_type: Type) -> Self {
        Self {
            name: name.into(),
            values: Vec::new(),
            slots: Vec::new(),
            parameters: Vec::new(),
            outside: Rc::default(),
            body: Region::default(),
            result: Aggregate::Unit,
            result_type,
        }
    }

    /// Where it stands in the source: at its first parameter.
    pub fn span(&self) -> SourceSpan {
        let first = self.parameters.first();
        first.map_or_else(|| proc_macro2::Span::call_site().into(), |parameter| parameter.span)
    }

    /// What is known about a value.
    pub fn value(&self, id: ValueId) -> &Value {
        &self.values[id.0 as usize]
    }

    /// What is known about a slot.
    pub fn slot(&self, id: SlotId) -> &Slot {
        &self.slots[id.0 as usize]
    }

    /// A new value.
    pub fn new_value(&mut self, ty: Type, name: Option<Rc<str>>, span: SourceSpan) -> ValueId {
        self.values.push(Value { ty, name, span });
        ValueId(self.values.len() as u32 - 1)
    }

    /// A new slot.
    pub fn new_slot(
        &mut self,
        ty: Type,
        name: Rc<str>,
        span: SourceSpan,
        kind: SlotKind,
    ) -> SlotId {
        self.slots.push(Slot { ty, name, span, kind });
        SlotId(self.slots.len() as u32 - 1)
    }

    /// The type of what is passed; `None` where that takes more than a look.
    pub fn argument_type(&self, argument: &Argument) -> Option<Type> {
        match argument {
            Argument::Value(content) => self.content_type(content),
            Argument::Shared(place) | Argument::Mutable(place) | Argument::Place(place) => {
                self.place_type(place)
            }
        }
    }

    /// The type of content, if it says it.
    fn content_type(&self, content: &Aggregate) -> Option<Type> {
        let first = |elements: &[Aggregate]| Some(Box::new(self.content_type(elements.first()?)?));
        match content {
            Aggregate::Unit => Some(Type::Unit),
            Aggregate::Value(value) => Some(self.value(*value).ty.clone()),
            Aggregate::Place(place, _) => self.place_type(place),
            Aggregate::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.content_type(part));
                Some(Type::Tuple(parts.collect::<Option<_>>()?))
            }
            Aggregate::Struct(definition, _) => Some(Type::Struct(definition.clone())),
            Aggregate::Array(elements) => {
                Some(Type::Array(first(elements)?, Length::Literal(elements.len() as u64)))
            }
            Aggregate::ArrayRepeat(element, length) => {
                Some(Type::Array(Box::new(self.content_type(element)?), length.clone()))
            }
            Aggregate::Vec(elements) => Some(Type::Vec(first(elements)?)),
            Aggregate::VecRepeat(element, _) => {
                Some(Type::Vec(Box::new(self.content_type(element)?)))
            }
            _ => None,
        }
    }

    /// The type of what is at a place; `None` if the path does not fit the root's type.
    pub fn place_type(&self, place: &Place) -> Option<Type> {
        const UNKNOWN: &Type = &Type::Opaque(None);
        let mut ty = &self.slot(place.root).ty;
        // Whether the place is a slice of what is at `ty`.
        let mut sliced = false;
        for projection in &place.path {
            match projection {
                Projection::Index { .. } => {
                    ty = match ty.referent() {
                        Type::Opaque(_) if !sliced => UNKNOWN,
                        known => known.element()?,
                    };
                    sliced = false;
                }
                Projection::Range { .. } => {
                    ty.element()?;
                    sliced = true;
                }
                Projection::Field(_) if sliced => return None,
                Projection::Field(name) => {
                    ty = match ty.referent() {
                        Type::Opaque(_) => UNKNOWN,
                        known => known.field(name)?,
                    };
                }
            }
        }
        match sliced {
            true => Some(Type::Slice(Box::new(ty.element()?.clone()))),
            false => Some(ty.clone()),
        }
    }
}
