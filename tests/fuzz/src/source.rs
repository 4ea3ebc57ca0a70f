//! Reading a file of functions: what is annotated, and the samples of the main function.
//!
//! The format is that of the corpus (`tests/corpus/src/text.rs`); here functions without samples stay,
//! since the main function calls them.

use autodiff_compiler::interpret::{Datum, Real};
use autodiff_compiler::types::{FloatType, Type};
use autodiff_compiler::verification::Program;
use autodiff_compiler::verification::source::{Annotated, lowered};
use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};

/// A file that can be run.
#[derive(Clone)]
pub struct Source {
    /// The annotated functions; the main function last.
    pub functions: Vec<Annotated>,
    /// Arguments for the main function.
    pub samples: Vec<Vec<syn::Expr>>,
}

/// `samples! { gradient name: (arguments), … }`.
struct Samples {
    name: syn::Ident,
    samples: Vec<Vec<syn::Expr>>,
}

impl Parse for Samples {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let _kind: syn::Ident = input.parse()?;
        let name = input.parse()?;
        input.parse::<syn::Token![:]>()?;
        let tuples = input.parse_terminated(syn::Expr::parse, syn::Token![,])?;
        let samples = tuples.into_iter().map(|tuple| match tuple {
            syn::Expr::Tuple(tuple) => tuple.elems.into_iter().collect(),
            other => vec![other],
        });
        Ok(Self { name, samples: samples.collect() })
    }
}

impl Source {
    /// Reads a file.
    ///
    /// # Errors
    /// If it is no Rust, or its samples are of no function in it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file = syn::parse_file(text).map_err(|error| error.to_string())?;
        Self::of(&file)
    }

    /// The same for a file that is parsed.
    ///
    /// # Errors
    /// If its samples are of no function in it.
    pub fn of(file: &syn::File) -> Result<Self, String> {
        let mut functions = vec![];
        let mut samples = None;
        for item in &file.items {
            match item {
                syn::Item::Fn(item) => functions.extend(annotated(item.clone())),
                syn::Item::Macro(item) if item.mac.path.is_ident("samples") => {
                    let parsed: Samples =
                        item.mac.parse_body().map_err(|error| error.to_string())?;
                    samples = Some(parsed);
                }
                _ => {}
            }
        }
        let Samples { name, samples } = samples.ok_or("there are no samples")?;
        let main = functions
            .iter()
            .position(|function| function.item.sig.ident == name)
            .ok_or_else(|| format!("no function `{name}`"))?;
        let main = functions.remove(main);
        functions.push(main);
        Ok(Self { functions, samples })
    }

    /// The program with each sample, or the reason why the compiler refuses it.
    ///
    /// # Errors
    /// The first refusal of a function.
    pub fn programs(&self) -> Result<Vec<Program>, String> {
        let functions: Vec<_> = lowered(&self.functions).into_iter().collect::<Result<_, _>>()?;
        let Some(main) = functions.last() else { return Ok(vec![]) };
        let mut programs = vec![];
        for sample in &self.samples {
            if sample.len() != main.parameters.len() {
                return Err("a sample of another length".to_owned());
            }
            let arguments: Option<Vec<_>> = sample
                .iter()
                .zip(&main.parameters)
                .map(|(value, parameter)| datum(value, &parameter.ty))
                .collect();
            let arguments = arguments.ok_or("a sample of another type")?;
            programs.push(Program { functions: functions.clone(), arguments });
        }
        Ok(programs)
    }
}

/// An annotated function without its attribute.
fn annotated(mut item: syn::ItemFn) -> Option<Annotated> {
    let mut options = None;
    item.attrs.retain(|attribute| {
        let own = attribute.path().is_ident("differentiate");
        if own {
            options = Some(match &attribute.meta {
                syn::Meta::List(list) => list.tokens.clone(),
                _ => TokenStream::new(),
            });
        }
        !own
    });
    Some(Annotated { options: options?, item })
}

/// A literal argument as the interpreter takes it: a `vec![…]` for a slice, the referent for a reference.
fn datum(value: &syn::Expr, ty: &Type) -> Option<Datum<Real>> {
    let ty = ty.referent();
    Some(match value {
        syn::Expr::Paren(inner) => datum(&inner.expr, ty)?,
        syn::Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => {
            match datum(&unary.expr, ty)? {
                Datum::Float(Real::Double(value)) => Datum::from(-value),
                Datum::Float(Real::Single(value)) => Datum::from(-value),
                Datum::Integer(value) => Datum::Integer(-value),
                _ => return None,
            }
        }
        syn::Expr::Lit(literal) => match (&literal.lit, ty) {
            (syn::Lit::Bool(value), _) => Datum::Bool(value.value),
            (syn::Lit::Float(value), Type::Float(FloatType::F32)) => {
                Datum::from(value.base10_parse::<f32>().ok()?)
            }
            (syn::Lit::Float(value), Type::Float(_)) => {
                Datum::from(value.base10_parse::<f64>().ok()?)
            }
            (syn::Lit::Int(value), Type::Integer(_)) => Datum::Integer(value.base10_parse().ok()?),
            _ => return None,
        },
        syn::Expr::Tuple(tuple) => match ty {
            Type::Tuple(types) if types.len() == tuple.elems.len() => {
                let elements = tuple.elems.iter().zip(types);
                Datum::Tuple(elements.map(|(e, ty)| datum(e, ty)).collect::<Option<_>>()?)
            }
            _ => return None,
        },
        syn::Expr::Array(array) => list(&array.elems, ty)?,
        syn::Expr::Macro(call) => {
            let parse = syn::punctuated::Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
            list(&call.mac.parse_body_with(parse).ok()?, ty)?
        }
        _ => return None,
    })
}

fn list(
    elements: &syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>,
    ty: &Type,
) -> Option<Datum<Real>> {
    let element = ty.element()?;
    let data = elements.iter().map(|value| datum(value, element));
    Some(Datum::List(data.collect::<Option<_>>()?))
}
