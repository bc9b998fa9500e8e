//! Files that arrive: which names, how large, and what they are, told by reading them.

use app::{
    model::{CHUNK_BYTES_MAX, MIND_BYTES_MAX, PHOTO_BYTES_MAX, TARGETS_MAX, VIDEO_BYTES_MAX},
    video::{VideoProbe, VideoStep},
};
use axum::http::StatusCode;
use bytes::Bytes;

use crate::{
    error::AppError,
    state::AppState,
    storage::{Storage, Upload},
};

/// Most bytes of a project.
pub const PROJECT_BYTES_MAX: u64 = 4 << 30;

/// The name of a file in an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadName {
    /// `photo-{n}`.
    Photo(usize),
    /// `video-{n}`.
    Video(usize),
    /// `targets.mind`.
    Mind,
}

impl UploadName {
    /// `None` for any other name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let number = |text: &str| {
            let number: usize = text.parse().ok().filter(|number| *number < TARGETS_MAX)?;
            // One spelling each: no plus sign, no leading zeros.
            (number.to_string() == text).then_some(number)
        };
        match name {
            "targets.mind" => Some(Self::Mind),
            _ => match name.split_once('-')? {
                ("photo", text) => number(text).map(Self::Photo),
                ("video", text) => number(text).map(Self::Video),
                _ => None,
            },
        }
    }

    fn bytes_max(self) -> u64 {
        match self {
            Self::Photo(_) => PHOTO_BYTES_MAX,
            Self::Video(_) => VIDEO_BYTES_MAX,
            Self::Mind => MIND_BYTES_MAX,
        }
    }
}

/// Takes a part of a file at `offset`, and gives where the next begins.
///
/// # Errors
/// [`AppError::OffsetMismatch`] when the file goes on elsewhere; refusals for sizes.
pub async fn append(
    state: &AppState,
    id: &str,
    name: &str,
    offset: u64,
    bytes: Bytes,
    complete: bool,
) -> Result<u64, AppError> {
    let kind = UploadName::parse(name).ok_or_else(AppError::not_found)?;
    let upload = state.storage.upload(id, name).await?;
    let there = upload.as_ref().map_or(0, |upload| upload.bytes);
    let length = bytes.len() as u64;
    if offset != there || upload.is_some_and(|upload| upload.complete) {
        return Err(AppError::OffsetMismatch(there));
    }
    if length > CHUNK_BYTES_MAX || (length == 0 && !complete) {
        let detail = format!("Send at most {} MB at a time, and something.", CHUNK_BYTES_MAX >> 20);
        return Err(too_large("chunk_too_large", detail).about(name));
    }
    if there + length > kind.bytes_max() {
        let detail = format!("This file is larger than {} MB; make it smaller.", kind.bytes_max() >> 20);
        return Err(too_large("file_too_large", detail).about(name));
    }
    if state.storage.uploaded_bytes(id).await? + length > PROJECT_BYTES_MAX {
        let detail = format!("The album is larger than {} GB; leave some videos out.", PROJECT_BYTES_MAX >> 30);
        return Err(too_large("project_too_large", detail).about(name));
    }
    state.storage.append(id, name, offset, bytes, complete).await?;
    Ok(there + length)
}

fn too_large(code: &str, detail: String) -> AppError {
    AppError::refused(StatusCode::PAYLOAD_TOO_LARGE, code, detail)
}

/// Reads a video's index.
///
/// # Errors
/// A refusal that says what is wrong with it.
pub async fn check_video(storage: &Storage, upload: &Upload) -> Result<(), AppError> {
    let mut probe = VideoProbe::new(upload.bytes);
    loop {
        match probe.step()? {
            VideoStep::Read(range) => probe.feed(&storage.read_range(upload, range).await?),
            VideoStep::Done(_) => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_names_are_taken() {
        assert_eq!(UploadName::parse("photo-0"), Some(UploadName::Photo(0)));
        assert_eq!(UploadName::parse("video-99"), Some(UploadName::Video(99)));
        assert_eq!(UploadName::parse("targets.mind"), Some(UploadName::Mind));
        for name in [
            "",
            "photo",
            "photo-",
            "photo-100",
            "photo-00",
            "photo-+1",
            "photo--1",
            "../x",
            "photo-1/../..",
            "index.html",
        ] {
            assert_eq!(UploadName::parse(name), None, "{name}");
        }
    }
}
