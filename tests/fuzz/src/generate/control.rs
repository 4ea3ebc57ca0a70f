//! Branches and exits.

use super::Generator;
use super::lists::is_list;
use super::scope::Kind;

impl Generator {
    /// `if`, `match`.
    pub(super) fn branch(&mut self) {
        if self.indent > 6 {
            return;
        }
        match self.pick(8) {
            0 => {
                let count = self.count();
                let arms = self.random_arms();
                self.block(&format!("match {count}"), "", |generator| {
                    for pattern in arms {
                        generator.block(&format!("{pattern} =>"), "", |generator| {
                            generator.statements(2);
                        });
                    }
                });
            }
            1 => {
                let condition = self.truth();
                let (name, a) = (self.fresh("t"), self.float(1));
                let head = format!("let {name}: f64 = if {condition}");
                self.block(&head, " else {", |generator| {
                    generator.statements(2);
                    let value = generator.float(1);
                    generator.line(value);
                });
                self.line(format!("    {a}"));
                self.line("};");
                self.scope.declare(&name, Kind::Float, false);
            }
            2 | 3 => {
                let condition = self.truth();
                self.block(&format!("if {condition}"), "", |generator| generator.statements(3));
            }
            4 => self.exit(),
            5 => {
                let (first, second) = (self.truth(), self.truth());
                self.block(&format!("if {first}"), "", |generator| generator.statements(2));
                self.block(&format!("else if {second}"), "", |generator| generator.statements(2));
                self.block("else", "", |generator| generator.statements(2));
            }
            _ => {
                let condition = self.truth();
                self.block(&format!("if {condition}"), "", |generator| generator.statements(3));
                self.block("else", "", |generator| generator.statements(3));
            }
        }
    }

    /// Leaves a loop or the function, if a condition holds.
    pub(super) fn exit(&mut self) {
        let condition = self.truth();
        let labels: Vec<_> = self.loops.iter().filter_map(|around| around.label.clone()).collect();
        let (inside, continues) = match self.loops.last() {
            Some(around) => (true, around.continues),
            None => (false, false),
        };
        let leave = match self.weighted(&[(30, 0), (22, 1), (14, 2), (26, 3)]) {
            0 if inside => "break;".to_owned(),
            1 if continues => "continue;".to_owned(),
            2 if !labels.is_empty() => format!("break {};", self.one_of(&labels)),
            _ if self.function_depth > 0 => return,
            _ => self.return_statement(),
        };
        match self.percent(40) {
            true => self.block(&format!("if {condition}"), "", |generator| {
                generator.statements(2);
                generator.line(leave);
            }),
            false => self.line(format!("if {condition} {{ {leave} }}")),
        }
    }

    /// A closure and its calls.
    pub(super) fn closure(&mut self) {
        let (name, item) = (self.fresh("g"), self.fresh("v"));
        let floats = self.scope.changeable(|v| v.kind == Kind::Float);
        match self.pick(3) {
            0 if !floats.is_empty() => {
                // It changes what it captures, which nobody else may name until its last call.
                let captured = self.one_of(&floats);
                self.block("", "", |generator| {
                    let kept = generator.scope.enter();
                    generator.scope.freeze_all();
                    generator.scope.hide(&captured);
                    generator.scope.declare(&item, Kind::Float, false);
                    let value = generator.bounded(1);
                    generator.scope.leave(kept);
                    generator.scope.freeze_all();
                    generator.scope.hide(&captured);
                    generator.line(format!(
                        "let mut {name} = |{item}: f64| {captured} = 0.5 * {captured} + {value};"
                    ));
                    for _ in 0..1 + generator.pick(3) {
                        let argument = generator.float(1);
                        generator.line(format!("{name}({argument});"));
                    }
                });
            }
            _ => {
                // What it captures does not change: it may be called from here on.
                let kept = self.scope.enter();
                let changing = self.scope.named(|v| v.mutable);
                changing.iter().for_each(|name| self.scope.hide(name));
                self.scope.declare(&item, Kind::Float, false);
                let value = self.float(2);
                self.scope.leave(kept);
                self.line(format!("let {name} = |{item}: f64| -> f64 {{ {value} }};"));
                self.scope.declare(&name, Kind::Function(1), false);
                let result = self.fresh("t");
                let (a, b) = (self.float(1), self.float(1));
                self.line(format!("let {result}: f64 = {name}({a}) - {name}({b});"));
                self.scope.declare(&result, Kind::Float, false);
            }
        }
    }

    /// A loop with everything that makes reverse mode hard: an array that is carried, a call, an exit.
    pub(super) fn everything_together(&mut self) {
        let lists = self.scope.changeable(|v| {
            is_list(&v.kind) && matches!(&v.kind, Kind::List(list) if list.least >= 2)
        });
        let list = match lists.is_empty() {
            true => {
                let list = self.fresh("a");
                let (a, b) = (self.float(1), self.float(1));
                self.line(format!("let mut {list} = [{a}, {b}];"));
                let form = super::scope::Form::Array(2);
                let content = super::scope::List { form, least: 2 };
                self.scope.declare(&list, Kind::List(content), true);
                list
            }
            false => self.one_of(&lists),
        };
        let (index, end) = (self.fresh("i"), 2 + self.pick(4));
        let runs = self.runs;
        self.runs *= end;
        let around = super::loops::Around { over: None, label: None, continues: true };
        self.loops.push(around);
        self.block(&format!("for {index} in 0..{end}usize"), "", |generator| {
            generator.scope.declare(&index, Kind::Count(end - 1), false);
            generator.statements(2);
            let value = generator.bounded(1);
            let called = generator.called(1).unwrap_or_else(|| generator.bounded(1));
            generator.line(format!(
                "{list}[{index} % 2] = 0.5 * {list}[({index} + 1) % 2] * ({value}) + ({called}).clamp(-1.0, 1.0);"
            ));
            generator.exit();
            generator.statements(2);
        });
        self.loops.pop();
        self.runs = runs;
    }
}
