//! Changes to the statements of a block.

use super::{Context, Kind, filled, parsed};
use quote::{ToTokens, quote};
use syn::{Stmt, parse_quote};

pub(super) fn kinds() -> Vec<Kind> {
    vec![
        Kind::Statement("statement deleted", delete),
        Kind::Statement("statement doubled", double),
        Kind::Statement("statements exchanged", |s, at, context| exchange(s, at, context)),
        Kind::Statement("statement wrapped", wrap),
        Kind::Statement("statement inserted", insert),
        Kind::Statement("statement inserted", insert),
        Kind::Statement("statement inserted", insert),
        Kind::Statement("let", change_let),
        Kind::Statement("let", change_let),
        Kind::Statement("attribute", |s, at, context| attribute(s, at, context)),
        Kind::Statement("result named", name_result),
    ]
}

fn delete(statements: &mut Vec<Stmt>, position: usize, _: &mut Context) -> bool {
    statements.remove(position);
    true
}

fn double(statements: &mut Vec<Stmt>, position: usize, _: &mut Context) -> bool {
    if matches!(statements[position], Stmt::Expr(_, None)) {
        return false;
    }
    statements.insert(position, statements[position].clone());
    true
}

fn exchange(statements: &mut [Stmt], position: usize, _: &mut Context) -> bool {
    if position + 1 >= statements.len() || matches!(statements[position + 1], Stmt::Expr(_, None)) {
        return false;
    }
    statements.swap(position, position + 1);
    true
}

/// What to put around a statement, `$`.
#[rustfmt::skip]
const WRAPPED: &[&str] = &[
    "{ $ }", "for _ in 0..2 { $ }", "for _ in 0..1 { $ }", "loop { $ break; }", "while true { $ break; }",
    "for again in (0..3).rev() { if again == 1 { continue; } $ }", "let _: () = { $ };",
    "'a: { if 1 > 2 { break 'a; } $ }", "'a: for _ in 0..2 { for _ in 0..2 { $ continue 'a; } }",
    "(0..2).for_each(|_| { $ });", "match 1 { _ => { $ } }", "if let Some(_) = Some(1) { $ }",
    "{ let mut again = || { $ }; again(); }", "if false { $ } else { $ }", "if 1 < 2 { $ }",
    "let mut rounds = 0; while rounds < 2 { rounds += 1; $ }", "match () { () if true => { $ } _ => {} }",
];

fn wrap(statements: &mut Vec<Stmt>, position: usize, context: &mut Context) -> bool {
    let statement = &statements[position];
    if matches!(statement, Stmt::Expr(_, None) | Stmt::Item(_) | Stmt::Local(_)) {
        return false;
    }
    let text = format!("{{ {} }}", context.choose::<&str>(WRAPPED));
    let Some(block) = filled::<syn::Block>(&text, &statement.to_token_stream()) else {
        return false;
    };
    statements.splice(position..=position, block.stmts);
    true
}

/// Statements to insert; `$` is a name of the function.
#[rustfmt::skip]
const INSERTED: &[&str] = &[
    "let $ = $;", "let mut $ = $;", "let $ = &$;", "let $ = $.clone();", "let _ = $;", "let _ = &$;",
    "let _unused = 1.0;", "let unused: f64;", "let unused = $;", "let ref again = $;", "let value @ _ = $;",
    "if false { return 0.0; }", "if $ > 100.0 { return $; }", "return 0.0;", "break;", "continue;",
    "if 1 > 2 { break; }", "if 1 > 2 { continue; }",
    ";", "{}", "();", "$;", "$ += 1.0;", "$ = $;", "let _ = { $ };", "drop($);", "std::mem::drop(&$);",
    "use std::f64::consts::PI;", "use std::ops::*;", "const FACTOR: f64 = 2.0;", "static SHARED: f64 = 2.0;",
    "type Real = f64;", "struct Local { field: f64 }", "enum Local { One, Other(f64) }",
    "trait Local { fn method(&self) -> f64 { 1.0 } }", "impl std::fmt::Debug for Unknown {}",
    "fn nested(v: f64) -> f64 { v.sin() }", "fn nested<T: Copy>(v: T) -> T { v }",
    "#[inline(always)] fn marked(v: f64) -> f64 { v }", "const fn constant() -> f64 { 1.0 }",
    "macro_rules! twice { ($e:expr) => { 2.0 * $e }; }", "macro_rules! sin { ($e:expr) => { $e }; }",
    "let twice = |v: f64| 2.0 * v;", "let mut count = || $;", "let size = $.len();", "let _late = move || $;",
    "assert!(true, \"always {}\", $);", "assert_eq!(1, 1);", "debug_assert!($ == $);",
    "println!(\"{}\", $);", "eprintln!(\"{:?} {0:?}\", $);", "let _text = format!(\"{}\", $);", "dbg!(&$);",
    "if $ != $ { panic!(\"not a number: {:?}\", $) }", "if false { unreachable!() }", "if false { todo!() }",
    "#[cfg(all())] let _kept = 1.0;", "#[cfg(any())] let _dropped = 1.0;", "#[allow(clippy::all)] let _allowed = 1.0;",
    "let f64 = 1.0;", "let Vec = 1.0;", "let Some = 1.0;", "let core = 1.0;", "struct Vec;", "struct Option;",
    "type f64 = f32;", "type usize = i32;", "mod std {}", "mod core {}", "mod autodiff_core {}",
    "fn drop(_: f64) {}", "fn min(a: f64, b: f64) -> f64 { a + b }", "trait Iterator {}", "use core as std;",
    "let [mut first, second] = [1.0, 2.0];", "let (ref first, second) = ($, 2);", "let (a, .., b) = (1.0, 2, $);",
    "let größe = 1.0;", "let r#type = 1.0;", "let r#match = $;", "let gradient = $;", "let adjoint = $;",
    "for _ in 0..0 {}", "while false {}", "loop { break }", "for _ in [$, $] {}", "for $ in 0..1 {}",
    "core::mem::swap(&mut $, &mut $.clone());", "let boxed = Box::new($);", "let _s = \"text\";",
    "let shared = std::rc::Rc::new(std::cell::Cell::new(1.0));", "let started = std::time::Instant::now();",
    "let u = unsafe { 1.0 };", "let array = [$; 4];", "let vector = vec![$; 3];", "let pair = ($, $);",
    "let nan = f64::NAN; if nan == $ { return nan; }", "let _ = Some($).map(|v| v);", "let $: f64 = $ as f64;",
];

fn insert(statements: &mut Vec<Stmt>, position: usize, context: &mut Context) -> bool {
    let name = context.name().into_token_stream();
    let text = INSERTED[context.choice / 7 % INSERTED.len()];
    match filled(text, &name) {
        Some(statement) => {
            statements.insert(position, statement);
            true
        }
        None => false,
    }
}

fn change_let(statements: &mut Vec<Stmt>, position: usize, context: &mut Context) -> bool {
    let Stmt::Local(local) = &mut statements[position] else { return false };
    let pattern = local.pat.clone();
    let value = local.init.as_ref().map(|init| init.expr.clone());
    match (pattern, value, context.choice % 14) {
        (syn::Pat::Ident(mut name), _, 0) => {
            name.mutability = match name.mutability {
                Some(_) => None,
                None => Some(Default::default()),
            };
            local.pat = syn::Pat::Ident(name);
        }
        (syn::Pat::Type(typed), _, 1..=4) => local.pat = *typed.pat,
        (pattern, Some(_), 1) => local.pat = typed_pattern(quote::quote!(#pattern: _)),
        (pattern, Some(_), 2) => local.pat = typed_pattern(quote::quote!(#pattern: f64)),
        (pattern, Some(_), 3) => local.pat = typed_pattern(quote::quote!(#pattern: f32)),
        (pattern, Some(_), 4) => local.pat = typed_pattern(quote::quote!(#pattern: usize)),
        (pattern, Some(value), 5) => {
            statements[position] = parsed!(let (#pattern, _) = (#value, 0);)
        }
        (pattern, Some(value), 6) => statements[position] = parsed!(let [#pattern] = [#value];),
        (pattern, Some(value), 7) => {
            statements[position] = parsed!(let Some(#pattern) = Some(#value) else { panic!() };);
        }
        (syn::Pat::Ident(name), Some(value), 8) => {
            let (name, mutability) = (&name.ident, name.mutability);
            statements[position] = parsed!(let #mutability #name;);
            statements.insert(position + 1, parsed!(#name = #value;));
        }
        (syn::Pat::Ident(name), Some(value), 9) => {
            let name = &name.ident;
            statements[position] = parsed!(let #name = || #value;);
        }
        (syn::Pat::Ident(name), Some(_), 10) => {
            let name = &name.ident;
            statements.insert(position + 1, parsed!(let #name = #name;));
        }
        (syn::Pat::Ident(name), Some(value), 11) => {
            let name = &name.ident;
            statements[position] = parsed!(let ref #name = #value;);
        }
        (pattern, Some(value), 12) => {
            statements[position] = parsed!(let #pattern = { let inner = #value; inner };);
        }
        (pattern, Some(value), 13) => {
            statements[position] = parsed!(let #pattern = if true { #value } else { #value };);
        }
        _ => return false,
    }
    true
}

/// A pattern with its type, which `parse_quote!` does not read.
fn typed_pattern(tokens: proc_macro2::TokenStream) -> syn::Pat {
    match syn::parse2::<Stmt>(quote!(let #tokens;)) {
        Ok(Stmt::Local(local)) => local.pat,
        _ => parse_quote!(_),
    }
}

fn attribute(statements: &mut [Stmt], position: usize, context: &mut Context) -> bool {
    let attributes: [syn::Attribute; 6] = [
        parse_quote!(#[allow(unused)]),
        parse_quote!(#[cfg(all())]),
        parse_quote!(#[cfg(any())]),
        parse_quote!(#[doc = "odd"]),
        parse_quote!(#[rustfmt::skip]),
        parse_quote!(#[expect(clippy::all)]),
    ];
    let attribute = context.choose(&attributes).clone();
    match &mut statements[position] {
        Stmt::Local(local) => local.attrs.push(attribute),
        Stmt::Item(syn::Item::Fn(item)) => item.attrs.push(attribute),
        Stmt::Macro(item) => item.attrs.push(attribute),
        Stmt::Expr(syn::Expr::ForLoop(each), _) => each.attrs.push(attribute),
        Stmt::Expr(syn::Expr::If(branch), _) => branch.attrs.push(attribute),
        Stmt::Expr(syn::Expr::MethodCall(call), Some(_)) => call.attrs.push(attribute),
        _ => return false,
    }
    true
}

fn name_result(statements: &mut Vec<Stmt>, position: usize, context: &mut Context) -> bool {
    let Stmt::Expr(result, None) = &statements[position] else { return false };
    let named = [
        quote!({ return #result; }),
        quote!({ let result = #result; result }),
        quote!({ let gradient = #result; return gradient; }),
        quote!({ { #result } }),
        quote!({ return #result }),
    ];
    // Attributes may stand before an expression that ends a block, and not everywhere else.
    let Ok(block) = syn::parse2::<syn::Block>(context.choose(&named).clone()) else { return false };
    statements.splice(position..=position, block.stmts);
    true
}
