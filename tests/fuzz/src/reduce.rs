//! Makes a failing file smaller, as long as it fails in the same way.
//!
//! It works on the syntax: leaves out items and statements, puts a part in place of the whole (a branch for
//! an `if`, an operand for an operation, the body for a block), a literal for an expression, fewer samples.
//! Whether a candidate still means something is up to who asks: a file that the compiler refuses, or
//! rustc, does not fail in the same way.

use syn::visit_mut::{self, VisitMut};

/// The smallest file that is found within so many attempts and still `fails`.
pub fn reduce(text: &str, mut attempts: usize, fails: &mut dyn FnMut(&str) -> bool) -> String {
    let Ok(mut file) = syn::parse_file(text) else { return text.to_owned() };
    loop {
        let mut smaller = false;
        let mut number = 0;
        // What is tried at a place after a success is tried at the same place: it is another one now.
        while attempts > 0 {
            let mut candidate = file.clone();
            if !change(&mut candidate, number) {
                break;
            }
            attempts -= 1;
            let text = prettyplease::unparse(&candidate);
            match fails(&text) {
                true => {
                    file = candidate;
                    smaller = true;
                }
                false => number += 1,
            }
        }
        if !smaller || attempts == 0 {
            return prettyplease::unparse(&file);
        }
    }
}

/// Makes change `number`; false if there are not so many.
fn change(file: &mut syn::File, number: usize) -> bool {
    let mut change = Change { left: number, done: false };
    change.items(file);
    change.visit_file_mut(file);
    change.done
}

/// Counts down to the change to make.
struct Change {
    left: usize,
    done: bool,
}

impl Change {
    /// Whether it is this one.
    fn now(&mut self) -> bool {
        if self.done {
            return false;
        }
        if self.left == 0 {
            self.done = true;
            return true;
        }
        self.left -= 1;
        false
    }

    fn items(&mut self, file: &mut syn::File) {
        for index in 0..file.items.len() {
            if matches!(file.items[index], syn::Item::Fn(_)) && self.now() {
                file.items.remove(index);
                return;
            }
            if let syn::Item::Macro(item) = &mut file.items[index] {
                self.samples(item);
            }
        }
    }

    /// Only one sample.
    fn samples(&mut self, item: &mut syn::ItemMacro) {
        let tokens: Vec<_> = item.mac.tokens.clone().into_iter().collect();
        let is_group = |token: &proc_macro2::TokenTree| {
            matches!(token, proc_macro2::TokenTree::Group(_))
        };
        let groups: Vec<_> = tokens.iter().filter(|token| is_group(token)).cloned().collect();
        for kept in groups.iter().filter(|_| groups.len() > 1) {
            if self.now() {
                let head = tokens.iter().take_while(|token| !is_group(token)).cloned();
                item.mac.tokens = head.chain([kept.clone()]).collect();
                return;
            }
        }
    }

    fn statements(&mut self, statements: &mut Vec<syn::Stmt>) {
        // Many at once first.
        let count = statements.len();
        for size in [8, 4, 2, 1] {
            for start in (0..count).step_by(size) {
                if start + size <= count && self.now() {
                    statements.drain(start..start + size);
                    return;
                }
            }
        }
        // The body in place of what is around it.
        for index in 0..statements.len() {
            let inner = match &statements[index] {
                syn::Stmt::Expr(syn::Expr::Block(inner), _) => vec![&inner.block],
                syn::Stmt::Expr(syn::Expr::ForLoop(inner), _) => vec![&inner.body],
                syn::Stmt::Expr(syn::Expr::While(inner), _) => vec![&inner.body],
                syn::Stmt::Expr(syn::Expr::Loop(inner), _) => vec![&inner.body],
                syn::Stmt::Expr(syn::Expr::If(inner), _) => {
                    let other = inner.else_branch.iter().filter_map(|(_, other)| match &**other {
                        syn::Expr::Block(other) => Some(&other.block),
                        _ => None,
                    });
                    std::iter::once(&inner.then_branch).chain(other).collect()
                }
                _ => vec![],
            };
            let bodies: Vec<_> = inner.into_iter().map(|block| block.stmts.clone()).collect();
            for body in bodies {
                if self.now() {
                    statements.splice(index..=index, body);
                    return;
                }
            }
        }
    }

    fn expression(&mut self, expression: &mut syn::Expr) {
        let parts: Vec<syn::Expr> = match expression {
            syn::Expr::Binary(binary) => {
                vec![(*binary.left).clone(), (*binary.right).clone()]
            }
            syn::Expr::Unary(unary) => vec![(*unary.expr).clone()],
            syn::Expr::Paren(paren) => vec![(*paren.expr).clone()],
            syn::Expr::Cast(_) => vec![],
            syn::Expr::MethodCall(call) => {
                std::iter::once(&*call.receiver).chain(&call.args).cloned().collect()
            }
            syn::Expr::Call(call) => call.args.iter().cloned().collect(),
            syn::Expr::If(branch) => tails(&branch.then_branch)
                .into_iter()
                .chain(branch.else_branch.iter().flat_map(|(_, other)| match &**other {
                    syn::Expr::Block(block) => tails(&block.block),
                    other => vec![other.clone()],
                }))
                .collect(),
            syn::Expr::Match(choice) => choice.arms.iter().map(|arm| (*arm.body).clone()).collect(),
            syn::Expr::Block(block) => tails(&block.block),
            syn::Expr::Range(range) => {
                range.start.iter().chain(&range.end).map(|end| (**end).clone()).collect()
            }
            _ => vec![],
        };
        for part in parts {
            if self.now() {
                *expression = part;
                return;
            }
        }
        let simple = matches!(
            expression,
            syn::Expr::Lit(_) | syn::Expr::Path(_) | syn::Expr::Range(_) | syn::Expr::Reference(_)
        );
        if simple {
            return;
        }
        let literals: [syn::Expr; 3] = [
            syn::parse_quote!(0.5),
            syn::parse_quote!(1),
            syn::parse_quote!(true),
        ];
        for literal in literals {
            if self.now() {
                *expression = literal;
                return;
            }
        }
    }
}

/// The value of a block that is nothing else.
fn tails(block: &syn::Block) -> Vec<syn::Expr> {
    match block.stmts.last() {
        Some(syn::Stmt::Expr(tail, None)) => vec![tail.clone()],
        _ => vec![],
    }
}

impl VisitMut for Change {
    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        if !self.done {
            self.statements(&mut block.stmts);
        }
        if !self.done {
            visit_mut::visit_block_mut(self, block);
        }
    }

    fn visit_expr_mut(&mut self, expression: &mut syn::Expr) {
        if !self.done {
            self.expression(expression);
        }
        if !self.done {
            visit_mut::visit_expr_mut(self, expression);
        }
    }

    // Types of arrays have lengths.
    fn visit_type_mut(&mut self, _: &mut syn::Type) {}

    fn visit_pat_mut(&mut self, _: &mut syn::Pat) {}
}
