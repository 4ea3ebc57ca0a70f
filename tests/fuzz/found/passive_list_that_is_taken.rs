// The adjoint of a `Vec` that `wrt` leaves out and that is taken is a `Vec` of its own.

#[differentiate(wrt(x6))]
pub fn main_1739(x6: f64, mut b7: Vec<f64>) -> f64 {
    let t10: f64 = x6;
    let mut a9 = std::mem::take(&mut b7);
    b7.push(t10);
    b7.iter().sum::<f64>()
}
samples! {
    gradient main_1739 : (- 1.3095, vec![1.9975, - 0.6005, 0.6625, 1.8275],)
}
