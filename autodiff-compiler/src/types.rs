//! The types that the compiler reasons about.
//!
//! One type language serves the typed syntax ([`crate::hir`]) and the IR ([`crate::ir`]). The last
//! group of variants only occurs in the typed syntax: lowering leaves none of them.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use std::rc::Rc;

/// A type of a binding, an expression, a value or a slot.
#[derive(Clone, Debug)]
pub enum Type {
    /// `()`.
    Unit,
    /// `!`: the expression does not return.
    Never,
    /// `bool`.
    Bool,
    /// A floating-point type.
    Float(FloatType),
    /// An integer type.
    Integer(IntegerType),
    /// A tuple with at least one element.
    Tuple(Vec<Type>),
    /// `[T; N]`.
    Array(Box<Type>, Length),
    /// `[T]`, always behind a reference.
    Slice(Box<Type>),
    /// `Vec<T>`.
    Vec(Box<Type>),
    /// `&T` or `&mut T`.
    Reference {
        /// Whether it is `&mut`.
        mutable: bool,
        /// What it points to.
        to: Box<Type>,
    },
    /// A struct whose fields we know, from `#[derive(Differentiable)]`.
    Struct(Rc<StructType>),
    /// `Option<T>`; only ever passive inside a function body.
    Option(Box<Type>),
    /// `Result<T, E>`; only ever passive inside a function body.
    Result(Box<Type>, Box<Type>),
    /// A type that holds no floats we differentiate: named by the user, or unknown (`None`).
    /// Values of it are passive and travel through the compiler untouched.
    Opaque(Option<OpaqueType>),

    /// Typed syntax only: something to iterate over, with its item type.
    Iterator(Box<Type>),
    /// Typed syntax only: a range expression over an integer or float type.
    Range(Box<Type>),
    /// Typed syntax only: a closure, identified by its expression.
    Closure(crate::hir::ExpressionId),
    /// Typed syntax only: a nested function or a function passed by path.
    Function,
    /// Inference only: not yet known.
    Variable(u32),
}

/// The floating-point types.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FloatType {
    /// `f32`.
    F32,
    /// `f64`.
    F64,
    /// A type parameter bounded by `Float`, by name.
    Parameter(Rc<str>),
}

/// The primitive integer types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum IntegerType {
    I8,
    I16,
    I32,
    I64,
    I128,
    Isize,
    U8,
    U16,
    U32,
    U64,
    U128,
    Usize,
}

/// The length of an array type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Length {
    /// A literal.
    Literal(u64),
    /// A const parameter or any other constant expression, as its tokens' text.
    Expression(Rc<str>),
}

/// A struct with known fields.
#[derive(Clone, Debug)]
pub struct StructType {
    /// The path as written where it is used, with generic arguments.
    pub path: TokenStream,
    /// The last segment, for messages and equality.
    pub name: Rc<str>,
    /// Fields in declaration order; tuple structs have the names `0`, `1`, ….
    pub fields: Vec<(Rc<str>, Type)>,
    /// Whether it is a tuple struct.
    pub tuple: bool,
    /// The path of its tangent struct: `<path as Differentiable>::Tangent`.
    pub tangent_path: TokenStream,
    /// Whether this is itself a tangent struct.
    pub tangent: bool,
}

/// A type we do not look into.
#[derive(Clone, Debug)]
pub struct OpaqueType {
    /// The type as written.
    pub tokens: TokenStream,
    /// Its text, for equality.
    pub text: Rc<str>,
    /// What is known of what it holds.
    pub holds: Holds,
}

/// What is known of what a type holds that is not looked into, from nothing to most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holds {
    /// Nothing is known.
    #[default]
    Anything,
    /// No floats: a text, an enum with `#[derive(Differentiable)]`.
    NoFloats,
    /// No floats, and nothing that a float could be read back from.
    Numbers,
}

impl PartialEq for Type {
    /// Structural; structs by name and fields, opaque types by text.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Type::Unit, Type::Unit) | (Type::Never, Type::Never) | (Type::Bool, Type::Bool) => {
                true
            }
            (Type::Float(a), Type::Float(b)) => a == b,
            (Type::Integer(a), Type::Integer(b)) => a == b,
            (Type::Tuple(a), Type::Tuple(b)) => a == b,
            (Type::Array(a, n), Type::Array(b, m)) => a == b && n == m,
            (Type::Slice(a), Type::Slice(b))
            | (Type::Vec(a), Type::Vec(b))
            | (Type::Option(a), Type::Option(b))
            | (Type::Iterator(a), Type::Iterator(b))
            | (Type::Range(a), Type::Range(b)) => a == b,
            (Type::Result(a, e), Type::Result(b, f)) => a == b && e == f,
            (Type::Reference { mutable: m, to: a }, Type::Reference { mutable: n, to: b }) => {
                m == n && a == b
            }
            (Type::Struct(a), Type::Struct(b)) => {
                a.name == b.name && a.tangent == b.tangent && a.fields == b.fields
            }
            (Type::Opaque(a), Type::Opaque(b)) => match (a, b) {
                (Some(a), Some(b)) => a.text == b.text,
                (a, b) => a.is_none() && b.is_none(),
            },
            (Type::Closure(a), Type::Closure(b)) => a == b,
            (Type::Function, Type::Function) => true,
            (Type::Variable(a), Type::Variable(b)) => a == b,
            _ => false,
        }
    }
}

impl Type {
    /// Whether it is a float of this type, or made of such: an array, a list or a tuple.
    pub fn is_made_of(&self, float: &FloatType) -> bool {
        match self {
            Type::Float(own) => own == float,
            Type::Array(element, _) | Type::Vec(element) | Type::Slice(element) => {
                element.is_made_of(float)
            }
            Type::Tuple(elements) => elements.iter().all(|element| element.is_made_of(float)),
            _ => false,
        }
    }

    /// Whether an argument of the type can be passed several times: it is behind `&`, or made of numbers, which can be
    /// copied.
    pub fn is_repeatable(&self) -> bool {
        match self {
            Type::Reference { mutable, to } => !mutable || to.is_repeatable(),
            Type::Array(element, _) | Type::Vec(element) | Type::Slice(element) => {
                element.is_repeatable()
            }
            Type::Tuple(elements) => elements.iter().all(Type::is_repeatable),
            Type::Float(_) | Type::Integer(_) | Type::Bool | Type::Unit => true,
            _ => false,
        }
    }

    /// `_` as written in a type: inference makes a fresh variable of it.
    pub const INFERRED: Type = Type::Variable(u32::MAX);
    /// `f64`.
    pub const F64: Type = Type::Float(FloatType::F64);
    /// `f32`.
    pub const F32: Type = Type::Float(FloatType::F32);
    /// `usize`.
    pub const USIZE: Type = Type::Integer(IntegerType::Usize);
    /// The type of exit codes in the IR.
    pub const EXIT_CODE: Type = Type::Integer(IntegerType::U32);

    /// The type behind any number of references.
    pub fn referent(&self) -> &Type {
        match self {
            Type::Reference { to, .. } => to.referent(),
            other => other,
        }
    }

    /// How messages name it.
    pub fn described(&self) -> String {
        match self {
            Type::Opaque(None) | Type::Variable(_) => "a type that is not known here".to_string(),
            other => format!("`{other}`"),
        }
    }

    /// Whether values of this type are one machine number: they live in SSA values, not in slots.
    pub fn is_scalar(&self) -> bool {
        matches!(self, Type::Bool | Type::Float(_) | Type::Integer(_))
    }

    /// Whether it is a floating-point type (not behind a reference).
    pub fn is_float(&self) -> bool {
        matches!(self, Type::Float(_))
    }

    /// Whether it is what a gradient is of: one float, alone or before auxiliary values that hold none.
    pub fn is_loss(&self) -> bool {
        match self {
            Type::Tuple(parts) => matches!(
                &parts[..],
                [first, rest @ ..] if first.is_loss() && !rest.iter().any(Type::holds_floats)
            ),
            other => other.is_float(),
        }
    }

    /// What a function that may fail gives in the IR: the value, whether there is one, and the error, if errors say
    /// something. Without a value it is some value of its type, which nobody looks at.
    pub fn outcome(&self) -> Option<Type> {
        match self {
            Type::Option(value) => Some(Type::Tuple(vec![(**value).clone(), Type::Bool])),
            Type::Result(value, error) => {
                let error = Type::Option(error.clone());
                Some(Type::Tuple(vec![(**value).clone(), Type::Bool, error]))
            }
            _ => None,
        }
    }

    /// Whether it is an integer type (not behind a reference).
    pub fn is_integer(&self) -> bool {
        matches!(self, Type::Integer(_))
    }

    /// Whether a value of this type can hold floats, and so can have a derivative.
    pub fn holds_floats(&self) -> bool {
        match self {
            Type::Float(_) => true,
            Type::Tuple(elements) => elements.iter().any(Type::holds_floats),
            Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) => {
                element.holds_floats()
            }
            Type::Reference { to, .. } => to.holds_floats(),
            Type::Struct(definition) => definition.fields.iter().any(|(_, ty)| ty.holds_floats()),
            _ => false,
        }
    }

    /// Whether it holds floats, or something that is only named and may turn out to be a struct with
    /// floats.
    pub fn may_hold_floats(&self) -> bool {
        match self {
            Type::Opaque(Some(_)) => true,
            Type::Tuple(elements) => elements.iter().any(Type::may_hold_floats),
            Type::Array(element, _)
            | Type::Slice(element)
            | Type::Vec(element)
            | Type::Reference { to: element, .. } => element.may_hold_floats(),
            other => other.holds_floats(),
        }
    }

    /// Whether only rustc knows the type, or that of something in it.
    pub fn is_unseen(&self) -> bool {
        match self {
            Type::Opaque(_) => true,
            Type::Tuple(elements) => elements.iter().any(Type::is_unseen),
            Type::Option(inner)
            | Type::Array(inner, _)
            | Type::Slice(inner)
            | Type::Vec(inner)
            | Type::Reference { to: inner, .. } => inner.is_unseen(),
            Type::Result(value, error) => value.is_unseen() || error.is_unseen(),
            _ => false,
        }
    }

    /// Whether it is known to hold at most this: an unknown type may hold floats, unless it is a field that is left out
    /// of derivatives.
    pub fn holds_only(&self, most: Holds) -> bool {
        let only = |ty: &Type| ty.holds_only(most);
        match self {
            Type::Unit | Type::Bool | Type::Integer(_) => true,
            Type::Opaque(Some(ty)) => ty.holds >= most,
            Type::Tuple(elements) => elements.iter().all(only),
            Type::Option(inner)
            | Type::Array(inner, _)
            | Type::Slice(inner)
            | Type::Vec(inner)
            | Type::Reference { to: inner, .. } => only(inner),
            Type::Result(value, error) => only(value) && only(error),
            Type::Struct(definition) => definition
                .fields
                .iter()
                .all(|(_, ty)| only(ty) || (most == Holds::NoFloats && ty.is_left_out())),
            _ => false,
        }
    }

    /// Whether it stands for a field of a struct that is left out of derivatives.
    pub fn is_left_out(&self) -> bool {
        matches!(self, Type::Opaque(None))
    }

    /// The element type of an array, slice or `Vec`, through references.
    pub fn element(&self) -> Option<&Type> {
        match self.referent() {
            Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) => Some(element),
            _ => None,
        }
    }

    /// The fields of a struct or the positions of a tuple, with their types.
    pub fn fields(&self) -> Vec<(Rc<str>, Type)> {
        match self {
            Type::Tuple(elements) => {
                let parts = elements.iter().enumerate();
                parts.map(|(index, ty)| (index.to_string().into(), ty.clone())).collect()
            }
            Type::Struct(definition) => definition.fields.clone(),
            _ => vec![],
        }
    }

    /// The type of a named field or tuple position, through references.
    pub fn field(&self, name: &str) -> Option<&Type> {
        match self.referent() {
            Type::Tuple(elements) => elements.get(name.parse::<usize>().ok()?),
            Type::Struct(definition) => {
                definition.fields.iter().find(|(field, _)| &**field == name).map(|(_, ty)| ty)
            }
            _ => None,
        }
    }

    /// The type of a gradient, tangent or cotangent of a value of this type (DESIGN section 2).
    pub fn tangent(&self) -> Type {
        match self {
            Type::Float(_) => self.clone(),
            Type::Tuple(elements) => Type::Tuple(elements.iter().map(Type::tangent).collect()),
            Type::Array(element, length) if self.holds_floats() => {
                Type::Array(Box::new(element.tangent()), length.clone())
            }
            Type::Slice(element) | Type::Vec(element) if self.holds_floats() => {
                Type::Vec(Box::new(element.tangent()))
            }
            Type::Reference { to, .. } => to.tangent(),
            Type::Struct(definition) => Type::Struct(Rc::new(StructType {
                fields: definition
                    .fields
                    .iter()
                    .map(|(name, ty)| (name.clone(), ty.tangent()))
                    .collect(),
                path: definition.tangent_path.clone(),
                tangent: true,
                ..(**definition).clone()
            })),
            _ => Type::Unit,
        }
    }

    /// A `Vec` as the slice that it is behind a reference: what may not change its length.
    pub fn as_slice(self) -> Type {
        match self {
            Type::Vec(element) => Type::Slice(element),
            other => other,
        }
    }

    /// How many floats a value of this type holds, if literals say it.
    pub fn float_count(&self) -> Option<u64> {
        match self {
            Type::Float(_) => Some(1),
            Type::Tuple(elements) => elements.iter().map(Type::float_count).sum(),
            Type::Array(element, Length::Literal(length)) => {
                element.float_count()?.checked_mul(*length)
            }
            Type::Reference { to, .. } => to.float_count(),
            Type::Struct(definition) => {
                definition.fields.iter().map(|(_, ty)| ty.float_count()).sum()
            }
            Type::Array(..) | Type::Slice(_) | Type::Vec(_) if self.holds_floats() => None,
            _ => Some(0),
        }
    }

    /// Whether there is a `Vec` in it, or something that we do not know.
    pub fn owns_memory(&self) -> bool {
        match self {
            Type::Vec(_) | Type::Opaque(_) | Type::Option(_) | Type::Result(..) => true,
            Type::Tuple(elements) => elements.iter().any(Type::owns_memory),
            Type::Array(element, _) => element.owns_memory(),
            Type::Struct(definition) => definition.fields.iter().any(|(_, ty)| ty.owns_memory()),
            _ => false,
        }
    }

    /// Whether copying a value of it is what Rust does on a move out of a place.
    pub fn is_copy(&self) -> bool {
        match self {
            Type::Unit | Type::Never | Type::Bool | Type::Float(_) | Type::Integer(_) => true,
            Type::Tuple(elements) => elements.iter().all(Type::is_copy),
            Type::Array(element, _) | Type::Option(element) => element.is_copy(),
            Type::Result(value, error) => value.is_copy() && error.is_copy(),
            Type::Reference { mutable, .. } => !mutable,
            _ => false,
        }
    }
}

impl StructType {
    /// A function of `Differentiable` for the struct, also if this is its tangent struct:
    /// `<path as Differentiable>::name`.
    pub fn of_trait(&self, name: &str) -> TokenStream {
        let mut tokens: Vec<TokenTree> = self.tangent_path.clone().into_iter().collect();
        tokens.pop(); // `Tangent`
        tokens.push(Ident::new(name, Span::call_site()).into());
        tokens.into_iter().collect()
    }
}

impl IntegerType {
    /// Every integer type with its name in Rust.
    pub const ALL: [(IntegerType, &'static str); 12] = [
        (IntegerType::I8, "i8"),
        (IntegerType::I16, "i16"),
        (IntegerType::I32, "i32"),
        (IntegerType::I64, "i64"),
        (IntegerType::I128, "i128"),
        (IntegerType::Isize, "isize"),
        (IntegerType::U8, "u8"),
        (IntegerType::U16, "u16"),
        (IntegerType::U32, "u32"),
        (IntegerType::U64, "u64"),
        (IntegerType::U128, "u128"),
        (IntegerType::Usize, "usize"),
    ];

    /// The type of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, text)| *text == name).map(|(ty, _)| *ty)
    }

    /// Its name in Rust.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(ty, _)| *ty == self).map_or("", |(_, text)| *text)
    }

    /// Whether it has negative values.
    pub fn is_signed(self) -> bool {
        self.name().starts_with('i')
    }
}

impl FloatType {
    /// Its name in Rust.
    pub fn name(&self) -> &str {
        match self {
            FloatType::F32 => "f32",
            FloatType::F64 => "f64",
            FloatType::Parameter(name) => name,
        }
    }
}

impl std::fmt::Display for Length {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Length::Literal(n) => write!(f, "{n}"),
            Length::Expression(text) => write!(f, "{text}"),
        }
    }
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Type::Unit => write!(f, "()"),
            Type::Never => write!(f, "!"),
            Type::Bool => write!(f, "bool"),
            Type::Float(ty) => write!(f, "{}", ty.name()),
            Type::Integer(ty) => write!(f, "{}", ty.name()),
            Type::Tuple(elements) => {
                let texts: Vec<_> = elements.iter().map(Type::to_string).collect();
                let comma = if elements.len() == 1 { "," } else { "" };
                write!(f, "({}{comma})", texts.join(", "))
            }
            Type::Array(element, length) => write!(f, "[{element}; {length}]"),
            Type::Slice(element) => write!(f, "[{element}]"),
            Type::Vec(element) => write!(f, "Vec<{element}>"),
            Type::Reference { mutable: true, to } => write!(f, "&mut {to}"),
            Type::Reference { mutable: false, to } => write!(f, "&{to}"),
            Type::Struct(definition) => write!(f, "{}", definition.name),
            Type::Option(value) => write!(f, "Option<{value}>"),
            Type::Result(value, error) => write!(f, "Result<{value}, {error}>"),
            // As it is written, without the blanks between tokens.
            Type::Opaque(Some(ty)) => {
                let text = ty.text.replace(" :: ", "::").replace(" < ", "<").replace(" >", ">");
                write!(f, "{}", text.replace("& ", "&").replace(" ,", ","))
            }
            Type::Opaque(None) => write!(f, "_"),
            Type::Iterator(item) => write!(f, "impl Iterator<Item = {item}>"),
            Type::Range(index) => write!(f, "Range<{index}>"),
            Type::Closure(_) => write!(f, "closure"),
            Type::Function => write!(f, "fn"),
            Type::Variable(_) => write!(f, "_"),
        }
    }
}
