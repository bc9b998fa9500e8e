// From a photo to the screen.

import { corners } from "./fit.js";

/**
 * @typedef {import("./fit.js").Size} Size
 * @typedef {number[]} Matrix3 row by row, for points (x, y, 1)
 */

/**
 * Triangles around a video's centre: x and y in widths of the photo from its centre, then where in the video, 0..1, then
 * where in what is shown of it, 0..1.
 */
export function meshOf(placed) {
  const { x, y, crop, outline } = placed;
  const around = corners(placed).map(([cornerX, cornerY], index) => {
    const [right, down] = outline[index];
    const [across, below] = [0.5 + right, 0.5 + down];
    return [cornerX, cornerY, crop.x + across * crop.width, crop.y + below * crop.height, across, below];
  });
  const centre = [x, y, crop.x + crop.width / 2, crop.y + crop.height / 2, 0.5, 0.5];
  const next = (index) => around[(index + 1) % around.length];
  return new Float32Array(around.flatMap((corner, index) => [...centre, ...corner, ...next(index)]));
}

/**
 * Where a point of a photo (in its widths, from its centre) is in the window: homogeneous, -1..1, y up. The frame covers it.
 *
 * @param {Matrix3} pose from the photo (0..1) to the frame, whose first pixel reaches from 0 to 1
 * @param {Size} frame
 * @param {Size} photo
 * @param {Size} screen
 * @returns {Matrix3}
 */
export function toClip(pose, frame, photo, screen) {
  const [scaleX, scaleY] = coverScale(frame, screen);
  const toFrame = multiply(pose, [1, 0, 0.5, 0, photo.width / photo.height, 0.5, 0, 0, 1]);
  const centred = [2 / frame.width, 0, -1, 0, -2 / frame.height, 1, 0, 0, 1];
  const clip = multiply(multiply([scaleX, 0, 0, 0, scaleY, 0, 0, 0, 1], centred), toFrame);
  // A photo is in front of the camera, whatever the sign of its homography.
  return clip[8] < 0 ? clip.map((each) => -each) : clip;
}

/** How much larger than the window a picture is that covers it, across and down. */
export function coverScale(picture, screen) {
  const across = screen.width / picture.width;
  const down = screen.height / picture.height;
  const scale = Math.max(across, down);
  return [scale / across, scale / down];
}

function multiply(a, b) {
  return a.map((_, index) => {
    const [row, column] = [3 * Math.floor(index / 3), index % 3];
    return a[row] * b[column] + a[row + 1] * b[3 + column] + a[row + 2] * b[6 + column];
  });
}
