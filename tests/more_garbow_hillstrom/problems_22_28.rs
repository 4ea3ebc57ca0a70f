//! Problems 22 to 28: variable dimensions.

/// Problem 22: Extended Powell singular, n = 12.
pub(crate) mod extended_powell_singular {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 22,
        name: "Extended Powell singular",
        variables: 12,
        residuals: 12,
        start: || [3.0, -1.0, 0.0, 1.0].repeat(3),
        at_start: Published::Sum(645.0),
        minimum: 0.0,
        zero: Some(|| vec![0.0; 12]),
    };

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 12]) -> [f64; 12] {
        let mut f = [0.0; 12];
        for i in (0..12).step_by(4) {
            f[i] = x[i] + 10.0 * x[i + 1];
            f[i + 1] = 5.0_f64.sqrt() * (x[i + 2] - x[i + 3]);
            f[i + 2] = (x[i + 1] - 2.0 * x[i + 2]).powi(2);
            f[i + 3] = 10.0_f64.sqrt() * (x[i] - x[i + 3]).powi(2);
        }
        f
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 12]) -> f64 {
        let mut sum = 0.0;
        for x in x.chunks_exact(4) {
            sum += (x[0] + 10.0 * x[1]).powi(2) + 5.0 * (x[2] - x[3]).powi(2);
            sum += (x[1] - 2.0 * x[2]).powi(4) + 10.0 * (x[0] - x[3]).powi(4);
        }
        sum
    }
}

/// Problem 23: Penalty I, n = 10.
pub(crate) mod penalty_1 {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 23,
        name: "Penalty I",
        variables: 10,
        residuals: 11,
        start: || (1..=10).map(f64::from).collect(),
        at_start: Published::Sum(148032.56535),
        minimum: 7.08765e-5,
        zero: None,
    };

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64]) -> Vec<f64> {
        let mut f: Vec<f64> = x.iter().map(|x| 1e-5_f64.sqrt() * (x - 1.0)).collect();
        f.push(x.iter().map(|x| x * x).sum::<f64>() - 0.25);
        f
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64]) -> f64 {
        let away: f64 = x.iter().map(|x| (x - 1.0).powi(2)).sum();
        let length: f64 = x.iter().map(|x| x.powi(2)).sum();
        1e-5 * away + (length - 0.25).powi(2)
    }
}

/// Problem 24: Penalty II, n = 10.
pub(crate) mod penalty_2 {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 24,
        name: "Penalty II",
        variables: 10,
        residuals: 20,
        start: || vec![0.5; 10],
        at_start: Published::Sum(162.65277656596712),
        minimum: 2.93660e-4,
        zero: None,
    };

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 10]) -> [f64; 20] {
        let n = x.len();
        let weight = 1e-5_f64.sqrt();
        let mut f = [0.0; 20];
        f[0] = x[0] - 0.2;
        for i in 1..n {
            let y = ((i + 1) as f64 / 10.0).exp() + (i as f64 / 10.0).exp();
            f[i] = weight * ((x[i] / 10.0).exp() + (x[i - 1] / 10.0).exp() - y);
            f[n + i - 1] = weight * ((x[i] / 10.0).exp() - (-0.1_f64).exp());
        }
        let mut sum = -1.0;
        for j in 0..n {
            sum += (n - j) as f64 * x[j] * x[j];
        }
        f[2 * n - 1] = sum;
        f
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 10]) -> f64 {
        residuals(x).iter().map(|f| f * f).sum()
    }
}

/// Problem 25: Variably dimensioned, n = 10.
pub(crate) mod variably_dimensioned {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 25,
        name: "Variably dimensioned",
        variables: 10,
        residuals: 12,
        start: || (1..=10).map(|j| 1.0 - f64::from(j) / 10.0).collect(),
        at_start: Published::Sum(2198551.1625), // 3.85 + 38.5² + 38.5⁴
        minimum: 0.0,
        zero: Some(|| vec![1.0; 10]),
    };

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64], f: &mut [f64]) {
        let n = x.len();
        let mut sum = 0.0;
        for j in 0..n {
            f[j] = x[j] - 1.0;
            sum += (j + 1) as f64 * f[j];
        }
        f[n] = sum;
        f[n + 1] = sum.powi(2);
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64]) -> f64 {
        let (mut sum, mut squares) = (0.0, 0.0);
        for (j, x) in x.iter().enumerate() {
            let d = x - 1.0;
            sum += (j + 1) as f64 * d;
            squares += d * d;
        }
        squares + sum.powi(2) + sum.powi(4)
    }
}

/// Problem 26: Trigonometric, n = 10. Its minimum is 0; iterations from the start reach the local one that
/// the paper gives.
pub(crate) mod trigonometric {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 26,
        name: "Trigonometric",
        variables: 10,
        residuals: 10,
        start: || vec![0.1; 10],
        at_start: Published::Sum(0.00707575946622261),
        minimum: 2.79506e-5,
        zero: None,
    };

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64]) -> Vec<f64> {
        let n = x.len() as f64;
        let cosines: f64 = x.iter().map(|x| x.cos()).sum();
        x.iter()
            .enumerate()
            .map(|(i, x)| {
                let (sine, cosine) = x.sin_cos();
                n - cosines + (i + 1) as f64 * (1.0 - cosine) - sine
            })
            .collect()
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64]) -> f64 {
        let f = residuals(x);
        f.iter().map(|f| f * f).sum()
    }
}

/// Problem 27: Brown almost-linear, n = 10.
pub(crate) mod brown_almost_linear {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 27,
        name: "Brown almost-linear",
        variables: 10,
        residuals: 10,
        start: || vec![0.5; 10],
        at_start: Published::Norm(0.1653022e2),
        minimum: 0.0,
        zero: Some(|| vec![1.0; 10]),
    };

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 10]) -> [f64; 10] {
        let sum: f64 = x.iter().sum();
        let product: f64 = x.iter().product();
        let mut f = x.map(|x| x + sum - 11.0);
        f[9] = product - 1.0;
        f
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 10]) -> f64 {
        residuals(x).iter().map(|f| f * f).sum()
    }
}

/// Problem 28: Discrete boundary value, n = 10.
pub(crate) mod discrete_boundary_value {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 28,
        name: "Discrete boundary value",
        variables: 10,
        residuals: 10,
        start: || (1..=10).map(|j| f64::from(j) / 11.0).map(|t| t * (t - 1.0)).collect(),
        at_start: Published::Nowhere,
        minimum: 0.0,
        zero: None,
    };

    #[differentiate(jvp, order = 2, wrt(x))]
    pub(crate) fn residuals(x: &[f64], f: &mut [f64]) {
        let n = x.len();
        let h = 1.0 / (n + 1) as f64;
        for i in 0..n {
            let t = (i + 1) as f64 * h;
            let before = if i == 0 { 0.0 } else { x[i - 1] };
            let after = if i + 1 == n { 0.0 } else { x[i + 1] };
            f[i] = 2.0 * x[i] - before - after + h * h * (x[i] + t + 1.0).powi(3) / 2.0;
        }
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64]) -> f64 {
        let mut f = vec![0.0; x.len()];
        residuals(x, &mut f);
        f.iter().map(|f| f * f).sum()
    }
}
