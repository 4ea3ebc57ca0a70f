//! `match` and `if let` on what only rustc knows: enums of the user, `Option`s from outside.

use super::Lowerer;
use super::flow::{End, Fork, Lowered};
use super::operand::{Operand, Pointer};
use crate::hir::{self, Arm, BindingId, ExpressionId, Pattern, PatternKind, Variant};
use crate::ir::{
    Aggregate, Argument, InstructionKind, MatchArm, Opaque, Piece, Place, Transfer, ValueId,
};
use crate::types::Type;
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

impl Lowerer<'_> {
    /// Whether a pattern looks into something that only rustc knows.
    pub(super) fn is_unknown_match(&self, pattern: &Pattern, pointer: &Pointer) -> bool {
        let mut subject = self.peek(pointer);
        while let Some(Operand::Reference { to, .. }) = &subject {
            let to = to.clone();
            match self.peek(&to) {
                Some(inner) => subject = Some(inner),
                None => {
                    subject = None;
                    break;
                }
            }
        }
        match &pattern.kind {
            PatternKind::Opaque { bindings, .. } => match subject {
                Some(Operand::Ordering(_)) => false,
                Some(Operand::Scalar(value)) => {
                    !(bindings.is_empty() && self.builder.function.value(value).ty.is_scalar())
                }
                _ => true,
            },
            PatternKind::Variant(Variant::Some, _) | PatternKind::None => {
                !matches!(subject, Some(Operand::Option { .. }))
            }
            PatternKind::Variant(..) => !matches!(subject, Some(Operand::Result { .. })),
            PatternKind::Or(parts) => parts.iter().any(|part| self.is_unknown_match(part, pointer)),
            PatternKind::Reference(inner) => self.is_unknown_match(inner, pointer),
            _ => false,
        }
    }

    /// A pattern that is a path, compared with a number or an `Ordering`.
    pub(super) fn test_path(
        &mut self,
        pattern: &Pattern,
        tokens: &TokenStream,
        subject: Operand,
    ) -> Lowered<ValueId> {
        use crate::ir::operations::Comparison;
        let text = tokens.to_string();
        match subject {
            Operand::Ordering(ordering) => {
                let expected = match text.rsplit(' ').next() {
                    Some("Less") => -1,
                    Some("Equal") => 0,
                    Some("Greater") => 1,
                    _ => {
                        return self.error(
                            pattern.span,
                            "a pattern that is no `Ordering`",
                            "write `Ordering::Less`, `Ordering::Equal` or `Ordering::Greater`",
                        );
                    }
                };
                let constant =
                    crate::ir::Constant::Integer(expected, crate::types::IntegerType::I8);
                let expected = self.builder.constant(constant);
                Ok(self.builder.compare(Comparison::Equal, ordering, expected))
            }
            Operand::Scalar(value) if is_range(tokens) => {
                let value = Piece::Argument(Argument::Value(Aggregate::Value(value)));
                let inside = vec![value, Piece::Tokens(quote!(, #tokens))];
                let matches = quote_spanned!(crate::edition::root()=> ::core::matches!);
                let pieces =
                    vec![Piece::Tokens(matches), Piece::Group(Delimiter::Parenthesis, inside)];
                let opaque = Opaque { pieces, result_slot: None };
                Ok(self.builder.push(InstructionKind::Opaque(opaque), vec![Type::Bool])[0])
            }
            Operand::Scalar(value) => {
                let ty = self.builder.function.value(value).ty.clone();
                let pieces = vec![Piece::Tokens(tokens.clone())];
                let opaque = Opaque { pieces, result_slot: None };
                let kind = InstructionKind::Opaque(opaque);
                let constant = self.builder.push(kind, vec![ty])[0];
                Ok(self.builder.compare(Comparison::Equal, value, constant))
            }
            _ => self.error(
                pattern.span,
                "this pattern is not supported here",
                "it works as the whole pattern of a `match` arm or an `if let`",
            ),
        }
    }

    /// What is matched: a reference, if it is one to the user, so that the pattern binds the same.
    pub(super) fn scrutinee(&mut self, pointer: Pointer) -> Lowered<Argument> {
        let mut back = Vec::new();
        let is_lent =
            matches!(self.peek(&pointer), Some(Operand::Reference { mutable: false, .. }));
        let pointer = self.follow(pointer)?;
        Ok(match self.place_argument(pointer, &mut back)? {
            Argument::Place(place) if is_lent => Argument::Shared(place),
            argument => argument,
        })
    }

    /// `if let` on something that only rustc knows.
    pub(super) fn unknown_if_let(
        &mut self,
        pattern: &Pattern,
        pointer: Pointer,
        then: &mut dyn FnMut(&mut Self) -> Lowered<Operand>,
        otherwise: &mut dyn FnMut(&mut Self) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        let span = self.builder.span();
        let scrutinee = self.scrutinee(pointer)?;
        let (first, first_end) = self.unknown_arm(pattern, None, then)?;
        let second_end = self.branch(None, otherwise)?;
        let second = MatchArm {
            pattern: quote!(_),
            bindings: Vec::new(),
            guard: None,
            body: crate::ir::Region::default(),
        };
        let fork = Fork::Match(scrutinee, vec![first, second]);
        self.builder.at(span);
        self.finish_match(fork, vec![first_end, second_end])
    }

    /// `let … else` on something that only rustc knows: what the pattern binds comes out of the
    /// match.
    pub(super) fn unknown_let_else(
        &mut self,
        pattern: &Pattern,
        pointer: Pointer,
        otherwise: ExpressionId,
    ) -> Lowered<()> {
        let mut bound = Vec::new();
        super::scan::bound(pattern, &mut bound);
        let values = self.unknown_if_let(
            pattern,
            pointer,
            &mut |lowerer| {
                let mut values = Vec::new();
                for binding in &bound {
                    let key = super::Key::Binding(*binding);
                    let operand = lowerer.scope.get(&key).cloned().unwrap_or(Operand::Poison);
                    values.push(lowerer.read(Pointer::Value(Box::new(operand)))?);
                }
                Ok(Operand::Tuple(values))
            },
            &mut |lowerer| lowerer.value(otherwise),
        )?;
        let Operand::Tuple(values) = values else { return Ok(()) };
        for (binding, value) in bound.into_iter().zip(values) {
            self.declare(binding, value)?;
        }
        Ok(())
    }

    /// `match` on something that only rustc knows.
    pub(super) fn unknown_match(&mut self, pointer: Pointer, arms: &[Arm]) -> Lowered<Operand> {
        let span = self.builder.span();
        let scrutinee = self.scrutinee(pointer)?;
        let mut built = Vec::with_capacity(arms.len());
        let mut ends: Vec<End> = Vec::with_capacity(arms.len());
        for arm in arms {
            let (arm, end) =
                self.unknown_arm(&arm.pattern, arm.guard, &mut |lowerer| lowerer.value(arm.body))?;
            built.push(arm);
            ends.push(end);
        }
        self.builder.at(span);
        self.finish_match(Fork::Match(scrutinee, built), ends)
    }

    fn unknown_arm(
        &mut self,
        pattern: &Pattern,
        guard: Option<ExpressionId>,
        body: &mut dyn FnMut(&mut Self) -> Lowered<Operand>,
    ) -> Lowered<(MatchArm, End)> {
        self.builder.at(pattern.span);
        let mut bound = Vec::new();
        let tokens = self.pattern_tokens(pattern, &mut bound)?;
        let mut bindings = Vec::new();
        let mut operands = Vec::new();
        for binding in bound {
            let name = self.binding_name(binding);
            let ty = self.types.binding(binding).clone();
            let content = ty.referent().clone();
            let in_memory =
                matches!(ty, Type::Tuple(_) | Type::Struct(_) | Type::Array(..) | Type::Vec(_));
            let by_reference = content != ty
                && matches!(
                    content,
                    Type::Tuple(_)
                        | Type::Struct(_)
                        | Type::Array(..)
                        | Type::Vec(_)
                        | Type::Slice(_)
                );
            if by_reference {
                return self.error(
                    pattern.span,
                    format!("this pattern binds `{name}` of type `{ty}`, which is not a number"),
                    "match outside of the function and pass the content in",
                );
            }
            // What only rustc knows stays the reference that it is.
            let held = match content {
                Type::Opaque(_) => ty.clone(),
                _ if in_memory || content == Type::Unit => Type::Opaque(None),
                content => content,
            };
            let value = self.builder.value(held, Some(name.clone()));
            bindings.push((name, value));
            operands.push((binding, ty, value));
        }
        let bind = |lowerer: &mut Self, for_guard: bool| -> Lowered<()> {
            for (binding, ty, value) in &operands {
                let scalar = Operand::Scalar(*value);
                if for_guard && matches!(ty, Type::Opaque(_)) {
                    lowerer.lend_to_guard(*binding, quote!(&), *value, ty);
                    continue;
                }
                let operand = match ty {
                    // It goes to memory of its own.
                    Type::Unit
                    | Type::Tuple(_)
                    | Type::Struct(_)
                    | Type::Array(..)
                    | Type::Vec(_) => lowerer.unpacked(*value, ty)?,
                    Type::Reference { mutable, .. }
                        if !matches!(ty.referent(), Type::Opaque(_)) =>
                    {
                        Operand::Reference {
                            to: Pointer::Value(Box::new(scalar)),
                            mutable: *mutable,
                        }
                    }
                    _ => scalar,
                };
                lowerer.declare(*binding, operand)?;
            }
            Ok(())
        };
        let guard = match guard {
            None => None,
            Some(guard) => {
                let mut end = self.branch(None, |lowerer| {
                    bind(lowerer, true)?;
                    Ok(Operand::Scalar(lowerer.scalar(guard)?))
                })?;
                let Some(Operand::Scalar(holds)) = end.value.take() else {
                    return self.refuse(
                        guard,
                        "a guard that is left",
                        "compute the condition in a `let` before the `match`",
                    );
                };
                if !end.exit.targets.is_empty() {
                    return self.refuse(
                        guard,
                        "a guard that is left",
                        "compute the condition in a `let` before the `match`",
                    );
                }
                end.region.yields = vec![holds];
                Some(end.region)
            }
        };
        let end = self.branch(None, |lowerer| {
            bind(lowerer, false)?;
            body(lowerer)
        })?;
        let arm = MatchArm { pattern: tokens, bindings, guard, body: crate::ir::Region::default() };
        Ok((arm, end))
    }

    /// The variable of a pattern in a guard: the content is lent to it, since an arm may take it. `borrow`: how the
    /// value becomes a reference.
    pub(super) fn lend_to_guard(
        &mut self,
        binding: BindingId,
        borrow: TokenStream,
        value: ValueId,
        ty: &Type,
    ) {
        let value = Piece::Argument(Argument::Value(Aggregate::Value(value)));
        let opaque = Opaque { pieces: vec![Piece::Tokens(borrow), value], result_slot: None };
        let name = self.binding_name(binding);
        let place = self.lent(opaque, ty, &name);
        self.scope.insert(super::Key::Binding(binding), Operand::Slot(place.root));
    }

    /// What only rustc has seen so far, as something with structure.
    pub(super) fn unpacked(&mut self, value: ValueId, ty: &Type) -> Lowered<Operand> {
        if *ty == Type::Unit {
            return Ok(Operand::Unit);
        }
        let content = Aggregate::Value(value);
        let slot = self.builder.define(ty.clone(), "content".into(), content);
        self.fresh.insert(slot);
        match ty {
            Type::Tuple(_) | Type::Struct(_) if !ty.owns_memory() => {
                self.read(Pointer::Memory(Place::root(slot)))
            }
            ty => Ok(Operand::Pending(
                Aggregate::Place(Place::root(slot), Transfer::Move),
                ty.clone(),
            )),
        }
    }

    /// The tokens of a pattern, and the variables in it.
    pub(super) fn pattern_tokens(
        &mut self,
        pattern: &Pattern,
        bound: &mut Vec<BindingId>,
    ) -> Lowered<TokenStream> {
        let body = self.body;
        Ok(match &pattern.kind {
            PatternKind::Wild => quote!(_),
            PatternKind::Rest => quote!(..),
            PatternKind::Binding { binding, by_reference: None, inner: None } => {
                bound.push(*binding);
                let name: &Ident = &body.binding(*binding).name;
                name.to_token_stream()
            }
            PatternKind::Variant(variant, inner) => {
                let (path, inner) = (variant.path(), self.pattern_tokens(inner, bound)?);
                quote!(#path(#inner))
            }
            PatternKind::None => {
                quote_spanned!(crate::edition::root()=> ::core::option::Option::None)
            }
            PatternKind::Reference(inner) => {
                let inner = self.pattern_tokens(inner, bound)?;
                quote!(&#inner)
            }
            PatternKind::Tuple(parts) => {
                let mut tokens = Vec::new();
                for part in parts {
                    tokens.push(self.pattern_tokens(part, bound)?);
                }
                quote!((#(#tokens,)*))
            }
            PatternKind::Or(parts) => {
                let mut tokens = Vec::new();
                for part in parts {
                    let before = bound.len();
                    tokens.push(self.pattern_tokens(part, bound)?);
                    if bound.len() > before {
                        return self.error(
                            pattern.span,
                            "variables in alternatives of a pattern are not supported",
                            "write one arm for each alternative",
                        );
                    }
                }
                quote!(#(#tokens)|*)
            }
            PatternKind::Opaque { tokens, bindings } => {
                bound.extend(bindings);
                tokens.clone()
            }
            PatternKind::Literal { value, negative } => {
                let text = match value {
                    hir::Literal::Float(text, _) => text.to_string(),
                    hir::Literal::Integer(value, _) => value.to_string(),
                    hir::Literal::Bool(value) => value.to_string(),
                };
                let text = if *negative { format!("-{text}") } else { text };
                text.parse().unwrap_or_default()
            }
            _ => {
                return self.error(
                    pattern.span,
                    "this pattern is not supported on a value that the compiler does not look into",
                    "match outside of the function and pass the content in",
                );
            }
        })
    }
}

/// Whether a pattern is a range: `LOW..=HIGH`.
fn is_range(pattern: &TokenStream) -> bool {
    let mut dots = pattern
        .clone()
        .into_iter()
        .filter(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '.'));
    dots.next().is_some()
}
