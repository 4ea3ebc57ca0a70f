//! First and last token of an expression, found by descending along its edges.
//!
//! [`SourceSpan::of`] prints the whole node; doing that at every level of a deep expression costs more
//! than resolving it.

use crate::diagnostics::SourceSpan;
use proc_macro2::Span;
use syn::Expr;

/// The tokens of an expression.
pub(super) fn of(expression: &Expr) -> SourceSpan {
    let edge = (start(expression), end(expression));
    if let (Some(start), Some(end)) = edge {
        return SourceSpan { start, end };
    }
    SourceSpan::of(expression)
}

/// The tokens of a path.
pub(super) fn of_path(path: &syn::Path) -> SourceSpan {
    let plain = path.segments.iter().all(|segment| segment.arguments.is_none());
    match (path.segments.first(), path.segments.last()) {
        (Some(first), Some(last)) if plain && path.leading_colon.is_none() => {
            SourceSpan { start: first.ident.span(), end: last.ident.span() }
        }
        _ => SourceSpan::of(path),
    }
}

fn start(expression: &Expr) -> Option<Span> {
    match expression {
        Expr::Array(array) => Some(array.bracket_token.span.join()),
        Expr::Assign(assign) => start(&assign.left),
        Expr::Binary(binary) => start(&binary.left),
        Expr::Block(block) if block.label.is_none() => Some(block.block.brace_token.span.join()),
        Expr::Call(call) => start(&call.func),
        Expr::Cast(cast) => start(&cast.expr),
        Expr::Closure(closure) => closure_start(closure),
        Expr::Field(field) => start(&field.base),
        Expr::ForLoop(repeated) if repeated.label.is_none() => Some(repeated.for_token.span),
        Expr::Group(group) => start(&group.expr),
        Expr::If(branch) => Some(branch.if_token.span),
        Expr::Index(index) => start(&index.expr),
        Expr::Lit(literal) => Some(literal.lit.span()),
        Expr::Match(branch) => Some(branch.match_token.span),
        Expr::MethodCall(call) => start(&call.receiver),
        Expr::Paren(paren) => Some(paren.paren_token.span.join()),
        Expr::Path(path) if path.qself.is_none() => Some(of_path(&path.path).start),
        Expr::Range(range) => match &range.start {
            Some(first) => start(first),
            None => limits(&range.limits).first().copied(),
        },
        Expr::Reference(reference) => Some(reference.and_token.span),
        Expr::Repeat(repeat) => Some(repeat.bracket_token.span.join()),
        Expr::Return(leave) => Some(leave.return_token.span),
        Expr::Tuple(tuple) => Some(tuple.paren_token.span.join()),
        Expr::While(repeated) if repeated.label.is_none() => Some(repeated.while_token.span),
        Expr::Unary(unary) => match unary.op {
            syn::UnOp::Neg(token) => Some(token.span),
            syn::UnOp::Not(token) => Some(token.span),
            syn::UnOp::Deref(token) => Some(token.span),
            _ => None,
        },
        _ => None,
    }
}

fn end(expression: &Expr) -> Option<Span> {
    match expression {
        Expr::Array(array) => Some(array.bracket_token.span.join()),
        Expr::Assign(assign) => end(&assign.right),
        Expr::Binary(binary) => end(&binary.right),
        Expr::Block(block) => Some(block.block.brace_token.span.join()),
        Expr::Call(call) => Some(call.paren_token.span.join()),
        Expr::Closure(closure) => end(&closure.body),
        Expr::Field(field) => match &field.member {
            syn::Member::Named(name) => Some(name.span()),
            syn::Member::Unnamed(index) => Some(index.span),
        },
        Expr::ForLoop(repeated) => Some(repeated.body.brace_token.span.join()),
        Expr::Group(group) => end(&group.expr),
        Expr::If(branch) => match &branch.else_branch {
            Some((_, branch)) => end(branch),
            None => Some(branch.then_branch.brace_token.span.join()),
        },
        Expr::Index(index) => Some(index.bracket_token.span.join()),
        Expr::Lit(literal) => Some(literal.lit.span()),
        Expr::Match(branch) => Some(branch.brace_token.span.join()),
        Expr::MethodCall(call) => Some(call.paren_token.span.join()),
        Expr::Paren(paren) => Some(paren.paren_token.span.join()),
        Expr::Path(path) => Some(of_path(&path.path).end),
        Expr::Range(range) => match &range.end {
            Some(last) => end(last),
            None => limits(&range.limits).last().copied(),
        },
        Expr::Reference(reference) => end(&reference.expr),
        Expr::Repeat(repeat) => Some(repeat.bracket_token.span.join()),
        Expr::Return(leave) => match &leave.expr {
            Some(value) => end(value),
            None => Some(leave.return_token.span),
        },
        Expr::Tuple(tuple) => Some(tuple.paren_token.span.join()),
        Expr::While(repeated) => Some(repeated.body.brace_token.span.join()),
        Expr::Unary(unary) => end(&unary.expr),
        _ => None,
    }
}

fn closure_start(closure: &syn::ExprClosure) -> Option<Span> {
    let syn::ExprClosure { attrs, lifetimes, constness, movability, asyncness, capture, .. } =
        closure;
    let plain = attrs.is_empty()
        && lifetimes.is_none()
        && constness.is_none()
        && movability.is_none()
        && asyncness.is_none();
    plain.then(|| capture.map_or(closure.or1_token.spans[0], |capture| capture.span))
}

/// The characters of `..` or `..=`.
fn limits(limits: &syn::RangeLimits) -> &[Span] {
    match limits {
        syn::RangeLimits::HalfOpen(token) => &token.spans,
        syn::RangeLimits::Closed(token) => &token.spans,
    }
}
