// A customer makes an album: from files to a printed code that plays.

import { readFile } from "node:fs/promises";

import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures/kinora";
import { bad, emptyVideo, greenVideo, hevcVideo, largeVideo, lateIndexVideo, photos, video } from "../fixtures/media";
import { readQr } from "../fixtures/picture";
import { STATUS_PAGE, cards, expectCompiled, openStudio, pick, publish } from "../fixtures/studio";

async function download(page: Page, id: string): Promise<Buffer> {
  const { mind } = await (await page.request.get(`/api/ar/projects/${id}`)).json();
  return (await page.request.get(mind)).body();
}

test("the server compiles the same bytes when the browser cannot", async ({ page, browser, kinora }) => {
  await openStudio(page);
  await pick(page, photos.house, video);
  await expectCompiled(page);
  const compiledHere = await download(page, await publish(page));

  const context = await browser.newContext({ baseURL: kinora.url });
  await context.addInitScript(() => Reflect.deleteProperty(globalThis, "Worker"));
  const old = await context.newPage();
  await openStudio(old);
  await pick(old, photos.house, video);
  await expect(old.getByText("they will be prepared on our server after you press Publish")).toBeVisible();
  const id = await publish(old);
  await expect(old.locator('img[src*="qr"]').first()).toBeVisible({ timeout: 60_000 });
  const compiledThere = await download(old, id);
  expect(compiledThere.equals(compiledHere)).toBe(true);
  await context.close();
});

test("a worker that dies in mid-compile is noticed, and the server offered", async ({ page }) => {
  // Ends itself after the first progress that it reports, as a browser short of memory ends it.
  const dying = `{
    const post = self.postMessage.bind(self);
    let dead = false;
    self.postMessage = (message, ...rest) => {
      if (dead) return;
      post(message, ...rest);
      if (JSON.parse(message[0]).type === "progress") {
        dead = true;
        self.close();
      }
    };
  }`;
  await page.route("**/worker.js", async (route) => {
    const response = await route.fetch();
    const [imports, ...rest] = (await response.text()).split("await init();");
    await route.fulfill({ response, body: [imports, dying, "await init();", ...rest].join("\n") });
  });
  await page.clock.install();
  await openStudio(page);
  await pick(page, photos.boats, video);
  await expect(page.getByRole("progressbar").first()).toBeVisible();
  const onServer = page.getByRole("button", { name: "Prepare on our server" });
  await expect(async () => {
    await page.clock.fastForward("01:00");
    await expect(onServer).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expect(page.getByText("worker_lost")).toBeVisible();
  await expect(page.getByText("Your photos will be uploaded")).toBeVisible();
  await onServer.click();
  await publish(page);
  await expect(page.locator('img[src*="qr"]').first()).toBeVisible({ timeout: 60_000 });
});

test("a lost connection does not lose the upload", async ({ page, context }) => {
  const offsets: number[] = [];
  let broken = false;
  await page.route("**/files/video-0", async (route) => {
    const offset = Number(await route.request().headerValue("upload-offset"));
    if (route.request().method() === "PATCH") offsets.push(offset);
    if (!broken && offset > 0) {
      broken = true;
      await context.setOffline(true);
      return route.abort("connectionreset");
    }
    return route.continue();
  });
  await openStudio(page);
  await pick(page, photos.canyon, largeVideo);
  await expectCompiled(page);
  await page.getByRole("button", { name: /^publish/i }).click();
  await expect.poll(() => broken).toBe(true);
  await expect(page.getByText(/connection/i).first()).toBeVisible();
  await context.setOffline(false);
  await page.waitForURL(STATUS_PAGE, { timeout: 60_000 });
  await expect(page.locator('img[src*="qr"]').first()).toBeVisible();
  expect(offsets.filter((offset) => offset === 0)).toHaveLength(1);
});

test("three customers compile at once while the server and the studio answer", async ({ browser, kinora, request }) => {
  const customers = await Promise.all(
    [photos.boats, photos.airplane, photos.mountains].map(async (photo) => {
      const context = await browser.newContext({ baseURL: kinora.url });
      const page = await context.newPage();
      await openStudio(page);
      return { context, page, photo };
    }),
  );
  let compiling = true;
  const compiled = Promise.all(
    customers.map(async ({ page, photo }) => {
      await pick(page, photo, video);
      await expectCompiled(page);
    }),
  ).finally(() => (compiling = false));
  let answers = 0;
  while (compiling) {
    const [health, studio] = await Promise.all([request.get("/healthz"), request.get("/living-photos")]);
    expect([health.status(), studio.status()]).toEqual([200, 200]);
    answers += 1;
  }
  await compiled;
  expect(answers).toBeGreaterThan(0);
  const ids = await Promise.all(customers.map(({ page }) => publish(page)));
  expect(new Set(ids).size).toBe(3);
  await Promise.all(customers.map(({ context }) => context.close()));
});

test.describe("what cannot be used is named, and the rest of the album is kept", () => {
  const cases: [string, string, RegExp][] = [
    ["a text that is called .jpg", bad["text.jpg"], /unsupported_format/],
    ["a JPEG that is cut off", bad["truncated.jpg"], /undecodable/],
    ["a PNG of 30,000 x 30,000 pixels", bad["bomb.png"], /image_too_large/],
    ["a drawing", bad["drawing.svg"], /undecodable|unsupported/],
    ["an empty photo", bad["empty.jpg"], /undecodable|empty/],
    ["a video of 0 seconds", emptyVideo, /video_empty/],
    ["a text that is called .mp4", bad["fake.mp4"], /video_not_mp4/],
  ];
  for (const [name, file, code] of cases) {
    test(name, async ({ page }) => {
      await openStudio(page);
      await pick(page, photos.boats, video);
      await expectCompiled(page);
      const partner = file.endsWith(".mp4") ? photos.house : greenVideo;
      await pick(page, file, partner);
      await expect(page.getByRole("alert").filter({ hasText: code })).toBeVisible();
      await expect(cards(page)).toHaveCount(2);
      await cards(page).nth(1).getByRole("button", { name: /remove/i }).click();
      await expect(cards(page)).toHaveCount(1);
      await expectCompiled(page);
    });
  }
});

test("a video that many phones cannot play is named before it is uploaded", async ({ page }) => {
  await openStudio(page);
  await pick(page, photos.boats, hevcVideo);
  await expect(page.getByText("video_hevc")).toBeVisible();
  await expect(page.getByText("video_10_bit")).toBeVisible();
  await pick(page, photos.house, lateIndexVideo);
  await expect(page.getByText("video_no_faststart")).toBeVisible();
});

test("the downloads of the code hold the same link", async ({ page, kinora }) => {
  await openStudio(page);
  await pick(page, photos.boats, video);
  await expectCompiled(page);
  const id = await publish(page);
  const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /png/i }).click()]);
  expect(readQr(await readFile(await saved.path()))).toBe(`${kinora.url}/ar/view/${id}`);
});
