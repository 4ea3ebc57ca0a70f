//! Inferred types against rustc's.
//!
//! Every function of the corpus is written out again with a statement after each pattern that asks
//! rustc whether the variable has the type that `infer` gave it, and with a call around each scalar
//! expression that asks the same; then rustc checks the lot. Variables and expressions are found again
//! by their place in the source text.

#[allow(dead_code, unreachable_pub)]
#[path = "../../tests/corpus/src/text.rs"]
mod corpus;

use autodiff_compiler::diagnostics::Diagnostics;
use autodiff_compiler::hir::{Body, ExpressionKind};
use autodiff_compiler::infer::{Types, infer};
use autodiff_compiler::options::Options;
use autodiff_compiler::resolve::{TypeContext, read_type, resolve, signature_of};
use autodiff_compiler::signature::Environment;
use autodiff_compiler::types::{StructType, Type};
use quote::{ToTokens, quote};
use std::collections::HashMap;
use std::rc::Rc;
use syn::visit_mut::{self, VisitMut};

/// Where something stands in its file.
type Position = (usize, usize);

/// Asks rustc about types while it copies a function.
struct Asker {
    bindings: HashMap<Position, String>,
    expressions: HashMap<Position, String>,
    asked: usize,
}

fn position(node: &impl ToTokens) -> Position {
    let tokens: Vec<_> = node.to_token_stream().into_iter().collect();
    let start = tokens.first().map_or(0, |token| token.span().byte_range().start);
    let end = tokens.last().map_or(0, |token| token.span().byte_range().end);
    (start, end)
}

/// A type as Rust text, if it has a name.
fn text(ty: &Type) -> Option<String> {
    Some(match ty {
        Type::Unit => "()".into(),
        Type::Bool | Type::Float(_) | Type::Integer(_) => ty.to_string(),
        Type::Struct(definition) => definition.path.to_string(),
        Type::Tuple(elements) => {
            let texts: Option<Vec<_>> = elements.iter().map(text).collect();
            format!("({},)", texts?.join(", "))
        }
        Type::Array(element, length) => format!("[{}; {length}]", text(element)?),
        Type::Slice(element) => format!("[{}]", text(element)?),
        Type::Vec(element) => format!("Vec<{}>", text(element)?),
        Type::Option(value) => format!("Option<{}>", text(value)?),
        Type::Reference { mutable: true, to } => format!("&mut {}", text(to)?),
        Type::Reference { mutable: false, to } => format!("&{}", text(to)?),
        _ => return None,
    })
}

impl Asker {
    fn new(body: &Body, types: &Types) -> Self {
        let mut bindings = HashMap::new();
        for (binding, ty) in body.bindings.iter().zip(&types.bindings) {
            if let Some(text) = text(ty) {
                let range = binding.name.span().byte_range();
                bindings.insert((range.start, range.end), text);
            }
        }
        let mut expressions = HashMap::new();
        for (expression, ty) in body.expressions.iter().zip(&types.expressions) {
            let is_value = matches!(
                expression.kind,
                ExpressionKind::Binary(..)
                    | ExpressionKind::Call { .. }
                    | ExpressionKind::MethodCall { .. }
                    | ExpressionKind::Cast(..)
            );
            if is_value && ty.is_scalar() {
                // The span of a method call begins at the method.
                let mut first = expression;
                while let ExpressionKind::MethodCall { receiver, .. } = &first.kind {
                    first = &body.expressions[receiver.0 as usize];
                }
                let (start, end) = (first.span.start, expression.span.end);
                let key = (start.byte_range().start, end.byte_range().end);
                expressions.insert(key, ty.to_string());
            }
        }
        Self { bindings, expressions, asked: 0 }
    }

    /// Statements that ask about the variables of patterns.
    fn about(&mut self, patterns: &[&syn::Pat]) -> Vec<syn::Stmt> {
        let mut names = Vec::new();
        patterns.iter().for_each(|pattern| names_of(pattern, &mut names));
        let mut statements = Vec::new();
        for name in names {
            if let Some(text) = self.bindings.get(&position(&name)) {
                let ty: syn::Type = syn::parse_str(text).expect("a type");
                statements.push(syn::parse_quote!(crate::is::<#ty, _>(&#name);));
                self.asked += 1;
            }
        }
        statements
    }
}

fn names_of(pattern: &syn::Pat, names: &mut Vec<syn::Ident>) {
    match pattern {
        syn::Pat::Ident(pattern) => {
            names.push(pattern.ident.clone());
            if let Some((_, inner)) = &pattern.subpat {
                names_of(inner, names);
            }
        }
        syn::Pat::Paren(pattern) => names_of(&pattern.pat, names),
        syn::Pat::Reference(pattern) => names_of(&pattern.pat, names),
        syn::Pat::Type(pattern) => names_of(&pattern.pat, names),
        syn::Pat::Or(pattern) => {
            if let Some(first) = pattern.cases.first() {
                names_of(first, names);
            }
        }
        syn::Pat::Tuple(pattern) => pattern.elems.iter().for_each(|p| names_of(p, names)),
        syn::Pat::Slice(pattern) => pattern.elems.iter().for_each(|p| names_of(p, names)),
        syn::Pat::TupleStruct(pattern) => pattern.elems.iter().for_each(|p| names_of(p, names)),
        syn::Pat::Struct(pattern) => pattern.fields.iter().for_each(|f| names_of(&f.pat, names)),
        _ => {}
    }
}

/// The patterns of `let` in a condition.
fn conditions<'a>(condition: &'a syn::Expr, patterns: &mut Vec<&'a syn::Pat>) {
    match condition {
        syn::Expr::Let(condition) => patterns.push(&condition.pat),
        syn::Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_)) => {
            conditions(&binary.left, patterns);
            conditions(&binary.right, patterns);
        }
        _ => {}
    }
}

impl VisitMut for Asker {
    fn visit_type_mut(&mut self, _: &mut syn::Type) {}

    fn visit_item_const_mut(&mut self, _: &mut syn::ItemConst) {}

    fn visit_expr_repeat_mut(&mut self, repeat: &mut syn::ExprRepeat) {
        self.visit_expr_mut(&mut repeat.expr); // the length is a constant
    }

    fn visit_item_fn_mut(&mut self, function: &mut syn::ItemFn) {
        visit_mut::visit_item_fn_mut(self, function);
        let inputs = function.sig.inputs.iter();
        let patterns: Vec<_> = inputs
            .filter_map(|input| match input {
                syn::FnArg::Typed(parameter) => Some(&*parameter.pat),
                syn::FnArg::Receiver(_) => None,
            })
            .collect();
        let asking = self.about(&patterns);
        function.block.stmts.splice(0..0, asking);
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        let mut statements = Vec::new();
        for mut statement in std::mem::take(&mut block.stmts) {
            let asking = match &statement {
                syn::Stmt::Local(local) if local.init.is_some() => self.about(&[&local.pat]),
                _ => Vec::new(),
            };
            self.visit_stmt_mut(&mut statement);
            statements.push(statement);
            statements.extend(asking);
        }
        block.stmts = statements;
    }

    fn visit_expr_mut(&mut self, expression: &mut syn::Expr) {
        let mut lets = Vec::new();
        conditions(expression, &mut lets);
        let asked = match lets.as_slice() {
            [] => self.expressions.get(&position(expression)).cloned(),
            _ => None, // a chain of `let` conditions is no value
        };
        let is_value = matches!(
            expression,
            syn::Expr::Binary(_)
                | syn::Expr::Call(_)
                | syn::Expr::MethodCall(_)
                | syn::Expr::Cast(_)
        );
        visit_mut::visit_expr_mut(self, expression);
        match expression {
            syn::Expr::ForLoop(each) => {
                let asking = self.about(&[&each.pat]);
                each.body.stmts.splice(0..0, asking);
            }
            syn::Expr::If(branch) => {
                let mut patterns = Vec::new();
                conditions(&branch.cond, &mut patterns);
                let asking = self.about(&patterns);
                branch.then_branch.stmts.splice(0..0, asking);
            }
            syn::Expr::While(repeat) => {
                let mut patterns = Vec::new();
                conditions(&repeat.cond, &mut patterns);
                let asking = self.about(&patterns);
                repeat.body.stmts.splice(0..0, asking);
            }
            syn::Expr::Match(matching) => {
                for arm in &mut matching.arms {
                    let asking = self.about(&[&arm.pat]);
                    let body = &arm.body;
                    arm.body = syn::parse_quote!({ #(#asking)* #body });
                    arm.comma = Some(Default::default());
                }
            }
            syn::Expr::Closure(closure) => {
                let asking = self.about(&closure.inputs.iter().collect::<Vec<_>>());
                let body = &closure.body;
                closure.body = syn::parse_quote!({ #(#asking)* #body });
            }
            _ => {}
        }
        if is_value && let Some(text) = asked {
            let ty: syn::Type = syn::parse_str(&text).expect("a type");
            *expression = syn::parse_quote!(crate::of::<#ty, _>(#expression));
            self.asked += 1;
        }
    }
}

const HEAD: &str = "
    #![allow(warnings)]
    pub trait Same<T: ?Sized> {}
    impl<T: ?Sized> Same<T> for T {}
    pub fn is<T: ?Sized, U: ?Sized + Same<T>>(_: &U) {}
    pub fn of<T, U: Same<T>>(value: U) -> U { value }
";

/// A struct as a derive would tell about it.
fn structure(item: &syn::ItemStruct, context: &TypeContext<'_>) -> StructType {
    let fields = item.fields.iter().enumerate().map(|(index, field)| {
        let name = match &field.ident {
            Some(name) => name.to_string(),
            None => index.to_string(),
        };
        (name.into(), read_type(&field.ty, context))
    });
    StructType {
        path: item.ident.to_token_stream(),
        name: item.ident.to_string().into(),
        fields: fields.collect(),
        tuple: matches!(item.fields, syn::Fields::Unnamed(_)),
        tangent_path: item.ident.to_token_stream(),
        tangent: false,
    }
}

/// Infers and asks about every function of a file, and writes its other items as they are.
fn questions(file: &str, text: &str, asked: &mut usize, refused: &mut Vec<String>) -> String {
    let parsed = syn::parse_file(text).expect("a file of functions");
    let functions = || {
        parsed.items.iter().filter_map(|item| match item {
            syn::Item::Fn(function) => Some(function),
            _ => None,
        })
    };
    let mut environment = Environment::default();
    for item in &parsed.items {
        if let syn::Item::Struct(item) = item
            && file == "structs"
        {
            let name: Rc<str> = item.ident.to_string().into();
            let definition = structure(item, &TypeContext::new(&environment));
            environment.structs.insert(name.to_string(), Rc::new(definition));
        }
    }
    let known = environment.clone();
    for function in functions() {
        let context = TypeContext::new(&known);
        let signature = signature_of(&function.sig, &Options::default(), &context);
        environment.functions.insert(function.sig.ident.to_string(), signature);
    }
    let mut items = Vec::new();
    for item in &parsed.items {
        let syn::Item::Fn(function) = item else {
            if !matches!(item, syn::Item::Macro(_) | syn::Item::Use(_)) {
                items.push(item.to_token_stream());
            }
            continue;
        };
        let mut function = function.clone();
        function.attrs.clear();
        let mut diagnostics = Diagnostics::new();
        if let Some(body) = resolve(&function, &environment, &mut diagnostics)
            && let Some(types) = infer(&body, &environment, &mut diagnostics)
        {
            let mut asker = Asker::new(&body, &types);
            asker.visit_item_fn_mut(&mut function);
            *asked += asker.asked;
        } else {
            let reasons = diagnostics.iter().map(|diagnostic| diagnostic.text());
            let reasons: Vec<_> = reasons.collect();
            refused.push(format!("{file}::{}: {}", function.sig.ident, reasons.join("; ")));
        }
        items.push(function.to_token_stream());
    }
    let module = syn::Ident::new(file, proc_macro2::Span::call_site());
    let module: syn::File = syn::parse_quote!(pub mod #module { #(#items)* });
    prettyplease::unparse(&module)
}

/// Has rustc check the types in the source.
fn ask_rustc(name: &str, source: &str) {
    let directory = std::env::temp_dir().join(format!("autodiff-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory for the question");
    let path = directory.join("types.rs");
    std::fs::write(&path, format!("{HEAD}{source}")).expect("the question is written");
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_string());
    let output = std::process::Command::new(rustc)
        .args(["--edition=2024", "--crate-type=lib", "--emit=metadata", "--out-dir"])
        .arg(&directory)
        .arg(&path)
        .output()
        .expect("rustc runs");
    if output.status.success() {
        let _ = std::fs::remove_dir_all(&directory);
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn rustc_agrees_on_the_corpus() {
    let (mut asked, mut refused) = (0, Vec::new());
    let files = corpus::FILES.iter();
    let source: String =
        files.map(|(file, text)| questions(file, text, &mut asked, &mut refused)).collect();
    assert!(asked > 4500, "only {asked} questions");
    ask_rustc("corpus", &source);
}

#[test]
fn rustc_agrees_on_what_the_front_end_takes() {
    let files = [
        ("floats", include_str!("types/floats.rs")),
        ("integers", include_str!("types/integers.rs")),
        ("sequences", include_str!("types/sequences.rs")),
        ("chains", include_str!("types/chains.rs")),
        ("flow", include_str!("types/flow.rs")),
        ("structs", include_str!("types/structs.rs")),
        ("generics", include_str!("types/generics.rs")),
        ("unseen", include_str!("types/unseen.rs")),
    ];
    let (mut asked, mut refused) = (0, Vec::new());
    let source: String =
        files.iter().map(|(file, text)| questions(file, text, &mut asked, &mut refused)).collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(asked > 700, "only {asked} questions");
    ask_rustc("accepted", &source);
}

#[test]
fn questions_are_asked_of_patterns_and_values() {
    let mut item: syn::ItemFn =
        syn::parse_str("fn f(x: &[f64]) -> f64 { let y = x[0]; x.iter().map(|v| v * y).sum() }")
            .expect("a function");
    let environment = Environment::default();
    let mut diagnostics = Diagnostics::new();
    let body = resolve(&item, &environment, &mut diagnostics).expect("it resolves");
    let types = infer(&body, &environment, &mut diagnostics).expect("it has types");
    let mut asker = Asker::new(&body, &types);
    asker.visit_item_fn_mut(&mut item);
    assert_eq!(asker.asked, 5);
    assert_eq!(
        item.to_token_stream().to_string().replace(' ', ""),
        quote! {
            fn f(x: &[f64]) -> f64 {
                crate::is::<&[f64], _>(&x);
                let y = x[0];
                crate::is::<f64, _>(&y);
                crate::of::<f64, _>(x.iter().map(|v| {
                    crate::is::<&f64, _>(&v);
                    crate::of::<f64, _>(v * y)
                }).sum())
            }
        }
        .to_string()
        .replace(' ', "")
    );
}
