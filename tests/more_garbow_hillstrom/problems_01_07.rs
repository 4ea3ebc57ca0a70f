//! Problems 1 to 7: small, with residuals in arrays.

/// Problem 1: Rosenbrock.
pub(crate) mod rosenbrock {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 1,
        name: "Rosenbrock",
        variables: 2,
        residuals: 2,
        start: || vec![-1.2, 1.0],
        at_start: Published::Sum(24.2),
        minimum: 0.0,
        zero: Some(|| vec![1.0, 1.0]),
    };

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 2]) -> [f64; 2] {
        [10.0 * (x[1] - x[0].powi(2)), 1.0 - x[0]]
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 2]) -> f64 {
        100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2)
    }
}

/// Problem 2: Freudenstein and Roth. It is 0 at (5, 4); iterations from the start reach the local minimum
/// at (11.41, -0.8968).
pub(crate) mod freudenstein_and_roth {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 2,
        name: "Freudenstein and Roth",
        variables: 2,
        residuals: 2,
        start: || vec![0.5, -2.0],
        at_start: Published::Sum(400.5),
        minimum: 48.9842,
        zero: Some(|| vec![5.0, 4.0]),
    };

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 2]) -> [f64; 2] {
        let [x1, x2] = *x;
        [-13.0 + x1 + ((5.0 - x2) * x2 - 2.0) * x2, -29.0 + x1 + ((x2 + 1.0) * x2 - 14.0) * x2]
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 2]) -> f64 {
        let [f1, f2] = residuals(x);
        f1 * f1 + f2 * f2
    }
}

/// Problem 3: Powell badly scaled.
pub(crate) mod powell_badly_scaled {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 3,
        name: "Powell badly scaled",
        variables: 2,
        residuals: 2,
        start: || vec![0.0, 1.0],
        at_start: Published::Sum(1.13526171734838),
        minimum: 0.0,
        zero: None, // the paper gives four digits of it
    };

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 2]) -> [f64; 2] {
        [1e4 * x[0] * x[1] - 1.0, (-x[0]).exp() + (-x[1]).exp() - 1.0001]
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 2]) -> f64 {
        let f = residuals(x);
        f[0].powi(2) + f[1].powi(2)
    }
}

/// Problem 4: Brown badly scaled.
pub(crate) mod brown_badly_scaled {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 4,
        name: "Brown badly scaled",
        variables: 2,
        residuals: 3,
        start: || vec![1.0, 1.0],
        at_start: Published::Sum(999998000003.0),
        minimum: 0.0,
        zero: Some(|| vec![1e6, 2e-6]),
    };

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 2]) -> [f64; 3] {
        [x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2.0]
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 2]) -> f64 {
        residuals(x).iter().map(|f| f * f).sum()
    }
}

/// Problem 5: Beale.
pub(crate) mod beale {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 5,
        name: "Beale",
        variables: 2,
        residuals: 3,
        start: || vec![1.0, 1.0],
        at_start: Published::Sum(14.203125),
        minimum: 0.0,
        zero: Some(|| vec![3.0, 0.5]),
    };

    const Y: [f64; 3] = [1.5, 2.25, 2.625];

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 2]) -> [f64; 3] {
        let mut f = [0.0; 3];
        for i in 0..3 {
            f[i] = Y[i] - x[0] * (1.0 - x[1].powi(i as i32 + 1));
        }
        f
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 2]) -> f64 {
        let mut sum = 0.0;
        let mut power = 1.0;
        for i in 0..3 {
            power *= x[1];
            let f = Y[i] - x[0] * (1.0 - power);
            sum += f * f;
        }
        sum
    }
}

/// Problem 6: Jennrich and Sampson, m = 10.
pub(crate) mod jennrich_and_sampson {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 6,
        name: "Jennrich and Sampson",
        variables: 2,
        residuals: 10,
        start: || vec![0.3, 0.4],
        at_start: Published::Norm(0.6458566e2),
        minimum: 124.362,
        zero: None,
    };

    #[differentiate(jvp, order = 2, wrt(x))]
    pub(crate) fn residuals(x: &[f64], f: &mut [f64]) {
        for (i, f) in f.iter_mut().enumerate() {
            let k = (i + 1) as f64;
            *f = 2.0 + 2.0 * k - ((k * x[0]).exp() + (k * x[1]).exp());
        }
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64]) -> f64 {
        let mut f = [0.0; 10];
        residuals(x, &mut f);
        f.iter().map(|f| f * f).sum()
    }
}

/// Problem 7: Helical valley.
pub(crate) mod helical_valley {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;
    use std::f64::consts::PI;

    pub(crate) const FACTS: Facts = Facts {
        number: 7,
        name: "Helical valley",
        variables: 3,
        residuals: 3,
        start: || vec![-1.0, 0.0, 0.0],
        at_start: Published::Sum(2500.0),
        minimum: 0.0,
        zero: Some(|| vec![1.0, 0.0, 0.0]),
    };

    /// The angle of (x, y) in turns, between -1/4 and 3/4.
    #[differentiate(jvp, order = 2)]
    fn turns(x: f64, y: f64) -> f64 {
        let angle = (y / x).atan() / (2.0 * PI);
        if x > 0.0 { angle } else { angle + 0.5 }
    }

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 3]) -> [f64; 3] {
        let radius = (x[0] * x[0] + x[1] * x[1]).sqrt();
        [10.0 * (x[2] - 10.0 * turns(x[0], x[1])), 10.0 * (radius - 1.0), x[2]]
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 3]) -> f64 {
        let mut sum = 0.0;
        for f in residuals(x) {
            sum += f * f;
        }
        sum
    }
}
