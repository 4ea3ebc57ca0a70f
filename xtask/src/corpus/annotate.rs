//! Puts the attribute in front of functions and leaves everything else of a crate as it is.
//!
//! The attribute goes on the line of `fn`, so that line numbers stay those of the published file and an
//! error of rustc tells which function it is about. It takes arguments in two cases only: `name = …` for
//! a function with the name of a module beside it, `wrt(…)` for a helper function that also takes
//! things whose types the compiler does not know, such as an enum. Helper functions that a function calls, found by
//! name anywhere in its crate, get the attribute too if a parameter holds floats: a caller's gradient
//! needs theirs.

use super::Function;
use super::select::{free_functions, is_unknown, mentions_floats};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// An annotated function: index of its crate, file, name.
pub(super) type Key = (usize, String, String);

/// The annotated functions, and whether the name is taken: `mod beta; pub use beta::beta;` needs
/// `name = "beta_"`, since the type beside the function would have the module's name.
pub(super) type Annotated = BTreeMap<Key, bool>;

/// A published crate.
pub(super) struct Package {
    /// Every file that is not Rust or not below `src`, with its path relative to the crate's folder.
    pub(super) others: Vec<(PathBuf, String)>,
    /// The files below `src`, by path relative to the crate's folder.
    pub(super) files: BTreeMap<String, SourceFile>,
}

/// A file of Rust.
pub(super) struct SourceFile {
    /// Its text.
    pub(super) text: String,
    functions: Vec<Declared>,
}

/// A function at the top of a file.
struct Declared {
    name: String,
    takes_floats: bool,
    /// The parameters that hold floats, if there are others of unknown types.
    wrt: Option<Vec<String>>,
    calls: BTreeSet<String>,
}

impl Package {
    /// Reads a crate's folder.
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let mut package = Self { others: vec![], files: BTreeMap::new() };
        package.read_folder(folder, Path::new(""))?;
        Ok(package)
    }

    fn read_folder(&mut self, root: &Path, below: &Path) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("{}: {error}", root.join(below).display());
        for entry in fs::read_dir(root.join(below)).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = below.join(entry.file_name());
            if entry.file_type().map_err(failed)?.is_dir() {
                self.read_folder(root, &path)?;
                continue;
            }
            // What is not text (images, data of tests) is not needed to build a crate.
            let Ok(text) = fs::read_to_string(root.join(&path)) else { continue };
            let is_rust = path.extension().is_some_and(|extension| extension == "rs");
            match is_rust && path.starts_with("src") {
                true => {
                    let functions = declared(&text);
                    let name = path.to_string_lossy().replace('\\', "/");
                    self.files.insert(name, SourceFile { text, functions });
                }
                false => self.others.push((path, text)),
            }
        }
        Ok(())
    }

    fn declared(&self, file: &str, name: &str) -> impl Iterator<Item = &Declared> {
        self.files
            .get(file)
            .into_iter()
            .flat_map(|file| &file.functions)
            .filter(move |declared| declared.name == name)
    }
}

impl SourceFile {
    /// The text with the attribute in front of these functions; with `name = …` where that is set.
    pub(super) fn annotated(&self, names: &BTreeMap<&str, bool>) -> String {
        let mut annotated = String::new();
        for line in self.text.split_inclusive('\n') {
            if let Some((name, taken)) = declares(line).and_then(|name| names.get_key_value(name)) {
                annotated.push_str(&self.attribute(name, *taken));
            }
            annotated.push_str(line);
        }
        annotated
    }

    fn attribute(&self, function: &str, taken: bool) -> String {
        let declared = self.functions.iter().find(|declared| declared.name == function);
        let wrt = declared.and_then(|declared| declared.wrt.as_ref());
        let mut arguments: Vec<String> =
            wrt.into_iter().map(|names| format!("wrt({})", names.join(", "))).collect();
        if taken {
            arguments.push(format!("name = \"{function}_\""));
        }
        match arguments.is_empty() {
            true => "#[autodiff_core::differentiate] ".to_string(),
            false => format!("#[autodiff_core::differentiate({})] ", arguments.join(", ")),
        }
    }

    /// The function that a line, counted from 1, belongs to.
    pub(super) fn function_at(&self, line: usize) -> Option<&str> {
        let lines: Vec<&str> = self.text.lines().collect();
        lines.iter().enumerate().find_map(|(index, text)| {
            let name = declares(text)?;
            extent(&lines, index).contains(&(line - 1)).then_some(name)
        })
    }
}

/// The lines of the function that begins on a line.
fn extent(lines: &[&str], first: usize) -> RangeInclusive<usize> {
    let count = |bracket| lines[first].matches(bracket).count();
    if count('{') > 0 && count('{') == count('}') {
        return first..=first;
    }
    let rest = lines[first..].iter().position(|line| line.starts_with('}'));
    first..=rest.map_or(lines.len(), |rest| first + rest)
}

/// The name of the function that is declared on a line which is not indented.
fn declares(line: &str) -> Option<&str> {
    let (before, after) = match line.strip_prefix("fn ") {
        Some(after) => ("", after),
        None => line.split_once(" fn ")?,
    };
    let is_modifier = |word: &str| {
        matches!(word, "pub" | "const" | "extern" | "\"C\"" | "pub(crate)" | "pub(super)")
    };
    let starts = before.is_empty() || before.starts_with(|first: char| !first.is_whitespace());
    let name = after.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    (starts && before.split_whitespace().all(is_modifier)).then_some(name)
}

/// Everything that takes part, and the helper functions that it needs.
pub(super) fn everything(packages: &[Package], functions: &[Function]) -> Annotated {
    let mut annotated = Annotated::new();
    let mut waiting: Vec<Key> = functions.iter().map(Function::key).collect();
    while let Some(key) = waiting.pop() {
        if annotated.insert(key.clone(), false).is_some() {
            continue;
        }
        let (crate_index, file, name) = &key;
        let package = &packages[*crate_index];
        for call in package.declared(file, name).flat_map(|declared| &declared.calls) {
            for other in package.files.keys() {
                if package.declared(other, call).any(|declared| declared.takes_floats) {
                    waiting.push((*crate_index, other.clone(), call.clone()));
                }
            }
        }
    }
    annotated
}

fn declared(text: &str) -> Vec<Declared> {
    // A file that cannot be parsed alone is one that `include!` takes: it has no functions of its own.
    let Ok(file) = syn::parse_file(text) else { return vec![] };
    free_functions(&file)
        .map(|function| {
            let mut calls = BTreeSet::new();
            find_calls(function.block.to_token_stream(), &mut calls);
            let mut wrt = vec![];
            let mut others = false;
            for input in &function.sig.inputs {
                let syn::FnArg::Typed(typed) = input else { continue };
                match &*typed.pat {
                    syn::Pat::Ident(pattern) if mentions_floats(&typed.ty) => {
                        wrt.push(pattern.ident.to_string());
                    }
                    _ => others |= is_unknown(&typed.ty),
                }
            }
            let name = function.sig.ident.to_string();
            Declared { name, takes_floats: !wrt.is_empty(), wrt: others.then_some(wrt), calls }
        })
        .collect()
}

/// Every name that a parenthesis follows.
fn find_calls(tokens: TokenStream, calls: &mut BTreeSet<String>) {
    let mut name = None;
    for token in tokens {
        match &token {
            TokenTree::Group(group) => {
                if let (Some(name), Delimiter::Parenthesis) = (name.take(), group.delimiter()) {
                    calls.insert(name);
                }
                find_calls(group.stream(), calls);
            }
            TokenTree::Ident(ident) => name = Some(ident.to_string()),
            _ => name = None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "/// Doubles.
#[inline]
pub(crate) fn double(x: f64) -> f64 {
    fn inner(x: f64) -> f64 { 2.0 * x }
    inner(x)
}

fn one(x: f64) -> f64 { x + helper(x) }
";

    #[test]
    fn only_chosen_functions_get_the_attribute() {
        let file = SourceFile { text: TEXT.to_string(), functions: declared(TEXT) };
        let annotated = file.annotated(&BTreeMap::from([("double", false)]));
        let expected = TEXT.replace("pub(crate)", "#[autodiff_core::differentiate] pub(crate)");
        assert_eq!(annotated, expected);
        assert_eq!(file.annotated(&BTreeMap::new()), TEXT);
    }

    #[test]
    fn arguments_are_given_where_they_are_needed() {
        let text = "fn tail(x: f64, kind: Kind, n: usize) -> f64 { x }\n";
        let file = SourceFile { text: text.to_string(), functions: declared(text) };
        let annotated = file.annotated(&BTreeMap::from([("tail", true)]));
        let attribute = "#[autodiff_core::differentiate(wrt(x), name = \"tail_\")] ";
        assert_eq!(annotated, format!("{attribute}{text}"));
    }

    #[test]
    fn lines_belong_to_functions() {
        let file = SourceFile { text: TEXT.to_string(), functions: vec![] };
        let found: Vec<_> = (1..=8).map(|line| file.function_at(line)).collect();
        let double = Some("double");
        assert_eq!(found, [None, None, double, double, double, double, None, Some("one")]);
    }

    #[test]
    fn calls_are_found() {
        let functions = declared(TEXT);
        assert_eq!(functions[1].calls, BTreeSet::from(["helper".to_string()]));
    }
}
