// Everything personal of a customer is erased; the books stay as they were.

import { expect, findAndOpen, placeOrder, search, section, test, withAndWithoutScripts } from "../fixtures/shop";

withAndWithoutScripts(() => {
  test("an erased customer's name and address are nowhere, and the totals stay", async ({ staff, request, javaScriptEnabled }) => {
    const name = javaScriptEnabled ? "Vanessa Vanisher" : "Wanda Wanisher";
    const email = `${name.split(" ")[0].toLowerCase()}@example.com`;
    const order = await placeOrder(request, name, email);
    await staff.goto("/admin/customers");
    await findAndOpen(staff, email, name);
    const profile = staff.url();
    await section(staff, "Profile").getByLabel("Notes of the staff").fill(`${name} likes blue`);
    await section(staff, "Profile").getByRole("button", { name: "Save" }).click();
    await expect(staff.getByRole("status")).toHaveText("Saved.");

    await staff.getByRole("link", { name: "Erase …" }).click();
    await expect(staff.getByText("One order is not sent yet")).toBeVisible();
    await staff.getByLabel("To go on, type").fill("yes");
    await staff.getByRole("button", { name: "Erase for good" }).click();
    await expect(staff.getByLabel("To go on, type")).toHaveAccessibleDescription("This is not what was to be typed.");
    await staff.getByLabel("To go on, type").fill(email);
    await staff.getByRole("button", { name: "Erase for good" }).click();
    await expect(staff.getByRole("status")).toHaveText("Everything personal was erased.");

    const personal = new RegExp([...name.split(" "), email].join("|"), "i");
    const gone = async (path: string) => {
      await staff.goto(path);
      expect(await staff.content(), path).not.toMatch(personal);
    };
    await gone(profile);
    await expect(staff.getByRole("heading", { level: 1 })).toHaveText("Erased customer");
    await expect(section(staff, "Orders").getByRole("row", { name: order.number })).toContainText("$29.00");
    await gone("/admin/customers");
    await gone("/admin/orders");
    await expect(staff.getByRole("row").filter({ hasText: order.number })).toContainText("$29.00");
    await gone(`/admin/orders/${order.id}`);
    await expect(section(staff, "Items")).toContainText("$29.00");
    await gone(`/admin/orders/${order.id}/sheet`);
    await gone("/admin");
    for (const list of ["/admin/orders", "/admin/customers"]) {
      await staff.goto(list);
      await search(staff, email);
      await expect(staff.getByText("Nothing matches.")).toBeVisible();
    }
    await staff.goto(order.address);
    await expect(staff.getByRole("row", { name: "Total" })).toContainText("$29.00");
    expect(await staff.content()).not.toMatch(personal);
  });
});
