use autodiff_core::Differentiable;

#[derive(Differentiable)]
#[differentiable(tangents = Slope)]
struct Model {
    #[differentiable(passive)]
    x: f64,
    #[differentiable]
    y: f64,
}

fn main() {}
