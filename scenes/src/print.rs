//! A photo on paper: fewer colours, a tint, a halftone screen and the paper's grain.

use crate::{
    picture::{Light, Picture, mix},
    rng::Rng,
};

/// Longest side of a print, in texels: enough for the screen's dots.
const SIDE: usize = 1536;
/// Deviation of the enlarger's blur, in texels of the photo.
const ENLARGING: f64 = 0.4;
/// Distance of the screen's dots in texels, so that a print has 340 along its longest side.
const DOT: f32 = 4.5;
/// How far the dots show: 0 is continuous tone, 1 nothing but dots.
const SCREEN: f32 = 0.45;
/// Angles of the screens for red, green and blue light, in degrees.
const ANGLES_DEG: [f32; 3] = [15.0, 75.0, 45.0];
/// Linear light of the full ink and of the paper: warm paper, bluish black.
const INK: Light = [0.035, 0.038, 0.045, 0.0];
const PAPER: Light = [0.88, 0.83, 0.74, 0.0];
/// How much of its colour a print keeps.
const SATURATION: f32 = 0.65;
/// Exponent of the press's tone curve, in linear light.
const TONE: f32 = 1.25;
/// Deviation of the paper's reflectance.
const GRAIN: f32 = 0.035;

/// Prints a photo.
#[must_use]
pub fn printed(photo: &Picture, rng: &mut Rng) -> Picture {
    let scale = SIDE as f64 / photo.width.max(photo.height) as f64;
    let [width, height] = [photo.width, photo.height].map(|side| (side as f64 * scale).round() as usize);
    let large = photo.resampled(width, height, ENLARGING);
    let waves = ANGLES_DEG.map(|angle| {
        let (sin, cos) = angle.to_radians().sin_cos();
        let frequency = std::f32::consts::TAU / DOT;
        [cos * frequency, sin * frequency]
    });
    Picture::draw(width, height, |x, y| {
        let light = large.texels[y * width + x];
        let grey = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2];
        let muted = mix([grey; 4], light, SATURATION);
        let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
        let grain = 1.0 + GRAIN * rng.normal();
        let mut reflected = [0.0; 4];
        for channel in 0..3 {
            let tone = muted[channel].clamp(0.0, 1.0).powf(TONE);
            let [across, down] = waves[channel];
            let screen = (x * across + y * down).cos() * (y * across - x * down).cos();
            // Dots swing most in the middle tones; their mean is the tone.
            let dotted = tone + SCREEN * screen * 2.0 * tone * (1.0 - tone);
            reflected[channel] = (INK[channel] + (PAPER[channel] - INK[channel]) * dotted) * grain;
        }
        reflected
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_becomes_paper_black_becomes_ink_and_colours_fade() {
        let mean = |light: Light| {
            let print = printed(&Picture::draw(64, 48, |_, _| light), &mut Rng::new(1));
            let channel = |index: usize| {
                print.texels.iter().map(|texel| f64::from(texel[index])).sum::<f64>() / print.texels.len() as f64
            };
            [channel(0) as f32, channel(1) as f32, channel(2) as f32]
        };
        for channel in 0..3 {
            assert!((mean([1.0; 4])[channel] - PAPER[channel]).abs() < 0.002);
            assert!((mean([0.0; 4])[channel] - INK[channel]).abs() < 0.002);
        }
        let [red, green, _] = mean([1.0, 0.0, 0.0, 0.0]);
        assert!(red < 0.8 && green > INK[1]);
    }
}
