//! Features of one keyframe: detection, localisation, orientation and description put together.

use crate::{
    bundle::Feature, extrema::Extremum, freak::describe_freak, localize::localize, orientation::assign_orientation,
    pyramid::Pyramid,
};

/// Features of one polarity each, in the order of the extrema.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    /// Brighter than their surroundings.
    pub maxima: Vec<Feature>,
    /// Darker than their surroundings.
    pub minima: Vec<Feature>,
}

/// Describes the extrema of a pyramid.
#[must_use]
pub fn describe(pyramid: &Pyramid, extrema: &[Extremum]) -> Features {
    let mut features = Features::default();
    for extremum in extrema {
        let keypoint = localize(pyramid, extremum);
        let image = &pyramid.octave(keypoint.octave).second;
        let angle = assign_orientation(image, &keypoint);
        let descriptor = describe_freak(image, &keypoint, angle);
        let (x, y) = in_image(keypoint.octave, keypoint.x, keypoint.y);
        let scale = f64::from(1u32 << keypoint.octave);
        let feature = Feature { x, y, scale, angle: f64::from(angle), descriptor };
        let list = if keypoint.is_maximum { &mut features.maxima } else { &mut features.minima };
        list.push(feature);
    }
    features
}

/// From pixels of an octave to pixels of its image.
#[must_use]
pub fn in_image(octave: usize, x: f32, y: f32) -> (f64, f64) {
    let scale = f64::from(1u32 << octave);
    let place = |position: f32| f64::from(position) * scale + scale / 2.0 - 0.5;
    (place(x), place(y))
}
