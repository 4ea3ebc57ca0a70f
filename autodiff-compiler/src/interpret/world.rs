//! What a program finds outside of itself: values for what the interpreter does not look into.
//!
//! Opaque tokens, fields of opaque things and `match` on them get values that are made up from their text
//! and from what they are given, by hashing: the same every time, whoever asks. So a pass may move, repeat
//! or drop them as it may in Rust, and a comparison of two programs still means something; that the values
//! are not those of Rust does not matter to it, because no pass knows those either. Constants of the file
//! are what they are, where it says so in a literal; the length of an array parameter says what its const
//! parameter is.
//!
//! Tokens that write to what they are given are not made up: [`super::Trap::Unsupported`].

use super::execute::Frame;
use super::{Datum, Number, Real, Trap};
use crate::ir::{Argument, Function, MatchArm, Opaque, Piece, ValueId};
use crate::types::{Length, StructType, Type};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

/// Values for what is not looked into.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Another seed, another world.
    pub seed: u64,
    /// The length of every list that is made up.
    pub length: usize,
    /// Whether all floats that are made up are positive.
    pub positive: bool,
    /// Constants, by the last segment of their path.
    pub constants: HashMap<String, Datum<Real>>,
}

impl World {
    /// A value of a type for a thing of some identity.
    pub fn datum<N: Number>(&self, ty: &Type, identity: u64) -> Datum<N> {
        let random = mixed(&(self.seed, identity));
        let part = |k: usize| mixed(&(identity, k));
        match ty {
            Type::Unit => Datum::Unit,
            Type::Bool => Datum::Bool(random.is_multiple_of(2)),
            // Small: an index, a power, a number of rounds.
            Type::Integer(_) => Datum::Integer((random % 4).into()),
            Type::Float(ty) => {
                let magnitude = (1 + random % 997) as f64 / 512.0;
                let negative = !self.positive && random >> 62 == 0;
                let value = if negative { -magnitude } else { magnitude };
                Datum::Float(N::constant(Real::of_type(value, ty)))
            }
            Type::Tuple(types) => {
                let parts = types.iter().enumerate();
                Datum::Tuple(parts.map(|(k, ty)| self.datum(ty, part(k))).collect())
            }
            Type::Array(element, length) => {
                let length = match length {
                    Length::Literal(length) => *length as usize,
                    Length::Expression(text) => self.length_of(text),
                };
                Datum::List((0..length).map(|k| self.datum(element, part(k))).collect())
            }
            Type::Slice(element) | Type::Vec(element) => {
                Datum::List((0..self.length).map(|k| self.datum(element, part(k))).collect())
            }
            Type::Reference { to, .. } => self.datum(to, identity),
            Type::Struct(definition) => {
                let StructType { fields, .. } = &**definition;
                let fields = fields.iter().enumerate();
                Datum::Struct(
                    fields.map(|(k, (name, ty))| (name.clone(), self.datum(ty, part(k)))).collect(),
                )
            }
            _ => Datum::Opaque(identity),
        }
    }

    /// Arguments for a function.
    pub fn arguments<N: Number>(&self, function: &Function) -> Vec<Datum<N>> {
        let parameters = function.parameters.iter().enumerate();
        parameters
            .map(|(k, parameter)| self.datum(&parameter.ty, mixed(&("argument", k))))
            .collect()
    }

    /// The constant of a path, if the file says what it is and it is of the type.
    fn constant<N: Number>(&self, path: &str, ty: &Type) -> Option<Datum<N>> {
        let name = path.rsplit("::").next().unwrap_or(path).trim();
        of_type(self.constants.get(name)?, ty)
    }

    /// The length of an array that is written as an expression.
    fn length_of(&self, text: &str) -> usize {
        let sum: Option<i128> = text.split('+').map(|term| self.term(term)).sum();
        match sum {
            Some(length) => length as usize,
            None => self.length,
        }
    }

    fn term(&self, text: &str) -> Option<i128> {
        let text = text.trim();
        text.parse().ok().or_else(|| self.constant::<Real>(text, &Type::USIZE)?.integer().ok())
    }
}

/// A literal as a value of a type, if it is one.
fn of_type<N: Number>(literal: &Datum<Real>, ty: &Type) -> Option<Datum<N>> {
    Some(match (literal, ty.referent()) {
        (Datum::Float(value), Type::Float(ty)) => {
            Datum::Float(N::constant(Real::of_type(value.to_f64(), ty)))
        }
        (Datum::Integer(value), Type::Integer(_)) => Datum::Integer(*value),
        (Datum::Bool(value), Type::Bool) => Datum::Bool(*value),
        (Datum::List(parts), Type::Array(element, _) | Type::Slice(element)) => {
            Datum::List(parts.iter().map(|part| of_type(part, element)).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// The identity of something by what it is made of.
pub(super) fn mixed(parts: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}

/// Notes what a thing is for [`mixed`].
fn describe<N: Number>(datum: &Datum<N>, hasher: &mut DefaultHasher) {
    match datum {
        Datum::Unit | Datum::Nothing => 0.hash(hasher),
        Datum::Float(value) => match value.primal() {
            Real::Single(value) if value.is_nan() => 1.hash(hasher),
            Real::Double(value) if value.is_nan() => 1.hash(hasher),
            Real::Single(value) => value.to_bits().hash(hasher),
            Real::Double(value) => value.to_bits().hash(hasher),
        },
        Datum::Integer(value) => value.hash(hasher),
        Datum::Bool(value) => value.hash(hasher),
        Datum::List(parts) | Datum::Tuple(parts) => {
            parts.len().hash(hasher);
            parts.iter().for_each(|part| describe(part, hasher));
        }
        Datum::Struct(fields) => fields.iter().for_each(|(_, field)| describe(field, hasher)),
        Datum::Opaque(identity) => identity.hash(hasher),
    }
}

/// Const parameters, as the arguments tell them.
pub(super) fn lengths<N>(function: &Function, arguments: &[Datum<N>]) -> HashMap<Rc<str>, usize> {
    fn learn<N>(ty: &Type, datum: &Datum<N>, found: &mut HashMap<Rc<str>, usize>) {
        match (ty.referent(), datum) {
            (Type::Array(element, length), Datum::List(elements)) => {
                if let Length::Expression(text) = length {
                    found.insert(text.clone(), elements.len());
                }
                elements.iter().take(1).for_each(|datum| learn(element, datum, found));
            }
            (Type::Slice(element) | Type::Vec(element), Datum::List(elements)) => {
                elements.iter().take(1).for_each(|datum| learn(element, datum, found));
            }
            (Type::Tuple(types), Datum::Tuple(parts)) => {
                types.iter().zip(parts).for_each(|(ty, part)| learn(ty, part, found));
            }
            (Type::Struct(definition), Datum::Struct(parts)) => {
                let parts = definition.fields.iter().zip(parts);
                parts.for_each(|((_, ty), (_, part))| learn(ty, part, found));
            }
            _ => {}
        }
    }
    let mut found = HashMap::new();
    for (parameter, argument) in function.parameters.iter().zip(arguments) {
        learn(&parameter.ty, argument, &mut found);
    }
    found
}

impl<N: Number> Frame<'_, N> {
    /// The world, where one is made up.
    pub(super) fn world(&self, what: &str) -> Result<&World, Trap> {
        self.interpreter.world.ok_or_else(|| Trap::Unsupported(what.to_owned()))
    }

    /// The length of an array as it is written in a type.
    pub(super) fn length(&self, text: &Rc<str>) -> Result<usize, Trap> {
        let world = self.world(&format!("the length {text}"))?;
        Ok(self.lengths.get(text).copied().unwrap_or_else(|| world.length_of(text)))
    }

    /// What opaque tokens give.
    pub(super) fn opaque(
        &mut self,
        opaque: &Opaque,
        results: &[ValueId],
    ) -> Result<Vec<Datum<N>>, Trap> {
        self.world("opaque tokens")?;
        let mut hasher = DefaultHasher::new();
        self.pieces(&opaque.pieces, &mut hasher)?;
        let identity = hasher.finish();
        let path = match &opaque.pieces[..] {
            [Piece::Tokens(path)] => path.to_string().replace(' ', ""),
            _ => String::new(),
        };
        if let Some(slot) = opaque.result_slot {
            let datum = self.constant_or_made_up(&path, &self.function.slot(slot).ty, identity)?;
            self.slots[slot.0 as usize] = datum;
        }
        let made = results
            .iter()
            .map(|result| self.constant_or_made_up(&path, self.ty(*result), identity));
        made.collect()
    }

    fn constant_or_made_up(&self, path: &str, ty: &Type, identity: u64) -> Result<Datum<N>, Trap> {
        if let (Some(length), true) = (self.lengths.get(path), ty.is_integer()) {
            return Ok(Datum::from(*length));
        }
        match self.world("opaque tokens")?.constant(path, ty) {
            Some(constant) => Ok(constant),
            None => self.made_up(ty, identity),
        }
    }

    /// A value of a type, with the lengths that are known here.
    pub(super) fn made_up(&self, ty: &Type, identity: u64) -> Result<Datum<N>, Trap> {
        if let Type::Never = ty {
            return Err(Trap::Unsupported("opaque tokens that do not return".to_owned()));
        }
        Ok(self.world("opaque tokens")?.datum(ty, identity))
    }

    fn pieces(&mut self, pieces: &[Piece], hasher: &mut DefaultHasher) -> Result<(), Trap> {
        for piece in pieces {
            match piece {
                Piece::Tokens(tokens) => tokens.to_string().hash(hasher),
                Piece::Group(_, pieces) => self.pieces(pieces, hasher)?,
                Piece::Argument(argument) => describe(&self.looked_at(argument)?, hasher),
            }
        }
        Ok(())
    }

    /// What tokens are given.
    fn looked_at(&mut self, argument: &Argument) -> Result<Datum<N>, Trap> {
        match argument {
            Argument::Value(content) => self.content(content),
            Argument::Shared(place) | Argument::Place(place) => self.view(place)?.copied(),
            Argument::Mutable(_) => Err(Trap::Unsupported("opaque tokens that write".to_owned())),
        }
    }

    /// Takes one arm of a `match` on tokens, the same for the same thing.
    pub(super) fn matched(
        &mut self,
        scrutinee: &Argument,
        arms: &[MatchArm],
    ) -> Result<Vec<Datum<N>>, Trap> {
        let seed = self.world("match on tokens")?.seed;
        let mut hasher = DefaultHasher::new();
        describe(&self.looked_at(scrutinee)?, &mut hasher);
        let identity = hasher.finish();
        let count = arms.len() as u64;
        let first = (mixed(&(identity, seed, "arm")) % count.max(1)) as usize;
        let mut last = None;
        for position in (0..arms.len()).map(|k| (first + k) % arms.len()) {
            let arm = &arms[position];
            for (name, value) in &arm.bindings {
                let datum = self.made_up(self.ty(*value), mixed(&(identity, position, name)))?;
                self.set(*value, datum)?;
            }
            let taken = match &arm.guard {
                None => true,
                Some(guard) => match self.region(guard)?.first() {
                    Some(condition) => condition.truth()?,
                    None => return Err(Trap::Broken("a guard without a condition".to_owned())),
                },
            };
            last = Some(arm);
            if taken {
                break;
            }
        }
        match last {
            Some(arm) => self.region(&arm.body),
            None => Err(Trap::Broken("a match without arms".to_owned())),
        }
    }
}
