//! Compile-time symbolic differentiation for stable Rust: gradients you can trust and read.
//!
//! [`#[differentiate]`](macro@differentiate) on an ordinary function makes its gradient, as plain Rust,
//! while the program is compiled. The function stays as it was written; beside it, under the same name,
//! stand its derivatives:
//!
//! ```
//! use autodiff_core::differentiate;
//!
//! #[differentiate(wrt(w))]
//! fn mse(w: &[f64; 3], x: &[f64], y: &[f64]) -> f64 {
//!     x.iter()
//!         .zip(y)
//!         .map(|(x, y)| (w[0] * x * x + w[1] * x + w[2] - y).powi(2))
//!         .sum::<f64>()
//!         / x.len() as f64
//! }
//!
//! let (x, y) = ([0.0, 1.0, 2.0], [3.0, 6.0, 11.0]); // of x² + 2x + 3
//! let (loss, slope) = mse::value_and_gradient(&[1.0, 2.0, 3.0], &x, &y);
//! assert_eq!((loss, slope), (0.0, [0.0; 3]));
//! ```
//!
//! Around it:
//!
//! * [`Differentiable`](macro@Differentiable) derives what a struct needs to be differentiated by.
//! * [`optimize`] has optimizers and [`minimize`](optimize::minimize()), which run down a gradient.
//! * [`check`] compares a gradient with differences of the function's values.
//! * [`special`] has the error function, the gamma function and their relatives.
//! * [`Float`] is for functions that serve `f32` and `f64`.
//!
//! # Where there is no derivative
//!
//! `abs` has slope 0 at 0. `max` and `min` pass the slope to the argument that the value came from, and
//! on a tie to the second. `clamp` has slope 0 outside of its bounds and 1 inside, the bounds included.
//! `floor`, `ceil`, `round`, `trunc`, `signum` and casts to integers have slope 0, `fract` has slope 1.
//! `sqrt` has the slope `inf` at 0; `hypot(0, 0)` and `atan2(0, 0)` have slope 0; `powf(0, y)` has slope
//! 0 in `y` for `y > 0`. A branch that is not taken never contributes.
//!
//! # What names mean
//!
//! An attribute sees names, not what they stand for: `x.sin()`, `std::mem::swap`, `vec!` and `Vec` are
//! taken for those of the standard library. The generated code makes rustc compare, so that a trait, a
//! module or a macro of yours by such a name is an error there. Two things are taken on trust:
//!
//! * `clone` of a struct with `Differentiable` gives a value with the same fields.
//! * A function that is called is the annotated one. That is so unless an unannotated function stands
//!   beside the glob import (`use losses::*`) of an annotated one of the same name: give it another name.

#![forbid(unsafe_code)]

mod accumulate;
pub mod check;
mod checkpoint;
mod differentiable;
mod fallible;
mod float;
#[cfg(feature = "simd")]
mod lanes;
pub mod optimize;
#[cfg(feature = "simd")]
#[doc(hidden)]
pub mod simd;
pub mod special;
mod steps;
#[cfg(feature = "rayon")]
#[doc(hidden)]
pub mod threads;
pub mod workspace;

pub use autodiff_macro::Differentiable;
/// Makes the gradient of a function, beside the function.
///
/// Under `fn mse(…) -> f64` stand, with the same visibility,
///
/// | function | signature | meaning |
/// | --- | --- | --- |
/// | `mse::value` | `(params…) -> f64` | the value, the same bits as from the next one |
/// | `mse::value_and_gradient` | `(params…) -> (f64, G)` | both in one pass |
/// | `mse::gradient` | `(params…) -> G` | the gradient |
/// | `mse::gradient_into` | `(params…, &mut g…) -> f64` | overwrites the caller's buffers, returns the value |
///
/// `G` is one gradient per active parameter: a bare value for one, a tuple for several. The gradient
/// of an `f64` is an `f64`, of `[f64; N]` an array, of `&[f64]` and `Vec<f64>` a `Vec<f64>` (in
/// `gradient_into` a `&mut [f64]`), of a struct with
/// [`#[derive(Differentiable)]`](macro@Differentiable) its tangent struct. `f32` and generic
/// `T: `[`Float`] work the same.
///
/// A function that returns anything but one float, or that changes floats behind `&mut` parameters, has
/// `vjp`, the vector-Jacobian product: its parameters are followed by the cotangent of what it returns, if
/// that holds floats, and by one for what is behind each such `&mut` parameter at exit; a `Vec` or slice is
/// passed as `&[T]`. It returns the value and the gradient of the sum of all outputs, each times its
/// cotangent. What is behind a `&mut` parameter is updated as the function does; its gradient is that with
/// respect to its content at entry.
///
/// ```
/// # use autodiff_core::differentiate;
/// #[differentiate]
/// fn polar(r: f64, angle: f64) -> (f64, f64) {
///     (r * angle.cos(), r * angle.sin())
/// }
///
/// #[differentiate]
/// fn smooth(x: &mut [f64]) {
///     for i in 1..x.len() {
///         x[i] = 0.5 * (x[i] + x[i - 1]);
///     }
/// }
///
/// let (_, (by_r, by_angle)) = polar::vjp(2.0, 0.0, (1.0, 10.0));
/// assert_eq!((by_r, by_angle), (1.0, 20.0));
///
/// let mut x = [4.0, 2.0, 1.0];
/// let ((), slopes) = smooth::vjp(&mut x, &[0.0, 0.0, 1.0]);
/// assert_eq!((x, slopes), ([4.0, 3.0, 2.0], vec![0.25, 0.25, 0.5]));
/// ```
///
/// A float may come with auxiliary values that hold no floats: a count, a list of indices, whether it converged.
/// Then the float has the gradient, and the others come with the value.
///
/// ```
/// # use autodiff_core::differentiate;
/// #[differentiate]
/// fn root(a: f64) -> (f64, u32) {
///     let (mut x, mut steps) = (a, 0);
///     while (x * x - a).abs() > 1e-12 {
///         x = 0.5 * (x + a / x);
///         steps += 1;
///     }
///     (x, steps)
/// }
///
/// let ((x, steps), slope) = root::value_and_gradient(4.0);
/// assert_eq!(steps, 5);
/// assert!((x - 2.0).abs() < 1e-12 && (slope - 0.25).abs() < 1e-12);
/// ```
///
/// A function that returns a `Result` or an `Option` gives the same wrapper around each output. Inside, `?` and
/// `match` work on what other annotated functions return and on what is passive. Errors are passive, whatever they are
/// made of; where there is no value, buffers of `gradient_into` hold zeros.
///
/// ```
/// # use autodiff_core::differentiate;
/// #[derive(Debug, PartialEq)]
/// struct NotConverged {
///     steps: usize,
/// }
///
/// #[differentiate]
/// fn root(a: f64) -> Result<f64, NotConverged> {
///     let mut x = a;
///     for _ in 0..40 {
///         let next = 0.5 * (x + a / x);
///         if (next - x).abs() < 1e-12 {
///             return Ok(next);
///         }
///         x = next;
///     }
///     Err(NotConverged { steps: 40 })
/// }
///
/// #[differentiate]
/// fn norm(x: f64, y: f64) -> Result<f64, NotConverged> {
///     let root = root(x * x + y * y)?;
///     Ok(root)
/// }
///
/// let (length, (by_x, by_y)) = norm::value_and_gradient(3.0, 4.0)?;
/// assert!((length - 5.0).abs() < 1e-12 && (by_x - 0.6).abs() < 1e-12 && (by_y - 0.8).abs() < 1e-12);
/// assert_eq!(norm::gradient(f64::NAN, 4.0), Err(NotConverged { steps: 40 }));
/// # Ok::<(), NotConverged>(())
/// ```
///
/// With `#[differentiate(jvp)]` a function has `jvp`, too, the Jacobian-vector product, by forward mode: its
/// parameters are followed by a tangent for each active one, of the type of its gradient (a `Vec` or slice
/// as `&[T]`). It returns the value and its derivative in that direction. Behind `&mut`, the tangent of the
/// content at entry goes in, and that of the content at exit comes out. One call costs about twice the
/// function, whatever the number of outputs. Functions that it calls need `jvp` as well.
///
/// ```
/// # use autodiff_core::differentiate;
/// #[differentiate(jvp)]
/// fn polar(r: f64, angle: f64) -> (f64, f64) {
///     (r * angle.cos(), r * angle.sin())
/// }
///
/// let ((x, y), (dx, dy)) = polar::jvp(2.0, 0.0, 1.0, 0.5);
/// assert_eq!((x, y, dx, dy), (2.0, 0.0, 1.0, 1.0));
/// ```
///
/// # Second derivatives and matrices
///
/// They are emitted when asked for: `#[differentiate(hessian, hvp)]`.
///
/// | function | signature | meaning |
/// | --- | --- | --- |
/// | `f::hvp` | `(params…, v…) -> G` | the Hessian times a direction |
/// | `f::hessian` | `(params…) -> H` | the Hessian, symmetric to the last bit |
/// | `f::value_gradient_hessian` | `(params…) -> (f64, G, H)` | all three, with what they share computed once |
/// | `f::jacobian` | `(params…) -> J` | of functions that give several floats; there without being asked for, where it can be |
/// | `f::value_and_jacobian` | `(params…) -> (R, J)` | with what the function returns |
///
/// `H` is `[[f64; N]; N]` over the floats of all active parameters, end to end, if literals say how many there
/// are, or one array whose length has a name; else a `Vec<f64>`, row after row. `J` is one matrix for each
/// active parameter, a tuple if there are several: `[[f64; N]; M]`, for a number `[f64; M]`, or a `Vec<f64>`,
/// row after row. Its rows are the floats that are returned, then those behind each `&mut` parameter at exit.
///
/// ```
/// # use autodiff_core::differentiate;
/// #[differentiate(hessian, hvp)]
/// fn rosenbrock(x: &[f64; 2]) -> f64 {
///     (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2)
/// }
///
/// #[differentiate(wrt(p), jacobian)]
/// fn residuals(p: &[f64; 2], t: &[f64], y: &[f64]) -> Vec<f64> {
///     t.iter().zip(y).map(|(t, y)| p[0] * (-p[1] * t).exp() - y).collect()
/// }
///
/// assert_eq!(rosenbrock::hessian(&[1.0, 1.0]), [[802.0, -400.0], [-400.0, 200.0]]);
/// assert_eq!(rosenbrock::hvp(&[1.0, 1.0], [0.0, 1.0]), [-400.0, 200.0]);
/// assert_eq!(residuals::jacobian(&[2.0, 0.0], &[0.0, 3.0], &[1.0, 1.0]), [1.0, 0.0, 1.0, -6.0]);
/// ```
///
/// At most eight directions (sixteen columns of a Jacobian that is asked for) through code that is not long are
/// computed in one sweep; otherwise a loop calls the product for each direction, so that the size of the code does
/// not depend on the number of parameters. That loop copies what is behind `&mut` (a struct there has to be `Clone`),
/// and runs nothing that prints twice.
///
/// The functions that it calls need derivatives of second order, too: `hessian` or `hvp`, or
/// `#[differentiate(order = 2)]`, which emits nothing to call by hand but `jvp`.
///
/// # Derivatives inside
///
/// A differentiated function may call `g::gradient`, `g::value_and_gradient` and `g::jvp` of another annotated
/// function that returns one float, and `g::vjp` and `g::jvp` of one that returns several: gradient descent
/// inside of an objective, forces that are the slope of a potential. It changes nothing behind `&mut`. That
/// function needs `order = 2`; for a Hessian around it, `order = 3`. What it is
/// differentiated with respect to (`wrt`) has to cover what varies around it.
///
/// ```
/// # use autodiff_core::differentiate;
/// #[differentiate(order = 2)]
/// fn potential(x: f64, k: f64) -> f64 {
///     k * x.powi(4)
/// }
///
/// #[differentiate]
/// fn after_a_step(x: f64, k: f64) -> f64 {
///     let (slope, _) = potential::gradient(x, k);
///     x - 0.5 * slope // x - 2 k x³
/// }
///
/// assert_eq!(after_a_step::gradient(1.0, 3.0), (1.0 - 18.0, -2.0));
/// ```
///
/// # Arguments
///
/// * `wrt(a, b)`: the active parameters. Without it every parameter that holds floats is active; a
///   parameter of a type that the attribute cannot see into must then derive `Differentiable` (rustc
///   says `cannot find macro` of that name if it does not), or be left out with `wrt`.
/// * `jvp`: emits the Jacobian-vector product.
/// * `vjp`: emits the vector-Jacobian product of a function that returns one float, too.
/// * `hvp`, `hessian`, `value_gradient_hessian`, `jacobian`, `value_and_jacobian`: see above.
/// * `par_value_and_gradient`, `par_gradient_into`: see [below](#threads).
/// * `order = 2`, `order = 3`: the derivatives can themselves be differentiated by callers.
/// * `checkpoint`: the outermost sequential loops keep few of their states and run again from those, so
///   that memory grows with the logarithm of the trip count; without it a loop keeps, for each iteration,
///   what its reverse cannot compute again, at least 8 bytes for a carried number ([`workspace`]). The
///   value is the same bits; in rare programs the last bits of a gradient differ, because products are
///   grouped differently.
/// * `name = "energy_"`: emits functions `energy_gradient`, … instead of a type named like the
///   function, for names that clash. Such functions cannot be called by other annotated functions.
/// * `crate = path`: where `autodiff_core` is re-exported.
///
/// # Calls and methods
///
/// An annotated function calls another one, of any module or crate, as usual. A function that gets
/// arguments that depend on active parameters must be annotated too (`cannot find macro` names the
/// one that is not); nested functions and closures need no annotation. A function of another crate, or one
/// that cannot be differentiated, gets a rule by hand: [`macro@derivative_of`]. Functions may take `&mut`
/// buffers, return tuples, arrays, `Vec`s and structs, and call themselves. On an `impl` block the attribute
/// handles every method marked with it; the outputs are `method_gradient`, … `self` is passive unless
/// `wrt(self, …)` names it or it is the only parameter that can hold floats.
///
/// ```
/// use autodiff_core::{Differentiable, differentiate};
///
/// #[derive(Differentiable)]
/// struct Spring { stiffness: f64, rest: f64 }
///
/// #[differentiate]
/// impl Spring {
///     #[differentiate]
///     fn energy(&self, length: f64) -> f64 {
///         0.5 * self.stiffness * (length - self.rest).powi(2)
///     }
///
///     #[differentiate(wrt(self))]
///     fn tension(&self, length: f64) -> f64 {
///         self.stiffness * (length - self.rest)
///     }
/// }
///
/// let spring = Spring { stiffness: 10.0, rest: 1.0 };
/// assert_eq!(spring.energy_gradient(3.0), 20.0);
/// let (tension, slopes) = spring.tension_value_and_gradient(3.0);
/// assert_eq!((tension, slopes.stiffness, slopes.rest), (20.0, 2.0, -10.0));
/// ```
///
/// A method can be called from the methods of its own annotated block only, since a macro sees no types
/// elsewhere. `#[differentiate]` on a module handles every function and every method of an `impl` block
/// marked in it, and lets all of them call each other's methods.
///
/// # What is accepted
///
/// `let` with patterns, assignment, `if`, `match` on values that are not active, every loop, `break`,
/// `continue` and early `return`, closures, nested functions, slices, arrays, `Vec`, iterator chains,
/// tuples and structs, integer arithmetic, `assert!` and `println!`, and the methods of `f64` and `f32`.
/// What is not understood is a compile error on its token with a `help:` line, never a wrong gradient.
///
/// Values of types that are not looked into (a `VecDeque`, a `HashMap`, a struct of yours without
/// `#[derive(Differentiable)]`) may be used, changed and asked, but nothing that depends on a differentiated
/// parameter may go into them: `queue.push_back(x)` is an error. `detach(x)` may, since it has no derivative. What is
/// behind `&` is taken to stay as it is: keep interior mutability out of differentiated functions.
///
/// # Several iterations at once
///
/// With the feature `simd`, which is on by default, loops whose iterations are independent run several of them at once: eight of `f64`,
/// sixteen of `f32`. The instruction set is chosen when the function is called (`AUTODIFF_SIMD=baseline` or
/// `AUTODIFF_SIMD=avx2` in the environment limits it, to have another machine's results). Sums are then added in another
/// order, which changes last bits, the same in all outputs of a function on one machine; `strict` keeps the order
/// of the source.
///
/// # Threads
///
/// With the feature `rayon`, a function that returns one float can have its gradient on several threads:
///
/// | argument | function | signature |
/// | --- | --- | --- |
/// | `par_value_and_gradient` | `f::par_value_and_gradient`, and the next one | `(params…) -> (f64, G)` |
/// | `par_gradient_into` | `f::par_gradient_into` | `(params…, &mut g…) -> f64` |
///
/// ```
/// # #[cfg(feature = "rayon")] {
/// use autodiff_core::differentiate;
///
/// #[differentiate(wrt(w), par_value_and_gradient)]
/// fn loss(w: &[f64; 2], x: &[f64], y: &[f64]) -> f64 {
///     x.iter().zip(y).map(|(x, y)| (w[0] * x + w[1] - y).powi(2)).sum()
/// }
///
/// let x: Vec<f64> = (0..100_000).map(f64::from).collect();
/// let y: Vec<f64> = x.iter().map(|x| 2.0 * x + 1.0).collect();
/// let (value, slope) = loss::par_value_and_gradient(&[2.0, 3.0], &x, &y);
/// assert_eq!((value, slope[1]), (400_000.0, 400_000.0));
/// # }
/// ```
///
/// A loop whose iterations are independent is split into at most 64 chunks, each with sums of its own, which are
/// added up in order. Where chunks begin depends on the sizes of the data only: **the result has the same bits on
/// any number of threads**, one included; it differs in the last bits from that of `value_and_gradient`, which adds
/// in another order, and `strict` refuses these outputs. Independent means: what iterations leave are sums (of
/// numbers, and into elements of arrays, slices and `Vec`s at any index), or elements at a fixed distance from the
/// loop's index. A chunk has a copy of what it adds to, or of the elements that it touches; where copies would
/// outgrow the cache there are fewer chunks. Loops inside of other loops stay in one piece, as do those that leave
/// early, print, or read what an earlier iteration wrote: a function that has no other loops has these outputs, too,
/// and they run on one thread.
///
/// The threads are those of the pool that the caller is in ([`rayon::ThreadPool::install`], or the global one).
/// Below about 80 microseconds of work, as far as that can be told, everything runs on the caller's thread, chunk by
/// chunk. If iterations panic, one of these panics comes out.
///
/// [`rayon::ThreadPool::install`]: https://docs.rs/rayon/latest/rayon/struct.ThreadPool.html#method.install
///
/// # Reading what it makes
///
/// With the feature `dump`, `AUTODIFF_EMIT=directory cargo build` writes the generated code of every
/// function, formatted, and the intermediate representation after each pass.
pub use autodiff_macro::differentiate;

/// Attaches a derivative written by hand to a function that is not annotated: one of another crate, one
/// that calls C, a root finder whose derivative follows from the implicit function theorem.
///
/// The attribute stands on the rule and names the function; annotated functions then call the function as
/// usual. A rule returns the value and the gradient, one part per active parameter:
///
/// ```
/// use autodiff_core::{check, derivative_of, differentiate};
///
/// /// The x > 0 with x exp(x) = a.
/// fn lambert(a: f64) -> f64 {
///     let mut x = a.ln_1p();
///     for _ in 0..20 {
///         x -= (x * x.exp() - a) / ((x + 1.0) * x.exp());
///     }
///     x
/// }
///
/// #[derivative_of(lambert)]
/// fn lambert_rule(a: f64) -> (f64, f64) {
///     let x = lambert(a);
///     (x, 1.0 / (x.exp() * (1.0 + x)))
/// }
///
/// #[differentiate]
/// fn loss(a: f64, b: f64) -> f64 {
///     lambert(a * b).powi(2)
/// }
///
/// check::rule(|a: &f64| lambert(*a), |a: &f64| lambert_rule(*a), &2.0)?;
/// let slope = loss::gradient(1.0, 2.0).0;
/// assert!((slope - 2.0 * lambert(2.0) * 2.0 * lambert::gradient(2.0)).abs() < 1e-15);
/// # Ok::<(), check::Failure>(())
/// ```
///
/// A function that returns more than one float needs a vector-Jacobian product: a last parameter called
/// `cotangent` with the gradient type of the result (a `Vec` is passed as slice), and the gradient of the
/// sum of all outputs, each times its cotangent.
///
/// ```
/// use autodiff_core::{derivative_of, differentiate};
/// use std::hint::black_box as opaque; // stands for something that cannot be differentiated
///
/// fn scaled(x: &[f64], a: f64) -> Vec<f64> {
///     x.iter().map(|x| opaque(x * a)).collect()
/// }
///
/// #[derivative_of(scaled)]
/// fn scaled_rule(x: &[f64], a: f64, cotangent: &[f64]) -> (Vec<f64>, (Vec<f64>, f64)) {
///     let by_x = cotangent.iter().map(|c| c * a).collect();
///     let by_a = x.iter().zip(cotangent).map(|(x, c)| x * c).sum();
///     (scaled(x, a), (by_x, by_a))
/// }
///
/// #[differentiate]
/// fn loss(x: &[f64], a: f64) -> f64 {
///     let y = scaled(x, a);
///     y[0] * y[1]
/// }
///
/// assert_eq!(loss::gradient(&[2.0, 3.0], 5.0), (vec![75.0, 50.0], 60.0));
/// ```
///
/// # Arguments
///
/// The path of the function, then `wrt(a, b)` and `crate = path` as for [`macro@differentiate`]. The
/// items stand in the rule's module under the last name of the path: for a function of another crate,
/// `use` it there and call it by that name. [`check::rule`] compares a rule with differences.
pub use autodiff_macro::derivative_of;
pub use differentiable::{Differentiable, ParameterPath, Parameters, Visitor};
pub use float::Float;
pub use special::detach;

// The derive's documentation examples and tests name this crate as its users do.
extern crate self as autodiff_core;

/// What generated code calls; not for users, and free to change.
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "simd")]
    pub use crate::__dispatch as dispatch;
    pub use crate::accumulate::Accumulate;
    pub use crate::checkpoint::{checkpoint_budget, next_checkpoint};
    pub use crate::float::Sealed;
    #[cfg(feature = "simd")]
    pub use crate::simd;
    pub use crate::steps::backwards;
    #[cfg(feature = "rayon")]
    pub use crate::threads;
    pub use crate::workspace::{Stack, Tape};
    pub use autodiff_macro::__resume as resume;

    /// Functions that return a `Result` or an `Option`.
    pub mod fallible {
        pub use crate::fallible::{Fallible, option, result};
    }

    /// Lane math and the vectors that it works on.
    #[cfg(feature = "simd")]
    pub mod lanes {
        pub use crate::lanes::*;
        pub use fearless_simd;
    }

    /// What the method returns that stands in the last place where rustc looks before it finds the one of
    /// the standard library.
    pub struct MethodOfStd;

    /// A result of that method.
    #[diagnostic::on_unimplemented(
        message = "this is the method of a trait, not the one of the standard library",
        label = "its name is taken for the standard library's",
        note = "give the trait's method another name, or call the standard library's by its path: `f64::sin(x)`"
    )]
    pub trait OfStd {}

    impl OfStd for MethodOfStd {}

    /// Compiles if rustc found no other method first.
    pub fn method_of_std<T: OfStd>(_: T) {}

    /// That two types are one, and so, since every function has a type of its own, that two functions are.
    #[diagnostic::on_unimplemented(
        message = "this name is taken for `{Other}`, and here it stands for `{Self}`",
        label = "not what the differentiator takes it for",
        note = "give what you mean another name, or leave out the path or the import that leads to it"
    )]
    pub trait Same<Other: ?Sized> {}

    impl<T: ?Sized> Same<T> for T {}

    /// Two functions to compare.
    pub struct Pair<A, B>(core::marker::PhantomData<(A, B)>);

    /// Takes the types of two functions down before they are compared.
    pub fn pair<A, B>(_: A, _: B) -> Pair<A, B> {
        Pair(core::marker::PhantomData)
    }

    /// Compiles if both are the same function.
    pub fn same_function<A: Same<B>, B>(_: Pair<A, B>) {}

    /// Compiles if both are the same type.
    pub fn same_type<A: ?Sized + Same<B>, B: ?Sized>() {}
}
