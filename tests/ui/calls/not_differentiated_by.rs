use autodiff_core::differentiate;

#[differentiate(wrt(a))]
fn scaled(a: f64, b: f64) -> f64 {
    a * b
}

#[differentiate]
fn f(x: f64) -> f64 {
    scaled(2.0, x)
}

#[differentiate]
fn changed(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    let before = total(&y);
    y[0] = 0.0;
    before + y[1]
}

#[differentiate]
fn total(x: &[f64]) -> f64 {
    x.iter().sum()
}

fn main() {
    f::gradient(1.0);
    changed::gradient(&[1.0, 2.0]);
}
