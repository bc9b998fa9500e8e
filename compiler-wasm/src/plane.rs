//! Rectangles of samples: row-major, `x` right, `y` down, pixel centres at integer coordinates.

/// Grey levels, one byte a pixel, 0 black to 255 white.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrayImage {
    /// Pixels a row, above 0.
    pub width: usize,
    /// Rows, above 0.
    pub height: usize,
    /// `width * height` grey levels.
    pub data: Vec<u8>,
}

impl GrayImage {
    /// An image of these pixels; `None` when their number is not `width * height` or is 0.
    #[must_use]
    pub fn new(width: usize, height: usize, data: Vec<u8>) -> Option<Self> {
        (width.checked_mul(height) == Some(data.len()) && !data.is_empty()).then_some(Self { width, height, data })
    }

    /// Row `y`, below `height`.
    #[must_use]
    pub fn row(&self, y: usize) -> &[u8] {
        &self.data[y * self.width..][..self.width]
    }

    /// The shorter side in pixels.
    #[must_use]
    pub fn min_side(&self) -> usize {
        self.width.min(self.height)
    }
}

/// Samples of a filtered image.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plane {
    /// Samples a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` samples.
    pub data: Vec<f32>,
}

impl Plane {
    #[cfg(feature = "compile")]
    /// Takes this size; the samples are whatever they were.
    pub(crate) fn reshape(&mut self, width: usize, height: usize) {
        self.width = width;
        self.height = height;
        self.data.resize(width * height, 0.0);
    }

    /// Row `y`, below `height`.
    #[must_use]
    #[inline]
    pub fn row(&self, y: usize) -> &[f32] {
        &self.data[y * self.width..][..self.width]
    }

    #[cfg(feature = "compile")]
    #[inline]
    pub(crate) fn row_mut(&mut self, y: usize) -> &mut [f32] {
        &mut self.data[y * self.width..][..self.width]
    }

    /// The sample at (`x`, `y`), both within.
    #[must_use]
    #[inline]
    pub fn at(&self, x: usize, y: usize) -> f32 {
        self.data[y * self.width + x]
    }

    /// The sample nearest to (`x`, `y`), anywhere.
    #[must_use]
    #[inline]
    pub fn at_clamped(&self, x: i64, y: i64) -> f32 {
        self.at(clamp_index(x, self.width), clamp_index(y, self.height))
    }
}

/// The index of 0..`length` nearest to `index`; `length` above 0.
#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped into 0..length before the cast")]
pub(crate) fn clamp_index(index: i64, length: usize) -> usize {
    index.clamp(0, length as i64 - 1) as usize
}
