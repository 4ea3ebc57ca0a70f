// What is taken to where nothing is differentiated leaves an empty tangent behind.

#[differentiate]
pub fn main_435(x7: f64, x8: f64, x9: f64) -> f64 {
    let mut a12: Vec<f64> = vec![(x9 - x9); 1];
    let t15: f64 = x9;
    let mut a14 = std::mem::take(&mut a12);
    a12.push(t15);
    a12.iter().sum::<f64>()
}
samples! {
    gradient main_435 : (- 0.9385, - 1.0655000000000001, - 1.2595,)
}
