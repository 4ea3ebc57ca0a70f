//! Lists of floats: their elements, chains of iterators, new lists.

use super::Generator;
use super::scope::{Form, Kind, List};

/// A list of floats and of which type it is.
pub(super) fn is_list(kind: &Kind) -> bool {
    matches!(kind, Kind::List(_))
}

impl Generator {
    /// An element of a list, if there is one.
    pub(super) fn element(&mut self) -> Option<String> {
        if self.percent(25)
            && let Some(element) = self.nested_element()
        {
            return Some(element);
        }
        let rows = self.scope.named(|v| matches!(v.kind, Kind::Rows(..)));
        if !rows.is_empty() && self.percent(25) {
            let name = self.one_of(&rows);
            let index = self.index_into(&name)?;
            let Kind::Rows(_, width) = self.scope.get(&name)?.kind else { return None };
            return Some(format!("{name}[{index}][{}]", self.pick(width)));
        }
        let lists = self.scope.named(|v| is_list(&v.kind));
        if lists.is_empty() {
            return None;
        }
        let name = self.one_of(&lists);
        let index = self.index_into(&name)?;
        Some(format!("{name}[{index}]"))
    }

    /// An element that may be assigned to, and the list it is in.
    pub(super) fn element_to_change(&mut self) -> Option<(String, String)> {
        let lists = self.scope.changeable(|v| matches!(v.kind, Kind::List(_) | Kind::Rows(..)));
        if lists.is_empty() {
            return None;
        }
        let back = self.pick(lists.len().min(3));
        let name = lists[lists.len() - 1 - back].clone();
        let index = self.index_without(&name)?;
        match self.scope.get(&name)?.kind {
            Kind::Rows(_, width) => Some((format!("{name}[{index}][{}]", self.pick(width)), name)),
            _ => Some((format!("{name}[{index}]"), name)),
        }
    }

    /// A chain of iterators that ends in a float, if there is a list.
    pub(super) fn chain(&mut self, depth: usize) -> Option<String> {
        let rows = self.scope.named(|v| matches!(v.kind, Kind::Rows(..)));
        if !rows.is_empty() && self.percent(30) {
            let name = self.one_of(&rows);
            return Some(format!(
                "{name}.iter().map(|row| row[0] * {}).sum::<f64>()",
                self.atom(false)
            ));
        }
        let lists = self.scope.named(|v| is_list(&v.kind));
        if lists.is_empty() {
            return None;
        }
        let a = self.one_of(&lists);
        let b = self.one_of(&lists);
        let item = self.fresh("v");
        let c = self.float(depth.saturating_sub(1).min(1));
        let plain = |generator: &mut Self| match generator.pick(8) {
            0 => ".rev()".to_owned(),
            1 => format!(".skip({})", generator.pick(3)),
            2 => format!(".take({})", generator.pick(3)),
            3 => format!(".step_by({})", 1 + generator.pick(3)),
            _ => String::new(),
        };
        let (first, second) = (plain(self), plain(self));
        Some(match self.pick(12) {
            0 => format!("{a}.iter(){first}.sum::<f64>()"),
            1 => format!("{a}.iter(){first}.map(|{item}| {item} * {c}).sum::<f64>()"),
            2 => format!(
                "{a}.iter(){first}.zip({b}.iter(){second}).map(|({item}, w)| {item} * w - {c}).sum::<f64>()"
            ),
            3 => format!(
                "{a}.iter().enumerate(){first}.map(|(k, {item})| k as f64 * {item}).sum::<f64>()"
            ),
            4 => format!("{a}.iter(){first}.fold({c}, |s, {item}| 0.5 * s + {item} * {item})"),
            5 => format!("{a}.iter(){first}.copied().fold(0.5, f64::max)"),
            6 => format!("{a}.iter(){first}.map(|&{item}| {item}.abs() + 0.5).product::<f64>()"),
            7 => format!(
                "{a}.windows(2){first}.map(|{item}| {item}[1] - {item}[0] * {c}).sum::<f64>()"
            ),
            8 => format!(
                "{a}.chunks(2){first}.map(|{item}| {item}[0] * {item}[{item}.len() - 1]).sum::<f64>()"
            ),
            9 => format!(
                "{a}.iter().chain({b}.iter()){first}.map(|{item}| {item} * {item}).sum::<f64>()"
            ),
            10 => {
                let (below, above) = (self.pick(3), 1 + self.pick(3));
                format!(
                    "(0..{a}.len()).filter(|{item}| {item} % {above} != {below}).map(|{item}| {a}[{item}] * 0.5).sum::<f64>()"
                )
            }
            _ => format!(
                "{a}.iter(){first}.map(|{item}| {{ let w = {item} + {c}; w * w }}).sum::<f64>()"
            ),
        })
    }

    /// Declares a list of its own.
    pub(super) fn local_list(&mut self) {
        let name = self.fresh("a");
        let lists = self.scope.named(|v| is_list(&v.kind));
        let from = (!lists.is_empty()).then(|| self.one_of(&lists));
        let least_of = |generator: &Self, name: &str| match generator.scope.get(name) {
            Some(variable) => match &variable.kind {
                Kind::List(list) => (list.form, list.least),
                _ => (Form::Slice, 0),
            },
            None => (Form::Slice, 0),
        };
        let vec = |least| List { form: Form::Vec, least };
        let array = |length| List { form: Form::Array(length), least: length };
        let (list, value) = match (self.pick(11), from) {
            (0, Some(from)) => {
                let (_, least) = least_of(self, &from);
                (vec(least), format!("{from}.to_vec()"))
            }
            (1, Some(from)) => {
                let (form, least) = least_of(self, &from);
                match form {
                    Form::Array(length) => (array(length), from),
                    Form::ArrayReference(length) => (array(length), format!("*{from}")),
                    Form::Vec | Form::VecReference => (vec(least), format!("{from}.clone()")),
                    Form::Slice => (vec(least), format!("{from}.to_vec()")),
                }
            }
            (2, Some(from)) => {
                let (_, least) = least_of(self, &from);
                let (item, c) = (self.fresh("v"), self.atom(false));
                let value =
                    format!("{from}.iter().map(|{item}| {item} * {c}).collect::<Vec<f64>>()");
                (vec(least), value)
            }
            (3, _) => {
                let (length, value) = (2 + self.pick(2), self.float(1));
                (array(length), format!("[{value}; {length}]"))
            }
            (4, _) => {
                let (length, value) = (1 + self.pick(3), self.float(1));
                (vec(length), format!("vec![{value}; {length}]"))
            }
            (5, _) => {
                let elements: Vec<_> = (0..2).map(|_| self.float(1)).collect();
                (vec(2), format!("vec![{}]", elements.join(", ")))
            }
            (6, _) => {
                let (least, value) = (1 + self.pick(2), self.float(1));
                let count = self.count_up_to(2);
                (vec(least), format!("vec![{value}; {least} + {count}]"))
            }
            (7, _) => {
                self.filled_list(&name);
                return;
            }
            _ => {
                let elements: Vec<_> = (0..2 + self.pick(2)).map(|_| self.float(2)).collect();
                (array(elements.len()), format!("[{}]", elements.join(", ")))
            }
        };
        let mutable = self.percent(80);
        let keyword = if mutable { "let mut" } else { "let" };
        let ty = match list.form {
            Form::Array(length) => format!("[f64; {length}]"),
            _ => "Vec<f64>".to_owned(),
        };
        // Literals alone have no type.
        match self.percent(50) || value.contains(['[']) {
            true => self.line(format!("{keyword} {name}: {ty} = {value};")),
            false => self.line(format!("{keyword} {name} = {value};")),
        }
        self.scope.declare(&name, Kind::List(list), mutable);
    }

    /// A `Vec` that is filled by a loop.
    fn filled_list(&mut self, name: &str) {
        let count = 1 + self.pick(3);
        let index = self.fresh("k");
        self.line(format!("let mut {name}: Vec<f64> = Vec::with_capacity({count});"));
        self.block(&format!("for {index} in 0..{count}usize"), "", |generator| {
            generator.scope.declare(&index, Kind::Count(count - 1), false);
            let value = generator.float(2);
            generator.line(format!("{name}.push({value});"));
        });
        let list = List { form: Form::Vec, least: count };
        self.scope.declare(name, Kind::List(list), true);
    }

    /// Declares rows of its own.
    pub(super) fn local_rows(&mut self) {
        let name = self.fresh("m");
        let (count, width) = (2 + self.pick(2), 2);
        let row = |generator: &mut Self| {
            let row: Vec<_> = (0..width).map(|_| generator.float(1)).collect();
            format!("[{}]", row.join(", "))
        };
        let list = match self.pick(3) {
            0 => {
                let value = self.float(1);
                self.line(format!("let mut {name} = [[{value} as f64; {width}]; {count}];"));
                List { form: Form::Array(count), least: count }
            }
            1 => {
                let rows: Vec<_> = (0..count).map(|_| row(self)).collect();
                let rows = rows.join(", ");
                self.line(format!("let mut {name}: Vec<[f64; {width}]> = vec![{rows}];"));
                List { form: Form::Vec, least: count }
            }
            _ => {
                let rows: Vec<_> = (0..count).map(|_| row(self)).collect();
                self.line(format!(
                    "let mut {name}: [[f64; {width}]; {count}] = [{}];",
                    rows.join(", ")
                ));
                List { form: Form::Array(count), least: count }
            }
        };
        self.scope.declare(&name, Kind::Rows(list, width), true);
    }

    /// Changes a list as a whole, or how long it is.
    pub(super) fn change_list(&mut self) {
        let lists = self.scope.changeable(|v| is_list(&v.kind));
        if lists.is_empty() {
            return self.local_list();
        }
        let name = self.one_of(&lists);
        let Some(Kind::List(List { form, least })) = self.scope.get(&name).map(|v| v.kind.clone())
        else {
            return;
        };
        let looped = self.is_looped_over(&name);
        match self.pick(10) {
            0 | 1 if form.grows() && self.longest + self.runs <= super::statements::LONGEST => {
                self.longest += self.runs;
                let value = self.without(&name, |generator| generator.bounded(1));
                self.line(format!("{name}.push({value});"));
            }
            2 if form.grows() && !looped => match self.pick(4) {
                0 => self.line(format!("if {name}.len() > {least} {{ {name}.pop(); }}")),
                1 => {
                    let more = self.pick(3);
                    self.line(format!("{name}.truncate({});", least + more));
                }
                2 => {
                    let (more, value) = (self.pick(3), self.bounded(1));
                    self.longest = self.longest.max(least + more);
                    let value = format!("({value})");
                    self.line(format!("{name}.resize({}, {value});", least + more));
                }
                _ => {
                    let value = self.bounded(1);
                    let kept = self.fresh("t");
                    self.line(format!("let {kept}: f64 = {value};"));
                    self.line(format!("{name}.clear();"));
                    for _ in 0..least {
                        self.line(format!("{name}.push({kept});"));
                    }
                }
            },
            3 => {
                let value = self.without(&name, |generator| generator.bounded(1));
                self.line(format!("{name}.fill({value});"));
            }
            4 | 5 => {
                let indices = self.two_indices(&name);
                if let Some((i, j)) = indices {
                    self.line(format!("{name}.swap({i}, {j});"));
                }
            }
            6 => {
                let item = self.fresh("v");
                let value = self.without(&name, |generator| generator.atom(false));
                self.line(format!(
                    "{name}.iter_mut().for_each(|{item}| *{item} = 0.5 * *{item} + {value});"
                ));
            }
            7 if !looped => self.exchange_lists(&name, form, least),
            8 => self.rotate(&name, form),
            _ => {
                if let Some((i, j)) = self.two_indices(&name) {
                    let value = self.bounded(1);
                    self.line(format!("{name}[{i}] = {name}[{j}] * 0.5 + {value};"));
                }
            }
        }
    }

    /// Two indices that do not ask the list itself.
    fn two_indices(&mut self, name: &str) -> Option<(String, String)> {
        Some((self.index_without(name)?, self.index_without(name)?))
    }

    /// What is written while a variable may not be named.
    pub(super) fn without<T>(&mut self, name: &str, write: impl FnOnce(&mut Self) -> T) -> T {
        let kept = self.scope.enter();
        self.scope.hide(name);
        let written = write(self);
        self.scope.leave(kept);
        written
    }

    /// Whether a loop around runs over the indices of a list.
    pub(super) fn is_looped_over(&self, name: &str) -> bool {
        self.loops.iter().any(|around| around.over.as_deref() == Some(name))
    }

    /// `swap`, `replace` and assignment of whole lists.
    fn exchange_lists(&mut self, name: &str, form: Form, least: usize) {
        let others = self.scope.changeable(|v| {
            v.name != name
                && matches!(&v.kind, Kind::List(list)
                    if list.form == form && (form.fixed().is_some() || list.least == least))
        });
        let borrow = |name: &str, form: Form| match form.is_owned() {
            true => format!("&mut {name}"),
            false => name.to_owned(),
        };
        if form == Form::Slice || others.is_empty() {
            return;
        }
        let other = self.one_of(&others);
        if self.is_looped_over(&other) {
            return;
        }
        let fixed = form.fixed().is_some();
        let star = if form.is_owned() { "" } else { "*" };
        match self.pick(3) {
            0 => self.line(format!(
                "std::mem::swap({}, {});",
                borrow(name, form),
                borrow(&other, form)
            )),
            1 if fixed => self.line(format!("{star}{name} = {star}{other};")),
            1 => self.line(format!("{star}{name} = {other}.clone();")),
            _ if fixed => self.line(format!("{name}.copy_from_slice(&{star}{other});")),
            _ => self.line(format!(
                "*{} = {other}.to_vec();",
                match form.is_owned() {
                    true => format!("(&mut {name})"),
                    false => name.to_owned(),
                }
            )),
        }
    }

    /// Every element takes the place of another: what is read after it is written.
    fn rotate(&mut self, name: &str, form: Form) {
        let Some(Kind::List(List { least, .. })) = self.scope.get(name).map(|v| v.kind.clone())
        else {
            return;
        };
        match form.fixed() {
            Some(2) if form.is_owned() => {
                self.line(format!("{name} = [{name}[1], {name}[0] * 0.5];"));
            }
            _ if least >= 2 => {
                let kept = self.fresh("t");
                self.line(format!("let {kept}: f64 = {name}[0];"));
                self.line(format!("{name}[0] = {name}[1];"));
                self.line(format!("{name}[1] = {kept};"));
            }
            _ => {}
        }
    }
}
