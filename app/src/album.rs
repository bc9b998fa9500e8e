//! What the studio decides, without a browser: which video belongs to which photo, and how far the work is.

use compiler_wasm::protocol::{PhotoReport, Progress};

use crate::language::Language;

/// Below these counts phones will hardly recognise a photo.
const FEATURES_MIN: u32 = 100;
const TRACKING_POINTS_MIN: u32 = 8;
/// Shortest time that an estimate is made from, in milliseconds.
const ESTIMATE_AFTER_MS: f64 = 700.0;

/// What a chosen file is taken for, before it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whatever is not a video.
    Photo,
    /// By its declared type or its name.
    Video,
}

/// Sorts a file by what the browser says of it. Only where it goes depends on this, not whether it is taken.
#[must_use]
pub fn kind_of(media_type: &str, name: &str) -> Kind {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let is_video = media_type.starts_with("video/")
        || (!media_type.starts_with("image/")
            && matches!(ending.as_deref(), Some("mp4" | "mov" | "m4v" | "webm" | "mkv" | "avi" | "3gp")));
    if is_video { Kind::Video } else { Kind::Photo }
}

/// The name without its ending, for people and for finding pairs.
#[must_use]
pub fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// A pair that may lack a half.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pair {
    /// Stem of the photo's name.
    pub photo: Option<String>,
    /// Stem of the video's name.
    pub video: Option<String>,
}

/// Finds a place for each new file: a pair that lacks it and whose other half has the same name, else the first that
/// lacks it, else a new pair at the end. Gives the pair's index for each file; new pairs count on from `pairs`.
#[must_use]
pub fn place_files(pairs: &[Pair], files: &[(Kind, &str)]) -> Vec<usize> {
    let mut pairs = pairs.to_vec();
    let mut places = vec![0; files.len()];
    // Photos first, so that videos find them.
    let photos = files.iter().enumerate().filter(|(_, (kind, _))| *kind == Kind::Photo);
    let videos = files.iter().enumerate().filter(|(_, (kind, _))| *kind == Kind::Video);
    for (index, (kind, name)) in photos.chain(videos) {
        let stem = stem(name).to_owned();
        let lacks = |pair: &Pair| match kind {
            Kind::Photo => pair.photo.is_none(),
            Kind::Video => pair.video.is_none(),
        };
        let matches =
            |pair: &Pair| lacks(pair) && (pair.photo.as_ref() == Some(&stem) || pair.video.as_ref() == Some(&stem));
        let place = pairs.iter().position(matches).or_else(|| pairs.iter().position(lacks)).unwrap_or(pairs.len());
        if place == pairs.len() {
            pairs.push(Pair::default());
        }
        match kind {
            Kind::Photo => pairs[place].photo = Some(stem),
            Kind::Video => pairs[place].video = Some(stem),
        }
        places[index] = place;
    }
    places
}

/// Share of the work done, 0 to 1.
#[must_use]
pub fn share(progress: Progress) -> f64 {
    f64::from(progress.done.min(progress.total)) / f64::from(progress.total.max(1))
}

/// Milliseconds left at the rate so far, once there is enough to tell.
#[must_use]
pub fn time_left_ms(elapsed_ms: f64, share: f64) -> Option<f64> {
    (elapsed_ms >= ESTIMATE_AFTER_MS && share > 0.02 && share < 1.0).then(|| elapsed_ms * (1.0 - share) / share)
}

/// A duration for people.
#[must_use]
pub fn duration_text(language: Language, ms: f64) -> String {
    let seconds = (ms / 1000.0).ceil().max(1.0);
    let (id, number) = if seconds < 60.0 { ("seconds", seconds) } else { ("minutes", (seconds / 60.0).ceil()) };
    language.text_with(id, &[("number", number.into())])
}

/// A size for people. The same on the server and in every browser, whether that knows the language or not.
#[must_use]
pub fn size_text(language: Language, bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit behind the point")]
    let bytes_f = bytes as f64;
    let (id, number) = match bytes {
        0..1000 => ("size-b", bytes.to_string()),
        1000..1_000_000 => ("size-kb", format!("{:.0}", bytes_f / 1e3)),
        _ => ("size-mb", format!("{:.1}", bytes_f / 1e6).replace('.', &language.text("decimal-mark"))),
    };
    language.text_with(id, &[("number", number.into())])
}

/// An error's message, which begins small and ends open, as a sentence of its own.
#[must_use]
pub fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if message.ends_with(['.', '!', '?', '…']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// Whether phones will hardly recognise a compiled photo: to be said before it is printed.
#[must_use]
pub fn is_hard_to_recognise(report: &PhotoReport) -> bool {
    grade(report.features, report.tracking_points) == Grade::Poor
}

/// How well phones recognise a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Hardly.
    Poor,
    /// When all of it is in view.
    Fair,
    /// From near as well, or with a finger on it.
    Good,
}

/// By the points to recognise and to follow. A phone that sees a half of the photo has about a half of them: a photo is good
/// when that is still enough.
#[must_use]
pub fn grade(features: u32, tracking_points: u32) -> Grade {
    let has = |times: u32| features >= FEATURES_MIN * times && tracking_points >= TRACKING_POINTS_MIN * times;
    match (has(1), has(2)) {
        (_, true) => Grade::Good,
        (true, false) => Grade::Fair,
        (false, false) => Grade::Poor,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(photo: Option<&str>, video: Option<&str>) -> Pair {
        Pair { photo: photo.map(str::to_owned), video: video.map(str::to_owned) }
    }

    #[test]
    fn kinds_are_told_by_type_then_by_name() {
        assert_eq!(kind_of("video/mp4", "a"), Kind::Video);
        assert_eq!(kind_of("", "clip.MOV"), Kind::Video);
        assert_eq!(kind_of("image/jpeg", "odd.mp4"), Kind::Photo);
        assert_eq!(kind_of("", "picture.heic"), Kind::Photo);
    }

    #[test]
    fn videos_go_to_photos_of_their_name() {
        let files = [(Kind::Video, "b.mp4"), (Kind::Photo, "a.jpg"), (Kind::Photo, "b.jpg"), (Kind::Video, "a.mov")];
        assert_eq!(place_files(&[], &files), [1, 0, 1, 0]);
    }

    #[test]
    fn other_names_fill_the_first_gap_then_make_new_pairs() {
        let pairs = [pair(Some("x"), Some("y")), pair(Some("z"), None), pair(None, Some("w"))];
        let files = [(Kind::Video, "v.mp4"), (Kind::Photo, "p.jpg"), (Kind::Photo, "q.jpg")];
        assert_eq!(place_files(&pairs, &files), [1, 2, 3]);
    }

    #[test]
    fn time_left_follows_the_rate() {
        assert_eq!(time_left_ms(2000.0, 0.5), Some(2000.0));
        assert_eq!(time_left_ms(100.0, 0.5), None);
        assert_eq!(time_left_ms(5000.0, 1.0), None);
    }

    #[test]
    fn sizes_and_times_read_well() {
        let sizes = |bytes| Language::ALL.map(|language| size_text(language, bytes));
        assert_eq!(sizes(999), ["999 B", "999 Б", "999 Բ"]);
        assert_eq!(sizes(1_234), ["1 kB", "1 кБ", "1 կԲ"]);
        assert_eq!(sizes(1_234_567), ["1.2 MB", "1,2 МБ", "1,2 ՄԲ"]);
        assert_eq!(duration_text(Language::En, 61_000.0), "2 min");
        assert_eq!(duration_text(Language::En, 10.0), "1 s");
        assert_eq!(duration_text(Language::Ru, 59_000.0), "59 с");
    }

    #[test]
    fn messages_become_sentences() {
        assert_eq!(sentence("the photo is cut short"), "The photo is cut short.");
        assert_eq!(sentence("Nothing arrived."), "Nothing arrived.");
        assert_eq!(sentence("élan?"), "Élan?");
    }

    #[test]
    fn a_photo_is_good_when_a_half_of_it_is_enough() {
        assert_eq!([grade(99, 50), grade(500, 7)], [Grade::Poor; 2]);
        assert_eq!([grade(100, 8), grade(199, 50), grade(500, 15)], [Grade::Fair; 3]);
        assert_eq!(grade(200, 16), Grade::Good);
    }

    #[test]
    fn few_features_are_advised_against() {
        let report = |features, tracking_points| PhotoReport {
            width: 9,
            height: 9,
            keyframes: 1,
            features,
            tracking_points,
            preview: vec![],
        };
        assert!(is_hard_to_recognise(&report(99, 20)));
        assert!(is_hard_to_recognise(&report(500, 7)));
        assert!(!is_hard_to_recognise(&report(500, 20)));
    }
}
