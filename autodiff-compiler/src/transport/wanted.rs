//! Which signatures a function needs from outside.
//!
//! * every struct that it builds, takes apart or returns;
//! * the type of every parameter that is differentiated by default or by `wrt`, if it is a path that
//!   the compiler does not know;
//! * every function that may be called with an argument that depends on an active parameter. Calls
//!   with passive arguments only need no annotation. Names decide, cautiously: an argument counts if
//!   it mentions a variable that was made from an active parameter in any way.

use super::path_text;
use crate::hir::{BindingId, Body, Callee, ExpressionId, ExpressionKind, Pattern, Statement};
use crate::options::Options;
use crate::resolve::{Outline, TypeContext, outline, read_type, signature_of};
use crate::signature::{Environment, NestedOutput};
use crate::target::{Place, Target};
use crate::types::Type;
use proc_macro2::TokenStream;
use quote::ToTokens;
use std::collections::HashSet;

/// What a function needs from outside.
pub struct Wanted {
    /// The paths to ask for, structs first.
    pub paths: Vec<TokenStream>,
    /// The body, if knowing more would not change how it is resolved.
    pub body: Option<Body>,
}

/// What a function needs from outside.
pub fn wanted(target: &Target, options: &Options) -> Wanted {
    let outline = outline(&target.function);
    let paths = wanted_paths(target, options, &outline);
    // Knowing the function itself, a path may name it where it looked like a constant.
    let name = target.function.sig.ident.to_string();
    let resolved = outline.complete
        && paths.is_empty()
        && matches!(target.place, Place::Free)
        && name.starts_with(|first: char| first.is_lowercase());
    Wanted { paths, body: resolved.then_some(outline.body) }
}

/// The types that a function's signature needs: those of parameters that are differentiated, and of
/// what it returns.
pub fn wanted_by_signature(target: &Target, options: &Options) -> Vec<TokenStream> {
    let mut paths = vec![];
    signature_types(target, options, &mut paths);
    paths
}

fn add(paths: &mut Vec<TokenStream>, path: &dyn ToTokens) {
    let tokens = path.to_token_stream();
    if !paths.iter().any(|other| path_text(other) == path_text(&tokens)) {
        paths.push(tokens);
    }
}

/// Adds the types of the signature. Returns which parameters may hold what is differentiated.
fn signature_types(target: &Target, options: &Options, paths: &mut Vec<TokenStream>) -> Vec<usize> {
    let function = &target.function;
    let environment = Environment::default();
    let mut context = target.context(&environment);
    context.add_generics(&function.sig.generics);
    let read = signature_of(&function.sig, options, &context);
    let others_hold_floats = read.active.iter().any(|active| *active);
    let mut active = vec![];
    for (position, input) in function.sig.inputs.iter().enumerate() {
        let (ty, by_default) = match input {
            syn::FnArg::Receiver(receiver) => (&receiver.ty, !others_hold_floats),
            syn::FnArg::Typed(typed) => (&typed.ty, true),
        };
        if !options.names(input).unwrap_or(by_default) {
            continue;
        }
        let ty = read_type(ty, &context);
        unknown_types(&ty, &context, &mut |path| add(paths, &path));
        if ty.holds_floats() || has_unknown(&ty, &context) {
            active.push(position);
        }
    }
    if let syn::ReturnType::Type(_, ty) = &function.sig.output {
        unknown_types(&read_type(ty, &context), &context, &mut |path| add(paths, &path));
    }
    active
}

fn wanted_paths(target: &Target, options: &Options, outline: &Outline) -> Vec<TokenStream> {
    let function = &target.function;
    let Outline { body, external, .. } = outline;
    let mut paths: Vec<TokenStream> = vec![];
    let mut active = HashSet::new();
    for position in signature_types(target, options, &mut paths) {
        if let Some(parameter) = body.parameters.get(position) {
            active.extend(parameter.pattern.bindings());
        }
    }
    external.structs.iter().for_each(|path| add(&mut paths, path));

    if external.functions.is_empty() {
        return paths;
    }
    for function in &body.functions {
        active.extend(function.parameters.iter().flat_map(|nested| nested.pattern.bindings()));
    }
    let mut flow = Flow { body, active, grew: false };
    flow.until_stable();
    let called = flow.called();
    let own_name = function.sig.ident.to_string();
    for path in &external.functions {
        let text = path_text(path);
        // A capital begins a constructor (`Some`, `Kind::Scaled`), not a function.
        let constructor = path.segments.last().is_some_and(|segment| {
            segment.ident.to_string().starts_with(|first: char| first.is_uppercase())
        });
        if constructor || text == own_name || !called.contains(&text) {
            continue;
        }
        match NestedOutput::of_path(&text) {
            // The derivative of a function: its signature tells.
            Some((function, _)) if function == own_name => {}
            Some(_) => {
                let mut function = path.clone();
                function.segments.pop();
                function.segments.pop_punct();
                add(&mut paths, &function);
            }
            None => add(&mut paths, path),
        }
    }
    paths
}

/// Calls `found` with every path in the type that the compiler does not know.
pub(super) fn unknown_types(
    ty: &Type,
    context: &TypeContext<'_>,
    found: &mut impl FnMut(TokenStream),
) {
    match ty {
        Type::Opaque(Some(opaque)) => {
            if let Ok(path) = syn::parse2::<syn::Path>(opaque.tokens.clone())
                && !is_foreign(&path, context)
            {
                let mut plain = path;
                for segment in &mut plain.segments {
                    segment.arguments = syn::PathArguments::None;
                }
                found(plain.to_token_stream());
            }
        }
        Type::Tuple(elements) => {
            elements.iter().for_each(|element| unknown_types(element, context, found));
        }
        Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) => {
            unknown_types(element, context, found);
        }
        Type::Reference { to, .. } => unknown_types(to, context, found),
        _ => {}
    }
}

fn has_unknown(ty: &Type, context: &TypeContext<'_>) -> bool {
    let mut any = false;
    unknown_types(ty, context, &mut |_| any = true);
    any
}

/// Types of std that hold nothing we differentiate, and generic parameters.
fn is_foreign(path: &syn::Path, context: &TypeContext<'_>) -> bool {
    const PASSIVE: &[&str] = &[
        "str",
        "char",
        "String",
        "HashMap",
        "HashSet",
        "BTreeMap",
        "BTreeSet",
        "Duration",
        "Instant",
        "Range",
        "RangeInclusive",
        "PathBuf",
        "Path",
        "Ordering",
        "Rc",
        "Arc",
        "Box",
        "Cell",
        "RefCell",
        "VecDeque",
        "Result",
        "Option",
        "Cow",
    ];
    path.segments.last().is_none_or(|segment| {
        let name = segment.ident.to_string();
        PASSIVE.contains(&name.as_str()) || context.is_parameter(&name)
    })
}

/// Whether all arguments of the method are integers.
fn counts(method: &syn::Ident) -> bool {
    const METHODS: &[&str] = &[
        "chunks",
        "chunks_mut",
        "chunks_exact",
        "chunks_exact_mut",
        "windows",
        "skip",
        "take",
        "step_by",
        "split_at",
        "split_at_mut",
    ];
    METHODS.iter().any(|name| method == name)
}

/// Which variables may hold what depends on active parameters, and which functions get them.
struct Flow<'a> {
    body: &'a Body,
    active: HashSet<BindingId>,
    grew: bool,
}

impl Flow<'_> {
    fn until_stable(&mut self) {
        loop {
            self.grew = false;
            for index in 0..self.body.expressions.len() as u32 {
                self.expression(ExpressionId(index));
            }
            if !self.grew {
                break;
            }
        }
    }

    /// Whether an active variable occurs in the expression.
    fn mentions(&self, id: ExpressionId) -> bool {
        match &self.body.expression(id).kind {
            ExpressionKind::Variable(binding) => self.active.contains(binding),
            // An integer has no derivative, wherever it comes from.
            ExpressionKind::Cast(_, Type::Integer(_)) => false,
            _ => self.body.children(id).into_iter().any(|child| self.mentions(child)),
        }
    }

    fn bind(&mut self, pattern: &Pattern) {
        for binding in pattern.bindings() {
            self.grew |= self.active.insert(binding);
        }
    }

    /// What is assigned to, or lent mutably, may hold it from now on.
    fn bind_variables(&mut self, id: ExpressionId) {
        match &self.body.expression(id).kind {
            ExpressionKind::Variable(binding) => self.grew |= self.active.insert(*binding),
            // An index stays passive, and so does a length or a count.
            ExpressionKind::Index(base, _) => return self.bind_variables(*base),
            ExpressionKind::MethodCall { receiver, method, .. } if counts(method) => {
                return self.bind_variables(*receiver);
            }
            _ => {}
        }
        self.body.children(id).into_iter().for_each(|child| self.bind_variables(child));
    }

    fn expression(&mut self, id: ExpressionId) {
        let body = self.body;
        match &body.expression(id).kind {
            ExpressionKind::Block(block) => {
                for statement in &block.statements {
                    if let Statement::Let { pattern, value: Some(value), .. } = statement
                        && self.mentions(*value)
                    {
                        self.bind(pattern);
                    }
                }
            }
            ExpressionKind::Assign(place, value)
            | ExpressionKind::AssignOperation(_, place, value)
                if self.mentions(*value) =>
            {
                self.bind_variables(*place);
            }
            ExpressionKind::For { pattern, iterator: value, .. }
            | ExpressionKind::Let(pattern, value)
                if self.mentions(*value) =>
            {
                self.bind(pattern);
            }
            ExpressionKind::Match { scrutinee, arms } if self.mentions(*scrutinee) => {
                arms.iter().for_each(|arm| self.bind(&arm.pattern));
            }
            // Where closures and nested functions are called is not followed: their parameters may
            // hold anything.
            ExpressionKind::Closure { parameters, .. } => {
                parameters.iter().for_each(|parameter| self.bind(&parameter.pattern));
            }
            ExpressionKind::MethodCall { receiver, arguments, .. }
                if arguments.iter().any(|argument| self.mentions(*argument)) =>
            {
                self.bind_variables(*receiver);
            }
            ExpressionKind::Call { arguments, .. }
                if arguments.iter().any(|argument| self.mentions(*argument)) =>
            {
                for argument in arguments {
                    let kind = &body.expression(*argument).kind;
                    if matches!(kind, ExpressionKind::Borrow { mutable: true, .. }) {
                        self.bind_variables(*argument);
                    }
                }
            }
            _ => {}
        }
    }

    /// Functions called with, or passed beside, what may be active.
    fn called(&self) -> HashSet<String> {
        let mut called = HashSet::new();
        for expression in &self.body.expressions {
            match &expression.kind {
                ExpressionKind::Call { callee: Callee::Path(path), arguments }
                    if arguments.iter().any(|argument| self.mentions(*argument)) =>
                {
                    called.insert(path.text.to_string());
                }
                ExpressionKind::FunctionPath(Callee::Path(path)) => {
                    called.insert(path.text.to_string());
                }
                _ => {}
            }
        }
        called
    }
}
