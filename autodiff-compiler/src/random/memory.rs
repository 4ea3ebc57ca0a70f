//! Random reads, writes and local memory.

use super::{Generator, LONGEST, List};
use crate::ir::operations::{FloatOperation, IntegerOperation};
use crate::ir::sketch::{array, vector};
use crate::ir::{Aggregate, InstructionKind, Place, Projection, ResizeKind, Transfer, ValueId};
use crate::types::{FloatType, Length, Type};

impl Generator<'_> {
    /// An element of a list: by the index of a loop over it, by a number, or by any index that is
    /// brought into bounds (or not, where programs may panic).
    pub(super) fn index_into(&mut self, list: &Place, fixed: Option<u64>) -> Place {
        let around: Vec<_> =
            self.scope.loops.iter().filter(|counted| counted.place == *list).cloned().collect();
        if let (Some(counted), false) = (around.last(), self.choices.chance(15)) {
            // i - before ..= i + after are all in bounds.
            let range = counted.before + counted.after + 1;
            let offset = (self.choices.pick(range) + counted.before) % range;
            let index = match offset.cmp(&counted.before) {
                std::cmp::Ordering::Equal => counted.index,
                std::cmp::Ordering::Less => {
                    let down = self.sketch.usize(counted.before - offset);
                    self.sketch.integer(IntegerOperation::Sub, &[counted.index, down])
                }
                std::cmp::Ordering::Greater => {
                    let up = self.sketch.usize(offset - counted.before);
                    self.sketch.integer(IntegerOperation::Add, &[counted.index, up])
                }
            };
            let proven = offset == counted.before;
            return list.project(Projection::Index { index, proven });
        }
        let index = match fixed {
            Some(length) if !self.choices.chance(50) => {
                let index = self.choices.pick(length as usize);
                self.sketch.usize(index)
            }
            _ => {
                let index = self.index();
                if self.style.panics && self.choices.chance(30) {
                    return list.at(index);
                }
                let length = self.sketch.length(list.clone());
                self.sketch.integer(IntegerOperation::Rem, &[index, length])
            }
        };
        list.at(index)
    }

    fn some_list(&mut self, wanted: impl Fn(&List) -> bool) -> Option<List> {
        let lists: Vec<_> = self.scope.lists.iter().filter(|list| wanted(list)).cloned().collect();
        match lists.len() {
            0 => None,
            count => Some(lists[count - 1 - self.choices.pick(count)].clone()),
        }
    }

    /// The place of one float.
    pub(super) fn cell(&mut self, write: bool) -> Option<Place> {
        let cells: Vec<_> =
            self.scope.cells.iter().filter(|(_, writable)| *writable || !write).cloned().collect();
        if !cells.is_empty() && self.choices.chance(30) {
            return Some(cells[self.choices.pick(cells.len())].0.clone());
        }
        let list = self.some_list(|list| list.writable || !write)?;
        Some(self.index_into(&list.place, list.fixed))
    }

    /// Reads a float.
    pub(super) fn read(&mut self) {
        if let Some(place) = self.cell(false) {
            let value = self.sketch.load(place, Type::F64);
            self.scope.floats.push(value);
        }
    }

    /// Reads a length.
    pub(super) fn read_length(&mut self) {
        if let Some(list) = self.some_list(|_| true) {
            let value = self.sketch.length(list.place);
            self.scope.indices.push(value);
        }
    }

    /// Changes memory in some way.
    pub(super) fn write(&mut self) {
        match self.choices.pick(8) {
            0 | 1 => {
                if let Some(place) = self.cell(true) {
                    let value = self.float();
                    self.sketch.store(place, value);
                }
            }
            2 | 3 => {
                // place op= value
                if let Some(place) = self.cell(true) {
                    let value = self.float();
                    let old = self.sketch.load(place.clone(), Type::F64);
                    use FloatOperation::*;
                    let operation = [Add, Mul, Sub, Max][self.choices.pick(4)];
                    let new = self.sketch.float_operation(operation, &[old, value]);
                    self.sketch.store(place, new);
                }
            }
            4 => {
                if let (Some(a), Some(b)) = (self.cell(true), self.cell(true)) {
                    self.sketch.push(InstructionKind::Swap(a, b), vec![]);
                }
            }
            5 => {
                if let Some(list) = self.some_list(|list| list.writable) {
                    let value = self.float();
                    self.sketch.push(InstructionKind::Fill(list.place, value), vec![]);
                }
            }
            6 => self.whole(),
            _ => {
                if self.longest + self.runs > LONGEST {
                    return;
                }
                // A list that grows under a loop over it stays the loop's list.
                if let Some(list) = self.some_list(|list| list.growable) {
                    let value = self.float();
                    let content = Aggregate::Value(value);
                    self.longest += self.runs;
                    self.sketch.push(InstructionKind::Push(list.place, content), vec![]);
                }
            }
        }
    }

    /// Changes a list as a whole.
    fn whole(&mut self) {
        let Some(to) = self.some_list(|list| list.writable) else { return };
        let fits = |list: &List| match to.fixed {
            Some(length) => list.fixed == Some(length),
            None => to.growable,
        };
        let Some(from) = self.some_list(fits) else { return };
        // Indices of loops over it must stay proven.
        if self.scope.loops.iter().any(|counted| counted.place == to.place) {
            return;
        }
        if !self.style.panics && to.growable && !from.growable && from.fixed.is_none() {
            // A slice has an element; a list that is cleared may have none.
            return;
        }
        let looped = self.scope.loops.iter().any(|counted| counted.place == from.place);
        let swappable =
            from.writable && from.growable == to.growable && from.place != to.place && !looped;
        let whole_roots = from.place.path.is_empty() && to.place.path.is_empty();
        match swappable && whole_roots && self.choices.chance(50) {
            true => {
                self.sketch.push(InstructionKind::Swap(to.place, from.place), vec![]);
            }
            false if from.place.root == to.place.root => {}
            false => {
                let transfer = match to.growable {
                    true => Transfer::Clone,
                    false => Transfer::Copy,
                };
                let content = Aggregate::Place(from.place, transfer);
                self.sketch.push(InstructionKind::Assign(to.place, content), vec![]);
            }
        }
    }

    /// A local array or `Vec`.
    pub(super) fn local(&mut self) {
        let value = self.float();
        let scalar = Aggregate::Value(value);
        let name: std::rc::Rc<str> = "t".into();
        let writable = self.style.writes;
        let (ty, content, fixed) = match self.choices.pick(5) {
            0 => {
                let content = Aggregate::ArrayRepeat(Box::new(scalar), Length::Literal(2));
                (array(Type::F64, 2), content, Some(2))
            }
            1 => {
                let (b, c) = (self.float(), self.float());
                let content =
                    Aggregate::Array(vec![scalar, Aggregate::Value(b), Aggregate::Value(c)]);
                (array(Type::F64, 3), content, Some(3))
            }
            2 => {
                let length = 1 + self.choices.pick(3);
                let length = self.sketch.usize(length);
                (vector(Type::F64), Aggregate::VecRepeat(Box::new(scalar), length), None)
            }
            3 => (vector(Type::F64), Aggregate::Vec(vec![scalar]), None),
            _ => match self.some_list(|_| true) {
                Some(List { place, .. }) => {
                    (vector(Type::F64), Aggregate::Place(place, Transfer::Clone), None)
                }
                None => (vector(Type::F64), Aggregate::Vec(vec![scalar]), None),
            },
        };
        let slot = self.sketch.define(ty, name, content);
        let growable = fixed.is_none() && writable;
        self.scope.lists.push(List { place: Place::root(slot), writable, fixed, growable });
    }

    /// Shortens a `Vec`, where programs may panic afterwards.
    pub(super) fn shorten(&mut self) {
        if !self.style.panics || !self.style.writes {
            return;
        }
        let Some(list) = self.some_list(|list| list.growable) else { return };
        if self.scope.loops.iter().any(|counted| counted.place == list.place) {
            return;
        }
        let kind = match self.choices.pick(4) {
            0 => ResizeKind::Pop,
            1 => ResizeKind::Clear,
            2 => ResizeKind::Truncate(self.index()),
            _ => {
                let value = self.float();
                let length = self.choices.pick(4);
                ResizeKind::Resize(self.sketch.usize(length), Aggregate::Value(value))
            }
        };
        self.sketch.push(InstructionKind::Resize(list.place, kind), vec![]);
    }

    /// Σ over a list.
    pub(super) fn sum_of(&mut self, list: &List) -> ValueId {
        let start = self.sketch.usize(0);
        let end = self.sketch.length(list.place.clone());
        let zero = self.sketch.float(0.0, &FloatType::F64);
        let place = list.place.clone();
        let sum = self.sketch.count(start, end, vec![zero], |sketch, index, carried| {
            let place = place.project(Projection::Index { index, proven: true });
            let element = sketch.load(place, Type::F64);
            vec![sketch.float_operation(FloatOperation::Add, &[carried[0], element])]
        });
        sum[0]
    }
}
