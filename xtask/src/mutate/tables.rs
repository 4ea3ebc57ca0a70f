//! The tables and where their rows are.

use super::{Change, Form, Group, Plan, Site, Suite, arithmetic, roots};
use crate::files::read;
use proc_macro2::TokenTree;
use std::ops::Range;
use std::path::Path;
use syn::parse::{Parse, ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Expr, Ident, LitStr, Token, bracketed, parenthesized};

/// A table of rules.
struct Table {
    group: Group,
    files: &'static [&'static str],
    /// Its rows.
    sites: fn(&str) -> syn::Result<Vec<Site>>,
}

/// All tables.
const TABLES: &[Table] = &[
    Table {
        group: Group {
            name: "derivatives",
            package: "autodiff-compiler",
            suites: &[Suite {
                package: "autodiff-compiler",
                target: &["--lib"],
                filters: &["derivatives::tests"],
            }],
        },
        files: &["autodiff-compiler/src/derivatives/mod.rs"],
        sites: derivatives,
    },
    Table {
        group: Group {
            name: "rewrites",
            package: "autodiff-compiler",
            suites: &[Suite {
                package: "autodiff-compiler",
                target: &["--lib"],
                filters: &["simplify::tests"],
            }],
        },
        files: &["autodiff-compiler/src/simplify/rewrites.rs"],
        sites: rewrites,
    },
    Table {
        group: Group {
            name: "operations",
            package: "autodiff-compiler",
            suites: &[Suite {
                package: "autodiff-compiler",
                target: &["--lib"],
                filters: &["ir::", "interpret::tests", "derivatives::tests", "lower::tests"],
            }],
        },
        files: &["autodiff-compiler/src/ir/operations.rs"],
        sites: operations,
    },
    Table {
        group: Group {
            name: "relations",
            package: "autodiff-compiler",
            suites: &[Suite {
                package: "autodiff-compiler",
                target: &["--lib"],
                filters: &["interpret::", "verification::"],
            }],
        },
        files: &[
            "autodiff-compiler/src/interpret/dual.rs",
            "autodiff-compiler/src/interpret/partials.rs",
        ],
        sites: |source| {
            functions(source, |name| ["partials", "integer_partial", "chain"].contains(&name))
        },
    },
    Table {
        group: Group {
            name: "optimizers",
            package: "autodiff-core",
            suites: &[Suite {
                package: "autodiff-core",
                target: &["--test", "optimizers"],
                filters: &[""],
            }],
        },
        files: &[
            "autodiff-core/src/optimize/adam.rs",
            "autodiff-core/src/optimize/nadam.rs",
            "autodiff-core/src/optimize/sgd.rs",
        ],
        sites: |source| functions(source, |name| ["floats", "momentum", "step"].contains(&name)),
    },
];

/// Changes of the copies that let the mutants in: file, text, replacement.
const PATCHES: &[(&str, &str, &str)] = &[
    (
        "autodiff-compiler/src/simplify/rewrites.rs",
        "[$claim:ident $(, $moves:ident)?]",
        "[$claim:expr $(, $moves:ident)?]",
    ),
    (
        "autodiff-compiler/src/simplify/rewrites.rs",
        "claim: Claim::$claim,",
        "claim: { use Claim::*; $claim },",
    ),
    (
        "autodiff-compiler/src/ir/operations.rs",
        "$spelling:ident ($rust:literal)",
        "$spelling:ident ($rust:expr)",
    ),
];

/// All mutants of the tables, or of the one table of this name.
pub(super) fn plan(root: &Path, only: Option<&str>) -> Result<Plan, String> {
    let mut plan = Plan::default();
    for table in TABLES.iter().filter(|table| only.is_none_or(|only| only == table.group.name)) {
        plan.groups.push(table.group);
        for file in table.files {
            let mut source = read(&root.join(file))?;
            for (_, from, to) in PATCHES.iter().filter(|patch| patch.0 == *file) {
                if source.matches(from).count() != 1 {
                    return Err(format!("{file} no longer holds `{from}` once"));
                }
                source = source.replace(from, to);
            }
            let sites = (table.sites)(&source).map_err(|error| format!("{file}: {error}"))?;
            if sites.is_empty() {
                return Err(format!("{file}: no row found"));
            }
            plan.sources.insert((*file).to_string(), source);
            for site in sites {
                plan.add(Site { file: (*file).to_string(), group: plan.groups.len() - 1, ..site });
            }
        }
    }
    match plan.groups.is_empty() {
        true => Err(format!("no table is called `{}`", only.unwrap_or_default())),
        false => Ok(plan),
    }
}

/// The arguments of the macros of this name.
fn bodies<T>(
    source: &str,
    name: &str,
    parse: impl Fn(ParseStream) -> syn::Result<T>,
) -> syn::Result<Vec<T>> {
    let file = syn::parse_file(source)?;
    let items = file.items.into_iter().filter_map(|item| match item {
        syn::Item::Macro(item) if item.mac.path.is_ident(name) => Some(item.mac.tokens),
        _ => None,
    });
    items.map(|tokens| (|input: ParseStream| parse(input)).parse2(tokens)).collect()
}

/// A side of a rule, with all its changes.
fn side(source: &str, row: String, expression: &Expr) -> Site {
    Site {
        range: expression.span().byte_range(),
        row,
        form: Form::Choice {
            changes: arithmetic::changes(source, expression),
            convert: Some("crate::mutant_operand::Any::from"),
        },
        mutants: 0..0,
        file: String::new(),
        group: 0,
    }
}

/// A word with one change.
fn word(range: Range<usize>, row: String, by: String) -> Site {
    let changes = vec![Change { range: range.clone(), by }];
    Site {
        range,
        row,
        form: Form::Choice { changes, convert: None },
        mutants: 0..0,
        file: String::new(),
        group: 0,
    }
}

fn derivatives(source: &str) -> syn::Result<Vec<Site>> {
    let tables = bodies(source, "derivative_rules", |input| {
        let mut sites = vec![];
        while !input.is_empty() {
            let name: Ident = input.parse()?;
            let arguments;
            parenthesized!(arguments in input);
            let arguments = arguments.parse_terminated(Ident::parse, Token![,])?;
            if !input.peek(Token![=>]) {
                input.parse::<Token![=]>()?;
                input.parse::<Ident>()?;
            }
            input.parse::<Token![=>]>()?;
            let partials;
            bracketed!(partials in input);
            let partials = partials.parse_terminated(Expr::parse, Token![,])?;
            input.parse::<Token![;]>()?;
            for (argument, partial) in arguments.iter().zip(&partials) {
                sites.push(side(source, format!("{name} by {argument}"), partial));
            }
        }
        Ok(sites)
    })?;
    Ok(tables.into_iter().flatten().collect())
}

fn rewrites(source: &str) -> syn::Result<Vec<Site>> {
    let tables = bodies(source, "rewrite_rules", |input| {
        let mut sites = vec![];
        while !input.is_empty() {
            let name = input.parse::<LitStr>()?.value();
            let claims;
            bracketed!(claims in input);
            let claim: Ident = claims.parse()?;
            claims.parse::<proc_macro2::TokenStream>()?;
            let holes;
            parenthesized!(holes in input);
            holes.parse::<proc_macro2::TokenStream>()?;
            input.parse::<Token![:]>()?;
            let pattern: Expr = input.parse()?;
            input.parse::<Token![=>]>()?;
            let replacement: Expr = input.parse()?;
            input.parse::<Token![;]>()?;
            if claim != "Exact" {
                let range = claim.span().byte_range();
                sites.push(word(range, name.clone(), "Exact".to_string()));
            }
            sites.push(side(source, name.clone(), &pattern));
            sites.push(side(source, name, &replacement));
        }
        Ok(sites)
    })?;
    Ok(tables.into_iter().flatten().collect())
}

/// What a row of the operations says that a program depends on: its spelling, and for floats its value.
fn operations(source: &str) -> syn::Result<Vec<Site>> {
    let rows = |floats: bool| {
        move |input: ParseStream| {
            input.call(syn::Attribute::parse_outer)?;
            let table: Ident = input.parse()?;
            let rows;
            syn::braced!(rows in input);
            let (mut spellings, mut values) = (vec![], vec![]);
            while !rows.is_empty() {
                rows.call(syn::Attribute::parse_outer)?;
                let name: Ident = rows.parse()?;
                let row = format!("{table}::{name}");
                rows.parse::<TokenTree>()?;
                rows.parse::<LitStr>()?;
                let spelling: Ident = rows.parse()?;
                let words;
                parenthesized!(words in rows);
                spellings.push((row.clone(), spelling, words.parse::<LitStr>()?));
                if floats {
                    rows.parse::<TokenTree>()?;
                    let value;
                    syn::braced!(value in rows);
                    values.push((row, value.parse::<Expr>()?));
                }
                rows.parse::<Token![;]>()?;
            }
            Ok((spellings, values))
        }
    };
    let mut tables = bodies(source, "operations", rows(false))?;
    tables.extend(bodies(source, "float_operations", rows(true))?);
    let mut sites = vec![];
    for (spellings, values) in tables {
        for (position, (row, kind, text)) in spellings.iter().enumerate() {
            // The next one that is written in the same way.
            let others = spellings[position + 1..].iter().chain(&spellings[..position]);
            if let Some(other) = others.clone().find(|other| other.1 == *kind) {
                let by = format!("{:?}", other.2.value());
                sites.push(word(text.span().byte_range(), row.clone(), by));
            }
        }
        for (row, value) in values {
            let changes = arithmetic::changes(source, &value);
            let form = Form::Choice { changes, convert: None };
            sites.push(Site {
                range: value.span().byte_range(),
                row,
                form,
                mutants: 0..0,
                file: String::new(),
                group: 0,
            });
        }
    }
    Ok(sites)
}

fn functions(source: &str, takes: fn(&str) -> bool) -> syn::Result<Vec<Site>> {
    let file = syn::parse_file(source)?;
    let site = |(row, expression): (String, &Expr)| Site {
        range: expression.span().byte_range(),
        row,
        form: Form::Choice { changes: arithmetic::changes(source, expression), convert: None },
        mutants: 0..0,
        file: String::new(),
        group: 0,
    };
    Ok(roots::roots(&file, takes).into_iter().map(site).collect())
}
