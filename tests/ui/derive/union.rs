use autodiff_core::Differentiable;

#[derive(Differentiable, Clone, Copy)]
union Bits {
    float: f64,
    bits: u64,
}

fn main() {}
