//! What lies before the camera: a print on a table, and what may come between.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use anyhow::Context;

use crate::{
    case::{Case, Sequence},
    hand::Hand,
    picture::{Light, Picture, Pyramid},
    print::printed,
    rng::Rng,
};

/// Photos by name.
#[derive(Debug, Default)]
pub struct Album(BTreeMap<String, Photo>);

/// A photo's file and what it shows.
#[derive(Clone, Debug)]
pub struct Photo {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// The file's pixels.
    pub picture: Arc<Pyramid>,
}

impl Album {
    /// Reads photos. A photo's name is its file's without the extension, or its package's: `…/NAME/data/image.jpg`.
    ///
    /// # Errors
    /// A file can't be read or is no photo.
    pub fn read<P: AsRef<Path>>(files: &[P]) -> anyhow::Result<Self> {
        let mut album = Self::default();
        for file in files.iter().map(AsRef::as_ref) {
            let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            album.add(&name_of(file), bytes).with_context(|| format!("cannot read {}", file.display()))?;
        }
        Ok(album)
    }

    /// Adds a photo.
    ///
    /// # Errors
    /// The bytes are no photo.
    pub fn add(&mut self, name: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        let picture = Arc::new(Pyramid::new(Picture::decode(&bytes)?));
        self.0.insert(name.to_owned(), Photo { bytes, picture });
        Ok(())
    }

    /// Their names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// A photo.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn photo(&self, name: &str) -> anyhow::Result<&Photo> {
        self.0.get(name).with_context(|| format!("there is no photo {name}"))
    }

    /// The name of another photo than this one; `None` when there is none.
    fn other(&self, name: &str, rng: &mut Rng) -> Option<&str> {
        let others: Vec<&str> = self.names().filter(|&other| other != name).collect();
        (!others.is_empty()).then(|| others[rng.below(others.len())])
    }
}

fn name_of(file: &Path) -> String {
    let named = if file.ends_with("data/image.jpg") {
        file.ancestors().nth(2).unwrap_or(file).file_name()
    } else {
        file.file_stem()
    };
    let name = named.unwrap_or_default().to_string_lossy();
    name.strip_prefix("datasets-img-").unwrap_or(&name).to_owned()
}

/// What lies before the camera.
#[derive(Clone, Debug)]
pub struct Scene {
    /// What is printed.
    pub print: Arc<Pyramid>,
    /// Names of the photos in view.
    pub shown: Vec<String>,
    /// What the print lies on.
    pub table: Table,
    /// Light of what is far away.
    pub room: Light,
    /// A hand, when one comes over the print.
    pub hand: Option<Hand>,
}

/// The table's pattern and how it lies under the print: it goes on for ever, mirrored at the pattern's edges.
#[derive(Clone, Debug)]
pub struct Table {
    /// The pattern.
    pub pattern: Arc<Pyramid>,
    /// From photo coordinates to the pattern's: `[[a, b, c], [d, e, f]]`.
    pub placement: [[f32; 3]; 2],
    /// Widths of the pattern in a width of the print.
    pub scale: f64,
}

impl Scene {
    /// The scene of a case. Every second one has another photo for its table, the others a drawn cloth; where no target is in
    /// view, another photo is printed.
    ///
    /// # Errors
    /// The album lacks the case's photo, or another one where it is needed.
    pub fn new(case: &Case, album: &Album) -> anyhow::Result<Self> {
        let mut rng = case.rng().fork("scene");
        let mut shown = Vec::new();
        if case.sequence == Sequence::NoTarget {
            let other = album.other(&case.photo, &mut rng).context("no-target needs a second photo")?;
            shown.push(other.to_owned());
        } else {
            shown.push(case.photo.clone());
        }
        let photo = &album.photo(&shown[0])?.picture;
        let print = match case.sequence {
            Sequence::Printed => Arc::new(Pyramid::new(printed(photo.picture(), &mut rng))),
            _ => Arc::clone(photo),
        };

        let lying = if rng.below(2) == 0 { album.other(&case.photo, &mut rng) } else { None };
        let pattern = match lying {
            Some(name) => {
                shown.push(name.to_owned());
                Arc::clone(&album.photo(name)?.picture)
            }
            None => Arc::new(Pyramid::new(cloth(&mut rng))),
        };
        let table = Table::new(&mut rng, pattern, case.aspect());
        let room = [0.20, 0.19, 0.17, 0.0].map(|light| light * rng.between(0.5, 1.5) as f32);
        let hand = (case.sequence == Sequence::Occlusion).then(|| Hand::new(&mut rng, case.aspect()));
        Ok(Self { print, shown, table, room, hand })
    }
}

impl Table {
    /// A pattern at random under a print of this shape.
    fn new(rng: &mut Rng, pattern: Arc<Pyramid>, aspect: f64) -> Self {
        // A print is a fifth to half as wide as a photo on the table.
        let scale = rng.between(0.2, 0.5);
        let (sin, cos) = rng.angle().sin_cos();
        let (across, down) = (scale, scale / pattern.aspect());
        let row = |a: f64, b: f64, shift: f64| [a as f32, (b * aspect) as f32, shift as f32];
        let shift = [rng.unit(), rng.unit()];
        let placement = [row(across * cos, -across * sin, shift[0]), row(down * sin, down * cos, shift[1])];
        Self { pattern, placement, scale }
    }
}

/// A cloth: clouds of two random colours and the weave's threads.
fn cloth(rng: &mut Rng) -> Picture {
    let colour = |rng: &mut Rng, brightness: f64| [0; 4].map(|_: i32| (brightness * rng.between(0.6, 1.4)) as f32);
    let colours = [colour(rng, 0.06), colour(rng, 0.35)];
    let mut cloth = Picture::noise(rng, 1024, 4, colours);
    for (index, texel) in cloth.texels.iter_mut().enumerate() {
        let (x, y) = (index % 1024, index / 1024);
        let thread = if (x / 4 + y / 4) % 2 == 0 { 1.12 } else { 0.9 };
        *texel = texel.map(|light| light * thread);
    }
    cloth
}
