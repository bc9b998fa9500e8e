//! A drawn photo, its `.mind`, and frames that show it.

use std::ops::ControlFlow;

use compiler_wasm::{compile::compile_gray, plane::GrayImage, protocol::CompileOptions};

/// Rectangles over each other, always the same.
pub(crate) fn draw(width: usize, height: usize) -> GrayImage {
    let mut random = 1u32;
    let mut next = |below: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as usize % below
    };
    let mut data = vec![120; width * height];
    for _ in 0..260 {
        let (left, top) = (next(width), next(height));
        let (right, bottom) = ((left + 8 + next(40)).min(width), (top + 8 + next(40)).min(height));
        let level = next(256) as u8;
        for y in top..bottom {
            data[y * width + left..y * width + right].fill(level);
        }
    }
    GrayImage { width, height, data }
}

/// By a quarter: what was right is down.
pub(crate) fn turned(photo: &GrayImage) -> GrayImage {
    let (width, height) = (photo.height, photo.width);
    GrayImage {
        width,
        height,
        data: (0..width * height).map(|index| photo.row(width - 1 - index % width)[index / width]).collect(),
    }
}

pub(crate) fn compile(photo: &GrayImage) -> Vec<u8> {
    let options = CompileOptions::default();
    compile_gray(photo, &options, &mut |_| ControlFlow::Continue(())).expect("a photo").mind
}

/// A frame of 640×480 with the photo as it is, its upper left corner here.
pub(crate) fn frame(photo: &GrayImage, left: usize, top: usize) -> Vec<u8> {
    let mut pixels = vec![90; 640 * 480];
    for y in 0..photo.height {
        pixels[(top + y) * 640 + left..][..photo.width].copy_from_slice(photo.row(y));
    }
    pixels
}
