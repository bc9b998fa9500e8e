// A phone whose camera sees one photo of an album after another.

import { boats, house, publish } from "../fixtures/api";
import { expect, test } from "../fixtures/kinora";
import { twoPhotosCamera } from "../fixtures/media";
import { expectOnPhoto, withCamera } from "../fixtures/phone";

test.use(withCamera(twoPhotosCamera));

test("plays each photo's own video", async ({ page, request }) => {
  const album = await publish(request, "Two of them", [boats, house]);
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  const said = page.getByRole("status");
  await expect(said).toHaveText("Boats", { timeout: 45_000 });
  await expectOnPhoto(page, "magenta");
  await expect(said).toHaveText("House", { timeout: 45_000 });
  await expectOnPhoto(page, "green");
});
