use autodiff_core::Differentiable;
use autodiff_core::optimize::{Optimizer, Sgd};

#[derive(Differentiable)]
struct View<'a> {
    data: &'a [f64],
}

fn main() {
    let data = [1.0, 2.0];
    let mut view = View { data: &data };
    let gradient = view.zero_tangent();
    Sgd::default().step(&mut view, &gradient);
}
