// The camera's pictures, one after another: to the engine, and with its answer onto the screen. A video lies where the photo
// was in the very picture that is shown.

import { createBudget, createReader } from "./frames.js";

/** When an answer takes longer, newer pictures are shown before it comes. */
const PATIENCE_MS = 66;

/**
 * @param {object} parts
 * @param {HTMLVideoElement} parts.camera
 * @param {import("./engine.js").Engine} parts.engine
 * @param {ReturnType<import("./drawing.js").startDrawing>} parts.drawing
 * @param {(answer: {poses: Float64Array, width: number, height: number}, now: number) => void} parts.onAnswer
 * @param {(now: number) => import("./drawing.js").Film[]} parts.scene
 */
export function startLive({ camera, engine, drawing, onAnswer, scene }) {
  const budget = createBudget();
  const read = createReader();
  let isRunning = true;
  /** When the frame was taken whose answer is awaited. */
  let askedAt = null;
  /** Whether a newer picture was shown than the one asked about. */
  let isAhead = false;
  let isFresh = false;

  const draw = (now) => drawing.draw(scene(now));

  function onPicture() {
    if (!isRunning) return;
    nextPicture(camera, onPicture);
    if (askedAt === null) return ask();
    isFresh = true;
    const now = performance.now();
    if (now - askedAt < PATIENCE_MS) return;
    isAhead = true;
    drawing.showPicture(camera);
    draw(now);
  }

  async function ask() {
    const now = performance.now();
    askedAt = now;
    isAhead = false;
    isFresh = false;
    drawing.keepPicture(camera);
    try {
      const { frame, transfer } = await read(camera, budget.side());
      const asked = performance.now();
      const answer = await engine.look(frame, transfer, now);
      if (!isRunning) return;
      budget.answered(performance.now() - asked);
      if (isAhead) drawing.showPicture(camera);
      else drawing.showKept();
      onAnswer(answer, now);
      draw(performance.now());
    } catch (error) {
      // The engine itself says when it will answer no more; a picture that could not be read is followed by others.
      console.warn(error);
    }
    askedAt = null;
    if (isFresh && isRunning) ask();
  }

  nextPicture(camera, onPicture);
  return {
    /** Draws now, for who takes a picture of it. */
    draw: () => draw(performance.now()),
    stop() {
      isRunning = false;
    },
  };
}

/** Calls back when the camera shows another picture. */
function nextPicture(camera, callback) {
  if (camera.requestVideoFrameCallback) return void camera.requestVideoFrameCallback(callback);
  const { currentTime } = camera;
  const look = () => (camera.currentTime === currentTime && camera.isConnected ? requestAnimationFrame(look) : callback());
  requestAnimationFrame(look);
}
