fn methods(i: i32, u: usize, w: u64, s: i8) -> f64 {
    let a = i.pow(2) + i.abs() + i.signum() + i.rem_euclid(3) + i.div_euclid(2);
    let b = i.unsigned_abs() + i.abs_diff(4) + i.count_ones() + i.leading_zeros();
    let c = u.isqrt() + u.div_ceil(2) + u.next_multiple_of(4) + u.next_power_of_two();
    let d = w.trailing_zeros() + w.ilog2() + w.ilog10() + u.ilog(3);
    let e = i.wrapping_add(1).wrapping_sub(2).wrapping_mul(3).wrapping_neg().wrapping_pow(2);
    let f = i.saturating_add(1).saturating_sub(2).saturating_mul(3).saturating_pow(2);
    let g = w.rotate_left(3).rotate_right(2).swap_bytes().reverse_bits().wrapping_shl(2);
    let h = u.is_power_of_two() || i.is_positive() || i.is_negative();
    let j = u.checked_add(1).unwrap_or(0) + u.checked_sub(1).unwrap_or(2);
    let k = i.checked_mul(2).and_then(|v| v.checked_div(3));
    let (l, m) = i.overflowing_add(1);
    let (n, o) = w.overflowing_mul(5);
    let p = i.min(3).max(-3).clamp(-1, 1) + 3.max(i) + 4.min(i);
    let q = s.abs_diff(-3);
    let r = s.unsigned_abs() as u32 + w.abs_diff(3) as u32;
    let t = i.cmp(&3);
    let v = u.checked_pow(3).map(|v| v * 2).unwrap_or_default();
    let x = i.midpoint(3);
    (a + e + f + p + l + x) as f64 + (b + d + r) as f64 + (c + j + v) as f64 + g as f64 + n as f64
}

fn references(xs: &[i32], n: &usize, k: &mut u8) -> usize {
    let a = n + 1;
    let b = n % 2 == 0;
    let c = xs.iter().max().unwrap();
    let d = xs.iter().copied().max().unwrap_or(0);
    let e = xs.iter().map(|x| x.max(&3)).sum::<i32>();
    let f = xs.iter().map(|x| x.pow(2)).sum::<i32>();
    let g = xs.iter().map(|&x| x.max(3)).product::<i32>();
    let h = xs.iter().filter(|x| **x > 2).count();
    let i = xs.iter().min_by_key(|x| x.abs());
    *k += 1;
    let j = *k as usize + usize::MAX / 2 + u8::BITS as usize;
    let l = xs.iter().position(|&x| x == 3);
    let m = usize::pow(a, 2) + usize::min(a, 3) + std::cmp::max(a, *n) + std::cmp::min(2, *n);
    let o = xs.iter().rposition(|x| x > &2);
    let q = -d;
    let r = !a & 3 | 4 ^ n;
    let s = 1 << n;
    let t = 1usize << 3 >> 1u8;
    if b { h } else { j + m + r + s + t }
}

fn conversions(n: usize, x: f64) -> f64 {
    let a = n as f64;
    let b = x as usize;
    let c = x as i32 as f32;
    let d = u64::from(3u32);
    let e = i64::from(n as i32);
    let f = usize::from(3u8);
    let g: i64 = 3i32.into();
    let h = n as u8 as char;
    let i = b'a' as f64;
    let j = (x > 0.0) as i32;
    let k = i32::try_from(n).unwrap();
    x.powi(k) + a + b as f64 + c as f64 + d as f64 + e as f64 + f as f64 + g as f64 + i + j as f64
}

fn ranges(n: usize) -> usize {
    let mut t = 0;
    for i in 0..n {
        t += i;
    }
    for i in (0..=n).rev().step_by(2) {
        t += i;
    }
    for i in 3..7 {
        t += i;
    }
    for k in -2..=2 {
        t += (k + 3) as usize;
    }
    for k in (0u8..4).chain(6..9) {
        t += k as usize;
    }
    let r = 2..n;
    let a = r.len() + r.start + r.end;
    let b = (0..n).contains(&3);
    let c = (0.0..1.0).contains(&0.5);
    let d: usize = (0..n).map(|i| i * i).sum();
    let e = (1..=5).product::<usize>();
    let f = (0..n).filter(|i| i % 2 == 0).count();
    let g = (0..n).fold(0, |a, i| a + i);
    let h = (1..=3).map(|k| 1.0 / k as f64).sum::<f64>();
    t + a + d + e + f + g
}
