//! Blocks and how they end, and `if` between them.

use super::expressions::{Code, word};
use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{ToTokens, TokenStreamExt, quote};

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
        let mut tokens = TokenStream::new();
        self.write(&mut tokens);
        tokens
    }

    /// Its code in braces.
    pub(super) fn braced(self) -> Group {
        Group::new(Delimiter::Brace, self.tokens())
    }

    fn write(self, tokens: &mut TokenStream) {
        tokens.extend(self.statements);
        match self.end {
            End::Nothing => {}
            End::Value(value) => tokens.extend([value]),
            End::Break => tokens.extend(quote!(break;)),
            End::If(condition, then_block, else_block) => {
                write_if(condition, *then_block, *else_block, tokens);
            }
        }
    }
}

/// `if condition { … } else { … }`, without empty blocks and without `else` after `break`.
fn write_if(condition: Code, then_block: Block, else_block: Block, tokens: &mut TokenStream) {
    if then_block.is_empty() || matches!(else_block.end, End::Break) {
        if then_block.is_empty() && else_block.is_empty() {
            return;
        }
        if !matches!(then_block.end, End::Break) {
            return write_if(condition.negated(), else_block, then_block, tokens);
        }
    }
    let leaves = matches!(then_block.end, End::Break);
    let chained = else_block.statements.is_empty() && matches!(else_block.end, End::If(..));
    word("if", tokens);
    condition.head().to_tokens(tokens);
    tokens.append(then_block.braced());
    if else_block.is_empty() {
        return;
    }
    if leaves {
        return else_block.write(tokens);
    }
    word("else", tokens);
    if chained {
        else_block.write(tokens);
    } else {
        tokens.append(else_block.braced());
    }
}
