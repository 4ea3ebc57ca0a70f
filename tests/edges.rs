//! Points where functions have no derivative, or where numbers end: the conventions that the
//! documentation promises, and branches that are not taken.

use autodiff_core::differentiate;

/// Equal bit for bit; every NaN equals every NaN.
fn same(actual: f64, expected: f64) -> bool {
    actual.to_bits() == expected.to_bits() || (actual.is_nan() && expected.is_nan())
}

macro_rules! unary {
    ($($test:ident: $x:ident => $body:expr; $($at:expr => $slope:expr),+;)*) => {$(
        #[test]
        fn $test() {
            #[differentiate]
            fn function($x: f64) -> f64 {
                $body
            }
            for (at, expected) in [$(($at, $slope)),+] {
                let (value, slope) = function::value_and_gradient(at);
                assert!(same(value, function(at)), "value {value} at {at}");
                assert_eq!(slope, expected, "slope at {at}");
            }
        }
    )*};
}

const INF: f64 = f64::INFINITY;

unary! {
    the_absolute_value_is_flat_at_zero: x => x.abs(); 0.0 => 0.0, -0.0 => 0.0, 2.0 => 1.0, -2.0 => -1.0;
    square_roots_are_vertical_at_zero: x => x.sqrt(); 0.0 => INF, 4.0 => 0.25, INF => 0.0;
    cube_roots_are_vertical_at_zero: x => x.cbrt(); 0.0 => INF, 8.0 => 1.0 / 12.0;
    steps_are_flat: x => x.floor() + x.ceil() + x.round() + x.trunc() + x.signum();
        0.0 => 0.0, 0.5 => 0.0, 2.0 => 0.0, -1.5 => 0.0;
    the_fraction_has_slope_one: x => x.fract(); 0.0 => 1.0, 1.75 => 1.0, -3.0 => 1.0;
    a_clamp_includes_its_bounds: x => x.clamp(-1.0, 1.0);
        -2.0 => 0.0, -1.0 => 1.0, 0.0 => 1.0, 1.0 => 1.0, 1.5 => 0.0;
    a_cast_to_an_integer_is_flat: x => x as i64 as f64 + (x as f32 as f64);
        2.5 => 1.0, -0.5 => 1.0;
}

#[test]
fn a_tie_goes_to_the_second_argument() {
    #[differentiate]
    fn larger(a: f64, b: f64) -> f64 {
        a.max(b)
    }
    #[differentiate]
    fn smaller(a: f64, b: f64) -> f64 {
        a.min(b)
    }
    assert_eq!(larger::gradient(1.0, 1.0), (0.0, 1.0));
    assert_eq!(larger::gradient(2.0, 1.0), (1.0, 0.0));
    assert_eq!(larger::gradient(1.0, 2.0), (0.0, 1.0));
    assert_eq!(smaller::gradient(1.0, 1.0), (0.0, 1.0));
    assert_eq!(smaller::gradient(1.0, 2.0), (1.0, 0.0));
    // NaN is never chosen.
    assert_eq!(larger::gradient(f64::NAN, 2.0), (0.0, 1.0));
    assert_eq!(larger::gradient(2.0, f64::NAN), (1.0, 0.0));
    assert_eq!(smaller::gradient(2.0, f64::NAN), (1.0, 0.0));
}

#[test]
fn a_power_of_zero_is_flat_in_its_exponent() {
    #[differentiate]
    fn power(x: f64, y: f64) -> f64 {
        x.powf(y)
    }
    assert_eq!(power::gradient(0.0, 2.0), (0.0, 0.0));
    assert_eq!(power::gradient(0.0, 1.0), (1.0, 0.0));
    assert_eq!(power::gradient(3.0, 0.0), (0.0, 3f64.ln()));
    #[differentiate(wrt(x))]
    fn integer(x: f64, n: i32) -> f64 {
        x.powi(n)
    }
    assert_eq!(integer::gradient(0.0, 0), 0.0);
    assert_eq!(integer::gradient(0.0, 1), 1.0);
    assert_eq!(integer::gradient(0.0, 3), 0.0);
    assert_eq!(integer::gradient(-2.0, 3), 12.0);
}

#[test]
fn lengths_and_angles_are_flat_at_the_origin() {
    #[differentiate]
    fn length(x: f64, y: f64) -> f64 {
        x.hypot(y)
    }
    #[differentiate]
    fn angle(y: f64, x: f64) -> f64 {
        y.atan2(x)
    }
    assert_eq!(length::gradient(0.0, 0.0), (0.0, 0.0));
    assert_eq!(length::gradient(-3.0, 0.0), (-1.0, 0.0));
    let (dx, dy) = length::gradient(3e200, 4e200);
    assert!((dx - 0.6).abs() < 1e-15 && (dy - 0.8).abs() < 1e-15);
    assert_eq!(angle::gradient(0.0, 0.0), (0.0, 0.0));
    assert_eq!(angle::gradient(0.0, 2.0), (0.5, 0.0));
}

#[test]
fn the_branch_that_is_not_taken_contributes_nothing() {
    #[differentiate]
    fn guarded(x: f64, y: f64) -> f64 {
        if x > 0.0 { (x.sqrt() + x.ln()) / y } else { x * y }
    }
    assert_eq!(guarded::value_and_gradient(-4.0, 0.0), (-0.0, (0.0, -4.0)));
    assert_eq!(guarded::value_and_gradient(0.0, 3.0), (0.0, (3.0, 0.0)));

    #[differentiate]
    fn in_a_loop(x: &[f64]) -> f64 {
        let mut sum = 0.0;
        for v in x {
            sum += if *v > 0.0 {
                v.ln()
            } else if *v == 0.0 {
                1.0 / (v - 1.0)
            } else {
                (-v).sqrt()
            };
        }
        sum
    }
    assert_eq!(in_a_loop::gradient(&[2.0, 0.0, -4.0]), [0.5, -1.0, -0.25]);

    #[differentiate(wrt(x))]
    fn out_of_range(x: &[f64], i: usize) -> f64 {
        if i < x.len() { x[i] * x[i] } else { 0.0 }
    }
    assert_eq!(out_of_range::gradient(&[1.0, 2.0], 1), [0.0, 4.0]);
    assert_eq!(out_of_range::gradient(&[1.0, 2.0], 7), [0.0, 0.0]);

    #[differentiate(wrt(x))]
    fn overflowing(x: f64, n: i32) -> f64 {
        let factor = if n < 40_000 { n * n } else { 1 };
        x * factor as f64
    }
    assert_eq!(overflowing::gradient(2.0, 1_000_000), 1.0);
}

#[test]
fn a_constant_factor_of_infinity_does_not_reach_other_inputs() {
    #[differentiate(wrt(x))]
    fn scaled(x: f64, infinite: f64) -> f64 {
        x + 0.0 * infinite.sqrt()
    }
    assert_eq!(scaled::gradient(2.0, INF), 1.0);

    #[differentiate]
    fn unused_branch_of_a_sum(x: f64, y: f64) -> f64 {
        let unused = (x - x).sqrt();
        let _ = unused;
        x * y
    }
    assert_eq!(unused_branch_of_a_sum::gradient(2.0, 3.0), (3.0, 2.0));
}

#[test]
fn nan_and_infinity_pass_through() {
    #[differentiate]
    fn quotient(x: f64, y: f64) -> f64 {
        x / y
    }
    let (value, (dx, dy)) = quotient::value_and_gradient(1.0, 0.0);
    assert_eq!((value, dx, dy), (INF, INF, -INF));
    let (value, (dx, _)) = quotient::value_and_gradient(f64::NAN, 2.0);
    assert!(value.is_nan());
    assert_eq!(dx, 0.5);

    #[differentiate]
    fn exponential(x: f64) -> f64 {
        x.exp()
    }
    assert_eq!(exponential::value_and_gradient(1000.0), (INF, INF));
    assert_eq!(exponential::value_and_gradient(-1000.0), (0.0, 0.0));
    assert!(exponential::gradient(f64::NAN).is_nan());
}

#[test]
fn negative_zero_is_kept() {
    #[differentiate]
    fn sum(x: &[f64]) -> f64 {
        x.iter().sum()
    }
    #[differentiate]
    fn plus_zero(x: f64) -> f64 {
        (x + 0.0) * 1.0 - 0.0
    }
    assert!(same(sum::value(&[]), [].iter().sum()));
    assert!(same(sum::value(&[-0.0]), -0.0));
    assert!(same(plus_zero::value(-0.0), 0.0));
    assert!(same(plus_zero::value(0.0), 0.0));
}

#[test]
fn empty_inputs_and_zero_trips() {
    #[differentiate]
    fn energy(x: &[f64], k: f64) -> f64 {
        let mut e = 0.0;
        for w in x.windows(2) {
            e += k * (w[1] - w[0]).powi(2);
        }
        e
    }
    assert_eq!(energy::value_and_gradient(&[], 2.0), (0.0, (vec![], 0.0)));
    assert_eq!(energy::value_and_gradient(&[5.0], 2.0), (0.0, (vec![0.0], 0.0)));
}

#[test]
fn panics_of_the_original_happen_in_the_gradient() {
    #[differentiate]
    fn checked(x: &[f64]) -> f64 {
        let mut sum = 0.0;
        for v in x {
            assert!(*v >= 0.0, "negative: {v}");
            sum += v.sqrt();
        }
        sum
    }
    let message = autodiff_oracle_runtime::caught(|| checked::gradient(&[1.0, -2.0])).unwrap_err();
    assert_eq!(message, "negative: -2");
    assert_eq!(checked::gradient(&[1.0, 4.0]), [0.5, 0.25]);

    #[differentiate]
    fn short(x: &[f64], y: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len() {
            sum += x[i] * y[i];
        }
        sum
    }
    let message =
        autodiff_oracle_runtime::caught(|| short::gradient(&[1.0, 2.0], &[3.0])).unwrap_err();
    assert_eq!(message, "index out of bounds: the len is 1 but the index is 1");
}

#[test]
fn buffers_of_the_wrong_length_are_named() {
    #[differentiate]
    fn square(x: &[f64]) -> f64 {
        x.iter().map(|v| v * v).sum()
    }
    let mut short = [0.0; 1];
    let message =
        autodiff_oracle_runtime::caught(|| square::gradient_into(&[1.0, 2.0], &mut short))
            .unwrap_err();
    assert!(message.contains("x"), "{message}");
}
