//! What rustc needs, in release, for a crate with the Hessian of a loss of 80 parameters.

use crate::timed_crate::{TimedCrate, ours};

#[path = "../../autodiff-compiler/tests/size/losses.rs"]
mod losses;

/// Builds a crate with each loss, its dependencies built before, and prints the times.
pub(crate) fn run(_: &[String]) -> Result<(), String> {
    let root = std::env::current_dir().map_err(|error| error.to_string())?;
    let hessian = TimedCrate::unbuilt(&root, "hessian", &ours(&root, "autodiff-core", ""))?;
    for (name, loss) in losses::LOSSES {
        let plain = losses::with_parameters(loss, 80);
        let derived = format!("#[autodiff_core::differentiate(wrt(w), hessian)]{plain}");
        let [plain, derived] = [plain, derived].map(|code| best_of_three(&hessian, &code));
        println!("{name:<10} {:>5.2} s, without the attribute {:>5.2} s", derived?, plain?);
    }
    Ok(())
}

/// Seconds for the crate alone.
fn best_of_three(hessian: &TimedCrate, code: &str) -> Result<f64, String> {
    const RELEASE: &[&str] = &["build", "--release"];
    // The first time with what it depends on.
    hessian.seconds("", RELEASE)?;
    (0..3).try_fold(f64::INFINITY, |best, _| Ok(hessian.seconds(code, RELEASE)?.min(best)))
}
