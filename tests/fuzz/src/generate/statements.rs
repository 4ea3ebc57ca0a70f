//! Statements that are not control flow.

use super::Generator;
use super::lists::is_list;
use super::scope::{Form, Kind, List, Variable};

/// How many elements a list may get, and so a loop trips.
pub(super) const LONGEST: usize = 12;

impl Generator {
    /// Some statements; fewer deep inside.
    pub(super) fn statements(&mut self, most: usize) {
        for _ in 0..1 + self.pick(most) {
            if self.budget == 0 {
                return;
            }
            self.budget -= 1;
            self.statement();
        }
    }

    fn statement(&mut self) {
        match self.weighted(&[
            (18, 0),
            (22, 1),
            (9, 2),
            (7, 3),
            (3, 4),
            (7, 5),
            (9, 6),
            (11, 7),
            (7, 8),
            (6, 9),
            (3, 10),
            (4, 11),
            (4, 12),
            (5, 13),
        ]) {
            0 => self.let_float(),
            1 => self.change_float(),
            2 => self.local_list(),
            3 => self.change_list(),
            4 => self.local_rows(),
            5 => self.let_other(),
            6 => self.branch(),
            7 => self.loops(),
            8 => self.alias(),
            9 => self.call_statement(),
            10 => self.closure(),
            11 => self.integer_state(),
            13 => self.nested_lists(),
            _ => self.exchange(),
        }
    }

    /// `let` of a float.
    fn let_float(&mut self) {
        let value = match self.loops.is_empty() {
            true => {
                let depth = 1 + self.pick(3);
                self.float(depth)
            }
            false => self.bounded(1),
        };
        let mutable = self.percent(45);
        let name = match mutable {
            true => self.fresh("s"),
            false => self.new_or_old_float(),
        };
        let keyword = if mutable { "let mut" } else { "let" };
        self.line(format!("{keyword} {name}: f64 = {value};"));
        self.scope.declare(&name, Kind::Float, mutable);
    }

    /// Assignment to a float, wherever it is.
    fn change_float(&mut self) {
        let floats = self.scope.changeable(|v| v.kind == Kind::Float);
        let references = self.scope.changeable(|v| v.kind == Kind::FloatReference(true));
        let pairs = self.scope.changeable(|v| v.kind == Kind::Pair);
        let target = match self.weighted(&[(45, 0), (45, 1), (12, 2), (6, 3)]) {
            1 if self.percent(20) => self.nested_element_to_change(),
            1 => self.element_to_change().map(|(place, _)| place),
            2 if !references.is_empty() => Some(format!("*{}", self.one_of(&references))),
            3 if !pairs.is_empty() => {
                let name = self.one_of(&pairs);
                Some(format!("{name}.{}", self.pick(2)))
            }
            _ if !floats.is_empty() => {
                let back = self.pick(floats.len().min(4));
                Some(floats[floats.len() - 1 - back].clone())
            }
            _ => None,
        };
        let Some(target) = target else { return self.let_float() };
        let depth = 1 + usize::from(self.percent(25));
        let value = self.bounded(depth);
        let small = self.bounded(1);
        let line = match self.pick(9) {
            0 => format!("{target} = {value};"),
            1 => format!("{target} = 0.5 * {target} + {value};"),
            2 => format!("{target} += {value};"),
            3 => format!("{target} -= 0.25 * ({value});"),
            4 => format!("{target} *= {small};"),
            5 => format!("{target} /= 1.0 + ({small}).abs();"),
            6 => format!("{target} += {target} * 0.5 - {value};"),
            7 => format!("{target} = ({target}) * ({small});"),
            _ => format!("{target} = ({target} * {small}).clamp(-3.0, 3.0);"),
        };
        self.line(line);
    }

    /// `let` of something that is not a single float, or of several.
    fn let_other(&mut self) {
        match self.pick(9) {
            0 => {
                let (a, b) = (self.float(1), self.float(2));
                let (p, q) = (self.fresh("p"), self.fresh("q"));
                let mutable = self.percent(40);
                let keyword = if mutable { "mut " } else { "" };
                self.line(format!("let ({p}, {keyword}{q}): (f64, f64) = ({a}, {b});"));
                self.scope.declare(&p, Kind::Float, false);
                self.scope.declare(&q, Kind::Float, mutable);
            }
            1 => {
                let (a, b) = (self.float(1), self.float(2));
                let (p, q) = (self.fresh("p"), self.fresh("q"));
                self.line(format!("let [{p}, {q}]: [f64; 2] = [{a}, {b}];"));
                self.scope.declare(&p, Kind::Float, false);
                self.scope.declare(&q, Kind::Float, false);
            }
            2 => {
                let (a, b) = (self.float(2), self.float(1));
                let name = self.fresh("pair");
                self.line(format!("let mut {name}: (f64, f64) = ({a}, {b});"));
                self.scope.declare(&name, Kind::Pair, true);
            }
            3 => {
                let name = self.fresh("c");
                let truth = self.truth();
                self.line(format!("let {name}: bool = {truth};"));
                self.scope.declare(&name, Kind::Truth, false);
            }
            4 if !self.style.single => {
                let name = self.fresh("h");
                let value = self.float(1);
                self.line(format!("let {name} = ({value}) as f32;"));
                self.scope.declare(&name, Kind::Narrow, false);
            }
            5 => {
                let name = self.fresh("i");
                let count = self.count();
                let integer = format!("({count} % 5) as i32 - {}", self.pick(3));
                self.line(format!("let {name}: i32 = {integer};"));
                self.scope.declare(&name, Kind::Integer, false);
            }
            6 => {
                let name = self.fresh("z");
                let (a, condition, b) = (self.float(1), self.truth(), self.float(2));
                self.line(format!("let {name}: f64;"));
                self.line(format!("if {condition} {{ {name} = {a}; }} else {{ {name} = {b}; }}"));
                self.scope.declare(&name, Kind::Float, false);
            }
            7 => {
                let name = self.fresh("k");
                let order: Vec<_> = (0..3).map(|_| self.pick(2).to_string()).collect();
                self.line(format!("let mut {name}: [usize; 3] = [{}];", order.join(", ")));
                self.scope.declare(&name, Kind::Counts(3, 1), true);
            }
            _ => {
                let name = self.fresh("n");
                let count = self.count();
                self.line(format!("let {name}: usize = ({count}) % 4;"));
                self.scope.declare(&name, Kind::Count(3), false);
            }
        }
    }

    /// Integers that change and are used as indices.
    fn integer_state(&mut self) {
        let counts = self.scope.changeable(|v| matches!(v.kind, Kind::Count(_)));
        let tables = self.scope.changeable(|v| matches!(v.kind, Kind::Counts(..)));
        match self.pick(4) {
            0 if !tables.is_empty() => {
                let name = self.one_of(&tables);
                let (index, other, count) = (self.pick(3), self.pick(3), self.count());
                self.line(format!("{name}[{index}] = ({count} + {name}[{other}]) % 2;"));
                if let Some((place, list)) = self.element_to_change()
                    && self.least(&list) >= 2
                {
                    let value = self.bounded(1);
                    self.line(format!("{list}[{name}[{index}]] += {value};"));
                    self.line(format!("{place} *= 0.5;"));
                }
            }
            0 | 1 => {
                let name = self.fresh("n");
                let count = self.count();
                self.line(format!("let mut {name}: usize = ({count}) % 4;"));
                self.scope.declare(&name, Kind::Count(3), true);
            }
            _ if !counts.is_empty() => {
                let name = self.one_of(&counts);
                let Some(Kind::Count(bound)) = self.scope.get(&name).map(|v| v.kind.clone()) else {
                    return;
                };
                let line = match self.pick(3) {
                    0 => format!("{name} = ({name} + 1) % {};", bound + 1),
                    1 => format!("{name} = ({name} * 3 + {}) % {};", self.pick(3), bound + 1),
                    _ => format!("{name} = {name}.saturating_sub(1);"),
                };
                self.line(line);
            }
            _ => self.let_other(),
        }
    }

    /// At least how many elements a list has.
    pub(super) fn least(&self, name: &str) -> usize {
        self.scope.get(name).map_or(0, Variable::least)
    }

    /// `swap` and `replace`.
    fn exchange(&mut self) {
        let floats = self.scope.changeable(|v| v.kind == Kind::Float);
        let vectors = self
            .scope
            .changeable(|v| matches!(&v.kind, Kind::List(list) if list.form == Form::Vec));
        match self.pick(4) {
            0 if floats.len() >= 2 => {
                let a = self.one_of(&floats);
                let b = self.one_of(&floats);
                if a != b {
                    self.line(format!("std::mem::swap(&mut {a}, &mut {b});"));
                }
            }
            1 if !floats.is_empty() => {
                let a = self.one_of(&floats);
                let old = self.fresh("t");
                let value = self.without(&a, |generator| generator.bounded(1));
                self.line(format!("let {old}: f64 = std::mem::replace(&mut {a}, {value});"));
                self.scope.declare(&old, Kind::Float, false);
            }
            2 if !vectors.is_empty() => {
                let a = self.one_of(&vectors);
                if self.is_looped_over(&a) {
                    return;
                }
                let (taken, least, value) = (self.fresh("a"), self.least(&a), self.bounded(1));
                let kept = self.fresh("t");
                self.line(format!("let {kept}: f64 = {value};"));
                self.line(format!("let mut {taken} = std::mem::take(&mut {a});"));
                for _ in 0..least {
                    self.line(format!("{a}.push({kept});"));
                }
                self.scope.declare(&taken, Kind::List(List { form: Form::Vec, least }), true);
            }
            3 if !vectors.is_empty() && self.indent == 1 && self.loops.is_empty() => {
                let a = self.one_of(&vectors);
                let (moved, least) = (self.fresh("a"), self.least(&a));
                self.line(format!("let mut {moved} = {a};"));
                self.scope.hide(&a);
                self.scope.declare(&moved, Kind::List(List { form: Form::Vec, least }), true);
            }
            _ => self.let_float(),
        }
    }

    /// A place under another name.
    fn alias(&mut self) {
        let lists = self.scope.changeable(|v| is_list(&v.kind));
        let readable = self.scope.named(|v| is_list(&v.kind));
        let name = self.fresh("r");
        match self.pick(7) {
            0 | 1 => {
                let Some((place, list)) = self.element_to_change() else {
                    return self.let_float();
                };
                self.block("", "", |generator| {
                    generator.line(format!("let {name} = &mut {place};"));
                    generator.scope.hide(&list);
                    generator.scope.declare(&name, Kind::FloatReference(true), true);
                    generator.change_float();
                    let value = generator.bounded(1);
                    generator.line(format!("*{name} = 0.5 * *{name} + {value};"));
                });
            }
            2 if !lists.is_empty() => {
                let list = self.one_of(&lists);
                let least = self.least(&list);
                if least < 2 {
                    return self.change_list();
                }
                let at = 1 + self.pick(least - 1);
                let (left, right) = (self.fresh("left"), self.fresh("right"));
                self.block("", "", |generator| {
                    generator.line(format!("let ({left}, {right}) = {list}.split_at_mut({at});"));
                    generator.scope.hide(&list);
                    let slice = |least| Kind::List(List { form: Form::Slice, least });
                    generator.scope.declare(&left, slice(at), true);
                    generator.scope.declare(&right, slice(least - at), true);
                    generator.statements(3);
                });
            }
            3 if !lists.is_empty() => {
                let list = self.one_of(&lists);
                let least = self.least(&list);
                self.block("", "", |generator| {
                    let from = if least > 1 { generator.pick(2) } else { 0 };
                    let range = match generator.pick(2) {
                        0 => format!("{from}.."),
                        _ => format!("{from}..{least}"),
                    };
                    generator.line(format!("let {name} = &mut {list}[{range}];"));
                    generator.scope.hide(&list);
                    let slice = List { form: Form::Slice, least: least - from.min(least) };
                    generator.scope.declare(&name, Kind::List(slice), true);
                    generator.statements(3);
                });
            }
            4 if !readable.is_empty() => {
                let list = self.one_of(&readable);
                let least = self.least(&list);
                self.block("", "", |generator| {
                    generator.line(format!("let {name} = &{list}[..{least}];"));
                    generator.scope.freeze(&list);
                    let slice = List { form: Form::Slice, least };
                    generator.scope.declare(&name, Kind::List(slice), false);
                    generator.statements(3);
                });
            }
            5 => {
                let floats = self.scope.changeable(|v| v.kind == Kind::Float);
                if floats.is_empty() {
                    return self.let_float();
                }
                let float = self.one_of(&floats);
                self.block("", "", |generator| {
                    generator.line(format!("let {name} = &mut {float};"));
                    generator.scope.hide(&float);
                    generator.scope.declare(&name, Kind::FloatReference(true), true);
                    generator.statements(2);
                });
            }
            _ => self.block("", "", |generator| generator.statements(3)),
        }
    }
}
