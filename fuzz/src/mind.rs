//! The `.mind` reader: it takes or refuses, in memory that is a small multiple of the file; what it took is written and
//! read again the same, alone and joined.

use compiler_wasm::{
    bundle::{decode_bundle, encode_bundle, join},
    compile::report,
};

use crate::memory::within;

/// A node of one child, written in its shortest form, takes about ten times its bytes; lists double as they grow.
const BYTES_PER_BYTE: usize = 24;
const BYTES_FIXED: usize = 64 << 10;

/// Reads bytes as a file.
///
/// # Panics
/// When something does not hold.
pub fn check(bytes: &[u8]) {
    let decoded = within(bytes.len() * BYTES_PER_BYTE + BYTES_FIXED, || decode_bundle(bytes));
    let headed = join(&[bytes]);
    let bundle = match decoded {
        Ok(bundle) => bundle,
        Err(error) => {
            assert!(!error.code().is_empty() && !error.to_string().is_empty());
            return;
        }
    };
    if let Ok(headed) = headed {
        assert_eq!(decode_bundle(&headed).as_ref(), Ok(&bundle), "a file joined alone is the same");
    }
    let encoded = encode_bundle(&bundle);
    assert_eq!(decode_bundle(&encoded).as_ref(), Ok(&bundle), "what is written is read the same");
    if let Ok(twice) = join(&[&encoded, &encoded]) {
        let twice = decode_bundle(&twice).expect("targets that were read are read again");
        assert!(twice.targets.iter().eq(bundle.targets.iter().chain(&bundle.targets)));
    }
    for target in &bundle.targets {
        let report = report(target);
        assert_eq!((report.width, report.height), (target.width, target.height));
        assert_eq!(report.keyframes as usize, target.keyframes.len());
        assert!(report.preview.len() <= report.features as usize);
    }
}
