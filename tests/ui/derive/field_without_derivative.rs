use autodiff_core::Differentiable;

struct Mesh;

#[derive(Differentiable)]
struct Model {
    x: f64,
    bias: Option<f64>,
    mesh: [Mesh; 2],
    #[differentiable(skip)]
    skipped: Mesh,
}

fn main() {}
