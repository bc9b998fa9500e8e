// npm mind-ar 1.2.5 in the page: its own loop over a canvas that holds the film, one frame at a time, and what it would show.
import { ofWorldMatrix } from './homography.mjs';

// Its loop ends each round by waiting for the screen's next frame: here, until the film has one. And its filter asks for the
// time: here it is the film's. The module looks the former up while it loads.
let nextRound;
const began = Date.now();
let filmMs = 0;
globalThis.requestAnimationFrame = (callback) => {
  nextRound = callback;
  return 0;
};
Date.now = () => began + filmMs;

/** Where its moving crop begins: in the middle. */
const FIRST_CROP = 4;

/** It looks at one of nine crops of a frame while it searches: a single view is shown until it has seen them all. */
export const viewRounds = 3;

const canvas = document.createElement('canvas');
const context = canvas.getContext('2d', { willReadFrequently: true });

let controller;
let warmupTolerance;
let isRunning = false;
let shown;
let roundDone;

/** Makes it ready, all but its targets. */
export async function start(frame) {
  Object.assign(canvas, frame);
  const { Controller } = await import('/mindar/mindar-image.prod.js');
  controller = new Controller({ inputWidth: frame.width, inputHeight: frame.height, onUpdate });
  warmupTolerance = controller.warmupTolerance;
}

/** Reads its target. */
export async function load() {
  await controller.addImageTargets('/target/mindar/target.mind');
}

/** Compiles its shaders, as its own start does. */
export function warmUp() {
  controller.dummyRun(canvas);
}

/** Begins a film: nothing is known of the one before. A single view is too short for its warm-up, which is off there. */
export async function begin(_frame, isView) {
  controller.stopProcessVideo();
  if (isRunning) nextRound();
  await new Promise((resolve) => setTimeout(resolve));
  isRunning = false;
  shown = new Map();
  controller.cropDetector.lastRandomIndex = FIRST_CROP;
  controller.warmupTolerance = isView ? 0 : warmupTolerance;
}

/** Puts a frame where it looks. */
export function put(image) {
  context.putImageData(image, 0, 0);
}

/** Where the photo is in the frame. */
export async function look(_image, timeMs) {
  filmMs = timeMs;
  const done = new Promise((resolve) => (roundDone = resolve));
  if (isRunning) nextRound();
  else controller.processVideo(canvas);
  isRunning = true;
  await done;
  const lens = controller.projectionTransform.flat();
  return Array.from(shown, ([target, worldMatrix]) => {
    const [width, height] = controller.markerDimensions[target];
    return { target, homography: ofWorldMatrix(worldMatrix, lens, { width, height }) };
  });
}

function onUpdate({ type, targetIndex, worldMatrix }) {
  if (type === 'processDone') roundDone();
  else if (worldMatrix) shown.set(targetIndex, worldMatrix);
  else shown.delete(targetIndex);
}
