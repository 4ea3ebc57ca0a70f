//! Loops over chunks, which may run on several threads.
//!
//! ```text
//! let parts = __private::threads::map(count, work, |chunk| {
//!     … the iterations of the chunk …
//!     (loss_part, w_adjoint_part)
//! });
//! for (loss_part, w_adjoint_part) in parts {
//!     loss += loss_part;
//!     …
//! }
//! ```
//!
//! The closure is what stands before the fold ([`crate::ir::chunks`]), and returns what the fold looks at: it only
//! reads what is outside, so that rustc lets several threads have it. In a function with lanes its body runs with
//! the instructions that the function has chosen.

use super::Emitter;
use super::expressions::Code;
use crate::ir::chunks::Chunks;
use crate::ir::{For, Instruction, InstructionKind, Region, Set, SlotId, ValueId};
use proc_macro2::Span;
use quote::{quote, quote_spanned};

impl Emitter<'_> {
    /// `let parts = map(…); for part in parts { … }`
    pub(super) fn chunk_loop(&mut self, instruction: &Instruction, counted: &For, chunks: Chunks) {
        let For { end, carried, body, .. } = counted;
        let Some((index, parameters)) = body.parameters.split_first() else { return };
        let fold = chunks.position_of_fold(body).unwrap_or(body.instructions.len());
        let (before, fold) = body.instructions.split_at(fold);
        let range = [*end, chunks.work];
        let order: Vec<_> = carried.iter().copied().chain(range).collect();
        self.settle(&order);
        let (exit, variables) = self.carry(instruction, carried, &range, parameters, false);
        let count = self.operand(*end).code.tokens();
        let mut work = self.operand(chunks.work).code;
        if has_lanes(before) {
            // Several additions at a time.
            let speed_up = Code::Atom(quote!(4));
            work = Code::infix("/", work, speed_up);
        }
        let work = work.tokens();

        self.names.open();
        let outer = std::mem::take(&mut self.statements);
        let hint = self.function.value(*index).name.clone().unwrap_or_else(|| "chunk".into());
        let chunk = self.names.fresh(&hint, Span::call_site());
        self.hold(*index, Code::Name(chunk.clone()));
        let tape = self.begin_tape_of_chunk(before);
        before.iter().for_each(|instruction| self.instruction(instruction));
        self.tape = tape;
        let (values, slots) = self.handed_over(before, fold, &body.yields);
        self.settle(&values);
        let mut parts = vec![];
        let mut ordered = false;
        for value in &values {
            let built = self.operand(*value);
            ordered |= built.ordered;
            parts.push(built.code.tokens());
        }
        if ordered {
            self.before_ordered();
        }
        for slot in &slots {
            let name = self.slot_name(*slot);
            parts.push(quote!(#name));
        }
        let parts = one_or_tuple(&parts);
        let statements = std::mem::replace(&mut self.statements, outer);
        self.names.close();
        let mut run = quote!({ #(#statements)* #parts });
        if has_lanes(before) {
            let (core, simd) = (&self.header.crate_path, &self.simd);
            run = quote_spanned!(crate::edition::root()=>
                #core::__private::simd::fearless::Simd::vectorize(#simd, #[inline(always)] || #run)
            );
        }
        let map = {
            let core = &self.header.crate_path;
            quote!(#core::__private::threads::map)
        };
        let all = self.names.fresh("parts", Span::call_site());
        self.statements.push(quote!(let #all = #map(#count, #work, |#chunk| #run);));

        self.names.open();
        let mut names = vec![];
        for value in values {
            let known = self.function.value(value);
            let (hint, span) = (known.name.as_deref().unwrap_or("part"), known.span.start);
            let name = self.names.fresh(hint, span);
            self.hold(value, Code::Name(name.clone()));
            names.push(quote!(#name));
        }
        for slot in slots {
            let known = self.function.slot(slot);
            let name = self.names.fresh(&known.name, known.span.start);
            self.slots[slot.0 as usize] = Some(name.clone());
            names.push(quote!(#name));
        }
        let pattern = one_or_tuple(&names);
        let region =
            Region { parameters: vec![], instructions: fold.to_vec(), yields: body.yields.clone() };
        let block = self.loop_body(&region, &exit, &variables).braced();
        self.names.close();
        self.statements.push(quote!(for #pattern in #all #block));
        self.after_loop(instruction, &exit, &variables);
    }

    /// The values and slots of a chunk that its fold looks at.
    fn handed_over(
        &self,
        before: &[Instruction],
        fold: &[Instruction],
        yields: &[ValueId],
    ) -> (Vec<ValueId>, Vec<SlotId>) {
        let (mut used, mut touched) = (Set::new(), Set::new());
        used.insert_all(yields);
        let region = Region { instructions: fold.to_vec(), ..Region::default() };
        region.for_each_instruction(&mut |instruction| {
            let kind = &instruction.kind;
            kind.for_each_operand(&mut |value| {
                used.insert(*value);
            });
            kind.reads().into_iter().for_each(|place| {
                touched.insert(place.root);
            });
            kind.for_each_written_root(&mut |root| {
                touched.insert(root);
            });
        });
        let values = before.iter().flat_map(|instruction| instruction.results.iter().copied());
        let values = values.filter(|value| used.contains(*value) && self.use_count(*value) > 0);
        let slots = before.iter().filter_map(|instruction| instruction.kind.defined_slot());
        (values.collect(), slots.filter(|slot| touched.contains(*slot)).collect())
    }
}

fn has_lanes(instructions: &[Instruction]) -> bool {
    instructions.iter().any(|instruction| {
        let own = matches!(&instruction.kind, InstructionKind::For(For { lanes: Some(_), .. }));
        own || instruction.kind.regions().into_iter().any(|region| has_lanes(&region.instructions))
    })
}

/// `()`, `a`, `(a, b)`.
fn one_or_tuple(parts: &[proc_macro2::TokenStream]) -> proc_macro2::TokenStream {
    match parts {
        [part] => quote!(#part),
        parts => quote!((#(#parts),*)),
    }
}
