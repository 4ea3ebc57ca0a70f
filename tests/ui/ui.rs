//! What rustc says about code that is refused: `tests/ui/<topic>/*.rs` with the messages in `.stderr`.
//!
//! `TRYBUILD=overwrite cargo test -p autodiff-ui` writes the messages anew; read the difference.

#[test]
fn messages() {
    trybuild::TestCases::new().compile_fail("*/*.rs");
}
