//! That programs of several functions run, and that a mistake in derivative code is found and named.

use super::derived::{By, Derived, PASSES};
use super::source::{Annotated, lowered};
use super::*;
use crate::ir::InstructionKind;
use crate::ir::operations::{FloatOperation, Operation};
use crate::simplify::Folding;

/// A program of the functions in a file, which may be annotated; the last is the main one.
pub(super) fn program(source: &str, arguments: Vec<Datum<Real>>) -> Program {
    let file = syn::parse_file(source).expect("the source parses");
    let functions = file.items.into_iter().map(|item| match item {
        syn::Item::Fn(mut item) => {
            let options = item.attrs.pop().and_then(|attribute| match attribute.meta {
                syn::Meta::List(list) => Some(list.tokens),
                _ => None,
            });
            Annotated { options: options.unwrap_or_default(), item }
        }
        _ => panic!("not a function"),
    });
    let functions = lowered(&functions.collect::<Vec<_>>());
    let functions = functions.into_iter().map(|function| function.expect("it is accepted"));
    Program { functions: functions.collect(), arguments }
}

#[track_caller]
pub(super) fn agrees(source: &str, arguments: Vec<Datum<Real>>) {
    match check_fully(&program(source, arguments), &Settings::default()) {
        Ok(checked) => {
            assert_eq!(checked.verdict, Verdict::Agrees);
            assert_eq!(checked.exactness, Exactness::Agrees);
        }
        Err(failure) => panic!("{failure}"),
    }
}

#[test]
fn callees_reversed_by_their_gradient() {
    agrees(
        "fn square(x: f64) -> f64 { x * x }
         fn dot(a: &[f64], b: &[f64; 3]) -> f64 {
             let mut sum = 0.0;
             for i in 0..3 { sum += square(a[i]) * b[i]; }
             sum
         }
         fn product(a: f64, b: [f64; 2]) -> f64 { a * b[0] + (a * b[1]).sin() }
         fn main(a: &[f64], b: &[f64; 3], x: f64) -> f64 {
             let c = product(x * 2.0, [x, a[0]]);
             let mut w = [b[0], c, b[2]];
             let first = dot(a, &w);
             w[1] = first;
             dot(a, &w) * c
         }",
        vec![[0.5, -1.5, 2.0].into(), [1.0, 0.25, -0.5].into(), 0.75.into()],
    );
}

#[test]
fn callees_reversed_by_their_sweeps() {
    agrees(
        "fn step(state: &mut [f64], by: f64) -> f64 {
             for i in 0..state.len() { state[i] = (state[i] * by).sin(); }
             state[0] * by
         }
         fn both(x: f64, y: f64) -> (f64, f64) { (x * y, x / y) }
         fn main(state: &mut [f64], x: f64) -> f64 {
             let mut total = 0.0;
             for k in 0..3 {
                 let (p, q) = both(x + total, 1.5);
                 total += step(state, p * 0.1) * q + k as f64;
             }
             total * state[1]
         }",
        vec![[0.5, -1.5, 2.0].into(), 0.75.into()],
    );
}

#[test]
fn recursion() {
    agrees(
        "fn power(x: f64, n: usize) -> f64 { if n == 0 { 1.0 } else { x * power(x, n - 1).sin() } }
         fn main(x: f64, y: f64) -> f64 { power(x * y, 4) * y }",
        vec![1.25.into(), 0.5.into()],
    );
}

#[test]
fn panics_and_refusals() {
    let source = "fn main(x: &[f64], n: usize) -> f64 { x[n] * x[0] }";
    let arguments: Vec<Datum<Real>> = vec![[0.5].into(), Datum::from(2usize)];
    let verdict = check(&program(source, arguments), &Settings::default());
    assert_eq!(verdict.expect("no failure"), Verdict::Panics);
    let source = "fn main(x: f64) -> f64 { let mut y = x; while y > 0.0 { y += 1.0; } y }";
    let verdict = check(&program(source, vec![0.5.into()]), &Settings::default());
    assert_eq!(verdict.expect("no failure"), Verdict::Refused("it runs too long".to_owned()));
}

/// A program with a branch, a loop that records, and memory that is overwritten.
fn sample() -> Program {
    program(
        "fn main(x: f64, a: &mut [f64; 3]) -> f64 {
             let mut y = x;
             for i in 0..3 {
                 y = (y * a[i]).sin() + x;
                 a[i] = y * y;
                 if y > 1.0 { y = y / 3.0; }
             }
             y - a[1]
         }",
        vec![0.75.into(), [0.5, 1.5, -2.0].into()],
    )
}

/// The derivative functions of a program, with a change made to those after each pass from this on.
fn changed(
    program: &Program,
    from: usize,
    change: &dyn Fn(&mut Function) -> bool,
    folding: Folding,
) -> Derived {
    let passes = Passes::default();
    let by = By { strategy: Strategy::default(), folding, passes: &passes };
    let derived = by.derived(&program.functions);
    let mut derived = derived.expect("no failure").expect("it is accepted");
    let mut changed = false;
    for stage in &mut derived.stages[from..] {
        for function in stage.main_functions() {
            changed |= change(function);
        }
    }
    assert!(changed, "nothing to change");
    derived
}

/// The pass that is blamed if a change is made to the derivative functions after each pass from this on.
fn blamed(
    program: &Program,
    from: usize,
    change: &dyn Fn(&mut Function) -> bool,
) -> Option<&'static str> {
    let settings = Settings::default();
    let passes = Passes::default();
    let outcome = Interpreter::new().run(program.main(), program.arguments.clone());
    let primal = Primal {
        functions: &program.functions,
        arguments: &program.arguments,
        value: seen(&outcome, &program.main().parameters),
        settings: &settings,
        passes: &passes,
    };
    let derived = changed(program, from, change, Folding::Rounded);
    let reference = primal.reference().expect("the references agree");
    primal.strategy(&derived, reference.as_ref()).err().map(|failure| failure.pass)
}

/// The same for exact arithmetic.
fn blamed_exactly(
    program: &Program,
    from: usize,
    change: &dyn Fn(&mut Function) -> bool,
) -> Option<&'static str> {
    let derived = changed(program, from, change, Folding::Exact);
    let (functions, settings) = (&program.functions[..], &Settings::default());
    let oracle = exact::Oracle { program, simplified: functions, functions, settings };
    match oracle.ask(&[derived]) {
        Ok(exactness) => {
            assert_eq!(exactness, exact::Exactness::Agrees);
            None
        }
        Err(failure) => Some(failure.pass),
    }
}

/// Changes the last instruction that is of a kind, at any depth.
fn change_last(
    region: &mut crate::ir::Region,
    change: &mut dyn FnMut(&mut InstructionKind) -> bool,
) -> bool {
    region.instructions.iter_mut().rev().any(|instruction| {
        let mut nested = instruction.kind.regions_mut().into_iter().rev();
        nested.any(|region| change_last(region, change)) || change(&mut instruction.kind)
    })
}

#[test]
fn mistakes_are_found_and_named() {
    let slope = |kind: &mut InstructionKind| match kind {
        InstructionKind::Operation(operation @ Operation::Float(FloatOperation::Cos), _) => {
            *operation = Operation::Float(FloatOperation::Sin);
            true
        }
        _ => false,
    };
    let dropped = |kind: &mut InstructionKind| match kind {
        InstructionKind::AddTo(..) => {
            *kind = InstructionKind::Save(vec![]);
            true
        }
        _ => false,
    };
    let exchanged = |kind: &mut InstructionKind| match kind {
        InstructionKind::If { then_region, else_region, .. } => {
            std::mem::swap(then_region, else_region);
            true
        }
        _ => false,
    };
    for mistake in [slope, dropped, exchanged] {
        for (position, pass) in PASSES.iter().enumerate() {
            let change =
                |function: &mut Function| change_last(&mut function.body, &mut |k| mistake(k));
            assert_eq!(blamed(&sample(), position, &change), Some(*pass));
            assert_eq!(blamed_exactly(&sample(), position, &change), Some(*pass));
        }
    }
    assert_eq!(blamed(&sample(), 0, &|_| true), None, "no mistake");
    assert_eq!(blamed_exactly(&sample(), 0, &|_| true), None, "no mistake");
}

/// Mistakes in a term that is too small for floats to tell.
#[test]
fn exact_arithmetic_sees_what_rounding_hides() {
    let program = program(
        "fn main(x: f64, a: &[f64; 2]) -> f64 {
             let mut small = 0.0;
             for i in 0..2 { small += a[i] * x; }
             let hidden = (small - a[1]).sin() * 1e-13;
             x * x + a[0] * a[0] + a[1] * a[1] + hidden
         }",
        vec![0.75.into(), [0.5, 1.5].into()],
    );
    let operation = |kind: &mut InstructionKind, from: FloatOperation, to: FloatOperation| {
        if let InstructionKind::Operation(Operation::Float(operation), _) = kind
            && *operation == from
        {
            *operation = to;
            return true;
        }
        false
    };
    let sign =
        |kind: &mut InstructionKind| operation(kind, FloatOperation::Neg, FloatOperation::Detach);
    let slope =
        |kind: &mut InstructionKind| operation(kind, FloatOperation::Cos, FloatOperation::Exp);
    let dropped = |kind: &mut InstructionKind| match kind {
        InstructionKind::AddTo(..) => {
            *kind = InstructionKind::Save(vec![]);
            true
        }
        _ => false,
    };
    let mistakes: [&dyn Fn(&mut InstructionKind) -> bool; 3] = [&sign, &slope, &dropped];
    for mistake in mistakes {
        let change = |function: &mut Function| change_last(&mut function.body, &mut |k| mistake(k));
        assert_eq!(blamed(&program, 0, &change), None, "floats do not see it");
        assert_eq!(blamed_exactly(&program, 0, &change), Some("reverse"));
    }
    assert_eq!(blamed_exactly(&program, 0, &|_| true), None, "no mistake");
}

/// Methods of the same name, a constant, a const parameter, and what is not looked into.
#[test]
fn files_with_what_is_not_looked_into() {
    let file = files::read(
        "const FACTOR: f64 = 3.0;
         #[differentiate] mod shapes {
             #[derive(Differentiable)] pub struct Circle { radius: f64, #[differentiable(skip)] name: Name }
             #[derive(Differentiable)] pub struct Square { side: f64 }
             impl Circle { #[differentiate] pub fn area(&self) -> f64 { self.radius * self.radius } }
             impl Square { #[differentiate] pub fn area(&self) -> f64 { super::FACTOR * self.side } }
             #[differentiate(wrt(circle, square))]
             pub fn total(circle: &Circle, square: &Square, setup: &Setup) -> f64 {
                 let mut sum = circle.area() - square.area();
                 for i in 0..setup.weights.len() { let w: f64 = setup.weights[i]; sum += w * square.area(); }
                 match setup.kind { Kind::Plain => sum, Kind::Scaled(by) => by * sum }
             }
         }
         fn main() { #[differentiate] fn dot<const N: usize>(a: &[f64; N]) -> f64 {
             let mut sum = 0.0; for i in 0..N { sum += a[i] * a[i]; } sum
         } }",
        files::Wanted::Annotated,
    );
    let file = file.expect("it consists of tokens");
    let names: Vec<_> = file.functions.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["shapes_Circle_area", "shapes_Square_area_1", "shapes_total", "dot"]);
    let lowered = file.functions.iter().map(|(_, lowered)| lowered.clone());
    let lowered: Vec<_> = lowered.map(|lowered| lowered.expect("it is accepted")).collect();
    let world = World { length: 3, constants: file.constants, ..World::default() };
    assert_eq!(world.constants["FACTOR"], Datum::from(3.0));
    for main in &lowered {
        let functions = source::with_callees(&lowered, main);
        assert_eq!(functions.len(), if main.name == "shapes_total" { 3 } else { 1 });
        let program = Program { functions, arguments: world.arguments(main) };
        let settings = Settings { world: Some(world.clone()), ..Settings::default() };
        assert_eq!(check(&program, &settings).expect("no failure"), Verdict::Agrees, "{main}");
        let exactly = exact::check_exactly(&program, &settings);
        assert_eq!(exactly.expect("no failure"), exact::Exactness::Agrees, "{main}");
        let seen_through = main.name == "shapes_Circle_area";
        let verdict = check(&program, &Settings::default()).expect("no failure");
        assert_eq!(verdict == Verdict::Agrees, seen_through, "{verdict:?}");
    }
}

/// The reverse sweep by itself does not see the memory whose shape it needs: it pops the lengths.
#[test]
fn a_local_of_many_lengths_is_differentiated_where_sweeps_are_split() {
    let source = "fn main(x: &mut [f64], n: usize) {
         let mut rows = vec![vec![1.0; n]; n];
         for i in 1..n { rows[i][i - 1] = x[i] * rows[i - 1][i - 1]; rows[i][i] = x[0]; }
         x[0] = rows[n - 1][n - 2];
     }";
    let arguments: Vec<Datum<Real>> = vec![[0.5, 1.5, 2.0].into(), Datum::from(3usize)];
    match check(&program(source, arguments), &Settings::default()) {
        Ok(verdict) => assert_eq!(verdict, Verdict::Agrees),
        Err(failure) => panic!("{failure}"),
    }
}

/// A tangent of an `f32` that underflows is missing from all that is made of it, which an adjoint is not.
#[test]
fn tangents_underflow_where_adjoints_do_not() {
    let source = "fn main(z: f64) -> f64 {
         let narrow = (z * f64::EPSILON * f64::EPSILON) as f32;
         let square = (narrow * narrow) as f64;
         1920.0 * square
     }";
    let settings = Settings { tolerance: 1e-4, ..Settings::default() };
    let verdict = check(&program(source, vec![Datum::from(0.5)]), &settings);
    assert_eq!(verdict.expect("no failure"), Verdict::Agrees);
}
