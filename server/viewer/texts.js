// What a person reads, in a language of theirs. The choice is kept on the phone and told to nobody.

import en from "./texts/en.js";
import hy from "./texts/hy.js";
import ru from "./texts/ru.js";

export const TEXTS = { en, ru, hy };

/** Names of the languages, each in itself. */
export const LANGUAGES = { en: "English", ru: "Русский", hy: "Հայերեն" };

const KEY = "kinora.language";

let language = "en";

/** Speaks the language chosen before, else the first of the browser's that is known. */
export function speak() {
  const wanted = [kept(), ...navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase())];
  set(wanted.find((each) => Object.hasOwn(TEXTS, each)) ?? "en");
}

export function chooseLanguage(wanted) {
  set(wanted);
  try {
    localStorage.setItem(KEY, wanted);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

export function currentLanguage() {
  return language;
}

/** A text, or a list of texts. */
export function say(key) {
  return TEXTS[language][key];
}

function set(wanted) {
  language = wanted;
  document.documentElement.lang = wanted;
}

function kept() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
