//! The derivative of x² at 3.6.
fn main() {}
