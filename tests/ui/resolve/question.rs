use autodiff_core::differentiate;

#[differentiate]
fn of_a_number(x: f64, text: &str) -> f64 {
    let scale: f64 = text.parse().ok()?;
    scale * x
}

#[differentiate]
fn in_a_closure(x: f64, y: Option<f64>) -> Option<f64> {
    let scaled = |z: f64| Some(z * y?);
    scaled(x)
}

fn main() {}
