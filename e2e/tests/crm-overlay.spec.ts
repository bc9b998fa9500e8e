// The shop moves the video of a living photo that is printed already: the same link shows it, and nothing is compiled again.

import type { APIRequestContext, Page } from "@playwright/test";
import { PNG } from "pngjs";

import { settingsOf } from "../../server/viewer/fit.js";
import { type Album, boats, publish, view } from "../fixtures/api";
import { camera } from "../fixtures/media";
import { expectColours, expectOnPhoto, expectState, film, withCamera } from "../fixtures/phone";
import { expect, findAndOpen, test, withAndWithoutScripts } from "../fixtures/shop";

const { viewport, launchOptions } = withCamera(camera);
test.use({ launchOptions });

/** Where the camera sees the photo's upper left quarter, and the other three. */
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
/** The video over the whole photo, as everything is published, and over that quarter. */
const WHOLE = { fit: "cover", zoom: 1, x: 0, y: 0, sound: true };
const IN_QUARTER = { fit: "cover", zoom: 0.5, x: -0.25, y: -0.25, sound: false };

/** The left half of the photo, and the right one. */
const LEFT = [
  [165, 120],
  [150, 360],
  [280, 240],
];
const RIGHT = [
  [485, 120],
  [500, 355],
  [370, 240],
];

/** A picture whose right half is transparent. */
function leftHalf(): Buffer {
  const picture = new PNG({ width: 64, height: 64 });
  picture.data.forEach((_, index) => (picture.data[index] = index % 256 < 128 ? 255 : 0));
  return PNG.sync.write(picture);
}

/** What must stay as it was printed and compiled. */
async function printed(request: APIRequestContext, album: Album) {
  const { link, version, mind, status } = await view(request, album);
  const code = await (await request.get(`/api/ar/projects/${album.id}/qr.svg`)).text();
  return { link, version, mind, status, code };
}

/** The settings that a phone gets from the link. */
async function settings(request: APIRequestContext, album: Album) {
  const viewer = await request.get(album.link);
  const body = await viewer.text();
  const named = (name: string) => new RegExp(`data-${name}="([^"]+)"`).exec(body)?.[1] as string;
  const folder = new URL(`${named("album")}/`, viewer.url());
  const manifest = await (await request.get(new URL(named("manifest"), folder).href)).json();
  return settingsOf(manifest.targets[0]);
}

async function openEditor(staff: Page, album: Album, name: string) {
  await staff.goto("/admin/ar-projects");
  await findAndOpen(staff, album.id, name);
  await staff.getByRole("link", { name: "Position and playing" }).click();
}

async function fillIn(staff: Page) {
  await staff.getByLabel("Zoom, %").fill("50");
  await staff.getByLabel("To the right, %").fill("-25");
  await staff.getByLabel("Down, %").fill("-25");
  await staff.getByLabel("Begins with sound").uncheck();
}

withAndWithoutScripts(() => {
  test("the video is moved, looked at, published under the same code and put back", async ({ staff, request, javaScriptEnabled }) => {
    const name = `Moved ${javaScriptEnabled}`;
    const album = await publish(request, name, [boats]);
    const before = await printed(request, album);
    expect(await settings(request, album)).toMatchObject(WHOLE);
    await openEditor(staff, album, name);
    const picture = staff.getByRole("img", { name: "The photo and where the video lies" });
    const shape = () => picture.locator("polygon").getAttribute("points");
    const whole = await shape();

    await fillIn(staff);
    await staff.getByLabel("Zoom, %").fill("500");
    await staff.getByRole("button", { name: "Preview" }).click();
    await expect(staff.getByLabel("Zoom, %")).toHaveAccessibleDescription("This number is out of range.");
    await expect(staff.getByLabel("Down, %")).toHaveValue("-25");
    await staff.getByLabel("Zoom, %").fill("50");
    await staff.getByRole("button", { name: "Preview" }).click();
    await expect(staff.getByRole("status")).toHaveText("This is a preview; it is not saved yet.");
    expect(await shape()).not.toBe(whole);
    expect(await settings(request, album)).toMatchObject(WHOLE);

    await staff.getByRole("button", { name: "Save" }).click();
    await expect(staff.getByRole("status")).toHaveText("Saved. The link shows it at once.");
    await expect(staff.getByLabel("Zoom, %")).toHaveValue("50");
    expect(await settings(request, album)).toMatchObject(IN_QUARTER);
    expect(await printed(request, album)).toEqual(before);

    await staff.getByRole("button", { name: "As published" }).click();
    await expect(staff.getByLabel("Zoom, %")).toHaveValue("100");
    expect(await shape()).toBe(whole);
    expect(await settings(request, album)).toMatchObject(WHOLE);
  });
});

test("a phone sees the video where the shop has put it, and as it has cut it out", async ({ staff, request, browser, demo }) => {
  test.slow();
  const album = await publish(request, "Seen elsewhere", [boats]);
  const context = await browser.newContext({ baseURL: demo.url, viewport });
  /** What a phone sees. It is put away afterwards: recognising photos takes the whole machine. */
  const scan = async (look: (phone: Page) => Promise<void>) => {
    const phone = await context.newPage();
    await phone.goto(album.link);
    await phone.getByRole("button", { name: "Start the camera" }).click();
    await expectState(phone, "tracking");
    await look(phone);
    await phone.close();
  };
  await scan((phone) => expectOnPhoto(phone, "magenta"));

  await openEditor(staff, album, "Seen elsewhere");
  const cutOut = staff.getByRole("button", { name: "Cut the video out by it" });
  await cutOut.click();
  await expect(staff.getByLabel("Picture")).toHaveAccessibleDescription(/Choose a file\./);
  await staff.getByLabel("Picture").setInputFiles({ name: "left.png", mimeType: "image/png", buffer: leftHalf() });
  await cutOut.click();
  await expect(staff.getByRole("status")).toHaveText("Saved. The link shows it at once.");
  await scan((phone) => expectColours(phone, { colour: "magenta", at: LEFT }, { colour: "none", at: RIGHT }));
  await staff.getByRole("button", { name: "Remove the cut-out" }).click();
  await expect(staff.getByRole("button", { name: "Remove the cut-out" })).toHaveCount(0);

  await fillIn(staff);
  await staff.getByRole("button", { name: "Save" }).click();
  await expect(staff.getByRole("status")).toHaveText("Saved. The link shows it at once.");
  await scan(async (phone) => {
    await expectColours(phone, { colour: "magenta", at: QUARTER }, { colour: "none", at: REST });
    expect(await film(phone)).toMatchObject({ muted: true });
  });
  await context.close();
});
