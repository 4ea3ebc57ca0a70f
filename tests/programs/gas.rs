//! A shock tube with a constriction: one-dimensional gas dynamics by finite volumes.
//!
//! The Euler equations of a perfect gas in a duct of cross-section A(x), with friction and heat loss to
//! the wall,
//!
//! ```text
//! ∂(A U)/∂t + ∂(A F)/∂x = A S,   U = (ρ, ρu, E),   F = (ρu, ρu² + p, (E + p) u)
//! S = (0, p A'/A - f ρ u|u| / 2D, -h (T - T_wall)),   p = (γ - 1)(E - ρu²/2),   T = p / ρ
//! ```
//!
//! are solved by a Godunov method of second order: MUSCL reconstruction of primitive variables with a
//! slope limiter (B. van Leer, J. Comput. Phys. 32, 1979; P. Sweby, SIAM J. Numer. Anal. 21, 1984), a
//! Riemann solver at each face (E. F. Toro, Riemann Solvers and Numerical Methods for Fluid Dynamics,
//! chapters 4, 10 and 11), and Runge-Kutta steps that do not increase the total variation (C.-W. Shu and
//! S. Osher, J. Comput. Phys. 77, 1988) under a Courant condition.
//!
//! The loss compares the pressures at a few gauges with recorded ones, so its gradient is what one needs
//! to find the state of the gas before the membrane burst.

#![allow(clippy::needless_range_loop)] // grids go by index

use autodiff_core::{Differentiable, differentiate};

/// Ghost cells at each end.
pub const GHOSTS: usize = 2;
/// Pressure gauges along the tube.
pub const GAUGES: usize = 3;
/// Pressures and densities are kept above it.
const VACUUM: f64 = 1e-9;

/// What is conserved, per volume.
#[derive(Clone, Copy, Debug, Differentiable)]
pub struct Conserved {
    /// ρ
    pub density: f64,
    /// ρu
    pub momentum: f64,
    /// E = p / (γ - 1) + ρu²/2
    pub energy: f64,
}

/// What is reconstructed.
#[derive(Clone, Copy, Debug, Differentiable)]
pub struct Primitive {
    /// ρ
    pub density: f64,
    /// u
    pub velocity: f64,
    /// p
    pub pressure: f64,
}

/// How slopes are limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limiter {
    /// No slopes: first order.
    Constant,
    /// The smaller of the two slopes.
    Minmod,
    /// Harmonic mean.
    VanLeer,
    /// Smooth everywhere (G. van Albada and others, Astron. Astrophys. 108, 1982).
    VanAlbada,
    /// Central slope, at most twice each of the two.
    MonotonizedCentral,
    /// The steepest.
    Superbee,
}

/// How the flux through a face is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Solver {
    /// Local Lax-Friedrichs.
    Rusanov,
    /// Two waves, with Einfeldt's speeds.
    Hll,
    /// Two waves and the contact between them.
    Hllc,
    /// Roe's linearization with Harten's entropy fix.
    Roe,
    /// Godunov's: the exact solution on the face.
    Exact,
}

/// What is beyond an end of the tube.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    /// Waves leave.
    Open,
    /// A rigid wall.
    Closed,
    /// A wall that moves with a given speed.
    Piston(f64),
}

/// What we want to know.
#[derive(Clone, Debug, Differentiable)]
pub struct Experiment {
    /// Ratio of specific heats.
    pub gamma: f64,
    /// The gas on the left of the membrane.
    pub driver: Primitive,
    /// The gas on its right.
    pub driven: Primitive,
    /// Where the membrane was.
    pub membrane: f64,
    /// Over which length the two gases have mixed.
    pub thickness: f64,
    /// Part of the cross-section that the throat takes away.
    pub constriction: f64,
    /// Darcy's friction factor over the diameter.
    pub friction: f64,
    /// Heat loss to the wall, per volume and temperature.
    pub heat_loss: f64,
    /// Temperature of the wall, as p / ρ.
    pub wall: f64,
    /// Amplification of each gauge.
    pub gains: [f64; GAUGES],
}

/// What we know.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Cells of the grid.
    pub cells: usize,
    /// Length of the tube.
    pub length: f64,
    /// Position and width of the throat.
    pub throat: (f64, f64),
    /// How long it is recorded.
    pub duration: f64,
    /// Time between two records.
    pub interval: f64,
    /// Courant number.
    pub courant: f64,
    /// Give up after so many steps.
    pub step_limit: usize,
    /// How slopes are limited.
    pub limiter: Limiter,
    /// How fluxes are found.
    pub solver: Solver,
    /// The left end.
    pub left: End,
    /// The right end.
    pub right: End,
    /// Positions of the gauges.
    pub gauges: [f64; GAUGES],
    /// The recorded pressures, one row each interval; NaN where a gauge failed.
    pub records: Vec<[f64; GAUGES]>,
}

/// The gas in the tube with what a step needs; ghost cells included.
#[derive(Clone, Debug, Differentiable)]
pub struct Tube {
    /// Averages over cells.
    pub cells: Vec<Conserved>,
    /// The same as primitive variables.
    pub primitives: Vec<Primitive>,
    /// Fluxes through the left face of each cell.
    pub fluxes: Vec<Conserved>,
    /// Change of each cell per time.
    pub rates: Vec<Conserved>,
    /// Cross-section at the left face of each cell.
    pub areas: Vec<f64>,
}

// ---------------------------------------------------------------------------------------------------
// The gas
// ---------------------------------------------------------------------------------------------------

/// Speed of sound.
#[differentiate]
pub fn sound_speed(gas: &Primitive, gamma: f64) -> f64 {
    (gamma * gas.pressure / gas.density).sqrt()
}

/// Total energy per volume.
#[differentiate]
pub fn total_energy(gas: &Primitive, gamma: f64) -> f64 {
    gas.pressure / (gamma - 1.0) + 0.5 * gas.density * gas.velocity * gas.velocity
}

/// Primitive variables of a cell, kept away from vacuum.
#[differentiate]
pub fn to_primitive(cell: &Conserved, gamma: f64) -> Primitive {
    let density = cell.density.max(VACUUM);
    let velocity = cell.momentum / density;
    let kinetic = 0.5 * cell.momentum * velocity;
    let pressure = ((gamma - 1.0) * (cell.energy - kinetic)).max(VACUUM);
    Primitive { density, velocity, pressure }
}

/// Conserved variables.
#[differentiate]
pub fn to_conserved(gas: &Primitive, gamma: f64) -> Conserved {
    Conserved {
        density: gas.density,
        momentum: gas.density * gas.velocity,
        energy: total_energy(gas, gamma),
    }
}

/// The flux F(U).
#[differentiate]
pub fn physical_flux(gas: &Primitive, gamma: f64) -> Conserved {
    let momentum = gas.density * gas.velocity;
    Conserved {
        density: momentum,
        momentum: momentum * gas.velocity + gas.pressure,
        energy: (total_energy(gas, gamma) + gas.pressure) * gas.velocity,
    }
}

/// `a + factor b`.
#[differentiate]
pub fn add_scaled(a: Conserved, factor: f64, b: Conserved) -> Conserved {
    Conserved {
        density: a.density + factor * b.density,
        momentum: a.momentum + factor * b.momentum,
        energy: a.energy + factor * b.energy,
    }
}

// ---------------------------------------------------------------------------------------------------
// Reconstruction
// ---------------------------------------------------------------------------------------------------

/// The slope of a cell, given the differences to its neighbours.
#[differentiate(wrt(before, after))]
pub fn limited_slope(before: f64, after: f64, limiter: Limiter) -> f64 {
    if before * after <= 0.0 && limiter != Limiter::VanAlbada {
        return 0.0; // an extremum
    }
    match limiter {
        Limiter::Constant => 0.0,
        Limiter::Minmod => {
            if before.abs() < after.abs() {
                before
            } else {
                after
            }
        }
        Limiter::VanLeer => 2.0 * before * after / (before + after),
        Limiter::VanAlbada => {
            let (b, a) = (before * before + 1e-12, after * after + 1e-12);
            (before * a + after * b) / (a + b)
        }
        Limiter::MonotonizedCentral => {
            let central = 0.5 * (before + after);
            let bound = 2.0 * before.abs().min(after.abs());
            central.signum() * central.abs().min(bound)
        }
        Limiter::Superbee => {
            let (small, large) = (before.abs().min(after.abs()), before.abs().max(after.abs()));
            before.signum() * large.min(2.0 * small)
        }
    }
}

/// The gas at the left and at the right face of the middle one of three cells.
#[differentiate(wrt(cells))]
pub fn reconstruct(cells: &[Primitive], limiter: Limiter) -> (Primitive, Primitive) {
    let (before, here, after) = (cells[0], cells[1], cells[2]);
    if limiter == Limiter::Constant {
        return (here, here);
    }
    let slope = |a: f64, b: f64, c: f64| 0.5 * limited_slope(b - a, c - b, limiter);
    let density = slope(before.density, here.density, after.density);
    let velocity = slope(before.velocity, here.velocity, after.velocity);
    let pressure = slope(before.pressure, here.pressure, after.pressure);
    let left = Primitive {
        density: here.density - density,
        velocity: here.velocity - velocity,
        pressure: here.pressure - pressure,
    };
    let right = Primitive {
        density: here.density + density,
        velocity: here.velocity + velocity,
        pressure: here.pressure + pressure,
    };
    let lowest = left.density.min(right.density).min(left.pressure).min(right.pressure);
    if lowest <= VACUUM {
        return (here, here); // no slope where it would empty a face
    }
    (left, right)
}

// ---------------------------------------------------------------------------------------------------
// Riemann solvers
// ---------------------------------------------------------------------------------------------------

/// Velocity and speed of sound of Roe's average.
#[differentiate]
pub fn roe_average(left: &Primitive, right: &Primitive, gamma: f64) -> (f64, f64, f64) {
    let (root_left, root_right) = (left.density.sqrt(), right.density.sqrt());
    let weight = root_left / (root_left + root_right);
    let mix = |a: f64, b: f64| weight * a + (1.0 - weight) * b;
    let velocity = mix(left.velocity, right.velocity);
    let enthalpy = mix(
        (total_energy(left, gamma) + left.pressure) / left.density,
        (total_energy(right, gamma) + right.pressure) / right.density,
    );
    let squared = (gamma - 1.0) * (enthalpy - 0.5 * velocity * velocity);
    (velocity, enthalpy, squared.max(VACUUM).sqrt())
}

/// The slowest and the fastest wave (B. Einfeldt, SIAM J. Numer. Anal. 25, 1988).
#[differentiate]
pub fn wave_speeds(left: &Primitive, right: &Primitive, gamma: f64) -> (f64, f64) {
    let (velocity, _, sound) = roe_average(left, right, gamma);
    let slowest = (left.velocity - sound_speed(left, gamma)).min(velocity - sound);
    let fastest = (right.velocity + sound_speed(right, gamma)).max(velocity + sound);
    (slowest, fastest)
}

/// Central flux, damped by the fastest wave.
#[differentiate]
pub fn rusanov(left: &Primitive, right: &Primitive, gamma: f64) -> Conserved {
    let speed_left = left.velocity.abs() + sound_speed(left, gamma);
    let speed_right = right.velocity.abs() + sound_speed(right, gamma);
    let speed = speed_left.max(speed_right);
    let (flux_left, flux_right) = (physical_flux(left, gamma), physical_flux(right, gamma));
    let (cell_left, cell_right) = (to_conserved(left, gamma), to_conserved(right, gamma));
    let average = |a: f64, b: f64, u: f64, v: f64| 0.5 * (a + b) - 0.5 * speed * (v - u);
    Conserved {
        density: average(
            flux_left.density,
            flux_right.density,
            cell_left.density,
            cell_right.density,
        ),
        momentum: average(
            flux_left.momentum,
            flux_right.momentum,
            cell_left.momentum,
            cell_right.momentum,
        ),
        energy: average(flux_left.energy, flux_right.energy, cell_left.energy, cell_right.energy),
    }
}

/// The flux of Harten, Lax and van Leer.
#[differentiate]
pub fn hll(left: &Primitive, right: &Primitive, gamma: f64) -> Conserved {
    let (slowest, fastest) = wave_speeds(left, right, gamma);
    if slowest >= 0.0 {
        return physical_flux(left, gamma);
    }
    if fastest <= 0.0 {
        return physical_flux(right, gamma);
    }
    let (flux_left, flux_right) = (physical_flux(left, gamma), physical_flux(right, gamma));
    let (cell_left, cell_right) = (to_conserved(left, gamma), to_conserved(right, gamma));
    let width = 1.0 / (fastest - slowest);
    let between = |a: f64, b: f64, u: f64, v: f64| {
        (fastest * a - slowest * b + fastest * slowest * (v - u)) * width
    };
    Conserved {
        density: between(
            flux_left.density,
            flux_right.density,
            cell_left.density,
            cell_right.density,
        ),
        momentum: between(
            flux_left.momentum,
            flux_right.momentum,
            cell_left.momentum,
            cell_right.momentum,
        ),
        energy: between(flux_left.energy, flux_right.energy, cell_left.energy, cell_right.energy),
    }
}

/// The gas between an outer wave and the contact (Toro, equation 10.39).
#[differentiate]
pub fn behind_wave(gas: &Primitive, wave: f64, contact: f64, gamma: f64) -> Conserved {
    let density = gas.density * (wave - gas.velocity) / (wave - contact);
    let push = contact + gas.pressure / (gas.density * (wave - gas.velocity));
    let energy = total_energy(gas, gamma) / gas.density + (contact - gas.velocity) * push;
    Conserved { density, momentum: density * contact, energy: density * energy }
}

/// HLL with the contact restored (E. F. Toro, M. Spruce and W. Speares, Shock Waves 4, 1994).
#[differentiate]
pub fn hllc(left: &Primitive, right: &Primitive, gamma: f64) -> Conserved {
    let (slowest, fastest) = wave_speeds(left, right, gamma);
    if slowest >= 0.0 {
        return physical_flux(left, gamma);
    }
    if fastest <= 0.0 {
        return physical_flux(right, gamma);
    }
    let mass_left = left.density * (slowest - left.velocity);
    let mass_right = right.density * (fastest - right.velocity);
    let contact = (right.pressure - left.pressure + left.velocity * mass_left
        - right.velocity * mass_right)
        / (mass_left - mass_right);
    let (gas, wave) = if contact >= 0.0 { (*left, slowest) } else { (*right, fastest) };
    let outer = to_conserved(&gas, gamma);
    let inner = behind_wave(&gas, wave, contact, gamma);
    let jump = add_scaled(inner, -1.0, outer);
    add_scaled(physical_flux(&gas, gamma), wave, jump)
}

/// |λ|, rounded off near 0 (A. Harten, J. Comput. Phys. 49, 1983).
#[differentiate]
pub fn rounded_speed(speed: f64, width: f64) -> f64 {
    if speed.abs() < width { 0.5 * (speed * speed / width + width) } else { speed.abs() }
}

/// Roe's flux (P. L. Roe, J. Comput. Phys. 43, 1981).
#[differentiate]
pub fn roe(left: &Primitive, right: &Primitive, gamma: f64) -> Conserved {
    let (velocity, enthalpy, sound) = roe_average(left, right, gamma);
    let density = (left.density * right.density).sqrt();
    let jump_density = right.density - left.density;
    let jump_velocity = right.velocity - left.velocity;
    let jump_pressure = right.pressure - left.pressure;
    let square = sound * sound;
    let strengths = [
        (jump_pressure - density * sound * jump_velocity) / (2.0 * square),
        jump_density - jump_pressure / square,
        (jump_pressure + density * sound * jump_velocity) / (2.0 * square),
    ];
    let speeds = [velocity - sound, velocity, velocity + sound];
    let vectors = [
        [1.0, velocity - sound, enthalpy - velocity * sound],
        [1.0, velocity, 0.5 * velocity * velocity],
        [1.0, velocity + sound, enthalpy + velocity * sound],
    ];
    let mut damping = [0.0; 3];
    for ((strength, speed), vector) in strengths.iter().zip(speeds).zip(&vectors) {
        let weight = rounded_speed(speed, 0.1 * sound) * strength;
        for (sum, component) in damping.iter_mut().zip(vector) {
            *sum += weight * component;
        }
    }
    let (flux_left, flux_right) = (physical_flux(left, gamma), physical_flux(right, gamma));
    Conserved {
        density: 0.5 * (flux_left.density + flux_right.density - damping[0]),
        momentum: 0.5 * (flux_left.momentum + flux_right.momentum - damping[1]),
        energy: 0.5 * (flux_left.energy + flux_right.energy - damping[2]),
    }
}

/// Velocity change through the wave that leads from a gas to a pressure, and its slope (Toro, section
/// 4.3): a shock for a higher pressure, a rarefaction for a lower one.
#[differentiate]
pub fn wave_curve(pressure: f64, gas: &Primitive, gamma: f64) -> (f64, f64) {
    if pressure > gas.pressure {
        let a = 2.0 / ((gamma + 1.0) * gas.density);
        let b = (gamma - 1.0) / (gamma + 1.0) * gas.pressure;
        let root = (a / (pressure + b)).sqrt();
        let rise = pressure - gas.pressure;
        (rise * root, root * (1.0 - 0.5 * rise / (pressure + b)))
    } else {
        let sound = sound_speed(gas, gamma);
        let ratio = pressure / gas.pressure;
        let change =
            2.0 * sound / (gamma - 1.0) * (ratio.powf((gamma - 1.0) / (2.0 * gamma)) - 1.0);
        let slope = ratio.powf(-(gamma + 1.0) / (2.0 * gamma)) / (gas.density * sound);
        (change, slope)
    }
}

/// Pressure and velocity between the two outer waves, by Newton's method.
#[differentiate]
pub fn between_waves(left: &Primitive, right: &Primitive, gamma: f64) -> (f64, f64) {
    let (sound_left, sound_right) = (sound_speed(left, gamma), sound_speed(right, gamma));
    // Two rarefactions as the first guess.
    let power = (gamma - 1.0) / (2.0 * gamma);
    let above = sound_left + sound_right - 0.5 * (gamma - 1.0) * (right.velocity - left.velocity);
    let below = sound_left / left.pressure.powf(power) + sound_right / right.pressure.powf(power);
    let mut pressure = (above / below).max(VACUUM).powf(1.0 / power);
    for _ in 0..20 {
        let (change_left, slope_left) = wave_curve(pressure, left, gamma);
        let (change_right, slope_right) = wave_curve(pressure, right, gamma);
        let excess = change_left + change_right + right.velocity - left.velocity;
        let step = excess / (slope_left + slope_right);
        let next = (pressure - step).max(0.1 * pressure);
        let change = (next - pressure).abs();
        pressure = next;
        if change < 1e-13 * pressure {
            break;
        }
    }
    let (change_left, _) = wave_curve(pressure, left, gamma);
    let (change_right, _) = wave_curve(pressure, right, gamma);
    let velocity = 0.5 * (left.velocity + right.velocity + change_right - change_left);
    (pressure, velocity)
}

/// The gas that stays at the face, on the left of the contact (Toro, section 4.5). The right side is the
/// mirror image.
#[differentiate]
pub fn at_face(gas: &Primitive, pressure: f64, velocity: f64, gamma: f64) -> Primitive {
    let sound = sound_speed(gas, gamma);
    let ratio = pressure / gas.pressure;
    let (minus, plus) = (gamma - 1.0, gamma + 1.0);
    if ratio > 1.0 {
        let shock =
            gas.velocity - sound * (plus / (2.0 * gamma) * ratio + minus / (2.0 * gamma)).sqrt();
        if shock >= 0.0 {
            return *gas;
        }
        let density = gas.density * (ratio + minus / plus) / (minus / plus * ratio + 1.0);
        return Primitive { density, velocity, pressure };
    }
    if gas.velocity - sound >= 0.0 {
        return *gas;
    }
    let tail = velocity - sound * ratio.powf(minus / (2.0 * gamma));
    if tail <= 0.0 {
        return Primitive { density: gas.density * ratio.powf(1.0 / gamma), velocity, pressure };
    }
    // Inside of the fan.
    let fan = 2.0 / plus * (sound + 0.5 * minus * gas.velocity);
    let relative = fan / sound;
    Primitive {
        density: gas.density * relative.powf(2.0 / minus),
        velocity: fan,
        pressure: gas.pressure * relative.powf(2.0 * gamma / minus),
    }
}

/// The same gas, seen from the other side.
#[differentiate]
pub fn mirrored(gas: &Primitive) -> Primitive {
    Primitive { velocity: -gas.velocity, ..*gas }
}

/// Godunov's flux.
#[differentiate]
pub fn godunov(left: &Primitive, right: &Primitive, gamma: f64) -> Conserved {
    let (pressure, velocity) = between_waves(left, right, gamma);
    let gas = if velocity >= 0.0 {
        at_face(left, pressure, velocity, gamma)
    } else {
        mirrored(&at_face(&mirrored(right), pressure, -velocity, gamma))
    };
    physical_flux(&gas, gamma)
}

/// The flux through a face.
#[differentiate(wrt(left, right, gamma))]
pub fn numerical_flux(
    left: &Primitive,
    right: &Primitive,
    gamma: f64,
    solver: Solver,
) -> Conserved {
    match solver {
        Solver::Rusanov => rusanov(left, right, gamma),
        Solver::Hll => hll(left, right, gamma),
        Solver::Hllc => hllc(left, right, gamma),
        Solver::Roe => roe(left, right, gamma),
        Solver::Exact => godunov(left, right, gamma),
    }
}

// ---------------------------------------------------------------------------------------------------
// The tube
// ---------------------------------------------------------------------------------------------------

/// Cross-section at a position, relative to that of the open tube.
#[differentiate(wrt(constriction))]
pub fn cross_section(position: f64, throat: (f64, f64), constriction: f64) -> f64 {
    let (center, width) = throat;
    let distance = (position - center) / width;
    1.0 - constriction * (-distance * distance).exp()
}

/// The gas before the membrane bursts.
#[differentiate(wrt(experiment))]
pub fn at_rest(experiment: &Experiment, position: f64) -> Primitive {
    let burst = 0.5 * (1.0 + ((position - experiment.membrane) / experiment.thickness).tanh());
    let (driver, driven) = (&experiment.driver, &experiment.driven);
    Primitive {
        density: driver.density + burst * (driven.density - driver.density),
        velocity: driver.velocity + burst * (driven.velocity - driver.velocity),
        pressure: driver.pressure + burst * (driven.pressure - driver.pressure),
    }
}

/// A tube at time 0.
#[differentiate(wrt(experiment))]
pub fn filled_tube(experiment: &Experiment, setup: &Setup) -> Tube {
    let total = setup.cells + 2 * GHOSTS;
    let width = setup.length / setup.cells as f64;
    let nothing = Conserved { density: 0.0, momentum: 0.0, energy: 0.0 };
    let mut tube = Tube {
        cells: Vec::with_capacity(total),
        primitives: Vec::with_capacity(total),
        fluxes: vec![nothing; total],
        rates: vec![nothing; total],
        areas: vec![1.0; total + 1],
    };
    for index in 0..total {
        let position = (index as f64 + 0.5 - GHOSTS as f64) * width;
        let gas = at_rest(experiment, position);
        tube.cells.push(to_conserved(&gas, experiment.gamma));
        tube.primitives.push(gas);
    }
    let throat: (f64, f64) = setup.throat;
    for (face, area) in tube.areas.iter_mut().enumerate() {
        let position = (face as f64 - GHOSTS as f64) * width;
        *area = cross_section(position, throat, experiment.constriction);
    }
    tube
}

/// What a ghost cell holds, given the cell of which it is the image.
#[differentiate(wrt(image))]
pub fn ghost(image: &Primitive, end: End) -> Primitive {
    match end {
        End::Open => *image,
        End::Closed => mirrored(image),
        End::Piston(speed) => Primitive { velocity: 2.0 * speed - image.velocity, ..*image },
    }
}

/// Primitive variables everywhere, ghost cells included.
#[differentiate(wrt(tube, gamma))]
pub fn refresh(tube: &mut Tube, gamma: f64, setup: &Setup) {
    let last = tube.cells.len() - GHOSTS;
    for index in GHOSTS..last {
        tube.primitives[index] = to_primitive(&tube.cells[index], gamma);
    }
    for layer in 0..GHOSTS {
        tube.primitives[GHOSTS - 1 - layer] = ghost(&tube.primitives[GHOSTS + layer], setup.left);
        tube.primitives[last + layer] = ghost(&tube.primitives[last - 1 - layer], setup.right);
    }
}

/// The largest time step that lets no wave cross more than a part of a cell.
#[differentiate(wrt(primitives, gamma))]
pub fn time_step(primitives: &[Primitive], gamma: f64, width: f64, courant: f64) -> f64 {
    let fastest = primitives
        .iter()
        .map(|gas| gas.velocity.abs() + sound_speed(gas, gamma))
        .fold(0.0, f64::max);
    courant * width / fastest
}

/// Fluxes through all faces between cells.
#[differentiate(wrt(primitives, gamma, fluxes))]
pub fn face_fluxes(primitives: &[Primitive], gamma: f64, setup: &Setup, fluxes: &mut [Conserved]) {
    let last = primitives.len() - GHOSTS;
    let (_, mut left) = reconstruct(&primitives[GHOSTS - 2..=GHOSTS], setup.limiter);
    for face in GHOSTS..=last {
        let (right, next) = reconstruct(&primitives[face - 1..face + 2], setup.limiter);
        fluxes[face] = numerical_flux(&left, &right, gamma, setup.solver);
        left = next;
    }
}

/// Friction at the wall and heat that it takes away, per volume.
#[differentiate]
pub fn wall_losses(gas: &Primitive, friction: f64, heat_loss: f64, wall: f64) -> (f64, f64) {
    let drag = 0.5 * friction * gas.density * gas.velocity * gas.velocity.abs();
    let heat = heat_loss * (gas.pressure / gas.density - wall);
    (drag, heat)
}

/// The change of every cell per time.
#[differentiate(wrt(tube, experiment))]
pub fn find_rates(tube: &mut Tube, experiment: &Experiment, setup: &Setup) {
    let gamma = experiment.gamma;
    refresh(tube, gamma, setup);
    face_fluxes(&tube.primitives, gamma, setup, &mut tube.fluxes);
    let width = setup.length / setup.cells as f64;
    for index in GHOSTS..GHOSTS + setup.cells {
        let (before, after) = (tube.areas[index], tube.areas[index + 1]);
        let volume = 0.5 * (before + after) * width;
        let gas = tube.primitives[index];
        let (drag, heat) =
            wall_losses(&gas, experiment.friction, experiment.heat_loss, experiment.wall);
        let (inflow, outflow) = (&tube.fluxes[index], &tube.fluxes[index + 1]);
        let squeeze = gas.pressure * (after - before) / volume;
        tube.rates[index] = Conserved {
            density: (before * inflow.density - after * outflow.density) / volume,
            momentum: (before * inflow.momentum - after * outflow.momentum) / volume + squeeze
                - drag,
            energy: (before * inflow.energy - after * outflow.energy) / volume - heat,
        };
    }
}

/// One step of the Runge-Kutta method of third order of Shu and Osher: U ← a U₀ + b (U + Δt rates).
#[differentiate(wrt(tube, start, step, experiment))]
pub fn advance(
    tube: &mut Tube,
    start: &mut [Conserved],
    step: f64,
    experiment: &Experiment,
    setup: &Setup,
) {
    const STAGES: [(f64, f64); 3] = [(0.0, 1.0), (0.75, 0.25), (1.0 / 3.0, 2.0 / 3.0)];
    start.copy_from_slice(&tube.cells);
    for (stage, (old, new)) in STAGES.into_iter().enumerate() {
        if stage > 0 {
            find_rates(tube, experiment, setup);
        }
        for index in GHOSTS..start.len() - GHOSTS {
            let moved = add_scaled(tube.cells[index], step, tube.rates[index]);
            let kept = start[index];
            tube.cells[index] = Conserved {
                density: old * kept.density + new * moved.density,
                momentum: old * kept.momentum + new * moved.momentum,
                energy: old * kept.energy + new * moved.energy,
            };
        }
    }
}

// ---------------------------------------------------------------------------------------------------
// The loss
// ---------------------------------------------------------------------------------------------------

/// The pressure at a position, linear between the centers of cells.
#[differentiate(wrt(primitives))]
pub fn pressure_at(primitives: &[Primitive], position: f64, width: f64) -> f64 {
    let place = position / width - 0.5 + GHOSTS as f64;
    let index = (place.floor() as usize).clamp(GHOSTS, primitives.len() - GHOSTS - 2);
    let part = place - index as f64;
    (1.0 - part) * primitives[index].pressure + part * primitives[index + 1].pressure
}

/// What all gauges say.
#[differentiate(wrt(primitives, gains))]
pub fn gauge_signals(
    primitives: &[Primitive],
    gains: &[f64; GAUGES],
    setup: &Setup,
) -> [f64; GAUGES] {
    let width = setup.length / setup.cells as f64;
    let mut signals = [0.0; GAUGES];
    for (gauge, signal) in signals.iter_mut().enumerate() {
        *signal = gains[gauge] * pressure_at(primitives, setup.gauges[gauge], width);
    }
    signals
}

/// Misfit of the signals at an instant between two steps; failed gauges do not count.
#[differentiate(wrt(before, after, part))]
pub fn misfit(
    before: &[f64; GAUGES],
    after: &[f64; GAUGES],
    part: f64,
    record: &[f64; GAUGES],
) -> f64 {
    let mut sum = 0.0;
    for gauge in 0..GAUGES {
        if record[gauge].is_nan() {
            continue;
        }
        let signal = before[gauge] + part * (after[gauge] - before[gauge]);
        sum += (signal - record[gauge]).powi(2);
    }
    sum
}

/// Total mass and energy in the tube.
#[differentiate(wrt(tube))]
pub fn totals(tube: &Tube, width: f64) -> (f64, f64) {
    let (mut mass, mut energy) = (0.0, 0.0);
    for index in GHOSTS..tube.cells.len() - GHOSTS {
        let volume = 0.5 * (tube.areas[index] + tube.areas[index + 1]) * width;
        mass += volume * tube.cells[index].density;
        energy += volume * tube.cells[index].energy;
    }
    (mass, energy)
}

/// Mean square of the misfit of the gauges, and a little of what left the tube.
#[differentiate(wrt(experiment))]
pub fn loss(experiment: &Experiment, setup: &Setup) -> f64 {
    assert!(setup.cells >= 4 && setup.courant > 0.0, "a grid and a step");
    let width = setup.length / setup.cells as f64;
    let gamma = experiment.gamma;
    let mut tube = filled_tube(experiment, setup);
    let mut start = tube.cells.clone();
    let (mass_before, energy_before) = totals(&tube, width);

    let mut time = 0.0;
    let mut sum = 0.0;
    let mut record = 0;
    let mut signals = gauge_signals(&tube.primitives, &experiment.gains, setup);
    let step_limit: usize = setup.step_limit;
    for _ in 0..step_limit {
        find_rates(&mut tube, experiment, setup);
        let step =
            time_step(&tube.primitives, gamma, width, setup.courant).min(setup.duration - time);
        advance(&mut tube, &mut start, step, experiment, setup);
        refresh(&mut tube, gamma, setup);
        let later = gauge_signals(&tube.primitives, &experiment.gains, setup);
        while record < setup.records.len() {
            let instant = (record + 1) as f64 * setup.interval;
            if instant > time + step {
                break;
            }
            let part = (instant - time) / step;
            sum += misfit(&signals, &later, part, &setup.records[record]);
            record += 1;
        }
        signals = later;
        time += step;
        if time >= setup.duration {
            break;
        }
    }
    if record == 0 {
        return 0.0; // nothing was recorded
    }
    let (mass, energy) = totals(&tube, width);
    let leak = (mass / mass_before - 1.0).powi(2) + (energy / energy_before - 1.0).powi(2);
    sum / record as f64 + 0.01 * leak
}
