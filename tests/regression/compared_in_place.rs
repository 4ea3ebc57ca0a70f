//! Texts are compared where they are (they were moved out of what is behind `&`), and patterns may be ranges between
//! named numbers (the range was compared with the number).

use autodiff_core::differentiate;

struct Observation {
    t: f64,
    name: String,
}

const LOW: i32 = 2;
const HIGH: i32 = 5;

#[differentiate(wrt(x))]
fn in_fields(x: f64, one: &Observation, all: &[Observation]) -> f64 {
    let filtered: f64 = all.iter().filter(|other| other.name == "a").map(|other| x * other.t).sum();
    if one.name == "q" { filtered + x * x } else { filtered }
}

#[differentiate(wrt(x))]
fn in_elements(x: f64, names: &[String], pair: &(String, f64)) -> f64 {
    let mut sum = 0.0;
    for name in names {
        if name == "a" {
            sum += x;
        }
    }
    let (name, factor) = pair;
    if name != "q" {
        sum *= factor;
    }
    sum
}

#[differentiate(wrt(x))]
fn in_ranges(x: f64, n: i32) -> f64 {
    match n {
        LOW..=HIGH => x,
        i32::MIN..=0 => 2.0 * x,
        _ => x * x,
    }
}

#[differentiate(wrt(x))]
fn by_pattern(x: &[f64], chosen: &[Option<usize>], pairs: &[(usize, Option<usize>)]) -> f64 {
    let mut sum = 0.0;
    for &index in chosen {
        if let Some(index) = index {
            sum += x[index];
        }
    }
    for &(first, second) in pairs {
        if let Some(second) = second {
            sum += x[first] * x[second];
        }
    }
    sum
}

#[test]
fn what_is_compared_stays_where_it_is() {
    let named = |name: &str| Observation { t: 2.0, name: name.to_string() };
    let all = [named("a"), named("b"), named("a")];
    assert_eq!(in_fields::gradient(0.5, &named("q"), &all), 5.0);
    assert_eq!(in_fields::gradient(0.5, &named("p"), &all), 4.0);
    let names = ["a".to_string(), "b".to_string()];
    assert_eq!(in_elements::gradient(0.5, &names, &("q".to_string(), 3.0)), 1.0);
    assert_eq!(in_elements::gradient(0.5, &names, &("p".to_string(), 3.0)), 3.0);
}

#[test]
fn numbers_match_ranges_between_named_ones() {
    let slopes = [-3, 0, 1, 2, 5, 6].map(|n| in_ranges::gradient(0.75, n));
    assert_eq!(slopes, [2.0, 2.0, 1.5, 1.0, 1.0, 1.5]);
    let pairs = [(0, None), (0, Some(1))];
    assert_eq!(by_pattern::gradient(&[0.5, 2.0], &[None, Some(1)], &pairs), [2.0, 1.5]);
}
