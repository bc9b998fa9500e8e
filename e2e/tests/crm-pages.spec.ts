// Every page of the CRM, of the shop and of an account, and every page to get in: nothing serious for axe-core, no sideways
// scrolling, in both widths and both colour schemes.

import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

import { PASSWORD, expect, placeOrder, sidewaysScroll, test } from "../fixtures/shop";

const GETTING_IN = ["/login", "/signup", "/password", "/password/unknown", "/nothing-here"];
/** Lists are narrowed: one row is like the other, and axe-core looks long at each. */
const CRM = [
  ...["/admin", "/admin/nothing-here"],
  ...["/admin/currencies", "/admin/currencies/RUB", "/admin/currencies/RUB/base", "/admin/currencies/import"],
  ...["/admin/products", "/admin/products/new", "/admin/orders?status=pending", "/admin/orders?q=nobody", "/admin/orders/new"],
  ...["/admin/customers?q=alice", "/admin/customers/new", "/admin/ar-projects?status=draft", "/admin/ar-projects/new"],
  ...["/admin/mail?status=failed", "/admin/audit?kind=account", "/admin/settings", "/admin/users", "/admin/users/new", "/account"],
];
const ACCOUNT = ["/account", "/account/orders", "/account/photos", "/account/erase"];

/** In the dark a page differs by its colours alone, and those are the same at every width. */
const looks = [
  { name: "phone", viewport: { width: 390, height: 844 }, colorScheme: "light" },
  { name: "desk", viewport: { width: 1280, height: 800 }, colorScheme: "light" },
  { name: "dark", viewport: { width: 390, height: 844 }, colorScheme: "dark" },
] as const;

for (const { name: size, viewport, colorScheme } of looks) {
  test.describe(size, () => {
    test.use({ viewport, colorScheme });
    // A test looks at many pages, and axe-core at all that is on them.
    test.describe.configure({ timeout: 300_000 });

    /** Looks at pages one by one. */
    async function look(page: Page, file: (name: string) => string, paths: Record<string, string>) {
      for (const [name, path] of Object.entries(paths)) {
        await page.goto(path);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        // For people to look at; colours show in a part of the page.
        await page.screenshot({ path: file(`${name}.png`), fullPage: colorScheme === "light" });
        expect(await sidewaysScroll(page), path).toBe(0);
        const axe = new AxeBuilder({ page }).options({ resultTypes: ["violations"] });
        if (colorScheme === "dark") axe.withRules("color-contrast");
        const { violations } = await axe.analyze();
        const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        expect(serious.map(({ id, nodes }) => `${path}: ${id}: ${nodes[0].html}`)).toEqual([]);
      }
    }
    const byPath = (paths: string[]) => Object.fromEntries(paths.map((path) => [`page${path.replaceAll(/[^a-z0-9]+/g, "-")}`, path]));

    test("no page to get in, of the shop or of an account has a serious fault", async ({ page, request }, info) => {
      const file = (name: string) => info.outputPath(name);
      const { address } = await placeOrder(request, "Ottilie Outside", "ottilie@example.com");
      const { products } = await (await request.get("/api/products")).json();
      await look(page, file, byPath(GETTING_IN));
      await look(page, file, { shop: "/shop", "shop-product": `/shop/${products[0].id}`, "shop-order": address });

      const form = { name: "Amy Account", email: `amy-${info.workerIndex}-${size}@example.com`, password: PASSWORD };
      expect((await page.request.post("/signup", { form })).ok()).toBe(true);
      await look(page, file, byPath(ACCOUNT));
      await page.request.post("/account/second-factor/begin", { form: { factor_password: PASSWORD } });
      await look(page, file, { "second-factor": "/account/second-factor" });
      const wish = { quantity: 1, currency: "USD", name: form.name, email: form.email, address: "Sample Street 3", do: "order" };
      const ordered = await page.request.post(`/shop/${products[0].id}`, { form: wish, maxRedirects: 0 });
      await look(page, file, { "account-order": ordered.headers().location, "account-orders-one": "/account/orders" });
    });

    test("no list and no form of the CRM has a serious fault", async ({ staff }, info) => {
      await look(staff, (name) => info.outputPath(name), byPath(CRM));
    });

    test("no record of the CRM has a serious fault", async ({ staff, request, album }, info) => {
      const file = (name: string) => info.outputPath(name);
      const { id } = await placeOrder(request, "Rita Record", "rita@example.com");
      const { products } = await (await request.get("/api/products")).json();
      await staff.request.post(`/admin/orders/${id}/attach`, { form: { project: album.id } });
      await look(staff, file, {
        order: `/admin/orders/${id}`,
        sheet: `/admin/orders/${id}/sheet`,
        product: `/admin/products/${products[0].id}`,
        project: `/admin/ar-projects/${album.id}`,
        overlay: `/admin/ar-projects/${album.id}/overlay/0`,
      });
      await staff.goto(`/admin/orders/${id}`);
      const customer = await staff.getByRole("link", { name: "Rita Record" }).getAttribute("href");
      await look(staff, file, { customer: customer as string, erase: `${customer}/erase` });
      for (const [name, list] of Object.entries({ mail: "/admin/mail?q=rita@example.com", user: "/admin/users" })) {
        await staff.goto(list);
        const record = await staff.getByRole("row").nth(1).getByRole("link").first().getAttribute("href");
        await look(staff, file, { [name]: record as string });
      }
    });
  });
}
