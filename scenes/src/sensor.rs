//! From light to grey levels: vignetting, exposure, noise, gamma, luma, eight bits.

use crate::{picture::encoded, render::Canvas, rng::Rng, script::Shot};

/// Loss of light in the frame's corners.
const VIGNETTING: f32 = 0.25;
/// Noise of reading a pixel, in electrons.
const READ_NOISE: f32 = 2.5;
/// Entries of the gamma table.
const CODES: usize = 1 << 13;
/// ITU-R BT.601.
const LUMA: [f32; 3] = [0.299, 0.587, 0.114];

/// A sensor that codes light as sRGB.
#[derive(Clone, Debug)]
pub struct Sensor {
    codes: Vec<f32>,
}

impl Default for Sensor {
    fn default() -> Self {
        Self { codes: (0..=CODES).map(|code| encoded(code as f32 / CODES as f32)).collect() }
    }
}

impl Sensor {
    /// The frame's grey levels, row-major.
    #[must_use]
    pub fn expose(&self, canvas: &Canvas, shot: &Shot, rng: &mut Rng) -> Vec<u8> {
        let [width, height] = [canvas.width, canvas.height].map(|side| side - 2 * canvas.margin);
        let (half_width, half_height) = (width as f32 / 2.0, height as f32 / 2.0);
        let corner = half_width * half_width + half_height * half_height;
        let (shot_noise, read_noise) = (1.0 / shot.electrons, (READ_NOISE / shot.electrons).powi(2));
        let mut grey = Vec::with_capacity(width * height);
        for y in 0..height {
            let row = &canvas.light[(y + canvas.margin) * canvas.width + canvas.margin..][..width];
            let down = y as f32 + 0.5 - half_height;
            for (x, light) in row.iter().enumerate() {
                let across = x as f32 + 0.5 - half_width;
                let gain = shot.level * (1.0 - VIGNETTING * (across * across + down * down) / corner);
                let signal = light.map(|light| light * gain);
                let deviation = signal.map(|signal| (signal * shot_noise + read_noise).sqrt());
                let mut luma = 0.0;
                for channel in 0..3 {
                    let noisy = signal[channel] + deviation[channel] * rng.normal();
                    let code = (noisy * CODES as f32 + 0.5) as i32;
                    luma += LUMA[channel] * self.codes[code.clamp(0, CODES as i32) as usize];
                }
                grey.push((luma * 255.0 + 0.5) as u8);
            }
        }
        grey
    }
}
