//! Outputs that run on threads: against the sequential gradient, and bit for bit on pools of one to eight threads.
#![cfg(feature = "rayon")]
// The functions are written as users write theirs.
#![allow(clippy::needless_range_loop, clippy::ptr_arg)]

use autodiff_core::{Differentiable, Float, differentiate};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

/// Below, at and above the length of a chunk, and long enough for threads.
const LENGTHS: [usize; 7] = [0, 1, 63, 64, 65, 1023, 100_000];

/// Pools of one to eight threads.
fn pools() -> &'static [ThreadPool] {
    static POOLS: OnceLock<Vec<ThreadPool>> = OnceLock::new();
    POOLS.get_or_init(|| {
        let pool = |count| ThreadPoolBuilder::new().num_threads(count).build().expect("threads");
        (1..=8).map(pool).collect()
    })
}

/// Numbers between -1 and 1 that look random.
fn numbers(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// Value and gradient as one list of floats.
trait Flat {
    fn flat(&self) -> Vec<f64>;
}

impl Flat for f64 {
    fn flat(&self) -> Vec<f64> {
        vec![*self]
    }
}

impl Flat for f32 {
    fn flat(&self) -> Vec<f64> {
        vec![f64::from(*self)]
    }
}

impl<T: Flat> Flat for Vec<T> {
    fn flat(&self) -> Vec<f64> {
        self.iter().flat_map(Flat::flat).collect()
    }
}

impl<T: Flat, const N: usize> Flat for [T; N] {
    fn flat(&self) -> Vec<f64> {
        self.iter().flat_map(Flat::flat).collect()
    }
}

impl<A: Flat, B: Flat> Flat for (A, B) {
    fn flat(&self) -> Vec<f64> {
        [self.0.flat(), self.1.flat()].concat()
    }
}

/// The output is near the sequential one, and the same bits on pools of 1, 2, 5 and 8 threads.
#[track_caller]
fn agrees<R: Flat + Send>(
    tolerance: f64,
    sequential: impl Fn() -> R,
    parallel: impl Fn() -> R + Sync,
) {
    agrees_on(&[1, 2, 5, 8], tolerance, sequential, parallel);
}

/// The output is near the sequential one, and the same bits on pools of so many threads.
#[track_caller]
fn agrees_on<R: Flat + Send>(
    threads: &[usize],
    tolerance: f64,
    sequential: impl Fn() -> R,
    parallel: impl Fn() -> R + Sync,
) {
    let expected = sequential().flat();
    let found = parallel().flat();
    assert_eq!(expected.len(), found.len());
    for (position, (a, b)) in expected.iter().zip(&found).enumerate() {
        let near = (a - b).abs() <= tolerance * (1.0 + a.abs()) || a.is_nan() && b.is_nan();
        assert!(near, "float {position}: {a} by the sequential one, {b} on threads");
    }
    let bits = |flat: &[f64]| flat.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let first = bits(&found);
    for threads in threads {
        let again = bits(&pools()[threads - 1].install(|| parallel().flat()));
        assert!(first == again, "other bits on {threads} threads");
    }
}

#[differentiate(wrt(w), par_value_and_gradient)]
fn quadratic(w: &[f64; 3], x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| (w[0] * x * x + w[1] * x + w[2] - y).powi(2)).sum::<f64>()
        / x.len() as f64
}

#[test]
fn a_sum_over_samples() {
    let w = [0.5, -1.0, 0.25];
    for n in LENGTHS {
        let (x, y) = (numbers(n, 1), numbers(n, 2));
        agrees_on(
            &[1, 2, 3, 4, 5, 6, 7, 8],
            1e-12,
            || quadratic::value_and_gradient(&w, &x, &y),
            || quadratic::par_value_and_gradient(&w, &x, &y),
        );
    }
}

#[test]
fn buffers_are_overwritten() {
    let (x, y) = (numbers(50_000, 1), numbers(50_000, 2));
    let w = [0.5, -1.0, 0.25];
    let mut gradient = [f64::NAN; 3];
    let value = quadratic::par_gradient_into(&w, &x, &y, &mut gradient);
    assert_eq!((value, gradient), quadratic::par_value_and_gradient(&w, &x, &y));
}

#[differentiate(wrt(w), par_value_and_gradient)]
fn quadratic_single(w: &[f32; 3], x: &[f32], y: &[f32]) -> f32 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        let difference = w[0] * x[i] * x[i] + w[1] * x[i] + w[2] - y[i];
        sum += difference * difference;
    }
    sum / (1.0 + x.len() as f32)
}

#[test]
fn single_precision() {
    let single = |numbers: Vec<f64>| numbers.iter().map(|x| *x as f32).collect::<Vec<_>>();
    for n in LENGTHS {
        let (x, y) = (single(numbers(n, 1)), single(numbers(n, 2)));
        agrees(
            3e-4,
            || quadratic_single::value_and_gradient(&[0.5, -1.0, 0.25], &x, &y),
            || quadratic_single::par_value_and_gradient(&[0.5, -1.0, 0.25], &x, &y),
        );
    }
}

#[differentiate(wrt(w), par_value_and_gradient)]
fn logistic(w: &[f64; 4], rows: &[[f64; 4]], y: &[f64]) -> f64 {
    let mut loss = 0.0;
    for (row, y) in rows.iter().zip(y) {
        let z = w[0] * row[0] + w[1] * row[1] + w[2] * row[2] + w[3] * row[3];
        loss += (1.0 + (-y * z).exp()).ln();
    }
    loss / rows.len() as f64
}

#[differentiate(wrt(w), par_value_and_gradient)]
fn linear_rows(w: &[f64], x: &[f64], y: &[f64]) -> f64 {
    let d = w.len();
    let mut loss = 0.0;
    for i in 0..y.len() {
        let mut z = 0.0;
        for j in 0..d {
            z += w[j] * x[i * d + j];
        }
        loss += (z - y[i]).powi(2);
    }
    loss
}

#[test]
fn rows() {
    for n in LENGTHS {
        let rows: Vec<[f64; 4]> = numbers(4 * n, 3).as_chunks().0.to_vec();
        let y = numbers(n, 4);
        let w = [0.5, -1.0, 0.25, 2.0];
        agrees(
            1e-12,
            || logistic::value_and_gradient(&w, &rows, &y),
            || logistic::par_value_and_gradient(&w, &rows, &y),
        );
        let (w, x) = (numbers(7, 5), numbers(7 * n, 6));
        agrees(
            1e-11,
            || linear_rows::value_and_gradient(&w, &x, &y),
            || linear_rows::par_value_and_gradient(&w, &x, &y),
        );
    }
}

#[differentiate(par_value_and_gradient)]
fn rosenbrock(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 1..x.len() {
        sum += (1.0 - x[i - 1]).powi(2) + 100.0 * (x[i] - x[i - 1] * x[i - 1]).powi(2);
    }
    sum
}

#[differentiate(par_value_and_gradient)]
fn rosenbrock_by_windows(x: &[f64]) -> f64 {
    x.windows(2).map(|x| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2)).sum()
}

#[differentiate(par_value_and_gradient)]
fn smoothness(x: &[[f64; 2]], k: f64) -> f64 {
    let mut sum = 0.0;
    for i in 2..x.len() {
        for d in 0..2 {
            sum += k * (x[i][d] - 2.0 * x[i - 1][d] + x[i - 2][d]).powi(2);
        }
    }
    sum
}

#[differentiate(par_value_and_gradient)]
fn guarded(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        if i + 1 < x.len() {
            sum += x[i] * x[i + 1];
        }
        if i > 0 {
            sum += (x[i] - x[i - 1]).powi(2);
        }
    }
    sum
}

#[test]
fn a_gradient_for_each_element() {
    for n in LENGTHS {
        let x = numbers(n, 7);
        agrees(
            1e-11,
            || rosenbrock::value_and_gradient(&x),
            || rosenbrock::par_value_and_gradient(&x),
        );
        agrees(
            1e-11,
            || rosenbrock_by_windows::value_and_gradient(&x),
            || rosenbrock_by_windows::par_value_and_gradient(&x),
        );
        agrees(1e-11, || guarded::value_and_gradient(&x), || guarded::par_value_and_gradient(&x));
        let pairs: Vec<[f64; 2]> = numbers(2 * n, 8).as_chunks().0.to_vec();
        agrees(
            1e-11,
            || smoothness::value_and_gradient(&pairs, 0.5),
            || smoothness::par_value_and_gradient(&pairs, 0.5),
        );
    }
}

#[differentiate(wrt(w), par_value_and_gradient)]
fn gathered(w: &[f64], index: &[usize], y: &[f64]) -> f64 {
    let mut loss = 0.0;
    for i in 0..index.len() {
        let difference = w[index[i]] - y[i];
        loss += difference * difference;
    }
    loss
}

#[differentiate(wrt(w, bias), par_value_and_gradient)]
fn embedded(w: &[[f64; 3]], bias: f64, index: &[usize], y: &[f64]) -> f64 {
    let mut loss = 0.0;
    for (i, y) in index.iter().zip(y) {
        let row = w[*i];
        let z = row[0] * row[1] + row[2] + bias;
        if z > 0.0 {
            loss += (z - y).powi(2);
        } else {
            loss += 0.1 * z.abs() * y;
        }
    }
    loss
}

#[test]
fn gathers_and_branches() {
    for n in LENGTHS {
        for elements in [1, 10, 5000] {
            let (w, y) = (numbers(elements, 9), numbers(n, 10));
            let index: Vec<_> = (0..n).map(|i| (i * 7919) % elements).collect();
            agrees(
                1e-11,
                || gathered::value_and_gradient(&w, &index, &y),
                || gathered::par_value_and_gradient(&w, &index, &y),
            );
            let w: Vec<[f64; 3]> = numbers(3 * elements, 9).as_chunks().0.to_vec();
            agrees(
                1e-11,
                || embedded::value_and_gradient(&w, 0.25, &index, &y),
                || embedded::par_value_and_gradient(&w, 0.25, &index, &y),
            );
        }
    }
}

#[differentiate(par_value_and_gradient)]
fn buffered(x: &[f64], scale: f64) -> f64 {
    let mut y = vec![0.0; x.len()];
    for i in 0..x.len() {
        y[i] = (x[i] * scale).exp();
    }
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += y[i] * x[i];
    }
    for v in y.iter_mut() {
        *v *= sum.sin();
    }
    y.iter().map(|v| v * v).sum::<f64>() / (1.0 + x.len() as f64)
}

#[differentiate(par_value_and_gradient)]
fn counted(x: &[f64]) -> f64 {
    let mut chosen = vec![0_u8; x.len()];
    let (mut sum, mut count) = (0.0, 0);
    for i in 0..x.len() {
        if x[i] > 0.0 {
            sum += x[i].sqrt();
            count += 1;
            chosen[i] = 3;
        }
    }
    for i in 0..x.len() {
        sum += x[i] * f64::from(chosen[i]);
    }
    sum / (1 + count) as f64
}

#[test]
fn elements_of_their_own() {
    for n in LENGTHS {
        let x = numbers(n, 11);
        agrees(1e-11, || counted::value_and_gradient(&x), || counted::par_value_and_gradient(&x));
        agrees(
            1e-9,
            || buffered::value_and_gradient(&x, 0.5),
            || buffered::par_value_and_gradient(&x, 0.5),
        );
    }
}

#[differentiate(wrt(w), par_value_and_gradient)]
fn of_any_float<T: Float>(w: &[T; 2], x: &[T]) -> T {
    let mut sum = T::from_f64(0.0);
    for v in x {
        sum += (w[0] * *v + w[1]).sin();
    }
    sum
}

#[differentiate(wrt(w), par_value_and_gradient)]
fn recurrent_rows(w: &[f64; 2], rows: &[[f64; 4]]) -> f64 {
    let mut loss = 0.0;
    for row in rows {
        let mut state = 0.0;
        for x in row {
            state = (w[0] * state + w[1] * x).tanh();
        }
        loss += state;
    }
    loss
}

#[differentiate(wrt(w), par_value_and_gradient)]
fn softmax_rows(w: &[f64], rows: &[[f64; 4]]) -> f64 {
    let mut loss = 0.0;
    for row in rows {
        let z: Vec<f64> = row.iter().zip(w).map(|(x, w)| (x * w).exp()).collect();
        let sum: f64 = z.iter().sum();
        for z in &z {
            loss += (z / sum).powi(2);
        }
    }
    loss
}

#[differentiate(wrt(means, scales), par_value_and_gradient)]
fn mixture(means: &[[f64; 2]], scales: &[f64], x: &[[f64; 2]]) -> f64 {
    let mut total = 0.0;
    for p in x {
        let mut terms = vec![0.0; means.len()];
        let mut largest = f64::NEG_INFINITY;
        for k in 0..means.len() {
            let mut distance = 0.0;
            for j in 0..2 {
                distance += (p[j] - means[k][j]).powi(2);
            }
            terms[k] = scales[k] - 0.5 * distance * (2.0 * scales[k]).exp();
            largest = largest.max(terms[k]);
        }
        let mut sum = 0.0;
        for k in 0..means.len() {
            sum += (terms[k] - largest).exp();
        }
        total += largest + sum.ln();
    }
    total
}

#[differentiate(wrt(w, v), par_value_and_gradient)]
fn two_layers(w: &[[f64; 4]; 8], v: &[f64; 8], rows: &[[f64; 4]]) -> f64 {
    let mut loss = 0.0;
    for row in rows {
        let mut out = 0.0;
        for h in 0..8 {
            let mut z = 0.0;
            for j in 0..4 {
                z += w[h][j] * row[j];
            }
            out += v[h] * z.tanh();
        }
        loss += out.powi(2);
    }
    loss
}

#[test]
fn layers_and_mixtures() {
    for n in LENGTHS {
        // Enough work for threads.
        let n = n.min(10_000);
        let points: Vec<[f64; 2]> = numbers(2 * n, 16).as_chunks().0.to_vec();
        let means: Vec<[f64; 2]> = numbers(10, 17).as_chunks().0.to_vec();
        let scales = numbers(5, 18);
        agrees(
            1e-10,
            || mixture::value_and_gradient(&means, &scales, &points),
            || mixture::par_value_and_gradient(&means, &scales, &points),
        );
        let rows: Vec<[f64; 4]> = numbers(4 * n, 19).as_chunks().0.to_vec();
        let w: [[f64; 4]; 8] = numbers(32, 20).as_chunks().0.to_vec().try_into().expect("8 rows");
        let v: [f64; 8] = numbers(8, 21).try_into().expect("8 numbers");
        agrees(
            1e-10,
            || two_layers::value_and_gradient(&w, &v, &rows),
            || two_layers::par_value_and_gradient(&w, &v, &rows),
        );
    }
}

#[differentiate(par_value_and_gradient)]
fn bodies(x: &[[f64; 3]], mass: &[f64]) -> f64 {
    let mut energy = 0.0;
    for i in 0..x.len() {
        for j in 0..i {
            let mut r = 1e-3;
            for d in 0..3 {
                r += (x[i][d] - x[j][d]).powi(2);
            }
            energy -= mass[i] * mass[j] / r.sqrt();
        }
    }
    energy
}

#[test]
fn pairs() {
    for n in [0, 1, 2, 64, 400] {
        let x: Vec<[f64; 3]> = numbers(3 * n, 22).as_chunks().0.to_vec();
        let mass = numbers(n, 23);
        agrees(
            1e-9,
            || bodies::value_and_gradient(&x, &mass),
            || bodies::par_value_and_gradient(&x, &mass),
        );
    }
}

#[test]
fn stacks_and_buffers_of_an_iteration() {
    for n in LENGTHS {
        let rows: Vec<[f64; 4]> = numbers(4 * n, 15).as_chunks().0.to_vec();
        agrees(
            1e-11,
            || recurrent_rows::value_and_gradient(&[0.5, 0.25], &rows),
            || recurrent_rows::par_value_and_gradient(&[0.5, 0.25], &rows),
        );
        let w = [0.5, 0.25, -1.0, 2.0];
        agrees(
            1e-11,
            || softmax_rows::value_and_gradient(&w, &rows),
            || softmax_rows::par_value_and_gradient(&w, &rows),
        );
    }
}

#[derive(Differentiable, Clone, Debug)]
struct Line {
    slope: f64,
    offsets: [f64; 2],
}

#[differentiate(wrt(line), par_gradient_into)]
fn of_a_struct(line: &Line, x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (i, x) in x.iter().enumerate() {
        sum += (line.slope * x + line.offsets[i % 2]).cos();
    }
    sum
}

#[differentiate(wrt(w), par_value_and_gradient)]
fn in_a_branch(w: &Vec<f64>, x: Vec<f64>, squared: bool) -> f64 {
    let mut loss = 0.0;
    if squared {
        for i in (0..x.len()).rev() {
            loss += (w[i % 3] * x[i]).powi(2);
        }
    } else {
        for x in &x {
            loss += (w[0] * x).tanh();
        }
    }
    loss
}

#[test]
fn other_parameters() {
    for n in LENGTHS {
        let x = numbers(n, 12);
        agrees(
            1e-11,
            || of_any_float::value_and_gradient(&[0.5, 0.25], &x),
            || of_any_float::par_value_and_gradient(&[0.5, 0.25], &x),
        );
        let line = Line { slope: 0.5, offsets: [0.25, -1.0] };
        let flat = |(value, slope): (f64, LineTangent)| (value, (slope.slope, slope.offsets));
        agrees(
            1e-11,
            || flat(of_a_struct::value_and_gradient(&line, &x)),
            || {
                let mut slope = LineTangent { slope: f64::NAN, offsets: [f64::NAN; 2] };
                let value = of_a_struct::par_gradient_into(&line, &x, &mut slope);
                flat((value, slope))
            },
        );
        for squared in [false, true] {
            let w = vec![0.5, 0.25, -2.0];
            agrees(
                1e-11,
                || in_a_branch::value_and_gradient(&w, x.clone(), squared),
                || in_a_branch::par_value_and_gradient(&w, x.clone(), squared),
            );
        }
    }
}

#[differentiate]
fn softplus(z: f64) -> f64 {
    (1.0 + z.exp()).ln()
}

#[differentiate]
fn powers(z: f64) -> (f64, f64) {
    (z * z, z.sin())
}

#[differentiate(wrt(w), par_value_and_gradient)]
fn with_calls(w: &[f64; 2], x: &[f64]) -> f64 {
    let mut loss = 0.0;
    for x in x {
        let (square, sine) = powers(w[0] * x + w[1]);
        loss += softplus(square) * sine;
    }
    loss
}

#[differentiate(par_value_and_gradient)]
fn recurrence(x: &[f64], a: f64) -> f64 {
    let mut state = 0.0;
    for x in x {
        state = (a * state + x).tanh();
    }
    state
}

#[test]
fn calls() {
    for n in LENGTHS {
        let x = numbers(n, 13);
        agrees(
            1e-11,
            || with_calls::value_and_gradient(&[0.5, 0.25], &x),
            || with_calls::par_value_and_gradient(&[0.5, 0.25], &x),
        );
    }
}

#[test]
fn what_is_not_independent_runs_as_it_did() {
    for n in LENGTHS {
        let x = numbers(n, 13);
        agrees(
            0.0,
            || recurrence::value_and_gradient(&x, 0.5),
            || recurrence::par_value_and_gradient(&x, 0.5),
        );
    }
}

mod parallel_methods {
    use super::*;

    #[derive(Differentiable)]
    pub(super) struct Spring {
        pub(super) stiffness: f64,
    }

    #[differentiate]
    impl Spring {
        #[differentiate(wrt(self), par_value_and_gradient)]
        pub(super) fn energy(&self, lengths: &[f64]) -> f64 {
            lengths.iter().map(|length| 0.5 * self.stiffness * (length - 1.0).powi(2)).sum()
        }
    }
}

#[test]
fn methods() {
    let spring = parallel_methods::Spring { stiffness: 3.0 };
    for n in LENGTHS {
        let x = numbers(n, 14);
        agrees(
            1e-11,
            || {
                let (value, slope) = spring.energy_value_and_gradient(&x);
                (value, slope.stiffness)
            },
            || {
                let (value, slope) = spring.energy_par_value_and_gradient(&x);
                (value, slope.stiffness)
            },
        );
    }
}

#[differentiate(wrt(w), par_value_and_gradient)]
fn checked(w: f64, x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (i, x) in x.iter().enumerate() {
        assert!(*x < 2.0, "element {i} is too large");
        sum += w * x;
    }
    sum
}

#[differentiate(par_value_and_gradient)]
fn too_far(x: &[f64], n: usize) -> f64 {
    let mut y = vec![0.0; x.len()];
    for i in 0..n {
        y[i] = (x[i] * x[i]).exp().sqrt() + x[i].sin();
    }
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += y[i];
    }
    sum
}

#[test]
fn panics_stay_panics() {
    let n = 100_000;
    let y = numbers(n, 2);
    let mut x = numbers(n, 1);
    let w = numbers(100, 3);
    let mut index: Vec<_> = (0..n).map(|i| i % 100).collect();
    index[77_777] = 100;
    x[50_000] = 3.0;
    for pool in pools() {
        pool.install(|| {
            let panics = |run: &dyn Fn() -> f64| catch_unwind(AssertUnwindSafe(run)).is_err();
            assert!(panics(&|| gathered::par_value_and_gradient(&w, &index, &y).0));
            assert!(panics(&|| checked::par_value_and_gradient(1.0, &x).0));
            assert!(panics(&|| too_far::par_value_and_gradient(&x, n + 1).0));
            assert!(!panics(&|| too_far::par_value_and_gradient(&x, n - 1).0));
            let mut short = vec![0.0; 99];
            assert!(
                catch_unwind(AssertUnwindSafe(|| {
                    gathered::par_gradient_into(&w, &index[..10], &y, &mut short)
                }))
                .is_err()
            );
        });
    }
}
