//! Writing. Keys and number forms are MindAR's: a whole number takes its shortest form, any other is a 64-bit float.

use rmp::encode::{
    ByteBuf, write_array_len, write_bin, write_bool, write_f64, write_map_len, write_nil, write_sint, write_str,
    write_uint,
};

use super::{Bundle, Feature, FeatureSet, Keyframe, Node, Target, TrackingImage, VERSION};

/// Writes a file.
#[must_use]
pub fn encode_bundle(bundle: &Bundle) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.head(bundle.targets.len());
    writer.each(&bundle.targets, Writer::target);
    writer.0.into_vec()
}

/// What stands before the first of `count` targets.
pub(super) fn head(count: usize) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.head(count);
    writer.0.into_vec()
}

const INFALLIBLE: &str = "memory takes every write";

#[derive(Default)]
struct Writer(ByteBuf);

#[expect(clippy::cast_possible_truncation, reason = "lengths are bounded far below 2^32; whole numbers are checked")]
impl Writer {
    fn head(&mut self, targets: usize) {
        self.map(2);
        self.key("v").whole(VERSION);
        self.key("dataList").array(targets);
    }

    fn target(&mut self, target: &Target) {
        self.map(3);
        self.key("targetImage").map(2);
        self.key("width").whole(target.width.into());
        self.key("height").whole(target.height.into());
        self.key("trackingData").array(target.tracking.len());
        self.each(&target.tracking, Self::tracking_image);
        self.key("matchingData").array(target.keyframes.len());
        self.each(&target.keyframes, Self::keyframe);
    }

    fn tracking_image(&mut self, tracking: &TrackingImage) {
        self.map(5);
        self.key("data");
        write_bin(&mut self.0, &tracking.image.data).expect(INFALLIBLE);
        self.key("scale").number(tracking.scale);
        self.key("width").whole(tracking.image.width as u64);
        self.key("height").whole(tracking.image.height as u64);
        self.key("points").array(tracking.points.len());
        self.each(&tracking.points, |writer, [x, y]| {
            writer.map(2);
            writer.key("x").whole((*x).into());
            writer.key("y").whole((*y).into());
        });
    }

    fn keyframe(&mut self, keyframe: &Keyframe) {
        self.map(7);
        for (key, set, is_maximum) in
            [("maximaPoints", &keyframe.maxima, true), ("minimaPoints", &keyframe.minima, false)]
        {
            self.key(key).array(set.features.len());
            self.each(&set.features, |writer, feature| writer.feature(feature, is_maximum));
        }
        self.key("maximaPointsCluster").tree(&keyframe.maxima);
        self.key("minimaPointsCluster").tree(&keyframe.minima);
        self.key("width").whole(keyframe.width.into());
        self.key("height").whole(keyframe.height.into());
        self.key("scale").number(keyframe.scale);
    }

    fn feature(&mut self, feature: &Feature, is_maximum: bool) {
        self.map(6);
        self.key("maxima");
        write_bool(&mut self.0, is_maximum).expect(INFALLIBLE);
        self.key("x").number(feature.x);
        self.key("y").number(feature.y);
        self.key("scale").number(feature.scale);
        self.key("angle").number(feature.angle);
        self.key("descriptors").array(feature.descriptor.len());
        self.each(&feature.descriptor, |writer, &word| writer.whole(word.into()));
    }

    fn tree(&mut self, set: &FeatureSet) {
        self.map(1);
        self.key("rootNode").node(&set.tree);
    }

    fn node(&mut self, node: &Node) {
        let (Node::Leaf { centre, .. } | Node::Branch { centre, .. }) = node;
        self.map(3);
        self.key("centerPointIndex");
        match centre {
            None => write_nil(&mut self.0).expect(INFALLIBLE),
            Some(index) => write_str(&mut self.0, &index.to_string()).expect(INFALLIBLE),
        }
        self.key("leaf");
        write_bool(&mut self.0, matches!(node, Node::Leaf { .. })).expect(INFALLIBLE);
        match node {
            Node::Leaf { points, .. } => {
                self.key("pointIndexes").array(points.len());
                self.each(points, |writer, &point| writer.whole(point.into()));
            }
            Node::Branch { children, .. } => {
                self.key("children").array(children.len());
                self.each(children, Self::node);
            }
        }
    }

    fn each<T>(&mut self, items: &[T], write: impl Fn(&mut Self, &T)) {
        for item in items {
            write(self, item);
        }
    }

    fn key(&mut self, key: &str) -> &mut Self {
        write_str(&mut self.0, key).expect(INFALLIBLE);
        self
    }

    fn map(&mut self, length: u32) {
        write_map_len(&mut self.0, length).expect(INFALLIBLE);
    }

    fn array(&mut self, length: usize) {
        write_array_len(&mut self.0, length as u32).expect(INFALLIBLE);
    }

    fn whole(&mut self, value: u64) {
        write_uint(&mut self.0, value).expect(INFALLIBLE);
    }

    fn number(&mut self, value: f64) {
        /// The greatest whole number that JavaScript writes as one.
        const WHOLE_MAX: f64 = 9_007_199_254_740_991.0;
        if value.fract() != 0.0 || value.abs() > WHOLE_MAX {
            write_f64(&mut self.0, value).expect(INFALLIBLE);
        } else {
            write_sint(&mut self.0, value as i64).expect(INFALLIBLE);
        }
    }
}
