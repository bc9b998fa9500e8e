// The published viewer where there is no camera, and where other things are missing.

import type { BrowserContext } from "@playwright/test";

import { expectAccessible } from "../fixtures/accessible";
import { type Album, boats, house, publish } from "../fixtures/api";
import { expect, test } from "../fixtures/kinora";
import { expectPlaying, expectState } from "../fixtures/phone";

/** Ends a browser's WebGL before any page script runs. */
function withoutWebGl(context: BrowserContext) {
  return context.addInitScript(() => {
    HTMLCanvasElement.prototype.getContext = () => null;
  });
}

let album: Album;
test.beforeAll(async ({ kinora, playwright }) => {
  const request = await playwright.request.newContext({ baseURL: kinora.url });
  album = await publish(request, "No camera here", [boats, house]);
  await request.dispose();
});

test("says so, and plays every video plainly", async ({ page }) => {
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expectState(page, "error");
  await expect(page.getByText("camera_missing")).toBeVisible();
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();

  await page.getByRole("button", { name: "Watch without the camera" }).click();
  await expectPlaying(page);
  const source = () => page.locator(".card video").evaluate((video: HTMLVideoElement) => video.src);
  expect(await source()).toContain("video-0.mp4");
  await page.getByRole("button", { name: "House" }).click();
  await expectPlaying(page, 1);
  expect(await source()).toContain("video-1.mp4");
});

test("says what is missing: WebGL", async ({ page, context }) => {
  await withoutWebGl(context);
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expect(page.getByText("webgl_missing")).toBeVisible();
});

test("says that the album did not load, and tries again", async ({ page }) => {
  await page.route("**/manifest.json", (route) => route.abort());
  await page.goto(album.link);
  await expect(page.getByText("load_failed")).toBeVisible();
  await page.unroute("**/manifest.json");
  await page.getByRole("button", { name: "Try again" }).click();
  await expectState(page, "start");
});

/** A camera that films a white sheet. */
function withBlankCamera(context: BrowserContext) {
  return context.addInitScript(() => {
    const canvas = document.createElement("canvas");
    navigator.mediaDevices.getUserMedia = async () => canvas.captureStream();
  });
}

for (const [what, file] of [["engine", "tracker_bg.wasm"], ["worker", "worker.js"], ["photos", "viewer.mind"]]) {
  test(`says that the ${what} did not load, while the video still plays`, async ({ page, context }) => {
    await withBlankCamera(context);
    await page.route(`**/${file}`, (route) => route.abort());
    await page.goto(album.link);
    await page.getByRole("button", { name: "Start the camera" }).click();
    await expect(page.getByText("load_failed")).toBeVisible();
    await page.getByRole("button", { name: "Watch without the camera" }).click();
    await expectPlaying(page);
  });
}

test("says that the recognition has stopped, while the video still plays", async ({ page, context }) => {
  await withBlankCamera(context);
  await page.route("**/viewer.mind", (route) => route.fulfill({ body: "not a target file" }));
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expect(page.getByText("tracker_failed")).toBeVisible();
  await page.getByRole("button", { name: "Watch without the camera" }).click();
  await expectPlaying(page);
});

/** What a browser lacks, and what is said about it. */
const LACKS: [string, string, () => void][] = [
  ["WebAssembly", "engine_unsupported", () => Reflect.deleteProperty(window, "WebAssembly")],
  ["workers", "engine_unsupported", () => Reflect.deleteProperty(window, "Worker")],
  ["cameras", "camera_unsupported", () => Object.defineProperty(navigator, "mediaDevices", { value: undefined })],
  ["a secure connection", "insecure_context", () => Object.defineProperty(window, "isSecureContext", { value: false })],
];

for (const [what, code, lose] of LACKS) {
  test(`says what is missing: ${what}`, async ({ page, context }) => {
    if (code === "engine_unsupported") await withBlankCamera(context);
    await context.addInitScript(lose);
    await page.goto(album.link);
    await page.getByRole("button", { name: "Start the camera" }).click();
    await expect(page.getByText(code)).toBeVisible();
    await expect(page.getByRole("button", { name: "Watch without the camera" })).toBeVisible();
  });
}

const LANGUAGES = [
  { locale: "ru-RU", language: "ru", start: "Включить камеру", problem: "Камера не найдена" },
  { locale: "hy-AM", language: "hy", start: "Միացնել տեսախցիկը", problem: "Տեսախցիկ չի գտնվել" },
  { locale: "de-DE", language: "en", start: "Start the camera", problem: "No camera was found" },
];

for (const { locale, language, start, problem } of LANGUAGES) {
  test.describe(locale, () => {
    test.use({ locale });

    test(`speaks ${language}`, async ({ page }) => {
      await page.goto(album.link);
      await page.getByRole("button", { name: start }).click();
      await expect(page.getByRole("heading", { name: problem })).toBeVisible();
      await expect(page.locator("html")).toHaveAttribute("lang", language);
    });
  });
}

test("keeps the language that was chosen", async ({ page }) => {
  await page.goto(album.link);
  const choice = page.getByRole("group", { name: "Language" });
  await choice.getByRole("button", { name: "Русский" }).click();
  await expect(page.getByRole("button", { name: "Включить камеру" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("button", { name: "Русский" })).toHaveAttribute("aria-pressed", "true");
  await expect(page.locator("html")).toHaveAttribute("lang", "ru");
});

for (const viewport of [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
]) {
  test(`reads well aloud at ${viewport.width} pixels`, async ({ page }) => {
    await page.setViewportSize(viewport);
    await page.goto(album.link);
    await expectState(page, "start");
    await expectAccessible(page);
    await page.getByRole("button", { name: "Start the camera" }).click();
    await expect(page.getByText("camera_missing")).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Watch without the camera" }).click();
    await expectState(page, "plain");
    await expectAccessible(page);
  });
}

test("tells people inside another app how to get out", async ({ browser, kinora }) => {
  const userAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Instagram 350.0";
  const context = await browser.newContext({ baseURL: kinora.url, userAgent });
  const page = await context.newPage();
  await page.goto(album.link);
  await expect(page.getByText("open the link in Safari or Chrome")).toBeVisible();
  await context.close();
});
