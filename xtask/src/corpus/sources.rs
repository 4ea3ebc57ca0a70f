//! Lets cargo fetch the crates and tells where their sources are.

use super::list::Entry;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of each crate's published source.
pub(super) fn fetch(folder: &Path, crates: &[Entry]) -> Result<Vec<PathBuf>, String> {
    let mut manifest = "[package]\nname = \"sources\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
                        [workspace]\n\n[dependencies]\n"
        .to_string();
    for Entry { name, version, .. } in crates {
        manifest += &format!("{name} = {{ version = \"={version}\", default-features = false }}\n");
    }
    super::write(&folder.join("Cargo.toml"), &manifest)?;
    super::write(&folder.join("src/lib.rs"), "")?;
    let output = Command::new(super::cargo())
        .args(["metadata", "--format-version=1", "--filter-platform", &host()?])
        .current_dir(folder)
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata has no packages")?;
    crates
        .iter()
        .map(|Entry { name, version, .. }| {
            packages
                .iter()
                .find(|package| package["name"] == **name && package["version"] == **version)
                .and_then(|package| Path::new(package["manifest_path"].as_str()?).parent())
                .map(Path::to_path_buf)
                .ok_or_else(|| format!("cargo metadata does not list {name} {version}"))
        })
        .collect()
}

/// The platform that we are on, as rustc calls it.
fn host() -> Result<String, String> {
    let output = Command::new("rustc").arg("-vV").output().map_err(|error| error.to_string())?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find_map(|line| line.strip_prefix("host: ").map(str::to_string))
        .ok_or_else(|| "rustc does not say what its host is".to_string())
}
