//! Questions about the typed syntax that lowering asks before it lowers.

use crate::hir::{
    BindingId, Body, Callee, ExpressionId, ExpressionKind, OpaqueExpression, PatternKind, Piece,
    ReturnTarget,
};
use crate::types::Type;
use proc_macro2::TokenTree;
use std::collections::HashSet;

/// Whether `holds` is true of the expression or one below it.
pub(super) fn any(
    body: &Body,
    id: ExpressionId,
    holds: &mut dyn FnMut(&ExpressionKind) -> bool,
) -> bool {
    if holds(&body.expression(id).kind) {
        return true;
    }
    body.children(id).into_iter().any(|child| any(body, child, holds))
}

/// Whether a `return` to this target stands somewhere below, other than as the last thing done.
pub(super) fn returns_early(body: &Body, id: ExpressionId, target: ReturnTarget) -> bool {
    any(
        body,
        id,
        &mut |kind| matches!(kind, ExpressionKind::Return { target: to, .. } if *to == target),
    )
}

/// Whether a `break` with a value or without leaves this loop or block.
pub(super) fn breaks(body: &Body, id: ExpressionId, left: ExpressionId) -> bool {
    any(
        body,
        id,
        &mut |kind| matches!(kind, ExpressionKind::Break { target, .. } if *target == left),
    )
}

/// Whether evaluating it may change a variable or memory, so that what was read before it must be
/// read for good.
pub(super) fn has_effects(body: &Body, id: ExpressionId) -> bool {
    any(body, id, &mut |kind| match kind {
        ExpressionKind::Assign(..)
        | ExpressionKind::AssignOperation(..)
        | ExpressionKind::Borrow { mutable: true, .. }
        | ExpressionKind::Call { callee: Callee::Value(_) | Callee::Nested(_), .. }
        | ExpressionKind::Macro(_) => true,
        ExpressionKind::Opaque(opaque) => !is_literal(opaque),
        ExpressionKind::MethodCall { method, .. } => !READS_ONLY.contains(&&*method.to_string()),
        _ => false,
    })
}

/// Whether it is a text, a character or the like.
fn is_literal(opaque: &OpaqueExpression) -> bool {
    let [Piece::Tokens(tokens)] = &opaque.pieces[..] else { return false };
    let mut tokens = tokens.clone().into_iter();
    matches!((tokens.next(), tokens.next()), (Some(TokenTree::Literal(_)), None))
}

/// Methods that change nothing, as they occur most inside other expressions.
const READS_ONLY: &[&str] = &[
    "len",
    "is_empty",
    "abs",
    "sqrt",
    "powi",
    "powf",
    "exp",
    "ln",
    "sin",
    "cos",
    "tan",
    "tanh",
    "min",
    "max",
    "clone",
    "to_vec",
    "iter",
    "zip",
    "sum",
    "product",
    "copied",
    "cloned",
    "enumerate",
    "rev",
    "recip",
    "mul_add",
    "atan2",
    "hypot",
    "floor",
    "ceil",
    "round",
    "first",
    "last",
    "unwrap",
];

/// Whether the condition holds a `let`.
pub(super) fn has_let(body: &Body, id: ExpressionId) -> bool {
    match &body.expression(id).kind {
        ExpressionKind::Let(..) => true,
        ExpressionKind::Binary(crate::hir::BinaryOperator::And, a, b) => {
            has_let(body, *a) || has_let(body, *b)
        }
        _ => false,
    }
}

/// Variables of struct type that are borrowed as a whole or have methods called on them: they live
/// in memory, in one piece.
pub(super) fn whole_structs(body: &Body, types: &crate::infer::Types) -> HashSet<BindingId> {
    let mut found = HashSet::new();
    let mut note = |id: ExpressionId| {
        if let ExpressionKind::Variable(binding) = &body.expression(id).kind
            && matches!(types.binding(*binding), Type::Struct(_))
        {
            found.insert(*binding);
        }
    };
    for expression in &body.expressions {
        match &expression.kind {
            ExpressionKind::Borrow { value, .. } => note(*value),
            ExpressionKind::MethodCall { receiver, method, .. } if *method != "clone" => {
                note(*receiver);
            }
            _ => {}
        }
    }
    found
}

/// The variables that occur below, closures included.
pub(super) fn variables(body: &Body, id: ExpressionId) -> HashSet<BindingId> {
    let mut found = HashSet::new();
    any(body, id, &mut |kind| {
        if let ExpressionKind::Variable(binding) = kind {
            found.insert(*binding);
        }
        false
    });
    found
}

/// The variables that a pattern binds.
pub(super) fn bound(pattern: &crate::hir::Pattern, found: &mut Vec<BindingId>) {
    match &pattern.kind {
        PatternKind::Binding { binding, inner, .. } => {
            found.push(*binding);
            inner.iter().for_each(|inner| bound(inner, found));
        }
        PatternKind::Tuple(parts) | PatternKind::Slice(parts) | PatternKind::Or(parts) => {
            parts.iter().for_each(|part| bound(part, found));
        }
        PatternKind::Struct { fields, .. } => {
            fields.iter().for_each(|(_, field)| bound(field, found));
        }
        PatternKind::Reference(inner) | PatternKind::Variant(_, inner) => bound(inner, found),
        PatternKind::Opaque { bindings, .. } => found.extend(bindings),
        PatternKind::Wild
        | PatternKind::Rest
        | PatternKind::Literal { .. }
        | PatternKind::Range { .. }
        | PatternKind::None => {}
    }
}
