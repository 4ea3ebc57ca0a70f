//! Closed formulas of physics, chemistry, pharmacology, finance and engineering.

use super::{differentiate, samples};

/// Black-Scholes price of a European call, with `norm_cdf` from `erf` by hand.
#[differentiate]
pub fn black_scholes_call(spot: f64, strike: f64, rate: f64, volatility: f64, time: f64) -> f64 {
    fn normal(x: f64) -> f64 {
        // Abramowitz and Stegun 26.2.17
        let t = 1.0 / (1.0 + 0.2316419 * x.abs());
        let poly = t
            * (0.319381530
                + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        let tail = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt() * poly;
        if x >= 0.0 { 1.0 - tail } else { tail }
    }
    let d1 = ((spot / strike).ln() + (rate + 0.5 * volatility * volatility) * time)
        / (volatility * time.sqrt());
    let d2 = d1 - volatility * time.sqrt();
    spot * normal(d1) - strike * (-rate * time).exp() * normal(d2)
}
samples! { gradient black_scholes_call:
    (100.0, 105.0, 0.02, 0.25, 0.75),
    (100.0, 80.0, 0.01, 0.4, 2.0),
}

/// Present value of a bond.
#[differentiate(wrt(rate, coupon))]
pub fn bond_price(rate: f64, coupon: f64, face: f64, years: u32) -> f64 {
    let mut price = 0.0;
    for t in 1..=years {
        price += coupon / (1.0 + rate).powi(t as i32);
    }
    price + face / (1.0 + rate).powi(years as i32)
}
samples! { gradient bond_price: (0.03, 4.0, 100.0, 10), (0.05, 0.0, 100.0, 0) }

/// Net present value of a stream of payments.
#[differentiate]
pub fn net_present_value(rate: f64, payments: &[f64]) -> f64 {
    payments.iter().enumerate().map(|(t, p)| p / (1.0 + rate).powf(t as f64)).sum()
}
samples! { gradient net_present_value: (0.1, vec![-100.0, 60.0, 60.0]), (0.1, vec![]) }

/// Vasicek zero-coupon bond price.
#[differentiate]
pub fn vasicek(r: f64, a: f64, b: f64, sigma: f64, t: f64) -> f64 {
    let capital_b = (1.0 - (-a * t).exp()) / a;
    let ln_a = (b - sigma.powi(2) / (2.0 * a.powi(2))) * (capital_b - t)
        - sigma.powi(2) * capital_b.powi(2) / (4.0 * a);
    (ln_a - capital_b * r).exp()
}
samples! { gradient vasicek: (0.03, 0.5, 0.04, 0.01, 5.0) }

/// One-compartment oral absorption.
#[differentiate(wrt(ka, ke, volume))]
pub fn oral_concentration(
    ka: f64,
    ke: f64,
    volume: f64,
    dose: f64,
    bioavailability: f64,
    t: f64,
) -> f64 {
    bioavailability * dose * ka / (volume * (ka - ke)) * ((-ke * t).exp() - (-ka * t).exp())
}
samples! { gradient oral_concentration: (1.2, 0.15, 30.0, 500.0, 0.9, 2.0), (1.2, 0.15, 30.0, 500.0, 0.9, 0.0) }

/// Squared residuals of a two-compartment infusion model on data.
#[differentiate(wrt(parameters))]
pub fn two_compartment(parameters: &[f64; 4], times: &[f64], concentrations: &[f64]) -> f64 {
    let [a, alpha, b, beta] = *parameters;
    times
        .iter()
        .zip(concentrations)
        .map(|(&t, &c)| {
            let predicted = a * (-alpha * t).exp() + b * (-beta * t).exp();
            (predicted.ln() - c.ln()).powi(2)
        })
        .sum()
}
samples! { gradient two_compartment:
    ([5.0, 1.0, 2.0, 0.1], vec![0.5, 1.0, 4.0], vec![5.0, 3.5, 1.5]),
}

/// Hill equation with a branch for the absence of ligand.
#[differentiate]
pub fn hill(ligand: f64, kd: f64, n: f64) -> f64 {
    if ligand <= 0.0 {
        return 0.0;
    }
    let x = (ligand / kd).powf(n);
    x / (1.0 + x)
}
samples! { gradient hill: (2.0, 1.5, 2.3), (0.0, 1.0, 2.0), (-1.0, 1.0, 0.5) }

/// Michaelis-Menten kinetics with competitive and uncompetitive inhibition.
#[differentiate]
pub fn inhibited_rate(s: f64, i: f64, vmax: f64, km: f64, kic: f64, kiu: f64) -> f64 {
    let alpha = 1.0 + i / kic;
    let alpha_prime = 1.0 + i / kiu;
    vmax * s / (alpha * km + alpha_prime * s)
}
samples! { gradient inhibited_rate: (2.0, 0.5, 10.0, 1.1, 0.7, 3.0) }

/// Arrhenius rate with a modified temperature exponent.
#[differentiate(wrt(a, n, energy, temperature))]
pub fn arrhenius(a: f64, n: f64, energy: f64, temperature: f64) -> f64 {
    const GAS: f64 = 8.314462618;
    a * temperature.powf(n) * f64::exp(-energy / (GAS * temperature))
}
samples! { gradient arrhenius: (1e7, 0.5, 5e4, 350.0) }

/// Pressure of the van der Waals gas.
#[differentiate]
pub fn van_der_waals(n: f64, v: f64, t: f64, a: f64, b: f64) -> f64 {
    let r = 8.314;
    n * r * t / (v - n * b) - a * n * n / (v * v)
}
samples! { gradient van_der_waals: (1.0, 0.024, 300.0, 0.1355, 3.2e-5) }

/// Redlich-Kwong compressibility residual.
#[differentiate(wrt(z))]
pub fn redlich_kwong_residual(z: f64, a: f64, b: f64) -> f64 {
    z * z * z - z * z + (a - b - b * b) * z - a * b
}
samples! { gradient redlich_kwong_residual: (0.9, 0.2, 0.05) }

/// Antoine vapour pressure mixed by Raoult's law.
#[differentiate(wrt(temperature, fractions))]
pub fn raoult(temperature: f64, fractions: &[f64; 2]) -> f64 {
    let antoine = [[8.07131, 1730.63, 233.426], [8.20417, 1642.89, 230.3]];
    let mut pressure = 0.0;
    for i in 0..2 {
        let [a, b, c] = antoine[i];
        pressure += fractions[i] * 10f64.powf(a - b / (c + temperature));
    }
    pressure
}
samples! { gradient raoult: (80.0, [0.4, 0.6]) }

/// Nernst potential.
#[differentiate]
pub fn nernst(outside: f64, inside: f64, temperature: f64, charge: i32) -> f64 {
    8.314 * temperature / (charge as f64 * 96485.0) * (outside / inside).ln()
}
samples! { gradient nernst: (145.0, 12.0, 310.0, 1), (110.0, 4.0, 310.0, -1) }

/// Debye-Hückel extended activity coefficient, base ten.
#[differentiate(wrt(ionic_strength))]
pub fn debye_hueckel(ionic_strength: f64, charge: i8, radius: f64) -> f64 {
    let root = ionic_strength.sqrt();
    let z2 = f64::from(charge * charge);
    -0.509 * z2 * root / (1.0 + 3.28 * radius * root)
}
samples! { gradient debye_hueckel: (0.1, 2, 0.6), (0.01, -1, 0.3), (0.1, 100, 0.6) }

/// Lennard-Jones potential with a smooth shift at the cutoff.
#[differentiate(wrt(r, epsilon, sigma))]
pub fn lennard_jones(r: f64, epsilon: f64, sigma: f64, cutoff: f64) -> f64 {
    if r >= cutoff {
        return 0.0;
    }
    let energy = |r: f64| {
        let s6 = (sigma / r).powi(6);
        4.0 * epsilon * (s6 * s6 - s6)
    };
    energy(r) - energy(cutoff)
}
samples! { gradient lennard_jones: (1.2, 0.8, 1.1, 2.5), (3.0, 0.8, 1.1, 2.5), (2.5, 1.0, 1.0, 2.5) }

/// Morse potential.
#[differentiate]
pub fn morse(r: f64, depth: f64, a: f64, re: f64) -> f64 {
    let e = 1.0 - (-a * (r - re)).exp();
    depth * e * e
}
samples! { gradient morse: (1.4, 4.7, 1.9, 0.74) }

/// Planck's law.
#[differentiate]
pub fn planck(frequency: f64, temperature: f64) -> f64 {
    const H: f64 = 6.62607015e-34;
    const C: f64 = 299_792_458.0;
    const K: f64 = 1.380649e-23;
    2.0 * H * frequency.powi(3) / C.powi(2) / (H * frequency / (K * temperature)).exp_m1()
}
samples! { gradient planck: (5e14, 5800.0) }

/// Relativistic kinetic energy in units of the rest energy.
#[differentiate]
pub fn relativistic_kinetic(beta: f64) -> f64 {
    (1.0 - beta * beta).sqrt().recip() - 1.0
}
samples! { gradient relativistic_kinetic: (0.6,), (0.0,), (1.0,), (1.5,) }

/// Drag force with a Reynolds-dependent coefficient.
#[differentiate(wrt(velocity, diameter))]
pub fn sphere_drag(velocity: f64, diameter: f64, density: f64, viscosity: f64) -> f64 {
    let reynolds = density * velocity.abs() * diameter / viscosity;
    let coefficient = if reynolds < 1e-9 {
        0.0
    } else if reynolds < 1000.0 {
        24.0 / reynolds * (1.0 + 0.15 * reynolds.powf(0.687))
    } else {
        0.44
    };
    let area = std::f64::consts::FRAC_PI_4 * diameter * diameter;
    0.5 * density * velocity * velocity.abs() * area * coefficient
}
samples! { gradient sphere_drag:
    (0.5, 0.01, 1.2, 1.8e-5),
    (-20.0, 0.1, 1.2, 1.8e-5),
    (0.0, 0.01, 1.2, 1.8e-5),
}

/// Colebrook friction by Haaland's explicit formula.
#[differentiate]
pub fn haaland(reynolds: f64, roughness: f64) -> f64 {
    let inner = (roughness / 3.7).powf(1.11) + 6.9 / reynolds;
    (-1.8 * inner.log10()).powi(-2)
}
samples! { gradient haaland: (1e5, 1e-4), (1e5, 0.0) }

/// Projectile range from a height.
#[differentiate]
pub fn projectile_range(speed: f64, angle: f64, height: f64) -> f64 {
    let g = 9.81;
    let (s, c) = angle.sin_cos();
    let vy = speed * s;
    speed * c / g * (vy + (vy * vy + 2.0 * g * height).sqrt())
}
samples! { gradient projectile_range: (20.0, 0.7, 1.5), (0.0, 0.5, 0.0) }

/// Thin lens maker's equation.
#[differentiate]
pub fn focal_length(n: f64, r1: f64, r2: f64, d: f64) -> f64 {
    1.0 / ((n - 1.0) * (1.0 / r1 - 1.0 / r2 + (n - 1.0) * d / (n * r1 * r2)))
}
samples! { gradient focal_length: (1.5, 0.1, -0.2, 0.005) }

/// Snell refraction with total internal reflection.
#[differentiate]
pub fn refraction_angle(incident: f64, n1: f64, n2: f64) -> f64 {
    let s = n1 / n2 * incident.sin();
    if s.abs() > 1.0 { std::f64::consts::FRAC_PI_2 } else { s.asin() }
}
samples! { gradient refraction_angle: (0.4, 1.0, 1.5), (1.3, 1.5, 1.0) }

/// Haversine distance.
#[differentiate]
pub fn haversine(lat1: f64, lon1: f64, lat2: f64, lon2: f64) -> f64 {
    let (p1, p2) = (lat1.to_radians(), lat2.to_radians());
    let dp = p2 - p1;
    let dl = (lon2 - lon1).to_radians();
    let a = (dp / 2.0).sin().powi(2) + p1.cos() * p2.cos() * (dl / 2.0).sin().powi(2);
    2.0 * 6371.0 * a.sqrt().atan2((1.0 - a).sqrt())
}
samples! { gradient haversine: (52.5, 13.4, 48.1, 11.6) }

/// Area of a triangle by Heron's formula in Kahan's stable form.
#[differentiate]
pub fn heron(sides: (f64, f64, f64)) -> f64 {
    let (a, b, c) = sides;
    0.25 * ((a + (b + c)) * (c - (a - b)) * (c + (a - b)) * (a + (b - c))).sqrt()
}
samples! { gradient heron: ((5.0, 4.0, 3.0),), ((5.0, 4.0, 9.0),), ((5.0, 1.0, 1.0),) }

/// Air density with the ideal gas law and humidity by Tetens' formula.
#[differentiate]
pub fn humid_air_density(pressure: f64, celsius: f64, humidity: f64) -> f64 {
    let saturation = 611.2 * (17.67 * celsius / (celsius + 243.5)).exp();
    let vapour = humidity * saturation;
    let kelvin = celsius + 273.15;
    (pressure - vapour) / (287.05 * kelvin) + vapour / (461.495 * kelvin)
}
samples! { gradient humid_air_density: (101325.0, 25.0, 0.5) }

/// Steady gain of a second-order low-pass at a frequency.
#[differentiate(wrt(f0, q))]
pub fn low_pass_gain(frequency: f64, f0: f64, q: f64) -> f64 {
    let w = frequency / f0;
    1.0 / f64::hypot(1.0 - w * w, w / q)
}
samples! { gradient low_pass_gain: (1000.0, 800.0, 0.707), (0.0, 100.0, 1.0) }

/// Gaussian beam intensity.
#[differentiate]
pub fn gaussian_beam(r: f64, z: f64, waist: f64, wavelength: f64) -> f64 {
    let rayleigh = std::f64::consts::PI * waist.powi(2) / wavelength;
    let w = waist * (1.0 + (z / rayleigh).powi(2)).sqrt();
    (waist / w).powi(2) * (-2.0 * r.powi(2) / w.powi(2)).exp()
}
samples! { gradient gaussian_beam: (0.2, 3.0, 0.5, 0.1) }

/// Kepler's equation residual and the true anomaly, weighted.
#[differentiate(wrt(eccentric, eccentricity))]
pub fn kepler_mix(eccentric: f64, eccentricity: f64, mean: f64) -> f64 {
    let residual = eccentric - eccentricity * eccentric.sin() - mean;
    let half = ((1.0 + eccentricity) / (1.0 - eccentricity)).sqrt() * (eccentric / 2.0).tan();
    residual.powi(2) + 2.0 * half.atan()
}
samples! { gradient kepler_mix: (1.1, 0.3, 0.9) }

/// Standardized skewness-kurtosis statistic of Jarque and Bera.
#[differentiate]
pub fn jarque_bera(data: &[f64]) -> f64 {
    let n = data.len() as f64;
    let mean = data.iter().sum::<f64>() / n;
    let mut m2 = 0.0;
    let mut m3 = 0.0;
    let mut m4 = 0.0;
    for x in data {
        let d = x - mean;
        m2 += d * d;
        m3 += d * d * d;
        m4 += d * d * d * d;
    }
    let skewness = (m3 / n) / (m2 / n).powf(1.5);
    let kurtosis = (m4 / n) / (m2 / n).powi(2);
    n / 6.0 * (skewness * skewness + (kurtosis - 3.0).powi(2) / 4.0)
}
samples! { gradient jarque_bera: (vec![1.0, 2.5, -0.5, 4.0, 0.1],), (vec![],) }
