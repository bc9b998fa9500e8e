// The videos: a few elements that the start tap has unlocked for sound, lent to the photos that are seen.

import { element } from "./elements.js";
import { place } from "./fit.js";
import { meshOf } from "./geometry.js";

/** Most videos that play at a time. */
const FILMS_MAX = 3;
/** How long a video takes to come and to go. */
const FADE_MS = 200;

/**
 * @typedef {object} Film
 * @property {HTMLVideoElement} video
 * @property {number} target whose video it holds
 * @property {boolean} isShown on the photo, or where it was
 * @property {boolean} isPresent its photo is there
 * @property {import("./presence.js").Seen | null} seen where its photo is, or was
 * @property {number} opacity
 * @property {{key: string, corners: Float32Array}} mesh
 */

/**
 * @param {object[]} targets of the manifest, with settings
 * @param {URL} album where their files are
 * @param {{onPlay: () => void, onMuted: (muted: boolean) => void, onFailed: () => void}} hears
 */
export function createFilms(targets, album, { onPlay, onMuted, onFailed }) {
  /** Where videos were left that have no element now, in seconds. */
  const left = new Map();
  /** Targets whose video was begun, by itself or by a tap. */
  const begun = new Set();
  /** What the person has chosen, which then counts for every video. */
  let chosenMuted = null;
  /** What is cut out of a target's video, once it is known. */
  const alphas = new Map();
  targets.forEach(({ settings }, target) => {
    if (settings.alpha) readAlpha(settings.alpha).then((alpha) => alphas.set(target, alpha));
  });
  let drawnAt = 0;
  const isFading = !matchMedia("(prefers-reduced-motion: reduce)").matches;

  /** @type {Film[]} */
  const films = targets.slice(0, FILMS_MAX).map((_, target) => {
    const video = element("video", { className: "film", playsInline: true, preload: "none" });
    const film = { video, target: -1, isShown: false, isPresent: false, seen: null, opacity: 0, mesh: { key: "", corners: null } };
    video.addEventListener("error", () => film.isShown && onFailed());
    load(film, target);
    return film;
  });

  function load(film, target) {
    if (film.target === target) return;
    if (film.target >= 0) left.set(film.target, film.video.currentTime);
    const { video, settings } = targets[target];
    Object.assign(film, { target, isShown: false, isPresent: false, seen: null, opacity: 0 });
    film.video.dataset.target = target;
    film.video.src = new URL(video, album).href;
    film.video.loop = settings.loop;
    film.video.muted = chosenMuted ?? !settings.sound;
    film.video.currentTime = left.get(target) ?? 0;
  }

  /** The element that holds a target's video, or one that nobody looks at. */
  function lend(target) {
    const film = films.find((each) => each.target === target) ?? films.find((each) => !each.isPresent);
    if (film) load(film, target);
    return film;
  }

  async function play(film) {
    begun.add(film.target);
    if (film.video.error) return onFailed();
    try {
      await film.video.play();
      onPlay();
    } catch (error) {
      // Without sound it may always play; the switch brings the sound back.
      if (error.name === "NotAllowedError" && !film.video.muted) {
        film.video.muted = true;
        onMuted(true);
        await play(film);
      }
    }
  }

  const begins = ({ target }) => targets[target].settings.autoplay || begun.has(target);
  const present = () => films.filter((film) => film.isPresent);
  const shown = () => films.filter((film) => film.isShown);

  function hide(film) {
    film.video.pause();
    film.isShown = false;
  }

  return {
    elements: () => films.map(({ video }) => video),

    /** Phones let a video sound only when a tap has played it: all are played and paused within the tap. */
    unlock() {
      for (const { video } of films) {
        const { muted } = video;
        video.muted = false;
        video.play().catch(() => {});
        video.pause();
        video.muted = muted;
      }
    },

    /** Fetches how each begins. */
    warm() {
      for (const { video } of films) if (video.preload === "none") video.preload = "metadata";
    },

    /** Puts a target's video on its photo; what only stayed on the screen, or was only heard, gives way. */
    found(target) {
      const film = lend(target);
      if (!film) return;
      for (const other of films) if (other !== film && !other.isPresent) hide(other);
      film.isPresent = true;
      film.isShown = true;
      film.video.preload = "auto";
      onMuted(film.video.muted);
      if (begins(film)) play(film);
    },

    lost(target) {
      const film = films.find((each) => each.target === target);
      if (!film?.isPresent) return;
      film.isPresent = false;
      const { on_lost: onLost } = targets[target].settings;
      if (onLost === "pause" || onLost === "rewind") film.video.pause();
      if (onLost === "rewind") film.video.currentTime = 0;
      if (onLost !== "keep") film.isShown = false;
    },

    /** Whether a video stays on the screen without its photo. */
    isKept: () => films.some((film) => film.isShown && !film.isPresent),
    /** Whether a video waits to be played by a tap. */
    waits: () => present().some((film) => !begins(film)),
    begin: () => present().forEach(play),
    close: () => films.filter((film) => !film.isPresent).forEach(hide),

    replay() {
      for (const film of shown()) {
        film.video.currentTime = 0;
        play(film);
      }
    },

    /** Pauses all, and gives a function that plays on what is still to play. */
    pause() {
      const playing = films.filter(({ video }) => !video.paused);
      playing.forEach(({ video }) => video.pause());
      return () => playing.filter((film) => !film.video.ended).forEach(play);
    },

    hideAll() {
      for (const film of films) {
        hide(film);
        Object.assign(film, { isPresent: false, opacity: 0 });
      }
    },

    setMuted(muted) {
      chosenMuted = muted;
      for (const { video } of films) video.muted = muted;
      onMuted(muted);
    },

    /** Gives the element that shows a target's video on the page itself. */
    plain(target) {
      films.forEach(hide);
      const film = films.find((each) => each.target === target) ?? films[0];
      load(film, target);
      film.isShown = true;
      onMuted(film.video.muted);
      play(film);
      return film.video;
    },

    /** What can be heard of a video that plays, for a clip. */
    tracks: () => shown().flatMap(({ video }) => video.captureStream?.().getAudioTracks() ?? []),

    /**
     * What is to be drawn now.
     *
     * @param {(target: number) => import("./presence.js").Seen | undefined} seenOf
     * @returns {import("./drawing.js").Film[]}
     */
    scene(seenOf, now) {
      const step = isFading ? (now - drawnAt) / FADE_MS : 1;
      drawnAt = now;
      const drawn = [];
      for (const film of films) {
        const { video, target, isShown, isPresent } = film;
        if (isPresent) film.seen = seenOf(target) ?? film.seen;
        if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || !film.seen) continue;
        if (targets[target].settings.alpha && !alphas.has(target)) continue;
        film.opacity = Math.min(1, Math.max(0, film.opacity + (isShown ? step : -step)));
        if (film.opacity === 0) continue;
        const photo = targets[target];
        const { pose, frame } = film.seen;
        drawn.push({ video, mesh: meshFor(film, photo), alpha: alphas.get(target) ?? null, pose, frame, photo, opacity: film.opacity });
      }
      return drawn;
    },
  };

  function meshFor(film, photo) {
    const size = { width: film.video.videoWidth, height: film.video.videoHeight };
    const key = `${film.target} ${size.width} ${size.height}`;
    if (film.mesh.key !== key) film.mesh = { key, corners: meshOf(place(photo.settings, photo, size)) };
    return film.mesh.corners;
  }
}

/** A picture in Base64; null where it is none. */
async function readAlpha(text) {
  try {
    return await createImageBitmap(new Blob([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))]));
  } catch {
    return null;
  }
}
