// Every page in both widths and both colour schemes, and the pages for links that lead nowhere.

import type { Page } from "@playwright/test";

import { begin, boats, publish, remove } from "../fixtures/api";
import { expect, test } from "../fixtures/kinora";
import { photos, video } from "../fixtures/media";
import { own } from "../fixtures/owner";
import { expectCompiled, openStudio, pick } from "../fixtures/studio";

test("a link to an unknown, an unfinished and a removed album is answered kindly", async ({ page, request }) => {
  const unknown = await page.goto("/ar/view/abcdefghijkmnpqrstuv");
  expect(unknown?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();

  const draft = await begin(request, "Not yet");
  const unfinished = await page.goto(`/ar/view/${draft.id}`);
  expect(unfinished?.status()).toBe(404);
  expect(await unfinished?.headerValue("retry-after")).toBeTruthy();
  await expect(page.getByText("looks again by itself")).toBeVisible();

  const album = await publish(request, "Soon gone", [boats]);
  expect((await page.goto(album.link))?.status()).toBe(200);
  await remove(request, album);
  const gone = await page.goto(album.link);
  expect(gone?.status()).toBe(410);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const direct = await page.goto(`/objects/ar-storage/${album.id}/index.html`);
  expect(direct?.status()).toBe(410);
});

test("both ways of writing the link lead to the album", async ({ request }) => {
  const album = await publish(request, "Twice", [boats]);
  for (const path of [`/ar/view/${album.id}`, `/api/ar/view/${album.id}`]) {
    const answer = await request.get(path, { maxRedirects: 0 });
    expect(answer.status()).toBe(302);
    expect(answer.headers().location).toBe(`/objects/ar-storage/${album.id}/index.html`);
  }
});

const sizes = [
  { name: "phone", viewport: { width: 390, height: 844 } },
  { name: "desk", viewport: { width: 1280, height: 800 } },
];

for (const { name: size, viewport } of sizes) {
  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(`${size}, ${colorScheme}`, () => {
      test.use({ viewport, colorScheme });

      test("no page scrolls sideways or speaks of errors", async ({ page, request }, info) => {
        const trouble: string[] = [];
        page.on("pageerror", (error) => trouble.push(String(error)));
        const album = await publish(request, "A summer by the sea with everyone", [boats]);
        const draft = await begin(request, "Not yet");
        const removed = await begin(request, "Taken down");
        await remove(request, removed);
        for (const each of [album, draft, removed]) await own(page, each);
        const look = async (name: string) => {
          await page.screenshot({ path: info.outputPath(`${name}.png`), fullPage: true });
          expect(await sidewaysScroll(page), name).toBe(0);
        };
        await page.goto("/");
        await look("home");
        await openStudio(page);
        await look("studio-empty");
        await pick(page, photos.boats, video);
        await expectCompiled(page);
        await look("studio-compiled");
        const visits = {
          status: `/living-photos/${album.id}`,
          "status-draft": `/living-photos/${draft.id}`,
          "status-removed": `/living-photos/${removed.id}`,
          "not-found": "/nothing-here",
          "viewer-start": `/ar/view/${album.id}`,
          "viewer-unknown": "/ar/view/abcdefghijkmnpqrstuv",
          "viewer-unfinished": `/ar/view/${draft.id}`,
        };
        for (const [visit, path] of Object.entries(visits)) {
          await page.goto(path);
          await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
          if (visit.startsWith("status")) await expect(page.locator(".owner").last()).toBeVisible();
          await look(visit);
        }
        await page.goto(`/ar/view/${album.id}`);
        await page.getByRole("button", { name: "Start the camera" }).click();
        await expect(page.getByText("camera_missing")).toBeVisible();
        await look("viewer-problem");
        await page.getByRole("button", { name: "Watch without the camera" }).click();
        await look("viewer-plain");
        expect(trouble).toEqual([]);
      });
    });
  }
}

function sidewaysScroll(page: Page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
