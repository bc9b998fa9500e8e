//! Small pictures in every form that is read.

use std::io::Cursor;

use image::{DynamicImage, ImageBuffer, ImageFormat, Rgb, codecs::jpeg::JpegEncoder};

const WIDTH: u32 = 40;
const HEIGHT: u32 = 33;

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let picture = picture();
    let mut seeds = Vec::new();
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        seeds.push(encoded(&picture, format));
        seeds.push(encoded(&picture.to_rgba8().into(), format));
    }
    for deep in [picture.to_luma8().into(), picture.to_luma_alpha8().into(), picture.to_luma16().into()] {
        seeds.push(encoded(&deep, ImageFormat::Png));
    }
    seeds.push(encoded(&picture.to_rgba16().into(), ImageFormat::Png));
    for quality in [10, 90] {
        seeds.push(jpeg(&picture, quality));
    }
    seeds.push(jpeg(&picture.to_luma8().into(), 50));
    seeds.push(turned(jpeg(&picture, 30)));
    seeds.push(progressive(jpeg(&picture, 30)));
    seeds.push(lossy_webp());
    seeds
}

/// Edges, a slope and something like noise.
fn picture() -> DynamicImage {
    let level = |value: u32| (value % 256) as u8;
    ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| {
        Rgb([level(x * 6), level((x / 8 + y / 8) % 2 * 200), level(x * y * 7919)])
    })
    .into()
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("a picture that the format can hold");
    bytes.into_inner()
}

fn jpeg(picture: &DynamicImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality)).expect("a picture");
    bytes
}

/// With the orientation that a phone held upright writes.
fn turned(mut jpeg: Vec<u8>) -> Vec<u8> {
    let exif = b"\xff\xe1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    jpeg.splice(2..2, exif.iter().copied());
    jpeg
}

/// Said to be progressive, its first scan of nothing but means: a picture, though none that anybody drew.
fn progressive(mut jpeg: Vec<u8>) -> Vec<u8> {
    let at =
        |jpeg: &[u8], marker: u8| jpeg.windows(2).position(|pair| pair == [0xff, marker]).expect("every JPEG's marker");
    let frame = at(&jpeg, 0xc0);
    jpeg[frame + 1] = 0xc2;
    let scan = at(&jpeg, 0xda);
    // Length, count, two bytes a component; then first and last coefficient.
    let spectrum = scan + 5 + 2 * usize::from(jpeg[scan + 4]);
    jpeg[spectrum + 1] = 0;
    jpeg
}

/// One key frame of VP8 (RFC 6386, 9.1), its coefficients whatever these bits say.
fn lossy_webp() -> Vec<u8> {
    const FIRST_PART: u32 = 200;
    const KEY_FRAME_SHOWN: u32 = 1 << 4;
    let tag = (FIRST_PART << 5 | KEY_FRAME_SHOWN).to_le_bytes();
    let side = |pixels: u32| (pixels as u16).to_le_bytes();
    let bits: Vec<u8> = (0..600u32).map(|at| ((at * at * 31) >> 3) as u8).collect();
    let frame = [&tag[..3], b"\x9d\x01\x2a", &side(WIDTH), &side(HEIGHT), &[0; 30], &bits].concat();
    let size = |bytes: usize| (bytes as u32).to_le_bytes();
    [b"RIFF", &size(frame.len() + 12)[..], b"WEBPVP8 ", &size(frame.len()), &frame].concat()
}
