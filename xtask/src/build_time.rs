//! What the macro adds to a clean build, against what people know: `serde_derive`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Builds two empty crates, one a dependency, from nothing and prints the times.
pub(crate) fn run(_: &[String]) -> Result<(), String> {
    let root = std::env::current_dir().map_err(|error| error.to_string())?;
    let macro_path = root.join("autodiff-macro").display().to_string().replace('\\', "/");
    let ours = format!("autodiff-macro = {{ path = \"{macro_path}\" }}");
    let theirs = "serde_derive = \"=1.0.228\"".to_string();
    let mut seconds = vec![];
    for (name, dependency) in [("autodiff-macro", ours), ("serde_derive", theirs)] {
        let best = (0..3)
            .map(|_| build(&root, name, &dependency))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .fold(f64::INFINITY, f64::min);
        println!("{name:<16} {best:>6.2} s (best of 3)");
        seconds.push(best);
    }
    println!("ratio            {:>6.2}", seconds[0] / seconds[1]);
    Ok(())
}

fn build(root: &Path, name: &str, dependency: &str) -> Result<f64, String> {
    let text = |error: std::io::Error| error.to_string();
    let folder = std::env::temp_dir().join(format!("autodiff-build-time-{name}"));
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(text)?;
    }
    fs::create_dir_all(folder.join("src")).map_err(text)?;
    fs::write(folder.join("src/lib.rs"), "").map_err(text)?;
    let manifest = format!(
        "[package]\nname = \"cold\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\n{dependency}\n\n[workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).map_err(text)?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).map_err(text)?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_string());
    let start = Instant::now();
    let output = Command::new(cargo)
        .args(["build", "--quiet"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        // As for a dependency from a registry.
        .env("CARGO_INCREMENTAL", "0")
        .output()
        .map_err(text)?;
    let time = start.elapsed().as_secs_f64();
    match output.status.success() {
        true => Ok(time),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}
