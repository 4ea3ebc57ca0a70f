fn slices(s: &[f64], n: usize) -> f64 {
    let a = s.len() + s.iter().len();
    let b = s.is_empty();
    let c = s.first().copied().unwrap_or(0.0) + s.last().unwrap();
    let d = s.get(n);
    let e = s.get(1..n);
    let (f, g) = s.split_at(n);
    let h = s.split_first();
    let (last, init) = s.split_last().unwrap();
    let mut t = 0.0;
    for w in s.windows(3) {
        t += w[0] - w[2];
    }
    for c in s.chunks(2) {
        t += c.iter().sum::<f64>();
    }
    for c in s.chunks_exact(2).rev() {
        t += c[0];
    }
    for (i, c) in s.rchunks(2).enumerate() {
        t += c[0] * i as f64;
    }
    let i = s.to_vec();
    let j = s.to_owned();
    let k = s.contains(&1.0) || s.starts_with(&[1.0]) || s.ends_with(f);
    let l = s.repeat(2);
    let m = s.partition_point(|&x| x < 1.0);
    let o = [s, f].concat();
    let p = &s[1..];
    let q = &s[..n];
    let r = &s[1..=2];
    let u = &s[..];
    let v = s.clone();
    let x = s.is_sorted();
    let (y, z) = (s[n], &s[m]);
    t + c + last + init[0] + i[0] + j[0] + l[0] + o[0] + p[0] + q[0] + r[0] + u[0] + v[0] + y * z
}

fn mutable_slices(s: &mut [f64], src: &[f64], n: usize) {
    s.swap(0, n);
    s.fill(0.0);
    s.reverse();
    s.rotate_left(n);
    s.rotate_right(2);
    s.copy_from_slice(src);
    s.clone_from_slice(&src[..n]);
    s.copy_within(0..2, 3);
    s.sort_by(|a, b| a.partial_cmp(b).unwrap());
    s.sort_unstable_by(|a, b| b.total_cmp(a));
    s[..n].copy_from_slice(&src[..n]);
    let (a, b) = s.split_at_mut(n);
    a[0] += b[0];
    for x in a.iter_mut() {
        *x *= 2.0;
    }
    for x in b {
        *x = 1.0;
    }
    for x in &mut *s {
        *x += 1.0;
    }
    for (x, y) in s.iter_mut().zip(src) {
        *x += y;
    }
    for (i, x) in s.iter_mut().enumerate().skip(1) {
        *x += i as f64;
    }
    for c in s.chunks_mut(2) {
        c[0] = c[1];
    }
    for c in s.chunks_exact_mut(3) {
        c.swap(0, 1);
    }
    if let Some(first) = s.first_mut() {
        *first = 3.0;
    }
    if let Some(x) = s.get_mut(n) {
        *x -= 1.0;
    }
    if let [a, .., b] = s {
        std::mem::swap(a, b);
    }
    let r = &mut s[1..];
    r[0] = 2.0;
    let last = s.last_mut().unwrap();
    *last += 1.0;
}

fn vectors(v: Vec<f64>, n: usize) -> Vec<f64> {
    let mut a = Vec::new();
    a.push(v[0]);
    let mut b = Vec::with_capacity(n);
    b.extend_from_slice(&a);
    let mut c = vec![0.0; n];
    let d = vec![1.0, v[1], 3.0];
    c.extend(d.iter());
    c.extend(d.iter().map(|x| x * 2.0));
    c.extend(&d);
    c.extend(d.clone());
    let e = c.pop();
    c.truncate(n);
    c.resize(n, 1.0);
    c.insert(0, e.unwrap());
    let f = c.remove(1) + c.swap_remove(0);
    c.reserve(3);
    let g = c.capacity();
    let h = c.as_slice();
    let i = h.iter().sum::<f64>();
    c.as_mut_slice()[0] = i;
    let mut j = c.clone();
    j.append(&mut b);
    let k = j.split_off(2);
    let l: Vec<f64> = j.drain(..).collect();
    c.retain(|&x| x > 0.0);
    let m = vec![vec![0.0; n]; n];
    let o = m[0][1] + m.iter().map(|row| row.iter().sum::<f64>()).sum::<f64>();
    let p = m.iter().flatten().copied().fold(0.0, f64::max);
    let q = m.iter().flat_map(|r| r.iter()).count();
    let r = m.concat();
    let s = m.len() * m[0].len();
    let t = &m[0];
    let u = t[0] + t.first().unwrap();
    let x = Vec::from([1.0, 2.0]);
    let w = std::mem::take(&mut c);
    let y = std::mem::replace(&mut c, vec![f, o, p, u]);
    c.dedup();
    c.clear();
    let mut z: Vec<(f64, usize)> = Vec::new();
    z.push((1.0, 2));
    let mut rows = Vec::new();
    for i in 0..n {
        let mut row = Vec::new();
        for j in 0..n {
            row.push(v[i] * v[j]);
        }
        rows.push(row);
    }
    let trace: f64 = (0..n).map(|i| rows[i][i]).sum();
    c.push(trace + z[0].0);
    for value in v {
        c.push(value);
    }
    for (i, value) in l.into_iter().enumerate() {
        c[i] += value;
    }
    c
}

fn arrays<const N: usize>(a: [f64; 3], m: &[[f64; 3]; 2], b: &[f64; N], t: &mut [f64; 3]) -> [f64; 3] {
    let c = a.map(|x| x * 2.0);
    let d = [a, c].map(|r| r.iter().sum::<f64>());
    let e = [0.0; N];
    let f: [f64; 3] = std::array::from_fn(|i| a[i] + i as f64);
    let g = m.iter().map(|r| r[0]).sum::<f64>();
    for row in m {
        for x in row {
            t[0] += x;
        }
    }
    for (i, row) in m.iter().enumerate() {
        for (j, &x) in row.iter().enumerate() {
            t[i] += x * j as f64;
        }
    }
    for x in a {
        t[1] += x;
    }
    for (x, y) in a.iter().zip(b.iter()) {
        t[2] += x * y;
    }
    let h = b.len() * N;
    let [p, q, r] = a;
    let [first, ..] = m;
    let [x, rest @ ..] = a;
    let i = rest[0] + rest.len() as f64;
    let j = a.as_slice();
    let mut k = [[0.0; 3]; 3];
    k[0][1] = a[0];
    k[1] = a;
    let l: Vec<f64> = a.into_iter().collect();
    let n = a == c || a != [0.0; 3];
    let o = a.iter().rev().take(2).sum::<f64>();
    let s = &a[1..];
    let u: &[f64] = &a;
    let v = [&a, &c];
    let w = v[0][1];
    let z = [(1.0, 2), (3.0, 4)];
    [p + q, r + x + i + w, z[0].0 + k[0][0] + g]
}

fn joined<'a>(long: bool, a: &'a [f64; 3], b: &'a Vec<f64>) -> f64 {
    let s: &[f64] = if long { a } else { b };
    let t: &[f64] = match long {
        true => &a[1..],
        false => &b[..],
    };
    let u: [&[f64]; 2] = [a, b];
    let v: Vec<&[f64]> = vec![a, b, s];
    let w: (&[f64], usize) = (a, 2);
    fn sum(s: &[f64]) -> f64 {
        s.iter().sum()
    }
    sum(a) + sum(b) + sum(s) + sum(&b[1..]) + sum(t) + sum(u[0]) + sum(v[1]) + sum(w.0) + sum(&[1.0, 2.0])
}
