//! Whole programs: the time of a value and gradient in values of the original function, and the memory
//! that the workspace holds afterwards. `cargo bench --bench programs`, with the beginning of a name for
//! some of them: `cargo bench --bench programs -- kalman`.

#![allow(unreachable_pub, dead_code)] // the programs are modules of a crate of their user

#[path = "../tests/programs/bundle.rs"]
mod bundle;
#[path = "../tests/programs/data.rs"]
mod data;
#[path = "../tests/programs/gas.rs"]
mod gas;
#[path = "../tests/programs/kalman.rs"]
mod kalman;

use autodiff_core::workspace;
use std::hint::black_box;
use std::time::Instant;

/// How often each is measured, one after the other.
const ROUNDS: usize = 31;

/// The median in seconds.
fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn seconds(run: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64()
}

/// Prints the ratios of one program.
fn report(name: &str, mut original: impl FnMut(), mut value: impl FnMut(), mut both: impl FnMut()) {
    let wanted: Vec<_> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    if !wanted.is_empty() && !wanted.iter().any(|wanted| name.starts_with(wanted.as_str())) {
        return;
    }
    workspace::release();
    both();
    let bytes = workspace::bytes();
    let (mut originals, mut values, mut gradients) = (vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        originals.push(seconds(&mut original));
        values.push(seconds(&mut value));
        gradients.push(seconds(&mut both));
    }
    let (original, value, gradient) = (median(originals), median(values), median(gradients));
    println!(
        "{name:32} {:9.3} ms  value {:5.2}  value and gradient {:6.2}  workspace {:9} bytes",
        1e3 * original,
        value / original,
        gradient / original,
        bytes
    );
}

macro_rules! measure {
    ($module:ident, $name:expr, $inputs:expr) => {{
        let (parameters, setup) = $inputs;
        let mut slope = $module::loss::gradient(&parameters, &setup);
        report(
            $name,
            || {
                black_box($module::loss(black_box(&parameters), black_box(&setup)));
            },
            || {
                black_box($module::loss::value(black_box(&parameters), black_box(&setup)));
            },
            || {
                black_box($module::loss::gradient_into(&parameters, black_box(&setup), &mut slope));
            },
        );
    }};
}

fn main() {
    use gas::{End, Limiter, Solver};
    let open = (End::Open, End::Open);
    for cells in [100, 400] {
        let inputs = data::gas(cells, Limiter::VanAlbada, Solver::Hllc, open);
        measure!(gas, &format!("gas, HLLC, {cells} cells"), inputs);
    }
    let inputs = data::gas(200, Limiter::VanLeer, Solver::Roe, open);
    measure!(gas, "gas, Roe, 200 cells", inputs);
    let inputs = data::gas(200, Limiter::MonotonizedCentral, Solver::Exact, open);
    measure!(gas, "gas, exact, 200 cells", inputs);
    measure!(kalman, "kalman, 200 measurements", data::kalman(200));
    use bundle::{Model, Robust};
    let inputs = data::bundle(20, 200, [Model::Brown, Model::Fisheye], Robust::Cauchy(2.0));
    measure!(bundle, "bundle, 20 pictures, 200 points", inputs);
}
