//! Values with structure, calls, and tokens with holes.

use super::expressions::{Code, member};
use super::pending::{Built, Writes};
use super::{Emitter, places, types};
use crate::ir::{
    Aggregate, Argument, Call, Constant, Effect, Instruction, InstructionKind, Opaque, Piece,
    Place, Transfer,
};
use crate::types::Type;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

impl Emitter<'_> {
    /// An expression of type `ty` that makes the aggregate. Its operands are settled.
    pub(super) fn aggregate(&mut self, content: &Aggregate, ty: &Type) -> Built {
        let mut built = Built::pure(Code::atom(quote!(())));
        let code = match content {
            Aggregate::Unit | Aggregate::Deferred => quote!(()),
            Aggregate::Stack => {
                let crate_path = &self.header.crate_path;
                let element = types::tokens(element_type(ty));
                quote!(#crate_path::__private::Stack::<#element>::new())
            }
            Aggregate::RestoredStack if matches!(ty, Type::Array(..)) => {
                let crate_path = &self.header.crate_path;
                let tape = self.tape().tokens();
                let ty = types::tokens(ty);
                quote!(#crate_path::__private::Tape::restore::<#ty>(#tape))
            }
            Aggregate::RestoredStack => {
                let crate_path = &self.header.crate_path;
                let element = types::tokens(element_type(ty));
                let tape = self.tape().tokens();
                quote!(#crate_path::__private::Tape::restore::<#crate_path::__private::Stack<#element>>(#tape))
            }
            Aggregate::Value(value) => return self.operand(*value),
            Aggregate::Place(place, transfer) => return self.transferred(place, *transfer, ty),
            Aggregate::Reference { place, mutable } => return self.borrow(place, *mutable),
            Aggregate::Tuple(elements) => {
                let types = match ty {
                    Type::Tuple(types) => types.as_slice(),
                    _ => &[],
                };
                let types = types.iter().chain(std::iter::repeat(UNKNOWN));
                let elements = self.elements(elements.iter().zip(types), &mut built);
                if elements.len() == 1 {
                    quote!((#(#elements,)*))
                } else {
                    quote!((#(#elements),*))
                }
            }
            Aggregate::Struct(definition, fields) if definition.tangent => {
                // A path through a trait cannot stand before braces.
                let mut code = definition.of_trait("empty_tangent");
                code.extend(quote!(()));
                let changed: Vec<_> =
                    fields.iter().filter(|(_, field)| !self.is_zero(field)).collect();
                if changed.is_empty() {
                    code
                } else {
                    self.names.open();
                    let tangent = self.names.fresh("tangent", Span::call_site());
                    let mut statements = TokenStream::new();
                    for (name, field) in changed {
                        let ty = definition.fields.iter().find(|(own, _)| own == name);
                        let field = self.aggregate(field, ty.map_or(&Type::Unit, |(_, ty)| ty));
                        let field = built.absorb(field).tokens();
                        let name = member(name);
                        statements.extend(quote!(#tangent.#name = #field;));
                    }
                    self.names.close();
                    quote!({ let mut #tangent = #code; #statements #tangent })
                }
            }
            Aggregate::Struct(definition, fields) => {
                let path = types::expression_path(&definition.path);
                let mut written = Vec::new();
                for (name, field) in fields {
                    let ty = definition.fields.iter().find(|(own, _)| own == name);
                    let field = self.aggregate(field, ty.map_or(&Type::Unit, |(_, ty)| ty));
                    let field = built.absorb(field).tokens();
                    let name = member(name);
                    written.push(quote!(#name: #field));
                }
                // Braces are right for tuple structs too, by whatever alias they are named.
                quote!(#path { #(#written),* })
            }
            Aggregate::Array(elements) => {
                let elements = elements.iter().map(|content| (content, element_type(ty)));
                let elements = self.elements(elements, &mut built);
                quote!([#(#elements),*])
            }
            Aggregate::ArrayRepeat(element, length) => {
                let element = self.aggregate(element, element_type(ty));
                let element = built.absorb(element).tokens();
                let length = types::length(length);
                match element_type(ty).is_copy() {
                    true => quote!([#element; #length]),
                    false => quote!(::core::array::from_fn::<_, #length, _>(|_| #element)),
                }
            }
            Aggregate::Vec(elements) if elements.is_empty() => {
                quote_spanned!(crate::edition::root()=> ::std::vec::Vec::new())
            }
            Aggregate::Vec(elements) => {
                let elements = elements.iter().map(|content| (content, element_type(ty)));
                let elements = self.elements(elements, &mut built);
                quote_spanned!(crate::edition::root()=> ::std::vec![#(#elements),*])
            }
            Aggregate::VecRepeat(element, length) => {
                let element = self.aggregate(element, element_type(ty));
                let element = built.absorb(element).tokens();
                let length = self.operand(*length);
                let length = built.absorb(length).tokens();
                built.ordered = true;
                quote_spanned!(crate::edition::root()=> ::std::vec![#element; #length])
            }
            Aggregate::VecWithCapacity(capacity) => {
                let capacity = self.operand(*capacity);
                let capacity = built.absorb(capacity).tokens();
                built.ordered = true;
                quote_spanned!(crate::edition::root()=> ::std::vec::Vec::with_capacity(#capacity))
            }
            Aggregate::ZerosLike(place) => {
                let ty = self.function.place_type(place).unwrap_or(Type::Unit);
                let place_code = self.place(place);
                built.reads.lengths.insert(place.root);
                let place_code = built.absorb(place_code);
                self.zeros(&ty, place_code)
            }
        };
        built.code = Code::Atom(code);
        built
    }

    /// Whether it is what [`Differentiable::empty_tangent`] of core makes.
    fn is_zero(&self, content: &Aggregate) -> bool {
        match content {
            Aggregate::Unit => true,
            Aggregate::Value(value) => {
                let mut zero = false;
                self.function.body.for_each_instruction(&mut |instruction| {
                    zero |= instruction.results.first() == Some(value)
                        && matches!(instruction.kind, InstructionKind::Constant(Constant::Float(f, _)) if f == 0.0);
                });
                zero
            }
            Aggregate::Tuple(elements) | Aggregate::Array(elements) => {
                elements.iter().all(|element| self.is_zero(element))
            }
            Aggregate::Struct(_, fields) => fields.iter().all(|(_, field)| self.is_zero(field)),
            Aggregate::ArrayRepeat(element, _) => self.is_zero(element),
            Aggregate::Vec(elements) => elements.is_empty(),
            _ => false,
        }
    }

    fn elements<'t>(
        &mut self,
        elements: impl Iterator<Item = (&'t Aggregate, &'t Type)>,
        built: &mut Built,
    ) -> Vec<TokenStream> {
        let mut written = Vec::new();
        for (element, ty) in elements {
            let element = self.aggregate(element, ty);
            written.push(built.absorb(element).tokens());
        }
        written
    }

    /// What is at a place, as a value of type `ty`.
    fn transferred(&mut self, place: &Place, transfer: Transfer, ty: &Type) -> Built {
        let slice = match self.function.place_type(place).as_ref().map(Type::referent) {
            Some(Type::Slice(_)) => true,
            Some(Type::Array(..)) => matches!(ty, Type::Vec(_)),
            _ => false,
        };
        let taken = transfer == Transfer::Take
            || (transfer == Transfer::Move && places::moves_by_taking(self.function, place));
        let mut built = match transfer {
            Transfer::Copy | Transfer::Move if !taken => self.scalar_place(place),
            Transfer::Clone if slice => {
                let mut built = self.place(place);
                built.code = built.code.method("to_vec", vec![]);
                built
            }
            Transfer::Clone => {
                let mut built = self.borrow(place, false);
                built.code = Code::call(
                    quote_spanned!(crate::edition::root()=> ::core::clone::Clone::clone),
                    vec![built.code],
                );
                built
            }
            Transfer::Copy | Transfer::Move | Transfer::Take => {
                let mut built = self.borrow(place, true);
                built.ordered = true;
                // Not every tangent struct has a default.
                let empty = match self.function.place_type(place) {
                    Some(Type::Struct(definition)) if definition.tangent => {
                        Some(Code::call(definition.of_trait("empty_tangent"), vec![]))
                    }
                    _ => None,
                };
                built.code = match empty {
                    Some(empty) => {
                        Code::call(quote!(::core::mem::replace), vec![built.code, empty])
                    }
                    None => Code::call(
                        quote_spanned!(crate::edition::root()=> ::core::mem::take),
                        vec![built.code],
                    ),
                };
                built
            }
        };
        built.reads.content.insert(place.root);
        built.reads.lengths.insert(place.root);
        built
    }

    /// Zeros in the gradient type and shape of what is at `like`.
    fn zeros(&mut self, ty: &Type, like: Code) -> TokenStream {
        match ty.referent() {
            Type::Float(float) => {
                self.constant(&crate::ir::Constant::Float(0.0, float.clone())).tokens()
            }
            // Its tangent is `()`, as that of a list of numbers is a list.
            known @ (Type::Array(..) | Type::Slice(_) | Type::Vec(_)) if !known.holds_floats() => {
                quote!(())
            }
            Type::Array(element, length) if element.is_copy() => {
                let first = Code::Index(Box::new(like), Box::new(Code::atom(quote!(0))));
                let element = self.zeros(element, first);
                let length = types::length(length);
                quote!([#element; #length])
            }
            Type::Slice(element) | Type::Vec(element) if element.is_copy() => {
                let length = like.clone().method("len", vec![]).tokens();
                let first = Code::Index(Box::new(like), Box::new(Code::atom(quote!(0))));
                let element = self.zeros(element, first);
                quote_spanned!(crate::edition::root()=> ::std::vec![#element; #length])
            }
            Type::Slice(element) | Type::Vec(element) => {
                self.names.open();
                let row = self.names.fresh("row", proc_macro2::Span::call_site());
                let element = self.zeros(element, Code::Name(row.clone()));
                self.names.close();
                let rows = like.method("iter", vec![]).tokens();
                quote_spanned!(crate::edition::root()=> ::core::iter::Iterator::collect::<::std::vec::Vec<_>>(
                    ::core::iter::Iterator::map(#rows, |#row| #element)
                ))
            }
            Type::Array(element, _) => {
                self.names.open();
                let index = self.names.fresh("index", proc_macro2::Span::call_site());
                let at = Code::Index(Box::new(like), Box::new(Code::Name(index.clone())));
                let element = self.zeros(element, at);
                self.names.close();
                quote_spanned!(crate::edition::root()=> ::core::array::from_fn(|#index| #element))
            }
            Type::Tuple(elements) => {
                let written: Vec<TokenStream> = elements
                    .iter()
                    .enumerate()
                    .map(|(position, element)| {
                        let name = position.to_string().into();
                        self.zeros(element, Code::Field(Box::new(like.clone()), name))
                    })
                    .collect();
                quote!((#(#written,)*))
            }
            Type::Struct(_) => {
                let crate_path = &self.header.crate_path;
                let like = like.borrow(false).tokens();
                quote!(#crate_path::Differentiable::zero_tangent(#like))
            }
            _ => quote!(()),
        }
    }

    /// `place = aggregate;`
    pub(super) fn assign_aggregate(&mut self, place: &Place, content: &Aggregate, writes: &Writes) {
        let unsized_place = matches!(self.function.place_type(place), Some(Type::Slice(_)));
        if let (true, Aggregate::Place(source, transfer)) = (unsized_place, content) {
            // A slice is overwritten element by element.
            let source = self.borrow(source, false).code;
            let target = self.place(place).code;
            let method = match transfer {
                Transfer::Copy => "copy_from_slice",
                _ => "clone_from_slice",
            };
            self.before_writing(writes);
            self.statement(target.method(method, vec![source]));
            return;
        }
        let ty = self.function.place_type(place).unwrap_or(Type::Unit);
        let content = self.aggregate(content, &ty).code.tokens();
        let target = self.scalar_place(place).code.tokens();
        self.before_writing(writes);
        self.statements.push(quote!(#target = #content;));
    }

    /// An argument of a call, or the content of a hole.
    pub(super) fn argument(&mut self, argument: &Argument) -> Built {
        self.argument_of(argument, None)
    }

    /// The same, of a type that may be known: the copy of an array is a list where a list is asked for.
    pub(super) fn argument_of(&mut self, argument: &Argument, ty: Option<&Type>) -> Built {
        match argument {
            Argument::Value(content) => self.aggregate(content, ty.unwrap_or(UNKNOWN)),
            Argument::Shared(place) => self.borrow(place, false),
            Argument::Mutable(place) => self.borrow(place, true),
            Argument::Place(place) => {
                let mut built = match self.is_lent_to_guard(place) {
                    true => self.scalar_place(place),
                    false => self.place(place),
                };
                built.reads.content.insert(place.root);
                built.reads.lengths.insert(place.root);
                built
            }
        }
    }

    /// The function of an annotated function that is called: `path::value`, or `path` with the prefix
    /// of its outputs before the last segment's place.
    fn callee(&self, call: &Call) -> TokenStream {
        self.callee_named(call, call.output.name())
    }

    /// The same of another one of its functions.
    pub(super) fn callee_named(&self, call: &Call, output: &str) -> TokenStream {
        let output = &*super::item::output_name(output, call.signature.fallible);
        let path = &call.path;
        let mut tokens: Vec<TokenTree> = path.clone().into_iter().collect();
        // `step::<3>` is called as `step::value::<3>`.
        let opens = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == '<');
        let mut generics = TokenStream::new();
        let name = tokens
            .iter()
            .rposition(|token| matches!(token, TokenTree::Ident(name) if *name == *call.name));
        if let Some(name) = name
            && tokens.get(name + 3).is_some_and(opens)
        {
            generics = tokens.split_off(name + 1).into_iter().collect();
        }
        let Some(prefix) = &call.signature.prefix else {
            let output = Ident::new(output, Span::call_site());
            let path: TokenStream = tokens.into_iter().collect();
            return quote!(#path::#output #generics);
        };
        let last = tokens
            .iter()
            .rposition(|token| matches!(token, TokenTree::Ident(name) if *name == *call.name));
        if let Some(last) = last {
            let name = Ident::new(&format!("{prefix}{output}"), tokens[last].span());
            tokens[last] = TokenTree::Ident(name);
        }
        let path: TokenStream = tokens.into_iter().collect();
        quote!(#path #generics)
    }

    pub(super) fn call(&mut self, instruction: &Instruction, call: &Call) {
        let mut built = Built::pure(Code::atom(quote!()));
        let writes = Writes::of(&instruction.kind);
        let (mut arguments, after) =
            self.call_arguments(&call.arguments, &call.signature.parameters, &mut built, &writes);
        if call.output.uses_tape() {
            arguments.push(self.tape());
        }
        let callee = match self.product_in_lanes(call) {
            Some(product) => {
                arguments.insert(0, self.simd());
                self.callee_named(call, product)
            }
            None => self.callee(call),
        };
        built.code = Code::call(callee, arguments);
        built.ordered = true;
        self.finish_expression(instruction, call.result_slot, built);
        self.statements.extend(after);
    }

    pub(super) fn opaque(&mut self, instruction: &Instruction, opaque: &Opaque) {
        let mut built = Built::pure(Code::atom(quote!()));
        // What rustc has to say about the types is for the user.
        let tokens = self.filled(&opaque.pieces, &mut built, instruction.span.end);
        let indivisible = match tokens.clone().into_iter().collect::<Vec<_>>().as_slice() {
            [TokenTree::Literal(_) | TokenTree::Ident(_)] => true,
            [TokenTree::Group(group)] => group.delimiter() == Delimiter::Parenthesis,
            _ => false,
        };
        built.code = if indivisible { Code::Atom(tokens) } else { Code::Tokens(tokens) };
        built.ordered = true;
        self.finish_expression(instruction, opaque.result_slot, built);
    }

    /// Where the result of a call or an opaque expression goes.
    pub(super) fn finish_expression(
        &mut self,
        instruction: &Instruction,
        result_slot: Option<crate::ir::SlotId>,
        built: Built,
    ) {
        let writes = Writes::of(&instruction.kind);
        if let Some(slot) = result_slot {
            self.before_writing(&writes);
            self.declare_slot(slot, Some(built.code.tokens()));
            return;
        }
        match instruction.results.first() {
            Some(result) if writes.content.is_empty() => self.define(*result, built),
            Some(result) => {
                // It writes memory: it stands where it stood.
                self.before_writing(&writes);
                if let Some(variable) = self.target_of(*result) {
                    self.assign_variable(variable, built);
                    self.hold_in(*result, variable);
                } else if self.use_count(*result) == 0 {
                    let code = &built.code;
                    self.statements.push(quote!(let _ = #code;));
                } else {
                    self.bind(*result, &built.code);
                }
            }
            None => {
                self.before_writing(&writes);
                self.statement(built.code);
            }
        }
    }

    /// `println!(…);` and the like.
    pub(super) fn effect(&mut self, effect: &Effect) {
        let mut built = Built::pure(Code::atom(quote!()));
        let tokens = self.filled(&effect.pieces, &mut built, Span::call_site());
        self.before_writing(&Writes::default());
        let path = &effect.path;
        self.statements.push(quote!(#path!(#tokens);));
    }

    /// The tokens with their holes filled; groups have a span.
    fn filled(&mut self, pieces: &[Piece], built: &mut Built, span: Span) -> TokenStream {
        let mut tokens = TokenStream::new();
        for piece in pieces {
            match piece {
                Piece::Tokens(copied) => tokens.extend(copied.clone()),
                Piece::Group(delimiter, inner) => {
                    let inner = self.filled(inner, built, span);
                    let mut group = Group::new(*delimiter, inner);
                    group.set_span(span);
                    tokens.extend([TokenTree::Group(group)]);
                }
                Piece::Argument(argument) => {
                    let argument = self.argument(argument);
                    let code = built.absorb(argument);
                    tokens.extend(match code {
                        Code::Name(_)
                        | Code::Index(..)
                        | Code::Field(..)
                        | Code::Method(..)
                        | Code::Borrow { .. }
                        | Code::Atom(_) => code.tokens(),
                        Code::Number { negative: false, .. } => code.typed().to_token_stream(),
                        _ => {
                            let code = code.typed();
                            quote!((#code))
                        }
                    });
                }
            }
        }
        tokens
    }
}

const UNKNOWN: &Type = &Type::Opaque(None);

/// The type of the elements of an array or `Vec`, if it is known to be one.
fn element_type(ty: &Type) -> &Type {
    ty.element().unwrap_or(UNKNOWN)
}
