//! ba: bundle adjustment, the residuals of points in pictures and their sparse Jacobian.

use super::Function;
use crate::threads;
use crate::timing::{Outcome, read, unfit};
use autodiff_core::differentiate;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub const FUNCTIONS: &[(&str, Function)] = &[("objective", objective), ("jacobian", jacobian)];

/// Parameters of a camera: rotation, center, focal length, principal point, radial distortion.
const CAMERA: usize = 11;
/// Parameters of a residual: a camera, a point and a weight.
const ROW: usize = CAMERA + 3 + 1;

/// How far a point appears from where it was seen.
#[differentiate(jacobian, wrt(camera, point, weight))]
fn reprojection(camera: &[f64; 11], point: &[f64; 3], weight: f64, feature: &[f64; 2]) -> [f64; 2] {
    fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
        a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    }

    fn cross(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    }

    /// A vector turned about an axis by the angle that is the axis' length.
    fn rotate(rotation: &[f64; 3], v: &[f64; 3]) -> [f64; 3] {
        let squared = dot(rotation, rotation);
        if squared == 0.0 {
            let turned = cross(rotation, v);
            return [v[0] + turned[0], v[1] + turned[1], v[2] + turned[2]];
        }
        let angle = squared.sqrt();
        let (sine, cosine) = angle.sin_cos();
        let axis = [rotation[0] / angle, rotation[1] / angle, rotation[2] / angle];
        let turned = cross(&axis, v);
        let along = dot(&axis, v) * (1.0 - cosine);
        [
            v[0] * cosine + turned[0] * sine + axis[0] * along,
            v[1] * cosine + turned[1] * sine + axis[1] * along,
            v[2] * cosine + turned[2] * sine + axis[2] * along,
        ]
    }

    let [r0, r1, r2, c0, c1, c2, focal, u, v, k1, k2] = *camera;
    let seen = rotate(&[r0, r1, r2], &[point[0] - c0, point[1] - c1, point[2] - c2]);
    let (x, y) = (seen[0] / seen[2], seen[1] / seen[2]);
    let squared = x * x + y * y;
    let distortion = 1.0 + k1 * squared + k2 * squared * squared;
    [
        weight * (focal * distortion * x + u - feature[0]),
        weight * (focal * distortion * y + v - feature[1]),
    ]
}

/// How far a weight is from 1.
#[differentiate]
fn weight_error(weight: f64) -> f64 {
    1.0 - weight * weight
}

#[derive(Deserialize)]
struct Input {
    n: usize,
    m: usize,
    p: usize,
    cam: [f64; CAMERA],
    x: [f64; 3],
    w: f64,
    feat: [f64; 2],
}

/// All cameras, points and observations.
struct Scene {
    cameras: Vec<[f64; CAMERA]>,
    points: Vec<[f64; 3]>,
    weights: Vec<f64>,
    features: Vec<[f64; 2]>,
    /// The camera and the point of each observation.
    observations: Vec<(usize, usize)>,
}

impl Input {
    fn unpack(self) -> serde_json::Result<Scene> {
        let Input { n, m, p, .. } = self;
        if n == 0 || m == 0 || p == 0 {
            return Err(unfit("n, m or p is 0"));
        }
        let fits = |count: usize| u32::try_from(count).is_ok();
        let columns =
            CAMERA.saturating_mul(n).saturating_add(m.saturating_mul(3)).saturating_add(p);
        if !fits(columns) || !fits(p.saturating_mul(2 * ROW + 1)) {
            return Err(unfit("n, m or p is too large"));
        }
        Ok(Scene {
            cameras: vec![self.cam; n],
            points: vec![self.x; m],
            weights: vec![self.w; p],
            features: vec![self.feat; p],
            observations: (0..p).map(|i| (i % n, i % m)).collect(),
        })
    }
}

/// The residuals of a scene.
struct Residuals {
    reprojection: Vec<[f64; 2]>,
    weight: Vec<f64>,
}

fn residuals(scene: &Scene, to: &mut Residuals) {
    let observations = scene.observations.iter().zip(&scene.weights).zip(&scene.features);
    for ((((camera, point), weight), feature), to) in observations.zip(&mut to.reprojection) {
        *to = reprojection(&scene.cameras[*camera], &scene.points[*point], *weight, feature);
    }
    for (weight, to) in scene.weights.iter().zip(&mut to.weight) {
        *to = weight_error(*weight);
    }
}

/// A sparse matrix row by row: where each row begins, and the columns and values of all rows. Its indices fit 32
/// bits, since memory is what the time goes to.
struct Sparse {
    rows: Vec<u32>,
    cols: Vec<u32>,
    vals: Vec<f64>,
}

impl Sparse {
    /// Two rows of a reprojection and one of a weight for each of p observations, to be filled.
    fn of_observations(p: usize) -> Sparse {
        let entries = (2 * ROW + 1) * p;
        Sparse { rows: vec![0; 3 * p + 1], cols: vec![0; entries], vals: vec![0.0; entries] }
    }
}

fn blocks(scene: &Scene, to: &mut Sparse) {
    let (n, m, p) = (scene.cameras.len(), scene.points.len(), scene.weights.len());
    let reprojections = 2 * ROW * p;
    for (row, begin) in to.rows.iter_mut().enumerate() {
        *begin = if row < 2 * p { row * ROW } else { reprojections + row - 2 * p } as u32;
    }
    let (cols, weight_cols) = to.cols.split_at_mut(reprojections);
    let (vals, weight_vals) = to.vals.split_at_mut(reprojections);
    let by_weight = |i: usize| (CAMERA * n + 3 * m + i) as u32;
    threads::for_each_block((cols, vals), 2 * ROW, |i, cols, vals| {
        let (camera, point) = scene.observations[i];
        let jacobian = reprojection::jacobian(
            &scene.cameras[camera],
            &scene.points[point],
            scene.weights[i],
            &scene.features[i],
        );
        for (row, (cols, vals)) in cols.chunks_mut(ROW).zip(vals.chunks_mut(ROW)).enumerate() {
            for (column, col) in cols.iter_mut().enumerate() {
                *col = match column {
                    0..CAMERA => (CAMERA * camera + column) as u32,
                    CAMERA..14 => (CAMERA * n + 3 * point + column - CAMERA) as u32,
                    _ => by_weight(i),
                };
            }
            vals[..CAMERA].copy_from_slice(&jacobian.0[row]);
            vals[CAMERA..14].copy_from_slice(&jacobian.1[row]);
            vals[14] = jacobian.2[row];
        }
    });
    threads::for_each_block((weight_cols, weight_vals), 1, |i, col, val| {
        col[0] = by_weight(i);
        val[0] = weight_error::gradient(scene.weights[i]);
    });
}

// What is sent.

#[derive(Serialize)]
struct Errors {
    reproj_error: ReprojectionErrors,
    w_err: WeightErrors,
}

#[derive(Serialize)]
struct ReprojectionErrors {
    elements: [f64; 2],
    repeated: usize,
}

#[derive(Serialize)]
struct WeightErrors {
    element: f64,
    repeated: usize,
}

impl From<&Residuals> for Errors {
    fn from(residuals: &Residuals) -> Errors {
        let repeated = residuals.weight.len();
        Errors {
            reproj_error: ReprojectionErrors { elements: residuals.reprojection[0], repeated },
            w_err: WeightErrors { element: residuals.weight[0], repeated },
        }
    }
}

impl Serialize for Residuals {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Errors::from(self).serialize(serializer)
    }
}

/// The first 30 entries and the last one of each list.
#[derive(Serialize)]
struct Ends {
    rows: Vec<u32>,
    cols: Vec<u32>,
    vals: Vec<f64>,
}

fn ends<T: Copy>(list: &[T]) -> Vec<T> {
    list.iter().take(30).chain(list.last()).copied().collect()
}

impl Serialize for Sparse {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Ends { rows: ends(&self.rows), cols: ends(&self.cols), vals: ends(&self.vals) }
            .serialize(serializer)
    }
}

fn objective(input: &RawValue) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    repeat.run_into(
        &input.unpack()?,
        |scene| {
            let p = scene.weights.len();
            Residuals { reprojection: vec![[0.0; 2]; p], weight: vec![0.0; p] }
        },
        residuals,
    )
}

fn jacobian(input: &RawValue) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    repeat.run_into(&input.unpack()?, |scene| Sparse::of_observations(scene.weights.len()), blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is sent shows the first observation only.
    #[test]
    fn all_observations_have_their_own_block() {
        let (n, m, p) = (2, 3, 5);
        let unlike = |i: usize, scale: f64| (i as f64 * 1.7).sin() * scale;
        let scene = Scene {
            cameras: (0..n)
                .map(|c| {
                    let at = [0.3, -0.2, 0.4, 1.0, 2.0, -3.0, 300.0, 1.0, 2.0, 0.02, 0.01];
                    std::array::from_fn(|i| at[i] + unlike(7 * c + i, 0.01))
                })
                .collect(),
            points: (0..m).map(|j| [1.0 + unlike(j, 1.0), 0.5, 4.0 - unlike(j, 0.5)]).collect(),
            weights: (0..p).map(|i| 1.0 + unlike(i, 0.3)).collect(),
            features: (0..p).map(|i| [unlike(i, 50.0), unlike(i + 1, 50.0)]).collect(),
            observations: (0..p).map(|i| (i % n, i % m)).collect(),
        };
        let mut matrix = Sparse::of_observations(p);
        blocks(&scene, &mut matrix);
        blocks(&scene, &mut matrix); // into what is there
        assert_eq!(matrix.rows.len(), 3 * p + 1);
        assert_eq!((matrix.cols.len(), matrix.vals.len()), (31 * p, 31 * p));
        for i in 0..p {
            let (c, j) = scene.observations[i];
            let columns: Vec<u32> = (11 * c..11 * c + 11)
                .chain(11 * n + 3 * j..11 * n + 3 * j + 3)
                .map(|column| column as u32)
                .collect();
            for row in 0..2 {
                let from = matrix.rows[2 * i + row] as usize;
                assert_eq!(matrix.rows[2 * i + row + 1] as usize, from + ROW);
                assert_eq!(matrix.cols[from..from + ROW - 1], columns);
                assert_eq!(matrix.cols[from + ROW - 1] as usize, 11 * n + 3 * m + i);
                for k in 0..ROW {
                    let moved = |h: f64| {
                        let (mut camera, mut point) = (scene.cameras[c], scene.points[j]);
                        let mut weight = scene.weights[i];
                        match k {
                            0..CAMERA => camera[k] += h,
                            CAMERA..14 => point[k - CAMERA] += h,
                            _ => weight += h,
                        }
                        reprojection(&camera, &point, weight, &scene.features[i])[row]
                    };
                    let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                    let found = matrix.vals[from + k];
                    assert!((found - slope).abs() < 1e-6 * slope.abs().max(1.0), "{found} {slope}");
                }
            }
            let from = matrix.rows[2 * p + i] as usize;
            assert_eq!(matrix.cols[from] as usize, 11 * n + 3 * m + i);
            assert_eq!(matrix.vals[from], -2.0 * scene.weights[i]);
        }
    }
}
