//! Finishing a project: every file is checked by reading it, then all are written as a version of their own, beside the one
//! that is published.
//!
//! Files first, then one short update of the database, then the switch ([`settle`](crate::settle)). Nothing is taken from the client but what was checked: a failure
//! leaves the draft and its uploads as they were.

use std::{collections::BTreeMap, io::Cursor};

use app::model::{Finish, NAME_CHARS_MAX, Overlay, TARGETS_MAX, TargetView, UploadedFile};
use bytes::Bytes;
use compiler_wasm::{
    bundle::{Bundle, Target, decode_bundle, encode_bundle},
    compile::report,
    decode::decode_upright,
};
use futures::TryStreamExt;
use image::{codecs::jpeg::JpegEncoder, imageops::FilterType};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

use crate::{
    db::{Project, Published},
    error::AppError,
    id::hex,
    state::AppState,
    storage::{StoredFile, original, versioned},
    uploads::{UploadName, probe_video},
};

/// The part of `targets.mind` that the viewer needs.
const VIEWER_MIND: &str = "viewer.mind";
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
    files: BTreeMap<String, StoredFile>,
    mind: Option<(Bytes, Vec<Target>)>,
}

/// Checks everything that a client said and sent.
///
/// # Errors
/// A refusal that names the file and says what to do.
pub async fn check(
    state: &AppState,
    project: &Project,
    finish: &Finish,
    compiled: Compiled,
) -> Result<Checked, AppError> {
    check_shape(finish, compiled)?;
    let _room = state.room.finish().await?;
    let mut files = BTreeMap::new();
    let mut photo_sizes = BTreeMap::new();
    let mut mind = None;
    for file in &finish.files {
        let name = file.name.as_str();
        let stored = find_file(state, project, file).await?;
        let bytes = check_bytes(state, &stored, file).await.map_err(|error| error.about(name))?;
        match UploadName::parse(name) {
            Some(UploadName::Photo(number)) => {
                let decode = move || decode_upright(&bytes).map(|photo| (photo.width(), photo.height()));
                let size = state.checks.run(decode).await?.map_err(|error| AppError::from(error).about(name))?;
                photo_sizes.insert(number, size);
            }
            Some(UploadName::Video(_)) => {
                probe_video(&state.storage, &stored).await.map_err(|error| error.about(name))?;
            }
            Some(UploadName::Mind) => {
                let decoded = bytes.clone();
                let bundle = state.checks.run(move || decode_bundle(&decoded)).await?;
                let bundle = bundle.map_err(|error| AppError::from(error).about(name))?;
                mind = Some((bytes, bundle.targets));
            }
            None => return Err(missing(name)),
        }
        files.insert(file.name.clone(), stored);
    }
    if let Some((_, targets)) = &mind {
        let sizes: Vec<(u32, u32)> = targets.iter().map(|target| (target.width, target.height)).collect();
        if !sizes.iter().eq(photo_sizes.values()) {
            let detail = "The compiled targets are not those of the photos; compile the photos again.";
            return Err(AppError::invalid("mind_mismatch", detail).about("targets.mind"));
        }
    }
    Ok(Checked { files, mind })
}

/// Where a file is: among the uploads, or, when it is the same as one of the published version, there.
pub(crate) async fn find_file(
    state: &AppState,
    project: &Project,
    file: &UploadedFile,
) -> Result<StoredFile, AppError> {
    let (id, name) = (project.id.as_str(), file.name.as_str());
    if let Some(upload) = state.storage.upload(id, name).await? {
        return if upload.is_whole() { Ok(upload.file) } else { Err(missing(name)) };
    }
    let published = project.published.iter().flat_map(|published| &published.files);
    for same in published.filter(|same| same.sha256 == file.sha256) {
        let path = match UploadName::parse(&same.name) {
            Some(UploadName::Photo(_)) => original(id, project.version, &same.name),
            Some(UploadName::Video(_)) => versioned(id, project.version, &format!("{}.mp4", same.name)),
            Some(UploadName::Mind) => versioned(id, project.version, &same.name),
            None => continue,
        };
        if let Some(stored) = state.storage.stored(path).await? {
            return Ok(stored);
        }
    }
    Err(missing(name))
}

/// The request alone: counts, names, each file once.
///
/// # Errors
/// A refusal that says what is wrong with it.
pub fn check_shape(finish: &Finish, compiled: Compiled) -> Result<(), AppError> {
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
async fn check_bytes(state: &AppState, stored: &StoredFile, file: &UploadedFile) -> Result<Bytes, AppError> {
    if stored.bytes != file.bytes {
        return Err(damaged());
    }
    let keep = !matches!(UploadName::parse(&file.name), Some(UploadName::Video(_)));
    let kept = Vec::with_capacity(if keep { usize::try_from(stored.bytes).map_err(|_| damaged())? } else { 0 });
    let hashed = state.storage.read(stored).map_err(AppError::from);
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

/// Writes checked files that came with a bundle as a version.
///
/// # Errors
/// When the store fails.
pub async fn write_version(
    state: &AppState,
    project: &Project,
    version: i64,
    finish: &Finish,
    checked: Checked,
) -> Result<Published, AppError> {
    let (mind, targets) = checked.mind.ok_or_else(|| missing("targets.mind"))?;
    write(state, project, version, finish, &checked.files, mind, &targets).await
}

/// Writes a bundle that was compiled here as a version, with the files as they are.
///
/// # Errors
/// When a file has gone or the store fails.
pub async fn write_compiled(
    state: &AppState,
    project: &Project,
    version: i64,
    finish: &Finish,
    mind: Vec<u8>,
) -> Result<Published, AppError> {
    let mind = Bytes::from(mind);
    let decoded = mind.clone();
    let targets = state.checks.run(move || decode_bundle(&decoded)).await??.targets;
    let mut files = BTreeMap::new();
    for file in &finish.files {
        files.insert(file.name.clone(), find_file(state, project, file).await?);
    }
    let compiled =
        UploadedFile { name: "targets.mind".to_owned(), bytes: mind.len() as u64, sha256: hex(&Sha256::digest(&mind)) };
    let mut published = write(state, project, version, finish, &files, mind, &targets).await?;
    // A browser that makes the next version may keep this bundle as it keeps other files.
    published.finish.files.push(compiled);
    Ok(published)
}

/// Nothing shows a version until the database names it.
async fn write(
    state: &AppState,
    project: &Project,
    version: i64,
    finish: &Finish,
    files: &BTreeMap<String, StoredFile>,
    mind: Bytes,
    targets: &[Target],
) -> Result<Published, AppError> {
    let _room = state.room.finish().await?;
    let (storage, id) = (&state.storage, project.id.as_str());
    let file = |file: &str| versioned(id, version, file);
    let mind_bytes = mind.len();
    let mut bytes = mind_bytes as u64;
    for number in 0..targets.len() {
        let (photo_name, video_name) = (format!("photo-{number}"), format!("video-{number}"));
        let photo = files.get(&photo_name).ok_or_else(|| missing(&photo_name))?;
        let video = files.get(&video_name).ok_or_else(|| missing(&video_name))?;
        let original_bytes = Bytes::from(storage.read_range(photo, 0..photo.bytes).await?);
        check_digest(finish, &photo_name, &hex(&Sha256::digest(&original_bytes)))?;
        storage.put(&original(id, version, &photo_name), original_bytes.clone()).await?;
        let public = state.checks.run(move || public_photo(&original_bytes)).await??;
        bytes += photo.bytes + public.len() as u64 + video.bytes;
        storage.put(&file(&format!("{photo_name}.jpg")), public).await?;
        let copied = storage.copy(video, &file(&format!("{video_name}.mp4"))).await?;
        check_digest(finish, &video_name, &copied)?;
    }
    storage.put(&file("targets.mind"), mind).await?;
    let pictures = Bundle { targets: targets.iter().map(Target::pictures).collect() };
    let pictures = state.checks.run(move || encode_bundle(&pictures)).await?;
    bytes += pictures.len() as u64;
    storage.put(&file(VIEWER_MIND), pictures).await?;
    let targets = target_views(id, version, finish, targets);
    let manifest = manifest(id, &project.name, finish, &targets, &BTreeMap::new());
    bytes += manifest.len() as u64;
    storage.put(&file(&manifest_name(0)), manifest).await?;
    Ok(Published {
        finish: finish.clone(),
        mind_bytes: i64::try_from(mind_bytes).map_err(anyhow::Error::from)?,
        bytes: i64::try_from(bytes).map_err(anyhow::Error::from)?,
        targets,
    })
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

fn target_views(id: &str, version: i64, finish: &Finish, targets: &[Target]) -> Vec<TargetView> {
    let path = |file: String| format!("/objects/{}", versioned(id, version, &file));
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

/// What the viewer reads. `overlays` are by the digest of the photo.
#[must_use]
pub fn manifest(
    id: &str,
    name: &str,
    finish: &Finish,
    views: &[TargetView],
    overlays: &BTreeMap<String, Overlay>,
) -> Vec<u8> {
    let targets = views.iter().zip(&finish.targets).enumerate().map(|(number, (view, wish))| {
        let mut target = json!({
            "name": view.name, "photo": format!("photo-{number}.jpg"), "video": format!("video-{number}.mp4"),
            "width": view.width, "height": view.height, "fit": wish.fit,
        });
        if let Some(overlay) = photo_digest(finish, number).and_then(|digest| overlays.get(digest)) {
            target["overlay"] = json!(overlay);
        }
        target
    });
    let targets: Vec<_> = targets.collect();
    json!({ "version": 1, "id": id, "name": name, "mind": "targets.mind", "viewer": VIEWER_MIND, "targets": targets })
        .to_string()
        .into_bytes()
}

/// The SHA-256 of a target's photo.
#[must_use]
pub fn photo_digest(finish: &Finish, target: usize) -> Option<&str> {
    let name = format!("photo-{target}");
    finish.files.iter().find(|file| file.name == name).map(|file| file.sha256.as_str())
}

/// The manifest's file among those of a version, after so many edits.
#[must_use]
pub fn manifest_name(edit: i64) -> String {
    if edit == 0 { "manifest.json".to_owned() } else { format!("manifest-{edit}.json") }
}

/// URL path of the published bundle.
#[must_use]
pub fn mind_path(id: &str, version: i64) -> String {
    format!("/objects/{}", versioned(id, version, "targets.mind"))
}
