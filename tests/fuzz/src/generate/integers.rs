//! Expressions that are integers and truth values.

use super::Generator;
use super::scope::{Form, Kind};

impl Generator {
    /// A `usize` of moderate size.
    pub(super) fn count(&mut self) -> String {
        let counts =
            self.scope.named(|v| matches!(v.kind, Kind::Count(_) | Kind::IndexOf(_)));
        match self.weighted(&[(45, 0), (15, 1), (12, 2), (14, 3), (5, 4), (6, 5)]) {
            1 => self.pick(4).to_string(),
            2 => match self.scope.named(|v| matches!(v.kind, Kind::List(_) | Kind::Rows(..))) {
                lists if lists.is_empty() => self.pick(4).to_string(),
                lists => format!("{}.len()", self.one_of(&lists)),
            },
            3 if !counts.is_empty() => {
                let (a, b) = (self.one_of(&counts), self.pick(4));
                match self.pick(6) {
                    0 => format!("({a} + {b})"),
                    1 => format!("({a} * {b})"),
                    2 => format!("({a} % {})", b + 1),
                    3 => format!("({a} / {})", b + 1),
                    4 => format!("{a}.saturating_sub({b})"),
                    _ => format!("{a}.abs_diff({b})"),
                }
            }
            4 if self.style.panics && !counts.is_empty() => {
                let (a, b) = (self.one_of(&counts), self.one_of(&counts));
                format!("({a} - {b})")
            }
            5 => match self.integer() {
                Some(integer) => format!("({integer}.rem_euclid(4) as usize)"),
                None => self.pick(4).to_string(),
            },
            _ if counts.is_empty() => self.pick(4).to_string(),
            _ => self.one_of(&counts),
        }
    }

    /// A `usize` of at most the bound.
    pub(super) fn count_up_to(&mut self, bound: usize) -> String {
        let small = self.scope.named(|v| matches!(v.kind, Kind::Count(most) if most <= bound));
        match small.is_empty() || self.percent(40) {
            true => self.pick(bound + 1).to_string(),
            false => self.one_of(&small),
        }
    }

    /// An `i32` of moderate size, if there is one.
    pub(super) fn integer(&mut self) -> Option<String> {
        let integers = self.scope.named(|v| v.kind == Kind::Integer);
        if integers.is_empty() {
            return None;
        }
        let a = self.one_of(&integers);
        Some(match self.pick(6) {
            0 => format!("({a} - 1)"),
            1 => format!("({a} * 3 % 5)"),
            2 => format!("(-{a})"),
            3 => format!("{a}.wrapping_mul(7).rem_euclid(6)"),
            _ => a,
        })
    }

    /// A truth value; it parses as a condition.
    pub(super) fn truth(&mut self) -> String {
        let truths = self.scope.named(|v| v.kind == Kind::Truth);
        match self.weighted(&[(40, 0), (25, 1), (10, 2), (10, 3), (10, 4), (4, 5)]) {
            0 => {
                let (a, b) = (self.float(1), self.float(1));
                let comparison = self.one_of(&["<", ">", "<=", ">="]);
                format!("{a} {comparison} {b}")
            }
            1 => {
                let (a, b) = (self.count(), self.pick(4));
                let comparison = self.one_of(&["<", ">", "==", "!=", ">="]);
                // `a as usize < b` would begin generic arguments.
                format!("({a}) {comparison} {b}")
            }
            2 if !truths.is_empty() => self.one_of(&truths),
            3 => {
                let (a, b) = (self.simple_truth(), self.simple_truth());
                let operator = self.one_of(&["&&", "||", "&", "^"]);
                format!("({a}) {operator} ({b})")
            }
            4 => format!("({}) % 2 == {}", self.count(), self.pick(2)),
            5 => {
                let predicate = self.one_of(&["is_finite", "is_nan", "is_sign_negative"]);
                format!("{}.{predicate}()", self.atom(true))
            }
            _ => self.simple_truth(),
        }
    }

    fn simple_truth(&mut self) -> String {
        match self.percent(50) {
            true => format!("{} < {}", self.atom(false), self.atom(false)),
            false => format!("({}) > {}", self.count(), self.pick(3)),
        }
    }

    /// An index that is in bounds in a list, if there is a way to write one.
    pub(super) fn index_into(&mut self, name: &str) -> Option<String> {
        let list = match &self.scope.get(name)?.kind {
            Kind::List(list) | Kind::Rows(list, _) => list.clone(),
            _ => return None,
        };
        let looped = self.scope.named(|v| v.kind == Kind::IndexOf(name.to_owned()));
        if !looped.is_empty() && self.percent(70) {
            return Some(self.one_of(&looped));
        }
        if self.style.panics && self.percent(15) {
            return Some(self.count());
        }
        let below = self.scope.named(
            |v| matches!(v.kind, Kind::Count(most) if most < list.least.max(list.form.fixed().unwrap_or(0))),
        );
        match (list.least, self.pick(4)) {
            (0, _) => None,
            (_, 0) if !below.is_empty() => Some(self.one_of(&below)),
            (least, 0 | 1) => Some(self.pick(least).to_string()),
            (least, 2) => {
                let count = self.count();
                match list.form {
                    Form::Array(length) | Form::ArrayReference(length) => {
                        Some(format!("({count}) % {length}"))
                    }
                    _ if self.percent(50) => Some(format!("({count}) % {name}.len()")),
                    _ => Some(format!("({count}) % {least}")),
                }
            }
            _ => Some(format!("{name}.len() - 1")),
        }
    }

    /// The same, but it does not name the list: for places that are borrowed mutably.
    pub(super) fn index_without(&mut self, name: &str) -> Option<String> {
        let index = self.without(name, |generator| generator.index_into(name))?;
        match index.contains(&format!("{name}.len()")) {
            false => Some(index),
            true => Some(self.pick(self.scope.get(name)?.least()).to_string()),
        }
    }
}
