//! Writes what the compiler does to files, for `AUTODIFF_EMIT`: the IR before and after each pass and
//! the generated code, formatted. Behind the feature `dump`, which normal builds do not have.
//!
//! A function has one [`Dump`]; its files are numbered in the order of the passes:
//!
//! ```text
//! model.mse.00-lower.ir
//! model.mse.01-simplify.ir
//! model.mse.02-emit.rs
//! ```
//!
//! The names are safe on every file system; a second function of one name in a crate is `mse-2`.
//! A rebuild overwrites the files of the build before.

use crate::ir::Function;
use proc_macro2::TokenStream;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// How often this process, which expands one crate, has seen a name.
static SEEN: Mutex<Option<HashMap<(PathBuf, String), u32>>> = Mutex::new(None);

/// The files of one function.
#[derive(Debug)]
pub struct Dump {
    directory: PathBuf,
    name: String,
    written: usize,
}

impl Dump {
    /// Files in the directory, which is made if it is not there. The name is that of the function;
    /// that of the crate under compilation, if Cargo tells it, goes before it.
    pub fn new(directory: impl Into<PathBuf>, name: &str) -> Self {
        let directory = directory.into();
        let package = std::env::var("CARGO_CRATE_NAME").ok();
        let full = match &package {
            Some(package) => format!("{}.{}", safe(package), safe(name)),
            None => safe(name),
        };
        let mut seen = SEEN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        // File systems that do not tell `Mse` from `mse` exist.
        let key = (directory.clone(), full.to_lowercase());
        let count = seen.get_or_insert_with(HashMap::new).entry(key).or_insert(0);
        *count += 1;
        let name = if *count == 1 { full } else { format!("{full}-{count}") };
        Self { directory, name, written: 0 }
    }

    /// The IR after a pass.
    pub fn ir(&mut self, stage: &str, function: &Function) -> io::Result<PathBuf> {
        self.text(stage, "ir", &function.to_string())
    }

    /// Generated code, formatted.
    pub fn rust(&mut self, stage: &str, code: &TokenStream) -> io::Result<PathBuf> {
        self.text(stage, "rs", &format_rust(code))
    }

    fn text(&mut self, stage: &str, extension: &str, text: &str) -> io::Result<PathBuf> {
        let stage = format!("{:02}-{}.{extension}", self.written, safe(stage));
        self.written += 1;
        write_file(&self.directory, &self.name, &stage, text)
    }
}

/// Writes one text to `<directory>/<name>.<stage>` and gives the path. The name and the stage, which
/// may have an extension, are made safe; the directory is made if it is not there.
pub fn write(directory: &Path, name: &str, stage: &str, text: &str) -> io::Result<PathBuf> {
    let stage: Vec<_> = stage.split('.').map(safe).collect();
    write_file(directory, &safe(name), &stage.join("."), text)
}

fn write_file(directory: &Path, name: &str, stage: &str, text: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(directory)?;
    let path = directory.join(format!("{name}.{stage}"));
    fs::write(&path, text)?;
    Ok(path)
}

/// Items as a formatter would lay them out; the tokens as they are if they are no items.
pub fn format_rust(code: &TokenStream) -> String {
    match syn::parse2::<syn::File>(code.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(_) => format!("{code}\n"),
    }
}

/// Letters, digits, `_` and `-` alone, and not too many.
fn safe(name: &str) -> String {
    let name = name.trim_start_matches("r#");
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' };
    let text: String = name.chars().map(plain).take(80).collect();
    if text.is_empty() { "_".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Aggregate;
    use crate::ir::sketch::Sketch;
    use crate::types::Type;

    fn directory(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("autodiff-dump-{}-{name}", std::process::id()))
    }

    #[test]
    fn files_are_numbered_and_told_apart() {
        let place = directory("numbered");
        let function = Sketch::new("mse", Type::Unit).returns(Aggregate::Unit);
        let names = |mut dump: Dump| {
            let code = quote::quote!(
                fn f() {}
            );
            let paths = [dump.ir("lower", &function), dump.rust("emit", &code)];
            paths.map(|path| {
                let path = path.unwrap();
                let name = path.file_name().unwrap().to_str().unwrap();
                // Tests run under Cargo, which names the crate.
                let name = name.trim_start_matches("autodiff_compiler.").to_owned();
                (name, fs::read_to_string(path).unwrap())
            })
        };
        let ir = "fn mse() -> () {\n    return ()\n}\n".to_owned();
        let rust = "fn f() {}\n".to_owned();
        assert_eq!(
            names(Dump::new(&place, "mse")),
            [("mse.00-lower.ir".to_owned(), ir), ("mse.01-emit.rs".to_owned(), rust)]
        );
        assert_eq!(names(Dump::new(&place, "MSE"))[0].0, "MSE-2.00-lower.ir");
        fs::remove_dir_all(place).unwrap();
    }

    #[test]
    fn names_are_safe() {
        let place = directory("safe");
        let path = write(&place, "../<f64 as a>::b", "x/y.ir", "text").unwrap();
        assert_eq!(path, place.join("____f64_as_a___b.x_y.ir"));
        fs::remove_dir_all(place).unwrap();
        assert_eq!(safe("r#match"), "match");
        assert_eq!(safe(""), "_");
    }

    #[test]
    fn what_does_not_parse_is_written_as_it_is() {
        assert_eq!(format_rust(&quote::quote!(a + b)), "a + b\n");
    }
}
