// Run again from checkpoints, the inner loop is independent and adds up in another order: the last bit differs.

#[differentiate]
pub fn main_2555(x6: f64, b7: &[f64], mut b8: Vec<f64>) -> f64 {
    let mut s9: f64 = x6 + x6;
    for i12 in 0..2usize {
        b8[i12] = 0.5;
        return b8
            .iter()
            .map(|v14| {
                let w = v14 + s9.cos();
                w * w
            })
            .sum::<f64>();
    }
    0.5
}
samples! {
    gradient main_2555 : (1.4515, vec![], vec![0.9604999999999999, - 1.1755, - 0.3715,
    0.7144999999999999],)
}
