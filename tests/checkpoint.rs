//! What gradients of sequential loops keep in the workspace, with and without `checkpoint`, and that
//! the bits are the same.

#![allow(clippy::needless_range_loop)] // as users write

use autodiff_core::{differentiate, workspace};

/// A function twice: as it stands, and with `checkpoint`.
macro_rules! both {
    ($plain:ident $checkpointed:ident, $parameters:tt, $body:block) => {
        both!(@ $plain (), $parameters, $body);
        both!(@ $checkpointed (checkpoint), $parameters, $body);
    };
    (@ $name:ident ($($option:ident)?), ($($parameter:ident: $ty:ty),*), $body:block) => {
        #[differentiate($($option)?)]
        fn $name($($parameter: $ty),*) -> f64 $body
    };
}

both!(logistic logistic_checkpointed, (x: f64, r: f64, steps: usize), {
    let mut x = x;
    for _ in 0..steps {
        x = r * x * (1.0 - x);
    }
    x
});

both!(chain chain_checkpointed, (x: f64, steps: usize), {
    let mut y = x;
    for k in 0..steps {
        y = (y * x).sin() + (y - 0.5).exp() / (k as f64 + 2.0);
    }
    y
});

both!(heat heat_checkpointed, (u: &[f64], nu: f64, steps: usize), {
    let mut now = u.to_vec();
    let mut next = u.to_vec();
    for step in 0..steps {
        for i in 1..now.len() - 1 {
            let flux = now[i + 1] * now[i + 1] - now[i - 1] * now[i - 1];
            next[i] = now[i] + nu * (now[i + 1] - 2.0 * now[i] + now[i - 1]) - 0.1 * flux
                + 1e-3 * step as f64;
        }
        std::mem::swap(&mut now, &mut next);
    }
    now.iter().map(|u| u * u).sum()
});

both!(newton newton_checkpointed, (a: f64), {
    let mut x = a;
    while (x * x - a).abs() > 1e-12 {
        x = 0.5 * (x + a / x);
    }
    x * a
});

both!(backwards backwards_checkpointed, (c: &[f64; 6], x: f64), {
    let mut p = 0.0;
    for i in (0..6).rev().step_by(2) {
        p = p * x + c[i] * p.cos();
    }
    p
});

both!(until until_checkpointed, (x: f64, limit: f64), {
    let mut total = 0.0;
    let mut term = x;
    for k in 1_u32..=60 {
        total += term;
        term *= x / k as f64;
        if term.abs() < limit {
            break;
        }
    }
    total.sin()
});

both!(spin spin_checkpointed, (w: [f64; 3], steps: usize), {
    let mut q = [1.0, 0.0, 0.0, 0.0];
    for _ in 0..steps {
        let d = [
            -w[0] * q[1] - w[1] * q[2] - w[2] * q[3],
            w[0] * q[0] + w[2] * q[2] - w[1] * q[3],
            w[1] * q[0] - w[2] * q[1] + w[0] * q[3],
            w[2] * q[0] + w[1] * q[1] - w[0] * q[2],
        ];
        let mut n = 0.0;
        for k in 0..4 {
            q[k] += 0.005 * d[k];
            n += q[k] * q[k];
        }
        for k in 0..4 {
            q[k] /= n.sqrt();
        }
    }
    q[1] * q[2] + q[3]
});

fn same(a: f64, b: f64) {
    assert_eq!(a.to_bits(), b.to_bits(), "{a} and {b}");
}

#[track_caller]
fn like_differences(found: f64, f: impl Fn(f64) -> f64, at: f64) {
    let h = 1e-4;
    let slope = |h: f64| (f(at + h) - f(at - h)) / (2.0 * h);
    let expected = (4.0 * slope(h / 2.0) - slope(h)) / 3.0;
    assert!((found - expected).abs() <= 1e-6 * expected.abs().max(1.0), "{found} {expected}");
}

#[test]
fn checkpoints_change_no_bit() {
    for steps in [0, 1, 2, 3, 7, 64, 1000] {
        let (value, (x, r)) = logistic::value_and_gradient(0.3, 3.2, steps);
        let (value_too, (x_too, r_too)) =
            logistic_checkpointed::value_and_gradient(0.3, 3.2, steps);
        same(value, value_too);
        same(x, x_too);
        same(r, r_too);
        same(chain::gradient(0.7, steps), chain_checkpointed::gradient(0.7, steps));
        let w = [0.3, -1.2, 0.8];
        for (a, b) in spin::gradient(w, steps).iter().zip(&spin_checkpointed::gradient(w, steps)) {
            same(*a, *b);
        }
        let u: Vec<f64> = (0..9).map(|i| (i as f64).sin()).collect();
        let (u_plain, nu) = heat::gradient(&u, 0.05, steps);
        let (u_too, nu_too) = heat_checkpointed::gradient(&u, 0.05, steps);
        same(nu, nu_too);
        u_plain.iter().zip(&u_too).for_each(|(a, b)| same(*a, *b));
        if steps < 10 {
            like_differences(nu, |nu| heat(&u, nu, steps), 0.05);
            like_differences(
                u_plain[3],
                |x| {
                    let mut u = u.clone();
                    u[3] = x;
                    heat(&u, 0.05, steps)
                },
                u[3],
            );
            like_differences(chain::gradient(0.7, steps), |x| chain(x, steps), 0.7);
            like_differences(r, |r| logistic(0.3, r, steps), 3.2);
            like_differences(spin::gradient(w, steps)[1], |v| spin([w[0], v, w[2]], steps), w[1]);
        }
    }
    same(newton::gradient(7.0), newton_checkpointed::gradient(7.0));
    like_differences(newton::gradient(7.0), newton, 7.0);
    let c = [0.5, -0.2, 0.3, 1.0, 0.7, -0.9];
    let (a, b) = (backwards::gradient(&c, 0.4), backwards_checkpointed::gradient(&c, 0.4));
    a.0.iter().zip(&b.0).for_each(|(a, b)| same(*a, *b));
    same(a.1, b.1);
    like_differences(a.1, |x| backwards(&c, x), 0.4);
    let (a, b) = (until::gradient(0.8, 1e-9), until_checkpointed::gradient(0.8, 1e-9));
    same(a.0, b.0);
    like_differences(a.0, |x| until(x, 1e-9), 0.8);
}

/// A linear recurrence: its reverse needs nothing of what happens inside.
#[differentiate]
fn linear(x: f64, a: f64, steps: usize) -> f64 {
    let mut x = x;
    for k in 0..steps {
        x = 0.5 * x + a * k as f64;
    }
    x
}

#[test]
fn a_carried_number_takes_eight_bytes_an_iteration_at_most() {
    const STEPS: usize = 1_000_000;
    workspace::release();
    linear::gradient(0.3, 1.0, STEPS);
    assert_eq!(workspace::bytes(), 0);
    logistic::gradient(0.3, 3.2, STEPS);
    assert_eq!(workspace::bytes(), 8 * STEPS);
    workspace::release();
    chain::gradient(0.7, STEPS);
    assert_eq!(workspace::bytes(), 8 * STEPS);
    workspace::release();
    logistic_checkpointed::gradient(0.3, 3.2, STEPS);
    chain_checkpointed::gradient(0.7, STEPS);
    assert!(workspace::bytes() <= 4096, "{}", workspace::bytes());
    workspace::release();
}

/// Runge-Kutta steps of order 4 for `y_i' = x_i - y_i y_{i-1}`, with buffers that are used again.
#[differentiate]
fn runge_kutta(x: &[f64], steps: usize) -> f64 {
    let n = x.len();
    let mut y = vec![0.1; n];
    let mut k1 = vec![0.0; n];
    let mut k2 = vec![0.0; n];
    let h = 1.0 / steps as f64;
    for _ in 0..steps {
        for i in 0..n {
            let before = if i == 0 { 1.0 } else { y[i - 1] };
            k1[i] = x[i] - y[i] * before * before;
        }
        for i in 0..n {
            let before = if i == 0 { 1.0 } else { y[i - 1] + 0.5 * h * k1[i - 1] };
            let own = y[i] + 0.5 * h * k1[i];
            k2[i] = x[i] - own * before * before + (own * k1[i]).sin() - own.exp();
        }
        for i in 0..n {
            y[i] += h * k2[i] / (1.0 + y[i] * y[i]);
        }
    }
    y.iter().sum()
}

#[test]
fn a_state_takes_less_than_what_is_made_of_it() {
    let x: Vec<f64> = (0..5).map(|i| 0.3 + i as f64 * 0.1).collect();
    workspace::release();
    let slopes = runge_kutta::gradient(&x, 1000);
    assert!(workspace::bytes() <= 1000 * 8 * (3 * 5 + 3) * 2, "{}", workspace::bytes());
    for k in 0..5 {
        like_differences(
            slopes[k],
            |v| {
                let mut x = x.clone();
                x[k] = v;
                runge_kutta(&x, 1000)
            },
            x[k],
        );
    }
}
