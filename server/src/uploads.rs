//! Files that arrive: which names, how large, and what they are, told by reading them.

use app::{
    model::{CHUNK_BYTES_MAX, MIND_BYTES_MAX, PHOTO_BYTES_MAX, TARGETS_MAX, VIDEO_BYTES_MAX},
    video::{VideoInfo, VideoProbe, VideoStep},
};
use axum::http::StatusCode;
use bytes::Bytes;

use crate::{
    error::AppError,
    state::AppState,
    storage::{Storage, StoredFile, Upload},
};

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

/// Announces a file of a project that is open; whatever was there under its name is forgotten.
///
/// # Errors
/// Refusals for a name that is none of ours, and for sizes.
pub async fn begin(state: &AppState, id: &str, name: &str, length: u64) -> Result<(), AppError> {
    let kind = UploadName::parse(name).ok_or_else(|| {
        AppError::invalid("file_name", "A file is named photo-0, video-0 and so on, or targets.mind.").about(name)
    })?;
    if length == 0 {
        return Err(AppError::invalid("file_empty", "This file is empty; choose another one.").about(name));
    }
    if length > kind.bytes_max() {
        let detail = format!("This file is larger than {} MB; make it smaller.", kind.bytes_max() >> 20);
        return Err(too_large("file_too_large", detail).about(name));
    }
    still_open(state, id).await?;
    let most = state.options.project_bytes_max;
    if state.storage.announced_bytes(id, name).await? + length > most {
        let detail = format!("The album is larger than {} MB; leave some videos out.", most / 1_000_000);
        return Err(too_large("project_too_large", detail).about(name));
    }
    Ok(state.storage.begin_upload(id, name, length).await?)
}

/// Announces a file whose length is told by its end only, such as one in a form.
///
/// # Errors
/// As [`begin`].
pub async fn begin_unknown(state: &AppState, id: &str, name: &str) -> Result<(), AppError> {
    let most = UploadName::parse(name).map_or(0, UploadName::bytes_max);
    begin(state, id, name, most.min(state.options.project_bytes_max)).await
}

/// Says that no more will follow.
///
/// # Errors
/// A refusal when nothing has arrived; when the store fails.
pub async fn end_unknown(state: &AppState, id: &str, name: &str, length: u64) -> Result<(), AppError> {
    if length == 0 {
        return Err(AppError::invalid("file_empty", "This file is empty; choose another one.").about(name));
    }
    Ok(state.storage.announce_again(id, name, length).await?)
}

/// Takes a part of a file at `offset`, and gives where the next begins.
///
/// # Errors
/// [`AppError::OffsetMismatch`] when the file goes on elsewhere; refusals for sizes and files that are not announced.
pub async fn append(state: &AppState, id: &str, name: &str, offset: u64, bytes: Bytes) -> Result<u64, AppError> {
    still_open(state, id).await?;
    let upload = announced(state, id, name).await?;
    let arrived = bytes.len() as u64;
    if offset != upload.file.bytes {
        return Err(AppError::OffsetMismatch(upload.file.bytes));
    }
    if arrived > CHUNK_BYTES_MAX {
        let detail = format!("Send at most {} MB at a time.", CHUNK_BYTES_MAX >> 20);
        return Err(too_large("chunk_too_large", detail).about(name));
    }
    if arrived > upload.length - offset {
        let detail = "More arrived than was announced with Upload-Length; begin this file again.";
        return Err(too_large("file_too_large", detail.to_owned()).about(name));
    }
    if arrived > 0 {
        state.storage.append(id, name, offset, bytes).await?;
        state.metrics.uploaded(arrived);
    }
    Ok(offset + arrived)
}

/// What has arrived of a file.
///
/// # Errors
/// A refusal when it is not announced.
pub async fn announced(state: &AppState, id: &str, name: &str) -> Result<Upload, AppError> {
    UploadName::parse(name).ok_or_else(AppError::not_found)?;
    let upload = state.storage.upload(id, name).await?;
    upload.ok_or_else(|| {
        let detail = "This upload is not begun; begin it with POST.";
        AppError::refused(StatusCode::NOT_FOUND, "upload_not_begun", detail).about(name)
    })
}

/// Files go to open projects only. The mark is in the store, so that uploads need no database.
///
/// # Errors
/// A refusal when it is not there.
pub async fn still_open(state: &AppState, id: &str) -> Result<(), AppError> {
    if state.storage.is_open(id).await? {
        return Ok(());
    }
    Err(AppError::conflict("already_finished", "This album takes no files at the moment; open its page."))
}

fn too_large(code: &str, detail: String) -> AppError {
    AppError::refused(StatusCode::PAYLOAD_TOO_LARGE, code, detail)
}

/// Reads a video's index.
///
/// # Errors
/// A refusal that says what is wrong with it.
pub async fn probe_video(storage: &Storage, file: &StoredFile) -> Result<VideoInfo, AppError> {
    let mut probe = VideoProbe::new(file.bytes);
    loop {
        match probe.step()? {
            VideoStep::Read(range) => probe.feed(&storage.read_range(file, range).await?),
            VideoStep::Done(info) => return Ok(info),
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
