//! The tape, on which the forward sweeps of called functions leave what their reverse sweeps need.
//!
//! `__forward` and `__reverse` take it as their last parameter; any other function that calls them
//! makes one at its start.

use super::Emitter;
use super::expressions::Code;
use super::pending::Writes;
use crate::ir::{For, Instruction, InstructionKind, Place, SlotId, ValueId};
use crate::types::{FloatType, Type};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};

impl Emitter<'_> {
    /// The parameter for the tape, if it is one. Before anything else is written.
    pub(super) fn begin_tape(&mut self) -> Option<TokenStream> {
        if !self.header.takes_tape && !use_tape(&self.function.body.instructions) {
            return None;
        }
        let crate_path = &self.header.crate_path;
        let name = self.names.fresh("tape", Span::call_site());
        self.tape = Some(name.clone());
        if self.header.takes_tape {
            return Some(quote!(#name: &mut #crate_path::__private::Tape));
        }
        self.statements.push(quote!(let mut #name = #crate_path::__private::Tape::new();));
        None
    }

    /// A tape for a chunk, if its instructions use one; gives the one that is used otherwise.
    pub(super) fn begin_tape_of_chunk(&mut self, instructions: &[Instruction]) -> Option<Ident> {
        let outer = self.tape.clone();
        if use_tape(instructions) {
            let crate_path = &self.header.crate_path;
            let name = self.names.fresh("tape", Span::call_site());
            self.statements.push(quote!(let mut #name = #crate_path::__private::Tape::new();));
            self.tape = Some(name);
        }
        outer
    }

    /// The tape as an argument.
    pub(super) fn tape(&self) -> Code {
        let name = self.tape.clone().map_or_else(|| Code::atom(quote!(tape)), Code::Name);
        if self.header.takes_tape { name } else { name.borrow(true) }
    }

    /// `tape.save_numbers([a, b]);`, once for each type.
    pub(super) fn save(&mut self, values: &[ValueId]) {
        self.before_writing(&Writes::default());
        for (ty, values) in self.by_type(values) {
            let saved: Vec<_> =
                values.iter().map(|value| self.operand(*value).code.tokens()).collect();
            let (crate_path, tape) = (&self.header.crate_path, self.tape().tokens());
            let count = values.len();
            let types = std::iter::repeat_n(super::types::tokens(&ty), count);
            self.statements.push(match (has_track(&ty), saved.as_slice()) {
                (true, _) => {
                    let count = Literal::usize_unsuffixed(count);
                    let ty = super::types::tokens(&ty);
                    quote!(#crate_path::__private::Tape::save_numbers::<#ty, #count>(#tape, [#(#saved),*]);)
                }
                (false, [value]) => {
                    quote!(#crate_path::__private::Tape::save::<#(#types)*>(#tape, #value);)
                }
                (false, _) => {
                    quote!(#crate_path::__private::Tape::save::<(#(#types),*)>(#tape, (#(#saved),*));)
                }
            });
        }
    }

    /// The values in groups of one type, in the order of first occurrence.
    fn by_type(&self, values: &[ValueId]) -> Vec<(Type, Vec<ValueId>)> {
        let mut groups: Vec<(Type, Vec<ValueId>)> = vec![];
        for value in values {
            let ty = &self.function.value(*value).ty;
            match groups.iter_mut().find(|(known, _)| known == ty) {
                Some((_, group)) => group.push(*value),
                None => groups.push((ty.clone(), vec![*value])),
            }
        }
        groups
    }

    /// `tape.save(stack);`
    pub(super) fn save_stack(&mut self, slot: SlotId) {
        self.before_writing(&Writes::default());
        // An array is copied, a stack moved.
        let saved = match self.function.slot(slot).ty {
            Type::Array(..) => self.scalar_place(&Place::root(slot)).code.tokens(),
            _ => self.slot_name(slot).to_token_stream(),
        };
        let (crate_path, tape) = (&self.header.crate_path, self.tape().tokens());
        self.statements.push(quote!(#crate_path::__private::Tape::save(#tape, #saved);));
    }

    /// `let [a, b]: [f64; 2] = tape.restore_numbers();`, once for each type.
    pub(super) fn restore(&mut self, values: &[ValueId]) {
        let groups = self.by_type(values);
        for (ty, values) in groups.iter().rev() {
            let names: Vec<_> = values
                .iter()
                .map(|value| {
                    let known = self.function.value(*value);
                    let name = self
                        .names
                        .fresh(known.name.as_deref().unwrap_or("saved"), known.span.start);
                    self.hold(*value, Code::Name(name.clone()));
                    name
                })
                .collect();
            let (crate_path, tape) = (&self.header.crate_path, self.tape().tokens());
            let restore = quote!(#crate_path::__private::Tape::restore);
            let count = names.len();
            let types = std::iter::repeat_n(super::types::tokens(ty), count);
            self.statements.push(match (has_track(ty), names.as_slice()) {
                (true, _) => {
                    let count = Literal::usize_unsuffixed(count);
                    let ty = super::types::tokens(ty);
                    quote! {
                        let [#(#names),*]: [#ty; #count] =
                            #crate_path::__private::Tape::restore_numbers(#tape);
                    }
                }
                (false, [name]) => quote!(let #name: #(#types)* = #restore(#tape);),
                (false, _) => quote!(let (#(#names),*): (#(#types),*) = #restore(#tape);),
            });
        }
    }
}

/// Whether instructions use the tape of the function: chunks have their own.
fn use_tape(instructions: &[Instruction]) -> bool {
    instructions.iter().any(|instruction| match &instruction.kind {
        InstructionKind::Call(call) => call.output.uses_tape(),
        InstructionKind::For(For { chunks: Some(_), .. }) => false,
        kind => kind.regions().into_iter().any(|region| use_tape(&region.instructions)),
    })
}

/// Whether numbers of the type have a track of their own on the tape.
fn has_track(ty: &Type) -> bool {
    matches!(ty, Type::Float(FloatType::F32 | FloatType::F64) | Type::Bool | Type::Integer(_))
}
