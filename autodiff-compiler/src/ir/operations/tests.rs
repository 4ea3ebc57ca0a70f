//! What a row says in one column against what it says in another, and its value against std.

use super::*;
use FloatOperation as F;
use IntegerOperation as I;

/// How operators are written; the second column is the table's own name, which is no part of Rust.
const OPERATORS: &[(&str, Spelling)] = &[
    ("neg", Spelling::Prefix("-")),
    ("add", Spelling::Infix("+")),
    ("sub", Spelling::Infix("-")),
    ("mul", Spelling::Infix("*")),
    ("div", Spelling::Infix("/")),
    ("rem", Spelling::Infix("%")),
    ("not", Spelling::Prefix("!")),
    ("and", Spelling::Infix("&")),
    ("or", Spelling::Infix("|")),
    ("xor", Spelling::Infix("^")),
    ("shl", Spelling::Infix("<<")),
    ("shr", Spelling::Infix(">>")),
    ("eq", Spelling::Infix("==")),
    ("ne", Spelling::Infix("!=")),
    ("lt", Spelling::Infix("<")),
    ("le", Spelling::Infix("<=")),
    ("gt", Spelling::Infix(">")),
    ("ge", Spelling::Infix(">=")),
];

#[test]
fn operations_are_spelled_as_they_are_called() {
    let all = [
        F::ALL.iter().map(|row| (format!("{row:?}"), row.text(), row.spelling())).collect(),
        I::ALL.iter().map(|row| (format!("{row:?}"), row.text(), row.spelling())).collect(),
        FloatPredicate::ALL.iter().map(|r| (format!("{r:?}"), r.text(), r.spelling())).collect(),
        Comparison::ALL
            .iter()
            .map(|row| (format!("{row:?}"), row.text(), row.spelling()))
            .collect(),
        BooleanOperation::ALL.iter().map(|r| (format!("{r:?}"), r.text(), r.spelling())).collect(),
    ]
    .into_iter()
    .flat_map(|rows: Vec<_>| rows);
    for (row, text, spelling) in all {
        // Integer operations that share their name with one of floats have an `i` before it.
        let is_text = |name: &str| text == name || text.strip_prefix('i') == Some(name);
        let fits = match spelling {
            Spelling::Method(name) | Spelling::Special(name) | Spelling::Private(name) => {
                is_text(name) && row.to_lowercase() == name.replace('_', "")
            }
            operator => OPERATORS.iter().any(|(name, of)| is_text(name) && *of == operator),
        };
        assert!(fits, "{row} is called {text} and written {spelling:?}");
    }
}

#[test]
fn floats_are_evaluated_as_std_does() {
    // An argument where the neighbours of each function differ from it.
    let (a, b, c) = (0.7_f64, 0.3_f64, 0.5_f64);
    let rows = [
        (F::Neg, -a),
        (F::Add, a + b),
        (F::Sub, a - b),
        (F::Mul, a * b),
        (F::Div, a / b),
        (F::Rem, a % b),
        (F::MulAdd, a.mul_add(b, c)),
        (F::Abs, a),
        (F::Signum, 1.0),
        (F::Copysign, a),
        (F::Recip, 1.0 / a),
        (F::Sqrt, a.sqrt()),
        (F::Cbrt, a.cbrt()),
        (F::Hypot, a.hypot(b)),
        (F::Exp, a.exp()),
        (F::Exp2, a.exp2()),
        (F::ExpM1, a.exp_m1()),
        (F::Ln, a.ln()),
        (F::Ln1p, a.ln_1p()),
        (F::Log, a.log(b)),
        (F::Log2, a.log2()),
        (F::Log10, a.log10()),
        (F::Powf, a.powf(b)),
        (F::Sin, a.sin()),
        (F::Cos, a.cos()),
        (F::Tan, a.tan()),
        (F::Asin, a.asin()),
        (F::Acos, a.acos()),
        (F::Atan, a.atan()),
        (F::Atan2, a.atan2(b)),
        (F::Sinh, a.sinh()),
        (F::Cosh, a.cosh()),
        (F::Tanh, a.tanh()),
        (F::Asinh, a.asinh()),
        (F::Atanh, a.atanh()),
        (F::Max, a),
        (F::Min, b),
        (F::Midpoint, c),
        (F::Floor, 0.0),
        (F::Ceil, 1.0),
        (F::Round, 1.0),
        (F::RoundTiesEven, 1.0),
        (F::Trunc, 0.0),
        (F::Fract, a),
        (F::DivEuclid, 2.0),
        (F::RemEuclid, a.rem_euclid(b)),
        (F::ToDegrees, a.to_degrees()),
        (F::ToRadians, a.to_radians()),
        (F::NextUp, a.next_up()),
        (F::NextDown, a.next_down()),
        (F::Detach, a),
    ];
    for (row, expected) in rows {
        let arguments = &[a, b, c][..row.arity()];
        let found = row.evaluate_f64(arguments).unwrap();
        assert_eq!(found.to_bits(), expected.to_bits(), "{row:?}");
        let single: Vec<_> = arguments.iter().map(|x| *x as f32).collect();
        let single = f64::from(row.evaluate_f32(&single).unwrap());
        assert!((single - expected).abs() <= 1e-4 * (1.0 + expected.abs()), "{row:?} of f32");
    }
    // What needs other arguments.
    let others: &[(F, &[f64], f64)] = &[
        (F::Acosh, &[1.5], 1.5_f64.acosh()),
        (F::Clamp, &[0.7, -1.0, 0.5], 0.5),
        (F::Clamp, &[-2.0, -1.0, 0.5], -1.0),
        (F::Powi, &[0.7, 3.0], 0.7_f64.powi(3)),
        (F::Abs, &[-0.7], 0.7),
        (F::Signum, &[-0.7], -1.0),
        (F::Copysign, &[0.7, -0.3], -0.7),
        (F::Floor, &[-0.7], -1.0),
        (F::Ceil, &[-0.7], -0.0),
        (F::Round, &[2.5], 3.0),
        (F::RoundTiesEven, &[2.5], 2.0),
        (F::Trunc, &[-0.7], -0.0),
        (F::Fract, &[-0.7], -0.7),
        (F::Fract, &[2.75], 0.75),
        (F::DivEuclid, &[-0.7, 0.3], -3.0),
        (F::RemEuclid, &[-0.75, 0.5], 0.25),
        (F::Rem, &[-0.75, 0.5], -0.25),
    ];
    for (row, arguments, expected) in others {
        let found = row.evaluate_f64(arguments).unwrap();
        assert_eq!(found.to_bits(), expected.to_bits(), "{row:?} at {arguments:?}");
    }
    for row in F::ALL {
        assert!(row.evaluate_f64(&[1.0; 4]).is_none(), "{row:?} of four arguments");
    }
}

#[test]
fn special_functions_have_their_known_values() {
    // Abramowitz and Stegun, tables 6.1, 6.4, 7.1, 26.1; exact where there is a closed form.
    let euler = 0.577_215_664_901_532_9;
    let pi = std::f64::consts::PI;
    let zeta_3 = 1.202_056_903_159_594_3;
    let rows: &[(F, &[f64], f64)] = &[
        (F::Erf, &[0.5], 0.520_499_877_813_046_5),
        (F::Erfc, &[0.5], 0.479_500_122_186_953_5),
        (F::NormCdf, &[1.0], 0.841_344_746_068_542_9),
        (F::LnGamma, &[4.0], 6.0_f64.ln()),
        (F::LnGamma, &[0.5], 0.5 * pi.ln()),
        (F::Digamma, &[1.0], -euler),
        (F::Digamma, &[2.0], 1.0 - euler),
        (F::Trigamma, &[1.0], pi * pi / 6.0),
        (F::SechSquared, &[3f64.ln()], 0.36),
        (F::Polygamma, &[1.0, 0.0], -euler),
        (F::Polygamma, &[1.0, 2.0], -2.0 * zeta_3),
        (F::Polygamma, &[1.0, 3.0], pi.powi(4) / 15.0),
    ];
    for (row, arguments, expected) in rows {
        let found = row.evaluate_f64(arguments).unwrap();
        assert!((found - expected).abs() < 1e-13, "{row:?} at {arguments:?}: {found}");
        let single: Vec<_> = arguments.iter().map(|x| *x as f32).collect();
        let single = f64::from(row.evaluate_f32(&single).unwrap());
        assert!((single - expected).abs() < 1e-6 * (1.0 + expected.abs()), "{row:?} of f32");
    }
}
