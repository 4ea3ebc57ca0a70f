//! Names of ours beside the user's.

use super::Parameter;

/// The name of what goes with one of these parameters, or with all of them (`x_gradient`, `cotangent`), in a function
/// that takes the names `outside` from around it.
pub fn name_beside(parameters: &[Parameter], outside: &[String], wanted: &str) -> String {
    let parameters = parameters.iter().map(|parameter| &*parameter.name);
    free_name(wanted, parameters.chain(outside.iter().map(String::as_str)))
}

/// The name, with more at its end if the user has called something so.
pub fn free_name<Name: AsRef<str>>(wanted: &str, taken: impl IntoIterator<Item = Name>) -> String {
    let taken: Vec<Name> = taken.into_iter().collect();
    let mut name = plain(wanted).to_string();
    while taken.iter().any(|other| plain(other.as_ref()) == name) {
        name.push('_');
    }
    name
}

/// The name without `r#`: `r#x` and `x` are one.
pub fn plain(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}
