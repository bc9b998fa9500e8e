//! Reading, strictly: keys in any order, unknown keys passed over, numbers in any form; everything else must be as described.
//!
//! Nothing is allocated for what the bytes only promise: a list takes memory item by item, and every item takes bytes of
//! the file. Depth and counts are bounded.

use rmp::Marker;

use super::{
    Bundle, DESCRIPTOR_WORDS, Feature, FeatureSet, Keyframe, Node, TARGETS_MAX, Target, TrackingImage, VERSION,
};
use crate::{error::BundleError, plane::GrayImage};

/// Most keyframes of a target; the largest photo has 23.
const KEYFRAMES_MAX: usize = 64;
/// Most features of one polarity; compilers write at most 500.
const FEATURES_MAX: usize = 4096;
/// Most templates of a tracking image.
const POINTS_MAX: usize = 65_536;
/// Most children or points of a node.
const NODE_ITEMS_MAX: usize = FEATURES_MAX;
/// Most levels of a tree, and of a value that is passed over.
const DEPTH_MAX: usize = 64;
/// Most pixels along a side.
const SIDE_MAX: u32 = 1 << 20;

/// Reads a file.
///
/// # Errors
/// [`BundleError`] with what is wrong first.
pub fn decode_bundle(bytes: &[u8]) -> Result<Bundle, BundleError> {
    let mut reader = Reader { rest: bytes };
    let mut targets = None;
    let mut version = None;
    reader.map("an image target file", |reader, key| {
        match key {
            b"v" => version = Some(reader.version()?),
            b"dataList" => targets = Some(reader.list("dataList", TARGETS_MAX, Reader::target)?),
            _ => reader.skip(0)?,
        }
        Ok(())
    })?;
    required(version, "v")?;
    let targets: Vec<Target> = required(targets, "dataList")?;
    if targets.is_empty() || !reader.rest.is_empty() {
        return Err(malformed("dataList"));
    }
    Ok(Bundle { targets })
}

/// The number of targets and the bytes they take, of a file whose head is in the usual order.
pub(super) fn split_head(bytes: &[u8]) -> Result<(usize, &[u8]), BundleError> {
    let mut reader = Reader { rest: bytes };
    let usual = reader.map_len("an image target file")? == 2 && reader.text("v")? == b"v";
    if !usual {
        return Err(malformed("v"));
    }
    reader.version()?;
    if reader.text("dataList")? != b"dataList" {
        return Err(malformed("dataList"));
    }
    let count = reader.array_len("dataList", TARGETS_MAX)?;
    Ok((count, reader.rest))
}

fn malformed(expected: &'static str) -> BundleError {
    BundleError::Malformed { expected }
}

fn required<T>(value: Option<T>, key: &'static str) -> Result<T, BundleError> {
    value.ok_or(malformed(key))
}

/// The bytes not read yet.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn target(&mut self) -> Result<Target, BundleError> {
        let (mut size, mut tracking, mut keyframes) = (None, None, None);
        self.map("target", |reader, key| {
            match key {
                b"targetImage" => size = Some(reader.size()?),
                b"trackingData" => tracking = Some(reader.list("trackingData", 2, Self::tracking_image)?),
                b"matchingData" => keyframes = Some(reader.list("matchingData", KEYFRAMES_MAX, Self::keyframe)?),
                _ => reader.skip(0)?,
            }
            Ok(())
        })?;
        let (width, height) = required(size, "targetImage")?;
        let tracking: Vec<_> = required(tracking, "trackingData")?;
        if tracking.len() != 2 {
            return Err(malformed("trackingData"));
        }
        Ok(Target { width, height, tracking, keyframes: required(keyframes, "matchingData")? })
    }

    fn size(&mut self) -> Result<(u32, u32), BundleError> {
        let (mut width, mut height) = (None, None);
        self.map("targetImage", |reader, key| {
            match key {
                b"width" => width = Some(reader.side()?),
                b"height" => height = Some(reader.side()?),
                _ => reader.skip(0)?,
            }
            Ok(())
        })?;
        Ok((required(width, "width")?, required(height, "height")?))
    }

    fn tracking_image(&mut self) -> Result<TrackingImage, BundleError> {
        let (mut data, mut scale, mut width, mut height, mut points) = (None, None, None, None, None);
        self.map("trackingData", |reader, key| {
            match key {
                b"data" => data = Some(reader.bytes("data")?),
                b"scale" => scale = Some(reader.number("scale")?),
                b"width" => width = Some(reader.side()?),
                b"height" => height = Some(reader.side()?),
                b"points" => points = Some(reader.list("points", POINTS_MAX, Self::point)?),
                _ => reader.skip(0)?,
            }
            Ok(())
        })?;
        let (width, height) = (required(width, "width")? as usize, required(height, "height")? as usize);
        let image = GrayImage::new(width, height, required(data, "data")?.to_vec()).ok_or(malformed("data"))?;
        let points: Vec<[u32; 2]> = required(points, "points")?;
        if points.iter().any(|&[x, y]| x as usize >= width || y as usize >= height) {
            return Err(malformed("points"));
        }
        Ok(TrackingImage { image, scale: required(scale, "scale")?, points })
    }

    fn point(&mut self) -> Result<[u32; 2], BundleError> {
        let (mut x, mut y) = (None, None);
        self.map("points", |reader, key| {
            match key {
                b"x" => x = Some(reader.whole("x")?),
                b"y" => y = Some(reader.whole("y")?),
                _ => reader.skip(0)?,
            }
            Ok(())
        })?;
        Ok([required(x, "x")?, required(y, "y")?])
    }

    fn keyframe(&mut self) -> Result<Keyframe, BundleError> {
        let (mut maxima, mut minima, mut maxima_tree, mut minima_tree) = (None, None, None, None);
        let (mut width, mut height, mut scale) = (None, None, None);
        self.map("matchingData", |reader, key| {
            match key {
                b"maximaPoints" => maxima = Some(reader.list("maximaPoints", FEATURES_MAX, Self::feature)?),
                b"minimaPoints" => minima = Some(reader.list("minimaPoints", FEATURES_MAX, Self::feature)?),
                b"maximaPointsCluster" => maxima_tree = Some(reader.tree()?),
                b"minimaPointsCluster" => minima_tree = Some(reader.tree()?),
                b"width" => width = Some(reader.side()?),
                b"height" => height = Some(reader.side()?),
                b"scale" => scale = Some(reader.number("scale")?),
                _ => reader.skip(0)?,
            }
            Ok(())
        })?;
        Ok(Keyframe {
            width: required(width, "width")?,
            height: required(height, "height")?,
            scale: required(scale, "scale")?,
            maxima: feature_set(maxima, maxima_tree, "maximaPoints")?,
            minima: feature_set(minima, minima_tree, "minimaPoints")?,
        })
    }

    fn feature(&mut self) -> Result<Feature, BundleError> {
        let (mut x, mut y, mut scale, mut angle, mut descriptor) = (None, None, None, None, None);
        self.map("feature", |reader, key| {
            match key {
                b"x" => x = Some(reader.number("x")?),
                b"y" => y = Some(reader.number("y")?),
                b"scale" => scale = Some(reader.number("scale")?),
                b"angle" => angle = Some(reader.number("angle")?),
                b"descriptors" => {
                    let words = reader.list("descriptors", DESCRIPTOR_WORDS, |reader| reader.whole("descriptors"))?;
                    descriptor = Some(words.try_into().map_err(|_| malformed("descriptors"))?);
                }
                _ => reader.skip(0)?,
            }
            Ok(())
        })?;
        Ok(Feature {
            x: required(x, "x")?,
            y: required(y, "y")?,
            scale: required(scale, "scale")?,
            angle: required(angle, "angle")?,
            descriptor: required(descriptor, "descriptors")?,
        })
    }

    fn tree(&mut self) -> Result<Node, BundleError> {
        let mut root = None;
        self.map("cluster", |reader, key| {
            match key {
                b"rootNode" => root = Some(reader.node(0)?),
                _ => reader.skip(0)?,
            }
            Ok(())
        })?;
        required(root, "rootNode")
    }

    fn node(&mut self, depth: usize) -> Result<Node, BundleError> {
        check_depth(depth)?;
        let (mut centre, mut leaf, mut points, mut children) = (None, None, None, None);
        self.map("rootNode", |reader, key| {
            match key {
                b"centerPointIndex" => centre = Some(reader.centre()?),
                b"leaf" => leaf = Some(reader.boolean("leaf")?),
                b"pointIndexes" => {
                    points = Some(reader.list("pointIndexes", NODE_ITEMS_MAX, |reader| reader.whole("pointIndexes"))?);
                }
                b"children" => {
                    children = Some(reader.list("children", NODE_ITEMS_MAX, |reader| reader.node(depth + 1))?);
                }
                _ => reader.skip(0)?,
            }
            Ok(())
        })?;
        let centre = required(centre, "centerPointIndex")?;
        if required(leaf, "leaf")? {
            Ok(Node::Leaf { centre, points: required(points, "pointIndexes")? })
        } else {
            Ok(Node::Branch { centre, children: required(children, "children")? })
        }
    }

    /// Nothing, decimal digits or a number.
    fn centre(&mut self) -> Result<Option<u32>, BundleError> {
        match self.peek()? {
            Marker::Null => self.marker().map(|_| None),
            Marker::FixStr(_) | Marker::Str8 => {
                let digits = std::str::from_utf8(self.text("centerPointIndex")?).ok();
                digits.and_then(|digits| digits.parse().ok()).map(Some).ok_or(malformed("centerPointIndex"))
            }
            _ => self.whole("centerPointIndex").map(Some),
        }
    }

    fn version(&mut self) -> Result<(), BundleError> {
        match self.whole("v")?.into() {
            VERSION => Ok(()),
            found => Err(BundleError::Version { found }),
        }
    }

    fn side(&mut self) -> Result<u32, BundleError> {
        self.whole("width")
            .and_then(|side| if (1..=SIDE_MAX).contains(&side) { Ok(side) } else { Err(malformed("width")) })
    }

    fn map(
        &mut self,
        what: &'static str,
        mut entry: impl FnMut(&mut Self, &'a [u8]) -> Result<(), BundleError>,
    ) -> Result<(), BundleError> {
        for _ in 0..self.map_len(what)? {
            let key = self.text(what)?;
            entry(self, key)?;
        }
        Ok(())
    }

    fn list<T>(
        &mut self,
        what: &'static str,
        most: usize,
        mut item: impl FnMut(&mut Self) -> Result<T, BundleError>,
    ) -> Result<Vec<T>, BundleError> {
        let count = self.array_len(what, most)?;
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// Passes over a value of any kind.
    fn skip(&mut self, depth: usize) -> Result<(), BundleError> {
        check_depth(depth)?;
        let mut inner = 0;
        match self.marker()? {
            Marker::FixMap(length) => inner = usize::from(length) * 2,
            Marker::FixArray(length) => inner = length.into(),
            Marker::Map16 => inner = self.length(2)? * 2,
            Marker::Map32 => inner = self.length(4)?.saturating_mul(2),
            Marker::Array16 => inner = self.length(2)?,
            Marker::Array32 => inner = self.length(4)?,
            Marker::FixStr(length) => drop(self.take(length.into())?),
            Marker::Str8 | Marker::Bin8 => self.length(1).and_then(|length| self.take(length)).map(drop)?,
            Marker::Str16 | Marker::Bin16 => self.length(2).and_then(|length| self.take(length)).map(drop)?,
            Marker::Str32 | Marker::Bin32 => self.length(4).and_then(|length| self.take(length)).map(drop)?,
            Marker::U8 | Marker::I8 => drop(self.take(1)?),
            Marker::U16 | Marker::I16 | Marker::FixExt1 => drop(self.take(2)?),
            Marker::FixExt2 => drop(self.take(3)?),
            Marker::U32 | Marker::I32 | Marker::F32 => drop(self.take(4)?),
            Marker::FixExt4 => drop(self.take(5)?),
            Marker::U64 | Marker::I64 | Marker::F64 => drop(self.take(8)?),
            Marker::FixExt8 => drop(self.take(9)?),
            Marker::FixExt16 => drop(self.take(17)?),
            Marker::Ext8 => self.length(1).and_then(|length| self.take(length + 1)).map(drop)?,
            Marker::Ext16 => self.length(2).and_then(|length| self.take(length + 1)).map(drop)?,
            Marker::Ext32 => self.length(4).and_then(|length| self.take(length.saturating_add(1))).map(drop)?,
            Marker::Null | Marker::True | Marker::False | Marker::FixPos(_) | Marker::FixNeg(_) => {}
            Marker::Reserved => return Err(malformed("a MessagePack value")),
        }
        for _ in 0..inner {
            self.skip(depth + 1)?;
        }
        Ok(())
    }

    fn map_len(&mut self, what: &'static str) -> Result<usize, BundleError> {
        match self.marker()? {
            Marker::FixMap(length) => Ok(length.into()),
            Marker::Map16 => self.length(2),
            Marker::Map32 => self.length(4),
            _ => Err(malformed(what)),
        }
    }

    fn array_len(&mut self, what: &'static str, most: usize) -> Result<usize, BundleError> {
        let length = match self.marker()? {
            Marker::FixArray(length) => length.into(),
            Marker::Array16 => self.length(2)?,
            Marker::Array32 => self.length(4)?,
            _ => return Err(malformed(what)),
        };
        if length > most { Err(BundleError::TooLarge { what, most }) } else { Ok(length) }
    }

    fn text(&mut self, what: &'static str) -> Result<&'a [u8], BundleError> {
        let length = match self.marker()? {
            Marker::FixStr(length) => length.into(),
            Marker::Str8 => self.length(1)?,
            Marker::Str16 => self.length(2)?,
            Marker::Str32 => self.length(4)?,
            _ => return Err(malformed(what)),
        };
        self.take(length)
    }

    fn bytes(&mut self, what: &'static str) -> Result<&'a [u8], BundleError> {
        let length = match self.marker()? {
            Marker::Bin8 => self.length(1)?,
            Marker::Bin16 => self.length(2)?,
            Marker::Bin32 => self.length(4)?,
            _ => return Err(malformed(what)),
        };
        self.take(length)
    }

    fn boolean(&mut self, what: &'static str) -> Result<bool, BundleError> {
        match self.marker()? {
            Marker::True => Ok(true),
            Marker::False => Ok(false),
            _ => Err(malformed(what)),
        }
    }

    /// A whole number of 32 bits in any form.
    fn whole(&mut self, what: &'static str) -> Result<u32, BundleError> {
        let value = self.number(what)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "compared after the cast")]
        let whole = value as u32;
        if f64::from(whole) == value { Ok(whole) } else { Err(malformed(what)) }
    }

    /// A finite number in any form.
    #[expect(clippy::cast_precision_loss, reason = "the format's numbers are JavaScript's, which are f64")]
    fn number(&mut self, what: &'static str) -> Result<f64, BundleError> {
        let value = match self.marker()? {
            Marker::FixPos(value) => value.into(),
            Marker::FixNeg(value) => value.into(),
            Marker::U8 => u8::from_be_bytes(self.array()?).into(),
            Marker::U16 => u16::from_be_bytes(self.array()?).into(),
            Marker::U32 => u32::from_be_bytes(self.array()?).into(),
            Marker::U64 => u64::from_be_bytes(self.array()?) as f64,
            Marker::I8 => i8::from_be_bytes(self.array()?).into(),
            Marker::I16 => i16::from_be_bytes(self.array()?).into(),
            Marker::I32 => i32::from_be_bytes(self.array()?).into(),
            Marker::I64 => i64::from_be_bytes(self.array()?) as f64,
            Marker::F32 => f32::from_be_bytes(self.array()?).into(),
            Marker::F64 => f64::from_be_bytes(self.array()?),
            _ => return Err(malformed(what)),
        };
        if value.is_finite() { Ok(value) } else { Err(malformed(what)) }
    }

    fn length(&mut self, bytes: usize) -> Result<usize, BundleError> {
        Ok(self.take(bytes)?.iter().fold(0, |length, &byte| length << 8 | usize::from(byte)))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], BundleError> {
        self.take(N)?.try_into().map_err(|_| BundleError::Truncated)
    }

    fn peek(&self) -> Result<Marker, BundleError> {
        self.rest.first().map(|&byte| Marker::from_u8(byte)).ok_or(BundleError::Truncated)
    }

    fn marker(&mut self) -> Result<Marker, BundleError> {
        let marker = self.peek()?;
        self.rest = &self.rest[1..];
        Ok(marker)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], BundleError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(BundleError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }
}

fn check_depth(depth: usize) -> Result<(), BundleError> {
    if depth < DEPTH_MAX { Ok(()) } else { Err(BundleError::TooLarge { what: "nested values", most: DEPTH_MAX }) }
}

/// Features with their tree, whose indexes must be those of features.
fn feature_set(
    features: Option<Vec<Feature>>,
    tree: Option<Node>,
    key: &'static str,
) -> Result<FeatureSet, BundleError> {
    fn fits(node: &Node, count: usize) -> bool {
        let known = |index: &u32| (*index as usize) < count;
        match node {
            Node::Leaf { centre, points } => centre.iter().chain(points).all(known),
            Node::Branch { centre, children } => {
                centre.iter().all(known) && children.iter().all(|child| fits(child, count))
            }
        }
    }
    let (features, tree) = (required(features, key)?, required(tree, "rootNode")?);
    if fits(&tree, features.len()) { Ok(FeatureSet { features, tree }) } else { Err(malformed("pointIndexes")) }
}
