import { defineConfig } from "@playwright/test";

import { chromium } from "./fixtures/chromium";

export default defineConfig({
  testDir: "tests",
  globalSetup: "./fixtures/make-media.ts",
  outputDir: "test-results",
  workers: 2,
  forbidOnly: true,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    launchOptions: chromium(),
    locale: "en-GB",
    trace: "retain-on-failure",
  },
});
