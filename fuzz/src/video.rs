//! The MP4 index reader: it goes forward only, wants a bounded part of the file in a bounded number of steps, and stays
//! with its verdict; a file that ends early does it no harm.

use app::{
    model::VIDEO_DURATION_MAX_MS,
    video::{BOXES_MAX, INDEX_BYTES_MAX, VideoError, VideoInfo, VideoProbe, VideoStep},
};

use crate::memory::within;

/// A header for each box, and the content of some.
const STEPS_MAX: usize = 2 * BOXES_MAX + 1;
/// A sample table's entry of one byte becomes a struct of some dozens.
const BYTES_PER_BYTE: usize = 64;
const BYTES_FIXED: usize = 64 << 10;

/// Reads bytes as a video file; once more with what is behind its middle missing.
///
/// # Panics
/// When something does not hold.
pub fn check(bytes: &[u8]) {
    if let Ok(info) = read(bytes, bytes.len()) {
        assert!((1..=VIDEO_DURATION_MAX_MS).contains(&info.duration_ms));
        assert!(info.warnings().iter().all(|warning| !warning.code().is_empty()));
    }
    let _ = read(bytes, bytes.len() / 2);
}

/// Of a file that is said to be as long as these bytes, and has so many of them.
fn read(bytes: &[u8], there: usize) -> Result<VideoInfo, VideoError> {
    within(bytes.len() * BYTES_PER_BYTE + BYTES_FIXED, || {
        let mut probe = VideoProbe::new(bytes.len() as u64);
        let mut read_to = 0;
        for _ in 0..=STEPS_MAX {
            let range = match probe.step() {
                Ok(VideoStep::Read(range)) => range,
                Ok(VideoStep::Done(info)) => {
                    probe.feed(b"more than was asked for");
                    assert_eq!(probe.step(), Ok(VideoStep::Done(info.clone())), "a verdict stays");
                    return Ok(info);
                }
                Err(error) => {
                    probe.feed(b"more than was asked for");
                    assert_eq!(probe.step(), Err(error), "a verdict stays");
                    assert!(!error.code().is_empty());
                    return Err(error);
                }
            };
            assert!(range.start >= read_to, "{range:?} is behind {read_to}");
            assert!(
                range.start <= range.end
                    && range.end <= bytes.len() as u64
                    && range.end - range.start <= INDEX_BYTES_MAX
            );
            // A header is looked at with up to eight bytes of what it heads.
            read_to = range.start;
            let at = |place: u64| usize::try_from(place).expect("within the bytes").min(there);
            probe.feed(&bytes[at(range.start)..at(range.end)]);
        }
        panic!("no verdict after {STEPS_MAX} steps");
    })
}
