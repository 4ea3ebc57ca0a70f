//! The special functions against a table of values computed with 40 digits, and at special points.

use autodiff_core::special::{
    detach, digamma, erf, erfc, ln_gamma, norm_cdf, polygamma, sech_squared, trigamma,
};

const TABLE: &str = include_str!("../../tests/references/special.csv");

fn function(name: &str) -> fn(f64) -> f64 {
    match name {
        "erf" => erf,
        "erfc" => erfc,
        "norm_cdf" => norm_cdf,
        "ln_gamma" => ln_gamma,
        "digamma" => digamma,
        "trigamma" => trigamma,
        "sech_squared" => sech_squared,
        "polygamma_2" => |x| polygamma(x, 2),
        "polygamma_3" => |x| polygamma(x, 3),
        "polygamma_10" => |x| polygamma(x, 10),
        other => panic!("no function {other}"),
    }
}

#[test]
fn values_agree_with_the_table() {
    let mut failures = Vec::new();
    let mut worst = std::collections::BTreeMap::<&str, (f64, f64)>::new();
    for line in TABLE.lines().skip(1) {
        let [name, x, expected] = line.split(',').collect::<Vec<_>>()[..] else {
            panic!("malformed line {line}")
        };
        let (x, expected): (f64, f64) = (x.parse().unwrap(), expected.parse().unwrap());
        let actual = function(name)(x);
        // Below zero, these functions have zeros between which they are of the order of the larger of
        // the terms that cancel there: π/|tan πx| and its derivatives, ln Γ(1 - x).
        let reflected = x < 0.0 && !matches!(name, "erf" | "erfc" | "norm_cdf" | "sech_squared");
        let scale = if reflected {
            let order = name.strip_prefix("polygamma_").map_or(0, |order| order.parse().unwrap());
            let pole = (1..=order).fold(1.0, |product, k| product * f64::from(k))
                / (x - x.round()).abs().powi(order + 1);
            let terms = function(name)(1.0 - x).abs().max(function(name)(-x).abs());
            expected.abs().max(terms).max(pole).max(1.0)
        } else {
            expected.abs().max(f64::MIN_POSITIVE)
        };
        let error = if actual == expected { 0.0 } else { (actual - expected).abs() / scale };
        let entry = worst.entry(name).or_default();
        if error > entry.0 {
            *entry = (error, x);
        }
        let tolerance = if name == "polygamma_10" { 3e-15 } else { 1e-15 };
        if error.is_nan() || error > tolerance {
            failures.push(format!("{name}({x:e}) = {actual:e}, not {expected:e}: {error:.1e}"));
        }
        // f32 is the rounded f64 value at the same point.
        if name == "erf" {
            let x = x as f32;
            assert_eq!(erf(x), erf(f64::from(x)) as f32);
        }
    }
    println!("largest errors and where: {worst:#?}");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn special_points() {
    let inf = f64::INFINITY;
    for f in [erf, erfc, norm_cdf, ln_gamma, digamma, trigamma, sech_squared] {
        assert!(f(f64::NAN).is_nan());
    }
    assert_eq!(erf(0.0_f64).to_bits(), 0.0_f64.to_bits());
    assert_eq!(erf(-0.0_f64).to_bits(), (-0.0_f64).to_bits());
    assert_eq!((erf(inf), erf(-inf), erfc(inf), erfc(-inf)), (1.0, -1.0, 0.0, 2.0));
    assert_eq!((erfc(0.0), norm_cdf(0.0), norm_cdf(-inf), norm_cdf(inf)), (1.0, 0.5, 0.0, 1.0));
    assert_eq!((ln_gamma(1.0), ln_gamma(2.0)), (0.0, 0.0));
    assert_eq!(
        (ln_gamma(inf), ln_gamma(-inf), ln_gamma(0.0), ln_gamma(-0.0)),
        (inf, inf, inf, inf)
    );
    for pole in [-1.0, -2.0, -1e10, -1e300] {
        assert_eq!(ln_gamma(pole), inf);
        assert!(digamma(pole).is_nan());
        assert_eq!(trigamma(pole), inf);
        assert!(polygamma(pole, 2).is_nan());
    }
    assert_eq!((digamma(0.0), digamma(-0.0), digamma(inf)), (-inf, inf, inf));
    assert!(digamma(-inf).is_nan() && trigamma(-inf).is_nan());
    assert_eq!((trigamma(0.0), trigamma(-0.0), trigamma(inf)), (inf, inf, 0.0));
    assert_eq!((polygamma(0.0, 2), polygamma(-0.0, 2), polygamma(0.0, 3)), (-inf, inf, inf));
    assert_eq!(polygamma(2.5, 0), digamma(2.5));
    assert!(polygamma(2.5_f64, -1).is_nan());
    assert!(polygamma(0.5_f64, i32::MAX).is_nan());
    assert_eq!(detach(3.5_f32), 3.5);
}

#[test]
fn erf_is_odd_and_the_pieces_meet() {
    for k in 0..4000 {
        let x = f64::from(k) * 2e-3;
        assert_eq!(erf(-x), -erf(x));
        assert!((erf(x) + erfc(x) - 1.0).abs() < 4e-16, "{x}");
        let (below, at) = (erf(x), erf(x.next_up()));
        assert!(at >= below - 3e-16, "{x}");
    }
}
