// A phone whose camera sees two photos of an album at the same time.

import { boats, house, publish } from "../fixtures/api";
import { expect, test } from "../fixtures/kinora";
import { bothPhotosCamera } from "../fixtures/media";
import { expectColours, expectPlaying, withCamera } from "../fixtures/phone";

test.use(withCamera(bothPhotosCamera));

/** Within each photo, wherever it moves. */
const ON_BOATS = [
  [60, 170],
  [165, 240],
  [280, 310],
];
const ON_HOUSE = ON_BOATS.map(([x, y]) => [x + 310, y]);
const BETWEEN = [
  [320, 60],
  [320, 430],
];

test("plays both videos at once", async ({ page, request }) => {
  const album = await publish(request, "Side by side", [boats, house]);
  await page.goto(album.link);
  await page.getByRole("button", { name: "Start the camera" }).click();
  await expectColours(
    page,
    { colour: "magenta", at: ON_BOATS },
    { colour: "green", at: ON_HOUSE },
    { colour: "none", at: BETWEEN },
  );
  await expectPlaying(page, 0);
  await expectPlaying(page, 1);
  await expect(page.getByRole("status")).toHaveText(/Boats/);
  await expect(page.getByRole("status")).toHaveText(/House/);
});
