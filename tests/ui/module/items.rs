#![allow(unused)]

use autodiff_core::differentiate;

#[differentiate(strict)]
mod with_arguments {
    use autodiff_core::differentiate;

    #[differentiate]
    pub fn square(x: f64) -> f64 {
        x * x
    }
}

#[differentiate]
mod without_marks {
    pub fn square(x: f64) -> f64 {
        x * x
    }
}

#[differentiate]
#[path = "files/nothing.rs"]
mod elsewhere;

fn main() {
    with_arguments::square::gradient(1.0);
}
