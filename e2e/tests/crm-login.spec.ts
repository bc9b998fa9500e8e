// Getting in and out, and all of it by keyboard.

import type { Locator, Page } from "@playwright/test";

import { EMAIL, PASSWORD, expect, logIn, placeOrder, search, section, test, withAndWithoutScripts } from "../fixtures/shop";

/** Most presses of the tab key from one thing on a page to another. */
const TABS_MAX = 60;

/** Goes on with the tab key until something has the focus, and shows it. */
async function tabTo(page: Page, wanted: Locator) {
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    await page.keyboard.press("Tab");
    if (await wanted.evaluate((element) => element === document.activeElement)) break;
  }
  await expect(wanted).toBeFocused();
  await expect(wanted).toBeInViewport();
  await expect(wanted).toHaveCSS("outline-style", "solid");
}

withAndWithoutScripts(() => {
  test("a page that was asked for is shown after logging in, a wrong password before, and none after logging out", async ({ page }) => {
    await page.goto("/admin/orders?status=pending");
    await expect(page).toHaveURL(/\/login\?next=/);
    await logIn(page, EMAIL, "correct horse batteries");
    await expect(page.getByRole("alert")).toHaveText("E-mail or password is wrong.");
    await expect(page.getByLabel("E-mail")).toHaveValue(EMAIL);
    await expect(page.getByLabel("Password")).toHaveValue("");

    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Log in" }).click();
    await expect(page).toHaveURL("/admin/orders?status=pending");
    await expect(page.getByRole("heading", { level: 1, name: "Orders" })).toBeVisible();

    await page.getByRole("button", { name: "Log out" }).click();
    await expect(page.getByRole("status")).toHaveText("You are logged out.");
    await page.goto("/admin/orders");
    await expect(page.getByRole("heading", { level: 1, name: "Log in" })).toBeVisible();
  });

  test("an order is found and moved on by keyboard alone", async ({ page, request }) => {
    const { number } = await placeOrder(request, "Keya Board", "keya@example.com");
    await page.goto("/login");
    await tabTo(page, page.getByLabel("E-mail"));
    await page.keyboard.type(EMAIL);
    await tabTo(page, page.getByLabel("Password"));
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: "Dashboard" })).toBeVisible();

    const orders = page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Orders" });
    await tabTo(page, orders);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: "Orders" })).toBeVisible();

    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Skip to the content" });
    await expect(skip).toBeFocused();
    await expect(skip).toBeInViewport();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await expect(page.getByRole("main").locator(":focus")).toHaveCount(1);

    await tabTo(page, page.getByRole("searchbox"));
    await page.keyboard.type("keya");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/q=keya/);
    await tabTo(page, page.getByRole("link", { name: number, exact: true }));
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: `Order ${number}` })).toBeVisible();

    await tabTo(page, page.getByText("Cancel the order"));
    await page.keyboard.press("Enter");
    await tabTo(page, page.getByLabel("Reason"));
    await tabTo(page, page.getByRole("button", { name: "Yes, cancel it" }));
    await page.goto(page.url());
    await tabTo(page, page.getByRole("button", { name: "Take into production" }));
    await page.keyboard.press("Enter");
    await expect(page.getByRole("status")).toHaveText("The order was moved.");
    await expect(section(page, "History").getByRole("listitem").first()).toContainText("new → in production");
  });
});

test("the list of orders keeps its search in the address, and lets go of it", async ({ staff, request }) => {
  const { number } = await placeOrder(request, "Ada Dress", "ada.dress@example.com");
  await staff.goto("/admin/orders");
  await search(staff, "dress");
  await staff.reload();
  await expect(staff.getByRole("searchbox")).toHaveValue("dress");
  await expect(staff.getByRole("link", { name: number, exact: true })).toBeVisible();
  await search(staff, "nobody is called so");
  await expect(staff.getByText("Nothing matches.")).toBeVisible();
  await staff.getByRole("link", { name: "Show all" }).click();
  await expect(staff.getByRole("searchbox")).toHaveValue("");
  await expect(staff.getByRole("link", { name: number, exact: true })).toBeVisible();
});
