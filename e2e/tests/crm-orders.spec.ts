// Orders: made in the shop by guests and customers, taken through the shop's hands in the CRM.

import { PASSWORD, expect, findAndOpen, placeOrder, section, test, withAndWithoutScripts } from "../fixtures/shop";

withAndWithoutScripts(() => {
  test("an order goes from new to delivered, and its history says who did what and when", async ({ staff, request }) => {
    const { number, address } = await placeOrder(request, "Nora Wintergreen", "nora@example.com");
    await staff.goto("/admin/orders");
    await findAndOpen(staff, "wintergreen", number);
    const main = staff.getByRole("main");
    const stands = (state: string) => expect(main.getByText(state, { exact: true }).first()).toBeVisible();
    await stands("new");

    await staff.getByRole("button", { name: "Take into production" }).click();
    await expect(staff.getByRole("status")).toHaveText("The order was moved.");
    await stands("in production");
    await staff.getByLabel("Tracking number").fill("RR123456785AM");
    await staff.getByRole("button", { name: "Mark as shipped" }).click();
    await stands("shipped");
    await expect(staff.getByLabel("Tracking number")).toHaveValue("RR123456785AM");
    await staff.getByRole("button", { name: "Mark as delivered" }).click();
    await stands("delivered");
    await expect(staff.getByRole("button", { name: /^Mark as|^Take into/ })).toHaveCount(0);
    await expect(staff.getByText("Cancel the order")).toHaveCount(0);

    const steps = section(staff, "History").getByRole("listitem");
    await expect(steps).toHaveText([
      /shipped → delivered.*Manager/s,
      /in production → shipped · RR123456785AM.*Manager/s,
      /new → in production.*Manager/s,
      /The order was placed\..*Nora Wintergreen/s,
    ]);
    await expect(steps.locator("time")).toHaveCount(4);

    await staff.goto(address);
    await expect(staff.getByText("RR123456785AM")).toBeVisible();
    await expect(staff.getByText("delivered", { exact: true })).toBeVisible();
  });

  test("cancelling an order asks for a reason, and its customer reads it", async ({ staff, request }) => {
    const { id, address } = await placeOrder(request, "Cancella Tion", "cancella@example.com");
    await staff.goto(`/admin/orders/${id}`);
    const yes = staff.getByRole("button", { name: "Yes, cancel it" });
    await expect(yes).toBeHidden();
    await staff.getByText("Cancel the order").click();
    await yes.click();
    await expect(staff.getByLabel("Reason")).toBeFocused();
    await staff.getByLabel("Reason").fill(" ");
    await yes.click();
    await expect(staff.getByLabel("Reason")).toHaveAccessibleDescription("Please fill this in.");
    await staff.getByLabel("Reason").fill("Ordered twice");
    await yes.click();
    await expect(staff.getByRole("main").getByText("cancelled", { exact: true })).toBeVisible();
    await expect(section(staff, "History").getByRole("listitem").first()).toHaveText(/new → cancelled · Ordered twice.*Manager/s);

    await staff.goto(address);
    await expect(staff.getByText("Ordered twice")).toBeVisible();
  });

  test("a guest orders, and the order is found in the CRM by what the guest wrote", async ({ page, staff, browser, demo, javaScriptEnabled }) => {
    const shop = await browser.newContext({ baseURL: demo.url, javaScriptEnabled, locale: "en-GB" });
    const guest = await shop.newPage();
    await guest.goto("/");
    await guest.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Shop" }).click();
    await guest.getByRole("link", { name: "Oak frame A4" }).click();
    await guest.getByLabel("Quantity").fill("2");
    await guest.getByLabel("With a living photo").check();
    await guest.getByRole("button", { name: "Show the total" }).click();
    // Two frames of $19, each with a living photo of $5.
    await expect(guest.getByRole("status")).toContainText("$48.00");
    await guest.getByLabel("Name").fill("Gustavo Gastfreund");
    await guest.getByLabel("E-mail").fill("gustavo@example.com");
    await guest.getByLabel("Phone").fill("+374 00 987654");
    await guest.getByLabel("Address").fill("Example Avenue 7");
    await guest.getByRole("button", { name: "Order and pay later" }).click();
    await expect(guest.getByRole("status")).toContainText("Your order has arrived.");
    const title = (await guest.getByRole("heading", { level: 1 }).textContent()) as string;
    const number = title.replace("Order ", "");
    await expect(guest.getByRole("row", { name: "Total" })).toContainText("$48.00");
    await shop.close();

    for (const words of ["gastfreund", "gustavo@example.com", "987654", number]) {
      await page.goto("/admin/orders");
      await findAndOpen(staff, words, number);
      await expect(section(staff, "Customer")).toContainText("Example Avenue 7");
    }
    await expect(section(staff, "Items")).toContainText("Oak frame A4");
    await expect(section(staff, "Items")).toContainText("$48.00");
  });

  test("a customer signs up, orders and sees it under my orders", async ({ page, javaScriptEnabled }) => {
    const email = `mine-${javaScriptEnabled}@example.com`;
    await page.goto("/signup");
    await page.getByLabel("Name").fill("Mina Minelli");
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("New password").fill("short");
    await page.getByRole("button", { name: "Sign up" }).click();
    await expect(page.getByLabel("New password")).toHaveAccessibleDescription("This is too short.");
    await expect(page.getByLabel("Name")).toHaveValue("Mina Minelli");
    await page.getByLabel("New password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign up" }).click();
    await page.getByRole("link", { name: "My account" }).click();
    await expect(page.getByText("You have not ordered anything yet.")).toBeVisible();

    await page.getByRole("main").getByRole("link", { name: "Shop" }).click();
    await page.getByRole("link", { name: "Wall calendar" }).click();
    await expect(page.getByLabel("Name")).toHaveValue("Mina Minelli");
    await expect(page.getByLabel("E-mail")).toHaveValue(email);
    await page.getByLabel("Address").fill("Sample Street 5");
    await page.getByRole("button", { name: "Show the total" }).click();
    await page.getByRole("button", { name: "Order and pay later" }).click();
    await expect(page.getByRole("status")).toContainText("Your order has arrived.");
    const title = (await page.getByRole("heading", { level: 1 }).textContent()) as string;
    await page.getByRole("link", { name: "My orders" }).click();
    const order = page.getByRole("listitem").filter({ has: page.getByRole("link", { name: title }) });
    await expect(order).toContainText("$17.00");
    await expect(order).toContainText("new");
  });
});
