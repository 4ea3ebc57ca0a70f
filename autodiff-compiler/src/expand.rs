//! The road from an annotated function to the items beside it. Read it from top to bottom.
//!
//! [`differentiate`] looks at the item's tokens, emits the function as it was written, publishes its
//! signature, and either goes on at once or first asks for the signatures of what it calls
//! ([`crate::transport`]); [`resume`] goes on when they have come. [`road`] is the list of passes.
//! Whatever goes wrong becomes a [`Diagnostics`] entry on its token; between the passes nothing is
//! thrown, and a stub of the right signature keeps one mistake from becoming many.

mod derivatives;

pub use derivatives::{Choices, derivatives};

use crate::diagnostics::{Diagnostics, SourceSpan};
use crate::emit::Header;
use crate::emit::documentation::formulas;
use crate::emit::fallible::{self, Fallible};
use crate::emit::item::{Derivatives, Item, items};
use crate::hir::Body;
use crate::ir::Function;
use crate::ir::verify::verify;
use crate::matrix::one_by_one::Own;
use crate::options::{Options, Output, parameter_names};
use crate::resolve::signature_of;
use crate::signature::{Environment, FunctionSignature, Notes};
use crate::target::{self, Place, Target};
use crate::trace::Trace;
use crate::transport::{self, Request, Wanted};
use crate::types::{Holds, OpaqueType, Type};
use crate::{derive, fallback, fence, infer, lanes, lower, module, resolve, simplify, witness};
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

/// Expands `#[differentiate(attribute)] item`.
pub fn differentiate(attribute: TokenStream, item: TokenStream) -> TokenStream {
    if let Some(module) = module::module(&attribute, &item) {
        return module;
    }
    let Some((original, methods)) = target::methods(&item) else {
        return function(attribute, item, &TokenStream::new());
    };
    let mut diagnostics = Diagnostics::new();
    if !attribute.is_empty() {
        diagnostics.error(
            SourceSpan::of(&attribute),
            "`#[differentiate]` on an `impl` block takes no arguments",
            "give them to the methods: `#[differentiate(wrt(x))] fn …`".to_string(),
        );
    }
    if methods.is_empty() {
        diagnostics.error(
            target::span_of_impl(&original),
            "no method of this block is marked",
            "put `#[differentiate]` on each method to differentiate, too".to_string(),
        );
    }
    let mut items = block(original, methods, &TokenStream::new());
    items.extend(diagnostics.into_compile_errors());
    items
}

/// A function and what stands beside it.
pub(crate) fn function(
    attribute: TokenStream,
    item: TokenStream,
    neighbours: &TokenStream,
) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let options = Options::parse(attribute.clone(), &mut diagnostics);
    let with_neighbours = module::with_neighbours(neighbours, item.clone());
    let Some(target) = Target::parse(&with_neighbours, &mut diagnostics) else {
        let errors = diagnostics.into_compile_errors();
        return quote!(#item #errors);
    };
    let published = published(&target, &options);
    let rest = begin(&target, &options, attribute, with_neighbours, diagnostics);
    // Who only uses the gradient still uses the function.
    quote!(#[allow(dead_code)] #item #published #rest)
}

/// An `impl` block and what stands beside each marked method.
pub(crate) fn block(
    original: TokenStream,
    methods: Vec<(TokenStream, TokenStream)>,
    neighbours: &TokenStream,
) -> TokenStream {
    let mut items = original;
    let mut diagnostics = Diagnostics::new();
    for (attribute, item) in methods {
        let options = Options::parse(attribute.clone(), &mut diagnostics);
        let item = module::with_neighbours(neighbours, item);
        if let Some(target) = Target::parse(&item, &mut diagnostics) {
            items.extend(begin(&target, &options, attribute, item, Diagnostics::new()));
        }
    }
    items.extend(diagnostics.into_compile_errors());
    items
}

/// Checks a function and asks for the signatures it needs.
fn begin(
    target: &Target,
    options: &Options,
    attribute: TokenStream,
    item: TokenStream,
    mut diagnostics: Diagnostics,
) -> TokenStream {
    fence::check(&target.function, &mut diagnostics);
    let crate_path = options.crate_path.clone();
    let ask = |pending| {
        continue_with(Request { crate_path, collected: vec![], pending, attribute, item })
    };
    if !diagnostics.is_empty() {
        // The stub needs the structs of the signature.
        let types = transport::wanted_by_signature(target, options);
        let stub = match types.is_empty() {
            true => fallback::stub(target, options, &Environment::default()),
            false => ask(types),
        };
        let errors = diagnostics.into_compile_errors();
        return quote!(#errors #stub);
    }
    let Wanted { paths, body } = transport::wanted(target, options);
    match paths.is_empty() {
        true => derivative_items(target, options, Environment::default(), body),
        false => ask(paths),
    }
}

/// The macro that carries the signature of a free function to its callers.
fn published(target: &Target, options: &Options) -> TokenStream {
    if target.prefix(options).is_some() {
        // Functions with a prefix may stand in an `impl` block, where a macro may not.
        return TokenStream::new();
    }
    let function = &target.function;
    let conditions = conditions(function);
    let answer = answer(target, options);
    let published = transport::publish(&function.vis, &function.sig.ident, answer);
    quote!(#(#conditions #published)*)
}

/// What the macro of a function answers.
pub(crate) fn answer(target: &Target, options: &Options) -> TokenStream {
    let active = possibly_active(target, options);
    transport::function_answer(&target.function.sig, &active, notes(target, options))
}

/// What callers need to know besides the signature.
pub(crate) fn notes(target: &Target, options: &Options) -> Notes {
    fn prints(tokens: TokenStream) -> bool {
        const MACROS: &[&str] = &["print", "println", "eprint", "eprintln", "dbg"];
        let mut after_name = false;
        tokens.into_iter().any(|token| match token {
            TokenTree::Group(group) => prints(group.stream()),
            TokenTree::Ident(name) => {
                after_name = MACROS.iter().any(|known| name == known);
                false
            }
            TokenTree::Punct(punct) => std::mem::take(&mut after_name) && punct.as_char() == '!',
            TokenTree::Literal(_) => false,
        })
    }
    let lanes = lanes_are_possible(target, options) && lanes::callee::is_simple(&target.function);
    let prints = prints(target.tokens());
    let directions =
        options.outputs.contains(&Output::Jvp) && !prints && takes_directions(target, options);
    Notes { prints, lanes, directions, ..options.notes() }
}

/// Whether a Jacobian-vector product may take several directions at once. What it takes is known without the structs
/// of the signature.
fn takes_directions(target: &Target, options: &Options) -> bool {
    let signature = &target.function.sig;
    let environment = Environment::default();
    let read = signature_of(signature, options, &target.context(&environment));
    let known = read.active.iter().filter(|active| **active).count();
    lanes_are_possible(target, options)
        && signature.generics.params.is_empty()
        && known == possibly_active(target, options).len()
        && read.may_take_directions()
}

/// Expands `__private::resume! {…}`: a signature that was asked for has come.
pub fn resume(tokens: TokenStream) -> TokenStream {
    match Request::resume(tokens) {
        Some(request) => continue_with(request),
        None => {
            quote_spanned!(crate::edition::root()=> ::core::compile_error!("`resume!` is not for users of autodiff");)
        }
    }
}

/// Asks for the next signature, or expands the item if all are there.
fn continue_with(request: Request) -> TokenStream {
    if let Some(question) = request.ask() {
        return question;
    }
    let mut diagnostics = Diagnostics::new();
    let options = Options::parse(request.attribute.clone(), &mut diagnostics);
    match Target::parse(&request.item, &mut diagnostics) {
        Some(target) if diagnostics.is_empty() => {
            // What the fence refuses was reported before the signatures were asked for.
            fence::check(&target.function, &mut diagnostics);
            match diagnostics.is_empty() {
                true => derivative_items(&target, &options, request.environment(), None),
                false => fallback::stub(&target, &options, &request.environment()),
            }
        }
        _ => diagnostics.into_compile_errors(),
    }
}

/// The items beside the function, with everything known; its body may be resolved already.
fn derivative_items(
    target: &Target,
    options: &Options,
    mut environment: Environment,
    resolved: Option<Body>,
) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let function = &target.function;
    let signature = known(target, options, &mut environment, &mut diagnostics);

    let mut trace = Trace::new(&function.sig.ident.to_string());
    let emitted = diagnostics
        .is_empty()
        .then(|| resolved.or_else(|| resolve(target, &environment, &mut diagnostics)))
        .flatten()
        .and_then(|body| {
            road(target, options, &signature, &environment, &body, &mut trace, &mut diagnostics)
        })
        .filter(|_| diagnostics.is_empty());
    let Some((emitted, beside)) = emitted else {
        let stub = fallback::stub(target, options, &environment);
        let errors = diagnostics.into_compile_errors();
        return quote!(#errors #stub);
    };
    trace.code("emit", &emitted);
    let emitted = target.around(emitted);
    if let Place::Associated = target.place {
        return emitted;
    }
    let conditions = conditions(function);
    let witnesses = witness::witnesses(target.tokens(), &options.crate_path);
    quote!(#emitted #(#conditions #witnesses)* #beside)
}

/// The signature, checked; what the function knows of itself and of the methods beside it is added to the
/// environment.
fn known(
    target: &Target,
    options: &Options,
    environment: &mut Environment,
    diagnostics: &mut Diagnostics,
) -> FunctionSignature {
    let function = &target.function;
    let signature = signature_of(&function.sig, options, &target.context(environment));
    let result = said(&signature.result, &function.sig.output, options);
    let signature = FunctionSignature { notes: notes(target, options), result, ..signature };
    options.check(&function.sig.inputs, &signature.parameters, diagnostics);
    if !signature.active.contains(&true) && diagnostics.is_empty() {
        diagnostics.error(
            function.sig.ident.span(),
            format!("`{}` has no parameter that holds floats", function.sig.ident),
            "leave out the attribute: functions without floats can be called as they are; or derive \
             `Differentiable` for the struct that holds the floats"
                .to_string(),
        );
    }
    let given = match &signature.result {
        Type::Option(value) | Type::Result(value, _) => value,
        other => other,
    };
    let returns_reference = matches!(given, Type::Reference { .. }) && given.holds_floats();
    if returns_reference && options.outputs != [Output::Value] {
        diagnostics.error(
            SourceSpan::of(&function.sig.output),
            "a function that returns a reference cannot be differentiated",
            "return a value, or ask for `#[differentiate(value)]` alone".to_string(),
        );
    }
    // It may call itself.
    if let Place::Free = target.place {
        environment.functions.insert(function.sig.ident.to_string(), signature.clone());
    }
    target.add_methods(options, environment);
    signature
}

/// What a function returns, with a way to say the error type that is behind another name of `Result`.
pub(crate) fn said(result: &Type, output: &syn::ReturnType, options: &Options) -> Type {
    let (Type::Result(value, error), syn::ReturnType::Type(_, written)) = (result, output) else {
        return result.clone();
    };
    // A reference has a lifetime, which the types of the compiler have not.
    let tokens = match fallible::arguments(written).get(1) {
        Some(error) => error.to_token_stream(),
        None => {
            let crate_path = &options.crate_path;
            quote!(<#written as #crate_path::__private::fallible::Fallible>::Error)
        }
    };
    let text = tokens.to_string().into();
    let held = [Holds::Numbers, Holds::NoFloats];
    let holds = held.into_iter().find(|most| error.holds_only(*most)).unwrap_or_default();
    let said = Type::Opaque(Some(OpaqueType { tokens, text, holds }));
    match error.is_left_out() || matches!(**error, Type::Reference { .. }) {
        true => Type::Result(value.clone(), Box::new(said)),
        false => result.clone(),
    }
}

/// The first pass: what names mean.
fn resolve(
    target: &Target,
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) -> Option<Body> {
    let Target { function, .. } = target;
    let context = target.context(environment);
    resolve::resolve_in(&function.sig, &function.block, context, diagnostics)
}

/// The passes up to the IR, with everything known: what tests look at that run the IR. `None` if anything
/// was refused; the reasons are in `diagnostics`.
#[cfg(any(test, feature = "interpret"))]
pub(crate) fn lowered(
    target: &Target,
    options: &Options,
    mut environment: Environment,
    diagnostics: &mut Diagnostics,
) -> Option<Function> {
    let signature = known(target, options, &mut environment, diagnostics);
    if !diagnostics.is_empty() {
        return None;
    }
    let body = resolve(target, &environment, diagnostics)?;
    let types = infer::infer(&body, &environment, diagnostics)?;
    let name = target.function.sig.ident.to_string();
    lower::lower(&body, &types, &environment, &name, &signature.active, diagnostics)
}

/// The passes after that: the emitted functions, and what stands beside them.
fn road(
    target: &Target,
    options: &Options,
    signature: &FunctionSignature,
    environment: &Environment,
    body: &Body,
    trace: &mut Trace,
    diagnostics: &mut Diagnostics,
) -> Option<(TokenStream, TokenStream)> {
    let Target { function, .. } = target;
    let name = function.sig.ident.to_string();
    let (declared, signature) = (signature, &signature.lowered());
    let types = infer::infer(body, environment, diagnostics)?;
    let mut primal =
        lower::lower(body, &types, environment, &name, &signature.active, diagnostics)?;
    primal.result_type = signature.result.clone();
    trace.ir("lower", &primal);
    check_between("lower", &primal, diagnostics)?;

    let mut value = primal;
    simplify::simplify(&mut value);
    trace.ir("simplify", &value);
    check("simplify", &value, diagnostics)?;

    let own = own(target, options, signature);
    let mut derivatives = match options.outputs == [Output::Value] {
        true => Derivatives::default(),
        false => derivatives(&value, signature, &own, &Choices::of(options), trace, diagnostics)?,
    };
    let mut local = body.items.clone();
    // They stand in the functions, where the body's own `use` items are seen.
    local.push(witness::special(body, environment, &options.crate_path));
    let unsayable = target.only_inside();
    let crate_path = &options.crate_path;
    let mut beside = witness::names(function, body, &types, environment, &unsayable, crate_path);
    local.extend(target.trait_method_witnesses(body, crate_path));
    if let Place::Associated = target.place {
        local.push(witness::witnesses(target.tokens(), &options.crate_path));
        local.push(std::mem::take(&mut beside));
    }
    let mut item = item(target, options, &declared.result, &local);
    item.formulas = formulas(&value, derivatives.gradient.as_ref()).unwrap_or_default();
    if signature.notes.lanes {
        let gradient = derivatives.gradient.as_ref();
        derivatives.in_lanes = lanes::callee::outputs(&value, gradient, lanes::Width::Vectors);
    }
    if own.signature.notes.directions
        && let (Some(jvp), Some(float)) = (&derivatives.jvp, signature.float_of_tangents())
    {
        let product = lanes::callee::product(jvp, signature, float, lanes::Width::Vectors);
        trace.ir("directions", &product.function);
        check_between("directions", &product.function, diagnostics)?;
        derivatives.in_lanes.push(product);
    }
    if may_have_lanes(target, options, &item) {
        let primal_values = value.values.len();
        let mut outputs = vec![&mut value];
        outputs.extend(derivatives.functions_mut());
        lanes::split_loops(&mut outputs, primal_values, lanes::Width::Vectors);
        trace.ir("lanes", &value);
        check_between("lanes", &value, diagnostics)?;
        for output in derivatives.functions_mut() {
            trace.ir("lanes", output);
            check_between("lanes", output, diagnostics)?;
        }
        if let Some(parallel) = &mut derivatives.parallel {
            lanes::split_loops(&mut [&mut *parallel], 0, lanes::Width::Vectors);
            trace.ir("lanes", parallel);
            check_between("lanes", parallel, diagnostics)?;
        }
    }
    Some((items(&item, &value, &derivatives), beside))
}

/// Whether loops may run several iterations at a time. The body is then an inner function, which knows no `Self` and
/// has to find its generics by its arguments.
fn may_have_lanes(target: &Target, options: &Options, item: &Item) -> bool {
    lanes_are_possible(target, options) && item.header.turbofish.is_empty()
}

fn lanes_are_possible(target: &Target, options: &Options) -> bool {
    lanes::are_wanted() && !options.strict && matches!(target.place, Place::Free)
}

/// Whether every pass is checked by itself. Users' builds check what is emitted; tests and dumps also
/// tell which pass made the mistake.
const BETWEEN_PASSES: bool = cfg!(any(test, feature = "dump", feature = "interpret"));

/// Checks what a pass hands to the next one.
fn check_between(pass: &str, function: &Function, diagnostics: &mut Diagnostics) -> Option<()> {
    if BETWEEN_PASSES { check(pass, function, diagnostics) } else { Some(()) }
}

/// Code that breaks a rule of the IR is never emitted.
fn check(pass: &str, function: &Function, diagnostics: &mut Diagnostics) -> Option<()> {
    let Err(error) = verify(function) else { return Some(()) };
    diagnostics.error(
        function.span(),
        format!("autodiff made a mistake in the pass `{pass}`: {error}"),
        "please report this function; until it is mended, write it in another way".to_string(),
    );
    None
}

/// `#[cfg]` attributes, which every emitted item repeats.
fn conditions(function: &syn::ItemFn) -> Vec<TokenStream> {
    // One element even if there are none: it is repeated before each item of a list.
    let conditions: TokenStream = function
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .map(ToTokens::to_token_stream)
        .collect();
    vec![conditions]
}

/// The parameters that callers must take for active: before structs are known, every one whose type
/// may hold floats.
fn possibly_active(target: &Target, options: &Options) -> Vec<String> {
    let environment = Environment::default();
    let signature = &target.function.sig;
    let types = signature_of(signature, options, &target.context(&environment)).parameters;
    let names = parameter_names(&signature.inputs);
    let parameters = signature.inputs.iter().zip(types).zip(names);
    parameters
        .filter(|((input, ty), _)| options.names(input).unwrap_or_else(|| ty.may_hold_floats()))
        .map(|(_, name)| name.to_string())
        .collect()
}

/// How the outputs call each other in IR.
fn own(target: &Target, options: &Options, signature: &FunctionSignature) -> Own {
    let name = &target.function.sig.ident;
    let turbofish = turbofish(&target.function.sig);
    let prefix = target.prefix(options).map(Into::into);
    // Only the function itself may call a product that was not asked for.
    let asked = |output| options.outputs.contains(&output);
    let jacobian = asked(Output::Jacobian) || asked(Output::ValueAndJacobian);
    let directions = signature.notes.directions
        || jacobian && !signature.notes.prints && takes_directions(target, options);
    let notes = Notes { directions, ..signature.notes };
    Own {
        path: match target.place {
            Place::Free => quote!(#name #turbofish),
            _ => quote!(Self::#name #turbofish),
        },
        name: name.to_string().into(),
        prints: signature.notes.prints,
        signature: std::rc::Rc::new(FunctionSignature { prefix, notes, ..signature.clone() }),
    }
}

/// What emission needs besides IR.
fn item(target: &Target, options: &Options, result: &Type, body_items: &[TokenStream]) -> Item {
    let function = &target.function;
    let signature = &function.sig;
    let where_clause = signature.generics.where_clause.to_token_stream();
    let mut generics = signature.generics.clone();
    generics.where_clause = None;
    let parameter_types = signature
        .inputs
        .iter()
        .map(|input| match input {
            syn::FnArg::Receiver(_) => None,
            syn::FnArg::Typed(typed) => Some(typed.ty.to_token_stream()),
        })
        .collect();
    let result_type = match &signature.output {
        syn::ReturnType::Default => None,
        syn::ReturnType::Type(_, ty) => Some(ty.to_token_stream()),
    };
    let fallible = Fallible::of(&signature.output, result);
    let result_type = match &fallible {
        None => result_type,
        Some(_) => result.outcome().map(|parts| crate::emit::type_tokens(&parts)),
    };
    let header = Header {
        crate_path: options.crate_path.clone(),
        generics: generics.to_token_stream(),
        turbofish: turbofish(signature),
        where_clause,
        parameter_types,
        result_type,
        receiver: signature.receiver().map(receiver),
        prologue: body_items.iter().cloned().collect(),
        ..Header::new(&signature.ident.to_string())
    };
    Item {
        name: signature.ident.clone(),
        prefix: target.prefix(options),
        associated: !matches!(target.place, Place::Free),
        visibility: match &target.place {
            Place::Impl(block, _) if block.trait_.is_some() => quote!(pub),
            _ => function.vis.to_token_stream(),
        },
        conditions: conditions(function).into_iter().collect(),
        header,
        formulas: String::new(),
        fallible,
    }
}

/// The generic arguments with which the outputs call each other, if a parameter of the function's
/// generics is not in the type of any of its arguments.
fn turbofish(signature: &syn::Signature) -> TokenStream {
    let names: Vec<_> = signature
        .generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            syn::GenericParam::Type(parameter) => Some(&parameter.ident),
            syn::GenericParam::Const(parameter) => Some(&parameter.ident),
            // Lifetimes may be left out, and have to be where they are late bound.
            syn::GenericParam::Lifetime(_) => None,
        })
        .collect();
    let inputs = signature.inputs.to_token_stream();
    match names.iter().all(|name| derive::mentions(inputs.clone(), &name.to_string())) {
        true => TokenStream::new(),
        false => quote!(::<#(#names),*>),
    }
}

/// The receiver with our own `self`, which is the one that the emitted bodies say.
fn receiver(receiver: &syn::Receiver) -> TokenStream {
    match (&receiver.reference, &receiver.mutability) {
        (Some(_), Some(_)) => quote!(&mut self),
        (Some(_), None) => quote!(&self),
        (None, Some(_)) => quote!(mut self),
        (None, None) => quote!(self),
    }
}
