// A `Vec` that is taken to where nothing is differentiated.

#[differentiate]
pub fn main_1(x: f64) -> f64 {
    let mut kept: [f64; 2] = [0.5, x];
    for i in 0..2usize {
        let mut a: Vec<f64> = vec![x.mul_add(-0.3, 0.5); 2];
        kept[i] *= a[0];
        let _gone = std::mem::take(&mut a);
    }
    kept[0] + kept[1]
}

samples! { gradient main_1: (1.5485,) }
