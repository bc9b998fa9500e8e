//! Finishing a project: every file is checked by reading it, then all is published at once.
//!
//! Files first, then one short update of the database. Nothing is taken from the client but what was checked: a failure
//! leaves the draft and its uploads as they were.

use std::{collections::BTreeMap, io::Cursor, sync::Arc};

use app::model::{Finish, NAME_CHARS_MAX, ProjectStatus, TARGETS_MAX, TargetView, UploadedFile};
use askama::Template;
use bytes::Bytes;
use compiler_wasm::{
    bundle::{Target, decode_bundle},
    compile::report,
    decode::decode_upright,
};
use futures::TryStreamExt;
use image::{codecs::jpeg::JpegEncoder, imageops::FilterType};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

use crate::{
    error::AppError,
    id::hex,
    state::AppState,
    storage::{Upload, original, published},
    uploads::{UploadName, check_video},
};

/// The version that is published. A later one is written beside it.
const VERSION: &str = "v1";
/// Longest side of a published photo, in pixels; enough to fill a phone.
const PUBLIC_PHOTO_PX: u32 = 2048;
const PUBLIC_PHOTO_QUALITY: u8 = 85;

/// Whether a compiled bundle comes with the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compiled {
    /// The browser has sent `targets.mind`.
    InBrowser,
    /// The server will compile.
    Here,
}

/// SHA-256 of a finishing request.
#[must_use]
pub fn digest(finish: &Finish) -> String {
    let text = serde_json::to_vec(finish).unwrap_or_default();
    hex(&Sha256::digest(&text))
}

/// The files of a project, all there and as they should be.
pub struct Checked {
    uploads: BTreeMap<String, Upload>,
    mind: Option<(Bytes, Vec<Target>)>,
}

/// Checks everything that a client said and sent.
///
/// # Errors
/// A refusal that names the file and says what to do.
pub async fn check(state: &AppState, id: &str, finish: &Finish, compiled: Compiled) -> Result<Checked, AppError> {
    check_shape(finish, compiled)?;
    let _permit = state.finishes.acquire().await.map_err(|error| AppError::Internal(error.into()))?;
    let mut uploads = BTreeMap::new();
    let mut photo_sizes = BTreeMap::new();
    let mut mind = None;
    for file in &finish.files {
        let name = file.name.as_str();
        let upload = state.storage.upload(id, name).await?;
        let upload = upload.filter(|upload| upload.complete).ok_or_else(|| missing(name))?;
        let bytes = check_bytes(state, &upload, file).await.map_err(|error| error.about(name))?;
        match UploadName::parse(name) {
            Some(UploadName::Photo(number)) => {
                let info = spawn_blocking(move || decode_upright(&bytes).map(|photo| (photo.width(), photo.height())));
                let size = info.await.map_err(anyhow::Error::from)?;
                photo_sizes.insert(number, size.map_err(|error| AppError::from(error).about(name))?);
            }
            Some(UploadName::Video(_)) => {
                check_video(&state.storage, &upload).await.map_err(|error| error.about(name))?;
            }
            Some(UploadName::Mind) => {
                let decoded = bytes.clone();
                let bundle = spawn_blocking(move || decode_bundle(&decoded)).await.map_err(anyhow::Error::from)?;
                let bundle = bundle.map_err(|error| AppError::from(error).about(name))?;
                mind = Some((bytes, bundle.targets));
            }
            None => return Err(missing(name)),
        }
        uploads.insert(file.name.clone(), upload);
    }
    if let Some((_, targets)) = &mind {
        let sizes: Vec<(u32, u32)> = targets.iter().map(|target| (target.width, target.height)).collect();
        if !sizes.iter().eq(photo_sizes.values()) {
            let detail = "The compiled targets are not those of the photos; compile the photos again.";
            return Err(AppError::invalid("mind_mismatch", detail).about("targets.mind"));
        }
    }
    Ok(Checked { uploads, mind })
}

/// The request alone: counts, names, each file once.
fn check_shape(finish: &Finish, compiled: Compiled) -> Result<(), AppError> {
    let count = finish.targets.len();
    if count == 0 || count > TARGETS_MAX {
        let detail = format!("An album has 1 to {TARGETS_MAX} photos.");
        return Err(AppError::invalid("target_count", detail));
    }
    if finish.targets.iter().any(|target| target.name.chars().count() > NAME_CHARS_MAX) {
        let detail = format!("A name has at most {NAME_CHARS_MAX} characters.");
        return Err(AppError::invalid("name_too_long", detail));
    }
    let mut wanted: Vec<String> = (0..count).flat_map(|n| [format!("photo-{n}"), format!("video-{n}")]).collect();
    if compiled == Compiled::InBrowser {
        wanted.push("targets.mind".to_owned());
    }
    let mut named: Vec<&String> = finish.files.iter().map(|file| &file.name).collect();
    wanted.sort();
    named.sort();
    if named.into_iter().ne(&wanted) {
        let detail = "The list of files is not one photo and one video for every target.";
        return Err(AppError::invalid("file_list", detail));
    }
    Ok(())
}

fn missing(name: &str) -> AppError {
    AppError::invalid("file_missing", "This file has not arrived whole; send the rest of it.").about(name)
}

/// Size and digest; gives the bytes of files that are small enough to be looked at whole, none of a video.
async fn check_bytes(state: &AppState, upload: &Upload, file: &UploadedFile) -> Result<Bytes, AppError> {
    if upload.bytes != file.bytes {
        return Err(damaged());
    }
    let keep = !matches!(UploadName::parse(&file.name), Some(UploadName::Video(_)));
    let kept = Vec::with_capacity(if keep { usize::try_from(upload.bytes).map_err(|_| damaged())? } else { 0 });
    let hashed = state.storage.read_parts(upload).map_err(AppError::from);
    let (hasher, kept) = hashed
        .try_fold((Sha256::new(), kept), |(mut hasher, mut kept), part| async move {
            let hashed = spawn_blocking(move || {
                hasher.update(&part);
                if keep {
                    kept.extend_from_slice(&part);
                }
                (hasher, kept)
            });
            hashed.await.map_err(|error| AppError::Internal(error.into()))
        })
        .await?;
    if hex(&hasher.finalize()) == file.sha256 { Ok(kept.into()) } else { Err(damaged()) }
}

/// What has been published.
pub struct Publication {
    /// Size of `targets.mind`.
    pub mind_bytes: i64,
    /// The targets in order.
    pub targets: Vec<TargetView>,
}

/// Publishes checked files that came with a bundle.
///
/// # Errors
/// When the store fails.
pub async fn publish(
    state: &Arc<AppState>,
    id: &str,
    name: &str,
    finish: &Finish,
    checked: Checked,
) -> Result<Publication, AppError> {
    let (mind, targets) = checked.mind.ok_or_else(|| missing("targets.mind"))?;
    publish_with(state, id, name, finish, &checked.uploads, mind, &targets).await
}

/// Publishes a bundle that was compiled here, with the uploads as they are.
///
/// # Errors
/// When a file has gone or the store fails.
pub async fn publish_compiled(
    state: &Arc<AppState>,
    id: &str,
    name: &str,
    finish: &Finish,
    mind: Vec<u8>,
) -> Result<Publication, AppError> {
    let mind = Bytes::from(mind);
    let targets = decode_bundle(&mind)?.targets;
    let mut uploads = BTreeMap::new();
    for file in &finish.files {
        let upload = state.storage.upload(id, &file.name).await?.ok_or_else(|| missing(&file.name))?;
        uploads.insert(file.name.clone(), upload);
    }
    publish_with(state, id, name, finish, &uploads, mind, &targets).await
}

async fn publish_with(
    state: &Arc<AppState>,
    id: &str,
    name: &str,
    finish: &Finish,
    uploads: &BTreeMap<String, Upload>,
    mind: Bytes,
    targets: &[Target],
) -> Result<Publication, AppError> {
    let _permit = state.finishes.acquire().await.map_err(|error| AppError::Internal(error.into()))?;
    let storage = &state.storage;
    let file = |file: String| published(id, &format!("{VERSION}/{file}"));
    for number in 0..targets.len() {
        let (photo_name, video_name) = (format!("photo-{number}"), format!("video-{number}"));
        let photo = uploads.get(&photo_name).ok_or_else(|| missing(&photo_name))?;
        let video = uploads.get(&video_name).ok_or_else(|| missing(&video_name))?;
        let bytes = storage.read_range(photo, 0..photo.bytes).await?;
        check_digest(finish, &photo_name, &hex(&Sha256::digest(&bytes)))?;
        storage.put(&original(id, &photo_name), bytes.clone()).await?;
        let public = spawn_blocking(move || public_photo(&bytes)).await.map_err(anyhow::Error::from)??;
        storage.put(&file(format!("{photo_name}.jpg")), public).await?;
        let copied = storage.copy_upload(video, &file(format!("{video_name}.mp4"))).await?;
        check_digest(finish, &video_name, &copied)?;
    }
    let mind_bytes = i64::try_from(mind.len()).map_err(anyhow::Error::from)?;
    storage.put(&file("targets.mind".to_owned()), mind).await?;
    let views = target_views(id, finish, targets);
    let manifest = manifest(id, name, finish, &views);
    storage.put(&file("manifest.json".to_owned()), manifest.to_string().into_bytes()).await?;
    let page = ViewerPage { title: name, version: VERSION }.render().map_err(anyhow::Error::from)?;
    storage.put(&published(id, "index.html"), page.into_bytes()).await?;
    storage.delete(&published(id, "pending")).await?;
    Ok(Publication { mind_bytes, targets: views })
}

/// Whether a file is still the one that was checked: its bytes may have been replaced since.
///
/// # Errors
/// The refusal of a file that is not.
pub fn check_digest(finish: &Finish, name: &str, sha256: &str) -> Result<(), AppError> {
    let is_same = finish.files.iter().any(|file| file.name == name && file.sha256 == sha256);
    if is_same { Ok(()) } else { Err(damaged().about(name)) }
}

fn damaged() -> AppError {
    AppError::invalid("digest_mismatch", "This file arrived damaged; send it again.")
}

/// Upright, at most [`PUBLIC_PHOTO_PX`] a side, without metadata such as the place it was taken.
fn public_photo(bytes: &[u8]) -> Result<Vec<u8>, AppError> {
    let photo = decode_upright(bytes)?;
    let is_large = photo.width().max(photo.height()) > PUBLIC_PHOTO_PX;
    let photo = if is_large { photo.resize(PUBLIC_PHOTO_PX, PUBLIC_PHOTO_PX, FilterType::Triangle) } else { photo };
    let mut jpeg = Cursor::new(Vec::new());
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, PUBLIC_PHOTO_QUALITY);
    photo.into_rgb8().write_with_encoder(encoder).map_err(anyhow::Error::from)?;
    Ok(jpeg.into_inner())
}

fn target_views(id: &str, finish: &Finish, targets: &[Target]) -> Vec<TargetView> {
    let path = |file: String| format!("/objects/{}", published(id, &format!("{VERSION}/{file}")));
    let views = targets.iter().zip(&finish.targets).enumerate().map(|(number, (target, wish))| {
        let report = report(target);
        TargetView {
            name: wish.name.clone(),
            photo: path(format!("photo-{number}.jpg")),
            video: path(format!("video-{number}.mp4")),
            width: target.width,
            height: target.height,
            features: report.features,
            tracking_points: report.tracking_points,
        }
    });
    views.collect()
}

/// What the viewer reads.
fn manifest(id: &str, name: &str, finish: &Finish, views: &[TargetView]) -> serde_json::Value {
    let targets = views.iter().zip(&finish.targets).enumerate().map(|(number, (view, wish))| {
        json!({
            "name": view.name, "photo": format!("photo-{number}.jpg"), "video": format!("video-{number}.mp4"),
            "width": view.width, "height": view.height, "fit": wish.fit,
        })
    });
    json!({ "version": 1, "id": id, "name": name, "mind": "targets.mind", "targets": targets.collect::<Vec<_>>() })
}

/// Takes off the web again what was published while its owner removed it.
///
/// # Errors
/// When the database or the store fails.
pub async fn bury_removed(state: &AppState, id: &str) -> Result<(), AppError> {
    let project = state.db.project(id).await?;
    if project.is_some_and(|project| project.status == ProjectStatus::Archived) {
        state.storage.bury(id).await?;
    }
    Ok(())
}

/// URL path of the published bundle.
#[must_use]
pub fn mind_path(id: &str) -> String {
    format!("/objects/{}", published(id, &format!("{VERSION}/targets.mind")))
}

/// The page that a phone opens.
#[derive(Template)]
#[template(path = "index.html")]
struct ViewerPage<'a> {
    title: &'a str,
    version: &'a str,
}
