//! Problems 8 to 14: fits of three and four parameters.

/// Problem 8: Bard.
pub(crate) mod bard {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 8,
        name: "Bard",
        variables: 3,
        residuals: 15,
        start: || vec![1.0, 1.0, 1.0],
        at_start: Published::Norm(6.456136295159668),
        minimum: 8.21487e-3,
        zero: None,
    };

    const Y: [f64; 15] =
        [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39];

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 3]) -> [f64; 15] {
        let mut f = [0.0; 15];
        for i in 0..15 {
            let u = (i + 1) as f64;
            let v = 16.0 - u;
            let w = u.min(v);
            f[i] = Y[i] - (x[0] + u / (v * x[1] + w * x[2]));
        }
        f
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 3]) -> f64 {
        residuals(x).iter().map(|f| f.powi(2)).sum()
    }
}

/// Problem 9: Gaussian.
pub(crate) mod gaussian {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 9,
        name: "Gaussian",
        variables: 3,
        residuals: 15,
        start: || vec![0.4, 1.0, 0.0],
        at_start: Published::Sum(3.88810699116688e-6),
        minimum: 1.12793e-8,
        zero: None,
    };

    /// The values at -3.5, -3, …, 3.5 are symmetric.
    const Y: [f64; 8] = [0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989];

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 3]) -> [f64; 15] {
        std::array::from_fn(|i| {
            let t = (7.0 - i as f64) / 2.0;
            let y = Y[i.min(14 - i)];
            x[0] * (-x[1] * (t - x[2]).powi(2) / 2.0).exp() - y
        })
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 3]) -> f64 {
        residuals(x).iter().map(|f| f * f).sum()
    }
}

/// Problem 10: Meyer.
pub(crate) mod meyer {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 10,
        name: "Meyer",
        variables: 3,
        residuals: 16,
        start: || vec![0.02, 4000.0, 250.0],
        at_start: Published::Norm(0.4115347e5),
        minimum: 87.9458,
        zero: None,
    };

    const Y: [f64; 16] = [
        34780.0, 28610.0, 23650.0, 19630.0, 16370.0, 13720.0, 11540.0, 9744.0, 8261.0, 7030.0,
        6005.0, 5147.0, 4427.0, 3820.0, 3307.0, 2872.0,
    ];

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64]) -> Vec<f64> {
        let mut f = Vec::with_capacity(Y.len());
        for i in 0..Y.len() {
            let t = 45.0 + 5.0 * (i + 1) as f64;
            f.push(x[0] * (x[1] / (t + x[2])).exp() - Y[i]);
        }
        f
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64]) -> f64 {
        residuals(x).iter().map(|f| f * f).sum()
    }
}

/// Problem 11: Gulf research and development, m = 99. The paper prints `y m i x₂` for `y - x₂`: with that
/// there is no zero at (50, 25, 1.5).
pub(crate) mod gulf_research {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 11,
        name: "Gulf research and development",
        variables: 3,
        residuals: 99,
        start: || vec![5.0, 2.5, 0.15],
        at_start: Published::Sum(12.11070582556949),
        minimum: 0.0,
        zero: Some(|| vec![50.0, 25.0, 1.5]),
    };

    #[differentiate(jvp, order = 2, wrt(x))]
    pub(crate) fn residuals(x: &[f64; 3], f: &mut [f64; 99]) {
        for i in 1..=99 {
            let t = i as f64 / 100.0;
            let y = 25.0 + (-50.0 * t.ln()).powf(2.0 / 3.0);
            f[i - 1] = (-(y - x[1]).abs().powf(x[2]) / x[0]).exp() - t;
        }
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 3]) -> f64 {
        (1..=99)
            .map(|i| {
                let t = f64::from(i) / 100.0;
                let y = 25.0 + (-50.0 * t.ln()).powf(2.0 / 3.0);
                ((-(y - x[1]).abs().powf(x[2]) / x[0]).exp() - t).powi(2)
            })
            .sum()
    }
}

/// Problem 12: Box three-dimensional, m = 10.
pub(crate) mod box_three_dimensional {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 12,
        name: "Box three-dimensional",
        variables: 3,
        residuals: 10,
        start: || vec![0.0, 10.0, 20.0],
        at_start: Published::Sum(1031.1538106093985),
        minimum: 0.0,
        zero: Some(|| vec![1.0, 10.0, 1.0]),
    };

    #[differentiate(jvp, order = 2)]
    fn residual(x: &[f64], t: f64) -> f64 {
        (-t * x[0]).exp() - (-t * x[1]).exp() - x[2] * ((-t).exp() - (-10.0 * t).exp())
    }

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64]) -> Vec<f64> {
        (1..=10).map(|i| residual(x, 0.1 * i as f64)).collect()
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64]) -> f64 {
        let mut sum = 0.0;
        let mut i = 1;
        while i <= 10 {
            sum += residual(x, 0.1 * i as f64).powi(2);
            i += 1;
        }
        sum
    }
}

/// Problem 13: Powell singular.
pub(crate) mod powell_singular {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 13,
        name: "Powell singular",
        variables: 4,
        residuals: 4,
        start: || vec![3.0, -1.0, 0.0, 1.0],
        at_start: Published::Sum(215.0),
        minimum: 0.0,
        zero: Some(|| vec![0.0; 4]),
    };

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 4]) -> [f64; 4] {
        let f1 = x[0] + 10.0 * x[1];
        let f2 = 5.0_f64.sqrt() * (x[2] - x[3]);
        let f3 = (x[1] - 2.0 * x[2]).powi(2);
        let f4 = 10.0_f64.sqrt() * (x[0] - x[3]).powi(2);
        [f1, f2, f3, f4]
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 4]) -> f64 {
        (x[0] + 10.0 * x[1]).powi(2)
            + 5.0 * (x[2] - x[3]).powi(2)
            + (x[1] - 2.0 * x[2]).powi(4)
            + 10.0 * (x[0] - x[3]).powi(4)
    }
}

/// Problem 14: Wood.
pub(crate) mod wood {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 14,
        name: "Wood",
        variables: 4,
        residuals: 6,
        start: || vec![-3.0, -1.0, -3.0, -1.0],
        at_start: Published::Sum(19192.0),
        minimum: 0.0,
        zero: Some(|| vec![1.0; 4]),
    };

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 4]) -> [f64; 6] {
        [
            10.0 * (x[1] - x[0].powi(2)),
            1.0 - x[0],
            90.0_f64.sqrt() * (x[3] - x[2].powi(2)),
            1.0 - x[2],
            10.0_f64.sqrt() * (x[1] + x[3] - 2.0),
            (x[1] - x[3]) / 10.0_f64.sqrt(),
        ]
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 4]) -> f64 {
        residuals(x).into_iter().fold(0.0, |sum, f| sum + f * f)
    }
}
