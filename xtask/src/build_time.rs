//! What the macro adds to a clean build, against what people know: `serde_derive`.

use crate::timed_crate::{TimedCrate, ours};

/// Builds two empty crates, one a dependency, from nothing and prints the times.
pub(crate) fn run(_: &[String]) -> Result<(), String> {
    let root = std::env::current_dir().map_err(|error| error.to_string())?;
    let ours = ours(&root, "autodiff-macro", "");
    let theirs = "serde_derive = \"=1.0.228\"".to_string();
    let mut seconds = vec![];
    for (name, dependency) in [("autodiff-macro", ours), ("serde_derive", theirs)] {
        let best = (0..3)
            .map(|_| {
                let cold = TimedCrate::unbuilt(&root, &format!("cold-{name}"), &dependency)?;
                cold.seconds("", &["build"])
            })
            .collect::<Result<Vec<_>, String>>()?
            .into_iter()
            .fold(f64::INFINITY, f64::min);
        println!("{name:<16} {best:>6.2} s (best of 3)");
        seconds.push(best);
    }
    println!("ratio            {:>6.2}", seconds[0] / seconds[1]);
    Ok(())
}
