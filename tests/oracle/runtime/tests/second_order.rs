//! The numbers of the oracle at second order: compositions beside num-dual's own hyper-dual numbers, and
//! every method beside differences of its first derivative.

use autodiff_oracle_runtime::{Dual, special};
use num_dual::{DualNum, HyperDual64};

/// Random numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, count: usize) -> usize {
        (self.bits() >> 33) as usize % count
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }
}

type Unary<T> = fn(T) -> T;
type Binary<T> = fn(T, T) -> T;

/// Operations that keep numbers of moderate size moderate, twice.
const UNARY: &[(Unary<Dual>, Unary<HyperDual64>)] = &[
    (|x| -x, |x| -x),
    (|x| x.sin(), |x| x.sin()),
    (|x| x.cos(), |x| x.cos()),
    (|x| x.atan(), |x| x.atan()),
    (|x| x.tanh(), |x| x.tanh()),
    (|x| x.asinh(), |x| x.asinh()),
    (|x| (-(x * x)).exp(), |x| (-(x * x)).exp()),
    (|x| (x * x).ln_1p(), |x| (x * x).ln_1p()),
    (|x| (x * x + Dual::from(1)).sqrt(), |x| (x * x + 1.0).sqrt()),
    (|x| (x * x + Dual::from(2)).ln(), |x| (x * x + 2.0).ln()),
    (|x| (x * x + Dual::from(2)).cbrt(), |x| (x * x + 2.0).cbrt()),
    (|x| (x * x + Dual::from(1)).recip(), |x| (x * x + 1.0).recip()),
    (|x| (x.sin() * Dual::from(0.5)).asin(), |x| (x.sin() * 0.5).asin()),
    (|x| x.sin().powi(3), |x| x.sin().powi(3)),
    (|x| x.tanh().exp2(), |x| x.tanh().exp2()),
];

const BINARY: &[(Binary<Dual>, Binary<HyperDual64>)] = &[
    (|x, y| x + y, |x, y| x + y),
    (|x, y| x - y, |x, y| x - y),
    (|x, y| x.sin() * y, |x, y| x.sin() * y),
    (|x, y| x / (y * y + Dual::from(1)), |x, y| x / (y * y + 1.0)),
    (
        |x, y| (x * x + Dual::from(1)).powf(y.sin()),
        |x, y| ((x * x + 1.0).ln() * y.sin()).exp(), // x^y = exp(y ln x)
    ),
];

#[test]
fn compositions_are_those_of_num_dual() {
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let mut compared = 0;
    for _ in 0..2000 {
        let (x, y) = (random.between(-2.0, 2.0), random.between(-2.0, 2.0));
        let mut ours = vec![Dual::input(x, true, false), Dual::input(y, false, true)];
        let mut theirs =
            vec![HyperDual64::new(x, 1.0, 0.0, 0.0), HyperDual64::new(y, 0.0, 1.0, 0.0)];
        for _ in 0..8 {
            let (i, j) = (random.below(ours.len()), random.below(ours.len()));
            let choice = random.below(UNARY.len() + 3 * BINARY.len());
            if let Some((our, their)) = UNARY.get(choice) {
                ours.push(our(ours[i]));
                theirs.push(their(theirs[i]));
            } else {
                let (our, their) = BINARY[choice % BINARY.len()];
                ours.push(our(ours[i], ours[j]));
                theirs.push(their(theirs[i], theirs[j]));
            }
        }
        for (our, their) in ours.iter().zip(&theirs) {
            compared += 1;
            let pairs = [
                (our.value(), their.re),
                (our.first(), their.eps1),
                (our.second(), their.eps2),
                (our.mixed(), their.eps1eps2),
            ];
            let largest = pairs.iter().fold(1.0_f64, |largest, (_, part)| largest.max(part.abs()));
            for (our, their) in pairs {
                assert!((our - their).abs() <= 1e-12 * largest, "at {x}, {y}: {our} for {their}");
            }
        }
    }
    assert_eq!(compared, 2000 * 10);
}

/// A method, its name, and where to ask it.
type Case<Method, Point> = (&'static str, Method, &'static [Point]);

/// Every method with a first derivative.
const METHODS: &[Case<Unary<Dual>, f64>] = &[
    ("recip", |x| x.recip(), &[-3.0, -1e-3, 0.2, 50.0]),
    ("sqrt", |x| x.sqrt(), &[1e-6, 0.3, 7.0, 1e6]),
    ("cbrt", |x| x.cbrt(), &[-2.0, 1e-6, 0.3, 1e6]),
    ("exp", |x| x.exp(), &[-30.0, -0.1, 0.0, 5.0]),
    ("exp2", |x| x.exp2(), &[-30.0, -0.1, 0.0, 5.0]),
    ("exp_m1", |x| x.exp_m1(), &[-30.0, -1e-9, 0.0, 5.0]),
    ("ln", |x| x.ln(), &[1e-6, 0.3, 1.0, 1e6]),
    ("ln_1p", |x| x.ln_1p(), &[-0.9, -1e-9, 0.0, 1e6]),
    ("log2", |x| x.log2(), &[1e-6, 0.3, 1e6]),
    ("log10", |x| x.log10(), &[1e-6, 0.3, 1e6]),
    ("sin", |x| x.sin(), &[-2.0, 0.0, 0.5, 30.0]),
    ("cos", |x| x.cos(), &[-2.0, 0.0, 0.5, 30.0]),
    ("sin_cos", |x| x.sin_cos().0 * x.sin_cos().1, &[-2.0, 0.0, 0.5, 30.0]),
    ("tan", |x| x.tan(), &[-1.1, 0.0, 0.5, 31.0]),
    ("asin", |x| x.asin(), &[-0.9, 0.0, 0.5, 0.99]),
    ("acos", |x| x.acos(), &[-0.9, 0.0, 0.5, 0.99]),
    ("atan", |x| x.atan(), &[-2.0, 0.0, 0.5, 1e3]),
    ("sinh", |x| x.sinh(), &[-5.0, 0.0, 0.5]),
    ("cosh", |x| x.cosh(), &[-5.0, 0.0, 0.5]),
    ("tanh", |x| x.tanh(), &[-5.0, 0.0, 0.5, 12.0]),
    ("asinh", |x| x.asinh(), &[-1e3, -0.2, 0.0, 0.5, 1e3]),
    ("acosh", |x| x.acosh(), &[1.1, 3.0, 1e3]),
    ("atanh", |x| x.atanh(), &[-0.9, 0.0, 0.5, 0.99]),
    ("powi 1", |x| x.powi(1), &[-2.0, 0.0, 3.0]),
    ("powi 2", |x| x.powi(2), &[-2.0, 0.0, 3.0]),
    ("powi 5", |x| x.powi(5), &[-2.0, 0.0, 3.0]),
    ("powi -3", |x| x.powi(-3), &[-2.0, 0.1, 3.0]),
    ("erf", special::erf, &[-1.5, 0.0, 0.3, 3.0]),
    ("erfc", special::erfc, &[-1.5, 0.0, 0.3, 3.0]),
    ("norm_cdf", special::norm_cdf, &[-1.5, 0.0, 0.3, 3.0]),
    ("ln_gamma", special::ln_gamma, &[-1.5, 0.3, 1.0, 2.0, 30.0]),
    ("digamma", special::digamma, &[-1.5, 0.3, 1.0, 2.0, 30.0]),
    ("abs", |x| x.abs(), &[-2.0, 3.0]),
    ("fract", |x| x.fract(), &[-2.3, 3.4]),
    ("to_radians", |x| x.to_radians(), &[-2.0, 3.0]),
    ("to_degrees", |x| x.to_degrees(), &[-2.0, 3.0]),
];

/// The same for methods of two arguments.
const METHODS_OF_TWO: &[Case<Binary<Dual>, (f64, f64)>] = &[
    ("add", |x, y| x + y, &[(1.0, 2.0)]),
    ("sub", |x, y| x - y, &[(1.0, 2.0)]),
    ("mul", |x, y| x * y, &[(0.0, 2.0), (-3.0, 0.5)]),
    ("div", |x, y| x / y, &[(0.0, 2.0), (-3.0, 0.5), (2.0, -7.0)]),
    ("rem", |x, y| x % y, &[(7.3, 2.0), (-7.3, 2.0)]),
    ("powf", |x, y| x.powf(y), &[(0.3, 2.0), (2.5, -1.5), (4.0, 0.5), (1.0, 0.0)]),
    ("log", |x, y| x.log(y), &[(0.3, 2.0), (5.0, 10.0), (7.0, 0.2)]),
    ("hypot", |x, y| x.hypot(y), &[(3.0, 4.0), (-0.1, 2.0), (0.0, 1.0)]),
    ("atan2", |x, y| x.atan2(y), &[(3.0, 4.0), (-0.1, -2.0), (0.0, 1.0)]),
    ("max", |x, y| (x * x).max(y), &[(3.0, 4.0), (1.0, 4.0)]),
    ("min", |x, y| (x * x).min(y), &[(3.0, 4.0), (1.0, 4.0)]),
    ("copysign", |x, y| (x * x).copysign(y), &[(3.0, -4.0), (1.0, 4.0)]),
    ("midpoint", |x, y| (x * x).midpoint(y), &[(3.0, 4.0)]),
    ("rem_euclid", |x, y| (x * x).rem_euclid(y), &[(2.3, 2.0)]),
    ("mul_add", |x, y| x.mul_add(y, x * x), &[(2.3, 2.0)]),
    ("clamp", |x, y| (x * x).clamp(y, y + y), &[(1.0, 2.0), (1.7, 2.0), (4.0, 2.0)]),
];

/// The derivative of a function at `at`: central differences, extrapolated to the twelfth order.
fn difference(at: f64, f: impl Fn(f64) -> f64) -> f64 {
    // The radius of convergence is no smaller than the distance to 0 or 1, where methods are singular.
    let width = at.abs().min((1.0 - at.abs()).abs()).clamp(1e-7, 0.5);
    let width = if at == 0.0 || at.abs() == 1.0 { 0.1 } else { width };
    let mut row: Vec<f64> = (0..6)
        .map(|level| {
            let step = width / 4.0 / f64::from(1 << level);
            (f(at + step) - f(at - step)) / (2.0 * step)
        })
        .collect();
    for order in 1..6 {
        let factor = 4.0_f64.powi(order);
        row = row.windows(2).map(|pair| pair[1] + (pair[1] - pair[0]) / (factor - 1.0)).collect();
    }
    row[0]
}

#[track_caller]
fn agree(label: &str, found: f64, expected: f64, scale: f64) {
    let error = (found - expected).abs();
    assert!(error <= 1e-7 * scale, "{label}: {found:e}, differences say {expected:e}");
}

#[test]
fn second_derivatives_are_differences_of_first_ones() {
    for (name, method, points) in METHODS {
        for at in *points {
            let first = |x| method(Dual::input(x, true, false)).first();
            let both = method(Dual::input(*at, true, true));
            let expected = difference(*at, first);
            agree(
                &format!("{name} at {at}"),
                both.mixed(),
                expected,
                expected.abs().max(1e-3 * both.first().abs()),
            );
        }
    }
}

#[test]
fn second_derivatives_of_two_arguments_are_differences_of_first_ones() {
    for (name, method, points) in METHODS_OF_TWO {
        for (x, y) in *points {
            let of = |x: f64, y: f64, first: (bool, bool), second: (bool, bool)| {
                method(Dual::input(x, first.0, second.0), Dual::input(y, first.1, second.1))
            };
            for (label, first) in [("x", (true, false)), ("y", (false, true))] {
                let by_x = difference(*x, |x| of(x, *y, first, (false, false)).first());
                let by_y = difference(*y, |y| of(*x, y, first, (false, false)).first());
                let scale = by_x.abs().max(by_y.abs()).max(1.0);
                let label = format!("{name} at {x}, {y}: by {label}");
                agree(&label, of(*x, *y, first, (true, false)).mixed(), by_x, scale);
                agree(&label, of(*x, *y, first, (false, true)).mixed(), by_y, scale);
            }
        }
    }
}

#[test]
fn what_is_linear_has_no_curvature_even_beside_an_infinite_slope() {
    let root = Dual::input(0.0, true, false).sqrt();
    let other = Dual::input(3.0, false, true);
    assert_eq!((root.first(), root.mixed()), (f64::INFINITY, 0.0));
    for sum in
        [root + other, root - other, (root + other).abs(), -(root + other), root.midpoint(other)]
    {
        assert_eq!(sum.mixed(), 0.0);
    }
}
