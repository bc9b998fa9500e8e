// Where a video lies on its photo, in widths of the photo.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { corners, place, settingsOf } from "../../server/viewer/fit.js";

interface Case {
  name: string;
  overlay: object;
  photo: [number, number];
  video: [number, number];
  rectangle: number[];
  crop: number[];
  corners: number;
  first: number[];
}

/** The server draws its previews by the same cases: app/src/overlay.rs. */
const cases: Case[] = JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/overlays.json"), "utf8"));

for (const each of cases) {
  test(each.name, () => {
    const size = ([width, height]: [number, number]) => ({ width, height });
    const placed = place(settingsOf({ overlay: each.overlay }), size(each.photo), size(each.video));
    const { x, y, width, height, rotation, crop } = placed;
    const told = [x, y, width, height, rotation, crop.x, crop.y, crop.width, crop.height, ...corners(placed)[0]];
    const wanted = [...each.rectangle, ...each.crop, ...each.first];
    told.forEach((number, index) => expect(number, `number ${index}`).toBeCloseTo(wanted[index], 4));
    expect(placed.outline).toHaveLength(each.corners);
  });
}

test("a manifest from before there were settings means what it meant", () => {
  const settings = settingsOf({ fit: "contain" });
  expect(settings).toMatchObject({ fit: "contain", zoom: 1, x: 0, y: 0, rotation: 0, mask: "none" });
  expect(settings).toMatchObject({ autoplay: true, loop: true, sound: true, on_lost: "pause" });
  expect(settingsOf({ fit: "contain", overlay: { fit: "fill", zoom: 2 } })).toMatchObject({ fit: "fill", zoom: 2 });
});
