//! Memory that is overwritten with what is made of it, loops that run backwards and are left early, and
//! vectors that are moved into a call.

#![allow(clippy::needless_range_loop)] // as users write

use super::differences::agree;
use autodiff_core::{Differentiable, derivative_of, differentiate};

#[differentiate]
fn tail(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v = v[1..].to_vec();
    v[0] *= v[1];
    v = v[..].to_vec();
    v[0] * v[1] + v[2]
}

#[differentiate]
fn rows(x: &[f64], n: usize) -> f64 {
    let mut m = [[x[0], x[1]], [x[2], x[3]], [x[4], x[5]]];
    for i in 0..n {
        m = [m[1], m[2], m[0]];
        m[i % 2] = m[(i * i + n) % 2];
        m[0][1] *= x[i % 6];
    }
    m[0][0] * m[1][1] + m[2][0].sin() * m[0][1]
}

#[differentiate]
fn history(x: &[f64], n: usize) -> f64 {
    let mut s = x[0];
    let mut h = [[0.0; 2]; 3];
    for i in 0..n {
        s = (s * x[i % 6]).sin() + 0.5;
        h = [[s, h[0][1] * x[i % 6] + 1.0], h[0], h[1]];
    }
    h[0][0] * h[1][1] + h[2][0]
}

#[differentiate]
fn flip(m: &mut [[f64; 2]; 2]) {
    *m = [m[1], m[0]];
    m[0][0] *= m[1][1];
}

#[differentiate]
fn flipped(x: &[f64], n: usize) -> f64 {
    let mut m = [[x[0], x[1]], [x[2], x[3]]];
    for _ in 0..n {
        flip(&mut m);
    }
    m[0][0] * x[4] + m[1][1]
}

#[differentiate]
fn shrinking(x: &[f64], n: usize) -> f64 {
    let mut v = x.to_vec();
    for i in 0..n {
        if v.len() > 2 {
            v = v[..v.len() - 1].to_vec();
        } else {
            v.extend_from_slice(&x[..3]);
        }
        v[0] = v[1].sin() * x[i % 6];
    }
    v[0] * v[1]
}

#[differentiate(wrt(x), checkpoint)]
fn left_early(x: &[f64], n: usize) -> f64 {
    let mut s = x[0];
    for i in (0..n).rev() {
        s = (s * x[i % 6]).sin() + 0.5;
        if s > 0.9 {
            break;
        }
    }
    for i in (1..=2 * n as i64).rev().step_by(2) {
        s = (s * x[i as usize % 6]).cos() + 0.1;
        if s > 1.0 {
            return s * x[1];
        }
    }
    s
}

#[differentiate(wrt(x))]
fn run_again(x: &[f64], n: usize) -> f64 {
    let mut v = x.to_vec();
    let mut s = 0.0;
    for i in (0..n).rev() {
        for j in 0..v.len() {
            let l = v[(j + 1) % 6];
            v[j] = (v[j] * l * l.cos() + x[i % 6] * v[j] * v[j].sin()).sin() * v[j].exp() * 0.3;
        }
        for j in 0..v.len() {
            s += v[j] * v[j].sin() * v[j].cos();
        }
        if s > 1.2 {
            break;
        }
    }
    v[0] * v[1] + s
}

#[differentiate(wrt(x), checkpoint)]
fn replaced_vectors(x: &[f64], n: usize) -> f64 {
    let mut v = x.to_vec();
    for i in 0..n {
        let w: Vec<f64> = v.iter().map(|a| a * x[i % 6]).collect();
        v = w;
        v[i % 6] += 0.1;
    }
    v[0] * v[1] + v[5]
}

#[differentiate]
fn eat(v: Vec<f64>) -> f64 {
    v[0] * v[1]
}

#[differentiate]
fn fed(x: &[f64], n: usize) -> f64 {
    let mut s = x[2];
    for i in 0..n {
        let v = vec![s * x[i % 6], x[1]];
        s += eat(v);
    }
    let last = vec![x[0], s];
    s + eat(last.clone()) + eat(last) + eat(vec![s, x[3]])
}

#[differentiate]
fn limited(v: &mut [f64], limit: f64) {
    let n = v.len();
    for i in 0..n {
        for j in 0..n {
            v[i] *= v[j];
            if v[i] > limit {
                break;
            }
        }
    }
}

#[differentiate]
fn with_limit(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    limited(&mut v, x[0] + 1.5);
    v[0] + v[1] * v[2] + v[5]
}

#[derive(Clone, Copy, Debug, Differentiable)]
struct Pair {
    p: f64,
    m: f64,
}

#[differentiate]
fn pair(a: f64) -> Pair {
    Pair { p: a, m: a * a }
}

#[differentiate]
fn count(a: &mut [f64], calls: &mut usize) {
    a[0] *= a[1];
    *calls += 1;
}

fn product(pair: &Pair) -> f64 {
    pair.p * pair.m
}

#[derivative_of(product)]
fn product_rule(pair: &Pair) -> (f64, PairTangent) {
    (pair.p * pair.m, PairTangent { p: pair.m, m: pair.p })
}

#[differentiate]
fn structures(x: &[f64], n: usize) -> f64 {
    let mut q = Pair { p: x[0], m: x[2] };
    let mut v = x.to_vec();
    let mut calls = 0;
    let mut sum = 0.0;
    for i in 0..n {
        q = pair(x[i % 6] * q.p);
        count(&mut v, &mut calls);
        sum += product(&q);
    }
    q.p * q.m + v[0] * calls as f64 + sum
}

#[test]
fn gradients() {
    let x = [0.7, 1.2, 0.9, 1.1, 0.8, 1.3];
    agree(&tail::gradient(&x), tail, &x);
    agree(&with_limit::gradient(&x), with_limit, &x);
    for n in [0, 1, 2, 3, 4, 7] {
        agree(&rows::gradient(&x, n), |x| rows(x, n), &x);
        agree(&history::gradient(&x, n), |x| history(x, n), &x);
        agree(&flipped::gradient(&x, n), |x| flipped(x, n), &x);
        agree(&shrinking::gradient(&x, n), |x| shrinking(x, n), &x);
        agree(&left_early::gradient(&x, n), |x| left_early(x, n), &x);
        agree(&run_again::gradient(&x, n), |x| run_again(x, n), &x);
        agree(&replaced_vectors::gradient(&x, n), |x| replaced_vectors(x, n), &x);
        agree(&fed::gradient(&x, n), |x| fed(x, n), &x);
        agree(&structures::gradient(&x, n), |x| structures(x, n), &x);
    }
}
