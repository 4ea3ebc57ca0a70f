//! Assignment. Destructuring assignment is desugared as rustc does it: the value is taken apart by a
//! `let`, then one assignment a place follows, left to right.

use super::expressions::{member_name, unwrapped};
use super::{Resolver, spans};
use crate::diagnostics::SourceSpan;
use crate::hir::{BindingId, Block, ExpressionId, ExpressionKind, Pattern, PatternKind, Statement};
use proc_macro2::{Ident, Span};
use syn::Expr;

impl Resolver<'_> {
    pub(super) fn assign(&mut self, assign: &syn::ExprAssign, span: SourceSpan) -> ExpressionId {
        let left = unwrapped(&assign.left);
        if !self.destructures(left) {
            // rustc evaluates the right side first; the order of resolution does not matter.
            let place = self.expression(left);
            let value = self.expression(&assign.right);
            return self.push(ExpressionKind::Assign(place, value), span);
        }
        let value = self.expression(&assign.right);
        let mut parts = Vec::new();
        let pattern = self.destructure(left, &mut parts);
        let mut statements =
            vec![Statement::Let { pattern, ty: None, value: Some(value), otherwise: None }];
        for (place, binding) in parts {
            let place_span = spans::of(place);
            let part = self.push(ExpressionKind::Variable(binding), place_span);
            let place = self.expression(place);
            let assignment = self.push(ExpressionKind::Assign(place, part), span);
            statements.push(Statement::Expression(assignment));
        }
        self.push(ExpressionKind::Block(Block { statements, value: None, labelled: false }), span)
    }

    fn destructures(&self, left: &Expr) -> bool {
        match left {
            Expr::Tuple(_) | Expr::Array(_) | Expr::Struct(_) | Expr::Infer(_) => true,
            Expr::Call(call) => matches!(unwrapped(&call.func), Expr::Path(_)),
            _ => false,
        }
    }

    /// The pattern that takes the value apart; `parts` are the places with the variable for each.
    fn destructure<'e>(
        &mut self,
        left: &'e Expr,
        parts: &mut Vec<(&'e Expr, BindingId)>,
    ) -> Pattern {
        let left = unwrapped(left);
        let span = spans::of(left);
        let kind = match left {
            Expr::Infer(_) => PatternKind::Wild,
            Expr::Range(range) if range.start.is_none() && range.end.is_none() => PatternKind::Rest,
            Expr::Tuple(tuple) => PatternKind::Tuple(
                tuple.elems.iter().map(|element| self.destructure(element, parts)).collect(),
            ),
            Expr::Array(array) => PatternKind::Slice(
                array.elems.iter().map(|element| self.destructure(element, parts)).collect(),
            ),
            Expr::Struct(structure) => {
                self.external.structure(&structure.path);
                let path = self.path(structure.qself.as_ref(), &structure.path);
                let mut fields = Vec::new();
                for field in &structure.fields {
                    fields.push((member_name(&field.member), self.destructure(&field.expr, parts)));
                }
                PatternKind::Struct { path, fields }
            }
            Expr::Call(call) => return self.destructure_tuple_struct(call, span, parts),
            place => {
                let binding = self.bind(part_name(place), false, None);
                parts.push((place, binding));
                PatternKind::Binding { binding, by_reference: None, inner: None }
            }
        };
        Pattern { kind, span }
    }

    fn destructure_tuple_struct<'e>(
        &mut self,
        call: &'e syn::ExprCall,
        span: SourceSpan,
        parts: &mut Vec<(&'e Expr, BindingId)>,
    ) -> Pattern {
        let known = match unwrapped(&call.func) {
            Expr::Path(path) => {
                self.external.structure(&path.path);
                let text = self.types.text(&path.path);
                let count = self
                    .types
                    .structure(&text)
                    .filter(|known| known.tuple)
                    .map(|known| known.fields.len());
                count.map(|count| (path, count))
            }
            _ => None,
        };
        let Some((path, count)) = known else {
            self.diagnostics.error(
                span,
                "cannot take this apart: its fields are not known",
                "derive `Differentiable` for the struct, or assign to its fields one by one"
                    .to_string(),
            );
            return Pattern { kind: PatternKind::Wild, span };
        };
        let path = self.path(path.qself.as_ref(), &path.path);
        let is_rest = |argument: &Expr| matches!(argument, Expr::Range(range) if range.start.is_none() && range.end.is_none());
        let rest = call.args.iter().position(is_rest);
        let mut fields = Vec::new();
        for (index, argument) in call.args.iter().enumerate() {
            let field = match rest {
                Some(rest) if index == rest => continue,
                Some(rest) if index > rest => (count + index).saturating_sub(call.args.len()),
                _ => index,
            };
            fields.push((field.to_string().into(), self.destructure(argument, parts)));
        }
        Pattern { kind: PatternKind::Struct { path, fields }, span }
    }
}

/// A readable name for the new content of a place.
fn part_name(place: &Expr) -> Ident {
    match place {
        Expr::Path(path) => match path.path.get_ident() {
            Some(name) => name.clone(),
            None => Ident::new("part", Span::call_site()),
        },
        Expr::Index(index) => part_name(unwrapped(&index.expr)),
        Expr::Unary(unary) => part_name(unwrapped(&unary.expr)),
        Expr::Field(field) => match &field.member {
            syn::Member::Named(name) => name.clone(),
            syn::Member::Unnamed(_) => part_name(unwrapped(&field.base)),
        },
        _ => Ident::new("part", Span::call_site()),
    }
}
