//! The ways to get a formula wrong: a sign, a factor, swapped operands, a dropped term, a neighbouring
//! function.

use super::Change;
use proc_macro2::Span;
use std::ops::Range;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{BinOp, Expr, Lit, UnOp};

/// Functions and the neighbour that each is taken for.
const NEIGHBOURS: &[(&str, &str)] = &[
    ("abs", "signum"),
    ("above", "below"),
    ("acos", "asin"),
    ("acosh", "asinh"),
    ("and", "or"),
    ("asin", "acos"),
    ("asinh", "acosh"),
    ("atan", "tanh"),
    ("atan2", "hypot"),
    ("atanh", "asinh"),
    ("below", "above"),
    ("cbrt", "sqrt"),
    ("ceil", "floor"),
    ("copysign", "max"),
    ("cos", "sin"),
    ("cosh", "sinh"),
    ("digamma", "trigamma"),
    ("differs", "equals"),
    ("div_euclid", "rem_euclid"),
    ("equals", "differs"),
    ("erf", "erfc"),
    ("erfc", "erf"),
    ("exp", "exp2"),
    ("exp2", "exp"),
    ("exp_m1", "exp"),
    ("floor", "ceil"),
    ("fract", "trunc"),
    ("hypot", "atan2"),
    ("ln", "log2"),
    ("ln_1p", "ln"),
    ("log", "powf"),
    ("log10", "log2"),
    ("log2", "log10"),
    ("max", "min"),
    ("midpoint", "max"),
    ("min", "max"),
    ("next_down", "next_up"),
    ("next_up", "next_down"),
    ("or", "and"),
    ("powf", "log"),
    ("predecessor", "successor"),
    ("recip", "sqrt"),
    ("rem_euclid", "div_euclid"),
    ("round", "trunc"),
    ("round_ties_even", "round"),
    ("sech_squared", "cosh"),
    ("signum", "abs"),
    ("sin", "cos"),
    ("sinh", "cosh"),
    ("sqrt", "cbrt"),
    ("successor", "predecessor"),
    ("tan", "sin"),
    ("tanh", "sinh"),
    ("to_degrees", "to_radians"),
    ("to_radians", "to_degrees"),
    ("trigamma", "digamma"),
    ("trunc", "floor"),
];

/// Further functions of numbers, which are a factor or term that can be dropped.
const OTHERS: &[&str] = &[
    "at",
    "bernoulli_sum",
    "choose",
    "clamp",
    "flat_at_zero",
    "gaussian",
    "ln_gamma",
    "ln_gamma_about_two",
    "momentum",
    "mul_add",
    "nonzero",
    "norm_cdf",
    "not",
    "polygamma",
    "powi",
    "scaled_erfc",
    "zeta",
];

/// Functions whose operands may be swapped; which zero `max` and `min` give is not defined.
const COMMUTATIVE: &[&str] = &["and", "differs", "equals", "hypot", "max", "midpoint", "min", "or"];

/// All changes of one expression, each of one place in it; `source` is the text of the file.
pub(super) fn changes(source: &str, expression: &Expr) -> Vec<Change> {
    let mut collector = Collector { source, changes: vec![] };
    collector.negate(expression);
    collector.visit_expr(expression);
    collector.changes
}

fn is_zero(literal: &Lit) -> bool {
    match literal {
        Lit::Float(number) => number.base10_parse().is_ok_and(|number: f64| number == 0.0),
        Lit::Int(number) => number.base10_digits() == "0",
        _ => false,
    }
}

/// `exp_m1` is `ExpM1`.
fn pascal_case(name: &str) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    };
    name.split('_').map(capital).collect()
}

/// Whether it is the name of a function of numbers.
fn is_known(name: &str) -> bool {
    NEIGHBOURS.iter().any(|row| row.0 == name) || OTHERS.contains(&name)
}

fn is_arithmetic(operator: &BinOp) -> bool {
    matches!(operator, BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div(_))
}

struct Collector<'s> {
    source: &'s str,
    changes: Vec<Change>,
}

impl Collector<'_> {
    fn text(&self, span: Span) -> String {
        self.source[span.byte_range()].to_string()
    }

    fn replace(&mut self, span: Span, by: String) {
        self.replace_range(span.byte_range(), by);
    }

    fn replace_range(&mut self, range: Range<usize>, by: String) {
        let change = Change { range, by };
        if self.source[change.range.clone()] != change.by && !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }

    /// The sign of a number. Constructors and calls of helpers are no numbers, but their arguments are.
    fn negate(&mut self, expression: &Expr) {
        match expression {
            Expr::Binary(node) if !is_arithmetic(&node.op) => {}
            // The sign of a zero is not what a row is about.
            Expr::Lit(node) if is_zero(&node.lit) => {}
            Expr::Array(_) | Expr::Assign(_) | Expr::Closure(_) | Expr::Try(_) | Expr::Unary(_) => {
            }
            Expr::Cast(node) => self.negate(&node.expr),
            Expr::Call(node) if !self.is_function(node) => {}
            Expr::MethodCall(node) if !is_known(&node.method.to_string()) => {}
            _ => {
                let text = self.text(expression.span());
                self.replace(expression.span(), format!("-({text})"));
            }
        }
    }

    /// Whether it calls a function of numbers.
    fn is_function(&self, node: &syn::ExprCall) -> bool {
        let name = self.text(node.func.span());
        name == "T::from_f64"
            || name.starts_with("special::")
            || is_known(name.rsplit("::").next().unwrap_or_default())
    }

    fn binary(&mut self, node: &syn::ExprBinary) {
        let (a, b) = (self.text(node.left.span()), self.text(node.right.span()));
        let is_one = |expression: &Expr| {
            matches!(expression, Expr::Lit(syn::ExprLit { lit: Lit::Float(one), .. })
                if one.base10_parse().is_ok_and(|one: f64| one == 1.0))
        };
        let forms: &[&str] = match node.op {
            BinOp::Add(_) => &["A - B", "B - A", "A", "B"],
            BinOp::Sub(_) => &["A + B", "B - A", "A", "-(B)"],
            BinOp::Mul(_) => &["A / B", "A", "B"],
            BinOp::Div(_) if is_one(&node.left) => &["B / A", "A"],
            BinOp::Div(_) => &["A * B", "B / A", "A", "1.0 / B"],
            BinOp::Rem(_) => &["B % A", "A", "A / B"],
            BinOp::Lt(_) => &["A <= B", "A > B"],
            BinOp::Le(_) => &["A < B", "A > B"],
            BinOp::Gt(_) => &["A >= B", "A < B"],
            BinOp::Ge(_) => &["A > B", "A < B"],
            BinOp::Eq(_) => &["A != B"],
            BinOp::Ne(_) => &["A == B"],
            BinOp::And(_) => &["A || B", "A", "B"],
            BinOp::Or(_) => &["A && B", "A", "B"],
            BinOp::AddAssign(_) => &["A -= B", "A = B", "()"],
            BinOp::SubAssign(_) => &["A += B", "A = B", "()"],
            BinOp::MulAssign(_) => &["A /= B", "A = B", "()"],
            BinOp::DivAssign(_) => &["A *= B", "A = B", "()"],
            _ => &[],
        };
        for form in forms {
            let side = |side: char| match side {
                'A' => a.clone(),
                'B' => b.clone(),
                other => other.to_string(),
            };
            let by: String = form.chars().map(side).collect();
            let assigns = form.contains("= ") && !form.contains("== ");
            let by = match form.contains(' ') && !assigns {
                true => format!("({by})"),
                false => by,
            };
            self.replace(node.span(), by);
        }
    }
}

impl<'ast> Visit<'ast> for Collector<'_> {
    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        self.binary(node);
        syn::visit::visit_expr_binary(self, node);
    }

    fn visit_expr_unary(&mut self, node: &'ast syn::ExprUnary) {
        if matches!(node.op, UnOp::Neg(_) | UnOp::Not(_)) {
            let inner = self.text(node.expr.span());
            self.replace(node.span(), inner);
        }
        syn::visit::visit_expr_unary(self, node);
    }

    fn visit_expr_lit(&mut self, node: &'ast syn::ExprLit) {
        let text = self.text(node.span());
        match &node.lit {
            Lit::Float(_) if is_zero(&node.lit) => {
                self.replace(node.span(), "1.0".to_string());
            }
            Lit::Float(_) => self.replace(node.span(), format!("(2.0 * {text})")),
            Lit::Int(_) => self.replace(node.span(), format!("({text} + 1)")),
            Lit::Bool(truth) => self.replace(node.span(), (!truth.value).to_string()),
            _ => {}
        }
    }

    fn visit_expr_path(&mut self, node: &'ast syn::ExprPath) {
        let Some(last) = node.path.segments.last() else { return };
        let name = last.ident.to_string();
        // An operation by its name in the IR.
        let is_neighbour = |row: &&(&str, &str)| pascal_case(row.0) == name;
        if let Some((_, neighbour)) = NEIGHBOURS.iter().find(is_neighbour) {
            self.replace(last.ident.span(), pascal_case(neighbour));
        }
        let constant = name.len() > 1
            && name.chars().all(|c| c.is_uppercase() || c == '_' || c.is_ascii_digit());
        if constant && !name.contains("INFINITY") && name != "NAN" {
            let text = self.text(node.span());
            let by = match text.starts_with("T::") {
                true => format!("({text} + {text})"),
                false => format!("(2.0 * {text})"),
            };
            self.replace(node.span(), by);
        }
    }

    fn visit_expr_method_call(&mut self, node: &'ast syn::ExprMethodCall) {
        let name = node.method.to_string();
        let neighbour = NEIGHBOURS.iter().find(|row| row.0 == name);
        if let Some((_, neighbour)) = neighbour {
            self.replace(node.method.span(), (*neighbour).to_string());
        }
        if neighbour.is_some() || OTHERS.contains(&&*name) {
            let receiver = self.text(node.receiver.span());
            self.replace(node.span(), receiver.clone());
            let arguments: Vec<_> = node.args.iter().map(|arg| self.text(arg.span())).collect();
            match &*arguments {
                [one] if !COMMUTATIVE.contains(&&*name) => {
                    self.replace(node.span(), format!("({one}).{name}({receiver})"));
                }
                [first, second] => {
                    self.replace(node.span(), format!("{receiver}.{name}({second}, {first})"));
                }
                _ => {}
            }
            for argument in arguments {
                self.replace(node.span(), argument);
            }
        }
        syn::visit::visit_expr_method_call(self, node);
    }

    fn visit_expr_call(&mut self, node: &'ast syn::ExprCall) {
        let name = self.text(node.func.span());
        let arguments: Vec<_> = node.args.iter().map(|arg| self.text(arg.span())).collect();
        if name == "Some" {
            self.replace(node.span(), "None".to_string());
        } else if name.starts_with(char::is_lowercase) || name.starts_with("special::") {
            let last = name.rsplit("::").next().unwrap_or_default();
            if let Some((_, neighbour)) = NEIGHBOURS.iter().find(|row| row.0 == last) {
                let end = node.func.span().byte_range().end;
                self.replace_range(end - last.len()..end, (*neighbour).to_string());
            }
            if let [first, second] = &*arguments {
                self.replace(node.span(), format!("{name}({second}, {first})"));
            }
            // Without the function nothing would tell what `into` makes.
            for argument in arguments.into_iter().filter(|argument| !argument.contains(".into()")) {
                self.replace(node.span(), argument);
            }
        }
        // Not the function's own name.
        for argument in &node.args {
            self.negate(argument);
            self.visit_expr(argument);
        }
    }

    fn visit_macro(&mut self, _: &'ast syn::Macro) {}
}
