//! Problems 29 to 35: variable dimensions, the linear ones, and Chebyshev quadrature.

/// Problem 29: Discrete integral equation, n = 10.
pub(crate) mod discrete_integral_equation {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 29,
        name: "Discrete integral equation",
        variables: 10,
        residuals: 10,
        start: || (1..=10).map(|j| f64::from(j) / 11.0).map(|t| t * (t - 1.0)).collect(),
        at_start: Published::Nowhere,
        minimum: 0.0,
        zero: None,
    };

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 10]) -> [f64; 10] {
        let h = 1.0 / 11.0;
        let time = |j: usize| (j + 1) as f64 * h;
        let mut f = [0.0; 10];
        for i in 0..10 {
            let t = time(i);
            let mut below = 0.0;
            for j in 0..=i {
                below += time(j) * (x[j] + time(j) + 1.0).powi(3);
            }
            let mut above = 0.0;
            for j in i + 1..10 {
                above += (1.0 - time(j)) * (x[j] + time(j) + 1.0).powi(3);
            }
            f[i] = x[i] + h * ((1.0 - t) * below + t * above) / 2.0;
        }
        f
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 10]) -> f64 {
        residuals(x).iter().map(|f| f * f).sum()
    }
}

/// Problem 30: Broyden tridiagonal, n = 10.
pub(crate) mod broyden_tridiagonal {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 30,
        name: "Broyden tridiagonal",
        variables: 10,
        residuals: 10,
        start: || vec![-1.0; 10],
        at_start: Published::Sum(21.0),
        minimum: 0.0,
        zero: None,
    };

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64]) -> Vec<f64> {
        let mut f: Vec<f64> = x.iter().map(|x| (3.0 - 2.0 * x) * x + 1.0).collect();
        for i in 1..x.len() {
            f[i] -= x[i - 1];
            f[i - 1] -= 2.0 * x[i];
        }
        f
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64]) -> f64 {
        residuals(x).iter().map(|f| f * f).sum()
    }
}

/// Problem 31: Broyden banded, n = 10.
pub(crate) mod broyden_banded {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 31,
        name: "Broyden banded",
        variables: 10,
        residuals: 10,
        start: || vec![-1.0; 10],
        at_start: Published::Sum(360.0),
        minimum: 0.0,
        zero: None,
    };

    #[differentiate(jvp, order = 2, wrt(x))]
    pub(crate) fn residuals(x: &[f64; 10], f: &mut [f64; 10]) {
        for i in 0..10_usize {
            let mut neighbours = 0.0;
            for j in i.saturating_sub(5)..(i + 2).min(10) {
                if j != i {
                    neighbours += x[j] * (1.0 + x[j]);
                }
            }
            f[i] = x[i] * (2.0 + 5.0 * x[i] * x[i]) + 1.0 - neighbours;
        }
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 10]) -> f64 {
        let mut f = [0.0; 10];
        residuals(x, &mut f);
        f.iter().map(|f| f * f).sum()
    }
}

/// Problem 32: Linear, full rank, n = 5 and m = 10: the minimum is m - n.
pub(crate) mod linear_full_rank {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 32,
        name: "Linear, full rank",
        variables: 5,
        residuals: 10,
        start: || vec![1.0; 5],
        at_start: Published::Sum(25.0),
        minimum: 5.0,
        zero: None,
    };

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 5]) -> [f64; 10] {
        let sum: f64 = x.iter().sum();
        let mut f = [-2.0 / 10.0 * sum - 1.0; 10];
        for (f, x) in f.iter_mut().zip(x) {
            *f += x;
        }
        f
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 5]) -> f64 {
        residuals(x).iter().map(|f| f * f).sum()
    }
}

/// Problem 33: Linear, rank 1, n = 5 and m = 10: the minimum is m (m - 1) / (2 (2 m + 1)).
pub(crate) mod linear_rank_1 {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 33,
        name: "Linear, rank 1",
        variables: 5,
        residuals: 10,
        start: || vec![1.0; 5],
        at_start: Published::Sum(84985.0), // Σ (15 i - 1)²
        minimum: 15.0 / 7.0,
        zero: None,
    };

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 5]) -> [f64; 10] {
        let mut f = [-1.0; 10];
        for i in 0..10 {
            for j in 0..5 {
                f[i] += ((i + 1) * (j + 1)) as f64 * x[j];
            }
        }
        f
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 5]) -> f64 {
        residuals(x).iter().map(|f| f * f).sum()
    }
}

/// Problem 34: Linear, rank 1 with zero columns and rows, n = 5 and m = 10: the minimum is
/// (m² + 3 m - 6) / (2 (2 m - 3)).
pub(crate) mod linear_rank_1_with_zeros {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 34,
        name: "Linear, rank 1 with zero columns and rows",
        variables: 5,
        residuals: 10,
        start: || vec![1.0; 5],
        at_start: Published::Norm(0.1260396763e3),
        minimum: 62.0 / 17.0,
        zero: None,
    };

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64], f: &mut [f64]) {
        let (n, m) = (x.len(), f.len());
        let mut sum = 0.0;
        for j in 1..n - 1 {
            sum += (j + 1) as f64 * x[j];
        }
        for i in 0..m {
            f[i] = if i == 0 || i == m - 1 { -1.0 } else { i as f64 * sum - 1.0 };
        }
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64]) -> f64 {
        let mut f = vec![0.0; 10];
        residuals(x, &mut f);
        f.iter().map(|f| f * f).sum()
    }
}

/// Problem 35: Chebyquad, n = m = 8.
pub(crate) mod chebyquad {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 35,
        name: "Chebyquad",
        variables: 8,
        residuals: 8,
        start: || (1..=8).map(|j| f64::from(j) / 9.0).collect(),
        at_start: Published::Norm(0.1965139),
        minimum: 3.51687e-3,
        zero: None,
    };

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 8]) -> [f64; 8] {
        let mut f = [0.0; 8];
        for &x in x {
            let argument = 2.0 * x - 1.0;
            let (mut previous, mut current) = (1.0, argument);
            for f in f.iter_mut() {
                *f += current / 8.0;
                let next = 2.0 * argument * current - previous;
                previous = current;
                current = next;
            }
        }
        // The integral of the polynomial of even degree k over [0, 1] is -1 / (k² - 1).
        for k in (2..9_usize).step_by(2) {
            f[k - 1] += 1.0 / ((k * k) as f64 - 1.0);
        }
        f
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 8]) -> f64 {
        residuals(x).iter().map(|f| f * f).sum()
    }
}
