// Parts of the page.

import { pathOf } from "./icons.js";

const SVG = "http://www.w3.org/2000/svg";

/** Makes an element: properties, then children. */
export function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export function button(text, className, onclick) {
  return element("button", { type: "button", className: `button ${className}`, onclick }, text);
}

/** A button that shows a picture and is named by words. */
export function iconButton(icon, label, onclick) {
  const made = button("", "icon", onclick);
  setIcon(made, icon, label);
  return made;
}

/** One that is on or off. */
export function iconSwitch(icon, label, onclick) {
  const made = iconButton(icon, label, onclick);
  made.setAttribute("role", "switch");
  return made;
}

export function setIcon(button, icon, label) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", pathOf(icon));
  drawing.append(path);
  button.replaceChildren(drawing);
  button.setAttribute("aria-label", label);
  button.title = label;
}
