//! How each crate is asked for a gradient: as its documentation says, with what can be done once done before.

use crate::losses;
use ad_trait::forward_ad::adfn::adfn;
use ad_trait::reverse_ad::adr::{GlobalComputationGraph, adr};
use echidna::DualVec;
use nalgebra::{DVector, SVector};
use std::array::from_fn;

/// Where a gradient is asked for, and the data of the loss.
pub struct Input {
    /// The numbers to differentiate with respect to.
    pub at: Vec<f64>,
    /// Columns of data: none, one or four.
    pub x: Vec<Vec<f64>>,
    /// What the data should give.
    pub y: Vec<f64>,
}

impl Input {
    fn weights<const N: usize>(&self) -> &[f64; N] {
        self.at.first_chunk().expect("as many weights as the loss has")
    }

    fn columns(&self) -> [&[f64]; 4] {
        from_fn(|k| &self.x[k][..])
    }
}

/// Writes a gradient into a list of its length.
pub type Gradient<'i> = Box<dyn FnMut(&mut [f64]) + 'i>;

/// A way to calculate a gradient.
pub struct Way {
    /// Who does it.
    pub name: &'static str,
    /// The largest size it is asked about: beyond, it takes seconds or gigabytes.
    pub most: usize,
    /// Does what can be done once for an input.
    pub prepare: for<'i> fn(&'i Input) -> Gradient<'i>,
}

const ALL: usize = usize::MAX;
/// Where tapes get long.
const LONG: usize = 100_000;

/// A row of a table of ways.
macro_rules! way {
    ($name:literal, $most:expr, |$input:ident, $slope:ident| $body:expr) => {
        Way { name: $name, most: $most, prepare: |$input| Box::new(move |$slope| $body) }
    };
}

/// Who differentiates the function of Rosenbrock.
pub const ROSENBROCK: &[Way] = &[
    way!("autodiff", ALL, |input, slope| {
        losses::rosenbrock::gradient_into(&input.at, slope);
    }),
    way!("by hand", ALL, |input, slope| losses::by_hand::rosenbrock(&input.at, slope)),
    way!("autodiff, array", 2, |input, slope| {
        let slope = slope.first_chunk_mut().expect("two numbers");
        losses::rosenbrock_of_2::gradient_into(input.weights(), slope);
    }),
    way!("symdiff", 2, |input, slope| {
        slope.copy_from_slice(&losses::symbolic::rosenbrock_gradient(&input.at));
    }),
    // Each number carries as many tangents as there are.
    way!("num-dual", 100, |input, slope| {
        let at = DVector::from_column_slice(&input.at);
        let of = losses::num_dual_dynamic::rosenbrock;
        slope.copy_from_slice(num_dual::gradient(|x| of(x.as_slice()), &at).1.as_slice());
    }),
    way!("ad_trait", LONG, |input, slope| {
        let of = losses::ad_trait_reverse::rosenbrock;
        reverse_of_ad_trait(of, &input.at, slope);
    }),
    way!("echidna", LONG, |input, slope| {
        let of = losses::echidna_reverse::rosenbrock;
        slope.copy_from_slice(&echidna::grad(of, &input.at));
    }),
    Way {
        name: "echidna, recorded",
        most: LONG,
        prepare: |input| {
            let (mut tape, _) = echidna::record(losses::echidna_recorded::rosenbrock, &input.at);
            let mut adjoints = vec![];
            Box::new(move |slope| {
                slope.copy_from_slice(&tape.gradient_with_buf(&input.at, &mut adjoints));
            })
        },
    },
];

/// Who differentiates the squared error of a parabola. Three numbers: forward mode is best where there is a choice.
pub const PARABOLA: &[Way] = &[
    way!("autodiff", ALL, |input, slope| {
        let (w, x, y) = (input.weights(), &input.x[0], &input.y);
        losses::parabola::gradient_into(w, x, y, slope.first_chunk_mut().expect("three weights"));
    }),
    way!("by hand", ALL, |input, slope| {
        let (w, x, y) = (input.weights(), &input.x[0], &input.y);
        slope.copy_from_slice(&losses::by_hand::parabola(w, x, y));
    }),
    way!("num-dual", ALL, |input, slope| {
        let of =
            |w: SVector<_, 3>| losses::num_dual_of_3::parabola(&w.data.0[0], &input.x[0], &input.y);
        let at = SVector::from(*input.weights());
        slope.copy_from_slice(num_dual::gradient(of, &at).1.as_slice());
    }),
    way!("ad_trait, forward", ALL, |input, slope| {
        let w = tangents_of_ad_trait(input.weights::<3>());
        let sum = losses::ad_trait_of_3::parabola(&w, &input.x[0], &input.y);
        slope.copy_from_slice(&sum.tangent());
    }),
    way!("ad_trait, reverse", LONG, |input, slope| {
        let of = |w: &[adr]| losses::ad_trait_reverse::parabola(w, &input.x[0], &input.y);
        reverse_of_ad_trait(of, &input.at, slope);
    }),
    way!("echidna, forward", ALL, |input, slope| {
        let w = tangents_of_echidna(input.weights::<3>());
        let sum = losses::echidna_of_3::parabola(&w, &input.x[0], &input.y);
        slope.copy_from_slice(&sum.eps);
    }),
    way!("echidna, reverse", LONG, |input, slope| {
        let of = |w: &[_]| losses::echidna_reverse::parabola(w, &input.x[0], &input.y);
        slope.copy_from_slice(&echidna::grad(of, &input.at));
    }),
];

/// Who differentiates a logistic loss of four weights.
pub const LOGISTIC: &[Way] = &[
    way!("autodiff", ALL, |input, slope| {
        let (w, x, y) = (input.weights(), input.columns(), &input.y);
        losses::logistic::gradient_into(w, x, y, slope.first_chunk_mut().expect("four weights"));
    }),
    way!("by hand", ALL, |input, slope| {
        let (w, x, y) = (input.weights(), input.columns(), &input.y);
        slope.copy_from_slice(&losses::by_hand::logistic(w, x, y));
    }),
    way!("num-dual", ALL, |input, slope| {
        let x = input.columns();
        let of = |w: SVector<_, 4>| losses::num_dual_of_4::logistic(&w.data.0[0], x, &input.y);
        let at = SVector::from(*input.weights());
        slope.copy_from_slice(num_dual::gradient(of, &at).1.as_slice());
    }),
    way!("ad_trait, forward", ALL, |input, slope| {
        let w = tangents_of_ad_trait(input.weights::<4>());
        let loss = losses::ad_trait_of_4::logistic(&w, input.columns(), &input.y);
        slope.copy_from_slice(&loss.tangent());
    }),
    way!("ad_trait, reverse", LONG, |input, slope| {
        let of = |w: &[adr]| losses::ad_trait_reverse::logistic(w, input.columns(), &input.y);
        reverse_of_ad_trait(of, &input.at, slope);
    }),
    way!("echidna, forward", ALL, |input, slope| {
        let w = tangents_of_echidna(input.weights::<4>());
        let loss = losses::echidna_of_4::logistic(&w, input.columns(), &input.y);
        slope.copy_from_slice(&loss.eps);
    }),
    way!("echidna, reverse", LONG, |input, slope| {
        let of = |w: &[_]| losses::echidna_reverse::logistic(w, input.columns(), &input.y);
        slope.copy_from_slice(&echidna::grad(of, &input.at));
    }),
];

/// Numbers with the tangents 1 in the direction of each.
fn tangents_of_ad_trait<const N: usize>(at: &[f64; N]) -> [adfn<N>; N] {
    from_fn(|i| adfn::new(at[i], from_fn(|k| f64::from(u8::from(i == k)))))
}

fn tangents_of_echidna<const N: usize>(at: &[f64; N]) -> [DualVec<f64, N>; N] {
    from_fn(|i| DualVec::with_tangent(at[i], i))
}

/// What `ReverseAD::derivative` of ad_trait does, without the matrix.
fn reverse_of_ad_trait(of: impl Fn(&[adr]) -> adr, at: &[f64], slope: &mut [f64]) {
    GlobalComputationGraph::get().reset();
    let x: Vec<adr> = at.iter().map(|x| adr::new_variable(*x, false)).collect();
    let adjoints = of(&x).get_backwards_mode_grad();
    slope.iter_mut().zip(&x).for_each(|(slope, x)| *slope = adjoints.wrt(x));
}
