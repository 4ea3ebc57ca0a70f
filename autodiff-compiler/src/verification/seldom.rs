//! What programs seldom do, and branches of the passes are there for: each with the two things that differ there.

use super::tests::agrees;

#[test]
fn a_swap_makes_what_was_passive_vary() {
    agrees(
        "fn f(x: &[f64; 2]) -> f64 {
             let mut kept = [1.0, 2.0];
             let mut given = [x[0] * x[1], x[1]];
             std::mem::swap(&mut kept, &mut given);
             kept[0] * kept[1] + given[0]
         }",
        vec![[0.5, 1.5].into()],
    );
    agrees(
        "fn f(x: &[f64; 2]) -> f64 {
             let mut kept = [1.0, 2.0];
             let mut given = [x[0] * x[1], x[1]];
             std::mem::swap(&mut given, &mut kept);
             kept[0] * kept[1] + given[0]
         }",
        vec![[0.5, 1.5].into()],
    );
}

#[test]
fn parts_of_what_is_lent_are_written() {
    agrees(
        "fn advance(state: &mut (f64, (f64, [f64; 2])), by: f64) {
             state.0 *= by;
             (state.1).0 += state.0 * (state.1).1[1];
             (state.1).1[0] *= (state.1).0;
         }
         fn main(x: f64, y: f64) -> f64 {
             let mut state = (x, (y, [x * y, 2.0]));
             for _ in 0..3 { advance(&mut state, x); }
             state.0 * (state.1).0 + (state.1).1[0]
         }",
        vec![0.75.into(), 1.25.into()],
    );
}

#[test]
fn copies_of_zeros_are_filled() {
    agrees(
        "fn main(x: &[f64], n: usize) -> f64 {
             let zeros = vec![0.0; x.len()];
             let mut s = 1.0;
             for k in 0..n {
                 let mut filled = zeros.clone();
                 for i in 0..filled.len() { filled[i] = x[i] * s; }
                 s += filled[k] * filled[0];
             }
             s
         }",
        vec![[0.5, 0.25, -0.5].into(), 3_usize.into()],
    );
    agrees(
        "fn main(x: &[f64], n: usize) -> f64 {
             let mut s = 1.0;
             let mut filled = vec![0.0; x.len()];
             for k in 0..n {
                 let before = filled[k];
                 for i in 0..=x.len() - 2 { filled[i] = x[i] * s + before; }
                 s += filled[k] * filled[x.len() - 1];
                 filled[x.len() - 1] += s;
             }
             s
         }",
        vec![[0.5, 0.25, -0.5].into(), 3_usize.into()],
    );
}

#[test]
fn steps_depend_on_the_loop_around() {
    agrees(
        "fn main(x: &[f64], n: usize) -> f64 {
             let mut s = 0.0;
             for i in 1..n {
                 let mut product = 1.0;
                 for j in (0..x.len()).step_by(i) { product *= x[j]; }
                 s += product * x[i];
             }
             s
         }",
        vec![[0.5, 0.25, -0.5, 1.5].into(), 4_usize.into()],
    );
}

#[test]
fn what_is_passed_by_value_is_a_part() {
    agrees(
        "fn product(v: [f64; 2], w: (f64, f64)) -> f64 { v[0] * v[1] * w.0 + w.1 * w.1 }
         fn main(x: f64, y: f64) -> f64 {
             let m = [[x, y], [x * y, 2.0]];
             let mut s = 0.0;
             for i in 0..2 { s += product(m[i], (m[i][1], s)); }
             s
         }",
        vec![0.75.into(), 1.25.into()],
    );
}

#[test]
fn one_of_two_is_absent() {
    agrees(
        "fn main(x: f64, n: usize) -> f64 {
             let mut s = x;
             let mut t = 0.0;
             for i in 0..n {
                 if i % 2 == 0 { t = s * x; s *= t; } else { s += x; }
                 t += s;
             }
             s * t
         }",
        vec![0.75.into(), 3_usize.into()],
    );
}
