// Arithmetic of literals that is passed to what the macro does not see has the type that rustc gives it.

#[differentiate]
pub fn helper_1(x2: f32, n3: usize) -> f32 {
    let mut s4: f32 = x2;
    s4
}
#[differentiate]
pub fn main_843(x7: f32, n8: usize, b9: &f32) -> Vec<f32> {
    let mut s10: f32 = x7;
    let mut a13: [f32; 2] = [1e-2, x7];
    for i14 in 0..2usize {
        a13[i14] = helper_1(0.25 + 0.75, n8);
    }
    vec![
        ((x7 * x7 + 1.0).powi(- 2) + (x7 + 0.3)) + s10 + a13.iter().sum::< f32 > (), s10
    ]
}
samples! {
    gradient main_843 : (1.7694999999999999, 4, 0.7274999999999999,)
}
