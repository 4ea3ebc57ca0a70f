//! What generated code puts together for functions that return a `Result` or an `Option`.

/// A `Result`, under whatever name: what its error type is.
pub trait Fallible {
    /// The error type.
    type Error;
}

impl<T, E> Fallible for Result<T, E> {
    type Error = E;
}

/// An `Option` from a value and whether it is there.
#[inline(always)]
pub fn option<T>((value, some): (T, bool)) -> Option<T> {
    some.then_some(value)
}

/// A `Result` from a value, whether it is there, and the error if it is not.
///
/// # Panics
///
/// If there is neither value nor error, which generated code never gives.
#[inline(always)]
pub fn result<T, E>((value, ok, error): (T, bool, Option<E>)) -> Result<T, E> {
    match (ok, error) {
        (true, _) => Ok(value),
        (false, Some(error)) => Err(error),
        (false, None) => unreachable!("a function failed without an error"),
    }
}
