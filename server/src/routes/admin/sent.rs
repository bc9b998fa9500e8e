//! Forms with files: read part by part, each in memory whole and never larger than its limit.

use axum::{
    extract::{
        FromRequest, Multipart, Request,
        multipart::{Field, MultipartError, MultipartRejection},
    },
    http::header,
};
use axum_extra::extract::Form;
use bytes::{Bytes, BytesMut};

use super::currencies::CSV_BYTES_MAX;
use crate::{error::AppError, pictures::PICTURE_BYTES_MAX};

/// Largest form with a picture: the picture, and what is said around it. More is read than taken, so that it can be answered.
pub(super) const UPLOAD_BYTES_MAX: usize = 2 * PICTURE_BYTES_MAX;
/// Most parts of a form.
const PARTS_MAX: usize = 20;

/// A small form as browsers send it with files or without.
pub(super) struct Sent {
    fields: Vec<(String, Bytes)>,
    /// Whether a part was larger than it may be; it is left out.
    pub(super) is_too_large: bool,
}

impl Sent {
    /// A field.
    pub(super) fn field(&self, name: &str) -> Option<&[u8]> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, bytes)| bytes.as_ref())
    }

    /// A file; `None` where none was chosen.
    pub(super) fn file(&self, name: &str) -> Option<&[u8]> {
        self.field(name).filter(|bytes| !bytes.is_empty())
    }
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = AppError;

    async fn from_request(request: Request, state: &S) -> Result<Self, AppError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let mut fields = Vec::new();
        let mut is_too_large = false;
        let mut keep = |name: String, bytes: Option<Bytes>| match bytes.filter(|bytes| bytes.len() <= CSV_BYTES_MAX) {
            Some(bytes) => fields.push((name, bytes)),
            None => is_too_large = true,
        };
        if kind.starts_with("multipart/") {
            let mut form = Multipart::from_request(request, state).await.map_err(|_| not_whole())?;
            for _ in 0..PARTS_MAX {
                let Some(field) = form.next_field().await.map_err(|error| broken(&error))? else { break };
                let name = field.name().unwrap_or_default().to_owned();
                keep(name, read(field, CSV_BYTES_MAX).await?);
            }
        } else {
            let form = Form::<Vec<(String, String)>>::from_request(request, state).await.map_err(|_| not_whole())?;
            form.0.into_iter().take(PARTS_MAX).for_each(|(name, value)| keep(name, Some(value.into())));
        }
        Ok(Self { fields, is_too_large })
    }
}

/// A part of a form; `None` when it is larger than so many bytes: its rest is thrown away.
pub(super) async fn read(mut field: Field<'_>, bytes_max: usize) -> Result<Option<Bytes>, AppError> {
    let mut bytes = BytesMut::new();
    let mut is_too_large = false;
    while let Some(part) = field.chunk().await.map_err(|error| broken(&error))? {
        is_too_large |= bytes.len() + part.len() > bytes_max;
        if !is_too_large {
            bytes.extend_from_slice(&part);
        }
    }
    Ok((!is_too_large).then(|| bytes.freeze()))
}

/// The file named `picture` of a form; or the id of the text that says what is wrong with it.
pub(super) async fn picture(
    form: Result<Multipart, MultipartRejection>,
) -> Result<Result<Bytes, &'static str>, AppError> {
    let Ok(mut form) = form else { return Ok(Err("product-picture-none")) };
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        if field.name() == Some("picture") {
            let bytes = read(field, PICTURE_BYTES_MAX).await?.ok_or("product-picture-too-large");
            return Ok(bytes.and_then(|bytes| if bytes.is_empty() { Err("product-picture-none") } else { Ok(bytes) }));
        }
    }
    Ok(Err("product-picture-none"))
}

fn broken(error: &MultipartError) -> AppError {
    AppError::refused(error.status(), "form_broken", "The form did not arrive whole; send it again.")
}

fn not_whole() -> AppError {
    AppError::invalid("form_broken", "The form did not arrive whole; send it again.")
}
