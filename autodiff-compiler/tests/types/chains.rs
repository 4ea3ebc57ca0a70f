fn adaptors(x: &[f64], y: &Vec<f64>, n: usize) -> f64 {
    let a: f64 = x.iter().zip(y).map(|(a, b)| a * b).sum();
    let b = x.iter().zip(y.iter()).zip(x).map(|((a, b), c)| a * b + c).sum::<f64>();
    let c = x.iter().enumerate().map(|(i, v)| i as f64 * v).sum::<f64>();
    let d = x.iter().skip(1).step_by(2).take(n).rev().product::<f64>();
    let e = x.iter().chain(y).copied().fold(1.0, |p, v| p * v);
    let f = x.iter().cloned().filter(|v| *v > 0.0).map(|v| v.ln()).sum::<f64>();
    let g = x.iter().filter(|&&v| v > 0.0).count();
    let h = x.iter().take_while(|v| **v < 3.0).skip_while(|&&v| v < 1.0).sum::<f64>();
    let i = x.iter().filter_map(|&v| if v > 0.0 { Some(v.sqrt()) } else { None }).sum::<f64>();
    let j = x.iter().map_while(|&v| (v > 0.0).then(|| v * 2.0)).last();
    let k = x.iter().inspect(|v| assert!(v.is_finite())).max_by(|a, b| a.total_cmp(b));
    let l = x.iter().scan(0.0, |s, &v| { *s += v; Some(*s) }).sum::<f64>();
    let m = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).count();
    let o = x.iter().map(|&v| (v, v * v)).unzip::<f64, f64, Vec<f64>, Vec<f64>>();
    let (p, q): (Vec<f64>, Vec<f64>) = x.iter().map(|v| (v * 2.0, v + 1.0)).unzip();
    let (r, s): (Vec<f64>, Vec<f64>) = x.iter().partition(|v| **v > 0.0);
    let t = x.iter().cycle().take(5).nth(2);
    let u = x.iter().any(|&v| v > 1.0) && x.iter().all(|v| v < &2.0);
    let v = x.iter().find(|&&v| v > 1.0).copied().unwrap_or(0.0);
    let w = x.iter().find_map(|&v| if v > 1.0 { Some(v) } else { None });
    let z = x.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum::<f64>();
    let aa = x.chunks(2).map(|c| c.iter().sum::<f64>()).fold(0.0, f64::max);
    let ab = x.iter().rev().enumerate().skip(1).fold((0.0, 0), |(s, n), (i, v)| (s + v, n + i));
    let ac = x.iter().copied().reduce(|a, b| a.max(b));
    let ad = x.iter().min_by(|a, b| a.partial_cmp(b).unwrap()).unwrap();
    let ae = x.iter().map(|v| v.abs()).max_by(|a, b| a.total_cmp(b)).unwrap();
    let af = x.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)).map(|(i, _)| i).unwrap();
    let mut total = 0.0;
    x.iter().for_each(|v| total += v * 2.0);
    x.iter().zip(y).for_each(|(a, b)| {
        total += a * b;
    });
    let ag = x.iter().zip([1.0, 2.0]).map(|(a, b)| a * b).sum::<f64>();
    let ah = std::iter::zip(x, y).map(|(a, b)| a - b).sum::<f64>();
    let ai = std::iter::once(1.0).chain(x.iter().copied()).sum::<f64>();
    let aj = std::iter::repeat(2.0).zip(x).map(|(a, b)| a * b).sum::<f64>();
    let mut it = x.iter();
    let ak = it.next();
    let al = it.by_ref().map(|v| v * 2.0).sum::<f64>();
    let am = x.iter().eq(y.iter());
    let an = x.iter().collect::<Vec<_>>();
    let ao = x.iter().map(|v| v * 2.0).collect::<Vec<_>>();
    let ap = x.iter().copied().collect::<Vec<f64>>();
    let aq: Option<Vec<f64>> = x.iter().map(|&v| (v > 0.0).then_some(v)).collect();
    let ar: Vec<Vec<f64>> = (0..n).map(|i| x.iter().map(|v| v * i as f64).collect()).collect();
    a + b + c + d + e + f + g as f64 + h + i + l + m as f64 + o.0[0] + p[0] + q[0] + r[0] + s[0]
        + v
        + z
        + aa
        + ab.0
        + ad
        + ae
        + al
        + ag
        + ah
        + ai
        + aj
        + an[0]
        + ao[0]
        + ap[0]
        + ar[0][0]
        + af as f64
        + total
}

fn closures(x: f64, w: &[f64]) -> f64 {
    let square = |v: f64| v * v;
    let add = |a, b| a + b;
    let linear = |x: &[f64], i: usize| w[i] * x[i];
    let constant = || 3.0;
    let nested = |v: f64| {
        let inner = |u: f64| u * x;
        inner(v) + square(v)
    };
    let early = |v: f64| -> f64 {
        if v < 0.0 {
            return 0.0;
        }
        v.sqrt()
    };
    let pair = |(a, b): (f64, f64)| a * b;
    let by_reference = |v: &f64| v * 2.0;
    let mut count = 0;
    let mut bump = |by| {
        count += by;
        count
    };
    let a = bump(1) + bump(2);
    let sums = w.iter().map(|&v| square(v)).sum::<f64>() + w.iter().copied().map(square).sum::<f64>();
    let b = w.iter().map(by_reference).sum::<f64>();
    let c = w.iter().map(|v| by_reference(v) + add(*v, 1.0)).sum::<f64>();
    let power = |base: f64, n| base.powi(n);
    fn helper(v: f64, scale: f64) -> f64 {
        let twice = v * 2.0;
        twice * scale
    }
    let d = w.iter().fold(1.0, |acc, &v| helper(acc, v));
    let choose = |c: bool| if c { 1.0 } else { x };
    let unit = |v: &mut f64| *v += 1.0;
    let mut target = 2.0;
    unit(&mut target);
    square(x) + constant() + nested(x) + early(x) + pair((x, 2.0)) + linear(w, 0) + sums + b + c + d
        + power(x, 2)
        + choose(true)
        + target
        + a as f64
}
