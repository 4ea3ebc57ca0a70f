//! Names in the emitted code.
//!
//! Values and slots keep the names that the user gave them. A name is free when nothing visible has
//! it: blocks beside each other may both say `i`, a block never hides a name of the blocks around it.
//! Every identifier in tokens that are copied from the user (paths, opaque expressions, patterns,
//! types) is avoided, so that a local of ours never captures one of them.

use crate::ir::{Function, InstructionKind, Piece, Region};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use std::collections::HashSet;

/// Gives out names.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Never given out.
    avoided: HashSet<String>,
    /// Given out and visible now, by block from the outside inward.
    scopes: Vec<Vec<String>>,
}

impl Names {
    /// Nothing given out; the identifiers in the function's copied tokens are avoided.
    pub(super) fn new(function: &Function) -> Self {
        let mut names = Self { avoided: HashSet::new(), scopes: vec![Vec::new()] };
        names.avoid_region(&function.body);
        names
    }

    /// Whether tokens that are copied into the region have this identifier: a name that they may bind
    /// for themselves.
    pub(super) fn is_copied_into(name: &str, region: &Region) -> bool {
        let mut names = Self::default();
        names.avoid_region(region);
        names.avoided.contains(name)
    }

    /// Whether copied tokens have this identifier.
    pub(super) fn is_avoided(&self, name: &str) -> bool {
        self.avoided.contains(name)
    }

    fn avoid_region(&mut self, region: &Region) {
        region.for_each_instruction(&mut |instruction| match &instruction.kind {
            InstructionKind::Opaque(opaque) => self.avoid_pieces(&opaque.pieces),
            InstructionKind::Effect(effect) => {
                self.avoid(effect.path.clone());
                self.avoid_pieces(&effect.pieces);
            }
            InstructionKind::Call(call) => self.avoid(call.path.clone()),
            InstructionKind::Match { arms, .. } => {
                arms.iter().for_each(|arm| self.avoid(arm.pattern.clone()));
            }
            _ => {}
        });
    }

    /// Never gives out an identifier that occurs in these tokens.
    pub(super) fn avoid(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    self.avoided.insert(ident.to_string());
                }
                TokenTree::Group(group) => self.avoid(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    fn avoid_pieces(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Tokens(tokens) => self.avoid(tokens.clone()),
                Piece::Group(_, pieces) => self.avoid_pieces(pieces),
                Piece::Argument(_) => {}
            }
        }
    }

    /// Opens a block.
    pub(super) fn open(&mut self) {
        self.scopes.push(Vec::new());
    }

    /// Closes the innermost block: its names are free again.
    pub(super) fn close(&mut self) {
        self.scopes.pop();
    }

    /// Takes exactly this name (a parameter, a name in a pattern).
    pub(super) fn take(&mut self, name: &str, span: Span) -> Ident {
        self.declare(name.to_owned());
        identifier_at(name, span)
    }

    /// A free name like the hint: the hint itself, or with the first free `_1`, `_2`, ….
    pub(super) fn fresh(&mut self, hint: &str, span: Span) -> Ident {
        let base = sanitized(hint);
        let name = match self.is_free(&base) {
            true => base,
            false => self.numbered(&base),
        };
        let identifier = identifier_at(&name, span);
        self.declare(name);
        identifier
    }

    /// The name with the first free number.
    fn numbered(&self, base: &str) -> String {
        let mut count = 1;
        loop {
            let name = format!("{base}_{count}");
            if self.is_free(&name) {
                return name;
            }
            count += 1;
        }
    }

    fn is_free(&self, name: &str) -> bool {
        for scope in &self.scopes {
            for taken in scope {
                if taken == name {
                    return false;
                }
            }
        }
        !is_keyword(name) && !self.avoided.contains(name)
    }

    fn declare(&mut self, name: String) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(name);
        }
    }
}

/// An identifier that resolves at the user's call site and, in messages, points to `span`.
pub(super) fn identifier_at(name: &str, span: Span) -> Ident {
    // A call across the bridge to the compiler.
    spanned(name, Span::call_site().located_at(span))
}

/// An identifier that resolves at the user's call site, for which no token stands in the source.
pub(super) fn identifier(name: &str) -> Ident {
    spanned(name, Span::call_site())
}

fn spanned(name: &str, span: Span) -> Ident {
    let plain = name.strip_prefix("r#").unwrap_or(name);
    let raw = plain != name || is_keyword(name);
    // These can never be raw, and stand for what they are.
    let special = matches!(plain, "self" | "Self" | "super" | "crate");
    if raw && !special { Ident::new_raw(plain, span) } else { Ident::new(plain, span) }
}

/// The hint as a Rust identifier.
fn sanitized(hint: &str) -> String {
    let hint = hint.strip_prefix("r#").unwrap_or(hint);
    let mut name: String =
        hint.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_numeric()) {
        name.insert(0, '_');
    }
    if name.chars().all(|c| c == '_') {
        name = "t".to_owned();
    }
    name
}

/// The words that Rust does not take as names of variables, in any edition; sorted.
const KEYWORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Whether Rust would not take it as the name of a variable.
fn is_keyword(name: &str) -> bool {
    KEYWORDS.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn keywords_are_sorted() {
        assert!(super::KEYWORDS.is_sorted());
    }
}
