//! Lists of lists: `Vec<Vec<f64>>`, whose rows have lengths of their own that change.

use super::Generator;
use super::scope::{Form, Kind, List};
use super::statements::LONGEST;

/// A list of at least so many rows with at least so many elements each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lists {
    rows: usize,
    width: usize,
}

impl Generator {
    fn lists(&self, changeable: bool) -> Vec<(String, Lists)> {
        let is_lists = |kind: &Kind| matches!(kind, Kind::Lists(_));
        let names = match changeable {
            true => self.scope.changeable(|v| is_lists(&v.kind)),
            false => self.scope.named(|v| is_lists(&v.kind)),
        };
        let known = names.into_iter().filter_map(|name| match self.scope.get(&name)?.kind {
            Kind::Lists(lists) => Some((name, lists)),
            _ => None,
        });
        known.collect()
    }

    fn some_lists(&mut self, changeable: bool) -> Option<(String, Lists)> {
        let all = self.lists(changeable);
        match all.len() {
            0 => None,
            count => Some(all[self.pick(count)].clone()),
        }
    }

    /// An element of a list of lists, or a sum over some, if there is one.
    pub(super) fn nested_element(&mut self) -> Option<String> {
        let (name, lists) = self.some_lists(false)?;
        let (row, column) = (self.row(lists), self.pick(lists.width));
        Some(match self.pick(7) {
            0 => format!("{name}[{row}].iter().sum::<f64>()"),
            1 => {
                let c = self.atom(false);
                format!("{name}.iter().map(|row| row[{column}] * {c}).sum::<f64>()")
            }
            2 => format!("{name}[{name}.len() - 1][{column}]"),
            3 => format!("{name}[{row}][{name}[{row}].len() - 1]"),
            _ => format!("{name}[{row}][{column}]"),
        })
    }

    /// An element of one that may be assigned to.
    pub(super) fn nested_element_to_change(&mut self) -> Option<String> {
        let (name, lists) = self.some_lists(true)?;
        let row = self.without(&name, |generator| generator.row(lists));
        Some(format!("{name}[{row}][{}]", self.pick(lists.width)))
    }

    fn row(&mut self, lists: Lists) -> String {
        match self.percent(30) {
            true => format!("({}) % {}", self.count(), lists.rows),
            false => self.pick(lists.rows).to_string(),
        }
    }

    /// A row of so many elements.
    fn new_row(&mut self, width: usize) -> String {
        match self.pick(3) {
            0 => format!("vec![{}; {width}]", self.bounded(1)),
            _ => {
                let elements: Vec<_> = (0..width).map(|_| self.bounded(1)).collect();
                format!("vec![{}]", elements.join(", "))
            }
        }
    }

    /// Declares a list of lists, or changes one.
    pub(super) fn nested_lists(&mut self) {
        match self.percent(60).then(|| self.some_lists(true)).flatten() {
            Some((name, lists)) => self.change_lists(&name, lists),
            None => self.local_lists(),
        }
    }

    fn local_lists(&mut self) {
        let name = self.fresh("n");
        let lists = Lists { rows: 1 + self.pick(3), width: 1 + self.pick(2) };
        let Lists { rows, width } = lists;
        let old = self.some_lists(false);
        let value = match (self.pick(6), old) {
            (0, _) => {
                let row = self.new_row(width);
                format!("vec![{row}; {rows}]")
            }
            (1, _) => {
                let (k, value) = (self.fresh("k"), self.bounded(1));
                format!("(0..{rows}usize).map(|{k}| vec![{value}; {k} + {width}]).collect()")
            }
            (2, Some((old, lists))) => {
                self.line(format!("let mut {name}: Vec<Vec<f64>> = {old}.clone();"));
                return self.scope.declare(&name, Kind::Lists(lists), true);
            }
            (3, _) => {
                self.line(format!("let mut {name}: Vec<Vec<f64>> = Vec::new();"));
                let index = self.fresh("k");
                self.block(&format!("for {index} in 0..{rows}usize"), "", |generator| {
                    generator.scope.declare(&index, Kind::Count(rows - 1), false);
                    let row = generator.new_row(width);
                    generator.line(format!("{name}.push({row});"));
                });
                return self.scope.declare(&name, Kind::Lists(lists), true);
            }
            _ => {
                let rows: Vec<_> = (0..rows).map(|_| self.new_row(width)).collect();
                format!("vec![{}]", rows.join(", "))
            }
        };
        self.line(format!("let mut {name}: Vec<Vec<f64>> = {value};"));
        self.scope.declare(&name, Kind::Lists(lists), true);
    }

    fn change_lists(&mut self, name: &str, lists: Lists) {
        let Lists { rows, width } = lists;
        let row = self.without(name, |generator| generator.row(lists));
        let may_grow = self.longest + self.runs <= LONGEST;
        match self.pick(11) {
            0 if may_grow => {
                self.longest += self.runs;
                let new = self.without(name, |generator| generator.new_row(width));
                self.line(format!("{name}.push({new});"));
            }
            1 if may_grow => {
                self.longest += self.runs;
                let value = self.without(name, |generator| generator.bounded(1));
                self.line(format!("{name}[{row}].push({value});"));
            }
            2 => {
                let (last, value) = (self.fresh("w"), self.bounded(1));
                let kept = self.fresh("s");
                self.line(format!("let mut {kept}: f64 = {value};"));
                self.block(&format!("if {name}.len() > {rows}"), "", |generator| {
                    generator.line(format!(
                        "if let Some({last}) = {name}.pop() {{ {kept} += 0.5 * {last}[0]; }}"
                    ));
                });
                self.scope.declare(&kept, Kind::Float, true);
            }
            3 => {
                let new = self.without(name, |generator| generator.new_row(width));
                self.line(format!("{name}[{row}] = {new};"));
            }
            4 => {
                let other = self.pick(rows);
                self.line(format!("{name}.swap({row}, {other});"));
            }
            5 => {
                let more = width + self.pick(2);
                self.line(format!("{name}[{row}].truncate({more});"));
            }
            6 => {
                let others = self.lists(true).into_iter();
                let same = |(other, of): &(String, Lists)| other != name && *of == lists;
                let others: Vec<String> = others.filter(same).map(|(other, _)| other).collect();
                if others.is_empty() {
                    return;
                }
                let other = self.one_of(&others);
                match self.percent(60) {
                    true => self.line(format!("std::mem::swap(&mut {name}, &mut {other});")),
                    false => self.line(format!("{name} = {other}.clone();")),
                }
            }
            7 => {
                let list = self.fresh("a");
                self.line(format!("let mut {list}: Vec<f64> = {name}[{row}].clone();"));
                let kind = Kind::List(List { form: Form::Vec, least: width });
                self.scope.declare(&list, kind, true);
            }
            8 => {
                // A row leaves, and comes back changed.
                let (list, value) = (self.fresh("a"), self.bounded(1));
                self.line(format!("let mut {list} = std::mem::take(&mut {name}[{row}]);"));
                self.line(format!("{list}[0] += {value};"));
                let back = self.pick(rows);
                self.line(format!("std::mem::swap(&mut {name}[{back}], &mut {list});"));
                // The place that it left has to hold something.
                let new = self.without(name, |generator| generator.new_row(width));
                let empty = format!("if {name}[{row}].is_empty() {{ {name}[{row}] = {new}; }}");
                self.line(empty);
                let kept = self.fresh("s");
                self.line(format!("let {kept}: f64 = {list}.iter().sum::<f64>();"));
                self.scope.declare(&kept, Kind::Float, false);
            }
            9 => {
                let (over, value) = (self.fresh("row"), self.without(name, |g| g.bounded(1)));
                self.line(format!("for {over} in {name}.iter_mut() {{ {over}[0] *= {value}; }}"));
            }
            _ => {
                let value = self.without(name, |generator| generator.bounded(1));
                let column = self.pick(width);
                self.line(format!("{name}[{row}][{column}] = {value};"));
            }
        }
    }

    /// A loop over the rows, if there are some.
    pub(super) fn over_lists(&mut self) -> bool {
        let Some((name, lists)) = self.some_lists(false) else { return false };
        let row = self.fresh("row");
        let head = format!("for {row} in &{name}");
        self.looped(&head, Some(&name), 4, true, |generator| {
            generator.scope.freeze(&name);
            let kind = Kind::List(List { form: Form::VecReference, least: lists.width });
            generator.scope.declare(&row, kind, false);
            generator.statements(4);
        });
        true
    }
}
