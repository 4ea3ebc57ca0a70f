//! Functions as users write them, and the ways the tests compile them.

pub mod dual;
pub mod mutants;
pub mod plain;
pub mod text;
