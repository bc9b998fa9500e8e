// Our engine in the page, called as the viewer's worker calls it.

const TRACKING = 1;
/** Numbers of a pose: target, state, confidence, nine of a homography. */
const POSE_NUMBERS = 12;

let module;
let mind;
let tracker;

/** Makes it ready, all but its targets. */
export async function start() {
  module = await import('/ours/tracker.js');
  await module.default();
  tracker = new module.Tracker();
}

/** Reads its target. */
export async function load() {
  mind = new Uint8Array(await (await fetch('/target/ours/target.mind')).arrayBuffer());
}

/** Begins a film: nothing is known of the one before. */
export function begin() {
  tracker.free();
  tracker = new module.Tracker();
  tracker.add_targets(mind);
}

/** Where the photo is in a frame. */
export function look({ data, width, height }, timeMs) {
  const pixels = tracker.frame_buffer(width, height);
  new Uint8Array(module.module_memory().buffer, pixels, data.length).set(data);
  const poses = tracker.process(timeMs) === 0 ? [] : Array.from(tracker.poses());
  const seen = [];
  for (let at = 0; at < poses.length; at += POSE_NUMBERS) {
    const [target, state] = poses.slice(at, at + 2);
    if (state === TRACKING) seen.push({ target, homography: poses.slice(at + 3, at + POSE_NUMBERS) });
  }
  return seen;
}
