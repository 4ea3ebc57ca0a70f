//! What is known of a problem besides its formula.

/// The dimensions of a problem, where iterations start, and what was published about the sum of squares.
pub(crate) struct Facts {
    /// The number in the paper.
    pub(crate) number: usize,
    /// The name in the paper.
    pub(crate) name: &'static str,
    /// The number of variables, n.
    pub(crate) variables: usize,
    /// The number of residuals, m.
    pub(crate) residuals: usize,
    /// The standard starting point.
    pub(crate) start: fn() -> Vec<f64>,
    /// The sum of squares there.
    pub(crate) at_start: Published,
    /// The minimum of the sum of squares that iterations from the start reach; the paper has it.
    pub(crate) minimum: f64,
    /// A point where the sum of squares is zero, if the paper says where.
    pub(crate) zero: Option<fn() -> Vec<f64>>,
}

/// A published value of the sum of squares.
pub(crate) enum Published {
    /// To all digits: follows by hand, or from the tests of gonum (`optimize/functions`).
    Sum(f64),
    /// Its square root to seven digits, as the drivers of MINPACK print it.
    Norm(f64),
    /// None found; then the minimum alone tells that the formula is right.
    Nowhere,
}
