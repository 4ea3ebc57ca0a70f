#![allow(unused)]

use autodiff_core::differentiate;

#[derive(Clone, Copy)]
struct Flags(u8);

impl std::ops::BitAnd for Flags {
    type Output = Flags;
    fn bitand(self, other: Flags) -> Flags {
        Flags(self.0 & other.0)
    }
}

struct Slots {
    pair: (f64, f64),
    number: f64,
}

impl Slots {
    fn pair(&self) -> &(f64, f64) {
        &self.pair
    }
}

#[differentiate(wrt(x))]
fn reference_to_a_tuple(x: f64, slots: &Slots) -> f64 {
    let pair: &(f64, f64) = slots.pair();
    x * pair.0
}

#[differentiate(wrt(x))]
fn bits_of_something_unknown(x: f64, a: Flags, b: Flags) -> f64 {
    let both = a & b;
    if both.0 > 2 { x } else { x * x }
}

fn main() {}
