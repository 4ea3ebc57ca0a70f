//! Rust expressions as small trees, printed with as few parentheses as their precedence allows.
//!
//! Everything is written to one token stream, piece by piece: in the compiler every stream is kept on
//! the other side of a bridge, and each that is made, copied or joined is a call across it.
//!
//! A tree knows whether rustc can tell its type without help: number literals cannot, so a literal
//! gets its suffix exactly where the type would be open (`2.0_f64.sqrt()`, but `2.0 * x`).

use super::names::identifier;
use crate::ir::Constant;
use crate::types::{FloatType, IntegerType};
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote, quote_spanned};
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

/// An expression and what the place asks for where it is written: how tightly it has to hold
/// together, and whether a literal in it must tell the type.
pub(super) struct Rendered<'c> {
    code: &'c Code,
    context: Precedence,
    typed: bool,
}

impl ToTokens for Rendered<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { code, context, typed } = self;
        if code.precedence() < *context {
            group(Delimiter::Parenthesis, tokens, &|inner| code.render(*typed, inner));
        } else {
            code.render(*typed, tokens);
        }
    }
}

/// Where the type follows from around.
impl ToTokens for Code {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.render(false, tokens);
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
            Constant::Undefined(_) | Constant::LeftOver(_) => Self::atom(
                quote_spanned!(crate::edition::root()=> ::core::default::Default::default()),
            ),
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
        self.to_token_stream()
    }

    /// Where nothing around tells the type.
    pub(super) fn typed(&self) -> Rendered<'_> {
        Rendered { code: self, context: Precedence::Lowest, typed: !self.is_typed() }
    }

    /// The same, but nothing around has to tell its type.
    pub(super) fn with_its_type(self) -> Self {
        match self.is_typed() {
            true => self,
            false if self.is_trivial() => Self::Atom(self.typed().to_token_stream()),
            false => Self::Tokens(self.typed().to_token_stream()),
        }
    }

    /// As operand of something that binds as tightly as `context`.
    pub(super) fn operand(&self, context: Precedence, typed: bool) -> Rendered<'_> {
        Rendered { code: self, context, typed }
    }

    /// Receivers and bases: their type must be known.
    fn base(&self) -> Rendered<'_> {
        self.operand(Precedence::Postfix, !self.is_typed())
    }

    /// As condition of `if` or `while`: a brace in unknown tokens must not be taken for the block.
    pub(super) fn head(&self) -> Rendered<'_> {
        let context = match self {
            Self::Tokens(_) => Precedence::Postfix,
            _ => Precedence::Lowest,
        };
        self.operand(context, false)
    }

    /// Writes it. `typed`: a literal in it must tell the type.
    fn render(&self, typed: bool, tokens: &mut TokenStream) {
        match self {
            Self::Number { negative, digits, suffix } => {
                if *negative {
                    punctuation("-", tokens);
                }
                match typed {
                    true => {
                        let literal = Literal::from_str(&format!("{digits}_{suffix}"));
                        tokens.extend(literal.map(TokenTree::from));
                    }
                    false => tokens.extend(number(digits).map(TokenTree::from)),
                }
            }
            Self::Name(name) => name.to_tokens(tokens),
            Self::Prefix(operator, a) => {
                // `--a` is legal and a lint.
                let double = *operator == "-"
                    && matches!(**a, Self::Prefix("-", _) | Self::Number { negative: true, .. });
                let context = if double { Precedence::Postfix } else { Precedence::Prefix };
                punctuation(operator, tokens);
                a.operand(context, typed).to_tokens(tokens);
            }
            Self::Borrow { mutable, of } => {
                punctuation("&", tokens);
                if *mutable {
                    word("mut", tokens);
                }
                of.operand(Precedence::Prefix, typed).to_tokens(tokens);
            }
            Self::Infix(operator, a, b) => Self::render_infix(operator, a, b, typed, tokens),
            Self::Method(a, name, arguments) => {
                a.base().to_tokens(tokens);
                punctuation(".", tokens);
                word(name, tokens);
                group(Delimiter::Parenthesis, tokens, &|inner| list(arguments, false, inner));
            }
            Self::Cast(a, ty) => {
                a.operand(Precedence::Cast, !a.is_typed()).to_tokens(tokens);
                word("as", tokens);
                ty.to_tokens(tokens);
            }
            Self::If(condition, a, b) => {
                word("if", tokens);
                condition.head().to_tokens(tokens);
                group(Delimiter::Brace, tokens, &|inner| a.render(typed, inner));
                word("else", tokens);
                group(Delimiter::Brace, tokens, &|inner| b.render(false, inner));
            }
            Self::Call { path, arguments, generic } => {
                let open = *generic && !self.is_typed();
                path.to_tokens(tokens);
                group(Delimiter::Parenthesis, tokens, &|inner| {
                    list(arguments, open && typed, inner);
                });
            }
            Self::Index(a, index) => {
                a.base().to_tokens(tokens);
                group(Delimiter::Bracket, tokens, &|inner| index.render(false, inner));
            }
            Self::Range(a, start, end) => {
                a.base().to_tokens(tokens);
                group(Delimiter::Bracket, tokens, &|inner| {
                    start.operand(Precedence::LazyOr, false).to_tokens(inner);
                    punctuation("..", inner);
                    end.operand(Precedence::LazyOr, false).to_tokens(inner);
                });
            }
            Self::Field(a, name) => {
                a.base().to_tokens(tokens);
                punctuation(".", tokens);
                member(name).to_tokens(tokens);
            }
            Self::Atom(atom) | Self::Tokens(atom) => atom.to_tokens(tokens),
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

    fn render_infix(operator: &str, a: &Code, b: &Code, typed: bool, tokens: &mut TokenStream) {
        let level = Precedence::of_infix(operator);
        let (left, typed) = match level {
            Precedence::Comparison => (level.tighter(), !a.is_typed() && !b.is_typed()),
            _ => (level, typed),
        };
        let opens_generics = operator.starts_with('<') && a.ends_with_type();
        let left = if opens_generics { Precedence::Postfix } else { left };
        a.operand(left, typed).to_tokens(tokens);
        punctuation(operator, tokens);
        b.operand(level.tighter(), false).to_tokens(tokens);
    }

    /// `start..end`, with a type in it.
    pub(super) fn range(start: &Code, end: &Code, inclusive: bool) -> TokenStream {
        let typed = !start.is_typed() && !end.is_typed();
        let start = start.operand(Precedence::LazyOr, false);
        let end = end.operand(Precedence::LazyOr, typed);
        if inclusive { quote!(#start..=#end) } else { quote!(#start..#end) }
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
        identifier(name).to_token_stream()
    }
}

/// The literal of these digits. `Literal::from_str` would ask the compiler to parse them.
fn number(digits: &str) -> Option<Literal> {
    if let Ok(integer) = digits.parse::<u128>() {
        return Some(Literal::u128_unsuffixed(integer));
    }
    match digits.parse::<f64>() {
        // Exponents are kept as they are.
        Ok(float) if float.is_finite() && !digits.contains('e') => {
            Some(Literal::f64_unsuffixed(float))
        }
        _ => Literal::from_str(digits).ok(),
    }
}

/// Writes an operator.
pub(super) fn punctuation(operator: &str, tokens: &mut TokenStream) {
    let mut characters = operator.chars().peekable();
    while let Some(character) = characters.next() {
        let spacing = if characters.peek().is_some() { Spacing::Joint } else { Spacing::Alone };
        tokens.append(Punct::new(character, spacing));
    }
}

/// Writes a keyword or the name of something in std.
pub(super) fn word(word: &str, tokens: &mut TokenStream) {
    tokens.append(Ident::new(word, Span::call_site()));
}

/// Writes a delimited group.
fn group(delimiter: Delimiter, tokens: &mut TokenStream, write: &dyn Fn(&mut TokenStream)) {
    let mut inner = TokenStream::new();
    write(&mut inner);
    tokens.append(Group::new(delimiter, inner));
}

/// Writes `a, b, c`. `typed`: a literal in the first must tell the type.
fn list(elements: &[Code], typed: bool, tokens: &mut TokenStream) {
    for (position, element) in elements.iter().enumerate() {
        if position > 0 {
            punctuation(",", tokens);
        }
        element.render(typed && position == 0, tokens);
    }
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
                            return Some(quote_spanned!(crate::edition::root()=> ::core::$ty::consts::$name));
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
