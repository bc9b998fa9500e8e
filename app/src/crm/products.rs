//! `/admin/products`: the price list, a product with its prices, its pictures.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    page,
    parts::{Column, Filter, act, badge, confirm, facts, filters, table, time},
};
use crate::{
    form::{self, FormState, Input},
    frame::Frame,
    language::Language,
    listing::Listing,
    permissions::Permission,
};

/// A text in all languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Translated {
    /// English.
    pub en: String,
    /// Russian; empty where it is as in English.
    pub ru: String,
    /// Armenian; empty where it is as in English.
    pub hy: String,
}

impl Translated {
    /// The text in a language, or in English.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        let own = match language {
            Language::En => &self.en,
            Language::Ru => &self.ru,
            Language::Hy => &self.hy,
        };
        if own.is_empty() { &self.en } else { own }
    }
}

/// A product of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductRow {
    /// Its id.
    pub id: String,
    /// Stock keeping unit.
    pub sku: String,
    /// What it is called.
    pub names: Translated,
    /// Price in the smallest unit of its currency.
    pub price_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// Pieces that are there; `None` for what is made to order.
    pub stock: Option<i64>,
    /// Days until it is made, at most.
    pub production_days: i64,
    /// Whether it is sold.
    pub is_active: bool,
    /// Since when it is off the price list for good, milliseconds since 1970 UTC.
    pub archived_ms: Option<i64>,
    /// When it was added.
    pub created_ms: i64,
    /// When it was changed.
    pub updated_ms: i64,
}

/// Everything about a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductView {
    /// What the list tells.
    pub row: ProductRow,
    /// What it is.
    pub descriptions: Translated,
    /// Prices of its own in other currencies, in their smallest units.
    pub own: BTreeMap<String, i64>,
    /// Its pictures, in order.
    pub pictures: Vec<Picture>,
    /// Whether somebody has ordered it.
    pub is_ordered: bool,
}

/// A picture of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its id.
    pub id: String,
    /// Pixels.
    pub width: i64,
    /// Pixels.
    pub height: i64,
}

/// What a living photo adds to a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArPrice {
    /// In the smallest unit of its currency.
    pub minor: i64,
    /// ISO 4217.
    pub currency: String,
}

/// The list.
#[must_use]
pub fn list(frame: &Frame, products: Vec<ProductRow>, list: &Listing, ar_price: &ArPrice) -> String {
    let t = |id: &str| frame.text(id);
    page(frame, &t("nav-products"), || {
        let columns = vec![
            Column::text(t("product-name")),
            Column::text(t("product-sku")),
            Column::number(t("product-price")),
            Column::number(t("product-stock")),
            Column::text(t("state")),
            Column::text(t("product-created")).sorted("oldest", "newest"),
            Column::text(t("product-updated")).sorted("unchanged", "changed"),
        ];
        let states = ["active", "inactive", "archived"];
        let choices = states.map(|state| (state.to_owned(), t(&format!("product-{state}")))).to_vec();
        let narrow = vec![Filter::Choice { name: "state", label: t("state"), choices }];
        let rows = products.into_iter().map(|product| row(frame, product)).collect();
        let may = frame.may(Permission::EditProducts);
        let new = move |text: String| view! { <p><a class="button primary" href="/admin/products/new">{text}</a></p> };
        let empty = view! { <p>{t("products-empty")}</p> {may.then(|| new(t("product-new")))} }.into_any();
        view! {
            {may.then(|| new(t("product-new")))}
            {filters(frame, list, Some(t("product-search")), narrow)}
            {table(frame, list, columns, rows, empty)}
            {ar_addition(frame, ar_price)}
        }
        .into_any()
    })
}

fn row(frame: &Frame, product: ProductRow) -> Vec<AnyView> {
    let name = product.names.get(frame.format.language()).to_owned();
    vec![
        view! { <a href=format!("/admin/products/{}", product.id)>{name}</a> }.into_any(),
        product.sku.clone().into_any(),
        frame.format.money(product.price_minor, &product.currency).into_any(),
        stock(frame, &product).into_any(),
        state(frame, &product),
        time(frame, product.created_ms),
        time(frame, product.updated_ms),
    ]
}

fn stock(frame: &Frame, product: &ProductRow) -> String {
    product.stock.map_or_else(|| frame.text("product-to-order"), |pieces| frame.format.number(pieces))
}

fn state(frame: &Frame, product: &ProductRow) -> AnyView {
    match (product.archived_ms, product.is_active, product.stock) {
        (Some(_), ..) => badge("plain", frame.text("product-archived")),
        (None, false, _) => badge("plain", frame.text("product-inactive")),
        (None, true, Some(..=0)) => badge("busy", frame.text("product-sold-out")),
        (None, true, _) => badge("good", frame.text("product-active")),
    }
}

/// What a living photo adds: it stands in one place, the settings.
fn ar_addition(frame: &Frame, price: &ArPrice) -> AnyView {
    let money = frame.format.money(price.minor, &price.currency);
    let words = frame.format.language().text_with("product-ar-price", &[("price", money.into())]);
    let link = frame.may(Permission::EditSettings).then(|| {
        view! { <a class="button" href="/admin/settings">{frame.text("product-ar-change")}</a> }
    });
    view! { <section class="sheet" aria-label=frame.text("product-ar")><p>{words}</p>{link}</section> }.into_any()
}

/// A form for a new product; `currencies` are the codes of those in use.
#[must_use]
pub fn new(frame: &Frame, currencies: &[String], ar_price: &ArPrice, form: &FormState) -> String {
    page(frame, &frame.text("product-new"), || {
        view! {
            {back(frame)}
            {edit(frame, "/admin/products/new", currencies, form)}
            {ar_addition(frame, ar_price)}
        }
        .into_any()
    })
}

fn back(frame: &Frame) -> AnyView {
    view! { <p><a href="/admin/products">{frame.text("products-all")}</a></p> }.into_any()
}

/// A product; `currencies` are the codes of those in use, and its own.
#[must_use]
pub fn detail(
    frame: &Frame,
    product: &ProductView,
    currencies: &[String],
    ar_price: &ArPrice,
    form: &FormState,
) -> String {
    let language = frame.format.language();
    page(frame, product.row.names.get(language), || {
        let row = &product.row;
        let may = frame.may(Permission::EditProducts);
        let address = format!("/admin/products/{}", row.id);
        view! {
            {back(frame)}
            {if may { edit(frame, &address, currencies, form) } else { facts_of(frame, product) }}
            {gallery(frame, product, form)}
            <section class="sheet" aria-labelledby="life">
                <h2 id="life">{frame.text("state")}</h2>
                {facts(vec![
                    (frame.text("state"), state(frame, row)),
                    (frame.text("product-created"), time(frame, row.created_ms)),
                    (frame.text("product-updated"), time(frame, row.updated_ms)),
                ])}
                {may.then(|| life(frame, product, &address))}
            </section>
            {ar_addition(frame, ar_price)}
        }
        .into_any()
    })
}

fn facts_of(frame: &Frame, product: &ProductView) -> AnyView {
    let row = &product.row;
    let language = frame.format.language();
    let own: Vec<String> = product.own.iter().map(|(code, minor)| frame.format.money(*minor, code)).collect();
    let all = vec![
        (frame.text("product-sku"), row.sku.clone().into_any()),
        (frame.text("product-description"), product.descriptions.get(language).to_owned().into_any()),
        (frame.text("product-price"), frame.format.money(row.price_minor, &row.currency).into_any()),
        (frame.text("product-own"), own.join(", ").into_any()),
        (frame.text("product-stock"), stock(frame, row).into_any()),
        (frame.text("product-days"), frame.format.number(row.production_days).into_any()),
    ];
    view! { <section class="sheet">{facts(all)}</section> }.into_any()
}

/// The fields of names and descriptions, by language.
pub const NAME_FIELDS: [(Language, &str, &str); 3] = [
    (Language::En, "name", "description"),
    (Language::Ru, "name_ru", "description_ru"),
    (Language::Hy, "name_hy", "description_hy"),
];

/// The field of a price of its own.
#[must_use]
pub fn own_field(currency: &str) -> String {
    format!("own_{currency}")
}

fn edit(frame: &Frame, action: &str, currencies: &[String], form: &FormState) -> AnyView {
    let t = |id: &str| frame.text(id);
    let in_language = |text: &str, language: Language| format!("{} ({})", t(text), language.own_name());
    let texts = NAME_FIELDS.map(|(language, name, description)| {
        let input = Input::text(name, in_language("product-name", language));
        let input = if language == Language::En { input.required() } else { input.hint(t("product-name-hint")) };
        view! {
            <div>
                {form::input(form, input)}
                {form::area(form, description, in_language("product-description", language), 4)}
            </div>
        }
    });
    let choices = currencies.iter().map(|code| (code.clone(), code.clone())).collect();
    let own = currencies.iter().map(|code| {
        let arguments = [("code", code.clone().into())];
        let label = frame.format.language().text_with("product-own-in", &arguments);
        form::input(form, Input::of("decimal", own_field(code), label))
    });
    let own_sheet = (currencies.len() > 1).then(|| {
        view! {
            <section class="sheet" aria-labelledby="own">
                <h2 id="own">{t("product-own")}</h2>
                <p class="quiet">{t("product-own-hint")}</p>
                <div class="fields">{own.collect_view()}</div>
            </section>
        }
    });
    view! {
        <form method="post" action=action.to_owned()>
            {form::summary(form)}
            <div class="sheet">
                <div class="columns thirds">{texts.into_iter().collect_view()}</div>
            </div>
            <div class="sheet fields">
                {form::input(form, Input::text("sku", t("product-sku")).required().hint(t("product-sku-hint")))}
                {form::input(form, Input::of("decimal", "price", t("product-price")).required())}
                {form::select(form, "currency", t("product-currency"), choices)}
                {form::input(form, Input::of("number", "stock", t("product-stock")).hint(t("product-stock-hint")))}
                {form::input(form, Input::of("number", "production_days", t("product-days")).required())}
                <input type="hidden" name="stock_seen" value=form.value("stock_seen").to_owned()/>
            </div>
            {own_sheet}
            {form::tick(form, "is_active", t("product-is-active"))}
            <button class="button primary">{t("save")}</button>
        </form>
    }
    .into_any()
}

fn gallery(frame: &Frame, product: &ProductView, form: &FormState) -> AnyView {
    let language = frame.format.language();
    let may = frame.may(Permission::EditProducts);
    let address = format!("/admin/products/{}/pictures", product.row.id);
    let count = product.pictures.len();
    let pictures = product.pictures.iter().enumerate().map(|(index, picture)| {
        let number = i64::try_from(index).unwrap_or(i64::MAX) + 1;
        let name = product.row.names.get(language).to_owned();
        let numbered = |id: &str| language.text_with(id, &[("number", number.into())]);
        let alt = language.text_with("product-picture-of", &[("number", number.into()), ("name", name.into())]);
        let one = format!("{address}/{}", picture.id);
        let buttons = may.then(|| {
            view! {
                <div class="actions">
                    {(index > 0).then(|| turn(&format!("{one}/up"), "←", numbered("product-picture-up")))}
                    {(index + 1 < count).then(|| turn(&format!("{one}/down"), "→", numbered("product-picture-down")))}
                    {confirm(
                        &format!("{one}/remove"),
                        frame.text("product-picture-remove"),
                        numbered("product-picture-remove-question"),
                        frame.text("product-picture-remove-yes"),
                    )}
                </div>
            }
        });
        view! {
            <li>
                <img src=format!("/objects/shop/{}.jpg", picture.id) alt=alt width=picture.width.to_string() height=picture.height.to_string() loading="lazy"/>
                {buttons}
            </li>
        }
    });
    let upload = may.then(|| {
        let field =
            Input::of("file", "picture", frame.text("product-picture-file")).hint(frame.text("product-picture-hint"));
        view! {
            <form method="post" action=address.clone() enctype="multipart/form-data">
                {form::input(form, field)}
                <button class="button">{frame.text("product-picture-add")}</button>
            </form>
        }
    });
    view! {
        <section class="sheet" aria-labelledby="pictures">
            <h2 id="pictures">{frame.text("product-pictures")}</h2>
            {(count == 0).then(|| view! { <p class="quiet">{frame.text("product-pictures-empty")}</p> })}
            <ul class="gallery">{pictures.collect_view()}</ul>
            {upload}
        </section>
    }
    .into_any()
}

/// A small button with a sign, named for those who do not see it.
fn turn(action: &str, sign: &'static str, name: String) -> AnyView {
    view! {
        <form method="post" action=action.to_owned()><button class="icon" aria-label=name>{sign}</button></form>
    }
    .into_any()
}

fn life(frame: &Frame, product: &ProductView, address: &str) -> AnyView {
    let t = |id: &str| frame.text(id);
    let put = if product.row.archived_ms.is_some() {
        act(&format!("{address}/restore"), t("product-restore"))
    } else {
        let action = format!("{address}/archive");
        confirm(&action, t("product-archive"), t("product-archive-question"), t("product-archive-yes"))
    };
    let delete = if product.is_ordered {
        view! { <p class="quiet">{t("product-ordered")}</p> }.into_any()
    } else {
        let action = format!("{address}/delete");
        confirm(&action, t("product-delete"), t("product-delete-question"), t("product-delete-yes"))
    };
    view! { <div class="actions">{put}{delete}</div> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_translation_is_english() {
        let text = Translated { en: "Print".into(), ru: "Фото".into(), hy: String::new() };
        assert_eq!(
            [Language::En, Language::Ru, Language::Hy].map(|language| text.get(language)),
            ["Print", "Фото", "Print"]
        );
    }
}
