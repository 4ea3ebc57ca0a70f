//! Calling functions in every direction: gradients, Hessians and Jacobians out of seeds.

use crate::data::{Cursor, Part, Tree};

/// Calls a function with arguments out of trees; gives a list of its result and of what is behind
/// `&mut` parameters at exit.
pub type Call = fn(&[Tree], Cursor, Part) -> Tree;

/// Calls a gradient.
pub type Gradient = fn(&[Tree]) -> Tree;

/// Calls `gradient_into` with buffers that hold the second argument.
pub type GradientInto = fn(&[Tree], &[Tree]) -> Tree;

/// A corpus function over plain or dual numbers.
pub struct Entry {
    /// `file::name`.
    pub name: &'static str,
    /// Whether the reverse mode covers it.
    pub gradient: bool,
    /// Which parameters are differentiated.
    pub active: &'static [bool],
    /// The samples; empty for the version over dual numbers.
    pub samples: fn() -> Vec<Vec<Tree>>,
    /// Calls it.
    pub call: Call,
}

/// What was emitted for a corpus function. Gradients are lists with one tree per active parameter.
pub struct Derived {
    /// `file::name`.
    pub name: &'static str,
    /// `value`, called as the function itself.
    pub value: Option<Call>,
    /// `gradient`.
    pub gradient: Option<Gradient>,
    /// `value_and_gradient`: a list of the value and the gradient.
    pub value_and_gradient: Option<Gradient>,
    /// `gradient_into`, with buffers that hold garbage of the shapes given: a list of the value and
    /// the gradient.
    pub gradient_into: Option<GradientInto>,
    /// `vjp` with cotangents of the result and of what is behind each `&mut` parameter: a list of the
    /// value, the gradient and what is behind `&mut` parameters at exit.
    pub vjp: Option<GradientInto>,
}

/// The number of active floats.
pub fn active_floats(inputs: &[Tree], active: &[bool]) -> usize {
    inputs.iter().zip(active).filter(|(_, on)| **on).map(|(tree, _)| tree.floats().len()).sum()
}

/// A derivative, and to what its rounding errors are relative.
#[derive(Clone, Copy, Debug)]
pub struct Slope {
    /// The derivative.
    pub value: f64,
    /// The sum of the absolute values of what was added up to give it.
    pub scale: f64,
}

/// [`gradient`] with the scales of rounding errors.
///
/// # Panics
/// If the function does, or returns no float.
pub fn gradient_with_scales(
    inputs: &[Tree],
    active: &[bool],
    call: impl Fn(&[Tree], Cursor, Part) -> Tree,
) -> Vec<Vec<Slope>> {
    let values = gradient(inputs, active, |inputs, cursor, _| call(inputs, cursor, Part::First));
    let scales = gradient(inputs, active, |inputs, cursor, _| call(inputs, cursor, Part::Scale));
    let slope = |(value, scale): (&f64, &f64)| Slope { value: *value, scale: *scale };
    let zipped = values.iter().zip(&scales);
    zipped.map(|(values, scales)| values.iter().zip(scales).map(slope).collect()).collect()
}

/// The derivatives of the returned float: for every active parameter those with respect to its
/// floats, laid end to end.
///
/// # Panics
/// If the function does, or returns no float.
pub fn gradient(
    inputs: &[Tree],
    active: &[bool],
    call: impl Fn(&[Tree], Cursor, Part) -> Tree,
) -> Vec<Vec<f64>> {
    let mut next = 0;
    let mut gradient = Vec::new();
    for (tree, _) in inputs.iter().zip(active).filter(|(_, on)| **on) {
        let count = tree.floats().len();
        let slopes = (next..next + count)
            .map(|k| call(inputs, Cursor::seeded(k, k), Part::First).floats()[0])
            .collect();
        gradient.push(slopes);
        next += count;
    }
    gradient
}

/// The second derivatives of the returned float, all active floats laid end to end.
///
/// # Panics
/// If the function does, or returns no float.
pub fn hessian(
    inputs: &[Tree],
    active: &[bool],
    call: impl Fn(&[Tree], Cursor, Part) -> Tree,
) -> Vec<Vec<f64>> {
    let count = active_floats(inputs, active);
    let entry = |i, j| call(inputs, Cursor::seeded(i, j), Part::Mixed).floats()[0];
    (0..count).map(|i| (0..count).map(|j| entry(i, j)).collect()).collect()
}

/// One row per active float: the derivatives of all floats that come out, those behind `&mut`
/// parameters after those of the result.
///
/// # Panics
/// If the function does.
pub fn jacobian_columns(
    inputs: &[Tree],
    active: &[bool],
    call: impl Fn(&[Tree], Cursor, Part) -> Tree,
) -> Vec<Vec<f64>> {
    let count = active_floats(inputs, active);
    (0..count).map(|k| call(inputs, Cursor::seeded(k, k), Part::First).floats()).collect()
}
