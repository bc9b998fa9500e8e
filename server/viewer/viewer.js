// What a person sees who scanned a code: a start screen, the camera with the videos on the photos, and help when that fails.
//
// `document.body.dataset.state` says where it is: opening, start, loading, searching, tracking, lost, kept (lost, and still
// on the screen), plain, error.

import { mayRest, stayAwake } from "./awake.js";
import { closeCamera, hasLight, openCamera, setLight } from "./camera.js";
import { loadingCard, plainCard, problemCard, startCard } from "./cards.js";
import { createControls } from "./controls.js";
import { startDrawing } from "./drawing.js";
import { element } from "./elements.js";
import { startEngine } from "./engine.js";
import { fetchBytes, fetchJson } from "./fetching.js";
import { createFilms } from "./films.js";
import { settingsOf } from "./fit.js";
import { keep, record, shareLink, takePicture } from "./keepsakes.js";
import { startLive } from "./live.js";
import { createPresence } from "./presence.js";
import { Problem, codeOf } from "./problems.js";
import { chooseLanguage, say, speak } from "./texts.js";

/** After so long without a photo recognised, a hint. */
const HINT_AFTER_MS = 8000;
/** How long something is said that was done. */
const MENTION_MS = 4000;
const LIVE = ["searching", "tracking", "lost", "kept"];

const album = new URL(`${document.body.dataset.album}/`, location.href);
// Pages that were published before videos could be moved name no manifest.
const manifestUrl = new URL(document.body.dataset.manifest ?? "manifest.json", album);

const heading = element("h1", { tabIndex: -1 });
const card = element("div", { className: "card" });
const said = element("p", { className: "said" });
said.setAttribute("role", "status");
const shelf = element("div", { className: "shelf" });
const main = document.querySelector("main");
main.replaceChildren(shelf, card, said);

let manifest = null;
let films = null;
/** What the camera needs and does not wait for the start tap: the engine, and the photos in it. */
let engine = null;
let photos = null;
let photosDone = 0;
let onPhotosDone = () => {};
/** The camera while it runs, and all that goes with it. */
let session = null;
let hinting = 0;
let playOn = () => {};
let muted = false;
/** The photo that was seen last. */
let current = 0;
/** Whether this page has said that a video was played. */
let told = false;

function setState(state) {
  document.body.dataset.state = state;
  delete document.body.dataset.error;
  const isLive = LIVE.includes(state);
  card.hidden = isLive;
  said.hidden = !isLive;
  clearInterval(hinting);
  session?.controls.offer({ waits: films.waits(), isKept: state === "kept", isShown: state === "tracking" || state === "kept" });
}

function setCard(headline, children) {
  heading.textContent = headline;
  card.replaceChildren(heading, ...children);
  heading.focus({ preventScroll: true });
}

const title = () => manifest?.name || say("untitled");

function showStart() {
  setState("start");
  document.title = title();
  const onLanguage = (language) => {
    chooseLanguage(language);
    showStart();
    card.querySelector(`[lang="${language}"]`).focus();
  };
  setCard(title(), startCard({ onStart: startCamera, onPlain: showPlain, onLanguage }));
}

function showProblem(code) {
  stopCamera();
  setState("error");
  document.body.dataset.error = code;
  const isWatchable = manifest && (code !== "video_failed" || manifest.targets.length > 1);
  setCard(say(code), problemCard(code, { onStart: startCamera, onPlain: isWatchable ? showPlain : null }));
}

function showPlain() {
  stopCamera();
  setState("plain");
  const onChoose = (target) => Object.assign(films.plain(target), { controls: true });
  const { children, begin } = plainCard(manifest.targets, current, { onChoose, onStart: startCamera });
  setCard(title(), children);
  begin();
}

/** Counts a video that is played, once for each visit: no more is told than that. */
function tell() {
  if (told) return;
  told = true;
  navigator.sendBeacon?.(`/api/ar/projects/${manifest.id}/played`);
}

/** Begins what needs no tap. What fails is said when it is missed. */
function ahead(load) {
  const promise = load();
  promise.catch(() => {});
  return promise;
}

async function loadEngine() {
  const started = startEngine(() => session && showProblem("tracker_failed"));
  await started.ready;
  return started;
}

/** Albums from before there was a file for the viewer alone have the whole one only. */
async function fetchPhotos(onProgress) {
  const read = (name) => fetchBytes(new URL(name, album), onProgress);
  try {
    return await read(manifest.viewer ?? manifest.mind);
  } catch (error) {
    if (error.status !== 404) throw error;
    return read(manifest.mind);
  }
}

async function loadPhotos() {
  const mind = await fetchPhotos((done) => {
    photosDone = done;
    onPhotosDone(done);
  });
  return (await engine).addTargets(mind);
}

async function startCamera() {
  const canvas = element("canvas", {});
  const drawing = startDrawing(canvas);
  if (!drawing) return showProblem("webgl_missing");
  putBack();
  films.unlock();
  const { children, report } = loadingCard({ onPlain: showPlain });
  setState("loading");
  setCard(title(), children);
  const isWaiting = () => card.contains(children[0]);
  const part = async (name, promise) => {
    const value = await promise;
    report(name, 1);
    return value;
  };
  onPhotosDone = (done) => report("photos", Math.min(done, 0.9));
  onPhotosDone(photosDone);
  const opening = part("camera", openCamera());
  try {
    const [stream, ready] = await Promise.all([opening, part("engine", engine), part("photos", photos)]);
    if (!isWaiting()) return closeCamera(stream);
    await startSession(stream, ready, canvas, drawing, isWaiting);
  } catch (error) {
    opening.then(closeCamera, () => {});
    if (!isWaiting()) return;
    console.warn(error);
    showProblem(codeOf(error));
  } finally {
    if (session?.drawing !== drawing) drawing.stop();
  }
}

async function startSession(stream, ready, canvas, drawing, isWaiting) {
  const camera = element("video", { className: "camera", muted: true, playsInline: true, srcObject: stream });
  const stage = element("div", { className: "stage" }, camera, canvas);
  main.prepend(stage);
  try {
    await camera.play();
  } finally {
    if (!isWaiting() || camera.paused) stage.remove();
  }
  if (!isWaiting()) return closeCamera(stream);
  const presence = createPresence(found, lost);
  const scene = (now) => films.scene(presence.get, now);
  const onAnswer = (answer, now) => presence.update(answer, now);
  const controls = createControls({ ...deeds, play: begin, close, sound: () => films.setMuted(!muted) }, hasLight(stream));
  main.append(controls.bar);
  session = { stream, camera, canvas, stage, drawing, presence, controls, isLit: false, clip: null };
  session.live = startLive({ camera, engine: ready, drawing, onAnswer, scene });
  controls.setMuted(muted);
  stream.getVideoTracks()[0].addEventListener("ended", cameraTaken);
  films.warm();
  stayAwake();
  search("searching", say("searching"));
}

function stopCamera() {
  films?.hideAll();
  playOn = () => {};
  if (!session) return;
  const { live, stream, stage, drawing, controls, clip } = session;
  session = null;
  clip?.stop();
  live.stop();
  closeCamera(stream);
  drawing.stop();
  stage.remove();
  controls.bar.remove();
  mayRest();
}

/** Another app, or the person, has taken the camera away. */
function cameraTaken() {
  if (session) showProblem("camera_busy");
}

/** The videos must be in the page to play, also where nobody sees them. */
function putBack() {
  for (const video of films.elements()) {
    video.controls = false;
    if (video.parentElement !== shelf) shelf.append(video);
  }
}

function found(target) {
  current = target;
  films.found(target);
  // A video that cannot be played has ended it all.
  if (session) showTracking();
}

function lost(target) {
  films.lost(target);
  if (session.presence.targets().length > 0) return showTracking();
  search(films.isKept() ? "kept" : "lost", say("lost"));
}

function showTracking() {
  setState("tracking");
  sayNames();
}

function sayNames() {
  said.textContent = session.presence.targets().map((target) => manifest.targets[target].name).filter(Boolean).join(", ");
  said.hidden = said.textContent === "";
}

function begin() {
  films.begin();
  showTracking();
}

function close() {
  films.close();
  search("lost", say("lost"));
}

function search(state, text) {
  setState(state);
  said.textContent = text;
  let next = 0;
  hinting = setInterval(() => {
    const hints = say("hints");
    said.textContent = hints[next % hints.length];
    next += 1;
  }, HINT_AFTER_MS);
}

/** What the other buttons over the camera's picture do. */
const deeds = {
  leave: () => showPlain(),
  replay: () => films.replay(),
  async light() {
    const { stream, controls, isLit } = session;
    await setLight(stream, !isLit).catch(console.warn);
    const { torch = !isLit } = stream.getVideoTracks()[0].getSettings();
    session.isLit = torch;
    controls.setLight(torch);
  },
  async share() {
    const link = new URL(`/ar/view/${manifest.id}`, location.href).href;
    if (await shareLink(title(), link)) mention("link_copied");
  },
  picture() {
    session.live.draw();
    return handOver(takePicture(session.canvas));
  },
  async clip() {
    if (session.clip) return session.clip.stop();
    const { controls } = session;
    session.clip = record(session.canvas, films.tracks());
    controls.setRecording(true);
    mention("clip_running");
    await handOver(session.clip.done);
    controls.setRecording(false);
    if (session) session.clip = null;
  },
};

/** Gives what was made to the person. */
async function handOver(making) {
  try {
    if (await keep(await making, title())) mention("saved");
  } catch (error) {
    console.warn(error);
    mention("save_failed");
  }
}

/** Says it for a moment. */
function mention(key) {
  if (!session) return;
  said.textContent = say(key);
  said.hidden = false;
  setTimeout(() => {
    if (!session || said.textContent !== say(key)) return;
    if (document.body.dataset.state === "tracking") sayNames();
    else said.textContent = say("lost");
  }, MENTION_MS);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    playOn = films?.pause() ?? playOn;
    session?.clip?.stop();
    session?.camera.pause();
    return;
  }
  playOn();
  playOn = () => {};
  if (!session) return;
  session.camera.play().catch(console.warn);
  stayAwake();
});

speak();
setState("opening");
engine = ahead(loadEngine);
try {
  manifest = await fetchJson(manifestUrl);
  for (const target of manifest.targets) target.settings = settingsOf(target);
  films = createFilms(manifest.targets, album, {
    onPlay: tell,
    onMuted(value) {
      muted = value;
      session?.controls.setMuted(value);
    },
    onFailed: () => showProblem("video_failed"),
  });
  photos = ahead(loadPhotos);
  showStart();
} catch (error) {
  console.warn(error);
  showProblem("load_failed");
}
