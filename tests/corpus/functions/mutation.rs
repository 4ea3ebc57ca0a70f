//! In-place mutation: arrays, slices, `Vec`, `&mut` parameters, swaps.

use super::{differentiate, samples};

/// Prefix sums in place in a copy.
#[differentiate]
pub fn prefix_sums<const N: usize>(x: [f64; N]) -> [f64; N] {
    let mut s = x;
    for i in 1..N {
        s[i] += s[i - 1];
    }
    s
}
samples! { gradient prefix_sums::<4>: ([1.0, 2.0, 3.0, 4.0],) }

/// Prefix products in the caller's buffer.
#[differentiate]
pub fn prefix_products(x: &mut [f64]) {
    for i in 1..x.len() {
        x[i] *= x[i - 1];
    }
}
samples! { gradient prefix_products: (vec![1.0, 2.0, 3.0],), (vec![],) }

/// Scale and shift in place.
#[differentiate]
pub fn affine_in_place(x: &mut [f64], scale: f64, shift: f64) {
    for v in x.iter_mut() {
        *v = *v * scale + shift;
    }
}
samples! { gradient affine_in_place: (vec![1.0, 2.0], 3.0, 0.5), (vec![], 1.0, 1.0) }

/// `axpy`.
#[differentiate]
pub fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}
samples! { gradient axpy: (2.0, vec![1.0, 2.0, 3.0], vec![0.5, 0.5]), (2.0, vec![], vec![]) }

/// Softmax into a new `Vec`.
#[differentiate]
pub fn softmax(x: &[f64]) -> Vec<f64> {
    let largest = x.iter().cloned().fold(f64::MIN, f64::max);
    let mut out = vec![0.0; x.len()];
    let mut sum = 0.0;
    for i in 0..x.len() {
        out[i] = (x[i] - largest).exp();
        sum += out[i];
    }
    for v in &mut out {
        *v /= sum;
    }
    out
}
samples! { gradient softmax: (vec![1.0, 2.0, 0.5],), (vec![],) }

/// Bubble sort: a sorting network on an array.
#[differentiate]
pub fn bubble_sort<const N: usize>(mut x: [f64; N]) -> [f64; N] {
    for i in 0..N {
        for j in 0..N - 1 - i {
            if x[j] > x[j + 1] {
                x.swap(j, j + 1);
            }
        }
    }
    x
}
samples! { gradient bubble_sort::<5>: ([3.0, 1.0, 4.0, 1.0, 5.0],), ([5.0, 4.0, 3.0, 2.0, 1.0],) }

/// Insertion sort in a slice, then weighted by rank.
#[differentiate]
pub fn rank_weighted(x: &[f64]) -> f64 {
    let mut s = x.to_vec();
    for i in 1..s.len() {
        let mut j = i;
        while j > 0 && s[j - 1] > s[j] {
            s.swap(j - 1, j);
            j -= 1;
        }
    }
    let mut total = 0.0;
    for (rank, v) in s.iter().enumerate() {
        total += v * (rank + 1) as f64;
    }
    total
}
samples! { gradient rank_weighted: (vec![3.0, -1.0, 2.0],), (vec![],), (vec![1.0, 1.0],) }

/// A four-element sorting network with `min` and `max`.
#[differentiate]
pub fn network4(x: [f64; 4]) -> f64 {
    let mut y = x;
    for (a, b) in [(0, 1), (2, 3), (0, 2), (1, 3), (1, 2)] {
        let low = y[a].min(y[b]);
        let high = y[a].max(y[b]);
        y[a] = low;
        y[b] = high;
    }
    y[0] + 2.0 * y[1] + 3.0 * y[2] + 4.0 * y[3]
}
samples! { gradient network4: ([3.0, 1.0, 4.0, 2.0],), ([1.0; 4],) }

/// Ping-pong stencil with two buffers and `std::mem::swap`.
#[differentiate(wrt(initial, k))]
pub fn heat_ping_pong(initial: &[f64], k: f64, steps: usize) -> f64 {
    let n = initial.len();
    let mut a = initial.to_vec();
    let mut b = a.clone();
    for _ in 0..steps {
        for i in 1..n - 1 {
            b[i] = a[i] + k * (a[i - 1] - 2.0 * a[i] + a[i + 1]);
        }
        std::mem::swap(&mut a, &mut b);
    }
    a.iter().map(|v| v * v).sum()
}
samples! { gradient heat_ping_pong: (vec![0.0, 1.0, 0.5, 0.0], 0.2, 3), (vec![1.0, 2.0], 0.1, 2), (vec![], 0.1, 0), (vec![], 0.1, 1) }

/// Ping-pong between two arrays chosen by parity.
#[differentiate(wrt(x))]
pub fn parity_buffers(x: [f64; 3], steps: usize) -> f64 {
    let mut buffers = [x, [0.0; 3]];
    for step in 0..steps {
        let from = step % 2;
        for i in 0..3 {
            let left = buffers[from][(i + 2) % 3];
            let here = buffers[from][i];
            buffers[1 - from][i] = 0.5 * (left + here) + here * here * 0.1;
        }
    }
    buffers[steps % 2][0]
}
samples! { gradient parity_buffers: ([1.0, -0.5, 0.25], 3), ([1.0, -0.5, 0.25], 0) }

/// `std::mem::replace` and `take` of scalars and vectors.
#[differentiate(wrt(x))]
pub fn replace_and_take(x: f64, rounds: usize) -> f64 {
    let mut current = x;
    let mut history = vec![x];
    for _ in 0..rounds {
        let old = std::mem::replace(&mut current, 0.5 * x);
        current += old * old;
        let mut taken = std::mem::take(&mut history);
        taken.push(current);
        history = taken;
    }
    history.iter().sum::<f64>() + current
}
samples! { gradient replace_and_take: (0.5, 3), (0.5, 0) }

/// Gauss-Seidel sweep in place.
#[differentiate(wrt(a, b))]
pub fn gauss_seidel(a: &[[f64; 3]; 3], b: &[f64; 3], sweeps: usize) -> [f64; 3] {
    let mut x = [0.0; 3];
    for _ in 0..sweeps {
        for i in 0..3 {
            let mut s = b[i];
            for j in 0..3 {
                if j != i {
                    s -= a[i][j] * x[j];
                }
            }
            x[i] = s / a[i][i];
        }
    }
    x
}
samples! { gradient gauss_seidel: ([[4.0, 1.0, 0.0], [1.0, 5.0, 2.0], [0.0, 2.0, 6.0]], [1.0, 2.0, 3.0], 4) }

/// Thomas algorithm for a tridiagonal system with workspaces.
#[differentiate]
pub fn thomas(lower: &[f64], diagonal: &[f64], upper: &[f64], rhs: &[f64]) -> Vec<f64> {
    let n = diagonal.len();
    let mut c = vec![0.0; n];
    let mut d = Vec::with_capacity(n);
    c[0] = upper[0] / diagonal[0];
    d.push(rhs[0] / diagonal[0]);
    for i in 1..n {
        let m = diagonal[i] - lower[i] * c[i - 1];
        c[i] = if i < n - 1 { upper[i] / m } else { 0.0 };
        let previous = d[i - 1];
        d.push((rhs[i] - lower[i] * previous) / m);
    }
    for i in (0..n - 1).rev() {
        let next = d[i + 1];
        d[i] -= c[i] * next;
    }
    d
}
samples! { gradient thomas:
    (vec![0.0, 1.0, 1.0], vec![4.0, 4.0, 4.0], vec![1.0, 1.0, 0.0], vec![1.0, 2.0, 3.0]),
    (vec![0.0], vec![2.0], vec![0.0], vec![3.0]),
    (vec![], vec![], vec![], vec![]),
}

/// A histogram: scatter-add with integer bins.
#[differentiate(wrt(weights))]
pub fn histogram_energy(weights: &[f64], bins: &[usize], count: usize) -> f64 {
    let mut histogram = vec![0.0; count];
    for (w, &b) in weights.iter().zip(bins) {
        histogram[b] += w;
    }
    histogram.iter().map(|h| h * h).sum()
}
samples! { gradient histogram_energy: (vec![1.0, 2.0, 3.0], vec![0, 2, 0], 3), (vec![1.0], vec![5], 3), (vec![], vec![], 0) }

/// Reversal in place through two indices.
#[differentiate]
pub fn reversed(x: Vec<f64>) -> Vec<f64> {
    let mut x = x;
    let (mut i, mut j) = (0, x.len());
    while i + 1 < j {
        j -= 1;
        x.swap(i, j);
        i += 1;
    }
    x
}
samples! { gradient reversed: (vec![1.0, 2.0, 3.0, 4.0],), (vec![1.0, 2.0, 3.0],), (vec![],) }

/// Rotate three scalars by tuple assignment and by swap.
#[differentiate(wrt(a, b, c))]
pub fn rotate_scalars(mut a: f64, mut b: f64, mut c: f64, n: u8) -> f64 {
    for _ in 0..n {
        (a, b, c) = (b, c, a * 0.5);
        std::mem::swap(&mut a, &mut c);
    }
    a + 2.0 * b + 3.0 * c
}
samples! { gradient rotate_scalars: (1.0, 2.0, 3.0, 4), (1.0, 2.0, 3.0, 0) }

/// `fill`, `copy_from_slice` and whole-array assignment.
#[differentiate]
pub fn array_copies(x: [f64; 4], y: f64) -> f64 {
    let mut a = [0.0; 4];
    a.fill(y);
    let mut b = a;
    b[1..3].copy_from_slice(&x[0..2]);
    a = x;
    a[3] *= 2.0;
    a.iter().zip(&b).map(|(p, q)| p * q).sum()
}
samples! { gradient array_copies: ([1.0, 2.0, 3.0, 4.0], 0.5) }

/// Two outputs through `&mut` scalars.
#[differentiate]
pub fn polar(x: f64, y: f64, radius: &mut f64, angle: &mut f64) {
    *radius = (x * x + y * y).sqrt();
    *angle = y.atan2(x);
}
samples! { gradient polar: (1.0, 2.0, 0.0, 0.0), (-1.0, 0.5, 9.0, 9.0) }

/// A value is returned and a buffer is updated.
#[differentiate]
pub fn normalize(x: &mut [f64; 3]) -> f64 {
    let n = (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]).sqrt();
    if n > 0.0 {
        for v in x.iter_mut() {
            *v /= n;
        }
    }
    n
}
samples! { gradient normalize: ([1.0, 2.0, 2.0],), ([0.0; 3],) }

/// Mutation through a reborrowed sub-slice.
#[differentiate]
pub fn smooth_tail(x: &mut [f64], from: usize) {
    let tail = &mut x[from..];
    for i in 1..tail.len() {
        tail[i] = 0.5 * (tail[i] + tail[i - 1]);
    }
    if let Some(_) = tail.len().checked_sub(1) {
        tail[0] *= 2.0;
    }
}
samples! { gradient smooth_tail: (vec![1.0, 2.0, 3.0, 4.0], 1), (vec![1.0], 1), (vec![1.0], 2) }

/// Halves exchanged with `split_at_mut`.
#[differentiate]
pub fn butterfly(x: &mut [f64]) {
    let half = x.len() / 2;
    let (a, b) = x.split_at_mut(half);
    for (p, q) in a.iter_mut().zip(b.iter_mut()) {
        let (sum, difference) = (*p + *q, *p - *q);
        *p = sum;
        *q = difference;
    }
}
samples! { gradient butterfly: (vec![1.0, 2.0, 3.0, 4.0],), (vec![1.0, 2.0, 3.0],), (vec![],) }

/// Walsh-Hadamard transform over chunks.
#[differentiate]
pub fn walsh_hadamard<const N: usize>(mut x: [f64; N]) -> [f64; N] {
    let mut width = 1;
    while width < N {
        for chunk in x.chunks_mut(2 * width) {
            for i in 0..width {
                let (a, b) = (chunk[i], chunk[i + width]);
                chunk[i] = a + b;
                chunk[i + width] = a - b;
            }
        }
        width *= 2;
    }
    x
}
samples! { gradient walsh_hadamard::<8>: ([1.0, 2.0, 3.0, 4.0, -1.0, 0.5, 0.0, 2.0],) }

/// Rows behind `&mut` that grow in a loop.
#[differentiate]
pub fn rows_grown(m: &mut Vec<Vec<f64>>, x: f64) -> f64 {
    for i in 0..m.len() {
        let t = m[i][0] * x;
        m[i].push(t);
        let u = t * t;
        m[i].push(u);
    }
    let mut s = 0.0;
    for r in m.iter() {
        for v in r {
            s += v * v;
        }
    }
    s
}
samples! { gradient rows_grown: (vec![vec![1.0], vec![2.0, 3.0]], 0.5), (vec![], 0.5), (vec![vec![]], 0.5) }

/// One row is cut or another one grows, then one is cleared.
#[differentiate]
pub fn rows_cut_or_grown(m: &mut Vec<Vec<f64>>, x: f64, k: usize) -> f64 {
    if k > 0 {
        m[k].truncate(1);
    } else {
        m[0].push(x * x);
    }
    let s = m[0][0] * m[1][0] * x;
    m[1].clear();
    m[1].push(s);
    s * m[0][m[0].len() - 1]
}
samples! { gradient rows_cut_or_grown: (vec![vec![1.0], vec![2.0, 3.0]], 0.5, 0), (vec![vec![1.0, 4.0], vec![2.0, 3.0]], 0.5, 1) }

/// A row is taken, changed and put back.
#[differentiate]
pub fn row_put_back(m: &mut Vec<Vec<f64>>, x: f64) -> f64 {
    let mut r = std::mem::take(&mut m[0]);
    r.push(x * r[0]);
    r[0] *= x;
    m[0] = r;
    m[0][0] * m[0][1] + m[1][0]
}
samples! { gradient row_put_back: (vec![vec![1.0], vec![2.0, 3.0]], 0.5), (vec![vec![1.5, 2.5], vec![2.0]], 0.5) }

/// Rows of different lengths change places.
#[differentiate]
pub fn rows_swapped(m: &mut [Vec<f64>], x: f64) -> f64 {
    m.swap(0, 1);
    m[0][0] *= x * m[1][0];
    m[0][0] * m[0][m[0].len() - 1]
}
samples! { gradient rows_swapped: (vec![vec![1.0], vec![2.0, 3.0]], 0.5), (vec![vec![1.5, 2.5], vec![2.0]], 0.5) }

/// Called by `rows_computed`.
#[differentiate]
pub fn products_and_squares(r: &[f64], x: f64) -> Vec<f64> {
    let mut o = vec![];
    for v in r {
        o.push(v * x);
        o.push(v * v);
    }
    o
}
samples! { gradient products_and_squares: (vec![1.0, 2.0], 0.5), (vec![], 0.5) }

/// Rows replaced by what another function makes of the one before.
#[differentiate]
pub fn rows_computed(m: &mut Vec<Vec<f64>>, x: f64) -> f64 {
    for i in 1..m.len() {
        let r = products_and_squares(&m[i - 1], x);
        m[i] = r;
    }
    let l = m.len() - 1;
    m[l][0] * m[l][m[l].len() - 1]
}
samples! { gradient rows_computed: (vec![vec![1.0], vec![2.0, 3.0]], 0.5), (vec![vec![1.5, 2.5], vec![2.0], vec![1.0]], 0.5) }

/// Called by `rows_grown_elsewhere`.
#[differentiate]
pub fn lengthen(r: &mut Vec<f64>, x: f64) {
    let t = r[0] * x;
    r.push(t);
    r[0] = t * t;
}
samples! { gradient lengthen: (vec![1.0, 2.0], 0.5), (vec![1.5], 0.5) }

/// Another function lengthens rows.
#[differentiate]
pub fn rows_grown_elsewhere(m: &mut Vec<Vec<f64>>, x: f64) -> f64 {
    lengthen(&mut m[0], x);
    lengthen(&mut m[1], x * x);
    let t = m[1][1];
    lengthen(&mut m[0], t);
    m[0][0] * m[1][0] + m[0][2]
}
samples! { gradient rows_grown_elsewhere: (vec![vec![1.0], vec![2.0, 3.0]], 0.5), (vec![vec![1.5, 2.5], vec![2.0]], 0.5) }

/// A tuple with a `Vec` is overwritten by one of another length.
#[differentiate]
pub fn pair_replaced(p: &mut (Vec<f64>, f64), x: f64) -> f64 {
    let t = p.0[0] * x * p.0[p.0.len() - 1] * p.1;
    *p = (vec![t, x], t * x);
    p.0[0] * p.0[1] * p.1
}
samples! { gradient pair_replaced: ((vec![1.0], 2.0), 0.5), ((vec![1.0, 2.0, 3.0], 2.0), 0.5) }

/// Rows beside numbers grow.
#[differentiate]
pub fn labelled_rows_grown(m: &mut Vec<(f64, Vec<f64>)>, x: f64) -> f64 {
    for p in m.iter_mut() {
        let t = p.0 * x;
        p.1.push(t);
        p.0 = t * p.1[0];
    }
    m[0].0 * m[0].1[m[0].1.len() - 1]
}
samples! { gradient labelled_rows_grown: (vec![(1.0, vec![2.0]), (3.0, vec![])], 0.5) }

/// Rows beside numbers are cut off and replaced in a loop.
#[differentiate]
pub fn labelled_rows_cut(m: &mut Vec<(f64, Vec<f64>)>, x: f64, n: usize) -> f64 {
    let mut s = x;
    for i in 0..n {
        let l = m.len() - 1;
        s += m[l].0 * m[l].1[0];
        if l > 0 {
            m.truncate(l);
        } else {
            m[0] = (s, vec![x; i + 2]);
            m.push((x, vec![s * s]));
        }
    }
    s * m[0].0
}
samples! { gradient labelled_rows_cut: (vec![(1.0, vec![2.0]), (0.3, vec![0.1, 0.2])], 0.5, 5), (vec![(1.0, vec![2.0])], 0.5, 0) }

/// A buffer is replaced, and what it was is appended.
#[differentiate]
pub fn buffer_replaced(v: &mut Vec<f64>, x: f64) -> f64 {
    let a = std::mem::replace(v, vec![x, x * x, 1.0]);
    let s = a[0] * v[1];
    v[2] = s * a[a.len() - 1];
    v.extend_from_slice(&a);
    v[0] * v[2] + v[3]
}
samples! { gradient buffer_replaced: (vec![1.0, 2.0], 0.5), (vec![2.0], 0.5), (vec![], 0.5) }

/// A buffer is taken and built again in every round.
#[differentiate]
pub fn buffer_rebuilt(v: &mut Vec<f64>, x: f64, n: usize) -> f64 {
    let mut s = x;
    for _ in 0..n {
        let a = std::mem::take(v);
        for t in &a {
            v.push(t * s);
        }
        v.push(s);
        s += v[0] * x;
    }
    s * v[0]
}
samples! { gradient buffer_rebuilt: (vec![1.0, 2.0], 0.5, 0), (vec![2.0, 3.0, 4.0], 0.5, 3), (vec![], 0.5, 2) }

/// Called by `tested_by_value`.
#[differentiate]
pub fn first_two(v: Vec<f64>) -> f64 {
    v[0] * v[1]
}
samples! { gradient first_two: (vec![1.0, 2.0],), (vec![2.0, -3.0, 4.0],) }

/// A `Vec` is moved into a call of which only the sign counts.
#[differentiate]
pub fn tested_by_value(v: &[f64], x: f64) -> f64 {
    let a = v.to_vec();
    let s = a[0] * a[1] * x;
    let e = first_two(a);
    if e > 0.0 { s } else { s * s }
}
samples! { gradient tested_by_value: (vec![1.0, 2.0], 0.5), (vec![2.0, -3.0, 4.0], 0.5) }

/// A `Vec` is moved, and set again on one path.
#[differentiate]
pub fn set_again_sometimes(v: &[f64], x: f64, c: bool) -> f64 {
    let mut a = v.to_vec();
    let b = a;
    let mut s = b[0] * x;
    if c {
        a = vec![s, x, s * x];
        s += a[2] * a[0];
    }
    s * b[1]
}
samples! { gradient set_again_sometimes: (vec![1.0, 2.0], 0.5, true), (vec![2.0, 3.0, 4.0], 0.5, false) }

/// All rows are dropped and built again in every round.
#[differentiate]
pub fn rows_cleared(m: &mut Vec<Vec<f64>>, x: f64, n: usize) -> f64 {
    let mut s = x;
    for i in 0..n {
        for r in m.iter() {
            for v in r {
                s += v * v * x;
            }
        }
        m.clear();
        for k in 0..i + 1 {
            m.push(vec![s * x; k]);
        }
    }
    s
}
samples! { gradient rows_cleared: (vec![vec![1.0], vec![0.5, 0.25]], 0.5, 3), (vec![], 0.5, 2), (vec![vec![1.0]], 0.5, 0) }

/// All rows are replaced in every round.
#[differentiate]
pub fn rows_replaced(m: &mut Vec<Vec<f64>>, x: f64, n: usize) -> f64 {
    let mut s = x;
    for i in 0..n {
        s += m[0][0] * m[m.len() - 1][0] * x;
        *m = vec![vec![s; i + 1]; n];
        m[0][0] *= x;
    }
    s * m[0][0]
}
samples! { gradient rows_replaced: (vec![vec![1.0], vec![0.5, 0.25]], 0.5, 3), (vec![vec![1.0]], 0.5, 0) }

/// Lists of lists of lists: grown, cut, cleared, swapped.
#[differentiate]
pub fn boxes_of_rows(m: &mut Vec<Vec<Vec<f64>>>, x: f64) -> f64 {
    let s = m[0][0][0] * m[1][0][1] * x;
    m[1][0].push(s);
    m[0].push(vec![s, x]);
    let t = m[1][0][2] * m[0][1][0];
    m[0].truncate(1);
    m[1].clear();
    m[1].push(vec![t]);
    m.swap(0, 1);
    let u = m[0][0][0] * m[1][0][0];
    m.truncate(1);
    m[0][0][0] * u
}
samples! { gradient boxes_of_rows: (vec![vec![vec![1.0]], vec![vec![0.5, 0.25], vec![], vec![2.0]]], 0.5) }

/// `resize` with a row, up and down.
#[differentiate]
pub fn rows_resized(m: &mut Vec<Vec<f64>>, x: f64, n: usize) -> f64 {
    let s = m[0][0] * m[m.len() - 1][0];
    m.resize(n, vec![s * x, x]);
    let l = m[n - 1][0];
    m.resize(1, vec![]);
    l * m[0][0]
}
samples! { gradient rows_resized: (vec![vec![1.0], vec![0.5, 0.25]], 0.5, 4), (vec![vec![1.0], vec![0.5, 0.25]], 0.5, 1) }

/// Called by `rows_popped_elsewhere`.
#[differentiate]
pub fn exchange_last(m: &mut Vec<Vec<f64>>, x: f64) -> f64 {
    let l = m.len() - 1;
    let s = m[l][0] * x;
    m.pop();
    m.push(vec![s, x, s]);
    m.push(vec![s * m[0][0]]);
    s
}
samples! { gradient exchange_last: (vec![vec![1.0], vec![0.5, 0.25]], 0.5), (vec![vec![0.5, 0.3]], 0.5) }

/// Another function drops a row and appends two.
#[differentiate]
pub fn rows_popped_elsewhere(m: &mut Vec<Vec<f64>>, x: f64, n: usize) -> f64 {
    let mut s = x;
    for _ in 0..n {
        s += exchange_last(m, s);
    }
    s * m[m.len() - 1][0]
}
samples! { gradient rows_popped_elsewhere: (vec![vec![1.0], vec![0.5, 0.25]], 0.5, 3), (vec![vec![0.5, 0.3]], 0.5, 1) }

/// A row is taken, and only its length counts.
#[differentiate]
pub fn row_measured(m: &mut Vec<Vec<f64>>, x: f64) -> f64 {
    let s = m[0][0] * m[0][m[0].len() - 1] * x;
    let k = std::mem::take(&mut m[0]);
    m[0].push(s);
    s * k.len() as f64 * m[0][0]
}
samples! { gradient row_measured: (vec![vec![1.0], vec![0.5, 0.25]], 0.5), (vec![vec![1.0, 2.0, 3.0]], 0.5) }

/// A row is taken, and not put back on one path.
#[differentiate]
pub fn row_put_back_or_not(m: &mut Vec<Vec<f64>>, x: f64, n: usize) -> f64 {
    let mut s = x;
    for i in 0..n {
        let r = std::mem::take(&mut m[i]);
        s += r[0] * x;
        if s > 2.0 {
            return s * r[0];
        }
        m[i] = r;
        m[i].push(s);
        if i > 2 {
            break;
        }
    }
    s * m[0][0]
}
samples! { gradient row_put_back_or_not: (vec![vec![1.0], vec![0.5, 0.25]], 0.5, 2), (vec![vec![1.0], vec![5.5, 0.25]], 0.5, 2), (vec![vec![1.0], vec![0.1], vec![0.1], vec![0.1], vec![0.1]], 0.5, 5) }

/// A buffer is replaced in a loop, and the last one is returned.
#[differentiate]
pub fn last_of_replaced(v: &mut Vec<f64>, x: f64, n: usize) -> (Vec<f64>, f64) {
    let mut last = vec![x, x];
    for i in 0..n {
        last = std::mem::replace(v, vec![last[0] * x; i + 1]);
        last.push(x);
    }
    let s = last[0] * v[0];
    (last, s)
}
samples! { gradient last_of_replaced: (vec![1.0, 0.5], 0.5, 0), (vec![1.0, 0.5], 0.5, 1), (vec![0.5], 0.5, 4) }

/// Rows are taken from behind `&mut`, changed and returned.
#[differentiate]
pub fn rows_handed_out(m: &mut Vec<Vec<f64>>, x: f64) -> Vec<Vec<f64>> {
    let mut o = std::mem::take(m);
    let t = o[0][0];
    o[0].push(x * t);
    m.push(vec![x * o[0][1]]);
    o.swap(0, 1);
    o
}
samples! { gradient rows_handed_out: (vec![vec![1.0], vec![0.5, 0.25]], 0.5) }

/// A tuple with rows is cut, then overwritten.
#[differentiate]
pub fn pair_of_rows_replaced(p: &mut (Vec<Vec<f64>>, f64), x: f64) -> f64 {
    let s = p.0[0][0] * p.1 * p.0[p.0.len() - 1][0];
    p.0.truncate(1);
    p.0[0].push(s);
    let t = p.0[0][1] * x;
    *p = (vec![vec![t, x], vec![s]], t);
    p.0[1][0] * p.1 * p.0[0][1]
}
samples! { gradient pair_of_rows_replaced: ((vec![vec![1.0], vec![0.5, 0.25]], 2.0), 0.5) }

/// Parts of a slice change places with another buffer.
#[differentiate]
pub fn halves_swapped(a: &mut [f64], b: &mut Vec<f64>, x: f64) -> f64 {
    a[1..3].swap_with_slice(b);
    b[0] *= x * a[1];
    b.push(x);
    let n = b.len();
    a[..n].swap_with_slice(b);
    a[0] * a[1] * b[1]
}
samples! { gradient halves_swapped: (vec![1.0, 2.0, 3.0, 4.0], vec![0.3, 0.4], 0.5) }

/// A tuple is moved, and only the length of a part counts.
#[differentiate]
pub fn pair_measured(v: &[f64], x: f64) -> f64 {
    let p = (v.to_vec(), x * x);
    let s = p.0[0] * p.0[1] * p.1;
    let q = p;
    let n = q.0.len();
    s * n as f64
}
samples! { gradient pair_measured: (vec![1.0, 2.0], 0.5), (vec![2.0, 3.0, 4.0], 0.5) }

/// A `Vec` of `Vec`s grown row by row: Pascal's triangle with a weight.
#[differentiate(wrt(w))]
pub fn pascal(w: f64, rows: usize) -> f64 {
    let mut triangle: Vec<Vec<f64>> = Vec::new();
    for i in 0..rows {
        let mut row = vec![1.0; i + 1];
        for j in 1..i {
            row[j] = triangle[i - 1][j - 1] + w * triangle[i - 1][j];
        }
        triangle.push(row);
    }
    let mut total = 0.0;
    for row in &triangle {
        for v in row {
            total += v;
        }
    }
    total
}
samples! { gradient pascal: (0.5, 5), (0.5, 0) }

/// `pop`, `truncate`, `clear` and `last` of a stack machine.
#[differentiate(wrt(x))]
pub fn reverse_polish(x: f64, program: &[i32]) -> f64 {
    let mut stack = Vec::new();
    for &op in program {
        if op >= 0 {
            stack.push(x * op as f64);
        } else {
            let b = stack[stack.len() - 1];
            let a = stack[stack.len() - 2];
            stack.truncate(stack.len() - 2);
            stack.push(if op == -1 { a + b } else { a * b });
        }
    }
    stack[0]
}
samples! { gradient reverse_polish: (0.5, vec![1, 2, -1, 3, -2]), (0.5, vec![1, -1]), (0.5, vec![]) }

/// Arrays that are returned early, from a loop and from a branch.
#[differentiate]
pub fn early_array(x: f64, b: &[f64]) -> [f64; 2] {
    let mut s = x * x;
    for v in b {
        if *v > s {
            return [s, x];
        }
        s += v * x;
    }
    if s > 2.0 {
        return [s.sqrt(), 2.0 * x];
    }
    [s * x, x]
}
samples! { gradient early_array: (0.5, vec![0.1, 3.0]), (0.5, vec![0.1]), (2.0, vec![]) }

/// A `Vec` that is moved on one path, and used after an early return on the other.
#[differentiate]
pub fn moved_on_one_path(x: f64, b: &[f64]) -> f64 {
    let a = vec![b[0], x.sin()];
    for v in a.iter() {
        if *v > 1.0 {
            return a[1] * v;
        }
    }
    let moved = a;
    moved.iter().map(|v| v * v).sum()
}
samples! { gradient moved_on_one_path: (0.5, vec![0.1, 3.0]), (0.5, vec![1.5]) }

/// A `Vec` that is taken, and what it held is not used again.
#[differentiate]
pub fn taken_for_nothing(x: f64) -> f64 {
    let mut kept = [0.0; 2];
    for i in 0..2 {
        let mut a = vec![x * (i as f64 + 1.0), x.cos()];
        kept[i] = a[0] * a[1];
        let _gone = std::mem::take(&mut a);
    }
    kept[0] * kept[1]
}
samples! { gradient taken_for_nothing: (0.7,) }

/// A `Vec` passed by value on which nothing depends: its gradient has its length.
#[differentiate]
pub fn unused_list(x: f64, b: Vec<f64>) -> [f64; 2] {
    let _ = b.len();
    [x * x, x]
}
samples! { gradient unused_list: (0.7, vec![1.0, 2.0, 3.0]) }

/// A `Vec` that is declared first and set by a branch.
#[differentiate]
pub fn declared_first(x: f64, n: usize) -> Vec<f64> {
    let v: Vec<f64>;
    if n > 2 {
        v = vec![x; n];
        if x > 1.0 {
            return v;
        }
    } else {
        v = vec![x * x];
    }
    v.iter().map(|y| y * x).collect()
}
samples! { gradient declared_first: (0.7, 3), (1.7, 3), (0.7, 1) }

/// What is read of a list before it is taken is read before.
#[differentiate]
pub fn read_before_it_is_taken(x: f64, b: &[f64]) -> f64 {
    let mut a = b.to_vec();
    let n = a.len();
    let first = a[0] * x;
    let taken = std::mem::take(&mut a);
    let moved = taken;
    n as f64 * x * first + moved[n - 1] + a.len() as f64
}
samples! { gradient read_before_it_is_taken: (0.5, vec![0.1, 3.0]), (0.5, vec![]) }
