// The buttons over the camera's picture. What a browser can't do has none.

import { button, element, iconButton, iconSwitch, setIcon } from "./elements.js";
import { canRecord } from "./keepsakes.js";
import { say } from "./texts.js";

/**
 * @param {Record<"play" | "close" | "sound" | "light" | "replay" | "picture" | "clip" | "share" | "leave", () => void>} on
 * @param {boolean} hasLight
 */
export function createControls(on, hasLight) {
  const play = button(say("play"), "main", on.play);
  const close = button(say("close"), "main", on.close);
  const sound = iconSwitch("sound", say("sound"), on.sound);
  const light = iconSwitch("light", say("light"), on.light);
  const replay = iconButton("again", say("replay"), on.replay);
  const picture = iconButton("picture", say("picture"), on.picture);
  const clip = iconButton("record", say("clip"), on.clip);
  const share = iconButton("share", say("share"), on.share);
  const screen = iconButton("screen", say("full_screen"), toggleFullScreen);
  const leave = iconButton("plain", say("leave"), on.leave);
  light.setAttribute("aria-checked", "false");
  light.hidden = !hasLight;
  clip.hidden = !canRecord();
  screen.hidden = !document.fullscreenEnabled;
  const tools = element("div", { className: "tools" }, sound, light, replay, picture, clip, share, screen, leave);
  return {
    bar: element("div", { className: "bar" }, play, close, tools),
    setMuted(muted) {
      setIcon(sound, muted ? "silence" : "sound", say("sound"));
      sound.setAttribute("aria-checked", String(!muted));
    },
    setLight(on) {
      light.setAttribute("aria-checked", String(on));
    },
    setRecording(isRunning) {
      clip.classList.toggle("running", isRunning);
      setIcon(clip, isRunning ? "stop" : "record", say(isRunning ? "clip_stop" : "clip"));
    },
    /** What is of use now. */
    offer({ waits, isKept, isShown }) {
      play.hidden = !waits;
      close.hidden = !isKept;
      replay.disabled = !isShown;
    },
  };
}

function toggleFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
}
