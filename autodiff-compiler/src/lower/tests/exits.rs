//! Exits, state and order of evaluation in combination.

use super::agree;

agree! {
    fn exits_inside_expressions(x: &[f64], k: f64) -> f64 {
        let mut s = 0.0;
        for i in 0..10 {
            let v = k * if i < x.len() { x[i] } else { break } + if s > 8.0 { return s } else { 1.0 };
            let w = [v, if v < 0.0 { continue } else { v.sqrt() }, s];
            s += w[1] + match i { 3 => { if v > 4.0 { break; } 0.5 } 5 => return -s, _ => w[2] * 0.1 };
        }
        s + 100.0
    } with (vec![1.0, 2.0], 1.0), (vec![1.0, -5.0, 2.0, 3.5, 1.0, 1.0, 1.0], 1.0), (vec![0.1; 9], 0.2), (vec![9.0; 5], 2.0);

    fn blocks_in_blocks(x: f64, n: i32) -> f64 {
        let mut t = x;
        let r = 'a: {
            let u = 'b: {
                if n == 1 { break 'a 1.0; } if n == 2 { break 'b 2.0; }
                for i in 0..n { t += 0.5; if i == 4 { break 'a t; } if t > 7.0 { break 'b t * 2.0; } }
                t
            };
            t -= 1.0; if u > 5.0 { break 'a u; } u + 10.0
        };
        r + t
    } with (1.0, 0), (1.0, 1), (1.0, 2), (1.0, 3), (1.0, 8), (6.0, 4);

    fn loops_with_aggregates(x: &[f64]) -> ([f64; 2], usize) {
        let mut i = 0; let mut acc = [0.0; 2];
        let (best, at) = loop {
            if i == x.len() { break (acc, i * 10); }
            acc[i % 2] += x[i];
            if acc[0] > acc[1] + 3.0 { let mut t = acc; t[0] = -1.0; break (t, i); }
            i += 1;
        };
        acc[0] += 1.0;
        ([best[0] + acc[0], best[1]], at)
    } with (vec![1.0, 2.0, 3.0],), (vec![9.0, 1.0],), (vec![],);

    fn labelled_values(n: usize) -> f64 {
        let mut c = 0.0;
        let v = 'outer: loop {
            let mut k = 0;
            let w = loop { k += 1; c += 0.25; if k > n { break k as f64; } if c > 3.0 { break 'outer c; } };
            if w > 2.0 { break w * 10.0; } if n == 0 { return c; }
        };
        v + c
    } with (0,), (1,), (2,), (20,);

    fn chained_exits(x: &[f64], y: &[f64]) -> f64 {
        let mut s = 0.0;
        for (i, v) in x.iter().chain(y).enumerate() {
            if *v < 0.0 { continue; } if *v > 100.0 { break; } if s > 50.0 { return -s; } s += v * (i + 1) as f64;
        }
        for v in x.iter().chain(y.iter()).filter(|v| **v > 1.0) { if *v > 100.0 { break; } s += v; }
        s
    } with (vec![1.0, -2.0], vec![3.0, 4.0]), (vec![1.0, 200.0], vec![3.0]), (vec![40.0, 9.0], vec![3.0, 1.0]), (vec![], vec![]);

    fn let_else_in_loops(rows: &[Vec<f64>]) -> f64 {
        let mut s = 0.0;
        for row in rows {
            let Some(first) = row.first() else { continue };
            let Some(i) = row.iter().position(|v| *v < 0.0) else { s += first; continue };
            let [a, b, ..] = row[..] else { break };
            s += a * b + i as f64;
        }
        s
    } with (vec![vec![1.0, 2.0], vec![], vec![3.0, -1.0]],), (vec![vec![-1.0], vec![2.0]],), (vec![],);

    fn nested_function_exits(x: &[f64], t: f64) -> f64 {
        fn find(x: &[f64], t: f64, out: &mut f64) -> bool {
            for (i, v) in x.iter().enumerate() { *out += 1.0; if *v > t { *out += i as f64; return true; } if *v < 0.0 { return false; } }
            *out = -*out; false
        }
        let mut o = 0.0; let mut hits = 0;
        for k in 0..3 { if find(x, t + k as f64, &mut o) { hits += 1; if o > 4.0 { break; } } }
        o + 100.0 * hits as f64
    } with (vec![0.5, 1.5, 2.5], 1.0), (vec![-1.0, 9.0], 0.0), (vec![], 0.0), (vec![9.0], 0.0);

    fn closures_that_write(x: &[f64]) -> (Vec<f64>, f64) {
        let mut log = Vec::new(); let mut grid = [[0.0; 2]; 2]; let mut n = 0;
        let mut put = |i: usize, v: f64| { if n > 3 { return false; } n += 1; grid[i / 2][i % 2] += v; log.push(v); true };
        for (i, v) in x.iter().enumerate() { if !put(i % 4, *v) { break; } }
        let m = n as f64;
        (log, grid[0][1] - grid[1][0] + m)
    } with (vec![1.0, 2.0, 3.0],), (vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0],), (vec![],);

    fn state_in_tuples(n: usize) -> (f64, f64, usize) {
        let mut s = (1.0, (0.5, 0usize));
        for i in 0..n { let (a, (b, c)) = s; s = (a + b, (a * 0.5, c + i)); if s.0 > 4.0 { (s.1).0 = -1.0; break; } s.1.1 += 1; }
        (s.0, s.1.0, s.1.1)
    } with (0,), (2,), (9,);

    fn fold_state(x: &[f64]) -> (f64, f64, usize) {
        let (m, v, n) = x.iter().fold((0.0, 0.0, 0usize), |(m, v, n), &x| { let n = n + 1; let d = x - m; let m = m + d / n as f64; (m, v + d * (x - m), n) });
        let c = x.iter().fold([0.0; 2], |mut a, v| { a[0] += v; a[1] = a[1] * 0.5 + a[0]; a });
        let w = x.iter().fold(Vec::new(), |mut w: Vec<f64>, v| { if *v > 0.0 { w.push(*v); } w });
        (m + c[0], v + c[1], n + w.len())
    } with (vec![1.0, -2.0, 3.0],), (vec![],);

    fn references_to_rows(m: &mut Vec<Vec<f64>>, k: usize) -> f64 {
        let n = m.len(); let row = &mut m[k]; row.push(n as f64); let last = row.len() - 1; row[last] *= 2.0; let t = row[0];
        for r in m.iter_mut().skip(1) { if let Some(v) = r.last_mut() { *v += t; } r.truncate(2); }
        let (a, b) = m.split_at_mut(1); a[0][0] += b.len() as f64;
        if let Some(r) = m.first() { r.iter().sum() } else { 0.0 }
    } with (vec![vec![1.0], vec![2.0, 3.0], vec![]], 0), (vec![vec![1.0], vec![2.0, 3.0, 4.0]], 1), (vec![vec![1.0]], 3), (vec![vec![], vec![1.0]], 1);

    fn swaps_in_rows(a: &mut [[f64; 2]; 3], k: usize) -> () {
        a.swap(0, k); let t = a[1]; a[1] = a[2]; a[2] = t; for r in a.iter_mut() { r.swap(0, 1); }
        let [x, y, _] = a; std::mem::swap(x, y); let mut z = x0(a); std::mem::swap(&mut a[0][0], &mut z[1]); a[1] = z;
        fn x0(a: &mut [[f64; 2]; 3]) -> [f64; 2] { a[2] }
    } with ([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], 1);

    fn singles(x: &[f32], k: f32) -> f32 {
        let mut s = 0.1f32; for (i, v) in x.iter().enumerate().rev() { s = s * k + v / (i as f32 + 0.3); if s.is_nan() { return k; } } s.powi(2) + std::f32::consts::E
    } with (vec![1.5, -2.25, 0.1], 0.7), (vec![f32::NAN], 1.0), (vec![], 3.0);

    fn runge_kutta(y0: [f64; 2], h: f64, n: usize) -> [f64; 2] {
        let f = |y: &[f64; 2]| [y[1], -y[0] + 0.1 * (1.0 - y[0] * y[0]) * y[1]];
        let add = |a: &[f64; 2], b: &[f64; 2], s: f64| -> [f64; 2] { let mut c = *a; for (c, b) in c.iter_mut().zip(b) { *c += s * b; } c };
        let mut y = y0;
        for _ in 0..n { let k1 = f(&y); let k2 = f(&add(&y, &k1, 0.5 * h)); let k3 = f(&add(&y, &k2, 0.5 * h)); let k4 = f(&add(&y, &k3, h));
            for i in 0..2 { y[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]); } }
        y
    } with ([1.0, 0.0], 0.1, 5), ([1.0, 0.5], 0.1, 0);

    fn mutated_parameters_of_closures(x: f64, v: Vec<f64>) -> f64 {
        let f = |mut t: f64, mut w: Vec<f64>| { t += 1.0; w.push(t); w.iter().sum::<f64>() * t };
        let a = f(x, v.clone()); let b = f(a, v); a - b
    } with (1.0, vec![2.0, 3.0]), (0.0, vec![]);

    fn order_of_effects(x: f64) -> f64 {
        let mut log = vec![x]; let mut n = 0.0;
        let mut tick = |k: f64| { n = n * 10.0 + k; n };
        let a = tick(1.0) + tick(2.0) * tick(3.0); let b = [tick(4.0), tick(5.0)]; let c = (tick(6.0), if tick(7.0) > 0.0 && tick(8.0) < 0.0 { tick(9.0) } else { tick(1.0) });
        log[(tick(0.0) as usize) * 0] = tick(2.0) - tick(3.0);
        log.push(tick(4.0)); log[0] += tick(5.0);
        a + b[0] - b[1] + c.0 / c.1 + log[0] + log[1]
    } with (1.0,);

    fn options_written_through_patterns(x: &[f64]) -> f64 {
        let mut best = None; let mut pair: Option<(f64, [f64; 2])> = None; let mut s = 0.0;
        for v in x {
            if let Some(b) = &mut best { *b += v; if *b > 5.0 { *b = 0.5; } } else { best = Some(*v); }
            match &mut pair { Some((a, w)) => { *a += 1.0; w[0] += v; if *a > 2.0 { pair = None; } } None => pair = Some((0.0, [*v, 1.0])) }
            if let Some((ref mut a, _)) = pair { *a += 0.25; }
        }
        let old = std::mem::replace(&mut pair, Some((9.0, [7.0; 2])));
        if let Some((a, w)) = old { s += a + w[0] * 10.0; }
        if let Some((a, w)) = pair { s += 100.0 * a + w[1]; }
        for v in best.iter() { s += *v * 1000.0; }
        s
    } with (vec![1.0, 2.0, 3.0],), (vec![],), (vec![4.0],), (vec![1.0; 7],);

    fn options_in_state(x: &[f64], k: usize) -> f64 {
        let mut last: Option<[f64; 2]> = None; let mut count = None; let mut s = 0.0;
        for (i, v) in x.iter().enumerate() {
            let previous = last; last = Some([*v, i as f64]);
            if let Some([a, b]) = previous { s += a * v - b; }
            count = match count { None if i == k => Some(0usize), Some(c) if c > 1 => None, Some(c) => Some(c + 1), None => None };
        }
        s + count.map_or(-1.0, |c| c as f64) + last.map_or(0.0, |l| l[0])
    } with (vec![1.0, 2.0, 3.0, 4.0, 5.0], 1), (vec![1.0, 2.0, 3.0], 2), (vec![], 0);
}
