// Pages in the reader's language: by the browser, by what was chosen on a page, by the account.

import type { Page } from "@playwright/test";

import { PASSWORD, expect, logIn, placeOrder, section, test } from "../fixtures/shop";
import { type Language, texts } from "../fixtures/texts";

const english = texts("en");

const languages = [
  { language: "ru", locale: "ru-RU", day: /^\d{1,2} [а-я]+\.? \d{4}\s?г\.$/, moment: /^\d{1,2} [а-я]+\.? \d{4}\s?г\., \d\d:\d\d$/, book: "Фотокнига", price: /\d\u00a0\d{3},\d\d\u00a0₽/ },
  { language: "hy", locale: "hy-AM", day: /^\d{4} թ\. [ա-և]+ \d{1,2}$/, moment: /^\d{4} թ\. [ա-և]+ \d{1,2}, \d{1,2}:\d\d$/, book: "Ֆոտոգիրք", price: /\d\d\u00a0\d{3},\d\d\u00a0֏/ },
] as const;

/** A page is in a language, and nothing on it is in English or a name that is meant for programs. */
async function expectSpoken(page: Page, language: Language) {
  await expect(page.locator("html")).toHaveAttribute("lang", language);
  const own = texts(language);
  const shown = [await page.title(), await page.locator("body").innerText()].join("\n");
  const words = new Set(shown.split(/[\s,;:()·]+/));
  const ids = [...own.keys()].filter((id) => id.includes("-") && words.has(id));
  expect(ids, `names of texts on ${page.url()}`).toEqual([]);
  // One word may be the same, such as a name.
  const foreign = [...english.values()].filter((text) => text.includes(" ") && !text.includes("{") && shown.includes(text));
  expect(foreign, `English on ${page.url()}`).toEqual([]);
  for (const navigation of await page.getByRole("navigation").all()) {
    const links = (await navigation.getByRole("link").allInnerTexts()).filter((link) => link !== "");
    expect([...own.values()], `navigation of ${page.url()}`).toEqual(expect.arrayContaining(links));
  }
}

for (const { language, locale, day, moment, book, price } of languages) {
  test.describe(language, () => {
    test.use({ locale });

    test("the browser's language is spoken on every page", async ({ staff, page, request, album }) => {
      const { id, address } = await placeOrder(request, "Lingua Franca", "lingua@example.com");
      const outside = ["/", "/living-photos", `/living-photos/${album.id}`, "/shop", address, "/login", "/signup", "/password", "/nothing-here"];
      const inside = [
        ...["/admin", "/admin/orders", `/admin/orders/${id}`, `/admin/orders/${id}/sheet`, "/admin/orders/new"],
        ...["/admin/ar-projects", `/admin/ar-projects/${album.id}`, `/admin/ar-projects/${album.id}/overlay/0`, "/admin/ar-projects/new"],
        ...["/admin/products", "/admin/products/new", "/admin/currencies", "/admin/currencies/RUB", "/admin/currencies/import"],
        ...["/admin/customers", "/admin/customers/new", "/admin/mail", "/admin/audit", "/admin/settings"],
        ...["/admin/users", "/admin/users/new", "/account"],
      ];
      for (const path of [...outside, ...inside]) {
        await staff.goto(path);
        await expectSpoken(page, language);
      }
    });

    test("dates and money are written as its readers do", async ({ staff, request }) => {
      const { id, number } = await placeOrder(request, "Nume Rous", "nume@example.com");
      await staff.goto(`/admin/orders/${id}`);
      await expect(staff.getByRole("heading", { level: 1 })).toContainText(number);
      for (const time of await staff.locator("time").allInnerTexts()) expect(time).toMatch(moment);
      await expect(staff.getByRole("row").nth(1)).toContainText("29,00\u00a0$");
      await staff.goto(`/admin/orders/${id}/sheet`);
      await expect(staff.locator("dd strong")).toHaveText(day);
      await staff.goto("/shop");
      await expect(staff.getByRole("listitem").filter({ hasText: book })).toContainText(price);
    });
  });
}

test("a language that is chosen on a page is kept", async ({ staff, page }) => {
  const main = () => page.getByRole("navigation").first();
  await page.goto("/shop");
  await page.getByRole("button", { name: "Русский" }).click();
  await expect(page).toHaveURL("/shop");
  await expect(page.getByRole("button", { name: "Русский" })).toHaveAttribute("aria-current", "true");
  await expectSpoken(page, "ru");
  await main().getByRole("link").first().click();
  await expect(page).toHaveURL("/living-photos");
  await expectSpoken(page, "ru");

  await staff.goto("/admin/orders?status=shipped");
  await expectSpoken(staff, "ru");
  await staff.getByRole("button", { name: "Հայերեն" }).click();
  await expect(staff).toHaveURL("/admin/orders?status=shipped");
  await expectSpoken(staff, "hy");
  await staff.getByRole("button", { name: "English" }).click();
  await expect(staff.getByRole("heading", { level: 1 })).toHaveText("Orders");
});

test("an account's language is spoken wherever it is logged in", async ({ page, browser, baseURL }) => {
  const form = { name: "Lena Language", email: "lena@example.com", password: PASSWORD };
  expect((await page.request.post("/signup", { form })).ok()).toBe(true);
  await page.goto("/account");
  const profile = section(page, "Name and language");
  await profile.getByRole("combobox", { name: "Language" }).selectOption("Հայերեն");
  await profile.getByRole("button", { name: "Save" }).click();
  await expectSpoken(page, "hy");

  const elsewhere = await browser.newContext({ locale: "en-GB", baseURL });
  const other = await elsewhere.newPage();
  await other.goto("/login");
  await logIn(other, form.email, form.password);
  await expect(other).toHaveURL("/living-photos");
  await expectSpoken(other, "hy");
  await elsewhere.close();
});
