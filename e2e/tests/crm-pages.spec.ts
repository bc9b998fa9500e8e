// Every page of the CRM, and every page to get in: nothing serious for axe-core, no sideways scrolling, in both widths and
// both colour schemes, with scripts and without.

import AxeBuilder from "@axe-core/playwright";

import { expect, logIn, sidewaysScroll, test } from "../fixtures/shop";

const PUBLIC = ["/login", "/signup", "/password", "/password/unknown", "/nothing-here"];
const CRM = ["/admin", "/admin/currencies", "/admin/currencies/RUB", "/admin/currencies/RUB/base", "/admin/currencies/import", "/admin/products", "/admin/products/new", "/admin/users", "/admin/users/new", "/account", "/admin/nothing-here"];

const sizes = [
  { name: "phone", viewport: { width: 390, height: 844 } },
  { name: "desk", viewport: { width: 1280, height: 800 } },
];

for (const { name: size, viewport } of sizes) {
  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(`${size}, ${colorScheme}`, () => {
      test.use({ viewport, colorScheme });

      test("no page has a serious fault", async ({ page }, info) => {
        const look = async (path: string) => {
          await page.goto(path);
          await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
          const name = path.replaceAll(/[^a-z0-9]+/g, "-");
          await page.screenshot({ path: info.outputPath(`page${name}.png`), fullPage: true });
          expect(await sidewaysScroll(page), path).toBe(0);
          const { violations } = await new AxeBuilder({ page }).analyze();
          const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
          expect(serious.map(({ id, nodes }) => `${path}: ${id}: ${nodes[0].html}`)).toEqual([]);
        };
        for (const path of PUBLIC) await look(path);
        await logIn(page);
        for (const path of CRM) await look(path);
      });
    });
  }
}
