//! What is passive and is not looked into: tokens with holes, calls and methods that are not known.

use super::Lowerer;
use super::flow::{Exit, Halt, Lowered};
use super::operand::{Operand, Pointer};
use crate::diagnostics::SourceSpan;
use crate::hir::{
    self, BinaryOperator, ExpressionId, ExpressionKind, Literal, OpaqueExpression, Path,
    UnaryOperator,
};
use crate::infer::Counter;
use crate::ir::{
    Aggregate, Argument, InstructionKind, Opaque, Piece, Place, SlotId, SlotKind, Transfer, ValueId,
};
use crate::types::Type;
use proc_macro2::{Delimiter, Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use std::rc::Rc;

type Back = Vec<(Pointer, SlotId)>;

impl Lowerer<'_> {
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

    pub(super) fn read_back(&mut self, back: Back) -> Lowered<()> {
        for (pointer, slot) in back {
            let changed = self.read(Pointer::Memory(Place::root(slot)))?;
            self.assign(pointer, changed)?;
        }
        Ok(())
    }

    pub(super) fn pieces(&mut self, pieces: &[hir::Piece], back: &mut Back) -> Lowered<Vec<Piece>> {
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

    /// An argument of what only rustc can look into. A literal without suffix stays one: rustc knows
    /// which type is meant.
    pub(super) fn argument_piece(&mut self, id: ExpressionId, back: &mut Back) -> Lowered<Piece> {
        match self.unsuffixed(id) {
            Some(tokens) => Ok(Piece::Tokens(tokens)),
            None => Ok(Piece::Argument(self.hole(id, back)?)),
        }
    }

    /// The tokens of a number without suffix, possibly with a minus sign, or of arithmetic with such.
    fn unsuffixed(&self, id: ExpressionId) -> Option<TokenStream> {
        let text = match &self.body.expression(id).kind {
            hir::ExpressionKind::Literal(Literal::Integer(value, None)) => value.to_string(),
            hir::ExpressionKind::Literal(Literal::Float(text, None)) => text.to_string(),
            hir::ExpressionKind::Unary(UnaryOperator::Negate, inner) => {
                let inner = self.unsuffixed(*inner)?;
                return Some(quote!(-#inner));
            }
            // What is looked up in a map: `&1`.
            hir::ExpressionKind::Borrow { mutable: false, value } => {
                let value = self.unsuffixed(*value)?;
                return Some(quote!(&#value));
            }
            hir::ExpressionKind::Binary(operator, left, right) if is_arithmetic(*operator) => {
                let (left, right) = (self.unsuffixed(*left)?, self.unsuffixed(*right)?);
                let symbol = symbol(*operator, self.body.span(id).start)?;
                return Some(quote!((#left #symbol #right)));
            }
            _ => return None,
        };
        text.parse().ok()
    }

    /// An end of a range that is taken for one of `usize`: `identity::<usize>(LIMIT)`, or, whatever integer it is, as
    /// many trips: `usize::try_from(LIMIT).unwrap_or(0)`.
    pub(super) fn unseen_bound(&mut self, id: ExpressionId, counter: Counter) -> Lowered<ValueId> {
        if let ExpressionKind::Literal(_) = self.body.expression(id).kind {
            return self.scalar(id);
        }
        let mut back = Vec::new();
        let argument = match &self.body.expression(id).kind {
            ExpressionKind::Path(path) => Piece::Tokens(path.tokens.clone()),
            _ => Piece::Argument(self.hole(id, &mut back)?),
        };
        let in_parentheses = |pieces| Piece::Group(Delimiter::Parenthesis, pieces);
        let pieces = match counter {
            Counter::Usize => {
                let identity = quote_spanned! {crate::edition::root()=>
                    ::core::convert::identity::<::core::primitive::usize>
                };
                vec![Piece::Tokens(identity), in_parentheses(vec![argument])]
            }
            Counter::Trips => {
                let try_from = quote_spanned! {crate::edition::root()=>
                    <::core::primitive::usize as ::core::convert::TryFrom<_>>::try_from
                };
                let tried = vec![Piece::Tokens(try_from), in_parentheses(vec![argument])];
                vec![in_parentheses(tried), Piece::Tokens(quote!(.unwrap_or(0)))]
            }
        };
        self.builder.at(self.body.span(id));
        let opaque = Opaque { pieces, result_slot: None };
        let value = self.opaque_value(id, opaque, Type::USIZE)?;
        self.read_back(back)?;
        self.as_scalar(value)
    }

    fn hole(&mut self, id: ExpressionId, back: &mut Back) -> Lowered<Argument> {
        let pointer = self.place(id)?;
        self.builder.at(self.body.span(id));
        self.place_argument(pointer, back)
    }

    pub(super) fn place_argument(
        &mut self,
        pointer: Pointer,
        back: &mut Back,
    ) -> Lowered<Argument> {
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
                Some(Operand::Pending(Aggregate::Place(place, _), _)) => {
                    self.fresh.remove(&place.root);
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
        opaque: Opaque,
        ty: Type,
    ) -> Lowered<Operand> {
        self.opaque_at(self.body.span(id), opaque, ty)
    }

    /// The same of what is no expression of the user's.
    pub(super) fn opaque_at(
        &mut self,
        span: SourceSpan,
        mut opaque: Opaque,
        ty: Type,
    ) -> Lowered<Operand> {
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
            Type::Bool
            | Type::Float(_)
            | Type::Integer(_)
            | Type::Option(_)
            | Type::Result(..)
            | Type::Opaque(_) => {
                let value = self.builder.push(InstructionKind::Opaque(opaque), vec![ty])[0];
                Ok(Operand::Scalar(value))
            }
            Type::Reference { to, mutable: false } if matches!(**to, Type::Opaque(_)) => {
                // `&str` and the like: a passive value like any other.
                let value = self.builder.push(InstructionKind::Opaque(opaque), vec![ty])[0];
                Ok(Operand::Scalar(value))
            }
            Type::Reference { to, mutable: false }
                if matches!(**to, Type::Slice(_) | Type::Array(..) | Type::Vec(_)) =>
            {
                let to = Pointer::Memory(self.lent(opaque, to, "table"));
                Ok(Operand::Reference { to, mutable: false })
            }
            _ => self.error(
                span,
                format!("a passive value of type `{ty}` is not supported"),
                "compute it outside of the function and pass it in",
            ),
        }
    }

    /// What a reference to arrays, slices and the like leads to: tokens that yield the reference.
    pub(super) fn lent(&mut self, mut opaque: Opaque, content: &Type, name: &str) -> Place {
        let slot = self.shared_slot(content, name);
        opaque.result_slot = Some(slot);
        self.builder.push(InstructionKind::Opaque(opaque), Vec::new());
        Place::root(slot)
    }

    /// A constant of the user's, by reference. It is there from the beginning of the function on, so
    /// that the reverse sweep sees it too.
    pub(super) fn lent_constant(&mut self, path: &Path, content: &Type) -> Place {
        if let Some(slot) = self.tables.get(&path.text) {
            return Place::root(*slot);
        }
        let last = path.text.rsplit("::").next().unwrap_or_default().to_lowercase();
        let slot = self.shared_slot(content, &last);
        let pieces = vec![Piece::Tokens(quote!(&)), Piece::Tokens(path.tokens.clone())];
        let opaque = Opaque { pieces, result_slot: Some(slot) };
        self.builder.at_entry(InstructionKind::Opaque(opaque));
        self.tables.insert(path.text.clone(), slot);
        Place::root(slot)
    }

    fn shared_slot(&mut self, content: &Type, name: &str) -> SlotId {
        let span = self.builder.span();
        self.builder.function.new_slot(content.clone(), name.into(), span, SlotKind::Shared)
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
        let receiver = match receiver {
            // The method may change it, and everybody must know.
            Argument::Place(place) if self.may_change(id, &place, name) => {
                let receiver = Piece::Argument(Argument::Mutable(place));
                Piece::Group(Delimiter::Parenthesis, vec![receiver])
            }
            receiver => Piece::Argument(receiver),
        };
        let mut inside = Vec::new();
        for (position, argument) in arguments.iter().enumerate() {
            if position > 0 {
                inside.push(Piece::Tokens(quote!(,)));
            }
            inside.push(self.argument_piece(*argument, &mut back)?);
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
            receiver,
            Piece::Tokens(quote!(. #ident)),
            Piece::Group(Delimiter::Parenthesis, inside),
        ];
        let opaque = Opaque { pieces, result_slot: None };
        let value = self.opaque_value(id, opaque, self.type_of(id))?;
        self.read_back(back)?;
        Ok(value)
    }

    /// Whether a method may change its receiver: one that the user may change, by a method that is
    /// not known to leave it alone.
    fn may_change(&self, id: ExpressionId, place: &Place, name: &str) -> bool {
        use hir::ExpressionKind::{Field, Index, MethodCall, Unary, Variable};
        match self.builder.function.slot(place.root).kind {
            SlotKind::Shared => return false,
            SlotKind::Mutable => return !LEAVES_ALONE.contains(&name),
            SlotKind::ByValue | SlotKind::Local => {}
        }
        let mut receiver = id;
        loop {
            match &self.body.expression(receiver).kind {
                MethodCall { receiver: inner, .. }
                | Field(inner, _)
                | Index(inner, _)
                | Unary(_, inner) => receiver = *inner,
                Variable(binding) => {
                    let changes = self.body.binding(*binding).mutable
                        || matches!(
                            self.types.binding(*binding),
                            Type::Reference { mutable: true, .. }
                        );
                    return changes && !LEAVES_ALONE.contains(&name);
                }
                _ => return false,
            }
        }
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
            if let Some(tokens) = self.unsuffixed(*argument) {
                inside.push(Piece::Tokens(tokens));
                continue;
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

    /// `Kind::Variant { field: value, … }` of an enum of the user's.
    pub(super) fn variant_with_fields(
        &mut self,
        id: ExpressionId,
        path: &Path,
        fields: &[(Rc<str>, ExpressionId)],
    ) -> Lowered<Operand> {
        let mut back = Vec::new();
        let mut values = Vec::new();
        let ids: Vec<ExpressionId> = fields.iter().map(|(_, field)| *field).collect();
        for (position, field) in ids.iter().enumerate() {
            values.push(match self.unsuffixed(*field) {
                Some(_) => None,
                None => {
                    let value = self.value(*field)?;
                    Some(self.hold(value, &ids[position + 1..])?)
                }
            });
        }
        let span = self.body.span(id);
        self.builder.at(span);
        let mut inside = Vec::new();
        for ((name, field), value) in fields.iter().zip(values) {
            let name = syn::parse_str::<syn::Member>(name)
                .unwrap_or_else(|_| Ident::new_raw(name, span.start).into());
            inside.push(Piece::Tokens(quote!(#name:)));
            inside.push(match value {
                Some(value) => Piece::Argument(self.argument(value, None, &mut back)?),
                None => Piece::Tokens(self.unsuffixed(*field).unwrap_or_default()),
            });
            inside.push(Piece::Tokens(quote!(,)));
        }
        let fields = Piece::Group(Delimiter::Brace, inside);
        let opaque =
            Opaque { pieces: vec![Piece::Tokens(path.tokens.clone()), fields], result_slot: None };
        let value = self.opaque_value(id, opaque, self.type_of(id))?;
        self.read_back(back)?;
        Ok(value)
    }

    /// Whether it is a number without suffix.
    pub(super) fn is_bare_literal(&self, id: ExpressionId) -> bool {
        matches!(
            self.body.expression(id).kind,
            ExpressionKind::Literal(Literal::Integer(_, None) | Literal::Float(_, None))
        )
    }

    /// An operator on passive things, given with their expressions if they may be numbers without
    /// suffix: beside what we do not know, the type of those is rustc's to say.
    pub(super) fn passive_binary(
        &mut self,
        id: ExpressionId,
        operator: BinaryOperator,
        a: (&Operand, Option<ExpressionId>),
        b: (&Operand, Option<ExpressionId>),
    ) -> Lowered<Operand> {
        let at = self.body.span(id).start;
        let Some(symbol) = symbol(operator, at) else {
            return self.refuse(
                id,
                "this operator is not supported on these types",
                "it works on numbers and truth values",
            );
        };
        let mut back = Vec::new();
        let mut side = |(operand, id): (&Operand, Option<ExpressionId>)| {
            let literal = id.and_then(|id| self.unsuffixed(id));
            Ok(match literal {
                Some(literal) => Piece::Tokens(literal),
                None => {
                    let pointer = Pointer::Value(Box::new(operand.clone()));
                    Piece::Argument(self.place_argument(pointer, &mut back)?)
                }
            })
        };
        let pieces = vec![side(a)?, Piece::Tokens(symbol), side(b)?];
        let opaque = Opaque { pieces, result_slot: None };
        let ty = if is_arithmetic(operator) { self.type_of(id) } else { Type::Bool };
        self.opaque_value(id, opaque, ty)
    }

    /// `-value` of something that only rustc knows.
    pub(super) fn passive_negation(
        &mut self,
        id: ExpressionId,
        value: ValueId,
    ) -> Lowered<Operand> {
        let argument = Piece::Argument(Argument::Value(Aggregate::Value(value)));
        let pieces =
            vec![Piece::Tokens(quote!(-)), Piece::Group(Delimiter::Parenthesis, vec![argument])];
        self.opaque_value(id, Opaque { pieces, result_slot: None }, self.type_of(id))
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
}

/// Methods of std's types that do not change the receiver, or take it by value.
const LEAVES_ALONE: &[&str] = &[
    "len",
    "is_empty",
    "contains",
    "contains_key",
    "get",
    "iter",
    "is_some",
    "is_none",
    "is_ok",
    "is_err",
    "unwrap",
    "unwrap_or",
    "expect",
    "as_str",
    "as_ref",
    "to_string",
    "clone",
    "copied",
    "cloned",
    "first",
    "last",
    "starts_with",
    "ends_with",
    "binary_search",
    "eq",
    "ne",
    "cmp",
];

fn is_arithmetic(operator: BinaryOperator) -> bool {
    use BinaryOperator::*;
    matches!(operator, Add | Subtract | Multiply | Divide | Remainder)
}

/// The operator between passive things.
fn symbol(operator: BinaryOperator, at: Span) -> Option<TokenStream> {
    Some(match operator {
        BinaryOperator::Equal => quote_spanned!(at=> ==),
        BinaryOperator::NotEqual => quote_spanned!(at=> !=),
        BinaryOperator::Less => quote_spanned!(at=> <),
        BinaryOperator::LessEqual => quote_spanned!(at=> <=),
        BinaryOperator::Greater => quote_spanned!(at=> >),
        BinaryOperator::GreaterEqual => quote_spanned!(at=> >=),
        BinaryOperator::Add => quote_spanned!(at=> +),
        BinaryOperator::Subtract => quote_spanned!(at=> -),
        BinaryOperator::Multiply => quote_spanned!(at=> *),
        BinaryOperator::Divide => quote_spanned!(at=> /),
        BinaryOperator::Remainder => quote_spanned!(at=> %),
        _ => return None,
    })
}
