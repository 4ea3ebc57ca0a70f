//! Calling functions in every direction: gradients, Hessians and Jacobians out of seeds.

use crate::data::{Cursor, Part, Tree};
use crate::number::Slope;

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
    /// `jvp` with a tangent of each parameter: a list of the value, its tangent, and two lists of what is
    /// behind `&mut` parameters at exit and of their tangents.
    pub jvp: Option<GradientInto>,
    /// `hvp` with a direction of each parameter: a list of the product and of what is behind `&mut`
    /// parameters at exit.
    pub hvp: Option<GradientInto>,
    /// `hessian`: a list of the matrix and of what is behind `&mut` parameters at exit.
    pub hessian: Option<Gradient>,
    /// `jacobian`: a list of the matrices and of what is behind `&mut` parameters at exit.
    pub jacobian: Option<Gradient>,
}

/// The number of active floats.
pub fn active_floats(inputs: &[Tree], active: &[bool]) -> usize {
    inputs.iter().zip(active).filter(|(_, on)| **on).map(|(tree, _)| tree.floats().len()).sum()
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
    let scales =
        gradient(inputs, active, |inputs, cursor, _| call(inputs, cursor, Part::FirstScale));
    slopes(&values, &scales)
}

/// Values beside their scales.
fn slopes(values: &[Vec<f64>], scales: &[Vec<f64>]) -> Vec<Vec<Slope>> {
    let slope = |(value, scale): (&f64, &f64)| Slope { value: *value, scale: *scale };
    let rows = values.iter().zip(scales);
    rows.map(|(values, scales)| values.iter().zip(scales).map(slope).collect()).collect()
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
    by_pairs(inputs, active, |cursor| call(inputs, cursor, Part::Mixed).floats()[0])
}

/// [`hessian`] with the scales of rounding errors.
///
/// # Panics
/// If the function does, or returns no float.
pub fn hessian_with_scales(
    inputs: &[Tree],
    active: &[bool],
    call: impl Fn(&[Tree], Cursor, Part) -> Tree,
) -> Vec<Vec<Slope>> {
    let scale = |cursor| call(inputs, cursor, Part::MixedScale).floats()[0];
    slopes(&hessian(inputs, active, &call), &by_pairs(inputs, active, scale))
}

/// A row of [`hessian_with_scales`].
///
/// # Panics
/// If the function does, or returns no float.
pub fn hessian_row_with_scales(
    inputs: &[Tree],
    active: &[bool],
    row: usize,
    call: impl Fn(&[Tree], Cursor, Part) -> Tree,
) -> Vec<Slope> {
    let entry = |column| {
        let part = |part| call(inputs, Cursor::seeded(row, column), part).floats()[0];
        Slope { value: part(Part::Mixed), scale: part(Part::MixedScale) }
    };
    (0..active_floats(inputs, active)).map(entry).collect()
}

/// The second derivatives of every float that comes out, in the order of [`jacobian_columns`].
///
/// # Panics
/// If the function does.
pub fn hessians(
    inputs: &[Tree],
    active: &[bool],
    call: impl Fn(&[Tree], Cursor, Part) -> Tree,
) -> Vec<Vec<Vec<f64>>> {
    let entries = by_pairs(inputs, active, |cursor| call(inputs, cursor, Part::Mixed).floats());
    let outputs = entries.first().map_or(0, |row| row[0].len());
    let of = |output: usize| {
        let row = |row: &Vec<Vec<f64>>| row.iter().map(|entry| entry[output]).collect();
        entries.iter().map(row).collect()
    };
    (0..outputs).map(of).collect()
}

/// What comes out for every pair of active floats as the two directions, which is the same for both orders.
fn by_pairs<T: Clone>(
    inputs: &[Tree],
    active: &[bool],
    entry: impl Fn(Cursor) -> T,
) -> Vec<Vec<T>> {
    let count = active_floats(inputs, active);
    let mut rows: Vec<Vec<T>> = vec![];
    for i in 0..count {
        let known = rows.iter().map(|row| row[i].clone());
        let row = known.chain((i..count).map(|j| entry(Cursor::seeded(i, j)))).collect();
        rows.push(row);
    }
    rows
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

/// One row for every float that comes out, in the order of [`jacobian_columns`]: its derivatives with
/// respect to the active floats. Empty if there are none of those.
///
/// # Panics
/// If the function does.
pub fn jacobian_rows(
    inputs: &[Tree],
    active: &[bool],
    call: impl Fn(&[Tree], Cursor, Part) -> Tree,
) -> Vec<Vec<f64>> {
    let columns = jacobian_columns(inputs, active, call);
    let outputs = columns.first().map_or(0, Vec::len);
    (0..outputs).map(|i| columns.iter().map(|column| column[i]).collect()).collect()
}
