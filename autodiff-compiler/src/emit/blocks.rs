//! Blocks and how they end, and `if` between them.

use super::expressions::Code;
use proc_macro2::TokenStream;
use quote::quote;

/// A block: its statements and how it ends.
#[derive(Default)]
pub(super) struct Block {
    pub(super) statements: Vec<TokenStream>,
    pub(super) end: End,
}

/// The end of a block.
#[derive(Default)]
pub(super) enum End {
    /// It has no value.
    #[default]
    Nothing,
    /// Its value.
    Value(TokenStream),
    /// `break;`
    Break,
    /// An `if` whose value, if it has one, is that of the block.
    If(Code, Box<Block>, Box<Block>),
}

impl Block {
    pub(super) fn is_empty(&self) -> bool {
        self.statements.is_empty() && matches!(self.end, End::Nothing)
    }

    /// Whether it does nothing but leave the loop.
    pub(super) fn only_breaks(&self) -> bool {
        self.statements.is_empty() && matches!(self.end, End::Break)
    }

    /// Its code, without braces.
    pub(super) fn tokens(self) -> TokenStream {
        let Self { statements, end } = self;
        let end = match end {
            End::Nothing => quote!(),
            End::Value(tokens) => tokens,
            End::Break => quote!(break;),
            End::If(condition, then_block, else_block) => {
                if_expression(condition, *then_block, *else_block)
            }
        };
        quote!(#(#statements)* #end)
    }
}

/// `if condition { … } else { … }`, without empty blocks and without `else` after `break`.
fn if_expression(condition: Code, then_block: Block, else_block: Block) -> TokenStream {
    if then_block.is_empty() || matches!(else_block.end, End::Break) {
        if then_block.is_empty() && else_block.is_empty() {
            return quote!();
        }
        if !matches!(then_block.end, End::Break) {
            return if_expression(condition.negated(), else_block, then_block);
        }
    }
    let condition = condition.head();
    let leaves = matches!(then_block.end, End::Break);
    let chained = else_block.statements.is_empty() && matches!(else_block.end, End::If(..));
    let empty = else_block.is_empty();
    let block = then_block.tokens();
    let otherwise = else_block.tokens();
    if empty {
        quote!(if #condition { #block })
    } else if leaves {
        quote!(if #condition { #block } #otherwise)
    } else if chained {
        quote!(if #condition { #block } else #otherwise)
    } else {
        quote!(if #condition { #block } else { #otherwise })
    }
}
