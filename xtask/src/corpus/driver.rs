//! Writes the crates with their annotated functions, and the code that compares these: a module at the
//! end of each file, which reaches private functions, called by the modules of the files above it and
//! at last by the program `runner`.

use super::annotate::{Annotated, Package};
use super::list::Entry;
use super::select::{Candidate, Parameter};
use super::{Fate, Function, Workspace, write};
use std::collections::BTreeMap;
use std::fmt::Write;

const CHECK: &str = "::autodiff_published_check";

/// Writes everything that cargo needs.
pub(super) fn write_workspace(
    workspace: &Workspace,
    crates: &[Entry],
    packages: &[Package],
    functions: &[Function],
    annotated: &Annotated,
) -> Result<(), String> {
    let path = |folder: &str| workspace.root.join(folder).display().to_string().replace('\\', "/");
    let core = path("autodiff-core");
    let check = path("tests/published/check");
    let mut dependencies = format!("autodiff-published-check = {{ path = \"{check}\" }}\n");
    let mut calls = String::new();
    let mut members = String::new();
    for (crate_index, (entry, package)) in crates.iter().zip(packages).enumerate() {
        let folder = format!("crates/{}", entry.name);
        writeln!(members, "    \"{folder}\",").expect("memory");
        writeln!(
            dependencies,
            "{} = {{ path = \"../{folder}\", default-features = {}, features = {:?} }}",
            entry.name, entry.default_features, entry.features
        )
        .expect("memory");
        let folder = workspace.folder.join(folder);
        let mut library = entry.name.replace('-', "_");
        for (file, text) in &package.others {
            if file.as_os_str() == "Cargo.toml" {
                let (manifest, name) = manifest(text, entry, &core, &check)?;
                library = name.unwrap_or(library);
                write(&folder.join("Cargo.toml"), &manifest)?;
            } else {
                write(&folder.join(file), text)?;
            }
        }
        writeln!(calls, "    {library}::__corpus::run(&mut report);").expect("memory");
        let mine = |function: &&(usize, &Function)| function.1.crate_index == crate_index;
        let numbered: Vec<_> = functions.iter().enumerate().collect();
        let mut modules = modules(entry, package, annotated, numbered.iter().filter(mine).copied());
        for (name, file) in &package.files {
            let names: BTreeMap<&str, bool> = annotated
                .iter()
                .filter(|((index, file, _), _)| *index == crate_index && file == name)
                .map(|((_, _, function), taken)| (&**function, *taken))
                .collect();
            let mut text = file.annotated(&names);
            text.push_str(&modules.remove(name).unwrap_or_default());
            write(&folder.join(name), &text)?;
        }
    }
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\n    \"runner\",\n{members}]\n\n\
         [profile.dev]\ndebug = false\nincremental = false\n"
    );
    write(&workspace.folder.join("Cargo.toml"), &manifest)?;
    let manifest = format!(
        "[package]\nname = \"runner\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\n{dependencies}"
    );
    write(&workspace.folder.join("runner/Cargo.toml"), &manifest)?;
    let main = format!(
        "fn main() {{\n    let from = std::env::args().nth(1).map_or(0, |n| n.parse().unwrap());\n    \
         let mut report = autodiff_published_check::Report::new(from);\n{calls}}}\n"
    );
    write(&workspace.folder.join("runner/src/main.rs"), &main)
}

/// The manifest of a published crate without what only its own tests need, and with ours added; and the
/// library's name if the manifest says it.
fn manifest(
    text: &str,
    entry: &Entry,
    core: &str,
    check: &str,
) -> Result<(String, Option<String>), String> {
    let mut manifest: toml::Table = text.parse().map_err(|error| format!("{error}"))?;
    drop_unused_dependencies(&mut manifest, entry);
    for section in ["dev-dependencies", "bench", "example", "test", "bin", "lints", "profile"] {
        manifest.remove(section);
    }
    let table = |value: &str| toml::Table::from_iter([("path".to_string(), value.into())]);
    let dependencies = manifest.entry("dependencies").or_insert_with(|| toml::Table::new().into());
    if let Some(dependencies) = dependencies.as_table_mut() {
        dependencies.insert("autodiff-core".to_string(), table(core).into());
        dependencies.insert("autodiff-published-check".to_string(), table(check).into());
    }
    if let Some(targets) = manifest.get_mut("target").and_then(toml::Value::as_table_mut) {
        for target in targets.iter_mut().filter_map(|(_, value)| value.as_table_mut()) {
            target.remove("dev-dependencies");
        }
    }
    if let Some(package) = manifest.get_mut("package").and_then(toml::Value::as_table_mut) {
        for key in ["autobins", "autoexamples", "autotests", "autobenches"] {
            package.insert(key.to_string(), false.into());
        }
    }
    let mut name = None;
    if let Some(library) = manifest.get_mut("lib").and_then(toml::Value::as_table_mut) {
        library.remove("crate-type");
        name = library.get("name").and_then(toml::Value::as_str).map(str::to_string);
    }
    Ok((manifest.to_string(), name))
}

/// Takes optional dependencies out that no feature in use asks for: two crates may not link to the
/// same native library, even if neither is built.
fn drop_unused_dependencies(manifest: &mut toml::Table, entry: &Entry) {
    let Some(features) = manifest.get("features").and_then(toml::Value::as_table).cloned() else {
        return;
    };
    let mut used: Vec<String> = entry.features.clone();
    used.extend(entry.default_features.then(|| "default".to_string()));
    let mut next = 0;
    while let Some(feature) = used.get(next).cloned() {
        next += 1;
        let named = features.get(&feature).and_then(toml::Value::as_array);
        for name in named.into_iter().flatten().filter_map(toml::Value::as_str) {
            let name = dependency_of(name).to_string();
            if !used.contains(&name) {
                used.push(name);
            }
        }
    }
    let mut dropped = vec![];
    if let Some(dependencies) = manifest.get_mut("dependencies").and_then(toml::Value::as_table_mut)
    {
        dependencies.retain(|name, value| {
            let optional = value.get("optional").and_then(toml::Value::as_bool) == Some(true);
            let keep = !optional || used.iter().any(|used| used == name);
            if !keep {
                dropped.push(name.to_string());
            }
            keep
        });
    }
    if let Some(features) = manifest.get_mut("features").and_then(toml::Value::as_table_mut) {
        for (_, feature) in features.iter_mut() {
            if let Some(names) = feature.as_array_mut() {
                names.retain(|name| {
                    let name = name.as_str().map(dependency_of).unwrap_or_default();
                    !dropped.iter().any(|dropped| dropped == name)
                });
            }
        }
    }
}

/// The dependency or feature that an element of a feature names: `dep:a`, `a/b` and `a?/b` are about `a`.
fn dependency_of(name: &str) -> &str {
    let name = name.strip_prefix("dep:").unwrap_or(name);
    name.split(['/', '?']).next().unwrap_or(name)
}

/// What is added to each file of a crate.
fn modules<'f>(
    entry: &Entry,
    package: &Package,
    annotated: &Annotated,
    functions: impl Iterator<Item = (usize, &'f Function)>,
) -> BTreeMap<String, String> {
    let mut bodies: BTreeMap<Vec<String>, String> = BTreeMap::from([(vec![], String::new())]);
    for (number, function) in functions {
        let path = module_path(&function.file);
        // Every module on the way calls the next one.
        for length in 1..=path.len() {
            if !bodies.contains_key(&path[..length]) {
                bodies.insert(path[..length].to_vec(), String::new());
                let call =
                    format!("        super::{}::__corpus::run(__report);\n", path[length - 1]);
                bodies.entry(path[..length - 1].to_vec()).or_default().push_str(&call);
            }
        }
        if function.fate == Fate::Pending {
            let taken = annotated.get(&function.key()).is_some_and(|taken| *taken);
            let seed = seed(&[&entry.name, &function.file, &function.candidate.name]);
            let code = comparison(number, seed, &function.candidate, entry, taken);
            bodies.entry(path).or_default().push_str(&code);
        }
    }
    bodies
        .into_iter()
        .filter_map(|(path, body)| {
            let file = package.files.keys().find(|file| module_path(file) == path)?;
            let externs = if path.is_empty() { externs(&package.files[file].text) } else { String::new() };
            let module = format!(
                "\n{externs}#[doc(hidden)]\n#[allow(warnings, clippy::all)]\npub mod __corpus {{\n    \
                 use super::*;\n    \
                 pub fn run(__report: &mut {CHECK}::Report) {{\n{body}    }}\n}}\n"
            );
            Some((file.clone(), module))
        })
        .collect()
}

/// What the root of a crate has to declare: our crates in the edition of 2015, and `std`, where
/// generated code has its vectors from, in a crate that goes without it.
fn externs(root: &str) -> String {
    let mut externs =
        "extern crate autodiff_core;\nextern crate autodiff_published_check;\n".to_string();
    let without_std = root.lines().any(|line| line.starts_with("#![no_std]"));
    let own_core =
        root.lines().any(|line| line.trim_start_matches("pub ").starts_with("mod core;"));
    if !without_std && !own_core {
        // Where errors have their macro from, in the edition of 2015.
        externs += "extern crate core;\n";
    }
    if without_std && !root.lines().any(|line| line.starts_with("extern crate std;")) {
        externs += "extern crate std;\n";
    }
    externs
}

/// `src/a/b.rs` and `src/a/b/mod.rs` are `a::b`.
fn module_path(file: &str) -> Vec<String> {
    let mut path: Vec<String> = file
        .trim_start_matches("src/")
        .trim_end_matches(".rs")
        .split('/')
        .map(str::to_string)
        .collect();
    if path.last().is_some_and(|last| last == "mod") || path == ["lib"] {
        path.pop();
    }
    path
}

/// A number that depends on these names alone (the hash FNV-1a), so that a function is compared at the
/// same points whatever else is in the list.
fn seed(names: &[&str]) -> u64 {
    names
        .iter()
        .flat_map(|name| name.bytes().chain([0]))
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        })
}

/// The code that compares one function.
pub(crate) fn comparison(
    number: usize,
    seed: u64,
    candidate: &Candidate,
    entry: &Entry,
    taken: bool,
) -> String {
    let Candidate { name, parameters } = candidate;
    let outputs = if taken { format!("{name}_") } else { format!("{name}::") };
    let active: Vec<_> = parameters.iter().enumerate().filter(|(_, p)| p.holds_floats).collect();
    let draws: String = parameters
        .iter()
        .enumerate()
        .map(|(index, parameter)| {
            let (low, high) = entry.range(name, &parameter.name, parameter.holds_floats);
            let Parameter { owned, .. } = parameter;
            let ranges = format!(
                "{CHECK}::Ranges {{ numbers: ({low:?}, {high:?}), length: {} }}",
                entry.length
            );
            format!("            let __{index}: {owned} = __sampler.draw({ranges});\n")
        })
        .collect();
    let shown: String =
        (0..parameters.len()).map(|index| format!("{CHECK}::shown(&__{index}), ")).collect();
    let (point, point_type) = match &active[..] {
        [(index, parameter)] => (format!("__{index}.clone()"), parameter.owned.clone()),
        _ => (
            format!(
                "({})",
                active.iter().map(|(i, _)| format!("__{i}.clone(), ")).collect::<String>()
            ),
            format!(
                "({})",
                active.iter().map(|(_, p)| format!("{}, ", p.owned)).collect::<String>()
            ),
        ),
    };
    let arguments: String = parameters
        .iter()
        .enumerate()
        .map(|(index, parameter)| {
            let place = match active.iter().position(|(active, _)| *active == index) {
                Some(_) if active.len() == 1 => "(*__p)".to_string(),
                Some(position) => format!("__p.{position}"),
                None => format!("__{index}"),
            };
            match parameter.by_reference {
                true => format!("&{place}, "),
                false => format!("{place}.clone(), "),
            }
        })
        .collect();
    format!(
        "        __report.function({number}, {seed}, |__sampler, __point| {{\n{draws}            \
         __point.compare(\n                \
         &{point},\n                \
         &[{shown}],\n                \
         |__p: &{point_type}| super::{name}({arguments}),\n                \
         |__p: &{point_type}| super::{outputs}value_and_gradient({arguments}),\n            \
         )\n        }});\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_modules() {
        assert_eq!(module_path("src/lib.rs"), [""; 0]);
        assert_eq!(module_path("src/a/mod.rs"), ["a"]);
        assert_eq!(module_path("src/a/b.rs"), ["a", "b"]);
    }
}
