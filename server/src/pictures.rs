//! Pictures of products: read like any photo, kept as JPEG without metadata.

use std::io::Cursor;

use compiler_wasm::decode::decode_upright;
use image::{DynamicImage, Rgb, RgbImage, codecs::jpeg::JpegEncoder, imageops::FilterType};

use crate::error::AppError;

/// Largest file.
pub const PICTURE_BYTES_MAX: usize = 8_000_000;
/// Longest side of a kept picture, in pixels.
const SIDE_MAX_PX: u32 = 1600;
const QUALITY: u8 = 85;

/// A picture as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// JPEG.
    pub jpeg: Vec<u8>,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// A JPEG, PNG or WebP picture as it is kept: upright, at most 1600 px a side, on white where it is transparent.
///
/// # Errors
/// A refusal when it can't be read, or is too small, too large or too narrow.
pub fn keep(bytes: &[u8]) -> Result<Kept, AppError> {
    let picture = decode_upright(bytes)?;
    let is_large = picture.width().max(picture.height()) > SIDE_MAX_PX;
    let picture = if is_large { picture.resize(SIDE_MAX_PX, SIDE_MAX_PX, FilterType::Triangle) } else { picture };
    let plain = if picture.color().has_alpha() { on_white(&picture) } else { picture.into_rgb8() };
    let (width, height) = plain.dimensions();
    let mut jpeg = Cursor::new(Vec::new());
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
    plain.write_with_encoder(encoder).map_err(anyhow::Error::from)?;
    Ok(Kept { jpeg: jpeg.into_inner(), width, height })
}

fn on_white(picture: &DynamicImage) -> RgbImage {
    let pixels = picture.to_rgba8();
    RgbImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [red, green, blue, alpha] = pixels.get_pixel(x, y).0;
        Rgb([red, green, blue].map(|level| over_white(level, alpha)))
    })
}

fn over_white(level: u8, alpha: u8) -> u8 {
    let (level, alpha) = (u16::from(level), u16::from(alpha));
    u8::try_from((level * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgba, RgbaImage};

    use super::*;

    #[test]
    fn pictures_become_small_and_opaque() {
        let clear = DynamicImage::from(RgbaImage::from_pixel(2000, 500, Rgba([0, 0, 0, 0])));
        let mut png = Cursor::new(Vec::new());
        clear.write_to(&mut png, ImageFormat::Png).unwrap();
        let kept = keep(&png.into_inner()).unwrap();
        assert_eq!((kept.width, kept.height), (1600, 400));
        let again = image::load_from_memory_with_format(&kept.jpeg, ImageFormat::Jpeg).unwrap().into_rgb8();
        assert!(again.pixels().all(|pixel| pixel.0.iter().all(|level| *level > 250)));
        assert_eq!([over_white(0, 255), over_white(0, 0), over_white(255, 128)], [0, 255, 255]);
        assert!(keep(b"no picture").is_err());
    }
}
