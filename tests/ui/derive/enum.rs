use autodiff_core::Differentiable;

#[derive(Differentiable)]
enum Shape {
    Circle(f64),
    Named { name: String, kind: Kind },
    Empty,
}

#[derive(Debug)]
struct Kind;

fn main() {}
