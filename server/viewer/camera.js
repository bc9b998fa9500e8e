// The camera, and why it may not be there.

/** A camera that cannot be used; `code` is stable. */
export class CameraError extends Error {
  constructor(code, cause) {
    super(code, { cause });
    this.code = code;
  }
}

const CODES = {
  NotAllowedError: "camera_denied",
  SecurityError: "camera_denied",
  NotFoundError: "camera_missing",
  OverconstrainedError: "camera_missing",
  NotReadableError: "camera_busy",
  AbortError: "camera_busy",
};

/** Asks for the camera at the back, else for any. */
export async function openCamera() {
  if (!window.isSecureContext) throw new CameraError("insecure_context");
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraError("camera_unsupported");
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: "environment" } } });
  } catch (error) {
    throw new CameraError(CODES[error.name] ?? "camera_missing", error);
  }
}

/** Browsers inside other apps often get no camera, whatever the person allows. */
export function isInAppBrowser() {
  return /FBAN|FBAV|FB_IAB|Instagram|Line\/|MicroMessenger|Snapchat|TikTok|musical_ly|Twitter|Pinterest|; wv\)/.test(
    navigator.userAgent,
  );
}
