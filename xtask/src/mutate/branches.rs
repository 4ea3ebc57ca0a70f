//! The branches of the passes: every condition is negated, every operand of `&&` and `||` and every
//! statement that is a call or an assignment is left out.

use super::roots::is_test;
use super::{Form, Site};
use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{BinOp, Expr, Stmt};

/// Methods that answer with a `bool`, besides those that start with `is_`.
const QUESTIONS: &[&str] =
    &["all", "any", "contains", "contains_key", "ends_with", "eq", "starts_with", "may_panic"];

/// All mutants of a file.
pub(super) fn sites(source: &str) -> syn::Result<Vec<Site>> {
    let mut branches = Branches { function: String::new(), sites: vec![], done: vec![] };
    branches.visit_file(&syn::parse_file(source)?);
    Ok(branches.sites)
}

struct Branches {
    /// The name of the function at hand.
    function: String,
    sites: Vec<Site>,
    /// Where the conditions are that have a mutant.
    done: Vec<std::ops::Range<usize>>,
}

impl Branches {
    fn wrap(&mut self, span: Span, before: &'static str, after: &'static str, what: &'static str) {
        let range = span.byte_range();
        if self.done.contains(&range) {
            return;
        }
        self.done.push(range.clone());
        let form = Form::Wrap { before, after, what };
        let row = self.function.clone();
        self.sites.push(Site { file: String::new(), group: 0, range, row, form, mutants: 0..0 });
    }

    fn negate(&mut self, expression: &Expr) {
        self.wrap(expression.span(), "(crate::mutant::is(NUMBER) != (", "))", "is negated");
    }

    fn condition(&mut self, condition: &Expr) {
        if !has_let(condition) {
            self.negate(condition);
        }
    }

    /// Leaves an operand of `&&` or `||` out.
    fn operand(&mut self, operand: &Expr, and: bool) {
        let is_chain = matches!(operand, Expr::Binary(inner)
            if matches!((&inner.op, and), (BinOp::And(_), true) | (BinOp::Or(_), false)));
        if is_chain || has_let(operand) {
            return;
        }
        let before = match and {
            true => "(crate::mutant::is(NUMBER) || (",
            false => "(!crate::mutant::is(NUMBER) && (",
        };
        self.wrap(operand.span(), before, "))", "is left out");
    }

    fn inside(&mut self, name: &syn::Ident, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.function, name.to_string());
        visit(self);
        self.function = outer;
    }
}

/// Whether it binds something: `let` is no expression of its own.
fn has_let(condition: &Expr) -> bool {
    match condition {
        Expr::Let(_) => true,
        Expr::Binary(node) if matches!(node.op, BinOp::And(_)) => {
            has_let(&node.left) || has_let(&node.right)
        }
        _ => false,
    }
}

/// Whether it does something rather than give something.
fn is_action(expression: &Expr) -> bool {
    match expression {
        Expr::Call(_) | Expr::MethodCall(_) | Expr::Assign(_) => true,
        Expr::Binary(node) => matches!(
            node.op,
            BinOp::AddAssign(_)
                | BinOp::SubAssign(_)
                | BinOp::MulAssign(_)
                | BinOp::BitAndAssign(_)
                | BinOp::BitOrAssign(_)
        ),
        Expr::Try(node) => is_action(&node.expr),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Branches {
    fn visit_item_mod(&mut self, node: &'ast syn::ItemMod) {
        if !is_test(&node.attrs) {
            syn::visit::visit_item_mod(self, node);
        }
    }

    fn visit_item_fn(&mut self, node: &'ast syn::ItemFn) {
        if !is_test(&node.attrs) && node.sig.constness.is_none() {
            self.inside(&node.sig.ident, |it| it.visit_block(&node.block));
        }
    }

    fn visit_impl_item_fn(&mut self, node: &'ast syn::ImplItemFn) {
        if !is_test(&node.attrs) && node.sig.constness.is_none() {
            self.inside(&node.sig.ident, |it| it.visit_block(&node.block));
        }
    }

    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}

    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}

    fn visit_macro(&mut self, _: &'ast syn::Macro) {}

    fn visit_stmt(&mut self, node: &'ast Stmt) {
        if let Stmt::Expr(expression, Some(_)) = node
            && is_action(expression)
        {
            let what = "is left out";
            self.wrap(node.span(), "if !crate::mutant::is(NUMBER) { ", " }", what);
        }
        syn::visit::visit_stmt(self, node);
    }

    fn visit_arm(&mut self, node: &'ast syn::Arm) {
        if let Some((_, guard)) = &node.guard {
            self.condition(guard);
        }
        syn::visit::visit_arm(self, node);
    }

    fn visit_expr_if(&mut self, node: &'ast syn::ExprIf) {
        self.condition(&node.cond);
        syn::visit::visit_expr_if(self, node);
    }

    fn visit_expr_while(&mut self, node: &'ast syn::ExprWhile) {
        self.condition(&node.cond);
        syn::visit::visit_expr_while(self, node);
    }

    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        match node.op {
            BinOp::And(_) | BinOp::Or(_) => {
                let and = matches!(node.op, BinOp::And(_));
                self.operand(&node.left, and);
                self.operand(&node.right, and);
            }
            BinOp::Eq(_)
            | BinOp::Ne(_)
            | BinOp::Lt(_)
            | BinOp::Le(_)
            | BinOp::Gt(_)
            | BinOp::Ge(_) => {
                let range = node.span();
                let before = "(crate::mutant::is(NUMBER) != (";
                self.wrap(range, before, "))", "is negated");
            }
            _ => {}
        }
        syn::visit::visit_expr_binary(self, node);
    }

    fn visit_expr_macro(&mut self, node: &'ast syn::ExprMacro) {
        if node.mac.path.is_ident("matches") {
            let before = "(crate::mutant::is(NUMBER) != (";
            self.wrap(node.span(), before, "))", "is negated");
        }
    }

    fn visit_expr_method_call(&mut self, node: &'ast syn::ExprMethodCall) {
        let name = node.method.to_string();
        if name.starts_with("is_") || QUESTIONS.contains(&&*name) {
            let before = "(crate::mutant::is(NUMBER) != (";
            self.wrap(node.span(), before, "))", "is negated");
        }
        syn::visit::visit_expr_method_call(self, node);
    }
}
