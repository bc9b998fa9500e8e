//! What tus and our limits promise, in as few words as possible: the files of one project, in memory.

use std::collections::BTreeMap;

use app::model::{CHUNK_BYTES_MAX, MIND_BYTES_MAX, PHOTO_BYTES_MAX, TARGETS_MAX, TUS_VERSION, VIDEO_BYTES_MAX};
use axum::http::HeaderValue;
use bytes::Bytes;

use super::operation::{Manners, Metadata, OCTETS, Offset, Part, Token};

/// Most bytes announced for the project: less than the largest video has, and than the largest photo and bundle together.
pub(super) const PROJECT_BYTES_MAX: u64 = 300_000_000;

/// The project.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) files: BTreeMap<String, File>,
    pub(super) is_open: bool,
}

/// A file that is announced.
#[derive(Debug)]
pub(super) struct File {
    pub(super) length: u64,
    pub(super) bytes: Vec<u8>,
}

impl Model {
    /// An open project without files.
    pub(super) fn new() -> Self {
        Self { files: BTreeMap::new(), is_open: true }
    }

    /// Where a file goes on.
    pub(super) fn next(&self, name: &str) -> u64 {
        self.files.get(name).map_or(0, |file| file.bytes.len() as u64)
    }

    /// Whether the server takes this, as the following, which do it too.
    pub(super) fn announce(
        &mut self,
        name: &str,
        length: Option<&HeaderValue>,
        metadata: &Metadata<'_>,
        part: &Part<'_>,
        manners: &Manners<'_>,
    ) -> bool {
        let (Some(length), Some(name)) = (number(length), metadata.tells(name)) else { return false };
        if !is_owner(manners) || !speaks_tus(manners) || !self.begin(&name, length) {
            return false;
        }
        // From here on the file is announced, whatever becomes of its first bytes.
        part.bytes().is_empty() || (says_octets(manners) && part.is_sound() && self.extend(&name, 0, &part.bytes()))
    }

    pub(super) fn append(&mut self, name: &str, offset: &Offset<'_>, part: &Part<'_>, manners: &Manners<'_>) -> bool {
        let Some(offset) = number(offset.value(self.next(name)).as_ref()) else { return false };
        is_owner(manners)
            && speaks_tus(manners)
            && says_octets(manners)
            && part.is_sound()
            && self.extend(name, offset, &part.bytes())
    }

    pub(super) fn put(&mut self, name: &str, part: &Part<'_>, manners: &Manners<'_>) -> bool {
        let bytes = part.bytes();
        let length = bytes.len() as u64;
        is_owner(manners) && length <= CHUNK_BYTES_MAX && self.begin(name, length) && self.extend(name, 0, &bytes)
    }

    pub(super) fn look(&self, name: &str, manners: &Manners<'_>) -> bool {
        is_owner(manners) && speaks_tus(manners) && self.files.contains_key(name)
    }

    pub(super) fn forget(&mut self, name: &str, manners: &Manners<'_>) -> bool {
        is_owner(manners) && self.is_open && self.files.remove(name).is_some()
    }

    fn begin(&mut self, name: &str, length: u64) -> bool {
        let others = self.files.iter().filter(|(other, _)| *other != name).map(|(_, file)| file.length).sum::<u64>();
        let is_taken = self.is_open
            && bytes_max(name).is_some_and(|most| (1..=most).contains(&length))
            && others + length <= PROJECT_BYTES_MAX;
        if is_taken {
            self.files.insert(name.to_owned(), File { length, bytes: Vec::new() });
        }
        is_taken
    }

    fn extend(&mut self, name: &str, offset: u64, bytes: &Bytes) -> bool {
        let Some(file) = self.files.get_mut(name).filter(|_| self.is_open) else { return false };
        let (there, arrived) = (file.bytes.len() as u64, bytes.len() as u64);
        let is_taken = offset == there && arrived <= CHUNK_BYTES_MAX && there + arrived <= file.length;
        if is_taken {
            file.bytes.extend_from_slice(bytes);
        }
        is_taken
    }
}

fn is_owner(manners: &Manners<'_>) -> bool {
    matches!(manners.token, Token::Mine)
}

fn speaks_tus(manners: &Manners<'_>) -> bool {
    manners.version().is_some_and(|version| version == TUS_VERSION)
}

fn says_octets(manners: &Manners<'_>) -> bool {
    manners.media_type().is_some_and(|media_type| media_type == OCTETS)
}

fn number(value: Option<&HeaderValue>) -> Option<u64> {
    std::str::from_utf8(value?.as_bytes()).ok()?.parse().ok()
}

/// How large a file of this name may be; `None` for a name that is none.
fn bytes_max(name: &str) -> Option<u64> {
    let is_number = |text: &str| (0..TARGETS_MAX).any(|number| number.to_string() == text);
    if name == "targets.mind" {
        Some(MIND_BYTES_MAX)
    } else if name.strip_prefix("photo-").is_some_and(is_number) {
        Some(PHOTO_BYTES_MAX)
    } else if name.strip_prefix("video-").is_some_and(is_number) {
        Some(VIDEO_BYTES_MAX)
    } else {
        None
    }
}
