//! Whether contents, arguments and resizes fit the types that they fill.

use super::super::*;
use super::{Verified, Verifier, compatible, count};

impl Verifier<'_> {
    /// Whether the content can fill something of this type.
    pub(super) fn content(&self, content: &Aggregate, expected: &Type) -> Verified {
        let mismatch = |what: &str| Err(format!("{what} cannot fill `{expected}`"));
        // rustc checks what we cannot.
        if let Type::Opaque(None) = expected {
            return self.well_formed(content);
        }
        match content {
            Aggregate::Unit => match expected {
                Type::Unit => Ok(()),
                _ => mismatch("`()`"),
            },
            Aggregate::Value(value) => self.used_as(*value, expected),
            Aggregate::Place(place, transfer) => {
                let found = self.place(place)?;
                self.transfer(&found, *transfer, expected)
            }
            Aggregate::Reference { place, mutable } => {
                let found = self.place(place)?;
                match expected {
                    Type::Reference { mutable: wanted, to } => {
                        if *wanted && !mutable {
                            return mismatch("`&`");
                        }
                        match borrows_as(&found, to) {
                            true => Ok(()),
                            false => mismatch(&format!("a reference to `{found}`")),
                        }
                    }
                    _ => mismatch("a reference"),
                }
            }
            Aggregate::Tuple(elements) => match expected {
                Type::Tuple(types) => {
                    count("tuple elements", elements.len(), types.len())?;
                    elements.iter().zip(types).try_for_each(|(e, ty)| self.content(e, ty))
                }
                _ => mismatch("a tuple"),
            },
            Aggregate::Struct(definition, fields) => {
                if !compatible(&Type::Struct(definition.clone()), expected) {
                    return mismatch(&format!("`{}`", definition.name));
                }
                count("fields", fields.len(), definition.fields.len())?;
                for (name, ty) in &definition.fields {
                    match fields.iter().find(|(field, _)| field == name) {
                        Some((_, content)) => self.content(content, ty)?,
                        None => return Err(format!("field `{name}` is missing")),
                    }
                }
                Ok(())
            }
            Aggregate::Array(elements) => match expected {
                Type::Array(ty, length) => {
                    if let Length::Literal(length) = length {
                        count("array elements", elements.len(), *length as usize)?;
                    }
                    elements.iter().try_for_each(|element| self.content(element, ty))
                }
                _ => mismatch("an array"),
            },
            Aggregate::ArrayRepeat(element, length) => match expected {
                Type::Array(ty, expected) => match length == expected {
                    true => self.content(element, ty),
                    false => Err(format!("an array of length {length}, expected {expected}")),
                },
                _ => mismatch("an array"),
            },
            Aggregate::Vec(elements) => match expected {
                Type::Vec(ty) => elements.iter().try_for_each(|element| self.content(element, ty)),
                _ => mismatch("a Vec"),
            },
            Aggregate::VecRepeat(element, length) => match expected {
                Type::Vec(ty) => {
                    self.used_as(*length, &Type::USIZE)?;
                    self.content(element, ty)
                }
                _ => mismatch("a Vec"),
            },
            Aggregate::VecWithCapacity(length) => match expected {
                Type::Vec(_) => self.used_as(*length, &Type::USIZE),
                _ => mismatch("a Vec"),
            },
            Aggregate::ZerosLike(place) => {
                let found = self.place(place)?;
                match is_gradient(expected, &found) {
                    true => Ok(()),
                    false => mismatch(&format!("the gradient of `{found}`")),
                }
            }
            Aggregate::RestoredStack if matches!(expected, Type::Array(..)) => Ok(()),
            Aggregate::Stack | Aggregate::RestoredStack => match expected {
                Type::Vec(_) => Ok(()),
                _ => mismatch("a stack"),
            },
            Aggregate::Deferred => Err("only a definition can be deferred".to_owned()),
        }
    }

    /// Whether what is at a place of one type can fill another in this way.
    fn transfer(&self, found: &Type, transfer: Transfer, expected: &Type) -> Verified {
        let fits = match (transfer, expected) {
            // `to_vec`, also of arrays.
            (Transfer::Clone, Type::Vec(element)) => {
                found.element().is_some_and(|found| compatible(found, element))
                    || compatible(found, expected)
            }
            // `copy_from_slice`, `clone_from_slice`: the lengths are compared when it runs.
            (Transfer::Copy | Transfer::Clone, Type::Slice(element)) => {
                found.element().is_some_and(|found| compatible(found, element))
            }
            _ => compatible(found, expected),
        };
        if !fits {
            return Err(format!("a place of type `{found}` cannot fill `{expected}`"));
        }
        let passive =
            matches!(found, Type::Opaque(_) | Type::Option(_) | Type::Result(..) | Type::Struct(_));
        // Whether a struct is `Copy` is rustc's to say.
        let copied = !found.owns_memory() || passive || matches!(expected, Type::Slice(_));
        match transfer == Transfer::Copy && !copied {
            true => Err(format!("`{found}` is not `Copy`")),
            false => Ok(()),
        }
    }

    /// Values and places of a content whose type is not known.
    fn well_formed(&self, content: &Aggregate) -> Verified {
        let mut places = Vec::new();
        content.places(&mut places);
        places.into_iter().try_for_each(|place| self.place(place).map(|_| ()))?;
        let mut result = Ok(());
        content.for_each_operand(&mut |value| {
            if result.is_ok() {
                result = self.used(*value).map(|_| ());
            }
        });
        result
    }

    pub(super) fn argument(&self, argument: &Argument) -> Verified {
        match argument {
            Argument::Value(content) => self.well_formed(content),
            Argument::Shared(place) | Argument::Mutable(place) | Argument::Place(place) => {
                self.place(place).map(|_| ())
            }
        }
    }

    pub(super) fn pieces(&self, pieces: &[Piece]) -> Verified {
        let mut arguments = pieces.iter().flat_map(Piece::arguments);
        arguments.try_for_each(|argument| self.argument(argument))
    }

    /// The element type of the `Vec` at a place.
    pub(super) fn vector(&self, place: &Place) -> Verified<Type> {
        match self.place(place)? {
            Type::Vec(element) => Ok(*element),
            Type::Opaque(_) => Ok(Type::Opaque(None)),
            ty => Err(format!("the place has type `{ty}` and is no Vec")),
        }
    }

    pub(super) fn resize(&self, place: &Place, kind: &ResizeKind) -> Verified {
        let element = self.vector(place)?;
        match kind {
            ResizeKind::Clear | ResizeKind::Pop => Ok(()),
            ResizeKind::Truncate(length) | ResizeKind::Reserve(length) => {
                self.used_as(*length, &Type::USIZE)
            }
            ResizeKind::Resize(length, content) => {
                self.used_as(*length, &Type::USIZE)?;
                self.content(content, &element)
            }
            ResizeKind::ExtendFrom(source) => self.same(&self.list(source)?, &element),
        }
    }
}

/// Whether a reference to the first is one to the second after rustc's coercions.
fn borrows_as(found: &Type, to: &Type) -> bool {
    compatible(found, to)
        || match (to, found.element()) {
            (Type::Slice(wanted), Some(element)) => compatible(element, wanted),
            _ => false,
        }
}

/// Whether the first is the gradient type of the second: arrays and `Vec`s element by element, a
/// slice's is a `Vec`. A struct's tangent is checked by rustc.
fn is_gradient(gradient: &Type, of: &Type) -> bool {
    match (gradient, of) {
        (Type::Array(a, n), Type::Array(b, m)) => n == m && is_gradient(a, b),
        (Type::Vec(a) | Type::Slice(a), Type::Slice(b) | Type::Vec(b)) => is_gradient(a, b),
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_gradient(a, b))
        }
        (_, Type::Reference { to, .. }) => is_gradient(gradient, to),
        (Type::Unit, of) => !of.holds_floats(),
        (_, Type::Struct(_) | Type::Opaque(_)) | (Type::Opaque(None), _) => true,
        _ => compatible(gradient, of),
    }
}
