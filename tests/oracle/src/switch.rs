//! Which functions of the corpus the compiler refuses: one line each in `tests/corpus/refused.txt`,
//! `file::name: message`. A test compares the list with what the compiler says, so that it can
//! neither go stale nor hide anything.

const REFUSED: &str = include_str!("../../corpus/refused.txt");

/// Whether `file::name` is on the list.
pub(crate) fn is_refused(name: &str) -> bool {
    REFUSED.lines().any(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(": ")))
}
