//! What tests over the corpus share.

use autodiff_oracle_runtime::{Entry, Tree};

/// The samples of a function, and variations of each with all floats moved a little.
pub fn samples(entry: &Entry) -> Vec<(String, Vec<Tree>)> {
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let mut samples = Vec::new();
    for (index, sample) in (entry.samples)().into_iter().enumerate() {
        for variation in 0..4 {
            let mut inputs = sample.clone();
            for tree in inputs.iter_mut().filter(|_| variation > 0) {
                tree.for_each_float(&mut |value| {
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    let unit = (random >> 11) as f64 / (1u64 << 53) as f64 - 0.5;
                    *value *= 1.0 + 0.2 * unit;
                });
            }
            samples.push((format!("{} #{index}.{variation}", entry.name), inputs));
        }
    }
    samples
}

/// Fails with all messages.
pub fn report(failures: &[String], compared: usize) {
    let shown = failures.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} of {compared} comparisons failed\n{shown}", failures.len());
}
