//! What emitted code costs, counted in its text.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::fmt::Write;
use syn::visit_mut::VisitMut;

/// What a function costs.
#[derive(Clone, Debug, Default, PartialEq)]
struct Costs {
    lines: usize,
    tokens: usize,
    /// Operators `+ - * /` outside of indices, and methods of floats.
    operations: usize,
    loops: usize,
    branches: usize,
    loads: usize,
    stores: usize,
    /// What is put on or taken from stacks, and what makes or resizes memory.
    memory: usize,
    /// Calls of other functions.
    calls: usize,
    digest: u32,
}

/// The table of a file: its rows, and how they are written.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<(String, Costs)>,
}

impl Table {
    /// Adds a row for each function among the items, and one for the rest.
    pub(crate) fn add(&mut self, name: &str, items: TokenStream) {
        let places = places(items.clone());
        let mut file = match syn::parse2::<syn::File>(items.clone()) {
            Ok(file) => file,
            Err(error) => panic!("{name}: {error}\n{items}"),
        };
        Neutral.visit_file_mut(&mut file);
        let mut functions = vec![];
        in_items(&mut file.items, "", &mut functions);
        for (function, item) in functions {
            self.row(function, vec![syn::Item::Fn(item)]);
        }
        self.row(format!("{name}, beside"), file.items);
        if let Some((_, beside)) = self.rows.last_mut() {
            beside.digest ^= places;
        }
    }

    fn row(&mut self, name: String, items: Vec<syn::Item>) {
        let mut file = syn::File { shebang: None, attrs: vec![], items };
        let digest = digest(&prettyplease::unparse(&file));
        // Words are no costs.
        WithoutWords.visit_file_mut(&mut file);
        let mut costs = Costs { digest, ..Costs::default() };
        costs.lines = prettyplease::unparse(&file).lines().count();
        costs.tokens = tokens(file.to_token_stream());
        costs.visit_file_mut(&mut file);
        self.rows.push((name, costs));
    }

    /// Adds the sum over another table.
    pub(crate) fn add_sum(&mut self, name: String, other: &Table) {
        let mut sum = Costs::default();
        for (_, costs) in &other.rows {
            sum.lines += costs.lines;
            sum.tokens += costs.tokens;
            sum.operations += costs.operations;
            sum.loops += costs.loops;
            sum.branches += costs.branches;
            sum.loads += costs.loads;
            sum.stores += costs.stores;
            sum.memory += costs.memory;
            sum.calls += costs.calls;
            sum.digest = sum.digest.rotate_left(5) ^ costs.digest;
        }
        self.rows.push((name, sum));
    }

    /// Leaves out what another table has, too.
    pub(crate) fn without(&mut self, other: &Table) {
        let mut others = other.rows.iter();
        self.rows.retain(|row| others.next() != Some(row));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn text(&self) -> String {
        let width = self.rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        let mut text = String::new();
        let header = "lines tokens  ops loops branches loads stores memory calls   digest";
        let _ = writeln!(text, "{:width$} {header}", "");
        for (name, costs) in &self.rows {
            let Costs { lines, tokens, operations, loops, branches, .. } = costs;
            let Costs { loads, stores, memory, calls, digest, .. } = costs;
            let _ = writeln!(
                text,
                "{name:width$} {lines:5} {tokens:6} {operations:4} {loops:5} {branches:8} {loads:5} \
                 {stores:6} {memory:6} {calls:5} {digest:08x}",
            );
        }
        text
    }
}

/// Takes the functions out of items, each with a name that says where it stood.
fn in_items(items: &mut Vec<syn::Item>, path: &str, found: &mut Vec<(String, syn::ItemFn)>) {
    for mut item in std::mem::take(items) {
        match &mut item {
            syn::Item::Fn(function) => {
                found.push((format!("{path}{}", function.sig.ident), function.clone()));
                continue;
            }
            syn::Item::Impl(block) => {
                let owner = block.self_ty.to_token_stream().to_string().replace(' ', "");
                block.items.retain(|item| match item {
                    syn::ImplItem::Fn(method) => {
                        let syn::ImplItemFn { attrs, vis, sig, block, .. } = method.clone();
                        let name = format!("{path}{owner}::{}", sig.ident);
                        let block = Box::new(block);
                        found.push((name, syn::ItemFn { attrs, vis, sig, block }));
                        false
                    }
                    _ => true,
                });
            }
            syn::Item::Mod(module) => {
                let path = format!("{path}{}::", module.ident);
                if let Some((_, items)) = &mut module.content {
                    in_items(items, &path, found);
                }
            }
            _ => {}
        }
        items.push(item);
    }
}

/// Names hold a digest of where an item stands, which says nothing here.
struct Neutral;

impl VisitMut for Neutral {
    fn visit_ident_mut(&mut self, name: &mut proc_macro2::Ident) {
        if name.to_string().starts_with("__signature_") {
            *name = proc_macro2::Ident::new("__signature", name.span());
        }
    }
}

/// Takes documentation and allowed lints away.
struct WithoutWords;

impl VisitMut for WithoutWords {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<syn::Attribute>) {
        attributes.clear();
    }
}

/// FNV-1a.
pub(crate) fn digest(text: &str) -> u32 {
    let step = |digest: u32, byte: u8| (digest ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    text.bytes().fold(0x811c_9dc5, step)
}

/// A digest of where tokens come from, counted from the first line of the item: what rustc points at if it finds a
/// mistake there.
pub(crate) fn places(items: TokenStream) -> u32 {
    fn walk(items: TokenStream, visit: &mut dyn FnMut(usize, usize)) {
        for token in items {
            let start = token.span().start();
            // What the compiler made itself is at the call.
            if (start.line, start.column) != (1, 0) {
                visit(start.line, start.column);
            } else {
                visit(usize::MAX, 0);
            }
            if let TokenTree::Group(group) = token {
                walk(group.stream(), visit);
            }
        }
    }
    let mut first = usize::MAX;
    walk(items.clone(), &mut |line, _| first = first.min(line));
    let mut digest = 0_u32;
    walk(items, &mut |line, column| {
        let place = if line == usize::MAX { 0 } else { (line - first) << 10 ^ column };
        digest = (digest ^ place as u32).wrapping_mul(0x0100_0193);
    });
    digest
}

/// The digest of items that need not be whole.
pub(crate) fn digest_of(items: TokenStream) -> u32 {
    fn words(items: TokenStream, text: &mut String) {
        for token in items {
            match token {
                TokenTree::Group(group) => {
                    let _ = write!(text, "{:?} ", group.delimiter());
                    words(group.stream(), text);
                    *text += "end ";
                }
                TokenTree::Ident(name) if name.to_string().starts_with("__signature_") => {}
                other => {
                    let _ = write!(text, "{other} ");
                }
            }
        }
    }
    let mut text = String::new();
    words(items, &mut text);
    digest(&text)
}

pub(crate) fn tokens(stream: TokenStream) -> usize {
    let count = |token| match token {
        TokenTree::Group(group) => 2 + tokens(group.stream()),
        _ => 1,
    };
    stream.into_iter().map(count).sum()
}

/// Methods of floats that calculate.
const OPERATIONS: &[&str] = &[
    "abs",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "ceil",
    "clamp",
    "copysign",
    "cos",
    "cosh",
    "div_euclid",
    "exp",
    "exp2",
    "exp_m1",
    "floor",
    "fract",
    "hypot",
    "ln",
    "ln_1p",
    "log",
    "log10",
    "log2",
    "max",
    "min",
    "mul_add",
    "powf",
    "powi",
    "recip",
    "rem_euclid",
    "round",
    "signum",
    "sin",
    "sin_cos",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
    "to_degrees",
    "to_radians",
    "trunc",
];

/// Methods that make memory, change how much it is, or use it as a stack.
const MEMORY: &[&str] = &[
    "clear",
    "clone",
    "collect",
    "extend",
    "extend_from_slice",
    "fill",
    "pop",
    "push",
    "replace",
    "reserve",
    "resize",
    "resize_with",
    "restore",
    "save",
    "take",
    "to_vec",
    "truncate",
    "zero_tangent",
];

impl VisitMut for Costs {
    fn visit_expr_binary_mut(&mut self, node: &mut syn::ExprBinary) {
        use syn::BinOp::*;
        match node.op {
            Add(_) | Sub(_) | Mul(_) | Div(_) => self.operations += 1,
            AddAssign(_) | SubAssign(_) | MulAssign(_) | DivAssign(_) => {
                self.operations += 1;
                self.stores += usize::from(matches!(&*node.left, syn::Expr::Index(_)));
            }
            And(_) | Or(_) => self.branches += 1,
            _ => {}
        }
        syn::visit_mut::visit_expr_binary_mut(self, node);
    }

    fn visit_expr_method_call_mut(&mut self, node: &mut syn::ExprMethodCall) {
        let name = node.method.to_string();
        if OPERATIONS.contains(&&*name) {
            self.operations += 1;
        } else if MEMORY.contains(&&*name) {
            self.memory += 1;
        }
        syn::visit_mut::visit_expr_method_call_mut(self, node);
    }

    fn visit_expr_call_mut(&mut self, node: &mut syn::ExprCall) {
        self.calls += 1;
        syn::visit_mut::visit_expr_call_mut(self, node);
    }

    fn visit_expr_macro_mut(&mut self, node: &mut syn::ExprMacro) {
        self.memory += usize::from(node.mac.path.segments.last().is_some_and(|s| s.ident == "vec"));
    }

    fn visit_expr_for_loop_mut(&mut self, node: &mut syn::ExprForLoop) {
        self.loops += 1;
        syn::visit_mut::visit_expr_for_loop_mut(self, node);
    }

    fn visit_expr_while_mut(&mut self, node: &mut syn::ExprWhile) {
        self.loops += 1;
        syn::visit_mut::visit_expr_while_mut(self, node);
    }

    fn visit_expr_loop_mut(&mut self, node: &mut syn::ExprLoop) {
        self.loops += 1;
        syn::visit_mut::visit_expr_loop_mut(self, node);
    }

    fn visit_expr_if_mut(&mut self, node: &mut syn::ExprIf) {
        self.branches += 1;
        syn::visit_mut::visit_expr_if_mut(self, node);
    }

    fn visit_expr_match_mut(&mut self, node: &mut syn::ExprMatch) {
        self.branches += 1;
        syn::visit_mut::visit_expr_match_mut(self, node);
    }

    fn visit_expr_assign_mut(&mut self, node: &mut syn::ExprAssign) {
        self.stores += usize::from(matches!(&*node.left, syn::Expr::Index(_)));
        syn::visit_mut::visit_expr_assign_mut(self, node);
    }

    fn visit_expr_index_mut(&mut self, node: &mut syn::ExprIndex) {
        self.loads += 1;
        self.visit_expr_mut(&mut node.expr);
        // Where an index is calculated, it is no operation of the function's formula.
        let operations = self.operations;
        self.visit_expr_mut(&mut node.index);
        self.operations = operations;
    }
}

/// The messages of `compile_error!` among the tokens, each with the lines and columns of its place.
pub(crate) fn messages(items: TokenStream) -> Vec<String> {
    let tokens: Vec<_> = items.into_iter().collect();
    let mut found = vec![];
    for (position, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let before = &tokens[..position];
        match before {
            [.., TokenTree::Ident(name), TokenTree::Punct(_)] if name == "compile_error" => {
                let text = syn::parse2::<syn::LitStr>(group.stream());
                let text = text.map_or_else(|_| quote!(#group).to_string(), |text| text.value());
                let (start, end) = (name.span().start(), group.span().end());
                let place = format!("{}:{}-{}:{}", start.line, start.column, end.line, end.column);
                found.push(format!("{place} {}", text.replace('\n', "\n    ")));
            }
            _ => found.extend(messages(group.stream())),
        }
    }
    found
}
