// Where a video lies on its photo, in units of the photo's width.

import { expect, test } from "@playwright/test";

import { overlay } from "../../server/viewer/fit.js";

const photo = { width: 1000, height: 800 };
const wide = { width: 1920, height: 1080 };
const tall = { width: 1080, height: 1920 };
const whole = { x: 0, y: 0, width: 1, height: 1 };

test("contain keeps the whole video inside the photo", () => {
  expect(overlay("contain", photo, wide)).toEqual({ width: 1, height: 0.5625, crop: whole });
  const { width, ...rest } = overlay("contain", photo, tall);
  expect(width).toBeCloseTo(0.45, 6);
  expect(rest).toEqual({ height: 0.8, crop: whole });
});

test("cover fills the photo and cuts the middle out of the video", () => {
  const { crop: cutWide, ...sizeWide } = overlay("cover", photo, wide);
  expect(sizeWide).toEqual({ width: 1, height: 0.8 });
  expect(cutWide.x).toBeCloseTo(0.1484, 4);
  expect(cutWide).toMatchObject({ y: 0, height: 1 });
  const { crop: cutTall } = overlay("cover", photo, tall);
  expect(cutTall).toMatchObject({ x: 0, width: 1 });
  expect(cutTall.height).toBeCloseTo(0.45, 6);
  expect(cutTall.y).toBeCloseTo(0.275, 6);
});

test("fill stretches", () => {
  expect(overlay("fill", photo, tall)).toEqual({ width: 1, height: 0.8, crop: whole });
});

test("exact keeps the video's own pixels", () => {
  expect(overlay("exact", photo, wide)).toEqual({ width: 1.92, height: 1.08, crop: whole });
});
