//! The studio's plain form, for browsers without JavaScript or WebAssembly: one photo and its video, compiled here.

use app::model::{CHUNK_BYTES_MAX, Finish, Fit, NAME_CHARS_MAX, TargetManifest, UploadedFile};
use axum::extract::{Multipart, multipart::Field};
use bytes::{Bytes, BytesMut};
use sha2::{Digest, Sha256};

use crate::{
    error::AppError,
    finish::{Compiled, check, digest},
    id::{hex, new_id},
    state::AppState,
    storage::published,
    uploads::append,
};

/// Bytes gathered before they are stored.
const PART_BYTES: usize = CHUNK_BYTES_MAX as usize / 2;
/// Longest name as bytes: UTF-8 takes at most four for a character.
const NAME_BYTES_MAX: usize = NAME_CHARS_MAX * 4;

/// Takes the form's files, queues the compile, and gives the project's id.
///
/// # Errors
/// Refusals as of any upload; the files of a refused form are forgotten.
pub async fn publish_form(state: &AppState, form: Multipart) -> Result<String, AppError> {
    let id = new_id()?;
    state.storage.put(&published(&id, "pending"), Bytes::new()).await?;
    match take(state, &id, form).await {
        Ok((name, finish)) => {
            state.db.create_project(&id, &name).await?;
            if state.db.enqueue(&id, &digest(&finish), &finish).await? {
                state.queued.notify_one();
            }
            Ok(id)
        }
        Err(error) => {
            state.storage.delete_uploads(&id).await?;
            state.storage.delete(&published(&id, "pending")).await?;
            Err(error)
        }
    }
}

async fn take(state: &AppState, id: &str, mut form: Multipart) -> Result<(String, Finish), AppError> {
    let mut name = String::new();
    let mut files = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        match field.name() {
            Some("name") => name = text(field).await?,
            Some("photo") => files.push(store(state, id, "photo-0", field).await?),
            Some("video") => files.push(store(state, id, "video-0", field).await?),
            _ => {}
        }
    }
    let target = TargetManifest { name: name.clone(), fit: Fit::default() };
    let finish = Finish { targets: vec![target], files };
    check(state, id, &finish, Compiled::Here).await?;
    Ok((name, finish))
}

async fn text(mut field: Field<'_>) -> Result<String, AppError> {
    let mut bytes = Vec::new();
    while let Some(part) = field.chunk().await.map_err(|error| broken(&error))? {
        bytes.extend_from_slice(&part);
        if bytes.len() > NAME_BYTES_MAX {
            return Err(AppError::invalid("name_too_long", format!("A name has at most {NAME_CHARS_MAX} characters.")));
        }
    }
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// Part by part, never more than one in memory.
async fn store(state: &AppState, id: &str, name: &str, mut field: Field<'_>) -> Result<UploadedFile, AppError> {
    let mut hasher = Sha256::new();
    let mut there = 0;
    let mut gathered = BytesMut::new();
    while let Some(part) = field.chunk().await.map_err(|error| broken(&error))? {
        hasher.update(&part);
        gathered.extend_from_slice(&part);
        if gathered.len() >= PART_BYTES {
            there = append(state, id, name, there, gathered.split().freeze(), false).await?;
        }
    }
    there = append(state, id, name, there, gathered.freeze(), true).await?;
    Ok(UploadedFile { name: name.to_owned(), bytes: there, sha256: hex(&hasher.finalize()) })
}

fn broken(error: &axum::extract::multipart::MultipartError) -> AppError {
    AppError::refused(error.status(), "form_broken", "The form did not arrive whole; send it again.")
}
