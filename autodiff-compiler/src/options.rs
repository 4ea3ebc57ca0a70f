//! The arguments of `#[differentiate(…)]`.
//!
//! Parsing reports every problem on its token and goes on with the default of what was wrong.
//! [`Options::check`] then compares with the function's parameters.

use crate::diagnostics::{Diagnostics, SourceSpan};
use crate::ir::free_name;
use crate::signature::Notes;
use crate::suggest::nearest;
use crate::threads;
use crate::types::Type;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{FnArg, LitStr, Token};

/// What the user asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// `wrt(a, b)`: differentiate with respect to these; `None`: every parameter that holds floats.
    pub wrt: Option<Vec<Ident>>,
    /// `name = "energy_"`: prefix of the emitted functions, instead of a type of the function's name.
    pub name: Option<String>,
    /// Where `autodiff_core` is found.
    pub crate_path: TokenStream,
    /// `strict`: the value is bit-equal to the original.
    pub strict: bool,
    /// `checkpoint`: outermost sequential loops keep few states and run again from those.
    pub checkpoint: bool,
    /// Outputs asked for by name, in order. `value` alone leaves out the derivatives.
    pub outputs: Vec<Output>,
    /// Where each was asked for.
    pub spans: Vec<SourceSpan>,
    /// `order = 2`: callers may differentiate the derivatives; `order = 3`: those of these, too.
    pub order: u8,
}

/// A function that can be emitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Output {
    Value,
    ValueAndGradient,
    Gradient,
    GradientInto,
    Jvp,
    Vjp,
    Jacobian,
    ValueAndJacobian,
    Hvp,
    Hessian,
    ValueGradientHessian,
    ParValueAndGradient,
    ParGradientInto,
}

impl Output {
    /// Whether it runs on threads.
    pub fn is_parallel(self) -> bool {
        matches!(self, Self::ParValueAndGradient | Self::ParGradientInto)
    }

    /// The name of the function.
    pub fn name(self) -> &'static str {
        let row = OUTPUTS.iter().find(|(_, output)| *output == self);
        row.map_or("", |(name, _)| name)
    }
}

/// Every output with its name.
const OUTPUTS: &[(&str, Output)] = &[
    ("value", Output::Value),
    ("value_and_gradient", Output::ValueAndGradient),
    ("gradient", Output::Gradient),
    ("gradient_into", Output::GradientInto),
    ("jvp", Output::Jvp),
    ("vjp", Output::Vjp),
    ("jacobian", Output::Jacobian),
    ("value_and_jacobian", Output::ValueAndJacobian),
    ("hvp", Output::Hvp),
    ("hessian", Output::Hessian),
    ("value_gradient_hessian", Output::ValueGradientHessian),
    ("par_value_and_gradient", Output::ParValueAndGradient),
    ("par_gradient_into", Output::ParGradientInto),
];

/// Arguments that are no outputs.
const SETTINGS: &[&str] = &["wrt", "name", "crate", "strict", "order", "checkpoint", "fma"];

impl Default for Options {
    fn default() -> Self {
        Self {
            wrt: None,
            name: None,
            crate_path: quote_spanned!(crate::edition::root()=> ::autodiff_core),
            strict: false,
            checkpoint: false,
            outputs: Vec::new(),
            spans: Vec::new(),
            order: 1,
        }
    }
}

/// One argument: `word`, `word(…)` or `word = value`.
struct Argument {
    word: Ident,
    value: Value,
}

enum Value {
    None,
    List(TokenStream),
    Assigned(TokenStream),
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let word = Ident::parse_any(input)?;
        let value = if input.peek(syn::token::Paren) {
            let content;
            syn::parenthesized!(content in input);
            Value::List(content.parse()?)
        } else if input.parse::<Option<Token![=]>>()?.is_some() {
            let mut tokens = TokenStream::new();
            while !input.is_empty() && !input.peek(Token![,]) {
                input.parse::<proc_macro2::TokenTree>()?.to_tokens(&mut tokens);
            }
            Value::Assigned(tokens)
        } else {
            Value::None
        };
        Ok(Self { word, value })
    }
}

impl Options {
    /// Reads the attribute's arguments.
    pub fn parse(attribute: TokenStream, diagnostics: &mut Diagnostics) -> Options {
        let mut options = Options::default();
        let parser = Punctuated::<Argument, Token![,]>::parse_terminated;
        let arguments = match parser.parse2(attribute) {
            Ok(arguments) => arguments,
            Err(error) => {
                diagnostics.error(
                    error.span(),
                    error.to_string(),
                    "write the arguments with commas between them: `wrt(a, b), strict`".to_string(),
                );
                return options;
            }
        };
        let mut seen: Vec<String> = Vec::new();
        for Argument { word, value } in arguments {
            let text = word.to_string();
            if seen.contains(&text) {
                let help = format!("leave out the second `{text}`");
                diagnostics.error(word.span(), format!("`{text}` is given twice"), help);
                continue;
            }
            options.argument(&word, value, diagnostics);
            seen.push(text);
        }
        options.check_threads(diagnostics);
        options
    }

    /// Outputs that run on threads need what core has for them, and sum in an order of their own.
    fn check_threads(&self, diagnostics: &mut Diagnostics) {
        for (output, span) in self.outputs.iter().zip(&self.spans) {
            let name = output.name();
            if !output.is_parallel() {
                continue;
            }
            if self.strict {
                diagnostics.error(
                    *span,
                    format!(
                        "`{name}` adds in another order than the source, and `strict` keeps that"
                    ),
                    format!("leave out `strict` or `{name}`"),
                );
            } else if !threads::are_wanted() {
                diagnostics.error(
                    *span,
                    format!("`{name}` needs the feature `rayon` of `autodiff-core`"),
                    "write `autodiff-core = { version = \"…\", features = [\"rayon\"] }` in Cargo.toml"
                        .to_string(),
                );
            }
        }
    }

    fn argument(&mut self, word: &Ident, value: Value, diagnostics: &mut Diagnostics) {
        let text = word.to_string();
        if let Some((_, output)) = OUTPUTS.iter().find(|(name, _)| *name == text) {
            if expect_plain(word, &value, diagnostics) {
                self.outputs.push(*output);
                self.spans.push(word.span().into());
            }
            return;
        }
        match text.as_str() {
            "wrt" => match value {
                Value::List(tokens) => self.wrt = read_wrt(word, tokens, diagnostics),
                _ => diagnostics.error(
                    word.span(),
                    "`wrt` needs a list of parameters",
                    "write `wrt(a, b)`".to_string(),
                ),
            },
            "name" => match value {
                Value::Assigned(tokens) => self.name = read_name(word, tokens, diagnostics),
                _ => diagnostics.error(
                    word.span(),
                    "`name` needs a prefix for the emitted functions",
                    "write `name = \"energy_\"`".to_string(),
                ),
            },
            "crate" => match value {
                Value::Assigned(tokens) => match syn::Path::parse_mod_style.parse2(tokens) {
                    Ok(path) => self.crate_path = path.to_token_stream(),
                    Err(_) => bad_crate(word, diagnostics),
                },
                _ => bad_crate(word, diagnostics),
            },
            "strict" => self.strict = expect_plain(word, &value, diagnostics),
            "checkpoint" => self.checkpoint = expect_plain(word, &value, diagnostics),
            "order" => match value {
                Value::Assigned(tokens) => self.order = read_order(word, tokens, diagnostics),
                _ => bad_order(SourceSpan::from(word.span()), diagnostics),
            },
            "fma" => not_yet(word, diagnostics),
            _ => unknown(word, diagnostics),
        }
    }

    /// What callers may know of what is emitted.
    pub fn notes(&self) -> Notes {
        let second = [Output::Hvp, Output::Hessian, Output::ValueGradientHessian];
        let second = self.order >= 2 || second.iter().any(|output| self.outputs.contains(output));
        // The gradient calls the value, and its tangent that of the value.
        let jvp = second || self.outputs.contains(&Output::Jvp);
        Notes { jvp, second, third: self.order >= 3, ..Notes::default() }
    }

    /// Whether `wrt` names a parameter; `None` without `wrt`.
    pub fn names(&self, parameter: &FnArg) -> Option<bool> {
        let wrt = self.wrt.as_ref()?;
        Some(match parameter {
            FnArg::Receiver(_) => wrt.iter().any(|name| name == "self"),
            FnArg::Typed(typed) => parameter_name(&typed.pat)
                .is_some_and(|own| wrt.iter().any(|name| name.unraw() == own.unraw())),
        })
    }

    /// Which parameters the derivative covers. `self` is passive unless it is named or the only
    /// parameter that can hold floats.
    pub fn active<'p>(
        &self,
        inputs: impl IntoIterator<Item = &'p FnArg>,
        types: &[Type],
    ) -> Vec<bool> {
        let others_hold_floats = |inputs: &[&FnArg]| {
            inputs
                .iter()
                .zip(types)
                .any(|(input, ty)| matches!(input, FnArg::Typed(_)) && ty.holds_floats())
        };
        let inputs: Vec<_> = inputs.into_iter().collect();
        inputs
            .iter()
            .zip(types)
            .map(|(input, ty)| {
                ty.holds_floats()
                    && self.names(input).unwrap_or_else(|| match input {
                        FnArg::Receiver(_) => !others_hold_floats(&inputs),
                        FnArg::Typed(_) => true,
                    })
            })
            .collect()
    }

    /// Compares `wrt` with the parameters and their types.
    pub fn check<'p>(
        &self,
        inputs: impl IntoIterator<Item = &'p FnArg>,
        types: &[Type],
        diagnostics: &mut Diagnostics,
    ) {
        let inputs: Vec<_> = inputs.into_iter().collect();
        let parameters: Vec<_> = inputs
            .iter()
            .zip(types)
            .filter_map(|(input, ty)| match input {
                FnArg::Receiver(_) => Some(("self".to_string(), ty)),
                FnArg::Typed(input) => {
                    parameter_name(&input.pat).map(|name| (name.unraw().to_string(), ty))
                }
            })
            .collect();
        let names = || parameters.iter().map(|(name, _)| name.as_str());
        for (input, name) in inputs.iter().zip(parameter_names(inputs.iter().copied())) {
            let name = name.to_string();
            let rest = self.name.as_deref().and_then(|prefix| name.strip_prefix(prefix));
            let is_output = |rest: &str| {
                rest.starts_with("__") || OUTPUTS.iter().any(|(output, _)| *output == rest)
            };
            if rest.is_some_and(is_output) {
                diagnostics.error(
                    SourceSpan::of(input),
                    format!("`{name}` is the name of an emitted function, too"),
                    "choose another prefix for `name`, or another name for the parameter"
                        .to_string(),
                );
            }
        }
        for name in self.wrt.iter().flatten() {
            let text = name.unraw().to_string();
            match parameters.iter().find(|(other, _)| *other == text) {
                None => {
                    let help = match nearest(&text, names()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("the parameters are {}", list(names())),
                    };
                    diagnostics.error(name.span(), format!("no parameter is named `{text}`"), help);
                }
                Some((_, ty)) if !ty.holds_floats() => diagnostics.error(
                    name.span(),
                    format!("`{text}` holds no floats: its type is `{ty}`"),
                    match ty.referent() {
                        Type::Opaque(_) => format!(
                            "derive `Differentiable` for `{}`, or leave `{text}` out of `wrt`",
                            ty.referent()
                        ),
                        _ => format!("leave `{text}` out of `wrt`"),
                    },
                ),
                Some(_) => {}
            }
        }
    }
}

/// The name of a parameter whose pattern is a plain name.
pub fn parameter_name(pattern: &syn::Pat) -> Option<&Ident> {
    match pattern {
        syn::Pat::Ident(pattern) if pattern.subpat.is_none() => Some(&pattern.ident),
        syn::Pat::Paren(inner) => parameter_name(&inner.pat),
        _ => None,
    }
}

/// The names of parameters; what the user takes apart is `argument_0`, …, by its position.
pub fn parameter_names<'p>(inputs: impl IntoIterator<Item = &'p FnArg>) -> Vec<Ident> {
    let written = |input: &FnArg| match input {
        FnArg::Receiver(receiver) => Some(Ident::from(receiver.self_token)),
        FnArg::Typed(typed) => parameter_name(&typed.pat).cloned(),
    };
    let written: Vec<_> = inputs.into_iter().map(written).collect();
    let named = |(position, name): (usize, &Option<Ident>)| {
        name.clone().unwrap_or_else(|| {
            let taken = written.iter().flatten().map(Ident::to_string);
            Ident::new(&free_name(&format!("argument_{position}"), taken), Span::call_site())
        })
    };
    written.iter().enumerate().map(named).collect()
}

fn read_wrt(
    word: &Ident,
    tokens: TokenStream,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Ident>> {
    let names = |input: ParseStream<'_>| {
        Punctuated::<Ident, Token![,]>::parse_terminated_with(input, Ident::parse_any)
    };
    let names = match names.parse2(tokens) {
        Ok(names) => names,
        Err(error) => {
            diagnostics.error(
                error.span(),
                "`wrt` takes names of parameters",
                "write `wrt(a, b)`".to_string(),
            );
            return None;
        }
    };
    if names.is_empty() {
        diagnostics.error(
            word.span(),
            "`wrt` names no parameter",
            "name one, or leave `wrt` out for all that hold floats".to_string(),
        );
        return None;
    }
    let mut unique: Vec<Ident> = Vec::new();
    for name in names {
        if unique.iter().any(|other| other.unraw() == name.unraw()) {
            let message = format!("`{name}` is named twice in `wrt`");
            diagnostics.error(name.span(), message, format!("leave out the second `{name}`"));
        } else {
            unique.push(name);
        }
    }
    Some(unique)
}

fn read_name(word: &Ident, tokens: TokenStream, diagnostics: &mut Diagnostics) -> Option<String> {
    let example = || "write `name = \"energy_\"`".to_string();
    let Ok(prefix) = syn::parse2::<LitStr>(tokens) else {
        diagnostics.error(word.span(), "`name` takes a string", example());
        return None;
    };
    let text = prefix.value();
    if syn::parse_str::<Ident>(&format!("{text}gradient")).is_err() || text.is_empty() {
        let message = format!("\"{text}\" cannot begin the name of a function");
        diagnostics.error(prefix.span(), message, example());
        return None;
    }
    Some(text)
}

fn expect_plain(word: &Ident, value: &Value, diagnostics: &mut Diagnostics) -> bool {
    let tokens = match value {
        Value::None => return true,
        Value::List(tokens) | Value::Assigned(tokens) => tokens,
    };
    let span =
        if tokens.is_empty() { SourceSpan::from(word.span()) } else { SourceSpan::of(tokens) };
    diagnostics.error(span, format!("`{word}` takes no value"), format!("write `{word}` alone"));
    false
}

fn bad_crate(word: &Ident, diagnostics: &mut Diagnostics) {
    diagnostics.error(
        word.span(),
        "`crate` takes a path to `autodiff_core`",
        "write `crate = my_crate::autodiff_core`".to_string(),
    );
}

/// The number after `order =`.
fn read_order(word: &Ident, tokens: TokenStream, diagnostics: &mut Diagnostics) -> u8 {
    let span = if tokens.is_empty() { word.span().into() } else { SourceSpan::of(&tokens) };
    let number = syn::parse2::<syn::LitInt>(tokens).ok();
    match number.and_then(|number| number.base10_parse().ok()) {
        Some(order @ 1..=3) => order,
        _ => {
            bad_order(span, diagnostics);
            1
        }
    }
}

fn bad_order(span: SourceSpan, diagnostics: &mut Diagnostics) {
    diagnostics.error(
        span,
        "`order` takes the highest order of derivatives that callers may ask for",
        "write `order = 2` or `order = 3`".to_string(),
    );
}

fn not_yet(word: &Ident, diagnostics: &mut Diagnostics) {
    diagnostics.error(
        word.span(),
        format!("`{word}` is not available in this version"),
        "leave it out".to_string(),
    );
}

fn unknown(word: &Ident, diagnostics: &mut Diagnostics) {
    let known = || SETTINGS.iter().copied().chain(OUTPUTS.iter().map(|(name, ..)| *name));
    let text = word.to_string();
    let help = match nearest(&text, known()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the arguments are {}", list(known())),
    };
    diagnostics.error(word.span(), format!("`{text}` is no argument of `differentiate`"), help);
}

fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<_> = words.into_iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    fn parse(attribute: &str) -> (Options, Vec<String>) {
        let mut diagnostics = Diagnostics::new();
        let tokens = TokenStream::from_str(attribute).expect("tokens");
        let options = Options::parse(tokens, &mut diagnostics);
        (options, diagnostics.iter().map(|diagnostic| diagnostic.text()).collect())
    }

    fn accepted(attribute: &str) -> Options {
        let (options, errors) = parse(attribute);
        assert!(errors.is_empty(), "{errors:?}");
        options
    }

    fn refused(attribute: &str, expected: &[&str]) {
        assert_eq!(parse(attribute).1, expected, "{attribute}");
    }

    #[test]
    fn every_argument_is_read() {
        let options = accepted("");
        assert!(options.wrt.is_none() && options.name.is_none() && !options.strict);
        assert_eq!(options.crate_path.to_string(), ":: autodiff_core");
        let options =
            accepted("wrt(self, w,), name = \"energy_\", crate = crate::ad, strict, gradient,");
        let wrt: Vec<_> = options.wrt.iter().flatten().map(Ident::to_string).collect();
        assert_eq!(wrt, ["self", "w"]);
        assert_eq!(options.name.as_deref(), Some("energy_"));
        assert_eq!(options.crate_path.to_string(), "crate :: ad");
        assert!(options.strict);
        assert_eq!(options.outputs, [Output::Gradient]);
        assert_eq!(options.order, 1);
        assert_eq!(accepted("order = 2").order, 2);
    }

    #[test]
    fn wrong_arguments_are_refused_all_at_once() {
        refused(
            "wtr(a), strict = 1, strict, banana, fma",
            &[
                "`wtr` is no argument of `differentiate`\nhelp: did you mean `wrt`?",
                "`strict` takes no value\nhelp: write `strict` alone",
                "`strict` is given twice\nhelp: leave out the second `strict`",
                "`banana` is no argument of `differentiate`\nhelp: the arguments are `wrt`, `name`, \
                 `crate`, `strict`, `order`, `checkpoint`, `fma`, `value`, `value_and_gradient`, \
                 `gradient`, `gradient_into`, `jvp`, `vjp`, `jacobian`, `value_and_jacobian`, `hvp`, \
                 `hessian`, `value_gradient_hessian`, `par_value_and_gradient`, `par_gradient_into`",
                "`fma` is not available in this version\nhelp: leave it out",
            ],
        );
        refused("wrt", &["`wrt` needs a list of parameters\nhelp: write `wrt(a, b)`"]);
        refused(
            "wrt()",
            &[
                "`wrt` names no parameter\nhelp: name one, or leave `wrt` out for all that hold floats",
            ],
        );
        refused("wrt(1)", &["`wrt` takes names of parameters\nhelp: write `wrt(a, b)`"]);
        refused("wrt(a, a)", &["`a` is named twice in `wrt`\nhelp: leave out the second `a`"]);
        refused("name = energy", &["`name` takes a string\nhelp: write `name = \"energy_\"`"]);
        refused(
            "name",
            &["`name` needs a prefix for the emitted functions\nhelp: write `name = \"energy_\"`"],
        );
        refused(
            "name = \"1 \"",
            &["\"1 \" cannot begin the name of a function\nhelp: write `name = \"energy_\"`"],
        );
        let path = "`crate` takes a path to `autodiff_core`\nhelp: write `crate = my_crate::autodiff_core`";
        refused("crate = 3", &[path]);
        refused("crate", &[path]);
        let order = "`order` takes the highest order of derivatives that callers may ask for\n\
                     help: write `order = 2` or `order = 3`";
        for word in ["order", "order = 4", "order = 0", "order = two", "order(2)"] {
            refused(word, &[order]);
        }
        assert_eq!(parse("wrt(a) strict").1.len(), 1);
    }

    #[test]
    fn threads_need_a_feature_and_another_order() {
        refused(
            "par_gradient_into",
            &["`par_gradient_into` needs the feature `rayon` of `autodiff-core`\n\
               help: write `autodiff-core = { version = \"…\", features = [\"rayon\"] }` in Cargo.toml"],
        );
        threads::with_threads(true, || {
            let options = accepted("par_value_and_gradient");
            assert_eq!(options.outputs, [Output::ParValueAndGradient]);
            refused(
                "strict, par_value_and_gradient",
                &[
                    "`par_value_and_gradient` adds in another order than the source, and `strict` keeps \
                   that\nhelp: leave out `strict` or `par_value_and_gradient`",
                ],
            );
        });
    }

    fn checked(attribute: &str, signature: &str) -> (Vec<bool>, Vec<String>) {
        let options = accepted(attribute);
        let signature: syn::Signature = syn::parse_str(signature).expect("signature");
        let environment = crate::signature::Environment::default();
        let context = crate::resolve::TypeContext::new(&environment);
        let read = crate::resolve::signature_of(&signature, &options, &context);
        let mut diagnostics = Diagnostics::new();
        options.check(&signature.inputs, &read.parameters, &mut diagnostics);
        (read.active, diagnostics.iter().map(|diagnostic| diagnostic.text()).collect())
    }

    #[test]
    fn active_parameters_follow_from_types_and_wrt() {
        let signature = "fn f(weights: &[f64; 3], n: usize, mut y: f32)";
        assert_eq!(checked("", signature), (vec![true, false, true], vec![]));
        assert_eq!(checked("wrt(y)", signature), (vec![false, false, true], vec![]));
        let (_, errors) = checked("wrt(weigths, n, q)", signature);
        assert_eq!(
            errors,
            [
                "no parameter is named `weigths`\nhelp: did you mean `weights`?",
                "`n` holds no floats: its type is `usize`\nhelp: leave `n` out of `wrt`",
                "no parameter is named `q`\nhelp: the parameters are `weights`, `n`, `y`",
            ]
        );
        let raw = "fn f(r#x: f64, y: f64)";
        assert_eq!(checked("wrt(x)", raw), (vec![true, false], vec![]));
        let (_, errors) = checked("name = \"d_\"", "fn f(d_gradient: f64, d_x: f64)");
        assert_eq!(
            errors,
            [
                "`d_gradient` is the name of an emitted function, too\nhelp: choose another prefix for \
              `name`, or another name for the parameter"
            ]
        );
        let (_, errors) = checked("wrt(p)", "fn f(p: &Particle, x: f64)");
        assert_eq!(
            errors,
            ["`p` holds no floats: its type is `&Particle`\n\
              help: derive `Differentiable` for `Particle`, or leave `p` out of `wrt`"]
        );
    }
}
