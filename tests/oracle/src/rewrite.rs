//! The rewriting: a function over floats becomes the same function over dual numbers.
//!
//! Works on tokens alone and knows nothing of types:
//! * the types `f64` and `f32` become `Dual` and `Dual32`, also in paths (`f64::max`);
//! * float literals become constants, in the precision that the function mentions;
//! * `as` becomes a call of a conversion that knows dual numbers;
//! * constants from outside (`PI`, `GRAVITY`; recognized by their capitals) are lifted;
//! * core's special functions become the runtime's;
//! * type parameters bounded by `Float` become `Dual`;
//! * calls of functions that have a dual version under another name are renamed.
//!
//! Everything else stays. `const` items are not touched: their uses are lifted.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use std::collections::HashMap;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Token, parse_quote};

/// What core's special functions are called.
const SPECIAL: &[&str] = &["erf", "erfc", "norm_cdf", "ln_gamma", "digamma", "detach"];

/// Macros whose arguments are expressions.
const EXPRESSION_MACROS: &[&str] = &[
    "vec",
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "print",
    "println",
    "eprint",
    "eprintln",
    "panic",
    "unreachable",
    "todo",
    "unimplemented",
    "dbg",
    "format",
];

/// Types that `as` converts to.
const INTEGERS: &[&str] =
    &["i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize"];

/// The rewriting of one item.
pub(crate) struct Rewriter {
    /// Whether a literal without suffix is an `f32`.
    single: bool,
    /// Type parameters that stand for a float.
    float_parameters: Vec<Ident>,
    /// Functions to call under another name.
    renamed: HashMap<String, Ident>,
}

impl Rewriter {
    /// A rewriting that renames calls of some functions.
    pub(crate) fn new(renamed: HashMap<String, Ident>) -> Self {
        Self { single: false, float_parameters: Vec::new(), renamed }
    }

    /// Rewrites a free function.
    pub(crate) fn function(&mut self, function: &mut syn::ItemFn) {
        drop_attributes(&mut function.attrs);
        let outer = self.enter(&mut function.sig.generics, &function.block.to_token_stream(), {
            let mut tokens = TokenStream::new();
            function.sig.inputs.to_tokens(&mut tokens);
            function.sig.output.to_tokens(&mut tokens);
            tokens
        });
        self.visit_signature_mut(&mut function.sig);
        self.visit_block_mut(&mut function.block);
        self.leave(outer);
    }

    /// Rewrites a type.
    pub(crate) fn ty(&mut self, ty: &mut syn::Type) {
        self.visit_type_mut(ty);
    }

    /// Notes what a function says about literals and type parameters; returns what to restore.
    fn enter(
        &mut self,
        generics: &mut syn::Generics,
        body: &TokenStream,
        signature: TokenStream,
    ) -> (bool, usize) {
        let outer = (self.single, self.float_parameters.len());
        let mut tokens = signature;
        tokens.extend(body.clone());
        self.single = mentions(&tokens, "f32") && !mentions(&tokens, "f64");
        self.take_float_parameters(generics);
        outer
    }

    fn leave(&mut self, (single, parameters): (bool, usize)) {
        self.single = single;
        self.float_parameters.truncate(parameters);
    }

    /// Removes type parameters bounded by `Float`.
    fn take_float_parameters(&mut self, generics: &mut syn::Generics) {
        let where_bounds = generics.where_clause.take();
        let is_float = |bounds: &Punctuated<syn::TypeParamBound, Token![+]>| {
            bounds.iter().any(|bound| match bound {
                syn::TypeParamBound::Trait(bound) => {
                    bound.path.segments.last().is_some_and(|last| last.ident == "Float")
                }
                _ => false,
            })
        };
        let mut floats = Vec::new();
        if let Some(clause) = &where_bounds {
            for predicate in &clause.predicates {
                if let syn::WherePredicate::Type(predicate) = predicate
                    && is_float(&predicate.bounds)
                    && let syn::Type::Path(path) = &predicate.bounded_ty
                    && let Some(ident) = path.path.get_ident()
                {
                    floats.push(ident.clone());
                }
            }
        }
        generics.params = std::mem::take(&mut generics.params)
            .into_iter()
            .filter(|parameter| match parameter {
                syn::GenericParam::Type(parameter) => {
                    let float = is_float(&parameter.bounds) || floats.contains(&parameter.ident);
                    if float {
                        self.float_parameters.push(parameter.ident.clone());
                    }
                    !float
                }
                _ => true,
            })
            .collect();
    }

    /// What a type of this name becomes.
    fn float_type(&self, ident: &Ident) -> Option<syn::Path> {
        if ident == "f64" || self.float_parameters.contains(ident) {
            Some(parse_quote!(::autodiff_oracle_runtime::Dual))
        } else if ident == "f32" {
            Some(parse_quote!(::autodiff_oracle_runtime::Dual32))
        } else {
            None
        }
    }

    fn literal(&self, literal: &syn::Lit) -> Option<Expr> {
        let (digits, suffix) = match literal {
            syn::Lit::Float(literal) => (literal.base10_digits(), literal.suffix()),
            syn::Lit::Int(literal) if matches!(literal.suffix(), "f32" | "f64") => {
                (literal.base10_digits(), literal.suffix())
            }
            _ => return None,
        };
        let single = suffix == "f32" || (suffix.is_empty() && self.single);
        let ty = if single { "f32" } else { "f64" };
        let zero = if digits.ends_with('.') { "0" } else { "" };
        let number = syn::LitFloat::new(&format!("{digits}{zero}{ty}"), literal.span());
        Some(if single {
            parse_quote!(::autodiff_oracle_runtime::Dual32::constant(#number))
        } else {
            parse_quote!(::autodiff_oracle_runtime::Dual::constant(#number))
        })
    }

    /// A path in value position.
    fn path_expression(&mut self, expression: &mut syn::ExprPath) -> Option<Expr> {
        let path = &expression.path;
        if expression.qself.is_none() {
            let count = path.segments.len();
            let first = &path.segments[0].ident;
            // `std::f64::consts::PI`, `consts::PI`, `std::f64::INFINITY`, `PI`, `TABLE`
            let outside = path.segments.iter().any(|segment| segment.ident == "consts")
                || (count > 2 && matches!(first.to_string().as_str(), "std" | "core"))
                || self.float_type(first).is_none();
            let last = &path.segments[count - 1];
            let modules = path.segments.iter().take(count - 1);
            if outside
                && last.arguments.is_none()
                && is_constant(&last.ident)
                && modules.into_iter().all(|segment| is_module(&segment.ident))
            {
                return Some(parse_quote!(::autodiff_oracle_runtime::lift(#expression)));
            }
        }
        self.visit_expr_path_mut(expression);
        None
    }

    /// A path that is called.
    fn callee(&mut self, expression: &mut syn::ExprPath) {
        if let Some(last) = expression.path.segments.last() {
            let name = last.ident.to_string();
            let first = expression.path.segments[0].ident.to_string();
            let known = expression.path.segments.len() == 1
                || matches!(first.as_str(), "special" | "autodiff_core");
            if SPECIAL.contains(&name.as_str()) && known {
                let ident = &last.ident;
                *expression = parse_quote!(::autodiff_oracle_runtime::special::#ident);
                return;
            }
            if expression.path.segments.len() == 1
                && let Some(renamed) = self.renamed.get(&name)
            {
                *expression = parse_quote!(#renamed);
                return;
            }
        }
        self.visit_expr_path_mut(expression);
    }
}

impl VisitMut for Rewriter {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        let first = path.segments[0].ident.clone();
        if path.segments[0].arguments.is_none()
            && let Some(float) = self.float_type(&first)
        {
            let rest: Vec<_> = path.segments.iter().skip(1).cloned().collect();
            *path = float;
            path.segments.extend(rest);
        }
        visit_mut::visit_path_mut(self, path);
    }

    fn visit_type_array_mut(&mut self, array: &mut syn::TypeArray) {
        self.visit_type_mut(&mut array.elem); // the length stays
    }

    fn visit_generic_argument_mut(&mut self, argument: &mut syn::GenericArgument) {
        if !matches!(argument, syn::GenericArgument::Const(_)) {
            visit_mut::visit_generic_argument_mut(self, argument);
        }
    }

    fn visit_item_const_mut(&mut self, _: &mut syn::ItemConst) {}

    fn visit_item_static_mut(&mut self, _: &mut syn::ItemStatic) {}

    fn visit_item_use_mut(&mut self, _: &mut syn::ItemUse) {}

    fn visit_item_fn_mut(&mut self, function: &mut syn::ItemFn) {
        self.function(function);
    }

    fn visit_item_struct_mut(&mut self, item: &mut syn::ItemStruct) {
        drop_derive(&mut item.attrs);
        visit_mut::visit_item_struct_mut(self, item);
    }

    fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
        drop_attributes(&mut item.attrs);
        let parameters = self.float_parameters.len();
        self.take_float_parameters(&mut item.generics);
        visit_mut::visit_item_impl_mut(self, item);
        self.float_parameters.truncate(parameters);
    }

    fn visit_impl_item_fn_mut(&mut self, function: &mut syn::ImplItemFn) {
        drop_attributes(&mut function.attrs);
        let signature = function.sig.to_token_stream();
        let body = function.block.to_token_stream();
        let outer = self.enter(&mut function.sig.generics, &body, signature);
        visit_mut::visit_impl_item_fn_mut(self, function);
        self.leave(outer);
    }

    fn visit_pat_mut(&mut self, pattern: &mut syn::Pat) {
        // Literals in patterns stay: a pattern cannot call.
        if !matches!(pattern, syn::Pat::Lit(_) | syn::Pat::Range(_) | syn::Pat::Path(_)) {
            visit_mut::visit_pat_mut(self, pattern);
        }
    }

    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        let replacement = match expression {
            Expr::Lit(literal) => self.literal(&literal.lit),
            Expr::Path(path) => self.path_expression(path),
            Expr::Cast(cast) => {
                self.visit_expr_mut(&mut cast.expr);
                let numeric = match &*cast.ty {
                    syn::Type::Path(ty) => ty.path.get_ident().is_some_and(|ident| {
                        INTEGERS.iter().any(|name| ident == name)
                            || self.float_type(ident).is_some()
                    }),
                    _ => false,
                };
                self.visit_type_mut(&mut cast.ty);
                let (value, ty) = (&cast.expr, &cast.ty);
                numeric.then(|| parse_quote!(::autodiff_oracle_runtime::cast::<#ty, _>(#value)))
            }
            Expr::Call(call) => {
                match &mut *call.func {
                    Expr::Path(path) => self.callee(path),
                    other => self.visit_expr_mut(other),
                }
                call.args.iter_mut().for_each(|argument| self.visit_expr_mut(argument));
                None
            }
            Expr::Binary(operation) if is_assignment(&operation.op) => {
                self.visit_expr_mut(&mut operation.left);
                self.visit_expr_mut(&mut operation.right);
                let (place, operator, value) = (&operation.left, &operation.op, &operation.right);
                // On primitive types the right side is evaluated first, with operators of a trait last.
                let fresh = Ident::new("value", Span::mixed_site()); // no name of the user's
                Some(parse_quote!(match #value { #fresh => #place #operator #fresh }))
            }
            Expr::Repeat(repeat) => {
                self.visit_expr_mut(&mut repeat.expr); // the length stays
                None
            }
            _ => {
                visit_mut::visit_expr_mut(self, expression);
                None
            }
        };
        if let Some(replacement) = replacement {
            *expression = replacement;
        }
    }

    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        let Some(name) = call.path.segments.last().map(|segment| segment.ident.to_string()) else {
            return;
        };
        if name == "matches" {
            let parser = |input: syn::parse::ParseStream<'_>| -> syn::Result<(Expr, TokenStream)> {
                Ok((input.parse()?, input.parse()?))
            };
            if let Ok((mut value, rest)) = parser.parse2(call.tokens.clone()) {
                self.visit_expr_mut(&mut value);
                call.tokens = quote!(#value #rest);
            }
            return;
        }
        if !EXPRESSION_MACROS.contains(&name.as_str()) {
            return;
        }
        let repeat = |input: syn::parse::ParseStream<'_>| -> syn::Result<(Expr, Expr)> {
            let value = input.parse()?;
            input.parse::<Token![;]>()?;
            Ok((value, input.parse()?))
        };
        if let Ok((mut value, mut count)) = repeat.parse2(call.tokens.clone()) {
            self.visit_expr_mut(&mut value);
            self.visit_expr_mut(&mut count);
            call.tokens = quote!(#value; #count);
        } else if let Ok(mut arguments) =
            Punctuated::<Expr, Token![,]>::parse_terminated.parse2(call.tokens.clone())
        {
            for argument in &mut arguments {
                match argument {
                    // `name = value` of a format string
                    Expr::Assign(named) => self.visit_expr_mut(&mut named.right),
                    other => self.visit_expr_mut(other),
                }
            }
            call.tokens = arguments.to_token_stream();
        }
    }
}

/// Whether an operator is `+=` or the like.
fn is_assignment(operator: &syn::BinOp) -> bool {
    let text = operator.to_token_stream().to_string();
    text.ends_with('=') && !matches!(text.as_str(), "==" | "!=" | "<=" | ">=")
}

/// Whether a name is written as constants are.
fn is_constant(ident: &Ident) -> bool {
    let name = ident.to_string();
    name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase)
}

/// Whether a name is written as modules and primitive types are.
fn is_module(ident: &Ident) -> bool {
    !ident.to_string().chars().any(char::is_uppercase)
}

/// Whether a word occurs in tokens, at any depth.
fn mentions(tokens: &TokenStream, word: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => ident == word,
        proc_macro2::TokenTree::Group(group) => mentions(&group.stream(), word),
        proc_macro2::TokenTree::Literal(literal) => literal.to_string().ends_with(word),
        proc_macro2::TokenTree::Punct(_) => false,
    })
}

/// Removes the attributes of the macro under test.
pub(crate) fn drop_attributes(attributes: &mut Vec<syn::Attribute>) {
    attributes.retain(|attribute| {
        let last = attribute.path().segments.last();
        !last.is_some_and(|last| last.ident == "differentiate" || last.ident == "oracle")
    });
}

/// Removes `Differentiable` from `#[derive(…)]`.
fn drop_derive(attributes: &mut [syn::Attribute]) {
    for attribute in attributes.iter_mut().filter(|attribute| attribute.path().is_ident("derive")) {
        let parser = Punctuated::<syn::Path, Token![,]>::parse_terminated;
        if let Ok(paths) = attribute.parse_args_with(parser) {
            let kept = paths
                .iter()
                .filter(|path| path.segments.last().is_none_or(|s| s.ident != "Differentiable"));
            *attribute = parse_quote!(#[derive(#(#kept),*)]);
        }
    }
}

/// `name` with a suffix.
pub(crate) fn suffixed(name: &Ident, suffix: &str) -> Ident {
    let text = name.to_string();
    Ident::new(&format!("{}{suffix}", text.trim_start_matches("r#")), Span::call_site())
}
