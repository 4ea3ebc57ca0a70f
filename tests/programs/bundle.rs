//! Bundle adjustment: where cameras stood and where points are, from pictures of the points.
//!
//! Each camera has a pose (an angle-axis rotation and a center), a focal length and lens distortion; the
//! pose may change during the exposure (a rolling shutter). A point X appears at
//!
//! ```text
//! Y = R(t) (X - c(t)),   (x, y) = Y₁₂ / Y₃,   r² = x² + y²
//! Brown:    d = 1 + k₁ r² + k₂ r⁴ + k₃ r⁶,  x' = d x + 2 p₁ x y + p₂ (r² + 2 x²), …
//! fisheye:  θ = atan r,  d = θ (1 + k₁ θ² + k₂ θ⁴ + k₃ θ⁶) / r
//! pixel = f (x', a y') + principal point
//! ```
//!
//! after D. Brown, Photogrammetric Engineering 32, 1966 and J. Kannala and S. Brandt, IEEE Trans. Pattern
//! Anal. Mach. Intell. 28, 2006; the parameterization is that of B. Triggs and others, Bundle Adjustment
//! (A Modern Synthesis), 2000. Residuals go through a robust loss, weighted by how sharp the point is in
//! the picture. Besides the pictures count: positions by satellite, a rig of known base lines, known
//! points on the ground, a smooth path of the camera (the logarithm of the rotation from pose to pose), and
//! a few points that are not free but triangulated from the rays of two cameras, with the lens
//! distortion undone by iteration.

use autodiff_core::{Differentiable, differentiate};

/// Below this angle rotations go by series.
const SMALL_ANGLE: f64 = 1e-4;
/// Points are at least so far in front of a camera.
const NEAREST: f64 = 0.05;

/// Where a camera is and how it looks.
#[derive(Clone, Copy, Debug, Differentiable)]
pub struct Pose {
    /// Axis times angle of the rotation from world to camera.
    pub rotation: [f64; 3],
    /// The center.
    pub center: [f64; 3],
}

/// A lens and the sensor behind it.
#[derive(Clone, Copy, Debug, Differentiable)]
pub struct Lens {
    /// Focal length in pixels, as logarithm.
    pub log_focal: f64,
    /// Height of a pixel over its width.
    pub aspect: f64,
    /// The principal point.
    pub principal: [f64; 2],
    /// Radial distortion.
    pub radial: [f64; 3],
    /// Tangential distortion.
    pub tangential: [f64; 2],
    /// How much light is lost towards the corners.
    pub vignetting: f64,
}

/// Everything that is adjusted.
#[derive(Clone, Debug, Differentiable)]
pub struct Scene {
    /// One pose for each picture.
    pub poses: Vec<Pose>,
    /// Velocity and turn rate of the camera during the exposure of each picture.
    pub motions: Vec<[f64; 6]>,
    /// The lenses.
    pub lenses: Vec<Lens>,
    /// The points.
    pub points: Vec<[f64; 3]>,
    /// Logarithms of the brightness of the points.
    pub brightness: Vec<f64>,
    /// Logarithms of the exposure of the pictures.
    pub exposures: Vec<f64>,
    /// Logarithm of the size of a pixel error.
    pub log_sigma: f64,
}

/// Which lens model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// No distortion.
    Pinhole,
    /// Brown's polynomials.
    Brown,
    /// Kannala and Brandt's fisheye.
    Fisheye,
}

/// How much large errors count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Robust {
    /// As all others.
    Squared,
    /// Linearly.
    Huber(f64),
    /// Logarithmically.
    Cauchy(f64),
    /// Not at all beyond a bound.
    Tukey(f64),
    /// F. Geman and D. McClure.
    GemanMcClure(f64),
}

/// A point in a picture.
#[derive(Clone, Copy, Debug)]
pub struct Observation {
    /// Which picture.
    pub picture: usize,
    /// Which point.
    pub point: usize,
    /// Where in the picture.
    pub pixel: [f64; 2],
    /// How sharp.
    pub weight: f64,
    /// How bright, between 0 and 1; NaN if unknown.
    pub gray: f64,
}

/// What is not adjusted.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The model of each lens.
    pub models: Vec<Model>,
    /// The lens of each picture.
    pub lens_of: Vec<usize>,
    /// All observations.
    pub observations: Vec<Observation>,
    /// The loss of an observation.
    pub robust: Robust,
    /// Rows of the sensor, for the rolling shutter.
    pub rows: f64,
    /// Pictures with the position that the satellites told, and its standard deviation.
    pub positions: Vec<(usize, [f64; 3], f64)>,
    /// Pairs of pictures with the distance of their centers.
    pub base_lines: Vec<(usize, usize, f64)>,
    /// Points with their known place.
    pub landmarks: Vec<(usize, [f64; 3])>,
    /// Pairs of observations of one point that is to be triangulated, and its known height.
    pub triangulated: Vec<(usize, usize, f64)>,
    /// Pairs of observations of one point, for the epipolar constraint.
    pub matches: Vec<(usize, usize)>,
    /// Weight of the smoothness of the path.
    pub smoothness: f64,
}

// ---------------------------------------------------------------------------------------------------
// Vectors and rotations
// ---------------------------------------------------------------------------------------------------

/// `a · b`.
#[differentiate]
pub fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// `a × b`.
#[differentiate]
pub fn cross(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// `a - b`.
#[differentiate]
pub fn minus(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// `a + factor b`.
#[differentiate]
pub fn plus_scaled(a: &[f64; 3], factor: f64, b: &[f64; 3]) -> [f64; 3] {
    [a[0] + factor * b[0], a[1] + factor * b[1], a[2] + factor * b[2]]
}

/// A vector turned about an axis by the angle that is the axis' length (O. Rodrigues, 1840).
#[differentiate]
pub fn rotate(rotation: &[f64; 3], v: &[f64; 3]) -> [f64; 3] {
    let squared = dot(rotation, rotation);
    let turned = cross(rotation, v);
    if squared < SMALL_ANGLE * SMALL_ANGLE {
        // To second order.
        let twice = cross(rotation, &turned);
        return plus_scaled(&plus_scaled(v, 1.0, &turned), 0.5, &twice);
    }
    let angle = squared.sqrt();
    let (sine, cosine) = angle.sin_cos();
    let along = dot(rotation, v) * (1.0 - cosine) / squared;
    let mut result = [0.0; 3];
    for i in 0..3 {
        result[i] = cosine * v[i] + sine / angle * turned[i] + along * rotation[i];
    }
    result
}

/// The rotation back.
#[differentiate]
pub fn inverse(rotation: &[f64; 3]) -> [f64; 3] {
    rotation.map(|component| -component)
}

/// The unit quaternion (w, x, y, z) of a rotation.
#[differentiate]
pub fn to_quaternion(rotation: &[f64; 3]) -> [f64; 4] {
    let squared = dot(rotation, rotation);
    let (real, factor) = if squared < SMALL_ANGLE * SMALL_ANGLE {
        (1.0 - squared / 8.0, 0.5 - squared / 48.0)
    } else {
        let half = 0.5 * squared.sqrt();
        (half.cos(), 0.5 * half.sin() / half)
    };
    [real, factor * rotation[0], factor * rotation[1], factor * rotation[2]]
}

/// Hamilton's product.
#[differentiate]
pub fn quaternion_product(a: &[f64; 4], b: &[f64; 4]) -> [f64; 4] {
    [
        a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3],
        a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
        a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1],
        a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0],
    ]
}

/// The rotation of a unit quaternion: its logarithm, of the shorter way round.
#[differentiate]
pub fn from_quaternion(q: &[f64; 4]) -> [f64; 3] {
    let sign = if q[0] < 0.0 { -1.0 } else { 1.0 };
    let imaginary = [q[1], q[2], q[3]];
    let squared = dot(&imaginary, &imaginary);
    let factor = if squared < SMALL_ANGLE * SMALL_ANGLE {
        2.0 / (sign * q[0]) * (1.0 - squared / (3.0 * q[0] * q[0]))
    } else {
        let sine = squared.sqrt();
        2.0 * sine.atan2(sign * q[0]) / sine
    };
    imaginary.map(|component| sign * factor * component)
}

/// The rotation that leads from one to another.
#[differentiate]
pub fn between(from: &[f64; 3], to: &[f64; 3]) -> [f64; 3] {
    let back = to_quaternion(&inverse(from));
    from_quaternion(&quaternion_product(&to_quaternion(to), &back))
}

// ---------------------------------------------------------------------------------------------------
// Lenses
// ---------------------------------------------------------------------------------------------------

/// How much farther from the axis a ray appears, given its squared distance from the axis.
#[differentiate]
pub fn brown_factor(lens: &Lens, squared: f64) -> f64 {
    let [k1, k2, k3] = lens.radial;
    1.0 + squared * (k1 + squared * (k2 + squared * k3))
}

/// The slope of the distorted distance by the distance: negative where the picture folds over.
#[differentiate]
pub fn stretch(lens: &Lens, squared: f64) -> f64 {
    let [k1, k2, k3] = lens.radial;
    let slope = k1 + squared * (2.0 * k2 + 3.0 * squared * k3);
    brown_factor(lens, squared) + 2.0 * squared * slope
}

/// Brown's distortion of a point at depth one.
#[differentiate]
pub fn brown(lens: &Lens, ray: &[f64; 2]) -> [f64; 2] {
    let [x, y] = *ray;
    let squared = x * x + y * y;
    let [p1, p2] = lens.tangential;
    let factor = brown_factor(lens, squared);
    [
        factor * x + 2.0 * p1 * x * y + p2 * (squared + 2.0 * x * x),
        factor * y + p1 * (squared + 2.0 * y * y) + 2.0 * p2 * x * y,
    ]
}

/// The fisheye's distortion of a point at depth one.
#[differentiate]
pub fn fisheye(lens: &Lens, ray: &[f64; 2]) -> [f64; 2] {
    let radius = ray[0].hypot(ray[1]);
    if radius < 1e-9 {
        return *ray;
    }
    let angle = radius.atan();
    let square = angle * angle;
    let mut polynomial = 0.0;
    for coefficient in lens.radial.iter().rev() {
        polynomial = (polynomial + coefficient) * square;
    }
    let factor = angle * (1.0 + polynomial) / radius;
    [factor * ray[0], factor * ray[1]]
}

/// The distortion of any lens.
#[differentiate(wrt(lens, ray))]
pub fn distorted(lens: &Lens, model: Model, ray: &[f64; 2]) -> [f64; 2] {
    match model {
        Model::Pinhole => *ray,
        Model::Brown => brown(lens, ray),
        Model::Fisheye => fisheye(lens, ray),
    }
}

/// The ray that a lens distorts to what is given, by fixed-point iteration until nothing changes.
#[differentiate(wrt(lens, target))]
pub fn undistorted(lens: &Lens, model: Model, target: &[f64; 2]) -> [f64; 2] {
    const ROUNDS: usize = 20;
    let mut ray = *target;
    for _ in 0..ROUNDS {
        let seen = distorted(lens, model, &ray);
        let error = [target[0] - seen[0], target[1] - seen[1]];
        ray[0] += error[0];
        ray[1] += error[1];
        if error[0].abs().max(error[1].abs()) < 1e-15 {
            break;
        }
    }
    ray
}

/// From the distorted ray to the pixel.
#[differentiate]
pub fn to_pixel(lens: &Lens, ray: &[f64; 2]) -> [f64; 2] {
    let focal = lens.log_focal.exp();
    [focal * ray[0] + lens.principal[0], focal * lens.aspect * ray[1] + lens.principal[1]]
}

/// And back.
#[differentiate]
pub fn from_pixel(lens: &Lens, pixel: &[f64; 2]) -> [f64; 2] {
    let focal = lens.log_focal.exp();
    [(pixel[0] - lens.principal[0]) / focal, (pixel[1] - lens.principal[1]) / (focal * lens.aspect)]
}

// ---------------------------------------------------------------------------------------------------
// Cameras
// ---------------------------------------------------------------------------------------------------

/// The pose at a part of the exposure, between -1/2 and 1/2.
#[differentiate(wrt(pose, motion))]
pub fn pose_during(pose: &Pose, motion: &[f64; 6], part: f64) -> Pose {
    let mut moved = *pose;
    for axis in 0..3 {
        moved.center[axis] += part * motion[axis];
        moved.rotation[axis] += part * motion[3 + axis];
    }
    moved
}

/// A point in the coordinates of a camera.
#[differentiate]
pub fn into_camera(pose: &Pose, point: &[f64; 3]) -> [f64; 3] {
    rotate(&pose.rotation, &minus(point, &pose.center))
}

/// Where a point appears, and how deep it is behind the picture.
#[differentiate(wrt(pose, motion, lens, point))]
pub fn project(
    pose: &Pose,
    motion: &[f64; 6],
    lens: &Lens,
    model: Model,
    point: &[f64; 3],
    part: f64,
) -> ([f64; 2], f64) {
    let seen = into_camera(&pose_during(pose, motion, part), point);
    let depth = seen[2];
    if depth < NEAREST {
        return ([0.0, 0.0], depth); // behind the camera
    }
    let ray = distorted(lens, model, &[seen[0] / depth, seen[1] / depth]);
    (to_pixel(lens, &ray), depth)
}

/// The loss of a squared error.
#[differentiate(wrt(squared))]
pub fn robust_loss(squared: f64, robust: Robust) -> f64 {
    match robust {
        Robust::Squared => 0.5 * squared,
        Robust::Huber(bound) => {
            if squared <= bound * bound {
                0.5 * squared
            } else {
                bound * squared.sqrt() - 0.5 * bound * bound
            }
        }
        Robust::Cauchy(scale) => 0.5 * scale * scale * (squared / (scale * scale)).ln_1p(),
        Robust::Tukey(bound) => {
            let sixth = bound * bound / 6.0;
            if squared >= bound * bound {
                return sixth;
            }
            sixth * (1.0 - (1.0 - squared / (bound * bound)).powi(3))
        }
        Robust::GemanMcClure(scale) => 0.5 * squared / (1.0 + squared / (scale * scale)),
    }
}

/// The loss of all observations, and how many points were behind a camera.
#[differentiate(wrt(scene))]
pub fn reprojection_loss(scene: &Scene, setup: &Setup) -> (f64, usize) {
    let count: usize = setup.observations.len();
    let robust = setup.robust;
    let precision = (-2.0 * scene.log_sigma).exp();
    let mut sum = 0.0;
    let mut behind: usize = 0;
    for index in 0..count {
        let picture: usize = setup.observations[index].picture;
        let point: usize = setup.observations[index].point;
        let pixel: [f64; 2] = setup.observations[index].pixel;
        let weight: f64 = setup.observations[index].weight;
        if weight == 0.0 {
            continue;
        }
        let lens: usize = setup.lens_of[picture];
        let part = pixel[1] / setup.rows - 0.5;
        let (seen, depth) = project(
            &scene.poses[picture],
            &scene.motions[picture],
            &scene.lenses[lens],
            setup.models[lens],
            &scene.points[point],
            part,
        );
        if depth < NEAREST {
            behind += 1;
            sum += weight * (1.0 + (NEAREST - depth).powi(2));
            continue;
        }
        let error = [seen[0] - pixel[0], seen[1] - pixel[1]];
        let squared = precision * (error[0] * error[0] + error[1] * error[1]);
        sum += weight * (robust_loss(squared, robust) + 2.0 * scene.log_sigma);
    }
    (sum, behind)
}

// ---------------------------------------------------------------------------------------------------
// What is known besides
// ---------------------------------------------------------------------------------------------------

/// Misfit of the positions by satellite.
#[differentiate(wrt(poses))]
pub fn position_loss(poses: &[Pose], setup: &Setup) -> f64 {
    let count: usize = setup.positions.len();
    let mut sum = 0.0;
    for index in 0..count {
        let (picture, place, deviation): (usize, [f64; 3], f64) = setup.positions[index];
        let off = minus(&poses[picture].center, &place);
        sum += 0.5 * dot(&off, &off) / (deviation * deviation);
    }
    sum
}

/// Misfit of the lengths of the rig.
#[differentiate(wrt(poses))]
pub fn rig_loss(poses: &[Pose], setup: &Setup) -> f64 {
    let count: usize = setup.base_lines.len();
    let mut sum = 0.0;
    for index in 0..count {
        let (first, second, length): (usize, usize, f64) = setup.base_lines[index];
        let apart = minus(&poses[first].center, &poses[second].center);
        sum += 50.0 * (dot(&apart, &apart).sqrt() / length - 1.0).powi(2);
    }
    sum
}

/// Misfit of the known points.
#[differentiate(wrt(points))]
pub fn landmark_loss(points: &[[f64; 3]], setup: &Setup) -> f64 {
    let count: usize = setup.landmarks.len();
    let mut sum = 0.0;
    for index in 0..count {
        let (point, place): (usize, [f64; 3]) = setup.landmarks[index];
        sum += points[point].iter().zip(&place).map(|(a, b)| 2.0 * (a - b).powi(2)).sum::<f64>();
    }
    sum
}

/// How unevenly the camera moved and turned from picture to picture.
#[differentiate]
pub fn path_roughness(poses: &[Pose], motions: &[[f64; 6]]) -> f64 {
    let mut sum = 0.0;
    for (pair, motion) in poses.windows(2).zip(motions) {
        let turn = between(&pair[0].rotation, &pair[1].rotation);
        let step = minus(&pair[1].center, &pair[0].center);
        for axis in 0..3 {
            sum += (step[axis] - motion[axis]).powi(2);
            sum += 4.0 * (turn[axis] - motion[3 + axis]).powi(2);
        }
    }
    for triple in poses.windows(3) {
        let bend: f64 = (0..3)
            .map(|axis| {
                triple[0].center[axis] - 2.0 * triple[1].center[axis] + triple[2].center[axis]
            })
            .map(|second| second * second)
            .sum();
        sum += bend;
    }
    sum
}

/// Distortion stays small, and no lens folds its picture over within a wide field.
#[differentiate]
pub fn lens_prior(lenses: &[Lens]) -> f64 {
    let mut sum = 0.0;
    for lens in lenses {
        let [k1, k2, k3] = lens.radial;
        sum += 10.0 * (k1 * k1 + 2.0 * k2 * k2 + 4.0 * k3 * k3);
        sum += 100.0 * lens.tangential.iter().map(|p| p * p).sum::<f64>();
        sum += 5.0 * (lens.aspect - 1.0).powi(2) + (lens.vignetting + 0.1).powi(2);
        let mut squared: f64 = 0.1;
        while squared < 1.0 {
            let stretched = stretch(lens, squared);
            if stretched < 0.95 {
                sum += (0.95 - stretched).powi(2);
                break;
            }
            squared *= 1.5;
        }
    }
    sum
}

/// The unit vector from a camera through a pixel, in the world.
#[differentiate(wrt(pose, lens))]
pub fn ray_through(pose: &Pose, lens: &Lens, model: Model, pixel: &[f64; 2]) -> [f64; 3] {
    let [x, y] = undistorted(lens, model, &from_pixel(lens, pixel));
    let length = (x * x + y * y + 1.0).sqrt();
    rotate(&inverse(&pose.rotation), &[x / length, y / length, 1.0 / length])
}

/// The middle of the shortest line between two rays, and the length of that line; `None` if they are
/// parallel would be the user's: here the first center stands in.
#[differentiate]
pub fn nearest_to_rays(
    first: &[f64; 3],
    along_first: &[f64; 3],
    second: &[f64; 3],
    along_second: &[f64; 3],
) -> ([f64; 3], f64) {
    let apart = minus(second, first);
    let cosine = dot(along_first, along_second);
    let determinant = 1.0 - cosine * cosine;
    if determinant < 1e-8 {
        return (*first, dot(&apart, &apart).sqrt());
    }
    let (a, b) = (dot(&apart, along_first), dot(&apart, along_second));
    let on_first = plus_scaled(first, (a - cosine * b) / determinant, along_first);
    let on_second = plus_scaled(second, (cosine * a - b) / determinant, along_second);
    let gap = minus(&on_second, &on_first);
    (plus_scaled(&on_first, 0.5, &gap), dot(&gap, &gap).sqrt())
}

/// Misfit of points that two rays make: their height, and how far the rays miss each other.
#[differentiate(wrt(scene))]
pub fn triangulation_loss(scene: &Scene, setup: &Setup) -> f64 {
    let count: usize = setup.triangulated.len();
    let mut sum = 0.0;
    for index in 0..count {
        let (a, b, height): (usize, usize, f64) = setup.triangulated[index];
        let mut centers = [[0.0; 3]; 2];
        let mut rays = [[0.0; 3]; 2];
        for (side, observation) in [a, b].into_iter().enumerate() {
            let picture: usize = setup.observations[observation].picture;
            let pixel: [f64; 2] = setup.observations[observation].pixel;
            let lens: usize = setup.lens_of[picture];
            let part = pixel[1] / setup.rows - 0.5;
            let pose = pose_during(&scene.poses[picture], &scene.motions[picture], part);
            centers[side] = pose.center;
            rays[side] = ray_through(&pose, &scene.lenses[lens], setup.models[lens], &pixel);
        }
        let (middle, gap) = nearest_to_rays(&centers[0], &rays[0], &centers[1], &rays[1]);
        sum += 0.5 * ((middle[2] - height) / 0.1).powi(2) + 5.0 * gap * gap;
    }
    sum
}

/// The essential matrix of two poses, by columns: E e = t × (R e).
#[differentiate]
pub fn essential(first: &Pose, second: &Pose) -> [[f64; 3]; 3] {
    let shift = rotate(&second.rotation, &minus(&first.center, &second.center));
    let mut columns = [[0.0; 3]; 3];
    for (axis, column) in columns.iter_mut().enumerate() {
        let mut unit = [0.0; 3];
        unit[axis] = 1.0;
        let world = rotate(&inverse(&first.rotation), &unit);
        *column = cross(&shift, &rotate(&second.rotation, &world));
    }
    columns
}

/// The first-order distance of a match from its epipolar lines, squared (P. Sampson, Comput. Graph. Image
/// Process. 18, 1982).
#[differentiate]
pub fn sampson(columns: &[[f64; 3]; 3], first: &[f64; 3], second: &[f64; 3]) -> f64 {
    let mut line = [0.0; 3];
    let mut back = [0.0; 3];
    for axis in 0..3 {
        for row in 0..3 {
            line[row] += columns[axis][row] * first[axis];
            back[axis] += columns[axis][row] * second[row];
        }
    }
    let residual = dot(second, &line);
    let size = line[0] * line[0] + line[1] * line[1] + back[0] * back[0] + back[1] * back[1];
    residual * residual / (size + 1e-12)
}

/// Misfit of matches with the epipolar geometry of their pictures; needs no points.
#[differentiate(wrt(scene))]
pub fn epipolar_loss(scene: &Scene, setup: &Setup) -> f64 {
    let count: usize = setup.matches.len();
    let mut sum = 0.0;
    for index in 0..count {
        let (a, b): (usize, usize) = setup.matches[index];
        let mut poses = [scene.poses[0]; 2];
        let mut rays = [[0.0, 0.0, 1.0]; 2];
        for (side, observation) in [a, b].into_iter().enumerate() {
            let picture: usize = setup.observations[observation].picture;
            let pixel: [f64; 2] = setup.observations[observation].pixel;
            let lens: usize = setup.lens_of[picture];
            poses[side] = scene.poses[picture];
            let target = from_pixel(&scene.lenses[lens], &pixel);
            let [x, y] = undistorted(&scene.lenses[lens], setup.models[lens], &target);
            rays[side][0] = x;
            rays[side][1] = y;
        }
        let columns = essential(&poses[0], &poses[1]);
        sum += 500.0 * sampson(&columns, &rays[0], &rays[1]);
    }
    sum
}

// ---------------------------------------------------------------------------------------------------
// Brightness
// ---------------------------------------------------------------------------------------------------

/// What a sensor makes of light: nearly linear, then saturated.
#[differentiate]
pub fn response(light: f64) -> f64 {
    if light < 0.8 {
        return light;
    }
    let above = light - 0.8;
    0.8 + 0.2 * (1.0 - (-above / 0.2).exp())
}

/// Light that is lost at a pixel far from the axis: the fourth power of the cosine, and the lens' own.
#[differentiate]
pub fn vignette(lens: &Lens, pixel: &[f64; 2]) -> f64 {
    let [x, y] = from_pixel(lens, pixel);
    let squared = x * x + y * y;
    (1.0 + lens.vignetting * squared) / (1.0 + squared).powi(2)
}

/// Misfit of the brightness of points, Student's t with five degrees of freedom.
#[differentiate(wrt(scene))]
pub fn brightness_loss(scene: &Scene, setup: &Setup) -> f64 {
    let count: usize = setup.observations.len();
    let mut sum = 0.0;
    for index in 0..count {
        let gray: f64 = setup.observations[index].gray;
        if gray.is_nan() {
            continue;
        }
        let picture: usize = setup.observations[index].picture;
        let point: usize = setup.observations[index].point;
        let pixel: [f64; 2] = setup.observations[index].pixel;
        let lens: usize = setup.lens_of[picture];
        let light = (scene.brightness[point] + scene.exposures[picture]).exp();
        let expected = response(light * vignette(&scene.lenses[lens], &pixel));
        let error = (expected - gray) / 0.05;
        sum += 3.0 * (error * error / 5.0).ln_1p();
    }
    // Brightness and exposure may change places: their sums are tied to zero.
    let total: f64 = scene.exposures.iter().sum();
    sum + total * total
}

/// Everything together, per observation.
#[differentiate(wrt(scene))]
pub fn loss(scene: &Scene, setup: &Setup) -> f64 {
    let (pictures, behind) = reprojection_loss(scene, setup);
    if behind > setup.observations.len() / 2 {
        return f64::INFINITY; // not a scene
    }
    let besides = position_loss(&scene.poses, setup)
        + rig_loss(&scene.poses, setup)
        + landmark_loss(&scene.points, setup)
        + triangulation_loss(scene, setup)
        + epipolar_loss(scene, setup)
        + brightness_loss(scene, setup);
    let rough = setup.smoothness * path_roughness(&scene.poses, &scene.motions);
    (pictures + besides + rough + lens_prior(&scene.lenses)) / setup.observations.len() as f64
}
