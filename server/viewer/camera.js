// The camera, and why it may not be there.

import { Problem } from "./problems.js";

const CODES = {
  NotAllowedError: "camera_denied",
  SecurityError: "camera_denied",
  NotFoundError: "camera_missing",
  OverconstrainedError: "camera_missing",
  NotReadableError: "camera_busy",
  AbortError: "camera_busy",
};

/** Enough for a full screen; the engine looks at less. */
const WISHES = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

/** Asks for the camera at the back, else for any. */
export async function openCamera() {
  if (!window.isSecureContext) throw new Problem("insecure_context");
  if (!navigator.mediaDevices?.getUserMedia) throw new Problem("camera_unsupported");
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: false, video: WISHES });
  } catch (error) {
    throw new Problem(CODES[error.name] ?? "camera_missing", error);
  }
}

export function closeCamera(stream) {
  stream.getTracks().forEach((track) => track.stop());
}

export function hasLight(stream) {
  return Boolean(stream.getVideoTracks()[0].getCapabilities?.().torch);
}

/** Fails where the camera has no light, or another app has it. */
export function setLight(stream, on) {
  return stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
}

/** Browsers inside other apps often get no camera, whatever the person allows. */
export function isInAppBrowser() {
  return /FBAN|FBAV|FB_IAB|Instagram|Line\/|MicroMessenger|Snapchat|TikTok|musical_ly|Twitter|Pinterest|; wv\)/.test(
    navigator.userAgent,
  );
}
