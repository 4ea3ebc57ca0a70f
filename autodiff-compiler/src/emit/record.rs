//! What a loop leaves on stacks, or takes from them, as a block of memory.
//!
//! A counted loop that pushes a number in each iteration fills as much of the stack as it has iterations. Written as
//! pushes, each asks for room and writes the new length, and none can be moved past another; written as a slice that
//! the loop fills by its index, rustc sees a plain loop over arrays:
//!
//! ```text
//! let base: usize = stack.len();
//! stack.resize(base + n, 0.0);
//! let block: &mut [f64] = &mut stack[base..][..n];
//! for i in 0..n { …; block[i] = x; }
//! ```
//!
//! The reverse loop reads the same block from the last to the first, and drops it afterwards. Both ways leave the
//! same on the stack, so each loop decides for itself.
//!
//! Assumes verified IR. Guarantees: only stacks of derivative code, touched by the loop once in each iteration.

use super::Emitter;
use super::expressions::Code;
use crate::ir::recorded::recorded_by;
use crate::ir::*;
use crate::types::Type;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

/// Below so many iterations, pushes are as good.
const FEWEST: u128 = 8;

/// A block of a stack that the loop that is being written fills or reads.
#[derive(Clone)]
pub(super) struct RecordedBlock {
    pub(super) stack: SlotId,
    /// The slice.
    pub(super) name: Ident,
    /// Where it begins on the stack.
    base: Ident,
    /// The index of the iteration in the slice.
    pub(super) position: TokenStream,
    /// Whether the loop reads it.
    taken: bool,
}

impl Emitter<'_> {
    /// The stacks that a loop touches once in each iteration, and whether it takes from them.
    pub(super) fn recorded_by(&self, counted: &For) -> Vec<(SlotId, bool)> {
        recorded_by(self.function, &self.stacks, counted)
    }

    /// Makes the blocks of a loop with known indices.
    pub(super) fn begin_blocks(
        &mut self,
        recorded: Vec<(SlotId, bool)>,
        index: &Ident,
        (start, end): (&Code, &Code),
    ) -> Vec<RecordedBlock> {
        let number = |code: &Code| match code {
            Code::Number { digits, .. } => digits.parse::<u128>().ok(),
            _ => None,
        };
        let few = match (number(start), number(end)) {
            (Some(start), Some(end)) => end.saturating_sub(start) < FEWEST,
            _ => false,
        };
        let simple = |code: &Code| number(code).is_some() || matches!(code, Code::Name(_));
        if few || !simple(start) || !simple(end) {
            return vec![];
        }
        self.blocks_of(recorded, index, (start, end))
    }

    /// The same of any number of iterations; what they begin and end with may be said several times.
    pub(super) fn blocks_of(
        &mut self,
        recorded: Vec<(SlotId, bool)>,
        index: &Ident,
        (start, end): (&Code, &Code),
    ) -> Vec<RecordedBlock> {
        let from_zero = matches!(start, Code::Number { digits, .. } if digits == "0");
        let count = match from_zero {
            true => quote!(#end),
            false => {
                let end = end.typed();
                quote!(#end.saturating_sub(#start))
            }
        };
        let position = if from_zero { quote!(#index) } else { quote!(#index - #start) };
        let mut blocks = vec![];
        for (stack, taken) in recorded {
            let element = self.function.slot(stack).ty.element().cloned().unwrap_or(Type::Unit);
            let element = super::types::tokens(&element);
            let name = self.slot_name(stack);
            let base = self.names.fresh("base", Span::call_site());
            let block = self.names.fresh("block", Span::call_site());
            let core = quote!(::core);
            self.statements.push(match taken {
                false => quote! {
                    let #base: usize = #name.len();
                    #name.resize(#base + #count, #core::default::Default::default());
                    let #block: &mut [#element] = &mut #name[#base..][..#count];
                },
                true => quote! {
                    let #base: usize = #name.len().wrapping_sub(#count);
                    let #block: &[#element] = &#name[#base..][..#count];
                },
            });
            let position = position.clone();
            blocks.push(RecordedBlock { stack, name: block, base, position, taken });
        }
        self.blocks.extend(blocks.iter().cloned());
        blocks
    }

    /// After the loop: what it read is taken.
    pub(super) fn end_blocks(&mut self, blocks: Vec<RecordedBlock>) {
        for RecordedBlock { stack, base, taken, .. } in blocks {
            self.blocks.retain(|block| block.stack != stack);
            if taken {
                let name = self.slot_name(stack);
                self.statements.push(quote!(#name.truncate(#base);));
            }
        }
    }

    /// The element of the block that stands for a push or pop in the loop that is being written.
    pub(super) fn block_element(&self, place: &Place) -> Option<Code> {
        let (block, position) = self.block_at(place)?;
        Some(Code::Index(Box::new(block), Box::new(position)))
    }

    /// The block that stands for a push or pop in the loop that is being written, and where in it.
    pub(super) fn block_at(&self, place: &Place) -> Option<(Code, Code)> {
        let block = self.blocks.iter().find(|block| block.stack == place.root)?;
        Some((Code::Name(block.name.clone()), Code::Tokens(block.position.clone())))
    }
}
