//! Plane to plane: 3×3 matrices, row-major, which act on (x, y, 1).
//!
//! Coordinates are those of corners: a pixel with index i covers i to i + 1, and its centre is at i + 0.5. So an image of
//! half the size has half the coordinates, and no half pixel is lost on the way.

use crate::linear::NormalEquations;

/// Row-major.
pub type Matrix3 = [f64; 9];

/// A place in a plane.
pub type Point = [f64; 2];

/// Leaves all where it is.
pub const IDENTITY: Matrix3 = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];

/// First `b`, then `a`.
#[must_use]
pub fn multiply(a: &Matrix3, b: &Matrix3) -> Matrix3 {
    std::array::from_fn(|index| {
        let (row, column) = (index / 3 * 3, index % 3);
        a[row] * b[column] + a[row + 1] * b[column + 3] + a[row + 2] * b[column + 6]
    })
}

/// The way back; `None` where the matrix flattens the plane.
#[must_use]
pub fn invert(m: &Matrix3) -> Option<Matrix3> {
    let cofactors = [
        m[4] * m[8] - m[5] * m[7],
        m[2] * m[7] - m[1] * m[8],
        m[1] * m[5] - m[2] * m[4],
        m[5] * m[6] - m[3] * m[8],
        m[0] * m[8] - m[2] * m[6],
        m[2] * m[3] - m[0] * m[5],
        m[3] * m[7] - m[4] * m[6],
        m[1] * m[6] - m[0] * m[7],
        m[0] * m[4] - m[1] * m[3],
    ];
    let determinant = m[0] * cofactors[0] + m[1] * cofactors[3] + m[2] * cofactors[6];
    (determinant.abs() > 1e-300).then(|| cofactors.map(|cofactor| cofactor / determinant))
}

/// Stretches x and y.
#[must_use]
pub fn scaling(x: f64, y: f64) -> Matrix3 {
    [x, 0.0, 0.0, 0.0, y, 0.0, 0.0, 0.0, 1.0]
}

/// Where a point goes.
#[must_use]
#[inline]
pub fn apply(m: &Matrix3, [x, y]: Point) -> Point {
    let w = m[6] * x + m[7] * y + m[8];
    [(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w]
}

/// Where a point goes, and how its surroundings are stretched there: (∂x'/∂x, ∂x'/∂y, ∂y'/∂x, ∂y'/∂y).
#[must_use]
#[inline]
pub fn linearize(m: &Matrix3, [x, y]: Point) -> (Point, [f64; 4]) {
    let w = 1.0 / (m[6] * x + m[7] * y + m[8]);
    let to = [(m[0] * x + m[1] * y + m[2]) * w, (m[3] * x + m[4] * y + m[5]) * w];
    let jacobian =
        [(m[0] - m[6] * to[0]) * w, (m[1] - m[7] * to[0]) * w, (m[3] - m[6] * to[1]) * w, (m[4] - m[7] * to[1]) * w];
    (to, jacobian)
}

/// A point of one plane and where it is in the other.
#[derive(Clone, Copy, Debug)]
pub struct Correspondence {
    /// In the first plane.
    pub from: Point,
    /// In the second plane.
    pub to: Point,
    /// Its standard deviation in the second plane.
    pub deviation: f64,
}

/// Rounds of reweighting.
const ROUNDS: usize = 6;

/// Moves `start` to where it fits best, by Gauss-Newton steps that weigh down what does not fit (Geman-McClure).
///
/// `None` where the points leave it open, or lead astray.
#[must_use]
pub fn refine(start: &Matrix3, points: &[Correspondence]) -> Option<Matrix3> {
    // About the middle of the first plane and in its size, so that the unknowns are alike.
    let count = points.len() as f64;
    let middle = [0, 1].map(|axis| points.iter().map(|point| point.from[axis]).sum::<f64>() / count);
    let size = points
        .iter()
        .map(|point| (point.from[0] - middle[0]).abs().max((point.from[1] - middle[1]).abs()))
        .fold(1e-9, f64::max);
    let out = [size, 0.0, middle[0], 0.0, size, middle[1], 0.0, 0.0, 1.0];
    let mut model = multiply(start, &out);
    let back = invert(&out)?;
    for _ in 0..ROUNDS {
        if model[8].abs() < 1e-12 {
            return None;
        }
        model = model.map(|value| value / model[8]);
        let mut equations = NormalEquations::<8>::default();
        for point in points {
            let [x, y] = apply(&back, point.from);
            let w = 1.0 / (model[6] * x + model[7] * y + 1.0);
            if !w.is_finite() || w <= 0.0 {
                continue;
            }
            let to = [(model[0] * x + model[1] * y + model[2]) * w, (model[3] * x + model[4] * y + model[5]) * w];
            let missing = [point.to[0] - to[0], point.to[1] - to[1]];
            let variance = point.deviation * point.deviation;
            let squared = (missing[0] * missing[0] + missing[1] * missing[1]) / variance;
            let weight = 1.0 / ((1.0 + squared / 9.0) * (1.0 + squared / 9.0) * variance);
            let (xw, yw) = (x * w, y * w);
            equations.add(&[xw, yw, w, 0.0, 0.0, 0.0, -to[0] * xw, -to[0] * yw], missing[0], weight);
            equations.add(&[0.0, 0.0, 0.0, xw, yw, w, -to[1] * xw, -to[1] * yw], missing[1], weight);
        }
        // What bends the plane is little known from points that lie close together.
        let tie = equations.solve().is_none();
        for unknown in [6, 7] {
            equations.add_prior(unknown, 0.0, if tie { 1.0 } else { 1e-6 });
        }
        let step = equations.solve()?;
        for (value, step) in model.iter_mut().zip(step) {
            *value += step;
        }
    }
    let refined = multiply(&model, &back);
    refined.iter().all(|value| value.is_finite()).then_some(refined)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BENT: Matrix3 = [1.3, -0.4, 30.0, 0.5, 1.1, -12.0, 1e-3, -5e-4, 1.0];

    #[test]
    fn there_and_back_is_where_it_was() {
        let [x, y] = apply(&invert(&BENT).expect("an inverse"), apply(&BENT, [40.0, 25.0]));
        assert!((x - 40.0).abs() < 1e-9 && (y - 25.0).abs() < 1e-9);
    }

    #[test]
    fn the_jacobian_is_the_difference_of_neighbours() {
        let (at, jacobian) = linearize(&BENT, [40.0, 25.0]);
        let right = apply(&BENT, [40.0 + 1e-5, 25.0]);
        assert!((jacobian[0] - (right[0] - at[0]) / 1e-5).abs() < 1e-4);
        assert!((jacobian[2] - (right[1] - at[1]) / 1e-5).abs() < 1e-4);
    }

    #[test]
    fn refines_from_afar_and_past_outliers() {
        let place = |index: usize| [(index % 7) as f64 * 40.0, (index / 7) as f64 * 30.0];
        let points: Vec<_> = (0..49)
            .map(|index| {
                let to = apply(&BENT, place(index));
                let off = if index % 10 == 3 { 60.0 } else { 0.0 };
                Correspondence { from: place(index), to: [to[0] + off, to[1]], deviation: 1.0 }
            })
            .collect();
        let start = [1.28, -0.38, 32.0, 0.52, 1.08, -13.0, 1e-3, -4e-4, 1.0];
        let refined = refine(&start, &points).expect("a fit");
        for corner in [[0.0, 0.0], [240.0, 0.0], [240.0, 180.0], [0.0, 180.0]] {
            let (a, b) = (apply(&refined, corner), apply(&BENT, corner));
            assert!((a[0] - b[0]).abs() < 0.1 && (a[1] - b[1]).abs() < 0.1, "{a:?} {b:?}");
        }
    }
}
