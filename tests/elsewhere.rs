//! Crates elsewhere on the disk that depend on `autodiff-core` by path alone: the emission contract.
//!
//! `tests/elsewhere/models` publishes annotated functions and a derived struct, `tests/elsewhere/user`
//! uses them and its own; between them they cover module scope, function bodies, doctests, use before
//! definition, glob re-exports, two crates, editions 2021 and 2024, no prelude, and denied lints.
//! `tests/elsewhere/old` is a crate of the edition of 2015.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Copies the crates out of the workspace and fills in the path of `autodiff-core`.
fn set_up() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("elsewhere");
    let core = root.join("autodiff-core");
    for package in ["models", "user", "old"] {
        let from = root.join("tests/elsewhere").join(package);
        let to = target.join(package);
        std::fs::create_dir_all(to.join("src")).expect("a folder for the crate");
        let manifest = std::fs::read_to_string(from.join("Cargo.toml")).expect("a manifest");
        let path = core.display().to_string().replace('\\', "/");
        let manifest = manifest.replace("AUTODIFF_CORE", &path);
        std::fs::write(to.join("Cargo.toml"), manifest).expect("a manifest");
        for file in std::fs::read_dir(from.join("src")).expect("sources") {
            let file = file.expect("a source");
            std::fs::copy(file.path(), to.join("src").join(file.file_name())).expect("a copy");
        }
        // The same versions as here, and nothing to look up.
        std::fs::copy(root.join("Cargo.lock"), to.join("Cargo.lock")).expect("a lock file");
    }
    target
}

/// Where `trybuild` builds, too, which depends on the same.
fn built() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tests").join("trybuild")
}

fn cargo(target: &Path, package: &str, arguments: &[&str]) {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--offline")
        .current_dir(target.join(package))
        .env("CARGO_TARGET_DIR", built())
        .output()
        .expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stderr);
    let more = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "cargo {arguments:?} in {package}\n{text}\n{more}");
}

#[test]
fn crates_elsewhere_use_annotated_functions() {
    let target = set_up();
    // Doctests included.
    cargo(&target, "models", &["test", "--quiet"]);
    cargo(&target, "user", &["test", "--quiet"]);
    cargo(&target, "old", &["test", "--quiet"]);
    cargo(&target, "models", &["clippy", "--quiet"]);
}
