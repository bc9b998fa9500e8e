// Where a video lies on its photo. The server draws the same (app/src/overlay.rs): e2e/fixtures/overlays.json holds both to it.

/**
 * @typedef {{width: number, height: number}} Size
 * @typedef {{x: number, y: number, width: number, height: number}} Part of a video, 0..1, from its upper left corner
 * @typedef {object} Settings of an album's manifest; see `Overlay` in app/src/model.rs
 * @property {"contain" | "cover" | "fill" | "exact"} fit
 * @property {number} zoom around the video's centre
 * @property {number} x to the right of the photo's centre, in widths of the photo
 * @property {number} y below the photo's centre, in heights of the photo
 * @property {number} rotation degrees clockwise
 * @property {"none" | "circle" | "oval" | "rounded"} mask
 * @property {string} [alpha] what else is cut out of what is shown: a grey PNG in Base64, black where nothing is shown
 * @property {boolean} autoplay
 * @property {boolean} loop
 * @property {boolean} sound
 * @property {"pause" | "rewind" | "continue" | "keep"} on_lost
 * @typedef {object} Placed in widths of the photo, from its centre, x to the right and y down
 * @property {number} x
 * @property {number} y
 * @property {number} width before it is turned
 * @property {number} height before it is turned
 * @property {number} rotation degrees clockwise around its centre
 * @property {Part} crop what is shown of the video
 * @property {[number, number][]} outline the corners of its shape, clockwise, in widths and heights of it from its centre
 */

/** Corners of a circle or an ellipse, and steps of a rounded corner. */
const ROUND_CORNERS = 64;
const CORNER_STEPS = 8;
/** Radius of rounded corners, in shorter sides of the video. */
const CORNER_RADIUS = 0.12;

/** What a manifest without settings means. */
const DEFAULTS = {
  fit: "cover", zoom: 1, x: 0, y: 0, rotation: 0, mask: "none", autoplay: true, loop: true, sound: true, on_lost: "pause",
};

/**
 * The settings of a target of the manifest, whenever it was written.
 *
 * @param {{fit?: string, overlay?: Partial<Settings>}} target
 * @returns {Settings}
 */
export function settingsOf({ fit, overlay }) {
  return { ...DEFAULTS, ...(fit && { fit }), ...overlay };
}

/**
 * @param {Settings} settings
 * @param {Size} photo pixels
 * @param {Size} video pixels
 * @returns {Placed}
 */
export function place({ fit, zoom, x, y, rotation, mask }, photo, video) {
  const { width, height, crop } = fitted(fit, photo, video);
  return {
    x,
    y: (y * photo.height) / photo.width,
    width: width * zoom,
    height: height * zoom,
    rotation,
    crop,
    outline: outline(mask, width, height),
  };
}

/** The corners of a shape where they lie on the photo. */
export function corners({ x, y, width, height, rotation, outline }) {
  const [sin, cos] = [Math.sin((rotation * Math.PI) / 180), Math.cos((rotation * Math.PI) / 180)];
  return outline.map(([px, py]) => {
    const [dx, dy] = [px * width, py * height];
    return [x + dx * cos - dy * sin, y + dx * sin + dy * cos];
  });
}

function fitted(fit, photo, video) {
  const whole = { x: 0, y: 0, width: 1, height: 1 };
  const height = photo.height / photo.width;
  const shape = video.height / video.width;
  if (fit === "fill") return { width: 1, height, crop: whole };
  if (fit === "exact") {
    return { width: video.width / photo.width, height: video.height / photo.width, crop: whole };
  }
  if (fit === "contain") {
    return shape > height ? { width: height / shape, height, crop: whole } : { width: 1, height: shape, crop: whole };
  }
  const shown = Math.min(shape / height, height / shape);
  const crop =
    shape > height
      ? { x: 0, y: (1 - shown) / 2, width: 1, height: shown }
      : { x: (1 - shown) / 2, y: 0, width: shown, height: 1 };
  return { width: 1, height, crop };
}

function outline(mask, width, height) {
  const shorter = Math.min(width, height);
  const around = (radiusX, radiusY) =>
    Array.from({ length: ROUND_CORNERS }, (_, step) => {
      const angle = (2 * Math.PI * step) / ROUND_CORNERS;
      return [radiusX * Math.cos(angle), radiusY * Math.sin(angle)];
    });
  if (mask === "oval") return around(0.5, 0.5);
  if (mask === "circle") return around(shorter / width / 2, shorter / height / 2);
  if (mask === "rounded") {
    const [radiusX, radiusY] = [(shorter * CORNER_RADIUS) / width, (shorter * CORNER_RADIUS) / height];
    const corner = ([sideX, sideY, turn]) =>
      Array.from({ length: CORNER_STEPS + 1 }, (_, step) => {
        const angle = 2 * Math.PI * (turn + step / CORNER_STEPS / 4);
        return [
          sideX * (0.5 - radiusX) + radiusX * Math.cos(angle),
          sideY * (0.5 - radiusY) + radiusY * Math.sin(angle),
        ];
      });
    return [[-1, -1, 0.5], [1, -1, 0.75], [1, 1, 0], [-1, 1, 0.25]].flatMap(corner);
  }
  return [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]];
}
