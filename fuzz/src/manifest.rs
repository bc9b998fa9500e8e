//! The JSON of a finishing request: what is taken is written and read again the same, and has the files it must have.

use app::model::{CreateProject, Finish, NAME_CHARS_MAX, TARGETS_MAX};
use server::{
    error::AppError,
    finish::{Compiled, check_shape, digest},
    uploads::UploadName,
};

use crate::memory::within;

/// The shortest target takes some twenty bytes of JSON, and about twice as many here; lists double as they grow.
const BYTES_PER_BYTE: usize = 24;
const BYTES_FIXED: usize = 64 << 10;

/// Reads bytes as the body of a request.
///
/// # Panics
/// When something does not hold.
pub fn check(bytes: &[u8]) {
    let within = |work: fn(&[u8])| within(bytes.len() * BYTES_PER_BYTE + BYTES_FIXED, || work(bytes));
    within(|bytes| {
        if let Ok(wish) = serde_json::from_slice::<CreateProject>(bytes) {
            let written = serde_json::to_vec(&wish).expect("a name is JSON");
            assert_eq!(serde_json::from_slice::<CreateProject>(&written).ok(), Some(wish));
        }
    });
    within(|bytes| {
        if let Ok(finish) = serde_json::from_slice(bytes) {
            check_finish(&finish);
        }
    });
}

fn check_finish(finish: &Finish) {
    let written = serde_json::to_vec(finish).expect("a request is JSON");
    let again: Finish = serde_json::from_slice(&written).expect("what is written is read");
    assert_eq!(&again, finish);
    let name = digest(finish);
    assert!(name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
    assert_eq!(name, digest(&again), "the same request has the same digest");
    let taken = [Compiled::InBrowser, Compiled::Here].map(|compiled| match check_shape(finish, compiled) {
        Ok(()) => true,
        Err(AppError::Refused(refusal)) => {
            assert!(refusal.status.is_client_error() && !refusal.code.is_empty() && !refusal.detail.is_empty());
            false
        }
        Err(error) => panic!("no refusal: {error:?}"),
    });
    assert_ne!(taken, [true, true], "a bundle is either sent or made");
    if taken.contains(&true) {
        let count = finish.targets.len();
        assert!((1..=TARGETS_MAX).contains(&count));
        assert!(finish.targets.iter().all(|target| target.name.chars().count() <= NAME_CHARS_MAX));
        assert_eq!(finish.files.len(), 2 * count + usize::from(taken[0]));
        assert!(finish.files.iter().all(|file| UploadName::parse(&file.name).is_some()));
    }
}
