//! The items that stand beside an annotated function: a type of its name with the outputs as
//! associated functions, or free functions with a prefix.

use super::fallible::Fallible;
use super::{Header, types};
use crate::ir::lanes::InLanes;
use crate::ir::{Function, Parameter};
use crate::options::Output;
use crate::reverse::buffer_name;
use crate::types::{FloatType, Length, Type};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};

/// What the items need besides IR.
#[derive(Clone)]
pub struct Item {
    /// The annotated function's name.
    pub name: Ident,
    /// `Some`: free functions with this prefix instead of a type.
    pub prefix: Option<String>,
    /// With a prefix: whether the functions are associated ones.
    pub associated: bool,
    /// Its visibility.
    pub visibility: TokenStream,
    /// `#[cfg]` attributes, for every item.
    pub conditions: TokenStream,
    /// Generics, parameter types as written, and where core is.
    pub header: Header,
    /// Words on the function's formula, if it is one.
    pub formulas: String,
    /// Whether it may fail.
    pub fallible: Option<Fallible>,
}

/// The derivative functions of a function.
#[derive(Clone, Debug, Default)]
pub struct Derivatives {
    /// Value and gradient in one.
    pub gradient: Option<Function>,
    /// The same with loops in chunks, which may run on several threads.
    pub parallel: Option<Function>,
    /// Whether that has a form that returns the gradient.
    pub par_value_and_gradient: bool,
    /// The forward and the reverse sweep.
    pub sweeps: Option<Sweeps>,
    /// Whether `vjp` is wanted in any case.
    pub vjp: bool,
    /// The Jacobian-vector product.
    pub jvp: Option<Function>,
    /// What callers call that are differentiated again, by name.
    pub higher: Vec<(&'static str, Function)>,
    /// The Jacobian-vector product without what the function prints.
    pub quiet_jvp: Option<Function>,
    /// The Hessian-vector product.
    pub hvp: Option<Function>,
    /// The Hessian-vector product without what the function prints.
    pub quiet_hvp: Option<Function>,
    /// Hessians and Jacobians.
    pub matrices: Vec<Matrix>,
    /// What loops with lanes call.
    pub in_lanes: Vec<InLanes>,
}

impl Derivatives {
    /// All functions that are emitted and have loops of the function in one piece.
    pub fn functions_mut(&mut self) -> Vec<&mut Function> {
        let Self {
            gradient,
            parallel: _,
            par_value_and_gradient: _,
            sweeps,
            vjp: _,
            jvp,
            higher,
            quiet_jvp,
            hvp,
            quiet_hvp,
            matrices,
            in_lanes: _,
        } = self;
        let single = [gradient, jvp, quiet_jvp, hvp, quiet_hvp];
        let mut functions: Vec<_> = single.into_iter().flatten().collect();
        functions.extend(higher.iter_mut().map(|(_, function)| function));
        functions.extend(matrices.iter_mut().map(|matrix| &mut matrix.function));
        if let Some(Sweeps { forward, reverse, tangents }) = sweeps {
            functions.extend([forward, reverse]);
            functions.extend(tangents.iter_mut().flat_map(|(forward, reverse)| [forward, reverse]));
        }
        functions
    }
}

/// The two sweeps of a function.
#[derive(Clone, Debug)]
pub struct Sweeps {
    /// The forward sweep.
    pub forward: Function,
    /// The reverse sweep.
    pub reverse: Function,
    /// Both with tangents, for callers that are differentiated again, order by order.
    pub tangents: Vec<(Function, Function)>,
}

/// A function that returns a matrix.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// Which.
    pub output: Output,
    /// The function.
    pub function: Function,
}

/// The items for a function and its derivatives; without any, `value` alone.
pub fn items(item: &Item, value: &Function, derivatives: &Derivatives) -> TokenStream {
    let name = &item.name;
    let mut functions =
        vec![super::function(value, &item.header_for("value", &item.value_words()))];
    if let Some(sweeps) = &derivatives.sweeps {
        functions.extend(item.sweeps(["__forward", "__reverse"], &sweeps.forward, &sweeps.reverse));
        for ((forward, reverse), names) in sweeps.tangents.iter().zip(SWEEPS_WITH_TANGENTS) {
            functions.extend(item.sweeps(names, forward, reverse));
        }
        if derivatives.vjp || super::sweeps::has_vjp(value) {
            // A Jacobian of what may fail wants the parts.
            if item.fallible.is_none() || !derivatives.matrices.is_empty() {
                functions.push(item.vjp(value, None));
            }
            functions.extend(item.fallible.iter().map(|of| item.vjp(value, Some(of))));
        }
    }
    if let Some(gradient) = &derivatives.gradient {
        let active: Vec<_> = value.parameters.iter().filter(|parameter| parameter.active).collect();
        functions.push(item.value_and_gradient(value, &active));
        // Of what may fail it comes with the value.
        if item.fallible.is_none() {
            functions.push(item.gradient(value, &active));
        }
        let mut header =
            item.header_for("gradient_into", &item.gradient_into_words(value, NO_ALLOCATION));
        header.prologue.extend(item.length_checks(value));
        functions.push(super::function(gradient, &header));
        if let Some(parallel) = &derivatives.parallel {
            functions.extend(item.parallel(value, parallel, derivatives.par_value_and_gradient));
        }
    }
    functions.extend(derivatives.jvp.iter().map(|jvp| item.jvp(value, jvp)));
    functions.extend(derivatives.hvp.iter().map(|hvp| item.hvp(value, hvp)));
    functions.extend(derivatives.matrices.iter().map(|matrix| item.matrix(value, matrix)));
    let higher = derivatives.higher.iter();
    functions.extend(higher.map(|(name, function)| item.hidden(name, function)));
    for (name, function) in [("__jvp", &derivatives.quiet_jvp), ("__hvp", &derivatives.quiet_hvp)] {
        functions.extend(function.iter().map(|function| item.hidden(name, function)));
    }
    let in_lanes = derivatives.in_lanes.iter();
    functions.extend(in_lanes.map(|output| super::lanes::callee::tokens(output, item)));
    if let Some(fallible) = &item.fallible {
        functions.extend(item.fallible(fallible, value, derivatives));
    }
    let Item { conditions, visibility, .. } = item;
    let allowed = lints();
    if item.prefix.is_some() {
        return quote!(#(#conditions #allowed #functions)*);
    }
    let words = format!(" Derivatives of the function {}.", item.reference());
    quote! {
        #conditions
        #[doc = #words]
        #[allow(non_camel_case_types, dead_code)]
        #visibility enum #name {}
        #conditions
        #allowed
        impl #name {
            #(#functions)*
        }
    }
}

pub(super) const NO_ALLOCATION: &str = "; allocates nothing of its own";

/// The name under which an output is emitted from IR: what may fail gives its parts there, under a hidden name.
pub(super) fn output_name(output: &str, fallible: bool) -> String {
    match fallible && !output.starts_with("__") {
        true => format!("__tried_{output}"),
        false => output.to_string(),
    }
}

/// The names of the sweeps with tangents, order by order.
const SWEEPS_WITH_TANGENTS: [[&str; 2]; 2] =
    [["__forward_jvp", "__reverse_jvp"], ["__forward_jvp_jvp", "__reverse_jvp_jvp"]];

/// What generated code may do that a person is warned of.
fn lints() -> TokenStream {
    quote! {
        #[allow(
            dead_code, non_snake_case, unused_variables, unused_mut, unused_assignments,
            unused_parens, unused_must_use, unused_imports, unreachable_code, unused_labels,
            clippy::all, clippy::pedantic, clippy::nursery
        )]
    }
}

impl Item {
    /// The name of an output that is emitted from IR.
    pub(super) fn function_name(&self, output: &str) -> Ident {
        self.public_name(&output_name(output, self.fallible.is_some()))
    }

    /// The name of what users call.
    pub(super) fn public_name(&self, output: &str) -> Ident {
        match &self.prefix {
            Some(prefix) => Ident::new(&format!("{prefix}{output}"), self.name.span()),
            None => Ident::new(output, Span::call_site()),
        }
    }

    /// How generated code calls another output.
    pub(super) fn path(&self, output: &str) -> TokenStream {
        let name = self.function_name(output);
        let turbofish = &self.header.turbofish;
        match self.prefix.is_some() && !self.associated {
            true => quote!(#name #turbofish),
            false => quote!(Self::#name #turbofish),
        }
    }

    pub(super) fn header_for(&self, output: &str, documentation: &str) -> Header {
        let documentation = match self.fallible {
            None => documentation.to_string(),
            Some(_) => String::new(),
        };
        Header {
            name: self.function_name(output),
            visibility: self.visibility.clone(),
            attributes: self.fallible.iter().map(|_| quote!(#[doc(hidden)])).collect(),
            documentation,
            ..self.header.clone()
        }
    }

    /// The parameters of the signature and the names to pass on.
    pub(super) fn parameters(&self, function: &Function) -> (Vec<TokenStream>, Vec<Ident>) {
        let mut declared = vec![];
        let mut passed = vec![];
        for (position, parameter) in function.parameters.iter().enumerate() {
            let name = name_of(parameter);
            let ty = match self.header.parameter_types.get(position) {
                Some(Some(written)) => written.clone(),
                _ => types::tokens(&parameter.ty),
            };
            declared.push(match &self.header.receiver {
                Some(receiver) if position == 0 => receiver.clone(),
                _ => quote!(#name: #ty),
            });
            passed.push(name);
        }
        (declared, passed)
    }

    fn value_and_gradient(&self, value: &Function, active: &[&Parameter]) -> TokenStream {
        let words = self.both_words(active);
        self.returning(value, active, ["value_and_gradient", "gradient_into"], &words)
    }

    /// What returns value and gradient, by what overwrites buffers with the gradient.
    pub(super) fn returning(
        &self,
        value: &Function,
        active: &[&Parameter],
        [output, into]: [&str; 2],
        words: &str,
    ) -> TokenStream {
        let (declared, passed) = self.parameters(value);
        let gradients: Vec<_> = buffers(value).map(|(_, buffer)| buffer).collect();
        let zeros = active.iter().map(|parameter| self.zeros(parameter));
        let kinds: Vec<_> =
            active.iter().map(|parameter| types::tokens(&parameter.ty.tangent())).collect();
        let gradient_type = one_or_tuple(&kinds);
        let gradient = one_or_tuple(&gradients);
        let result = self.result_type(value);
        let into = self.path(into);
        let body = quote! {
            #(let mut #gradients: #kinds = #zeros;)*
            let value = #into(#(#passed,)* #(&mut #gradients),*);
            (value, #gradient)
        };
        self.wrapper(output, words, &declared, quote!((#result, #gradient_type)), body)
    }

    fn gradient(&self, value: &Function, active: &[&Parameter]) -> TokenStream {
        let (declared, passed) = self.parameters(value);
        let kinds: Vec<_> =
            active.iter().map(|parameter| types::tokens(&parameter.ty.tangent())).collect();
        let both = self.path("value_and_gradient");
        let words = self.gradient_words(active);
        let body = quote!(#both(#(#passed),*).1);
        self.wrapper("gradient", &words, &declared, one_or_tuple(&kinds), body)
    }

    pub(super) fn wrapper(
        &self,
        output: &str,
        words: &str,
        declared: &[TokenStream],
        result: TokenStream,
        body: TokenStream,
    ) -> TokenStream {
        let header = self.header_for(output, words);
        self.wrapper_with(header, declared, result, body)
    }

    /// The same for what users call of a function that may fail.
    pub(super) fn public(
        &self,
        output: &str,
        words: &str,
        declared: &[TokenStream],
        result: TokenStream,
        body: TokenStream,
    ) -> TokenStream {
        let header = Header {
            name: self.public_name(output),
            visibility: self.visibility.clone(),
            documentation: words.to_string(),
            ..self.header.clone()
        };
        self.wrapper_with(header, declared, result, body)
    }

    fn wrapper_with(
        &self,
        header: Header,
        declared: &[TokenStream],
        result: TokenStream,
        body: TokenStream,
    ) -> TokenStream {
        let Header { name, generics, where_clause, visibility, attributes, .. } = header;
        let documentation = super::documentation_lines(&header.documentation);
        quote! {
            #documentation
            #attributes
            #[inline]
            #visibility fn #name #generics (#(#declared),*) -> #result #where_clause {
                #body
            }
        }
    }

    pub(super) fn result_type(&self, value: &Function) -> TokenStream {
        match &self.header.result_type {
            Some(written) => written.clone(),
            None => types::tokens(&value.result_type),
        }
    }

    /// Zeros for the gradient of a parameter.
    pub(super) fn zeros(&self, parameter: &Parameter) -> TokenStream {
        let name = name_of(parameter);
        self.zero_of(&parameter.ty, &parameter.ty.tangent(), &quote!(#name))
    }

    fn zero_of(&self, primal: &Type, tangent: &Type, place: &TokenStream) -> TokenStream {
        if let Some(zero) = self.static_zero(tangent) {
            return zero;
        }
        let core = &self.header.crate_path;
        match (primal.referent(), tangent) {
            (Type::Slice(_) | Type::Vec(_), Type::Vec(element)) => {
                if let Some(zero) = self.static_zero(element) {
                    return quote_spanned!(crate::edition::root()=> ::std::vec![#zero; #place.len()]);
                }
            }
            (Type::Tuple(primals), Type::Tuple(tangents)) => {
                let parts = primals.iter().zip(tangents).enumerate().map(|(index, (p, t))| {
                    let index = Literal::usize_unsuffixed(index);
                    self.zero_of(p, t, &quote!(#place.#index))
                });
                return quote!((#(#parts,)*));
            }
            _ => {}
        }
        let borrow = match primal {
            Type::Reference { mutable: false, .. } => quote!(#place),
            Type::Reference { mutable: true, .. } => quote!(&*#place),
            _ => quote!(&#place),
        };
        quote!(#core::Differentiable::zero_tangent(#borrow))
    }

    /// Zeros of a type whose shape is in the type.
    fn static_zero(&self, tangent: &Type) -> Option<TokenStream> {
        let core = &self.header.crate_path;
        Some(match tangent {
            Type::Float(FloatType::F64) => quote!(0.0_f64),
            Type::Float(FloatType::F32) => quote!(0.0_f32),
            Type::Float(FloatType::Parameter(name)) => {
                let name = Ident::new(name, Span::call_site());
                quote!(<#name as #core::Float>::from_f64(0.0))
            }
            Type::Array(element, length) => {
                let zero = self.static_zero(element)?;
                let length = match length {
                    Length::Literal(count) => {
                        let count = Literal::u64_unsuffixed(*count);
                        quote!(#count)
                    }
                    other => types::length(other),
                };
                quote!([#zero; #length])
            }
            Type::Tuple(elements) => {
                let elements: Option<Vec<_>> =
                    elements.iter().map(|element| self.static_zero(element)).collect();
                let elements = elements?;
                quote!((#(#elements,)*))
            }
            Type::Unit => quote!(()),
            _ => return None,
        })
    }

    /// Buffers of the wrong length are reported before anything happens.
    pub(super) fn length_checks(&self, value: &Function) -> TokenStream {
        let dynamic = buffers(value).filter(|(parameter, _)| has_dynamic_gradient(parameter));
        let checks = dynamic
            .map(|(parameter, buffer)| same_length(&buffer, &name_of(parameter), "gradient"));
        quote!(#(#checks)*)
    }

    /// The function in documentation; methods are not linked, they may be out of scope there.
    pub(super) fn reference(&self) -> String {
        let name = &self.name;
        if self.associated { format!("`{name}`") } else { format!("[`{name}`](fn@{name})") }
    }

    pub(super) fn value_words(&self) -> String {
        let name = self.reference();
        let mut words =
            format!("The value of {name}: the same bits as the value of `value_and_gradient`.");
        if !self.formulas.is_empty() {
            words.push_str(&format!("\n\n{}", self.formulas));
        }
        words
    }

    pub(super) fn both_words(&self, active: &[&Parameter]) -> String {
        let name = self.reference();
        format!(
            "The value of {name} and its gradient with respect to {}, in one pass.{}",
            list(active),
            self.formula_words()
        )
    }

    pub(super) fn gradient_words(&self, active: &[&Parameter]) -> String {
        let name = self.reference();
        format!("The gradient of {name} with respect to {}.{}", list(active), self.formula_words())
    }

    fn formula_words(&self) -> String {
        if self.formulas.is_empty() { String::new() } else { format!("\n\n{}", self.formulas) }
    }

    /// `ending`: what else there is to say about what it does.
    pub(super) fn gradient_into_words(&self, value: &Function, ending: &str) -> String {
        let name = self.reference();
        let active: Vec<_> = buffers(value).map(|(parameter, _)| parameter).collect();
        let names: Vec<_> = buffers(value).map(|(_, buffer)| format!("`{buffer}`")).collect();
        let mut words = format!(
            "Returns the value of {name} and overwrites {} with the gradient with \
             respect to {}{ending}.",
            join(&names),
            list(&active)
        );
        let dynamic: Vec<_> = buffers(value)
            .filter(|(parameter, _)| has_dynamic_gradient(parameter))
            .map(|(parameter, buffer)| {
                format!("`{buffer}` has another length than `{}`", parameter.name)
            })
            .collect();
        if !dynamic.is_empty() {
            words.push_str(&format!("\n\n# Panics\n\nIf {}.", dynamic.join(", or ")));
        }
        words
    }
}

pub(super) fn list(active: &[&Parameter]) -> String {
    let names: Vec<_> = active.iter().map(|parameter| format!("`{}`", parameter.name)).collect();
    join(&names)
}

/// `a`, `a and b`, `a, b and c`.
fn join(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [word] => word.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

pub(crate) fn one_or_tuple(parts: &[impl quote::ToTokens]) -> TokenStream {
    match parts {
        [part] => quote!(#part),
        parts => quote!((#(#parts),*)),
    }
}

pub(super) fn name_of(parameter: &Parameter) -> Ident {
    super::names::identifier_at(&parameter.name, parameter.span.start)
}

/// The active parameters, each with the name of the buffer for its gradient.
pub(super) fn buffers(value: &Function) -> impl Iterator<Item = (&Parameter, Ident)> {
    let active = value.parameters.iter().filter(|parameter| parameter.active);
    active.map(|parameter| {
        let name = buffer_name(&value.parameters, &value.outside, parameter);
        (parameter, super::names::identifier_at(&name, parameter.span.start))
    })
}

fn has_dynamic_gradient(parameter: &Parameter) -> bool {
    matches!(parameter.ty.tangent(), Type::Vec(_))
}

/// Panics where an argument has another length than the parameter it goes with. `what`: what it is.
pub(super) fn same_length(argument: &Ident, parameter: &Ident, what: &str) -> TokenStream {
    let message = format!(
        "`{argument}` has {{}} elements, but `{parameter}` has {{}}: the {what} needs as many"
    );
    quote_spanned! {crate::edition::root()=>
        ::core::assert!(
            #argument.len() == #parameter.len(),
            #message,
            #argument.len(),
            #parameter.len()
        );
    }
}
