//! Rust expressions as small trees, printed with as few parentheses as their precedence allows.
//!
//! A tree knows whether rustc can tell its type without help: number literals cannot, so a literal
//! gets its suffix exactly where the type would be open (`2.0_f64.sqrt()`, but `2.0 * x`).

use super::names::identifier;
use crate::ir::Constant;
use crate::types::{FloatType, IntegerType};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use std::str::FromStr;

/// An expression.
#[derive(Clone, Debug)]
pub(super) enum Code {
    /// A number: sign, digits, type.
    Number { negative: bool, digits: String, suffix: &'static str },
    /// A variable.
    Name(Ident),
    /// `-a`, `!a`, `*a`.
    Prefix(&'static str, Box<Code>),
    /// `&a`, `&mut a`.
    Borrow { mutable: bool, of: Box<Code> },
    /// `a + b`.
    Infix(&'static str, Box<Code>, Box<Code>),
    /// `a.name(b)`.
    Method(Box<Code>, &'static str, Vec<Code>),
    /// `a as T`.
    Cast(Box<Code>, TokenStream),
    /// `if a { b } else { c }`.
    If(Box<Code>, Box<Code>, Box<Code>),
    /// `path(a, b)`. If `generic`, one argument must tell the type of all.
    Call { path: TokenStream, arguments: Vec<Code>, generic: bool },
    /// `a[b]`.
    Index(Box<Code>, Box<Code>),
    /// `a[b..c]`.
    Range(Box<Code>, Box<Code>, Box<Code>),
    /// `a.name`, `a.0`.
    Field(Box<Code>, std::rc::Rc<str>),
    /// Anything that needs no parentheses anywhere: a path, a macro call, a literal, `(…)`.
    Atom(TokenStream),
    /// Tokens that we do not look into: parenthesized everywhere but alone.
    Tokens(TokenStream),
}

/// How tightly an expression holds together; parentheses are needed where a tighter one is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Precedence {
    /// `if`, unknown tokens.
    Lowest,
    /// `||`
    LazyOr,
    /// `&&`
    LazyAnd,
    /// `==`, `<`: not associative.
    Comparison,
    /// `|`
    BitOr,
    /// `^`
    BitXor,
    /// `&`
    BitAnd,
    /// `<<`
    Shift,
    /// `+`, `-`
    Sum,
    /// `*`, `/`, `%`
    Product,
    /// `as`
    Cast,
    /// `-a`, `!a`, `*a`, `&a`
    Prefix,
    /// Methods, fields, indices, calls, atoms.
    Postfix,
}

impl Precedence {
    fn of_infix(operator: &str) -> Self {
        match operator {
            "||" => Self::LazyOr,
            "&&" => Self::LazyAnd,
            "|" => Self::BitOr,
            "^" => Self::BitXor,
            "&" => Self::BitAnd,
            "<<" | ">>" => Self::Shift,
            "+" | "-" => Self::Sum,
            "*" | "/" | "%" => Self::Product,
            _ => Self::Comparison,
        }
    }

    /// The next tighter level.
    fn tighter(self) -> Self {
        match self {
            Self::Lowest => Self::LazyOr,
            Self::LazyOr => Self::LazyAnd,
            Self::LazyAnd => Self::Comparison,
            Self::Comparison => Self::BitOr,
            Self::BitOr => Self::BitXor,
            Self::BitXor => Self::BitAnd,
            Self::BitAnd => Self::Shift,
            Self::Shift => Self::Sum,
            Self::Sum => Self::Product,
            Self::Product => Self::Cast,
            Self::Cast => Self::Prefix,
            Self::Prefix | Self::Postfix => Self::Postfix,
        }
    }
}

impl Code {
    /// A path or other indivisible tokens.
    pub(super) fn atom(tokens: impl ToTokens) -> Self {
        Self::Atom(tokens.into_token_stream())
    }

    /// `a.name(arguments)`.
    pub(super) fn method(self, name: &'static str, arguments: Vec<Code>) -> Self {
        Self::Method(Box::new(self), name, arguments)
    }

    /// `a operator b`.
    pub(super) fn infix(operator: &'static str, a: Code, b: Code) -> Self {
        Self::Infix(operator, Box::new(a), Box::new(b))
    }

    /// `path(arguments)` of a function whose signature fixes the types.
    pub(super) fn call(path: TokenStream, arguments: Vec<Code>) -> Self {
        Self::Call { path, arguments, generic: false }
    }

    /// `&self` or `&mut self`; of `*reference` the shortest form that rustc takes.
    pub(super) fn borrow(self, mutable: bool) -> Self {
        Self::Borrow { mutable, of: Box::new(self) }
    }

    /// Whether writing it twice is no worse than giving it a name.
    pub(super) fn is_trivial(&self) -> bool {
        matches!(self, Self::Number { .. } | Self::Name(_) | Self::Atom(_))
    }

    /// Whether both surely name the same variable or place, and nothing happens on the way.
    pub(super) fn is_same_place(&self, other: &Code) -> bool {
        match (self, other) {
            (Self::Name(a), Self::Name(b)) => a == b,
            (Self::Number { digits: a, .. }, Self::Number { digits: b, .. }) => a == b,
            (Self::Prefix(p, a), Self::Prefix(q, b)) => p == q && a.is_same_place(b),
            (Self::Field(a, x), Self::Field(b, y)) => x == y && a.is_same_place(b),
            (Self::Index(a, i), Self::Index(b, j)) => a.is_same_place(b) && i.is_same_place(j),
            (Self::Infix(p, a, i), Self::Infix(q, b, j)) => {
                p == q && a.is_same_place(b) && i.is_same_place(j)
            }
            (Self::Range(a, i, k), Self::Range(b, j, l)) => {
                a.is_same_place(b) && i.is_same_place(j) && k.is_same_place(l)
            }
            _ => false,
        }
    }

    /// Whether it is a read of memory, with trivial indices.
    pub(super) fn is_simple_place(&self) -> bool {
        match self {
            Self::Index(base, index) => base.is_simple_place() && index.is_trivial(),
            Self::Field(base, _) => base.is_simple_place(),
            Self::Prefix("*", base) => base.is_simple_place(),
            Self::Name(_) => true,
            _ => false,
        }
    }

    /// The literal of a constant with a primitive type.
    pub(super) fn constant(constant: &Constant) -> Self {
        match constant {
            Constant::Float(value, FloatType::F32) => float(*value as f32),
            Constant::Float(value, _) => float(*value),
            Constant::Integer(value, ty) => integer(*value, *ty),
            Constant::Bool(value) => Self::atom(value),
            Constant::Undefined(_) => Self::atom(quote!(::core::default::Default::default())),
        }
    }

    fn precedence(&self) -> Precedence {
        match self {
            Self::Number { negative: true, .. } | Self::Prefix(..) | Self::Borrow { .. } => {
                Precedence::Prefix
            }
            Self::Infix(operator, ..) => Precedence::of_infix(operator),
            Self::Cast(..) => Precedence::Cast,
            Self::If(..) | Self::Tokens(_) => Precedence::Lowest,
            _ => Precedence::Postfix,
        }
    }

    /// Whether rustc knows its type without looking around.
    fn is_typed(&self) -> bool {
        match self {
            Self::Number { .. } => false,
            Self::Prefix("*", _) => true,
            Self::Prefix(_, a) => a.is_typed(),
            Self::Infix(operator, a, b) => match Precedence::of_infix(operator) {
                Precedence::Comparison => true,
                Precedence::Shift => a.is_typed(),
                _ => a.is_typed() || b.is_typed(),
            },
            Self::If(_, a, b) => a.is_typed() || b.is_typed(),
            Self::Call { arguments, generic: true, .. } => arguments.iter().any(Self::is_typed),
            _ => true,
        }
    }

    /// Whether its last token belongs to a type, so that a `<` after it would open generics.
    fn ends_with_type(&self) -> bool {
        match self {
            Self::Cast(..) => true,
            Self::Infix(operator, _, b) => {
                b.precedence() >= Precedence::of_infix(operator).tighter() && b.ends_with_type()
            }
            _ => false,
        }
    }

    /// The tokens, where the type follows from around.
    pub(super) fn tokens(&self) -> TokenStream {
        self.render(false)
    }

    /// The tokens, where nothing around tells the type.
    pub(super) fn typed_tokens(&self) -> TokenStream {
        self.render(!self.is_typed())
    }

    /// The tokens as operand of something that binds as tightly as `context`.
    fn operand(&self, context: Precedence, typed: bool) -> TokenStream {
        let tokens = self.render(typed);
        if self.precedence() < context { quote!((#tokens)) } else { tokens }
    }

    /// Receivers and bases: their type must be known.
    fn base(&self) -> TokenStream {
        self.operand(Precedence::Postfix, !self.is_typed())
    }

    /// `typed`: a literal in it must tell the type.
    fn render(&self, typed: bool) -> TokenStream {
        match self {
            Self::Number { negative, digits, suffix } => {
                let text = if typed { format!("{digits}_{suffix}") } else { digits.clone() };
                let literal = Literal::from_str(&text).map_or_else(|_| quote!(), |l| quote!(#l));
                if *negative { quote!(-#literal) } else { literal }
            }
            Self::Name(name) => name.to_token_stream(),
            Self::Prefix(operator, a) => {
                // `--a` is legal and a lint.
                let double = *operator == "-"
                    && matches!(**a, Self::Prefix("-", _) | Self::Number { negative: true, .. });
                let context = if double { Precedence::Postfix } else { Precedence::Prefix };
                let a = a.operand(context, typed);
                let operator = punctuation(operator);
                quote!(#operator #a)
            }
            Self::Borrow { mutable, of } => {
                let of = of.operand(Precedence::Prefix, typed);
                if *mutable { quote!(&mut #of) } else { quote!(&#of) }
            }
            Self::Infix(operator, a, b) => self.render_infix(operator, a, b, typed),
            Self::Method(a, name, arguments) => {
                let a = a.base();
                let name = identifier(name, Span::call_site());
                let arguments = arguments.iter().map(|b| b.render(false));
                quote!(#a.#name(#(#arguments),*))
            }
            Self::Cast(a, ty) => {
                let a = a.operand(Precedence::Cast, !a.is_typed());
                quote!(#a as #ty)
            }
            Self::If(condition, a, b) => {
                let condition = condition.head();
                let (a, b) = (a.render(typed), b.render(false));
                quote!(if #condition { #a } else { #b })
            }
            Self::Call { path, arguments, generic } => {
                let open = *generic && !self.is_typed();
                let arguments =
                    arguments.iter().enumerate().map(|(i, a)| a.render(open && typed && i == 0));
                quote!(#path(#(#arguments),*))
            }
            Self::Index(a, index) => {
                let (a, index) = (a.base(), index.render(false));
                quote!(#a[#index])
            }
            Self::Range(a, start, end) => {
                let a = a.base();
                let start = start.operand(Precedence::LazyOr, false);
                let end = end.operand(Precedence::LazyOr, false);
                quote!(#a[#start..#end])
            }
            Self::Field(a, name) => {
                let a = a.base();
                let name = member(name);
                quote!(#a.#name)
            }
            Self::Atom(tokens) | Self::Tokens(tokens) => tokens.clone(),
        }
    }

    /// `a + b` of floats; the same bits as `a - c` if b is `-c`.
    pub(super) fn float_sum(a: Code, b: Code) -> Self {
        match b.without_sign() {
            Some(opposite) => Self::infix("-", a, opposite),
            None => Self::infix("+", a, b),
        }
    }

    /// The same float without its minus sign, if it begins with one: the exact opposite.
    fn without_sign(&self) -> Option<Code> {
        match self {
            Self::Prefix("-", a) => Some((**a).clone()),
            Self::Number { negative: true, digits, suffix } if suffix.starts_with('f') => {
                Some(Self::Number { negative: false, digits: digits.clone(), suffix })
            }
            Self::Infix(operator @ ("*" | "/"), a, b) => {
                let a = a.without_sign()?;
                Some(Self::Infix(operator, Box::new(a), b.clone()))
            }
            _ => None,
        }
    }

    fn render_infix(&self, operator: &str, a: &Code, b: &Code, typed: bool) -> TokenStream {
        let level = Precedence::of_infix(operator);
        let (left, typed) = match level {
            Precedence::Comparison => (level.tighter(), !a.is_typed() && !b.is_typed()),
            _ => (level, typed),
        };
        let opens_generics = operator.starts_with('<') && a.ends_with_type();
        let left = if opens_generics { Precedence::Postfix } else { left };
        let a = a.operand(left, typed);
        let b = b.operand(level.tighter(), false);
        let operator = punctuation(operator);
        quote!(#a #operator #b)
    }

    /// `start..end`, with a type in it.
    pub(super) fn range(start: &Code, end: &Code, inclusive: bool) -> TokenStream {
        let typed = !start.is_typed() && !end.is_typed();
        let start = start.operand(Precedence::LazyOr, false);
        let end = end.operand(Precedence::LazyOr, typed);
        if inclusive { quote!(#start..=#end) } else { quote!(#start..#end) }
    }

    /// As condition of `if` or `while`: a brace in unknown tokens must not be taken for the block.
    pub(super) fn head(&self) -> TokenStream {
        match self {
            Self::Tokens(tokens) => quote!((#tokens)),
            _ => self.tokens(),
        }
    }

    /// Whether an integer is not 0, as a condition.
    pub(super) fn into_nonzero(self) -> Self {
        let truth = |code: &Self| match code {
            Self::Number { digits, .. } => Some(digits != "0"),
            _ => None,
        };
        match self {
            Self::If(condition, a, b) => match (truth(&a), truth(&b)) {
                (Some(true), Some(false)) => *condition,
                (Some(false), Some(true)) => condition.negated(),
                (Some(true), None) => Self::infix("||", *condition, b.into_nonzero()),
                (Some(false), None) => Self::infix("&&", condition.negated(), b.into_nonzero()),
                (None, Some(true)) => Self::infix("||", condition.negated(), a.into_nonzero()),
                (None, Some(false)) => Self::infix("&&", *condition, a.into_nonzero()),
                _ => Self::If(condition, Box::new(a.into_nonzero()), Box::new(b.into_nonzero())),
            },
            Self::Number { digits, .. } => Self::atom(digits != "0"),
            other => {
                let zero = Constant::Integer(0, IntegerType::U32);
                Self::infix("!=", other, Self::constant(&zero))
            }
        }
    }

    /// The opposite of a condition.
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Prefix("!", inner) => *inner,
            Self::Infix("==", a, b) => Self::Infix("!=", a, b),
            Self::Infix("!=", a, b) => Self::Infix("==", a, b),
            other => Self::Prefix("!", Box::new(other)),
        }
    }
}

/// A field name or tuple position.
pub(super) fn member(name: &str) -> TokenStream {
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        Literal::from_str(name).map_or_else(|_| quote!(), |position| quote!(#position))
    } else {
        identifier(name, Span::call_site()).to_token_stream()
    }
}

/// Operator tokens.
pub(super) fn punctuation(operator: &str) -> TokenStream {
    TokenStream::from_str(operator).unwrap_or_default()
}

/// The float types in which constants are written.
trait Primitive: Copy + std::fmt::Debug {
    const NAME: &'static str;
    fn widened(self) -> f64;
    /// The path of the constant with exactly this value, if std names it.
    fn named(self) -> Option<TokenStream>;
}

macro_rules! primitive {
    ($ty:ident) => {
        impl Primitive for $ty {
            const NAME: &'static str = stringify!($ty);

            fn widened(self) -> f64 {
                self.into()
            }

            fn named(self) -> Option<TokenStream> {
                macro_rules! mathematical {
                    ($name:ident) => {
                        if self.abs() == std::$ty::consts::$name {
                            return Some(quote!(::core::$ty::consts::$name));
                        }
                    };
                }
                macro_rules! associated {
                    ($name:ident) => {
                        if self.abs() == $ty::$name {
                            return Some(quote!($ty::$name));
                        }
                    };
                }
                mathematical!(PI);
                mathematical!(TAU);
                mathematical!(E);
                mathematical!(FRAC_PI_2);
                mathematical!(FRAC_PI_3);
                mathematical!(FRAC_PI_4);
                mathematical!(FRAC_PI_6);
                mathematical!(FRAC_PI_8);
                mathematical!(FRAC_1_PI);
                mathematical!(FRAC_2_PI);
                mathematical!(FRAC_2_SQRT_PI);
                mathematical!(SQRT_2);
                mathematical!(FRAC_1_SQRT_2);
                mathematical!(LN_2);
                mathematical!(LN_10);
                mathematical!(LOG2_E);
                mathematical!(LOG2_10);
                mathematical!(LOG10_E);
                mathematical!(LOG10_2);
                associated!(INFINITY);
                associated!(MAX);
                associated!(MIN_POSITIVE);
                associated!(EPSILON);
                if self.is_nan() {
                    // `NAN` itself promises no sign and no payload.
                    let bits = self.to_bits();
                    return Some(quote!($ty::from_bits(#bits)));
                }
                None
            }
        }
    };
}

primitive!(f32);
primitive!(f64);

/// A float constant in its shortest form that reads back as the same bits.
fn float<F: Primitive>(value: F) -> Code {
    let wide = value.widened();
    let negative = wide.is_sign_negative() && !wide.is_nan();
    match value.named() {
        Some(path) if negative => Code::Prefix("-", Box::new(Code::Atom(path))),
        Some(path) => Code::Atom(path),
        None => {
            let digits = format!("{value:?}").trim_start_matches('-').to_owned();
            Code::Number { negative, digits, suffix: F::NAME }
        }
    }
}

/// An integer constant.
fn integer(value: i128, ty: IntegerType) -> Code {
    let negative = ty.is_signed() && value < 0;
    let magnitude = if negative { value.unsigned_abs() } else { value as u128 };
    Code::Number { negative, digits: magnitude.to_string(), suffix: ty.name() }
}
