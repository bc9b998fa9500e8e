//! Grey images: halved, sampled between pixels, and taken from a camera's frame.
//!
//! Coordinates are those of corners: the pixel with index i covers i to i + 1.

use compiler_wasm::plane::GrayImage;

/// How the pixels of a frame lie in memory: rows from the top, nothing between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelFormat {
    /// One byte, 0 black to 255 white.
    Gray8,
    /// Red, green, blue and alpha, a byte each; alpha is not looked at.
    Rgba8,
}

impl PixelFormat {
    /// Bytes of a pixel.
    #[must_use]
    pub fn bytes(self) -> usize {
        match self {
            Self::Gray8 => 1,
            Self::Rgba8 => 4,
        }
    }
}

/// An image without pixels, to be filled.
#[must_use]
pub fn empty() -> GrayImage {
    GrayImage { width: 0, height: 0, data: Vec::new() }
}

/// Makes `gray` the luma (ITU-R BT.601) of a frame.
///
/// # Panics
/// When `pixels` are not `width * height` pixels.
#[expect(clippy::cast_possible_truncation, reason = "the weights add up to 256")]
pub fn gray_into(pixels: &[u8], width: usize, height: usize, format: PixelFormat, gray: &mut GrayImage) {
    assert_eq!(pixels.len(), width * height * format.bytes(), "bytes of a frame of {width}×{height}");
    (gray.width, gray.height) = (width, height);
    gray.data.resize(width * height, 0);
    match format {
        PixelFormat::Gray8 => gray.data.copy_from_slice(pixels),
        PixelFormat::Rgba8 => {
            for (gray, pixel) in gray.data.iter_mut().zip(pixels.chunks_exact(4)) {
                let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
                *gray = ((77 * red + 150 * green + 29 * blue + 128) >> 8) as u8;
            }
        }
    }
}

/// Makes `half` the 2×2 means of an image; an odd last row or column is left out.
#[expect(clippy::cast_possible_truncation, reason = "a mean of bytes is a byte")]
pub fn halve_into(image: &GrayImage, half: &mut GrayImage) {
    (half.width, half.height) = (image.width / 2, image.height / 2);
    half.data.resize(half.width * half.height, 0);
    for (y, row) in half.data.chunks_exact_mut(half.width.max(1)).enumerate() {
        let (top, bottom) = (image.row(2 * y), image.row(2 * y + 1));
        for ((mean, top), bottom) in row.iter_mut().zip(top.chunks_exact(2)).zip(bottom.chunks_exact(2)) {
            let sum = u16::from(top[0]) + u16::from(top[1]) + u16::from(bottom[0]) + u16::from(bottom[1]);
            *mean = ((sum + 2) >> 2) as u8;
        }
    }
}

/// The grey level at a place, bilinear; `None` where a pixel of the four is missing.
#[must_use]
#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be within the image")]
pub fn sample(image: &GrayImage, x: f32, y: f32) -> Option<f32> {
    let (x, y) = (x - 0.5, y - 0.5);
    if !(x >= 0.0 && y >= 0.0 && x < (image.width - 1) as f32 && y < (image.height - 1) as f32) {
        return None;
    }
    let (column, row) = (x as usize, y as usize);
    let (right, down) = (x - column as f32, y - row as f32);
    let start = row * image.width + column;
    let [top, bottom] = [&image.data[start..start + 2], &image.data[start + image.width..start + image.width + 2]];
    let [top, bottom] = [top, bottom].map(|pair| {
        let (left, next) = (f32::from(pair[0]), f32::from(pair[1]));
        left + (next - left) * right
    });
    Some(top + (bottom - top) * down)
}

/// Images of which each is half the one before; kept and filled anew for the next frame.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    levels: Vec<GrayImage>,
    count: usize,
}

impl Levels {
    /// The image to be filled before [`Self::build`].
    pub fn base(&mut self) -> &mut GrayImage {
        if self.levels.is_empty() {
            self.levels.push(empty());
        }
        &mut self.levels[0]
    }

    /// Halves the base again and again, while the shorter side keeps `min_side` pixels.
    pub fn build(&mut self, min_side: usize) {
        self.count = 1;
        while self.levels[self.count - 1].min_side() / 2 >= min_side {
            if self.levels.len() == self.count {
                self.levels.push(empty());
            }
            let (finer, coarser) = self.levels.split_at_mut(self.count);
            halve_into(&finer[self.count - 1], &mut coarser[0]);
            self.count += 1;
        }
    }

    /// The images, the largest first.
    #[must_use]
    pub fn all(&self) -> &[GrayImage] {
        &self.levels[..self.count]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(width: usize, height: usize) -> GrayImage {
        let level = |index: usize| (4 * (index % width) + 2 * (index / width)) as u8;
        GrayImage { width, height, data: (0..width * height).map(level).collect() }
    }

    #[test]
    fn places_keep_their_levels_when_an_image_is_halved() {
        let (image, mut half) = (ramp(40, 24), empty());
        halve_into(&image, &mut half);
        let here = sample(&image, 16.0, 10.0).expect("inside");
        assert!((sample(&half, 8.0, 5.0).expect("inside") - here).abs() <= 0.5);
    }

    #[test]
    fn nothing_is_sampled_outside() {
        let image = ramp(10, 10);
        assert_eq!(sample(&image, 0.4, 5.0), None);
        assert_eq!(sample(&image, 5.0, 9.6), None);
        assert_eq!(sample(&image, f32::NAN, 5.0), None);
        assert_eq!(sample(&image, 0.5, 0.5), Some(0.0));
    }

    #[test]
    fn white_stays_white_and_alpha_is_not_looked_at() {
        let mut gray = empty();
        gray_into(&[255, 255, 255, 0, 0, 0, 0, 255], 2, 1, PixelFormat::Rgba8, &mut gray);
        assert_eq!(gray.data, [255, 0]);
    }
}
