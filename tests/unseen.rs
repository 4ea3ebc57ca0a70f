//! What the macro cannot look into (fields of an underived struct, constants of the module, variants
//! of the user's enums) is read as it is written, with the type that its use gives it.

use autodiff_core::differentiate;

#[derive(PartialEq)]
enum Kind {
    Plain,
    Scaled(f64),
}

struct Inner {
    offset: f64,
}

struct Config {
    step: f64,
    limit: f64,
    enabled: bool,
    kind: Kind,
    table: Vec<f64>,
    count: usize,
    inner: Inner,
}

impl Config {
    fn factor(&self) -> f64 {
        3.0
    }
}

const NODES: [f64; 5] = [0.1, 0.2, 0.3, 0.4, 0.5];
const WEIGHTS: [f64; 5] = [1.0, 2.0, 3.0, 4.0, 5.0];
static TABLE: &[[f64; 2]] = &[[1.0, 2.0], [3.0, 4.0]];
const GRAVITY: f64 = 9.81;

#[differentiate(wrt(w))]
fn reads(w: f64, n: usize, config: &Config) -> f64 {
    let mut s = 0.0;
    for i in 0..NODES.len() {
        s += WEIGHTS[i] * (w * NODES[i]).exp();
    }
    s += w * TABLE[1][n] + w * config.inner.offset + config.table[n] * w;
    let nodes: [f64; 5] = NODES;
    s += nodes.iter().zip(&nodes).map(|(a, b)| a * b * w).sum::<f64>();
    let count: usize = config.count;
    for i in 0..count {
        s += w * i as f64 * GRAVITY;
    }
    let step = config.step;
    s * step
}

#[differentiate(wrt(w))]
fn chooses(w: f64, config: &Config) -> f64 {
    let scale = match &config.kind {
        Kind::Plain => 1.0,
        Kind::Scaled(by) => *by * 2.0,
    };
    if config.enabled && w > config.limit && config.kind == Kind::Plain {
        w * scale
    } else {
        w * config.factor() * scale
    }
}

/// Not annotated, and called with passive arguments only.
fn scale(columns: usize, by: f64) -> f64 {
    columns as f64 * by
}

/// `columns` is an argument beside closures that see what is active, and stays passive itself.
#[differentiate(wrt(x))]
fn by_rows(x: &[f64], columns: usize, by: f64) -> f64 {
    let squares: f64 = x.chunks_exact(columns).map(|row| row[0] * row[0]).sum();
    let tops: f64 = x.iter().skip(columns).map(|x| x * x * x).sum();
    let scale: f64 = scale(columns, by);
    (squares + tops) * scale
}

fn config(kind: Kind) -> Config {
    Config {
        step: 0.5,
        limit: 1.0,
        enabled: true,
        kind,
        table: vec![1.0, 2.0],
        count: 3,
        inner: Inner { offset: 2.0 },
    }
}

#[test]
fn fields_and_constants_are_read_as_written() {
    let config = config(Kind::Plain);
    let (w, n) = (0.7, 1);
    let (value, slope) = reads::value_and_gradient(w, n, &config);
    assert_eq!(value, reads(w, n, &config));
    let exponentials: f64 = NODES.iter().zip(WEIGHTS).map(|(x, k)| k * x * (w * x).exp()).sum();
    let squares: f64 = NODES.iter().map(|x| x * x).sum();
    let expected = 0.5 * (exponentials + 4.0 + 2.0 + 2.0 + squares + 3.0 * GRAVITY);
    assert!((slope - expected).abs() < 1e-12 * expected, "{slope} {expected}");
}

#[test]
fn variants_and_methods_decide_as_written() {
    for (kind, w, expected) in [
        (Kind::Plain, 2.0, (2.0, 1.0)),
        (Kind::Plain, 0.5, (1.5, 3.0)),
        (Kind::Scaled(2.0), 2.0, (24.0, 12.0)),
    ] {
        let config = config(kind);
        assert_eq!(chooses::value_and_gradient(w, &config), expected);
        assert_eq!(chooses(w, &config), expected.0);
    }
}

#[test]
fn unannotated_functions_take_lengths_that_chunk_active_slices() {
    let (value, slope) = by_rows::value_and_gradient(&[1.0, 2.0, 3.0, 4.0], 2, 0.5);
    assert_eq!((value, slope), (10.0 + 27.0 + 64.0, vec![2.0, 0.0, 6.0 + 27.0, 48.0]));
}

fn table(k: usize) -> [f64; 2] {
    [k as f64, 0.5]
}

/// Elements and fields of what a function gives that is not looked into.
#[differentiate]
fn of_results(x: f64, k: usize) -> f64 {
    let shift: f64 = table(k)[0];
    (table(k)[1] * x).sin() * (table(k + 1)[0] - shift).max(x)
}

#[test]
fn elements_of_results() {
    let (value, slope) = of_results::value_and_gradient(0.3, 2);
    assert_eq!(value, 0.15_f64.sin());
    assert_eq!(slope, 0.5 * 0.15_f64.cos());
}
