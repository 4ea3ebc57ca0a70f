//! Lists of lists: made in loops and branches, passed by value, in pairs and structs.

use super::{differentiate, samples};

/// Rows of growing length, made once.
#[differentiate]
pub fn triangle(x: &[f64]) -> f64 {
    let mut rows: Vec<Vec<f64>> = Vec::new();
    for i in 0..x.len() {
        let mut row = Vec::new();
        for j in 0..=i {
            row.push(x[i] * x[j]);
        }
        rows.push(row);
    }
    let mut sum = 0.0;
    for row in &rows {
        for v in row {
            sum += v * v;
        }
    }
    sum
}
samples! { gradient triangle: (vec![0.7, -1.2, 0.4],), (vec![],) }

/// Rows that live in a loop, and leave it with a row.
#[differentiate]
pub fn rows_in_a_loop(x: &[f64], n: usize) -> f64 {
    let mut sum = 0.5;
    for k in 0..n {
        let mut rows = vec![vec![x[0] * sum; k + 1], x.to_vec()];
        rows[0].push(x[1]);
        rows[1][0] *= sum;
        if k == 3 && sum > 0.0 {
            return sum * rows[0][k];
        }
        if let Some(last) = rows.pop() {
            sum += last[0] * 0.1;
        }
        for row in &rows {
            sum += row.iter().map(|v| v * v).sum::<f64>() * 0.01;
        }
    }
    sum
}
samples! { gradient rows_in_a_loop: (vec![0.7, -1.2], 2), (vec![0.5, 1.5, 2.0], 6), (vec![1.0, 2.0], 0) }

/// Two lists of lists that change places.
#[differentiate]
pub fn rows_exchanged(x: [f64; 3], n: usize) -> f64 {
    let mut sum = 0.5;
    let mut k = 0;
    while k < n {
        let mut a = vec![vec![x[0], x[1]], vec![x[2]]];
        let mut b = vec![vec![sum, x[1]], vec![x[2] * sum, 2.0]];
        for _ in 0..k {
            std::mem::swap(&mut a, &mut b);
            a[0][0] += b[0][1] * b[1][0];
            b[1][0] *= a[0][0];
        }
        sum += a[0][0] * 0.5 + b[1][0].sin();
        k += 1;
    }
    sum
}
samples! { gradient rows_exchanged: ([0.7, -1.2, 0.4], 4), ([0.7, 1.2, 0.4], 1), ([1.0, 2.0, 3.0], 0) }

/// A pair of lists of which one is taken in some rounds.
#[differentiate]
pub fn pairs_of_lists(x: &[f64], n: usize) -> f64 {
    let mut sum = 1.0;
    for k in 0..n {
        let mut pair = (vec![x[0] * sum; 2 + k], vec![x[1]; 3]);
        pair.0.push(x[0] * x[1]);
        if k == 1 {
            let first = pair.0;
            sum += first.iter().sum::<f64>() * x[0];
        }
        sum += pair.1[1] * 2.0;
    }
    sum
}
samples! { gradient pairs_of_lists: (vec![0.7, -1.2], 3), (vec![0.5, 1.5], 1), (vec![1.0, 2.0], 0) }

/// An array of lists, cleared and filled again.
#[differentiate]
pub fn arrays_of_lists(x: &[f64], n: usize) -> f64 {
    let mut sum = 0.5;
    for k in 1..n {
        let mut lists: [Vec<f64>; 2] = [vec![x[0]; k], vec![sum; 2]];
        lists[0].push(sum);
        lists[1][0] *= x[1];
        sum += lists[0][0] * lists[1][0];
        lists[1].clear();
        lists[1].push(x[1]);
        sum += lists[1][0] * lists[0][k];
    }
    sum
}
samples! { gradient arrays_of_lists: (vec![0.7, -1.2], 4), (vec![0.5, 1.5], 1) }

/// A list of lists by value, whose lengths change inside.
#[differentiate]
pub fn taken_and_grown(mut rows: Vec<Vec<f64>>, s: f64) -> f64 {
    rows.push(vec![s, s * s]);
    if rows[0].len() > 1 {
        rows[0].truncate(1);
    }
    rows[0].push(s);
    let mut sum = 0.0;
    for row in &rows {
        for v in row {
            sum += v * v * v * s;
        }
    }
    sum
}
samples! { gradient taken_and_grown: (vec![vec![1.0, 2.0], vec![3.0]], 2.0), (vec![vec![]], 0.5) }

/// A list of lists by value of which only the number counts.
#[differentiate]
pub fn taken_and_counted(rows: Vec<Vec<f64>>, s: f64) -> f64 {
    s * s * rows.len() as f64
}
samples! { gradient taken_and_counted: (vec![vec![1.0, 2.0], vec![3.0]], 2.0), (vec![], 0.5) }

/// A list of lists by value that is handed back.
#[differentiate]
pub fn taken_and_given(mut rows: Vec<Vec<f64>>, s: f64) -> Vec<Vec<f64>> {
    if let Some(first) = rows.first_mut() {
        first.push(s);
    }
    rows.push(vec![s * 2.0; 2]);
    rows
}
samples! { gradient taken_and_given: (vec![vec![1.0, 2.0], vec![3.0]], 2.0), (vec![], 0.5) }

/// Calls that take them, in a loop.
#[differentiate]
pub fn lists_to_functions(x: &[f64], n: usize) -> f64 {
    let mut sum = 0.0;
    for k in 1..n {
        let rows: Vec<Vec<f64>> = x.iter().map(|v| vec![*v; k]).collect();
        sum += taken_and_grown(rows.clone(), 0.3 + sum * 0.1);
        sum += taken_and_counted(rows.clone(), x[0]);
        let given = taken_and_given(rows, x[0]);
        sum += given[0][k] * given[given.len() - 1][0];
    }
    sum
}
samples! { gradient lists_to_functions: (vec![0.7, -0.2], 3), (vec![0.5], 1) }

/// The sum of the first elements of rows.
#[differentiate]
pub fn first_elements(rows: &[Vec<f64>]) -> f64 {
    rows.iter().map(|row| row[0] * row[0]).sum()
}
samples! { gradient first_elements: (vec![vec![1.0, 2.0], vec![3.0]],), (vec![],) }

/// A list of lists that changes after a function has seen it.
#[differentiate]
pub fn changed_after_a_call(x: f64, n: usize) -> f64 {
    let mut rows = vec![vec![x, 1.0], vec![x * x]];
    let mut sum = 0.0;
    for _ in 0..n {
        sum += first_elements(&rows);
        rows[0][0] *= x;
        rows.push(vec![sum * x]);
    }
    sum + rows[1][0]
}
samples! { gradient changed_after_a_call: (0.7, 3), (1.5, 0) }
