//! Programs from whole files as users and tests write them: annotated functions, methods and modules,
//! wherever they stand, with derived structs, and what they call.
//!
//! The file is read as tokens, and searched at any depth: functions in modules, in other functions, in
//! macro calls and, if asked for, in string literals (where tests keep what they compile) are found. Names
//! are resolved by their last segment to what stands nearest; signatures travel as they do between macros
//! ([`crate::transport`]), so that the functions are lowered with what they would know in a build.

use crate::diagnostics::Diagnostics;
use crate::interpret::{Datum, Real};
use crate::ir::{Function, InstructionKind, Region};
use crate::known::ASKED_FOR;
use crate::module::{neighbours, with_neighbours};
use crate::options::Options;
use crate::target::{Place, Target, is_mark, methods, take_mark};
use crate::transport::{self, Request};
use crate::{expand, fence};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::collections::HashMap;
use std::rc::Rc;

/// What a file holds.
#[derive(Debug, Default)]
pub struct File {
    /// Every function, lowered, with a name of its own, by which the others call it; or why not.
    pub functions: Vec<(String, Result<Function, String>)>,
    /// Constants that are literals, by name.
    pub constants: HashMap<String, Datum<Real>>,
}

/// What counts as a function to differentiate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// What is annotated.
    #[default]
    Annotated,
    /// Every function.
    All,
}

/// Reads a file.
///
/// # Errors
/// If it does not consist of tokens of Rust.
pub fn read(text: &str, wanted: Wanted) -> Result<File, String> {
    let tokens = text.parse().map_err(|error| format!("{error}"))?;
    Ok(read_tokens(tokens, wanted))
}

/// Reads every string literal of a file that holds functions, each as a file of its own.
///
/// # Errors
/// If the file does not consist of tokens of Rust.
pub fn read_strings(text: &str) -> Result<Vec<File>, String> {
    let tokens = text.parse().map_err(|error| format!("{error}"))?;
    let files = in_literals(tokens).into_iter();
    Ok(files.map(|tokens| read_tokens(tokens, Wanted::All)).collect())
}

fn read_tokens(tokens: TokenStream, wanted: Wanted) -> File {
    let mut found = Found { wanted, ..Found::default() };
    found.search(tokens, &mut vec![], &TokenStream::new());
    found.lowered()
}

/// The string literals among the tokens, at any depth, that hold functions.
fn in_literals(tokens: TokenStream) -> Vec<TokenStream> {
    let mut found = vec![];
    for token in tokens {
        match token {
            TokenTree::Group(group) => found.extend(in_literals(group.stream())),
            TokenTree::Literal(literal) => {
                let text = syn::parse2::<syn::LitStr>(TokenTree::from(literal).into());
                let tokens = text.ok().and_then(|text| text.value().parse::<TokenStream>().ok());
                let holds_function = |tokens: &TokenStream| {
                    tokens.clone().into_iter().any(|token| token.to_string() == "fn")
                };
                found.extend(tokens.filter(holds_function));
            }
            _ => {}
        }
    }
    found
}

/// A place in the file: which braces it is in, from the outermost inward. Those of a module have its name.
type Scope = Vec<String>;

/// A function that is annotated.
struct Task {
    scope: Scope,
    attribute: TokenStream,
    /// As the attribute sees it, with its neighbours.
    item: TokenStream,
    /// The type it is a method of, and its name.
    owner: Option<String>,
    name: String,
}

/// What the macro that an item publishes answers.
struct Answer {
    scope: Scope,
    name: String,
    tokens: TokenStream,
    /// If it is a function: which.
    task: Option<usize>,
}

#[derive(Default)]
struct Found {
    wanted: Wanted,
    tasks: Vec<Task>,
    answers: Vec<Answer>,
    constants: HashMap<String, Datum<Real>>,
    /// How many scopes without a name there are.
    blocks: usize,
}

impl Found {
    /// Finds what stands among the tokens.
    fn search(&mut self, tokens: TokenStream, scope: &mut Scope, beside: &TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut next = 0;
        while next < tokens.len() {
            let (end, attributes) = attributes(&tokens, next);
            match item(&tokens[end..]) {
                Some(length) => {
                    let whole: TokenStream = tokens[next..end + length].iter().cloned().collect();
                    self.item(whole, attributes, scope, beside);
                    next = end + length;
                }
                None => {
                    // `macro_rules!` holds no items but patterns of some.
                    let is_rules = |at: usize| {
                        at.checked_sub(3)
                            .and_then(|at| tokens.get(at))
                            .is_some_and(|token| token.to_string() == "macro_rules")
                    };
                    if let Some(TokenTree::Group(group)) = tokens.get(end)
                        && !is_rules(end)
                    {
                        self.block(group, scope, None, &TokenStream::new());
                    }
                    next = end + 1;
                }
            }
        }
    }

    fn block(
        &mut self,
        group: &Group,
        scope: &mut Scope,
        name: Option<String>,
        beside: &TokenStream,
    ) {
        self.blocks += 1;
        scope.push(name.unwrap_or_else(|| format!("#{}", self.blocks)));
        self.search(group.stream(), scope, beside);
        scope.pop();
    }

    fn item(
        &mut self,
        whole: TokenStream,
        attributes: Vec<syn::Attribute>,
        scope: &mut Scope,
        beside: &TokenStream,
    ) {
        let marked = attributes.iter().any(is_mark);
        let inner = |tokens: &TokenStream| {
            tokens
                .clone()
                .into_iter()
                .filter_map(|token| match token {
                    TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
                    _ => None,
                })
                .last()
        };
        match syn::parse2::<syn::Item>(whole.clone()) {
            Ok(syn::Item::Mod(mut module)) => {
                let name = module.ident.to_string();
                let is_marked = take_mark(&mut module.attrs).is_some();
                let beside = match (&module.content, is_marked) {
                    (Some((_, items)), true) => neighbours(items),
                    _ => TokenStream::new(),
                };
                if let Some(group) = inner(&whole) {
                    self.block(&group, scope, Some(name), &beside);
                }
            }
            Ok(syn::Item::Struct(mut item)) => {
                let derives = item.attrs.iter().any(|attribute| {
                    attribute.path().is_ident("derive")
                        && attribute.to_token_stream().to_string().contains("Differentiable")
                });
                if derives {
                    item.attrs.clear();
                    self.answers.push(Answer {
                        scope: scope.clone(),
                        name: item.ident.to_string(),
                        tokens: transport::struct_answer(&item),
                        task: None,
                    });
                }
            }
            Ok(syn::Item::Const(item)) => {
                if let Some(datum) = literal(&item.expr) {
                    self.constants.insert(item.ident.to_string(), datum);
                }
            }
            Ok(syn::Item::Impl(mut block)) => {
                // Marked methods of a block that is not annotated itself, or in a module that is, are found
                // like those of one that is.
                let alone = take_mark(&mut block.attrs).is_none() && beside.is_empty();
                let tasks = methods(&block.to_token_stream()).map_or(vec![], |(_, tasks)| tasks);
                let owner = match &*block.self_ty {
                    syn::Type::Path(path) => path.path.segments.last(),
                    _ => None,
                };
                let owner = owner.map(|last| last.ident.to_string());
                match alone {
                    true => {
                        if let Some(group) = inner(&whole) {
                            self.block(&group, scope, None, &TokenStream::new());
                        }
                    }
                    false => {
                        for (attribute, item) in tasks {
                            self.task(attribute, with_neighbours(beside, item), scope, &owner);
                        }
                    }
                }
            }
            parsed => {
                let mut plain: TokenStream = whole.clone();
                let mut attribute = TokenStream::new();
                match parsed {
                    Ok(syn::Item::Fn(mut function)) => {
                        attribute = take_mark(&mut function.attrs).unwrap_or_default();
                        plain = function.to_token_stream();
                    }
                    // With a receiver.
                    _ => {
                        if let Ok(mut method) = syn::parse2::<syn::ImplItemFn>(whole.clone()) {
                            attribute = take_mark(&mut method.attrs).unwrap_or_default();
                            plain = method.to_token_stream();
                        }
                    }
                }
                let is_rule = |attribute: &syn::Attribute| {
                    attribute.path().segments.last().is_some_and(|s| s.ident == "derivative_of")
                };
                if marked || (self.wanted == Wanted::All && !attributes.iter().any(is_rule)) {
                    self.task(attribute, with_neighbours(beside, plain), scope, &None);
                }
                if let Some(group) = inner(&whole) {
                    self.block(&group, scope, None, &TokenStream::new());
                }
            }
        }
    }

    fn task(
        &mut self,
        attribute: TokenStream,
        item: TokenStream,
        scope: &Scope,
        owner: &Option<String>,
    ) {
        let mut diagnostics = Diagnostics::new();
        let options = Options::parse(attribute.clone(), &mut diagnostics);
        let Some(target) = Target::parse(&item, &mut diagnostics) else { return };
        let name = target.function.sig.ident.to_string();
        let is_alone = target.prefix(&options).is_none();
        if is_alone && let Place::Free = target.place {
            self.answers.push(Answer {
                scope: scope.clone(),
                name: name.clone(),
                tokens: expand::answer(&target, &options),
                task: Some(self.tasks.len()),
            });
        }
        let owner = owner.clone();
        self.tasks.push(Task { scope: scope.clone(), attribute, item, owner, name });
    }

    /// What a path names, seen from a scope.
    fn answer(&self, scope: &Scope, path: &str) -> Option<&Answer> {
        let (before, last) = path.rsplit_once("::").unwrap_or(("", path));
        let module = before.rsplit("::").next().unwrap_or_default();
        let rank = |other: &Scope| {
            let named = other.last().is_some_and(|name| name == module);
            let common = scope.iter().zip(other).take_while(|(a, b)| a == b).count();
            // What stands around is seen, what stands inside something else is named.
            (named, common == other.len(), common)
        };
        // Another module than those of the file may have the same names.
        let here = matches!(module, "" | "self" | "super" | "crate");
        let candidates = self.answers.iter().filter(|answer| {
            let named = answer.scope.last().is_some_and(|name| name == module);
            answer.name == last && (here || named)
        });
        candidates.max_by_key(|answer| rank(&answer.scope))
    }

    fn unique_name(&self, task: usize) -> String {
        let Task { scope, owner, name, .. } = &self.tasks[task];
        let parts = scope.iter().filter(|part| !part.starts_with('#')).map(String::as_str);
        let parts: Vec<_> = parts.chain(owner.as_deref()).chain([name.as_str()]).collect();
        let text = parts.join("_");
        let is_same = |other: &Task| other.name == *name;
        match self.tasks[..task].iter().filter(|other| is_same(other)).count() {
            0 => text,
            count => format!("{text}_{count}"),
        }
    }

    fn lowered(self) -> File {
        let names: Vec<_> = (0..self.tasks.len()).map(|task| self.unique_name(task)).collect();
        let mut functions = vec![];
        for (task, name) in self.tasks.iter().zip(&names) {
            let lowered = self.lower(task).map(|mut function| {
                function.name = name.clone();
                rename_calls(&mut function.body, &|path| {
                    self.callee(task, path).map(|callee| names[callee].as_str().into())
                });
                function
            });
            functions.push((name.clone(), lowered));
        }
        File { functions, constants: self.constants }
    }

    fn callee(&self, caller: &Task, path: &str) -> Option<usize> {
        let (before, last) = path.rsplit_once("::").unwrap_or(("", path));
        let owner = match before.rsplit("::").next() {
            Some("Self") => caller.owner.as_deref(),
            owner => owner,
        };
        let method = self.tasks.iter().position(|task| {
            task.name == last && task.owner.is_some() && task.owner.as_deref() == owner
        });
        method.or_else(|| self.answer(&caller.scope, path)?.task)
    }

    fn lower(&self, task: &Task) -> Result<Function, String> {
        let mut diagnostics = Diagnostics::new();
        let options = Options::parse(task.attribute.clone(), &mut diagnostics);
        let target = Target::parse(&task.item, &mut diagnostics).ok_or("it does not parse")?;
        fence::check(&target.function, &mut diagnostics);
        if let Some(first) = diagnostics.iter().next() {
            return Err(first.message.clone());
        }
        let mut request = Request {
            crate_path: options.crate_path.clone(),
            collected: vec![],
            pending: transport::wanted(&target, &options).paths,
            attribute: task.attribute.clone(),
            item: task.item.clone(),
        };
        while let Some(path) = request.pending.first() {
            let text = transport::path_text(path);
            let last = text.rsplit("::").next().unwrap_or_default();
            let answer = match self.answer(&task.scope, &text) {
                Some(answer) => answer.tokens.clone(),
                // Those of core answer that there is nothing to know.
                None if ASKED_FOR.contains(&last) => quote!(special),
                None => return Err(format!("`{text}` is not in the file")),
            };
            // As the macro of that path is expanded.
            let question = request.ask().unwrap_or_default().into_iter().last();
            let Some(TokenTree::Group(state)) = question else {
                return Err("it asks nothing".to_owned());
            };
            let state = state.stream();
            request = Request::resume(quote!([#answer] #state)).ok_or("it does not resume")?;
        }
        let function = expand::lowered(&target, &options, request.environment(), &mut diagnostics);
        match (diagnostics.iter().next(), function) {
            (Some(first), _) => Err(first.message.clone()),
            (None, Some(function)) => Ok(function),
            (None, None) => Err("refused without a message".to_owned()),
        }
    }
}

/// The attributes from a token on, and where they end.
fn attributes(tokens: &[TokenTree], start: usize) -> (usize, Vec<syn::Attribute>) {
    let mut end = start;
    while let [TokenTree::Punct(hash), TokenTree::Group(group), ..] = &tokens[end..]
        && hash.as_char() == '#'
        && group.delimiter() == Delimiter::Bracket
    {
        end += 2;
    }
    let text: TokenStream = tokens[start..end].iter().cloned().collect();
    let parsed = syn::parse::Parser::parse2(syn::Attribute::parse_outer, text);
    (end, parsed.unwrap_or_default())
}

/// How many tokens the item has that begins here; `None` if none does.
fn item(tokens: &[TokenTree]) -> Option<usize> {
    const BEFORE: [&str; 6] = ["pub", "const", "unsafe", "async", "extern", "default"];
    let mut keyword = 0;
    let kind = loop {
        match tokens.get(keyword)? {
            TokenTree::Ident(word) => {
                let word = word.to_string();
                let follows = tokens.get(keyword + 1).map(ToString::to_string);
                let constant = word == "const" && follows.as_deref() != Some("fn");
                if constant || ["fn", "mod", "struct", "impl"].contains(&word.as_str()) {
                    break word;
                }
                if !BEFORE.contains(&word.as_str()) {
                    return None;
                }
            }
            TokenTree::Group(group)
                if keyword > 0 && group.delimiter() == Delimiter::Parenthesis => {}
            _ => return None,
        }
        keyword += 1;
    };
    let by_semicolon = kind != "fn" && kind != "impl";
    for (position, token) in tokens.iter().enumerate().skip(keyword + 1) {
        let ends = match token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && kind != "const",
            TokenTree::Punct(punct) if punct.as_char() == ';' => match by_semicolon {
                true => true,
                false => return None,
            },
            _ => false,
        };
        if ends {
            return Some(position + 1);
        }
    }
    None
}

/// What a literal is.
fn literal(expression: &syn::Expr) -> Option<Datum<Real>> {
    match expression {
        syn::Expr::Lit(syn::ExprLit { lit, .. }) => match lit {
            syn::Lit::Int(integer) => integer.base10_parse().ok().map(Datum::Integer),
            syn::Lit::Float(float) if float.suffix() != "f32" => {
                float.base10_parse::<f64>().ok().map(Datum::from)
            }
            syn::Lit::Bool(value) => Some(Datum::Bool(value.value)),
            _ => None,
        },
        syn::Expr::Array(array) => {
            array.elems.iter().map(literal).collect::<Option<Vec<_>>>().map(Datum::List)
        }
        _ => None,
    }
}

/// Gives every call the name of its callee.
fn rename_calls(region: &mut Region, name: &dyn Fn(&str) -> Option<Rc<str>>) {
    for instruction in &mut region.instructions {
        if let InstructionKind::Call(call) = &mut instruction.kind
            && let Some(name) = name(&transport::path_text(&call.path))
        {
            call.name = name;
        }
        for region in instruction.kind.regions_mut() {
            rename_calls(region, name);
        }
    }
}
