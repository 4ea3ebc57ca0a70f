//! What is passive and is not looked into: macros with effects, tokens with holes, `match` on enums
//! that are not known, methods of types that are not known.

use super::Lowerer;
use super::flow::{End, Exit, Fork, Halt, Lowered};
use super::operand::{Operand, Pointer};
use crate::hir::{
    self, Arm, BinaryOperator, BindingId, ExpressionId, MacroCall, MacroKind, OpaqueExpression,
    Path, Pattern, PatternKind,
};
use crate::ir::{
    Aggregate, Argument, Effect, InstructionKind, MatchArm, Opaque, Piece, Place, SlotId, SlotKind,
    Transfer, ValueId,
};
use crate::types::Type;
use proc_macro2::{Delimiter, Ident, TokenStream};
use quote::{ToTokens, quote};

type Back = Vec<(Pointer, SlotId)>;

impl Lowerer<'_> {
    /// `println!`, `assert!`, `panic!` and their families.
    pub(super) fn macro_call(&mut self, id: ExpressionId, call: &MacroCall) -> Lowered<Operand> {
        let span = self.body.span(id);
        match call.kind {
            MacroKind::Print => {
                self.effect(call)?;
                Ok(Operand::Unit)
            }
            MacroKind::Panic => {
                self.effect(call)?;
                Err(Halt::Exit(Exit::diverging()))
            }
            MacroKind::Assert => {
                let name = call.path.text.rsplit("::").next().unwrap_or_default().to_owned();
                let end = self.branch(None, |lowerer| {
                    lowerer.effect(call)?;
                    Ok(Operand::Unit)
                })?;
                self.builder.at(span);
                let holes = holes(&call.pieces);
                let conditions = if name.ends_with("assert") { 1 } else { 2 };
                // Arguments of the message are evaluated only on failure, those of `debug_assert!`
                // only in some builds: it must not be possible to tell.
                let visible = holes.len() > conditions || name.starts_with("debug");
                let (effect, before) = match end.region.instructions.split_last() {
                    Some((effect, before)) if end.exit.live && end.exit.targets.is_empty() => {
                        (effect.clone(), before.to_vec())
                    }
                    _ => return self.refuse(id, "an assertion that can be left", None),
                };
                let told = before
                    .iter()
                    .any(|step| step.kind.may_panic() || !step.kind.regions().is_empty());
                if visible && told && !self.conditions_alone(call, conditions, &name)? {
                    return self.refuse(
                        id,
                        "the message of this assertion may panic itself, or it may not be evaluated",
                        "compute its arguments in `let`s before it",
                    );
                }
                for step in before {
                    self.builder.append(step);
                }
                self.builder.append(effect);
                self.scope = end.scope;
                Ok(Operand::Unit)
            }
            MacroKind::Matches => self.refuse(id, "`matches!` is not supported here", None),
        }
    }

    /// Whether only the conditions of an `assert!` may panic, and not its message.
    fn conditions_alone(
        &mut self,
        call: &MacroCall,
        conditions: usize,
        name: &str,
    ) -> Lowered<bool> {
        if name.starts_with("debug") {
            return Ok(false);
        }
        for hole in holes(&call.pieces).into_iter().skip(conditions) {
            let end = self.branch(None, |lowerer| lowerer.value(hole))?;
            let told = |step: &crate::ir::Instruction| {
                step.kind.may_panic() || !step.kind.regions().is_empty()
            };
            if end.region.instructions.iter().any(told) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn effect(&mut self, call: &MacroCall) -> Lowered<()> {
        let span = self.builder.span();
        let mut back = Vec::new();
        let pieces = self.pieces(&call.pieces, &mut back)?;
        self.builder.at(span);
        let effect = Effect { path: call.path.tokens.clone(), kind: call.kind, pieces };
        self.builder.push(InstructionKind::Effect(effect), Vec::new());
        self.read_back(back)
    }

    /// Tokens with holes as a value.
    pub(super) fn opaque(
        &mut self,
        id: ExpressionId,
        opaque: &OpaqueExpression,
    ) -> Lowered<Operand> {
        let span = self.body.span(id);
        let mut back = Vec::new();
        let pieces = self.pieces(&opaque.pieces, &mut back)?;
        self.builder.at(span);
        let value =
            self.opaque_value(id, Opaque { pieces, result_slot: None }, self.type_of(id))?;
        self.read_back(back)?;
        Ok(value)
    }

    fn read_back(&mut self, back: Back) -> Lowered<()> {
        for (pointer, slot) in back {
            let changed = self.read(Pointer::Memory(Place::root(slot)))?;
            self.assign(pointer, changed)?;
        }
        Ok(())
    }

    fn pieces(&mut self, pieces: &[hir::Piece], back: &mut Back) -> Lowered<Vec<Piece>> {
        let mut lowered = Vec::with_capacity(pieces.len());
        for piece in pieces {
            lowered.push(match piece {
                hir::Piece::Tokens(tokens) => Piece::Tokens(tokens.clone()),
                hir::Piece::Group(delimiter, inner) => {
                    Piece::Group(*delimiter, self.pieces(inner, back)?)
                }
                hir::Piece::Expression(expression) => {
                    Piece::Argument(self.hole(*expression, back)?)
                }
            });
        }
        Ok(lowered)
    }

    fn hole(&mut self, id: ExpressionId, back: &mut Back) -> Lowered<Argument> {
        let pointer = self.place(id)?;
        self.builder.at(self.body.span(id));
        self.place_argument(pointer, back)
    }

    fn place_argument(&mut self, pointer: Pointer, back: &mut Back) -> Lowered<Argument> {
        let operand = match pointer {
            Pointer::Memory(place) => {
                let ty = self.place_type(&place);
                if ty.is_scalar() {
                    Operand::Scalar(self.builder.load(place, ty))
                } else {
                    return Ok(Argument::Place(place));
                }
            }
            pointer => match self.peek(&pointer) {
                Some(Operand::Slot(slot)) => return Ok(Argument::Place(Place::root(slot))),
                // Read as a whole only to be looked at by the tokens: it stays where it is.
                Some(Operand::Pending(Aggregate::Place(place, _), Type::Opaque(_))) => {
                    return Ok(Argument::Place(place));
                }
                Some(Operand::Pending(content, ty)) => {
                    let slot = self.define(content, ty, "value".into());
                    return Ok(Argument::Place(Place::root(slot)));
                }
                Some(Operand::Range { start, end, inclusive }) => {
                    let _ = (start, end, inclusive);
                    let span = self.builder.span();
                    return self.error(
                        span,
                        "a range is not supported here",
                        "use its ends on their own",
                    );
                }
                _ => self.read(pointer)?,
            },
        };
        // A reference is passed as one, so that the tokens around it mean the same.
        self.argument(operand, None, back)
    }

    /// Appends tokens that yield a value of a type.
    pub(super) fn opaque_value(
        &mut self,
        id: ExpressionId,
        mut opaque: Opaque,
        ty: Type,
    ) -> Lowered<Operand> {
        let span = self.body.span(id);
        match &ty {
            Type::Unit => {
                self.builder.push(InstructionKind::Opaque(opaque), Vec::new());
                Ok(Operand::Unit)
            }
            Type::Never => {
                self.builder.push(InstructionKind::Opaque(opaque), Vec::new());
                Err(Halt::Exit(Exit::diverging()))
            }
            Type::Reference { to, .. } if to.is_scalar() => {
                let pieces = vec![
                    Piece::Tokens(quote!(*)),
                    Piece::Group(Delimiter::Parenthesis, opaque.pieces),
                ];
                let opaque = Opaque { pieces, result_slot: None };
                let kind = InstructionKind::Opaque(opaque);
                let value = self.builder.push(kind, vec![(**to).clone()])[0];
                let to = Pointer::Value(Box::new(Operand::Scalar(value)));
                Ok(Operand::Reference { to, mutable: false })
            }
            Type::Tuple(_) | Type::Struct(_) | Type::Array(..) | Type::Vec(_) => {
                let slot = self.builder.function.new_slot(
                    ty.clone(),
                    "value".into(),
                    span,
                    SlotKind::Local,
                );
                opaque.result_slot = Some(slot);
                self.builder.push(InstructionKind::Opaque(opaque), Vec::new());
                self.fresh.insert(slot);
                match ty {
                    Type::Tuple(_) | Type::Struct(_) => {
                        self.read(Pointer::Memory(Place::root(slot)))
                    }
                    ty => Ok(Operand::Pending(
                        Aggregate::Place(Place::root(slot), Transfer::Move),
                        ty,
                    )),
                }
            }
            Type::Bool | Type::Float(_) | Type::Integer(_) | Type::Option(_) | Type::Opaque(_) => {
                let value = self.builder.push(InstructionKind::Opaque(opaque), vec![ty])[0];
                Ok(Operand::Scalar(value))
            }
            Type::Reference { to, mutable: false } if matches!(**to, Type::Opaque(_)) => {
                // `&str` and the like: a passive value like any other.
                let value = self.builder.push(InstructionKind::Opaque(opaque), vec![ty])[0];
                Ok(Operand::Scalar(value))
            }
            _ => self.refuse(
                id,
                format!("a passive value of type `{ty}` is not supported"),
                "compute it outside of the function and pass it in",
            ),
        }
    }

    /// A method that is not known, on a receiver that is passive.
    pub(super) fn passive_method(
        &mut self,
        id: ExpressionId,
        receiver: Pointer,
        name: &str,
        arguments: &[ExpressionId],
    ) -> Lowered<Operand> {
        let span = self.body.span(id);
        let body = self.body;
        let ident = Ident::new(name, span.start);
        let mut back = Vec::new();
        let receiver = self.place_argument(receiver, &mut back)?;
        let mut inside = Vec::new();
        for (position, argument) in arguments.iter().enumerate() {
            if position > 0 {
                inside.push(Piece::Tokens(quote!(,)));
            }
            inside.push(Piece::Argument(self.hole(*argument, &mut back)?));
        }
        self.builder.at(span);
        let generics = match &body.expression(id).kind {
            hir::ExpressionKind::MethodCall { generics, .. } => !generics.is_empty(),
            _ => false,
        };
        if generics {
            return self.refuse(
                id,
                format!("the method `{name}` is not known"),
                "compute it outside of the function and pass it in",
            );
        }
        let pieces = vec![
            Piece::Argument(receiver),
            Piece::Tokens(quote!(. #ident)),
            Piece::Group(Delimiter::Parenthesis, inside),
        ];
        let opaque = Opaque { pieces, result_slot: None };
        let value = self.opaque_value(id, opaque, self.type_of(id))?;
        self.read_back(back)?;
        Ok(value)
    }

    /// `T::name(arguments)` of a primitive, as it is written.
    pub(super) fn passive_associated(
        &mut self,
        id: ExpressionId,
        ty: &Type,
        name: &str,
        arguments: Vec<Operand>,
    ) -> Lowered<Operand> {
        let span = self.body.span(id);
        let mut back = Vec::new();
        let mut inside = Vec::new();
        for argument in arguments {
            if !inside.is_empty() {
                inside.push(Piece::Tokens(quote!(,)));
            }
            inside.push(Piece::Argument(self.argument(argument, None, &mut back)?));
        }
        let path: TokenStream = format!("<{ty}>::{name}").parse().unwrap_or_default();
        self.builder.at(span);
        let pieces = vec![Piece::Tokens(path), Piece::Group(Delimiter::Parenthesis, inside)];
        let opaque = Opaque { pieces, result_slot: None };
        let value = self.opaque_value(id, opaque, self.type_of(id))?;
        self.read_back(back)?;
        Ok(value)
    }

    /// A call of a function that is not annotated.
    pub(super) fn unknown_call(
        &mut self,
        id: ExpressionId,
        path: &Path,
        arguments: &[ExpressionId],
    ) -> Lowered<Operand> {
        let span = self.body.span(id);
        let mut back = Vec::new();
        let mut inside = Vec::new();
        for argument in arguments {
            if !inside.is_empty() {
                inside.push(Piece::Tokens(quote!(,)));
            }
            let operand = self.value(*argument)?;
            self.builder.at(span);
            inside.push(Piece::Argument(self.argument(operand, None, &mut back)?));
        }
        self.builder.at(span);
        let pieces =
            vec![Piece::Tokens(path.tokens.clone()), Piece::Group(Delimiter::Parenthesis, inside)];
        let opaque = Opaque { pieces, result_slot: None };
        let value = self.opaque_value(id, opaque, self.type_of(id))?;
        self.read_back(back)?;
        Ok(value)
    }

    /// An operator on passive things.
    pub(super) fn passive_binary(
        &mut self,
        id: ExpressionId,
        operator: BinaryOperator,
        a: &Operand,
        b: &Operand,
    ) -> Lowered<Operand> {
        let symbol = match operator {
            BinaryOperator::Equal => quote!(==),
            BinaryOperator::NotEqual => quote!(!=),
            BinaryOperator::Less => quote!(<),
            BinaryOperator::LessEqual => quote!(<=),
            BinaryOperator::Greater => quote!(>),
            BinaryOperator::GreaterEqual => quote!(>=),
            _ => {
                return self.refuse(
                    id,
                    "this operator is not supported on these types",
                    "it works on numbers and truth values",
                );
            }
        };
        let mut back = Vec::new();
        let a = self.place_argument(Pointer::Value(Box::new(a.clone())), &mut back)?;
        let b = self.place_argument(Pointer::Value(Box::new(b.clone())), &mut back)?;
        let pieces = vec![Piece::Argument(a), Piece::Tokens(symbol), Piece::Argument(b)];
        let opaque = Opaque { pieces, result_slot: None };
        self.opaque_value(id, opaque, Type::Bool)
    }

    /// `value as T` from or to something that is no number (`'a' as u8`, `kind as i32`).
    pub(super) fn passive_cast(
        &mut self,
        id: ExpressionId,
        value: ExpressionId,
        ty: &Type,
    ) -> Lowered<Operand> {
        let mut back = Vec::new();
        let argument = self.hole(value, &mut back)?;
        self.builder.at(self.body.span(id));
        let tokens: TokenStream = format!("as {ty}").parse().unwrap_or_default();
        let pieces = vec![Piece::Argument(argument), Piece::Tokens(tokens)];
        self.opaque_value(id, Opaque { pieces, result_slot: None }, ty.clone())
    }

    // Matches.

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
            PatternKind::Some(_) | PatternKind::None => {
                !matches!(subject, Some(Operand::Option { .. }))
            }
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

    fn scrutinee(&mut self, pointer: Pointer) -> Lowered<Argument> {
        let mut back = Vec::new();
        let pointer = self.follow(pointer)?;
        self.place_argument(pointer, &mut back)
    }

    /// `if let` on something that only rustc knows.
    pub(super) fn unknown_if_let(
        &mut self,
        pattern: &Pattern,
        pointer: Pointer,
        then: &mut dyn FnMut(&mut Self) -> Lowered<Operand>,
        otherwise: &mut dyn FnMut(&mut Self) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
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
        self.finish_match(fork, vec![first_end, second_end])
    }

    /// `match` on something that only rustc knows.
    pub(super) fn unknown_match(&mut self, pointer: Pointer, arms: &[Arm]) -> Lowered<Operand> {
        let scrutinee = self.scrutinee(pointer)?;
        let mut built = Vec::with_capacity(arms.len());
        let mut ends: Vec<End> = Vec::with_capacity(arms.len());
        for arm in arms {
            let (arm, end) =
                self.unknown_arm(&arm.pattern, arm.guard, &mut |lowerer| lowerer.value(arm.body))?;
            built.push(arm);
            ends.push(end);
        }
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
            if matches!(content, Type::Tuple(_) | Type::Struct(_) | Type::Array(..) | Type::Vec(_))
                || matches!(content, Type::Slice(_))
            {
                return self.error(
                    pattern.span,
                    format!("this pattern binds `{name}` of type `{ty}`, which is not a number"),
                    "match outside of the function and pass the content in",
                );
            }
            let value = self.builder.value(content, Some(name.clone()));
            bindings.push((name, value));
            operands.push((binding, ty, value));
        }
        let bind = |lowerer: &mut Self| -> Lowered<()> {
            for (binding, ty, value) in &operands {
                let scalar = Operand::Scalar(*value);
                let operand = match ty {
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
                    bind(lowerer)?;
                    Ok(Operand::Scalar(lowerer.scalar(guard)?))
                })?;
                let Some(Operand::Scalar(holds)) = end.value.take() else {
                    return self.refuse(guard, "a guard that is left", None);
                };
                if !end.exit.targets.is_empty() {
                    return self.refuse(guard, "a guard that is left", None);
                }
                end.region.yields = vec![holds];
                Some(end.region)
            }
        };
        let end = self.branch(None, |lowerer| {
            bind(lowerer)?;
            body(lowerer)
        })?;
        let arm = MatchArm { pattern: tokens, bindings, guard, body: crate::ir::Region::default() };
        Ok((arm, end))
    }

    /// The tokens of a pattern, and the variables in it.
    fn pattern_tokens(
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
            PatternKind::Some(inner) => {
                let inner = self.pattern_tokens(inner, bound)?;
                quote!(::core::option::Option::Some(#inner))
            }
            PatternKind::None => quote!(::core::option::Option::None),
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

/// The expressions in the holes, in order.
fn holes(pieces: &[hir::Piece]) -> Vec<ExpressionId> {
    let mut found = Vec::new();
    for piece in pieces {
        match piece {
            hir::Piece::Tokens(_) => {}
            hir::Piece::Group(_, inner) => found.extend(holes(inner)),
            hir::Piece::Expression(expression) => found.push(*expression),
        }
    }
    found
}
