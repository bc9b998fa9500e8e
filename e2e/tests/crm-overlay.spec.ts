// The shop moves the video of a living photo that is printed already: the same link shows it, and nothing is compiled again.

import type { APIRequestContext } from "@playwright/test";

import { type Album, boats, publish, view } from "../fixtures/api";
import { camera } from "../fixtures/media";
import { expectColours, expectOnPhoto, expectState, film, withCamera } from "../fixtures/phone";
import { expect, findAndOpen, test, withAndWithoutScripts } from "../fixtures/shop";

const { viewport, launchOptions } = withCamera(camera);
test.use({ viewport, launchOptions });

/** The video is as large as the photo's upper left quarter: within it, and in the other three. */
const QUARTER = [
  [190, 135],
  [250, 180],
];
const REST = [
  [485, 120],
  [150, 360],
  [500, 355],
  [390, 310],
];

async function printed(request: APIRequestContext, album: Album) {
  const { link, version, mind, status } = await view(request, album);
  const code = await (await request.get(`/api/ar/projects/${album.id}/qr.svg`)).text();
  return { link, version, mind, status, code };
}

withAndWithoutScripts(() => {
  test("the video moves on the photo, under the same code", async ({ staff, request, browser, demo, javaScriptEnabled }) => {
    const album = await publish(request, `Moved ${javaScriptEnabled}`, [boats]);
    const before = await printed(request, album);
    const context = await browser.newContext({ baseURL: demo.url, viewport });
    const phone = await context.newPage();
    const scan = async () => {
      await phone.goto(album.link);
      await phone.getByRole("button", { name: "Start the camera" }).click();
      await expectState(phone, "tracking");
    };
    await scan();
    await expectOnPhoto(phone, "magenta");

    await staff.goto("/admin/ar-projects");
    await findAndOpen(staff, album.id, `Moved ${javaScriptEnabled}`);
    await staff.getByRole("link", { name: "Position and playing" }).click();
    const picture = staff.getByRole("img", { name: "The photo and where the video lies" });
    const shape = () => picture.locator("polygon").getAttribute("points");
    const whole = await shape();
    await staff.getByLabel("Zoom, %").fill("500");
    await staff.getByRole("button", { name: "Preview" }).click();
    await expect(staff.getByLabel("Zoom, %")).toHaveAccessibleDescription("This number is out of range.");
    await staff.getByLabel("Zoom, %").fill("50");
    await staff.getByLabel("To the right, %").fill("-25");
    await staff.getByLabel("Down, %").fill("-25");
    await staff.getByLabel("Begins with sound").uncheck();
    await staff.getByRole("button", { name: "Preview" }).click();
    await expect(staff.getByRole("status")).toHaveText("This is a preview; it is not saved yet.");
    expect(await shape()).not.toBe(whole);
    await scan();
    await expectOnPhoto(phone, "magenta");

    await staff.getByRole("button", { name: "Save" }).click();
    await expect(staff.getByRole("status")).toHaveText("Saved. The link shows it at once.");
    await expect(staff.getByLabel("Zoom, %")).toHaveValue("50");
    await scan();
    await expectColours(phone, { colour: "magenta", at: QUARTER }, { colour: "none", at: REST });
    expect(await film(phone)).toMatchObject({ muted: true });
    expect(await printed(request, album)).toEqual(before);

    await staff.getByRole("button", { name: "As published" }).click();
    await expect(staff.getByLabel("Zoom, %")).toHaveValue("100");
    await scan();
    await expectOnPhoto(phone, "magenta");
    await context.close();
  });
});
