//! A corpus that nobody here wrote: free numerical functions of published crates, as they are, with
//! nothing but `#[autodiff_core::differentiate]` in front.
//!
//! `tests/published/crates.toml` names crates, exact versions and files. Every free function of these
//! files that takes floats and returns a float takes part (`select` has the rule); nothing is left out
//! because of what becomes of it. Each crate is copied as cargo fetched it to `target/corpus/crates`,
//! the attribute is put in front of the functions and of the helper functions that they call
//! (`annotate`), and cargo compiles the copies. A function with an error loses its attribute and is
//! refused, with the error as the cause, until the rest compiles (`compile`). What compiles is run: every
//! value is compared with the original's and every gradient with differences
//! (`tests/published/check`), at points drawn from the ranges in the list.
//!
//! Fails unless there are at least 100 functions from 15 crates, 80 % are accepted, all that is accepted
//! compiles, and nothing is wrong or could not be compared.

mod annotate;
pub(crate) mod compile;
pub(crate) mod driver;
pub(crate) mod list;
mod report;
pub(crate) mod select;
mod sources;

use crate::files::{cargo, read, write};
use std::path::{Path, PathBuf};

/// A function of the corpus and what became of it.
pub(crate) struct Function {
    /// Index of its crate in the list.
    pub(crate) crate_index: usize,
    /// The file, relative to the crate's folder.
    pub(crate) file: String,
    /// What can be called.
    pub(crate) candidate: select::Candidate,
    /// What became of it.
    pub(crate) fate: Fate,
}

impl Function {
    fn key(&self) -> annotate::Key {
        (self.crate_index, self.file.clone(), self.candidate.name.clone())
    }
}

/// What became of a function.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fate {
    /// Nothing is known yet: it is still annotated.
    Pending,
    /// The compiler refused it.
    Refused(String),
    /// rustc rejected what the compiler emitted.
    Rejected(String),
    /// Gradient and values agree with the original.
    Agrees(String),
    /// A gradient or value is wrong.
    Wrong(String),
    /// No point could be compared.
    Unchecked(String),
    /// The gradient is what the documented conventions say where there is no derivative, which is not
    /// what differences say. Not counted as accepted.
    Convention(String),
}

/// Builds and runs the corpus. `arguments` may name crates to take alone.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let root = std::env::current_dir().map_err(|error| error.to_string())?;
    let mut crates = list::read(&root.join("tests/published/crates.toml"))?;
    if !arguments.is_empty() {
        crates.retain(|entry| arguments.contains(&entry.name));
    }
    let folder = root.join("target/corpus");
    let sources = sources::fetch(&folder.join("sources"), &crates)?;

    let mut functions = vec![];
    let mut packages = vec![];
    for (crate_index, (entry, source)) in crates.iter().zip(&sources).enumerate() {
        for file in &entry.files {
            let text = read(&source.join(file))?;
            let candidates = select::candidates(&text)
                .map_err(|error| format!("{} {file}: {error}", entry.name))?;
            functions.extend(candidates.into_iter().map(|candidate| Function {
                crate_index,
                file: file.clone(),
                candidate,
                fate: Fate::Pending,
            }));
        }
        packages.push(annotate::Package::read(source)?);
    }
    println!("{} functions of {} crates", functions.len(), crates.len());

    let workspace = Workspace { folder, root };
    let mut annotated = annotate::everything(&packages, &functions);
    compile::until_it_compiles(&workspace, &crates, &packages, &mut functions, &mut annotated)?;
    compile::run(&workspace, &mut functions)?;
    for function in &mut functions {
        let conventions = &crates[function.crate_index].conventions;
        if let (Fate::Wrong(_), Some(reason)) =
            (&function.fate, conventions.get(&function.candidate.name))
        {
            function.fate = Fate::Convention(reason.clone());
        }
    }
    report::print(&crates, &functions);
    match arguments.is_empty() {
        true => report::judge(&crates, &functions),
        false => Ok(()),
    }
}

/// Where everything is.
pub(crate) struct Workspace {
    /// The folder that this command writes to.
    pub(crate) folder: PathBuf,
    /// The root of the project.
    pub(crate) root: PathBuf,
}

/// The text of all files in the list.
pub(crate) fn texts(root: &Path) -> Result<Vec<String>, String> {
    let crates = list::read(&root.join("tests/published/crates.toml"))?;
    let sources = sources::fetch(&root.join("target/corpus/sources"), &crates)?;
    let mut texts = vec![];
    for (entry, source) in crates.iter().zip(&sources) {
        for file in &entry.files {
            texts.push(read(&source.join(file))?);
        }
    }
    Ok(texts)
}
