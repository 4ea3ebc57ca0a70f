// forward: the list of a `None` had no content that a tangent could be made of

#[differentiate]
pub fn helper_1(x2: f64) -> Option<Vec<f64>> {
    return None;
}
#[differentiate]
pub fn main_245(x5: f64, b6: &[f64], flag7: bool) -> f64 {
    let mut s8: f64 = x5;
    let mut a10: Vec<f64> = match helper_1(s8) {
        Some(t) => t,
        None => {
            return s8;
        }
    };
    a10.iter().sum::<f64>()
}
samples! {
    gradient main_245 : (0.6894999999999999, vec![1.1155], true,)
}
