// The runtime that recognises the photos and draws the video on them. Nothing else knows which one it is.
//
// Now: MindAR 1.2.5 with three.js. MindAR's anchor has the photo's centre as its origin and the photo's width as its unit.

import { BufferGeometry, DoubleSide, Float32BufferAttribute, Group, LinearFilter, MathUtils, Mesh, MeshBasicMaterial, SRGBColorSpace, VideoTexture } from "three";
import { MindARThree } from "./vendor/mindar-image-three.prod.js";

/** More pixels than this per CSS pixel cost battery and are not seen. */
const PIXEL_RATIO_MAX = 2;

/** MindAR on a camera that was opened already. */
class Runtime extends MindARThree {
  constructor(options, stream) {
    super(options);
    this.stream = stream;
    this.renderer.setPixelRatio(Math.min(window.devicePixelRatio, PIXEL_RATIO_MAX));
  }

  async _startVideo() {
    const video = document.createElement("video");
    video.className = "camera";
    video.autoplay = true;
    video.muted = true;
    video.playsInline = true;
    this.video = video;
    this.container.append(video);
    const ready = new Promise((resolve) => video.addEventListener("loadedmetadata", resolve, { once: true }));
    video.srcObject = this.stream;
    await ready;
    await video.play();
    video.width = video.videoWidth;
    video.height = video.videoHeight;
    // Turning the phone turns the camera's pictures, a moment after the window.
    video.addEventListener("resize", () => this.controller && this.resize());
  }
}

/** A shape around its centre, whose corners (y down) are also where it lies on the texture (y up). */
function geometryOf(outline) {
  const points = [[0, 0], ...outline];
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new Float32BufferAttribute(points.flatMap(([x, y]) => [x, -y, 0]), 3));
  geometry.setAttribute("uv", new Float32BufferAttribute(points.flatMap(([x, y]) => [0.5 + x, 0.5 - y]), 2));
  geometry.setIndex(outline.flatMap((_, index) => [0, 1 + ((index + 1) % outline.length), 1 + index]));
  return geometry;
}

/**
 * Starts to look for the photos of a `.mind` file in the camera's pictures.
 *
 * @param {object} options
 * @param {HTMLElement} options.container is filled with the camera's picture and what is drawn on it
 * @param {MediaStream} options.stream of the camera; belongs to the tracker from here on
 * @param {ArrayBuffer} options.mind
 * @param {number} options.targets how many there are
 * @param {HTMLVideoElement} options.video what is drawn
 * @param {(target: number) => void} options.onFound
 * @param {(target: number) => void} options.onLost
 * @returns {Promise<{show: (target: number, placed: import("./fit.js").Placed) => void, keep: (target: number) => void, hide: () => void, stop: () => void}>}
 */
export async function startTracker({ container, stream, mind, targets, video, onFound, onLost }) {
  const mindUrl = URL.createObjectURL(new Blob([mind]));
  const runtime = new Runtime(
    { container, imageTargetSrc: mindUrl, maxTrack: 1, uiLoading: "no", uiScanning: "no", uiError: "no" },
    stream,
  );
  const film = new Mesh(new BufferGeometry(), new MeshBasicMaterial({ toneMapped: false, side: DoubleSide }));
  // What stays on the screen when its photo is lost: MindAR forgets where the photo was, so it is remembered here.
  const kept = new Group();
  kept.matrixAutoUpdate = false;
  const places = new Map();
  runtime.scene.add(kept);
  const anchors = Array.from({ length: targets }, (_, target) => {
    const anchor = runtime.addAnchor(target);
    anchor.onTargetFound = () => onFound(target);
    anchor.onTargetLost = () => onLost(target);
    anchor.onTargetUpdate = () => anchor.visible && places.set(target, anchor.group.matrix);
    return anchor;
  });
  try {
    await runtime.start();
  } finally {
    URL.revokeObjectURL(mindUrl);
  }
  runtime.renderer.setAnimationLoop(() => runtime.renderer.render(runtime.scene, runtime.camera));

  return {
    show(target, { x, y, width, height, rotation, crop, outline }) {
      film.material.map?.dispose();
      const texture = new VideoTexture(video);
      texture.colorSpace = SRGBColorSpace;
      texture.minFilter = LinearFilter;
      texture.repeat.set(crop.width, crop.height);
      texture.offset.set(crop.x, 1 - crop.y - crop.height);
      film.material.map = texture;
      film.material.needsUpdate = true;
      film.geometry.dispose();
      film.geometry = geometryOf(outline);
      film.scale.set(width, height, 1);
      film.position.set(x, -y, 0);
      film.rotation.z = -MathUtils.degToRad(rotation);
      anchors[target].group.add(film);
    },
    keep(target) {
      kept.matrix.copy(places.get(target));
      kept.add(film);
    },
    hide() {
      film.removeFromParent();
    },
    stop() {
      runtime.renderer.setAnimationLoop(null);
      runtime.stop();
      film.material.map?.dispose();
      film.geometry.dispose();
      runtime.renderer.dispose();
      container.replaceChildren();
    },
  };
}
