//! Loops that run several iterations at once, against the same functions with `strict`, which runs one after the
//! other: at lengths around the number of lanes, values, gradients, products and what is left behind `&mut`.
//! Without the feature `simd`, which is on by default, both are the same code.

/// Every function twice: with lanes, and one iteration after the other.
macro_rules! both {
    ($( [$($argument:tt)*] $function:item )*) => {
        #[allow(clippy::needless_range_loop)]
        mod lanes {
            $( #[autodiff_core::differentiate($($argument)*)] $function )*
        }

        #[allow(clippy::needless_range_loop)]
        mod strict {
            $( #[autodiff_core::differentiate($($argument)* strict)] $function )*
        }
    };
}

const DAMPING: f64 = 0.125;

both! {

    [wrt(w),]
    pub(crate) fn quadratic(w: &[f64; 3], x: &[f64], y: &[f64]) -> f64 {
        x.iter().zip(y).map(|(x, y)| (w[0] * x * x + w[1] * x + w[2] - y).powi(2)).sum::<f64>()
    }

    []
    pub(crate) fn rosenbrock(x: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len().saturating_sub(1) {
            sum += 100.0 * (x[i + 1] - x[i] * x[i]).powi(2) + (1.0 - x[i]).powi(2);
        }
        sum
    }

    [wrt(w),]
    pub(crate) fn logistic(w: &[f64; 4], x: &[[f64; 4]], y: &[f64]) -> f64 {
        let mut loss = 0.0;
        for (row, y) in x.iter().zip(y) {
            let mut score = 0.0;
            for j in 0..4 {
                score += w[j] * row[j];
            }
            loss += if score > 0.0 {
                (1.0 + (-score).exp()).ln() + score - y * score
            } else {
                (1.0 + score.exp()).ln() - y * score
            };
        }
        loss
    }

    [wrt(w),]
    pub(crate) fn flat_rows(w: &[f64], x: &[f64], y: &[f64]) -> f64 {
        let d = w.len();
        let mut loss = 0.0;
        for i in 0..y.len() {
            let mut score = 0.0;
            for j in 0..d {
                score += w[j] * x[i * d + j];
            }
            loss += (score.tanh() - y[i]).powi(2);
        }
        loss
    }

    [wrt(table),]
    pub(crate) fn gathered(table: &[f64], index: &[usize], y: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..y.len() {
            let difference = table[index[i]] - y[i];
            sum += difference * difference * table[index[i]].sin();
        }
        sum
    }

    []
    pub(crate) fn guarded(x: &[f64]) -> f64 {
        let mut sum = 0.0;
        for v in x {
            if *v > 0.5 {
                sum += (v - 0.5).ln() * v.sqrt();
            } else if *v > -0.5 {
                sum += v * v;
            }
        }
        sum
    }

    []
    pub(crate) fn skipping(x: &[f64]) -> f64 {
        let mut sum = 0.0;
        for (i, v) in x.iter().enumerate() {
            if i % 3 == 0 || *v > 1.5 {
                continue;
            }
            let position = i as f64 / 100.0;
            sum += (v * position).cos();
        }
        sum
    }

    [wrt(w),]
    pub(crate) fn mixture(w: &[[f64; 2]; 3], x: &[f64]) -> f64 {
        let mut total = 0.0;
        for v in x {
            let mut terms = [0.0; 3];
            for k in 0..3 {
                terms[k] = w[k][0] - (v - w[k][1]).powi(2);
            }
            let mut largest = terms[0];
            for k in 1..3 {
                largest = largest.max(terms[k]);
            }
            let mut sum = 0.0;
            for k in 0..3 {
                sum += (terms[k] - largest).exp();
            }
            total += largest + sum.ln();
        }
        total
    }

    []
    pub(crate) fn choices(x: &[f64], y: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len() {
            let a = x[i].abs().max(y[i]).min(1.2);
            let b = if x[i] < y[i] && y[i].is_finite() { x[i].exp() } else { y[i].atan() };
            sum += a * b + x[i].clamp(-0.5, 0.5) + (x[i] * y[i]).signum();
        }
        sum
    }

    []
    pub(crate) fn powers(x: &[f64]) -> f64 {
        x.iter()
            .map(|v| (v.abs() + 0.1).powf(1.3) + v.powi(3) + (v.abs() + 1.0).recip() + v.hypot(1.0))
            .sum()
    }

    [wrt(x),]
    pub(crate) fn softened(x: &[f64], out: &mut [f64]) {
        for i in 0..x.len() {
            let v = x[i];
            out[i] = if v > 0.0 { v * v } else { -v };
        }
    }

    [wrt(state),]
    pub(crate) fn stepped(state: &[f64], steps: usize) -> f64 {
        let mut x = state.to_vec();
        for _ in 0..steps {
            for i in 0..x.len() {
                x[i] += 0.1 * (x[i].sin() - x[i]);
            }
        }
        x.iter().sum()
    }

    [wrt(w),]
    pub(crate) fn single(w: &[f32; 2], x: &[f32], y: &[f32]) -> f32 {
        let mut sum = 0.0;
        for i in 0..x.len() {
            sum += (w[0] * x[i] + w[1] - y[i]).powi(2);
        }
        sum
    }

    [wrt(w),]
    pub(crate) fn wide<const N: usize>(w: &[f64; N], x: &[f64]) -> f64 {
        let mut sum = 0.0;
        for v in x {
            let mut power = 1.0;
            let mut value = 0.0;
            for j in 0..N {
                value += w[j] * power;
                power *= v;
            }
            sum += value * value;
        }
        sum
    }

    [wrt(w), jvp, hvp, hessian,]
    pub(crate) fn every_output(w: &[f64; 2], x: &[f64]) -> f64 {
        x.iter().map(|v| (w[0] * v).sin() * (w[1] + v).cos() + w[0] * w[1]).sum()
    }

    [wrt(x),]
    pub(crate) fn indexed(x: &[f64], y: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len() {
            sum += x[i] * y[i + 2];
        }
        sum
    }

    []
    pub(crate) fn windows(x: &[f64]) -> f64 {
        x.windows(2).map(|x| (1.0 - x[0]).powi(2) + (x[1] - x[0] * x[0]).powi(2)).sum()
    }

    [wrt(w),]
    pub(crate) fn by_position(w: f64, x: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len() {
            sum += w * x[i] * (i * (i % 3)) as f64;
        }
        sum
    }

    [jvp,]
    pub(crate) fn log_sum_exp(x: &[f64]) -> f64 {
        let highest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        highest + x.iter().map(|x| (x - highest).exp()).sum::<f64>().ln()
    }

    []
    pub(crate) fn span(x: &[f64], y: &[f64]) -> f64 {
        let (mut lowest, mut highest, mut sum) = (10.0, x[0], 0.0);
        for i in 0..x.len() {
            let product = x[i] * y[i];
            lowest = product.min(lowest);
            highest = highest.max(product.sin());
            sum += product;
        }
        highest * sum - lowest
    }

    []
    pub(crate) fn backwards(x: &[f64], y: &[f64]) -> f64 {
        let n = x.len();
        let mut z = vec![0.0; n];
        for (i, x) in x.iter().enumerate().rev() {
            z[i] = x * x;
        }
        let mut sum = 0.0;
        for i in (0..n).rev() {
            sum += z[i] * y[i].sin();
        }
        sum
    }

    [hvp,]
    pub(crate) fn differences(x: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 1..x.len() {
            sum += (x[i] - x[i - 1]).powi(2) * x[i].sin();
        }
        sum
    }

    []
    pub(crate) fn curvature(x: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 1..x.len().saturating_sub(1) {
            sum += (x[i - 1] - 2.0 * x[i] + x[i + 1]).powi(2) * x[i - 1];
        }
        sum
    }

    []
    pub(crate) fn rows_of_differences(x: &[[f64; 19]]) -> f64 {
        let mut sum = 0.0;
        for row in x {
            for i in 0..18 {
                if row[0] > 0.0 {
                    sum += (row[i] * row[i + 1]).cos();
                }
            }
        }
        sum
    }

    []
    pub(crate) fn single_differences(x: &[f32]) -> f32 {
        let mut sum = 0.0;
        for i in 0..x.len().saturating_sub(1) {
            sum += (x[i + 1] - x[i] * x[i]) * (x[i + 1] - x[i] * x[i]);
        }
        sum
    }

    [wrt(x), hvp,]
    pub(crate) fn beside_previous(x: &[f64], y: &[f64]) -> f64 {
        let (mut previous, mut sum) = (0.0, 0.0);
        for i in 0..x.len() {
            let current = x[i];
            sum += previous * y[i];
            previous = current;
        }
        sum * sum
    }

    [wrt(x),]
    pub(crate) fn beside_gathered(x: &[f64], y: &[f64], index: &[usize]) -> f64 {
        let (mut previous, mut sum) = (0.0, 0.0);
        for i in (0..y.len()).rev() {
            let current = x[index[i]];
            sum += previous * y[i];
            previous = current;
        }
        let mut first = 0.0;
        for i in (0..y.len()).rev() {
            let current = x[0];
            sum += first * y[i];
            first = current;
        }
        sum
    }

    [wrt(x),]
    pub(crate) fn written_over(x: &[f64], width: usize) -> f64 {
        let mut table = vec![0.0; 3 * width + x.len()];
        for i in 0..x.len() {
            for k in 0..4 {
                table[k * width + i] = x[i] * (1.5 + k as f64);
            }
        }
        table.iter().zip(1..).map(|(entry, j)| entry * entry * f64::from(j)).sum()
    }

    []
    pub(crate) fn columns(x: &[f64]) -> f64 {
        let n = x.len();
        let mut table = vec![0.5; 4 * n];
        for i in 0..n {
            for k in 0..4 {
                table[k * n + i] = x[i].sin() + k as f64 * table[k * n + i];
            }
        }
        table.iter().map(|entry| entry * entry).sum()
    }

    []
    pub(crate) fn first_by_last(x: &[f64]) -> f64 {
        let mut last = 0.0;
        for v in x.iter().rev() {
            last = *v;
        }
        last * last
    }

    []
    pub(crate) fn convolved_in_place(x: &[f64], m: usize) -> f64 {
        let mut y = vec![0.0; x.len() + m];
        for i in 0..x.len() {
            for j in 0..m {
                y[i + j] = x[i] - y[i + j];
            }
        }
        y.iter().sum()
    }

    []
    pub(crate) fn guarded_neighbours(x: &[f64]) -> f64 {
        let n = x.len();
        let mut z = vec![0.0; n];
        for i in 0..n {
            if i + 1 < n {
                z[i] = x[i + 1];
            } else {
                z[i] = x[i];
            }
        }
        let mut sum = 0.0;
        for i in 0..n {
            sum += z[i] * z[i];
        }
        sum
    }

    []
    pub(crate) fn guarded_lengths(x: &[f64], y: &[f64], on: &[bool]) -> f64 {
        let mut sum = 0.0;
        for i in 0..y.len() {
            if y[i] > 0.5 {
                sum += 3.0 * x[i];
            }
            if on[i] {
                sum += x[i] * 2.0;
            }
            if i + 3 < x.len() {
                sum += 2.0 * x[i + 3];
            }
            if y[i] > 5.0 {
                sum += 3.0 * x[4];
            }
        }
        sum * sum
    }

    []
    pub(crate) fn one_factor(x: &[f64], y: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 1..x.len() {
            sum += x[0] * x[i] * y[3];
        }
        sum * sum
    }

    [wrt(x),]
    pub(crate) fn named_simd(x: &[f64], simd: usize) -> f64 {
        let mut sum = 0.0;
        for v in x {
            sum += v * simd as f64;
        }
        sum
    }

    []
    pub(crate) fn highest(x: &[f64]) -> f64 {
        x.iter().fold(-1e300, |highest, x| f64::max(highest, *x))
    }

    []
    pub(crate) fn too_far(x: &[f64], y: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in (0..x.len()).rev() {
            sum += x[i] * y[i];
        }
        sum
    }

    [jvp,]
    pub(crate) fn sigmoid(x: f64) -> f64 {
        1.0 / (1.0 + (-x).exp())
    }

    [jvp,]
    pub(crate) fn soft(x: f64, sharpness: f64) -> f64 {
        let scaled = sharpness * x;
        if scaled > 30.0 {
            x
        } else {
            scaled.exp().ln_1p() / sharpness
        }
    }

    // A constant is the same in every lane.
    [jvp,]
    pub(crate) fn damped(x: f64) -> f64 {
        if x > super::DAMPING { (-super::DAMPING * x).exp() } else { x * super::DAMPING }
    }

    // No form for several lanes: the exponent differs between them.
    [jvp,]
    pub(crate) fn stepwise(x: f64, by: f64) -> f64 {
        let mut steps = 0;
        let mut y = x;
        while y < by && steps < 5 {
            y = 1.5 * y + 0.25;
            steps += 1;
        }
        y * x.powi(steps)
    }

    // A state of two parts of one list, recorded step by step; b need not fill the lanes.
    []
    pub(crate) fn recurrent(w: &[f64], start: &[f64], steps: usize) -> f64 {
        let b = start.len() / 4;
        let mut state = start.to_vec();
        let mut total = 0.0;
        for _ in 0..steps {
            for layer in 0..2 {
                for j in 0..b {
                    let hidden = state[2 * layer * b + j];
                    let cell = state[(2 * layer + 1) * b + j];
                    let gate = sigmoid(hidden * w[j] + w[b + j]);
                    let change = (hidden * w[2 * b + j]).tanh();
                    let cell = cell * gate + change * soft(cell, 0.7);
                    state[(2 * layer + 1) * b + j] = cell;
                    state[2 * layer * b + j] = gate * cell.tanh();
                }
            }
            for j in 0..b {
                total += state[j] * state[3 * b + j];
            }
        }
        total
    }

    // Two parts that meet unless b is the number of iterations.
    []
    pub(crate) fn overlapping_parts(x: &[f64], b: usize) -> f64 {
        let mut state = x.to_vec();
        for _ in 0..2 {
            for j in 0..x.len() / 2 {
                let sum = state[j] * state[b + j];
                state[j] = sum.sin() + 0.5 * sum.cos();
                state[b + j] = 0.25 * sum;
            }
        }
        state.iter().sum::<f64>()
    }

    []
    pub(crate) fn by_calls(x: &[f64], y: &[f64]) -> f64 {
        let mut sum = 0.0;
        for (x, y) in x.iter().zip(y) {
            sum += soft(*x, 1.5) * sigmoid(x * y) + stepwise(*x, 0.5 * y) * damped(x + y);
        }
        sum
    }

    // Short rows: more than whole groups, sums and a maximum in what is left of them.
    [wrt(x),]
    pub(crate) fn rows_of_any_length(x: &[f64], d: usize) -> f64 {
        let mut total = 0.0;
        for row in x.chunks_exact(d) {
            let high = row.iter().fold(f64::NEG_INFINITY, |high, x| high.max((0.3 * x).sinh()));
            let mut sum = 0.0;
            let mut logs = 0.0;
            for x in row {
                sum += (x - high).exp();
                if *x > 0.5 {
                    logs += x.ln();
                }
            }
            total += high + sum.ln() + logs;
        }
        total
    }

    // What is left writes to memory that whole groups wrote, too.
    []
    pub(crate) fn in_place(x: &mut [f64], steps: usize) {
        for _ in 0..steps {
            for v in x.iter_mut() {
                *v = if *v > 0.0 { (0.5 * *v).exp() - 1.5 } else { v.sin() + 0.25 };
            }
        }
    }

    [wrt(w),]
    pub(crate) fn neighbours(w: &[f64; 3], x: &[[f64; 6]]) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len() {
            for j in 0..w.len() {
                sum += w[j] * x[i][j + 1] * x[i][j + 2];
            }
        }
        sum
    }
}

const LENGTHS: [usize; 12] = [0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 200, 1023];

/// Numbers from -2 to 2: SplitMix64 (Steele, Lea and Flood, 2014).
fn numbers(seed: u64, count: usize) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) as f64 / u64::MAX as f64
    };
    (0..count).map(|_| 4.0 * next() - 2.0).collect()
}

/// Whether two results agree to so many roundings of the `terms` that were summed.
fn agree(name: &str, length: usize, found: &[f64], expected: &[f64], terms: f64) {
    assert_eq!(found.len(), expected.len(), "{name} of {length}");
    for (position, (a, b)) in found.iter().zip(expected).enumerate() {
        let bound = 8.0 * f64::EPSILON * (terms + b.abs());
        assert!(
            a == b || (a - b).abs() <= bound || a.is_nan() && b.is_nan(),
            "lanes: {name} of {length} at {position}: {a} is not {b}"
        );
    }
}

/// Value and gradient of both, and `value` with the bits of `value_and_gradient`.
macro_rules! compare {
    ($name:ident, $length:expr, $terms:expr, ($($argument:expr),*), $flat:expr) => {{
        let (value, gradient) = lanes::$name::value_and_gradient($($argument),*);
        let (expected, slopes) = strict::$name::value_and_gradient($($argument),*);
        let name = stringify!($name);
        agree(name, $length, &[f64::from(value)], &[f64::from(expected)], $terms);
        assert_eq!(lanes::$name::value($($argument),*), value, "lanes: {name}");
        assert_eq!(strict::$name($($argument),*), expected, "{name}");
        agree(name, $length, &$flat(gradient), &$flat(slopes), $terms);
    }};
}

#[test]
fn every_instruction_set_agrees() {
    let tests = std::env::current_exe().expect("the program that runs");
    for set in ["baseline", "avx2"] {
        let output = std::process::Command::new(&tests)
            .args(["--skip", "every_instruction_set_agrees"])
            .env("AUTODIFF_SIMD", set)
            .output()
            .expect("it runs");
        assert!(output.status.success(), "{set}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn sums_agree_at_every_length() {
    for n in LENGTHS {
        let (x, y) = (numbers(1, n), numbers(2, n));
        let terms = 100.0 * n as f64;
        let list = |gradient: [f64; 3]| gradient.to_vec();
        compare!(quadratic, n, terms, (&[0.3, -0.2, 0.7], &x, &y), list);
        compare!(rosenbrock, n, 10.0 * terms, (&x), |g: Vec<f64>| g);
        let rows: Vec<[f64; 4]> = numbers(3, 4 * n).as_chunks().0.to_vec();
        compare!(logistic, n, terms, (&[0.5, -0.2, 0.3, 0.1], &rows, &y), |g: [f64; 4]| g.to_vec());
        let w = numbers(4, 5);
        compare!(flat_rows, n, terms, (&w, &numbers(5, 5 * n), &y), |g: Vec<f64>| g);
        let rows: Vec<[f64; 6]> = numbers(16, 6 * n).as_chunks().0.to_vec();
        compare!(neighbours, n, terms, (&[0.3, -0.2, 0.7], &rows), list);
        compare!(windows, n, terms, (&x), |g: Vec<f64>| g);
        let numbered = 2.0 * (n * n) as f64;
        compare!(by_position, n, numbered, (0.5, &x), |g: f64| vec![g]);
        let index: Vec<usize> = (0..n).map(|i| i * i % 7).collect();
        compare!(gathered, n, terms, (&numbers(6, 7), &index, &y), |g: Vec<f64>| g);
        let table = [[0.1, 0.5], [-0.3, 1.0], [0.2, -1.0]];
        compare!(mixture, n, terms, (&table, &x), |g: [[f64; 2]; 3]| g.concat());
        compare!(stepped, n, terms, (&x, 3), |g: Vec<f64>| g);
        compare!(wide, n, 100.0 * terms, (&[0.1, -0.4, 0.2, 0.3, 0.1], &x), |g: [f64; 5]| g
            .to_vec());
    }
}

#[test]
fn branches_agree_and_what_is_not_taken_does_not_leak() {
    for n in LENGTHS {
        let (mut x, y) = (numbers(7, n), numbers(8, n));
        let both = |(a, b): (Vec<f64>, Vec<f64>)| [a, b].concat();
        let terms = 10.0 * n as f64;
        compare!(guarded, n, terms, (&x), |g: Vec<f64>| g);
        compare!(skipping, n, terms, (&x), |g: Vec<f64>| g);
        compare!(choices, n, terms, (&x, &y), both);
        compare!(powers, n, terms, (&x), |g: Vec<f64>| g);
        // Where a branch is not taken, it is not finite.
        x.iter_mut().step_by(3).for_each(|v| *v = f64::NEG_INFINITY);
        compare!(guarded, n, terms, (&x), |g: Vec<f64>| g);
    }
}

#[test]
fn what_loops_record_and_what_they_call_agrees() {
    for b in [1, 2, 7, 8, 9, 13, 16, 17, 31] {
        let (w, start) = (numbers(31, 3 * b), numbers(32, 4 * b));
        let both = |(a, b): (Vec<f64>, Vec<f64>)| [a, b].concat();
        for steps in [0, 1, 6] {
            compare!(recurrent, b, 1e3 * b as f64, (&w, &start, steps), both);
        }
        let x = numbers(33, 2 * b);
        for apart in 0..=b {
            compare!(overlapping_parts, b, 1e2 * b as f64, (&x, apart), |g: Vec<f64>| g);
        }
        let rows = numbers(34, 5 * b);
        compare!(rows_of_any_length, b, 1e3 * b as f64, (&rows, b), |g: Vec<f64>| g);
        let (mut found, mut expected) = (x.clone(), x.clone());
        lanes::in_place::value(&mut found, 3);
        strict::in_place::value(&mut expected, 3);
        agree("in_place", b, &found, &expected, 10.0);
        let cotangent = numbers(35, 2 * b);
        let ((), found) = lanes::in_place::vjp(&mut x.clone(), 3, &cotangent);
        let ((), expected) = strict::in_place::vjp(&mut x.clone(), 3, &cotangent);
        agree("vjp of in_place", b, &found, &expected, 10.0);
    }
    for n in LENGTHS {
        let (x, y) = (numbers(36, n), numbers(37, n));
        let both = |(a, b): (Vec<f64>, Vec<f64>)| [a, b].concat();
        compare!(by_calls, n, 1e2 * n as f64, (&x, &y), both);
    }
}

#[test]
fn what_neighbours_get_agrees() {
    for n in LENGTHS {
        let x = numbers(21, n);
        let terms = 10.0 * n as f64;
        compare!(differences, n, terms, (&x), |g: Vec<f64>| g);
        compare!(curvature, n, terms, (&x), |g: Vec<f64>| g);
        let v = numbers(22, n);
        let products = (lanes::differences::hvp(&x, &v), strict::differences::hvp(&x, &v));
        agree("hvp", n, &products.0, &products.1, 10.0 * terms);
        let rows: Vec<[f64; 19]> = numbers(23, 19 * n).as_chunks().0.to_vec();
        let flat = |g: Vec<[f64; 19]>| g.concat();
        compare!(rows_of_differences, n, terms, (&rows), flat);
        let x: Vec<f32> = x.iter().map(|x| *x as f32).collect();
        let found = lanes::single_differences::gradient(&x);
        let expected = strict::single_differences::gradient(&x);
        let pairs = found.iter().zip(&expected);
        pairs.for_each(|(a, b)| assert!((a - b).abs() <= 1e-5 * (1.0 + b.abs()), "{a} is not {b}"));
    }
}

#[test]
fn what_depends_on_the_order_of_iterations_keeps_it() {
    for n in LENGTHS {
        let (x, y) = (numbers(24, n), numbers(25, n));
        let index: Vec<usize> = (0..n).map(|i| i * i % 7).collect();
        let list = |g: Vec<f64>| g;
        compare!(beside_previous, n, 100.0 * n as f64, (&x, &y), list);
        let v = numbers(26, n);
        let products =
            (lanes::beside_previous::hvp(&x, &y, &v), strict::beside_previous::hvp(&x, &y, &v));
        agree("hvp", n, &products.0, &products.1, 1000.0 * n as f64);
        compare!(beside_gathered, n, 10.0 * n as f64, (&numbers(27, 7), &y, &index), list);
        for width in [0, 1, 3, n] {
            compare!(written_over, n, (100 * n * n) as f64, (&x, width), list);
        }
        compare!(columns, n, 100.0 * n as f64, (&x), list);
        compare!(first_by_last, n, 1.0, (&x), list);
        compare!(convolved_in_place, n, 10.0 * n as f64, (&x, 2), list);
    }
}

#[test]
fn what_a_mask_keeps_from_is_not_reached() {
    let both = |(a, b): (Vec<f64>, Vec<f64>)| [a, b].concat();
    for n in LENGTHS {
        let (mut x, mut y) = (numbers(28, n), numbers(29, n));
        compare!(guarded_neighbours, n, 10.0 * n as f64, (&x), |g: Vec<f64>| g);
        // x ends before y, and is not read there.
        let short = n.min(3);
        x.truncate(n - short);
        y[n - short..].fill(0.0);
        let on: Vec<bool> = (0..n).map(|i| i < n - short && i % 2 == 0).collect();
        compare!(guarded_lengths, n, 100.0 * n as f64, (&x, &y, &on), both);
        compare!(named_simd, n, 10.0 * n as f64, (&x, 3), |g: Vec<f64>| g);
    }
    compare!(one_factor, 0, 1.0, (&[], &[]), both);
    compare!(one_factor, 1, 1.0, (&[2.0], &[]), both);
    compare!(one_factor, 20, 1e4, (&numbers(30, 20), &numbers(31, 4)), both);
}

/// Functions that panic at an iteration although nothing needs what it calculates.
mod panics {
    #[autodiff_core::differentiate(wrt(x))]
    pub(crate) fn unused(x: &[f64], k: &[usize]) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len() {
            let _below = k[i] - 3;
            sum += x[i];
        }
        sum
    }

    #[autodiff_core::differentiate(wrt(x))]
    pub(crate) fn in_a_branch(x: &[f64], k: &[usize], flag: bool) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len() {
            let below = k[i] - 3;
            if flag {
                sum += x[i] * below as f64;
            } else {
                sum += x[i];
            }
        }
        sum
    }

    #[autodiff_core::differentiate(wrt(x))]
    pub(crate) fn inside(x: &[f64], y: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len() {
            for j in 0..2 {
                let _shifted = y[i + j];
                sum += x[i];
            }
        }
        sum
    }

    #[autodiff_core::differentiate(wrt(x))]
    pub(crate) fn gathered(x: &[f64], y: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len() {
            let _strided = y[2 * i];
            sum += x[i];
        }
        sum
    }
}

#[test]
fn no_panic_is_lost() {
    let panics = |call: &dyn Fn() -> f64| {
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)).is_err()
    };
    for n in [1, 8, 20] {
        let (x, k) = (numbers(32, n), vec![2; n]);
        assert!(panics(&|| panics::unused::value(&x, &k)), "{n}");
        assert!(panics(&|| panics::unused::gradient(&x, &k)[0]), "{n}");
        assert!(panics(&|| panics::in_a_branch::value(&x, &k, false)), "{n}");
        assert!(panics(&|| panics::gathered::value(&x, &x[1..])), "{n}");
        assert!(panics(&|| panics::inside::value(&x, &x)), "{n}");
    }
}

#[test]
fn extrema_agree_bit_for_bit_and_reversed_loops_do() {
    for n in LENGTHS.into_iter().filter(|n| *n > 0) {
        let (mut x, mut y) = (numbers(17, n), numbers(18, n));
        let both = |(a, b): (Vec<f64>, Vec<f64>)| [a, b].concat();
        compare!(log_sum_exp, n, 10.0, (&x), |g: Vec<f64>| g);
        compare!(span, n, 10.0 * n as f64, (&x, &y), both);
        compare!(backwards, n, 10.0 * n as f64, (&x, &y), both);
        // What is not a number is neither the largest nor the smallest.
        x[n / 2] = f64::NAN;
        let highest = |x: &[f64]| lanes::highest::value(x).to_bits();
        assert_eq!(highest(&x), strict::highest::value(&x).to_bits(), "{n}");
        x.fill(f64::NAN);
        assert_eq!(highest(&x), strict::highest::value(&x).to_bits(), "{n}");
        // The last one of those that are largest has all of the slope.
        y[n / 3] = 5.0;
        y[n / 2] = 5.0;
        assert_eq!(lanes::highest::gradient(&y), strict::highest::gradient(&y), "{n}");
    }
}

#[test]
#[should_panic(expected = "the len is 9 but the index is 19")]
fn a_reversed_loop_panics_at_the_iteration_of_the_original() {
    lanes::too_far::value(&numbers(19, 20), &numbers(20, 9));
}

#[test]
fn the_primal_of_single_precision_has_sixteen_lanes() {
    for n in LENGTHS {
        let x: Vec<f32> = numbers(9, n).iter().map(|v| *v as f32).collect();
        let y: Vec<f32> = numbers(10, n).iter().map(|v| *v as f32).collect();
        let (value, gradient) = lanes::single::value_and_gradient(&[0.5, 0.25], &x, &y);
        let (expected, slopes) = strict::single::value_and_gradient(&[0.5, 0.25], &x, &y);
        let bound = f32::EPSILON * 50.0 * n as f32;
        assert!((value - expected).abs() <= bound, "{n}: {value} is not {expected}");
        for (a, b) in gradient.iter().zip(slopes) {
            assert!((a - b).abs() <= bound, "{n}: {a} is not {b}");
        }
    }
}

#[test]
fn every_output_agrees() {
    for n in LENGTHS {
        let x = numbers(11, n);
        let (w, v) = ([0.4, -0.7], [0.3, 0.9]);
        let terms = 10.0 * n as f64;
        let (a, b) = (lanes::every_output::jvp(&w, &x, v), strict::every_output::jvp(&w, &x, v));
        agree("jvp", n, &[a.0, a.1], &[b.0, b.1], terms);
        assert_eq!(a.0, lanes::every_output::value(&w, &x), "the value of jvp");
        agree(
            "hvp",
            n,
            &lanes::every_output::hvp(&w, &x, v),
            &strict::every_output::hvp(&w, &x, v),
            terms,
        );
        agree(
            "hessian",
            n,
            &lanes::every_output::hessian(&w, &x).concat(),
            &strict::every_output::hessian(&w, &x).concat(),
            terms,
        );
    }
}

#[test]
fn what_is_left_behind_references_agrees() {
    for n in LENGTHS {
        let x = numbers(12, n);
        let (mut out, mut expected) = (vec![0.0; n], vec![0.0; n]);
        lanes::softened::value(&x, &mut out);
        strict::softened::value(&x, &mut expected);
        assert_eq!(out, expected);
        let cotangent = numbers(13, n);
        let found = lanes::softened::vjp(&x, &mut out, &cotangent);
        let slopes = strict::softened::vjp(&x, &mut expected, &cotangent);
        assert_eq!(found, slopes);
    }
}

#[test]
fn a_row_that_is_missing_panics_as_in_the_original() {
    for n in [3_usize, 8, 9, 20, 40] {
        let (x, y) = (numbers(14, n), numbers(15, n + 1));
        let message = |run: &(dyn Fn() -> f64 + std::panic::RefUnwindSafe)| {
            let panic = std::panic::catch_unwind(run).expect_err("a panic");
            panic.downcast_ref::<String>().expect("a message").clone()
        };
        let expected = message(&|| strict::indexed(&x, &y));
        assert_eq!(message(&|| lanes::indexed::value(&x, &y)), expected);
        assert_eq!(message(&|| lanes::indexed::value_and_gradient(&x, &y).0), expected);
    }
}
