//! What tests over the corpus share.

/// Fails with all messages.
pub fn report(failures: &[String], compared: usize) {
    let shown = failures.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} of {compared} comparisons failed\n{shown}", failures.len());
}
