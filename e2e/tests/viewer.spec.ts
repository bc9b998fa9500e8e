// The published viewer where there is no camera, and where other things are missing.

import type { BrowserContext } from "@playwright/test";

import { type Album, boats, house, publish } from "../fixtures/api";
import { expect, test } from "../fixtures/kinora";
import { expectPlaying, expectState, film } from "../fixtures/phone";

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
  const source = () => page.locator("video.film").evaluate((video: HTMLVideoElement) => video.src);
  expect(await source()).toContain("video-0.mp4");
  await page.getByRole("button", { name: "House" }).click();
  await expect.poll(async () => (await film(page)).paused).toBe(false);
  expect(await source()).toContain("video-1.mp4");
});

test("says what is missing: WebGL", async ({ page, context }) => {
  await withoutWebGl(context);
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expect(page.getByText("webgl_missing")).toBeVisible();
});

test("says that the album did not load, and tries again", async ({ page }) => {
  await page.route("**/manifest.json", (route) => route.abort(), { times: 1 });
  await page.goto(album.link);
  await expect(page.getByText("load_failed")).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await expectState(page, "start");
});

test("says that the recognition did not load, while the video still plays", async ({ page, context }) => {
  await context.addInitScript(() => {
    const canvas = document.createElement("canvas");
    navigator.mediaDevices.getUserMedia = async () => canvas.captureStream();
  });
  await page.route("**/targets.mind", (route) => route.abort());
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expect(page.getByText("load_failed")).toBeVisible();
  await page.getByRole("button", { name: "Watch without the camera" }).click();
  await expectPlaying(page);
});

test("tells people inside another app how to get out", async ({ browser, kinora }) => {
  const userAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Instagram 350.0";
  const context = await browser.newContext({ baseURL: kinora.url, userAgent });
  const page = await context.newPage();
  await page.goto(album.link);
  await expect(page.getByText("open the link in Safari or Chrome")).toBeVisible();
  await context.close();
});
