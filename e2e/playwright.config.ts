import { defineConfig } from "@playwright/test";

/** Playwright's own browsers are not used: Debian's Chromium plays H.264. */
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

const args = [
  "--headless=new",
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=user-gesture-required",
];

export default defineConfig({
  testDir: "tests",
  globalSetup: "./fixtures/make-media.ts",
  outputDir: "test-results",
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    launchOptions: { executablePath, args },
    locale: "en-GB",
    trace: "retain-on-failure",
  },
});
