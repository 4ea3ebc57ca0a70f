//! A parameter that `wrt` leaves out is passive at entry, but what the function writes into it is not.

#![allow(clippy::needless_range_loop)] // as users write

use autodiff_core::differentiate;

#[differentiate(wrt(x))]
fn through_a_slice(x: f64, buffer: &mut [f64]) -> f64 {
    for i in 0..buffer.len() {
        buffer[i] = x * i as f64;
    }
    let mut sum = 0.0;
    for i in 0..buffer.len() {
        sum += buffer[i].sin();
    }
    sum
}

#[differentiate(wrt(x))]
fn through_an_array(x: f64, mut buffer: [f64; 3]) -> f64 {
    for i in 0..buffer.len() {
        buffer[i] = x * i as f64;
    }
    let mut sum = 0.0;
    for i in 0..buffer.len() {
        sum += buffer[i].sin();
    }
    sum
}

#[differentiate(wrt(x))]
fn through_a_vec(x: f64, mut buffer: Vec<f64>) -> f64 {
    buffer.clear();
    for i in 0..3 {
        buffer.push(x * i as f64);
    }
    let mut sum = 0.0;
    for i in 0..buffer.len() {
        sum += buffer[i].sin();
    }
    sum
}

#[test]
fn what_is_written_counts() {
    let expected = 0.3_f64.cos() + 2.0 * 0.6_f64.cos();
    super::close(&[through_a_slice::gradient(0.3, &mut [7.0; 3])], &[expected]);
    super::close(&[through_an_array::gradient(0.3, [7.0; 3])], &[expected]);
    super::close(&[through_a_vec::gradient(0.3, vec![7.0; 5])], &[expected]);
}
