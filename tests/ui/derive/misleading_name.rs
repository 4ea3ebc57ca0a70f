use autodiff_core::Differentiable;

// Not the one of std: it holds floats.
struct String(f64);

#[derive(Differentiable)]
struct Model {
    x: f64,
    name: String,
}

fn main() {}
