//! Test-only oracle over dual numbers.
