//! Tells the program where its web assets are, to carry them inside: `KINORA_WEB_DIR`, or none for a plain `cargo build`.

use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=KINORA_WEB_DIR");
    let folder = match env::var_os("KINORA_WEB_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(env::var("OUT_DIR")?).join("web"),
    };
    fs::create_dir_all(&folder)?;
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rustc-env=KINORA_WEB_DIR={}", folder.display());
    Ok(())
}
