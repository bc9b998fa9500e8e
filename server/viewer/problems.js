// What can be in the way of a living photo. A code is stable; its title and its help are in the texts.

/** Codes, and whether trying again means loading the page anew. */
const PROBLEMS = {
  camera_denied: { reload: false },
  camera_missing: { reload: false },
  camera_busy: { reload: false },
  camera_unsupported: { reload: false },
  insecure_context: { reload: false },
  webgl_missing: { reload: false },
  engine_unsupported: { reload: true },
  load_failed: { reload: true },
  video_failed: { reload: true },
  tracker_failed: { reload: true },
};

export const PROBLEM_CODES = Object.keys(PROBLEMS);

export class Problem extends Error {
  constructor(code, cause) {
    super(code, { cause });
    this.code = code;
  }
}

/** The code of whatever was thrown: what is not known did not load. */
export function codeOf(error) {
  return error instanceof Problem ? error.code : "load_failed";
}

export function needsReload(code) {
  return PROBLEMS[code].reload;
}
