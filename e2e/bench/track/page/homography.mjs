// Homographies as the judge reads them: row-major, from the photo (0 to 1 right, 0 to 1 down) to pixels of the frame, where
// pixel i spans i to i + 1. Both peers count pixels from their centres, and both pages draw them as if from their corners: so
// do we. Half a pixel added to either side makes both peers' errors larger.
import { PIXEL_MM } from './nft-units.mjs';

/** Of mind-ar: a column-major matrix from pixels of the photo, right and up from its lower left, to OpenGL's camera axes. */
export function ofWorldMatrix(matrix, lens, { width, height }) {
  const row = (index, sign) => [matrix[index], matrix[index + 4], matrix[index + 12]].map((number) => sign * number);
  const plane = [...row(0, 1), ...row(1, -1), ...row(2, -1)];
  return product(product(lens, plane), [width, 0, 0, 0, -height, height, 0, 0, 1]);
}

/** Of jsartoolkitNFT: a row-major 3×4 matrix from millimetres, right and up from the lower left, to the camera's axes. */
export function ofMarkerPose(pose, lens, photo) {
  const [width, height] = [photo.width * PIXEL_MM, photo.height * PIXEL_MM];
  const plane = [pose[0], pose[1], pose[3], pose[4], pose[5], pose[7], pose[8], pose[9], pose[11]];
  return product(product(lens, plane), [width, 0, 0, 0, -height, height, 0, 0, 1]);
}

/** A lens's matrix without distortion, when the frame's height is seen at so many degrees. */
export function lensOf({ width, height }, degrees) {
  const focal = height / 2 / Math.tan((degrees / 2) * (Math.PI / 180));
  return [focal, 0, width / 2, 0, focal, height / 2, 0, 0, 1];
}

/** The product of two 3×3 matrices. */
function product(left, right) {
  const cell = (row, column) => [0, 1, 2].reduce((sum, k) => sum + left[row * 3 + k] * right[k * 3 + column], 0);
  return Array.from({ length: 9 }, (_, index) => cell(Math.floor(index / 3), index % 3));
}
