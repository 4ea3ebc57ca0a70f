use autodiff_core::differentiate;

#[derive(Debug)]
pub enum Failure {
    Negative(f64),
    Empty,
}

#[differentiate]
pub fn root(x: f64) -> Result<f64, Failure> {
    if x < 0.0 { Err(Failure::Negative(x)) } else { Ok(x.sqrt()) }
}

#[differentiate]
fn looks_into_the_error(x: f64) -> f64 {
    match root(x) {
        Ok(root) => root,
        Err(Failure::Negative(x)) => x,
        Err(_) => 1.0,
    }
}

#[differentiate]
fn takes_a_number_out_of_the_error(x: f64) -> f64 {
    match root(x) {
        Ok(root) => root,
        Err(error) => match error {
            Failure::Negative(x) => x,
            Failure::Empty => 1.0,
        },
    }
}

#[differentiate]
pub fn listed(x: f64) -> Result<f64, Vec<f64>> {
    if x < 0.0 { Err(vec![x]) } else { Ok(x.sqrt()) }
}

#[differentiate]
fn takes_a_list_out_of_the_error(x: f64) -> f64 {
    match listed(x) {
        Ok(root) => root,
        Err(list) => list[0],
    }
}

#[differentiate]
fn changes_the_error(x: f64) -> Result<f64, Failure> {
    let mut result = root(x);
    if let Err(error) = &mut result {
        *error = Failure::Empty;
    }
    result
}

#[differentiate]
fn method_of_a_result(x: f64) -> f64 {
    root(x).iter().sum::<f64>() + root(x).unwrap_or(1.0)
}

#[differentiate]
fn in_a_pair(x: f64) -> f64 {
    let pairs = vec![(root(x), x)];
    pairs[0].1
}

#[differentiate]
fn part_of_a_pattern(x: f64, given: &(Result<f64, Failure>, usize)) -> f64 {
    match given {
        (Ok(scale), 1) => x * scale,
        _ => x,
    }
}

#[differentiate]
fn derivative_of_what_fails(x: f64) -> Option<f64> {
    root::gradient(x).ok()
}

fn main() {}
