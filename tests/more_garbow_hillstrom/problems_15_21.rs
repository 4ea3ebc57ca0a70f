//! Problems 15 to 21: larger fits, polynomials, and the first of variable dimension.

/// Problem 15: Kowalik and Osborne.
pub(crate) mod kowalik_and_osborne {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 15,
        name: "Kowalik and Osborne",
        variables: 4,
        residuals: 11,
        start: || vec![0.25, 0.39, 0.415, 0.39],
        at_start: Published::Norm(0.07289151028829448),
        minimum: 3.07505e-4,
        zero: None,
    };

    const DATA: [(f64, f64); 11] = [
        (0.1957, 4.0),
        (0.1947, 2.0),
        (0.1735, 1.0),
        (0.1600, 0.5),
        (0.0844, 0.25),
        (0.0627, 0.167),
        (0.0456, 0.125),
        (0.0342, 0.1),
        (0.0323, 0.0833),
        (0.0235, 0.0714),
        (0.0246, 0.0625),
    ];

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 4]) -> [f64; 11] {
        let mut f = [0.0; 11];
        for i in 0..11 {
            let (y, u): (f64, f64) = DATA[i];
            f[i] = y - x[0] * (u * u + u * x[1]) / (u * u + u * x[2] + x[3]);
        }
        f
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 4]) -> f64 {
        residuals(x).iter().map(|f| f * f).sum()
    }
}

/// Problem 16: Brown and Dennis, m = 20.
pub(crate) mod brown_and_dennis {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 16,
        name: "Brown and Dennis",
        variables: 4,
        residuals: 20,
        start: || vec![25.0, 5.0, -5.0, -1.0],
        at_start: Published::Sum(7926693.33699744),
        minimum: 85822.2,
        zero: None,
    };

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64], f: &mut [f64]) {
        for i in 0..20 {
            let t = (i + 1) as f64 / 5.0;
            let by_exponential = x[0] + t * x[1] - t.exp();
            let by_wave = x[2] + x[3] * t.sin() - t.cos();
            f[i] = by_exponential.powi(2) + by_wave.powi(2);
        }
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64]) -> f64 {
        let mut f = vec![0.0; 20];
        residuals(x, &mut f);
        f.iter().map(|f| f * f).sum()
    }
}

/// Problem 17: Osborne 1.
pub(crate) mod osborne_1 {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 17,
        name: "Osborne 1",
        variables: 5,
        residuals: 33,
        start: || vec![0.5, 1.5, -1.0, 0.01, 0.02],
        at_start: Published::Norm(0.9375640),
        minimum: 5.46489e-5,
        zero: None,
    };

    const Y: [f64; 33] = [
        0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751, 0.718, 0.685,
        0.658, 0.628, 0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490, 0.478, 0.467, 0.457, 0.448,
        0.438, 0.431, 0.424, 0.420, 0.414, 0.411, 0.406,
    ];

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 5]) -> [f64; 33] {
        let mut f = [0.0; 33];
        for (i, f) in f.iter_mut().enumerate() {
            let t = 10.0 * i as f64;
            *f = Y[i] - (x[0] + x[1] * (-t * x[3]).exp() + x[2] * (-t * x[4]).exp());
        }
        f
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 5]) -> f64 {
        residuals(x).iter().map(|f| f * f).sum()
    }
}

/// Problem 18: Biggs EXP6, m = 13. The paper also has a local minimum, 5.65565e-3.
pub(crate) mod biggs_exp6 {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 18,
        name: "Biggs EXP6",
        variables: 6,
        residuals: 13,
        start: || vec![1.0, 2.0, 1.0, 1.0, 1.0, 1.0],
        at_start: Published::Sum(0.77907007565597),
        minimum: 0.0,
        zero: Some(|| vec![1.0, 10.0, 1.0, 5.0, 4.0, 3.0]),
    };

    /// What the parameters of the zero would measure.
    #[differentiate(jvp, order = 2)]
    fn measured(t: f64) -> f64 {
        (-t).exp() - 5.0 * (-10.0 * t).exp() + 3.0 * (-4.0 * t).exp()
    }

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 6]) -> [f64; 13] {
        let mut f = [0.0; 13];
        for i in 0..13 {
            let t = 0.1 * (i + 1) as f64;
            let model = x[2] * (-t * x[0]).exp() - x[3] * (-t * x[1]).exp();
            f[i] = model + x[5] * (-t * x[4]).exp() - measured(t);
        }
        f
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 6]) -> f64 {
        let f = residuals(x);
        let mut sum = 0.0;
        for i in (0..f.len()).rev() {
            sum += f[i] * f[i];
        }
        sum
    }
}

/// Problem 19: Osborne 2.
pub(crate) mod osborne_2 {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 19,
        name: "Osborne 2",
        variables: 11,
        residuals: 65,
        start: || vec![1.3, 0.65, 0.65, 0.7, 0.6, 3.0, 5.0, 7.0, 2.0, 4.5, 5.5],
        at_start: Published::Norm(1.446865),
        minimum: 4.01377e-2,
        zero: None,
    };

    const Y: [f64; 65] = [
        1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608,
        0.655, 0.616, 0.606, 0.602, 0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661,
        0.612, 0.558, 0.533, 0.495, 0.500, 0.423, 0.395, 0.375, 0.372, 0.391, 0.396, 0.405, 0.428,
        0.429, 0.523, 0.562, 0.607, 0.653, 0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591, 0.559,
        0.597, 0.625, 0.739, 0.710, 0.729, 0.720, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098, 0.054,
    ];

    #[differentiate(jvp, order = 2)]
    fn peak(t: f64, height: f64, sharpness: f64, centre: f64) -> f64 {
        height * (-(t - centre).powi(2) * sharpness).exp()
    }

    #[differentiate(jvp, order = 2)]
    pub(crate) fn residuals(x: &[f64; 11]) -> [f64; 65] {
        let mut f = [0.0; 65];
        for (i, f) in f.iter_mut().enumerate() {
            let t = i as f64 / 10.0;
            let mut model = x[0] * (-t * x[4]).exp();
            for k in 1..4 {
                model += peak(t, x[k], x[k + 4], x[k + 7]);
            }
            *f = Y[i] - model;
        }
        f
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64; 11]) -> f64 {
        residuals(x).iter().map(|f| f * f).sum()
    }
}

/// Problem 20: Watson, n = 9.
pub(crate) mod watson {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 20,
        name: "Watson",
        variables: 9,
        residuals: 31,
        start: || vec![0.0; 9],
        at_start: Published::Sum(30.0),
        minimum: 1.39976e-6,
        zero: None,
    };

    #[differentiate(jvp, order = 2, wrt(x))]
    pub(crate) fn residuals(x: &[f64], f: &mut [f64]) {
        for i in 0..29 {
            let t = (i + 1) as f64 / 29.0;
            let mut slope = 0.0;
            let mut power = 1.0;
            for j in 1..x.len() {
                slope += j as f64 * x[j] * power;
                power *= t;
            }
            let value = x.iter().rev().fold(0.0, |sum, x| sum * t + x);
            f[i] = slope - value * value - 1.0;
        }
        f[29] = x[0];
        f[30] = x[1] - x[0] * x[0] - 1.0;
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64]) -> f64 {
        let mut f = vec![0.0; 31];
        residuals(x, &mut f);
        f.iter().map(|f| f * f).sum()
    }
}

/// Problem 21: Extended Rosenbrock, n = 10.
pub(crate) mod extended_rosenbrock {
    use crate::facts::{Facts, Published};
    use autodiff_core::differentiate;

    pub(crate) const FACTS: Facts = Facts {
        number: 21,
        name: "Extended Rosenbrock",
        variables: 10,
        residuals: 10,
        start: || [-1.2, 1.0].repeat(5),
        at_start: Published::Sum(121.0),
        minimum: 0.0,
        zero: Some(|| vec![1.0; 10]),
    };

    #[differentiate(jvp, order = 2, wrt(x))]
    pub(crate) fn residuals(x: &[f64], f: &mut [f64]) {
        for (f, x) in f.chunks_exact_mut(2).zip(x.chunks_exact(2)) {
            f[0] = 10.0 * (x[1] - x[0] * x[0]);
            f[1] = 1.0 - x[0];
        }
    }

    #[differentiate(hessian, hvp)]
    pub(crate) fn objective(x: &[f64]) -> f64 {
        x.chunks(2)
            .map(|pair| 100.0 * (pair[1] - pair[0].powi(2)).powi(2) + (1.0 - pair[0]).powi(2))
            .sum()
    }
}
