//! Expressions that are floats.

use super::Generator;
use super::scope::Kind;

impl Generator {
    /// A float literal; with its type where it is the receiver of a method.
    pub(super) fn literal(&mut self, typed: bool) -> String {
        const NUMBERS: &[&str] = &[
            "0.5", "1.0", "2.0", "0.25", "0.1", "1.5", "0.75", "3.0", "0.0", "0.3", "1e-2", "0.7",
            "2.5",
        ];
        let number = self.one_of(NUMBERS);
        let sign = if self.percent(15) { "-" } else { "" };
        match (typed, sign) {
            (true, "") => format!("{number}_f64"),
            (true, _) => format!("(-{number}_f64)"),
            (false, "") => number.to_owned(),
            (false, _) => format!("(-{number})"),
        }
    }

    /// Something that is a float without calculation, if there is anything.
    pub(super) fn known_float(&mut self) -> Option<String> {
        let references = self.scope.named(|v| matches!(v.kind, Kind::FloatReference(_)));
        let floats = self.scope.named(|v| v.kind == Kind::Float);
        let pairs = self.scope.named(|v| v.kind == Kind::Pair);
        // Most likely a new one.
        let recent = |generator: &mut Self, names: &[String]| {
            let back = match generator.percent(55) {
                true => generator.pick(names.len().min(3)),
                false => generator.pick(names.len()),
            };
            names[names.len() - 1 - back].clone()
        };
        match self.weighted(&[(60, 0), (15, 1), (8, 2), (40, 3)]) {
            1 if !references.is_empty() => {
                let name = recent(self, &references);
                Some(format!("(*{name})"))
            }
            2 if !pairs.is_empty() => {
                let name = recent(self, &pairs);
                Some(format!("{name}.{}", self.pick(2)))
            }
            3 => self.element().or_else(|| (!floats.is_empty()).then(|| recent(self, &floats))),
            _ if !floats.is_empty() => Some(recent(self, &floats)),
            _ => None,
        }
    }

    /// A float without calculation.
    pub(super) fn atom(&mut self, typed: bool) -> String {
        match self.percent(20) {
            true => self.literal(typed),
            false => self.known_float().unwrap_or_else(|| self.literal(typed)),
        }
    }

    /// A float that grows at most as a polynomial in what there is.
    pub(super) fn float(&mut self, depth: usize) -> String {
        self.float_of(depth, false)
    }

    /// The same; its type is clear from itself.
    pub(super) fn typed_float(&mut self, depth: usize) -> String {
        self.float_of(depth, true)
    }

    fn float_of(&mut self, depth: usize, typed: bool) -> String {
        if depth == 0 || self.percent(12) {
            return self.atom(typed);
        }
        match self.weighted(&[
            (44, 0),
            (18, 1),
            (8, 2),
            (5, 3),
            (5, 4),
            (4, 5),
            (9, 6),
            (3, 7),
            (4, 8),
        ]) {
            0 => self.arithmetic(depth, typed),
            1 => self.elementary(depth),
            2 => self.chosen(depth, typed),
            3 => self.float_of_integer(),
            4 => self.of_a_block(depth, typed),
            5 => self.narrowed(depth),
            6 => self.called(depth).unwrap_or_else(|| self.arithmetic(depth, typed)),
            7 => self.matched(depth, typed),
            _ => self.chain(depth).unwrap_or_else(|| self.arithmetic(depth, typed)),
        }
    }

    fn arithmetic(&mut self, depth: usize, typed: bool) -> String {
        let a = self.float_of(depth - 1, typed);
        let b = self.float_of(depth - 1, typed);
        match self.weighted(&[(30, 0), (22, 1), (24, 2), (8, 3), (8, 4), (5, 5)]) {
            0 => format!("({a} + {b})"),
            1 => format!("({a} - {b})"),
            2 => format!("({a} * {b})"),
            3 => format!("(-{a})"),
            4 => {
                let b = self.atom(false);
                format!("({a} / (1.0 + {b} * {b}))")
            }
            _ => {
                let (b, c) = (self.atom(typed), self.atom(false));
                format!("({a} / ({b} * {b} + {c} * {c} + 0.5))")
            }
        }
    }

    /// A method of floats.
    fn elementary(&mut self, depth: usize) -> String {
        let a = self.float_of(depth - 1, true);
        let b = self.float_of((depth - 1).min(1), true);
        // What is named twice is short.
        let c = self.atom(true);
        if self.style.rational {
            return match self.pick(9) {
                0 => format!("{a}.powi(2)"),
                1 => format!("{a}.powi(3)"),
                2 => format!("{a}.mul_add({b}, 0.5)"),
                3 => format!("{a}.abs()"),
                4 => format!("{a}.max({b})"),
                5 => format!("{a}.min({b})"),
                6 => format!("{a}.clamp(-1.5, 1.5)"),
                7 => format!("({c} * {c} + 1.0).recip()"),
                _ => format!("({c} * {c} + 1.0).powi(-2)"),
            };
        }
        match self.pick(34) {
            0 | 1 => format!("{a}.sin()"),
            2 | 3 => format!("{a}.cos()"),
            4 => format!("{a}.tanh()"),
            5 => format!("{a}.atan()"),
            6 => format!("{a}.sin().exp()"),
            7 => format!("(-({c} * {c})).exp()"),
            8 => format!("({c} * {c} + 1.0).ln()"),
            9 => format!("({c} * {c} + 0.5).sqrt()"),
            10 => format!("{a}.powi({})", self.one_of(&["2", "3", "1", "0"])),
            11 => format!("({c} * {c} + 1.0).powi(-2)"),
            12 => format!("({c} * {c} + 0.5).powf({b}.sin())"),
            13 => format!("{a}.abs()"),
            14 => format!("{a}.max({b})"),
            15 => format!("{a}.min({b})"),
            16 => format!("{a}.clamp(-1.5, 1.5)"),
            17 => format!("{a}.mul_add({b}, 0.5)"),
            18 => format!("{a}.hypot({b})"),
            19 => format!("{a}.atan2({b})"),
            20 => format!("({a}.sin() + 2.0).recip()"),
            21 => format!("{a}.asinh()"),
            22 => format!("({c} * {c}).ln_1p()"),
            23 => format!("{a}.sin().exp_m1()"),
            24 => format!("{a}.fract()"),
            25 => format!("({c} * 0.1 + {a}.floor())"),
            26 => format!("{a}.copysign({b})"),
            27 => format!("({a}.signum() * {b})"),
            28 => format!("{a}.rem_euclid(2.0)"),
            29 => format!("({c} * {c} + 0.5).cbrt()"),
            30 => format!("({a}.sin() * 0.9).asin()"),
            31 => format!("{a}.cos().sinh()"),
            32 => format!("({c} * {c} + 1.0).log2()"),
            _ => format!("{a}.sin_cos().{}", self.pick(2)),
        }
    }

    fn chosen(&mut self, depth: usize, typed: bool) -> String {
        let condition = self.truth();
        let (a, b) = (self.float_of(depth - 1, typed), self.float_of(depth - 1, typed));
        format!("(if {condition} {{ {a} }} else {{ {b} }})")
    }

    fn matched(&mut self, depth: usize, typed: bool) -> String {
        let (count, arms) = (self.count(), self.random_arms());
        let arms: Vec<_> = arms
            .iter()
            .map(|pattern| format!("{pattern} => {}", self.float_of(depth - 1, typed)))
            .collect();
        format!("(match {count} {{ {} }})", arms.join(", "))
    }

    /// Patterns that together match every `usize`.
    pub(super) fn random_arms(&mut self) -> Vec<&'static str> {
        match self.pick(4) {
            0 => vec!["0", "_"],
            1 => vec!["0 | 2", "1", "_"],
            2 => vec!["0..=1", "_"],
            _ => vec!["1", "2..=3", "_"],
        }
    }

    fn float_of_integer(&mut self) -> String {
        let count = self.count();
        match self.pick(3) {
            0 => format!("({count} as f64)"),
            1 => format!("({count} as f64 * 0.25)"),
            _ => match self.integer() {
                Some(integer) => format!("({integer} as f64)"),
                None => format!("({count} as f64)"),
            },
        }
    }

    fn of_a_block(&mut self, depth: usize, typed: bool) -> String {
        let name = self.new_or_old_float();
        let value = self.float(depth - 1);
        let kept = self.scope.enter();
        self.scope.declare(&name, Kind::Float, false);
        let result = self.float_of(depth - 1, typed);
        self.scope.leave(kept);
        format!("({{ let {name}: f64 = {value}; {result} }})")
    }

    fn narrowed(&mut self, depth: usize) -> String {
        let narrow = self.scope.named(|v| v.kind == Kind::Narrow);
        match narrow.is_empty() || self.percent(50) {
            true => {
                let a = self.float_of(depth - 1, true);
                format!("(({a} as f32 * 0.5_f32) as f64)")
            }
            false => {
                let name = self.one_of(&narrow);
                format!("(({name} * {name}) as f64)")
            }
        }
    }

    /// The name of a variable to declare: mostly a new one, else one that it shadows.
    pub(super) fn new_or_old_float(&mut self) -> String {
        let old = self.scope.named(|v| v.kind == Kind::Float && !v.mutable);
        match old.is_empty() || self.percent(75) {
            true => self.fresh("t"),
            false => self.one_of(&old),
        }
    }

    /// A float of at most a few units, whatever there is: what loops carry.
    pub(super) fn bounded(&mut self, depth: usize) -> String {
        let a = self.float_of(depth, true);
        let c = self.atom(true);
        if self.style.rational {
            return match self.pick(3) {
                0 => format!("{c} / (1.0 + {c} * {c})"),
                1 => format!("{a}.clamp(-2.0, 2.0)"),
                _ => a,
            };
        }
        match self.pick(6) {
            0 => format!("{a}.sin()"),
            1 => format!("{a}.tanh()"),
            2 => format!("({a} * 0.5).atan()"),
            3 => format!("{a}.cos()"),
            4 => format!("{c} / (1.0 + {c}.abs())"),
            _ => format!("{a}.clamp(-2.0, 2.0)"),
        }
    }
}
