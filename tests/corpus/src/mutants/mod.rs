//! Mutants of functions: the same function with a few places written differently, such that most of them
//! still compile.
//!
//! A mutant is a list of [`Mutation`]s, each of which names a kind of change, a place by its number
//! among all places where the kind applies, and which of the possible changes to make there. So a mutant is known by
//! its numbers, and one that fails shrinks by leaving mutations out. Like [`super::text`], this module
//! needs `syn` (with `visit-mut`), `quote` and `proc-macro2` only, so that any package can include it by path.

mod expressions;
mod signatures;
mod statements;

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::format_ident;
use syn::parse::Parse;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Ident, ItemFn};

/// The quoted tokens as syntax; a change that does not give any does not apply.
macro_rules! parsed {
    ($($token:tt)*) => {
        match syn::parse2(quote::quote!($($token)*)) {
            Ok(parsed) => parsed,
            Err(_) => return false,
        }
    };
}
use parsed;

/// One change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mutation {
    /// Which kind; any number will do.
    pub kind: u32,
    /// At which of the places where it applies; any number will do.
    pub place: u32,
    /// Which of the possible changes; any number will do.
    pub choice: u32,
}

/// Numbers that look random: SplitMix64.
#[derive(Clone, Debug)]
pub struct Numbers(pub u64);

impl Numbers {
    /// The next number.
    pub fn draw(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 32) as u32
    }

    /// A list of changes.
    pub fn mutations(&mut self, count: usize) -> Vec<Mutation> {
        let mut number = || self.draw();
        (0..count).map(|_| Mutation { kind: number(), place: number(), choice: number() }).collect()
    }
}

/// A kind of change, by where it applies.
enum Kind {
    /// To an expression, if it returns true.
    Expression(&'static str, fn(&mut Expr, &mut Context) -> bool),
    /// To the statements of a block from one of them on, if it returns true.
    Statement(&'static str, fn(&mut Vec<syn::Stmt>, usize, &mut Context) -> bool),
    /// To the function as a whole, if it returns true.
    Function(&'static str, fn(&mut ItemFn, &mut Context) -> bool),
}

/// What a change may need.
struct Context {
    choice: usize,
    /// Every name that the function binds.
    names: Vec<Ident>,
}

impl Context {
    /// The chosen one of several.
    fn choose<'c, T>(&self, among: &'c [T]) -> &'c T {
        &among[self.choice % among.len()]
    }

    /// A name of the function.
    fn name(&self) -> Ident {
        match self.names.is_empty() {
            true => format_ident!("x"),
            false => self.choose(&self.names).clone(),
        }
    }
}

/// Rust with something in place of every lone `$`, if that is Rust.
fn filled<T: Parse>(text: &str, place: &TokenStream) -> Option<T> {
    fn fill(tokens: TokenStream, place: &TokenStream) -> TokenStream {
        let mut tokens = tokens.into_iter().peekable();
        let mut filled = TokenStream::new();
        while let Some(token) = tokens.next() {
            match token {
                // `$e` is a macro's.
                TokenTree::Punct(mark) if mark.as_char() == '$' => match tokens.peek() {
                    Some(TokenTree::Ident(name)) if name == "e" => {
                        filled.extend([TokenTree::Punct(mark)])
                    }
                    _ => filled.extend(place.clone()),
                },
                TokenTree::Group(group) => {
                    let inner = fill(group.stream(), place);
                    filled.extend([TokenTree::Group(Group::new(group.delimiter(), inner))]);
                }
                other => filled.extend([other]),
            }
        }
        filled
    }
    syn::parse2(fill(text.parse().ok()?, place)).ok()
}

fn kinds() -> Vec<Kind> {
    [expressions::kinds(), statements::kinds(), signatures::kinds()].into_iter().flatten().collect()
}

/// Applies changes, one after the other; the names of those that applied.
pub fn mutate(function: &mut ItemFn, mutations: &[Mutation]) -> Vec<&'static str> {
    let kinds = kinds();
    let mut applied = vec![];
    for mutation in mutations {
        let kind = &kinds[mutation.kind as usize % kinds.len()];
        let choice = mutation.choice as usize;
        let mut context = Context { choice, names: names(function) };
        let name = match kind {
            Kind::Function(name, change) => change(function, &mut context).then_some(*name),
            Kind::Expression(name, _) | Kind::Statement(name, _) => {
                let mut count = Walk::new(kind, None, &mut context);
                count.visit_block_mut(&mut function.block.clone());
                let places = count.seen;
                let place = mutation.place as usize;
                (places > 0).then(|| {
                    let wanted = Some(place % places);
                    Walk::new(kind, wanted, &mut context).visit_block_mut(&mut function.block);
                    *name
                })
            }
        };
        applied.extend(name);
    }
    applied
}

/// The names that patterns of a function bind.
fn names(function: &ItemFn) -> Vec<Ident> {
    struct Bound(Vec<Ident>);
    impl VisitMut for Bound {
        fn visit_pat_ident_mut(&mut self, pattern: &mut syn::PatIdent) {
            if !self.0.contains(&pattern.ident) {
                self.0.push(pattern.ident.clone());
            }
            visit_mut::visit_pat_ident_mut(self, pattern);
        }
    }
    let mut bound = Bound(vec![]);
    bound.visit_item_fn_mut(&mut function.clone());
    bound.0
}

/// Counts the places where a kind applies, and changes the wanted one.
struct Walk<'w> {
    kind: &'w Kind,
    wanted: Option<usize>,
    seen: usize,
    context: &'w mut Context,
}

impl<'w> Walk<'w> {
    fn new(kind: &'w Kind, wanted: Option<usize>, context: &'w mut Context) -> Self {
        Self { kind, wanted, seen: 0, context }
    }

    /// Makes a change if this is the place for it; `change` tells whether it applies.
    fn place<T: Clone>(&mut self, here: &mut T, change: impl Fn(&mut T, &mut Context) -> bool) {
        let mut changed = here.clone();
        if change(&mut changed, self.context) {
            if self.wanted == Some(self.seen) {
                *here = changed;
            }
            self.seen += 1;
        }
    }
}

impl VisitMut for Walk<'_> {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        if let Kind::Expression(_, change) = *self.kind {
            self.place(expression, change);
        }
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        visit_mut::visit_block_mut(self, block);
        if let Kind::Statement(_, change) = *self.kind {
            for position in 0..block.stmts.len() {
                self.place(&mut block.stmts, |statements, context| {
                    position < statements.len() && change(statements, position, context)
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::ToTokens;

    #[test]
    fn every_kind_applies_somewhere() {
        let functions = super::super::text::functions();
        for (index, kind) in kinds().iter().enumerate() {
            let (Kind::Expression(name, _) | Kind::Statement(name, _) | Kind::Function(name, _)) =
                kind;
            let changed = functions.iter().enumerate().any(|(number, function)| {
                let mut mutant = function.item.clone();
                let choice = number as u32;
                mutate(&mut mutant, &[Mutation { kind: index as u32, place: 0, choice }]);
                mutant.to_token_stream().to_string() != function.text()
            });
            assert!(changed, "{name}");
        }
    }

    #[test]
    fn a_mutant_is_known_by_its_numbers() {
        let function = &super::super::text::functions()[0].item;
        let mutations = Numbers(7).mutations(4);
        let (mut first, mut second) = (function.clone(), function.clone());
        mutate(&mut first, &mutations);
        mutate(&mut second, &mutations);
        assert_eq!(first.to_token_stream().to_string(), second.to_token_stream().to_string());
    }
}
