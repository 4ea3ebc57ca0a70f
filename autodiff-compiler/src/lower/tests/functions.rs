//! Iterators, closures, nested functions, `Option`s, methods of numbers.

use super::agree;

agree! {
    fn closures(x: f64, y: f64) -> f64 {
        let k = x + 1.0; let f = |t: f64| t * k; let g = |a, b| f(a) - f(b) * y;
        let mut total = 0.0; let mut add = |v: f64| { total += v; total };
        add(g(x, y)); add(f(y)); let last = add(1.0);
        total + last
    } with (1.0, 2.0), (-0.5, 3.0);

    fn closure_with_return(x: f64) -> f64 {
        let f = |t: f64| { if t < 0.0 { return -t; } let u = t * 2.0; if u > 5.0 { return 5.0; } u };
        f(x) + 10.0 * f(x - 3.0) + f(f(x))
    } with (1.0,), (4.0,), (-2.0,);

    fn closures_in_loops(x: &[f64]) -> f64 {
        let mut best = f64::NEG_INFINITY; let mut at = 0;
        let mut see = |i: usize, v: f64| if v > best { best = v; at = i; };
        for (i, v) in x.iter().enumerate() { see(i, v.abs()); if i == 3 { break; } }
        see(100, 0.5);
        best + at as f64
    } with (vec![1.0, -4.0, 3.0],), (vec![],), (vec![1.0, 2.0, 3.0, 4.0, 5.0],);

    fn nested_functions(x: f64) -> f64 {
        fn square(v: f64) -> f64 { v * v }
        fn scale(v: &mut [f64; 2], by: f64) { for e in v.iter_mut() { *e *= by; } }
        fn first_big(v: &[f64], limit: f64) -> Option<usize> {
            for i in 0..v.len() { if v[i] > limit { return Some(i); } } None
        }
        let mut a = [x, square(x)]; scale(&mut a, 3.0);
        match first_big(&a, 5.0) { Some(i) => a[i] + i as f64, None => a[0] - a[1] }
    } with (0.5,), (1.5,), (2.0,);

    fn function_arguments(x: f64) -> f64 {
        fn half(v: f64) -> f64 { v * 0.5 }
        let twice = |v: f64| half(half(v)); let f = half; let g = f64::sqrt;
        twice(x) + f(x) + g(x) + [x, 2.0].iter().copied().map(half).map(f64::exp).sum::<f64>() + Some(x).map(half).unwrap_or(0.0)
    } with (2.0,), (9.0,);

    fn sums(x: &[f64]) -> f64 {
        let a: f64 = x.iter().sum(); let b: f64 = x.iter().map(|v| v * v).sum();
        let c = x.iter().copied().product::<f64>(); let d = x.iter().fold(0.0, |s, v| s * 0.5 + v);
        let e = x.iter().cloned().fold(f64::INFINITY, f64::min); let n = x.iter().filter(|v| **v > 0.0).count();
        a + 2.0 * b + 3.0 * c + 4.0 * d + 5.0 * e + n as f64
    } with (vec![1.0, -2.0, 3.5],), (vec![],), (vec![f64::NAN, 1.0],);

    fn empty_sum(x: &[f64]) -> f64 { x.iter().sum::<f64>() } with (vec![],), (vec![-0.0],), (vec![0.0],);

    fn sum_of_singles(x: &[f32]) -> f32 { x.iter().map(|v| v * 0.1).sum::<f32>() + 0.3 } with (vec![1.0, 2.0],), (vec![],);

    fn integer_sums(n: usize, k: i32) -> f64 {
        let a: usize = (0..n).sum(); let b: i32 = (1..=k).product(); let c = (0..n).map(|i| i as i32 * k).max();
        let d = (0..n).map(|i| (i * 7) % 5).min().unwrap_or(9); (a + d) as f64 + b as f64 + c.unwrap_or(-1) as f64
    } with (0, 3), (5, 4), (4, -2), (3, 20);

    fn adaptors(x: &[f64], y: &[f64]) -> f64 {
        let a: f64 = x.iter().enumerate().map(|(i, v)| v * i as f64).sum();
        let b: f64 = x.iter().rev().zip(y.iter().skip(1)).map(|(p, q)| p - q).fold(0.0, |s, t| s * 2.0 + t);
        let c: f64 = x.iter().zip(y).enumerate().rev().map(|(i, (p, q))| p * q + i as f64).fold(1.0, |s, t| s * 0.5 + t);
        let d: f64 = x.iter().step_by(2).chain(y.iter().take(2)).fold(0.0, |s, t| s * 3.0 + t);
        let e: f64 = x.iter().skip(1).step_by(2).rev().fold(0.0, |s, t| s * 3.0 - t);
        let f: f64 = x.windows(2).zip(y.chunks(2)).map(|(w, c)| w[0] * w[1] - c[0]).sum();
        a + b + c + d + e + f
    } with (vec![1.0, 2.0, 3.0, 4.0, 5.0], vec![0.5, -1.0, 2.0]), (vec![], vec![1.0]), (vec![1.0, 2.0], vec![]);

    fn filtered(x: &[f64]) -> f64 {
        let mut s = 0.0;
        for (k, v) in x.iter().filter(|v| **v > 0.0).enumerate() { if *v > 50.0 { break; } s = s * 2.0 + v * k as f64; }
        let t: f64 = x.iter().filter_map(|&v| if v > 1.0 { Some(v.ln()) } else { None }).sum();
        let u: f64 = x.iter().take_while(|v| **v < 4.0).map(|v| v + 1.0).sum();
        let w: f64 = x.iter().skip_while(|v| **v < 3.0).take(2).product();
        let z: f64 = x.iter().filter(|v| **v > 0.0).take(2).skip(1).sum();
        s + t + u + w + z
    } with (vec![1.0, -2.0, 3.0, 5.0, 2.0],), (vec![],), (vec![2.0, 60.0, 3.0],), (vec![-1.0, -2.0],);

    fn flat(n: usize) -> f64 {
        let s: f64 = (0..n).flat_map(|i| (0..i).map(move |j| (i * 10 + j) as f64)).sum();
        let mut t = 0.0;
        for (i, v) in (0..n).flat_map(|i| (i..n).map(move |j| i * j)).enumerate() { if v == 2 { continue; } if i > 7 { break; } t = t * 1.5 + v as f64; }
        s + t
    } with (0,), (1,), (4,), (6,);

    fn collected(x: &[f64]) -> (Vec<f64>, Vec<f64>, f64) {
        let a: Vec<f64> = x.iter().map(|v| v * 2.0).rev().collect();
        let b: Vec<f64> = a.iter().copied().filter(|v| *v > 0.0).collect();
        let c: Vec<[f64; 2]> = x.iter().zip(&a).map(|(p, q)| [*p, *q]).collect();
        let pairs: Vec<(usize, f64)> = x.iter().copied().enumerate().collect();
        let s = c.iter().map(|p| p[0] * p[1]).sum::<f64>() + pairs.iter().map(|(i, v)| *i as f64 * v).sum::<f64>();
        (a, b, s)
    } with (vec![1.0, -2.0, 3.0],), (vec![],);

    fn questions(x: &[f64]) -> (bool, bool, usize) {
        let a = x.iter().any(|v| *v > 2.0); let b = x.iter().all(|v| v.is_finite());
        let p = x.iter().position(|&v| v < 0.0).unwrap_or(99); let f = x.iter().find(|v| **v > 1.0).copied().unwrap_or(-1.0);
        (a && f > 1.5, b, p + x.iter().rev().position(|v| *v == 1.0).map_or(50, |i| i * 2))
    } with (vec![1.0, 2.5, -3.0],), (vec![],), (vec![f64::NAN, 1.0],);

    fn extremes(x: &[f64]) -> f64 {
        let a = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let b = x.iter().copied().reduce(f64::min).unwrap_or(7.0);
        let c = x.iter().max_by(|p, q| p.partial_cmp(q).unwrap()).copied().unwrap_or(0.5);
        let d = *x.iter().min_by(|p, q| p.abs().total_cmp(&q.abs())).unwrap_or(&3.0);
        let (i, _) = x.iter().enumerate().max_by(|(_, p), (_, q)| p.total_cmp(q)).unwrap_or((9, &0.0));
        a + 2.0 * b + 3.0 * c + 4.0 * d + i as f64
    } with (vec![1.0, -2.0, 3.0, 3.0],), (vec![],), (vec![1.0, f64::NAN],), (vec![-0.0, 0.0],);

    fn by_key(x: &[i32], v: &[f64]) -> f64 {
        let mut calls = 0;
        let a = x.iter().copied().max_by_key(|k| { calls += 1; (k % 5).abs() }).unwrap_or(-1);
        let b = (0..v.len()).min_by_key(|&i| (v[i] * 2.0) as i64).unwrap_or(7);
        let (i, k) = x.iter().enumerate().min_by_key(|(_, k)| **k).unwrap_or((9, &3));
        a as f64 + 10.0 * b as f64 + 100.0 * calls as f64 + i as f64 * 0.5 + *k as f64
    } with (vec![3, 9, -4, 4], vec![1.0, 0.5, 0.6]), (vec![], vec![]);

    fn passed_over(x: &[f64], n: usize) -> f64 {
        let a: f64 = (0..n).map(|i| x[i]).skip(2).sum(); let b: f64 = (0..n).map(|i| x[i]).take(2).sum();
        let c: f64 = (0..n).map(|i| x[i] * 2.0).step_by(2).fold(0.0, |s, v| s * 0.5 + v);
        let d: f64 = (0..n).map(|i| x[i]).rev().sum::<f64>(); let e = (0..n).rev().map(|i| x[i]).skip(1).fold(0.0, |s, v| s * 0.5 + v);
        let f: f64 = x.iter().map(|v| v * 2.0).zip(x.iter().skip(1).map(|v| x[n] + v)).map(|(p, q)| p * q).sum();
        a + b + c + d + e + f
    } with (vec![1.0, 2.0, 3.0, 4.0], 3), (vec![1.0, 2.0, 3.0], 4), (vec![], 1), (vec![1.0], 0);

    fn clones_of_borrowed(x: &[f64]) -> f64 {
        let r = &vec![1.0, 2.0]; let mut s = Some(r).cloned().unwrap_or_default(); s.push(3.0);
        let t = &(x.to_vec(), 1.0); let mut u = t.clone(); u.0.push(9.0);
        let rows = vec![x.to_vec(), vec![0.5]]; let mut total = 0.0;
        for mut row in rows.iter().cloned() { row.push(1.0); total += row.iter().sum::<f64>(); }
        for row in rows.into_iter().filter(|r| r.len() < 2) { let mut w = row.clone(); w.push(row[0]); total += w.len() as f64; }
        total + r.len() as f64 + s.len() as f64 * 10.0 + t.0.len() as f64 * 100.0 + u.0.len() as f64 * 1000.0
    } with (vec![1.0, 2.0],), (vec![],);

    fn inspected(x: &[f64]) -> f64 {
        let mut calls = 0; let mut s = 0.0;
        x.iter().for_each(|v| { calls += 1; s += v; });
        let t: f64 = x.iter().map(|v| { calls += 10; v * calls as f64 }).skip(1).sum();
        let u: f64 = x.iter().scan(1.0, |state, v| { *state *= v; Some(*state) }).sum();
        s + t + u + calls as f64
    } with (vec![1.0, 2.0, 3.0],), (vec![],);

    fn arrays_by_value(a: [f64; 3]) -> f64 {
        let b = a.map(|v| v * v); let mut s = 0.0; for v in b { s += v; } for (i, v) in a.into_iter().enumerate() { s -= v * i as f64; }
        let c: [f64; 2] = std::array::from_fn(|i| a[i] + i as f64);
        s + c[0] * c[1] + b.iter().zip(a).map(|(p, q)| p * q).sum::<f64>()
    } with ([1.0, 2.0, 3.0],);

    fn options(x: &[f64], i: usize) -> f64 {
        let a = x.get(i).copied().unwrap_or(-1.0); let b = x.first().map(|v| v * 2.0).unwrap_or_default();
        let mut best: Option<f64> = None;
        for &v in x { best = match best { Some(b) if b >= v => Some(b), _ => Some(v) }; }
        let c = if let Some(b) = best { b } else { 0.25 };
        let d = i.checked_sub(1).map_or(0.0, |j| x.get(j).copied().unwrap_or(3.0));
        let e = (i > 0).then(|| x.len() as f64 / i as f64); let f = e.unwrap_or_else(|| c + 1.0);
        a + b + c + d + f + if best.is_none() { 1.0 } else { 2.0 }
    } with (vec![1.0, 5.0, 2.0], 1), (vec![], 0), (vec![2.0], 4);

    fn option_chain(x: &[f64]) -> f64 {
        if let Some(a) = x.first() && *a > 0.0 && let Some(b) = x.get(1) { a * b } else { x.len() as f64 }
    } with (vec![],), (vec![1.0],), (vec![1.0, 3.0],), (vec![-1.0, 3.0],);

    fn while_let(n: usize) -> f64 {
        let mut v: Vec<f64> = (0..n).map(|i| i as f64).collect(); let mut s = 0.0;
        while let Some(top) = v.pop() { s = s * 0.5 + top; if top == 2.0 { v.push(0.5); } if s > 30.0 { break; } }
        s + v.len() as f64
    } with (0,), (3,), (6,), (40,);

    fn unwrap_panics(x: &[f64]) -> f64 { x.last().unwrap() + x.iter().copied().reduce(f64::max).expect("some") }
        with (vec![1.0, 2.0],), (vec![],);

    fn float_methods(x: f64, y: f64) -> f64 {
        let (s, c) = x.sin_cos();
        s + c * x.powi(3) - x.abs().sqrt().ln_1p() + y.clamp(-1.0, 1.0) + x.max(y).min(10.0) + x.hypot(y) + x.mul_add(y, 2.0)
            + f64::atan2(x, y) + y.signum() + x.floor() + y.rem_euclid(3.0) + x % 2.0 + y.recip() + f64::exp(-x * x)
            + if x.is_nan() { 1.0 } else { 2.0 } + std::f64::consts::PI + f64::EPSILON + x.to_degrees()
    } with (0.5, 2.0), (-3.5, 0.25), (f64::NAN, 1.0), (1.0, f64::INFINITY);

    fn integer_methods(a: i32, b: i32) -> f64 {
        let m = a.abs_diff(b) as f64; let n = a.pow(2).rem_euclid(7); let k = a.wrapping_mul(b) >> 2; let l = (a as u32).leading_zeros();
        let s = a.saturating_add(b).clamp(-50, 50); let t = a.signum() * b.max(3) / 2 % 5; let u = (a & 0xff) ^ (b | 4) << 1;
        m + n as f64 + k as f64 + l as f64 + s as f64 + t as f64 + !u as f64 + (a as u8) as f64 + (b as i8 as f32) as f64
    } with (5, 3), (-7, 300), (100000, 70), (0, i32::MAX - 5);

    fn casts(x: f64, n: i64) -> f64 {
        let a = x as usize; let b = x as i32 as f64; let c = n as u8 as f64; let d = n as f32 as f64; let e = (x > 1.0) as i32; let f = x as f32;
        a as f64 + b + c + d + e as f64 + f64::from(f) + f64::from(e) + (n as usize >> 1) as f64
    } with (3.7, 300), (-2.5, -1), (f64::NAN, 7), (1e20, 5);

    fn shifts_and_divisions(a: u32, b: u32) -> f64 { ((a << b) + a / b + a % b) as f64 } with (5, 3), (5, 0), (5, 32), (7, 31);

    fn assertions(x: f64, n: usize) -> f64 {
        assert!(x >= 0.0, "x is {x}"); assert_eq!(n % 2, 0); debug_assert!(n < 100); assert_ne!(n, 4, "four: {}", n);
        println!("{x} {}", n); x.sqrt()
    } with (4.0, 2), (-1.0, 2), (4.0, 3), (4.0, 4), (f64::NAN, 2);

    fn endless_ranges(x: f64, v: &[f64]) -> f64 {
        let mut y = x; for i in 0.. { y = y.cos() + 0.001 * i as f64; if i > 10 { break; } }
        for k in 5usize.. { y += 1.0; if k * k > 50 { break; } }
        for (i, a) in (1..).zip(v) { y += a * i as f64; }
        y
    } with (1.0, vec![1.0, 2.0]), (0.5, vec![]);

    fn uninitialised_tuples(c: bool, x: f64) -> f64 { let (a, b); if c { a = x; b = 1.0; } else { (a, b) = (2.0, x * x); } a - b }
        with (true, 3.0), (false, 3.0);

    fn comparisons(x: f64, y: f64) -> i32 {
        let o = match x.partial_cmp(&y) { Some(std::cmp::Ordering::Less) => 1, Some(std::cmp::Ordering::Equal) => 2, Some(_) => 3, None => 4 };
        let p = if (x, 1) == (y, 1) { 10 } else { 20 }; let q = if (0.0..=1.0).contains(&x) { 100 } else { 200 }; o + p + q
    } with (1.0, 2.0), (2.0, 2.0), (0.5, 0.25), (f64::NAN, 1.0);

    fn newton_with_state(x0: f64) -> (f64, i32, bool) {
        let mut x = x0; let mut converged = false; let mut it = 0;
        let f = |x: f64| x * x * x - 2.0; let df = |x: f64| 3.0 * x * x;
        while it < 30 {
            let d = df(x); if d == 0.0 { break; }
            let step = f(x) / d; x -= step; it += 1;
            if step.abs() < 1e-13 { converged = true; break; }
        }
        (x, it, converged)
    } with (1.0,), (0.0,), (-5.0,), (f64::NAN,);

    fn bisection(lo: f64, hi: f64) -> f64 {
        let f = |x: f64| x.cos() - x; let (mut a, mut b) = (lo, hi); let mut fa = f(a);
        if fa * f(b) > 0.0 { return f64::NAN; }
        for _ in 0..40 { let m = 0.5 * (a + b); let fm = f(m); if fm == 0.0 { return m; } if fa * fm < 0.0 { b = m; } else { a = m; fa = fm; } }
        0.5 * (a + b)
    } with (0.0, 1.0), (2.0, 3.0);

    fn sorting_by_hand(x: &[f64]) -> Vec<f64> {
        let mut v = x.to_vec();
        for i in 1..v.len() { let mut j = i; while j > 0 && v[j - 1] > v[j] { v.swap(j - 1, j); j -= 1; } }
        v
    } with (vec![3.0, 1.0, 2.0, -1.0],), (vec![],), (vec![1.0, f64::NAN, 0.0],);

    fn gaussian_elimination(a: &[[f64; 3]; 3], b: [f64; 3]) -> [f64; 3] {
        let mut m = *a; let mut x = b;
        for k in 0..3 {
            let mut p = k; for i in k + 1..3 { if m[i][k].abs() > m[p][k].abs() { p = i; } }
            if p != k { m.swap(p, k); x.swap(p, k); }
            for i in k + 1..3 { let f = m[i][k] / m[k][k]; for j in k..3 { m[i][j] -= f * m[k][j]; } x[i] -= f * x[k]; }
        }
        for k in (0..3).rev() { for j in k + 1..3 { x[k] -= m[k][j] * x[j]; } x[k] /= m[k][k]; }
        x
    } with ([[0.0, 2.0, 1.0], [1.0, -2.0, -3.0], [-1.0, 1.0, 2.0]], [-8.0, 0.0, 3.0]);

    fn state_machine(x: &[f64]) -> (f64, usize) {
        let mut mode = 0; let mut total = 0.0; let mut changes = 0; let mut i = 0;
        'run: loop {
            if i >= x.len() { break; }
            let v = x[i]; i += 1;
            mode = match mode { 0 if v > 1.0 => { changes += 1; 1 } 0 => 0, 1 => { if v < 0.0 { changes += 1; 2 } else { total += v; continue 'run; } } _ => { total -= v; if total < -10.0 { break 'run; } 0 } };
            total *= 1.5;
        }
        (total, changes + 10 * mode)
    } with (vec![0.5, 2.0, 3.0, -1.0, 4.0, 1.5],), (vec![],), (vec![2.0, -1.0, 50.0, 3.0],);

    fn horner_and_binomials(c: &[f64], x: f64, n: u64) -> f64 {
        let p = c.iter().rev().fold(0.0, |acc, &k| acc * x + k); let mut b = 1u64; for k in 0..n { b = b * (n - k) / (k + 1); } p + b as f64
    } with (vec![1.0, 2.0, 3.0], 0.5, 5), (vec![], 2.0, 0);

    fn dot_of_rows(m: &[[f64; 2]], v: &[f64; 2]) -> Vec<f64> { m.iter().map(|row| row.iter().zip(v).map(|(a, b)| a * b).sum()).collect() }
        with (vec![[1.0, 2.0], [3.0, 4.0]], [0.5, -1.0]), (vec![], [0.5, -1.0]);

    fn generic_order(x: f64, y: &mut [f64]) -> f64 { let k = x; let k = &k; y[0] += k; let t = 2.0 * k - -k; y[1] *= &t; y[0] * y[1] }
        with (3.0, vec![1.0, 2.0]), (3.0, vec![1.0]), (3.0, vec![]);
}
