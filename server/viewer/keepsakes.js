// What a person takes along: the link, a picture, a clip.

const CLIP_MS = 10_000;
const CLIP_FPS = 30;
const CLIP_TYPES = ["video/mp4", "video/webm"];
const PICTURE_QUALITY = 0.92;

/** Shares a link by the phone's own means; true when it was copied instead. */
export async function shareLink(title, url) {
  if (navigator.share) {
    await navigator.share({ title, url }).catch(cancelled);
    return false;
  }
  await navigator.clipboard.writeText(url);
  return true;
}

/** The canvas must have been drawn in this very task. */
export function takePicture(canvas) {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", PICTURE_QUALITY);
  });
}

/** Offers a file to the phone's own means of sharing, else saves it; true when it was saved. */
export async function keep(blob, name) {
  const ending = blob.type.split(";")[0].split("/")[1].replace("jpeg", "jpg");
  const file = new File([blob], `${name}.${ending}`, { type: blob.type });
  if (matchMedia("(pointer: coarse)").matches && navigator.canShare?.({ files: [file] })) {
    await navigator.share({ files: [file] }).catch(cancelled);
    return false;
  }
  const url = URL.createObjectURL(file);
  Object.assign(document.createElement("a"), { href: url, download: file.name }).click();
  setTimeout(() => URL.revokeObjectURL(url), CLIP_MS);
  return true;
}

export function canRecord() {
  return typeof MediaRecorder === "function" && "captureStream" in HTMLCanvasElement.prototype;
}

/**
 * Records what a canvas shows.
 *
 * @param {MediaStreamTrack[]} sounds
 * @returns {{stop: () => void, done: Promise<Blob>}} is done when it is stopped, or long enough
 */
export function record(canvas, sounds) {
  const stream = canvas.captureStream(CLIP_FPS);
  sounds.slice(0, 1).forEach((track) => stream.addTrack(track));
  const mimeType = CLIP_TYPES.find((type) => MediaRecorder.isTypeSupported(type));
  const recorder = new MediaRecorder(stream, { mimeType });
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const done = new Promise((resolve, reject) => {
    recorder.onstop = () => resolve(new Blob(parts, { type: recorder.mimeType }));
    recorder.onerror = ({ error }) => reject(error);
  });
  recorder.start();
  const stop = () => recorder.state === "recording" && recorder.stop();
  const timer = setTimeout(stop, CLIP_MS);
  const end = () => {
    clearTimeout(timer);
    stream.getVideoTracks().forEach((track) => track.stop());
  };
  done.then(end, end);
  return { stop, done };
}

/** Who closes the phone's sheet has changed their mind, and that is no failure. */
function cancelled(error) {
  if (error.name !== "AbortError") throw error;
}
