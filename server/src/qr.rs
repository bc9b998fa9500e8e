//! QR codes to print: error correction Q (a quarter of the code may be damaged) and a quiet zone of four modules.
//!
//! Source: ISO/IEC 18004.

use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};
use qrcode::{Color, EcLevel, types::QrError};

/// Modules of white around the code.
const QUIET_ZONE: usize = 4;
/// Least size of a module that phones read from arm's length, in millimetres.
const MODULE_MM: f64 = 0.4;
/// Pixels of a module in a PNG: 600 dots an inch at twice the least size.
const MODULE_PX: u32 = 20;
const POINTS_PER_MM: f32 = 72.0 / 25.4;
/// A6, the size of a postcard, in millimetres.
const PAGE_MM: (f32, f32) = (105.0, 148.0);
/// Side of the code with its quiet zone on the page.
const PAGE_CODE_MM: f32 = 85.0;

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QrFormat {
    /// Vectors for the web.
    Svg,
    /// Pixels.
    Png,
    /// A page for the printer, with the link in text.
    Pdf,
}

impl QrFormat {
    /// By the ending of a file's name, without the dot.
    #[must_use]
    pub fn from_ending(ending: &str) -> Option<Self> {
        match ending {
            "svg" => Some(Self::Svg),
            "png" => Some(Self::Png),
            "pdf" => Some(Self::Pdf),
            _ => None,
        }
    }

    /// The media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }
}

/// A link as a code.
pub struct QrCode {
    link: String,
    side: usize,
    dark: Vec<bool>,
}

impl QrCode {
    /// # Errors
    /// [`QrError`] when the link is too long for a code.
    pub fn new(link: &str) -> Result<Self, QrError> {
        let code = qrcode::QrCode::with_error_correction_level(link, EcLevel::Q)?;
        let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        Ok(Self { link: link.to_owned(), side: code.width(), dark })
    }

    /// Least width in print with its quiet zone, in millimetres.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a code has at most 185 modules")]
    pub fn least_mm(&self) -> u32 {
        (self.full_side() as f64 * MODULE_MM).ceil() as u32
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// When the PNG encoder fails.
    pub fn render(&self, format: QrFormat) -> anyhow::Result<Vec<u8>> {
        match format {
            QrFormat::Svg => Ok(self.svg().into_bytes()),
            QrFormat::Png => self.png(),
            QrFormat::Pdf => Ok(self.pdf()),
        }
    }

    fn full_side(&self) -> usize {
        self.side + 2 * QUIET_ZONE
    }

    /// Dark runs as (column, row, length), with the quiet zone.
    fn runs(&self) -> Vec<(usize, usize, usize)> {
        let mut runs = Vec::new();
        for (y, row) in self.dark.chunks(self.side).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|a, b| a == b) {
                if run[0] {
                    runs.push((x + QUIET_ZONE, y + QUIET_ZONE, run.len()));
                }
                x += run.len();
            }
        }
        runs
    }

    fn svg(&self) -> String {
        let side = self.full_side();
        let path: String =
            self.runs().into_iter().map(|(x, y, length)| format!("M{x} {y}h{length}v1h-{length}z")).collect();
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
        )
    }

    fn png(&self) -> anyhow::Result<Vec<u8>> {
        let side = u32::try_from(self.full_side())? * MODULE_PX;
        let mut picture = GrayImage::from_pixel(side, side, Luma([255]));
        for (x, y, length) in self.runs() {
            let (x, y, length) = (u32::try_from(x)?, u32::try_from(y)?, u32::try_from(length)?);
            for py in y * MODULE_PX..(y + 1) * MODULE_PX {
                for px in x * MODULE_PX..(x + length) * MODULE_PX {
                    picture.put_pixel(px, py, Luma([0]));
                }
            }
        }
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png)?;
        Ok(bytes.into_inner())
    }

    fn pdf(&self) -> Vec<u8> {
        let [catalog, pages, page, font, contents] = [1, 2, 3, 4, 5].map(Ref::new);
        let (width, height) = (PAGE_MM.0 * POINTS_PER_MM, PAGE_MM.1 * POINTS_PER_MM);
        let mut pdf = Pdf::new();
        pdf.catalog(catalog).pages(pages);
        pdf.pages(pages).kids([page]).count(1);
        let mut leaf = pdf.page(page);
        leaf.media_box(Rect::new(0.0, 0.0, width, height)).parent(pages).contents(contents);
        leaf.resources().fonts().pair(Name(b"F"), font);
        leaf.finish();
        pdf.type1_font(font).base_font(Name(b"Helvetica"));
        pdf.stream(contents, &self.pdf_content(width, height));
        pdf.finish()
    }

    #[expect(clippy::cast_precision_loss, reason = "a code has at most 185 modules")]
    fn pdf_content(&self, width: f32, height: f32) -> Vec<u8> {
        let code = PAGE_CODE_MM * POINTS_PER_MM;
        let module = code / self.full_side() as f32;
        let (left, top) = ((width - code) / 2.0, height - 12.0 * POINTS_PER_MM);
        let mut content = Content::new();
        // Black ink only, which printers put exactly in place.
        content.set_fill_cmyk(0.0, 0.0, 0.0, 1.0);
        for (x, y, length) in self.runs() {
            let y = top - (y + 1) as f32 * module;
            content.rect(left + x as f32 * module, y, length as f32 * module, module);
        }
        content.fill_nonzero();
        let below = top - code - 8.0 * POINTS_PER_MM;
        text(&mut content, &self.link, width, below, 9.0);
        let advice = format!("Print the code at least {} mm wide and keep the white around it.", self.least_mm());
        text(&mut content, &advice, width, below - 8.0 * POINTS_PER_MM, 7.0);
        content.finish().into_vec()
    }
}

/// A centred line of Helvetica, made smaller when it would not fit. Half an em is its usual width of a character.
#[expect(clippy::cast_precision_loss, reason = "a line is short")]
fn text(content: &mut Content, line: &str, page_width: f32, y: f32, size: f32) {
    let room = page_width - 10.0 * POINTS_PER_MM;
    let ems = line.len() as f32 * 0.52;
    let size = size.min(room / ems);
    content.begin_text().set_font(Name(b"F"), size);
    content.next_line((page_width - ems * size) / 2.0, y).show(Str(line.as_bytes())).end_text();
}
