fn joins(x: f64, n: usize, o: Option<f64>) -> f64 {
    let a = if x > 0.0 { 1.0 } else { x };
    let b = if n > 2 { return x } else { 2 };
    let c = match n {
        0 => return 1.0,
        1 | 2 => 0.5,
        3..=7 => x,
        k if k > 100 => panic!("too many: {k}"),
        _ => unreachable!(),
    };
    let d = loop {
        if x > 1.0 {
            break 3;
        }
        if x < -1.0 {
            break b;
        }
        return 2.0;
    };
    let e = 'out: {
        if n == 3 {
            break 'out 1;
        }
        for i in 0..n {
            if i == 4 {
                break 'out i;
            }
        }
        7
    };
    let f = match o {
        Some(v) if v > 0.0 => v,
        Some(v) => -v,
        None => 0.0,
    };
    let g = if let Some(v) = o { v * 2.0 } else { 1.0 };
    let Some(h) = o else { return 0.0 };
    let i;
    if n > 3 {
        i = 2.5;
    } else {
        i = x;
    }
    let j = {
        let t = x * 2.0;
        t + 1.0
    };
    let k = match (n, x > 0.0) {
        (0, true) => 1,
        (_, false) => 2,
        (m, _) => m,
    };
    let l = {
        assert!(x > 0.0, "positive: {x}");
        debug_assert_eq!(n, 3);
        assert_ne!(x, 0.0);
        x
    };
    let mut it = o;
    let mut s = 0.0;
    while let Some(v) = it {
        s += v;
        it = if v > 10.0 { None } else { Some(v * 2.0) };
    }
    let m = if let Some(v) = o && v > 1.0 { v } else { 0.0 };
    a + b as f64 + c + d as f64 + e as f64 + f + g + h + i + j + k as f64 + l + s + m
}

fn loops(xs: &[f64]) -> (f64, usize) {
    let mut lo = 0;
    let mut hi = xs.len();
    while lo < hi {
        let mid = (lo + hi) / 2;
        if xs[mid] < 0.5 {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    let mut best = (0.0, 0);
    for (i, &x) in xs.iter().enumerate() {
        if x > best.0 {
            best = (x, i);
        }
    }
    let mut prev = None;
    let mut gaps = 0.0;
    for &x in xs {
        if let Some(p) = prev {
            gaps += x - p;
        }
        prev = Some(x);
    }
    let mut iterations = 0;
    let root = 'newton: loop {
        for x in xs {
            iterations += 1;
            if *x > 3.0 {
                break 'newton x;
            }
            if iterations > 10 {
                continue 'newton;
            }
        }
        return (gaps, lo);
    };
    let (mut a, mut b) = (0.0, 1.0);
    for _ in 0..10 {
        (a, b) = (b, a + b);
    }
    let mut acc = [0.0; 2];
    for i in (0..xs.len()).rev() {
        acc[i % 2] += xs[i];
        acc.swap(0, 1);
    }
    [a, b] = acc;
    (root + a, best.1 + iterations)
}

fn patterns(t: ((f64, f64), [f64; 3]), r: &((f64, usize), [f64; 2]), v: &[(f64, usize)]) -> f64 {
    let ((a, b), [c, d, e]) = t;
    let ((f, g), h) = r;
    let &((i, j), [k, l]) = r;
    let (ref m, _) = t;
    let n @ (o, _) = t.0;
    let mut s = 0.0;
    for &(x, n) in v {
        s += x * n as f64;
    }
    for (x, n) in v {
        s += x * *n as f64;
    }
    for (i, (x, n)) in v.iter().enumerate() {
        s += x * (i + n) as f64;
    }
    for (i, &(x, n)) in v.iter().enumerate() {
        s += x * (i * n) as f64;
    }
    s += match v {
        [] => 0.0,
        [(x, _)] => *x,
        [first, .., last] => first.0 * last.0,
    };
    s += match r {
        ((x, 0), _) => *x,
        ((x, n), [y, _]) => x * y + *n as f64,
    };
    if let [x, y, rest @ ..] = v {
        s += x.0 + y.0 + rest.len() as f64;
    }
    let (w, .., z) = (1.0, 2, 3u8, 4.0);
    let mut q = t.1;
    let [p, ref mut u, _] = q;
    *u += 1.0;
    let mut pair = (1.0, 2);
    let (x, y) = &mut pair;
    *x += 1.0;
    *y += 2;
    a + b + c + d + e + f * h[0] + i + k + l + m.0 + n.0 + o + s + w * z + p + (g + j) as f64
}

fn swapping(mut a: [f64; 2], mut b: [f64; 2], n: usize) -> f64 {
    let mut src = &mut a;
    let mut dst = &mut b;
    for _ in 0..n {
        for (d, s) in dst.iter_mut().zip(src.iter()) {
            *d = s * 0.5;
        }
        std::mem::swap(&mut src, &mut dst);
    }
    let old = std::mem::replace(&mut src[0], 2.0);
    let (mut p, mut q) = (1.0, 2.0);
    std::mem::swap(&mut p, &mut q);
    let r = &mut p;
    *r = old;
    let t = &mut src[1];
    *t -= 1.0;
    let z = std::mem::take(&mut q);
    src[0] + src[1] + z + p
}
