//! Sub-slices, splits, chunks, windows, slice patterns, references.

use super::{differentiate, samples};

/// Sums of two halves by range indexing.
#[differentiate]
pub fn halves(x: &[f64]) -> f64 {
    let middle = x.len() / 2;
    let first: f64 = x[..middle].iter().sum();
    let second: f64 = x[middle..].iter().map(|v| v * v).sum();
    first * second
}
samples! { gradient halves: (vec![1.0, 2.0, 3.0],), (vec![],), (vec![4.0, 0.5],) }

/// Weights and biases sliced out of one parameter vector.
#[differentiate(wrt(parameters))]
pub fn packed_parameters(parameters: &[f64], inputs: usize, x: &[f64]) -> f64 {
    let (weights, rest) = parameters.split_at(inputs);
    let bias = rest[0];
    let scale = &rest[1..];
    let mut s = bias;
    for i in 0..inputs {
        s += weights[i] * x[i];
    }
    s.tanh() * scale[0]
}
samples! { gradient packed_parameters: (vec![0.5, -0.2, 0.1, 2.0], 2, vec![1.0, 3.0]), (vec![0.5], 2, vec![1.0]), (vec![0.1, 0.2], 0, vec![]) }

/// First and last elements by slice methods.
#[differentiate]
pub fn ends(x: &[f64; 4]) -> f64 {
    let [first, .., last] = x;
    first * last + x[1..3][1]
}
samples! { gradient ends: ([1.0, 2.0, 3.0, 4.0],) }

/// Reference parameters to scalars.
#[differentiate]
pub fn scalar_references(a: &f64, b: &f64) -> f64 {
    let r = a;
    let c = *r * *b + *a;
    let d = &c;
    d * d - b
}
samples! { gradient scalar_references: (1.5, -0.5) }

/// References to elements and rows.
#[differentiate]
pub fn row_references(m: &[[f64; 2]; 3]) -> f64 {
    let row = &m[1];
    let element = &m[2][0];
    let other = &row[1];
    let rows = &m[..2];
    element * other + rows[0][1] * row[0]
}
samples! { gradient row_references: ([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],) }

/// Blocks of three by `chunks_exact`, forgetting the remainder.
#[differentiate]
pub fn triple_products(x: &[f64]) -> f64 {
    x.chunks_exact(3).map(|c| c[0] * c[1] * c[2]).sum()
}
samples! { gradient triple_products: (vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0],), (vec![1.0],), (vec![],) }

/// Windows with three coefficients.
#[differentiate]
pub fn weighted_windows(x: &[f64], k: &[f64; 3]) -> f64 {
    let mut total = 0.0;
    for (i, w) in x.windows(k.len()).enumerate() {
        let s: f64 = w.iter().zip(k).map(|(a, b)| a * b).sum();
        total += s * s / (i + 1) as f64;
    }
    total
}
samples! { gradient weighted_windows: (vec![1.0, 2.0, -1.0, 0.5, 3.0], [0.5, 1.0, -0.5]), (vec![1.0], [1.0; 3]), (vec![], [1.0; 3]) }

/// Nested sub-slices and lengths.
#[differentiate]
pub fn inner_slice(x: &[f64]) -> f64 {
    let inner = &x[1..x.len() - 1];
    let core = &inner[..inner.len().min(2)];
    let mut s = core.len() as f64;
    for v in core {
        s *= v + 1.0;
    }
    s
}
samples! { gradient inner_slice: (vec![1.0, 2.0, 3.0, 4.0, 5.0],), (vec![1.0, 2.0],), (vec![1.0],), (vec![],) }

/// Out-of-range slicing panics only where it is reached.
#[differentiate(wrt(x))]
pub fn guarded_slice(x: &[f64], from: usize, to: usize) -> f64 {
    if from < to { x[from..to].iter().sum() } else { x.iter().map(|v| v * 2.0).sum() }
}
samples! { gradient guarded_slice: (vec![1.0, 2.0, 3.0], 1, 3), (vec![1.0, 2.0, 3.0], 2, 1), (vec![1.0], 1, 3), (vec![1.0], 5, 9) }

/// Slices chosen by a passive condition.
#[differentiate(wrt(a, b))]
pub fn chosen_slice(a: &[f64], b: &[f64], first: bool) -> f64 {
    let mut s = 0.0;
    if first {
        for v in a {
            s += v * v;
        }
    } else {
        for v in b {
            s += v.exp();
        }
    }
    s
}
samples! { gradient chosen_slice: (vec![1.0, 2.0], vec![0.5], true), (vec![1.0, 2.0], vec![0.5], false) }

/// A two-dimensional grid with row stride over a flat slice.
#[differentiate(wrt(grid))]
pub fn laplace_energy(grid: &[f64], width: usize) -> f64 {
    let height = grid.len() / width;
    let mut e = 0.0;
    for y in 1..height - 1 {
        let row = &grid[y * width..(y + 1) * width];
        let above = &grid[(y - 1) * width..y * width];
        let below = &grid[(y + 1) * width..];
        for x in 1..width - 1 {
            let l = above[x] + below[x] + row[x - 1] + row[x + 1] - 4.0 * row[x];
            e += l * l;
        }
    }
    e
}
samples! { gradient laplace_energy:
    (vec![0.0, 1.0, 2.0, 1.5, 3.0, 0.5, 2.0, 1.0, 0.0, 0.7, 0.1, 0.9], 4),
    (vec![1.0, 2.0], 1),
    (vec![], 0),
}

/// Vectors of vectors by reference to rows.
#[differentiate]
pub fn ragged(rows: &[Vec<f64>]) -> f64 {
    let mut best = 0.0;
    for row in rows {
        let mut s = 0.0;
        for v in row {
            s += v;
        }
        best += s * s * row.len() as f64;
    }
    best
}
samples! { gradient ragged: (vec![vec![1.0, 2.0], vec![], vec![3.0]],), (vec![],) }

/// Mutable chunks scaled by their position.
#[differentiate]
pub fn scaled_chunks(x: &mut [f64], factor: f64) {
    for (i, chunk) in x.chunks_mut(2).enumerate() {
        for v in chunk.iter_mut() {
            *v *= factor + i as f64;
        }
    }
}
samples! { gradient scaled_chunks: (vec![1.0, 2.0, 3.0], 0.5), (vec![], 0.5) }

/// A `&mut` local reborrowed through a block.
#[differentiate]
pub fn reborrowed(x: f64, y: f64) -> f64 {
    let mut a = [x, y];
    {
        let first = &mut a[0];
        *first *= y;
        let again = &mut *first;
        *again += 1.0;
    }
    let view = &a;
    view[0] * view[1]
}
samples! { gradient reborrowed: (1.5, 2.0) }
