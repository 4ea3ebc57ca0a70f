//! Signatures travel by macro.
//!
//! A procedural macro sees the tokens of one item and nothing else. So every annotated function and
//! derived struct also publishes its signature: a `macro_rules!` macro of the item's own name (macros
//! have a name space of their own) that hands the signature to a continuation. Whoever needs it calls
//! `path::to::name! {…}`; path resolution, visibility and re-exports work as for the item itself.
//!
//! The state of a request travels through those macros as tokens:
//!
//! ```text
//! [crate path] [path [signature]]… ; [path]… ; [attribute] [item]
//! ```
//!
//! first the signatures collected so far, then the paths that are still to be asked for. When none
//! is left, `__private::resume!` expands the item.

mod flow;
mod publish;
mod read;
mod wanted;

#[cfg(any(test, feature = "interpret"))]
pub(crate) use publish::struct_answer;
pub(crate) use publish::{function_answer, publish};
pub use publish::{publish_enum, publish_function, publish_struct};
pub use wanted::{Wanted, wanted, wanted_by_signature};

use crate::signature::Environment;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};

/// A request for signatures, and what to do when they are there.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where `autodiff_core` is.
    pub crate_path: TokenStream,
    /// Signatures so far: the path as the item writes it, and the published tokens.
    pub collected: Vec<(TokenStream, TokenStream)>,
    /// Paths whose signatures are still missing.
    pub pending: Vec<TokenStream>,
    /// The attribute's arguments.
    pub attribute: TokenStream,
    /// The annotated item.
    pub item: TokenStream,
}

impl Request {
    /// Asks for the next signature: a call of the macro of that path, which calls
    /// `__private::resume!` with its answer. `None` if nothing is missing.
    pub fn ask(&self) -> Option<TokenStream> {
        let (path, rest) = self.pending.split_first()?;
        let Self { crate_path, collected, attribute, item, .. } = self;
        let collected = collected.iter().map(|(path, signature)| quote!([#path] [#signature]));
        Some(quote! {
            #path! { [#crate_path] [#path] #(#collected)* ; #([#rest])* ; [#attribute] [#item] }
        })
    }

    /// Reads the state that a published macro hands to `resume!`: the answer first, then the state
    /// as it was asked.
    pub fn resume(tokens: TokenStream) -> Option<Self> {
        let mut groups = tokens.into_iter();
        let answer = group(groups.next()?)?;
        let crate_path = group(groups.next()?)?;
        let path = group(groups.next()?)?;
        let mut sections = vec![vec![]];
        for token in groups {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ';' => sections.push(vec![]),
                other => sections.last_mut()?.push(group(other)?),
            }
        }
        let [collected, pending, item] = <[Vec<TokenStream>; 3]>::try_from(sections).ok()?;
        let [attribute, item] = <[TokenStream; 2]>::try_from(item).ok()?;
        let mut collected: Vec<_> =
            collected.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
        let mut pending = pending;
        for nested in read::nested_structs(&path, &answer) {
            let text = path_text(&nested);
            let known = collected.iter().map(|(path, _)| path).chain(&pending);
            if text != path_text(&path) && known.into_iter().all(|other| path_text(other) != text) {
                pending.push(nested);
            }
        }
        collected.push((path, answer));
        Some(Self { crate_path, collected, pending, attribute, item })
    }

    /// What the signatures say, by path text.
    pub fn environment(&self) -> Environment {
        read::environment(&self.collected, &self.crate_path)
    }
}

/// The content of a bracketed group; `None`-delimited groups around it are looked through.
fn group(token: TokenTree) -> Option<TokenStream> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => Some(group.stream()),
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            let mut inner = Group::stream(&group).into_iter();
            let token = inner.next()?;
            inner.next().is_none().then_some(())?;
            self::group(token)
        }
        _ => None,
    }
}

/// The text of a path without spaces.
pub(crate) fn path_text(path: &impl ToTokens) -> String {
    path.to_token_stream().to_string().replace(' ', "").trim_start_matches("::").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped(delimiter: Delimiter, tokens: TokenStream) -> TokenTree {
        TokenTree::Group(Group::new(delimiter, tokens))
    }

    #[test]
    fn invisible_groups_hold_one_bracketed_group() {
        let bracketed = grouped(Delimiter::Bracket, quote!(a b));
        assert_eq!(group(bracketed.clone()).map(|tokens| tokens.to_string()), Some("a b".into()));
        let inside = grouped(Delimiter::None, bracketed.clone().into());
        assert_eq!(group(inside).map(|tokens| tokens.to_string()), Some("a b".into()));
        let two = grouped(Delimiter::None, quote!(#bracketed c));
        assert!(group(two).is_none());
        assert!(group(grouped(Delimiter::Parenthesis, quote!(a))).is_none());
        assert!(group(grouped(Delimiter::None, TokenStream::new())).is_none());
    }

    #[test]
    fn questions_come_back_with_their_state() {
        let request = Request {
            crate_path: quote!(::core_of_mine),
            collected: vec![(quote!(a::b), quote!(fn b();, x))],
            pending: vec![quote!(c), quote!(d::e)],
            attribute: quote!(jvp),
            item: quote!(
                fn f() {}
            ),
        };
        let Some(TokenTree::Group(state)) = request.ask().unwrap().into_iter().last() else {
            panic!("no question");
        };
        let state = state.stream();
        let next = Request::resume(quote!([fn c(y: f64); y] #state)).unwrap();
        assert_eq!(next.crate_path.to_string(), ":: core_of_mine");
        assert_eq!(next.attribute.to_string(), "jvp");
        assert_eq!(next.item.to_string(), "fn f () { }");
        let pending: Vec<_> = next.pending.iter().map(path_text).collect();
        assert_eq!(pending, ["d::e"]);
        let collected: Vec<_> = next.collected.iter().map(|(path, _)| path_text(path)).collect();
        assert_eq!(collected, ["a::b", "c"]);
        // A bracket less, a section less, nothing at all.
        assert!(Request::resume(quote!(fn c() #state)).is_none());
        assert!(Request::resume(quote!([x] [y] [z] ; [a] [b])).is_none());
        assert!(Request::resume(TokenStream::new()).is_none());
        let done = Request { pending: vec![], ..request };
        assert!(done.ask().is_none());
    }
}
