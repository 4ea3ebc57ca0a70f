//! kmeans: the direction of Newton's method for the centers of clusters.

use super::Function;
use crate::timing::{Outcome, read, unfit};
use autodiff_core::differentiate;
use serde::Deserialize;
use serde_json::value::RawValue;

pub const FUNCTIONS: &[(&str, Function)] = &[("cost", value), ("dir", direction)];

/// The sum over all points of the squared distance to the nearest center, in d dimensions.
#[differentiate(wrt(centers), order = 2)]
fn cost(centers: &[f64], points: &[f64], d: usize) -> f64 {
    let mut sum = 0.0;
    for point in points.chunks_exact(d) {
        let mut nearest = f64::INFINITY;
        for center in centers.chunks_exact(d) {
            let squared: f64 =
                point.iter().zip(center).map(|(point, center)| (center - point).powi(2)).sum();
            if squared < nearest {
                nearest = squared;
            }
        }
        sum += nearest;
    }
    sum
}

/// The gradient, as a function to differentiate.
#[differentiate(jvp, wrt(centers))]
fn slope(centers: &[f64], points: &[f64], d: usize) -> Vec<f64> {
    cost::gradient(centers, points, d)
}

#[derive(Deserialize)]
struct Input {
    points: Vec<Vec<f64>>,
    centroids: Vec<Vec<f64>>,
}

/// Points and centers, row after row.
struct Clusters {
    points: Vec<f64>,
    centers: Vec<f64>,
    d: usize,
}

impl Input {
    fn flat(self) -> serde_json::Result<Clusters> {
        let d = self.points.first().map_or(0, Vec::len);
        if d == 0 || self.points.iter().chain(&self.centroids).any(|row| row.len() != d) {
            return Err(unfit("rows of different lengths"));
        }
        Ok(Clusters { points: self.points.concat(), centers: self.centroids.concat(), d })
    }
}

fn value(input: &RawValue) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    repeat.run(&input.flat()?, |at| cost(&at.centers, &at.points, at.d))
}

/// The gradient over the diagonal of the Hessian; the Hessian is diagonal, so that its diagonal is its product
/// with a vector of ones.
fn direction(input: &RawValue) -> Outcome {
    let (input, repeat) = read::<Input>(input)?;
    let at = input.flat()?;
    let ones = vec![1.0; at.centers.len()];
    repeat.run(&at, |at| {
        let (slopes, curvatures) = slope::jvp(&at.centers, &at.points, at.d, &ones);
        slopes
            .chunks_exact(at.d)
            .zip(curvatures.chunks_exact(at.d))
            .map(|(slopes, curvatures)| slopes.iter().zip(curvatures).map(|(s, c)| s / c).collect())
            .collect::<Vec<Vec<f64>>>()
    })
}
