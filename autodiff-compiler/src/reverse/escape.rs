//! Where values that depend on a differentiated parameter go out of sight: into what only rustc knows, from where they
//! may come back as if they were constants. `queue.push_back(x)`, `filter.update(x)`, `*entry = x`.
//!
//! Something that is not looked into may keep what it is given if it is handed over with `&mut`, or is a reference that
//! came out of something like that; or if nothing is made of what it gives, since then it was called for what it does.
//! Behind `&` nothing is taken to change: a type with interior mutability is to be kept out of differentiated functions.
//!
//! Assumes the lowered function and its activity. Guarantees: what is read of such things does not depend on a
//! differentiated parameter, where nothing is reported.

use super::support::Refusal;
use crate::activity::Activity;
use crate::ir::*;
use crate::types::Type;

/// What may lead back into memory that is not looked into.
pub(super) struct Escape<'a> {
    function: &'a Function,
    activity: &'a Activity,
    /// Values and slots that may be references into something that was handed over with `&mut`.
    lent_values: Set<ValueId>,
    lent_slots: Set<SlotId>,
    used: Set<ValueId>,
}

impl<'a> Escape<'a> {
    pub(super) fn of(function: &'a Function, activity: &'a Activity) -> Self {
        let mut used = Set::new();
        function.result.for_each_operand(&mut |value| used.insert_all(&[*value]));
        function.body.for_each_instruction(&mut |instruction| {
            used.insert_all(&instruction.kind.operands());
            instruction.kind.for_each_region(&mut |region| used.insert_all(&region.yields));
        });
        let (lent_values, lent_slots) = (Set::new(), Set::new());
        let mut escape = Self { function, activity, lent_values, lent_slots, used };
        while escape.find_lent() {}
        escape
    }

    /// Why the instruction is refused, if it is.
    pub(super) fn refusal(&self, instruction: &Instruction) -> Option<Refusal> {
        let is_varied =
            |argument: &&Argument| self.activity.is_varied_argument(self.function, argument);
        let kept_by = match &instruction.kind {
            InstructionKind::Opaque(Opaque { pieces, result_slot }) => {
                let arguments: Vec<_> = pieces.iter().flat_map(Piece::arguments).collect();
                arguments.iter().any(is_varied).then_some(())?;
                let dropped = result_slot.is_none()
                    && !only_writes_text(pieces)
                    && !self.only_unwraps(pieces)
                    && !only_wraps(pieces)
                    && !instruction.results.iter().any(|result| self.used.contains(*result));
                let keeps = arguments.iter().find(|argument| self.may_keep(argument));
                match keeps {
                    Some(keeps) => keeps.place(),
                    None if dropped => arguments.iter().find_map(|argument| argument.place()),
                    None => return None,
                }
            }
            InstructionKind::Effect(Effect { pieces, .. }) => {
                let arguments: Vec<_> = pieces.iter().flat_map(Piece::arguments).collect();
                arguments.iter().any(is_varied).then_some(())?;
                arguments.iter().find(|argument| self.may_keep(argument))?.place()
            }
            InstructionKind::Assign(place, content) => {
                let unseen = self.is_unseen(place) && !self.is_unseen_content(content);
                let varied = || self.activity.is_varied_aggregate(self.function, content);
                ((unseen && varied()) || self.hides(content)).then_some(place)?;
                Some(place)
            }
            InstructionKind::Store(place, value) => {
                (self.is_unseen(place) && self.activity.is_varied(*value)).then_some(place)?;
                Some(place)
            }
            other => {
                other.contents().into_iter().find(|content| self.hides(content))?;
                None
            }
        };
        Some(self.reason(kept_by))
    }

    /// Why what the function returns is refused, if it is.
    pub(super) fn refusal_of_result(&self) -> Option<Refusal> {
        self.hides(&self.function.result).then(|| self.reason(None))
    }

    /// Whether content has a struct in which something that varies is in a field that is left out of derivatives.
    fn hides(&self, content: &Aggregate) -> bool {
        match content {
            Aggregate::Struct(definition, fields) => fields.iter().any(|(name, field)| {
                let mut known = definition.fields.iter();
                let unseen = known.any(|(other, ty)| other == name && ty.is_unseen());
                let varied = || self.activity.is_varied_aggregate(self.function, field);
                self.hides(field) || (unseen && varied() && !self.is_unseen_content(field))
            }),
            Aggregate::Tuple(parts) | Aggregate::Array(parts) | Aggregate::Vec(parts) => {
                parts.iter().any(|part| self.hides(part))
            }
            Aggregate::ArrayRepeat(element, _) | Aggregate::VecRepeat(element, _) => {
                self.hides(element)
            }
            _ => false,
        }
    }

    /// `kept_by`: where it goes, if that is a place.
    fn reason(&self, kept_by: Option<&Place>) -> Refusal {
        let parameter = kept_by.map(|place| self.function.slot(place.root)).filter(|slot| {
            matches!(slot.kind, SlotKind::Mutable | SlotKind::ByValue | SlotKind::Shared)
        });
        let known = match parameter {
            Some(slot) => format!(
                "if the type of `{name}` has `#[derive(Differentiable)]`, name `{name}` in `wrt(…)`",
                name = slot.name
            ),
            None => "keep it in variables, arrays and `Vec`s".into(),
        };
        (
            "a value that depends on a differentiated parameter goes where it cannot be followed"
                .into(),
            Some(format!("{known}; or pass `detach(x)` if it has no derivative there")),
        )
    }

    /// Whether what gets the argument may keep something in it.
    fn may_keep(&self, argument: &Argument) -> bool {
        match argument {
            Argument::Mutable(place) => {
                !matches!(self.function.place_type(place), Some(Type::Integer(_) | Type::Bool))
            }
            argument => self.is_lent(argument),
        }
    }

    /// Whether it is a method of an `Option` without arguments, which keeps nothing.
    fn only_unwraps(&self, pieces: &[Piece]) -> bool {
        let [Piece::Argument(Argument::Value(content)), Piece::Tokens(_)] = pieces else {
            return false;
        };
        match content {
            Aggregate::Value(value) => {
                matches!(self.function.value(*value).ty, Type::Option(_))
            }
            Aggregate::Place(place, _) => {
                matches!(self.function.place_type(place), Some(Type::Option(_)))
            }
            _ => false,
        }
    }

    fn is_unseen(&self, place: &Place) -> bool {
        self.function.place_type(place).is_none_or(|ty| ty.is_unseen())
    }

    fn is_unseen_content(&self, content: &Aggregate) -> bool {
        match content {
            Aggregate::Value(value) => self.function.value(*value).ty.is_unseen(),
            Aggregate::Place(place, _) => self.is_unseen(place),
            _ => false,
        }
    }

    fn is_lent(&self, argument: &Argument) -> bool {
        match argument {
            Argument::Value(content) => self.is_lent_content(content),
            Argument::Shared(place) | Argument::Mutable(place) | Argument::Place(place) => {
                self.lent_slots.contains(place.root)
            }
        }
    }

    fn is_lent_content(&self, content: &Aggregate) -> bool {
        let mut places = vec![];
        content.places(&mut places);
        let mut lent = places.into_iter().any(|place| self.lent_slots.contains(place.root));
        content.for_each_operand(&mut |value| lent |= self.lent_values.contains(*value));
        lent
    }

    /// Looks once more for what may be such a reference; whether some was found.
    fn find_lent(&mut self) -> bool {
        let mut values = vec![];
        let mut slots = vec![];
        self.function.body.for_each_instruction(&mut |instruction| {
            let results = &instruction.results;
            let mut joined = |from: &[ValueId], to: &[ValueId]| {
                let pairs = from.iter().zip(to);
                values.extend(
                    pairs.filter(|(from, _)| self.lent_values.contains(**from)).map(|(_, to)| *to),
                );
            };
            match &instruction.kind {
                InstructionKind::Opaque(Opaque { pieces, result_slot }) => {
                    let mut arguments = pieces.iter().flat_map(Piece::arguments);
                    if arguments.any(|argument| {
                        matches!(argument, Argument::Mutable(_)) || self.is_lent(argument)
                    }) {
                        values.extend(results);
                        slots.extend(result_slot);
                    }
                }
                InstructionKind::Define(slot, content) if self.is_lent_content(content) => {
                    slots.push(*slot);
                }
                InstructionKind::Assign(place, content) | InstructionKind::Push(place, content)
                    if self.is_lent_content(content) =>
                {
                    slots.push(place.root);
                }
                InstructionKind::Load(place) if self.lent_slots.contains(place.root) => {
                    values.extend(results);
                }
                InstructionKind::If { then_region, else_region, .. } => {
                    joined(&then_region.yields, results);
                    joined(&else_region.yields, results);
                }
                InstructionKind::For(For { carried, body, .. }) => {
                    joined(carried, &body.parameters[1..]);
                    joined(&body.yields, &body.parameters[1..]);
                    joined(&body.parameters[1..], results);
                }
                InstructionKind::Loop { carried, body } => {
                    joined(carried, &body.parameters);
                    joined(&body.yields, &body.parameters);
                    joined(&body.parameters, results);
                }
                InstructionKind::Match { scrutinee, arms } => {
                    arms.iter().for_each(|arm| joined(&arm.body.yields, results));
                    if self.is_lent(scrutinee) {
                        let bindings = arms.iter().flat_map(|arm| &arm.bindings);
                        values.extend(bindings.map(|(_, value)| *value));
                    }
                }
                _ => {}
            }
        });
        values.retain(|value| {
            self.function.value(*value).ty.is_unseen() && !self.lent_values.contains(*value)
        });
        slots.retain(|slot| {
            self.function.slot(*slot).ty.is_unseen() && !self.lent_slots.contains(*slot)
        });
        self.lent_values.insert_all(&values);
        self.lent_slots.insert_all(&slots);
        !values.is_empty() || !slots.is_empty()
    }
}

/// Whether it is `Some(…)` or `From::from(…)` of an error, as lowering makes them.
fn only_wraps(pieces: &[Piece]) -> bool {
    let [Piece::Tokens(path), Piece::Group(..)] = pieces else { return false };
    let path = path.to_string().replace(' ', "");
    matches!(&*path, "::core::option::Option::Some" | "::core::convert::From::from")
}

/// Whether it is `format!(…)`, which keeps nothing.
fn only_writes_text(pieces: &[Piece]) -> bool {
    match pieces {
        [Piece::Tokens(path), ..] => path.to_string().replace(' ', "").ends_with("format!"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Diagnostics;
    use crate::ir::sketch::{Sketch, mutable, shared};
    use crate::types::FloatType;
    use quote::quote;

    /// How many instructions are refused of `fn f(x: f64, keeper: …)`.
    fn refused(keeper: Type, body: impl FnOnce(&mut Sketch, ValueId, Place) -> ValueId) -> usize {
        let mut f = Sketch::new("f", Type::F64);
        let x = f.scalar("x", Type::F64);
        let keeper = Place::root(f.slot("keeper", keeper));
        let result = body(&mut f, x, keeper);
        let function = f.returns_value(result);
        let mut diagnostics = Diagnostics::new();
        crate::reverse::support::check(&function, &Activity::of(&function), &mut diagnostics);
        diagnostics.iter().count()
    }

    /// `keeper.method(x)`
    fn method(f: &mut Sketch, receiver: Argument, x: ValueId, result: Type) -> ValueId {
        let inside = vec![Piece::Argument(Argument::Value(Aggregate::Value(x)))];
        let pieces = vec![
            Piece::Argument(receiver),
            Piece::Tokens(quote!(.method)),
            Piece::Group(proc_macro2::Delimiter::Parenthesis, inside),
        ];
        f.push(InstructionKind::Opaque(Opaque { pieces, result_slot: None }), vec![result])[0]
    }

    fn choice(f: &mut Sketch, condition: ValueId, x: ValueId) -> ValueId {
        f.branch(condition, &[Type::F64], |_| vec![x], |_| vec![x])[0]
    }

    #[test]
    fn what_is_handed_over_with_mut_may_be_kept() {
        let count = refused(mutable(Type::Opaque(None)), |f, x, keeper| {
            let condition = method(f, Argument::Mutable(keeper), x, Type::Bool);
            choice(f, condition, x)
        });
        assert_eq!(count, 1);
    }

    #[test]
    fn what_is_asked_behind_a_reference_keeps_nothing() {
        let count = refused(shared(Type::Opaque(None)), |f, x, keeper| {
            let condition = method(f, Argument::Place(keeper), x, Type::Bool);
            choice(f, condition, x)
        });
        assert_eq!(count, 0);
    }

    #[test]
    fn what_is_called_for_what_it_does_may_keep_it() {
        let count = refused(shared(Type::Opaque(None)), |f, x, keeper| {
            method(f, Argument::Place(keeper), x, Type::Opaque(None));
            x
        });
        assert_eq!(count, 1);
    }

    #[test]
    fn what_came_out_of_it_leads_back_into_it() {
        let count = refused(mutable(Type::Opaque(None)), |f, x, keeper| {
            let one = f.float(1.0, &FloatType::F64);
            let inner = method(f, Argument::Mutable(keeper), one, Type::Opaque(None));
            let inner = Argument::Value(Aggregate::Value(inner));
            let condition = method(f, inner, x, Type::Bool);
            choice(f, condition, x)
        });
        assert_eq!(count, 1);
    }
}
