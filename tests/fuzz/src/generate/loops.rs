//! Loops.

use super::Generator;
use super::lists::is_list;
use super::scope::{Form, Kind, List};
use super::statements::LONGEST;

/// How often the innermost point may be reached in a call.
const MOST_RUNS: usize = 150;

/// A loop around a point.
#[derive(Clone, Debug)]
pub(super) struct Around {
    /// The list whose indices it runs over.
    pub(super) over: Option<String>,
    /// Its label, if it has one.
    pub(super) label: Option<String>,
    /// Whether `continue` skips nothing that the loop needs to end.
    pub(super) continues: bool,
}

impl Generator {
    /// A loop, if one more is not too much.
    pub(super) fn loops(&mut self) {
        if self.loops.len() >= 3 || self.runs * 3 > MOST_RUNS {
            return;
        }
        match self.weighted(&[(30, 0), (22, 1), (14, 2), (12, 3), (9, 4), (9, 5), (8, 6), (6, 7)]) {
            0 => self.indexed(),
            1 => self.over_elements(),
            2 => self.counted(),
            3 => self.over_mutable_elements(),
            4 => self.conditional(),
            5 => self.endless(),
            6 => self.recurrence(),
            _ => self.ordered(),
        }
    }

    /// The head with a label, sometimes, and what is written inside.
    pub(super) fn looped(
        &mut self,
        head: &str,
        over: Option<&str>,
        trips: usize,
        continues: bool,
        body: impl FnOnce(&mut Self),
    ) {
        let label = self.percent(45).then(|| self.fresh("'outer"));
        let head = match &label {
            Some(label) => format!("{label}: {head}"),
            None => head.to_owned(),
        };
        let runs = self.runs;
        self.runs *= trips.max(1);
        self.loops.push(Around { over: over.map(str::to_owned), label, continues });
        self.block(&head, "", |generator| {
            body(generator);
            if generator.percent(30) {
                generator.exit();
            }
        });
        self.loops.pop();
        self.runs = runs;
    }

    /// Over the indices of a list.
    fn indexed(&mut self) {
        let lists = self.scope.named(|v| matches!(v.kind, Kind::List(_) | Kind::Rows(..)));
        if lists.is_empty() {
            return self.counted();
        }
        let (list, index) = (self.one_of(&lists), self.fresh("i"));
        let least = self.least(&list);
        let range = match self.pick(6) {
            0 => format!("(0..{list}.len()).rev()"),
            1 => format!("(0..{list}.len()).step_by(2)"),
            2 => format!("1..{list}.len()"),
            3 if least > 0 => format!("0..={}usize", least - 1),
            _ => format!("0..{list}.len()"),
        };
        let head = format!("for {index} in {range}");
        self.looped(&head, Some(&list), LONGEST / 2, true, |generator| {
            generator.scope.declare(&index, Kind::IndexOf(list.clone()), false);
            generator.statements(4);
        });
    }

    /// So many times; some never.
    pub(super) fn counted(&mut self) {
        let index = self.fresh("i");
        let (range, bound) = match self.pick(8) {
            0 => {
                let count = self.count();
                (format!("0usize..({count}) % 4"), 2)
            }
            1 => {
                let count = self.count_up_to(3);
                (format!("0usize..{count}"), 2)
            }
            2 => {
                let count = self.count_up_to(3);
                (format!("(0usize..={count}).rev()"), 3)
            }
            3 => {
                let end = 1 + self.pick(6);
                (format!("(0..{end}usize).step_by({})", 1 + self.pick(3)), end)
            }
            4 => {
                let start = self.count_up_to(3);
                (format!("{start}..3usize"), 2)
            }
            _ => {
                let end = self.pick(5);
                (format!("0..{end}usize"), end.saturating_sub(1))
            }
        };
        self.looped(&format!("for {index} in {range}"), None, 4, true, |generator| {
            generator.scope.declare(&index, Kind::Count(bound), false);
            generator.statements(4);
        });
    }

    /// Over the elements of a list.
    fn over_elements(&mut self) {
        if self.percent(20) && self.over_lists() {
            return;
        }
        let rows = self.scope.named(|v| matches!(v.kind, Kind::Rows(..)));
        if !rows.is_empty() && self.percent(30) {
            let (list, row) = (self.one_of(&rows), self.fresh("row"));
            let Some(Kind::Rows(_, width)) = self.scope.get(&list).map(|v| v.kind.clone()) else {
                return;
            };
            let head = format!("for {row} in {list}.iter()");
            return self.looped(&head, Some(&list), 4, true, |generator| {
                generator.scope.freeze(&list);
                let form = Form::ArrayReference(width);
                let row_list = List { form, least: width };
                generator.scope.declare(&row, Kind::List(row_list), false);
                generator.statements(4);
            });
        }
        let lists = self.scope.named(|v| is_list(&v.kind));
        let item = self.fresh("v");
        if lists.is_empty() || self.percent(10) {
            let (a, b) = (self.typed_float(1), self.typed_float(1));
            let head = format!("for {item} in [{a}, {b}]");
            return self.looped(&head, None, 2, true, |generator| {
                generator.scope.declare(&item, Kind::Float, false);
                generator.statements(4);
            });
        }
        let (a, b) = (self.one_of(&lists), self.one_of(&lists));
        let index = self.fresh("i");
        let reference = self.is_reference(&a);
        let borrowed = if reference { a.clone() } else { format!("&{a}") };
        let (head, kind) = match self.pick(8) {
            0 => (format!("for &{item} in {a}.iter()"), 0),
            1 => (format!("for ({index}, {item}) in {a}.iter().enumerate()"), 1),
            2 => (format!("for ({item}, w{index}) in {a}.iter().zip({b}.iter())"), 2),
            3 if self.is_shared(&a) => (format!("for {item} in {borrowed}"), 3),
            4 => (format!("for {item} in {a}.iter().rev()"), 3),
            5 => (format!("for {item} in {a}.windows(2)"), 4),
            6 => (format!("for {item} in {a}.iter().skip(1).step_by(2)"), 3),
            _ => (format!("for {item} in {a}.iter()"), 3),
        };
        self.looped(&head, Some(&a), LONGEST / 2, true, |generator| {
            generator.scope.freeze(&a);
            match kind {
                0 => generator.scope.declare(&item, Kind::Float, false),
                4 => {
                    let pair = List { form: Form::Slice, least: 2 };
                    generator.scope.declare(&item, Kind::List(pair), false);
                }
                _ => generator.scope.declare(&item, Kind::FloatReference(false), false),
            }
            match kind {
                1 => generator.scope.declare(&index, Kind::IndexOf(a.clone()), false),
                2 => {
                    generator.scope.freeze(&b);
                    let name = format!("w{index}");
                    generator.scope.declare(&name, Kind::FloatReference(false), false);
                }
                _ => {}
            }
            generator.statements(4);
        });
    }

    fn is_reference(&self, name: &str) -> bool {
        match self.scope.get(name).map(|v| &v.kind) {
            Some(Kind::List(list)) => !list.form.is_owned(),
            _ => false,
        }
    }

    /// Whether naming it moves nothing out of a `&mut`.
    fn is_shared(&self, name: &str) -> bool {
        self.scope.get(name).is_some_and(|v| !v.mutable || !self.is_reference(name))
    }

    /// Over the elements of a list, which change.
    fn over_mutable_elements(&mut self) {
        let lists = self.scope.changeable(|v| is_list(&v.kind));
        if lists.is_empty() {
            return self.over_elements();
        }
        let (list, item, index) = (self.one_of(&lists), self.fresh("v"), self.fresh("i"));
        let others = self.scope.named(|v| is_list(&v.kind) && v.name != list);
        let (head, kind) = match self.pick(5) {
            0 => (format!("for ({index}, {item}) in {list}.iter_mut().enumerate()"), 1),
            1 if !others.is_empty() => {
                let other = self.one_of(&others);
                (format!("for ({item}, {index}) in {list}.iter_mut().zip({other}.iter())"), 2)
            }
            2 => (format!("for {item} in {list}.chunks_mut(2)"), 3),
            3 => (format!("for {item} in {list}.iter_mut().rev()"), 0),
            _ => (format!("for {item} in {list}.iter_mut()"), 0),
        };
        let others_frozen = others;
        self.looped(&head, Some(&list), LONGEST / 2, true, |generator| {
            generator.scope.hide(&list);
            for other in others_frozen.iter().filter(|_| kind == 2) {
                generator.scope.freeze(other);
            }
            match kind {
                1 => generator.scope.declare(&index, Kind::Count(LONGEST), false),
                2 => generator.scope.declare(&index, Kind::FloatReference(false), false),
                _ => {}
            }
            match kind {
                3 => {
                    let chunk = List { form: Form::Slice, least: 1 };
                    generator.scope.declare(&item, Kind::List(chunk), true);
                }
                _ => generator.scope.declare(&item, Kind::FloatReference(true), true),
            }
            generator.statements(3);
            if kind != 3 {
                let value = generator.bounded(1);
                generator.line(format!("*{item} = 0.5 * *{item} + {value};"));
            }
        });
    }

    /// `while`.
    fn conditional(&mut self) {
        let count = self.fresh("n");
        let end = 1 + self.pick(4);
        let start = self.pick(2);
        self.line(format!("let mut {count}: usize = {start};"));
        let condition = match self.percent(50) {
            true => format!("{count} < {end}"),
            false => {
                let condition = self.truth();
                format!("{count} < {end} && ({condition})")
            }
        };
        self.looped(&format!("while {condition}"), None, end, true, |generator| {
            generator.line(format!("{count} += 1;"));
            generator.scope.declare(&count, Kind::Count(end), false);
            generator.statements(4);
        });
        self.scope.declare(&count, Kind::Count(end), false);
    }

    /// `loop`, sometimes with a value.
    fn endless(&mut self) {
        let (count, end) = (self.fresh("n"), 1 + self.pick(4));
        self.line(format!("let mut {count}: usize = 0;"));
        let value = self.percent(40).then(|| self.fresh("t"));
        let head = match &value {
            Some(name) => format!("let {name}: f64 = loop"),
            None => "loop".to_owned(),
        };
        let runs = self.runs;
        self.runs *= end;
        self.loops.push(Around { over: None, label: None, continues: false });
        let tail = if value.is_some() { ";" } else { "" };
        // Only what is written here may end a loop with a value.
        let outer = value.is_some().then(|| std::mem::take(&mut self.loops));
        self.block(&head, tail, |generator| {
            generator.scope.declare(&count, Kind::Count(end), false);
            if generator.percent(50) {
                generator.statements(3);
            }
            let condition = match generator.percent(50) {
                true => format!("{count} >= {end}"),
                false => {
                    let condition = generator.truth();
                    format!("{count} >= {end} || ({condition})")
                }
            };
            match value {
                Some(_) => {
                    let result = generator.bounded(1);
                    generator.line(format!("if {condition} {{ break {result}; }}"));
                }
                None => generator.line(format!("if {condition} {{ break; }}")),
            }
            generator.line(format!("{count} += 1;"));
            generator.statements(3);
        });
        if let Some(outer) = outer {
            self.loops = outer;
        }
        self.loops.pop();
        self.runs = runs;
        if let Some(name) = value {
            self.scope.declare(&name, Kind::Float, false);
        }
    }

    /// A list whose elements depend on those before.
    fn recurrence(&mut self) {
        let lists = self.scope.changeable(|v| is_list(&v.kind));
        if lists.is_empty() {
            return self.local_list();
        }
        let (list, index) = (self.one_of(&lists), self.fresh("i"));
        let (range, before) = match self.pick(3) {
            0 => (format!("(1..{list}.len()).rev()"), format!("{index} - 1")),
            1 => (format!("0..{list}.len()"), format!("{list}.len() - 1 - {index}")),
            _ => (format!("1..{list}.len()"), format!("{index} - 1")),
        };
        let head = format!("for {index} in {range}");
        self.looped(&head, Some(&list), LONGEST / 2, true, |generator| {
            generator.scope.declare(&index, Kind::IndexOf(list.clone()), false);
            let (a, b) = (generator.bounded(1), generator.bounded(1));
            let line = match generator.pick(3) {
                0 => format!("{list}[{index}] = 0.5 * {list}[{before}] + {a};"),
                1 => format!("{list}[{index}] += ({a}) * {list}[{before}];"),
                _ => format!("{list}[{index}] = ({list}[{before}] * {list}[{index}]).clamp(-2.0, 2.0) * ({b}) + {a};"),
            };
            generator.line(line);
            generator.statements(2);
        });
    }
}
