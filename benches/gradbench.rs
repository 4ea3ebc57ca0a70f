//! GradBench: the time of each derivative in times of the plain function, through the protocol that the example
//! speaks, on inputs of the same sizes and distributions as those of the evals.
//!
//! `cargo bench --bench gradbench`, with the beginning of an eval's name for some of them:
//! `cargo bench --bench gradbench -- gmm`. Both functions are measured by turns; what is printed is the least
//! and the median of all runs, since other work on the machine only adds to them.

#![allow(unreachable_pub)] // the modules are those of the example

#[allow(unused_imports)] // of the evals' own tests, which do not run here
#[path = "../examples/gradbench/evals/mod.rs"]
mod evals;
#[path = "../examples/gradbench/protocol.rs"]
mod protocol;
#[allow(dead_code)] // measured is one
#[path = "../examples/gradbench/threads.rs"]
mod threads;
#[path = "../examples/gradbench/timing.rs"]
mod timing;

use autodiff_core::workspace;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use serde_json::{Value, json};

/// How often the functions of a workload take turns.
const TURNS: usize = 5;
/// How long each of them runs in a turn, in seconds.
const TURN: f64 = 0.2;

/// The milliseconds of all runs of a function.
fn measure(module: &str, function: &str, input: &Value) -> Vec<f64> {
    let message = json!({
        "id": 0, "kind": "evaluate", "module": module, "function": function, "input": input,
    });
    let mut reply = Vec::new();
    protocol::serve(message.to_string().as_bytes(), &mut reply).expect("memory does not fail");
    let reply: Value = serde_json::from_slice(&reply).expect("a reply");
    assert_eq!(reply["success"], json!(true), "{module} {function}: {}", reply["error"]);
    let timings = reply["timings"].as_array().expect("timings").iter();
    let runs = timings.filter(|timing| timing["name"] == "evaluate");
    runs.map(|run| run["nanoseconds"].as_f64().expect("a number") * 1e-6).collect()
}

/// Prints a line for each function, in times of the first one.
fn report(module: &str, workload: &str, functions: &[&str], mut input: Value) {
    let wanted: Vec<_> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    if !wanted.is_empty() && !wanted.iter().any(|wanted| module.starts_with(wanted.as_str())) {
        return;
    }
    input["min_runs"] = json!(3);
    input["min_seconds"] = json!(TURN);
    let mut times = vec![vec![]; functions.len()];
    workspace::release();
    for _ in 0..TURNS {
        for (times, function) in times.iter_mut().zip(functions) {
            times.extend(measure(module, function, &input));
        }
    }
    let megabytes = workspace::bytes() as f64 * 1e-6;
    times.iter_mut().for_each(|times| times.sort_by(f64::total_cmp));
    for (runs, function) in times.iter().zip(functions) {
        println!(
            "{module:9} {workload:16} {function:10} {:10.4} ms, median {:10.4} ms; ratio {:6.2}; \
             workspace {megabytes:7.2} MB",
            runs[0],
            runs[runs.len() / 2],
            runs[0] / times[0][0],
        );
    }
}

/// Numbers of the distributions of the evals.
struct Random(ChaCha8Rng);

impl Random {
    fn uniform(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.0.random()).collect()
    }

    fn normal(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.0.sample(StandardNormal)).collect()
    }

    fn uniform_rows(&mut self, rows: usize, columns: usize) -> Vec<Vec<f64>> {
        (0..rows).map(|_| self.uniform(columns)).collect()
    }

    fn normal_rows(&mut self, rows: usize, columns: usize) -> Vec<Vec<f64>> {
        (0..rows).map(|_| self.normal(columns)).collect()
    }
}

fn mixture(random: &mut Random, d: usize, k: usize, n: usize) -> Value {
    json!({
        "d": d, "k": k, "n": n, "m": 0, "gamma": 1.0,
        "x": random.normal_rows(n, d), "alpha": random.normal(k), "mu": random.uniform_rows(k, d),
        "q": random.normal_rows(k, d), "l": random.normal_rows(k, d * (d - 1) / 2),
    })
}

fn clusters(random: &mut Random, k: usize, n: usize, d: usize) -> Value {
    let points = random.uniform_rows(n, d);
    let centers = points[n - k..].to_vec();
    json!({"points": points, "centroids": centers})
}

fn network(random: &mut Random, l: usize, c: usize) -> Value {
    const BITS: usize = 14;
    let mut bits = || -> Vec<f64> { random.uniform(BITS).iter().map(|x| x.round()).collect() };
    let sequence: Vec<Vec<f64>> = (0..c).map(|_| bits()).collect();
    json!({
        "main_params": random.uniform_rows(2 * l, 4 * BITS),
        "extra_params": random.uniform_rows(3, BITS),
        "state": random.uniform_rows(2 * l, BITS), "sequence": sequence,
    })
}

/// A hand with as many vertices as the big model.
fn hand(random: &mut Random, correspondences: usize, complicated: bool) -> Value {
    const VERTICES: usize = 10_000;
    const TRIANGLES: usize = 1084;
    let mut matrices = || -> Vec<Vec<Vec<f64>>> {
        (0..22)
            .map(|_| {
                let mut matrix = random.normal_rows(3, 4);
                matrix.push(vec![0.0, 0.0, 0.0, 1.0]);
                matrix
            })
            .collect()
    };
    let (relatives, absolutes) = (matrices(), matrices());
    let parents: Vec<i64> = (0..22)
        .map(|bone| match bone {
            0 => -1,
            21 => 0,
            bone if bone % 4 == 1 => 0,
            bone => bone - 1,
        })
        .collect();
    let mut positions = random.normal_rows(VERTICES, 3);
    positions.iter_mut().for_each(|position| position.push(1.0));
    let mut places = |count: usize, below: usize| -> Vec<usize> {
        (0..count).map(|_| random.0.random_range(0..below)).collect()
    };
    let triangles: Vec<Vec<usize>> = (0..TRIANGLES).map(|_| places(3, VERTICES)).collect();
    let found = places(correspondences, if complicated { TRIANGLES } else { VERTICES });
    json!({
        "theta": random.normal(26),
        "data": {
            "model": {
                "bone_count": 22, "bone_names": [], "parents": parents,
                "base_relatives": relatives, "inverse_base_absolutes": absolutes,
                "base_positions": positions, "weights": random.uniform_rows(VERTICES, 22),
                "triangles": triangles, "is_mirrored": false,
            },
            "correspondences": found, "points": random.normal_rows(correspondences, 3),
        },
        "us": random.uniform_rows(if complicated { correspondences } else { 0 }, 2),
    })
}

fn main() {
    let random = &mut Random(ChaCha8Rng::seed_from_u64(31337));
    let gradient = ["primal", "gradient"];
    let jacobian = ["objective", "jacobian"];
    report("llsq", "n=4096,m=128", &gradient, json!({"x": random.uniform(128), "n": 4096}));
    report("lse", "n=640000", &gradient, json!({"x": random.uniform(640_000)}));
    for (n, s) in [(100, 1000), (1000, 100), (10_000, 10)] {
        let input = json!({"x": random.uniform(n), "s": s});
        report("ode", &format!("n={n},s={s}"), &gradient, input);
    }
    report("det", "9", &gradient, json!({"A": random.uniform(81), "ell": 9}));
    for (d, k) in [(10, 50), (32, 50)] {
        report("gmm", &format!("{d}_{k}_1000"), &jacobian, mixture(random, d, k, 1000));
    }
    let camera = [
        -0.758453, -1.109613, -0.845551, 34.556073, 39.676747, 53.881673, 419.194514, 5.864426,
        -8.51887, 0.087812, 0.002739,
    ];
    let point = [7.203245, 0.001144, 3.023326];
    for (name, n, m, p) in [("ba1", 49, 7776, 31_843), ("ba3", 161, 48_126, 182_072)] {
        let input = json!({
            "n": n, "m": m, "p": p, "cam": camera, "x": point, "w": 0.417022,
            "feat": [271.760969, 834.209256],
        });
        report("ba", name, &jacobian, input);
    }
    for (name, complicated) in [("simple, c=100", false), ("complicated", true)] {
        report("ht", name, &jacobian, hand(random, 100, complicated));
    }
    for (k, n) in [(100, 1000), (100, 10_000)] {
        let input = clusters(random, k, n, 8);
        report("kmeans", &format!("k={k},n={n},d=8"), &["cost", "dir"], input);
    }
    for (l, c) in [(2, 1024), (4, 4096)] {
        report("lstm", &format!("l={l},c={c}"), &jacobian, network(random, l, c));
    }
    let ways = ["ff", "fr", "rf", "rr"];
    report("particle", "w=0", &ways, json!({"w": 0.0}));
    report("saddle", "start=1,1", &ways, json!({"start": [1.0, 1.0]}));
}
