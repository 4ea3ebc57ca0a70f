//! Places and contents: slots are trees of data, a place is a walk into one.

use super::execute::Frame;
use super::world::mixed;
use super::{Datum, Number, Trap};
use crate::ir::{Aggregate, Place, Projection, Transfer};
use crate::types::{Length, Type};

/// What a place denotes: a datum, or a run of elements of a list.
pub(super) struct View<'d, N> {
    datum: &'d mut Datum<N>,
    window: Option<(usize, usize)>,
    /// Whether it is made up: a part of an opaque thing.
    made_up: bool,
}

impl<'d, N: Number> View<'d, N> {
    /// The one datum; a run of elements is none.
    pub(super) fn whole(self) -> Result<&'d mut Datum<N>, Trap> {
        if self.made_up {
            return Err(Trap::Unsupported("writes to an opaque thing".to_owned()));
        }
        match self.window {
            None => Ok(self.datum),
            Some(_) => Err(Trap::Broken("a slice where one value is expected".to_owned())),
        }
    }

    /// The elements.
    pub(super) fn elements(self) -> Result<&'d mut [Datum<N>], Trap> {
        let elements = self.datum.elements_mut()?;
        match self.window {
            None => Ok(elements),
            Some((start, end)) => elements
                .get_mut(start..end)
                .ok_or_else(|| Trap::Broken("a slice that outlived its elements".to_owned())),
        }
    }

    /// A copy of what is there.
    pub(super) fn copied(self) -> Result<Datum<N>, Trap> {
        match self.window {
            None => Ok(self.datum.clone()),
            Some(_) => Ok(Datum::List(self.elements()?.to_vec())),
        }
    }

    /// Overwrites what is there; a slice keeps its length.
    fn overwrite(self, content: Datum<N>, slice: bool) -> Result<(), Trap> {
        if self.made_up {
            return Err(Trap::Unsupported("writes to an opaque thing".to_owned()));
        }
        if self.window.is_none() && !slice {
            *self.datum = content;
            return Ok(());
        }
        let elements = self.elements()?;
        let Datum::List(content) = content else {
            return Err(Trap::Broken("a slice is filled with one value".to_owned()));
        };
        if content.len() != elements.len() {
            return Err(Trap::Slice);
        }
        for (element, content) in elements.iter_mut().zip(content) {
            *element = content;
        }
        Ok(())
    }
}

impl<N: Number> Frame<'_, N> {
    /// Walks to a place, with the checks that Rust makes on the way.
    pub(super) fn view(&mut self, place: &Place) -> Result<View<'_, N>, Trap> {
        let Frame { slots, values, part, .. } = self;
        let index_of = |id: crate::ir::ValueId| match values.get(id.0 as usize) {
            Some(Some(datum)) => datum.integer().map(|index| index as usize),
            _ => Err(Trap::Broken(format!("value {} is not set", id.0))),
        };
        let mut view = View {
            datum: slots
                .get_mut(place.root.0 as usize)
                .ok_or_else(|| Trap::Broken(format!("there is no slot {}", place.root.0)))?,
            window: None,
            made_up: false,
        };
        for (position, projection) in place.path.iter().enumerate() {
            if let (Datum::Opaque(identity), None) = (&*view.datum, view.window) {
                // All that is inside of it is opaque, too.
                let mut identity = *identity;
                for projection in &place.path[position..] {
                    identity = match projection {
                        Projection::Index { index, .. } => mixed(&(identity, index_of(*index)?)),
                        Projection::Field(name) => mixed(&(identity, name)),
                        Projection::Range { .. } => {
                            return Err(Trap::Unsupported("a slice of an opaque thing".to_owned()));
                        }
                    };
                }
                *part = Datum::Opaque(identity);
                return Ok(View { datum: part, window: None, made_up: true });
            }
            view = match projection {
                Projection::Index { index, proven } => {
                    let index = index_of(*index)?;
                    let elements = view.elements()?;
                    let length = elements.len();
                    match elements.get_mut(index) {
                        Some(datum) => View { datum, window: None, made_up: false },
                        None => {
                            let trap = Trap::IndexOutOfBounds { index, length };
                            return Err(unless_proven(trap, *proven));
                        }
                    }
                }
                Projection::Range { start, end, proven } => {
                    let (start, end) = (index_of(*start)?, index_of(*end)?);
                    let (offset, length) = match view.window {
                        None => (0, view.datum.elements()?.len()),
                        Some((start, end)) => (start, end - start),
                    };
                    if start > end || end > length {
                        return Err(unless_proven(Trap::Slice, *proven));
                    }
                    let window = Some((offset + start, offset + end));
                    View { datum: view.datum, window, made_up: false }
                }
                Projection::Field(name) => {
                    let datum = match view.whole()? {
                        Datum::Tuple(elements) => {
                            name.parse::<usize>().ok().and_then(|k| elements.get_mut(k))
                        }
                        Datum::Struct(fields) => fields
                            .iter_mut()
                            .find(|(field, _)| field == name)
                            .map(|(_, datum)| datum),
                        Datum::Nothing => {
                            return Err(Trap::Unsupported(format!("field `{name}`")));
                        }
                        _ => None,
                    };
                    let missing = || Trap::Broken(format!("there is no field `{name}`"));
                    View { datum: datum.ok_or_else(missing)?, window: None, made_up: false }
                }
            };
        }
        Ok(view)
    }

    /// How many elements there are at a place.
    pub(super) fn length_at(&mut self, place: &Place) -> Result<usize, Trap> {
        let view = self.view(place)?;
        match (&*view.datum, view.window) {
            (Datum::Opaque(_), None) => Ok(self.world("a length")?.length),
            _ => Ok(view.elements()?.len()),
        }
    }

    /// The scalar at a place; where that is opaque, which one it is.
    pub(super) fn load(&mut self, place: &Place) -> Result<Datum<N>, Trap> {
        let view = self.view(place)?;
        if let (Datum::Opaque(identity), None) = (&*view.datum, view.window) {
            return Ok(Datum::Opaque(*identity));
        }
        match view.whole()? {
            Datum::Float(value) => Ok(Datum::Float(*value)),
            Datum::Integer(value) => Ok(Datum::Integer(*value)),
            Datum::Bool(value) => Ok(Datum::Bool(*value)),
            Datum::Nothing => Err(Trap::Broken("reads what is not set or opaque".to_owned())),
            other => Err(Trap::Broken(format!("loads {other:?}"))),
        }
    }

    /// Overwrites what is at a place.
    pub(super) fn assign(&mut self, place: &Place, content: Datum<N>) -> Result<(), Trap> {
        let ty = self.function.place_type(place);
        let slice = ty.is_some_and(|ty| matches!(ty.referent(), Type::Slice(_)));
        self.view(place)?.overwrite(content, slice)
    }

    /// Exchanges what is at two places.
    pub(super) fn swap(&mut self, a: &Place, b: &Place) -> Result<(), Trap> {
        if a.path.is_empty() && b.path.is_empty() {
            let (a, b) = (a.root.0 as usize, b.root.0 as usize);
            return match a.max(b) < self.slots.len() {
                true => {
                    self.slots.swap(a, b);
                    Ok(())
                }
                false => Err(Trap::Broken("a swap of a missing slot".to_owned())),
            };
        }
        // Both are looked at before either changes: they may be the same place.
        let from_a = self.view(a)?.copied()?;
        let from_b = self.view(b)?.copied()?;
        self.assign(a, from_b)?;
        self.assign(b, from_a)
    }

    /// Builds a content.
    pub(super) fn content(&mut self, content: &Aggregate) -> Result<Datum<N>, Trap> {
        Ok(match content {
            Aggregate::Unit => Datum::Unit,
            Aggregate::Value(value) => self.value(*value)?.clone(),
            Aggregate::Place(place, transfer) => match transfer {
                Transfer::Copy | Transfer::Clone => self.view(place)?.copied()?,
                // As in Rust, what is `Copy` stays.
                Transfer::Move
                    if self.function.place_type(place).is_some_and(|ty| ty.is_copy()) =>
                {
                    self.view(place)?.copied()?
                }
                Transfer::Move => {
                    let view = self.view(place)?;
                    // It may be `Copy`.
                    if let (Datum::Opaque(identity), None) = (&*view.datum, view.window) {
                        return Ok(Datum::Opaque(*identity));
                    }
                    std::mem::replace(view.whole()?, Datum::Nothing)
                }
                Transfer::Take => {
                    let ty = self.function.place_type(place);
                    let empty = Datum::default_of(ty.as_ref().unwrap_or(&Type::Opaque(None)))?;
                    std::mem::replace(self.view(place)?.whole()?, empty)
                }
            },
            Aggregate::Reference { place, .. } => self.view(place)?.copied()?,
            Aggregate::Tuple(elements) => Datum::Tuple(self.contents(elements)?),
            Aggregate::Struct(_, fields) => {
                let mut data = Vec::with_capacity(fields.len());
                for (name, content) in fields {
                    data.push((name.clone(), self.content(content)?));
                }
                Datum::Struct(data)
            }
            Aggregate::Array(elements) | Aggregate::Vec(elements) => {
                Datum::List(self.contents(elements)?)
            }
            Aggregate::ArrayRepeat(element, length) => match length {
                Length::Literal(length) => {
                    Datum::List(vec![self.content(element)?; *length as usize])
                }
                Length::Expression(text) => {
                    let length = self.length(text)?;
                    Datum::List(vec![self.content(element)?; length])
                }
            },
            Aggregate::VecRepeat(element, length) => {
                let element = self.content(element)?;
                Datum::List(vec![element; self.length_value(*length)?])
            }
            Aggregate::VecWithCapacity(length) => {
                self.length_value(*length)?;
                Datum::List(vec![])
            }
            Aggregate::ZerosLike(place) => self.view(place)?.copied()?.zeros_like(),
            Aggregate::Stack => Datum::List(vec![]),
            Aggregate::RestoredStack => self.restore()?,
            Aggregate::Deferred => Datum::Nothing,
        })
    }

    fn contents(&mut self, contents: &[Aggregate]) -> Result<Vec<Datum<N>>, Trap> {
        contents.iter().map(|content| self.content(content)).collect()
    }

    /// A length to allocate; absurd ones are a panic here and an abort there.
    pub(super) fn length_value(&self, value: crate::ir::ValueId) -> Result<usize, Trap> {
        let length = self.value(value)?.integer()? as usize;
        match length > 1 << 32 {
            true => Err(Trap::Panic("capacity overflow".to_owned())),
            false => Ok(length),
        }
    }
}

fn unless_proven(trap: Trap, proven: bool) -> Trap {
    match proven {
        true => Trap::Broken(format!("taken as proven: no {trap:?}")),
        false => trap,
    }
}
