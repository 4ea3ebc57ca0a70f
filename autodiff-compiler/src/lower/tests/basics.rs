//! Straight-line code, branches, loops, exits.

use super::agree;

agree! {
    fn straight(x: f64, y: f64) -> f64 { let a = x * y; let b = a.sin() - 1.0; b / (a + 2.0) }
        with (1.0, 2.0), (-0.0, 3.5), (f64::NAN, 1.0), (1e300, 1e300);

    fn shadowing(x: f64) -> f64 { let x = x + 1.0; let x = { let x = x * 2.0; x - 0.5 }; x * x }
        with (1.5,), (-3.0,);

    fn branch(x: f64, y: f64) -> f64 {
        let mut a = x; let mut b = y;
        if x > y { a = y; b = x + 1.0; } else if x == y { b *= 2.0; }
        a - b
    } with (1.0, 2.0), (2.0, 1.0), (2.0, 2.0), (f64::NAN, 1.0);

    fn branch_value(x: f64) -> f64 { let y = if x < 0.0 { -x } else { x.sqrt() }; y + 1.0 }
        with (-2.0,), (4.0,);

    fn sum_loop(a: f64, n: usize) -> f64 {
        let mut s = 0.0; for i in 0..n { s += a * i as f64; } s
    } with (1.5, 0), (1.5, 1), (0.1, 7);

    fn mse(w: &[f64; 3], x: &[f64], y: &[f64]) -> f64 {
        x.iter().zip(y).map(|(x, y)| (w[0] * x * x + w[1] * x + w[2] - y).powi(2)).sum::<f64>()
            / x.len() as f64
    } with ([1.0, 2.0, 3.0], vec![0.5, 1.5], vec![1.0, 2.0]), ([1.0, 2.0, 3.0], vec![], vec![]),
        ([1.0, 2.0, 3.0], vec![0.5, 1.5], vec![1.0]);

    fn early_return(x: f64) -> f64 {
        if x < 0.0 { return -1.0; }
        let y = x.sqrt();
        if y > 2.0 { return y; }
        y * y + 1.0
    } with (-1.0,), (9.0,), (1.0,);

    fn continue_and_break(x: &[f64], limit: f64) -> f64 {
        let mut s = 0.0;
        for v in x {
            if *v < 0.0 { continue; }
            s += v;
            if s > limit { break; }
        }
        s
    } with (vec![1.0, -2.0, 3.0, 4.0], 3.5), (vec![1.0, -2.0], 10.0), (vec![], 1.0);

    fn nested_labels(x: &[f64], n: usize) -> f64 {
        let mut total = 0.0;
        'outer: for i in 0..n {
            for j in 0..x.len() {
                if x[j] < 0.0 { continue 'outer; }
                if x[j] > 10.0 { break 'outer; }
                if i + j > 6 { return total + 0.5; }
                total += x[j] * (i + 1) as f64;
            }
            total += 100.0;
        }
        total
    } with (vec![1.0, 2.0, 3.0], 3), (vec![1.0, -2.0, 3.0], 3), (vec![1.0, 20.0, 3.0], 3),
        (vec![1.0, 2.0, 3.0, 4.0], 9), (vec![], 4), (vec![1.0], 0);

    fn while_loop(x: f64) -> (f64, usize) {
        let mut y = x; let mut n = 0; while y > 1.0 && n < 50 { y /= 2.0; n += 1; } (y, n)
    } with (100.0,), (0.5,), (f64::INFINITY,);

    fn loop_with_value(x: f64) -> f64 {
        let mut g = x;
        let root = loop {
            let next = 0.5 * (g + x / g);
            if (next - g).abs() < 1e-12 { break next; }
            g = next;
        };
        root * 2.0
    } with (2.0,), (9.0,), (0.25,);

    fn labelled_block(x: f64, n: i32) -> f64 {
        let v = 'found: {
            if n == 0 { break 'found 1.0; }
            let y = x * n as f64;
            if y > 10.0 { break 'found y - 10.0; }
            y
        };
        v + x
    } with (1.0, 0), (4.0, 3), (1.0, 3);

    fn return_from_loops(x: &[f64]) -> f64 {
        let mut k = 0.0;
        loop {
            for v in x.iter() { k += v; if k > 5.0 { return k; } }
            k += 1.0;
            while k > 3.0 { k -= 0.5; if k < 3.2 { return -k; } }
        }
    } with (vec![1.0, 2.0],), (vec![],), (vec![0.1, 0.2],);

    fn ranges(n: usize, m: i32) -> f64 {
        let mut s = 0.0;
        for i in (0..n).rev() { s = s * 1.5 + i as f64; }
        for i in (0..n).step_by(3) { s = s * 0.5 - i as f64; }
        for i in (1..=n).rev().step_by(2) { s = s * 0.7 + i as f64; }
        for i in -m..=m { s += (i * i) as f64 * 0.1; }
        for i in (0..n).rev().skip(1).take(2) { s = s * 1.1 + i as f64; }
        for i in (3..n).skip(1) { s -= i as f64; }
        s
    } with (0, 0), (1, 1), (7, 3), (8, -1);

    fn matches_integers(k: i32, x: f64) -> f64 {
        let a = match k { 0 => x, 1 | 2 => x * x, 3..=5 => { let y = x + 1.0; y * y }, n if n < 0 => -x, _ => 0.0 };
        let b = match (k % 2 == 0, x > 1.0) { (true, true) => 1.0, (true, _) => 2.0, (false, b) => if b { 3.0 } else { 4.0 } };
        a + 10.0 * b
    } with (0, 1.5), (1, 1.5), (2, 0.5), (4, 2.0), (-3, 2.0), (9, 0.0);

    fn short_circuit(x: &[f64], i: usize) -> f64 {
        let mut calls = 0;
        let a = i < x.len() && x[i] > 0.0;
        let b = i >= x.len() || { calls += 1; x[i] < 5.0 };
        (if a { 1.0 } else { 2.0 }) + (if b { 10.0 } else { 20.0 }) + calls as f64
    } with (vec![1.0, -1.0, 9.0], 0), (vec![1.0, -1.0, 9.0], 1), (vec![1.0, -1.0, 9.0], 2), (vec![1.0], 5);

    fn deferred(c: bool, x: f64) -> f64 { let y; let z: [f64; 2]; if c { y = x; z = [x, 1.0]; } else { y = 2.0; z = [0.5, x]; } y + z[0] - z[1] }
        with (true, 3.0), (false, 3.0);

    fn diverging_branch(n: i32, x: f64) -> f64 {
        let y = match n { 0 => x, 1 => panic!("one"), _ => unreachable!() };
        let z = if y > 3.0 { todo!() } else { y * 2.0 };
        z + 1.0
    } with (0, 1.0), (0, 4.0), (1, 1.0), (2, 1.0);

    fn let_else(x: &[f64]) -> f64 {
        let Some(first) = x.first() else { return -1.0 };
        let Some(last) = x.last().copied() else { panic!() };
        first * 2.0 + last
    } with (vec![],), (vec![1.0],), (vec![1.0, 5.0],);

    fn out_of_bounds(x: &[f64], i: usize) -> f64 { let y = &x[1..i]; y[0] + x[i] }
        with (vec![1.0, 2.0, 3.0], 2), (vec![1.0, 2.0, 3.0], 3), (vec![1.0, 2.0, 3.0], 1), (vec![1.0, 2.0, 3.0], 0), (vec![], 9);

    fn integer_overflow(a: u8, b: u8) -> f64 { let c = a + b; let d = a - b; (c * d) as f64 }
        with (5, 3), (3, 5), (200, 100), (100, 3);
}
