//! What a video file is, told from its MP4 index before anything is uploaded or published.
//!
//! Does no input or output of its own: [`VideoProbe::step`] says which bytes it wants, [`VideoProbe::feed`] takes them, so
//! that the page reads slices of a file and the server ranges of an upload with the same code. Only the headers of the
//! top-level boxes and the index (`moov`) are wanted, never the media (`mdat`); fragmented files, as browsers record them,
//! also have their `moof` boxes read. Everything is bounded: [`INDEX_BYTES_MAX`] for one box, [`BOXES_MAX`] for the walk.
//!
//! Source: ISO/IEC 14496-12 (boxes), 14496-15 (`avcC`, `hvcC`).
//!
//! ```
//! # use app::video::{VideoError, VideoProbe, VideoStep};
//! let file = b"just a text";
//! let mut probe = VideoProbe::new(file.len() as u64);
//! let outcome = loop {
//!     match probe.step() {
//!         Ok(VideoStep::Read(range)) => probe.feed(&file[range.start as usize..range.end as usize]),
//!         Ok(VideoStep::Done(info)) => break Ok(info),
//!         Err(error) => break Err(error),
//!     }
//! };
//! assert_eq!(outcome, Err(VideoError::NotMp4));
//! ```

use std::ops::Range;

use mp4_atom::{Atom, Codec, FourCC, Hdlr, Mdhd, Moof, Mvhd, Stsd, Stts, Tkhd, Trex, TrunSamples};
use serde::{Deserialize, Serialize};

use crate::model::{Failure, VIDEO_DURATION_MAX_MS};

/// Largest index that is read, in bytes: ten minutes need far below one megabyte.
pub const INDEX_BYTES_MAX: u64 = 16 << 20;
/// Most boxes that are looked at, on the top level and within the index each.
pub const BOXES_MAX: usize = 8192;

/// A box header: 32-bit size, kind, 64-bit size where the first is 1.
const HEADER_BYTES_MAX: u64 = 16;
/// With what an MP4 or QuickTime file begins.
const FIRST_KINDS: [&[u8; 4]; 8] = [b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp"];

/// How the pictures are coded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VideoCodec {
    /// H.264/AVC: plays everywhere.
    H264,
    /// H.265/HEVC: plays on iPhones and on a part of the others.
    Hevc,
    /// AV1.
    Av1,
    /// VP9.
    Vp9,
    /// Anything else, by its four letters.
    Other(String),
}

/// What the index of a video says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoInfo {
    /// How the pictures are coded.
    pub codec: VideoCodec,
    /// The codec's profile in its own words, for example `High 10`; empty where it is not known.
    pub profile: String,
    /// Bits of a brightness value.
    pub bit_depth: u8,
    /// Pixels, as it is shown: a phone's sideways recording is turned upright.
    pub width: u32,
    /// Pixels, as it is shown.
    pub height: u32,
    /// Its length.
    pub duration_ms: u64,
    /// Whether there is a sound track.
    pub has_audio: bool,
    /// Whether the index comes before the media, so that it plays while it loads.
    pub faststart: bool,
}

/// Why a video may disappoint on some phones. It can be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VideoWarning {
    /// HEVC.
    #[error(
        "This video is HEVC (H.265): iPhones play it, many Android phones do not. Export it as H.264, or set the camera to \"Most compatible\"."
    )]
    Hevc,
    /// More than eight bits.
    #[error(
        "This video has more than 8 bits per colour (HDR): many phones show it wrong or not at all. Export it as 8-bit H.264 (SDR)."
    )]
    TenBit,
    /// The index is behind the media.
    #[error(
        "This video starts late, because phones must load all of it first. Export it with \"fast start\" (\"web optimised\")."
    )]
    NoFaststart,
    /// Neither H.264 nor HEVC, or a kind of H.264 that phones do not decode.
    #[error("Many phones cannot play this kind of video. Export it as H.264 with AAC sound.")]
    OtherCodec,
}

impl From<VideoWarning> for Failure {
    fn from(warning: VideoWarning) -> Self {
        Self { code: warning.code().to_owned(), detail: warning.to_string() }
    }
}

impl VideoWarning {
    /// Stable, snake case.
    pub fn code(self) -> &'static str {
        match self {
            Self::Hevc => "video_hevc",
            Self::TenBit => "video_10_bit",
            Self::NoFaststart => "video_no_faststart",
            Self::OtherCodec => "video_other_codec",
        }
    }
}

/// Why a file cannot be used as a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VideoError {
    /// Not an MP4 or QuickTime file.
    #[error(
        "This file is not an MP4 video, whatever its name says. Choose an MP4 or MOV file, for example one recorded with a phone."
    )]
    NotMp4,
    /// No bytes, no frames or no duration.
    #[error("This video is empty: it is 0 seconds long. Record or export it again.")]
    Empty,
    /// Over [`VIDEO_DURATION_MAX_MS`], or its index is larger than such a video's can be.
    #[error("This video is longer than {} minutes. Choose a shorter part.", VIDEO_DURATION_MAX_MS / 60_000)]
    TooLong,
    /// Its end is missing, or its index is damaged.
    #[error(
        "This video is cut off or damaged: a part of the file is missing. Copy it again from where it was recorded."
    )]
    Truncated,
    /// Sound only.
    #[error("This file has no moving picture in it, only sound or data. Choose a video.")]
    NoPicture,
}

impl VideoError {
    /// Stable, snake case.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotMp4 => "video_not_mp4",
            Self::Empty => "video_empty",
            Self::TooLong => "video_too_long",
            Self::Truncated => "video_truncated",
            Self::NoPicture => "video_no_picture",
        }
    }
}

impl VideoInfo {
    /// What the customer should know before publishing it.
    pub fn warnings(&self) -> Vec<VideoWarning> {
        let mut warnings = Vec::new();
        match self.codec {
            VideoCodec::Hevc => warnings.push(VideoWarning::Hevc),
            VideoCodec::H264 if !self.profile.starts_with("High 4:") => {}
            _ => warnings.push(VideoWarning::OtherCodec),
        }
        if self.bit_depth > 8 {
            warnings.push(VideoWarning::TenBit);
        }
        if !self.faststart {
            warnings.push(VideoWarning::NoFaststart);
        }
        warnings
    }
}

/// What the probe wants next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VideoStep {
    /// Exactly these bytes of the file, given to [`VideoProbe::feed`].
    Read(Range<u64>),
    /// Nothing more.
    Done(VideoInfo),
}

/// Where the probe is in the file.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// Before a box.
    Header { at: u64 },
    /// Before the content of an index box.
    Index { kind: [u8; 4], from: u64, end: u64 },
}

/// Reads a video file as far as needed; see the module.
#[derive(Debug)]
pub struct VideoProbe {
    file_bytes: u64,
    place: Place,
    boxes: usize,
    media_at: Option<u64>,
    faststart: bool,
    has_still_picture: bool,
    movie: Option<Movie>,
    outcome: Option<Result<VideoInfo, VideoError>>,
}

impl VideoProbe {
    /// For a file of this size.
    pub fn new(file_bytes: u64) -> Self {
        Self {
            file_bytes,
            place: Place::Header { at: 0 },
            boxes: 0,
            media_at: None,
            faststart: false,
            has_still_picture: false,
            movie: None,
            outcome: (file_bytes == 0).then_some(Err(VideoError::Empty)),
        }
    }

    /// What is wanted next; the same answer until it is fed.
    ///
    /// # Errors
    /// The verdict on a file that cannot be used; it stays.
    pub fn step(&self) -> Result<VideoStep, VideoError> {
        if let Some(outcome) = &self.outcome {
            return outcome.clone().map(VideoStep::Done);
        }
        Ok(VideoStep::Read(match self.place {
            Place::Header { at } => at..self.file_bytes.min(at + HEADER_BYTES_MAX),
            Place::Index { from, end, .. } => from..end,
        }))
    }

    /// Takes the bytes that [`Self::step`] asked for. Too few of them count as a cut-off file.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.outcome.is_some() {
            return;
        }
        match self.advance(bytes) {
            Ok(None) => {}
            Ok(Some(info)) => self.outcome = Some(Ok(info)),
            Err(error) => self.outcome = Some(Err(error)),
        }
    }

    fn advance(&mut self, bytes: &[u8]) -> Result<Option<VideoInfo>, VideoError> {
        let place = match self.place {
            Place::Header { at } => self.enter_box(at, bytes)?,
            Place::Index { kind, from, end } => {
                if bytes.len() as u64 != end - from {
                    return Err(VideoError::Truncated);
                }
                self.read_index(kind, bytes)?;
                Place::Header { at: end }
            }
        };
        let complete = self.movie.as_ref().is_some_and(|movie| !movie.fragmented) && self.media_at.is_some();
        // Less than the smallest header at the end is padding.
        let at_end = matches!(place, Place::Header { at } if complete || self.file_bytes.saturating_sub(at) < 8);
        self.place = place;
        if at_end { self.finish().map(Some) } else { Ok(None) }
    }

    /// Gives where to go on: in the box's content when it is an index, else behind it.
    fn enter_box(&mut self, at: u64, bytes: &[u8]) -> Result<Place, VideoError> {
        self.boxes += 1;
        if self.boxes > BOXES_MAX {
            return Err(VideoError::TooLong);
        }
        let damaged = if at == 0 { VideoError::NotMp4 } else { VideoError::Truncated };
        let header = BoxHeader::read(bytes).ok_or(damaged)?;
        if at == 0 && !FIRST_KINDS.contains(&&header.kind) {
            return Err(VideoError::NotMp4);
        }
        let end = match header.bytes {
            None => self.file_bytes,
            Some(bytes) => at.checked_add(bytes).filter(|end| *end <= self.file_bytes).ok_or(VideoError::Truncated)?,
        };
        match &header.kind {
            b"mdat" => {
                self.media_at.get_or_insert(at);
            }
            b"meta" => self.has_still_picture = true,
            b"moov" | b"moof" => {
                let from = at + header.header_bytes;
                if end - from > INDEX_BYTES_MAX {
                    return Err(VideoError::TooLong);
                }
                return Ok(Place::Index { kind: header.kind, from, end });
            }
            _ => {}
        }
        Ok(Place::Header { at: end })
    }

    fn read_index(&mut self, kind: [u8; 4], content: &[u8]) -> Result<(), VideoError> {
        if &kind == b"moov" {
            self.faststart = self.media_at.is_none();
            self.movie = Some(Movie::read(content).ok_or(VideoError::Truncated)?);
        } else if let Some(movie) = &mut self.movie {
            movie.add_fragment(&Moof::decode_body(&mut &content[..]).map_err(|_| VideoError::Truncated)?);
        }
        Ok(())
    }

    fn finish(&self) -> Result<VideoInfo, VideoError> {
        let Some(movie) = &self.movie else {
            // Photos (HEIC, AVIF) are boxes too, with their pictures in `meta`.
            let video_without_index = self.media_at.is_some() && !self.has_still_picture;
            return Err(if video_without_index { VideoError::Truncated } else { VideoError::NotMp4 });
        };
        if movie.tracks == 0 {
            return Err(VideoError::Empty);
        }
        let video = movie.video.as_ref().ok_or(VideoError::NoPicture)?;
        let timescale = u64::from(video.timescale);
        if video.samples == 0 || video.duration == 0 || timescale == 0 {
            return Err(VideoError::Empty);
        }
        let duration_ms = video.duration.saturating_mul(1000) / timescale;
        if duration_ms > VIDEO_DURATION_MAX_MS {
            return Err(VideoError::TooLong);
        }
        if duration_ms == 0 {
            return Err(VideoError::Empty);
        }
        if self.media_at.is_none() {
            return Err(VideoError::Truncated);
        }
        let Coding { codec, profile, bit_depth } = video.coding.clone();
        Ok(VideoInfo {
            codec,
            profile,
            bit_depth,
            width: video.width,
            height: video.height,
            duration_ms,
            has_audio: movie.has_audio,
            faststart: self.faststart,
        })
    }
}

/// The head of a box.
struct BoxHeader {
    kind: [u8; 4],
    header_bytes: u64,
    /// Of the whole box; `None` when it goes to the end of what holds it.
    bytes: Option<u64>,
}

impl BoxHeader {
    fn read(bytes: &[u8]) -> Option<Self> {
        let short = u32::from_be_bytes(*bytes.first_chunk()?);
        let kind = *bytes.get(4..)?.first_chunk()?;
        let (header_bytes, size) = match short {
            0 => (8, None),
            1 => (16, Some(u64::from_be_bytes(*bytes.get(8..)?.first_chunk()?))),
            size => (8, Some(u64::from(size))),
        };
        let letters = kind.iter().all(|letter| letter.is_ascii_graphic() || matches!(letter, b' ' | 0xa9));
        (letters && size.is_none_or(|size| size >= header_bytes)).then_some(Self { kind, header_bytes, bytes: size })
    }
}

/// The boxes inside a box, in order. Ends early where one is damaged.
fn children(mut content: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let header = BoxHeader::read(content)?;
        let bytes = header.bytes.map_or(Some(content.len()), |bytes| usize::try_from(bytes).ok())?;
        let (child, rest) = content.split_at_checked(bytes)?;
        content = rest;
        Some((header.kind, child.get(usize::try_from(header.header_bytes).ok()?..)?))
    })
    .take(BOXES_MAX)
}

fn child<'a>(content: &'a [u8], path: &[&[u8; 4]]) -> Option<&'a [u8]> {
    path.iter().try_fold(content, |content, kind| children(content).find(|(found, _)| found == *kind).map(|(_, c)| c))
}

fn decode<A: Atom>(mut content: &[u8]) -> Option<A> {
    A::decode_body(&mut content).ok()
}

#[derive(Clone, Debug)]
struct Coding {
    codec: VideoCodec,
    profile: String,
    bit_depth: u8,
}

#[derive(Debug)]
struct VideoTrack {
    id: u32,
    coding: Coding,
    width: u32,
    height: u32,
    timescale: u32,
    /// In units of the timescale.
    duration: u64,
    samples: u64,
    /// Of a fragment's sample that does not say its own.
    sample_duration: u32,
}

/// What the index says about the whole file.
#[derive(Debug)]
struct Movie {
    fragmented: bool,
    tracks: usize,
    has_audio: bool,
    video: Option<VideoTrack>,
}

impl Movie {
    fn read(content: &[u8]) -> Option<Self> {
        let fragmented = child(content, &[b"mvex"]).is_some();
        let mut movie = Self { fragmented, tracks: 0, has_audio: false, video: None };
        decode::<Mvhd>(child(content, &[b"mvhd"])?)?;
        for (_, track) in children(content).filter(|(kind, _)| kind == b"trak") {
            movie.tracks += 1;
            let handler: Hdlr = decode(child(track, &[b"mdia", b"hdlr"])?)?;
            match handler.handler.as_ref() {
                b"soun" => movie.has_audio = true,
                b"vide" if movie.video.is_none() => movie.video = Some(VideoTrack::read(track)?),
                _ => {}
            }
        }
        if let Some(video) = &mut movie.video {
            video.read_defaults(content);
        }
        Some(movie)
    }

    fn add_fragment(&mut self, fragment: &Moof) {
        let Some(video) = &mut self.video else { return };
        for run in fragment.traf.iter().filter(|track| track.tfhd.track_id == video.id) {
            let usual = u64::from(run.tfhd.default_sample_duration.unwrap_or(video.sample_duration));
            for samples in run.trun.iter().map(|run| &run.samples) {
                let (count, duration) = match samples {
                    TrunSamples::Inherited { count, .. } => (u64::from(*count), u64::from(*count) * usual),
                    TrunSamples::Explicit(entries) => (
                        entries.len() as u64,
                        entries.iter().map(|entry| entry.duration.map_or(usual, u64::from)).sum(),
                    ),
                };
                video.samples = video.samples.saturating_add(count);
                video.duration = video.duration.saturating_add(duration);
            }
        }
    }
}

impl VideoTrack {
    fn read(track: &[u8]) -> Option<Self> {
        let header: Tkhd = decode(child(track, &[b"tkhd"])?)?;
        let media: Mdhd = decode(child(track, &[b"mdia", b"mdhd"])?)?;
        let table = child(track, &[b"mdia", b"minf", b"stbl"])?;
        let description = child(table, &[b"stsd"])?;
        let times: Stts = decode(child(table, &[b"stts"])?)?;
        let count = |entry: &mp4_atom::SttsEntry| u64::from(entry.sample_count);
        let samples = times.entries.iter().map(count).fold(0, u64::saturating_add);
        let duration =
            times.entries.iter().map(|entry| count(entry) * u64::from(entry.sample_delta)).fold(0, u64::saturating_add);
        let (coding, size) = read_description(description)?;
        let (width, height) = size.unwrap_or((u32::from(header.width.integer()), u32::from(header.height.integer())));
        // A quarter turn has nothing on the diagonal.
        let sideways = header.matrix.a == 0 && header.matrix.d == 0 && header.matrix.b != 0;
        let (width, height) = if sideways { (height, width) } else { (width, height) };
        Some(Self {
            id: header.track_id,
            coding,
            width,
            height,
            timescale: media.timescale,
            duration,
            samples,
            sample_duration: 0,
        })
    }

    /// What a fragmented file says once for all fragments.
    fn read_defaults(&mut self, movie: &[u8]) {
        let Some(extends) = child(movie, &[b"mvex"]) else { return };
        self.sample_duration = children(extends)
            .filter(|(kind, _)| kind == b"trex")
            .filter_map(|(_, content)| decode::<Trex>(content))
            .find(|defaults| defaults.track_id == self.id)
            .map_or(0, |defaults| defaults.default_sample_duration);
    }
}

/// Coding and, where the entry is of a known kind, size in pixels.
fn read_description(content: &[u8]) -> Option<(Coding, Option<(u32, u32)>)> {
    // Full box header and count, then the entries; players look at the first.
    let (kind, _) = children(content.get(8..)?).next()?;
    let name = FourCC::new(&kind).to_string();
    let unknown = || Coding { codec: VideoCodec::Other(name.clone()), profile: String::new(), bit_depth: 8 };
    let Some(codec) = decode::<Stsd>(content).and_then(|description| description.codecs.into_iter().next()) else {
        return Some((unknown(), None));
    };
    let size = codec.visual().map(|visual| (u32::from(visual.width), u32::from(visual.height)));
    let coding = match codec {
        Codec::Avc1(entry) => h264(&entry.avcc),
        Codec::Avc3(entry) => h264(&entry.avcc),
        Codec::Hvc1(entry) => hevc(&entry.hvcc),
        Codec::Hev1(entry) => hevc(&entry.hvcc),
        Codec::Av01(entry) => {
            let bit_depth = match (entry.av1c.high_bitdepth, entry.av1c.twelve_bit) {
                (false, _) => 8,
                (true, false) => 10,
                (true, true) => 12,
            };
            Coding { codec: VideoCodec::Av1, profile: String::new(), bit_depth }
        }
        Codec::Vp09(entry) => Coding {
            codec: VideoCodec::Vp9,
            profile: format!("Profile {}", entry.vpcc.profile),
            bit_depth: entry.vpcc.bit_depth,
        },
        _ => unknown(),
    };
    Some((coding, size))
}

fn h264(configuration: &mp4_atom::Avcc) -> Coding {
    let (profile, usual_depth) = match configuration.avc_profile_indication {
        66 => ("Baseline", 8),
        77 => ("Main", 8),
        88 => ("Extended", 8),
        100 => ("High", 8),
        110 => ("High 10", 10),
        122 => ("High 4:2:2", 10),
        244 => ("High 4:4:4", 8),
        _ => ("", 8),
    };
    // Only the high profiles have the extension; some muxers leave it out there too.
    let bit_depth = configuration.ext.as_ref().map_or(usual_depth, |extension| extension.bit_depth_luma);
    Coding { codec: VideoCodec::H264, profile: profile.to_owned(), bit_depth }
}

fn hevc(configuration: &mp4_atom::Hvcc) -> Coding {
    let profile = match configuration.general_profile_idc {
        1 => "Main",
        2 => "Main 10",
        3 => "Main Still Picture",
        4 => "Range Extensions",
        _ => "",
    };
    let bit_depth = configuration.bit_depth_luma_minus8.saturating_add(8);
    Coding { codec: VideoCodec::Hevc, profile: profile.to_owned(), bit_depth }
}

#[cfg(test)]
mod tests {
    use mp4_atom::{
        Audio, Avc1, Avcc, AvccExt, Dinf, Encode, Ftyp, Hvc1, Hvcc, Matrix, Mdia, Mfhd, Minf, Moov, Mp3, Mvex, Stbl,
        SttsEntry, Tfhd, Traf, Trak, Trun, Visual,
    };
    use proptest::prelude::*;

    use super::*;

    const TIMESCALE: u32 = 15_360;

    fn avc(profile: u8, bit_depth: u8) -> Codec {
        let ext = (profile > 100).then(|| AvccExt {
            bit_depth_luma: bit_depth,
            bit_depth_chroma: bit_depth,
            ..AvccExt::default()
        });
        let avcc = Avcc {
            configuration_version: 1,
            avc_profile_indication: profile,
            avc_level_indication: 31,
            length_size: 4,
            sequence_parameter_sets: vec![vec![0x67, profile, 0, 31]],
            picture_parameter_sets: vec![vec![0x68, 0xee]],
            ext,
            ..Avcc::default()
        };
        Avc1 { visual: visual(), avcc, ..Avc1::default() }.into()
    }

    fn hevc_main10() -> Codec {
        let hvcc = Hvcc { general_profile_idc: 2, bit_depth_luma_minus8: 2, bit_depth_chroma_minus8: 2, ..Hvcc::new() };
        Hvc1 { visual: visual(), hvcc, ..Hvc1::default() }.into()
    }

    fn visual() -> Visual {
        Visual { data_reference_index: 1, width: 1280, height: 720, ..Visual::default() }
    }

    fn track(id: u32, handler: &[u8; 4], codec: Codec, frames: u32) -> Trak {
        let entries = if frames == 0 { vec![] } else { vec![SttsEntry { sample_count: frames, sample_delta: 512 }] };
        let stbl = Stbl {
            stsd: Stsd { codecs: vec![codec] },
            stts: Stts { entries },
            stco: Some(Default::default()),
            ..Stbl::default()
        };
        Trak {
            tkhd: Tkhd { track_id: id, enabled: true, width: 1280.into(), height: 720.into(), ..Tkhd::default() },
            mdia: Mdia {
                mdhd: Mdhd { timescale: TIMESCALE, ..Mdhd::default() },
                hdlr: Hdlr { handler: handler.into(), name: String::new() },
                minf: Minf { dinf: Dinf::default(), stbl, ..Minf::default() },
            },
            ..Trak::default()
        }
    }

    fn sound() -> Trak {
        let audio = Audio { data_reference_index: 1, channel_count: 2, sample_size: 16, sample_rate: 48_000.into() };
        track(2, b"soun", Mp3 { audio }.into(), 90)
    }

    fn movie(tracks: Vec<Trak>) -> Moov {
        Moov { mvhd: Mvhd { timescale: 1000, ..Mvhd::default() }, trak: tracks, ..Moov::default() }
    }

    fn encoded(atom: &impl Encode) -> Vec<u8> {
        let mut bytes = Vec::new();
        atom.encode(&mut bytes).unwrap();
        bytes
    }

    fn ftyp() -> Vec<u8> {
        encoded(&Ftyp { major_brand: b"isom".into(), minor_version: 512, compatible_brands: vec![b"mp41".into()] })
    }

    fn mdat(bytes: usize) -> Vec<u8> {
        let size = u32::try_from(bytes + 8).unwrap().to_be_bytes();
        [&size[..], b"mdat", &vec![7; bytes]].concat()
    }

    fn faststart(moov: &Moov) -> Vec<u8> {
        [ftyp(), encoded(moov), mdat(64)].concat()
    }

    fn probe(file: &[u8]) -> Result<VideoInfo, VideoError> {
        let mut probe = VideoProbe::new(file.len() as u64);
        loop {
            match probe.step()? {
                VideoStep::Read(range) => {
                    probe.feed(&file[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()]);
                }
                VideoStep::Done(info) => return Ok(info),
            }
        }
    }

    fn codes(info: &VideoInfo) -> Vec<&'static str> {
        info.warnings().into_iter().map(VideoWarning::code).collect()
    }

    fn good() -> Moov {
        movie(vec![track(1, b"vide", avc(100, 8), 90), sound()])
    }

    #[test]
    fn what_every_phone_plays_has_no_warning() {
        let info = probe(&faststart(&good())).unwrap();
        let expected = VideoInfo {
            codec: VideoCodec::H264,
            profile: "High".into(),
            bit_depth: 8,
            width: 1280,
            height: 720,
            duration_ms: 3000,
            has_audio: true,
            faststart: true,
        };
        assert_eq!(info, expected);
        assert_eq!(codes(&info), [""; 0]);
    }

    #[test]
    fn an_index_behind_the_media_is_named() {
        let info = probe(&[ftyp(), mdat(4096), encoded(&good())].concat()).unwrap();
        assert_eq!(codes(&info), ["video_no_faststart"]);
    }

    #[test]
    fn hevc_and_ten_bits_are_named() {
        let info = probe(&faststart(&movie(vec![track(1, b"vide", hevc_main10(), 90)]))).unwrap();
        assert_eq!((info.profile.as_str(), info.bit_depth, info.has_audio), ("Main 10", 10, false));
        assert_eq!(codes(&info), ["video_hevc", "video_10_bit"]);
        let info = probe(&faststart(&movie(vec![track(1, b"vide", avc(110, 10), 90)]))).unwrap();
        assert_eq!(codes(&info), ["video_10_bit"]);
        let info = probe(&faststart(&movie(vec![track(1, b"vide", avc(244, 8), 90)]))).unwrap();
        assert_eq!(codes(&info), ["video_other_codec"]);
    }

    #[test]
    fn an_unknown_codec_is_named_and_keeps_the_size_of_its_track() {
        let mut bytes = faststart(&good());
        let at = bytes.windows(4).position(|four| four == b"avc1").unwrap();
        bytes[at..at + 4].copy_from_slice(b"apcn");
        let info = probe(&bytes).unwrap();
        assert_eq!((&info.codec, info.width, info.height), (&VideoCodec::Other("apcn".into()), 1280, 720));
        assert_eq!(codes(&info), ["video_other_codec"]);
    }

    #[test]
    fn a_sideways_recording_is_turned_upright() {
        let mut moov = good();
        let quarter = Matrix { a: 0, b: 1 << 16, c: -(1 << 16), d: 0, ..Matrix::default() };
        moov.trak[0].tkhd.matrix = quarter;
        let info = probe(&faststart(&moov)).unwrap();
        assert_eq!((info.width, info.height), (720, 1280));
    }

    #[test]
    fn what_cannot_be_used_says_why() {
        let frames = |frames| faststart(&movie(vec![track(1, b"vide", avc(100, 8), frames)]));
        let cases: [(&[u8], VideoError); 9] = [
            (b"", VideoError::Empty),
            (b"Dear diary, today I filmed nothing at all.", VideoError::NotMp4),
            (b"ftyp", VideoError::NotMp4),
            (&frames(0), VideoError::Empty),
            (&faststart(&movie(vec![])), VideoError::Empty),
            (&frames(20_000), VideoError::TooLong),
            (&faststart(&movie(vec![sound()])), VideoError::NoPicture),
            (&[ftyp(), mdat(64)].concat(), VideoError::Truncated),
            (&[ftyp(), encoded(&good())].concat(), VideoError::Truncated),
        ];
        for (file, error) in cases {
            assert_eq!(probe(file), Err(error), "{} bytes", file.len());
        }
    }

    #[test]
    fn a_photo_in_boxes_is_not_a_video() {
        let meta = [&12_u32.to_be_bytes()[..], b"meta", &[0; 4]].concat();
        assert_eq!(probe(&[ftyp(), meta, mdat(64)].concat()), Err(VideoError::NotMp4));
    }

    #[test]
    fn a_cut_off_file_is_refused_at_every_length() {
        for file in [faststart(&good()), [ftyp(), mdat(64), encoded(&good())].concat()] {
            assert!(probe(&file).is_ok());
            for length in 0..file.len() {
                assert!(probe(&file[..length]).is_err(), "cut to {length} of {} bytes", file.len());
            }
        }
    }

    #[test]
    fn long_sizes_and_boxes_to_the_end_are_followed() {
        let index = encoded(&good());
        let long = [&1_u32.to_be_bytes()[..], b"mdat", &(16 + 64_u64).to_be_bytes(), &[7; 64]].concat();
        assert!(!probe(&[ftyp(), long, index.clone()].concat()).unwrap().faststart);
        let to_end = [&0_u32.to_be_bytes()[..], b"mdat", &[7; 64]].concat();
        assert!(probe(&[ftyp(), index, to_end].concat()).unwrap().faststart);
    }

    #[test]
    fn media_is_never_read_and_large_indexes_are_refused() {
        let mut probe = VideoProbe::new(5 << 30);
        probe.feed(&[&16_u32.to_be_bytes()[..], b"ftypisom\0\0\0\0"].concat());
        assert_eq!(probe.step(), Ok(VideoStep::Read(16..32)));
        probe.feed(&[&1_u32.to_be_bytes()[..], b"mdat", &(4_u64 << 30).to_be_bytes()].concat());
        let at = 16 + (4_u64 << 30);
        assert_eq!(probe.step(), Ok(VideoStep::Read(at..at + 16)));
        probe.feed(&[&(17_u32 << 20).to_be_bytes()[..], b"moov", &[0; 8]].concat());
        assert_eq!(probe.step(), Err(VideoError::TooLong));
    }

    #[test]
    fn many_tiny_boxes_end_the_walk() {
        let file = [ftyp(), b"\0\0\0\x08free".repeat(BOXES_MAX + 1)].concat();
        assert_eq!(probe(&file), Err(VideoError::TooLong));
    }

    #[test]
    fn fragments_are_added_up() {
        let mut moov = movie(vec![track(1, b"vide", avc(100, 8), 0)]);
        moov.mvex = Some(Mvex {
            mehd: None,
            trex: vec![Trex { track_id: 1, default_sample_duration: 512, ..Trex::default() }],
        });
        let fragment = |count| {
            let samples = TrunSamples::Inherited { count, first_flags: None };
            let traf = Traf {
                tfhd: Tfhd { track_id: 1, ..Tfhd::default() },
                trun: vec![Trun { data_offset: None, samples }],
                ..Traf::default()
            };
            [encoded(&Moof { mfhd: Mfhd::default(), traf: vec![traf] }), mdat(16)].concat()
        };
        let file = [ftyp(), encoded(&moov), fragment(30), fragment(15)].concat();
        assert_eq!(probe(&file).map(|info| (info.duration_ms, info.faststart)), Ok((1500, true)));
        assert_eq!(probe(&[ftyp(), encoded(&moov)].concat()), Err(VideoError::Empty));
    }

    proptest! {
        #[test]
        fn damaged_files_never_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), length in any::<prop::sample::Index>()) {
            let mut file = faststart(&good());
            for (at, byte) in changes {
                let at = at.index(file.len());
                file[at] = byte;
            }
            file.truncate(length.index(file.len()) + 1);
            let _ = probe(&file);
        }
    }
}
