// The runtime that recognises the photos and draws the video on them. Nothing else knows which one it is.
//
// Now: MindAR 1.2.5 with three.js. MindAR's anchor has the photo's centre as its origin and the photo's width as its unit.

import { LinearFilter, Mesh, MeshBasicMaterial, PlaneGeometry, SRGBColorSpace, VideoTexture } from "three";
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
 * @returns {Promise<{show: (target: number, overlay: import("./fit.js").overlay) => void, stop: () => void}>}
 */
export async function startTracker({ container, stream, mind, targets, video, onFound, onLost }) {
  const mindUrl = URL.createObjectURL(new Blob([mind]));
  const runtime = new Runtime(
    { container, imageTargetSrc: mindUrl, maxTrack: 1, uiLoading: "no", uiScanning: "no", uiError: "no" },
    stream,
  );
  const film = new Mesh(new PlaneGeometry(1, 1), new MeshBasicMaterial({ toneMapped: false }));
  const anchors = Array.from({ length: targets }, (_, target) => {
    const anchor = runtime.addAnchor(target);
    anchor.onTargetFound = () => onFound(target);
    anchor.onTargetLost = () => onLost(target);
    return anchor;
  });
  try {
    await runtime.start();
  } finally {
    URL.revokeObjectURL(mindUrl);
  }
  runtime.renderer.setAnimationLoop(() => runtime.renderer.render(runtime.scene, runtime.camera));

  return {
    show(target, { width, height, crop }) {
      film.material.map?.dispose();
      const texture = new VideoTexture(video);
      texture.colorSpace = SRGBColorSpace;
      texture.minFilter = LinearFilter;
      texture.repeat.set(crop.width, crop.height);
      texture.offset.set(crop.x, 1 - crop.y - crop.height);
      film.material.map = texture;
      film.material.needsUpdate = true;
      film.scale.set(width, height, 1);
      anchors[target].group.add(film);
    },
    stop() {
      runtime.renderer.setAnimationLoop(null);
      runtime.stop();
      film.material.map?.dispose();
      runtime.renderer.dispose();
      container.replaceChildren();
    },
  };
}
