// Draws the camera's picture, and videos on the photos in it, by WebGL 2. Computes nothing there.

import { coverScale, toClip } from "./geometry.js";

/** More pixels than this per CSS pixel cost battery and are not seen. */
const PIXEL_RATIO_MAX = 2;

const VERTEX = `#version 300 es
in vec4 corner;
in vec2 inside;
uniform mat3 place;
out vec2 at;
out vec2 on;
void main() {
  vec3 seen = place * vec3(corner.xy, 1.0);
  gl_Position = vec4(seen.xy, 0.0, seen.z);
  at = corner.zw;
  on = inside;
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
in vec2 at;
in vec2 on;
uniform sampler2D picture;
uniform sampler2D alpha;
uniform float opacity;
out vec4 colour;
void main() {
  colour = vec4(texture(picture, at).rgb, opacity * texture(alpha, on).r);
}`;

/** The whole window. */
const WINDOW = new Float32Array([-1, 1, 0, 0, 0, 0, -1, -1, 0, 1, 0, 1, 1, 1, 1, 0, 1, 0, 1, -1, 1, 1, 1, 1]);
const CORNER_NUMBERS = 6;
const NUMBER_BYTES = 4;

/**
 * @typedef {object} Film what lies on a photo
 * @property {HTMLVideoElement} video
 * @property {Float32Array} mesh see `meshOf`
 * @property {ImageBitmap | null} alpha what is cut out of it, if anything
 * @property {number[]} pose
 * @property {import("./fit.js").Size} frame that the pose is of
 * @property {import("./fit.js").Size} photo
 * @property {number} opacity
 */

/** Begins to draw, or gives null where there is no WebGL 2. */
export function startDrawing(canvas) {
  const gl = canvas.getContext("webgl2", { alpha: false, antialias: true });
  if (!gl) return null;
  let parts = prepare(gl);
  /** The sizes of the camera's pictures in `parts.shown` and `parts.waiting`; null before the first. */
  let shown = null;
  let waiting = null;

  canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
  canvas.addEventListener("webglcontextrestored", () => {
    parts = prepare(gl);
    shown = null;
    waiting = null;
  });

  const sizeOf = (camera) => ({ width: camera.videoWidth, height: camera.videoHeight });

  return {
    /** Keeps the camera's picture until it is shown. */
    keepPicture(camera) {
      upload(gl, parts.waiting, camera);
      waiting = sizeOf(camera);
    },
    showKept() {
      [parts.shown, parts.waiting] = [parts.waiting, parts.shown];
      [shown, waiting] = [waiting, shown];
    },
    showPicture(camera) {
      upload(gl, parts.shown, camera);
      shown = sizeOf(camera);
    },
    /** @param {Film[]} films */
    draw(films) {
      if (!shown || gl.isContextLost()) return;
      const screen = fitCanvas(canvas);
      gl.viewport(0, 0, screen.width, screen.height);
      const [scaleX, scaleY] = coverScale(shown, screen);
      paint(gl, parts, { texture: parts.shown, alpha: parts.whole, mesh: WINDOW, strip: true, place: [scaleX, 0, 0, 0, scaleY, 0, 0, 0, 1], opacity: 1 });
      for (const { video, mesh, alpha, pose, frame, photo, opacity } of films) {
        const texture = filmTexture(gl, parts, video);
        paint(gl, parts, { texture, alpha: alphaTexture(gl, parts, alpha), mesh, strip: false, place: toClip(pose, frame, photo, screen), opacity });
      }
    },
    stop() {
      gl.getExtension("WEBGL_lose_context")?.loseContext();
    },
  };
}

function fitCanvas(canvas) {
  const ratio = Math.min(window.devicePixelRatio, PIXEL_RATIO_MAX);
  const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  return { width, height };
}

function prepare(gl) {
  const program = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.bindAttribLocation(program, 0, "corner");
  gl.bindAttribLocation(program, 1, "inside");
  gl.linkProgram(program);
  gl.useProgram(program);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  for (const [attribute, numbers, from] of [[0, 4, 0], [1, 2, 4]]) {
    gl.enableVertexAttribArray(attribute);
    gl.vertexAttribPointer(attribute, numbers, gl.FLOAT, false, CORNER_NUMBERS * NUMBER_BYTES, from * NUMBER_BYTES);
  }
  gl.uniform1i(gl.getUniformLocation(program, "alpha"), 1);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
  return {
    place: gl.getUniformLocation(program, "place"),
    opacity: gl.getUniformLocation(program, "opacity"),
    shown: createTexture(gl),
    waiting: createTexture(gl),
    /** By the video whose picture they hold. */
    films: new Map(),
    /** By the picture that they hold. */
    alphas: new Map(),
    /** Cuts nothing out. */
    whole: createTexture(gl, new ImageData(new Uint8ClampedArray([255, 255, 255, 255]), 1, 1)),
  };
}

function createTexture(gl, picture) {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  for (const [name, value] of [
    [gl.TEXTURE_MIN_FILTER, gl.LINEAR],
    [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE],
    [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE],
  ]) {
    gl.texParameteri(gl.TEXTURE_2D, name, value);
  }
  if (picture) upload(gl, texture, picture);
  return texture;
}

function upload(gl, texture, picture) {
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, picture);
}

function alphaTexture(gl, parts, alpha) {
  if (!alpha) return parts.whole;
  if (!parts.alphas.has(alpha)) parts.alphas.set(alpha, createTexture(gl, alpha));
  return parts.alphas.get(alpha);
}

function filmTexture(gl, parts, video) {
  if (!parts.films.has(video)) parts.films.set(video, createTexture(gl));
  const texture = parts.films.get(video);
  upload(gl, texture, video);
  return texture;
}

function paint(gl, parts, { texture, alpha, mesh, strip, place, opacity }) {
  gl.activeTexture(gl.TEXTURE1);
  gl.bindTexture(gl.TEXTURE_2D, alpha);
  gl.activeTexture(gl.TEXTURE0);
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.uniformMatrix3fv(parts.place, true, place);
  gl.uniform1f(parts.opacity, opacity);
  gl.bufferData(gl.ARRAY_BUFFER, mesh, gl.STREAM_DRAW);
  gl.drawArrays(strip ? gl.TRIANGLE_STRIP : gl.TRIANGLES, 0, mesh.length / CORNER_NUMBERS);
}
