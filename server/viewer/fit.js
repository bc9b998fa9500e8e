// Where a video lies on its photo.

/**
 * @typedef {{width: number, height: number}} Size
 * @typedef {{x: number, y: number, width: number, height: number}} Part of a video, 0..1, from its upper left corner
 */

/**
 * The rectangle that a video takes, centred on its photo, in units of the photo's width, and the part of the video that is
 * shown there.
 *
 * @param {"contain" | "cover" | "fill" | "exact"} fit
 * @param {Size} photo pixels
 * @param {Size} video pixels
 * @returns {Size & {crop: Part}}
 */
export function overlay(fit, photo, video) {
  const whole = { x: 0, y: 0, width: 1, height: 1 };
  const height = photo.height / photo.width;
  const shape = video.height / video.width;
  if (fit === "fill") return { width: 1, height, crop: whole };
  if (fit === "exact") {
    return { width: video.width / photo.width, height: video.height / photo.width, crop: whole };
  }
  if (fit === "contain") {
    return shape > height ? { width: height / shape, height, crop: whole } : { width: 1, height: shape, crop: whole };
  }
  const shown = Math.min(shape / height, height / shape);
  const crop =
    shape > height
      ? { x: 0, y: (1 - shown) / 2, width: 1, height: shown }
      : { x: (1 - shown) / 2, y: 0, width: shown, height: 1 };
  return { width: 1, height, crop };
}
