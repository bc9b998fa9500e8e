// What a card says: the start, what is awaited, what is in the way, the plain videos.

import { isInAppBrowser } from "./camera.js";
import { button, element } from "./elements.js";
import { needsReload } from "./problems.js";
import { LANGUAGES, currentLanguage, say } from "./texts.js";

export function startCard({ onStart, onPlain, onLanguage }) {
  return [
    element("p", {}, say("lead")),
    ...inAppNotice(),
    button(say("start"), "main", onStart),
    element("p", { className: "quiet" }, say("privacy")),
    button(say("watch"), "plain", onPlain),
    languageChoice(onLanguage),
  ];
}

/** Also gives a function that a part (camera, engine, photos) tells how much of it is done, 0..1. */
export function loadingCard({ onPlain }) {
  const parts = { camera: 0, engine: 0, photos: 0 };
  const text = element("p", {});
  text.setAttribute("role", "status");
  const progress = element("progress", { max: 1, value: 0 });
  progress.setAttribute("aria-label", say("loading"));
  const report = (part, done) => {
    parts[part] = done;
    const open = Object.keys(parts).find((each) => parts[each] < 1);
    text.textContent = say(open ? `loading_${open}` : "loading_done");
    progress.value = Object.values(parts).reduce((sum, each) => sum + each, 0) / Object.keys(parts).length;
  };
  report("camera", 0);
  return { children: [text, progress, button(say("watch"), "plain", onPlain)], report };
}

/** `onPlain` is null where there is no video to watch. */
export function problemCard(code, { onStart, onPlain }) {
  return [
    element("ul", {}, ...say(`${code}_help`).map((text) => element("li", {}, text))),
    ...inAppNotice(),
    button(say("again"), "main", needsReload(code) ? () => location.reload() : onStart),
    ...(onPlain ? [button(say("watch"), "plain", onPlain)] : []),
    element("p", { className: "quiet code" }, code),
  ];
}

/** `onChoose` is told a target and gives its video. */
export function plainCard(targets, current, { onChoose, onStart }) {
  const place = element("div", { className: "place" });
  const buttons = targets.map(({ name }, target) => button(name || `${say("video")} ${target + 1}`, "small", () => choose(target)));
  const choose = (target) => {
    const video = onChoose(target);
    if (video.parentElement !== place) place.replaceChildren(video);
    buttons.forEach((each, other) => each.setAttribute("aria-pressed", String(other === target)));
  };
  return {
    children: [
      place,
      ...(buttons.length > 1 ? [element("div", { className: "list" }, ...buttons)] : []),
      button(say("use_camera"), "plain", onStart),
    ],
    begin: () => choose(current),
  };
}

function inAppNotice() {
  if (!isInAppBrowser()) return [];
  const copy = button(say("copy"), "small", async () => {
    await navigator.clipboard.writeText(location.href);
    copy.textContent = say("copied");
  });
  return [element("p", { className: "notice" }, say("in_app"), copy)];
}

function languageChoice(onLanguage) {
  const buttons = Object.entries(LANGUAGES).map(([language, name]) => {
    const made = button(name, "language", () => onLanguage(language));
    made.lang = language;
    made.setAttribute("aria-pressed", String(language === currentLanguage()));
    return made;
  });
  const choice = element("div", { className: "languages" }, ...buttons);
  choice.setAttribute("role", "group");
  choice.setAttribute("aria-label", say("language"));
  return choice;
}
