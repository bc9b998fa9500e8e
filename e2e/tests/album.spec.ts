// Putting an album together: pairs, order, names, and changing one's mind.

import { expect, test } from "../fixtures/kinora";
import { gifPhoto, greenVideo, largePhoto, photos, video } from "../fixtures/media";
import { cards, expectCompiled, openStudio, pick, publish } from "../fixtures/studio";

test("pairs are named, moved, removed and brought back, and published in their order", async ({ page }) => {
  await openStudio(page);
  await pick(page, photos.boats, video);
  await pick(page, photos.house, greenVideo);
  await expect(cards(page)).toHaveCount(2);
  await expectCompiled(page);
  await page.getByLabel("Album name (optional, shown").fill("Two places");
  await cards(page).nth(0).getByLabel("Name").fill("The harbour");
  await cards(page).nth(1).getByLabel("Name").fill("The farm");

  await page.getByRole("button", { name: "Move photo 2 up" }).click();
  await expect(cards(page).nth(0).getByLabel("Name")).toHaveValue("The farm");

  await page.getByRole("button", { name: "Remove photo 1" }).click();
  await expect(cards(page)).toHaveCount(1);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(cards(page)).toHaveCount(2);
  await expect(cards(page).nth(0).getByLabel("Name")).toHaveValue("The farm");
  // Nothing of this compiles anything again.
  await expect(page.getByRole("button", { name: "Publish" })).toBeEnabled();

  const id = await publish(page);
  await expect(page.getByText("Two places").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Remove this album" })).toBeVisible();
  const project = await (await page.request.get(`/api/ar/projects/${id}`)).json();
  expect(project.targets.map(({ name }: { name: string }) => name)).toEqual(["The farm", "The harbour"]);
});

test("a compile that was cancelled can be begun again", async ({ page }) => {
  await openStudio(page);
  await pick(page, largePhoto, video);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText("Cancelled.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Publish" })).toBeDisabled();
  await page.getByRole("button", { name: "Prepare again" }).click();
  await expectCompiled(page);
  await expect(page.getByText("4000×3000 pixels")).toBeVisible();
});

test("a photo that only the browser can read is converted on the page", async ({ page }) => {
  await openStudio(page);
  await pick(page, gifPhoto, video);
  await expectCompiled(page);
  const id = await publish(page);
  const project = await (await page.request.get(`/api/ar/projects/${id}`)).json();
  expect(project.status).toBe("ready");
  expect(project.targets[0].width).toBe(640);
});
