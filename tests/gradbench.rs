//! The example `gradbench`: every eval against closed forms and differences at inputs made here, and against
//! the recorded cases, where those are; and the protocol, through the same function that serves the evals.
//!
//! The cases are looked for in `../shared/gradbench/cases` beside the repository, or in the directory that
//! `GRADBENCH_CASES` names. They are compared to 1e-8 of the largest entry of the output (of each list of an
//! object), which is far below what the evals themselves ask for.

#![allow(unreachable_pub)] // the modules are those of the example

#[path = "../examples/gradbench/evals/mod.rs"]
mod evals;
#[path = "../examples/gradbench/protocol.rs"]
mod protocol;
#[path = "../examples/gradbench/threads.rs"]
mod threads;
#[path = "../examples/gradbench/timing.rs"]
mod timing;

use serde_json::{Value, json};
use std::f64::consts::PI;
use std::path::PathBuf;

// Threads.

/// Evaluations of everything that several threads do otherwise than one.
fn evaluations() -> Vec<Value> {
    let scene = json!({
        "n": 2, "m": 3, "p": 500, "cam": made(11, 6), "x": [1.5, 1.0, 7.0], "w": 0.75,
        "feat": [60.0, -90.0],
    });
    [
        ("llsq", "gradient", json!({"x": made(8, 8), "n": 20_000})),
        ("lse", "gradient", json!({"x": made(50_000, 9)})),
        ("ba", "jacobian", scene),
    ]
    .map(|(module, function, input)| output(module, function, input))
    .to_vec()
}

#[test]
fn several_threads_give_the_same() {
    assert!(threads::choose(1).is_ok());
    let alone = evaluations();
    if cfg!(feature = "rayon") {
        threads::choose(3).expect("the first choice of several");
        assert!(threads::several());
        for (several, alone) in evaluations().iter().zip(&alone) {
            match alone {
                Value::Object(_) => assert_eq!(several, alone),
                _ => {
                    // The slope by the highest number has what is left of a sum over all others.
                    let (several, alone) = (flat(several), flat(alone));
                    let sum: f64 = alone.iter().map(|slope| slope.abs()).sum();
                    let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-14 * sum;
                    assert!(several.iter().zip(&alone).all(close));
                    assert_eq!(several.len(), alone.len());
                }
            }
        }
    } else {
        assert!(threads::choose(2).is_err_and(|error| error.contains("--features rayon")));
        assert!(!threads::several());
    }
}

// The protocol.

/// The replies to some lines.
fn replies(lines: &str) -> Vec<Value> {
    let mut replies = Vec::new();
    protocol::serve(lines.as_bytes(), &mut replies).unwrap();
    let text = String::from_utf8(replies).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The reply to one message.
fn reply(message: Value) -> Value {
    let mut replies = replies(&format!("{message}\n"));
    assert_eq!(replies.len(), 1);
    replies.pop().unwrap()
}

/// The reply to one evaluation, which runs once.
fn evaluated(module: &str, function: &str, mut input: Value) -> Value {
    if let Some(input) = input.as_object_mut() {
        input.insert("min_runs".into(), json!(1));
        input.insert("min_seconds".into(), json!(0.0));
    }
    reply(json!({
        "id": 7, "kind": "evaluate", "module": module, "function": function, "input": input,
        "description": "made here",
    }))
}

/// The output of one evaluation.
#[track_caller]
fn output(module: &str, function: &str, input: Value) -> Value {
    let mut reply = evaluated(module, function, input);
    assert_eq!((&reply["id"], &reply["success"]), (&json!(7), &json!(true)), "{reply}");
    reply["output"].take()
}

fn runs(reply: &Value) -> usize {
    let timings = reply["timings"].as_array().unwrap();
    assert!(timings.iter().all(|timing| timing["nanoseconds"].is_u64()));
    timings.iter().filter(|timing| timing["name"] == "evaluate").count()
}

#[test]
fn a_conversation() {
    let answers = replies(concat!(
        r#"{"id": 0, "kind": "start", "eval": "hello", "config": {"seed": [1, null]}}"#,
        "\n",
        r#"{"id": 1, "kind": "define", "module": "hello"}"#,
        "\n",
        r#"{"id": 2, "kind": "evaluate", "module": "hello", "function": "square", "input": 3.0}"#,
        "\r\n",
        r#"{"id": 3, "kind": "analysis", "of": 2, "valid": true}"#,
        "\n",
        r#"{"id": 4, "kind": "evaluate", "module": "hello", "function": "double", "input": 3}"#,
        "\n\n",
        r#"{"id": 5, "kind": "analysis", "of": 4, "valid": false, "error": "a \u0022name\u0022"}"#,
        "\n",
        r#"{"id": 6, "kind": "something new"}"#, // no line end before the end of the input
    ));
    assert_eq!(answers.len(), 7);
    assert_eq!(answers[0], json!({"id": 0, "tool": "autodiff-rust"}));
    assert_eq!(answers[1], json!({"id": 1, "success": true}));
    assert_eq!((&answers[2]["success"], &answers[2]["output"]), (&json!(true), &json!(9.0)));
    assert_eq!(runs(&answers[2]), 1);
    assert_eq!(answers[3], json!({"id": 3}));
    assert_eq!((&answers[4]["success"], &answers[4]["output"]), (&json!(true), &json!(6.0)));
    assert_eq!(answers[5], json!({"id": 5}));
    assert_eq!(answers[6], json!({"id": 6}));
}

#[test]
fn what_is_not_known_is_refused() {
    let failure = |reply: Value, error: &str| {
        assert_eq!(reply["success"], json!(false), "{reply}");
        assert!(reply["error"].as_str().unwrap().contains(error), "{reply}");
        assert!(reply.get("output").is_none());
    };
    let evaluate = |rest: Value| {
        let mut message = json!({"id": 1, "kind": "evaluate"});
        message.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        reply(message)
    };
    failure(reply(json!({"id": 1, "kind": "define", "module": "nbody"})), "no module nbody");
    failure(reply(json!({"id": 1, "kind": "define"})), "no module");
    failure(
        evaluate(json!({"module": "nbody", "function": "primal", "input": {}})),
        "no module nbody",
    );
    failure(
        evaluate(json!({"module": "llsq", "function": "jacobian", "input": {}})),
        "no function jacobian",
    );
    failure(evaluate(json!({"module": "llsq", "input": {}})), "no function");
    failure(evaluate(json!({"module": "llsq", "function": "primal"})), "no input");
    // Inputs that do not fit.
    for (module, function, input) in [
        ("hello", "square", json!("1")),
        ("llsq", "gradient", json!({"x": [1.0]})),
        ("llsq", "gradient", json!({"x": [null], "n": 3})),
        ("lse", "primal", json!({"x": []})),
        ("ode", "gradient", json!({"x": [], "s": 3})),
        ("det", "gradient", json!({"A": [1.0, 2.0], "ell": 2})),
        ("kmeans", "dir", json!({"points": [[1.0], [2.0]], "centroids": [[1.0, 2.0]]})),
        (
            "ba",
            "jacobian",
            json!({"n": 0, "m": 1, "p": 1, "cam": ([0.0; 11]), "x": ([0.0; 3]), "w": 1, "feat": [0, 0]}),
        ),
        ("saddle", "ff", json!({"start": [1.0]})),
    ] {
        failure(evaluated(module, function, input), "input");
    }
}

#[test]
fn malformed_lines_are_survived() {
    let mut lines = Vec::new();
    for line in [
        &b"nonsense"[..],
        b"{\"id\": 3",
        b"{\"id\": 4}",
        b"{\"id\": \"5\", \"kind\": \"start\"}",
        b"[1, 2]",
        b"\xff\xfe",
        b"{\"id\": 6, \"kind\": \"start\"}",
    ] {
        lines.extend_from_slice(line);
        lines.push(b'\n');
    }
    let mut replies = Vec::new();
    protocol::serve(&lines[..], &mut replies).unwrap();
    let text = String::from_utf8(replies).unwrap();
    let replies: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(replies.len(), 7);
    for reply in &replies[..6] {
        assert_eq!(reply["success"], json!(false));
        assert!(reply["error"].as_str().unwrap().starts_with("not a message"), "{reply}");
    }
    assert_eq!((&replies[0]["id"], &replies[2]["id"]), (&Value::Null, &json!(4)));
    assert_eq!(replies[6]["id"], json!(6));
}

#[test]
fn runs_are_repeated_until_both_limits_are_reached() {
    let evaluate = |limits: Value| {
        let mut input = json!({"x": [0.5, 0.25], "n": 16});
        input.as_object_mut().unwrap().extend(limits.as_object().unwrap().clone());
        reply(
            json!({"id": 0, "kind": "evaluate", "module": "llsq", "function": "gradient", "input": input}),
        )
    };
    assert_eq!(runs(&evaluate(json!({"min_runs": 5, "min_seconds": 0.0}))), 5);
    assert_eq!(runs(&evaluate(json!({"min_runs": 1, "min_seconds": 0}))), 1);
    // Without any limit there is still an output to give.
    assert_eq!(runs(&evaluate(json!({"min_runs": 0, "min_seconds": 0}))), 1);
    let reply = evaluate(json!({"min_runs": 2, "min_seconds": 0.01}));
    let nanoseconds = |timing: &Value| timing["nanoseconds"].as_u64().unwrap();
    let timings = reply["timings"].as_array().unwrap();
    let timed: Vec<u64> =
        timings.iter().filter(|timing| timing["name"] == "evaluate").map(nanoseconds).collect();
    let total: u64 = timed.iter().sum();
    assert!(timed.len() > 2 && total >= 10_000_000, "{} runs, {total} ns", timed.len());
    assert!(total - timed[timed.len() - 1] < 10_000_000);
    assert_eq!(timings.iter().filter(|timing| timing["name"] == "prepare").count(), 1);
}

// Inputs made here.

/// Floats between -1 and 1 that look random.
fn made(count: usize, seed: usize) -> Vec<f64> {
    (0..count).map(|i| ((i * i + 7 * i + 13 * seed + 5) as f64 * 0.734).sin()).collect()
}

fn made_rows(rows: usize, columns: usize, seed: usize) -> Vec<Vec<f64>> {
    (0..rows).map(|row| made(columns, seed + 31 * row)).collect()
}

/// All numbers of an output, from left to right.
fn flat(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(entries) => entries.iter().flat_map(flat).collect(),
        Value::Object(fields) => fields.values().flat_map(flat).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

/// Whether numbers agree, up to a part of the largest one.
#[track_caller]
fn near(found: &[f64], expected: &[f64], part: f64) {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(f64::MIN_POSITIVE, |most, x| most.max(x.abs()));
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let difference = (found - expected).abs();
        assert!(difference <= part * largest, "[{index}] {found} is not {expected}");
    }
}

/// Central differences by a number at a place in the input, extrapolated.
fn difference(module: &str, function: &str, input: &Value, place: &str) -> Vec<f64> {
    let moved = |h: f64| {
        let mut input = input.clone();
        let number = input.pointer_mut(place).unwrap();
        *number = json!(number.as_f64().unwrap() + h);
        flat(&output(module, function, input))
    };
    let slopes = |h: f64| -> Vec<f64> {
        moved(h).iter().zip(moved(-h)).map(|(more, less)| (more - less) / (2.0 * h)).collect()
    };
    slopes(1e-3).iter().zip(slopes(2e-3)).map(|(fine, rough)| (4.0 * fine - rough) / 3.0).collect()
}

#[test]
fn least_squares() {
    for (n, m) in [(2, 1), (9, 4), (50, 8)] {
        let x = made(m, n);
        let input = json!({"x": x, "n": n});
        let (mut value, mut slopes) = (0.0, vec![0.0; m]);
        for i in 0..n {
            let t = 2.0 * i as f64 / (n - 1) as f64 - 1.0;
            let sign = if t == 0.0 { 0.0 } else { t.signum() };
            let polynomial = x.iter().rev().fold(0.0, |sum, x| sum * t + x);
            value += 0.5 * (sign - polynomial).powi(2);
            for (j, slope) in slopes.iter_mut().enumerate() {
                *slope -= (sign - polynomial) * t.powi(j as i32);
            }
        }
        near(&flat(&output("llsq", "primal", input.clone())), &[value], 1e-13);
        near(&flat(&output("llsq", "gradient", input)), &slopes, 1e-13);
    }
}

#[test]
fn log_sum_exp() {
    for (scale, offset) in [(1.0, 0.0), (30.0, 700.0), (20.0, -900.0)] {
        let x: Vec<f64> = made(9, 3).iter().map(|x| scale * x + offset).collect();
        let sum: f64 = x.iter().map(|x| (x - offset).exp()).sum();
        let slopes: Vec<f64> = x.iter().map(|x| (x - offset).exp() / sum).collect();
        near(&flat(&output("lse", "primal", json!({"x": x}))), &[offset + sum.ln()], 1e-14);
        near(&flat(&output("lse", "gradient", json!({"x": x}))), &slopes, 1e-12);
    }
    // The highest twice.
    near(&flat(&output("lse", "gradient", json!({"x": [2.0, 2.0]}))), &[0.5, 0.5], 1e-15);
}

#[test]
fn runge_kutta() {
    // One step of size 2 for y' = x: y = 2 x.
    assert_eq!(output("ode", "primal", json!({"x": [0.75], "s": 1})), json!([1.5]));
    for (n, s) in [(1, 3), (5, 2), (20, 50), (100, 30)] {
        // Every component of the end is a constant times the product of the x up to it.
        let x: Vec<f64> = made(n, s).iter().map(|x| 1.5 + 0.5 * x).collect();
        let input = json!({"x": x, "s": s});
        let end = *flat(&output("ode", "primal", input.clone())).last().unwrap();
        assert!(end != 0.0);
        let slopes: Vec<f64> = x.iter().map(|x| end / x).collect();
        near(&flat(&output("ode", "gradient", input)), &slopes, 1e-12);
    }
    // With few steps far components are not reached.
    let gradient = output("ode", "gradient", json!({"x": made(9, 1), "s": 2}));
    assert!(flat(&gradient).iter().all(|slope| *slope == 0.0));
}

#[test]
fn determinant() {
    assert_eq!(output("det", "primal", json!({"A": [-3.0], "ell": 1})), json!(-3.0));
    assert_eq!(output("det", "gradient", json!({"A": [-3.0], "ell": 1})), json!([1.0]));
    // Vandermonde's matrix.
    let nodes = [0.5, -1.25, 2.0, 0.75, -0.5];
    let powers: Vec<f64> =
        nodes.iter().flat_map(|x| (0..5).map(move |k| f64::powi(*x, k))).collect();
    let pairs = (0..5).flat_map(|j| (0..j).map(move |i| nodes[j] - nodes[i]));
    near(
        &flat(&output("det", "primal", json!({"A": powers, "ell": 5}))),
        &[pairs.product()],
        1e-13,
    );
    // A times its transposed cofactors is the determinant times the identity.
    for size in 2..=7 {
        let a = made(size * size, size);
        let input = json!({"A": a, "ell": size});
        let determinant = flat(&output("det", "primal", input.clone()))[0];
        let cofactors = flat(&output("det", "gradient", input));
        for i in 0..size {
            for k in 0..size {
                let row = (0..size).map(|j| a[i * size + j] * cofactors[k * size + j]);
                let expected = if i == k { determinant } else { 0.0 };
                assert!((row.sum::<f64>() - expected).abs() < 1e-11);
            }
        }
    }
}

#[test]
fn gaussian_mixture() {
    let (d, k, n) = (3, 2, 4);
    let input = json!({
        "d": d, "k": k, "n": n, "m": 2, "gamma": 1.3, "x": made_rows(n, d, 1), "alpha": made(k, 2),
        "mu": made_rows(k, d, 3), "q": made_rows(k, d, 4), "l": made_rows(k, d * (d - 1) / 2, 5),
    });
    let jacobian = output("gmm", "jacobian", input.clone());
    for name in ["alpha", "mu", "q", "l"] {
        let slopes = flat(&jacobian[name]);
        let columns = slopes.len() / k;
        let places = (0..slopes.len()).map(|i| match name {
            "alpha" => format!("/alpha/{i}"),
            _ => format!("/{name}/{}/{}", i / columns, i % columns),
        });
        let expected: Vec<f64> =
            places.map(|place| difference("gmm", "objective", &input, &place)[0]).collect();
        near(&slopes, &expected, 1e-8);
    }
    // One standard normal component in one dimension, m = 0 and gamma = 1: the logarithms of the densities,
    // and of the prior, whose constant is that of a chi-squared distribution of two degrees of freedom.
    let x = [0.3, -1.7];
    let one = json!({
        "d": 1, "k": 1, "n": 2, "m": 0, "gamma": 1.0, "x": [[x[0]], [x[1]]], "alpha": [0.9],
        "mu": [[0.0]], "q": [[0.0]], "l": [[]],
    });
    let normal: f64 = x.iter().map(|x| -0.5 * x * x - 0.5 * (2.0 * PI).ln()).sum();
    near(&flat(&output("gmm", "objective", one)), &[normal - 2f64.ln() - 0.5], 1e-13);
}

#[test]
fn bundle_adjustment() {
    // Without rotation and distortion: a pinhole.
    let mut camera = vec![0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 400.0, 5.0, -6.0, 0.0, 0.0];
    let case = |camera: &[f64]| json!({"n": 2, "m": 3, "p": 12, "cam": camera, "x": [1.5, 1.0, 7.0], "w": 0.75, "feat": [60.0, -90.0]});
    let errors = output("ba", "objective", case(&camera));
    let expected = [0.75 * (50.0 + 5.0 - 60.0), 0.75 * (-100.0 - 6.0 + 90.0)];
    near(&flat(&errors["reproj_error"]["elements"]), &expected, 1e-13);
    assert_eq!(errors["reproj_error"]["repeated"], 12);
    assert_eq!(errors["w_err"], json!({"element": 1.0 - 0.75 * 0.75, "repeated": 12}));

    for rotation in [[0.0; 3], [0.4, -0.3, 0.2]] {
        camera[..3].copy_from_slice(&rotation);
        camera[9..].copy_from_slice(&[0.1, -0.05]);
        let input = case(&camera);
        let jacobian = output("ba", "jacobian", input.clone());
        let values = flat(&jacobian["vals"]);
        let places: Vec<String> = (0..11)
            .map(|i| format!("/cam/{i}"))
            .chain((0..3).map(|i| format!("/x/{i}")))
            .chain(["/w".into()])
            .collect();
        for (column, place) in places.iter().enumerate() {
            if rotation == [0.0; 3] && column < 3 {
                continue; // beside it there is another formula, which agrees to first order only
            }
            let slopes = difference("ba", "objective", &input, place);
            near(&[values[column], values[15 + column]], &slopes[..2], 1e-7);
        }
        assert_eq!(values[30], -1.5);
        let rows: Vec<usize> = (0..=24).map(|row| 15 * row).chain(361..=365).chain([372]).collect();
        assert_eq!(jacobian["rows"], json!(rows));
        let row: Vec<usize> = (0..11).chain(22..25).chain([31]).collect();
        assert_eq!(jacobian["cols"], json!([&row[..], &row[..], &[42]].concat()));
    }
}

/// A hand of five vertices. Its bones turn about different places.
fn hand(us: Value) -> Value {
    let matrices = |seed: usize| -> Vec<Vec<Vec<f64>>> {
        let matrix = |bone: usize| {
            let entries = made(12, seed + bone);
            let row = |i: usize| -> Vec<f64> {
                (0..4).map(|j| 0.3 * entries[4 * i + j] + f64::from(i == j)).collect()
            };
            vec![row(0), row(1), row(2), vec![0.0, 0.0, 0.0, 1.0]]
        };
        (0..22).map(matrix).collect()
    };
    let parents: Vec<i64> = (0..22)
        .map(|bone| match bone {
            0 => -1,
            21 => 0,
            bone if bone % 4 == 1 => 0,
            bone => bone - 1,
        })
        .collect();
    let positions: Vec<Vec<f64>> =
        made_rows(5, 3, 8).into_iter().map(|row| [row, vec![1.0]].concat()).collect();
    json!({
        "theta": made(26, 6),
        "data": {
            "model": {
                "bone_count": 22, "bone_names": [], "parents": parents,
                "base_relatives": matrices(1), "inverse_base_absolutes": matrices(2),
                "base_positions": positions, "weights": made_rows(5, 22, 9),
                "triangles": [[0, 1, 2], [2, 3, 4]], "is_mirrored": false,
            },
            "correspondences": [1, 0], "points": made_rows(2, 3, 7),
        },
        "us": us,
    })
}

#[test]
fn hand_tracking() {
    for us in [json!([]), json!([[0.25, 0.5], [-0.5, 1.25]])] {
        let simple = us.as_array().unwrap().is_empty();
        for input in [hand(us.clone()), {
            let mut mirrored = hand(us.clone());
            mirrored["data"]["model"]["is_mirrored"] = json!(true);
            mirrored
        }] {
            let jacobian = output("ht", "jacobian", input.clone());
            let column = |k: usize| -> Vec<f64> {
                jacobian.as_array().unwrap().iter().map(|row| row[k].as_f64().unwrap()).collect()
            };
            let first = if simple { 0 } else { 2 };
            assert!(jacobian.as_array().unwrap().iter().all(|row| flat(row).len() == first + 26));
            for k in 0..26 {
                let slopes = difference("ht", "objective", &input, &format!("/theta/{k}"));
                near(&column(first + k), &slopes, 1e-7);
            }
            for k in 0..first {
                // Each row by the coordinates of its own point.
                let of_point = |i| difference("ht", "objective", &input, &format!("/us/{i}/{k}"));
                let slopes = [&of_point(0)[..3], &of_point(1)[3..]].concat();
                near(&column(k), &slopes, 1e-9);
            }
        }
    }
    // A rotation too small to be one.
    let mut input = hand(json!([]));
    input["theta"][0] = json!(1e-5);
    input["theta"][1] = json!(0.0);
    input["theta"][2] = json!(-2e-5);
    let jacobian = output("ht", "jacobian", input);
    let zeros =
        |row: &Value| flat(row)[..3] == [0.0; 3] && flat(row)[3..].iter().any(|x| *x != 0.0);
    assert!(jacobian.as_array().unwrap().iter().all(zeros));
}

#[test]
fn clusters() {
    let points = made_rows(20, 3, 2);
    let centers = points[17..].to_vec();
    let squared =
        |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum() };
    let mut cost = 0.0;
    let mut members = vec![vec![]; 3];
    for point in &points {
        let nearest = (0..3)
            .min_by(|a, b| squared(&centers[*a], point).total_cmp(&squared(&centers[*b], point)))
            .unwrap();
        cost += squared(&centers[nearest], point);
        members[nearest].push(point);
    }
    let directions: Vec<f64> = (0..3)
        .flat_map(|j| {
            let (centers, members) = (&centers, &members[j]);
            (0..3).map(move |i| {
                let mean = members.iter().map(|point| point[i]).sum::<f64>() / members.len() as f64;
                centers[j][i] - mean
            })
        })
        .collect();
    let input = json!({"points": points, "centroids": centers});
    near(&flat(&output("kmeans", "cost", input.clone())), &[cost], 1e-14);
    near(&flat(&output("kmeans", "dir", input)), &directions, 1e-13);
}

#[test]
fn recurrent_network() {
    let (l, b, c) = (2, 3, 5);
    let bits: Vec<Vec<f64>> =
        (0..c).map(|t| (0..b).map(|j| ((t * t + j) % 2) as f64).collect()).collect();
    let input = json!({
        "main_params": made_rows(2 * l, 4 * b, 1), "extra_params": made_rows(3, b, 2),
        "state": made_rows(2 * l, b, 3), "sequence": bits,
    });
    let slopes = flat(&output("lstm", "jacobian", input.clone()));
    let main = (0..8 * l * b).map(|i| format!("/main_params/{}/{}", i / (4 * b), i % (4 * b)));
    let extra = (0..3 * b).map(|i| format!("/extra_params/{}/{}", i / b, i % b));
    let expected: Vec<f64> =
        main.chain(extra).map(|place| difference("lstm", "objective", &input, &place)[0]).collect();
    near(&slopes, &expected, 1e-8);

    // Without weights of the output every bit costs the same.
    let ones: f64 = bits[1..].iter().flatten().sum();
    let mut plain = input;
    for row in [1, 2] {
        plain["extra_params"][row] = json!(vec![0.0; b]);
    }
    let cost = ones * (2.0 + b as f64).ln() / (b * (c - 1)) as f64;
    near(&flat(&output("lstm", "objective", plain)), &[cost], 1e-14);
}

#[test]
fn nested_descents() {
    for way in ["rr", "rf", "fr", "ff"] {
        let place = output("saddle", way, json!({"start": [1.0, 1.0]}));
        near(&flat(&place), &[8.246324826140356e-06; 4], 1e-9);
        // A start that is low and high enough already.
        let place = output("saddle", way, json!({"start": [0.25, -0.375]}));
        assert_eq!(place, json!([0.25, -0.375, 0.25, -0.375]));
        near(&flat(&output("particle", way, json!({"w": 0}))), &[0.2071918746486116], 1e-9);
    }
}

// The recorded cases.

fn cases() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/gradbench/cases");
    let directory =
        std::env::var_os("GRADBENCH_CASES").map_or_else(|| beside.into(), PathBuf::from);
    directory.is_dir().then_some(directory)
}

/// The largest number in a value.
fn largest(value: &Value) -> f64 {
    match value {
        Value::Number(number) => number.as_f64().unwrap().abs(),
        Value::Array(entries) => entries.iter().map(largest).fold(0.0, f64::max),
        Value::Object(fields) => fields.values().map(largest).fold(0.0, f64::max),
        _ => 0.0,
    }
}

/// Whether a value has the same shape as another, and the same numbers up to a difference.
fn agrees(found: &Value, expected: &Value, difference: f64) -> Result<(), String> {
    let wrong = || Err(format!("{found} is not {expected}").chars().take(300).collect());
    match (found, expected) {
        (Value::Object(a), Value::Object(b)) => {
            if !a.keys().eq(b.keys()) {
                return wrong();
            }
            // Each list of an object has a scale of its own.
            a.iter().zip(b).try_for_each(|((name, a), (_, b))| {
                agrees(a, b, 1e-8 * largest(b)).map_err(|error| format!("{name}: {error}"))
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.try_for_each(|(index, (a, b))| {
                agrees(a, b, difference).map_err(|error| format!("[{index}] {error}"))
            })
        }
        (Value::Number(a), Value::Number(b)) => {
            let near = if b.is_f64() {
                (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() <= difference
            } else {
                a == b
            };
            if near { Ok(()) } else { wrong() }
        }
        _ => wrong(),
    }
}

/// Compares all cases of a module.
fn recorded(module: &str) {
    let Some(directory) = cases() else {
        println!("no recorded cases here");
        return;
    };
    let mut count = 0;
    for name in [format!("{module}.jsonl"), format!("{module}.extra.jsonl")] {
        let Ok(text) = std::fs::read_to_string(directory.join(name)) else { continue };
        for line in text.lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            let function = case["function"].as_str().unwrap();
            assert_eq!(case["module"], module);
            let found = output(module, function, case["input"].clone());
            let expected = &case["output"];
            if let Err(error) = agrees(&found, expected, 1e-8 * largest(expected)) {
                panic!("{module} {function}, {}: {error}", case["workload"]);
            }
            count += 1;
        }
    }
    assert!(count > 0, "no cases of {module}");
}

#[test]
fn the_comparison_of_outputs_can_fail() {
    let apart = |found: Value, expected: Value| {
        assert!(agrees(&found, &expected, 1e-8 * largest(&expected)).is_err());
        assert!(agrees(&expected, &expected, 0.0).is_ok());
    };
    apart(json!([1.0, 2.00000003]), json!([1.0, 2.0]));
    apart(json!([1.0]), json!([1.0, 2.0]));
    apart(json!([null]), json!([0.0]));
    apart(json!({"rows": [15]}), json!({"rows": [16]}));
    apart(json!({"a": [1e9], "b": [1e-3]}), json!({"a": [1e9], "b": [2e-3]}));
    assert!(agrees(&json!([1.0, 2.00000001]), &json!([1.0, 2.0]), 2e-8).is_ok());
}

mod recorded_cases {
    use super::recorded;

    #[test]
    fn ba() {
        recorded("ba");
    }

    #[test]
    fn det() {
        recorded("det");
    }

    #[test]
    fn gmm() {
        recorded("gmm");
    }

    #[test]
    fn hello() {
        recorded("hello");
    }

    #[test]
    fn ht() {
        recorded("ht");
    }

    #[test]
    fn kmeans() {
        recorded("kmeans");
    }

    #[test]
    fn llsq() {
        recorded("llsq");
    }

    #[test]
    fn lse() {
        recorded("lse");
    }

    #[test]
    fn lstm() {
        recorded("lstm");
    }

    #[test]
    fn ode() {
        recorded("ode");
    }

    #[test]
    fn particle() {
        recorded("particle");
    }

    #[test]
    fn saddle() {
        recorded("saddle");
    }
}
