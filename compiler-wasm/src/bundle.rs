//! The image target file, `.mind` version 2: one MessagePack value, as MindAR 1.2.5 writes and reads it.
//!
//! ```text
//! {v: 2, dataList: [target, …]}                     one target for each photo, nothing shared between them
//! target   = {targetImage: {width, height}, trackingData: [256 px, 128 px], matchingData: [keyframe, …]}
//! tracking = {data: grey bytes, scale, width, height, points: [{x, y}, …]}
//! keyframe = {maximaPoints, minimaPoints: [feature, …], maximaPointsCluster, minimaPointsCluster: {rootNode: node},
//!             width, height, scale}
//! feature  = {maxima, x, y, scale, angle, descriptors: [21 × uint32]}
//! node     = {centerPointIndex, leaf: true, pointIndexes} | {centerPointIndex, leaf: false, children}
//! ```
//!
//! Since targets are independent, files are joined by putting their targets behind one head: nothing is compiled again.

mod decode;
mod encode;

pub use decode::decode_bundle;
pub use encode::encode_bundle;

use crate::{error::BundleError, plane::GrayImage};

/// The version that is read and written.
pub const VERSION: u64 = 2;
/// Most targets of a file.
pub const TARGETS_MAX: usize = 1000;

/// Words of a descriptor.
pub const DESCRIPTOR_WORDS: usize = 21;

/// 666 bits, the first in the highest bit of the first word.
pub type Descriptor = [u32; DESCRIPTOR_WORDS];

/// The targets of a file, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bundle {
    /// 1 to [`TARGETS_MAX`].
    pub targets: Vec<Target>,
}

/// One photo.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Pixels of the photo.
    pub width: u32,
    /// Pixels of the photo.
    pub height: u32,
    /// The 256-px and the 128-px image; the last is used at run time.
    pub tracking: Vec<TrackingImage>,
    /// The scales that recognition searches, largest first.
    pub keyframes: Vec<Keyframe>,
}

impl Target {
    /// The pictures alone, about a fifth of it: all that Kinora's own viewer reads. MindAR recognises nothing by it.
    #[must_use]
    pub fn pictures(&self) -> Self {
        let picture = |image: &TrackingImage| TrackingImage { points: Vec::new(), ..image.clone() };
        Self { tracking: self.tracking.iter().map(picture).collect(), keyframes: Vec::new(), ..*self }
    }
}

/// A small grey copy of the photo, and where its templates are.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackingImage {
    /// The copy.
    pub image: GrayImage,
    /// Its size as a factor of the photo's.
    pub scale: f64,
    /// Centres of the templates, (x, y) in its pixels.
    pub points: Vec<[u32; 2]>,
}

/// One scale of the photo.
#[derive(Clone, Debug, PartialEq)]
pub struct Keyframe {
    /// Pixels at this scale.
    pub width: u32,
    /// Pixels at this scale.
    pub height: u32,
    /// Its size as a factor of the photo's.
    pub scale: f64,
    /// Features brighter than their surroundings.
    pub maxima: FeatureSet,
    /// Features darker than their surroundings.
    pub minima: FeatureSet,
}

/// Features of one polarity and the tree over them.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureSet {
    /// At most a few hundred.
    pub features: Vec<Feature>,
    /// Its points are indexes of `features`.
    pub tree: Node,
}

/// A point that can be recognised.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    /// Column in pixels of the keyframe, fractional.
    pub x: f64,
    /// Row in pixels of the keyframe, fractional.
    pub y: f64,
    /// 2, 4 or 8: two to the octave.
    pub scale: f64,
    /// Radians.
    pub angle: f64,
    /// What surrounds it.
    pub descriptor: Descriptor,
}

/// A node of the tree over descriptors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// Compared point by point.
    Leaf {
        /// The point that stands for it; none at the root.
        centre: Option<u32>,
        /// Indexes of features.
        points: Vec<u32>,
    },
    /// Followed to the nearest centre.
    Branch {
        /// The point that stands for it; none at the root.
        centre: Option<u32>,
        /// By rising centre.
        children: Vec<Node>,
    },
}

/// Puts the targets of several files into one, in order, without reading more than their heads.
///
/// # Errors
/// [`BundleError`] of the first file that has another head than MindAR's and ours, or too many targets together.
///
/// # Examples
/// ```
/// # use compiler_wasm::bundle::{Bundle, Target, decode_bundle, encode_bundle, join};
/// # use compiler_wasm::{bundle::TrackingImage, plane::GrayImage};
/// # let image = GrayImage { width: 1, height: 1, data: vec![7] };
/// # let tracking = vec![TrackingImage { image, scale: 0.5, points: vec![] }; 2];
/// # let target = |width| Bundle { targets: vec![Target { width, height: 9, tracking: tracking.clone(), keyframes: vec![] }] };
/// let (first, second) = (encode_bundle(&target(10)), encode_bundle(&target(20)));
/// let album = decode_bundle(&join(&[&first, &second])?)?;
/// assert_eq!(album.targets.iter().map(|target| target.width).collect::<Vec<_>>(), [10, 20]);
/// # Ok::<(), compiler_wasm::error::BundleError>(())
/// ```
pub fn join(files: &[&[u8]]) -> Result<Vec<u8>, BundleError> {
    let mut count = 0;
    let mut bodies = Vec::new();
    for file in files {
        let (targets, body) = decode::split_head(file)?;
        count += targets;
        bodies.push(body);
    }
    if count > TARGETS_MAX {
        return Err(BundleError::TooLarge { what: "targets", most: TARGETS_MAX });
    }
    let mut joined = encode::head(count);
    joined.reserve_exact(bodies.iter().map(|body| body.len()).sum());
    for body in bodies {
        joined.extend_from_slice(body);
    }
    Ok(joined)
}
