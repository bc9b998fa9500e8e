// What is sold, and for how much: made in the CRM, seen in the shop.

import { photos } from "../fixtures/media";
import { expect, section, test, withAndWithoutScripts } from "../fixtures/shop";

withAndWithoutScripts(() => {
  test("a new product is in the shop with its picture, in the customer's language and money", async ({ staff, browser, demo, javaScriptEnabled }) => {
    const mark = javaScriptEnabled ? "A" : "B";
    await staff.goto("/admin/products");
    await staff.getByRole("link", { name: "New product" }).click();
    await staff.getByLabel("Name (English)").fill(`Paper lantern ${mark}`);
    await staff.getByLabel("Name (Русский)").fill(`Бумажный фонарик ${mark}`);
    await staff.getByLabel("Name (Հայերեն)").fill(`Թղթե լապտեր ${mark}`);
    await staff.getByLabel("Description (English)").fill("Glows with your photo.");
    await staff.getByLabel("SKU").fill(`LANTERN-${mark}`);
    await staff.getByLabel("Price", { exact: true }).fill("twelve");
    await staff.getByLabel("Currency").selectOption("USD");
    await staff.getByLabel("Production days").fill("2");
    await staff.getByRole("button", { name: "Save" }).click();
    await expect(staff.getByRole("alert")).toContainText("nothing is lost");
    await expect(staff.getByLabel("Price", { exact: true })).toHaveAccessibleDescription("Enter an amount, such as 12.50.");
    await expect(staff.getByLabel("Name (Русский)")).toHaveValue(`Бумажный фонарик ${mark}`);
    await staff.getByLabel("Price", { exact: true }).fill("12.50");
    await staff.getByRole("button", { name: "Save" }).click();
    await expect(staff.getByRole("status")).toHaveText("Added.");
    await expect(staff.getByRole("heading", { level: 1 })).toHaveText(`Paper lantern ${mark}`);

    await staff.getByLabel("Picture", { exact: true }).setInputFiles(photos.house);
    await staff.getByRole("button", { name: "Add the picture" }).click();
    const picture = staff.getByRole("img", { name: `Picture 1 of Paper lantern ${mark}` });
    await picture.scrollIntoViewIfNeeded();
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);

    await staff.goto("/shop");
    const card = staff.getByRole("listitem").filter({ hasText: `Paper lantern ${mark}` });
    await expect(card).toContainText("Glows with your photo.");
    await expect(card).toContainText("$12.50");
    await expect(card).toContainText("Made in 2 days");
    await expect(card.getByRole("img")).toBeVisible();

    const russian = await browser.newContext({ baseURL: demo.url, javaScriptEnabled, locale: "ru-RU" });
    const shop = await russian.newPage();
    await shop.goto("/shop");
    // The demo's rate: 92.4 roubles for a dollar.
    const own = shop.getByRole("listitem").filter({ hasText: `Бумажный фонарик ${mark}` });
    await expect(own).toContainText("1\u00a0155,00\u00a0₽");
    await expect(own).toContainText("2 дня");
    await russian.close();
  });

  test("a new rate changes converted prices at once, and is in the history", async ({ staff, javaScriptEnabled }) => {
    // A photo book costs $29.
    const [rate, price] = javaScriptEnabled ? ["400.5", "֏11,614.50"] : ["410", "֏11,890.00"];
    await staff.goto("/admin/currencies");
    await staff.getByRole("link", { name: "AMD", exact: true }).click();
    await staff.getByLabel("AMD for one USD").fill("much");
    await staff.getByRole("button", { name: "Save" }).click();
    await expect(staff.getByLabel("AMD for one USD")).toHaveAccessibleDescription(/number/);
    await staff.getByLabel("AMD for one USD").fill(rate);
    await staff.getByLabel("Source").fill("Bank of examples");
    await staff.getByRole("button", { name: "Save" }).click();
    await expect(staff.getByRole("status")).toHaveText("Saved.");
    const newest = section(staff, "History of the rate").getByRole("row").nth(1);
    for (const words of [rate, "USD", "Bank of examples", "Manager"]) await expect(newest).toContainText(words);

    await staff.goto("/shop");
    await staff.getByRole("button", { name: "AMD" }).click();
    const card = staff.getByRole("listitem").filter({ hasText: "Photo book, 20 pages" });
    await expect(card).toContainText(price);
    await card.getByRole("link").click();
    await staff.getByRole("button", { name: "Show the total" }).click();
    await expect(staff.getByRole("status")).toContainText(price);
  });
});
