//! Expressions without control flow.

use super::types::read_length;
use super::{Resolver, spans};
use crate::diagnostics::SourceSpan;
use crate::hir::{
    BinaryOperator, Callee, ExpressionId, ExpressionKind, Literal, OpaqueExpression, Piece,
    UnaryOperator, Variant,
};
use crate::types::{FloatType, Holds, IntegerType, OpaqueType, Type};
use quote::ToTokens;
use std::rc::Rc;
use syn::Expr;

impl Resolver<'_> {
    pub(super) fn expression(&mut self, expression: &Expr) -> ExpressionId {
        let span = || spans::of(expression);
        let kind = match expression {
            Expr::Paren(inner) => return self.expression(&inner.expr),
            Expr::Group(inner) => return self.expression(&inner.expr),

            Expr::Lit(literal) => return self.literal(&literal.lit),
            Expr::Path(path) => return self.path_expression(path),
            Expr::Unary(unary) => {
                let operator = match unary.op {
                    syn::UnOp::Neg(_) => UnaryOperator::Negate,
                    syn::UnOp::Not(_) => UnaryOperator::Not,
                    syn::UnOp::Deref(_) => UnaryOperator::Dereference,
                    _ => return self.unsupported(expression),
                };
                ExpressionKind::Unary(operator, self.operand(&unary.expr))
            }
            Expr::Binary(binary) => return self.binary(expression, binary),
            Expr::Cast(cast) => {
                let value = self.expression(&cast.expr);
                ExpressionKind::Cast(value, self.read_type(&cast.ty))
            }
            Expr::Field(field) => {
                let value = self.expression(&field.base);
                ExpressionKind::Field(value, member_name(&field.member))
            }
            Expr::Index(index) => {
                let value = self.operand(&index.expr);
                ExpressionKind::Index(value, self.expression(&index.index))
            }
            Expr::Reference(reference) => ExpressionKind::Borrow {
                mutable: reference.mutability.is_some(),
                value: self.expression(&reference.expr),
            },
            Expr::Tuple(tuple) => ExpressionKind::Tuple(self.all_expressions(&tuple.elems)),
            Expr::Array(array) => ExpressionKind::Array(self.all_expressions(&array.elems)),
            Expr::Repeat(repeat) => {
                let value = self.expression(&repeat.expr);
                self.note_names_in(repeat.len.to_token_stream());
                ExpressionKind::ArrayRepeat(value, read_length(&repeat.len))
            }
            Expr::Struct(structure) => self.structure(structure),
            Expr::Range(range) => ExpressionKind::Range {
                start: range.start.as_ref().map(|start| self.expression(start)),
                end: range.end.as_ref().map(|end| self.expression(end)),
                inclusive: matches!(range.limits, syn::RangeLimits::Closed(_)),
            },
            Expr::Call(call) => self.call(call),
            Expr::MethodCall(call) => {
                // Errors are about the method, not about what stands before it.
                let kind = self.method_call(call);
                let end = call.paren_token.span.close();
                return self.push(kind, SourceSpan { start: call.method.span(), end });
            }
            Expr::Macro(expression) => return self.macro_expression(&expression.mac, false),
            Expr::Assign(assign) => return self.assign(assign, span()),

            Expr::Block(block) => return self.block_expression(&block.block, block.label.as_ref()),
            Expr::If(branch) => return self.if_expression(branch, span()),
            Expr::Let(condition) => return self.let_condition(condition, span()),
            Expr::Match(branch) => return self.match_expression(branch, span()),
            Expr::While(repeat) => return self.while_loop(repeat, span()),
            Expr::Loop(repeat) => return self.endless_loop(repeat, span()),
            Expr::ForLoop(repeat) => return self.for_loop(repeat, span()),
            Expr::Break(exit) => return self.break_expression(exit, span()),
            Expr::Continue(exit) => return self.continue_expression(exit, span()),
            Expr::Return(exit) => {
                let value = exit.expr.as_ref().map(|value| self.expression(value));
                ExpressionKind::Return { target: self.return_target, value }
            }
            Expr::Closure(closure) => return self.closure(closure, span()),
            Expr::Try(question) => return self.question(question),
            other => return self.unsupported(other),
        };
        self.push(kind, span())
    }

    pub(super) fn all_expressions<'e>(
        &mut self,
        expressions: impl IntoIterator<Item = &'e Expr>,
    ) -> Vec<ExpressionId> {
        expressions.into_iter().map(|expression| self.expression(expression)).collect()
    }

    /// The fence refuses what is not in the table; this is the net below it.
    pub(super) fn unsupported(&mut self, node: &impl ToTokens) -> ExpressionId {
        let message = "this expression is not supported in a differentiated function";
        self.refuse(SourceSpan::of(node), message, None)
    }

    fn literal(&mut self, literal: &syn::Lit) -> ExpressionId {
        let span = literal.span();
        match number(literal) {
            Ok(Some(number)) => self.push(ExpressionKind::Literal(number), span),
            Ok(None) => {
                let ty = match literal {
                    syn::Lit::Str(_) => Some(quote::quote!(str)),
                    syn::Lit::Char(_) => Some(quote::quote!(char)),
                    _ => None,
                };
                let ty = ty.map(|tokens| {
                    let text: Rc<str> = tokens.to_string().into();
                    let named =
                        Type::Opaque(Some(OpaqueType { tokens, text, holds: Holds::NoFloats }));
                    match literal {
                        syn::Lit::Str(_) => Type::Reference { mutable: false, to: Box::new(named) },
                        _ => named,
                    }
                });
                let pieces = vec![Piece::Tokens(literal.to_token_stream())];
                self.push(ExpressionKind::Opaque(OpaqueExpression { ty, pieces }), span)
            }
            Err(message) => self.refuse(span, message, None),
        }
    }

    fn binary(&mut self, expression: &Expr, binary: &syn::ExprBinary) -> ExpressionId {
        let Some((operator, assigns)) = binary_operator(&binary.op) else {
            return self.unsupported(expression);
        };
        let left = self.operand(&binary.left);
        let right = self.operand(&binary.right);
        let kind = if assigns {
            ExpressionKind::AssignOperation(operator, left, right)
        } else {
            ExpressionKind::Binary(operator, left, right)
        };
        self.push(kind, spans::of(expression))
    }

    /// What stands beside an operator or before an index: no function.
    fn operand(&mut self, expression: &Expr) -> ExpressionId {
        match unwrapped(expression) {
            Expr::Path(path) => self.path_value(path, false),
            other => self.expression(other),
        }
    }

    fn structure(&mut self, structure: &syn::ExprStruct) -> ExpressionKind {
        if !self.is_error(&structure.path) {
            self.external.structure(&structure.path);
        }
        let path = self.path(structure.qself.as_ref(), &structure.path);
        let mut fields = Vec::new();
        for field in &structure.fields {
            fields.push((member_name(&field.member), self.expression(&field.expr)));
        }
        let base = structure.rest.as_ref().map(|base| self.expression(base));
        ExpressionKind::Struct { path, fields, base }
    }

    fn call(&mut self, call: &syn::ExprCall) -> ExpressionKind {
        let callee = match unwrapped(&call.func) {
            Expr::Path(path) => self.callee(path),
            other => Callee::Value(self.expression(other)),
        };
        let error = matches!(&callee, Callee::Path(path) if Variant::named(&path.text) == Some(Variant::Err));
        let arguments = self.inside_error(error, &call.args);
        if let Callee::Path(path) = &callee
            && self.types.structure(&path.text).is_some_and(|definition| definition.tuple)
        {
            let names = (0..arguments.len()).map(|index| Rc::from(index.to_string()));
            let fields = names.zip(arguments).collect();
            return ExpressionKind::Struct { path: path.clone(), fields, base: None };
        }
        ExpressionKind::Call { callee, arguments }
    }

    /// Arguments, of which errors may be made.
    fn inside_error<'e>(
        &mut self,
        error: bool,
        arguments: impl IntoIterator<Item = &'e Expr>,
    ) -> Vec<ExpressionId> {
        let outside = self.in_error;
        self.in_error |= error;
        let arguments = self.all_expressions(arguments);
        self.in_error = outside;
        arguments
    }

    /// Whether a struct is an error: it is not asked what it holds.
    fn is_error(&self, path: &syn::Path) -> bool {
        let named = || match &self.return_type {
            Some(Type::Result(_, error)) => match &**error {
                Type::Opaque(Some(error)) => error.text.replace(' ', "") == self.types.text(path),
                _ => false,
            },
            _ => false,
        };
        self.in_error || named()
    }

    fn method_call(&mut self, call: &syn::ExprMethodCall) -> ExpressionKind {
        let receiver = self.expression(&call.receiver);
        let written = call.turbofish.iter().flat_map(|arguments| &arguments.args);
        let generics = written
            .filter_map(|argument| match argument {
                syn::GenericArgument::Type(ty) => Some(self.read_type(ty)),
                _ => None,
            })
            .collect();
        let error = matches!(&*call.method.to_string(), "ok_or" | "ok_or_else" | "map_err");
        let arguments = self.inside_error(error, &call.args);
        ExpressionKind::MethodCall { receiver, method: call.method.clone(), generics, arguments }
    }
}

/// The expression inside parentheses and `None`-delimited groups.
pub(super) fn unwrapped(expression: &Expr) -> &Expr {
    match expression {
        Expr::Paren(inner) => unwrapped(&inner.expr),
        Expr::Group(inner) => unwrapped(&inner.expr),
        other => other,
    }
}

pub(super) fn member_name(member: &syn::Member) -> Rc<str> {
    match member {
        syn::Member::Named(name) => name.to_string().into(),
        syn::Member::Unnamed(index) => index.index.to_string().into(),
    }
}

/// The value of a literal that is a number or truth value; `None` for other literals.
pub(super) fn number(literal: &syn::Lit) -> Result<Option<Literal>, String> {
    let float_suffix = |suffix: &str| match suffix {
        "" => Ok(None),
        "f32" => Ok(Some(FloatType::F32)),
        "f64" => Ok(Some(FloatType::F64)),
        other => Err(format!("the suffix `{other}` of this number is not known")),
    };
    Ok(Some(match literal {
        syn::Lit::Bool(value) => Literal::Bool(value.value),
        syn::Lit::Float(value) => {
            Literal::Float(value.base10_digits().into(), float_suffix(value.suffix())?)
        }
        syn::Lit::Int(value) if matches!(value.suffix(), "f32" | "f64") => {
            Literal::Float(value.base10_digits().into(), float_suffix(value.suffix())?)
        }
        syn::Lit::Int(value) => {
            let suffix =
                match value.suffix() {
                    "" => None,
                    suffix => Some(IntegerType::from_name(suffix).ok_or_else(|| {
                        format!("the suffix `{suffix}` of this number is not known")
                    })?),
                };
            let number = value
                .base10_parse::<u128>()
                .map_err(|_| "this integer is too large for any type".to_string())?;
            Literal::Integer(number, suffix)
        }
        syn::Lit::Byte(value) => Literal::Integer(value.value().into(), Some(IntegerType::U8)),
        _ => return Ok(None),
    }))
}

/// The operator, and whether it assigns.
fn binary_operator(operator: &syn::BinOp) -> Option<(BinaryOperator, bool)> {
    use BinaryOperator::*;
    use syn::BinOp;
    Some(match operator {
        BinOp::Add(_) => (Add, false),
        BinOp::Sub(_) => (Subtract, false),
        BinOp::Mul(_) => (Multiply, false),
        BinOp::Div(_) => (Divide, false),
        BinOp::Rem(_) => (Remainder, false),
        BinOp::And(_) => (And, false),
        BinOp::Or(_) => (Or, false),
        BinOp::BitXor(_) => (BitXor, false),
        BinOp::BitAnd(_) => (BitAnd, false),
        BinOp::BitOr(_) => (BitOr, false),
        BinOp::Shl(_) => (ShiftLeft, false),
        BinOp::Shr(_) => (ShiftRight, false),
        BinOp::Eq(_) => (Equal, false),
        BinOp::Lt(_) => (Less, false),
        BinOp::Le(_) => (LessEqual, false),
        BinOp::Ne(_) => (NotEqual, false),
        BinOp::Ge(_) => (GreaterEqual, false),
        BinOp::Gt(_) => (Greater, false),
        BinOp::AddAssign(_) => (Add, true),
        BinOp::SubAssign(_) => (Subtract, true),
        BinOp::MulAssign(_) => (Multiply, true),
        BinOp::DivAssign(_) => (Divide, true),
        BinOp::RemAssign(_) => (Remainder, true),
        BinOp::BitXorAssign(_) => (BitXor, true),
        BinOp::BitAndAssign(_) => (BitAnd, true),
        BinOp::BitOrAssign(_) => (BitOr, true),
        BinOp::ShlAssign(_) => (ShiftLeft, true),
        BinOp::ShrAssign(_) => (ShiftRight, true),
        _ => return None,
    })
}
