//! Blocks, branches, loops, exits and closures.

use super::patterns::Refutable;
use super::scopes::same_context;
use super::{Resolver, Target};
use crate::diagnostics::SourceSpan;
use crate::hir::{Arm, Block, ExpressionId, ExpressionKind, Parameter, ReturnTarget, Statement};
use syn::{Expr, Stmt};

impl Resolver<'_> {
    pub(super) fn block_expression(
        &mut self,
        block: &syn::Block,
        label: Option<&syn::Label>,
    ) -> ExpressionId {
        let id = self.reserve(block.brace_token.span.join());
        if let Some(label) = label {
            let label = Some(label.name.clone());
            self.targets.push(Target { label, expression: id, is_loop: false });
        }
        self.scopes.open();
        let functions = self.declare_items(&block.stmts);
        let mut functions = functions.into_iter();
        let mut statements = Vec::new();
        let mut value = None;
        for (index, statement) in block.stmts.iter().enumerate() {
            let last = index + 1 == block.stmts.len();
            match statement {
                Stmt::Local(local) => statements.push(self.let_statement(local)),
                Stmt::Item(syn::Item::Fn(function)) => {
                    if let Some(id) = functions.next() {
                        self.nested_function(id, function);
                    }
                }
                Stmt::Item(_) => {}
                Stmt::Expr(expression, None) if last => value = Some(self.expression(expression)),
                Stmt::Expr(expression, semicolon) => {
                    let id = match expression {
                        Expr::Macro(expression) if semicolon.is_some() => {
                            self.macro_expression(&expression.mac, true)
                        }
                        other => self.expression(other),
                    };
                    statements.push(Statement::Expression(id));
                }
                Stmt::Macro(statement) => {
                    let is_value = last && statement.semi_token.is_none();
                    let id = self.macro_expression(&statement.mac, !is_value);
                    if is_value {
                        value = Some(id);
                    } else {
                        statements.push(Statement::Expression(id));
                    }
                }
            }
        }
        self.scopes.close();
        if label.is_some() {
            self.targets.pop();
        }
        let labelled = label.is_some();
        self.fill(id, ExpressionKind::Block(Block { statements, value, labelled }));
        id
    }

    fn let_statement(&mut self, local: &syn::Local) -> Statement {
        let (pattern, ty) = match &local.pat {
            syn::Pat::Type(typed) => (&*typed.pat, Some(self.read_type(&typed.ty))),
            other => (other, None),
        };
        let (mut value, mut otherwise) = (None, None);
        if let Some(init) = &local.init {
            value = Some(self.expression(&init.expr));
            otherwise = init.diverge.as_ref().map(|(_, block)| self.expression(block));
        }
        let refutable = if otherwise.is_some() { Refutable::Yes } else { Refutable::No };
        let pattern = self.pattern(pattern, ty.as_ref(), refutable);
        Statement::Let { pattern, ty, value, otherwise }
    }

    pub(super) fn if_expression(&mut self, branch: &syn::ExprIf, span: SourceSpan) -> ExpressionId {
        self.scopes.open();
        let condition = self.expression(&branch.cond);
        let then_branch = self.block_expression(&branch.then_branch, None);
        self.scopes.close();
        let else_branch = branch.else_branch.as_ref().map(|(_, branch)| self.expression(branch));
        self.push(ExpressionKind::If { condition, then_branch, else_branch }, span)
    }

    /// Its names live as long as the scope that the `if`, `while` or arm around it has opened.
    pub(super) fn let_condition(
        &mut self,
        condition: &syn::ExprLet,
        span: SourceSpan,
    ) -> ExpressionId {
        let value = self.expression(&condition.expr);
        let pattern = self.pattern(&condition.pat, None, Refutable::Yes);
        self.push(ExpressionKind::Let(pattern, value), span)
    }

    pub(super) fn match_expression(
        &mut self,
        branch: &syn::ExprMatch,
        span: SourceSpan,
    ) -> ExpressionId {
        let scrutinee = self.expression(&branch.expr);
        let mut arms = Vec::new();
        for arm in &branch.arms {
            self.scopes.open();
            let pattern = self.pattern(&arm.pat, None, Refutable::Yes);
            let guard = arm.guard.as_ref().map(|(_, guard)| self.expression(guard));
            let body = self.expression(&arm.body);
            self.scopes.close();
            arms.push(Arm { pattern, guard, body });
        }
        self.push(ExpressionKind::Match { scrutinee, arms }, span)
    }

    pub(super) fn while_loop(&mut self, repeat: &syn::ExprWhile, span: SourceSpan) -> ExpressionId {
        let id = self.reserve(span);
        self.scopes.open();
        let condition = self.expression(&repeat.cond);
        let body = self.loop_body(id, repeat.label.as_ref(), &repeat.body);
        self.scopes.close();
        self.fill(id, ExpressionKind::While { condition, body });
        id
    }

    pub(super) fn endless_loop(
        &mut self,
        repeat: &syn::ExprLoop,
        span: SourceSpan,
    ) -> ExpressionId {
        let id = self.reserve(span);
        let body = self.loop_body(id, repeat.label.as_ref(), &repeat.body);
        self.fill(id, ExpressionKind::Loop { body });
        id
    }

    pub(super) fn for_loop(&mut self, repeat: &syn::ExprForLoop, span: SourceSpan) -> ExpressionId {
        let id = self.reserve(span);
        let iterator = self.expression(&repeat.expr);
        self.scopes.open();
        let pattern = self.pattern(&repeat.pat, None, Refutable::No);
        let body = self.loop_body(id, repeat.label.as_ref(), &repeat.body);
        self.scopes.close();
        self.fill(id, ExpressionKind::For { pattern, iterator, body });
        id
    }

    fn loop_body(
        &mut self,
        id: ExpressionId,
        label: Option<&syn::Label>,
        body: &syn::Block,
    ) -> ExpressionId {
        let label = label.map(|label| label.name.clone());
        self.targets.push(Target { label, expression: id, is_loop: true });
        let body = self.block_expression(body, None);
        self.targets.pop();
        body
    }

    pub(super) fn break_expression(
        &mut self,
        exit: &syn::ExprBreak,
        span: SourceSpan,
    ) -> ExpressionId {
        let value = exit.expr.as_ref().map(|value| self.expression(value));
        match self.target(exit.label.as_ref(), span) {
            Some(target) => self.push(ExpressionKind::Break { target, value }, span),
            None => self.reserve(span),
        }
    }

    pub(super) fn continue_expression(
        &mut self,
        exit: &syn::ExprContinue,
        span: SourceSpan,
    ) -> ExpressionId {
        match self.target(exit.label.as_ref(), span) {
            Some(target) => self.push(ExpressionKind::Continue { target }, span),
            None => self.reserve(span),
        }
    }

    /// What `break` or `continue` with this label leaves.
    fn target(&mut self, label: Option<&syn::Lifetime>, span: SourceSpan) -> Option<ExpressionId> {
        let found = self.targets.iter().rev().find(|target| match label {
            None => target.is_loop,
            Some(label) => target.label.as_ref().is_some_and(|other| other.ident == label.ident),
        });
        let Some(found) = found else {
            let message = match label {
                Some(label) => format!("no loop or block here has the label `{label}`"),
                None => "`break` and `continue` need a loop around them".to_string(),
            };
            self.diagnostics.error(span, message, None);
            return None;
        };
        if let (Some(label), Some(other)) = (label, &found.label)
            && !same_context(label.ident.span(), other.ident.span())
        {
            let message = format!(
                "`{label}` here and `{label}` from another macro expansion are different labels"
            );
            self.diagnostics.error(label.ident.span(), message, "rename one of them".to_string());
            return None;
        }
        Some(found.expression)
    }

    pub(super) fn closure(&mut self, closure: &syn::ExprClosure, span: SourceSpan) -> ExpressionId {
        let id = self.reserve(span);
        let targets = std::mem::take(&mut self.targets);
        let return_target = std::mem::replace(&mut self.return_target, ReturnTarget::Closure(id));
        let (first_binding, first_use) = (self.body.bindings.len(), self.uses.len());
        self.scopes.open();
        let mut parameters = Vec::new();
        for input in &closure.inputs {
            let (pattern, ty) = match input {
                syn::Pat::Type(typed) => (&*typed.pat, Some(self.read_type(&typed.ty))),
                other => (other, None),
            };
            let pattern = self.pattern(pattern, ty.as_ref(), Refutable::No);
            parameters.push(Parameter { pattern, ty });
        }
        let result = match &closure.output {
            syn::ReturnType::Default => None,
            syn::ReturnType::Type(_, ty) => Some(self.read_type(ty)),
        };
        let return_type = std::mem::replace(&mut self.return_type, result.clone());
        let body = self.expression(&closure.body);
        self.scopes.close();
        self.targets = targets;
        self.return_target = return_target;
        self.return_type = return_type;
        if closure.capture.is_some() {
            self.check_moved_captures(first_binding, first_use);
        }
        self.fill(id, ExpressionKind::Closure { parameters, result, body });
        id
    }

    /// A `move` closure has copies of what it captures; the typed syntax has no such copies. Of a
    /// variable that cannot change there is no telling the difference; of one that is `mut` there is.
    fn check_moved_captures(&mut self, first_binding: usize, first_use: usize) {
        let mut seen = Vec::new();
        for index in first_use..self.uses.len() {
            let (binding, span) = self.uses[index];
            let captured = (binding.0 as usize) < first_binding;
            let variable = &self.body.bindings[binding.0 as usize];
            if captured && variable.mutable && !seen.contains(&binding) {
                seen.push(binding);
                let name = variable.name.clone();
                self.diagnostics.error(
                    span,
                    format!("`move` closure captures `{name}`, which is `mut`"),
                    format!("leave out `move`, or copy it into a variable that is not `mut` first: `let {name} = {name};`"),
                );
            }
        }
    }
}
