// A phone whose camera sees the printed photo.

import { readFile } from "node:fs/promises";

import type { Page, Request } from "@playwright/test";

import { expectAccessible } from "../fixtures/accessible";
import { boats, publish } from "../fixtures/api";
import { expect, test } from "../fixtures/kinora";
import { camera, photos, video } from "../fixtures/media";
import { expectColours, expectOnPhoto, expectPlaying, expectState, film, withCamera } from "../fixtures/phone";
import { readQr } from "../fixtures/picture";
import { expectCompiled, openStudio, pick, publish as publishHere } from "../fixtures/studio";

test.use(withCamera(camera));

/** What those pages named for MindAR. */
const OLD_MAP =
  '<script type="importmap">{"imports":{"three":"/viewer/vendor/three.module.js","three/addons/renderers/CSS3DRenderer.js":"/viewer/vendor/CSS3DRenderer.js"}}</script>';

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

test("asks for the page, the script, its worker, the engine, the photos and the video, and tells of one play", async ({
  page,
  request,
  kinora,
}) => {
  const album = await publish(request, "Light", [boats]);
  const requests = recordRequests(page);
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expectState(page, "tracking");
  await expectPlaying(page);
  await expectState(page, "lost");
  await expectState(page, "tracking");
  const folder = `/objects/ar-storage/${album.id}`;
  const paths = requests.map((each) => `${each.method()} ${each.url().replace(kinora.url, "").replace(folder, "").replace(/v\d+\//, "")}`);
  const expected = ["/viewer/viewer.css", "/viewer/viewer.js", "/viewer/worker.js", "/viewer/tracker_bg.wasm"];
  const files = ["/index.html", "/manifest.json", "/viewer.mind", "/video-0.mp4"];
  const wanted = [`/ar/view/${album.id}`, ...expected, ...files].map((path) => `GET ${path}`);
  expect([...new Set(paths)].sort()).toEqual([...wanted, `POST /api/ar/projects/${album.id}/played`].sort());
  expect(paths.filter((path) => path.startsWith("POST"))).toHaveLength(1);
});

test("finds the photo of an album that has no file for the viewer alone", async ({ page, request }) => {
  const album = await publish(request, "Printed long ago", [boats]);
  await page.route("**/viewer.mind", (route) => route.fulfill({ status: 404 }));
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expectState(page, "tracking");
});

test("takes a picture of the living photo, and a clip until it is stopped", async ({ page, request }) => {
  const album = await publish(request, "Kept", [boats]);
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expectOnPhoto(page, "magenta");
  const download = async (button: string) => {
    const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: button }).click()]);
    return { name: saved.suggestedFilename(), bytes: await readFile(await saved.path()) };
  };
  const picture = await download("Take a picture");
  expect(picture.name).toBe("Kept.jpg");
  expect([...picture.bytes.subarray(0, 2)]).toEqual([0xff, 0xd8]);

  await page.getByRole("button", { name: "Record a clip" }).click();
  await expectPlaying(page);
  const clip = await download("Stop recording");
  expect(clip.name).toMatch(/^Kept\.(mp4|webm)$/);
  expect(clip.bytes.length).toBeGreaterThan(1000);
  await expect(page.getByRole("button", { name: "Record a clip" })).toBeVisible();
});

test("recognises photos in an old browser, without SIMD, OffscreenCanvas and callbacks for frames", async ({ page, context, request }) => {
  await context.addInitScript(() => {
    Object.assign(WebAssembly, { validate: () => false });
    Reflect.deleteProperty(window, "OffscreenCanvas");
    Reflect.deleteProperty(HTMLVideoElement.prototype, "requestVideoFrameCallback");
  });
  const album = await publish(request, "Plain path", [boats]);
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expectOnPhoto(page, "magenta");
});

/** Has the album's videos play otherwise than by default. */
function withOverlay(page: Page, overlay: object) {
  return page.route("**/manifest.json", async (route) => {
    const response = await route.fetch();
    const manifest = await response.json();
    for (const target of manifest.targets) target.overlay = overlay;
    await route.fulfill({ response, json: manifest });
  });
}

test("keeps a video on the screen when its photo is lost, until it is closed", async ({ page, request }) => {
  const album = await publish(request, "Stays", [boats]);
  await withOverlay(page, { on_lost: "keep" });
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expectState(page, "kept");
  await expectOnPhoto(page, "magenta");
  expect((await film(page)).paused).toBe(false);
  await page.getByRole("button", { name: "Close" }).click();
  await expectState(page, "lost");
  await expectOnPhoto(page, "none");
  expect((await film(page)).paused).toBe(true);
});

test("rewinds a video when its photo is lost, and waits for a tap where it does not begin by itself", async ({ page, request }) => {
  const album = await publish(request, "Waits", [boats]);
  await withOverlay(page, { on_lost: "rewind", autoplay: false });
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  // Where the video's first picture is bright.
  await expectColours(page, { colour: "magenta", at: [[130, 320]] });
  expect((await film(page)).paused).toBe(true);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expectPlaying(page);
  await expectState(page, "lost");
  expect(await film(page)).toMatchObject({ at: 0, paused: true });
});

test("turns on the phone's light, and shares the short link", async ({ page, context, request, kinora }) => {
  await context.addInitScript(() => {
    MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true }) as MediaTrackCapabilities;
    MediaStreamTrack.prototype.applyConstraints = async function (wishes) {
      document.body.dataset.light = JSON.stringify(wishes?.advanced);
    };
    navigator.share = async (data) => {
      document.body.dataset.shared = data?.url;
    };
  });
  const album = await publish(request, "Lit", [boats]);
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await page.getByRole("switch", { name: "Light" }).click();
  await expect(page.getByRole("switch", { name: "Light" })).toBeChecked();
  await expect(page.locator("body")).toHaveAttribute("data-light", '[{"torch":true}]');
  await page.getByRole("button", { name: "Share" }).click();
  await expect(page.locator("body")).toHaveAttribute("data-shared", `${kinora.url}/ar/view/${album.id}`);
});

test("shows an album that was published when the viewer was MindAR's", async ({ page, request }) => {
  const trouble: string[] = [];
  page.on("console", (message) => message.type() === "error" && trouble.push(message.text()));
  const album = await publish(request, "Years ago", [boats]);
  const policy = (await request.get(album.link)).headers()["content-security-policy"];
  await page.route("**/index.html", async (route) => {
    const body = (await (await route.fetch()).text()).replace(/<link rel="preload".*>\n/g, "").replace(/ data-manifest="[^"]*"/, "");
    await route.fulfill({ contentType: "text/html", headers: { "content-security-policy": policy }, body: body.replace("<script", `${OLD_MAP}\n<script`) });
  });
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expectOnPhoto(page, "magenta");
  expect(trouble).toEqual([]);
});

test("goes on drawing when the graphics were lost", async ({ page, request }) => {
  const album = await publish(request, "Graphics", [boats]);
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expectOnPhoto(page, "magenta");
  await page.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
    const graphics = canvas.getContext("webgl2")?.getExtension("WEBGL_lose_context");
    canvas.addEventListener("webglcontextlost", () => setTimeout(() => graphics?.restoreContext()));
    graphics?.loseContext();
  });
  await expectOnPhoto(page, "magenta");
});

for (const viewport of [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
]) {
  test(`its controls fit and are named at ${viewport.width} pixels`, async ({ page, request }, info) => {
    const album = await publish(request, "Controls", [boats]);
    await page.setViewportSize(viewport);
    await page.goto(album.link);
    await page.getByRole("button", { name: "Start the camera" }).click();
    await expectState(page, "tracking");
    await page.screenshot({ path: info.outputPath("viewer-tracking.png") });
    const tools = await page.locator(".tools").boundingBox();
    expect(tools?.height).toBeLessThan(60);
    await expectAccessible(page);
  });
}

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

test("says so when the recognition ends in the middle, and starts anew", async ({ page, request }) => {
  const album = await publish(request, "Died", [boats]);
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expectState(page, "tracking");
  await page.workers()[0].evaluate(() => {
    setTimeout(() => {
      throw new Error("out of memory");
    });
  });
  await expect(page.getByText("tracker_failed")).toBeVisible();
  await expect(page.getByRole("button", { name: "Watch without the camera" })).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expectState(page, "tracking");
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
