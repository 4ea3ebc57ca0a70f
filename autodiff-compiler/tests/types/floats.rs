fn unary(x: f64, y: f32) -> f64 {
    let a = x.abs().signum().recip().sqrt().cbrt();
    let b = x.exp().exp2().exp_m1().ln().ln_1p().log2().log10();
    let c = x.sin().cos().tan().asin().acos().atan().sinh().cosh().tanh();
    let d = x.asinh().acosh().atanh().floor().ceil().round().round_ties_even().trunc().fract();
    let e = x.to_degrees().to_radians().next_up().next_down();
    let f = y.sin().max(1.0).min(y).powi(3);
    let g = (-y).hypot(2.0).atan2(y);
    let (s, t) = y.sin_cos();
    a + b + c + d + e + f as f64 + g as f64 + (s * t) as f64
}

fn binary(x: f64, y: &f64, z: &mut f64) -> f64 {
    let a = x.max(*y).min(2.0).clamp(-1.0, 1.0).midpoint(*y);
    let b = y.powf(x).hypot(1.0).atan2(x).copysign(-1.0);
    let c = z.log(2.0).div_euclid(x).rem_euclid(*y).mul_add(x, 2.0);
    let d = y.total_cmp(&x);
    let e = x.partial_cmp(y);
    let f = y.powi(2) * z.powi(-3);
    let ordered = d.is_lt() || e.is_some();
    *z -= a;
    if ordered { a + b } else { c + f }
}

fn questions(x: f64) -> bool {
    let a = x.is_nan() || x.is_infinite() || x.is_finite() || x.is_subnormal() || x.is_normal();
    let b = x.is_sign_positive() != x.is_sign_negative();
    let c = x.to_bits();
    let d = f64::from_bits(c ^ 1);
    let e = x.eq(&d) && x.lt(&1.0) | x.ge(&2.0);
    let k = x.classify();
    a && b && e && k == std::num::FpCategory::Normal
}

fn paths(x: f64, xs: &[f64], y: f32) -> f64 {
    let a = f64::max(x, 1.0) + f64::sin(x) + f64::powi(x, 2) + f64::hypot(x, 3.0);
    let b = xs.iter().copied().map(f64::sqrt).fold(0.0, f64::max);
    let c = xs.iter().copied().reduce(f64::min).unwrap_or(f64::INFINITY);
    let d = xs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let e = f64::from(y) + f64::from(3u8) + f64::from(true as u8) + f64::default();
    let f = f64::abs;
    let g = f(x) + f(-x);
    let h = std::f64::consts::PI * f64::EPSILON + std::f64::consts::LN_2 + f64::MAX;
    let i = f32::EPSILON.max(std::f32::consts::E) as f64;
    let mut sorted = xs.to_vec();
    sorted.sort_by(f64::total_cmp);
    let j = f64::clamp(x, 0.0, 1.0).mul_add(2.0, 1.0);
    let k: f64 = y.into();
    let l = <f64>::sqrt(2.0);
    a + b + c + d + e + g + h + i + j + k + l + sorted[0]
}

fn literals(x: f64, y: f32, n: i64) -> f64 {
    let a = 1.0;
    let b = 2.;
    let c = 1e-3;
    let d = 5;
    let e = 3.0_f32;
    let f = 1_000.5;
    let g = -2.0;
    let h = n * 2;
    let i = 1 << 3;
    let j = 7 / 2;
    let k = (2.5, 3);
    let l = [1.0, 2.0];
    let m = [[0.0; 2]; 3];
    let o = -1;
    let p = 0xff;
    let q = !0;
    let r = 1 as f64 + 2.5 as f64 + i as f64 + 300 as f64 + 7u8 as f64 + -3 as f64;
    let s = (1 + 2) as f64;
    let u = 10 as u64 - 2 as u64;
    let v = -1 as i8;
    let w = true as usize;
    x * a + b * x + (c * y) as f64 + (d + h) as f64 + (e * y) as f64 + f + g + j as f64 + k.0
        + l[0]
        + m[0][1]
        + (o + k.1) as f64
        + (p | q) as f64
        + r
        + s
        + u as f64
        + v as f64
        + w as f64
}

fn references(a: &f64, b: &mut f64, p: &(f64, f64), rows: &[[f64; 2]]) -> f64 {
    let c = a * 2.0 + 3.0 * a - -a;
    let d = *a + *b;
    let e = &c;
    let f = e + a;
    let g = &mut *b;
    *g += e;
    *g *= 2.0;
    let h = p.0 * p.1;
    let i = &p.0;
    let j = i * i / 2.0 % 3.0;
    let k = &&h;
    let l = **k;
    let m = k.sin() + i.cos();
    let n = rows[0][1] + rows[1..][0][0];
    let o = &rows[0];
    let q = o[0] + o.iter().sum::<f64>();
    let r = a < e && a == &c && *a >= 1.0;
    let s = if r { i } else { e };
    c + d + f + j + l + m + n + q + s
}
