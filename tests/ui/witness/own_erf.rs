use autodiff_core::differentiate;

fn erf(x: f64) -> f64 {
    x / (1.0 + x * x).sqrt()
}

#[differentiate]
fn f(x: f64) -> f64 {
    erf(x)
}

fn main() {
    f::gradient(1.0);
}
