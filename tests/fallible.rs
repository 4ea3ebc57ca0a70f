//! Functions that return a `Result` or an `Option`: every output comes in the same wrapper. Derivatives are compared
//! with differences of the function as it was written, and values with what it returns.

#[allow(unreachable_pub)]
#[path = "common/differences.rs"]
mod differences;

use autodiff_core::{Differentiable, Float, differentiate};
use differences::agree;
use std::collections::HashMap;
use std::fmt;
use std::num::ParseFloatError;

/// Why there is no value; it is not looked into, and may hold what the function calculated.
#[derive(Clone, Debug, PartialEq)]
enum Failure {
    Negative(f64),
    Empty,
    Steps { taken: usize },
    Number(ParseFloatError),
}

impl From<ParseFloatError> for Failure {
    fn from(error: ParseFloatError) -> Self {
        Self::Number(error)
    }
}

/// The square root of `a` by Newton's method.
#[differentiate(jvp, hvp, hessian, value_gradient_hessian)]
fn root(a: f64) -> Result<f64, Failure> {
    if a < 0.0 {
        return Err(Failure::Negative(a));
    }
    let mut x = 1.0;
    for _ in 0..30 {
        let next = 0.5 * (x + a / x);
        if (next - x).abs() < 1e-13 {
            return Ok(next);
        }
        x = next;
    }
    Err(Failure::Steps { taken: 30 })
}

#[test]
fn outputs_of_a_float_come_in_a_result() {
    let (value, slope, curvature) =
        (2.0_f64.sqrt(), 0.5 / 2.0_f64.sqrt(), -0.25 / 2.0_f64.powf(1.5));
    let close =
        |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    assert_eq!(root::value(2.0), root(2.0));
    let (found, gradient) = root::value_and_gradient(2.0).unwrap();
    close(found, value);
    close(gradient, slope);
    close(root::gradient(2.0).unwrap(), slope);
    let mut buffer = f64::NAN;
    assert_eq!(root::gradient_into(2.0, &mut buffer), root(2.0));
    close(buffer, slope);
    close(root::jvp(2.0, 3.0).unwrap().1, 3.0 * slope);
    close(root::vjp(2.0, 3.0).unwrap().1, 3.0 * slope);
    close(root::hvp(2.0, 3.0).unwrap(), 3.0 * curvature);
    close(root::hessian(2.0).unwrap()[0][0], curvature);
    let (found, gradient, hessian) = root::value_gradient_hessian(2.0).unwrap();
    assert_eq!(Ok(found), root(2.0));
    close(gradient, slope);
    close(hessian[0][0], curvature);
}

#[test]
fn errors_come_from_every_output() {
    let error = Failure::Negative(-2.0);
    assert_eq!(root::value(-2.0), Err(error.clone()));
    assert_eq!(root::value_and_gradient(-2.0), Err(error.clone()));
    assert_eq!(root::gradient(-2.0), Err(error.clone()));
    let mut buffer = f64::NAN;
    assert_eq!(root::gradient_into(-2.0, &mut buffer), Err(error.clone()));
    assert_eq!(buffer, 0.0, "buffers are overwritten in any case");
    assert_eq!(root::jvp(-2.0, 1.0), Err(error.clone()));
    assert_eq!(root::vjp(-2.0, 1.0), Err(error.clone()));
    assert_eq!(root::hvp(-2.0, 1.0), Err(error.clone()));
    assert_eq!(root::hessian(-2.0), Err(error.clone()));
    assert_eq!(root::value_gradient_hessian(-2.0), Err(error));
    assert_eq!(root::gradient(f64::NAN), Err(Failure::Steps { taken: 30 }));
}

/// A loss that asks three functions and a text, each of which may fail in its own way.
#[differentiate(wrt(w), hvp, jvp)]
fn loss(w: &[f64; 2], x: &[f64], scale: &str) -> Result<f64, Failure> {
    let scale: f64 = scale.parse()?;
    if x.is_empty() {
        Err(Failure::Empty)?;
    }
    let mut sum = 0.0;
    for x in x {
        let at = root(w[0] * x + w[1])?;
        sum += scale * at * x.sin();
    }
    Ok(sum / x.len() as f64)
}

#[test]
fn questions_leave_early() {
    let (w, x) = ([1.5, 0.5], [1.0, 2.0, 0.25]);
    let (value, gradient) = loss::value_and_gradient(&w, &x, "2.5").unwrap();
    assert_eq!(Ok(value), loss(&w, &x, "2.5"));
    agree(&gradient, |w| loss(&[w[0], w[1]], &x, "2.5").unwrap(), &w);
    let along = loss::jvp(&w, &x, "2.5", [1.0, -2.0]).unwrap().1;
    assert!((along - (gradient[0] - 2.0 * gradient[1])).abs() < 1e-12);
    let product = loss::hvp(&w, &x, "2.5", [1.0, -2.0]).unwrap();
    let gradient_at = |t: f64| loss::gradient(&[w[0] + t, w[1] - 2.0 * t], &x, "2.5").unwrap();
    for (k, product) in product.into_iter().enumerate() {
        agree(&[product], |t| gradient_at(t[0])[k], &[0.0]);
    }
    let parsed = "two".parse::<f64>().unwrap_err();
    assert_eq!(loss::gradient(&w, &x, "two"), Err(Failure::Number(parsed)));
    assert_eq!(loss::gradient(&w, &[], "1"), Err(Failure::Empty));
    let negative = Failure::Negative(-5.5);
    assert_eq!(loss::gradient(&w, &[1.0, -4.0], "1"), Err(negative.clone()));
    assert_eq!(loss::hvp(&w, &[1.0, -4.0], "1", [1.0, 0.0]), Err(negative.clone()));
    assert_eq!(loss::jvp(&w, &[1.0, -4.0], "1", [1.0, 0.0]), Err(negative));
}

/// What there is to do with a `Result` inside of a function.
#[differentiate]
fn asked(x: f64) -> f64 {
    let a = root(x).unwrap_or(1.0);
    let b = root(x - 3.0).map(|root| root * x).unwrap_or_else(|_| 0.5 * x);
    let c = if let Ok(root) = root(x) { root } else { x };
    let Ok(d) = root(x) else { return x * x };
    let e = match root(x - 2.5) {
        Ok(root) => root + 1.0,
        Err(_) => 3.0 * x,
    };
    let f = root(x).ok().map_or(2.0, |root| root.sin());
    let g = root(x).and_then(|first| root(x * first)).unwrap_or_default();
    let h = root(x).expect("a root").powi(3);
    let i = if root(x - 3.0).is_err() && root(x).is_ok() { x.cos() } else { 0.0 };
    let l = match root(x - 3.0) {
        Ok(root) => root,
        Err(Failure::Empty) => 1.0,
        Err(Failure::Negative(..)) => x.exp(),
        Err(error) => match error {
            Failure::Steps { taken } if taken > 3 => x,
            _ => 0.0,
        },
    };
    let kept = root(x);
    let j = match &kept {
        Ok(root) => root * x,
        Err(_) => 0.0,
    };
    let k = kept.map_or(0.0, |root| root * root);
    a + b * c - d + e * f + g * h + i + j * k + l
}

#[test]
fn results_may_be_asked() {
    for x in [2.0, 2.75, 4.0] {
        agree(&[asked::gradient(x)], |x| asked(x[0]), &[x]);
    }
    // There is no root: what is returned then is x².
    assert_eq!(asked::gradient(-1.0), -2.0);
}

/// Errors that are made of others.
#[differentiate]
fn described(x: f64, table: &HashMap<String, f64>) -> Result<f64, String> {
    let scale = table.get("scale").copied().ok_or("no scale")?;
    let shift = table.get("shift").copied().ok_or_else(|| format!("no shift at {x}"))?;
    let root = root(x - shift).map_err(|error| format!("{error:?}"))?;
    Ok(scale * root * x)
}

#[test]
fn errors_may_be_made_of_others() {
    let mut table = HashMap::from([("scale".to_string(), 2.0)]);
    assert_eq!(described::gradient(4.0, &HashMap::new()), Err("no scale".into()));
    assert_eq!(described::gradient(4.0, &table), Err("no shift at 4".into()));
    table.insert("shift".to_string(), 1.0);
    agree(
        &[described::gradient(4.0, &table).unwrap()],
        |x| described(x[0], &table).unwrap(),
        &[4.0],
    );
    assert_eq!(described::gradient(0.5, &table), Err("Negative(-0.5)".into()));
}

/// Products of neighbours.
#[differentiate(jvp, value_and_jacobian)]
fn neighbours(x: &[f64]) -> Option<Vec<f64>> {
    let last = x.last()?;
    if *last < 0.0 {
        return None;
    }
    let mut products = vec![];
    for k in 1..x.len() {
        products.push(x[k] * x[k - 1].sin());
    }
    Some(products)
}

#[test]
fn outputs_of_lists_come_in_an_option() {
    let x = [0.5, 2.0, 1.5];
    let (products, gradient) = neighbours::vjp(&x, &[1.0, 3.0]).unwrap();
    assert_eq!(Some(products), neighbours(&x));
    let weighted = |x: &[f64]| neighbours(x).map_or(f64::NAN, |p| p[0] + 3.0 * p[1]);
    agree(&gradient, weighted, &x);
    let jacobian = neighbours::jacobian(&x).unwrap();
    for row in 0..2 {
        agree(&jacobian[3 * row..3 * row + 3], |x| neighbours(x).unwrap()[row], &x);
    }
    assert_eq!(
        neighbours::value_and_jacobian(&x),
        Some((neighbours(&x).unwrap(), jacobian.clone()))
    );
    let (_, along) = neighbours::jvp(&x, &[1.0, 0.0, 2.0]).unwrap();
    for (row, along) in along.into_iter().enumerate() {
        let expected = jacobian[3 * row] + 2.0 * jacobian[3 * row + 2];
        assert!((along - expected).abs() < 1e-12);
    }
    // The cotangent is as long as a list that is not there.
    assert_eq!(neighbours::vjp(&[], &[1.0, 3.0]), None);
    assert_eq!(neighbours::jacobian(&[1.0, -1.0]), None);
    assert_eq!(neighbours::jvp(&[-1.0], &[1.0]), None);
}

/// Steps of a pendulum, in place.
#[differentiate(jvp)]
fn step(state: &mut [f64; 2], h: f64) -> Result<(), &'static str> {
    if h <= 0.0 {
        return Err("no step");
    }
    state[1] -= h * state[0].sin();
    state[0] += h * state[1];
    Ok(())
}

#[differentiate(wrt(angle))]
fn energy(angle: f64, h: f64, steps: usize) -> Result<f64, &'static str> {
    let mut state = [angle, 0.0];
    for _ in 0..steps {
        step(&mut state, h)?;
    }
    Ok(0.5 * state[1] * state[1] - state[0].cos())
}

#[test]
fn what_changes_its_arguments_may_fail() {
    let mut state = [1.0, 0.5];
    let ((), (by_state, by_h)) = step::vjp(&mut state, 0.1, [1.0, 2.0]).unwrap();
    let weighted = |at: &[f64]| {
        let mut state = [at[0], at[1]];
        step(&mut state, at[2]).unwrap();
        state[0] + 2.0 * state[1]
    };
    agree(&[by_state[0], by_state[1], by_h], weighted, &[1.0, 0.5, 0.1]);
    assert_eq!(step::vjp(&mut state, -0.1, [1.0, 2.0]), Err("no step"));
    let mut tangent = [1.0, 0.0];
    assert_eq!(step::jvp(&mut state, -0.1, &mut tangent, 0.0), Err("no step"));
    agree(&[energy::gradient(1.0, 0.1, 5).unwrap()], |a| energy(a[0], 0.1, 5).unwrap(), &[1.0]);
    assert_eq!(energy::gradient(1.0, 0.0, 5), Err("no step"));
    assert_eq!(energy::gradient(1.0, 0.0, 0), Ok(1.0_f64.sin()));
}

#[derive(Clone, Copy, Debug, Differentiable)]
struct Point {
    x: f64,
    y: f64,
}

#[differentiate]
fn point(r: f64, phi: f64) -> Option<Point> {
    (r >= 0.0).then(|| Point { x: r * phi.cos(), y: r * phi.sin() })
}

#[differentiate]
fn area(r: f64, phi: f64) -> Option<f64> {
    let Point { x, y } = point(r, phi)?;
    Some(x * y)
}

/// The mean square of what is positive, and how many that are.
#[differentiate]
fn positive(x: &[f64]) -> Result<(f64, usize), String> {
    let (mut sum, mut count) = (0.0, 0);
    for x in x.iter().filter(|x| **x > 0.0) {
        sum += x * x;
        count += 1;
    }
    if count == 0 { Err(format!("none of {}", x.len())) } else { Ok((sum / count as f64, count)) }
}

#[test]
fn structs_and_auxiliary_values_may_be_missing() {
    let (r, phi) = area::gradient(2.0, 0.5).unwrap();
    agree(&[r, phi], |at| area(at[0], at[1]).unwrap(), &[2.0, 0.5]);
    assert_eq!(area::gradient(-2.0, 0.5), None);
    let (_, (r, phi)) = point::vjp(2.0, 0.5, PointTangent { x: 1.0, y: -1.0 }).unwrap();
    let weighted = |at: &[f64]| point(at[0], at[1]).map(|p| p.x - p.y).unwrap();
    agree(&[r, phi], weighted, &[2.0, 0.5]);
    let ((mean, count), gradient) = positive::value_and_gradient(&[1.0, -1.0, 2.0]).unwrap();
    assert_eq!((mean, count, gradient), (2.5, 2, vec![1.0, 0.0, 2.0]));
    assert_eq!(positive::gradient(&[-1.0]), Err("none of 1".into()));
}

/// Any error.
#[differentiate]
fn boxed(x: f64, scale: &str) -> Result<f64, Box<dyn std::error::Error>> {
    let scale: f64 = scale.parse()?;
    if x < 0.0 {
        return Err("negative".into());
    }
    Ok(scale * x.sqrt())
}

#[derive(Debug, PartialEq)]
struct Missing {
    name: &'static str,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is missing", self.name)
    }
}

mod model {
    /// The error type is not to be seen where the name is used.
    pub(crate) type Result<T> = std::result::Result<T, super::Missing>;
}

#[differentiate]
fn behind_a_name(x: f64, y: Option<f64>) -> model::Result<f64> {
    let y = y.ok_or(Missing { name: "y" })?;
    Ok(x * x * y)
}

#[test]
fn errors_are_of_any_type() {
    assert_eq!(boxed::gradient(4.0, "3").unwrap(), 0.75);
    assert_eq!(boxed::gradient(4.0, "x").unwrap_err().to_string(), "invalid float literal");
    assert_eq!(boxed::gradient(-4.0, "3").unwrap_err().to_string(), "negative");
    assert_eq!(behind_a_name::value_and_gradient(3.0, Some(2.0)), Ok((18.0, 12.0)));
    assert_eq!(behind_a_name::gradient(3.0, None).unwrap_err().to_string(), "y is missing");
}

/// Calls itself.
#[differentiate(jvp)]
fn tower(x: f64, height: u32) -> Result<f64, String> {
    if height == 0 {
        return Ok(x);
    }
    if x > 100.0 {
        return Err(format!("too high with {height} to go"));
    }
    let above = tower(x * x, height - 1)?;
    Ok(above + x.ln())
}

struct Spring {
    stiffness: f64,
}

#[differentiate]
impl Spring {
    #[differentiate]
    fn stretched(&self, x: f64) -> Option<f64> {
        if x > 1.0 { None } else { Some(0.5 * x * x) }
    }

    #[differentiate]
    fn energy(&self, x: f64, y: f64) -> Option<f64> {
        Some(self.stiffness * self.stretched(x)? * self.stretched(y * x)?)
    }
}

#[differentiate]
fn generic<T: Float>(x: T, y: T) -> Option<T> {
    if x < y { None } else { Some((x - y).sqrt() * x) }
}

#[differentiate(name = "inverse_")]
fn inverse(x: f64) -> Option<f64> {
    if x == 0.0 { None } else { Some(1.0 / x) }
}

/// Closures and nested functions that fail.
#[differentiate]
fn inner(x: f64) -> Option<f64> {
    fn logarithm(x: f64) -> Option<f64> {
        if x > 0.0 { Some(x.ln()) } else { None }
    }
    let entropy = |x: f64| -> Option<f64> {
        let logarithm = logarithm(x)?;
        Some(x * logarithm)
    };
    let largest = [x, x * x, 0.5].into_iter().reduce(f64::max)?;
    Some(entropy(x)? + entropy(x * x)? * largest)
}

#[test]
fn all_kinds_of_functions_may_fail() {
    agree(&[tower::gradient(1.5, 3).unwrap()], |x| tower(x[0], 3).unwrap(), &[1.5]);
    agree(&[tower::jvp(1.5, 3, 1.0).unwrap().1], |x| tower(x[0], 3).unwrap(), &[1.5]);
    assert_eq!(tower::gradient(15.0, 3), Err("too high with 2 to go".into()));
    let spring = Spring { stiffness: 3.0 };
    let (x, y) = spring.energy_gradient(0.5, 1.5).unwrap();
    agree(&[x, y], |at| spring.energy(at[0], at[1]).unwrap(), &[0.5, 1.5]);
    assert_eq!(spring.energy_gradient(0.5, 3.0), None);
    let (x, y) = generic::gradient(5.0_f64, 1.0).unwrap();
    agree(&[x, y], |at| generic(at[0], at[1]).unwrap(), &[5.0, 1.0]);
    assert_eq!(generic::gradient(1.0_f32, 2.0), None);
    assert_eq!((inverse_gradient(2.0), inverse_gradient(0.0)), (Some(-0.25), None));
    for x in [0.25, 2.0] {
        agree(&[inner::gradient(x).unwrap()], |x| inner(x[0]).unwrap(), &[x]);
    }
    assert_eq!(inner::gradient(-1.0), None);
}

/// A loop with independent iterations, which may run in lanes.
#[differentiate(wrt(w))]
fn fitted(w: &[f64; 2], x: &[f64], y: &[f64]) -> Option<f64> {
    if x.len() != y.len() {
        return None;
    }
    let errors = x.iter().zip(y).map(|(x, y)| (w[0] * x + w[1] - y).powi(2));
    Some(errors.sum::<f64>() / x.len() as f64)
}

/// What is returned may come from something that is not looked into.
#[differentiate]
fn given(x: f64, text: Option<&str>) -> Result<f64, ParseFloatError> {
    if let Some(text) = text {
        return text.parse();
    }
    Ok(x * x)
}

#[test]
fn loops_and_unseen_results() {
    let x: Vec<f64> = (0..37).map(|k| 0.1 * f64::from(k)).collect();
    let y: Vec<f64> = x.iter().map(|x| x.sin()).collect();
    let w = [0.5, -0.25];
    let gradient = fitted::gradient(&w, &x, &y).unwrap();
    agree(&gradient, |w| fitted(&[w[0], w[1]], &x, &y).unwrap(), &w);
    assert_eq!(fitted::gradient(&w, &x, &y[1..]), None);
    assert_eq!(given::value_and_gradient(3.0, None), Ok((9.0, 6.0)));
    assert_eq!(given::value_and_gradient(3.0, Some("4.5")), Ok((4.5, 0.0)));
    assert!(given::gradient(3.0, Some("four")).is_err());
}

fn numbers(text: &str) -> Result<Vec<f64>, ParseFloatError> {
    text.split(' ').map(str::parse).collect()
}

/// Lists and pairs come out of what is not looked into.
#[differentiate]
fn weighted(x: f64, text: &str) -> Result<f64, ParseFloatError> {
    let weights: Vec<f64> = numbers(text)?;
    Ok(weights.iter().map(|weight| weight * x * x).sum())
}

#[differentiate]
fn scaled(x: f64, y: &[f64], text: &str) -> Result<Vec<f64>, ParseFloatError> {
    if y.is_empty() {
        return numbers(text);
    }
    Ok(y.iter().map(|y| x * y).collect())
}

#[differentiate]
fn powered(x: f64, given: Option<(f64, i32)>) -> Option<f64> {
    let (scale, power): (f64, i32) = given?;
    Some(scale * x.powi(power))
}

#[test]
fn lists_and_pairs_come_out_of_what_is_not_looked_into() {
    assert_eq!(weighted::value_and_gradient(2.0, "1 2 3"), Ok((24.0, 24.0)));
    assert!(weighted::gradient(2.0, "1 two").is_err());
    assert_eq!(
        scaled::vjp(2.0, &[1.0, 3.0], "", &[1.0, 1.0]),
        Ok((vec![2.0, 6.0], (4.0, vec![2.0, 2.0])))
    );
    assert_eq!(scaled::vjp(2.0, &[], "1 2", &[1.0, 1.0]), Ok((vec![1.0, 2.0], (0.0, vec![]))));
    assert!(scaled::vjp(2.0, &[], "one", &[1.0]).is_err());
    assert_eq!(powered::value_and_gradient(2.0, Some((3.0, 2))), Some((12.0, 12.0)));
    assert_eq!(powered::gradient(2.0, None), None);
}

fn checked(text: &str) -> Result<(), ParseFloatError> {
    text.parse::<f64>().map(drop)
}

type Message = String;

/// A check that gives nothing.
#[differentiate]
fn validated(x: f64, text: &str) -> Result<f64, ParseFloatError> {
    checked(text)?;
    Ok(x * x)
}

/// Errors that nobody takes.
#[differentiate]
fn consumed(x: f64) -> Result<f64, Message> {
    let scaled = |y: f64| -> Result<f64, Failure> {
        let root = root(y)?;
        Ok(root * x)
    };
    let squared: Result<f64, Failure> = if x > 3.0 { Err(Failure::Negative(x)) } else { Ok(x * x) };
    let described = root(x - 3.0).map_err(|error| format!("{error:?}")).unwrap_or(0.5 * x);
    if x > 9.0 {
        return Err(format!("{x} is large"));
    }
    Ok(scaled(x).unwrap_or(2.0 * x) + squared.unwrap_or(x.ln()) * described)
}

#[test]
fn errors_may_be_dropped() {
    for x in [2.0, 3.5] {
        agree(&[consumed::gradient(x).unwrap()], |x| consumed(x[0]).unwrap(), &[x]);
    }
    assert_eq!(consumed::gradient(10.0), Err("10 is large".into()));
    assert_eq!(validated::gradient(3.0, "1"), Ok(6.0));
    assert!(validated::gradient(3.0, "one").is_err());
}

#[differentiate]
fn spread(x: f64, n: usize) -> Option<Vec<f64>> {
    if x < 0.0 {
        return None;
    }
    Some((0..n).map(|k| x.sqrt() * k as f64).collect())
}

#[differentiate]
fn rows(x: &[f64], n: usize) -> Result<Vec<Vec<f64>>, String> {
    if n == 0 {
        return Err("no rows".to_string());
    }
    Ok((0..n).map(|k| x.iter().map(|x| x * k as f64).collect()).collect())
}

/// Lists of callees that may fail, taken apart and changed, in loops, too.
#[differentiate]
fn of_lists(x: &[f64], n: usize) -> Result<f64, String> {
    let mut list = spread(x[0], 3).ok_or("negative")?;
    list[1] *= x[1];
    let mut sum = list.iter().sum::<f64>();
    for k in 1..n {
        let table = rows(x, k)?;
        sum += table[k - 1][1] * sum.sin();
        match spread(sum, k) {
            Some(list) => sum += list[k - 1],
            None => sum -= x[0],
        }
    }
    Ok(sum)
}

#[test]
fn lists_come_out_of_callees() {
    for x in [[0.7, 1.3], [0.2, -3.0]] {
        for n in [0, 1, 4] {
            agree(&of_lists::gradient(&x, n).unwrap(), |x| of_lists(x, n).unwrap(), &x);
        }
    }
    assert_eq!(of_lists::gradient(&[-1.0, 2.0], 3), Err("negative".into()));
    assert_eq!(rows::vjp(&[1.0], 0, &[]), Err("no rows".into()));
}

fn named(k: usize) -> Result<String, String> {
    if k < 3 { Ok(format!("n{k}")) } else { Err("none".into()) }
}

fn weight(name: &str) -> f64 {
    name.len() as f64
}

fn counts(k: usize) -> Option<Vec<usize>> {
    (k < 3).then(|| vec![k; 3])
}

/// Texts and lists of numbers by `?`.
#[differentiate]
fn with_texts(x: f64, n: usize) -> Result<f64, String> {
    let mut sum = x;
    for k in 0..n {
        let name: String = named(k)?;
        let counts: Vec<usize> = counts(k).ok_or_else(|| format!("{name} has no counts"))?;
        sum += weight(&name) * x.powi(counts.len() as i32);
    }
    Ok(sum)
}

/// Guards that look at errors and texts, which later arms take.
#[differentiate]
fn guarded(x: f64, n: usize) -> f64 {
    let mut sum = 0.0;
    for k in 0..n {
        let found: Result<String, String> = named(k);
        sum += match found {
            Ok(name) if name.len() > 7 => x,
            Ok(name) => weight(&name) * x * x,
            Err(error) if error.is_empty() => 0.0,
            Err(error) if error == "none" && k > 3 => break,
            Err(error) => weight(&error) * x.sin(),
        };
        let found: Result<f64, String> = measured(k).map_err(|error| error + "!");
        sum *= match found {
            Ok(length) if length > 1.5 => x,
            Ok(length) => length,
            Err(error) if error == "none!" => x.cos(),
            Err(error) => weight(&error),
        };
    }
    sum
}

fn measured(k: usize) -> Result<f64, String> {
    named(k).map(|name| weight(&name))
}

#[test]
fn texts_and_guards() {
    agree(&[with_texts::gradient(1.5, 3).unwrap()], |x| with_texts(x[0], 3).unwrap(), &[1.5]);
    assert_eq!(with_texts::gradient(1.5, 4), Err("none".into()));
    for n in 0..6 {
        agree(&[guarded::gradient(1.2, n)], |x| guarded(x[0], n), &[1.2]);
    }
}
