//! What a client may do, well-mannered or not, made from a fuzzer's bytes.
//!
//! Most bytes stand for the right thing, so that a sequence gets somewhere.

use app::model::{CHUNK_BYTES_MAX, MIND_BYTES_MAX, PHOTO_BYTES_MAX, TUS_VERSION, VIDEO_BYTES_MAX};
use arbitrary::{Arbitrary, Result, Unstructured};
use axum::http::{HeaderValue, Method};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::model::PROJECT_BYTES_MAX;

/// The media type of tus.
pub(super) const OCTETS: &str = "application/offset+octet-stream";

/// Names in the metadata, of which the server looks at the first `filename`.
const OTHER_METADATA: &str = "filetype aW1hZ2UvanBlZw==";

/// A sequence: operations until the bytes end.
pub(super) fn operations(bytes: &[u8], most: usize) -> Vec<Operation<'_>> {
    let mut bytes = Unstructured::new(bytes);
    let mut operations = Vec::new();
    while !bytes.is_empty() && operations.len() < most {
        operations.extend(bytes.arbitrary());
    }
    operations
}

/// A few bytes: a byte that says how many, then these.
#[derive(Clone, Copy, Debug)]
pub(super) struct Few<'a>(pub(super) &'a [u8]);

impl<'a> Arbitrary<'a> for Few<'a> {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let count = usize::from(bytes.arbitrary::<u8>()? % 64).min(bytes.len());
        bytes.bytes(count).map(Self)
    }
}

/// Limits of lengths.
const LENGTHS_MAX: [u64; 5] = [PHOTO_BYTES_MAX, VIDEO_BYTES_MAX, MIND_BYTES_MAX, PROJECT_BYTES_MAX, CHUNK_BYTES_MAX];

/// One request.
#[derive(Arbitrary, Debug)]
pub(super) enum Operation<'a> {
    /// POST of a file, perhaps with its first bytes.
    Announce { name: Name<'a>, length: Length<'a>, metadata: Metadata<'a>, part: Part<'a>, manners: Manners<'a> },
    /// PATCH.
    Append { name: Name<'a>, offset: Offset<'a>, part: Part<'a>, manners: Manners<'a> },
    /// PUT of a whole file.
    Put { name: Name<'a>, part: Part<'a>, manners: Manners<'a> },
    /// HEAD.
    Look { name: Name<'a>, manners: Manners<'a> },
    /// DELETE of a file.
    Forget { name: Name<'a>, manners: Manners<'a> },
    /// The project goes into the trash: no more files.
    Close,
    /// And comes back.
    Reopen,
    /// Anything at all, about a project that no model follows.
    Odd(Odd<'a>),
}

/// A file's name.
#[derive(Arbitrary, Debug)]
pub(super) enum Name<'a> {
    Photo(u8),
    Video(u8),
    Mind,
    Odd(Few<'a>),
}

impl Name<'_> {
    pub(super) fn text(&self) -> String {
        match self {
            // A few, so that they meet.
            Self::Photo(number) => format!("photo-{}", number % 3),
            Self::Video(number) => format!("video-{}", number % 3),
            Self::Mind => "targets.mind".to_owned(),
            Self::Odd(text) => String::from_utf8_lossy(text.0).into_owned(),
        }
    }
}

/// A header that is right, missing or odd.
#[derive(Debug)]
pub(super) enum Said<'a> {
    Right,
    Missing,
    Odd(Few<'a>),
}

impl<'a> Arbitrary<'a> for Said<'a> {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match bytes.arbitrary()? {
            0..=239u8 => Self::Right,
            240..=247 => Self::Missing,
            248.. => Self::Odd(bytes.arbitrary()?),
        })
    }
}

impl Said<'_> {
    /// The header's value; `None` for a header that is not sent.
    pub(super) fn value(&self, right: &str) -> Option<HeaderValue> {
        match self {
            Self::Right => HeaderValue::from_str(right).ok(),
            Self::Missing => None,
            Self::Odd(bytes) => HeaderValue::from_bytes(bytes.0).ok(),
        }
    }
}

/// What goes with every request.
#[derive(Arbitrary, Debug)]
pub(super) struct Manners<'a> {
    pub(super) token: Token<'a>,
    version: Said<'a>,
    media_type: Said<'a>,
}

impl Manners<'_> {
    /// The owner's, who does all right.
    pub(super) fn good() -> Self {
        Self { token: Token::Mine, version: Said::Right, media_type: Said::Right }
    }

    pub(super) fn version(&self) -> Option<HeaderValue> {
        self.version.value(TUS_VERSION)
    }

    pub(super) fn media_type(&self) -> Option<HeaderValue> {
        self.media_type.value(OCTETS)
    }
}

/// Whose token is shown.
#[derive(Debug)]
pub(super) enum Token<'a> {
    Mine,
    /// Of another project.
    Others,
    Missing,
    Odd(Few<'a>),
}

impl<'a> Arbitrary<'a> for Token<'a> {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match bytes.arbitrary()? {
            0..=239u8 => Self::Mine,
            240..=244 => Self::Others,
            245..=249 => Self::Missing,
            250.. => Self::Odd(bytes.arbitrary()?),
        })
    }
}

/// `Upload-Length`.
#[derive(Arbitrary, Debug)]
pub(super) enum Length<'a> {
    Short(u8),
    /// At a limit, or a few bytes from it.
    Near(u8, i8),
    Any(u64),
    Odd(Said<'a>),
}

impl Length<'_> {
    pub(super) fn value(&self) -> Option<HeaderValue> {
        match self {
            Self::Short(length) => Some(u64::from(*length).into()),
            Self::Near(limit, by) => {
                let limit = LENGTHS_MAX[usize::from(*limit) % LENGTHS_MAX.len()];
                Some(limit.saturating_add_signed((*by).into()).into())
            }
            Self::Any(length) => Some((*length).into()),
            Self::Odd(said) => said.value("8"),
        }
    }
}

/// `Upload-Offset`.
#[derive(Arbitrary, Debug)]
pub(super) enum Offset<'a> {
    /// Where the file goes on.
    Next,
    /// A few bytes from there.
    Beside(i8),
    Any(u64),
    Odd(Said<'a>),
}

impl Offset<'_> {
    pub(super) fn value(&self, next: u64) -> Option<HeaderValue> {
        match self {
            Self::Next => Some(next.into()),
            Self::Beside(by) => Some(next.saturating_add_signed((*by).into()).into()),
            Self::Any(offset) => Some((*offset).into()),
            Self::Odd(said) => said.value(&next.to_string()),
        }
    }
}

/// `Upload-Metadata`.
#[derive(Arbitrary, Debug)]
pub(super) enum Metadata<'a> {
    Name,
    NameAmongOthers,
    NoName,
    NotBase64,
    Missing,
    /// Of a file whose name is bytes.
    NotText(Few<'a>),
}

impl Metadata<'_> {
    pub(super) fn value(&self, name: &str) -> Option<HeaderValue> {
        let named = |name: &[u8]| format!("filename {}", STANDARD.encode(name));
        let text = match self {
            Self::Name => named(name.as_bytes()),
            Self::NameAmongOthers => format!("{OTHER_METADATA},is_confidential, {},", named(name.as_bytes())),
            Self::NoName => OTHER_METADATA.to_owned(),
            Self::NotBase64 => "filename photo-0!".to_owned(),
            Self::Missing => return None,
            Self::NotText(bytes) => named(bytes.0),
        };
        HeaderValue::from_str(&text).ok()
    }

    /// The name that a server finds there.
    pub(super) fn tells(&self, name: &str) -> Option<String> {
        match self {
            Self::Name | Self::NameAmongOthers => Some(name.to_owned()),
            Self::NoName | Self::NotBase64 | Self::Missing => None,
            Self::NotText(bytes) => String::from_utf8(bytes.0.to_vec()).ok(),
        }
    }
}

/// The bytes of a request and their checksum.
#[derive(Arbitrary, Debug)]
pub(super) struct Part<'a> {
    content: Content<'a>,
    checksum: Checksum<'a>,
}

#[derive(Arbitrary, Debug)]
enum Content<'a> {
    These(Few<'a>),
    /// So many of the same.
    Filled(u8, u16),
    /// One more than a part may have.
    TooMany,
}

#[derive(Arbitrary, Debug)]
enum Checksum<'a> {
    Missing,
    Right,
    OfOtherBytes,
    Odd(Few<'a>),
}

impl Part<'_> {
    pub(super) fn bytes(&self) -> Bytes {
        match &self.content {
            Content::These(bytes) => Bytes::copy_from_slice(bytes.0),
            Content::Filled(byte, count) => vec![*byte; usize::from(*count)].into(),
            Content::TooMany => {
                static TOO_MANY: [u8; CHUNK_BYTES_MAX as usize + 1] = [0; CHUNK_BYTES_MAX as usize + 1];
                Bytes::from_static(&TOO_MANY)
            }
        }
    }

    pub(super) fn checksum(&self) -> Option<HeaderValue> {
        let of =
            |bytes: &[u8]| HeaderValue::from_str(&format!("sha256 {}", STANDARD.encode(Sha256::digest(bytes)))).ok();
        match (&self.checksum, &self.content) {
            // Eight megabytes are not summed: that takes as long as a hundred other requests.
            (Checksum::Missing, _) | (Checksum::Right | Checksum::OfOtherBytes, Content::TooMany) => None,
            (Checksum::Right, _) => of(&self.bytes()),
            (Checksum::OfOtherBytes, _) => of(&[&self.bytes()[..], b"!"].concat()),
            (Checksum::Odd(bytes), _) => HeaderValue::from_bytes(bytes.0).ok(),
        }
    }

    /// Whether the checksum, where there is one, is that of the bytes.
    pub(super) fn is_sound(&self) -> bool {
        matches!(self.checksum, Checksum::Right) || self.checksum().is_none()
    }
}

/// A request of odd parts.
#[derive(Arbitrary, Debug)]
pub(super) struct Odd<'a> {
    method: u8,
    /// What follows `…/files`.
    pub(super) path: Few<'a>,
    headers: Vec<(u8, Few<'a>)>,
    pub(super) body: Few<'a>,
    pub(super) has_token: bool,
}

impl Odd<'_> {
    pub(super) fn method(&self) -> Method {
        const METHODS: [Method; 8] = [
            Method::PATCH,
            Method::POST,
            Method::HEAD,
            Method::PUT,
            Method::DELETE,
            Method::OPTIONS,
            Method::GET,
            Method::TRACE,
        ];
        METHODS[usize::from(self.method) % METHODS.len()].clone()
    }

    /// Names and values, those that can be sent at all.
    pub(super) fn headers(&self) -> impl Iterator<Item = (&'static str, HeaderValue)> {
        const NAMES: [&str; 12] = [
            "upload-offset",
            "upload-length",
            "upload-metadata",
            "upload-checksum",
            "tus-resumable",
            "content-type",
            "content-length",
            "authorization",
            "x-request-id",
            "x-forwarded-for",
            "expect",
            "x-http-method-override",
        ];
        let headers = self.headers.iter().take(NAMES.len());
        headers.filter_map(|(name, value)| {
            Some((NAMES[usize::from(*name) % NAMES.len()], HeaderValue::from_bytes(value.0).ok()?))
        })
    }
}
