//! Jacobians whose directions run as lanes, against the same functions with `strict`, which take one direction after
//! the other. Without the feature `simd`, which is on by default, both are the same code.

/// What is only looked at.
pub(crate) struct Model {
    scale: f64,
    kinds: Vec<Kind>,
}

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Square,
    Sine(u32),
}

const DIMENSION: usize = 19;

/// Every function twice: with lanes, and one direction after the other.
macro_rules! both {
    ($( [$($argument:tt)*] $function:item )*) => {
        #[allow(clippy::needless_range_loop)]
        mod lanes {
            use super::{DIMENSION, Kind, Model};
            $( #[autodiff_core::differentiate(jvp, jacobian, $($argument)*)] $function )*
        }

        #[allow(clippy::needless_range_loop)]
        mod strict {
            use super::{DIMENSION, Kind, Model};
            $( #[autodiff_core::differentiate(jvp, jacobian, $($argument)* strict)] $function )*
        }
    };
}

both! {
    []
    pub(crate) fn product(a: &[[f64; 3]; 3], b: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
        let mut product = [[0.0; 3]; 3];
        for i in 0..3 {
            for j in 0..3 {
                for k in 0..3 {
                    product[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        product
    }

    []
    pub(crate) fn spring(x: &[f64; 2], stiffness: f64) -> (f64, f64) {
        let length = x[0].hypot(x[1]);
        (stiffness * (length - 1.0).powi(2), length.max(0.5))
    }

    []
    pub(crate) fn calls(x: &[f64]) -> Vec<f64> {
        let mut a = [[0.1; 3]; 3];
        for i in 0..x.len() {
            a[i % 3][(i / 3) % 3] += x[i].sin();
        }
        let constant = [[1.0, 2.0, 3.0]; 3];
        let twice = product(&a, &a);
        let other = product(&constant, &twice);
        let mut out = Vec::new();
        for row in &other {
            let (energy, length) = spring(&[row[0], row[1]], row[2]);
            out.push(energy);
            out.push(length);
        }
        out.extend_from_slice(x);
        out
    }

    [wrt(x),]
    pub(crate) fn ping_pong(x: &[f64], steps: usize) -> Vec<f64> {
        let mut now = x.to_vec();
        let mut next = vec![0.0; x.len()];
        for step in 0..steps {
            for i in 0..now.len() {
                let left = if i == 0 { 0.0 } else { now[i - 1] };
                next[i] = now[i] * 0.9 + left * left * 0.05;
            }
            std::mem::swap(&mut now, &mut next);
            if step == 2 {
                next.fill(1.0);
            }
        }
        now.resize(x.len() + 2, 0.5);
        now.push(next.iter().sum());
        now
    }

    [wrt(x),]
    pub(crate) fn leaves_early(x: &[f64; DIMENSION], limit: f64) -> Vec<f64> {
        let mut out = vec![];
        let mut sum = 0.0;
        for i in 0..DIMENSION {
            if x[i] > limit {
                break;
            }
            if x[i] < -limit {
                return vec![sum, x[i] * x[0]];
            }
            sum += x[i] * x[i];
            out.push(sum.exp());
        }
        out
    }

    []
    pub(crate) fn converges(x: &[f64]) -> Vec<f64> {
        let mut root = 1.0;
        let mut trips = 0;
        let mean = 1.0 + x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64;
        while (root * root - mean).abs() > 1e-9 && trips < 50 {
            root = 0.5 * (root + mean / root);
            trips += 1;
        }
        let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        x.iter().map(|x| x * root + largest).collect()
    }

    [wrt(x),]
    pub(crate) fn looks_at_a_model(x: &[f64], model: &Model) -> Vec<f64> {
        assert!(model.scale > 0.0, "the scale is positive");
        let mut out = vec![0.0; model.kinds.len()];
        for k in 0..model.kinds.len() {
            let kind: Kind = model.kinds[k];
            let own = x[k % x.len()];
            out[k] = model.scale * match kind {
                Kind::Square => own * own,
                Kind::Sine(n) => (own * f64::from(n)).sin(),
            };
        }
        out
    }

    []
    pub(crate) fn by_value(pair: (f64, [f64; 17]), mut list: Vec<f64>, factor: f64) -> Vec<f64> {
        let (first, rest) = pair;
        for (own, other) in list.iter_mut().zip(&rest) {
            *own = *own * factor + first * other;
        }
        list.swap(0, 1);
        list
    }

    []
    pub(crate) fn parts(x: &[f64]) -> Vec<f64> {
        let (left, right) = x.split_at(x.len() / 2);
        let dot: f64 = left.iter().zip(right).map(|(a, b)| a * b).sum();
        let windows: f64 = x.windows(2).map(|w| (w[1] - w[0]).abs()).sum();
        let chunks = x.chunks(3).map(|chunk| chunk.iter().product::<f64>()).fold(0.0, |a, b| a + b);
        let mut out = vec![dot, windows, chunks.tanh()];
        out.extend_from_slice(right);
        out.extend_from_slice(&x[..left.len()]);
        out
    }

    []
    pub(crate) fn singles(x: &[f32; 35]) -> [f32; 35] {
        let mut sums = [0.0_f32; 35];
        for i in 0..35 {
            sums[i % 4] += x[i] * x[34 - i].cos();
            sums[i] += x[i].sqrt().abs();
        }
        sums
    }

    []
    pub(crate) fn names(simd: &[f64; 18], lane: f64, simd_tangent: f64) -> [f64; 20] {
        let mut sums = [lane * simd_tangent; 20];
        for i in 0..18 {
            sums[i / 2] += simd[i] * simd[17 - i] * lane;
        }
        sums
    }

    [wrt(x),]
    pub(crate) fn recursive(x: &[f64; 17], depth: usize) -> [f64; 17] {
        if depth == 0 {
            return *x;
        }
        let mut next = *x;
        for i in 0..17 {
            next[i] = x[i] * x[(i + 1) % 17];
        }
        recursive(&next, depth - 1)
    }

    [wrt(y),]
    pub(crate) fn slopes(y: &[f64], dy: &mut [f64]) {
        for i in 0..y.len() {
            let left = if i == 0 { y[y.len() - 1] } else { y[i - 1] };
            dy[i] = left * y[i] - y[i].powi(3);
        }
    }

    []
    pub(crate) fn steps(state: &mut [f64; 18], history: &mut Vec<f64>, force: f64) -> f64 {
        let mut slope = vec![force; 18];
        for step in 0..3 {
            slopes(&state[..], &mut slope);
            for i in 0..18 {
                state[i] += 0.1 * slope[i];
            }
            if step > 0 {
                history.push(state[step] * force);
            }
        }
        history.len() as f64 * state[0]
    }

    [wrt(x),]
    pub(crate) fn makes_steps(x: &[f64; 18], force: f64) -> Vec<f64> {
        let mut state = *x;
        let mut history = vec![];
        let last = steps(&mut state, &mut history, force);
        let again = steps(&mut state, &mut history, last);
        history.extend_from_slice(&state);
        history.push(last * again);
        history
    }

    [name = "d_",]
    pub(crate) fn prefixed(x: &[f64; 20]) -> [f64; 20] {
        let total: f64 = x.iter().sum();
        x.map(|x| x * total)
    }
}

/// In a list: without a form for lanes, so that such a function runs one direction after the other.
#[derive(Clone, Copy, autodiff_core::Differentiable)]
struct Point {
    x: f64,
    y: f64,
}

#[allow(clippy::useless_vec)] // a list is what this is about
#[autodiff_core::differentiate(jvp, jacobian)]
fn with_struct(x: &[f64; 16]) -> [f64; 16] {
    let mut points = vec![Point { x: 0.0, y: 1.0 }; 16];
    for i in 0..16 {
        points[i].x = x[i] * x[0];
        points[(i + 1) % 16].y *= x[i].sin() + 1.5;
    }
    let mut sum = Point { x: 0.0, y: 0.0 };
    for point in &points {
        sum = Point { x: sum.x + point.x, y: sum.y + point.y };
    }
    let mut all = *x;
    all[3] = sum.x;
    all[4] = sum.y;
    all
}

#[allow(clippy::useless_vec)] // a list is what this is about
#[autodiff_core::differentiate(jvp)]
fn changes_structs(x: &mut [f64], y: &mut [f64; 2], more: &mut Vec<f64>, z: f64) -> f64 {
    let mut points = vec![Point { x: y[0], y: y[1] }; 3];
    for i in 0..x.len() {
        points[i % 3].x += x[i] * z;
        x[i] = points[(i + 1) % 3].x * points[0].y;
    }
    *y = [points[1].x, points[2].x];
    more.push(points[0].x);
    points[0].x * z
}

#[autodiff_core::differentiate(jvp, jacobian)]
fn calls_with_changes(x: &[f64; 17]) -> Vec<f64> {
    let mut state = x.to_vec();
    let (mut pair, mut more) = ([x[0], 1.0], vec![x[1]]);
    let value = changes_structs(&mut state, &mut pair, &mut more, x[2]);
    changes_structs(&mut state[1..], &mut pair, &mut more, value);
    state.extend_from_slice(&pair);
    state.extend_from_slice(&more);
    state
}

#[autodiff_core::differentiate(jvp, jacobian)]
fn calls_with_struct(x: &[f64; 20], scale: f64) -> Vec<f64> {
    let mut some = [0.5; 16];
    for i in 0..20 {
        some[i % 16] += x[i];
    }
    let mut scaled = vec![scale; 6];
    for part in with_struct(&some) {
        scaled.push(part * scale);
    }
    scaled
}

fn numbers(seed: u32, n: usize) -> Vec<f64> {
    (0..n).map(|i| (f64::from(seed) + i as f64 * 1.7).sin() * 0.9 + 0.05).collect()
}

fn agree(name: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (position, (a, b)) in found.iter().zip(expected).enumerate() {
        let same = (a - b).abs() <= 1e-13 * (1.0 + b.abs()) || a.is_nan() && b.is_nan();
        assert!(same, "{name} at {position}: {a} is not {b}");
    }
}

macro_rules! compare {
    ($name:ident($($argument:expr),*), $flat:expr) => {{
        let found = lanes::$name::jacobian($($argument),*);
        let expected = strict::$name::jacobian($($argument),*);
        assert_eq!(lanes::$name($($argument),*), strict::$name($($argument),*));
        agree(stringify!($name), &$flat(found), &$flat(expected));
    }};
}

#[test]
fn jacobians_agree_at_every_number_of_columns() {
    let list = |jacobian: Vec<f64>| jacobian;
    for n in [1, 2, 7, 8, 9, 15, 16, 17, 24, 41] {
        let x = numbers(3, n);
        compare!(calls(&x), list);
        compare!(ping_pong(&x, 5), list);
        compare!(converges(&x), list);
        compare!(parts(&x), list);
        let model = Model { scale: 0.5, kinds: [Kind::Square, Kind::Sine(3)].repeat(n) };
        compare!(looks_at_a_model(&x, &model), list);
    }
    assert!(lanes::ping_pong::jacobian(&[], 1).is_empty());
}

#[test]
fn jacobians_of_arrays_agree() {
    let x: [f64; DIMENSION] = numbers(4, DIMENSION).try_into().unwrap();
    for limit in [0.2, 0.5, 0.93, 2.0] {
        compare!(leaves_early(&x, limit), |jacobian: Vec<f64>| jacobian);
    }
    let pair = (0.5, numbers(5, 17).try_into().unwrap());
    compare!(by_value(pair, numbers(6, 23), 0.3), |(a, b, c): (Vec<f64>, Vec<f64>, Vec<f64>)| {
        [a, b, c].concat()
    });
    let x: [f32; 35] = std::array::from_fn(|i| (i as f32).sin().abs());
    compare!(singles(&x), |jacobian: [[f32; 35]; 35]| {
        jacobian.concat().into_iter().map(f64::from).collect::<Vec<_>>()
    });
    let x: [f64; 18] = numbers(7, 18).try_into().unwrap();
    compare!(names(&x, 0.5, 0.25), |(a, b, c): ([[f64; 18]; 20], [f64; 20], [f64; 20])| {
        [a.concat(), b.to_vec(), c.to_vec()].concat()
    });
    let x: [f64; 17] = numbers(8, 17).try_into().unwrap();
    compare!(recursive(&x, 3), |jacobian: [[f64; 17]; 17]| jacobian.concat());
    let x: [f64; 20] = numbers(9, 20).try_into().unwrap();
    agree("prefixed", &lanes::d_jacobian(&x).concat(), &strict::d_jacobian(&x).concat());
}

#[test]
fn what_has_no_form_for_lanes_runs_one_by_one() {
    let x: [f64; 20] = numbers(10, 20).try_into().unwrap();
    let (jacobian, by_scale) = calls_with_struct::jacobian(&x, 2.0);
    for column in 0..20 {
        let direction = std::array::from_fn(|i| f64::from(u8::from(i == column)));
        let (_, slope) = calls_with_struct::jvp(&x, 2.0, direction, 0.0);
        let found: Vec<_> = (0..22).map(|row| jacobian[20 * row + column]).collect();
        agree("calls_with_struct", &found, &slope);
    }
    let some: [f64; 17] = numbers(11, 17).try_into().unwrap();
    let jacobian = calls_with_changes::jacobian(&some);
    for column in 0..17 {
        let direction = std::array::from_fn(|i| f64::from(u8::from(i == column)));
        let (_, slope) = calls_with_changes::jvp(&some, direction);
        let found: Vec<_> = jacobian.chunks(17).map(|row| row[column]).collect();
        agree("calls_with_changes", &found, &slope);
    }
    let value = calls_with_struct(&x, 2.0);
    agree(
        "calls_with_struct",
        &by_scale,
        &value.iter().map(|value| value / 2.0).collect::<Vec<_>>(),
    );
}

#[test]
fn what_is_changed_is_changed_once() {
    for n in [1, 8, 16, 21, 40] {
        let y = numbers(12, n);
        let (mut found, mut expected) = (vec![0.5; n], vec![0.5; n]);
        let jacobian = lanes::slopes::jacobian(&y, &mut found);
        agree("slopes", &jacobian, &strict::slopes::jacobian(&y, &mut expected));
        assert_eq!(found, expected);
    }
    let x: [f64; 18] = numbers(13, 18).try_into().unwrap();
    compare!(makes_steps(&x, 0.3), |jacobian: Vec<f64>| jacobian);
    macro_rules! run {
        ($of:ident) => {{
            let (mut state, mut history) = (x, vec![0.5; 9]);
            let (a, b, c) = $of::steps::jacobian(&mut state, &mut history, 0.3);
            assert_eq!(history.len(), 11);
            ([a, b, c].concat(), [state.to_vec(), history].concat())
        }};
    }
    let (found, expected) = (run!(lanes), run!(strict));
    agree("steps", &found.0, &expected.0);
    agree("steps", &found.1, &expected.1);
}

#[test]
#[should_panic(expected = "the scale is positive")]
fn panics_of_the_function_stay() {
    let _ = lanes::looks_at_a_model::jacobian(&[1.0; 20], &Model { scale: -1.0, kinds: vec![] });
}

#[test]
fn every_instruction_set_agrees() {
    let tests = std::env::current_exe().expect("the program that runs");
    for set in ["baseline", "avx2"] {
        let output = std::process::Command::new(&tests)
            .args(["--skip", "every_instruction_set_agrees"])
            .env("AUTODIFF_SIMD", set)
            .output()
            .expect("it runs");
        assert!(output.status.success(), "{set}: {}", String::from_utf8_lossy(&output.stdout));
    }
}
