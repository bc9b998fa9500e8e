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

/// Least and most of [`Overlay::zoom`].
pub const ZOOM: (f64, f64) = (0.5, 2.0);
/// Most of [`Overlay::x`] and [`Overlay::y`], in either direction.
pub const OFFSET_MAX: f64 = 0.5;
/// Most of [`Overlay::rotation`], in either direction.
pub const ROTATION_MAX: f64 = 180.0;

/// How a video lies on its photo, and how it plays. The viewer applies it in this order: fit, mask, zoom, rotation, offset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Overlay {
    /// How the video fills the photo.
    pub fit: Fit,
    /// How much larger than that it is, around its centre; within [`ZOOM`].
    pub zoom: f64,
    /// How far to the right of the photo's centre, in widths of the photo; at most [`OFFSET_MAX`].
    pub x: f64,
    /// How far below the photo's centre, in heights of the photo; at most [`OFFSET_MAX`].
    pub y: f64,
    /// Degrees clockwise; at most [`ROTATION_MAX`].
    pub rotation: f64,
    /// The shape that is cut out of it.
    pub mask: Mask,
    /// What else is cut out of it: a grey PNG in Base64 that lies on all that `fit` shows, stretched to it; where it is
    /// black, nothing is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alpha: Option<String>,
    /// Whether it begins by itself when the photo is found.
    pub autoplay: bool,
    /// Whether it begins again at its end.
    pub r#loop: bool,
    /// Whether it begins with sound.
    pub sound: bool,
    /// What happens when the photo is lost.
    pub on_lost: OnLost,
}

/// A shape that is cut out of a video.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mask {
    /// The whole video.
    #[default]
    None,
    /// The largest circle in it.
    Circle,
    /// The largest ellipse in it.
    Oval,
    /// Rounded corners.
    Rounded,
}

/// What a video does when its photo is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnLost {
    /// Stops, and goes on from there.
    #[default]
    Pause,
    /// Stops, and begins anew.
    Rewind,
    /// Is heard on.
    Continue,
    /// Stays on the screen where it was, until the photo is found again or the video is closed.
    Keep,
}

impl Default for Overlay {
    fn default() -> Self {
        Self {
            fit: Fit::default(),
            zoom: 1.0,
            x: 0.0,
            y: 0.0,
            rotation: 0.0,
            mask: Mask::default(),
            alpha: None,
            autoplay: true,
            r#loop: true,
            sound: true,
            on_lost: OnLost::default(),
        }
    }
}

impl Overlay {
    /// Whether every number is within its limits.
    ///
    /// # Errors
    /// The stable code of what is not: `overlay_zoom`, `overlay_offset` or `overlay_rotation`.
    pub fn check(&self) -> Result<(), &'static str> {
        let within = |number: f64, most: f64| (-most..=most).contains(&number);
        if !(ZOOM.0..=ZOOM.1).contains(&self.zoom) {
            return Err("overlay_zoom");
        }
        if !within(self.x, OFFSET_MAX) || !within(self.y, OFFSET_MAX) {
            return Err("overlay_offset");
        }
        if within(self.rotation, ROTATION_MAX) { Ok(()) } else { Err("overlay_rotation") }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlay_is_what_the_viewer_does_without_one() {
        let read: Overlay = serde_json::from_str(r#"{"zoom":1.5,"on_lost":"keep"}"#).unwrap();
        assert_eq!(read, Overlay { zoom: 1.5, on_lost: OnLost::Keep, ..Overlay::default() });
        assert!(serde_json::from_str::<Overlay>(r#"{"opacity":1}"#).is_err());
    }

    #[test]
    fn an_overlay_stays_within_its_limits() {
        let of = |change: fn(&mut Overlay)| {
            let mut overlay = Overlay::default();
            change(&mut overlay);
            overlay.check()
        };
        assert_eq!(of(|it| (it.zoom, it.x, it.y, it.rotation) = (2.0, 0.5, -0.5, -180.0)), Ok(()));
        assert_eq!(of(|it| it.zoom = 0.49), Err("overlay_zoom"));
        assert_eq!(of(|it| it.zoom = f64::NAN), Err("overlay_zoom"));
        assert_eq!(of(|it| it.x = 0.51), Err("overlay_offset"));
        assert_eq!(of(|it| it.y = f64::NEG_INFINITY), Err("overlay_offset"));
        assert_eq!(of(|it| it.rotation = 180.5), Err("overlay_rotation"));
    }
}
