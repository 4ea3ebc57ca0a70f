//! Refuses what we do not differentiate: every error of a function at once, on the exact token, each
//! with what to write instead.
//!
//! Takes any syntax that `syn` parses. What passes has a form in the typed syntax, or is copied as
//! it is; `resolve` relies on that. What needs types to be judged (method calls on unknown types,
//! active values in passive places) is left to `infer` and `lower`.
//!
//! `table` says what becomes of each kind of syntax, this file goes through a function and looks it
//! up, `context` adds what depends on the surroundings: closures that escape, nested signatures.

mod context;
mod table;
#[cfg(test)]
mod tests;

use crate::diagnostics::{Diagnostics, SourceSpan};
use crate::macros::{FormatArgument, KnownMacro, MatchesArguments, VecArguments, known_macro};
use crate::suggest::nearest;
use context::Place;
use syn::{Attribute, Block, Expr, Item, Pat, Signature, Stmt, Type};
use table::Verdict;

/// Deeper nesting than this is refused rather than risking the stack: the passes recurse, a few kB a
/// level in debug builds. (`syn` itself needs 20 kB a level of parentheses.)
const DEPTH_LIMIT: usize = 500;

/// Checks a function.
pub fn check(function: &syn::ItemFn, diagnostics: &mut Diagnostics) {
    for attribute in &function.attrs {
        Fence { diagnostics, depth: 0, too_deep: false }
            .passes(table::function_attribute(attribute));
    }
    check_signature(&function.sig, diagnostics);
    check_block(&function.block, diagnostics);
}

/// Checks the signature of a function or method.
pub fn check_signature(signature: &Signature, diagnostics: &mut Diagnostics) {
    Fence { diagnostics, depth: 0, too_deep: false }.signature(signature);
}

/// Checks the body of a function or method.
pub fn check_block(block: &Block, diagnostics: &mut Diagnostics) {
    Fence { diagnostics, depth: 0, too_deep: false }.block(block, Place::Escapes);
}

struct Fence<'a> {
    diagnostics: &'a mut Diagnostics,
    depth: usize,
    too_deep: bool,
}

impl Fence<'_> {
    /// Reports what the table refuses; whether to look inside.
    fn passes(&mut self, verdict: Verdict) -> bool {
        match verdict {
            Verdict::Lowered => true,
            Verdict::Passive => false,
            Verdict::Refused(refusal) => {
                let help = refusal.help.to_string();
                self.diagnostics.error(refusal.span, refusal.message, help);
                false
            }
        }
    }

    fn attributes(&mut self, attributes: &[Attribute]) {
        for attribute in attributes {
            self.passes(table::attribute(attribute));
        }
    }

    fn block(&mut self, block: &Block, value: Place) {
        let last = block.stmts.len().saturating_sub(1);
        for (index, statement) in block.stmts.iter().enumerate() {
            if !self.passes(table::statement(statement)) {
                continue;
            }
            match statement {
                Stmt::Local(local) => {
                    self.attributes(&local.attrs);
                    self.pattern(&local.pat);
                    if let Some(init) = &local.init {
                        self.expression(&init.expr, Place::Stays);
                        if let Some((_, otherwise)) = &init.diverge {
                            self.expression(otherwise, Place::Stays);
                        }
                    }
                }
                Stmt::Item(item) => self.item(item),
                Stmt::Expr(expression, None) if index == last => self.expression(expression, value),
                Stmt::Expr(expression, _) => self.expression(expression, Place::Stays),
                Stmt::Macro(statement) => {
                    self.attributes(&statement.attrs);
                    self.macro_call(&statement.mac);
                }
            }
        }
    }

    fn expressions<'e>(&mut self, expressions: impl IntoIterator<Item = &'e Expr>, place: Place) {
        for expression in expressions {
            self.expression(expression, place);
        }
    }

    fn expression(&mut self, expression: &Expr, place: Place) {
        self.depth += 1;
        if self.depth == DEPTH_LIMIT && !self.too_deep {
            self.too_deep = true;
            self.diagnostics.error(
                SourceSpan::of(expression),
                "this expression nests too deeply",
                "name parts of it with `let`".to_string(),
            );
        }
        if self.depth < DEPTH_LIMIT {
            let inside = self.passes(table::expression(expression));
            match expression {
                // What stands before `.await` is worth a look all the same.
                Expr::Await(node) => self.expression(&node.base, Place::Escapes),
                _ if inside => self.inside(expression, place),
                _ => {}
            }
        }
        self.depth -= 1;
    }

    /// The parts of an expression. A closure may be an argument, be called, or be what a `let` binds;
    /// anywhere else it escapes.
    fn inside(&mut self, expression: &Expr, place: Place) {
        use Place::{Escapes, Stays};
        match expression {
            Expr::Array(node) => {
                self.attributes(&node.attrs);
                self.expressions(&node.elems, Escapes);
            }
            Expr::Assign(node) => {
                self.attributes(&node.attrs);
                self.expression(&node.left, Escapes);
                self.expression(&node.right, Escapes);
            }
            Expr::Binary(node) => {
                self.attributes(&node.attrs);
                self.passes(table::binary_operator(&node.op));
                self.expression(&node.left, Escapes);
                self.expression(&node.right, Escapes);
            }
            Expr::Block(node) => {
                self.attributes(&node.attrs);
                self.block(&node.block, Escapes);
            }
            Expr::Break(node) => {
                self.attributes(&node.attrs);
                self.expressions(node.expr.as_deref(), Escapes);
            }
            Expr::Call(node) => {
                self.attributes(&node.attrs);
                self.expression(&node.func, Stays);
                let place = if context::is_constructor(&node.func) { Escapes } else { Stays };
                self.expressions(&node.args, place);
            }
            Expr::Cast(node) => {
                self.attributes(&node.attrs);
                self.expression(&node.expr, Escapes);
                self.ty(&node.ty);
            }
            Expr::Closure(node) => {
                self.attributes(&node.attrs);
                self.closure(node, place);
            }
            Expr::Continue(node) => self.attributes(&node.attrs),
            Expr::Field(node) => {
                self.attributes(&node.attrs);
                self.expression(&node.base, Escapes);
            }
            Expr::ForLoop(node) => {
                self.attributes(&node.attrs);
                self.pattern(&node.pat);
                self.expression(&node.expr, Escapes);
                self.block(&node.body, Escapes);
            }
            Expr::Group(node) => self.expression(&node.expr, place),
            Expr::If(node) => {
                self.attributes(&node.attrs);
                self.expression(&node.cond, Escapes);
                self.block(&node.then_branch, Escapes);
                if let Some((_, otherwise)) = &node.else_branch {
                    self.expression(otherwise, Escapes);
                }
            }
            Expr::Index(node) => {
                self.attributes(&node.attrs);
                self.expression(&node.expr, Escapes);
                self.expression(&node.index, Escapes);
            }
            Expr::Let(node) => {
                self.attributes(&node.attrs);
                self.pattern(&node.pat);
                self.expression(&node.expr, Escapes);
            }
            Expr::Lit(node) => {
                self.attributes(&node.attrs);
                self.passes(table::literal(&node.lit));
            }
            Expr::Loop(node) => {
                self.attributes(&node.attrs);
                self.block(&node.body, Escapes);
            }
            Expr::Macro(node) => {
                self.attributes(&node.attrs);
                self.macro_call(&node.mac);
            }
            Expr::Match(node) => {
                self.attributes(&node.attrs);
                self.expression(&node.expr, Escapes);
                for arm in &node.arms {
                    self.attributes(&arm.attrs);
                    self.pattern(&arm.pat);
                    self.expressions(arm.guard.as_ref().map(|(_, guard)| &**guard), Escapes);
                    self.expression(&arm.body, Escapes);
                }
            }
            Expr::MethodCall(node) => {
                self.attributes(&node.attrs);
                self.expression(&node.receiver, Escapes);
                self.generic_arguments(node.turbofish.as_ref(), usize::MAX);
                self.expressions(&node.args, Stays);
            }
            Expr::Paren(node) => {
                self.attributes(&node.attrs);
                self.expression(&node.expr, place);
            }
            Expr::Path(node) => {
                self.attributes(&node.attrs);
                self.path(node.qself.as_ref(), &node.path);
            }
            Expr::Range(node) => {
                self.attributes(&node.attrs);
                self.expressions(node.start.as_deref(), Escapes);
                self.expressions(node.end.as_deref(), Escapes);
            }
            Expr::Reference(node) => {
                self.attributes(&node.attrs);
                self.expression(&node.expr, place);
            }
            Expr::Repeat(node) => {
                self.attributes(&node.attrs);
                self.expression(&node.expr, Escapes);
            }
            Expr::Return(node) => {
                self.attributes(&node.attrs);
                self.expressions(node.expr.as_deref(), Escapes);
            }
            Expr::Struct(node) => {
                self.attributes(&node.attrs);
                self.path(node.qself.as_ref(), &node.path);
                for field in &node.fields {
                    self.attributes(&field.attrs);
                    self.expression(&field.expr, Escapes);
                }
                self.expressions(node.rest.as_deref(), Escapes);
            }
            Expr::Tuple(node) => {
                self.attributes(&node.attrs);
                self.expressions(&node.elems, Escapes);
            }
            Expr::Try(node) => {
                self.attributes(&node.attrs);
                self.expression(&node.expr, Escapes);
            }
            Expr::Unary(node) => {
                self.attributes(&node.attrs);
                self.passes(table::unary_operator(&node.op));
                self.expression(&node.expr, Escapes);
            }
            Expr::While(node) => {
                self.attributes(&node.attrs);
                self.expression(&node.cond, Escapes);
                self.block(&node.body, Escapes);
            }
            // `_`, and what the table has refused.
            _ => {}
        }
    }

    fn pattern(&mut self, pattern: &Pat) {
        if !self.passes(table::pattern(pattern)) {
            return;
        }
        match pattern {
            Pat::Ident(node) => {
                self.attributes(&node.attrs);
                if let Some((_, inner)) = &node.subpat {
                    self.pattern(inner);
                }
            }
            Pat::Or(node) => node.cases.iter().for_each(|inner| self.pattern(inner)),
            Pat::Paren(node) => self.pattern(&node.pat),
            Pat::Reference(node) => self.pattern(&node.pat),
            Pat::Slice(node) => node.elems.iter().for_each(|inner| self.pattern(inner)),
            Pat::Struct(node) => {
                for field in &node.fields {
                    self.attributes(&field.attrs);
                    self.pattern(&field.pat);
                }
            }
            Pat::Tuple(node) => node.elems.iter().for_each(|inner| self.pattern(inner)),
            Pat::TupleStruct(node) => node.elems.iter().for_each(|inner| self.pattern(inner)),
            Pat::Type(node) => {
                self.attributes(&node.attrs);
                self.pattern(&node.pat);
                self.ty(&node.ty);
            }
            _ => {}
        }
    }

    fn ty(&mut self, ty: &Type) {
        if !self.passes(table::ty(ty)) {
            return;
        }
        match ty {
            Type::Array(node) => self.ty(&node.elem),
            Type::Group(node) => self.ty(&node.elem),
            Type::Paren(node) => self.ty(&node.elem),
            Type::Reference(node) => self.ty(&node.elem),
            Type::Slice(node) => self.ty(&node.elem),
            Type::Tuple(node) => node.elems.iter().for_each(|element| self.ty(element)),
            Type::Path(node) => self.path(node.qself.as_ref(), &node.path),
            _ => {}
        }
    }

    fn path(&mut self, qself: Option<&syn::QSelf>, path: &syn::Path) {
        self.passes(table::named_type(path));
        if let Some(qself) = qself {
            self.ty(&qself.ty);
        }
        for segment in &path.segments {
            if let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments {
                // Errors are passive: they may be of any type.
                let looked_at = if segment.ident == "Result" { 1 } else { usize::MAX };
                self.generic_arguments(Some(arguments), looked_at);
            }
        }
    }

    fn generic_arguments(
        &mut self,
        arguments: Option<&syn::AngleBracketedGenericArguments>,
        looked_at: usize,
    ) {
        for argument in arguments.iter().flat_map(|arguments| &arguments.args).take(looked_at) {
            if self.passes(table::generic_argument(argument))
                && let syn::GenericArgument::Type(ty) = argument
            {
                self.ty(ty);
            }
        }
    }

    fn item(&mut self, item: &Item) {
        if let Verdict::Refused(refusal) = table::item(item) {
            self.passes(Verdict::Refused(refusal));
            return;
        }
        match item {
            Item::Fn(function) => {
                self.attributes(&function.attrs);
                self.nested_signature(&function.sig);
                self.block(&function.block, Place::Escapes);
            }
            Item::Const(item) => {
                self.attributes(&item.attrs);
                self.ty(&item.ty);
            }
            Item::Type(item) => {
                self.attributes(&item.attrs);
                self.ty(&item.ty);
            }
            Item::Use(item) => self.attributes(&item.attrs),
            _ => {}
        }
    }

    fn macro_call(&mut self, mac: &syn::Macro) {
        let tokens = mac.tokens.clone();
        let parsed = match known_macro(&mac.path) {
            Some(KnownMacro::Effect(..) | KnownMacro::Format) => FormatArgument::read_all(tokens)
                .map(|arguments| {
                    let values = arguments.iter().map(|argument| &argument.value);
                    self.expressions(values, Place::Escapes);
                }),
            Some(KnownMacro::Vec) => VecArguments::read(tokens).map(|arguments| match arguments {
                VecArguments::List(elements) => self.expressions(&elements, Place::Escapes),
                VecArguments::Repeat(value, length) => {
                    self.expressions([&value, &length], Place::Escapes);
                }
            }),
            Some(KnownMacro::Matches) => MatchesArguments::read(tokens).map(|arguments| {
                self.expression(&arguments.value, Place::Escapes);
                self.pattern(&arguments.pattern);
                self.expressions(&arguments.guard, Place::Escapes);
            }),
            Some(KnownMacro::Constant(_)) => Ok(()),
            None => {
                self.unknown_macro(&mac.path);
                Ok(())
            }
        };
        if let Err(error) = parsed {
            self.diagnostics.syntax_error(error);
        }
    }

    fn unknown_macro(&mut self, path: &syn::Path) {
        let name = path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        let (message, help) = match name.as_str() {
            "asm" | "global_asm" | "naked_asm" => (
                "inline assembly cannot be differentiated".to_string(),
                "write it in Rust".to_string(),
            ),
            "write" | "writeln" => (
                format!("`{name}!` inside a differentiated function is not supported"),
                "print with `println!`, or write outside of the function".to_string(),
            ),
            _ => (
                format!("we cannot see what the macro `{name}!` does"),
                match nearest(&name, crate::macros::names()) {
                    Some(near) if near != name => format!("did you mean `{near}!`?"),
                    _ => "write what it expands to, or call it outside of the function".to_string(),
                },
            ),
        };
        self.diagnostics.error(SourceSpan::of(path), message, help);
    }
}
