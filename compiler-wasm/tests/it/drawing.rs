//! Pictures drawn from a seed.

use compiler_wasm::plane::GrayImage;

/// Overlapping discs and stripes of many sizes: corners, blobs and texture, as photos have them.
pub(crate) fn drawn(width: usize, height: usize, seed: u32) -> GrayImage {
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as usize % below
    };
    let mut data: Vec<u8> = (0..width * height).map(|index| (index / width * 90 / height + 80) as u8).collect();
    for _ in 0..220 {
        let (cx, cy, radius, level) = (next(width), next(height), 2 + next(width.min(height) / 9), next(256) as u8);
        for y in cy.saturating_sub(radius)..(cy + radius).min(height) {
            for x in cx.saturating_sub(radius)..(cx + radius).min(width) {
                let (dx, dy) = (x.abs_diff(cx), y.abs_diff(cy));
                if dx * dx + dy * dy <= radius * radius && (level % 3 != 0 || (x + 2 * y) % 7 < 4) {
                    data[y * width + x] = level;
                }
            }
        }
    }
    GrayImage { width, height, data }
}
