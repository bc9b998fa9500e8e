// The engine's worker: hands it the targets and the camera's frames, and its poses back.

import { Tracker, initSync, module_memory } from "tracker";

/** Learns for so long at a time, so that a frame that comes meanwhile is not kept waiting. */
const LEARN_MS = 8;

let tracker;
/** Where pictures are read, as large as the last of them. */
let reader;

const answers = {
  start({ module }) {
    initSync({ module });
    tracker = new Tracker();
    return {};
  },
  targets({ mind }) {
    const targets = tracker.add_targets(new Uint8Array(mind));
    setTimeout(learn);
    return { targets };
  },
  frame({ frame, timeMs }) {
    const { width, height } = frame;
    const pixels = frame.pixels ?? readPixels(frame);
    const at = tracker.frame_buffer(width, height);
    new Uint8Array(module_memory().buffer, at, pixels.length).set(pixels);
    tracker.process(timeMs);
    return { poses: tracker.poses(), width, height };
  },
};

self.onmessage = ({ data }) => postMessage(answers[data.type](data));

/** How the photos look from aside, in the time that is left over. */
function learn() {
  const until = performance.now() + LEARN_MS;
  let isMore = true;
  while (isMore && performance.now() < until) isMore = tracker.prepare();
  if (isMore) setTimeout(learn);
}

function readPixels(picture) {
  const { width, height } = picture;
  if (reader?.canvas.width !== width || reader.canvas.height !== height) {
    reader = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  }
  reader.drawImage(picture, 0, 0);
  picture.close();
  return reader.getImageData(0, 0, width, height).data;
}
