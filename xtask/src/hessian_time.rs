//! What rustc needs, in release, for a crate with the Hessian of a loss of 80 parameters.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

#[path = "../../autodiff-compiler/tests/size/losses.rs"]
mod losses;

/// Builds a crate with each loss, its dependencies built before, and prints the times.
pub(crate) fn run(_: &[String]) -> Result<(), String> {
    let root = std::env::current_dir().map_err(|error| error.to_string())?;
    let folder = std::env::temp_dir().join("autodiff-hessian-time");
    prepare(&root, &folder).map_err(|error| error.to_string())?;
    for (name, loss) in losses::LOSSES {
        let plain = losses::with_parameters(loss, 80);
        let derived = format!("#[autodiff_core::differentiate(wrt(w), hessian)]{plain}");
        let [plain, derived] = [plain, derived].map(|code| best_of_three(&folder, &code));
        println!("{name:<10} {:>5.2} s, without the attribute {:>5.2} s", derived?, plain?);
    }
    Ok(())
}

fn prepare(root: &Path, folder: &Path) -> std::io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder.join("src"))?;
    let core = root.join("autodiff-core").display().to_string().replace('\\', "/");
    let manifest = format!(
        "[package]\nname = \"hessian\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nautodiff-core = {{ path = \"{core}\" }}\n\n[workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).map(|_| ())
}

/// Seconds for the crate alone.
fn best_of_three(folder: &Path, code: &str) -> Result<f64, String> {
    // The first time with what it depends on.
    build(folder, "")?;
    let mut best = f64::INFINITY;
    for turn in 0..3 {
        best = best.min(build(folder, &format!("// {turn}\n{code}"))?);
    }
    Ok(best)
}

fn build(folder: &Path, code: &str) -> Result<f64, String> {
    fs::write(folder.join("src/lib.rs"), code).map_err(|error| error.to_string())?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_string());
    let start = Instant::now();
    let output = Command::new(cargo)
        .args(["build", "--quiet", "--release"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .output()
        .map_err(|error| error.to_string())?;
    let time = start.elapsed().as_secs_f64();
    match output.status.success() {
        true => Ok(time),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}
