//! Small symmetric systems of equations: the normal equations of every fit in this crate.

/// A·x = b for `N` unknowns, summed up term by term; A is symmetric and only its lower half is kept.
#[derive(Clone, Copy, Debug)]
pub struct NormalEquations<const N: usize> {
    matrix: [[f64; N]; N],
    vector: [f64; N],
}

impl<const N: usize> Default for NormalEquations<N> {
    fn default() -> Self {
        Self { matrix: [[0.0; N]; N], vector: [0.0; N] }
    }
}

impl<const N: usize> NormalEquations<N> {
    /// Adds one residual: its derivatives by the unknowns, how far it is from 0, and its weight.
    #[inline]
    pub fn add(&mut self, derivatives: &[f64; N], missing: f64, weight: f64) {
        for row in 0..N {
            let scaled = weight * derivatives[row];
            self.vector[row] += scaled * missing;
            for (sum, derivative) in self.matrix[row][..=row].iter_mut().zip(derivatives) {
                *sum += scaled * derivative;
            }
        }
    }

    /// Adds what is known about one unknown before: how far it is from where it should be, and the weight of that.
    pub fn add_prior(&mut self, unknown: usize, missing: f64, weight: f64) {
        self.matrix[unknown][unknown] += weight;
        self.vector[unknown] += weight * missing;
    }

    /// The solution by Cholesky's factors; `None` where the equations leave an unknown open.
    #[must_use]
    pub fn solve(&self) -> Option<[f64; N]> {
        let factor = self.factor()?;
        let mut solution = self.vector;
        for row in 0..N {
            for column in 0..row {
                solution[row] -= factor[row][column] * solution[column];
            }
            solution[row] /= factor[row][row];
        }
        for row in (0..N).rev() {
            for below in row + 1..N {
                solution[row] -= factor[below][row] * solution[below];
            }
            solution[row] /= factor[row][row];
        }
        Some(solution)
    }

    /// What the equations tell of the last unknown when the others are free: the inverse of its variance.
    #[must_use]
    pub fn information_of_last(&self) -> f64 {
        self.factor().map_or(0.0, |factor| factor[N - 1][N - 1] * factor[N - 1][N - 1])
    }

    fn factor(&self) -> Option<[[f64; N]; N]> {
        let mut factor = [[0.0; N]; N];
        for row in 0..N {
            for column in 0..=row {
                let known: f64 = factor[row][..column].iter().zip(&factor[column]).map(|(a, b)| a * b).sum();
                let sum = self.matrix[row][column] - known;
                if row == column {
                    // Of a diagonal that rounding alone keeps above 0, nothing can be learnt.
                    if sum <= self.matrix[row][row] * 1e-12 || !sum.is_finite() {
                        return None;
                    }
                    factor[row][row] = sum.sqrt();
                } else {
                    factor[row][column] = sum / factor[column][column];
                }
            }
        }
        Some(factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_through_points_is_found() {
        let mut equations = NormalEquations::<2>::default();
        for x in 0..5 {
            let x = f64::from(x);
            equations.add(&[x, 1.0], 3.0 * x - 2.0, 1.0);
        }
        let [slope, height] = equations.solve().expect("a solution");
        assert!((slope - 3.0).abs() < 1e-12 && (height + 2.0).abs() < 1e-12);
    }

    #[test]
    fn too_few_equations_have_no_solution() {
        let mut equations = NormalEquations::<2>::default();
        equations.add(&[1.0, 2.0], 1.0, 1.0);
        assert_eq!(equations.solve(), None);
        equations.add_prior(0, 0.0, 1.0);
        assert!(equations.solve().is_some());
    }
}
