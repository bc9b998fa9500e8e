//! Pictures in linear light, and their pyramids for sampling.

use compiler_wasm::{decode::decode_upright, error::CompileError};

use crate::rng::Rng;

/// Red, green and blue in linear light, 0 black to 1 white; the fourth only fills the vector.
pub type Light = [f32; 4];

/// A picture, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Texels a row, above 0.
    pub width: usize,
    /// Rows, above 0.
    pub height: usize,
    /// `width * height` texels.
    pub texels: Vec<Light>,
}

impl Picture {
    /// The upright photo in a JPEG, PNG or WebP file's bytes, taken as sRGB.
    ///
    /// # Errors
    /// Those of [`decode_upright`].
    pub fn decode(bytes: &[u8]) -> Result<Self, CompileError> {
        let photo = decode_upright(bytes)?.into_rgb8();
        let levels: Vec<f32> = (0..=255_u8).map(|level| linear(f32::from(level) / 255.0)).collect();
        let texel = |rgb: &[u8]| [levels[rgb[0] as usize], levels[rgb[1] as usize], levels[rgb[2] as usize], 0.0];
        let (width, height) = (photo.width() as usize, photo.height() as usize);
        Ok(Self { width, height, texels: photo.as_raw().chunks_exact(3).map(texel).collect() })
    }

    /// A picture whose texels are a function of their column and row.
    #[must_use]
    pub fn draw(width: usize, height: usize, mut texel: impl FnMut(usize, usize) -> Light) -> Self {
        let texels = (0..width * height).map(|index| texel(index % width, index / width)).collect();
        Self { width, height, texels }
    }

    /// Cloud-like noise between two colours: octaves of random grids, each half as fine and as strong as the next coarser one.
    #[must_use]
    pub fn noise(rng: &mut Rng, side: usize, coarsest: usize, [dark, bright]: [Light; 2]) -> Self {
        let mut heights = vec![0.0; side * side];
        let (mut cells, mut amplitude) = (coarsest, 0.5);
        while cells <= side / 2 {
            let grid: Vec<f32> = (0..cells * cells).map(|_| rng.unit() as f32).collect();
            // Wraps around, so that the noise tiles.
            let cell = |x: usize, y: usize| grid[(y % cells) * cells + x % cells];
            for (index, height) in heights.iter_mut().enumerate() {
                let along = |texel: usize| (texel * cells / side, ((texel * cells) % side) as f32 / side as f32);
                let ((x, s), (y, t)) = (along(index % side), along(index / side));
                let row = |y: usize| cell(x, y) + (cell(x + 1, y) - cell(x, y)) * s;
                *height += amplitude * (row(y) + (row(y + 1) - row(y)) * t - 0.5);
            }
            cells *= 2;
            amplitude *= 0.6;
        }
        Self::draw(side, side, |x, y| {
            let share = (0.5 + 1.4 * heights[y * side + x]).clamp(0.0, 1.0);
            mix(dark, bright, share)
        })
    }

    /// The same picture at another size: each texel is the mean of the area it covers, so that edges stay where they are.
    #[must_use]
    pub fn resized(&self, width: usize, height: usize) -> Self {
        let columns = Spans::new(self.width, width);
        let mut rows = Vec::with_capacity(width * self.height);
        for row in self.texels.chunks_exact(self.width) {
            rows.extend((0..width).map(|x| columns.mean(x, |i| row[i])));
        }
        let spans = Spans::new(self.height, height);
        Self::draw(width, height, |x, y| spans.mean(y, |i| rows[i * width + x]))
    }
}

/// Which samples, and how much of each, an output sample covers.
struct Spans {
    from: usize,
    ratio: f64,
}

impl Spans {
    fn new(from: usize, to: usize) -> Self {
        Self { from, ratio: from as f64 / to as f64 }
    }

    fn mean(&self, output: usize, sample: impl Fn(usize) -> Light) -> Light {
        let (begin, end) = (output as f64 * self.ratio, (output + 1) as f64 * self.ratio);
        let mut sum = [0.0; 4];
        for index in begin as usize..(end.ceil() as usize).min(self.from) {
            let covered = (end.min((index + 1) as f64) - begin.max(index as f64)).max(0.0);
            add(&mut sum, sample(index), (covered / self.ratio) as f32);
        }
        sum
    }
}

/// A picture at ever smaller sizes, each `1/√2` as long as the one before.
///
/// Samples are bilinear in one level. A texel's area and the bilinear tent together spread like a box of 1.7 texels, so a level
/// with texels a little smaller than the distance of the samples neither aliases nor blurs what the samples' own area does not.
#[derive(Clone, Debug)]
pub struct Pyramid {
    levels: Vec<Picture>,
}

impl Pyramid {
    /// Of a picture.
    #[must_use]
    pub fn new(picture: Picture) -> Self {
        let (width, height) = (picture.width as f64, picture.height as f64);
        let mut levels = vec![picture];
        loop {
            let scale = 0.5_f64.sqrt().powi(levels.len() as i32);
            let [width, height] = [width, height].map(|side| (side * scale).round() as usize);
            if width.min(height) < 4 {
                return Self { levels };
            }
            // Two levels up a texel is half as long; spans that are nearly whole blur evenly.
            let from = &levels[levels.len().saturating_sub(2)];
            levels.push(from.resized(width, height));
        }
    }

    /// The largest level.
    #[must_use]
    pub fn picture(&self) -> &Picture {
        &self.levels[0]
    }

    /// Texels a row of the largest level.
    #[must_use]
    pub fn width(&self) -> usize {
        self.levels[0].width
    }

    /// Height in widths.
    #[must_use]
    pub fn aspect(&self) -> f64 {
        self.levels[0].height as f64 / self.levels[0].width as f64
    }

    /// The smallest level with texels of at most this length, in widths of the picture; the largest where none is so fine.
    #[must_use]
    pub fn level(&self, texel: f64) -> Level<'_> {
        let finer = 2.0 * (texel * self.width() as f64).max(1e-9).log2();
        let picture = &self.levels[(finer.max(0.0) as usize).min(self.levels.len() - 1)];
        Level { picture, scale: [picture.width as f32, picture.height as f32] }
    }
}

/// One size of a pyramid.
#[derive(Clone, Copy, Debug)]
pub struct Level<'a> {
    picture: &'a Picture,
    scale: [f32; 2],
}

impl Level<'_> {
    /// The light at a place, 0 to 1 across and 0 to 1 down; beyond, the edge goes on.
    #[must_use]
    #[inline]
    pub fn sample(&self, u: f32, v: f32) -> Light {
        let Picture { width, height, texels } = self.picture;
        let x = (u * self.scale[0] - 0.5).clamp(0.0, self.scale[0] - 1.0);
        let y = (v * self.scale[1] - 0.5).clamp(0.0, self.scale[1] - 1.0);
        let (left, top) = (x as u32 as usize, y as u32 as usize);
        let (s, t) = (x - left as f32, y - top as f32);
        let right = (left + 1).min(width - 1);
        let (upper, lower) = (top * width, (top + 1).min(height - 1) * width);
        let above = mix(texels[upper + left], texels[upper + right], s);
        let below = mix(texels[lower + left], texels[lower + right], s);
        mix(above, below, t)
    }

    /// As [`Self::sample`]; beyond its edges the picture is mirrored.
    #[must_use]
    #[inline]
    pub fn sample_mirrored(&self, u: f32, v: f32) -> Light {
        self.sample(mirror(u), mirror(v))
    }
}

#[inline]
fn mirror(at: f32) -> f32 {
    /// Makes what is rounded positive, so that a cast rounds it down.
    const PERIODS: f32 = 1024.0;
    // To -1..=1 by an even number; what is below 0 is its own mirror image.
    let period = (at * 0.5 + (PERIODS + 0.5)) as u32 as f32 - PERIODS;
    (at - 2.0 * period).abs()
}

/// `a` with a share of `b`, 0 to 1.
#[must_use]
#[inline]
pub fn mix(a: Light, b: Light, share: f32) -> Light {
    [
        a[0] + (b[0] - a[0]) * share,
        a[1] + (b[1] - a[1]) * share,
        a[2] + (b[2] - a[2]) * share,
        a[3] + (b[3] - a[3]) * share,
    ]
}

/// Adds `weight` times `light` to `sum`.
#[inline]
pub fn add(sum: &mut Light, light: Light, weight: f32) {
    for (sum, light) in sum.iter_mut().zip(light) {
        *sum += light * weight;
    }
}

/// From an sRGB level of 0 to 1 to linear light (IEC 61966-2-1).
#[must_use]
pub fn linear(level: f32) -> f32 {
    if level <= 0.040_45 { level / 12.92 } else { ((level + 0.055) / 1.055).powf(2.4) }
}

/// From linear light of 0 to 1 to an sRGB level (IEC 61966-2-1).
#[must_use]
pub fn encoded(light: f32) -> f32 {
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resizing_keeps_the_mean_and_the_centre_of_gravity() {
        let spot = Picture::draw(97, 61, |x, y| if (x, y) == (40, 23) { [1.0; 4] } else { [0.0; 4] });
        let moments = |picture: &Picture| {
            let mut sums = [0.0_f64; 3];
            for (index, texel) in picture.texels.iter().enumerate() {
                let (x, y) = (index % picture.width, index / picture.width);
                let weight = f64::from(texel[0]) / picture.texels.len() as f64;
                sums[0] += weight;
                sums[1] += weight * (x as f64 + 0.5) / picture.width as f64;
                sums[2] += weight * (y as f64 + 0.5) / picture.height as f64;
            }
            [sums[0], sums[1] / sums[0], sums[2] / sums[0]]
        };
        let [mass, x, y] = moments(&spot);
        let [half_mass, half_x, half_y] = moments(&spot.resized(49, 31));
        assert!((mass - half_mass).abs() < 1e-7);
        // A box spreads a spot evenly over the texels it overlaps, so its centre is off by less than half a texel.
        assert!((x - half_x).abs() < 0.5 / 49.0 && (y - half_y).abs() < 0.5 / 31.0);
    }

    #[test]
    fn levels_are_chosen_by_the_length_of_their_texels() {
        let pyramid = Pyramid::new(Picture::draw(256, 128, |x, _| [x as f32; 4]));
        assert_eq!(pyramid.level(1.0 / 1000.0).picture.width, 256);
        assert_eq!(pyramid.level(1.0 / 256.0 + 1e-9).picture.width, 256);
        assert_eq!(pyramid.level(1.0 / 127.0).picture.width, 128);
        assert_eq!(pyramid.level(1.0).picture.width, pyramid.levels.last().expect("has a level").width);
    }

    #[test]
    fn a_ramp_is_read_where_it_is_at_every_level() {
        let pyramid = Pyramid::new(Picture::draw(256, 128, |x, _| [(x as f32 + 0.5) / 256.0; 4]));
        for level in &pyramid.levels {
            let level = Level { picture: level, scale: [level.width as f32, level.height as f32] };
            let read = level.sample(0.4, 0.6)[0];
            assert!((read - 0.4).abs() < 0.01, "{read} at {}", level.picture.width);
        }
    }

    #[test]
    fn mirrors_at_every_whole_number() {
        for (at, expected) in [(0.25, 0.25), (-0.25, 0.25), (1.25, 0.75), (2.25, 0.25), (-1.25, 0.75), (3.0, 1.0)] {
            assert!((mirror(at) - expected).abs() < 1e-6, "{at}");
        }
    }

    #[test]
    fn srgb_and_linear_light_are_inverse() {
        for level in 0..=255_u8 {
            let level = f32::from(level) / 255.0;
            assert!((encoded(linear(level)) - level).abs() < 1e-5);
        }
    }
}
