// A phone whose camera sees the printed photo.

import type { Page, Request } from "@playwright/test";

import { boats, publish } from "../fixtures/api";
import { expect, test } from "../fixtures/kinora";
import { camera, photos, video } from "../fixtures/media";
import { expectOnPhoto, expectPlaying, expectState, film, withCamera } from "../fixtures/phone";
import { readQr } from "../fixtures/picture";
import { expectCompiled, openStudio, pick, publish as publishHere } from "../fixtures/studio";

test.use(withCamera(camera));

/** Every request of a page, from now on. */
function recordRequests(page: Page): Request[] {
  const requests: Request[] = [];
  page.on("request", (request) => requests.push(request));
  return requests;
}

test("a photo and a video become a code that plays the video on the photo", async ({ page, context, kinora }) => {
  const requests = recordRequests(page);
  await openStudio(page);
  await pick(page, photos.boats, video);
  await expectCompiled(page);

  const own = (request: Request) => /^(data|blob):/.test(request.url()) || request.url().startsWith(kinora.url);
  expect(requests.filter((request) => !own(request)).map((request) => request.url())).toEqual([]);
  const paths = requests.map((request) => `${request.method()} ${new URL(request.url()).pathname}`);
  expect(paths.filter((path) => !/^GET (\/living-photos|\/assets\/.+|\/favicon\.ico|(?!\/).*)$/.test(path))).toEqual([]);

  const id = await publishHere(page);
  const code = page.locator('img[src*="qr"]').first();
  await code.scrollIntoViewIfNeeded();
  await expect(code).toBeVisible();
  const link = readQr(await code.screenshot());
  expect(link).toBe(`${kinora.url}/ar/view/${id}`);

  const phone = await context.newPage();
  await phone.goto(link as string);
  await phone.getByRole("button", { name: "Start the camera" }).click();
  await expectState(phone, "tracking");
  await expectOnPhoto(phone, "magenta");
  await expectPlaying(phone);
});

test("plays the video on the photo, pauses when the photo is lost and goes on when it is back", async ({
  page,
  request,
}) => {
  const album = await publish(request, "Harbour", [boats]);
  await page.goto(album.link);
  await expect(page).toHaveURL(`/objects/ar-storage/${album.id}/index.html`);
  await expect(page.getByRole("heading", { name: "Harbour" })).toBeVisible();
  await page.getByRole("button", { name: "Start the camera" }).click();

  await expectState(page, "tracking");
  await expectOnPhoto(page, "magenta");
  expect(await film(page)).toMatchObject({ paused: false, muted: false });
  await expectPlaying(page);

  await expectState(page, "lost");
  await expectOnPhoto(page, "none");
  await expect.poll(async () => (await film(page)).paused).toBe(true);
  await expect(page.getByRole("status")).toHaveText("Point the camera at the photo again.");

  await expectState(page, "tracking");
  await expect.poll(async () => (await film(page)).paused).toBe(false);
});

test("mutes, pauses while hidden and plays without the camera", async ({ page, request }) => {
  const album = await publish(request, "Switches", [boats]);
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expectState(page, "tracking");
  const sound = page.getByRole("switch", { name: "Sound" });
  await expect(sound).toBeChecked();
  await sound.click();
  await expect(sound).not.toBeChecked();
  expect((await film(page)).muted).toBe(true);

  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { configurable: true, value: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  expect((await film(page)).paused).toBe(true);

  await page.getByRole("button", { name: "Without the camera" }).click();
  await expectState(page, "plain");
  await expect.poll(async () => (await film(page)).paused).toBe(false);
  await expect(page.locator("video.camera")).toHaveCount(0);
});

test("says so when the camera is taken away", async ({ page, request }) => {
  const album = await publish(request, "Taken", [boats]);
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expectState(page, "tracking");
  await page.locator("video.camera").evaluate((video: HTMLVideoElement) => {
    (video.srcObject as MediaStream).getVideoTracks()[0].dispatchEvent(new Event("ended"));
  });
  await expect(page.getByText("camera_busy")).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await expectState(page, "tracking");
  await expectOnPhoto(page, "magenta");
});

test("keeps the video on the photo when the phone is turned", async ({ page, request }) => {
  const album = await publish(request, "Turned", [boats]);
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expectOnPhoto(page, "magenta");
  await page.setViewportSize({ width: 480, height: 640 });
  await expectOnPhoto(page, "magenta");
});

test("gives a hint after some seconds", async ({ page, request }) => {
  const album = await publish(request, "Another photo", [{ ...boats, photo: photos.canyon }]);
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expectState(page, "searching");
  const said = page.getByRole("status");
  await expect(said).toHaveText("Point the camera at the printed photo.");
  await expect(said).toHaveText("Hold the phone so that the photo fills most of the screen.");
});
