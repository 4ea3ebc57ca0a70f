//! The functions that the compiler knows by path: std's and core's.
//!
//! One table for `resolve` (is this path a function that needs no signature?), `infer` (its type)
//! and `lower` (what it does). A function that is also a method (`f64::max`, `i32::pow`) is known
//! as that method, whichever it is: whether the type has the method is asked in one place, where
//! method calls are typed.

use crate::types::{FloatType, IntegerType, Type};

/// A function known by path.
#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    /// `f64::max`, `usize::pow`, `<f32>::sin`: an associated function of a primitive. Called with the
    /// receiver as first argument, or without one (`f64::from`, `f64::from_bits`).
    Primitive(Type, String),
    /// `Float::max`, by the trait: the type is that of the first argument.
    FloatTrait(String),
    /// Anything else, by its row in the table.
    Function(KnownFunction),
}

macro_rules! known_functions {
    ($( $(#[$doc:meta])* $name:ident: $($path:literal)+; )*) => {
        /// A free or associated function that is no method of a primitive.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum KnownFunction { $( $(#[$doc])* $name, )* }

        /// Every known function with its paths; `std::`, `core::`, `alloc::` in front are stripped
        /// before the look-up.
        pub const KNOWN_FUNCTIONS: &[(KnownFunction, &[&str])] =
            &[$( (KnownFunction::$name, &[$($path),+]), )*];
    };
}

known_functions! {
    /// `std::mem::swap(&mut a, &mut b)`
    Swap: "mem::swap";
    /// `std::mem::replace(&mut a, b)`
    Replace: "mem::replace";
    /// `std::mem::take(&mut a)`
    Take: "mem::take";
    /// `drop(a)`
    Drop: "drop" "mem::drop";
    /// `Vec::new()`
    VecNew: "Vec::new" "vec::Vec::new" "Vec::default";
    /// `Vec::with_capacity(n)`
    VecWithCapacity: "Vec::with_capacity" "vec::Vec::with_capacity";
    /// `Vec::from(a)`
    VecFrom: "Vec::from" "vec::Vec::from";
    /// `Some(a)`
    Some: "Some" "Option::Some" "option::Option::Some";
    /// `Ok(a)`
    Ok: "Ok" "Result::Ok" "result::Result::Ok";
    /// `Err(a)`
    Err: "Err" "Result::Err" "result::Result::Err";
    /// `std::cmp::max(a, b)` of integers
    CompareMax: "cmp::max";
    /// `std::cmp::min(a, b)` of integers
    CompareMin: "cmp::min";
    /// `std::array::from_fn(|i| …)`
    ArrayFromFn: "array::from_fn";
    /// `std::convert::identity(a)`
    Identity: "convert::identity" "hint::black_box";
    /// `std::iter::zip(a, b)`
    IteratorZip: "iter::zip";
    /// `std::iter::once(a)`
    IteratorOnce: "iter::once";
    /// `std::iter::repeat(a)`
    IteratorRepeat: "iter::repeat";
    /// `std::iter::repeat_n(a, n)`
    IteratorRepeatN: "iter::repeat_n";
    /// `detach(a)`: the value with zero derivative
    Detach: "detach" "autodiff_core::detach" "special::detach" "autodiff_core::special::detach";
    /// The error function
    Erf: "erf" "special::erf" "autodiff_core::special::erf";
    /// The complementary error function
    Erfc: "erfc" "special::erfc" "autodiff_core::special::erfc";
    /// The standard normal distribution function
    NormCdf: "norm_cdf" "special::norm_cdf" "autodiff_core::special::norm_cdf";
    /// Logarithm of the gamma function
    LnGamma: "ln_gamma" "special::ln_gamma" "autodiff_core::special::ln_gamma";
    /// Logarithmic derivative of the gamma function
    Digamma: "digamma" "special::digamma" "autodiff_core::special::digamma";
}

/// Names of core's functions that a user's own function may have: who calls one by its name alone
/// asks whose it is, as for any other function.
pub const ASKED_FOR: &[&str] = &["detach", "erf", "erfc", "norm_cdf", "ln_gamma", "digamma"];

/// A path's text without the root crate of the standard library.
pub fn without_std(text: &str) -> &str {
    ["std::", "core::", "alloc::"].iter().find_map(|root| text.strip_prefix(root)).unwrap_or(text)
}

/// The primitive of this name.
pub fn primitive(name: &str) -> Option<Type> {
    Some(match name {
        "f32" => Type::F32,
        "f64" => Type::F64,
        "bool" => Type::Bool,
        _ => Type::Integer(IntegerType::from_name(name)?),
    })
}

/// What the function of this path text ([`crate::hir::Path::text`]) is, if the compiler knows it.
/// `float_parameters` are the type parameters bounded by `Float`.
pub fn function(text: &str, float_parameters: &[std::rc::Rc<str>]) -> Option<Known> {
    let text = without_std(text);
    let text = text.strip_prefix("primitive::").unwrap_or(text);
    if let Some((function, _)) = KNOWN_FUNCTIONS.iter().find(|(_, paths)| paths.contains(&text)) {
        return Some(Known::Function(*function));
    }
    let (owner, method) = text.rsplit_once("::")?;
    if !method.starts_with(|first: char| first.is_lowercase()) {
        return None;
    }
    if let Some(ty) = primitive(owner) {
        return Some(Known::Primitive(ty, method.to_string()));
    }
    if let Some(name) = float_parameters.iter().find(|name| &***name == owner) {
        let ty = Type::Float(FloatType::Parameter(name.clone()));
        return Some(Known::Primitive(ty, method.to_string()));
    }
    matches!(owner, "Float" | "autodiff_core::Float").then(|| Known::FloatTrait(method.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_known_with_and_without_std() {
        let swap = Some(Known::Function(KnownFunction::Swap));
        for text in ["std::mem::swap", "core::mem::swap", "mem::swap"] {
            assert_eq!(function(text, &[]), swap);
        }
        assert_eq!(function("swap", &[]), None, "may be the user's own");
        assert_eq!(function("f64::max", &[]), Some(Known::Primitive(Type::F64, "max".into())));
        assert_eq!(function("f64::EPSILON", &[]), None);
        assert_eq!(function("model::step", &[]), None);
        assert_eq!(
            function("T::sqrt", &["T".into()]),
            Some(Known::Primitive(Type::Float(FloatType::Parameter("T".into())), "sqrt".into()))
        );
        assert_eq!(function("T::sqrt", &[]), None);
        assert_eq!(function("Float::sqrt", &[]), Some(Known::FloatTrait("sqrt".into())));
    }

    #[test]
    fn no_path_stands_twice_in_the_table() {
        let mut paths: Vec<_> =
            KNOWN_FUNCTIONS.iter().flat_map(|(_, paths)| paths.iter()).collect();
        let count = paths.len();
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), count);
    }
}
