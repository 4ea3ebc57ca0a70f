//! Steps allocate nothing after the first one.

#[path = "../../tests/common/allocations.rs"]
mod allocations;

use allocations::allocations;
use autodiff_core::Differentiable;
use autodiff_core::optimize::{Adam, Nadam, Optimizer, Sgd, Stopping, minimize_into};
use std::ops::ControlFlow;

#[derive(Differentiable)]
struct Model {
    layers: Vec<Vec<f64>>,
    bias: (f32, [f64; 3]),
    name: String,
}

fn check(mut optimizer: impl Optimizer) {
    let mut model = Model {
        layers: vec![vec![1.0; 10], vec![2.0; 5]],
        bias: (1.0, [2.0; 3]),
        name: "model".to_owned(),
    };
    assert_eq!(model.name.len(), 5);
    let mut gradient = model.zero_tangent();
    gradient.layers[1][3] = 1.0;
    optimizer.step(&mut model, &gradient);
    let ((), count) = allocations(|| {
        for _ in 0..100 {
            optimizer.step(&mut model, &gradient);
        }
    });
    assert_eq!(count, 0);
}

#[test]
fn steps_do_not_allocate() {
    check(Sgd::default());
    check(Sgd::default().momentum(0.9).unwrap());
    check(Adam::default());
    check(Adam::default().amsgrad(true));
    check(Nadam::default());
}

#[test]
fn minimize_allocates_for_the_history_alone() {
    let run = |iterations| {
        let mut weights = vec![1.0; 50];
        allocations(|| {
            minimize_into(
                |w: &Vec<f64>, slope: &mut Vec<f64>| {
                    slope.copy_from_slice(w);
                    0.5 * w.iter().map(|w| w * w).sum::<f64>()
                },
                &mut weights,
                &mut Nadam::default(),
                &Stopping::after(iterations),
                |_| ControlFlow::Continue(()),
            )
            .unwrap();
        })
        .1
    };
    // The history doubles its room: ten times from 4 to 4096 records.
    assert!(run(4000) - run(4) <= 11);
}
