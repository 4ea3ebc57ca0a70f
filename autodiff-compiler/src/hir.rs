//! The typed syntax: a small canonical form of the accepted Rust.
//!
//! `resolve` builds it from `syn` after the fence; `infer` gives every expression and binding its
//! type (in `infer::Types`, beside the tree, so that this form never changes); `lower`
//! turns both into IR. What it guarantees:
//!
//! * names are resolved: a variable is a [`BindingId`], so shadowing is gone;
//! * labels are resolved: `break`, `continue` point at the expression they leave;
//! * parentheses, `None`-delimited groups and attributes that mean nothing here are gone;
//! * `a += b` stays one node, `a = b` another: lowering decides about evaluation order;
//! * every node keeps the [`SourceSpan`] it came from.
//!
//! It is a tree in an arena: an [`ExpressionId`] occurs once as a child.

#[cfg(any(test, feature = "dump"))]
pub mod print;
mod walk;

use crate::diagnostics::SourceSpan;
use crate::known::{Known, KnownFunction};
use crate::types::Type;
use proc_macro2::{Delimiter, Ident, TokenStream};
use quote::quote_spanned;
use std::rc::Rc;

/// Index of an expression in [`Body::expressions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExpressionId(pub u32);

/// Index of a variable in [`Body::bindings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BindingId(pub u32);

/// Index of a nested function in [`Body::functions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub u32);

/// One annotated function, resolved.
#[derive(Clone, Debug)]
pub struct Body {
    /// All expressions; indexed by [`ExpressionId`].
    pub expressions: Vec<Expression>,
    /// All variables; indexed by [`BindingId`].
    pub bindings: Vec<Binding>,
    /// Functions nested in the body; indexed by [`FunctionId`].
    pub functions: Vec<NestedFunction>,
    /// The function's parameters, in order. `self` is a parameter whose binding is named `self`.
    pub parameters: Vec<Parameter>,
    /// The return type.
    pub result: Type,
    /// The block of the body.
    pub root: ExpressionId,
    /// Items declared in the body (`const`, `use`, `type`): copied to the top of every emitted
    /// function, so that paths and types as written mean the same there. Their names are unique in
    /// the function.
    pub items: Vec<TokenStream>,
    /// Constants whose type is known: `const` items of the body and const parameters, by the
    /// [`Path::text`] that names them.
    pub constants: Vec<(Rc<str>, Type)>,
    /// Names that the body uses and does not declare: free functions, constants, types.
    pub outside: Vec<String>,
}

/// A parameter of a function, nested function or closure.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The pattern; a plain `name` is [`PatternKind::Binding`].
    pub pattern: Pattern,
    /// The written type; closures may leave it out.
    pub ty: Option<Type>,
}

/// A `fn` inside the body.
#[derive(Clone, Debug)]
pub struct NestedFunction {
    /// Its name.
    pub name: Ident,
    /// Its parameters; each has a type.
    pub parameters: Vec<Parameter>,
    /// Its return type.
    pub result: Type,
    /// Its block; `return` inside it has this function as target.
    pub body: ExpressionId,
}

/// A variable.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The name as the user wrote it, for readable output and messages.
    pub name: Ident,
    /// `mut`.
    pub mutable: bool,
    /// The written type (`let x: T`, a parameter's type), where the pattern is just this name.
    pub ty: Option<Type>,
}

/// An expression and where it came from.
#[derive(Clone, Debug)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Its tokens.
    pub span: SourceSpan,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum ExpressionKind {
    /// A number or `bool`.
    Literal(Literal),
    /// A variable.
    Variable(BindingId),
    /// A constant or static by path (`std::f64::consts::PI`, `GRAVITY`, `f64::EPSILON`, `Kind::A`).
    /// `infer` knows the types of std's; for others it unifies or asks for an annotation.
    Path(Path),
    /// A function named by path and not called: `fold(0.0, f64::max)`.
    FunctionPath(Callee),
    /// `-x`, `!x`, `*x`.
    Unary(UnaryOperator, ExpressionId),
    /// `a + b`, `a < b`, `a && b`, ….
    Binary(BinaryOperator, ExpressionId, ExpressionId),
    /// `place = value`; destructuring assignment has become `let` and one assignment per place.
    Assign(ExpressionId, ExpressionId),
    /// `place += value`.
    AssignOperation(BinaryOperator, ExpressionId, ExpressionId),
    /// `value as T`.
    Cast(ExpressionId, Type),
    /// `value.name` or `value.0`.
    Field(ExpressionId, Rc<str>),
    /// `value[index]`; the index may be a range.
    Index(ExpressionId, ExpressionId),
    /// `&value` or `&mut value`.
    Borrow {
        /// `&mut`.
        mutable: bool,
        /// What is borrowed.
        value: ExpressionId,
    },
    /// `()` (empty) or `(a, b)`.
    Tuple(Vec<ExpressionId>),
    /// `[a, b]`.
    Array(Vec<ExpressionId>),
    /// `[value; N]`.
    ArrayRepeat(ExpressionId, crate::types::Length),
    /// `vec![a, b]`.
    VecList(Vec<ExpressionId>),
    /// `vec![value; length]`.
    VecRepeat(ExpressionId, ExpressionId),
    /// `Point { x: a, ..base }`, or `Pair(a, b)` of a known tuple struct.
    Struct {
        /// The path as written.
        path: Path,
        /// Field names and values, in written order.
        fields: Vec<(Rc<str>, ExpressionId)>,
        /// `..base`.
        base: Option<ExpressionId>,
    },
    /// `a..b`, `a..=b`, `..`, ….
    Range {
        /// Lower end.
        start: Option<ExpressionId>,
        /// Upper end.
        end: Option<ExpressionId>,
        /// `..=`.
        inclusive: bool,
    },
    /// `{ … }`, possibly labelled (then `break 'label value` leaves it).
    Block(Block),
    /// `if`; conditions may be `let` chains ([`ExpressionKind::Let`] below `&&`).
    If {
        /// The condition.
        condition: ExpressionId,
        /// The block if it holds.
        then_branch: ExpressionId,
        /// The `else`, if written.
        else_branch: Option<ExpressionId>,
    },
    /// `let PATTERN = value` as a condition.
    Let(Pattern, ExpressionId),
    /// `match`.
    Match {
        /// What is matched.
        scrutinee: ExpressionId,
        /// The arms in order.
        arms: Vec<Arm>,
    },
    /// `while`; the condition may hold `let`.
    While {
        /// The condition.
        condition: ExpressionId,
        /// The block.
        body: ExpressionId,
    },
    /// `loop`.
    Loop {
        /// The block.
        body: ExpressionId,
    },
    /// `for pattern in iterator`.
    For {
        /// The pattern.
        pattern: Pattern,
        /// What is iterated over.
        iterator: ExpressionId,
        /// The block.
        body: ExpressionId,
    },
    /// `break` out of a loop or labelled block.
    Break {
        /// The loop or block expression that ends.
        target: ExpressionId,
        /// Its value.
        value: Option<ExpressionId>,
    },
    /// `continue`.
    Continue {
        /// The loop expression that goes on.
        target: ExpressionId,
    },
    /// `return` from the function, nested function or closure it stands in.
    Return {
        /// Which one ends.
        target: ReturnTarget,
        /// Its value.
        value: Option<ExpressionId>,
    },
    /// `|a, b| body`.
    Closure {
        /// Parameters.
        parameters: Vec<Parameter>,
        /// The written return type.
        result: Option<Type>,
        /// The body.
        body: ExpressionId,
    },
    /// `callee(arguments)`.
    Call {
        /// Who is called.
        callee: Callee,
        /// With what.
        arguments: Vec<ExpressionId>,
    },
    /// `receiver.method::<T>(arguments)`.
    MethodCall {
        /// The receiver before any auto-reference.
        receiver: ExpressionId,
        /// The method's name.
        method: Ident,
        /// Written generic arguments that are types (`sum::<f64>`, `collect::<Vec<_>>`).
        generics: Vec<Type>,
        /// The other arguments.
        arguments: Vec<ExpressionId>,
    },
    /// A macro that prints, asserts or panics: it runs once, in the value sweep.
    Macro(MacroCall),
    /// A passive expression that we do not look into (a string, a `char`, a method call on an
    /// opaque type, …): its tokens with holes for the variables in it.
    Opaque(OpaqueExpression),
}

/// A path, as written.
#[derive(Clone, Debug)]
pub struct Path {
    /// Its tokens, generic arguments included.
    pub tokens: TokenStream,
    /// Its segments joined by `::`, without generic arguments and leading `::`; `<f64>::max` is
    /// `f64::max`. A first segment imported by a `use` inside the body is spelled out.
    pub text: Rc<str>,
    /// The types among the generic arguments, of all segments, in order.
    pub generics: Vec<Type>,
}

/// A number or truth value.
#[derive(Clone, Debug)]
pub enum Literal {
    /// A float: digits without suffix and underscores, and the suffix.
    Float(Rc<str>, Option<crate::types::FloatType>),
    /// An integer and its suffix (`1f64` is a float literal).
    Integer(u128, Option<crate::types::IntegerType>),
    /// `true` or `false`.
    Bool(bool),
}

/// Prefix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    /// `-`
    Negate,
    /// `!`
    Not,
    /// `*`
    Dereference,
}

/// Infix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    /// `&&`, lazy.
    And,
    /// `||`, lazy.
    Or,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// A block: statements and the value at its end.
#[derive(Clone, Debug)]
pub struct Block {
    /// The statements.
    pub statements: Vec<Statement>,
    /// The expression without semicolon at the end.
    pub value: Option<ExpressionId>,
    /// Whether some `break 'label` leaves it.
    pub labelled: bool,
}

/// A statement.
#[derive(Clone, Debug)]
pub enum Statement {
    /// `let pattern: ty = value else { otherwise };`
    Let {
        /// The pattern.
        pattern: Pattern,
        /// The written type.
        ty: Option<Type>,
        /// The initial value; without one the variable is set later.
        value: Option<ExpressionId>,
        /// The `else` block.
        otherwise: Option<ExpressionId>,
    },
    /// An expression whose value is dropped.
    Expression(ExpressionId),
}

/// A `match` arm.
#[derive(Clone, Debug)]
pub struct Arm {
    /// The pattern.
    pub pattern: Pattern,
    /// `if guard`.
    pub guard: Option<ExpressionId>,
    /// The value.
    pub body: ExpressionId,
}

/// A pattern and where it came from.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// What it is.
    pub kind: PatternKind,
    /// Its tokens.
    pub span: SourceSpan,
}

/// What a pattern is.
#[derive(Clone, Debug)]
pub enum PatternKind {
    /// `_`
    Wild,
    /// `..` in a tuple or slice pattern.
    Rest,
    /// `name`, `mut name`, `ref name`, `name @ inner`.
    Binding {
        /// The variable.
        binding: BindingId,
        /// `ref` or `ref mut`: `Some(mutable)`.
        by_reference: Option<bool>,
        /// The pattern after `@`.
        inner: Option<Box<Pattern>>,
    },
    /// `(a, b)`.
    Tuple(Vec<Pattern>),
    /// `[a, .., b]`.
    Slice(Vec<Pattern>),
    /// `Point { x, y, .. }`, `Pair(a, b)` of a known struct.
    Struct {
        /// The path as written.
        path: Path,
        /// Field names and patterns.
        fields: Vec<(Rc<str>, Pattern)>,
    },
    /// `&inner`, `&mut inner`.
    Reference(Box<Pattern>),
    /// A literal: `0`, `-1`, `true`.
    Literal {
        /// The value.
        value: Literal,
        /// A minus sign before it.
        negative: bool,
    },
    /// `a..=b`, `a..b`, `a..`.
    Range {
        /// Lower end and whether it has a minus sign.
        start: Option<(Literal, bool)>,
        /// Upper end and whether it has a minus sign.
        end: Option<(Literal, bool)>,
        /// `..=`.
        inclusive: bool,
    },
    /// `a | b`.
    Or(Vec<Pattern>),
    /// `Some(inner)`, `Ok(inner)`, `Err(inner)`.
    Variant(Variant, Box<Pattern>),
    /// `None`.
    None,
    /// A pattern of an enum we do not know (`Kind::Scaled(s)`): its tokens and the variables it binds.
    Opaque {
        /// The tokens, with the user's names.
        tokens: TokenStream,
        /// The variables.
        bindings: Vec<BindingId>,
    },
}

/// A variant of std with content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Variant {
    Some,
    Ok,
    Err,
}

impl Variant {
    /// The variant that a path names.
    pub fn named(text: &str) -> Option<Self> {
        match crate::known::function(text, &[])? {
            Known::Function(KnownFunction::Some) => Some(Variant::Some),
            Known::Function(KnownFunction::Ok) => Some(Variant::Ok),
            Known::Function(KnownFunction::Err) => Some(Variant::Err),
            _ => None,
        }
    }

    /// Its name in Rust.
    pub fn name(self) -> &'static str {
        match self {
            Variant::Some => "Some",
            Variant::Ok => "Ok",
            Variant::Err => "Err",
        }
    }

    /// Its path from the root.
    pub fn path(self) -> TokenStream {
        let span = crate::edition::root();
        match self {
            Variant::Some => quote_spanned!(span=> ::core::option::Option::Some),
            Variant::Ok => quote_spanned!(span=> ::core::result::Result::Ok),
            Variant::Err => quote_spanned!(span=> ::core::result::Result::Err),
        }
    }
}

/// Where `return` goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReturnTarget {
    /// The annotated function.
    Function,
    /// A nested function.
    Nested(FunctionId),
    /// A closure expression.
    Closure(ExpressionId),
}

/// Who is called.
#[derive(Clone, Debug)]
pub enum Callee {
    /// A closure in a variable, or any expression of closure type.
    Value(ExpressionId),
    /// A function nested in this body.
    Nested(FunctionId),
    /// A function that the compiler knows: std's by path (`f64::max`, `std::mem::swap`,
    /// `Vec::with_capacity`), core's `special::*`, `detach`, `Float::*`; or the user's, whose
    /// signature came by macro ([`crate::signature::FunctionSignature`]) or is this very function.
    Path(Path),
}

/// `println!`, `assert!`, `panic!` and their families.
#[derive(Clone, Debug)]
pub struct MacroCall {
    /// The macro's path as written.
    pub path: Path,
    /// What it does.
    pub kind: MacroKind,
    /// Its arguments with holes: literal tokens and expressions. Names captured in a format string
    /// (`"{x}"`) have been made explicit arguments (`x = x`).
    pub pieces: Vec<Piece>,
}

/// What a macro does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MacroKind {
    /// Prints: `print println eprint eprintln dbg` (as a statement).
    Print,
    /// Panics if something does not hold: `assert assert_eq assert_ne debug_assert…`.
    Assert,
    /// Does not return: `panic unreachable todo unimplemented`.
    Panic,
    /// Truth value of a pattern match: `matches`. `resolve` turns it into a `match`.
    Matches,
}

/// A passive expression by its tokens.
#[derive(Clone, Debug)]
pub struct OpaqueExpression {
    /// Its type, where the syntax tells (`"text"`, `'c'`, `format!`, `cfg!`).
    pub ty: Option<Type>,
    /// The tokens with holes.
    pub pieces: Vec<Piece>,
}

/// A run of tokens, a hole, or a delimited group that holds holes.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Tokens to copy.
    Tokens(TokenStream),
    /// `(…)`, `[…]` or `{…}`.
    Group(Delimiter, Vec<Piece>),
    /// A hole, filled with this expression.
    Expression(ExpressionId),
}

impl Body {
    /// The expression of this index.
    pub fn expression(&self, id: ExpressionId) -> &Expression {
        &self.expressions[id.0 as usize]
    }

    /// The variable of this index.
    pub fn binding(&self, id: BindingId) -> &Binding {
        &self.bindings[id.0 as usize]
    }

    /// The nested function of this index.
    pub fn function(&self, id: FunctionId) -> &NestedFunction {
        &self.functions[id.0 as usize]
    }

    /// The tokens of an expression.
    pub fn span(&self, id: ExpressionId) -> SourceSpan {
        self.expression(id).span
    }
}
