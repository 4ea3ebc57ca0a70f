//! Which names are visible at a point of the body.
//!
//! One list of names, innermost last, serves all scopes: a block remembers where it began. Items of
//! a block are declared when it opens, so that they are visible in all of it; a variable is declared
//! when its pattern is complete. A nested function is a barrier for variables, not for items. `r#x` and `x` are one
//! name.
//!
//! **Macro hygiene.** Two identifiers of one text that come from different macro expansions are
//! different names to rustc. Stable procedural macros cannot compare contexts, but the `Debug` text of
//! a compiler span begins with its syntax context (`#4 bytes(17..18)`): where it does, a name that is
//! visible under another context than the one it is used or declared with is refused rather than
//! taken for it.

use crate::hir::{BindingId, FunctionId};
use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;

/// What a name means.
#[derive(Clone, Debug)]
pub(super) enum Named {
    /// A variable.
    Variable(BindingId),
    /// A function nested in the body.
    Function(FunctionId),
    /// A `const` or other item of the body that goes by its own name.
    Item,
    /// A name imported by a `use` in the body, whose path [`TypeContext`](super::TypeContext) has.
    Alias,
    /// An upper-case name in a pattern that may fail: a constant or a variable, only rustc knows.
    Ambiguous,
}

/// Why a name is not usable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OtherHygiene;

#[derive(Debug)]
struct Entry {
    text: String,
    context: Option<String>,
    named: Named,
}

/// The visible names.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    entries: Vec<Entry>,
    open: Vec<usize>,
    /// Variables below this index are out of reach (we are in a nested function).
    barriers: Vec<usize>,
}

impl Scopes {
    /// Opens a scope.
    pub(super) fn open(&mut self) {
        self.open.push(self.entries.len());
    }

    /// Forgets what was declared since the scope opened.
    pub(super) fn close(&mut self) {
        if let Some(length) = self.open.pop() {
            self.entries.truncate(length);
        }
    }

    /// Opens the scope of a nested function.
    pub(super) fn open_function(&mut self) {
        self.open();
        self.barriers.push(self.entries.len());
    }

    /// Closes the scope of a nested function.
    pub(super) fn close_function(&mut self) {
        self.barriers.pop();
        self.close();
    }

    /// Makes a name visible. Refused if the same text is visible from another macro expansion.
    pub(super) fn declare(&mut self, name: &Ident, named: Named) -> Result<(), OtherHygiene> {
        let text = name.unraw().to_string();
        let context = syntax_context(name.span());
        let clash = self.entries.iter().any(|entry| {
            entry.text == text && differs(entry.context.as_deref(), context.as_deref())
        });
        self.entries.push(Entry { text, context, named });
        if clash { Err(OtherHygiene) } else { Ok(()) }
    }

    /// What a name means here; `None` if it is declared outside of the body.
    pub(super) fn look_up(&self, name: &Ident) -> Result<Option<Named>, OtherHygiene> {
        let found = self.find(&name.unraw().to_string());
        match found {
            Some(entry)
                if differs(entry.context.as_deref(), syntax_context(name.span()).as_deref()) =>
            {
                Err(OtherHygiene)
            }
            found => Ok(found.map(|entry| entry.named.clone())),
        }
    }

    /// The variable of this name, whatever its hygiene: for names inside format strings.
    pub(super) fn variable(&self, text: &str) -> Option<BindingId> {
        match self.find(text)?.named {
            Named::Variable(binding) => Some(binding),
            _ => None,
        }
    }

    fn find(&self, text: &str) -> Option<&Entry> {
        let barrier = self.barriers.last().copied().unwrap_or(0);
        let mut entries = self.entries.iter().enumerate().rev();
        let visible = |(index, entry): &(usize, &Entry)| {
            entry.text == text
                && (*index >= barrier
                    || !matches!(entry.named, Named::Variable(_) | Named::Ambiguous))
        };
        entries.find(visible).map(|(_, entry)| entry)
    }
}

fn differs(a: Option<&str>, b: Option<&str>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a != b)
}

/// Whether two spans may come from the same macro expansion.
pub(super) fn same_context(a: Span, b: Span) -> bool {
    !differs(syntax_context(a).as_deref(), syntax_context(b).as_deref())
}

/// The syntax context of a compiler span, if it tells.
fn syntax_context(span: Span) -> Option<String> {
    context_of_debug_text(&format!("{span:?}"))
}

fn context_of_debug_text(text: &str) -> Option<String> {
    let context = text.split(' ').next()?;
    context.starts_with('#').then(|| context.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn context_is_read_from_a_compiler_span() {
        assert_eq!(context_of_debug_text("#4 bytes(17..18)").as_deref(), Some("#4"));
        assert_eq!(context_of_debug_text("bytes(17..18)"), None);
        assert_eq!(context_of_debug_text("Span"), None);
        assert!(differs(Some("#0"), Some("#4")));
        assert!(!differs(Some("#4"), Some("#4")));
        assert!(!differs(None, Some("#4")));
    }

    #[test]
    fn raw_names_are_names() {
        let (raw, plain) =
            (Ident::new_raw("x", Span::call_site()), Ident::new("x", Span::call_site()));
        let mut scopes = Scopes::default();
        scopes.open();
        assert!(scopes.declare(&raw, Named::Variable(BindingId(0))).is_ok());
        assert!(matches!(scopes.look_up(&plain), Ok(Some(Named::Variable(BindingId(0))))));
        assert!(scopes.declare(&plain, Named::Variable(BindingId(1))).is_ok());
        assert!(matches!(scopes.look_up(&raw), Ok(Some(Named::Variable(BindingId(1))))));
    }

    #[test]
    fn inner_names_shadow_until_their_scope_closes() {
        let name = Ident::new("x", Span::call_site());
        let mut scopes = Scopes::default();
        scopes.open();
        assert!(scopes.declare(&name, Named::Variable(BindingId(0))).is_ok());
        scopes.open();
        assert!(scopes.declare(&name, Named::Variable(BindingId(1))).is_ok());
        assert_eq!(scopes.variable("x"), Some(BindingId(1)));
        scopes.close();
        assert_eq!(scopes.variable("x"), Some(BindingId(0)));
        scopes.open_function();
        assert_eq!(scopes.variable("x"), None);
        scopes.close_function();
        assert_eq!(scopes.variable("x"), Some(BindingId(0)));
    }
}
