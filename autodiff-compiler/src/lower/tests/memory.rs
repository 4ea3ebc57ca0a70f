//! Memory: places, slices, exchanges, `Vec`s, arrays of arrays, tuples.

use super::agree;

agree! {
    fn array_updates(x: f64, i: usize) -> [f64; 3] {
        let mut a = [x, 2.0 * x, 0.5]; a[i] += 1.0; a[0] *= a[i]; let b = a; a[1] = b[0] - b[2]; a
    } with (1.5, 0), (1.5, 2), (1.5, 3);

    fn mutable_slice(y: &mut [f64], k: f64) -> () {
        for (i, v) in y.iter_mut().enumerate() { *v = *v * k + i as f64; }
        for i in 1..y.len() { y[i] += y[i - 1]; }
    } with (vec![1.0, 2.0, 3.0], 0.5), (vec![], 1.0);

    fn aliasing_rows(m: &mut [[f64; 3]; 2]) -> f64 {
        let row = &mut m[1];
        row[0] += 1.0; row[2] = row[0] * row[1];
        let s = row[2];
        let (top, bottom) = m.split_at_mut(1);
        top[0][1] = bottom[0][2] - s;
        m[0][0] + m[0][1] + m[1][2]
    } with ([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],);

    fn ping_pong(x: &[f64], steps: usize) -> Vec<f64> {
        let n = x.len();
        let mut a = x.to_vec(); let mut b = vec![0.0; n];
        for _ in 0..steps {
            for i in 0..n {
                let left = if i > 0 { a[i - 1] } else { 0.0 };
                let right = if i + 1 < n { a[i + 1] } else { 0.0 };
                b[i] = 0.5 * a[i] + 0.25 * (left + right);
            }
            std::mem::swap(&mut a, &mut b);
        }
        a
    } with (vec![1.0, 0.0, 0.0, 2.0], 0), (vec![1.0, 0.0, 0.0, 2.0], 3), (vec![], 2);

    fn scalar_swaps(x: f64, y: f64) -> (f64, f64, f64) {
        let mut a = x; let mut b = y;
        std::mem::swap(&mut a, &mut b);
        let old = std::mem::replace(&mut a, 7.0);
        let taken = std::mem::take(&mut b);
        (a + old, b, taken)
    } with (1.0, 2.0);

    fn reference_to_scalar(x: f64) -> f64 {
        let mut a = x; let mut total = 0.0;
        { let r = &mut a; *r += 1.0; let s = &mut *r; *s *= 2.0; total += *r; }
        for k in 0..3 { let r = &mut total; *r += a * k as f64; if *r > 20.0 { *r = 0.0; } }
        a + total
    } with (1.0,), (5.0,);

    fn out_parameters(x: f64, s: &mut f64, n: &mut usize) -> bool {
        *s += x; *n += 1; let big = *s > 2.0; if big { *s = 0.0; return true; } *n *= 2; false
    } with (1.0, 0.5, 3), (4.0, 0.5, 3);

    fn push_and_pop(x: &[f64]) -> (Vec<f64>, f64) {
        let mut stack = Vec::new(); let mut popped = 0.0;
        for v in x {
            if *v > 0.0 { stack.push(*v * 2.0); } else if let Some(top) = stack.pop() { popped += top; } else { popped -= 1.0; }
        }
        stack.truncate(3);
        (stack, popped)
    } with (vec![1.0, 2.0, -1.0, 3.0, 4.0, 5.0],), (vec![-1.0, 1.0, -1.0, -1.0],), (vec![],);

    fn vec_operations(x: &[f64], n: usize) -> Vec<f64> {
        let mut v = Vec::with_capacity(n);
        v.extend_from_slice(x);
        v.resize(n, 0.5);
        v.push(x.len() as f64);
        let w = v.clone();
        v.clear();
        v.extend(w.iter().rev().map(|t| t + 1.0));
        v.swap(0, n);
        v[1..].fill(2.0);
        let m = v.len() / 2;
        v[..m].copy_from_slice(&w[..m]);
        v.reverse();
        v
    } with (vec![1.0, 2.0, 3.0], 5), (vec![1.0], 1), (vec![1.0, 2.0, 3.0], 2), (vec![], 0);

    fn copy_of_wrong_length(x: &mut [f64], n: usize) -> () { let src = [1.0, 2.0, 3.0]; x[0..2].copy_from_slice(&src[..n]); }
        with (vec![0.0; 4], 2), (vec![0.0; 4], 3), (vec![0.0], 2), (vec![0.0; 4], 9);

    fn matrix_product(a: &[[f64; 2]; 3], b: &[[f64; 3]; 2]) -> [[f64; 3]; 3] {
        let mut c = [[0.0; 3]; 3];
        for i in 0..3 { for j in 0..3 { for k in 0..2 { c[i][j] += a[i][k] * b[k][j]; } } }
        c
    } with ([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[1.0, 0.5, 2.0], [0.0, 1.0, -1.0]]);

    fn rows_of_vecs(a: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let mut b: Vec<Vec<f64>> = a.to_vec();
        for row in b.iter_mut() { let n = row.len(); for v in row.iter_mut() { *v /= n as f64; } row.push(n as f64); }
        let first = b[0].clone();
        b.push(first);
        b.swap(0, 1);
        b
    } with (vec![vec![1.0, 2.0], vec![3.0]],), (vec![],), (vec![vec![]],);

    fn tuples_and_arrays(p: (f64, [f64; 2]), k: usize) -> (f64, [f64; 2]) {
        let (mut a, mut b) = p;
        let mut q = (a, b);
        q.0 += b[k]; q.1[k] = a; b[0] = 9.0; a = q.1[0] + b[0];
        (q.0 - a, q.1)
    } with ((1.0, [2.0, 3.0]), 0), ((1.0, [2.0, 3.0]), 1), ((1.0, [2.0, 3.0]), 2);

    fn array_of_tuples(v: &mut [(f64, f64)]) -> f64 {
        let mut s = 0.0;
        for p in v.iter_mut() { p.0 += 1.0; p.1 *= p.0; }
        for (a, b) in v.iter() { s += a * b; }
        for &(a, b) in v.iter() { s -= a / b; }
        let last = v[v.len() - 1];
        v[0] = (last.1, last.0);
        s
    } with (vec![(1.0, 2.0), (3.0, 4.0)],), (vec![],);

    fn destructuring_assignment(x: f64) -> (f64, f64, f64) {
        let mut a = x; let mut b = 1.0; let mut c = [0.0; 2];
        for _ in 0..4 { (a, b) = (b, a + b); [c[0], c[1]] = [c[1], a]; }
        (a, b, _) = (b, a, 3.0);
        (a, b, c[0] + c[1])
    } with (1.0,), (-2.5,);

    fn swap_arrays_by_assignment(x: [f64; 2], y: [f64; 2]) -> ([f64; 2], [f64; 2]) {
        let mut a = x; let mut b = y; (a, b) = (b, a); a[0] += 1.0; (a, b)
    } with ([1.0, 2.0], [3.0, 4.0]);

    fn order_of_assignment(x: f64) -> f64 {
        let mut a = [x, 2.0, 3.0]; let mut i = 0;
        a[{ i += 1; i }] = { i += 1; a[0] + i as f64 };
        a[i] += { i -= 1; a[1] };
        a[i] *= { a[0] = 5.0; 2.0 };
        a[0] + 10.0 * a[1] + 100.0 * a[2] + i as f64
    } with (1.0,);

    fn held_values(x: [f64; 2]) -> ([f64; 2], f64, [f64; 2]) {
        let mut a = x; let mut s = 1.0;
        let t = (a, { a[0] = 7.0; s += 1.0; s }, a);
        let sum = s + { s = 10.0; s } + s;
        (t.0, t.1 + sum, t.2)
    } with ([1.0, 2.0],);

    fn chunked(x: &[f64], n: usize) -> f64 {
        let mut s = 0.0;
        for c in x.chunks(n) { s = s * 2.0 + c.iter().sum::<f64>() / c.len() as f64; }
        for c in x.chunks_exact(2) { s += c[0] * c[1]; }
        for w in x.windows(n) { s -= w[0] - w[w.len() - 1]; }
        s
    } with (vec![1.0, 2.0, 3.0, 4.0, 5.0], 2), (vec![1.0, 2.0, 3.0], 3), (vec![1.0], 4), (vec![1.0], 0), (vec![], 1);

    fn chunks_mutated(x: &mut [f64]) -> () {
        for (i, c) in x.chunks_mut(2).enumerate() { c[0] += i as f64; if c.len() > 1 { c.swap(0, 1); } }
        for c in x.chunks_exact_mut(3).rev() { let t = c[2]; c.fill(t); }
    } with (vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0],), (vec![],);

    fn nested_slices(x: &[f64], a: usize, b: usize) -> f64 {
        let s = &x[a..]; let t = &s[..b]; let u = &t[1..=2];
        let (l, r) = t.split_at(b / 2);
        u.iter().sum::<f64>() + l.len() as f64 * r.iter().product::<f64>()
    } with (vec![1.0, 2.0, 3.0, 4.0, 5.0], 1, 4), (vec![1.0, 2.0, 3.0], 0, 3), (vec![1.0, 2.0, 3.0], 4, 0), (vec![1.0, 2.0, 3.0], 2, 2);

    fn slice_patterns(x: &[f64], a: [f64; 4]) -> f64 {
        let [p, q, rest @ ..] = a;
        let v = match x { [] => 0.0, [one] => *one, [first, .., last] => first * last };
        let w = if let [u, v, ..] = x { u - v } else { -1.0 };
        v + 10.0 * w + p * q + rest[1]
    } with (vec![], [1.0, 2.0, 3.0, 4.0]), (vec![5.0], [1.0, 2.0, 3.0, 4.0]), (vec![5.0, 6.0, 7.0], [1.0, 2.0, 3.0, 4.0]);

    fn owned_vec(v: Vec<f64>) -> f64 {
        let mut w = v; w.push(1.0); let mut s = 0.0; for x in w { s += x; if s > 4.0 { break; } } s
    } with (vec![1.0, 2.0],), (vec![3.0, 2.0, 9.0],);

    fn replace_vec(x: &mut Vec<f64>) -> Vec<f64> {
        let old = std::mem::take(x); x.push(old.len() as f64);
        let mut other = vec![4.0, 5.0]; std::mem::swap(x, &mut other);
        let gone = std::mem::replace(&mut other, old); x.extend_from_slice(&gone); other
    } with (vec![1.0, 2.0],), (vec![],);

    fn conditional_arrays(c: bool, x: f64) -> [f64; 2] {
        let a = if c { [x, 1.0] } else { let mut t = [0.0; 2]; t[1] = x; t };
        let b = match (c, x > 1.0) { (true, true) => a, (false, _) => [a[1], a[0]], _ => [9.0, 9.0] };
        let v: Vec<f64> = if x > 2.0 { vec![x; 3] } else { b.to_vec() };
        [b[0], v.len() as f64 + v[0]]
    } with (true, 0.5), (true, 1.5), (false, 3.0);

    fn early_return_of_arrays(x: &[f64]) -> Vec<f64> {
        if x.is_empty() { return vec![-1.0]; }
        let mut out = vec![0.0; x.len()];
        for (i, v) in x.iter().enumerate() { if *v < 0.0 { return out; } out[i] = v.sqrt(); if i > 2 { return x[..i].to_vec(); } }
        out.push(1.0);
        out
    } with (vec![],), (vec![4.0, 9.0],), (vec![4.0, -9.0, 1.0],), (vec![1.0; 6],);

    fn two_level_state(n: usize) -> f64 {
        let mut grid = vec![vec![0.0; n]; n + 1];
        for i in 0..=n { for j in 0..n { grid[i][j] = (i * n + j) as f64; } }
        for row in grid.iter_mut().rev() { row[0] += 1.0; }
        let mut s = 0.0;
        for row in &grid { for (j, v) in row.iter().enumerate() { s += v * (j + 1) as f64; } }
        s
    } with (0,), (1,), (3,);

    fn references_through_tuples(a: &[f64], b: &[f64]) -> f64 {
        let pair = (a, b); let (p, q) = pair; let mut s = 0.0;
        for (x, y) in pair.0.iter().zip(q) { s += x * y; }
        s + p.len() as f64 + pair.1[0]
    } with (vec![1.0, 2.0], vec![3.0, 4.0, 5.0]), (vec![1.0], vec![]);

    fn chosen_reference(a: &[f64], b: f64, c: bool) -> f64 {
        let r = if c { &a[0] } else { &b }; let s = if c { &a[1..] } else { &a[2..] }; *r + s[0]
    } with (vec![1.0, 2.0, 3.0], 9.0, true), (vec![1.0, 2.0, 3.0], 9.0, false), (vec![1.0], 9.0, false);

    fn passive_arrays(x: &[f64], index: &[usize], mask: &[bool]) -> f64 {
        let mut count = [0usize; 3]; let mut s = 0.0;
        for (k, &i) in index.iter().enumerate() { if mask[k] { count[i % 3] += 1; s += x[i] * count[i % 3] as f64; } }
        s
    } with (vec![1.0, 2.0, 3.0, 4.0], vec![0, 3, 3, 1], vec![true, true, true, false]), (vec![1.0], vec![1], vec![true]);
}
