//! Loops whose iterations are independent and feed reductions.

use super::{differentiate, samples};

/// Dot product by index.
#[differentiate]
pub fn dot_index(a: &[f64], b: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..a.len() {
        sum += a[i] * b[i];
    }
    sum
}
samples! { gradient dot_index: (vec![1.0, 2.0, 3.0], vec![0.5, -1.0, 2.0]), (vec![], vec![]), (vec![1.0, 2.0], vec![3.0]) }

/// Dot product by iterators.
#[differentiate]
pub fn dot_iter(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b.iter()).map(|(x, y)| x * y).sum()
}
samples! { gradient dot_iter: (vec![1.0, 2.0, 3.0], vec![0.5, -1.0]), (vec![], vec![]) }

/// Dot product with a fold.
#[differentiate]
pub fn dot_fold(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |acc, (&x, &y)| acc + x * y)
}
samples! { gradient dot_fold: (vec![1.0, 2.0, 3.0], vec![0.5, -1.0, 4.0]), (vec![], vec![]) }

/// Dot product of arrays with a const parameter.
#[differentiate]
pub fn dot_array<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    let mut sum = 0.0;
    for i in 0..N {
        sum += a[i] * b[i];
    }
    sum
}
samples! { gradient dot_array::<3>: ([1.0, 2.0, 3.0], [0.5, -1.0, 2.0]) }

/// Euclidean norm.
#[differentiate]
pub fn norm(v: &[f64]) -> f64 {
    v.iter().map(|x| x.powi(2)).sum::<f64>().sqrt()
}
samples! { gradient norm: (vec![3.0, 4.0],), (vec![0.0],), (vec![],) }

/// Product of the elements.
#[differentiate]
pub fn product(v: &[f64]) -> f64 {
    v.iter().product()
}
samples! { gradient product: (vec![3.0, 4.0, -0.5],), (vec![3.0, 0.0, 2.0],), (vec![],) }

/// Product by a loop.
#[differentiate]
pub fn product_loop(v: &[f64]) -> f64 {
    let mut p = 1.0;
    for x in v {
        p *= x + 1.0;
    }
    p
}
samples! { gradient product_loop: (vec![3.0, 4.0, -0.5],), (vec![-1.0, 2.0, -1.0],), (vec![],) }

/// Largest element by fold.
#[differentiate]
pub fn largest(v: &[f64]) -> f64 {
    v.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}
samples! { gradient largest: (vec![3.0, 7.0, -0.5],), (vec![1.0, 1.0],), (vec![],), (vec![f64::NAN, 2.0],) }

/// Smallest element by a comparison in a loop.
#[differentiate]
pub fn smallest(v: &[f64]) -> f64 {
    let mut best = v[0];
    for &x in &v[1..] {
        if x < best {
            best = x;
        }
    }
    best
}
samples! { gradient smallest: (vec![3.0, 7.0, -0.5],), (vec![1.0, 1.0],), (vec![],) }

/// Range of the data: two reductions in one loop.
#[differentiate]
pub fn spread(v: &[f64]) -> f64 {
    let mut low = f64::INFINITY;
    let mut high = f64::NEG_INFINITY;
    for &x in v {
        low = low.min(x);
        high = high.max(x);
    }
    high - low
}
samples! { gradient spread: (vec![3.0, 7.0, -0.5, 2.0],), (vec![2.0],), (vec![],) }

/// Variance in two passes.
#[differentiate]
pub fn variance(v: &[f64]) -> f64 {
    let n = v.len() as f64;
    let mean = v.iter().sum::<f64>() / n;
    v.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)
}
samples! { gradient variance: (vec![3.0, 7.0, -0.5, 2.0],), (vec![2.0],), (vec![],) }

/// Pearson correlation with five sums in one loop.
#[differentiate]
pub fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len() as f64;
    let (mut sx, mut sy, mut sxx, mut syy, mut sxy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (a, b) in x.iter().zip(y) {
        sx += a;
        sy += b;
        sxx += a * a;
        syy += b * b;
        sxy += a * b;
    }
    (n * sxy - sx * sy) / ((n * sxx - sx * sx) * (n * syy - sy * sy)).sqrt()
}
samples! { gradient correlation: (vec![1.0, 2.0, 3.5], vec![2.0, 1.0, 4.0]), (vec![], vec![]) }

/// Quadratic form with a nested loop over a flat matrix.
#[differentiate(wrt(x))]
pub fn quadratic_form(a: &[f64], x: &[f64]) -> f64 {
    let n = x.len();
    let mut total = 0.0;
    for i in 0..n {
        for j in 0..n {
            total += x[i] * a[i * n + j] * x[j];
        }
    }
    total
}
samples! { gradient quadratic_form: (vec![2.0, 0.5, -1.0, 3.0], vec![1.0, -2.0]), (vec![], vec![]), (vec![1.0], vec![1.0, 2.0]) }

/// Frobenius norm of a two-dimensional array.
#[differentiate]
pub fn frobenius(m: &[[f64; 3]; 2]) -> f64 {
    let mut sum = 0.0;
    for row in m {
        for x in row {
            sum += x * x;
        }
    }
    sum.sqrt()
}
samples! { gradient frobenius: ([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],), ([[0.0; 3]; 2],) }

/// Trace of a product with const parameters.
#[differentiate]
pub fn trace_product<const N: usize, const M: usize>(a: &[[f64; M]; N], b: &[[f64; N]; M]) -> f64 {
    let mut t = 0.0;
    for i in 0..N {
        for k in 0..M {
            t += a[i][k] * b[k][i];
        }
    }
    t
}
samples! { gradient trace_product::<2, 3>: ([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[1.0, -1.0], [0.5, 0.0], [2.0, 3.0]]) }

/// Polynomial by powers.
#[differentiate]
pub fn polynomial_powers(c: &[f64], x: f64) -> f64 {
    c.iter().enumerate().map(|(i, c)| c * x.powi(i as i32)).sum()
}
samples! { gradient polynomial_powers: (vec![1.0, -2.0, 0.5], 1.7), (vec![], 1.0), (vec![1.0, 2.0], 0.0) }

/// Least squares of a line over pairs.
#[differentiate(wrt(slope, intercept))]
pub fn line_fit(slope: f64, intercept: f64, points: &[(f64, f64)]) -> f64 {
    let mut sum = 0.0;
    for &(x, y) in points {
        let r = slope * x + intercept - y;
        sum += r * r;
    }
    sum
}
samples! { gradient line_fit: (0.5, 1.0, vec![(1.0, 2.0), (2.0, 2.5), (-1.0, 0.0)]), (0.5, 1.0, vec![]) }

/// Conditional accumulation with a filter on passive data.
#[differentiate(wrt(x))]
pub fn masked_sum(x: &[f64], mask: &[bool]) -> f64 {
    x.iter().zip(mask).filter(|(_, m)| **m).map(|(x, _)| x.sin()).sum()
}
samples! { gradient masked_sum: (vec![1.0, 2.0, 3.0], vec![true, false, true]), (vec![1.0], vec![false]) }

/// `continue` in a reduction.
#[differentiate(wrt(x))]
pub fn skip_negative(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for &v in x {
        if v <= 0.0 {
            continue;
        }
        sum += v.ln();
    }
    sum
}
samples! { gradient skip_negative: (vec![1.0, -2.0, 3.0, 0.0],), (vec![],) }

/// Every second element, backwards.
#[differentiate]
pub fn strided(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in (0..x.len()).rev().step_by(2) {
        s += x[i] * (i as f64 + 1.0);
    }
    for i in (1..x.len()).step_by(3) {
        s -= x[i] * x[i];
    }
    s
}
samples! { gradient strided: (vec![1.0, -2.0, 3.0, 0.5, 7.0],), (vec![],), (vec![1.0],) }

/// Adaptors in a row.
#[differentiate]
pub fn adaptors(x: &[f64]) -> f64 {
    let front: f64 =
        x.iter().skip(1).step_by(2).take(3).enumerate().map(|(i, v)| v * (i as f64 + 0.5)).sum();
    front + x.iter().rev().skip(1).map(|v| v.exp()).sum::<f64>()
}
samples! { gradient adaptors: (vec![1.0, -2.0, 3.0, 0.5, 0.7, 0.1, 0.2, 0.3],), (vec![],), (vec![1.0],) }

/// Two slices in a row.
#[differentiate]
pub fn chained(a: &[f64], b: &[f64]) -> f64 {
    a.iter().chain(b.iter()).map(|v| v * v * v).sum()
}
samples! { gradient chained: (vec![1.0, -2.0], vec![0.5]), (vec![], vec![]) }

/// Total variation over windows.
#[differentiate]
pub fn total_variation(x: &[f64]) -> f64 {
    x.windows(2).map(|w| (w[1] - w[0]).abs()).sum()
}
samples! { gradient total_variation: (vec![1.0, -2.0, -2.0, 4.0],), (vec![1.0],), (vec![],) }

/// Blocks of two with a remainder.
#[differentiate]
pub fn block_sums(x: &[f64]) -> f64 {
    let mut total = 0.0;
    for block in x.chunks(2) {
        let s: f64 = block.iter().sum();
        total += s * s / block.len() as f64;
    }
    total
}
samples! { gradient block_sums: (vec![1.0, -2.0, 3.0],), (vec![1.0, 2.0, 3.0, 4.0],), (vec![],) }

/// Radial basis functions with a closure that captures.
#[differentiate(wrt(centers, weights, width))]
pub fn radial_basis(centers: &[f64], weights: &[f64], width: f64, x: f64) -> f64 {
    let kernel = |c: f64| (-(x - c).powi(2) / (2.0 * width * width)).exp();
    let mut value = 0.0;
    for (c, w) in centers.iter().zip(weights) {
        value += w * kernel(*c);
    }
    value
}
samples! { gradient radial_basis: (vec![0.0, 1.0, 2.5], vec![1.0, -0.5, 2.0], 0.8, 0.7) }

/// Log-sum-exp with a largest element that is constant.
#[differentiate]
pub fn log_sum_exp(x: &[f64]) -> f64 {
    let m = x.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
    let s: f64 = x.iter().map(|v| (v - m).exp()).sum();
    m + s.ln()
}
samples! { gradient log_sum_exp: (vec![1.0, 2.0, 3.0],), (vec![1000.0, 1000.0],), (vec![],) }

/// Gaussian mixture negative log-likelihood of scalars.
#[differentiate(wrt(means, log_scales, logits))]
pub fn gaussian_mixture(means: &[f64], log_scales: &[f64], logits: &[f64], data: &[f64]) -> f64 {
    let k = means.len();
    let mut normalizer = 0.0;
    for l in logits {
        normalizer += l.exp();
    }
    let mut total = 0.0;
    for &x in data {
        let mut density = 0.0;
        for j in 0..k {
            let scale = log_scales[j].exp();
            let z = (x - means[j]) / scale;
            density += logits[j].exp() / normalizer * (-0.5 * z * z).exp()
                / (scale * (2.0 * std::f64::consts::PI).sqrt());
        }
        total -= density.ln();
    }
    total
}
samples! { gradient gaussian_mixture:
    (vec![-1.0, 2.0], vec![0.1, -0.4], vec![0.3, 0.7], vec![-0.5, 1.8, 2.5]),
    (vec![0.0], vec![0.0], vec![0.0], vec![]),
}

/// N-body potential energy over pairs.
#[differentiate(wrt(positions))]
pub fn gravitational_energy(positions: &[[f64; 3]], masses: &[f64]) -> f64 {
    let mut energy = 0.0;
    for i in 0..positions.len() {
        for j in i + 1..positions.len() {
            let mut r2 = 1e-6;
            for k in 0..3 {
                let d = positions[i][k] - positions[j][k];
                r2 += d * d;
            }
            energy -= masses[i] * masses[j] / r2.sqrt();
        }
    }
    energy
}
samples! { gradient gravitational_energy:
    (vec![[0.0, 0.0, 0.0], [1.0, 0.5, -0.2], [-0.7, 2.0, 1.0]], vec![1.0, 2.0, 0.5]),
    (vec![[0.0; 3]], vec![1.0]),
    (vec![], vec![]),
}

/// Gather through an index table.
#[differentiate(wrt(table))]
pub fn gather(table: &[f64], indices: &[usize]) -> f64 {
    indices.iter().map(|&i| table[i] * table[i]).sum()
}
samples! { gradient gather: (vec![1.0, 2.0, 3.0], vec![0, 2, 2]), (vec![1.0], vec![1]), (vec![], vec![]) }

/// Graph smoothness over an edge list.
#[differentiate(wrt(x))]
pub fn graph_smoothness(x: &[f64], edges: &[(usize, usize, f64)]) -> f64 {
    let mut e = 0.0;
    for (i, j, w) in edges {
        e += w * (x[*i] - x[*j]).powi(2);
    }
    e
}
samples! { gradient graph_smoothness: (vec![1.0, 2.0, 4.0], vec![(0, 1, 0.5), (1, 2, 2.0), (2, 2, 1.0)]) }

/// Reading with offsets: a second difference.
#[differentiate]
pub fn bending(x: &[f64]) -> f64 {
    let mut e = 0.0;
    for i in 1..x.len() - 1 {
        e += (x[i - 1] - 2.0 * x[i] + x[i + 1]).powi(2);
    }
    e
}
samples! { gradient bending: (vec![1.0, 2.0, 4.0, 3.0],), (vec![1.0],), (vec![],) }

/// Weighted mean with a guard for no weight.
#[differentiate]
pub fn weighted_mean(x: &[f64], w: &[f64]) -> f64 {
    let total: f64 = w.iter().sum();
    if total == 0.0 {
        return 0.0;
    }
    x.iter().zip(w).map(|(a, b)| a * b).sum::<f64>() / total
}
samples! { gradient weighted_mean: (vec![1.0, 2.0], vec![3.0, 1.0]), (vec![1.0, 2.0], vec![1.0, -1.0]), (vec![], vec![]) }

/// Sum over the columns of a matrix given as rows of `Vec`.
#[differentiate]
pub fn column_norms(m: &[Vec<f64>]) -> f64 {
    let columns = if m.is_empty() { 0 } else { m[0].len() };
    let mut total = 0.0;
    for j in 0..columns {
        let mut s = 0.0;
        for row in m.iter() {
            s += row[j] * row[j];
        }
        total += s.sqrt();
    }
    total
}
samples! { gradient column_norms: (vec![vec![1.0, 2.0], vec![3.0, 4.0]],), (vec![],), (vec![vec![1.0, 2.0], vec![1.0]],) }

/// A count and a sum, with integers deciding.
#[differentiate(wrt(x))]
pub fn mean_of_positive(x: &[f64]) -> f64 {
    let mut count = 0;
    let mut sum = 0.0;
    for v in x {
        if *v > 0.0 {
            count += 1;
            sum += v;
        }
    }
    if count == 0 { 0.0 } else { sum / count as f64 }
}
samples! { gradient mean_of_positive: (vec![1.0, -2.0, 4.0],), (vec![-1.0],), (vec![],) }

/// `for_each` with a captured accumulator.
#[differentiate]
pub fn for_each_sum(x: &[f64]) -> f64 {
    let mut total = 0.0;
    x.iter().for_each(|v| total += v.cos());
    total
}
samples! { gradient for_each_sum: (vec![1.0, -2.0],), (vec![],) }

/// Inclusive ranges and a scaled index.
#[differentiate]
pub fn fourier(a: &[f64], t: f64) -> f64 {
    let mut f = 0.0;
    for k in 1..=a.len() {
        f += a[k - 1] * (k as f64 * t).sin();
    }
    f
}
samples! { gradient fourier: (vec![1.0, 0.5, 0.25], 0.3), (vec![], 0.3) }

/// Min over a mapped iterator.
#[differentiate(wrt(p))]
pub fn nearest_distance(p: &[f64; 2], points: &[[f64; 2]]) -> f64 {
    points
        .iter()
        .map(|q| (p[0] - q[0]).powi(2) + (p[1] - q[1]).powi(2))
        .fold(f64::INFINITY, f64::min)
        .sqrt()
}
samples! { gradient nearest_distance: ([0.0, 0.0], vec![[1.0, 1.0], [0.5, 0.1]]), ([0.0, 0.0], vec![]) }

/// A sum of sums with references to references.
#[differentiate]
pub fn nested_iterators(m: &[[f64; 2]]) -> f64 {
    m.iter().map(|row| row.iter().map(|v| v * v).sum::<f64>().sqrt()).sum()
}
samples! { gradient nested_iterators: (vec![[3.0, 4.0], [1.0, 0.5]],), (vec![],) }

/// The squared range of each row, by a maximum and a minimum inside of a loop.
#[differentiate(wrt(x))]
pub fn ranges_of_rows(x: &[f64], columns: usize) -> f64 {
    let mut sum = 0.0;
    for row in x.chunks(columns) {
        let (mut high, mut low) = (row[0].exp(), f64::INFINITY);
        for x in row {
            high = high.max(x.exp());
            low = low.min(x * x);
        }
        sum += (high - low).powi(2);
    }
    sum
}
samples! { gradient ranges_of_rows: (vec![0.5, -1.0, 0.25, 2.0, 0.125], 3), (vec![0.5, 1.5, 1.25], 1), (vec![1.5, 1.25], 4) }

/// A maximum that is carried through two loops, and looked at in one of them.
#[differentiate]
pub fn rising(x: &[f64]) -> f64 {
    let (mut high, mut sum) = (0.0, 0.0);
    for x in x {
        high = f64::max(high, *x);
        sum += high * x;
    }
    for x in x {
        high = high.max(x * x);
    }
    sum * high
}
samples! { gradient rising: (vec![0.5, -1.0, 1.75, 1.25],), (vec![],), (vec![-0.5],) }
