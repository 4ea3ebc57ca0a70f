trait Float:
    Copy
    + Default
    + PartialOrd
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Mul<Output = Self>
    + std::ops::Div<Output = Self>
    + std::ops::Neg<Output = Self>
    + for<'a> std::ops::Mul<&'a Self, Output = Self>
    + std::ops::AddAssign
    + for<'a> std::ops::AddAssign<&'a Self>
    + std::iter::Sum
    + for<'a> std::iter::Sum<&'a Self>
{
    const ZERO: Self;
    const PI: Self;
    fn from_f64(value: f64) -> Self;
    fn from_usize(value: usize) -> Self;
    fn to_f64(self) -> f64;
    fn exp(self) -> Self;
    fn sqrt(self) -> Self;
    fn powi(self, n: i32) -> Self;
    fn max(self, other: Self) -> Self;
    fn sin_cos(self) -> (Self, Self);
    fn is_nan(self) -> bool;
}

impl Float for f64 {
    const ZERO: Self = 0.0;
    const PI: Self = 3.0;
    fn from_f64(value: f64) -> Self { todo!() }
    fn from_usize(value: usize) -> Self { todo!() }
    fn to_f64(self) -> f64 { todo!() }
    fn exp(self) -> Self { todo!() }
    fn sqrt(self) -> Self { todo!() }
    fn powi(self, n: i32) -> Self { todo!() }
    fn max(self, other: Self) -> Self { todo!() }
    fn sin_cos(self) -> (Self, Self) { todo!() }
    fn is_nan(self) -> bool { todo!() }
}

impl Float for f32 {
    const ZERO: Self = 0.0;
    const PI: Self = 3.0;
    fn from_f64(value: f64) -> Self { todo!() }
    fn from_usize(value: usize) -> Self { todo!() }
    fn to_f64(self) -> f64 { todo!() }
    fn exp(self) -> Self { todo!() }
    fn sqrt(self) -> Self { todo!() }
    fn powi(self, n: i32) -> Self { todo!() }
    fn max(self, other: Self) -> Self { todo!() }
    fn sin_cos(self) -> (Self, Self) { todo!() }
    fn is_nan(self) -> bool { todo!() }
}

fn generic<T: Float, const N: usize>(x: &[T; N], v: &[T], s: T) -> T {
    let two = T::from_f64(2.0);
    let mut acc = T::ZERO;
    for x in x {
        acc += *x * two;
    }
    for (a, b) in x.iter().zip(v) {
        acc += *a * b;
    }
    for i in 0..N {
        acc += x[i];
    }
    let e = s.exp() + acc;
    let m = x.iter().copied().fold(T::ZERO, |a, b| a.max(b));
    let d = T::default();
    let y = x.map(|v| v.sqrt());
    let z: T = x.iter().map(|&v| v * v).sum();
    let w = v.iter().copied().map(T::exp).sum::<T>();
    let (p, q) = s.sin_cos();
    let arr = [T::PI; N];
    let f = Float::max(s, e).to_f64() + T::to_f64(s);
    let n = N;
    let u = -s * T::from_usize(n) / two.powi(2);
    let o = if s > T::ZERO || s.is_nan() { e } else { -e };
    let r = T::from_f64(f);
    e + m + d + y[0] + z + w + p + q + arr[1] + u + o + r
}

fn where_clause<T>(x: T, y: &mut [T]) -> T
where
    T: Float,
{
    let h = |v: T| v * v;
    for v in y.iter_mut() {
        *v += h(x);
    }
    y[0] = x;
    y[0] + h(y[1])
}

fn matrix<const R: usize, const C: usize>(m: &[[f64; C]; R], v: &[f64; C]) -> [f64; R] {
    let mut out = [0.0; R];
    for i in 0..R {
        for j in 0..C {
            out[i] += m[i][j] * v[j];
        }
    }
    let t: [f64; R] = m.map(|row| row.iter().zip(v).map(|(a, b)| a * b).sum());
    out[0] += t[0];
    out
}

fn user(x: f32, y: f64, a: &[f64; 3], b: [f32; 2]) -> f64 {
    let c = generic(a, &a[1..], y);
    let d = generic(&b, &[x], 2.0);
    let e = generic(&[1.0, 2.0], &[], y);
    let f = where_clause::<f32>(1.0, &mut [0.0; 2]);
    let g = matrix(&[[1.0, 2.0, 3.0], *a], a);
    let h = g[0] + g.iter().sum::<f64>();
    let [i, j] = g;
    c + e + d as f64 + f as f64 + h + i + j
}
