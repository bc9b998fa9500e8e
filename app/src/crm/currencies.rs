//! `/admin/currencies`.

use leptos::prelude::*;

use super::{
    page,
    parts::{Column, badge, table, time},
};
use crate::{
    form::{self, FormState, Input},
    frame::Frame,
    listing::Listing,
    permissions::Permission,
};

/// A currency of the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrencyRow {
    /// ISO 4217.
    pub code: String,
    /// Its English name.
    pub name: String,
    /// Digits behind the point.
    pub minor_digits: u32,
    /// Units of it for one of the base currency, a decimal.
    pub rate: Option<String>,
    /// Where the rate comes from.
    pub rate_source: String,
    /// Since when it is as it is, milliseconds since 1970 UTC.
    pub updated_ms: i64,
    /// Whether the others' rates count from it.
    pub is_base: bool,
    /// Whether customers may choose it.
    pub is_active: bool,
}

/// The list, with a form for another one.
#[must_use]
pub fn list(frame: &Frame, currencies: Vec<CurrencyRow>, form: &FormState) -> String {
    let t = |id: &str| frame.text(id);
    page(frame, &t("nav-currencies"), || {
        let columns = vec![
            Column::text(t("currency-code")),
            Column::text(t("currency-name")),
            Column::number(t("currency-rate")),
            Column::text(t("currency-source")),
            Column::text(t("currency-since")),
            Column::text(t("state")),
        ];
        let rows = currencies.into_iter().map(|currency| row(frame, currency)).collect();
        let empty = view! { <p>{t("currencies-empty")}</p> }.into_any();
        let list = Listing { path: "/admin/currencies".to_owned(), ..Listing::default() };
        view! {
            {table(frame, &list, columns, rows, empty)}
            {frame.may(Permission::EditCurrencies).then(|| new_currency(frame, form))}
        }
        .into_any()
    })
}

fn row(frame: &Frame, currency: CurrencyRow) -> Vec<AnyView> {
    let state = match (currency.is_base, currency.is_active) {
        (true, _) => badge("good", frame.text("currency-base")),
        (false, true) => badge("plain", frame.text("currency-active")),
        (false, false) => badge("plain", frame.text("currency-inactive")),
    };
    let rate = currency.rate.unwrap_or_else(|| frame.text("currency-no-rate"));
    vec![
        view! { <a href=format!("/admin/currencies/{}", currency.code)>{currency.code.clone()}</a> }.into_any(),
        currency.name.into_any(),
        rate.into_any(),
        currency.rate_source.into_any(),
        time(frame, currency.updated_ms),
        state,
    ]
}

fn new_currency(frame: &Frame, form: &FormState) -> AnyView {
    let t = |id: &str| frame.text(id);
    view! {
        <section class="sheet" aria-labelledby="new">
            <h2 id="new">{t("currency-add")}</h2>
            <form method="post" action="/admin/currencies">
                {form::summary(form)}
                {form::input(form, Input::text("code", t("currency-code")).required().hint(t("currency-code-hint")))}
                {form::input(form, Input::of("decimal", "rate", t("currency-rate")).hint(t("currency-rate-hint")))}
                <button class="button primary">{t("add")}</button>
            </form>
        </section>
    }
    .into_any()
}
