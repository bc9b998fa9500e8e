// npm mind-ar 1.2.5 tracks with the target file of our album.

import { boats, publish, view } from "../fixtures/api";
import { expect, test } from "../fixtures/kinora";
import { stillCamera } from "../fixtures/media";
import { FILES, page as peerPage } from "../fixtures/mindar.mjs";
import { withCamera } from "../fixtures/phone";

const { viewport, launchOptions } = withCamera(stillCamera);
// Its camera's video is not muted as browsers mean it, and nobody taps.
test.use({ viewport, launchOptions: { ...launchOptions, args: [...launchOptions.args, "--autoplay-policy=no-user-gesture-required"] } });

test("MindAR recognises a photo by our file", async ({ page, request, kinora }) => {
  const album = await publish(request, "Peer", [boats]);
  const { mind } = await view(request, album);
  await page.route(`${kinora.url}/mindar/`, (route) => route.fulfill({ contentType: "text/html", body: peerPage(mind) }));
  for (const [path, file] of Object.entries(FILES)) await page.route(`${kinora.url}${path}`, (route) => route.fulfill({ path: file }));
  await page.goto("/mindar/");
  await expect(page.locator("body")).toHaveAttribute("data-found", /^[0-9]/, { timeout: 60_000 });
});
