//! The studio's plain form, for browsers without JavaScript or WebAssembly: one photo and its video, compiled here.

use std::net::IpAddr;

use app::model::{CHUNK_BYTES_MAX, Finish, Fit, NAME_CHARS_MAX, TargetManifest, UploadedFile};
use axum::extract::{Multipart, multipart::Field};
use bytes::BytesMut;
use sha2::{Digest, Sha256};

use crate::{
    db::Purge,
    error::AppError,
    finish::{Compiled, check, digest},
    id::hex,
    projects::begin,
    settle::settle,
    state::AppState,
    uploads::{append, begin_unknown, end_unknown},
};

/// Bytes gathered before they are stored.
const PART_BYTES: usize = CHUNK_BYTES_MAX as usize / 2;
/// Longest name as bytes: UTF-8 takes at most four for a character.
const NAME_BYTES_MAX: usize = NAME_CHARS_MAX * 4;

/// Takes the form's files, queues the compile, and gives the project's id.
///
/// # Errors
/// Refusals as of any upload; the files of a refused form are forgotten.
pub async fn publish_form(state: &AppState, address: IpAddr, form: Multipart) -> Result<String, AppError> {
    let _room = state.room.form()?;
    let id = begin(state, address, "").await?;
    match take(state, &id, address, form).await {
        Ok(()) => Ok(id),
        Err(error) => {
            state.db.purge(&id, Purge::Now, None).await?;
            settle(state, &id).await?;
            Err(error)
        }
    }
}

async fn take(state: &AppState, id: &str, address: IpAddr, mut form: Multipart) -> Result<(), AppError> {
    let mut name = String::new();
    let mut files = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        match field.name() {
            Some("name") => name = text(field).await?,
            Some("photo") => files.push(store(state, id, address, "photo-0", field).await?),
            Some("video") => files.push(store(state, id, address, "video-0", field).await?),
            _ => {}
        }
    }
    state.db.rename(id, &name).await?;
    let target = TargetManifest { name, fit: Fit::default() };
    let finish = Finish { targets: vec![target], files, replaces: 0 };
    let project = state.db.project(id).await?.ok_or_else(AppError::not_found)?;
    check(state, &project, &finish, Compiled::Here).await?;
    if state.db.enqueue(id, &digest(&finish), &finish, None).await? {
        state.queued.notify_one();
        settle(state, id).await?;
    }
    Ok(())
}

pub(crate) async fn text(mut field: Field<'_>) -> Result<String, AppError> {
    let mut bytes = Vec::new();
    while let Some(part) = field.chunk().await.map_err(|error| broken(&error))? {
        bytes.extend_from_slice(&part);
        if bytes.len() > NAME_BYTES_MAX {
            return Err(AppError::invalid("name_too_long", format!("A name has at most {NAME_CHARS_MAX} characters.")));
        }
    }
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// Keeps a file of a form as an upload: part by part, never more than one in memory. The length is not known before the end,
/// so the parts are announced as long as any such file may be, and again, as they are, when all are there.
pub(crate) async fn store(
    state: &AppState,
    id: &str,
    address: IpAddr,
    name: &str,
    mut field: Field<'_>,
) -> Result<UploadedFile, AppError> {
    let mut hasher = Sha256::new();
    let mut there = 0;
    let mut gathered = BytesMut::new();
    begin_unknown(state, id, name).await?;
    while let Some(part) = field.chunk().await.map_err(|error| broken(&error))? {
        hasher.update(&part);
        gathered.extend_from_slice(&part);
        if gathered.len() >= PART_BYTES {
            let part = gathered.split().freeze();
            state.limits.upload(address, part.len() as u64)?;
            there = append(state, id, name, there, part).await?;
        }
    }
    state.limits.upload(address, gathered.len() as u64)?;
    there = append(state, id, name, there, gathered.freeze()).await?;
    end_unknown(state, id, name, there).await?;
    Ok(UploadedFile { name: name.to_owned(), bytes: there, sha256: hex(&hasher.finalize()) })
}

pub(crate) fn broken(error: &axum::extract::multipart::MultipartError) -> AppError {
    AppError::refused(error.status(), "form_broken", "The form did not arrive whole; send it again.")
}
