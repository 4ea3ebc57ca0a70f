//! Functions as users write them, and the ways the tests compile them.

pub mod dual;
pub mod plain;
pub mod text;
