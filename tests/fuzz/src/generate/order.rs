//! Loops whose iterations look independent, each with one thing for which their order, or which of them run, matters:
//! what several iterations at once have to leave as it is.

use super::Generator;
use super::lists::is_list;
use super::scope::Kind;

impl Generator {
    /// Such a loop, and the float that it leaves.
    pub(super) fn ordered(&mut self) {
        let lists = self.scope.named(|v| is_list(&v.kind));
        if lists.is_empty() {
            return self.counted();
        }
        let (a, b) = (self.one_of(&lists), self.one_of(&lists));
        let (s, i) = (self.fresh("s"), self.fresh("i"));
        let k = self.bounded(1);
        self.line(format!("let mut {s}: f64 = {k};"));
        let (n, m) = (format!("{a}.len()"), format!("{b}.len()"));
        let backwards = self.percent(50);
        let range = |end: &str| match backwards {
            true => format!("(0..{end}).rev()"),
            false => format!("0..{end}"),
        };
        // The last three are no rational functions.
        match self.pick(if self.style.rational { 7 } else { 10 }) {
            0 => self.previous(&a, &b, &s, &i, &range(&n)),
            1 => {
                let all = if backwards { ".rev()" } else { "" };
                self.line(format!("for v in {a}.iter(){all} {{ {s} = *v * 0.5; }}"));
            }
            2 => self.within_reach(&a, &s, &i, &range(&n)),
            3 => {
                let line = format!(
                    "if {i} + 1 < {n} {{ {s} += {a}[{i} + 1] * {a}[{i}]; }} else {{ {s} -= {a}[{i}]; }}"
                );
                self.over(&i, &range(&n), &line);
            }
            4 => {
                let line =
                    format!("if {a}[{i}] > 0.25 && {i} < {m} {{ {s} += {b}[{i}] * {a}[{i}]; }}");
                self.over(&i, &range(&n), &line);
            }
            5 => {
                let line = format!(
                    "{s} += {a}[{n} - 1 - {i}] * {a}[({i} * {i}) % {n}] * ({i} * ({i} % 3)) as f64 * 0.01;"
                );
                self.over(&i, &range(&n), &line);
            }
            6 => self.best_so_far(&a, &s, &i, &range(&n)),
            7 => {
                let end = format!("{n}.saturating_sub(1)");
                let line = format!("{s} += ({a}[{i} + 1] - {a}[{i}] * {a}[{i}]).sin();");
                self.over(&i, &range(&end), &line);
            }
            8 => {
                let line = format!("{s} = {s}.max({a}[{i}].abs().sqrt());");
                self.over(&i, &range(&n), &line);
            }
            _ => {
                let line = format!(
                    "let root = {a}[{i}].abs().sqrt(); if {a}[{i}] > 0.0 {{ {s} += root; }} else {{ {s} -= 0.5 * {a}[{i}]; }}"
                );
                self.over(&i, &range(&n), &line);
            }
        }
        self.scope.declare(&s, Kind::Float, true);
    }

    fn over(&mut self, index: &str, range: &str, line: &str) {
        self.line(format!("for {index} in {range} {{ {line} }}"));
    }

    /// A number of the iteration before.
    fn previous(&mut self, a: &str, b: &str, s: &str, i: &str, range: &str) {
        let p = self.fresh("p");
        let element = match self.pick(3) {
            0 => format!("{a}[({i} * {i}) % {a}.len()]"),
            1 => format!("{a}[{a}.len() - 1]"),
            _ => format!("{a}[{i}]"),
        };
        let factor = match self.percent(50) {
            true => format!("{a}[{i}]"),
            false => format!("if {i} < {b}.len() {{ {b}[{i}] }} else {{ 0.5 }}"),
        };
        self.line(format!("let mut {p}: f64 = 0.25;"));
        let line = format!(
            "let now = {element}; let by: f64 = {factor}; {s} += 0.5 * {p} * by; {p} = now;"
        );
        self.over(i, range, &line);
        self.scope.declare(&p, Kind::Float, true);
    }

    /// Elements that the iterations before have written.
    fn within_reach(&mut self, a: &str, s: &str, i: &str, range: &str) {
        let (y, j, m) = (self.fresh("y"), self.fresh("j"), 1 + self.pick(3));
        self.line(format!("let mut {y}: Vec<f64> = vec![0.0; {a}.len() + {m}];"));
        let line = match self.percent(50) {
            true => format!("{y}[{i} + {j}] = 0.5 * {a}[{i}] - {y}[{i} + {j}];"),
            false => format!("{y}[{i} + {j}] += 0.5 * {a}[{i}];"),
        };
        self.over(i, range, &format!("for {j} in 0..{m}usize {{ {line} }}"));
        self.line(format!("{s} += {y}.iter().map(|v| v * v).sum::<f64>() * 0.1;"));
    }

    /// The least or largest number so far, with another one of its iteration: over a list, or over indices of
    /// another type; once, or several times.
    fn best_so_far(&mut self, a: &str, s: &str, i: &str, range: &str) {
        let (o, c) = (self.fresh("o"), self.fresh("c"));
        let by_list = self.percent(70);
        let (candidate, own, range) = match by_list {
            true => {
                let candidate = [format!("{a}[{i}]"), format!("{a}[{i}] * (1.0 - {a}[{i}])")];
                (candidate[self.pick(2)].clone(), format!("{a}[{i}] * 0.5"), range.to_string())
            }
            false => {
                let x = self.bounded(1);
                self.line(format!("let {c}: f64 = {x};"));
                let candidate = format!("({i} as f64 - 1.5) * {c}");
                (candidate, format!("{c} + {i} as f64"), "0..4".to_string())
            }
        };
        let better = ["<", "<=", ">"][self.pick(3)];
        // Something else in the loop goes on after the best is found.
        let (t, beside) = match self.percent(25) {
            true => (self.fresh("t"), if by_list { format!("{a}[{i}]") } else { c.clone() }),
            false => (String::new(), String::new()),
        };
        let goes_on = !t.is_empty();
        let addition = if goes_on { format!(" {t} += {beside};") } else { String::new() };
        let line = format!(
            "let now: f64 = {candidate}; if now {better} {s} {{ {s} = now; {o} = {own}; }}{addition}"
        );
        self.line(format!("let mut {o}: f64 = 0.25;"));
        if goes_on {
            self.line(format!("let mut {t}: f64 = 0.0;"));
        }
        match self.percent(70) {
            true => self.over(i, &range, &line),
            false => {
                let (r, all) = (self.fresh("r"), self.fresh("z"));
                self.line(format!("let mut {all}: f64 = 0.0;"));
                let inner = format!("for {i} in {range} {{ {line} }}");
                let line = format!("{s} -= 0.125; {inner} {all} += {s} * {o};");
                self.over(&r, "0..2usize", &line);
                self.scope.declare(&all, Kind::Float, true);
            }
        }
        for name in [&o, &t].into_iter().filter(|name| !name.is_empty()) {
            self.scope.declare(name, Kind::Float, true);
        }
    }
}
