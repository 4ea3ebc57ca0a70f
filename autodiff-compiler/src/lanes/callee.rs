//! Functions of numbers that loops with lanes call, for all lanes at once.
//!
//! A caller knows a signature, and that is published before the body is looked at: so every function that
//! [`is_simple`] has these outputs. Where the body has no form for several lanes, they run one after the other.

use super::facts::Facts;
use super::{Width, directions, shape, split};
use crate::ir::builder::Builder;
use crate::ir::lanes::{InLanes, Lanes, ProductOf};
use crate::ir::*;
use crate::signature::FunctionSignature;
use crate::types::{FloatType, Type};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use std::rc::Rc;

/// Whether a function takes and gives numbers of one type, and does nothing that the other lanes could notice: no
/// macro, no index, no call but of methods and of what is associated with a number.
pub(crate) fn is_simple(function: &syn::ItemFn) -> bool {
    let signature = &function.sig;
    let number = |ty: &syn::Type| {
        let text = ty.to_token_stream().to_string();
        matches!(&*text, "f64" | "f32").then_some(text)
    };
    let syn::ReturnType::Type(_, result) = &signature.output else { return false };
    let Some(result) = number(result) else { return false };
    let mut parameters = signature.inputs.iter();
    signature.generics.params.is_empty()
        && signature.unsafety.is_none()
        && !signature.inputs.is_empty()
        && parameters.all(|parameter| match parameter {
            syn::FnArg::Typed(parameter) => number(&parameter.ty).as_ref() == Some(&result),
            syn::FnArg::Receiver(_) => false,
        })
        && is_quiet(function.block.to_token_stream())
}

/// Whether tokens have no macro, no brackets and no call of a function by its name.
fn is_quiet(tokens: TokenStream) -> bool {
    const WORDS: &[&str] = &["if", "else", "while", "match", "return", "in", "let", "mut", "loop"];
    let tokens: Vec<_> = tokens.into_iter().collect();
    let is = |token: Option<&TokenTree>, wanted: char| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted);
    tokens.iter().enumerate().all(|(at, token)| {
        let before = |count: usize| at.checked_sub(count).and_then(|at| tokens.get(at));
        match token {
            TokenTree::Ident(name) => {
                let called = matches!(tokens.get(at + 1), Some(TokenTree::Group(group))
                    if group.delimiter() == Delimiter::Parenthesis);
                let is_macro = is(tokens.get(at + 1), '!') && !is(tokens.get(at + 2), '=');
                let of_number = is(before(1), ':')
                    && is(before(2), ':')
                    && matches!(before(3), Some(TokenTree::Ident(ty)) if ty == "f64" || ty == "f32");
                let known =
                    is(before(1), '.') || of_number || WORDS.iter().any(|word| name == word);
                !is_macro && name != "clamp" && (!called || known)
            }
            TokenTree::Group(group) => {
                group.delimiter() != Delimiter::Bracket && is_quiet(group.stream())
            }
            TokenTree::Punct(punct) => punct.as_char() != '?',
            TokenTree::Literal(_) => true,
        }
    })
}

/// What loops with lanes call of a function that [`is_simple`], by its value and gradient functions.
pub(crate) fn outputs(value: &Function, gradient: Option<&Function>, width: Width) -> Vec<InLanes> {
    let Type::Float(float) = value.result_type.clone() else { return vec![] };
    let gradient = gradient.map(|gradient| ("gradient", returning(gradient, &float)));
    let outputs = std::iter::once(("value", value.clone())).chain(gradient);
    outputs
        .map(|(output, function)| {
            let in_lanes = spread(&function, width);
            let float = float.clone();
            match in_lanes {
                Some((function, lanes)) => {
                    InLanes { output, product: None, function, lanes: Some(Rc::new(lanes)), float }
                }
                None => InLanes { output, product: None, function, lanes: None, float },
            }
        })
        .collect()
}

/// Whether a Jacobian-vector product has a form for several directions.
pub(crate) fn has_directions(
    jvp: &Function,
    signature: &FunctionSignature,
    float: &FloatType,
) -> bool {
    let (primal, pair) = (signature.parameters.len(), signature.result.holds_floats());
    directions::spread(jvp, primal, pair, float, Width::Vectors).is_some()
}

/// A Jacobian-vector product of a function with this signature, for several directions.
pub(crate) fn product(
    jvp: &Function,
    signature: &FunctionSignature,
    float: FloatType,
    width: Width,
) -> InLanes {
    let (primal, pair) = (signature.parameters.len(), signature.result.holds_floats());
    let (function, lanes) = match directions::spread(jvp, primal, pair, &float, width) {
        Some((function, lanes)) => (function, Some(Rc::new(lanes))),
        None => (jvp.clone(), None),
    };
    InLanes { output: "jvp", product: Some(ProductOf { primal, pair }), function, lanes, float }
}

/// A gradient function that returns what it writes behind references.
fn returning(gradient: &Function, float: &FloatType) -> Function {
    let mut function = gradient.clone();
    let mut buffers = vec![];
    function.parameters.retain(|parameter| match parameter.binding {
        ParameterBinding::Value(_) => true,
        ParameterBinding::Slot(slot) => {
            buffers.push(slot);
            false
        }
    });
    let span = function.span();
    let body = std::mem::take(&mut function.body);
    let mut builder = Builder::new(function, span);
    let zero = builder.float(0.0, float);
    for buffer in &buffers {
        builder.function.slots[buffer.0 as usize].kind = SlotKind::Local;
        builder.push(InstructionKind::Define(*buffer, Aggregate::Value(zero)), vec![]);
    }
    body.instructions.into_iter().for_each(|instruction| builder.append(instruction));
    let ty = Type::Float(float.clone());
    let slopes = buffers.iter().map(|buffer| builder.load(Place::root(*buffer), ty.clone()));
    let slopes: Vec<_> = slopes.map(Aggregate::Value).collect();
    let types = vec![ty; slopes.len()];
    let mut function = builder.finish();
    function.result = crate::signature::one_or_tuple(slopes, Aggregate::Tuple);
    function.result_type = crate::signature::one_or_tuple(types, Type::Tuple);
    function
}

/// The function with a number in each lane for each parameter, and how its values differ.
fn spread(function: &Function, width: Width) -> Option<(Function, Lanes)> {
    let mut panics = false;
    function.body.for_each_instruction(&mut |inner| {
        let is_constant =
            matches!(&inner.kind, InstructionKind::Opaque(path) if path.is_constant());
        panics |= !is_constant && inner.kind.may_panic();
    });
    let facts = Facts::of(function);
    let lanes = shape::shape_of_function(function, &facts, width).filter(|_| !panics)?;
    Some(split::spread_function(function.clone(), lanes, None))
}
