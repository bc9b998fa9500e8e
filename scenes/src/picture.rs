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

    /// The same picture at another size, every texel a mean by a normal distribution with this deviation in texels of `self`;
    /// the edges go on beyond themselves.
    #[must_use]
    pub fn resampled(&self, width: usize, height: usize, deviation: f64) -> Self {
        let columns = Windows::new(self.width, width, deviation);
        let mut rows = Vec::with_capacity(width * self.height);
        for row in self.texels.chunks_exact(self.width) {
            rows.extend((0..width).map(|x| columns.mean(x, |i| row[i])));
        }
        let windows = Windows::new(self.height, height, deviation);
        Self::draw(width, height, |x, y| windows.mean(y, |i| rows[i * width + x]))
    }
}

/// For each output sample the input samples around its place, and their weights.
struct Windows {
    from: usize,
    width: usize,
    begins: Vec<isize>,
    weights: Vec<f32>,
}

impl Windows {
    fn new(from: usize, to: usize, deviation: f64) -> Self {
        let width = 2 * (3.0 * deviation).ceil() as usize + 1;
        let (mut begins, mut weights) = (Vec::with_capacity(to), Vec::with_capacity(to * width));
        for output in 0..to {
            let place = (output as f64 + 0.5) * from as f64 / to as f64 - 0.5;
            let begin = place.round() as isize - width as isize / 2;
            let offset = |index: usize| (begin + index as isize) as f64 - place;
            let weight = |index: usize| (-0.5 * (offset(index) / deviation).powi(2)).exp();
            let sum: f64 = (0..width).map(weight).sum();
            begins.push(begin);
            weights.extend((0..width).map(|index| (weight(index) / sum) as f32));
        }
        Self { from, width, begins, weights }
    }

    fn mean(&self, output: usize, sample: impl Fn(usize) -> Light) -> Light {
        let begin = self.begins[output];
        let mut sum = [0.0; 4];
        for (index, &weight) in self.weights[output * self.width..][..self.width].iter().enumerate() {
            let inside = (begin + index as isize).clamp(0, self.from as isize - 1);
            add(&mut sum, sample(inside as usize), weight);
        }
        sum
    }
}

/// A picture blurred by ever wider normal distributions, and made smaller where that loses nothing.
///
/// A sample of a level is a mean of the picture by a normal distribution of a known deviation; bilinear reading, which spreads
/// like one of √(1/6) texels, and the texels' own area are part of it.
#[derive(Clone, Debug)]
pub struct Pyramid {
    picture: Picture,
    levels: Vec<Stored>,
}

/// A level in 16-bit steps of linear light.
#[derive(Clone, Debug)]
struct Stored {
    width: usize,
    height: usize,
    texels: Vec<[u16; 4]>,
}

/// Deviation of the first level, which is the picture as it is: of the bilinear tent and a texel's area.
const SHARPEST: f64 = 0.5;
/// Levels for each doubling of the deviation, so that the nearest is within 9 % of what is wanted.
const STEPS: usize = 4;
/// Deviation in a level's own texels, for all levels that are smaller than the picture.
const DEVIATION: f64 = 1.0;
/// Variance of a texel's area, and of the bilinear tent, in texels.
const AREA: f64 = 1.0 / 12.0;
const TENT: f64 = 1.0 / 6.0;
/// Full scale of a level.
const WHITE: f32 = 65_535.0;

impl Pyramid {
    /// Of a picture.
    #[must_use]
    pub fn new(picture: Picture) -> Self {
        let (width, height) = (picture.width as f64, picture.height as f64);
        let mut levels = vec![Stored::of(&picture)];
        // The last level of every size that was halved, to make the next ones of, with its variance in texels of the picture.
        let mut sources = vec![(picture.clone(), AREA)];
        for step in 1.. {
            let deviation = SHARPEST * 2_f64.powf(step as f64 / STEPS as f64);
            let shrink = (DEVIATION / deviation).min(1.0);
            let [width, height] = [width, height].map(|side| (side * shrink).round() as usize);
            if width.min(height) < 4 {
                break;
            }
            let variance = deviation.powi(2) - TENT / shrink.powi(2);
            // Wide distributions are made of what is already half as wide.
            let (source, known) = &sources[(step / STEPS).saturating_sub(2).min(sources.len() - 1)];
            let scale = source.width as f64 / picture.width as f64;
            let level = source.resampled(width, height, (variance - known).sqrt() * scale);
            levels.push(Stored::of(&level));
            if step % STEPS == 0 && step / STEPS > 1 {
                sources.push((level, variance));
            }
        }
        Self { picture, levels }
    }

    /// The picture as it is.
    #[must_use]
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    /// Height in widths.
    #[must_use]
    pub fn aspect(&self) -> f64 {
        self.picture.height as f64 / self.picture.width as f64
    }

    /// The level whose deviation is nearest to this one, in widths of the picture.
    #[must_use]
    pub fn level(&self, deviation: f64) -> Level<'_> {
        let wider = (deviation * self.picture.width as f64 / SHARPEST).max(1.0).log2() * STEPS as f64;
        let stored = &self.levels[(wider.round() as usize).min(self.levels.len() - 1)];
        Level { stored, scale: [stored.width as f32, stored.height as f32] }
    }
}

impl Stored {
    fn of(picture: &Picture) -> Self {
        let texels = picture.texels.iter().map(|texel| texel.map(|light| (light * WHITE + 0.5) as u16));
        Self { width: picture.width, height: picture.height, texels: texels.collect() }
    }

    #[inline(always)]
    fn at(&self, index: usize) -> Light {
        self.texels[index].map(f32::from)
    }
}

/// One level of a pyramid.
#[derive(Clone, Copy, Debug)]
pub struct Level<'a> {
    stored: &'a Stored,
    scale: [f32; 2],
}

impl Level<'_> {
    /// The light at a place, 0 to 1 across and 0 to 1 down; beyond, the edge goes on.
    #[must_use]
    #[inline(always)]
    pub fn sample(&self, u: f32, v: f32) -> Light {
        let Stored { width, height, .. } = *self.stored;
        let x = (u * self.scale[0] - 0.5).max(0.0).min(self.scale[0] - 1.0);
        let y = (v * self.scale[1] - 0.5).max(0.0).min(self.scale[1] - 1.0);
        let (left, top) = (x as i32 as usize, y as i32 as usize);
        let (s, t) = (x - left as f32, y - top as f32);
        let right = usize::from(left + 1 < width);
        let upper = top * width + left;
        let lower = if top + 1 < height { upper + width } else { upper };
        let above = mix(self.stored.at(upper), self.stored.at(upper + right), s);
        let below = mix(self.stored.at(lower), self.stored.at(lower + right), s);
        mix(above, below, t).map(|level| level * (1.0 / WHITE))
    }

    /// As [`Self::sample`]; beyond its edges the picture is mirrored.
    #[must_use]
    #[inline(always)]
    pub fn sample_mirrored(&self, u: f32, v: f32) -> Light {
        self.sample(mirror(u), mirror(v))
    }
}

#[inline]
fn mirror(at: f32) -> f32 {
    // To -1..=1 by an even number; what is below 0 is its own mirror image.
    (at - 2.0 * (at * 0.5).round_ties_even()).abs()
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

    /// Mass, centre and deviation along x of the samples of a spot's level, in widths of the picture.
    fn moments(level: &Level<'_>) -> [f64; 3] {
        let steps = 2000;
        let mut sums = [0.0; 3];
        for x in (0..steps).map(|step| (f64::from(step) + 0.5) / f64::from(steps)) {
            for y in (0..steps / 10).map(|step| (f64::from(step) + 0.5) / f64::from(steps / 10)) {
                let weight = f64::from(level.sample(x as f32, y as f32)[0]);
                sums = [sums[0] + weight, sums[1] + weight * x, sums[2] + weight * x * x];
            }
        }
        let mean = sums[1] / sums[0];
        [sums[0] / f64::from(steps * steps / 10), mean, (sums[2] / sums[0] - mean * mean).sqrt()]
    }

    #[test]
    fn every_level_keeps_mass_and_place_and_has_its_deviation() {
        let (width, height) = (191, 127);
        let square = |x: usize, y: usize| x.abs_diff(90) < 2 && y.abs_diff(60) < 2;
        let spot = Picture::draw(width, height, |x, y| if square(x, y) { [1.0; 4] } else { [0.0; 4] });
        let pyramid = Pyramid::new(spot);
        let [mass, place, _] = moments(&pyramid.level(0.0));
        for step in 0..18 {
            let deviation = SHARPEST * 2_f64.powf(f64::from(step) / 4.0);
            let [blurred_mass, blurred_place, blurred] = moments(&pyramid.level(deviation / width as f64));
            assert!((blurred_mass / mass - 1.0).abs() < 0.02, "step {step}: mass {}", blurred_mass / mass);
            assert!((blurred_place - place).abs() * (width as f64) < 0.03 * deviation, "step {step}");
            // Three points with a variance of 2/3; a texel's area is not in them.
            let expected = (deviation * deviation - AREA + 2.0 / 3.0).sqrt();
            let ratio = blurred * width as f64 / expected;
            // A distribution much narrower than a texel lies between the texels.
            assert!((ratio - 1.0).abs() < 0.05, "step {step}: {ratio} of the deviation");
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
