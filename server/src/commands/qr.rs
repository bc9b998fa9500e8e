//! `kinora qr`.

use std::path::PathBuf;

use clap::Args;

use super::{Failure, print, write};
use crate::qr::{QrCode, QrFormat};

#[derive(Args)]
pub(super) struct Qr {
    /// What the code holds
    url: String,
    /// The file to write; its ending tells the format: .svg, .png or .pdf
    #[arg(short, long)]
    out: PathBuf,
}

impl Qr {
    pub(super) fn run(self) -> Result<(), Failure> {
        let refused = |code: &str, sentence: String| Failure::Refused(self.url.clone(), code.to_owned(), sentence);
        let ending = self.out.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let format = QrFormat::from_ending(ending)
            .ok_or_else(|| refused("qr_format", "name the file .svg, .png or .pdf".to_owned()))?;
        let code = QrCode::new(&self.url).map_err(|error| refused("qr_too_long", error.to_string()))?;
        write(&self.out, &code.render(format)?)?;
        print(&format!("{}: print it at least {} mm wide", self.out.display(), code.least_mm()))
    }
}
