use autodiff_core::differentiate;

#[derive(Clone, Copy)]
struct Vec<T>([T; 2]);

impl<T> std::ops::Index<usize> for Vec<T> {
    type Output = T;
    fn index(&self, _: usize) -> &T {
        &self.0[0]
    }
}

#[differentiate]
fn f(x: Vec<f64>) -> f64 {
    x[1]
}

fn main() {
    let _ = f(Vec([1.0, 2.0]));
}
