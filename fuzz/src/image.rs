//! The photo decoder: header and pixels agree, limits are kept, memory follows the picture and not what the bytes promise.

use compiler_wasm::{
    decode::{PIXELS_MAX, SIDE_MAX_PX, SIDE_MIN_PX, SIDES_RATIO_MAX, decode_gray, probe},
    error::CompileError,
};

use crate::memory::within;

/// Pictures of more pixels are looked at and not decoded: they take as long as a thousand small ones, by the same code.
const DECODED_PIXELS_MAX: u64 = 1 << 18;
/// Sixteen-bit RGBA, turned, and its grey levels.
const BYTES_PER_PIXEL: usize = 32;
/// Deflate gives up to 1032 bytes for one.
const BYTES_PER_BYTE: usize = 1100;
/// One partition of a WebP photo, whose size is told in 24 bits, and tables and windows of the decoders.
const BYTES_FIXED: usize = (1 << 24) + (2 << 20);

/// Reads bytes as a photo.
///
/// # Panics
/// When something does not hold.
pub fn check(bytes: &[u8]) {
    let by_size = bytes.len() * BYTES_PER_BYTE + BYTES_FIXED;
    let info = match within(by_size, || probe(bytes)) {
        Ok(info) => info,
        Err(error) => {
            assert!(!error.code().is_empty() && !error.to_string().is_empty());
            let decoded = within(by_size, || decode_gray(bytes));
            assert_eq!(
                decoded.map(drop).map_err(|error| error.code()),
                Err(error.code()),
                "refused by its header alone"
            );
            return;
        }
    };
    let (shorter, longer) = (info.width.min(info.height), info.width.max(info.height));
    let pixels = u64::from(info.width) * u64::from(info.height);
    assert!(
        shorter >= SIDE_MIN_PX && longer <= SIDE_MAX_PX && longer <= shorter * SIDES_RATIO_MAX && pixels <= PIXELS_MAX
    );
    assert!(["image/jpeg", "image/png", "image/webp"].contains(&info.media_type));
    if pixels > DECODED_PIXELS_MAX {
        return;
    }
    let pixels = usize::try_from(pixels).expect("few pixels");
    match within(pixels * BYTES_PER_PIXEL + by_size, || decode_gray(bytes)) {
        Ok(gray) => {
            assert_eq!((gray.width, gray.height), (info.width as usize, info.height as usize));
            assert_eq!(gray.data.len(), pixels);
        }
        Err(error) => assert!(matches!(error, CompileError::Undecodable { .. }), "the header was fine: {error}"),
    }
}
