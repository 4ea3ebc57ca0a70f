//! A crate of its own, outside of the workspace, and how long cargo takes for it.

use crate::files::{cargo, read, write};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// A crate in the temporary folder, its versions locked as the workspace's.
pub(crate) struct TimedCrate {
    folder: PathBuf,
}

impl TimedCrate {
    /// The crate of this name, with a line of its dependencies. What was built of it before is there.
    pub(crate) fn new(root: &Path, name: &str, dependency: &str) -> Result<Self, String> {
        let folder = folder_of(name);
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\n{dependency}\n\n[workspace]\n"
        );
        write(&folder.join("Cargo.toml"), &manifest)?;
        write(&folder.join("Cargo.lock"), &read(&root.join("Cargo.lock"))?)?;
        write(&folder.join("src/lib.rs"), "")?;
        Ok(Self { folder })
    }

    /// The same, with nothing built.
    pub(crate) fn unbuilt(root: &Path, name: &str, dependency: &str) -> Result<Self, String> {
        let folder = folder_of(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
        }
        Self::new(root, name, dependency)
    }

    /// Seconds that cargo takes with these arguments for this code, and for what it depends on if that is not built.
    /// The code is new to cargo, whatever it was before.
    pub(crate) fn seconds(&self, code: &str, arguments: &[&str]) -> Result<f64, String> {
        fs::write(self.folder.join("src/lib.rs"), code).map_err(|error| error.to_string())?;
        let start = Instant::now();
        let output = Command::new(cargo())
            .args(arguments)
            .arg("--quiet")
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            // As for a dependency from a registry.
            .env("CARGO_INCREMENTAL", "0")
            .output()
            .map_err(|error| error.to_string())?;
        let time = start.elapsed().as_secs_f64();
        match output.status.success() {
            true => Ok(time),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }
}

fn folder_of(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("autodiff-timed-{name}"))
}

/// A line of dependencies: a package of the workspace. `more` is what follows its path.
pub(crate) fn ours(root: &Path, package: &str, more: &str) -> String {
    let path = root.join(package).display().to_string().replace('\\', "/");
    format!("{package} = {{ path = \"{path}\"{more} }}")
}
