//! What libFuzzer has found so far still holds, without libFuzzer.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as expected")]
#![allow(clippy::print_stdout, reason = "shown when it fails: which input it was")]

use std::{fs, path::Path};

use fuzz::{image, manifest, mind, uploads::Shop, video};

/// One test, since a target may measure the memory that it takes.
#[test]
fn the_kept_corpus_holds() {
    let shop = Shop::open();
    each("mind", mind::check);
    each("image", image::check);
    each("video", video::check);
    each("manifest", manifest::check);
    each("uploads", |bytes| shop.check(bytes));
}

fn each(target: &str, check: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        println!("{}", path.display());
        check(&fs::read(path).unwrap());
        count += 1;
    }
    assert!(count > 0, "nothing is kept in {}", folder.display());
}
