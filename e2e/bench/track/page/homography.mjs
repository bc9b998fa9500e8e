// Homographies as the judge reads them: row-major, from the photo (0 to 1 right, 0 to 1 down) to pixels of the frame, where
// pixel i spans i to i + 1.

/** The product of two 3×3 matrices, row-major. */
export function product(left, right) {
  const cell = (row, column) => [0, 1, 2].reduce((sum, k) => sum + left[row * 3 + k] * right[k * 3 + column], 0);
  return Array.from({ length: 9 }, (_, index) => cell(Math.floor(index / 3), index % 3));
}

/**
 * From an engine's homography between pixels that have their centres at integers, as both peers count them. What a page
 * shows without this is off by half a pixel of the frame less half a pixel of the photo: a convention of the page, not an
 * error of the tracker.
 */
export function ofCentredPixels(matrix, { width, height }) {
  const frame = [1, 0, 0.5, 0, 1, 0.5, 0, 0, 1];
  const photo = [width, 0, -0.5, 0, height, -0.5, 0, 0, 1];
  return product(product(frame, matrix), photo);
}

/** Pixels of a lens's focal length when the frame's height is seen at so many degrees. */
export function focalLength(height, degrees) {
  return height / 2 / Math.tan((degrees / 2) * (Math.PI / 180));
}
