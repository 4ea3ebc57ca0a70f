//! Changes to the statements of a block.

use super::{Context, Kind};
use syn::{Stmt, parse_quote};

pub(super) fn kinds() -> Vec<Kind> {
    vec![
        Kind::Statement("statement deleted", delete),
        Kind::Statement("statement doubled", double),
        Kind::Statement("statements exchanged", exchange),
        Kind::Statement("statement wrapped", wrap),
        Kind::Statement("statement inserted", insert),
        Kind::Statement("statement inserted", insert),
        Kind::Statement("statement inserted", insert),
        Kind::Statement("let", change_let),
        Kind::Statement("let", change_let),
        Kind::Statement("attribute", attribute),
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

fn exchange(statements: &mut Vec<Stmt>, position: usize, _: &mut Context) -> bool {
    if position + 1 >= statements.len() || matches!(statements[position + 1], Stmt::Expr(_, None)) {
        return false;
    }
    statements.swap(position, position + 1);
    true
}

fn wrap(statements: &mut Vec<Stmt>, position: usize, context: &mut Context) -> bool {
    let s = statements[position].clone();
    if matches!(s, Stmt::Expr(_, None) | Stmt::Item(_) | Stmt::Local(_)) {
        return false;
    }
    let name = context.name();
    statements[position] = match context.choice % 13 {
        0 => parse_quote!({ #s }),
        1 => parse_quote!(for _ in 0..2 { #s }),
        2 => parse_quote!(if #name == #name { #s }),
        3 => parse_quote!(loop { #s break; }),
        4 => parse_quote!(while true { #s break; }),
        5 => parse_quote!(for again in (0..3).rev() { if again == 1 { continue; } #s }),
        6 => parse_quote!(let _: () = { #s };),
        7 => parse_quote!('a: { if 1 > 2 { break 'a; } #s }),
        8 => parse_quote!((0..2).for_each(|_| { #s });),
        9 => parse_quote!(match #name { _ => { #s } }),
        10 => parse_quote!(if let Some(_) = Some(1) { #s }),
        11 => parse_quote!({ let mut again = || { #s }; again(); }),
        _ => parse_quote!(if false { #s } else { #s }),
    };
    true
}

fn insert(statements: &mut Vec<Stmt>, position: usize, context: &mut Context) -> bool {
    let name = context.name();
    let inserted: &[&dyn Fn() -> Stmt] = &[
        &|| parse_quote!(let #name = #name;),
        &|| parse_quote!(let mut #name = #name;),
        &|| parse_quote!(let #name = &#name;),
        &|| parse_quote!(let #name = #name.clone();),
        &|| parse_quote!(let _ = #name;),
        &|| parse_quote!(let _ = &#name;),
        &|| parse_quote!(let _unused = 1.0;),
        &|| parse_quote!(let unused: f64;),
        &|| parse_quote!(let unused = #name;),
        &|| {
            parse_quote!(if false {
                return 0.0;
            })
        },
        &|| parse_quote!(if #name > 100.0 { return #name; }),
        &|| parse_quote!(return 0.0;),
        &|| parse_quote!(break;),
        &|| parse_quote!(continue;),
        &|| {
            parse_quote!(if 1 > 2 {
                break;
            })
        },
        &|| {
            parse_quote!(if 1 > 2 {
                continue;
            })
        },
        &|| parse_quote!(;),
        &|| parse_quote!({}),
        &|| parse_quote!(();),
        &|| parse_quote!(#name;),
        &|| parse_quote!(#name += 1.0;),
        &|| parse_quote!(#name = #name;),
        &|| {
            parse_quote!(
                use std::f64::consts::PI;
            )
        },
        &|| {
            parse_quote!(
                const FACTOR: f64 = 2.0;
            )
        },
        &|| {
            parse_quote!(
                static SHARED: f64 = 2.0;
            )
        },
        &|| {
            parse_quote!(
                type Real = f64;
            )
        },
        &|| {
            parse_quote!(
                struct Local {
                    field: f64,
                }
            )
        },
        &|| {
            parse_quote!(
                enum Local {
                    One,
                    Other(f64),
                }
            )
        },
        &|| {
            parse_quote!(
                fn nested(v: f64) -> f64 {
                    v.sin()
                }
            )
        },
        &|| {
            parse_quote!(
                fn nested<T: Copy>(v: T) -> T {
                    v
                }
            )
        },
        &|| {
            parse_quote!(
                trait Local {
                    fn method(&self) -> f64 {
                        1.0
                    }
                }
            )
        },
        &|| {
            parse_quote!(
                macro_rules! twice {
                    ($e:expr) => {
                        2.0 * $e
                    };
                }
            )
        },
        &|| {
            parse_quote!(
                macro_rules! sin {
                    ($e:expr) => {
                        $e
                    };
                }
            )
        },
        &|| parse_quote!(let twice = |v: f64| 2.0 * v;),
        &|| parse_quote!(let mut count = || #name;),
        &|| parse_quote!(let size = #name.len();),
        &|| parse_quote!(assert!(true, "always {}", #name);),
        &|| parse_quote!(assert_eq!(1, 1);),
        &|| parse_quote!(debug_assert!(#name == #name);),
        &|| parse_quote!(println!("{}", #name);),
        &|| parse_quote!(eprintln!("{#name:?}");),
        &|| parse_quote!(if #name != #name { panic!("not a number: {:?}", #name) }),
        &|| {
            parse_quote!(if false {
                unreachable!()
            })
        },
        &|| {
            parse_quote!(if false {
                todo!()
            })
        },
        &|| parse_quote!(#[cfg(all())] let _kept = 1.0;),
        &|| parse_quote!(#[cfg(any())] let _dropped = 1.0;),
        &|| parse_quote!(#[allow(clippy::all)] let _allowed = 1.0;),
        &|| parse_quote!(let f64 = 1.0;),
        &|| parse_quote!(let Vec = 1.0;),
        &|| parse_quote!(let Some = 1.0;),
        &|| {
            parse_quote!(
                struct Vec;
            )
        },
        &|| {
            parse_quote!(
                struct Option;
            )
        },
        &|| {
            parse_quote!(
                type f64 = f32;
            )
        },
        &|| {
            parse_quote!(
                mod std {}
            )
        },
        &|| {
            parse_quote!(
                mod core {}
            )
        },
        &|| {
            parse_quote!(
                fn drop(_: f64) {}
            )
        },
        &|| {
            parse_quote!(
                fn min(a: f64, b: f64) -> f64 {
                    a + b
                }
            )
        },
        &|| {
            parse_quote!(
                #[inline(always)]
                fn marked(v: f64) -> f64 {
                    v
                }
            )
        },
        &|| parse_quote!(let [mut first, second] = [1.0, 2.0];),
        &|| parse_quote!(let (ref first, second) = (#name, 2);),
        &|| parse_quote!(let größe = 1.0;),
        &|| parse_quote!(let r#type = 1.0;),
        &|| parse_quote!(let r#match = #name;),
        &|| parse_quote!(for _ in 0..0 {}),
        &|| parse_quote!(while false {}),
        &|| {
            parse_quote!(loop {
                break;
            })
        },
        &|| parse_quote!(let value @ _ = #name;),
        &|| parse_quote!(std::mem::drop(#name);),
        &|| parse_quote!(core::mem::swap(&mut #name, &mut #name.clone());),
        &|| parse_quote!(let boxed = Box::new(#name);),
        &|| parse_quote!(let shared = std::rc::Rc::new(std::cell::Cell::new(1.0));),
        &|| parse_quote!(let text = format!("{}", #name);),
        &|| parse_quote!(let text = "text"; ),
        &|| parse_quote!(let started = std::time::Instant::now();),
    ];
    let statement = if context.choice == 0 { inserted[0]() } else { context.choose(inserted)() };
    statements.insert(position, statement);
    true
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
        (pattern, Some(_), 1) => local.pat = parse_quote_pattern(quote::quote!(#pattern: _)),
        (pattern, Some(_), 2) => local.pat = parse_quote_pattern(quote::quote!(#pattern: f64)),
        (pattern, Some(_), 3) => local.pat = parse_quote_pattern(quote::quote!(#pattern: f32)),
        (pattern, Some(_), 4) => local.pat = parse_quote_pattern(quote::quote!(#pattern: usize)),
        (pattern, Some(value), 5) => {
            statements[position] = parse_quote!(let (#pattern, _) = (#value, 0);)
        }
        (pattern, Some(value), 6) => {
            statements[position] = parse_quote!(let [#pattern] = [#value];)
        }
        (pattern, Some(value), 7) => {
            statements[position] =
                parse_quote!(let Some(#pattern) = Some(#value) else { panic!() };);
        }
        (syn::Pat::Ident(name), Some(value), 8) => {
            let (name, mutability) = (&name.ident, name.mutability);
            statements[position] = parse_quote!(let #mutability #name;);
            statements.insert(position + 1, parse_quote!(#name = #value;));
        }
        (syn::Pat::Ident(name), Some(value), 9) => {
            let name = &name.ident;
            statements[position] = parse_quote!(let #name = || #value;);
        }
        (syn::Pat::Ident(name), Some(_), 10) => {
            let name = &name.ident;
            statements.insert(position + 1, parse_quote!(let #name = #name;));
        }
        (syn::Pat::Ident(name), Some(value), 11) => {
            let name = &name.ident;
            statements[position] = parse_quote!(let ref #name = #value;);
        }
        (pattern, Some(value), 12) => {
            statements[position] = parse_quote!(let #pattern = { let inner = #value; inner };);
        }
        (pattern, Some(value), 13) => {
            statements[position] = parse_quote!(let #pattern = if true { #value } else { #value };);
        }
        _ => return false,
    }
    true
}

/// A pattern with its type, which `parse_quote!` does not read.
fn parse_quote_pattern(tokens: proc_macro2::TokenStream) -> syn::Pat {
    let statement: Stmt = parse_quote!(let #tokens;);
    match statement {
        Stmt::Local(local) => local.pat,
        _ => parse_quote!(_),
    }
}

fn attribute(statements: &mut Vec<Stmt>, position: usize, context: &mut Context) -> bool {
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
    let result = result.clone();
    let named: [fn(syn::Expr) -> Vec<Stmt>; 5] = [
        |e| vec![parse_quote!(return #e;)],
        |e| vec![parse_quote!(let result = #e;), Stmt::Expr(parse_quote!(result), None)],
        |e| vec![parse_quote!(let gradient = #e;), parse_quote!(return gradient;)],
        |e| vec![Stmt::Expr(parse_quote!({ #e }), None)],
        |e| vec![Stmt::Expr(parse_quote!(return #e), None)],
    ];
    let named = context.choose(&named)(result);
    statements.splice(position..=position, named);
    true
}
