//! Octaves of a frame: each image filtered, and what the filter takes away (a difference of Gaussians, DoG).
//!
//! Octave 0 has the frame's own pixels, softened by (1 2 1)/4; each further one is the 2×2 means of the filtered image
//! before. The filter is the binomial (1 4 6 4 1)/16 in both directions, edges repeated. As in the compiler's pyramid, but
//! in integers and from the full size on: a photo far away shows its features there alone.
//!
//! Source: P. J. Burt and E. H. Adelson, "The Laplacian Pyramid as a Compact Image Code", IEEE Trans. Communications
//! 31(4), 1983.

use compiler_wasm::plane::GrayImage;

/// Of a grey level.
pub const UNIT: i16 = 16;
/// Most octaves.
const OCTAVES_MAX: usize = 6;
/// An octave has at least so many pixels on its shorter side.
const OCTAVE_MIN_PX: usize = 16;

/// An image of 16ths of grey levels, row by row.
#[derive(Clone, Debug, Default)]
pub struct Fine {
    /// Pixels a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    data: Vec<i16>,
}

impl Fine {
    fn reshape(&mut self, width: usize, height: usize) {
        (self.width, self.height) = (width, height);
        self.data.resize(width * height, 0);
    }

    /// A row.
    #[must_use]
    #[inline]
    pub fn row(&self, y: usize) -> &[i16] {
        &self.data[y * self.width..(y + 1) * self.width]
    }

    fn row_mut(&mut self, y: usize) -> &mut [i16] {
        &mut self.data[y * self.width..(y + 1) * self.width]
    }

    /// A pixel.
    #[must_use]
    #[inline]
    pub fn at(&self, x: usize, y: usize) -> i16 {
        self.data[y * self.width + x]
    }

    /// The nine pixels around one that is not at the edge, row by row.
    #[must_use]
    #[inline]
    pub fn around(&self, x: usize, y: usize) -> [[i32; 3]; 3] {
        [y - 1, y, y + 1].map(|y| [x - 1, x, x + 1].map(|x| i32::from(self.at(x, y))))
    }
}

/// One octave.
#[derive(Clone, Debug, Default)]
pub struct Octave {
    first: Fine,
    /// Filtered once more.
    pub second: Fine,
    /// What the filter has taken away.
    pub dog: Fine,
}

/// The octaves of one image; kept and filled anew for the next.
#[derive(Clone, Debug, Default)]
pub struct Pyramid {
    octaves: Vec<Octave>,
    count: usize,
    line: Vec<u16>,
}

impl Pyramid {
    /// The octaves, the finest first.
    #[must_use]
    pub fn octaves(&self) -> &[Octave] {
        &self.octaves[..self.count]
    }

    /// Fills the octaves from an image.
    pub fn build(&mut self, image: &GrayImage) {
        self.count = (0..OCTAVES_MAX).take_while(|&octave| image.min_side() >> octave >= OCTAVE_MIN_PX).count();
        self.octaves.resize_with(OCTAVES_MAX, Octave::default);
        if self.count == 0 {
            return;
        }
        soften(image, &mut self.octaves[0].first, &mut self.line);
        for octave in 0..self.count {
            let (finer, coarser) = self.octaves.split_at_mut(octave + 1);
            let here = &mut finer[octave];
            filter(here, &mut self.line);
            if octave + 1 < self.count {
                halve(&here.second, &mut coarser[0].first);
            }
        }
    }
}

/// Rows above and below, the edges repeated.
fn beside(y: usize, height: usize) -> [usize; 2] {
    [y.saturating_sub(1), (y + 1).min(height - 1)]
}

/// Repeats the first and the last of what lies between two spare places on each side.
fn repeat_edges(line: &mut [u16]) {
    let last = line.len() - 3;
    let (first, final_one) = (line[2], line[last]);
    line[..2].fill(first);
    line[last + 1..].fill(final_one);
}

#[expect(clippy::cast_possible_wrap, reason = "at most 16 · 255")]
fn soften(image: &GrayImage, soft: &mut Fine, line: &mut Vec<u16>) {
    let (width, height) = (image.width, image.height);
    soft.reshape(width, height);
    line.resize(width + 4, 0);
    for y in 0..height {
        let [above, below] = beside(y, height).map(|y| image.row(y));
        let here = image.row(y);
        for (((sum, &a), &b), &c) in line[2..].iter_mut().zip(above).zip(here).zip(below) {
            *sum = u16::from(a) + 2 * u16::from(b) + u16::from(c);
        }
        repeat_edges(line);
        let [left, middle, right] = [1, 2, 3].map(|shift| &line[shift..shift + width]);
        for (((level, &a), &b), &c) in soft.row_mut(y).iter_mut().zip(left).zip(middle).zip(right) {
            *level = (a + 2 * b + c) as i16;
        }
    }
}

#[expect(clippy::cast_possible_wrap, clippy::cast_sign_loss, reason = "levels are 0 to 16 · 255")]
fn filter(octave: &mut Octave, line: &mut Vec<u16>) {
    let Octave { first, second, dog } = octave;
    let (width, height) = (first.width, first.height);
    second.reshape(width, height);
    dog.reshape(width, height);
    line.resize(width + 4, 0);
    let mean = |[a, b, c, d, e]: [u16; 5]| (a + e + 4 * (b + d) + 6 * c + 8) >> 4;
    for y in 0..height {
        let [above, below] = beside(y, height);
        let rows = [above.saturating_sub(1), above, y, below, (below + 1).min(height - 1)];
        // At the lower edge a row counts again.
        let rows = if y + 1 == height { [rows[0], rows[1], y, y, y] } else { rows };
        let rows = if y == 0 { [0, 0, 0, rows[3], rows[4]] } else { rows };
        let [a, b, c, d, e] = rows.map(|y| &first.row(y)[..width]);
        let inner = &mut line[2..2 + width];
        for x in 0..width {
            inner[x] = mean([a[x], b[x], c[x], d[x], e[x]].map(|level| level as u16));
        }
        repeat_edges(line);
        let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|shift| &line[shift..shift + width]);
        let (first, second, dog) = (first.row(y), &mut second.row_mut(y)[..width], &mut dog.row_mut(y)[..width]);
        for x in 0..width {
            let level = mean([a[x], b[x], c[x], d[x], e[x]]) as i16;
            second[x] = level;
            dog[x] = first[x] - level;
        }
    }
}

fn halve(image: &Fine, half: &mut Fine) {
    half.reshape(image.width / 2, image.height / 2);
    for y in 0..half.height {
        let (top, bottom) = (image.row(2 * y), image.row(2 * y + 1));
        for ((mean, top), bottom) in half.row_mut(y).iter_mut().zip(top.chunks_exact(2)).zip(bottom.chunks_exact(2)) {
            *mean = (top[0] + top[1] + bottom[0] + bottom[1] + 2) >> 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_image_stays_flat() {
        let mut pyramid = Pyramid::default();
        pyramid.build(&GrayImage { width: 70, height: 40, data: vec![200; 70 * 40] });
        assert_eq!(pyramid.octaves().len(), 2);
        for octave in pyramid.octaves() {
            assert!(octave.second.data.iter().all(|&level| level == 200 * UNIT));
            assert!(octave.dog.data.iter().all(|&level| level == 0));
        }
    }

    #[test]
    fn the_filter_is_a_binomial_whose_edges_are_repeated() {
        let level = |x: usize, y: usize| (x * x + 31 * y + x * y) % 256;
        let (width, height) = (37, 20);
        let data = (0..width * height).map(|index| level(index % width, index / width) as u8).collect();
        let mut pyramid = Pyramid::default();
        pyramid.build(&GrayImage { width, height, data });
        let Octave { first, second, dog } = &pyramid.octaves()[0];
        let near = |at: usize, step: i64, length: usize| (at as i64 + step).clamp(0, length as i64 - 1) as usize;
        for y in 0..height {
            for x in 0..width {
                let (mut soft, mut sum) = (0, 0);
                for dy in -2..=2 {
                    for dx in -2..=2 {
                        let (x, y) = (near(x, dx, width), near(y, dy, height));
                        let weight = [1, 4, 6, 4, 1][(dx + 2) as usize] * [1, 4, 6, 4, 1][(dy + 2) as usize];
                        sum += weight * i64::from(first.at(x, y));
                        if dx.abs() < 2 && dy.abs() < 2 {
                            soft += (2 - dx.abs()) * (2 - dy.abs()) * level(x, y) as i64;
                        }
                    }
                }
                assert_eq!(i64::from(first.at(x, y)), soft);
                assert!((sum as f64 / 256.0 - f64::from(second.at(x, y))).abs() <= 1.0);
                assert_eq!(dog.at(x, y), first.at(x, y) - second.at(x, y));
            }
        }
    }
}
