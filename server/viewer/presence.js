// Which photos are there: a photo that the engine misses for a moment still is.

/** A photo that was not seen for so long is lost. */
const LOST_AFTER_MS = 250;

/** Numbers of a pose: target, state, confidence, nine of a homography. */
const POSE_NUMBERS = 12;
const TRACKING = 1;

/**
 * @typedef {object} Seen
 * @property {number[]} pose the last, from the photo to the frame
 * @property {import("./fit.js").Size} frame
 * @property {number} at when it was seen, in milliseconds
 */

/**
 * @param {(target: number) => void} onFound
 * @param {(target: number) => void} onLost
 */
export function createPresence(onFound, onLost) {
  /** @type {Map<number, Seen>} */
  const seen = new Map();
  return {
    /** The engine's answer to a frame that was taken at that time. */
    update({ poses, width, height }, now) {
      for (let at = 0; at < poses.length; at += POSE_NUMBERS) {
        const [target, state] = poses.subarray(at);
        if (state !== TRACKING && !seen.has(target)) continue;
        const isNew = !seen.has(target);
        const pose = [...poses.subarray(at + 3, at + POSE_NUMBERS)];
        seen.set(target, { pose, frame: { width, height }, at: state === TRACKING ? now : seen.get(target).at });
        if (isNew) onFound(target);
      }
      for (const [target, { at }] of seen) {
        if (now - at <= LOST_AFTER_MS) continue;
        seen.delete(target);
        onLost(target);
      }
    },
    get: (target) => seen.get(target),
    targets: () => [...seen.keys()],
  };
}
