// An array that is moved into a call is `Copy`: it can be read again.

#[differentiate]
pub fn helper_1(x2: f64, mut b3: [f64; 3], b4: &[f64; 2]) -> f64 {
    b3.iter().sum::<f64>()
}
#[differentiate]
pub fn main_1556(
    x21: f64,
    b22: &mut [[f64; 2]],
    n23: usize,
    n24: i32,
    b25: &mut [f64; 3],
) -> f64 {
    for i29 in 0..4usize {
        b25[i29] = helper_1(
            0.5,
            *b25,
            &[
                {
                    let t32: f64 = b25[n23.abs_diff(2)];
                    1e-2
                },
                0.5,
            ],
        );
        break;
    }
    let t36: f64 = 0.5;
    t36
}
samples! {
    gradient main_1556 : (0.5145, vec![[1.7205, 1.8195], [- 0.5925, 1.9695], [- 0.4385, -
    0.7355]], 4, - 1, [- 0.0825, 0.8484999999999999, 0.8254999999999999],)
}
