use autodiff_core::differentiate;

#[differentiate(wrt(w), par_value_and_gradient)]
fn loss(w: f64, x: &[f64]) -> f64 {
    x.iter().map(|x| (w * x).sin()).sum()
}

#[differentiate(strict, par_gradient_into)]
fn in_order(x: &[f64]) -> f64 {
    x.iter().sum()
}

fn main() {
    // The stub has it: one mistake is one error.
    loss::par_value_and_gradient(1.0, &[2.0]);
    loss::gradient(1.0, &[2.0]);
}
