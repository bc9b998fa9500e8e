// What an album's owner does with it after it was published, or was not.

import { rename } from "node:fs/promises";
import { join } from "node:path";

import type { Page } from "@playwright/test";

import { type Target, boats, expectStatus, publish, queue, view } from "../fixtures/api";
import { expect, test } from "../fixtures/kinora";
import { largePhoto, video } from "../fixtures/media";
import { openAsOwner } from "../fixtures/owner";

/** Its compile takes long enough to be interfered with. */
const mountains: Target = { name: "Mountains", photo: largePhoto, video };
const HOUR_MS = 3_600_000;
const timezoneId = "Asia/Yerevan";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

test.use({ timezoneId });

test("a trial is kept longer by its owner, as often as it may", async ({ page, context, request }) => {
  const album = await publish(request, "A trial", [boats]);
  const { expires_ms } = await view(request, album);
  await openAsOwner(page, album);
  await expect(page.getByText("can extend it 2 more times")).toBeVisible();
  await expect(page.locator("time")).toHaveAttribute("datetime", `${new Date(expires_ms).toISOString().slice(0, 16)}Z`);
  await expect(page.locator("time")).toHaveText(/ GMT\+4$/);
  const stale = await context.newPage();
  await openAsOwner(stale, album);
  await expect(button(stale, "Keep it longer")).toBeEnabled();

  // Held until it has been seen at work.
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/extend", async (route) => {
    await held;
    await route.continue();
  });
  await button(page, "Keep it longer").click();
  await expect(page.getByRole("status").filter({ hasText: "Extending…" })).toBeVisible();
  await expect(button(page, "Keep it longer")).toBeDisabled();
  release();
  await expect(page.getByText("can extend it once more")).toBeVisible();
  expect((await view(request, album)).expires_ms).toBe(expires_ms + 24 * HOUR_MS);
  await button(page, "Keep it longer").click();
  await expect(page.getByText("can't be extended any more")).toBeVisible();
  await expect(button(page, "Keep it longer")).toHaveCount(0);

  await button(stale, "Keep it longer").click();
  await expect(stale.getByRole("alert").filter({ hasText: "no_extension_left" })).toContainText("ask the shop");
  await expect(button(stale, "Keep it longer")).toBeEnabled();
  await expect(button(stale, "Keep it longer")).toBeFocused();
});

test("the last hours of a trial are warned of", async ({ page, request }) => {
  const album = await publish(request, "Soon over", [boats]);
  const { expires_ms } = await view(request, album);
  const warning = page.getByText("Less than 3 hours are left");
  await openAsOwner(page, album);
  await expect(button(page, "Keep it longer")).toBeVisible();
  await expect(warning).toBeHidden();
  await page.clock.setFixedTime(expires_ms - 2.5 * HOUR_MS);
  await page.reload();
  await expect(warning).toBeVisible();
});

test("an album is removed and brought back by its owner alone", async ({ page, browser, kinora, request }) => {
  const album = await publish(request, "Back and forth", [boats]);
  const context = await browser.newContext({ baseURL: kinora.url, timezoneId });
  const stranger = await context.newPage();
  const strangerSees = async (heading: string) => {
    await stranger.goto(`/living-photos/${album.id}`);
    await expect(stranger.getByRole("heading", { name: heading })).toBeVisible();
    // Whatever is to be shown is shown once the islands are awake.
    await expect(stranger.locator("time")).toHaveText(/ GMT\+4$/);
    for (const name of ["Keep it longer", "Remove this album", "Bring it back", "Delete for good"]) {
      await expect(button(stranger, name)).toHaveCount(0);
    }
  };
  await openAsOwner(page, album);
  await strangerSees("It lives!");
  const dialog = page.getByRole("dialog", { name: "Remove this album?" });
  await button(page, "Remove this album").press("Enter");
  await expect(dialog.getByRole("button", { name: "Keep it" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await button(page, "Remove this album").click();
  await dialog.getByRole("button", { name: "Keep it" }).click();
  await expect(dialog).toBeHidden();
  expect((await view(request, album)).status).toBe("ready");

  await button(page, "Remove this album").click();
  await expect(dialog).toContainText("you can bring it back");
  await dialog.getByRole("button", { name: "Remove it" }).click();
  await expect(page.getByRole("heading", { name: "This album has been removed" })).toBeVisible();
  const { purge_ms } = await view(request, album);
  await expect(page.locator("time")).toHaveAttribute("datetime", `${new Date(purge_ms).toISOString().slice(0, 16)}Z`);
  expect((await request.get(album.link)).status()).toBe(410);
  await strangerSees("This album has been removed");

  await button(page, "Bring it back").click();
  await expect(page.getByRole("heading", { name: "It lives!" })).toBeVisible();
  expect((await request.get(album.link)).status()).toBe(200);
  await context.close();
});

test("an album in the trash is deleted for good, and does not come back", async ({ page, context, request }) => {
  const album = await publish(request, "Gone", [boats]);
  await openAsOwner(page, album);
  await button(page, "Remove this album").click();
  await button(page, "Remove it").click();
  const stale = await context.newPage();
  await expect(button(page, "Bring it back")).toBeVisible();
  await openAsOwner(stale, album);
  await expect(button(stale, "Bring it back")).toBeVisible();

  const dialog = page.getByRole("dialog", { name: "Delete this album for good?" });
  await button(page, "Delete for good").click();
  await dialog.getByRole("button", { name: "Leave it in the trash" }).click();
  await expect(dialog).toBeHidden();
  expect((await view(request, album)).purge_ms).toBeTruthy();
  await button(page, "Delete for good").click();
  await expect(dialog).toContainText("can't be undone");
  await dialog.getByRole("button", { name: "Delete for good" }).click();
  await expect(page.locator("time")).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "This album has been removed" })).toBeVisible();
  await expect(page.getByRole("main").getByRole("button")).toHaveCount(0);
  expect(await view(request, album)).toMatchObject({ status: "archived", name: "", purge_ms: null, targets: [] });
  expect((await request.get(album.link)).status()).toBe(410);

  await button(stale, "Bring it back").click();
  await expect(stale.getByRole("alert").filter({ hasText: "not_in_trash" })).toBeVisible();
});

test("a compile that failed is tried again", async ({ page, kinora, request }) => {
  // The second photo is away while the first one compiles.
  const album = await queue(request, "Second try", [mountains, boats]);
  const photo = join(kinora.data, "objects/uploads", album.id, "photo-1");
  await rename(photo, `${photo}-away`);
  await expectStatus(request, album, "failed");
  await openAsOwner(page, album);
  await expect(page.getByRole("heading", { name: "This did not work" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Make a new one" })).toBeVisible();
  await expect(page.getByRole("alert").filter({ hasText: "file_missing" })).toHaveCount(1);
  await button(page, "Try again").click();
  await expect(page.getByRole("alert").filter({ hasText: "file_missing" })).toHaveCount(2);
  await expect(button(page, "Try again")).toBeEnabled();

  await rename(`${photo}-away`, photo);
  await button(page, "Try again").click();
  await expect(page.getByRole("heading", { name: "It lives!" })).toBeVisible({ timeout: 60_000 });
});

test("a compile on the server is cancelled, and the page says what to do", async ({ page, request }) => {
  const album = await queue(request, "Never mind", Array(10).fill(mountains));
  await openAsOwner(page, album);
  await button(page, "Cancel").click();
  await expect(page.getByRole("heading", { name: "Not published yet" })).toBeVisible();
  expect((await view(request, album)).status).toBe("draft");
  await page.getByRole("link", { name: "Make a new one" }).click();
  await expect(page).toHaveURL(/\/living-photos$/);
});
