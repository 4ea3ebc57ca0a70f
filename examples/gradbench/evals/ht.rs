//! ht: hand tracking, the residuals of a mesh that follows a skeleton of 22 bones.

#![allow(clippy::needless_range_loop)] // as the mathematics reads

use super::Function;
use crate::timing::{Outcome, read, unfit};
use autodiff_core::differentiate;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub const FUNCTIONS: &[(&str, Function)] = &[("objective", objective), ("jacobian", jacobian)];

const BONES: usize = 22;
/// A rotation, a translation and four angles of each finger.
const ANGLES: usize = 26;

/// A hand at rest.
#[derive(Deserialize)]
struct Model {
    bone_count: usize,
    parents: Vec<i64>,
    base_relatives: Vec<[[f64; 4]; 4]>,
    inverse_base_absolutes: Vec<[[f64; 4]; 4]>,
    base_positions: Vec<[f64; 4]>,
    weights: Vec<[f64; BONES]>,
    triangles: Vec<[usize; 3]>,
    is_mirrored: bool,
}

#[differentiate(jvp)]
fn product(a: &[[f64; 4]; 4], b: &[[f64; 4]; 4]) -> [[f64; 4]; 4] {
    let mut product = [[0.0; 4]; 4];
    for i in 0..4 {
        for j in 0..4 {
            for k in 0..4 {
                product[i][j] += a[i][k] * b[k][j];
            }
        }
    }
    product
}

/// The rotation about x, then y, then z.
#[differentiate(jvp)]
fn rotation(x: f64, y: f64, z: f64) -> [[f64; 4]; 4] {
    let (sx, cx) = x.sin_cos();
    let (sy, cy) = y.sin_cos();
    let (sz, cz) = z.sin_cos();
    [
        [cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx, 0.0],
        [sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx, 0.0],
        [-sy, cy * sx, cy * cx, 0.0],
        [0.0, 0.0, 0.0, 1.0],
    ]
}

/// The rotation about an axis by the angle that is its length.
#[differentiate(jvp)]
fn about_axis(r: &[f64; 3]) -> [[f64; 3]; 3] {
    let norm = (r[0] * r[0] + r[1] * r[1] + r[2] * r[2]).sqrt();
    if norm < 1e-4 {
        return [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    }
    let (x, y, z) = (r[0] / norm, r[1] / norm, r[2] / norm);
    let (s, c) = norm.sin_cos();
    [
        [x * x + (1.0 - x * x) * c, x * y * (1.0 - c) - z * s, x * z * (1.0 - c) + y * s],
        [x * y * (1.0 - c) + z * s, y * y + (1.0 - y * y) * c, y * z * (1.0 - c) - x * s],
        [x * z * (1.0 - c) - y * s, y * z * (1.0 - c) + x * s, z * z + (1.0 - z * z) * c],
    ]
}

/// What moves a vertex at rest along with each bone.
#[differentiate(jvp, wrt(theta))]
fn bones(theta: &[f64; 26], model: &Model) -> [[[f64; 4]; 4]; 22] {
    let mut absolute = [[[0.0; 4]; 4]; 22];
    let mut transforms = [[[0.0; 4]; 4]; 22];
    for bone in 0..22 {
        let parent: i64 = model.parents[bone];
        let relative: [[f64; 4]; 4] = model.base_relatives[bone];
        let inverse: [[f64; 4]; 4] = model.inverse_base_absolutes[bone];
        // The second to fourth bone of a finger turn.
        let (finger, joint) = (bone.wrapping_sub(1) / 4, bone.wrapping_sub(1) % 4);
        let (mut about_x, mut about_z) = (0.0, 0.0);
        if finger < 5 && joint > 0 {
            let angles = &theta[6 + 4 * finger..10 + 4 * finger];
            if joint == 1 {
                about_x = angles[0];
                about_z = angles[1];
            } else {
                about_x = angles[joint];
            }
        }
        let turned = product(&relative, &rotation(about_x, 0.0, about_z));
        if parent < 0 {
            absolute[bone] = turned;
        } else {
            absolute[bone] = product(&absolute[parent as usize], &turned);
        }
        transforms[bone] = product(&absolute[bone], &inverse);
    }
    transforms
}

/// The vertices.
#[differentiate(jvp, wrt(theta))]
fn vertices(theta: &[f64; 26], model: &Model) -> Vec<[f64; 3]> {
    let count: usize = model.base_positions.len();
    let transforms = bones(theta, model);
    let global = about_axis(&[theta[0], theta[1], theta[2]]);
    let mut vertices = vec![[0.0; 3]; count];
    for v in 0..count {
        let base: [f64; 4] = model.base_positions[v];
        let weights: &[f64; 22] = &model.weights[v];
        let mut position = [0.0; 3];
        for bone in 0..22 {
            for i in 0..3 {
                let mut moved = 0.0;
                for j in 0..4 {
                    moved += transforms[bone][i][j] * base[j];
                }
                position[i] += weights[bone] * moved;
            }
        }
        if model.is_mirrored {
            position[0] = -position[0];
        }
        for i in 0..3 {
            vertices[v][i] = global[i][0] * position[0]
                + global[i][1] * position[1]
                + global[i][2] * position[2]
                + theta[3 + i];
        }
    }
    vertices
}

/// How far points are from vertices.
#[differentiate(jacobian, wrt(theta))]
fn simple(
    theta: &[f64; 26],
    model: &Model,
    correspondences: &[usize],
    points: &[[f64; 3]],
) -> Vec<f64> {
    let vertices = vertices(theta, model);
    let mut residuals = vec![0.0; 3 * correspondences.len()];
    for i in 0..correspondences.len() {
        let vertex = &vertices[correspondences[i]];
        for j in 0..3 {
            residuals[3 * i + j] = points[i][j] - vertex[j];
        }
    }
    residuals
}

/// How far points are from places in triangles; all places may be shifted.
#[differentiate(jacobian, wrt(shift, theta))]
fn complicated(
    shift: &[f64; 2],
    theta: &[f64; 26],
    us: &[[f64; 2]],
    model: &Model,
    correspondences: &[usize],
    points: &[[f64; 3]],
) -> Vec<f64> {
    let vertices = vertices(theta, model);
    let mut residuals = vec![0.0; 3 * correspondences.len()];
    for i in 0..correspondences.len() {
        let triangle: [usize; 3] = model.triangles[correspondences[i]];
        let (u, v) = (us[i][0] + shift[0], us[i][1] + shift[1]);
        for j in 0..3 {
            residuals[3 * i + j] = points[i][j]
                - (u * vertices[triangle[0]][j]
                    + v * vertices[triangle[1]][j]
                    + (1.0 - u - v) * vertices[triangle[2]][j]);
        }
    }
    residuals
}

#[derive(Deserialize)]
struct Input {
    theta: [f64; ANGLES],
    data: Data,
    us: Vec<[f64; 2]>,
}

#[derive(Deserialize)]
struct Data {
    model: Model,
    correspondences: Vec<usize>,
    points: Vec<[f64; 3]>,
}

impl Input {
    fn check(self) -> serde_json::Result<Self> {
        let Data { model, correspondences, points } = &self.data;
        let bones = [
            model.bone_count,
            model.parents.len(),
            model.base_relatives.len(),
            model.inverse_base_absolutes.len(),
        ];
        let count = model.base_positions.len();
        let highest = if self.us.is_empty() { count } else { model.triangles.len() };
        let fits = bones == [BONES; 4]
            && model.parents.iter().enumerate().all(|(bone, parent)| *parent < bone as i64)
            && model.weights.len() == count
            && model.triangles.iter().flatten().all(|vertex| *vertex < count)
            && points.len() == correspondences.len()
            && correspondences.iter().all(|place| *place < highest)
            && (self.us.is_empty() || self.us.len() == points.len());
        if fits { Ok(self) } else { Err(unfit("the parts of the model or the data do not match")) }
    }
}

fn objective(input: &RawValue) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    repeat.run(&input.check()?, |Input { theta, data, us }| {
        if us.is_empty() {
            simple(theta, &data.model, &data.correspondences, &data.points)
        } else {
            complicated(&[0.0; 2], theta, us, &data.model, &data.correspondences, &data.points)
        }
    })
}

/// Jacobians beside each other, each row after row with so many columns.
struct Beside<const N: usize>([(Vec<f64>, usize); N]);

impl<const N: usize> Serialize for Beside<N> {
    /// Row after row.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.0.first().map_or(0, |(entries, columns)| entries.len() / columns);
        let row = |row: usize| -> Vec<f64> {
            let parts =
                self.0.iter().flat_map(|(entries, columns)| &entries[row * columns..][..*columns]);
            parts.copied().collect()
        };
        serializer.collect_seq((0..rows).map(row))
    }
}

/// By the angles, after the derivatives by the own u and v of each point, if there are any: no residual depends on
/// another point's, so that these are the derivatives by a shift of all.
fn jacobian(input: &RawValue) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    let Input { theta, data: Data { model, correspondences, points }, us } = &input.check()?;
    if us.is_empty() {
        return repeat.run(theta, |theta| {
            Beside([(simple::jacobian(theta, model, correspondences, points), ANGLES)])
        });
    }
    repeat.run(theta, |theta| {
        let (by_shift, by_angles) =
            complicated::jacobian(&[0.0; 2], theta, us, model, correspondences, points);
        Beside([(by_shift, 2), (by_angles, ANGLES)])
    })
}
