// jsartoolkitNFT 1.7.7 in the page: its SIMD build, its low-pass filter off, and exactly the lens of the 45° films.
import { lensOf, ofMarkerPose } from './homography.mjs';

const LENS_DEG = 45;

let controller;
let lens;
let photo;
let seen;

/** A camera file of ARToolKit, version 4, without distortion: big-endian sizes, a 3×4 matrix, nine factors. */
function cameraFile({ width, height }) {
  const [focal, , x, , , y] = lens;
  const numbers = [focal, 0, x, 0, 0, focal, y, 0, 0, 0, 1, 0, 0, 0, 0, 0, focal, focal, x, y, 1];
  const view = new DataView(new ArrayBuffer(8 + numbers.length * 8));
  view.setInt32(0, width);
  view.setInt32(4, height);
  numbers.forEach((number, index) => view.setFloat64(8 + index * 8, number));
  return new Uint8Array(view.buffer);
}

/** Makes it ready, all but its targets. */
export async function start(frame) {
  lens = lensOf(frame, LENS_DEG);
  await import('/nft/ARToolkitNFT_simd.js');
  controller = await self.ARControllerNFT.initWithDimensions(frame.width, frame.height, cameraFile(frame), false);
  controller.setFiltering(false);
  controller.addEventListener('getNFTMarker', ({ data }) => seen.push(data));
}

/** Reads its target. */
export async function load(size) {
  photo = size;
  const id = await new Promise((resolve, reject) => controller.loadNFTMarker('/target/nft/target', resolve, reject));
  controller.trackNFTMarkerId(id);
}

/** Begins a film: two black frames make it lose what it saw in the one before. */
export function begin(frame) {
  const black = { ...frame, data: new Uint8ClampedArray(frame.width * frame.height * 4) };
  look(black);
  look(black);
}

/** Where the photo is in a frame. */
export function look(image) {
  seen = [];
  controller.process(image);
  return seen.map(({ index, marker: { pose } }) => ({ target: index, homography: ofMarkerPose(pose, lens, photo) }));
}
