//! Writes what the fuzzer begins with, made by our own code: `cargo run -p fuzz --bin seeds`.

mod image;
mod manifest;
mod mind;
mod video;

use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (target, seeds) in [
        ("image", image::seeds()),
        ("manifest", manifest::seeds()),
        ("mind", mind::seeds()),
        ("uploads", uploads()),
        ("video", video::seeds()),
    ] {
        let folder = corpus.join(target);
        fs::create_dir_all(&folder)?;
        for (number, bytes) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number}")), bytes)?;
        }
    }
    Ok(())
}

/// Bytes of every kind make requests of every kind.
fn uploads() -> Vec<Vec<u8>> {
    let bytes = |seed: u32| {
        let mut state = seed;
        let next = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        std::iter::repeat_with(next).take(600).collect()
    };
    (1..=16).map(bytes).collect()
}
