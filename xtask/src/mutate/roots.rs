//! Where numbers are computed in ordinary functions: the expressions that hold no statements, as the
//! rows of what is not written as a table.

use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Block, Expr, Stmt};

/// The expressions of all functions with a body that `takes` names, each with the function's name.
pub(super) fn roots(file: &syn::File, takes: impl Fn(&str) -> bool) -> Vec<(String, &Expr)> {
    let mut functions = Functions { takes, roots: vec![] };
    functions.visit_file(file);
    functions.roots
}

struct Functions<'f, T> {
    takes: T,
    roots: Vec<(String, &'f Expr)>,
}

impl<'f, T: Fn(&str) -> bool> Functions<'f, T> {
    fn body(&mut self, name: &syn::Ident, block: &'f Block) {
        if (self.takes)(&name.to_string()) {
            let mut roots = vec![];
            in_block(block, &mut roots);
            self.roots.extend(roots.into_iter().map(|root| (name.to_string(), root)));
        }
    }
}

impl<'f, T: Fn(&str) -> bool> Visit<'f> for Functions<'f, T> {
    fn visit_item_fn(&mut self, node: &'f syn::ItemFn) {
        self.body(&node.sig.ident, &node.block);
    }

    fn visit_impl_item_fn(&mut self, node: &'f syn::ImplItemFn) {
        self.body(&node.sig.ident, &node.block);
    }

    fn visit_item_mod(&mut self, node: &'f syn::ItemMod) {
        if !is_test(&node.attrs) {
            syn::visit::visit_item_mod(self, node);
        }
    }
}

/// Whether an item is for tests alone.
pub(super) fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::Path(path) => path.is_ident("test"),
        syn::Meta::List(list) => {
            list.path.is_ident("cfg") && list.tokens.to_string().starts_with("test")
        }
        syn::Meta::NameValue(_) => false,
    })
}

fn in_block<'f>(block: &'f Block, roots: &mut Vec<&'f Expr>) {
    for statement in &block.stmts {
        match statement {
            Stmt::Local(local) => {
                if let Some(init) = &local.init {
                    in_expression(&init.expr, roots);
                }
            }
            Stmt::Expr(expression, _) => in_expression(expression, roots),
            Stmt::Item(_) | Stmt::Macro(_) => {}
        }
    }
}

fn in_expression<'f>(expression: &'f Expr, roots: &mut Vec<&'f Expr>) {
    match expression {
        Expr::Block(node) => in_block(&node.block, roots),
        Expr::Closure(node) => in_expression(&node.body, roots),
        Expr::ForLoop(node) => in_block(&node.body, roots),
        Expr::If(node) => {
            if !matches!(*node.cond, Expr::Let(_)) {
                in_expression(&node.cond, roots);
            }
            in_block(&node.then_branch, roots);
            if let Some((_, otherwise)) = &node.else_branch {
                in_expression(otherwise, roots);
            }
        }
        Expr::Match(node) => {
            for arm in &node.arms {
                if let Some((_, guard)) = &arm.guard {
                    in_expression(guard, roots);
                }
                in_expression(&arm.body, roots);
            }
        }
        Expr::Return(node) => {
            if let Some(value) = &node.expr {
                in_expression(value, roots);
            }
        }
        Expr::While(node) => {
            in_expression(&node.cond, roots);
            in_block(&node.body, roots);
        }
        Expr::Call(node) if node.args.iter().any(holds_statements) => {
            for argument in &node.args {
                in_expression(argument, roots);
            }
        }
        _ if expression.span().byte_range().is_empty() => {}
        _ => roots.push(expression),
    }
}

fn holds_statements(expression: &Expr) -> bool {
    matches!(expression, Expr::Block(_) | Expr::If(_) | Expr::Match(_))
}
