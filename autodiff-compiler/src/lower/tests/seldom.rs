//! What is seldom written: adaptors and patterns whose types come late.

use super::agree;

agree! {
    fn nth(x: &[f64], n: usize) -> f64 {
        x.iter().nth(n).copied().unwrap_or(-1.0) + x.iter().rev().nth(0).copied().unwrap_or(2.0)
    } with (vec![1.5, 2.5, 4.0], 1), (vec![1.5], 1), (vec![], 0);

    fn unzipped(x: &[f64]) -> f64 {
        let (a, b): (Vec<f64>, Vec<f64>) = x.iter().map(|v| (*v, v * v)).unzip();
        a.iter().sum::<f64>() - b.iter().sum::<f64>()
    } with (vec![1.5, 2.5, 4.0],), (vec![],);

    fn first_and_rest(x: &[f64]) -> f64 {
        let mut s = 0.0;
        if let Some((first, rest)) = x.split_first() { s += first * rest.len() as f64; }
        if let Some((last, rest)) = x.split_last() { s -= last * rest.iter().sum::<f64>(); }
        s
    } with (vec![1.5, 2.5, 4.0],), (vec![3.0],), (vec![],);

    fn late(x: f64, n: usize) -> f64 {
        let or_zero = |found| if let Some(value) = found { value } else { 0.0 };
        let mut found = None;
        if n > 1 { found = Some(x * 2.0); }
        or_zero(found) + or_zero(Some(x))
    } with (1.5, 0), (1.5, 2);

    fn positions(x: &[f64], limit: f64) -> f64 {
        let first = x.iter().position(|v| *v > limit);
        let all = x.iter().all(|v| *v > limit);
        match first { Some(at) if all => at as f64 + 0.5, Some(at) => at as f64, None => -1.0 }
    } with (vec![1.5, 2.5, 4.0], 2.0), (vec![1.5], 1.0), (vec![], 0.0);

    fn overwritten(x: &[f64], n: usize) -> f64 {
        let mut rows = vec![vec![0.0; 2]; 2];
        for k in 0..n {
            rows[k % 2] = vec![x[k] * rows[(k + 1) % 2][1], x[k]];
            let given = [rows[1][0], x[0]];
            rows[0].copy_from_slice(&given);
        }
        rows[0][0] + rows[1][1] * 2.0
    } with (vec![1.5, 2.5, 4.0], 3), (vec![1.5], 1), (vec![], 0);
}
