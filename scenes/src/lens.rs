//! A lens out of focus: a point becomes a disc. The point spread in focus is part of the rendering.

use crate::{
    picture::{Light, add},
    render::Canvas,
};

/// Smaller discs are lost in the point spread, and in the pixels.
const DEFOCUS_MIN_PX: f32 = 0.75;

/// Pixels beyond the frame that reach into it.
#[must_use]
pub fn margin(defocus_px: f32) -> usize {
    if defocus_px < DEFOCUS_MIN_PX { 0 } else { defocus_px.ceil() as usize + 1 }
}

/// Convolves with an even disc of this radius: a chord of it for every row, by running sums along the row. The outermost
/// pixels, as many as [`margin`] says, are of no use afterwards. `scratch` is any memory.
pub fn defocus(canvas: &mut Canvas, radius: f32, scratch: &mut Vec<Light>) {
    if radius < DEFOCUS_MIN_PX {
        return;
    }
    let Canvas { width, height, ref mut light, .. } = *canvas;
    // What a pixel and the disc share blurs by a pixel's own variance of 1/12, too; a disc has a quarter of its radius squared.
    let squared = radius * radius - 1.0 / 3.0;
    let reach = (squared.sqrt() + 0.5) as usize;
    // Half of the mean chord within each row.
    let half = |row: usize| {
        const LINES: usize = 16;
        let from_middle = |line: usize| row as f32 - 0.5 + (line as f32 + 0.5) / LINES as f32;
        (0..LINES).map(|line| (squared - from_middle(line).powi(2)).max(0.0).sqrt()).sum::<f32>() / LINES as f32
    };
    let chords: Vec<f32> = (0..=reach).map(half).collect();
    let area: f32 = chords.iter().enumerate().map(|(row, half)| half * if row == 0 { 2.0 } else { 4.0 }).sum();

    // sums[i] is the sum of a row's pixels before i.
    let stride = width + 1;
    scratch.clear();
    scratch.resize(stride * height, [0.0; 4]);
    for (row, sums) in light.chunks_exact(width).zip(scratch.chunks_exact_mut(stride)) {
        for (x, &pixel) in row.iter().enumerate() {
            let mut sum = sums[x];
            add(&mut sum, pixel, 1.0);
            sums[x + 1] = sum;
        }
    }
    light.fill([0.0; 4]);
    for y in reach..height - reach {
        let out = &mut light[y * width..][..width];
        for offset in 0..=2 * reach {
            let half = chords[offset.abs_diff(reach)];
            let sums = &scratch[(y + offset - reach) * stride..][..stride];
            // Both ends of a chord lie at the same fraction between two sums.
            let at = |end: f32| (end.floor() as isize, end - end.floor());
            let ((left, left_share), (right, right_share)) = (at(0.5 - half), at(0.5 + half));
            for (x, pixel) in out.iter_mut().enumerate().take(width - reach - 1).skip(reach + 1) {
                let begin = x.wrapping_add_signed(left);
                let end = x.wrapping_add_signed(right);
                add(pixel, sums[end], (1.0 - right_share) / area);
                add(pixel, sums[end + 1], right_share / area);
                add(pixel, sums[begin], (left_share - 1.0) / area);
                add(pixel, sums[begin + 1], -left_share / area);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mass, centre and deviation along x of a blurred point.
    fn moments(defocus_px: f32) -> [f64; 3] {
        let (width, height) = (41, 31);
        let mut canvas = Canvas { width, height, margin: 0, light: vec![[0.0; 4]; width * height] };
        canvas.light[15 * width + 20] = [1.0; 4];
        defocus(&mut canvas, defocus_px, &mut Vec::new());
        let mut sums = [0.0; 3];
        for (index, light) in canvas.light.iter().enumerate() {
            let (x, weight) = ((index % width) as f64, f64::from(light[0]));
            sums = [sums[0] + weight, sums[1] + weight * x, sums[2] + weight * x * x];
        }
        let mean = sums[1] / sums[0];
        [sums[0], mean, (sums[2] / sums[0] - mean * mean).sqrt()]
    }

    #[test]
    fn a_point_keeps_its_light_and_its_place() {
        for defocus_px in [0.0, 1.0, 2.3, 5.0] {
            let [mass, x, deviation] = moments(defocus_px);
            assert!((mass - 1.0).abs() < 1e-3 && (x - 20.0).abs() < 1e-3, "{mass} at {x}");
            // A disc's deviation along a diameter is half of its radius.
            let expected = f64::from(defocus_px) / 2.0;
            assert!((deviation - expected).abs() < 0.05, "{deviation} px for {defocus_px}");
        }
    }
}
