//! Solves a number puzzle by letting the computer guess, and improve the guess along the gradient.
//!
//! ```text
//! A + B = 9
//! +   -
//! C - D = 1
//! =   =
//! 8   2
//! ```
//!
//! Read it by rows and by columns: A + B = 9, C - D = 1, A + C = 8, B - D = 2. How wrong a guess is, is
//! one number, the sum of the squared errors. It is 0 for a solution, and minus its gradient points to
//! better guesses.
//!
//! Run it with `cargo run --release --example puzzle`, or with a number behind `--` to begin elsewhere.

use autodiff_core::differentiate;
use autodiff_core::optimize::{Sgd, Stopping, minimize};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::error::Error;

/// How wrong a guess is.
#[differentiate]
fn error(a: f64, b: f64, c: f64, d: f64) -> f64 {
    (a + b - 9.0).powi(2) + (c - d - 1.0).powi(2) + (a + c - 8.0).powi(2) + (b - d - 2.0).powi(2)
}

type Guess = (f64, f64, f64, f64);

/// Goes downhill from a random guess. What it finds depends on where it begins.
fn solve(random: &mut ChaCha8Rng) -> Result<Guess, Box<dyn Error>> {
    let mut number = || random.random_range(0.0..10.0);
    let mut guess = (number(), number(), number(), number());
    println!("From {}:", show(guess));
    let objective = |&(a, b, c, d): &Guess| error::value_and_gradient(a, b, c, d);
    let stopping = Stopping::after(10_000).gradient_norm(1e-9);
    let report = minimize(objective, &mut guess, &mut Sgd::new(0.1)?, &stopping)?;
    println!("  {report}.");
    Ok(guess)
}

fn show((a, b, c, d): Guess) -> String {
    format!("(A, B, C, D) = ({a:.3}, {b:.3}, {c:.3}, {d:.3})")
}

fn main() -> Result<(), Box<dyn Error>> {
    let seed = std::env::args().nth(1).map_or(Ok(1), |seed| seed.parse())?;
    let mut random = ChaCha8Rng::seed_from_u64(seed);

    let (a, b, c, d) = solve(&mut random)?;
    println!();
    println!("A = {a:.6}");
    println!("B = {b:.6}");
    println!("C = {c:.6}");
    println!("D = {d:.6}");
    println!();
    println!("{a:10.6} + {b:10.6} = 9");
    println!("     +            -");
    println!("{c:10.6} - {d:10.6} = 1");
    println!("     =            =");
    println!("     8            2");
    println!();
    let checks = [
        ("A + B", a + b, 9.0),
        ("C - D", c - d, 1.0),
        ("A + C", a + c, 8.0),
        ("B - D", b - d, 2.0),
    ];
    for (text, value, wanted) in checks {
        let verdict = if f64::abs(value - wanted) <= 1e-6 { "holds" } else { "DOES NOT HOLD" };
        println!("{text} = {value:.9}: {verdict}");
    }
    if checks.iter().any(|(_, value, wanted)| (value - wanted).abs() > 1e-6) {
        return Err("an equation does not hold".into());
    }

    println!();
    println!("Other starts end elsewhere:");
    for _ in 0..3 {
        let solution = solve(&mut random)?;
        println!("  found {}", show(solution));
    }
    println!();
    println!(
        "All of them are right. The four equations are not independent: the first two together"
    );
    println!(
        "say the same as the last two, (A + B) + (C - D) = (A + C) + (B - D), and 9 + 1 = 8 + 2."
    );
    println!(
        "Three equations for four unknowns leave a line of solutions, (t, 9 - t, 8 - t, 7 - t),"
    );
    println!("and going downhill ends at the point of the line that is nearest to the start.");
    let t = a.round();
    println!("In whole numbers, for one: {}", show((t, 9.0 - t, 8.0 - t, 7.0 - t)));
    Ok(())
}
