//! What an attribute stands on: a free function, a method of an annotated `impl` block, or a method
//! annotated by itself.

use crate::diagnostics::{Diagnostics, SourceSpan};
use crate::hir::{Body, Callee, ExpressionKind};
use crate::module::{siblings, without_neighbours};
use crate::options::Options;
use crate::resolve::{TypeContext, signature_of};
use crate::signature::{Environment, FunctionSignature};
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};

/// A function to differentiate, and where it stands.
#[derive(Clone)]
pub struct Target {
    /// The function, without our attribute; a method in the form of a free function.
    pub function: syn::ItemFn,
    /// Where it stands.
    pub place: Place,
    /// The function's tokens as they came; those of a method in a block are not by themselves.
    item: Option<TokenStream>,
    /// `impl` blocks of the same annotated module, with their marked methods.
    neighbours: Vec<syn::ItemImpl>,
}

/// Where a function stands.
#[derive(Clone)]
pub enum Place {
    /// In a module or a block: items may stand beside it.
    Free,
    /// In an annotated `impl` block (given without its items): another `impl` stands beside that.
    Impl(Box<syn::ItemImpl>, Vec<Sibling>),
    /// In an `impl` block that we do not see: only functions may stand beside it.
    Associated,
}

/// Another marked method of the same `impl` block.
#[derive(Clone)]
pub struct Sibling {
    pub(crate) signature: syn::Signature,
    pub(crate) options: Options,
}

impl Target {
    /// Reads a function or an `impl` block with one marked method first, as [`methods`] makes it.
    pub fn parse(item: &TokenStream, diagnostics: &mut Diagnostics) -> Option<Self> {
        let (item, neighbours) = without_neighbours(item.clone());
        let target = Self::parse_alone(&with_plain_lifetimes(item), diagnostics)?;
        Some(Self { neighbours, ..target })
    }

    fn parse_alone(item: &TokenStream, diagnostics: &mut Diagnostics) -> Option<Self> {
        match syn::parse2::<syn::Item>(item.clone()) {
            Ok(syn::Item::Fn(function)) => {
                Some(Self::alone(function, Place::Free, Some(item.clone())))
            }
            Ok(syn::Item::Impl(block)) => Self::of_impl(block),
            Ok(other) => {
                diagnostics.error(
                    SourceSpan::of(&other).start,
                    "`#[differentiate]` stands on a function, an `impl` block or a module",
                    "put it on a `fn`".to_string(),
                );
                None
            }
            // A receiver does not parse in a free function.
            Err(error) => match syn::parse2::<syn::ImplItemFn>(item.clone()) {
                Ok(method) => {
                    Some(Self::alone(free(method), Place::Associated, Some(item.clone())))
                }
                Err(_) => {
                    diagnostics.syntax_error(error);
                    None
                }
            },
        }
        .map(Self::settled)
    }

    fn alone(function: syn::ItemFn, place: Place, item: Option<TokenStream>) -> Self {
        Self { function, place, item, neighbours: vec![] }
    }

    /// `self` and `Self` only mean something in an `impl` block.
    fn settled(mut self) -> Self {
        if matches!(self.place, Place::Free)
            && (self.function.sig.receiver().is_some()
                || mentions_self(self.function.sig.to_token_stream()))
        {
            self.place = Place::Associated;
        }
        self
    }

    fn of_impl(mut block: syn::ItemImpl) -> Option<Self> {
        let mut marked = vec![];
        for item in std::mem::take(&mut block.items) {
            if let syn::ImplItem::Fn(mut method) = item
                && let Some(attribute) = take_mark(&mut method.attrs)
            {
                marked.push((free(method), attribute));
            }
        }
        let mut marked = marked.into_iter();
        let (function, _) = marked.next()?;
        let siblings = marked
            .map(|(sibling, attribute)| Sibling {
                signature: sibling.sig,
                options: Options::parse(attribute, &mut Diagnostics::new()),
            })
            .collect();
        block.attrs.retain(|attribute| attribute.path().is_ident("cfg"));
        Some(Self::alone(function, Place::Impl(Box::new(block), siblings), None))
    }

    /// The tokens of the function.
    pub fn tokens(&self) -> TokenStream {
        match &self.item {
            Some(item) => item.clone(),
            None => self.function.to_token_stream(),
        }
    }

    /// What names mean in its signature and body.
    pub fn context<'a>(&self, environment: &'a Environment) -> TypeContext<'a> {
        let mut context = TypeContext::new(environment);
        if let Place::Impl(block, _) = &self.place {
            context.add_generics(&block.generics);
            context.set_self_type(&block.self_ty);
        }
        context
    }

    /// The prefix of the emitted functions; `None`: they belong to a type of the function's name.
    pub fn prefix(&self, options: &Options) -> Option<String> {
        options.name.clone().or(match self.place {
            Place::Free => None,
            Place::Impl(..) | Place::Associated => Some(format!("{}_", self.function.sig.ident)),
        })
    }

    /// Makes the methods of the block, and of its neighbours, known: they may call each other, and
    /// themselves.
    pub fn add_methods(&self, options: &Options, environment: &mut Environment) {
        for block in &self.neighbours {
            let mut context = TypeContext::new(environment);
            context.add_generics(&block.generics);
            context.set_self_type(&block.self_ty);
            let methods: Vec<_> = siblings(block)
                .iter()
                .map(|Sibling { signature, options }| method(signature, options, &context))
                .collect();
            for (name, read) in methods {
                if let Some(owner) = owner(block) {
                    environment.methods.insert(format!("{owner}::{name}"), read);
                }
            }
        }
        let Place::Impl(block, siblings) = &self.place else { return };
        let others = siblings.iter().map(|sibling| (&sibling.signature, &sibling.options));
        let own = (&self.function.sig, options);
        for (index, (signature, options)) in [own].into_iter().chain(others).enumerate() {
            let (name, read) = method(signature, options, &self.context(environment));
            let read = FunctionSignature { recursive: index == 0, ..read };
            for owner in owner(block).as_deref().into_iter().chain(["Self"]) {
                environment.methods.insert(format!("{owner}::{name}"), read.clone());
            }
        }
    }

    /// Names that mean something in the function but not in an item inside of it or beside it.
    pub fn only_inside(&self) -> Vec<String> {
        let mut names = vec!["Self".to_string()];
        if let Place::Impl(block, _) = &self.place {
            names.extend(block.generics.params.iter().filter_map(|parameter| match parameter {
                syn::GenericParam::Lifetime(_) => None,
                syn::GenericParam::Type(parameter) => Some(parameter.ident.to_string()),
                syn::GenericParam::Const(parameter) => Some(parameter.ident.to_string()),
            }));
        }
        names
    }

    /// Methods of an annotated trait `impl` that the body calls are the trait's, and not some of the same
    /// name that the type has itself: a statement for each, which compiles only then.
    pub fn trait_method_witnesses(
        &self,
        body: &Body,
        crate_path: &TokenStream,
    ) -> Vec<TokenStream> {
        let Place::Impl(block, siblings) = &self.place else { return vec![] };
        let Some((_, path, _)) = &block.trait_ else { return vec![] };
        let own = std::iter::once(&self.function.sig.ident);
        let names = own.chain(siblings.iter().map(|sibling| &sibling.signature.ident));
        let called = |name: &proc_macro2::Ident| {
            body.expressions.iter().find_map(|expression| match &expression.kind {
                ExpressionKind::MethodCall { method, .. } if method == name => Some(method.span()),
                ExpressionKind::Call { callee: Callee::Path(path), .. } => {
                    path.text.ends_with(&format!("::{name}")).then_some(expression.span.start)
                }
                _ => None,
            })
        };
        names
            .filter_map(|name| {
                let at = called(name)?;
                let (found, expected) = (quote!(Self::#name), quote!(<Self as #path>::#name));
                let same = crate::witness::same_function(found, expected, at, crate_path);
                Some(quote!(let _ = || #same;))
            })
            .collect()
    }

    /// Puts emitted functions where they belong.
    pub fn around(&self, functions: TokenStream) -> TokenStream {
        let Place::Impl(block, _) = &self.place else { return functions };
        let syn::ItemImpl { attrs, generics, self_ty, .. } = &**block;
        let (parameters, _, where_clause) = generics.split_for_impl();
        quote!(#(#attrs)* impl #parameters #self_ty #where_clause { #functions })
    }
}

/// The name of the type that has the methods.
fn owner(block: &syn::ItemImpl) -> Option<String> {
    match &*block.self_ty {
        syn::Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
}

/// The name and signature of a method; its outputs stand beside it with a prefix.
fn method(
    signature: &syn::Signature,
    options: &Options,
    context: &TypeContext<'_>,
) -> (String, FunctionSignature) {
    let mut read = signature_of(signature, options, context);
    let prefix = options.name.clone().unwrap_or_else(|| format!("{}_", signature.ident));
    read.prefix = Some(prefix.into());
    read.notes = options.notes();
    (signature.ident.to_string(), read)
}

/// The block without marks, and for each marked method its attribute and an `impl` with it first.
/// `None` if the item is no `impl` block.
pub fn methods(item: &TokenStream) -> Option<(TokenStream, Vec<(TokenStream, TokenStream)>)> {
    if !begins_with_impl(item) {
        return None;
    }
    let item = with_plain_lifetimes(item.clone());
    let block = syn::parse2::<syn::ItemImpl>(item).ok()?;
    let mut original = block.clone();
    let mut tasks = vec![];
    for (index, item) in original.items.iter_mut().enumerate() {
        let syn::ImplItem::Fn(method) = item else { continue };
        let Some(attribute) = take_mark(&mut method.attrs) else { continue };
        // Who only uses the gradient still uses the method.
        method.attrs.insert(0, syn::parse_quote!(#[allow(dead_code)]));
        let mut task = block.clone();
        let first = task.items.remove(index);
        task.items.retain(|item| match item {
            syn::ImplItem::Fn(method) => method.attrs.iter().any(is_mark),
            _ => false,
        });
        task.items.insert(0, first);
        tasks.push((attribute, task.to_token_stream()));
    }
    Some((original.to_token_stream(), tasks))
}

/// Lifetimes and labels that a `macro_rules!` passed on stand in groups without delimiters, which `syn`
/// does not look through: they are unwrapped.
fn with_plain_lifetimes(tokens: TokenStream) -> TokenStream {
    let mut plain = TokenStream::new();
    for token in tokens {
        let TokenTree::Group(group) = token else {
            plain.extend([token]);
            continue;
        };
        let inside = with_plain_lifetimes(group.stream());
        let is_lifetime = matches!(
            inside.clone().into_iter().next(),
            Some(TokenTree::Punct(first)) if first.as_char() == '\''
        );
        if group.delimiter() == proc_macro2::Delimiter::None && is_lifetime {
            plain.extend(inside);
            continue;
        }
        let mut copy = proc_macro2::Group::new(group.delimiter(), inside);
        copy.set_span(group.span());
        plain.extend([TokenTree::Group(copy)]);
    }
    plain
}

/// Whether an item may be an `impl` block: parsing everything only to find a function costs much.
fn begins_with_impl(item: &TokenStream) -> bool {
    for token in item.clone() {
        match token {
            TokenTree::Ident(word) if word == "impl" => return true,
            TokenTree::Ident(word) if word == "fn" => return false,
            _ => {}
        }
    }
    false
}

/// The word `impl` of a block.
pub(crate) fn span_of_impl(block: &TokenStream) -> SourceSpan {
    let word = block
        .clone()
        .into_iter()
        .find(|token| matches!(token, TokenTree::Ident(word) if word == "impl"));
    word.map_or_else(|| SourceSpan::of(block), |word| word.span().into())
}

pub(crate) fn is_mark(attribute: &syn::Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == "differentiate")
}

/// Removes our attribute; returns its arguments.
pub(crate) fn take_mark(attributes: &mut Vec<syn::Attribute>) -> Option<TokenStream> {
    let position = attributes.iter().position(is_mark)?;
    Some(match attributes.remove(position).meta {
        syn::Meta::List(list) => list.tokens,
        _ => TokenStream::new(),
    })
}

fn free(method: syn::ImplItemFn) -> syn::ItemFn {
    let syn::ImplItemFn { attrs, vis, sig, block, .. } = method;
    syn::ItemFn { attrs, vis, sig, block: Box::new(block) }
}

fn mentions_self(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "Self",
        TokenTree::Group(group) => mentions_self(group.stream()),
        _ => false,
    })
}
