//! The tape, on which the forward sweeps of called functions leave what their reverse sweeps need.
//!
//! `__forward` and `__reverse` take it as their last parameter; any other function that calls them
//! makes one at its start.

use super::Emitter;
use super::expressions::Code;
use super::pending::Writes;
use crate::ir::{InstructionKind, SlotId, ValueId};
use proc_macro2::{Span, TokenStream};
use quote::quote;

impl Emitter<'_> {
    /// The parameter for the tape, if it is one. Before anything else is written.
    pub(super) fn begin_tape(&mut self) -> Option<TokenStream> {
        let mut used = self.header.takes_tape;
        self.function.body.for_each_instruction(&mut |instruction| {
            used |= matches!(&instruction.kind, InstructionKind::Call(call) if call.output.uses_tape());
        });
        if !used {
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

    /// The tape as an argument.
    pub(super) fn tape(&self) -> Code {
        let name = self.tape.clone().map_or_else(|| Code::atom(quote!(tape)), Code::Name);
        if self.header.takes_tape { name } else { name.borrow(true) }
    }

    /// `tape.save((a, b));`
    pub(super) fn save(&mut self, values: &[ValueId]) {
        self.before_writing(&Writes::default());
        let saved: Vec<_> = values.iter().map(|value| self.operand(*value).code.tokens()).collect();
        let types =
            values.iter().map(|value| super::types::tokens(&self.function.value(*value).ty));
        let (crate_path, tape) = (&self.header.crate_path, self.tape().tokens());
        let save = quote!(#crate_path::__private::Tape::save);
        self.statements.push(match saved.as_slice() {
            [value] => quote!(#save::<#(#types)*>(#tape, #value);),
            _ => quote!(#save::<(#(#types),*)>(#tape, (#(#saved),*));),
        });
    }

    /// `tape.save(stack);`
    pub(super) fn save_stack(&mut self, slot: SlotId) {
        self.before_writing(&Writes::default());
        let (crate_path, tape) = (&self.header.crate_path, self.tape().tokens());
        let stack = self.slot_name(slot);
        self.statements.push(quote!(#crate_path::__private::Tape::save(#tape, #stack);));
    }

    /// `let (a, b): (f64, f64) = tape.restore();`
    pub(super) fn restore(&mut self, values: &[ValueId]) {
        let types: Vec<_> = values
            .iter()
            .map(|value| super::types::tokens(&self.function.value(*value).ty))
            .collect();
        let names: Vec<_> = values
            .iter()
            .map(|value| {
                let known = self.function.value(*value);
                let name =
                    self.names.fresh(known.name.as_deref().unwrap_or("saved"), known.span.start);
                self.hold(*value, Code::Name(name.clone()));
                name
            })
            .collect();
        let (crate_path, tape) = (&self.header.crate_path, self.tape().tokens());
        let restore = quote!(#crate_path::__private::Tape::restore);
        self.statements.push(match (names.as_slice(), types.as_slice()) {
            ([name], [ty]) => quote!(let #name: #ty = #restore(#tape);),
            _ => quote!(let (#(#names),*): (#(#types),*) = #restore(#tape);),
        });
    }
}
