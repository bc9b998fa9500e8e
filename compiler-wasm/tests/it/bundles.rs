//! Reading files that nobody vouches for.

use std::{ops::ControlFlow, sync::LazyLock};

use compiler_wasm::{
    bundle::{decode_bundle, join},
    compile::compile_gray,
    error::BundleError,
    protocol::CompileOptions,
};
use proptest::prelude::*;

use crate::drawing::drawn;

static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| {
    compile_gray(&drawn(130, 110, 9), &CompileOptions::default(), &mut |_| ControlFlow::Continue(())).unwrap().mind
});

#[test]
fn every_cut_is_noticed() {
    for length in (0..GOOD.len()).step_by(97).chain([GOOD.len() - 1]) {
        assert_eq!(decode_bundle(&GOOD[..length]), Err(BundleError::Truncated), "at {length}");
    }
    let longer = [GOOD.as_slice(), &[0]].concat();
    assert!(matches!(decode_bundle(&longer), Err(BundleError::Malformed { .. })));
}

#[test]
fn other_versions_and_other_things_are_refused() {
    let mut other = GOOD.clone();
    assert_eq!(&other[..4], [0x82, 0xa1, b'v', 2]);
    other[3] = 1;
    assert_eq!(decode_bundle(&other), Err(BundleError::Version { found: 1 }));
    assert_eq!(join(&[&other]), Err(BundleError::Version { found: 1 }));
    for bytes in [&b"\x90"[..], b"\x80", b"\x82\xa1v\x02\xa8dataList\x90", b"\xc0", b"text"] {
        assert!(decode_bundle(bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn lengths_that_are_only_promised_take_no_memory() {
    // A list of four thousand million targets, and nothing behind it.
    let promised = b"\x82\xa1v\x02\xa8dataList\xdd\xff\xff\xff\xff";
    assert_eq!(decode_bundle(promised).map_err(|error| error.code()), Err("mind_too_large"));
    // A deep nest under a key that is not ours.
    let nest = [&b"\x83\xa1v\x02\xa1x"[..], &[0x91; 100_000], b"\xc0"].concat();
    assert_eq!(decode_bundle(&nest).map_err(|error| error.code()), Err("mind_too_large"));
}

#[test]
fn unknown_keys_are_passed_over() {
    let head = b"\x82\xa1v\x02\xa8dataList";
    assert!(GOOD.starts_with(head));
    let extended =
        [&b"\x83\xa1v\x02\xa3own\x92\xc4\x02ab\x81\xa1k\xcb\0\0\0\0\0\0\0\0\xa8dataList"[..], &GOOD[head.len()..]]
            .concat();
    assert_eq!(decode_bundle(&extended), decode_bundle(&GOOD));
}

#[test]
fn joined_files_hold_the_targets_of_all() {
    let album = join(&[&GOOD, &GOOD, &GOOD]).unwrap();
    let targets = decode_bundle(&album).unwrap().targets;
    assert_eq!(targets.len(), 3);
    assert_eq!(targets[2], decode_bundle(&GOOD).unwrap().targets[0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let _ = decode_bundle(&bytes);
        let _ = join(&[&bytes]);
    }

    #[test]
    fn a_damaged_file_is_read_without_harm(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let mut bytes = GOOD.clone();
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = decode_bundle(&bytes);
    }
}
