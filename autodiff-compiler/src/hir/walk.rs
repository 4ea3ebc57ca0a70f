//! Visiting the typed syntax.

use super::*;

impl Body {
    /// The direct children of an expression, in source order; the body of a closure is a child, that
    /// of a nested function is not.
    pub fn children(&self, id: ExpressionId) -> Vec<ExpressionId> {
        use ExpressionKind::*;
        let mut found = vec![];
        match &self.expression(id).kind {
            Literal(_) | Variable(_) | Path(_) | FunctionPath(_) | Continue { .. } => {}
            Unary(_, a) | Cast(a, _) | Field(a, _) | Let(_, a) | ArrayRepeat(a, _) => {
                found.push(*a)
            }
            Borrow { value, .. } => found.push(*value),
            Binary(_, a, b)
            | Index(a, b)
            | VecRepeat(a, b)
            | Assign(a, b)
            | AssignOperation(_, a, b) => found.extend([*a, *b]),
            Tuple(list) | Array(list) | VecList(list) => found.extend(list),
            Struct { fields, base, .. } => {
                found.extend(fields.iter().map(|(_, field)| *field));
                found.extend(base);
            }
            Range { start, end, .. } => found.extend(start.iter().chain(end)),
            Block(block) => {
                for statement in &block.statements {
                    match statement {
                        Statement::Let { value, otherwise, .. } => {
                            found.extend(value.iter().chain(otherwise));
                        }
                        Statement::Expression(expression) => found.push(*expression),
                    }
                }
                found.extend(block.value);
            }
            If { condition, then_branch, else_branch } => {
                found.extend([*condition, *then_branch]);
                found.extend(else_branch);
            }
            Match { scrutinee, arms } => {
                found.push(*scrutinee);
                for arm in arms {
                    found.extend(arm.guard);
                    found.push(arm.body);
                }
            }
            While { condition, body } => found.extend([*condition, *body]),
            Loop { body } | Closure { body, .. } => found.push(*body),
            For { iterator, body, .. } => found.extend([*iterator, *body]),
            Break { value, .. } | Return { value, .. } => found.extend(value),
            Call { callee, arguments } => {
                if let Callee::Value(callee) = callee {
                    found.push(*callee);
                }
                found.extend(arguments);
            }
            MethodCall { receiver, arguments, .. } => {
                found.push(*receiver);
                found.extend(arguments);
            }
            Macro(MacroCall { pieces, .. }) | Opaque(OpaqueExpression { pieces, .. }) => {
                pieces.iter().for_each(|piece| piece.expressions(&mut found));
            }
        }
        found
    }
}

impl Piece {
    /// The expressions in it, in order.
    pub fn expressions(&self, found: &mut Vec<ExpressionId>) {
        match self {
            Piece::Tokens(_) => {}
            Piece::Expression(expression) => found.push(*expression),
            Piece::Group(_, pieces) => pieces.iter().for_each(|piece| piece.expressions(found)),
        }
    }
}

impl Pattern {
    /// The variables that it binds.
    pub fn bindings(&self) -> Vec<BindingId> {
        let mut found = vec![];
        self.collect_bindings(&mut found);
        found
    }

    fn collect_bindings(&self, found: &mut Vec<BindingId>) {
        match &self.kind {
            PatternKind::Wild
            | PatternKind::Rest
            | PatternKind::None
            | PatternKind::Literal { .. }
            | PatternKind::Range { .. } => {}
            PatternKind::Binding { binding, inner, .. } => {
                found.push(*binding);
                inner.iter().for_each(|inner| inner.collect_bindings(found));
            }
            PatternKind::Tuple(parts) | PatternKind::Slice(parts) | PatternKind::Or(parts) => {
                parts.iter().for_each(|part| part.collect_bindings(found));
            }
            PatternKind::Struct { fields, .. } => {
                fields.iter().for_each(|(_, part)| part.collect_bindings(found));
            }
            PatternKind::Reference(inner) | PatternKind::Variant(_, inner) => {
                inner.collect_bindings(found);
            }
            PatternKind::Opaque { bindings, .. } => found.extend(bindings),
        }
    }
}
