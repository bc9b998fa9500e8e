//! What pages, server and API clients say to each other: the JSON of `/api/ar/projects`.

use serde::{Deserialize, Serialize};

use crate::{album::sentence, language::Language};

/// Most targets of one project.
pub const TARGETS_MAX: usize = 100;
/// Largest photo file in bytes.
pub const PHOTO_BYTES_MAX: u64 = 40 << 20;
/// Largest video file in bytes.
pub const VIDEO_BYTES_MAX: u64 = 500 << 20;
/// Longest video in milliseconds.
pub const VIDEO_DURATION_MAX_MS: u64 = 10 * 60 * 1000;
/// Largest `targets.mind` in bytes.
pub const MIND_BYTES_MAX: u64 = 256 << 20;
/// Longest name of a project or a target, in characters.
pub const NAME_CHARS_MAX: usize = 120;
/// Bytes of one PATCH of an upload; the server takes no more at a time.
pub const CHUNK_BYTES_MAX: u64 = 8 << 20;
/// The version of the tus resumable upload protocol that files are sent by.
pub const TUS_VERSION: &str = "1.0.0";

/// Where a project stands. Browser-compiled projects go from `draft` to `ready`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProjectStatus {
    /// Begun: files are being uploaded.
    Draft,
    /// Waits for a compile on the server.
    Queued,
    /// Is being compiled on the server.
    Compiling,
    /// Published.
    Ready,
    /// The compile on the server failed; it can be asked for again.
    Failed,
    /// A trial whose time is over; extended or made permanent it is ready again.
    Expired,
    /// Taken off the web; brought back it is what it was.
    Archived,
}

/// How a video fills its photo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// The whole video inside the photo.
    Contain,
    /// The photo covered, the rest of the video cut.
    #[default]
    Cover,
    /// Stretched to the photo.
    Fill,
    /// The video's own size, one video pixel to one photo pixel.
    Exact,
}

/// `POST /api/ar/projects`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateProject {
    /// The album's name; may be empty.
    pub name: String,
}

/// Its answer, 201.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ProjectCreated {
    /// The public id.
    pub id: String,
    /// Goes as `Authorization: Bearer …` with everything that changes the project.
    pub token: String,
}

/// One photo with its video. Their order is the order in `targets.mind`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TargetManifest {
    /// What the customer calls it; may be empty.
    pub name: String,
    /// How the video fills the photo.
    pub fit: Fit,
}

/// An uploaded file as the client sees it. Names: `photo-{n}`, `video-{n}` (n from 0, one of each for every target) and,
/// for a project that was compiled in the browser, `targets.mind`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UploadedFile {
    /// The name it was uploaded under.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, 64 lower-case hexadecimal digits.
    pub sha256: String,
}

/// `POST …/complete` (with `targets.mind`) and `POST …/compile` (without it).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Finish {
    /// The targets in order.
    pub targets: Vec<TargetManifest>,
    /// Every file of the project. One that is the same as in the published version need not be uploaded again.
    pub files: Vec<UploadedFile>,
    /// The published version that this one takes the place of; 0 for the first publication.
    #[serde(default, skip_serializing_if = "is_first")]
    pub replaces: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_first(replaces: &u32) -> bool {
    *replaces == 0
}

/// A failure with its stable code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Failure {
    /// Stable, snake case.
    pub code: String,
    /// A sentence that says what to do.
    pub detail: String,
}

impl Failure {
    /// For a reader of this language: the detail, or what the language has for the code, which names no numbers.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let Some(text) = language.find(&format!("error-{}", self.code)) else { return sentence(&self.detail) };
        // The server names the photo that a compile of many has failed at.
        let named = self.detail.split_once(": ").and_then(|(file, _)| file.strip_prefix("photo-"));
        match named.and_then(|number| number.parse::<u32>().ok()) {
            Some(index) => {
                language.text_with("studio-missing", &[("number", (index + 1).into()), ("what", text.into())])
            }
            None => text,
        }
    }
}

/// A target as its page shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TargetView {
    /// What the customer calls it.
    pub name: String,
    /// URL path of the published photo.
    pub photo: String,
    /// URL path of the published video.
    pub video: String,
    /// Pixels of the photo.
    pub width: u32,
    /// Pixels of the photo.
    pub height: u32,
    /// Features over all keyframes.
    pub features: u32,
    /// Templates that tracking uses.
    pub tracking_points: u32,
}

/// `GET /api/ar/projects/{id}`, and what the status page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ProjectView {
    /// The public id.
    pub id: String,
    /// The album's name.
    pub name: String,
    /// Where it stands.
    pub status: ProjectStatus,
    /// Why it failed, for `failed`.
    pub failure: Option<Failure>,
    /// The absolute link that the QR code holds.
    pub link: String,
    /// Least width of the QR code in print with its white border, in millimetres.
    pub qr_least_mm: u32,
    /// When it was begun, milliseconds since 1970 UTC.
    pub created_ms: i64,
    /// Size of `targets.mind`, once published.
    pub mind_bytes: Option<u64>,
    /// URL path of `targets.mind`, once published.
    pub mind: Option<String>,
    /// Once published.
    pub targets: Vec<TargetView>,
    /// The published version, counted from 1; 0 before the first.
    pub version: u32,
    /// Bytes of its published files and of the photos kept to compile them again.
    pub bytes: u64,
    /// When a trial ends, milliseconds since 1970 UTC; `None` for a permanent project.
    pub expires_ms: Option<i64>,
    /// How often its owner may still extend the trial.
    pub extensions_left: u32,
    /// When a removed project is deleted for good, milliseconds since 1970 UTC; until then it can be brought back.
    pub purge_ms: Option<i64>,
}

/// The body of every error of the API, `application/problem+json` (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A short title, the same for every error of this code.
    pub title: String,
    /// The HTTP status again.
    pub status: u16,
    /// Stable, snake case: what programs and tests look at.
    pub code: String,
    /// A sentence that says what to do, in the language that was asked for where it has one for this code.
    pub detail: String,
    /// The file it is about, as it was uploaded.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<String>,
    /// Find the server's log line by it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request_id: Option<String>,
}
