// What a person sees who scanned a code: a start screen, the camera with the video on the photo, and help when that fails.
//
// `document.body.dataset.state` says where it is: start, loading, searching, tracking, lost, kept (lost, and still on the
// screen), plain, error.

import { CameraError, isInAppBrowser, openCamera } from "./camera.js";
import { place, settingsOf } from "./fit.js";

/** After so long without a photo recognised, a hint. */
const HINT_AFTER_MS = 8000;

const HINTS = [
  "Hold the phone so that the photo fills most of the screen.",
  "More light helps. Turn the photo a little if it shines.",
  "Hold the phone still for a moment, straight above the photo.",
];

const PROBLEMS = {
  camera_denied: {
    title: "The camera is not allowed",
    help: [
      "iPhone: tap the symbol at the left of the address, then “Website Settings”, and allow the camera.",
      "Android: tap the symbol at the left of the address, then “Permissions”, and allow the camera.",
    ],
  },
  camera_missing: { title: "No camera was found", help: ["Open the link on a phone, or watch the video here."] },
  camera_busy: {
    title: "The camera is in use",
    help: ["Close other apps that use the camera, for example a video call, and try again."],
  },
  camera_unsupported: {
    title: "This browser gives no access to the camera",
    help: ["Open the link in Safari (iPhone) or Chrome (Android)."],
  },
  insecure_context: {
    title: "The camera needs a secure connection",
    help: ["Open the link with https:// at its beginning."],
  },
  webgl_missing: {
    title: "This browser cannot draw on the camera’s picture",
    help: ["Turn on hardware acceleration (WebGL), or open the link in another browser."],
  },
  load_failed: {
    title: "The album did not load",
    help: ["Check the connection to the internet, and try again."],
    reload: true,
  },
  video_failed: {
    title: "This phone cannot play the video",
    help: ["Open the link on another phone, or ask who made the album for a video in H.264."],
    reload: true,
  },
  tracker_failed: {
    title: "Recognition could not start",
    help: ["Close other tabs and apps, and try again."],
    reload: true,
  },
};

const album = new URL(`${document.body.dataset.album}/`, location.href);
const title = document.title;

/** Makes an element: properties, then children. */
function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function button(text, className, onclick) {
  return element("button", { type: "button", className: `button ${className}`, onclick }, text);
}

const stage = element("div", { className: "stage" });
const film = element("video", { className: "film", playsInline: true, preload: "auto" });
const heading = element("h1", { tabIndex: -1 });
const card = element("div", { className: "card" });
const said = element("p", { className: "said" });
said.setAttribute("role", "status");
const sound = button("Sound on", "small", () => {
  soundChosen = true;
  setMuted(!film.muted);
});
sound.setAttribute("role", "switch");
sound.setAttribute("aria-label", "Sound");
const leave = button("Without the camera", "small", showPlain);
const begin = button("Play", "small", () => play());
const close = button("Close", "small", () => {
  film.pause();
  tracker.hide();
  search("lost", "Point the camera at the photo again.");
});
const bar = element("div", { className: "bar" }, begin, close, sound, leave);
const root = document.querySelector("main");
root.replaceChildren(stage, film, card, said, bar);

/** @type {{id: string, mind: string, targets: {name: string, photo: string, video: string, width: number, height: number, settings: import("./fit.js").Settings}[]}} */
let manifest;
/** @type {Awaited<ReturnType<import("./tracker.js").startTracker>> | null} */
let tracker = null;
/** The target whose video `film` holds, and where the others' videos were left, in seconds. */
let current = 0;
const left = new Map();
let hinting = 0;
/** Whether the person has used the switch, which then counts for every video. */
let soundChosen = false;
/** Whether this page has said that a video was played, and the targets whose video was begun. */
let told = false;
const begun = new Set();

function setState(state) {
  document.body.dataset.state = state;
  delete document.body.dataset.error;
  const live = ["searching", "tracking", "lost", "kept"].includes(state);
  card.hidden = live;
  bar.hidden = !live;
  said.hidden = !live;
  begin.hidden = state !== "tracking" || begins();
  close.hidden = state !== "kept";
  clearInterval(hinting);
}

function setCard(headline, ...children) {
  heading.textContent = headline;
  card.replaceChildren(heading, ...children);
  heading.focus({ preventScroll: true });
}

function setMuted(muted) {
  film.muted = muted;
  sound.textContent = muted ? "Sound off" : "Sound on";
  sound.setAttribute("aria-checked", String(!muted));
}

/** Whether the current video plays without being asked to. */
function begins() {
  return Boolean(manifest) && (manifest.targets[current].settings.autoplay || begun.has(current));
}

function showStart() {
  setState("start");
  const inApp = isInAppBrowser() ? [inAppNotice()] : [];
  setCard(
    title,
    element("p", {}, "Point the camera at the printed photo, and it begins to move."),
    ...inApp,
    button("Start the camera", "main", startCamera),
    element("p", { className: "quiet" }, "The camera is only used to recognise the photo. Its pictures stay on this phone."),
    button("Watch without the camera", "plain", showPlain),
  );
}

function inAppNotice() {
  const copy = button("Copy the link", "small", async () => {
    await navigator.clipboard.writeText(location.href);
    copy.textContent = "Copied";
  });
  return element(
    "p",
    { className: "notice" },
    "You opened this inside another app, which may keep the camera from it. If so, open the link in Safari or Chrome. ",
    copy,
  );
}

function showProblem(code) {
  const { title: headline, help, reload } = PROBLEMS[code];
  setState("error");
  document.body.dataset.error = code;
  setCard(
    headline,
    element("ul", {}, ...help.map((text) => element("li", {}, text))),
    ...(isInAppBrowser() ? [inAppNotice()] : []),
    button("Try again", "main", reload ? () => location.reload() : startCamera),
    ...(manifest && (code !== "video_failed" || manifest.targets.length > 1) ? [button("Watch without the camera", "plain", showPlain)] : []),
    element("p", { className: "quiet code" }, code),
  );
}

function showPlain() {
  stopCamera();
  setState("plain");
  const buttons = manifest.targets.map((target, index) =>
    button(target.name || `Video ${index + 1}`, "small", () => choose(index)),
  );
  const choose = (index) => {
    setFilm(index);
    buttons.forEach((each, other) => each.setAttribute("aria-pressed", String(other === index)));
    play();
  };
  film.controls = true;
  setCard(
    title,
    film,
    ...(buttons.length > 1 ? [element("div", { className: "list" }, ...buttons)] : []),
    button("Use the camera", "plain", startCamera),
  );
  choose(current);
}

/** Puts a target's video into the one element that the start tap has unlocked for sound. */
function setFilm(target) {
  const { video, settings } = manifest.targets[target];
  const source = new URL(video, album).href;
  if (film.src === source) return;
  left.set(current, film.currentTime);
  current = target;
  film.src = source;
  film.loop = settings.loop;
  if (!soundChosen) setMuted(!settings.sound);
  film.currentTime = left.get(target) ?? 0;
}

async function play() {
  begun.add(current);
  begin.hidden = true;
  try {
    await film.play();
    tell();
  } catch (error) {
    // Without sound it may always play; the switch brings the sound back.
    if (error.name === "NotAllowedError" && !film.muted) {
      setMuted(true);
      await play();
    }
  }
}

/** Counts a video that is played, once for each visit: no more is told than that. */
function tell() {
  if (told) return;
  told = true;
  navigator.sendBeacon?.(`/api/ar/projects/${manifest.id}/played`);
}

function found(target) {
  setFilm(target);
  setState("tracking");
  said.textContent = manifest.targets[target].name;
  said.hidden = said.textContent === "";
  if (film.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) draw();
  if (!document.hidden && begins()) play();
}

function draw() {
  if (document.body.dataset.state !== "tracking") return;
  const target = manifest.targets[current];
  tracker.show(current, place(target.settings, target, { width: film.videoWidth, height: film.videoHeight }));
}

function lost(target) {
  const { on_lost: onLost } = manifest.targets[target].settings;
  if (onLost === "pause" || onLost === "rewind") film.pause();
  if (onLost === "rewind") film.currentTime = 0;
  if (onLost === "keep") tracker.keep(target);
  search(onLost === "keep" ? "kept" : "lost", "Point the camera at the photo again.");
}

/** Whether the video plays on where it is: on its photo, or without it where its settings say so. */
function goesOn() {
  const { state } = document.body.dataset;
  const isHeard = state === "lost" && manifest.targets[current].settings.on_lost === "continue";
  return begins() && !film.ended && (state === "tracking" || state === "kept" || isHeard);
}

function search(state, text) {
  setState(state);
  said.textContent = text;
  let next = 0;
  hinting = setInterval(() => {
    said.textContent = HINTS[next % HINTS.length];
    next += 1;
  }, HINT_AFTER_MS);
}

/** Reads a file as it comes; `onProgress` is told the part that is there, 0..1. */
async function fetchBytes(url, onProgress) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} ${url}`);
  const total = Number(response.headers.get("Content-Length"));
  const parts = [];
  let bytes = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    bytes += value.length;
    if (total > 0) onProgress(Math.min(1, bytes / total));
  }
  onProgress(1);
  return new Blob(parts).arrayBuffer();
}

function canDraw() {
  const canvas = document.createElement("canvas");
  return Boolean(canvas.getContext("webgl2") ?? canvas.getContext("webgl"));
}

/** Shows what is still awaited, in words and as a bar; gives a function that a part reports to. */
function showLoading() {
  const words = { camera: "Waiting for the camera: please allow it.", runtime: "Loading the recognition…", photos: "Loading the photos to look for…" };
  const parts = { camera: 0, runtime: 0, photos: 0 };
  const text = element("p", {});
  text.setAttribute("role", "status");
  const progress = element("progress", { max: 1, value: 0 });
  progress.setAttribute("aria-label", "Loading");
  const report = (part, done) => {
    parts[part] = done;
    const open = Object.keys(parts).find((each) => parts[each] < 1);
    text.textContent = open ? words[open] : "Starting…";
    progress.value = Object.values(parts).reduce((sum, each) => sum + each, 0) / Object.keys(parts).length;
  };
  setState("loading");
  setCard(title, text, progress, button("Watch without the camera", "plain", showPlain));
  report("camera", 0);
  return report;
}

async function startCamera() {
  if (!canDraw()) return showProblem("webgl_missing");
  unlockSound();
  const report = showLoading();
  const waiting = () => document.body.dataset.state === "loading";
  const part = async (name, promise) => {
    const value = await promise;
    report(name, 1);
    return value;
  };
  const camera = part("camera", openCamera());
  try {
    const [stream, runtime, mind] = await Promise.all([
      camera,
      part("runtime", import("./tracker.js")),
      fetchBytes(new URL(manifest.mind, album), (done) => report("photos", done)),
    ]);
    if (!waiting()) return stopStream(stream);
    const targets = manifest.targets.length;
    const started = await startTracker(runtime, { container: stage, stream, mind, targets, video: film, onFound: found, onLost: lost });
    if (!waiting()) return started.stop();
    tracker = started;
    stream.getVideoTracks()[0].addEventListener("ended", cameraTaken);
    search("searching", "Point the camera at the printed photo.");
  } catch (error) {
    camera.then(stopStream, () => {});
    if (!waiting()) return;
    console.warn(error);
    showProblem(error instanceof CameraError ? error.code : (error.code ?? "load_failed"));
  }
}

async function startTracker(runtime, options) {
  try {
    return await runtime.startTracker(options);
  } catch (error) {
    throw Object.assign(new Error("tracker_failed", { cause: error }), { code: "tracker_failed" });
  }
}

function stopStream(stream) {
  stream.getTracks().forEach((track) => track.stop());
}

function stopCamera() {
  tracker?.stop();
  tracker = null;
  film.pause();
}

/** Another app, or the person, has taken the camera away. */
function cameraTaken() {
  if (!tracker) return;
  stopCamera();
  showProblem("camera_busy");
}

/** Phones let a video sound only when a tap has played it: this one is played and paused within the tap. */
function unlockSound() {
  film.controls = false;
  root.insertBefore(film, card);
  setFilm(current);
  const { muted } = film;
  film.muted = false;
  film.play().catch(() => {});
  film.pause();
  film.muted = muted;
}

film.addEventListener("loadeddata", () => tracker && draw());
film.addEventListener("error", () => {
  stopCamera();
  showProblem("video_failed");
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) film.pause();
  else if (goesOn()) play();
});

setMuted(false);
setState("opening");
try {
  // Pages that were published before videos could be moved name no manifest.
  const name = document.body.dataset.manifest ?? "manifest.json";
  manifest = JSON.parse(new TextDecoder().decode(await fetchBytes(new URL(name, album), () => {})));
  for (const target of manifest.targets) target.settings = settingsOf(target);
  showStart();
} catch (error) {
  console.warn(error);
  showProblem("load_failed");
}
