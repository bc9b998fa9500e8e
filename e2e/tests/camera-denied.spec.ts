// A person does not allow the camera.

import { boats, publish } from "../fixtures/api";
import { chromium } from "../fixtures/chromium";
import { expect, test } from "../fixtures/kinora";

test.use({ launchOptions: chromium("--use-fake-device-for-media-stream", "--deny-permission-prompts") });

test("says how to allow it", async ({ page, request }) => {
  const album = await publish(request, "Denied", [boats]);
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expect(page.getByText("camera_denied")).toBeVisible();
  await expect(page.getByText("Website Settings")).toBeVisible();
});
