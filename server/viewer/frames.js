// The camera's picture as the engine takes it: small, and handed over without a copy.

/** Longest sides in pixels; a slow phone goes to the next. */
const SIDES_PX = [640, 480, 320];
/** An answer should take no longer, on average over so many. */
const ANSWER_MS = 30;
const ANSWERS = 30;

/** How large frames are: the longest side that the phone is quick enough for. */
export function createBudget() {
  let level = 0;
  let sum = 0;
  let count = 0;
  return {
    side: () => SIDES_PX[level],
    answered(ms) {
      sum += ms;
      count += 1;
      if (count < ANSWERS) return;
      if (sum / count > ANSWER_MS) level = Math.min(level + 1, SIDES_PX.length - 1);
      sum = 0;
      count = 0;
    },
  };
}

/** The size of a picture with no side longer than that. */
export function within(side, width, height) {
  const scale = Math.min(1, side / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/** Gives a function that takes the picture that the camera shows now. */
export function createReader() {
  // Some have the one and not its contexts.
  let takesBitmaps = typeof OffscreenCanvas === "function" && new OffscreenCanvas(1, 1).getContext("2d") !== null;
  let context;
  return async (camera, side) => {
    const { width, height } = within(side, camera.videoWidth, camera.videoHeight);
    if (takesBitmaps) {
      try {
        const frame = await createImageBitmap(camera, { resizeWidth: width, resizeHeight: height, resizeQuality: "medium" });
        if (frame.width === width && frame.height === height) return { frame, transfer: [frame] };
      } catch (error) {
        console.warn(error);
      }
      takesBitmaps = false;
    }
    context ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    if (context.canvas.width !== width || context.canvas.height !== height) Object.assign(context.canvas, { width, height });
    context.drawImage(camera, 0, 0, width, height);
    const pixels = context.getImageData(0, 0, width, height).data;
    return { frame: { pixels, width, height }, transfer: [pixels.buffer] };
  };
}
