//! Lane math at every level of the machine and at the portable one: against correctly rounded values, against the
//! standard library at random bit patterns, and at special values.
#![cfg(feature = "simd")]

use std::collections::BTreeMap;

use autodiff_core::__private::lanes;
use autodiff_core::special;
use fearless_simd::prelude::*;
use fearless_simd::{Level, f32x16, f64x8};

/// The levels of the machine, by name. SSE4.2 is left out: its kernels are SSE2's but for blends, and each level
/// costs a minute of compilation. The portable level has a test of its own.
fn levels() -> Vec<(&'static str, Level)> {
    let best = Level::new();
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    return [
        best.as_sse2().map(|token| ("SSE2", Level::Sse2(token))),
        best.as_avx2().map(|token| ("AVX2", Level::Avx2(token))),
        best.as_avx512().map(|token| ("AVX-512", Level::Avx512(token))),
    ]
    .into_iter()
    .flatten()
    .collect();
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    vec![("best", best)]
}

/// `dispatch!` between those.
macro_rules! at_level {
    ($level:expr, $simd:ident => $body:expr) => {
        match $level {
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Sse2($simd) => $simd.vectorize(
                #[inline(always)]
                || $body,
            ),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Avx2($simd) => $simd.vectorize(
                #[inline(always)]
                || $body,
            ),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Avx512($simd) => $simd.vectorize(
                #[inline(always)]
                || $body,
            ),
            #[cfg(target_arch = "aarch64")]
            Level::Neon($simd) => $simd.vectorize(
                #[inline(always)]
                || $body,
            ),
            other => unreachable!("not among the levels: {other:?}"),
        }
    };
}

/// Applies a function on vectors to slices whose length is a multiple of eight.
#[inline(always)]
fn over<S: Simd>(
    simd: S,
    x: &[f64],
    y: &[f64],
    function: impl Fn(f64x8<S>, f64x8<S>) -> f64x8<S>,
) -> Vec<f64> {
    let (x, y) = (x.chunks_exact(8), y.chunks_exact(8));
    assert!(x.remainder().is_empty() && y.remainder().is_empty());
    x.zip(y)
        .flat_map(
            #[inline(always)]
            |(x, y)| *function(f64x8::from_slice(simd, x), f64x8::from_slice(simd, y)),
        )
        .collect()
}

/// The same for vectors of sixteen.
#[inline(always)]
fn over_single<S: Simd>(
    simd: S,
    x: &[f32],
    y: &[f32],
    function: impl Fn(f32x16<S>, f32x16<S>) -> f32x16<S>,
) -> Vec<f32> {
    let (x, y) = (x.chunks_exact(16), y.chunks_exact(16));
    assert!(x.remainder().is_empty() && y.remainder().is_empty());
    x.zip(y)
        .flat_map(
            #[inline(always)]
            |(x, y)| *function(f32x16::from_slice(simd, x), f32x16::from_slice(simd, y)),
        )
        .collect()
}

type Single = fn(Level, &[f32], &[f32]) -> Vec<f32>;

/// A function in lanes, for both types, and the scalar one.
struct Function {
    name: &'static str,
    double: fn(Level, &[f64], &[f64]) -> Vec<f64>,
    /// Sixteen `f32` take the same way to every kernel, so that a few functions show it.
    single: Option<Single>,
    scalar: fn(f64, f64) -> f64,
    /// The scalar function of `f32`, where the result is one rounding or none.
    scalar_single: Option<fn(f32, f32) -> f32>,
}

macro_rules! function {
    ($name:expr, |$x:ident, $y:ident| $lanes:expr, $scalar:expr, $single:expr) => {
        Function {
            name: $name,
            double: |level, x, y| {
                at_level!(level, simd => over(simd, x, y, #[inline(always)] |$x, $y| $lanes))
            },
            single: Some(|level, x, y| {
                at_level!(level, simd => over_single(simd, x, y, #[inline(always)] |$x, $y| $lanes))
            }),
            scalar: $scalar,
            scalar_single: $single,
        }
    };
    (double $name:expr, |$x:ident, $y:ident| $lanes:expr, $scalar:expr) => {
        Function {
            name: $name,
            double: |level, x, y| {
                at_level!(level, simd => over(simd, x, y, #[inline(always)] |$x, $y| $lanes))
            },
            single: None,
            scalar: $scalar,
            scalar_single: None,
        }
    };
}

macro_rules! unary {
    ($($name:ident)*) => {
        vec![$(function!(double stringify!($name), |x, _y| lanes::$name(x), |x, _| x.$name())),*]
    };
}

/// Functions computed by kernels.
fn kernels() -> Vec<Function> {
    let mut functions = unary! {
        tanh cos tan exp_m1 ln_1p exp2 log2 log10 sinh cosh asin acos atan asinh acosh atanh cbrt
    };
    functions.extend([
        function!("exp", |x, _y| lanes::exp(x), |x, _| x.exp(), None),
        function!("ln", |x, _y| lanes::ln(x), |x, _| x.ln(), None),
        function!("sin", |x, _y| lanes::sin(x), |x, _| x.sin(), None),
        function!(double "sech_squared", |x, _y| lanes::sech_squared(x), |x, _| special::sech_squared(x)),
        function!("sin of sin_cos", |x, _y| lanes::sin_cos(x).0, |x, _| x.sin(), None),
        function!(double "cos of sin_cos", |x, _y| lanes::sin_cos(x).1, |x, _| x.cos()),
        function!("powf", |x, y| lanes::powf(x, y), f64::powf, None),
        function!(double "atan2", |x, y| lanes::atan2(x, y), f64::atan2),
        function!(double "hypot", |x, y| lanes::hypot(x, y), f64::hypot),
    ]);
    functions
}

/// Functions whose bits are those of the scalar function.
fn exact() -> Vec<Function> {
    macro_rules! exact {
        ($($name:ident)*) => {
            vec![$(function!(
                stringify!($name),
                |x, _y| lanes::$name(x),
                |x, _| x.$name(),
                Some(|x, _| x.$name())
            )),*]
        };
    }
    let mut functions = exact! { sqrt abs recip floor ceil round trunc fract signum };
    functions.extend([
        function!("copysign", |x, y| lanes::copysign(x, y), f64::copysign, Some(f32::copysign)),
        function!("rem", |x, y| lanes::rem(x, y), |x, y| x % y, Some(|x, y| x % y)),
        function!("max", |x, y| lanes::max(x, y), max, Some(|x, y| max(x.into(), y.into()) as f32)),
        function!(
            "min",
            |x, y| lanes::min(x, y),
            |x, y| -max(-x, -y),
            Some(|x, y| -max(-f64::from(x), -f64::from(y)) as f32)
        ),
        function!(
            "clamp",
            |x, y| lanes::clamp(x, -lanes::abs(y), lanes::abs(y)),
            |x, y| if y.is_nan() { x } else { x.clamp(-y.abs(), y.abs()) },
            Some(|x, y| if y.is_nan() { x } else { x.clamp(-y.abs(), y.abs()) })
        ),
        function!(
            "erf",
            |x, _y| lanes::erf(x),
            |x, _| special::erf(x),
            Some(|x, _| special::erf(x))
        ),
        function!(
            "erfc",
            |x, _y| lanes::erfc(x),
            |x, _| special::erfc(x),
            Some(|x, _| special::erfc(x))
        ),
        function!(
            "norm_cdf",
            |x, _y| lanes::norm_cdf(x),
            |x, _| special::norm_cdf(x),
            Some(|x, _| special::norm_cdf(x))
        ),
        function!(
            "ln_gamma",
            |x, _y| lanes::ln_gamma(x),
            |x, _| special::ln_gamma(x),
            Some(|x, _| special::ln_gamma(x))
        ),
        function!(
            "digamma",
            |x, _y| lanes::digamma(x),
            |x, _| special::digamma(x),
            Some(|x, _| special::digamma(x))
        ),
    ]);
    functions
}

/// From here on the circular functions leave vectors to the standard library.
const FAR: f64 = 51_471.0;

/// The larger, and the second where they are equal, since the standard library leaves the zeros' sign open.
fn max(x: f64, y: f64) -> f64 {
    if x == y { y } else { x.max(y) }
}

/// `powi` takes one exponent for all lanes.
fn powi(level: Level, x: f64, n: i32) -> f64 {
    at_level!(level, simd => over(simd, &[x; 8], &[x; 8], #[inline(always)] |x, _y| lanes::powi(x, n)))
        [0]
}

/// How many floats lie between two, with infinity after the largest; NaN is NaN.
fn distance(a: f64, b: f64) -> f64 {
    let order = |x: f64| {
        let bits = x.to_bits().cast_signed();
        if bits < 0 { i128::from(i64::MIN) - i128::from(bits) } else { i128::from(bits) }
    };
    match (a.is_nan(), b.is_nan()) {
        (true, true) => 0.0,
        (false, false) => (order(a) - order(b)) as f64,
        _ => f64::INFINITY,
    }
}

/// [`distance`] for `f32`.
fn distance_single(a: f32, b: f32) -> f64 {
    let order = |x: f32| {
        let bits = i64::from(x.to_bits().cast_signed());
        if bits < 0 { i64::from(i32::MIN) - bits } else { bits }
    };
    match (a.is_nan(), b.is_nan()) {
        (true, true) => 0.0,
        (false, false) => (order(a) - order(b)) as f64,
        _ => f64::INFINITY,
    }
}

/// The worst errors of a test, which names all that are too large.
#[derive(Default)]
struct Worst(BTreeMap<String, (f64, String)>, Vec<String>);

impl Worst {
    fn see(&mut self, name: &str, level: &str, error: f64, bound: f64, what: impl Fn() -> String) {
        let entry = self.0.entry(format!("{name} {level}")).or_default();
        if error > entry.0 {
            *entry = (error, what());
        }
        if error > bound && self.1.len() < 60 {
            self.1.push(format!("{name} at {level}: off by {error} ulp: {}", what()));
        }
    }

    fn finish(self) {
        for (name, (error, what)) in &self.0 {
            println!("{name}: {error:.2} {what}");
        }
        assert!(self.1.is_empty(), "\n{}", self.1.join("\n"));
    }
}

/// 64 bits of noise (Steele et al., "Fast splittable pseudorandom number generators", OOPSLA 2014).
fn noise(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Arguments: of eight, two are any bit patterns, the others numbers with exponents between -20 and 12.
fn arguments(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    (0..count)
        .map(|k| {
            let bits = noise(&mut state);
            if k % 8 < 2 {
                return f64::from_bits(bits);
            }
            let exponent = 1003 + noise(&mut state) % 32;
            f64::from_bits((bits & !(0x7ff << 52)) | (exponent << 52))
        })
        .collect()
}

#[test]
fn values_agree_with_the_table() {
    let many = std::env::var("LANES_TABLE").ok().map(|path| std::fs::read_to_string(path).unwrap());
    let table = many.as_deref().unwrap_or(include_str!("../../tests/references/lanes.csv"));
    let mut rows = BTreeMap::<&str, Vec<(f64, f64, f64, f64)>>::new();
    for line in table.lines().skip(1) {
        let [name, x, y, value, rest] = line.split(',').collect::<Vec<_>>()[..] else {
            panic!("malformed line {line}")
        };
        let number = |hex: &str| f64::from_bits(u64::from_str_radix(hex, 16).unwrap_or(0));
        let rest = rest.parse::<f64>().unwrap() / 100.0;
        rows.entry(name).or_default().push((number(x), number(y), number(value), rest));
    }
    let functions = kernels();
    let mut worst = Worst::default();
    for (name, rows) in rows {
        let padded = rows.len().next_multiple_of(8);
        let column = |of: fn(&(f64, f64, f64, f64)) -> f64| {
            let mut column: Vec<f64> = rows.iter().map(of).collect();
            column.resize(padded, 0.5);
            column
        };
        let (x, y) = (column(|row| row.0), column(|row| row.1));
        for (level_name, level) in levels() {
            let values = if name == "powi" {
                x.iter().zip(&y).map(|(x, n)| powi(level, *x, *n as i32)).collect()
            } else {
                let function = functions.iter().find(|function| function.name == name);
                (function.unwrap_or_else(|| panic!("no function {name}")).double)(level, &x, &y)
            };
            for (&(x, y, mut expected, mut rest), actual) in rows.iter().zip(values) {
                if matches!(name, "sin" | "cos" | "tan") && x.abs() > FAR {
                    // The standard library's bits, which are off by more where f64 comes closest to a
                    // multiple of π/2: by 14 ulp for the tangent of 6381956970095103 · 2⁷⁹⁷.
                    let scalar = functions.iter().find(|function| function.name == name);
                    (expected, rest) = ((scalar.unwrap().scalar)(x, y), 0.0);
                    assert_eq!(actual.to_bits(), expected.to_bits(), "{name}({x:e})");
                }
                let error = (distance(actual, expected) - rest).abs();
                worst.see(name, level_name, error, 2.0, || {
                    format!("{name}({x:e}, {y:e}) = {actual:e}, not {expected:e}")
                });
            }
        }
    }
    worst.finish();
}

/// The standard library's own error is up to one ulp for most of these and two for some. Its inverse hyperbolic
/// functions and the scalar `sech_squared` are not accurate enough to compare with; for those there is the table.
#[test]
fn values_agree_with_the_standard_library() {
    let count = if cfg!(debug_assertions) { 4096 } else { 1 << 20 };
    let (x, y) = (arguments(count, 1), arguments(count, 2));
    let mut worst = Worst::default();
    for function in kernels() {
        if matches!(function.name, "asinh" | "acosh" | "atanh" | "sech_squared") {
            continue;
        }
        let expected: Vec<f64> = x.iter().zip(&y).map(|(x, y)| (function.scalar)(*x, *y)).collect();
        for (level_name, level) in levels() {
            let actual = (function.double)(level, &x, &y);
            for (k, (actual, expected)) in actual.iter().zip(&expected).enumerate() {
                let error = distance(*actual, *expected).abs();
                worst.see(function.name, level_name, error, 3.0, || {
                    format!("({:e}, {:e}) gives {actual:e}, not {expected:e}", x[k], y[k])
                });
            }
        }
    }
    worst.finish();
}

/// `f32` against the `f64` function, rounded.
#[test]
fn single_precision_is_the_rounded_double() {
    let count = if cfg!(debug_assertions) { 4096 } else { 1 << 20 };
    let single = |seed| -> Vec<f32> {
        let mut state = seed;
        arguments(count, seed)
            .into_iter()
            .map(|x| {
                let bits = noise(&mut state);
                if bits.is_multiple_of(4) { f32::from_bits(bits as u32) } else { x as f32 }
            })
            .collect()
    };
    let (x, y) = (single(3), single(4));
    let mut worst = Worst::default();
    for function in kernels() {
        let Some(single) = function.single else { continue };
        let expected: Vec<f32> = x
            .iter()
            .zip(&y)
            .map(|(x, y)| (function.scalar)(f64::from(*x), f64::from(*y)) as f32)
            .collect();
        for (level_name, level) in levels() {
            let actual = single(level, &x, &y);
            for (k, (actual, expected)) in actual.iter().zip(&expected).enumerate() {
                let error = distance_single(*actual, *expected).abs();
                worst.see(function.name, level_name, error, 1.0, || {
                    format!("({:e}, {:e}) gives {actual:e}, not {expected:e}", x[k], y[k])
                });
            }
        }
    }
    worst.finish();
}

const SPECIAL: [f64; 24] = [
    0.0,
    -0.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    5e-324,
    -5e-324,
    1e-310,
    f64::MIN_POSITIVE,
    f64::MAX,
    f64::MIN,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    -2.0,
    3.0,
    -3.0,
    2.5,
    1e-30,
    -1e30,
    4503599627370497.5,
    9007199254740993.0,
];

/// Every special value with every other, in the standard library's way: within 3 ulp and with the zeros' signs;
/// where it is exact, to the bit.
#[test]
fn special_values_are_those_of_the_standard_library() {
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for a in SPECIAL {
        for b in SPECIAL {
            x.push(a);
            y.push(b);
        }
    }
    let single = |values: &[f64]| values.iter().map(|x| *x as f32).collect::<Vec<f32>>();
    let (x_single, y_single) = (single(&x), single(&y));
    let mut failures = Vec::new();
    let agree = |actual: f64, expected: f64, exact: bool| {
        let signs = actual.is_nan() || actual.is_sign_negative() == expected.is_sign_negative();
        signs && distance(actual, expected).abs() <= if exact { 0.0 } else { 3.0 }
    };
    for (functions, exact) in [(kernels(), false), (exact(), true)] {
        for function in functions {
            for (level_name, level) in levels() {
                let values = (function.double)(level, &x, &y);
                for (k, actual) in values.into_iter().enumerate() {
                    let expected = (function.scalar)(x[k], y[k]);
                    // The standard library's overflows there; the value is 710.5.
                    let known = matches!(function.name, "asinh" | "acosh")
                        && x[k].abs() == f64::MAX
                        && distance(actual.abs(), 710.475_860_073_943_9).abs() <= 1.0;
                    if !known && !agree(actual, expected, exact) {
                        failures.push(format!(
                            "{} at {level_name}: ({:e}, {:e}) gives {actual:e}, not {expected:e}",
                            function.name, x[k], y[k]
                        ));
                    }
                }
                let values = function.single.map(|single| single(level, &x_single, &y_single));
                for (k, actual) in values.into_iter().flatten().enumerate() {
                    let expected = match function.scalar_single {
                        Some(scalar) => scalar(x_single[k], y_single[k]),
                        None => (function.scalar)(x_single[k].into(), y_single[k].into()) as f32,
                    };
                    let (actual, expected) = (f64::from(actual), f64::from(expected));
                    if !agree(actual, expected, true) {
                        failures.push(format!(
                            "{} of f32 at {level_name}: ({:e}, {:e}) gives {actual:e}, not {expected:e}",
                            function.name, x_single[k], y_single[k]
                        ));
                    }
                }
            }
        }
    }
    failures.truncate(60);
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// Rounding and the like at random bit patterns, to the bit.
#[test]
fn exact_functions_have_the_bits_of_the_standard_library() {
    let count = if cfg!(debug_assertions) { 2048 } else { 1 << 16 };
    let (x, y) = (arguments(count, 5), arguments(count, 6));
    for function in exact() {
        for (level_name, level) in levels() {
            for (k, actual) in (function.double)(level, &x, &y).into_iter().enumerate() {
                let expected = (function.scalar)(x[k], y[k]);
                let same = actual.to_bits() == expected.to_bits()
                    || (actual.is_nan() && expected.is_nan());
                assert!(
                    same,
                    "{} at {level_name}: ({:e}, {:e}) gives {actual:e}, not {expected:e}",
                    function.name, x[k], y[k]
                );
            }
        }
    }
}

/// The portable level, by functions that use all building blocks. The optimizer takes minutes for it.
#[cfg(debug_assertions)]
#[test]
fn the_portable_level_agrees_with_the_standard_library() {
    let Level::Fallback(portable) = Level::fallback() else { unreachable!("asked for") };
    let (x, y) = (arguments(1 << 15, 7), arguments(1 << 15, 8));
    let mut worst = Worst::default();
    macro_rules! portable {
        ($($name:ident)*) => {$(
            for (k, actual) in over(portable, &x, &y, |x, _y| lanes::$name(x)).into_iter().enumerate() {
                let expected = x[k].$name();
                worst.see(stringify!($name), "portable", distance(actual, expected).abs(), 3.0, || {
                    format!("({:e}) gives {actual:e}, not {expected:e}", x[k])
                });
            }
        )*};
    }
    portable! { exp ln tanh sin atan asin log2 exp_m1 ln_1p }
    for (k, actual) in over(portable, &x, &y, lanes::powf).into_iter().enumerate() {
        let expected = x[k].powf(y[k]);
        worst.see("powf", "portable", distance(actual, expected).abs(), 3.0, || {
            format!("({:e}, {:e}) gives {actual:e}, not {expected:e}", x[k], y[k])
        });
    }
    worst.finish();
}

/// Every `f32` there is, at the best level, against the rounded `f64` function; minutes. Run with
/// `cargo test --release -p autodiff-core --test lanes every_single -- --ignored --nocapture`.
#[test]
#[ignore = "takes minutes"]
fn every_single() {
    let level = levels().pop().unwrap().1;
    let mut worst = Worst::default();
    for name in ["exp", "ln", "sin"] {
        let functions = kernels();
        let function = functions.iter().find(|function| function.name == name).unwrap();
        for block in 0..1_u32 << 16 {
            let x: Vec<f32> = (0..1 << 16).map(|k| f32::from_bits((block << 16) | k)).collect();
            for (x, actual) in x.iter().zip(function.single.unwrap()(level, &x, &x)) {
                let expected = (function.scalar)(f64::from(*x), 0.0) as f32;
                worst.see(name, "", distance_single(actual, expected).abs(), 1.0, || {
                    format!("({x:e}) gives {actual:e}, not {expected:e}")
                });
            }
        }
    }
    worst.finish();
}

/// Nanoseconds per element. Run with
/// `cargo test --release -p autodiff-core --test lanes speed -- --ignored --nocapture`.
#[test]
#[ignore = "measures, does not judge"]
fn speed() {
    #[inline(always)]
    fn pass<S: Simd, V: lanes::LaneFloat<S>>(
        simd: S,
        x: &[V::Element],
        into: &mut [V::Element],
        function: impl Fn(V) -> V,
    ) {
        for (x, into) in x.chunks_exact(V::LEN).zip(into.chunks_exact_mut(V::LEN)) {
            function(V::from_slice(simd, x)).store_slice(into);
        }
    }
    let x: Vec<f64> = (0..2048).map(|k| 0.1 + f64::from(k) / 256.0).collect();
    let x_single: Vec<f32> = x.iter().map(|x| *x as f32).collect();
    let (mut into, mut into_single) = (x.clone(), x_single.clone());
    let time = |run: &mut dyn FnMut()| {
        let rounds = 300;
        (0..15)
            .map(|_| {
                let start = std::time::Instant::now();
                (0..rounds).for_each(|_| run());
                start.elapsed().as_secs_f64() * 1e9 / f64::from(rounds * 2048)
            })
            .fold(f64::INFINITY, f64::min)
    };
    macro_rules! measure {
        ($($name:ident)*) => {$(
            let scalar = time(&mut || {
                for (x, into) in x.iter().zip(&mut into) {
                    *into = std::hint::black_box(*x).$name();
                }
            });
            println!("{} scalar: {scalar:.2} ns", stringify!($name));
            for (level_name, level) in levels() {
                let double = time(&mut || at_level!(level, simd => pass(simd, &x, &mut into, #[inline(always)] |x: f64x8<_>| lanes::$name(x))));
                let single = time(&mut || at_level!(level, simd => pass(simd, &x_single, &mut into_single, #[inline(always)] |x: f32x16<_>| lanes::$name(x))));
                println!("{} {level_name}: f64 {double:.2} ns, f32 {single:.2} ns", stringify!($name));
            }
        )*};
    }
    measure! { exp ln tanh sin }
}

#[test]
fn integer_powers_have_special_values() {
    for (level_name, level) in levels() {
        for n in [
            -1000,
            -65,
            -64,
            -7,
            -5,
            -4,
            -3,
            -2,
            -1,
            0,
            1,
            2,
            3,
            4,
            5,
            7,
            64,
            65,
            1000,
            i32::MAX,
            i32::MIN,
        ] {
            for x in SPECIAL {
                let (actual, expected) = (powi(level, x, n), x.powf(f64::from(n)));
                assert!(
                    distance(actual, expected).abs() <= 3.0
                        && (actual.is_nan()
                            || actual.is_sign_negative() == expected.is_sign_negative()),
                    "{x:e} to the {n} at {level_name} gives {actual:e}, not {expected:e}"
                );
            }
        }
    }
}

#[test]
fn bounds_in_the_wrong_order_are_told() {
    let ordered = |least: f64, most: f64| at_level!(Level::new(), simd => lanes::bounds_are_ordered(f64x8::splat(simd, least), f64x8::splat(simd, most)));
    assert!(ordered(-1.0, 1.0) && ordered(1.0, 1.0));
    assert!(!ordered(1.0, -1.0) && !ordered(f64::NAN, 1.0) && !ordered(1.0, f64::NAN));
}
