//! Things that are not looked into may be changed and asked, as long as nothing differentiated goes into them
//! (what does is refused: `tests/ui/reverse/escapes.rs`; it was taken for constant, silently).

use autodiff_core::{detach, differentiate};
use std::collections::{HashSet, VecDeque};
use std::ops::Range;

struct Generator {
    scale: f64,
    steps: usize,
}

impl Generator {
    fn new() -> Self {
        Self { scale: 1.0, steps: 0 }
    }
    fn next(&mut self) -> f64 {
        self.steps += 1;
        self.steps as f64
    }
    fn widen(&mut self, by: f64) {
        self.scale += by;
    }
    fn contains(&self, x: f64) -> bool {
        x < self.scale
    }
}

#[differentiate(wrt(x))]
fn asks(x: f64, generator: &Generator) -> f64 {
    if generator.contains(x) { x * generator.scale } else { x }
}

#[differentiate(wrt(x))]
fn draws(x: f64, generator: &mut Generator) -> f64 {
    let mut sum = 0.0;
    for _ in 0..3 {
        let factor: f64 = generator.next();
        sum += x * factor;
    }
    sum
}

#[differentiate(wrt(x))]
fn gives_away(x: f64, generator: &mut Generator) -> f64 {
    generator.widen(detach(x));
    if generator.contains(detach(x)) { x * generator.scale } else { 0.0 }
}

#[differentiate(wrt(x))]
fn sets(x: f64, generator: &mut Generator, scale: f64) -> f64 {
    generator.scale = scale;
    generator.steps += 2_usize;
    let mut own = Generator::new();
    own.scale = generator.scale * 2.0;
    x * own.scale * generator.steps as f64
}

#[differentiate(wrt(x))]
fn queues(x: f64, t: &[f64]) -> f64 {
    let mut window = VecDeque::new();
    let mut sum = 0.0;
    for &v in t {
        window.push_back(v);
        if window.len() > 2 {
            let old: f64 = window.pop_front().unwrap();
            sum += old * x;
        }
    }
    sum
}

#[differentiate(wrt(x))]
fn remembers(x: f64, keys: &[usize]) -> f64 {
    let mut seen = HashSet::new();
    let mut sum = 0.0;
    for &key in keys {
        if seen.insert(key) {
            sum += x * key as f64;
        }
    }
    sum
}

#[differentiate(wrt(x))]
fn is_in(x: f64, range: Range<f64>) -> f64 {
    let _text = format!("{x}");
    if range.contains(&x) { x * x } else { x }
}

#[test]
fn what_is_passive_may_be_kept() {
    let mut generator = Generator { scale: 1.5, steps: 0 };
    assert_eq!(asks::gradient(0.5, &generator), 1.5);
    assert_eq!(asks::gradient(2.5, &generator), 1.0);
    assert_eq!(draws::gradient(0.5, &mut generator), 6.0);
    assert_eq!(gives_away::gradient(0.5, &mut generator), 2.0);
    assert_eq!(sets::gradient(0.5, &mut generator, 4.0), 8.0 * 5.0);
    assert_eq!(queues::gradient(0.5, &[1.0, 2.0, 3.0, 4.0]), 3.0);
    assert_eq!(remembers::gradient(0.5, &[1, 2, 1]), 3.0);
    assert_eq!(is_in::gradient(0.5, 0.0..1.0), 1.0);
    assert_eq!(is_in::gradient(0.5, 0.6..1.0), 1.0);
    assert_eq!(is_in::gradient(0.75, 0.6..1.0), 1.5);
}
