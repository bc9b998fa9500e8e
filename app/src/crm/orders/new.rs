//! `/admin/orders/new`: an order that staff enter for a customer.

use leptos::prelude::*;

use super::page;
use crate::{
    crm::parts::facts,
    form::{self, FormState, Input},
    frame::Frame,
    language::Language,
};

/// Most lines of the form.
pub const LINES_MAX: usize = 10;
/// Empty lines below those that are filled in.
const SPARE_LINES: usize = 3;

/// The fields of the lines: product, quantity, living photo.
const FIELDS: [[&str; 3]; LINES_MAX] = [
    ["product-1", "quantity-1", "ar-1"],
    ["product-2", "quantity-2", "ar-2"],
    ["product-3", "quantity-3", "ar-3"],
    ["product-4", "quantity-4", "ar-4"],
    ["product-5", "quantity-5", "ar-5"],
    ["product-6", "quantity-6", "ar-6"],
    ["product-7", "quantity-7", "ar-7"],
    ["product-8", "quantity-8", "ar-8"],
    ["product-9", "quantity-9", "ar-9"],
    ["product-10", "quantity-10", "ar-10"],
];

/// The names of a line's fields: product, quantity, living photo. `index` is below [`LINES_MAX`].
#[must_use]
pub fn line_field(index: usize) -> [&'static str; 3] {
    FIELDS[index]
}

/// What may be chosen.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// Products on sale: id and name.
    pub products: Vec<(String, String)>,
    /// Codes of the currencies in use.
    pub currencies: Vec<String>,
}

/// The customer whom it is for, where there is a profile.
#[derive(Clone, Debug)]
pub struct Buyer {
    /// The profile's id.
    pub id: String,
    /// What they are called.
    pub name: String,
}

/// What it costs, computed by the server.
#[derive(Clone, Debug)]
pub struct Priced {
    /// ISO 4217.
    pub currency: String,
    /// The base currency.
    pub base: String,
    /// In `currency`, in its smallest unit.
    pub total_minor: i64,
    /// In `base`.
    pub base_minor: i64,
    /// The lines.
    pub lines: Vec<Line>,
}

/// A line with its price.
#[derive(Clone, Debug)]
pub struct Line {
    /// What it is called.
    pub name: String,
    /// Pieces.
    pub quantity: i64,
    /// A piece with its living photo.
    pub piece_minor: i64,
    /// All pieces.
    pub total_minor: i64,
}

/// The form.
#[must_use]
pub fn new(frame: &Frame, choices: Choices, buyer: Option<Buyer>, form: &FormState, priced: Option<Priced>) -> String {
    let t = |id: &str| frame.text(id);
    page(frame, &t("order-new"), || {
        let languages = Language::ALL.map(|language| (language.code().to_owned(), language.own_name().to_owned()));
        let currencies = choices.currencies.iter().map(|code| (code.clone(), code.clone())).collect();
        let used =
            (0..LINES_MAX).rev().find(|index| !form.value(FIELDS[*index][0]).is_empty()).map_or(0, |last| last + 1);
        let count = (used + SPARE_LINES).min(LINES_MAX);
        let lines = (0..count).map(|index| line(frame, form, index, &choices.products));
        let buyer = buyer.map(|Buyer { id, name }| {
            view! {
                <p>{t("order-for")} " " <a class="tall" href=format!("/admin/customers/{id}")>{name}</a></p>
                <input type="hidden" name="customer" value=id/>
            }
        });
        view! {
            <form method="post" action="/admin/orders/new">
                {form::summary(form)}
                <input type="hidden" name="once" value=form.value("once").to_owned()/>
                {priced.map(|priced| quoted(frame, priced))}
                <section class="sheet" aria-labelledby="lines">
                    <h2 id="lines">{t("order-items")}</h2>
                    {form::select(form, "currency", t("order-currency"), currencies)}
                    {lines.collect_view()}
                    <button class="button" name="act" value="price" formnovalidate=true>{t("order-recalculate")}</button>
                </section>
                <section class="sheet" aria-labelledby="customer">
                    <h2 id="customer">{t("order-customer")}</h2>
                    {buyer}
                    {form::input(form, Input::text("name", t("name")).required())}
                    {form::input(form, Input::of("email", "email", t("email")).hint(t("order-email-hint")))}
                    {form::input(form, Input::of("tel", "phone", t("order-phone")))}
                    {form::area(form, "address", t("order-address"), 3)}
                    {form::select(form, "language", t("order-language"), languages.into())}
                    {form::area(form, "message", t("order-message"), 3)}
                </section>
                <div class="buttons">
                    <button class="button primary" name="act" value="place">{t("order-place")}</button>
                    <a class="button" href="/admin/orders">{t("cancel")}</a>
                </div>
            </form>
        }
        .into_any()
    })
}

fn line(frame: &Frame, form: &FormState, index: usize, products: &[(String, String)]) -> AnyView {
    let t = |id: &str| frame.text(id);
    let [product, quantity, ar] = FIELDS[index];
    let number = i64::try_from(index + 1).unwrap_or(0);
    let title = frame.format.language().text_with("order-line", &[("number", number.into())]);
    let none = [(String::new(), t("order-no-product"))].into_iter();
    let choices = none.chain(products.iter().cloned()).collect();
    view! {
        <fieldset class="order-line">
            <legend>{title}</legend>
            {form::select(form, product, t("order-product"), choices)}
            {form::input(form, Input::of("number", quantity, t("order-quantity")))}
            {form::tick(form, ar, t("order-with-ar"))}
        </fieldset>
    }
    .into_any()
}

fn quoted(frame: &Frame, priced: Priced) -> AnyView {
    let t = |id: &str| frame.text(id);
    let Priced { currency, base, total_minor, base_minor, lines } = priced;
    let money = |minor: i64| frame.format.money(minor, &currency);
    let rows = lines.into_iter().map(|line| {
        view! {
            <tr>
                <th scope="row">{line.name}</th>
                <td class="number" data-title=t("order-quantity")>{frame.format.number(line.quantity)}</td>
                <td class="number" data-title=t("order-piece")>{money(line.piece_minor)}</td>
                <td class="number" data-title=t("order-sum")>{money(line.total_minor)}</td>
            </tr>
        }
    });
    let mut list = vec![(t("order-total"), view! { <strong>{money(total_minor)}</strong> }.into_any())];
    if base != currency {
        list.push((t("order-base-total"), frame.format.money(base_minor, &base).into_any()));
    }
    view! {
        <section class="sheet" role="status" aria-labelledby="quote">
            <h2 id="quote">{t("order-quote")}</h2>
            <div class="table"><table>
                <thead><tr>
                    <th scope="col">{t("order-item")}</th>
                    <th scope="col" class="number">{t("order-quantity")}</th>
                    <th scope="col" class="number">{t("order-piece")}</th>
                    <th scope="col" class="number">{t("order-sum")}</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table></div>
            {facts(list)}
        </section>
    }
    .into_any()
}
