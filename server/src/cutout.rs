//! The shape of a video as a picture: where it is transparent or black, the video is not shown.

use std::io::Cursor;

use base64::{Engine, engine::general_purpose::STANDARD};
use compiler_wasm::decode::decode_upright;
use image::{DynamicImage, GrayImage, ImageFormat, imageops::FilterType};

use crate::error::AppError;

/// Longest side of what is kept, in pixels: it is drawn smoothly, and lies in the manifest.
const SIDE_MAX_PX: u32 = 256;

/// A JPEG, PNG or WebP picture as [`app::model::Overlay::alpha`] holds it.
///
/// # Errors
/// A refusal when it can't be read.
pub fn cutout(bytes: &[u8]) -> Result<String, AppError> {
    let picture = decode_upright(bytes)?;
    let is_large = picture.width().max(picture.height()) > SIDE_MAX_PX;
    let shape = if picture.color().has_alpha() { opacity(&picture) } else { picture.into_luma8() };
    let mut shape = DynamicImage::ImageLuma8(shape);
    if is_large {
        shape = shape.resize(SIDE_MAX_PX, SIDE_MAX_PX, FilterType::Triangle);
    }
    let mut png = Cursor::new(Vec::new());
    shape.write_to(&mut png, ImageFormat::Png).map_err(anyhow::Error::from)?;
    Ok(STANDARD.encode(png.into_inner()))
}

fn opacity(picture: &DynamicImage) -> GrayImage {
    let pixels = picture.to_rgba8();
    GrayImage::from_fn(pixels.width(), pixels.height(), |x, y| image::Luma([pixels.get_pixel(x, y).0[3]]))
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn kept(picture: &DynamicImage) -> GrayImage {
        let mut png = Cursor::new(Vec::new());
        picture.write_to(&mut png, ImageFormat::Png).unwrap();
        let png = STANDARD.decode(cutout(png.get_ref()).unwrap()).unwrap();
        image::load_from_memory(&png).unwrap().into_luma8()
    }

    #[test]
    fn what_is_transparent_or_black_is_cut_out() {
        let left = |x: u32| x < 20;
        let transparent = RgbaImage::from_fn(40, 32, |x, _| Rgba([0, 0, 0, if left(x) { 255 } else { 0 }]));
        let black = RgbImage::from_fn(40, 32, |x, _| Rgb([if left(x) { 255 } else { 0 }; 3]));
        for picture in [transparent.into(), DynamicImage::from(black)] {
            let kept = kept(&picture);
            assert_eq!((kept.dimensions(), kept.get_pixel(3, 9).0, kept.get_pixel(30, 9).0), ((40, 32), [255], [0]));
        }
    }

    #[test]
    fn a_large_one_becomes_small() {
        let large = DynamicImage::from(RgbImage::from_pixel(1000, 500, Rgb([200; 3])));
        assert_eq!(kept(&large).dimensions(), (256, 128));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        assert!(matches!(cutout(b"<svg>"), Err(AppError::Refused(_))));
    }
}
