use autodiff_core::differentiate;

#[differentiate(wrt(a))]
fn scaled(a: f64, b: f64) -> f64 {
    a * b
}

#[differentiate]
fn f(x: f64) -> f64 {
    scaled(2.0, x)
}

fn main() {
    f::gradient(1.0);
}
