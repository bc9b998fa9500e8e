// Homographies as the judge reads them: row-major, from the photo (0 to 1 right, 0 to 1 down) to pixels of the frame, where
// pixel i spans i to i + 1.

/** The product of two 3×3 matrices, row-major. */
export function product(left, right) {
  const cell = (row, column) => [0, 1, 2].reduce((sum, k) => sum + left[row * 3 + k] * right[k * 3 + column], 0);
  return Array.from({ length: 9 }, (_, index) => cell(Math.floor(index / 3), index % 3));
}

/**
 * From a peer's homography between pixels of the photo and of the frame. Both peers count pixels from their centres and both
 * pages draw them as if from their corners: so do we. Half a pixel added to either side makes both peers' errors larger.
 */
export function ofPixels(matrix, { width, height }) {
  return product(matrix, [width, 0, 0, 0, height, 0, 0, 0, 1]);
}

/** Pixels of a lens's focal length when the frame's height is seen at so many degrees. */
export function focalLength(height, degrees) {
  return height / 2 / Math.tan((degrees / 2) * (Math.PI / 180));
}
