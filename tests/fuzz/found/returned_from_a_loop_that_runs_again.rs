// An array that is returned from inside of a loop which runs again was kept before every iteration, though nothing was in it.

#[differentiate]
pub fn main_2440(x9: f64, b10: &mut [f64], n11: usize) -> [f64; 2] {
    let mut s12: f64 = 0.5;
    'outer19: for i18 in 0..3usize {
        for i20 in 1..1 {
            b10[i20] += b10[i20].powi(2) * b10[1];
            s12 += b10[i20].clamp(2.0, 2.0);
            if s12 >= 0.5 {
                break;
            }
        }
        let mut a23: Vec<f64> = vec![
            b10.iter().chain(b10.iter()).rev().map(| v24 | v24 * v24).sum::< f64 > (); 1
        ];
        return [0.5, s12];
    }
    [0.0, 0.5]
}
samples! {
    gradient main_2440 : (1.9044999999999999, vec![1.3555], 4,)
}
