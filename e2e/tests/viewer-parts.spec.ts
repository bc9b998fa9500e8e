// Parts of the viewer that need no browser: its texts, its geometry, which photos are there, how large frames are.

import { expect, test } from "@playwright/test";

import { createBudget, within } from "../../server/viewer/frames.js";
import { coverScale, meshOf, toClip } from "../../server/viewer/geometry.js";
import { createPresence } from "../../server/viewer/presence.js";
import { PROBLEM_CODES } from "../../server/viewer/problems.js";
import { LANGUAGES, TEXTS } from "../../server/viewer/texts.js";

test("every language says everything, and says what every problem is", () => {
  const keys = Object.keys(TEXTS.en);
  expect(keys).toEqual(expect.arrayContaining(PROBLEM_CODES.flatMap((code) => [code, `${code}_help`])));
  for (const language of Object.keys(LANGUAGES) as (keyof typeof TEXTS)[]) {
    expect(Object.keys(TEXTS[language])).toEqual(keys);
    const lists = Object.entries(TEXTS[language]).filter(([, text]) => Array.isArray(text));
    for (const [key, list] of lists) expect(list, `${language} ${key}`).toHaveLength(TEXTS.en[key].length);
  }
});

/** Where a photo's point is in the window, -1..1. */
function seenAt(matrix: number[], x: number, y: number) {
  const [left, up, depth] = [0, 3, 6].map((row) => matrix[row] * x + matrix[row + 1] * y + matrix[row + 2]);
  return [left / depth, up / depth];
}

test("a photo that fills the frame fills the window, from edge to edge of its pixels", () => {
  const frame = { width: 640, height: 480 };
  const pose = [640, 0, 0, 0, 480, 0, 0, 0, 1];
  const photo = { width: 1000, height: 750 };
  for (const sign of [1, -1]) {
    const matrix = toClip(pose.map((each) => sign * each), frame, photo, { width: 1280, height: 960 });
    const corners = [[-0.5, -0.375], [0.5, -0.375], [0.5, 0.375]].map(([x, y]) => seenAt(matrix, x, y));
    [[-1, 1], [1, 1], [1, -1]].forEach(([x, y], index) => {
      expect(corners[index][0]).toBeCloseTo(x, 6);
      expect(corners[index][1]).toBeCloseTo(y, 6);
    });
    expect(matrix[8]).toBeGreaterThan(0);
  }
});

test("a picture covers the window, and what does not fit is cut", () => {
  expect(coverScale({ width: 640, height: 480 }, { width: 320, height: 240 })).toEqual([1, 1]);
  const [across, down] = coverScale({ width: 640, height: 480 }, { width: 480, height: 640 });
  expect(across).toBeCloseTo(16 / 9);
  expect(down).toBe(1);
});

test("a video's shape is triangles around its centre that show its part", () => {
  const outline: [number, number][] = [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]];
  const crop = { x: 0.25, y: 0, width: 0.5, height: 1 };
  const mesh = meshOf({ x: 0.1, y: 0, width: 1, height: 0.5, rotation: 0, crop, outline });
  expect(mesh).toHaveLength(4 * 3 * 6);
  const first = [0.1, 0, 0.5, 0.5, 0.5, 0.5, -0.4, -0.25, 0.25, 0, 0, 0, 0.6, -0.25, 0.75, 0, 1, 0];
  first.forEach((number, index) => expect(mesh[index]).toBeCloseTo(number, 6));
});

/** What the engine says of photos: target and state of each. */
function answer(...photos: [number, number][]) {
  const poses = new Float64Array(photos.flatMap(([target, state]) => [target, state, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1]));
  return { poses, width: 640, height: 480 };
}

test("a photo is there until it was not seen for a while", () => {
  const heard: string[] = [];
  const presence = createPresence((target) => heard.push(`found ${target}`), (target) => heard.push(`lost ${target}`));
  presence.update(answer([1, 2]), 0);
  expect(heard).toEqual([]);
  presence.update(answer([1, 1]), 10);
  presence.update(answer([1, 2], [0, 1]), 200);
  expect(heard).toEqual(["found 1", "found 0"]);
  presence.update(answer([0, 1]), 260);
  expect(presence.targets()).toEqual([1, 0]);
  presence.update(answer([0, 1]), 261);
  expect(heard).toEqual(["found 1", "found 0", "lost 1"]);
  expect(presence.get(0)).toMatchObject({ frame: { width: 640, height: 480 }, pose: [1, 0, 0, 0, 1, 0, 0, 0, 1] });
});

test("frames get smaller while answers are slow, and are never enlarged", () => {
  const budget = createBudget();
  const sides = [budget.side()];
  for (let answers = 0; answers < 90; answers += 1) {
    budget.answered(answers < 30 ? 10 : 50);
    if (budget.side() !== sides.at(-1)) sides.push(budget.side());
  }
  expect(sides).toEqual([640, 480, 320]);
  expect(within(640, 1280, 720)).toEqual({ width: 640, height: 360 });
  expect(within(640, 720, 1280)).toEqual({ width: 360, height: 640 });
  expect(within(640, 320, 240)).toEqual({ width: 320, height: 240 });
});
