//! Test functions of optimization.

use super::{differentiate, samples};

/// Rosenbrock's banana in two dimensions.
#[differentiate]
pub fn rosenbrock(x: f64, y: f64) -> f64 {
    (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2)
}
samples! { gradient rosenbrock: (-1.2, 1.0), (1.0, 1.0), (0.0, 0.0) }

/// Rosenbrock's function in any dimension, by index.
#[differentiate]
pub fn rosenbrock_n(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let a = x[i + 1] - x[i] * x[i];
        let b = 1.0 - x[i];
        sum += 100.0 * a * a + b * b;
    }
    sum
}
samples! { gradient rosenbrock_n: (vec![0.3, -0.7, 1.2, 0.9],), (vec![2.0],), (vec![],) }

/// Rosenbrock's function over windows.
#[differentiate]
pub fn rosenbrock_windows(x: &[f64]) -> f64 {
    x.windows(2).map(|w| 100.0 * (w[1] - w[0].powi(2)).powi(2) + (1.0 - w[0]).powi(2)).sum()
}
samples! { gradient rosenbrock_windows: (vec![0.3, -0.7, 1.2],), (vec![2.0],), (vec![],) }

/// Himmelblau's function.
#[differentiate]
pub fn himmelblau(p: [f64; 2]) -> f64 {
    let [x, y] = p;
    (x * x + y - 11.0).powi(2) + (x + y * y - 7.0).powi(2)
}
samples! { gradient himmelblau: ([3.0, 2.0],), ([-1.0, 0.5],) }

/// Beale's function.
#[differentiate]
pub fn beale(x: f64, y: f64) -> f64 {
    let a = 1.5 - x + x * y;
    let b = 2.25 - x + x * y * y;
    let c = 2.625 - x + x * y.powi(3);
    a * a + b * b + c * c
}
samples! { gradient beale: (3.0, 0.5), (1.0, -1.0) }

/// Booth's function.
#[differentiate]
pub fn booth((x, y): (f64, f64)) -> f64 {
    let first = x + 2.0 * y - 7.0;
    let second = 2.0 * x + y - 5.0;
    first.powi(2) + second.powi(2)
}
samples! { gradient booth: ((1.0, 3.0),), ((-4.0, 2.5),) }

/// Ackley's function.
#[differentiate]
pub fn ackley(x: &[f64]) -> f64 {
    use std::f64::consts::{E, TAU};
    let n = x.len() as f64;
    let squares = x.iter().map(|v| v * v).sum::<f64>() / n;
    let cosines = x.iter().map(|v| (TAU * v).cos()).sum::<f64>() / n;
    -20.0 * (-0.2 * squares.sqrt()).exp() - cosines.exp() + 20.0 + E
}
samples! { gradient ackley: (vec![0.5, -1.25, 2.0],), (vec![1.0],) }

/// Rastrigin's function.
#[differentiate]
pub fn rastrigin<const N: usize>(x: [f64; N]) -> f64 {
    let mut total = 10.0 * N as f64;
    for v in x {
        total += v * v - 10.0 * (2.0 * std::f64::consts::PI * v).cos();
    }
    total
}
samples! { gradient rastrigin::<3>: ([0.1, -0.4, 1.5],), ([0.0; 3],) }

/// Styblinski-Tang function.
#[differentiate]
pub fn styblinski_tang(x: &[f64]) -> f64 {
    0.5 * x.iter().map(|x| x.powi(4) - 16.0 * x.powi(2) + 5.0 * x).sum::<f64>()
}
samples! { gradient styblinski_tang: (vec![-2.903534, 0.0, 1.0],), (vec![],) }

/// Griewank's function: a product reduction.
#[differentiate]
pub fn griewank(x: &[f64]) -> f64 {
    let sum: f64 = x.iter().map(|v| v * v / 4000.0).sum();
    let product: f64 =
        x.iter().enumerate().map(|(i, v)| (v / ((i + 1) as f64).sqrt()).cos()).product();
    sum - product + 1.0
}
samples! { gradient griewank: (vec![1.0, -2.0, 3.0],), (vec![],) }

/// Levy's function.
#[differentiate]
pub fn levy(x: &[f64]) -> f64 {
    use std::f64::consts::PI;
    let w = |v: f64| 1.0 + (v - 1.0) / 4.0;
    let n = x.len();
    let first = (PI * w(x[0])).sin().powi(2);
    let mut middle = 0.0;
    for &v in &x[..n - 1] {
        let wi = w(v);
        middle += (wi - 1.0).powi(2) * (1.0 + 10.0 * (PI * wi + 1.0).sin().powi(2));
    }
    let wn = w(x[n - 1]);
    first + middle + (wn - 1.0).powi(2) * (1.0 + (2.0 * PI * wn).sin().powi(2))
}
samples! { gradient levy: (vec![0.5, 2.0, -1.0],), (vec![1.0],), (vec![],) }

/// Schwefel's function.
#[differentiate]
pub fn schwefel(x: &[f64]) -> f64 {
    418.9829 * x.len() as f64 - x.iter().map(|v| v * v.abs().sqrt().sin()).sum::<f64>()
}
samples! { gradient schwefel: (vec![100.0, -300.0, 420.9687],) }

/// Michalewicz's function with an integer steepness.
#[differentiate(wrt(x))]
pub fn michalewicz(x: &[f64], m: i32) -> f64 {
    let mut s = 0.0;
    for (i, &xi) in x.iter().enumerate() {
        let inner = (i as f64 + 1.0) * xi * xi / std::f64::consts::PI;
        s -= xi.sin() * inner.sin().powi(2 * m);
    }
    s
}
samples! { gradient michalewicz: (vec![2.2, 1.57, 0.4], 10), (vec![1.0], 0) }

/// Easom's function.
#[differentiate]
pub fn easom(x: f64, y: f64) -> f64 {
    let pi = std::f64::consts::PI;
    -x.cos() * y.cos() * (-((x - pi).powi(2) + (y - pi).powi(2))).exp()
}
samples! { gradient easom: (3.0, 3.3), (0.0, 0.0) }

/// Goldstein-Price function.
#[differentiate]
pub fn goldstein_price(x: f64, y: f64) -> f64 {
    let a = 1.0
        + (x + y + 1.0).powi(2)
            * (19.0 - 14.0 * x + 3.0 * x * x - 14.0 * y + 6.0 * x * y + 3.0 * y * y);
    let b = 30.0
        + (2.0 * x - 3.0 * y).powi(2)
            * (18.0 - 32.0 * x + 12.0 * x * x + 48.0 * y - 36.0 * x * y + 27.0 * y * y);
    a * b
}
samples! { gradient goldstein_price: (0.0, -1.0), (0.5, 0.25) }

/// Matyas function.
#[differentiate]
pub fn matyas(p: &[f64; 2]) -> f64 {
    0.26 * (p[0] * p[0] + p[1] * p[1]) - 0.48 * p[0] * p[1]
}
samples! { gradient matyas: ([1.0, -2.0],) }

/// Three-hump camel.
#[differentiate]
pub fn three_hump_camel(x: f64, y: f64) -> f64 {
    2.0 * x.powi(2) - 1.05 * x.powi(4) + x.powi(6) / 6.0 + x * y + y.powi(2)
}
samples! { gradient three_hump_camel: (0.5, -0.5), (2.0, 1.0) }

/// Bukin's function number 6, not smooth.
#[differentiate]
pub fn bukin6(x: f64, y: f64) -> f64 {
    100.0 * (y - 0.01 * x * x).abs().sqrt() + 0.01 * (x + 10.0).abs()
}
samples! { gradient bukin6: (-9.0, 1.5), (-10.0, 0.5) }

/// Cross-in-tray.
#[differentiate]
pub fn cross_in_tray(x: f64, y: f64) -> f64 {
    let inner = (100.0 - (x * x + y * y).sqrt() / std::f64::consts::PI).abs();
    -0.0001 * ((x.sin() * y.sin() * inner.exp()).abs() + 1.0).powf(0.1)
}
samples! { gradient cross_in_tray: (1.3, -1.1), (0.2, 0.4) }

/// McCormick function.
#[differentiate]
pub fn mccormick(x: f64, y: f64) -> f64 {
    (x + y).sin() + (x - y).powi(2) - 1.5 * x + 2.5 * y + 1.0
}
samples! { gradient mccormick: (-0.54719, -1.54719), (2.0, 3.0) }

/// Eggholder.
#[differentiate]
pub fn eggholder(x: f64, y: f64) -> f64 {
    -(y + 47.0) * ((x / 2.0 + (y + 47.0)).abs()).sqrt().sin()
        - x * (x - (y + 47.0)).abs().sqrt().sin()
}
samples! { gradient eggholder: (512.0, 404.2319), (-10.0, 20.0) }

/// Zakharov's function.
#[differentiate]
pub fn zakharov(x: Vec<f64>) -> f64 {
    let mut squares = 0.0;
    let mut weighted = 0.0;
    for (i, v) in x.iter().enumerate() {
        squares += v.powi(2);
        weighted += 0.5 * (i + 1) as f64 * v;
    }
    squares + weighted.powi(2) + weighted.powi(4)
}
samples! { gradient zakharov: (vec![0.5, 1.0, -0.25],), (vec![],) }

/// Powell's singular function in groups of four.
#[differentiate]
pub fn powell_singular(x: &[f64]) -> f64 {
    let mut f = 0.0;
    for c in x.chunks_exact(4) {
        f += (c[0] + 10.0 * c[1]).powi(2)
            + 5.0 * (c[2] - c[3]).powi(2)
            + (c[1] - 2.0 * c[2]).powi(4)
            + 10.0 * (c[0] - c[3]).powi(4);
    }
    f
}
samples! { gradient powell_singular:
    (vec![3.0, -1.0, 0.0, 1.0, 0.5, 0.25, 1.0, 2.0],),
    (vec![3.0, -1.0, 0.0, 1.0, 7.0],),
    (vec![],),
}

/// Dixon-Price function.
#[differentiate]
pub fn dixon_price(x: &[f64]) -> f64 {
    let mut f = (x[0] - 1.0).powi(2);
    for i in 1..x.len() {
        f += (i + 1) as f64 * (2.0 * x[i] * x[i] - x[i - 1]).powi(2);
    }
    f
}
samples! { gradient dixon_price: (vec![0.6, 0.3, 1.1],), (vec![1.0],), (vec![],) }

/// Branin's function with named constants.
#[differentiate]
pub fn branin(x: f64, y: f64) -> f64 {
    use std::f64::consts::PI;
    const R: f64 = 6.0;
    const S: f64 = 10.0;
    let b = 5.1 / (4.0 * PI * PI);
    let c = 5.0 / PI;
    let t = 1.0 / (8.0 * PI);
    let valley = y - b * x * x + c * x - R;
    valley * valley + S * (1.0 - t) * x.cos() + S
}
samples! { gradient branin: (2.0, 3.0), (-3.1, 12.2) }
