//! Signatures as text.
//!
//! The rows of [`super::table`] are written like Rust: `"chunks(&self, usize) -> Iter<&[T]>"`. In them
//! `Self` is the receiver without references, `T` the element or item type, `E` the error type, `N` the receiver's
//! array length, `A`, `B` and `C` are new unknowns, `F` is a new float type, `Unsigned` is the unsigned integer of the
//! receiver's size, `Iter<X>` an iterator, `Each<X>` anything to iterate over, `fn(X) -> Y` something
//! to call, `Any` an argument that is not looked at or a result that cannot be seen, and other names are types that hold no floats.

use super::unify::{Kind, Variables};
use crate::types::{Holds, IntegerType, Length, OpaqueType, Type};

/// A parameter of a known signature.
#[derive(Clone, Debug)]
pub(super) enum Expected {
    /// A value of this type.
    Value(Type),
    /// Something to iterate over, with this item type.
    Each(Type),
    /// Something to call, with these parameter types and this result.
    Function(Vec<Type>, Type),
    /// Anything.
    Any,
}

/// A known signature, for one use of it.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    /// Parameters after the receiver.
    pub(super) parameters: Vec<Expected>,
    /// The receiver as the method takes it; `None` for a function without receiver.
    pub(super) receiver: Option<Type>,
    /// The result.
    pub(super) result: Type,
}

/// What the letters mean in one use of a signature.
pub(super) struct Scope<'a> {
    pub(super) variables: &'a mut Variables,
    pub(super) receiver: Type,
    pub(super) element: Type,
    error: Option<Type>,
    pub(super) length: Length,
    unknowns: [Option<Type>; 3],
    float: Option<Type>,
}

impl<'a> Scope<'a> {
    /// The letters for a receiver.
    pub(super) fn new(variables: &'a mut Variables, receiver: &Type) -> Self {
        let length = match receiver {
            Type::Array(_, length) => length.clone(),
            _ => Length::Literal(0),
        };
        let element = match receiver {
            Type::Array(inner, _)
            | Type::Slice(inner)
            | Type::Vec(inner)
            | Type::Option(inner)
            | Type::Iterator(inner)
            | Type::Range(inner)
            | Type::Result(inner, _) => (**inner).clone(),
            other => other.clone(),
        };
        let error = match receiver {
            Type::Result(_, error) => Some((**error).clone()),
            _ => None,
        };
        let unknowns = [None, None, None];
        Self {
            variables,
            receiver: receiver.clone(),
            element,
            error,
            length,
            unknowns,
            float: None,
        }
    }
}

/// The row of this name.
pub(super) fn row(table: &[&'static str], name: &str) -> Option<&'static str> {
    table
        .iter()
        .copied()
        .find(|row| row.strip_prefix(name).is_some_and(|rest| rest.starts_with('(')))
}

/// Reads a row. `None` if it is not well formed; a test reads every row.
pub(super) fn read(row: &str, scope: &mut Scope<'_>) -> Option<Signature> {
    let open = row.find('(')?;
    let mut reader = Reader { rest: row[open..].trim() };
    let mut receiver = None;
    let mut parameters = Vec::new();
    reader.eat("(")?;
    while reader.eat(")").is_none() {
        let (this, self_type) = reader.receiver(scope);
        if this {
            receiver = self_type;
        } else {
            parameters.push(reader.expected(scope)?);
        }
        reader.eat(",");
    }
    let result = match reader.eat("->") {
        Some(()) => reader.ty(scope)?,
        None => Type::Unit,
    };
    reader.rest.is_empty().then_some(Signature { parameters, receiver, result })
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn eat(&mut self, token: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(token)?.trim_start();
        Some(())
    }

    fn word(&mut self) -> Option<&str> {
        let end = self.rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        (!word.is_empty()).then_some(word)
    }

    /// `self`, `&self` or `&mut self`, and its type.
    fn receiver(&mut self, scope: &Scope<'_>) -> (bool, Option<Type>) {
        let own = scope.receiver.clone();
        for (text, ty) in [
            ("self", own.clone()),
            ("&self", Type::Reference { mutable: false, to: Box::new(own.clone()) }),
            ("&mut self", Type::Reference { mutable: true, to: Box::new(own) }),
        ] {
            if self.eat(text).is_some() {
                return (true, Some(ty));
            }
        }
        (false, None)
    }

    fn expected(&mut self, scope: &mut Scope<'_>) -> Option<Expected> {
        if self.eat("fn(").is_some() {
            let mut parameters = Vec::new();
            while self.eat(")").is_none() {
                parameters.push(self.ty(scope)?);
                self.eat(",");
            }
            let result = match self.eat("->") {
                Some(()) => self.ty(scope)?,
                None => Type::Unit,
            };
            return Some(Expected::Function(parameters, result));
        }
        if self.eat("Each<").is_some() {
            let item = self.ty(scope)?;
            self.eat(">")?;
            return Some(Expected::Each(item));
        }
        if self.eat("Any").is_some() {
            return Some(Expected::Any);
        }
        Some(Expected::Value(self.ty(scope)?))
    }

    fn ty(&mut self, scope: &mut Scope<'_>) -> Option<Type> {
        if self.eat("&").is_some() {
            let mutable = self.eat("mut ").is_some();
            return Some(Type::Reference { mutable, to: Box::new(self.ty(scope)?) });
        }
        if self.eat("(").is_some() {
            let mut elements = Vec::new();
            while self.eat(")").is_none() {
                elements.push(self.ty(scope)?);
                self.eat(",");
            }
            return Some(if elements.is_empty() { Type::Unit } else { Type::Tuple(elements) });
        }
        if self.eat("[").is_some() {
            let element = Box::new(self.ty(scope)?);
            let array = self.eat("; N").is_some();
            self.eat("]")?;
            return Some(match array {
                true => Type::Array(element, scope.length.clone()),
                false => Type::Slice(element),
            });
        }
        let word = self.word()?.to_string();
        if self.eat("<").is_some() {
            let inner = Box::new(self.ty(scope)?);
            if word == "Result" {
                self.eat(",")?;
                let error = Box::new(self.ty(scope)?);
                self.eat(">")?;
                return Some(Type::Result(inner, error));
            }
            self.eat(">")?;
            return match word.as_str() {
                "Vec" => Some(Type::Vec(inner)),
                "Option" => Some(Type::Option(inner)),
                "Iter" => Some(Type::Iterator(inner)),
                "Range" => Some(Type::Range(inner)),
                _ => None,
            };
        }
        Some(named(&word, scope))
    }
}

fn named(word: &str, scope: &mut Scope<'_>) -> Type {
    if let Some(ty) = crate::known::primitive(word) {
        return ty;
    }
    match word {
        "Self" => scope.receiver.clone(),
        "T" => scope.element.clone(),
        "E" => scope.error.clone().unwrap_or_else(|| scope.variables.fresh_opaque()),
        "Unsigned" => unsigned(&scope.receiver),
        "Any" => scope.variables.fresh_opaque(),
        "F" => scope.float.get_or_insert_with(|| scope.variables.fresh(Kind::Float)).clone(),
        "A" | "B" | "C" => {
            let index = usize::from(word.as_bytes()[0] - b'A');
            let unknown = scope.unknowns[index].clone();
            unknown.unwrap_or_else(|| {
                let fresh = scope.variables.fresh(Kind::Any);
                scope.unknowns[index] = Some(fresh.clone());
                fresh
            })
        }
        _ => passive(word),
    }
}

/// A type of std that holds no floats.
pub(super) fn passive(name: &str) -> Type {
    let path = match name {
        "Ordering" => "::core::cmp::Ordering",
        "FpCategory" => "::core::num::FpCategory",
        "String" => "::std::string::String",
        _ => name,
    };
    let tokens = path.parse().unwrap_or_default();
    let holds = if name == "String" { Holds::NoFloats } else { Holds::Numbers };
    Type::Opaque(Some(OpaqueType { tokens, text: name.into(), holds }))
}

fn unsigned(ty: &Type) -> Type {
    let Type::Integer(integer) = ty else { return ty.clone() };
    let name = integer.name().replace('i', "u").replace("usuze", "usize");
    let unsigned = if *integer == IntegerType::Isize { "usize" } else { &name };
    IntegerType::from_name(unsigned).map_or_else(|| ty.clone(), Type::Integer)
}
