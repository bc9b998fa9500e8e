//! Chosen files, read in the browser: photos made readable for the compiler, videos probed.

use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, File, HtmlCanvasElement, ImageBitmap, Url};

use crate::{
    model::{Failure, PHOTO_BYTES_MAX, VIDEO_BYTES_MAX},
    video::{VideoInfo, VideoProbe, VideoStep},
};

/// Quality of photos that are converted.
const JPEG_QUALITY: f64 = 0.95;
/// Bytes that tell a format.
const MAGIC_BYTES: f64 = 12.0;

/// The address of a file within this page; to be given back with [`revoke`].
pub(crate) fn object_url(blob: &Blob) -> String {
    Url::create_object_url_with_blob(blob).unwrap_or_default()
}

/// Frees what an address keeps.
pub(crate) fn revoke(url: &str) {
    // Only an address that is not one fails, and then there is nothing to free.
    let _ = Url::revoke_object_url(url);
}

/// The bytes of a part of a file.
pub(crate) async fn read(blob: &Blob, from: f64, to: f64) -> Result<Vec<u8>, JsValue> {
    let slice = blob.slice_with_f64_and_f64(from, to)?;
    let buffer: ArrayBuffer = JsFuture::from(slice.array_buffer()).await?.unchecked_into();
    Ok(Uint8Array::new(&buffer).to_vec())
}

fn failure(code: &str, detail: impl Into<String>) -> Failure {
    Failure { code: code.to_owned(), detail: detail.into() }
}

fn check_size(file: &File, most: u64, what: &str) -> Result<(), Failure> {
    if file.size() < 1.0 {
        return Err(failure("empty_file", format!("This file is empty. Choose the {what} again.")));
    }
    #[expect(clippy::cast_precision_loss, reason = "limits are far below 2^53")]
    if file.size() > most as f64 {
        let detail = format!("This {what} is larger than {} MB. Make it smaller and try again.", most >> 20);
        return Err(failure("file_too_large", detail));
    }
    Ok(())
}

/// The photo in a format that the compiler reads: as it is, or converted where only the browser can read it.
pub(crate) async fn readable_photo(file: &File) -> Result<Blob, Failure> {
    check_size(file, PHOTO_BYTES_MAX, "photo")?;
    let unreadable = || failure("unreadable_file", "This file can't be read. Choose it again.");
    let magic = read(file, 0.0, MAGIC_BYTES).await.map_err(|_| unreadable())?;
    let is_known = magic.starts_with(&[0xff, 0xd8, 0xff])
        || magic.starts_with(b"\x89PNG\r\n\x1a\n")
        || (magic.starts_with(b"RIFF") && magic.ends_with(b"WEBP"));
    if is_known {
        return Ok(file.clone().into());
    }
    let unsupported =
        "This file is not a photo that can be read here. Save it as JPEG, PNG or WebP and choose it again.";
    convert(file).await.map_err(|_| failure("unsupported_format", unsupported))
}

/// Through the browser's own decoder, upright, to JPEG.
async fn convert(file: &File) -> Result<Blob, JsValue> {
    let window = web_sys::window().ok_or(JsValue::UNDEFINED)?;
    let bitmap: ImageBitmap = JsFuture::from(window.create_image_bitmap_with_blob(file)?).await?.unchecked_into();
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    canvas.set_width(bitmap.width());
    canvas.set_height(bitmap.height());
    let context: CanvasRenderingContext2d = canvas.get_context("2d")?.ok_or(JsValue::UNDEFINED)?.unchecked_into();
    context.draw_image_with_image_bitmap(&bitmap, 0.0, 0.0)?;
    bitmap.close();
    let encoded = js_sys::Promise::new(&mut |resolve, reject| {
        let done = Closure::once_into_js(move |blob: JsValue| {
            let settle = if blob.is_null() { &reject } else { &resolve };
            // A promise's own functions do not throw.
            let _ = settle.call1(&JsValue::UNDEFINED, &blob);
        });
        // When this throws the promise stays open, but the canvas exists and has a size.
        let _ = canvas.to_blob_with_type_and_encoder_options(done.unchecked_ref(), "image/jpeg", &JPEG_QUALITY.into());
    });
    Ok(JsFuture::from(encoded).await?.unchecked_into())
}

/// Reads a video's index.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "file sizes")]
pub(crate) async fn probe_video(file: &File) -> Result<VideoInfo, Failure> {
    check_size(file, VIDEO_BYTES_MAX, "video")?;
    let mut probe = VideoProbe::new(file.size() as u64);
    loop {
        match probe.step().map_err(|error| failure(error.code(), error.to_string()))? {
            VideoStep::Done(info) => return Ok(info),
            VideoStep::Read(range) => {
                let bytes = read(file, range.start as f64, range.end as f64).await;
                probe
                    .feed(&bytes.map_err(|_| failure("unreadable_file", "This file can't be read. Choose it again."))?);
            }
        }
    }
}
