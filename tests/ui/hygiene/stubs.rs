//! The stubs of a refused function have names of their own, too: one mistake is one error.

use autodiff_core::differentiate;

#[differentiate(wrt(x), order = 2)]
fn refused(
    (a, b): (f64, f64),
    argument_0: f64,
    x: &[f64],
    x_gradient: f64,
    x_adjoint: f64,
    tape: f64,
    tangent_0: f64,
    cotangent: f64,
) -> f64 {
    unsafe { a * b * argument_0 * x[0] * x_gradient * x_adjoint * tape * tangent_0 * cotangent }
}

fn main() {
    let _ = refused::gradient((1.0, 2.0), 3.0, &[4.0], 5.0, 6.0, 7.0, 8.0, 9.0);
}
