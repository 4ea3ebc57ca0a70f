//! What could not be decided where it stands, and what happens at the end.

use super::operators::Class;
use super::unify::Kind;
use super::{Counter, Inference};
use crate::hir::{ExpressionId, ExpressionKind, PatternKind, UnaryOperator};
use crate::types::Type;
use std::rc::Rc;

/// A question about types that are not known yet. Each holds the expression to report on.
#[derive(Clone, Debug)]
pub(super) enum Obligation {
    /// `left operator right` gives `result`.
    Binary { at: ExpressionId, class: Class, left: Type, right: Type, result: Type },
    /// The sides of a comparison agree.
    Comparison { at: ExpressionId, left: Type, right: Type },
    /// `operator operand` gives `result`.
    Unary { at: ExpressionId, operator: UnaryOperator, operand: Type, result: Type },
    /// `base.name` is `result`.
    Field { at: ExpressionId, base: Type, name: Rc<str>, result: Type },
    /// `base[index]` is `result`.
    Index { at: ExpressionId, base: Type, index: Type, result: Type },
    /// The method call `at` on `receiver` gives `result`; its arguments are not checked yet.
    Method { at: ExpressionId, receiver: Type, result: Type },
    /// The call `at` of a value of type `callee` gives `result`; its arguments are not checked yet.
    Call { at: ExpressionId, callee: Type, result: Type },
    /// Iterating over `collection` gives `item`.
    Iterate { at: ExpressionId, collection: Type, item: Type },
    /// The sum or product of `item`s is `result`.
    Sum { at: ExpressionId, item: Type, result: Type },
    /// The `item`s are collected in `result`, which also takes references to its elements if it
    /// `extends` (`unzip`, `partition`).
    Collect { at: ExpressionId, item: Type, result: Type, extends: bool },
}

impl Obligation {
    /// What has to be known first.
    fn inputs(&self) -> Vec<&Type> {
        match self {
            Obligation::Binary { left, right, .. } | Obligation::Comparison { left, right, .. } => {
                vec![left, right]
            }
            Obligation::Unary { operand, .. } => vec![operand],
            Obligation::Field { base, .. } => vec![base],
            Obligation::Index { base, index, .. } => vec![base, index],
            Obligation::Method { receiver, .. } => vec![receiver],
            Obligation::Call { callee, .. } => vec![callee],
            Obligation::Iterate { collection, .. } => vec![collection],
            Obligation::Sum { .. } | Obligation::Collect { .. } => vec![],
        }
    }

    /// What is known then.
    fn output(&self) -> Option<&Type> {
        match self {
            Obligation::Binary { result, .. }
            | Obligation::Unary { result, .. }
            | Obligation::Field { result, .. }
            | Obligation::Index { result, .. }
            | Obligation::Method { result, .. }
            | Obligation::Call { result, .. } => Some(result),
            Obligation::Iterate { item, .. } => Some(item),
            Obligation::Comparison { .. } | Obligation::Sum { .. } | Obligation::Collect { .. } => {
                None
            }
        }
    }
}

impl Inference<'_> {
    /// Notes an obligation.
    pub(super) fn later(&mut self, obligation: Obligation) {
        self.pending.push(obligation);
    }

    /// Tries every obligation until nothing changes any more.
    pub(super) fn progress(&mut self) {
        loop {
            let mut changed = false;
            for obligation in std::mem::take(&mut self.pending) {
                if self.attempt(&obligation) {
                    changed = true;
                } else {
                    self.pending.push(obligation);
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// A type with its outermost variable followed; obligations are tried if that is needed to know.
    pub(super) fn known(&mut self, ty: &Type) -> Type {
        if self.is_open(ty) && !self.pending.is_empty() {
            self.progress();
        }
        self.variables.shallow(ty)
    }

    /// Whether a type is unknown behind its references even after the obligations were tried.
    pub(super) fn is_open_now(&mut self, ty: &Type) -> bool {
        self.is_open(ty) && {
            self.progress();
            self.is_open(ty)
        }
    }

    /// Whether a type is unknown behind its references.
    fn is_open(&self, ty: &Type) -> bool {
        self.variables.is_unknown(&self.peel(ty).0)
    }

    /// Tries one obligation; whether it is settled.
    fn attempt(&mut self, obligation: &Obligation) -> bool {
        let (at, found, result) = match obligation {
            Obligation::Binary { at, class, left, right, result } => {
                (*at, self.apply_binary(*at, *class, left, right), result)
            }
            Obligation::Comparison { at, left, right } => return self.compare(*at, left, right),
            Obligation::Unary { at, operator, operand, result } => {
                (*at, self.apply_unary(*operator, operand), result)
            }
            Obligation::Field { at, base, name, result } => (*at, self.field(base, name), result),
            Obligation::Index { at, base, index, result } => {
                (*at, self.index(*at, base, index), result)
            }
            Obligation::Method { at, receiver, result } => {
                if self.is_open(receiver) {
                    return false;
                }
                (*at, Some(self.method(*at, receiver)), result)
            }
            Obligation::Call { at, callee, result } => {
                if self.is_open(callee) {
                    return false;
                }
                (*at, Some(self.call_value(*at, callee)), result)
            }
            Obligation::Iterate { at, collection, item } => (*at, self.item_of(collection), item),
            Obligation::Sum { at, item, result } => return self.sum(*at, item, result),
            Obligation::Collect { at, item, result, extends } => {
                return self.collect(*at, item, result, *extends);
            }
        };
        match found {
            Some(found) => {
                self.unify(at, &found, result);
                true
            }
            None => false,
        }
    }

    /// Decides everything that is still open, in the order that the module's documentation gives.
    pub(super) fn settle(&mut self) {
        loop {
            self.progress();
            self.spread_marks();
            if self.take_iterated_constant()
                || self.take_number_of_other_side()
                || self.take_index()
                || self.take_length()
                || self.take_receiver()
                || self.give_up_unseen()
            {
                continue;
            }
            self.mark_passed();
            if self.take_counter() {
                continue;
            }
            if !self.variables.default_numbers() && !self.take_dropped() {
                break;
            }
        }
        self.variables.default_lengths();
        for obligation in std::mem::take(&mut self.pending) {
            self.report_stuck(&obligation);
        }
    }

    /// What nothing says and nobody takes is `()`: `Err(error)?;`.
    fn take_dropped(&mut self) -> bool {
        let mut found = false;
        for ty in std::mem::take(&mut self.dropped) {
            if self.variables.is_unknown(&ty) && !self.variables.is_unseen(&ty) {
                found |= self.variables.unify(&ty, &Type::Unit).is_ok();
            }
        }
        found
    }

    /// What is computed from something unseen is unseen.
    fn spread_marks(&mut self) {
        loop {
            let mut changed = false;
            for obligation in std::mem::take(&mut self.pending) {
                let unseen = obligation.inputs().iter().any(|input| self.is_unseen(input));
                if unseen && let Some(output) = obligation.output() {
                    changed |= self.variables.mark_opaque(&self.peel(output).0);
                }
                self.pending.push(obligation);
            }
            if !changed {
                return;
            }
        }
    }

    fn is_unseen(&self, ty: &Type) -> bool {
        self.variables.is_unseen(&self.peel(ty).0)
    }

    /// An unseen operand takes the number type of the other side, or of the result; one at a time.
    fn take_number_of_other_side(&mut self) -> bool {
        for index in 0..self.pending.len() {
            let (at, unseen, number) = match &self.pending[index] {
                Obligation::Binary {
                    at,
                    class: Class::Arithmetic | Class::Bitwise,
                    left,
                    right,
                    result,
                } => {
                    let (left, right) = (self.peel_once(left), self.peel_once(right));
                    let result = self.variables.shallow(result);
                    let number = [&left, &right, &result]
                        .into_iter()
                        .find(|ty| matches!(ty, Type::Float(_) | Type::Integer(_)))
                        .cloned();
                    let unseen = [&left, &right]
                        .into_iter()
                        .find(|ty| self.variables.is_unseen(ty))
                        .cloned();
                    (*at, unseen, number)
                }
                Obligation::Unary { at, operator: UnaryOperator::Negate, operand, result } => {
                    let result = self.variables.shallow(result);
                    let operand = self.peel_once(operand);
                    let number = matches!(result, Type::Float(_)).then_some(result);
                    let unseen = self.variables.is_unseen(&operand).then_some(operand);
                    (*at, unseen, number)
                }
                Obligation::Comparison { at, left, right } => {
                    let (left, right) = (self.peel(left).0, self.peel(right).0);
                    let number = [&left, &right]
                        .into_iter()
                        .find(|ty| matches!(ty, Type::Float(_) | Type::Integer(_)))
                        .cloned();
                    let unseen = [&left, &right]
                        .into_iter()
                        .find(|ty| self.variables.is_unseen(ty))
                        .cloned();
                    (*at, unseen, number)
                }
                _ => continue,
            };
            if let (Some(unseen), Some(number)) = (unseen, number) {
                self.unify(at, &unseen, &number);
                return true;
            }
        }
        false
    }

    /// An unseen index of a known array is a `usize`, and so is a number that indexes something unseen
    /// (what is indexed by other integers is not a collection of numbers); one at a time.
    fn take_index(&mut self) -> bool {
        for obligation in &self.pending {
            if let Obligation::Index { at, base, index, .. } = obligation
                && (!self.is_open(base) && self.variables.is_unseen(index)
                    || self.is_unseen(base) && self.is_number_variable(index))
            {
                let (at, index) = (*at, index.clone());
                self.unify(at, &index, &Type::USIZE);
                return true;
            }
        }
        false
    }

    /// What `len()` of something unseen gives is a `usize`; one at a time.
    fn take_length(&mut self) -> bool {
        while let Some((at, result)) = self.lengths.pop() {
            if matches!(self.variables.free(&result), Some((_, Kind::Any | Kind::Integer, _))) {
                self.unify(at, &result, &Type::USIZE);
                return true;
            }
        }
        false
    }

    /// What counts up to something unseen is a `usize`, if nothing says otherwise; one at a time. That rustc agrees is
    /// checked at the ends of the range.
    fn take_counter(&mut self) -> bool {
        while let Some((at, index)) = self.counters.pop() {
            let free = self.variables.free(&index);
            if let Some((_, Kind::Any | Kind::Integer, true)) = free {
                let counter = if self.only_counts(at) { Counter::Trips } else { Counter::Usize };
                self.guessed_counters.insert(at, counter);
                self.unify(at, &index, &Type::USIZE);
                return true;
            }
        }
        false
    }

    /// Whether a range is that of `for _ in 0..LIMIT`.
    fn only_counts(&self, range: ExpressionId) -> bool {
        let ExpressionKind::Range { start: Some(start), inclusive: false, .. } =
            self.body.expression(range).kind
        else {
            return false;
        };
        let mut expressions = self.body.expressions.iter();
        matches!(self.body.expression(start).kind, ExpressionKind::Literal(_))
            && expressions.any(|expression| match &expression.kind {
                ExpressionKind::For { pattern, iterator, .. } => {
                    *iterator == range && matches!(pattern.kind, PatternKind::Wild)
                }
                _ => false,
            })
    }

    /// A constant that is iterated with `iter` is lent as a slice; one at a time. That rustc agrees is
    /// checked where it is bound with its type.
    fn take_iterated_constant(&mut self) -> bool {
        let constant = self.pending.iter().find_map(|obligation| match obligation {
            Obligation::Method { at, receiver, .. }
                if self.is_unseen(receiver) && self.is_iterated_constant(*at) =>
            {
                Some((*at, self.peel(receiver).0))
            }
            _ => None,
        });
        let Some((at, constant)) = constant else { return false };
        let element = self.variables.fresh_opaque();
        self.unify(at, &constant, &Type::Slice(Box::new(element)));
        true
    }

    /// The receiver of a float's method, one of whose arguments is a float, is a float like it; one at
    /// a time. That rustc agrees is checked where the receiver is bound with its type.
    fn take_receiver(&mut self) -> bool {
        for index in 0..self.pending.len() {
            let Obligation::Method { at, receiver, result } = &self.pending[index] else {
                continue;
            };
            if !self.is_unseen(receiver) {
                continue;
            }
            let (at, receiver, result) = (*at, receiver.clone(), result.clone());
            if self.is_float_method_with_arguments(at) {
                self.pending.remove(index);
                let found = self.method_of_unseen(at, &receiver);
                self.unify(at, &found, &result);
                return true;
            }
        }
        false
    }

    /// `TABLE.iter()`
    fn is_iterated_constant(&self, at: ExpressionId) -> bool {
        match &self.body.expression(at).kind {
            ExpressionKind::MethodCall { receiver, method, arguments, .. } => {
                *method == "iter"
                    && arguments.is_empty()
                    && matches!(self.body.expression(*receiver).kind, ExpressionKind::Path(_))
            }
            _ => false,
        }
    }

    fn is_float_method_with_arguments(&mut self, at: ExpressionId) -> bool {
        let body = self.body;
        match &body.expression(at).kind {
            ExpressionKind::MethodCall { method, arguments, .. } => {
                !arguments.is_empty()
                    && self.method_signature(&Type::F64, &method.to_string()).is_some()
            }
            _ => false,
        }
    }

    /// Lets one question about something unseen go: its answer is unseen.
    fn give_up_unseen(&mut self) -> bool {
        let stuck = self
            .pending
            .iter()
            .position(|obligation| obligation.inputs().iter().any(|input| self.is_unseen(input)));
        let Some(stuck) = stuck else { return false };
        let obligation = self.pending.remove(stuck);
        match &obligation {
            Obligation::Method { at, receiver, result } => {
                let found = self.method_of_unseen(*at, receiver);
                self.unify(*at, &found, result);
            }
            Obligation::Call { at, result, .. } => {
                let found = self.call_unseen(*at);
                self.unify(*at, &found, result);
            }
            Obligation::Binary { left, right, result, .. } => {
                // `x += unseen`: a number without type has the type of what is not seen.
                for ty in [result, left, right] {
                    let ty = self.peel_once(ty);
                    if self.is_number_variable(&ty) && *result == *left {
                        self.variables.mark_opaque(&ty);
                    }
                }
            }
            Obligation::Comparison { at, left, right, .. } => {
                // Rust compares equal types: a number without type has the other one's.
                let (left, right) = (self.peel(left).0, self.peel(right).0);
                if self.variables.is_unknown(&left) != self.variables.is_unknown(&right)
                    && !(self.is_number_variable(&left) || self.is_number_variable(&right))
                {
                    let _ = self.variables.unify(&left, &right);
                }
                self.mark_compared(*at);
            }
            _ => {}
        }
        if let Some(output) = obligation.output() {
            self.variables.mark_opaque(&self.peel(output).0);
        }
        true
    }

    /// An integer without type that is compared with something unseen has the type of that; written as
    /// a literal there, it may stay one.
    fn mark_compared(&mut self, at: ExpressionId) {
        let ExpressionKind::Binary(_, left, right) = self.body.expression(at).kind else { return };
        let of = |this: &Self, id: ExpressionId| {
            this.expressions[id.0 as usize].as_ref().map(|ty| this.peel(ty).0)
        };
        for (number, other) in [(left, right), (right, left)] {
            if let (Some(ty), Some(other)) = (of(self, number), of(self, other))
                && !self.is_of_literals(number)
                && self.variables.is_unknown(&other)
                && self.is_integer_variable(&ty)
            {
                self.variables.mark_opaque(&ty);
            }
        }
    }

    /// The same for numbers that are passed to something unseen. A float without type is an `f64` where
    /// there are no others.
    fn mark_passed(&mut self) {
        let singles = self
            .expressions
            .iter()
            .flatten()
            .any(|ty| matches!(self.peel(ty).0, Type::Float(crate::types::FloatType::F32)));
        for argument in std::mem::take(&mut self.passed) {
            let lent = match self.body.expression(argument).kind {
                ExpressionKind::Borrow { mutable: false, value } => value,
                _ => argument,
            };
            if self.is_of_literals(lent) {
                continue;
            }
            if let Some(ty) = self.expressions[argument.0 as usize].as_ref()
                && let (ty, _) = self.peel(ty)
                && (self.is_integer_variable(&ty) || singles && self.is_number_variable(&ty))
            {
                self.variables.mark_opaque(&ty);
            }
        }
    }

    fn is_integer_variable(&self, ty: &Type) -> bool {
        matches!(self.variables.free(ty), Some((_, Kind::Integer, _)))
    }

    fn is_number_variable(&self, ty: &Type) -> bool {
        matches!(self.variables.free(ty), Some((_, Kind::Integer | Kind::Float, _)))
    }

    fn report_stuck(&mut self, obligation: &Obligation) {
        let at = match obligation {
            Obligation::Binary { at, .. }
            | Obligation::Comparison { at, .. }
            | Obligation::Unary { at, .. }
            | Obligation::Field { at, .. }
            | Obligation::Index { at, .. }
            | Obligation::Method { at, .. }
            | Obligation::Call { at, .. }
            | Obligation::Iterate { at, .. }
            | Obligation::Sum { at, .. }
            | Obligation::Collect { at, .. } => *at,
        };
        let (message, help) = match obligation {
            Obligation::Sum { .. } => (
                "the type of this sum or product cannot be known here",
                "write it: `.sum::<f64>()`, `.product::<f64>()`",
            ),
            Obligation::Collect { .. } => (
                "what this collects into cannot be known here",
                "write it: `.collect::<Vec<f64>>()`",
            ),
            Obligation::Method { .. } => (
                "the type of the receiver cannot be known here",
                "write the type where the receiver is declared: `let x: f64 = …`, `|x: f64| …`",
            ),
            _ => (
                "the types of the operands cannot be known here",
                "write the types where they are declared: `let x: f64 = …`, `|x: f64| …`",
            ),
        };
        self.diagnostics.error(self.body.span(at), message, Some(help.to_string()));
        // One report is enough: what depends on it is not asked about again.
        let mut open: Vec<Type> = obligation.inputs().into_iter().cloned().collect();
        open.extend(obligation.output().cloned());
        if let Obligation::Sum { result, item, .. } | Obligation::Collect { result, item, .. } =
            obligation
        {
            open.extend([result.clone(), item.clone()]);
        }
        for ty in &open {
            self.variables.mark_opaque(ty);
        }
    }
}
