//! Photo bytes to upright pixels. JPEG, PNG and WebP by content; size limits are checked on the header, before decoding.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, metadata::Orientation};

use crate::{error::CompileError, plane::GrayImage};

/// Least pixels of a side. Below, no descriptor fits into the second octave.
pub const SIDE_MIN_PX: u32 = 32;
/// How many times as long as the shorter side the longer may be. The shorter becomes 256 px for tracking, so a strip costs by
/// its shape and not by its pixels; at this ratio tracking takes about 70 MB.
pub const SIDES_RATIO_MAX: u32 = 32;
/// Most pixels of a side.
pub const SIDE_MAX_PX: u32 = 16_384;
/// Most pixels of a photo.
pub const PIXELS_MAX: u64 = 64_000_000;
/// Most bytes a decoder may take: a 16-bit RGBA photo of the most pixels, and room to work.
const DECODER_BYTES_MAX: u64 = PIXELS_MAX * 8 + (64 << 20);

/// What a photo's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhotoInfo {
    /// Pixels of the upright photo.
    pub width: u32,
    /// Pixels of the upright photo.
    pub height: u32,
    /// Media type, such as `image/jpeg`.
    pub media_type: &'static str,
}

/// Reads the header only.
///
/// # Errors
/// [`CompileError::UnsupportedFormat`], [`CompileError::Undecodable`], [`CompileError::ImageTooLarge`],
/// [`CompileError::ImageTooSmall`] or [`CompileError::ImageTooNarrow`].
pub fn probe(bytes: &[u8]) -> Result<PhotoInfo, CompileError> {
    let (format, mut decoder) = open(bytes)?;
    let (width, height) = checked_size(&decoder)?;
    let turned = swaps_sides(decoder.orientation().map_err(undecodable)?);
    let (width, height) = if turned { (height, width) } else { (width, height) };
    Ok(PhotoInfo { width, height, media_type: format.to_mime_type() })
}

/// The upright photo.
///
/// # Errors
/// As [`probe`].
pub fn decode_upright(bytes: &[u8]) -> Result<DynamicImage, CompileError> {
    let (format, mut decoder) = open(bytes)?;
    checked_size(&decoder)?;
    if format == ImageFormat::Jpeg && is_cut_short(bytes) {
        return Err(CompileError::Undecodable { reason: "the end of the picture is missing".to_owned() });
    }
    let orientation = decoder.orientation().map_err(undecodable)?;
    let mut photo = DynamicImage::from_decoder(decoder).map_err(undecodable)?;
    photo.apply_orientation(orientation);
    Ok(photo)
}

/// The upright photo's grey levels: the floored mean of red, green and blue; transparency is ignored.
///
/// # Errors
/// As [`probe`].
pub fn decode_gray(bytes: &[u8]) -> Result<GrayImage, CompileError> {
    let photo = decode_upright(bytes)?;
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let data = match photo {
        DynamicImage::ImageLuma8(levels) => levels.into_raw(),
        DynamicImage::ImageRgba8(pixels) => pixels.as_raw().chunks_exact(4).map(gray).collect(),
        other => other.into_rgb8().as_raw().chunks_exact(3).map(gray).collect(),
    };
    Ok(GrayImage { width, height, data })
}

/// Floored mean of the first three bytes.
#[expect(clippy::cast_possible_truncation, reason = "a mean of bytes is a byte")]
fn gray(pixel: &[u8]) -> u8 {
    let sum = u32::from(pixel[0]) + u32::from(pixel[1]) + u32::from(pixel[2]);
    (sum / 3) as u8
}

/// Whether a JPEG ends before its end-of-image marker (ITU T.81, B.1.1.2): decoders fill the rest with grey.
///
/// Segments are passed by their length, since the thumbnail in one has an end of its own. What follows the picture is not
/// looked at: phones append a film or further pictures.
fn is_cut_short(jpeg: &[u8]) -> bool {
    const END_OF_IMAGE: u8 = 0xd9;
    let mut rest = jpeg;
    while let Some(at) = rest.windows(2).position(|pair| pair[0] == 0xff && has_segment_or_ends(pair[1])) {
        if rest[at + 1] == END_OF_IMAGE {
            return false;
        }
        let segment = &rest[at + 2..];
        let length = segment.first_chunk().map_or(usize::MAX, |length| u16::from_be_bytes(*length).into());
        rest = segment.get(length..).unwrap_or_default();
    }
    true
}

/// Whether this byte behind 0xff is a marker other than those that stand alone within or before the picture: stuffed and
/// fill bytes, restarts, the start of the image.
fn has_segment_or_ends(byte: u8) -> bool {
    !matches!(byte, 0x00 | 0x01 | 0xd0..=0xd8 | 0xff)
}

fn open(bytes: &[u8]) -> Result<(ImageFormat, impl ImageDecoder + use<'_>), CompileError> {
    let format = image::guess_format(bytes).map_err(|_| CompileError::UnsupportedFormat)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(CompileError::UnsupportedFormat);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODER_BYTES_MAX);
    reader.limits(limits);
    match reader.into_decoder() {
        Ok(decoder) => Ok((format, decoder)),
        Err(error) => {
            // The PNG decoder counts the memory of the whole picture before it tells the size.
            if let (ImageFormat::Png, Some(sides)) = (format, bytes.get(16..24)) {
                let side = |at: usize| u32::from_be_bytes([sides[at], sides[at + 1], sides[at + 2], sides[at + 3]]);
                check_most(side(0), side(4))?;
            }
            Err(undecodable(error))
        }
    }
}

fn checked_size(decoder: &impl ImageDecoder) -> Result<(u32, u32), CompileError> {
    let (width, height) = decoder.dimensions();
    check_most(width, height)?;
    check_sides(width, height)?;
    Ok((width, height))
}

fn check_most(width: u32, height: u32) -> Result<(), CompileError> {
    if u64::from(width) * u64::from(height) > PIXELS_MAX || width.max(height) > SIDE_MAX_PX {
        let megapixels = u32::try_from(PIXELS_MAX / 1_000_000).unwrap_or(u32::MAX);
        return Err(CompileError::ImageTooLarge { width, height, megapixels, side: SIDE_MAX_PX });
    }
    Ok(())
}

/// Whether the sides are long enough to be recognised, and not too unequal.
pub(crate) fn check_sides(width: u32, height: u32) -> Result<(), CompileError> {
    if width.min(height) < SIDE_MIN_PX {
        return Err(CompileError::ImageTooSmall { width, height, least: SIDE_MIN_PX });
    }
    if width.max(height) > width.min(height).saturating_mul(SIDES_RATIO_MAX) {
        return Err(CompileError::ImageTooNarrow { width, height, ratio: SIDES_RATIO_MAX });
    }
    Ok(())
}

fn swaps_sides(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    )
}

#[expect(clippy::needless_pass_by_value, reason = "an argument of map_err")]
fn undecodable(error: ImageError) -> CompileError {
    CompileError::Undecodable { reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageBuffer, Rgb, Rgba};
    use proptest::prelude::*;

    fn encoded(photo: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        photo.write_to(&mut bytes, format).expect("an encodable image");
        bytes.into_inner()
    }

    fn two_colours(width: u32, height: u32) -> DynamicImage {
        ImageBuffer::from_fn(width, height, |x, _| if x < width / 2 { Rgb([255u8, 0, 1]) } else { Rgb([9, 9, 9]) })
            .into()
    }

    #[test]
    fn grey_is_the_floored_mean() {
        let gray = decode_gray(&encoded(&two_colours(40, 32), ImageFormat::Png)).expect("a photo");
        assert_eq!((gray.width, gray.height, gray.data[0], gray.data[39]), (40, 32, 85, 9));
    }

    #[test]
    fn transparency_is_ignored() {
        let clear: DynamicImage = ImageBuffer::from_pixel(32, 32, Rgba([30u8, 60, 90, 0])).into();
        assert_eq!(decode_gray(&encoded(&clear, ImageFormat::Png)).expect("a photo").data, vec![60; 1024]);
    }

    #[test]
    fn formats_are_told_by_content() {
        for (format, media_type) in
            [(ImageFormat::Png, "image/png"), (ImageFormat::Jpeg, "image/jpeg"), (ImageFormat::WebP, "image/webp")]
        {
            let info = probe(&encoded(&two_colours(64, 48), format)).expect("a photo");
            assert_eq!(info, PhotoInfo { width: 64, height: 48, media_type });
        }
    }

    #[test]
    fn an_exif_orientation_turns_the_photo() {
        let mut jpeg = encoded(&two_colours(64, 48), ImageFormat::Jpeg);
        let exif = b"\xff\xe1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        jpeg.splice(2..2, exif.iter().copied());
        assert_eq!(probe(&jpeg).map(|info| (info.width, info.height)), Ok((48, 64)));
        let upright = decode_gray(&jpeg).expect("a photo");
        assert_eq!((upright.width, upright.height), (48, 64));
        assert!(upright.data[0].abs_diff(85) < 8 && upright.data[63 * 48].abs_diff(9) < 8);
    }

    #[test]
    fn sizes_are_refused_before_decoding() {
        let bomb = {
            let mut png = encoded(&two_colours(32, 32), ImageFormat::Png);
            png[16..20].copy_from_slice(&30_000u32.to_be_bytes());
            png[20..24].copy_from_slice(&30_000u32.to_be_bytes());
            let crc = crc32(&png[12..29]);
            png[29..33].copy_from_slice(&crc.to_be_bytes());
            png
        };
        assert_eq!(decode_gray(&bomb).map_err(|error| error.code()), Err("image_too_large"));
        let tiny = encoded(&two_colours(31, 400), ImageFormat::Png);
        assert_eq!(decode_gray(&tiny).map_err(|error| error.code()), Err("image_too_small"));
    }

    #[test]
    fn a_strip_is_refused_by_its_shape() {
        let code = |width, height| check_sides(width, height).map_err(|error| error.code());
        assert_eq!([code(32, 1024), code(1024, 32), code(2000, 16_384)], [Ok(()); 3]);
        assert_eq!([code(32, 1025), code(1025, 32), code(32, u32::MAX)], [Err("image_too_narrow"); 3]);
    }

    /// A JPEG with a thumbnail in its header, whose end is not the picture's.
    fn with_thumbnail(mut jpeg: Vec<u8>) -> Vec<u8> {
        jpeg.splice(2..2, *b"\xff\xe1\x00\x0cEx\xff\xd8\xff\xda\0\0\xff\xd9");
        jpeg
    }

    #[test]
    fn what_phones_append_to_a_photo_is_not_looked_at() {
        let jpeg = with_thumbnail(encoded(&two_colours(64, 48), ImageFormat::Jpeg));
        let alone = decode_gray(&jpeg).expect("a photo");
        for film in
            [&b"\0\0\0\x18ftypmp42 \xff\xda\0\x08 \xff"[..], b"\xff\xd8\xff\xe1\xff\xff", &jpeg[..jpeg.len() - 9]]
        {
            assert_eq!(decode_gray(&[&jpeg, film].concat()), Ok(alone.clone()));
        }
    }

    proptest! {
        #[test]
        fn every_cut_of_a_jpeg_is_noticed(kept in any::<prop::sample::Index>()) {
            let jpeg = with_thumbnail(encoded(&two_colours(64, 48), ImageFormat::Jpeg));
            prop_assert!(!is_cut_short(&jpeg));
            prop_assert!(is_cut_short(&jpeg[..kept.index(jpeg.len())]));
        }

        #[test]
        fn any_bytes_are_looked_at_without_harm(head in 0usize..4, bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let signature: &[u8] = [&b""[..], b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8 "][head];
            let bytes = [signature, &bytes].concat();
            prop_assert!(decode_gray(&bytes).is_err());
            is_cut_short(&bytes);
        }
    }

    #[test]
    fn what_is_no_photo_is_refused() {
        let jpeg = encoded(&two_colours(64, 64), ImageFormat::Jpeg);
        let code = |bytes: &[u8]| decode_gray(bytes).map(|_| ()).map_err(|error| error.code());
        assert_eq!(code(b""), Err("unsupported_format"));
        assert_eq!(code(b"just text, called photo.jpg"), Err("unsupported_format"));
        assert_eq!(code(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), Err("unsupported_format"));
        assert_eq!(code(b"GIF89a\x40\x00\x40\x00\x00\x00\x00"), Err("unsupported_format"));
        assert_eq!(code(&jpeg[..jpeg.len() / 8]), Err("undecodable"));
        assert_eq!(code(&jpeg[..jpeg.len() - 4]), Err("undecodable"));
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
        })
    }
}
