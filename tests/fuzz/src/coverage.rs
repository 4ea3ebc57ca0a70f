//! Which constructs occur in random functions, and which of them together.

use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};
use syn::visit::{self, Visit};

/// The constructs of a file, each by a name.
pub fn constructs(file: &syn::File) -> BTreeSet<&'static str> {
    let mut found = Found::default();
    found.visit_file(file);
    found.constructs
}

/// How often constructs, and pairs of them, occurred in how many files.
#[derive(Debug, Default)]
pub struct Coverage {
    files: usize,
    single: BTreeMap<&'static str, usize>,
    pairs: BTreeMap<(&'static str, &'static str), usize>,
    together: usize,
}

impl Coverage {
    /// Adds a file.
    pub fn add(&mut self, constructs: &BTreeSet<&'static str>) {
        self.files += 1;
        for first in constructs {
            *self.single.entry(first).or_default() += 1;
            for second in constructs.iter().filter(|second| *second > first) {
                *self.pairs.entry((first, second)).or_default() += 1;
            }
        }
        let hard = ["carried array", "call of an annotated function", "early exit"];
        self.together += usize::from(hard.iter().all(|construct| constructs.contains(construct)));
    }

    /// Adds what was counted elsewhere.
    pub fn unite(&mut self, other: Coverage) {
        self.files += other.files;
        self.together += other.together;
        for (construct, count) in other.single {
            *self.single.entry(construct).or_default() += count;
        }
        for (pair, count) in other.pairs {
            *self.pairs.entry(pair).or_default() += count;
        }
    }

    /// The share of files with carried arrays, calls and early exits together, in percent.
    pub fn together(&self) -> f64 {
        100.0 * self.together as f64 / self.files.max(1) as f64
    }

    /// Pairs of constructs that occurred, of all pairs of those that occurred at all.
    pub fn pairs(&self) -> (usize, usize) {
        let count = self.single.len();
        (self.pairs.len(), count * count.saturating_sub(1) / 2)
    }

    /// Pairs that never occurred.
    pub fn missing(&self) -> Vec<(&'static str, &'static str)> {
        let names: Vec<_> = self.single.keys().copied().collect();
        let mut missing = vec![];
        for (index, first) in names.iter().enumerate() {
            for second in &names[index + 1..] {
                if !self.pairs.contains_key(&(*first, *second)) {
                    missing.push((*first, *second));
                }
            }
        }
        missing
    }

    /// Every construct with the share of files it is in, in percent.
    pub fn shares(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        self.single.iter().map(|(name, count)| (*name, 100.0 * *count as f64 / self.files as f64))
    }
}

#[derive(Default)]
struct Found {
    constructs: BTreeSet<&'static str>,
    loops: usize,
    /// Names that were declared, for shadowing.
    declared: BTreeSet<String>,
}

impl Found {
    fn note(&mut self, construct: &'static str) {
        self.constructs.insert(construct);
    }

    fn inside_loop(&mut self, visit: impl FnOnce(&mut Self)) {
        if self.loops > 0 {
            self.note("nested loop");
        }
        self.loops += 1;
        visit(self);
        self.loops -= 1;
    }
}

/// Whether it is an element of something.
fn is_element(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Index(_) => true,
        syn::Expr::Paren(inner) => is_element(&inner.expr),
        _ => false,
    }
}

impl<'a> Visit<'a> for Found {
    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        for input in &item.sig.inputs {
            let syn::FnArg::Typed(input) = input else { continue };
            match &*input.ty {
                syn::Type::Reference(reference) if reference.mutability.is_some() => {
                    self.note("`&mut` parameter");
                }
                syn::Type::Reference(_) => self.note("`&` parameter"),
                syn::Type::Array(_) => self.note("array by value"),
                syn::Type::Path(path) if path.path.segments[0].ident == "Vec" => {
                    self.note("`Vec` by value");
                }
                _ => {}
            }
        }
        match &item.sig.output {
            syn::ReturnType::Default => self.note("returns nothing"),
            syn::ReturnType::Type(_, ty) => match &**ty {
                syn::Type::Tuple(_) => self.note("returns a tuple"),
                syn::Type::Array(_) => self.note("returns an array"),
                syn::Type::Path(path) if path.path.segments[0].ident == "Vec" => {
                    self.note("returns a `Vec`");
                }
                _ => self.note("returns a float"),
            },
        }
        self.declared.clear();
        visit::visit_item_fn(self, item);
    }

    fn visit_pat_ident(&mut self, pattern: &'a syn::PatIdent) {
        if !self.declared.insert(pattern.ident.to_string()) {
            self.note("shadowing");
        }
    }

    fn visit_local(&mut self, local: &'a syn::Local) {
        if local.init.is_none() {
            self.note("declared first");
        }
        if let syn::Pat::Type(typed) = &local.pat
            && typed.ty.to_token_stream().to_string().starts_with("Vec < Vec")
        {
            self.note("list of lists");
        }
        visit::visit_local(self, local);
    }

    fn visit_expr(&mut self, expression: &'a syn::Expr) {
        match expression {
            syn::Expr::ForLoop(repeated) => {
                self.note("for");
                return self.inside_loop(|found| visit::visit_expr_for_loop(found, repeated));
            }
            syn::Expr::While(repeated) => {
                self.note("while");
                return self.inside_loop(|found| visit::visit_expr_while(found, repeated));
            }
            syn::Expr::Loop(repeated) => {
                self.note("loop");
                return self.inside_loop(|found| visit::visit_expr_loop(found, repeated));
            }
            syn::Expr::If(_) => self.note("if"),
            syn::Expr::Match(_) => self.note("match"),
            syn::Expr::Break(exit) => {
                self.note("early exit");
                self.note("break");
                if exit.label.is_some() {
                    self.note("break of an outer loop");
                }
                if exit.expr.is_some() {
                    self.note("break with a value");
                }
            }
            syn::Expr::Continue(_) => {
                self.note("early exit");
                self.note("continue");
            }
            syn::Expr::Return(_) => {
                self.note("early exit");
                self.note(if self.loops > 0 { "return in a loop" } else { "return" });
            }
            syn::Expr::Assign(assignment) => {
                self.note("assignment");
                if self.loops > 0 && is_element(&assignment.left) {
                    self.note("carried array");
                }
            }
            syn::Expr::Binary(binary) if is_compound(&binary.op) => {
                self.note("compound assignment");
                if self.loops > 0 && is_element(&binary.left) {
                    self.note("carried array");
                }
            }
            syn::Expr::Closure(_) => self.note("closure"),
            syn::Expr::Reference(reference) if reference.mutability.is_some() => {
                self.note("`&mut` borrow");
                if matches!(&*reference.expr, syn::Expr::Index(index)
                    if matches!(&*index.index, syn::Expr::Range(_)))
                {
                    self.note("mutable sub-slice");
                }
            }
            syn::Expr::Cast(_) => self.note("cast"),
            syn::Expr::Range(range) if matches!(range.limits, syn::RangeLimits::Closed(_)) => {
                self.note("inclusive range");
            }
            syn::Expr::Call(call) => self.call(call),
            syn::Expr::MethodCall(call) => self.method(&call.method.to_string()),
            _ => {}
        }
        visit::visit_expr(self, expression);
    }
}

fn is_compound(operator: &syn::BinOp) -> bool {
    matches!(
        operator,
        syn::BinOp::AddAssign(_)
            | syn::BinOp::SubAssign(_)
            | syn::BinOp::MulAssign(_)
            | syn::BinOp::DivAssign(_)
    )
}

impl Found {
    fn call(&mut self, call: &syn::ExprCall) {
        let syn::Expr::Path(path) = &*call.func else { return };
        let Some(last) = path.path.segments.last() else { return };
        match last.ident.to_string().as_str() {
            "swap" => self.note("mem::swap"),
            "replace" => self.note("mem::replace"),
            "take" => self.note("mem::take"),
            name if name.starts_with("recursive_") => self.note("recursion"),
            name if name.starts_with("helper_") => {
                self.note("call of an annotated function");
                let mutable = |argument: &syn::Expr| matches!(argument, syn::Expr::Reference(r) if r.mutability.is_some());
                if call.args.iter().any(mutable) {
                    self.note("call with `&mut`");
                }
            }
            _ => {}
        }
    }

    fn method(&mut self, name: &str) {
        let construct = match name {
            "push" => "push",
            "pop" | "truncate" | "clear" | "resize" => "shorter or longer `Vec`",
            "swap" => "swap of elements",
            "split_at_mut" => "split_at_mut",
            "fill" | "copy_from_slice" => "fill or copy",
            "iter_mut" | "chunks_mut" => "mutable iterator",
            "zip" | "chain" | "windows" | "chunks" | "rev" | "skip" | "take" | "step_by"
            | "enumerate" => "iterator adaptor",
            "sum" | "product" | "fold" => "reduction",
            "to_vec" | "clone" | "collect" => "copy of a list",
            "max" | "min" | "clamp" | "abs" => "kink",
            "powi" | "powf" | "exp" | "ln" | "sqrt" | "sin" | "cos" | "tanh" => "smooth function",
            _ => return,
        };
        self.note(construct);
    }
}
