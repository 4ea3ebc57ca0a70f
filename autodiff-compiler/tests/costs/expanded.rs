//! What the macros make of a file, without rustc: every annotated item is expanded, and the macros that carry
//! signatures between items are answered as rustc would, by name.

use autodiff_compiler::{derive, expand, rule};
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::collections::HashMap;

/// An annotated item and everything that stands in its place after expansion.
pub(crate) struct Expanded {
    /// What a reader calls it.
    pub(crate) name: String,
    pub(crate) items: TokenStream,
}

/// Expands every annotated item of a file, at any depth. `more` adds arguments to a function's attribute.
pub(crate) fn expanded(text: &str, more: &dyn Fn(&syn::Signature) -> TokenStream) -> Vec<Expanded> {
    let mut found = Found { more, expanded: vec![] };
    match syn::parse_file(text) {
        Ok(file) => found.items(&file.items),
        Err(error) => panic!("{error}"),
    }
    let mut answers = Answers::default();
    for Expanded { items, .. } in &found.expanded {
        answers.collect(items.clone());
    }
    for Expanded { items, .. } in &mut found.expanded {
        *items = answers.answered(std::mem::take(items));
    }
    found.expanded
}

/// The annotated items of a file, expanded as far as they go without what others publish.
struct Found<'m> {
    more: &'m dyn Fn(&syn::Signature) -> TokenStream,
    expanded: Vec<Expanded>,
}

impl Found<'_> {
    fn add(&mut self, name: &impl ToTokens, items: TokenStream) {
        let name = name.to_token_stream().to_string().replace(' ', "");
        self.expanded.push(Expanded { name, items });
    }

    fn items(&mut self, items: &[syn::Item]) {
        for item in items {
            self.item(item);
        }
    }

    fn item(&mut self, item: &syn::Item) {
        if let Some(name) = derived(item) {
            self.add(name, derive::expand(item.to_token_stream()));
            return;
        }
        let mut item = item.clone();
        match &mut item {
            syn::Item::Fn(function) => {
                self.statements(&function.block.stmts);
                if let Some(of) = take(&mut function.attrs, "derivative_of") {
                    self.add(&function.sig.ident, rule::derivative_of(of, quote!(#function)));
                } else if let Some(attribute) = take(&mut function.attrs, "differentiate") {
                    let more = (self.more)(&function.sig);
                    let comma = (!attribute.is_empty() && !more.is_empty()).then(|| quote!(,));
                    let attribute = quote!(#attribute #comma #more);
                    self.add(
                        &function.sig.ident,
                        expand::differentiate(attribute, quote!(#function)),
                    );
                }
            }
            syn::Item::Mod(module) => match take(&mut module.attrs, "differentiate") {
                Some(attribute) => {
                    self.add(&module.ident, expand::differentiate(attribute, quote!(#module)));
                    let (_, items) = module.content.clone().unwrap_or_default();
                    // Structs of the module are derived by themselves.
                    self.items(&items.into_iter().filter(is_struct).collect::<Vec<_>>());
                }
                None => {
                    let (_, items) = module.content.clone().unwrap_or_default();
                    self.items(&items);
                }
            },
            syn::Item::Impl(block) => {
                if let Some(attribute) = take(&mut block.attrs, "differentiate") {
                    let name = block.self_ty.clone();
                    self.add(&name, expand::differentiate(attribute, quote!(#block)));
                    return;
                }
                let owner = block.self_ty.clone();
                for item in &mut block.items {
                    if let syn::ImplItem::Fn(method) = item
                        && let Some(attribute) = take(&mut method.attrs, "differentiate")
                    {
                        let emitted = expand::differentiate(attribute, quote!(#method));
                        self.add(&method.sig.ident, quote!(impl #owner { #emitted }));
                    }
                }
            }
            _ => {}
        }
    }

    /// Items among the statements of a body.
    fn statements(&mut self, statements: &[syn::Stmt]) {
        for statement in statements {
            if let syn::Stmt::Item(item) = statement {
                self.item(item);
            }
        }
    }
}

fn is_struct(item: &syn::Item) -> bool {
    matches!(item, syn::Item::Struct(_))
}

/// The name of an item that derives `Differentiable`.
fn derived(item: &syn::Item) -> Option<&Ident> {
    let (name, attributes) = match item {
        syn::Item::Struct(item) => (&item.ident, &item.attrs),
        syn::Item::Enum(item) => (&item.ident, &item.attrs),
        syn::Item::Union(item) => (&item.ident, &item.attrs),
        _ => return None,
    };
    let derives = attributes.iter().any(|attribute| {
        attribute.path().is_ident("derive")
            && attribute.to_token_stream().to_string().contains("Differentiable")
    });
    derives.then_some(name)
}

/// Removes an attribute and gives its arguments.
fn take(attributes: &mut Vec<syn::Attribute>, name: &str) -> Option<TokenStream> {
    let is_it = |attribute: &syn::Attribute| {
        attribute.path().segments.last().is_some_and(|segment| segment.ident == name)
    };
    let position = attributes.iter().position(is_it)?;
    match attributes.remove(position).meta {
        syn::Meta::List(list) => Some(list.tokens),
        _ => Some(TokenStream::new()),
    }
}

/// What the published macros answer.
#[derive(Default)]
struct Answers {
    by_macro: HashMap<String, TokenStream>,
    /// The macro that an item's name stands for.
    macros: HashMap<String, String>,
}

impl Answers {
    /// Finds `macro_rules! __signature_… {…}` and `use __signature_… as name`.
    fn collect(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        for window in tokens.windows(3) {
            if let [TokenTree::Ident(unique), TokenTree::Ident(word), TokenTree::Ident(name)] =
                window
                && word == "as"
                && unique.to_string().starts_with("__signature_")
            {
                self.macros.entry(name.to_string()).or_insert(unique.to_string());
            }
            if let [TokenTree::Punct(_), TokenTree::Ident(unique), TokenTree::Group(rules)] = window
                && unique.to_string().starts_with("__signature_")
                && let Some(answer) = answer(rules.stream())
            {
                self.by_macro.insert(unique.to_string(), answer);
            }
        }
        for token in tokens {
            if let TokenTree::Group(group) = token {
                self.collect(group.stream());
            }
        }
    }

    /// The tokens with all questions answered, and the answers of those.
    fn answered(&self, tokens: TokenStream) -> TokenStream {
        let mut done: Vec<TokenTree> = vec![];
        for token in tokens {
            let TokenTree::Group(group) = token else {
                done.push(token);
                continue;
            };
            if let Some(path) = asked(&done)
                && is_question(&group)
            {
                let last = path.to_string();
                done.truncate(start_of_path(&done));
                // Those of core answer that there is nothing to know.
                let answer = self.macros.get(&last).and_then(|unique| self.by_macro.get(unique));
                let answer = answer.cloned().unwrap_or_else(|| quote!(special));
                let state = group.stream();
                done.extend(self.answered(expand::resume(quote!([#answer] #state))));
                continue;
            }
            let mut inner = Group::new(group.delimiter(), self.answered(group.stream()));
            inner.set_span(group.span());
            done.push(inner.into());
        }
        done.into_iter().collect()
    }
}

/// What a published macro answers: the first group after `resume!`.
fn answer(rules: TokenStream) -> Option<TokenStream> {
    let groups = rules.into_iter().filter_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        _ => None,
    });
    let call = groups.last()?.into_iter().filter_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        _ => None,
    });
    match call.last()?.into_iter().next()? {
        TokenTree::Group(answer) => Some(answer.stream()),
        _ => None,
    }
}

/// The last word of the path of a macro call that ends here with `!`.
fn asked(tokens: &[TokenTree]) -> Option<&Ident> {
    match tokens {
        [.., TokenTree::Ident(name), TokenTree::Punct(bang)] if bang.as_char() == '!' => Some(name),
        _ => None,
    }
}

/// Where the path of that call begins.
fn start_of_path(tokens: &[TokenTree]) -> usize {
    let mut start = tokens.len() - 2;
    let is_colon = |at: usize| matches!(&tokens[at], TokenTree::Punct(p) if p.as_char() == ':');
    while start >= 2 && is_colon(start - 1) && is_colon(start - 2) {
        start -= 2;
        if start > 0 && matches!(tokens[start - 1], TokenTree::Ident(_)) {
            start -= 1;
        }
    }
    start
}

/// Whether these are the arguments of a macro that is asked for a signature.
fn is_question(group: &Group) -> bool {
    let tokens: Vec<_> = group.stream().into_iter().collect();
    let is_bracket = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket);
    let semicolon = |token: &&TokenTree| token.to_string() == ";";
    group.delimiter() == Delimiter::Brace
        && tokens.iter().take(2).filter(|token| is_bracket(token)).count() == 2
        && tokens.iter().filter(semicolon).count() == 2
}
