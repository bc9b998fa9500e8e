//! `/admin/currencies`: the currencies, their rates by hand or from a table, the base.

use leptos::prelude::*;

use super::{
    page,
    parts::{Column, act, badge, confirm, facts, table, time},
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

/// A rate that was in force once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateRow {
    /// Its id.
    pub id: String,
    /// The base currency then.
    pub base: String,
    /// Units for one of the base, a decimal.
    pub rate: String,
    /// Where it came from.
    pub source: String,
    /// From when on, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Who set it; `None` for what happens by itself.
    pub who: Option<String>,
}

/// What a rate becomes with another base; `None` stays without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebased {
    /// ISO 4217.
    pub code: String,
    /// Units for one of the base as it is.
    pub before: Option<String>,
    /// Units for one of the base to come.
    pub after: Option<String>,
}

/// A line of a table of rates that is to be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportLine {
    /// Its number in the table, from 1.
    pub number: u64,
    /// What it says.
    pub code: String,
    /// The rate until now.
    pub before: Option<String>,
    /// The rate to come, as it stands in the table where it can't be understood.
    pub after: String,
    /// By how much it changes, in hundredths of a per cent.
    pub change: Option<i64>,
    /// Id of the text that says what is wrong.
    pub problem: Option<&'static str>,
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
        let import = frame.may(Permission::EditCurrencies).then(|| {
            view! { <p><a class="button" href="/admin/currencies/import">{t("currency-import")}</a></p> }
        });
        view! {
            {import}
            {table(frame, &list, columns, rows, empty)}
            {frame.may(Permission::EditCurrencies).then(|| new_currency(frame, form))}
        }
        .into_any()
    })
}

/// What the reader calls it; in English where there is no text for it.
fn called(frame: &Frame, currency: &CurrencyRow) -> String {
    let id = format!("currency-called-{}", currency.code.to_ascii_lowercase());
    frame.format.language().find(&id).unwrap_or_else(|| currency.name.clone())
}

fn row(frame: &Frame, currency: CurrencyRow) -> Vec<AnyView> {
    let state = state(frame, &currency);
    let rate = rate(frame, currency.rate.as_deref());
    vec![
        view! { <a href=format!("/admin/currencies/{}", currency.code)>{currency.code.clone()}</a> }.into_any(),
        called(frame, &currency).into_any(),
        rate.into_any(),
        source(frame, &currency.rate_source).into_any(),
        time(frame, currency.updated_ms),
        state,
    ]
}

fn state(frame: &Frame, currency: &CurrencyRow) -> AnyView {
    match (currency.is_base, currency.is_active) {
        (true, _) => badge("good", frame.text("currency-base")),
        (false, true) => badge("good", frame.text("currency-active")),
        (false, false) => badge("plain", frame.text("currency-inactive")),
    }
}

fn rate(frame: &Frame, rate: Option<&str>) -> String {
    rate.map_or_else(|| frame.text("currency-no-rate"), |rate| frame.format.written(rate))
}

/// Where a rate comes from: one of the ways that are ours, or what somebody wrote.
fn source(frame: &Frame, source: &str) -> String {
    let ours = ["manual", "csv", "base"].contains(&source);
    if ours { frame.text(&format!("currency-source-{source}")) } else { source.to_owned() }
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

/// One currency: its rate, whether it is in use, and every rate it had.
#[must_use]
pub fn detail(
    frame: &Frame,
    currency: &CurrencyRow,
    base: &str,
    form: &FormState,
    history: Vec<RateRow>,
    list: &Listing,
) -> String {
    let t = |id: &str| frame.text(id);
    let title = format!("{} · {}", currency.code, called(frame, currency));
    page(frame, &title, || {
        let about = facts(vec![
            (t("state"), state(frame, currency)),
            (t("currency-rate"), rate(frame, currency.rate.as_deref()).into_any()),
            (t("currency-source"), source(frame, &currency.rate_source).into_any()),
            (t("currency-since"), time(frame, currency.updated_ms)),
            (t("currency-digits"), frame.format.number(i64::from(currency.minor_digits)).into_any()),
        ]);
        let columns = vec![
            Column::text(t("currency-time")),
            Column::number(t("currency-rate")),
            Column::text(t("currency-base-then")),
            Column::text(t("currency-source")),
            Column::text(t("currency-who")),
        ];
        let rows = history.into_iter().map(|entry| {
            vec![
                time(frame, entry.at_ms),
                frame.format.written(&entry.rate).into_any(),
                entry.base.into_any(),
                source(frame, &entry.source).into_any(),
                entry.who.unwrap_or_else(|| "Kinora".to_owned()).into_any(),
            ]
        });
        let empty = view! { <p>{t("currency-history-empty")}</p> }.into_any();
        let may = frame.may(Permission::EditCurrencies);
        view! {
            <p><a href="/admin/currencies">{t("currency-all")}</a></p>
            {form::summary(form)}
            <div class="columns">
                <section class="sheet" aria-labelledby="about">
                    <h2 id="about">{t("currency-about")}</h2>
                    {about}
                    {may.then(|| actions(frame, currency))}
                </section>
                {(may && !currency.is_base).then(|| rate_form(frame, currency, base, form))}
            </div>
            <section aria-labelledby="history">
                <h2 id="history">{t("currency-history")}</h2>
                {table(frame, list, columns, rows.collect(), empty)}
            </section>
        }
        .into_any()
    })
}

fn actions(frame: &Frame, currency: &CurrencyRow) -> AnyView {
    if currency.is_base {
        return view! { <p class="quiet">{frame.text("currency-base-hint")}</p> }.into_any();
    }
    if currency.rate.is_none() {
        return view! { <p class="quiet">{frame.text("currency-needs-rate")}</p> }.into_any();
    }
    let address = format!("/admin/currencies/{}", currency.code);
    let use_it = if currency.is_active {
        let question = frame.text("currency-deactivate-question");
        confirm(
            &format!("{address}/deactivate"),
            frame.text("currency-deactivate"),
            question,
            frame.text("currency-deactivate-yes"),
        )
    } else {
        act(&format!("{address}/activate"), frame.text("currency-activate"))
    };
    view! {
        <div class="actions">
            {use_it}
            <a class="button" href=format!("{address}/base")>{frame.text("currency-make-base")}</a>
        </div>
    }
    .into_any()
}

fn rate_form(frame: &Frame, currency: &CurrencyRow, base: &str, form: &FormState) -> AnyView {
    let arguments = [("code", currency.code.clone().into()), ("base", base.to_owned().into())];
    let label = frame.format.language().text_with("currency-rate-of", &arguments);
    let rate = Input::of("decimal", "rate", label).required().hint(frame.text("currency-rate-digits"));
    let from = Input::text("source", frame.text("currency-source")).hint(frame.text("currency-source-hint"));
    view! {
        <section class="sheet" aria-labelledby="rate-title">
            <h2 id="rate-title">{frame.text("currency-new-rate")}</h2>
            <form method="post" action=format!("/admin/currencies/{}", currency.code)>
                <input type="hidden" name="base" value=base.to_owned()/>
                {form::input(form, rate)}
                {form::input(form, from)}
                <button class="button primary">{frame.text("save")}</button>
            </form>
        </section>
    }
    .into_any()
}

/// Where a table of rates is handed in.
#[must_use]
pub fn import(frame: &Frame, base: &str, form: &FormState) -> String {
    page(frame, &frame.text("currency-import"), || {
        view! { <p><a href="/admin/currencies">{frame.text("currency-all")}</a></p> {import_form(frame, base, form)} }
            .into_any()
    })
}

fn import_form(frame: &Frame, base: &str, form: &FormState) -> AnyView {
    let t = |id: &str| frame.text(id);
    let lead = frame.format.language().text_with("currency-import-lead", &[("base", base.to_owned().into())]);
    view! {
        <section class="sheet" aria-label=t("currency-import")>
            {form::summary(form)}
            <p>{lead}</p>
            <pre><code>"code,rate\nAMD,387.5\nRUB,81.2"</code></pre>
            <form method="post" action="/admin/currencies/import" enctype="multipart/form-data">
                {form::input(form, Input::of("file", "file", t("currency-import-file")).hint(t("currency-import-size")))}
                {form::area(form, "csv", t("currency-import-text"), 8)}
                <button class="button primary">{t("currency-import-look")}</button>
            </form>
        </section>
    }
    .into_any()
}

/// What a table of rates would do; nothing is written yet.
#[must_use]
pub fn import_preview(frame: &Frame, base: &str, form: &FormState, lines: Vec<ImportLine>) -> String {
    let t = |id: &str| frame.text(id);
    page(frame, &t("currency-import"), || {
        let is_good = form.problem.is_none();
        let csv = form.value("csv").to_owned();
        let columns = vec![
            Column::text(t("currency-import-line")),
            Column::text(t("currency-code")),
            Column::number(t("currency-rate-before")),
            Column::number(t("currency-rate-after")),
            Column::number(t("currency-change")),
            Column::text(t("state")),
        ];
        let rows = lines.into_iter().map(|line| import_row(frame, line)).collect();
        let list = Listing { path: "/admin/currencies/import".to_owned(), ..Listing::default() };
        let empty = view! { <p>{t("currency-import-empty")}</p> }.into_any();
        let next = if is_good {
            view! {
                <form method="post" action="/admin/currencies/import/confirm">
                    <input type="hidden" name="base" value=base.to_owned()/>
                    <input type="hidden" name="csv" value=csv/>
                    <div class="buttons">
                        <button class="button primary">{t("currency-import-write")}</button>
                        <a class="button" href="/admin/currencies">{t("currency-cancel")}</a>
                    </div>
                </form>
            }
            .into_any()
        } else {
            import_form(frame, base, form)
        };
        let lead = if is_good { "currency-import-check" } else { "currency-import-nothing" };
        view! { <p class="lead">{t(lead)}</p> {table(frame, &list, columns, rows, empty)} {next} }.into_any()
    })
}

fn import_row(frame: &Frame, line: ImportLine) -> Vec<AnyView> {
    let ImportLine { number, code, before, after, change, problem } = line;
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    let change = change.map_or_else(String::new, |hundredths| frame.format.per_cent(hundredths));
    let after = if problem.is_some() { after } else { frame.format.written(&after) };
    let state = match problem {
        Some(problem) => view! { <span class="problem">{frame.text(problem)}</span> }.into_any(),
        None => badge("good", frame.text("currency-import-good")),
    };
    vec![
        frame.format.number(number).into_any(),
        code.into_any(),
        before.map_or_else(String::new, |rate| frame.format.written(&rate)).into_any(),
        after.into_any(),
        change.into_any(),
        state,
    ]
}

/// What another base currency would do; nothing is changed yet. `rates` is `None` where it can't be done.
#[must_use]
pub fn base_preview(
    frame: &Frame,
    currency: &CurrencyRow,
    base: &str,
    seen: &str,
    rates: Option<Vec<Rebased>>,
    form: &FormState,
) -> String {
    let t = |id: &str| frame.text(id);
    let language = frame.format.language();
    let arguments = [("from", base.to_owned().into()), ("to", currency.code.clone().into())];
    page(frame, &language.text_with("currency-rebase-title", &[("code", currency.code.clone().into())]), || {
        let back = format!("/admin/currencies/{}", currency.code);
        let Some(rates) = rates else {
            return view! {
                <p class="notice error" role="alert">{t("currency-rebase-impossible")}</p>
                <p><a class="button" href=back>{t("currency-cancel")}</a></p>
            }
            .into_any();
        };
        let columns = vec![
            Column::text(t("currency-code")),
            Column::number(language.text_with("currency-for-one", &[("code", base.to_owned().into())])),
            Column::number(language.text_with("currency-for-one", &[("code", currency.code.clone().into())])),
        ];
        let rows = rates.into_iter().map(|rebased| {
            let written = |text: Option<&str>| rate(frame, text).into_any();
            vec![rebased.code.into_any(), written(rebased.before.as_deref()), written(rebased.after.as_deref())]
        });
        let action = format!("{back}/base");
        let list = Listing { path: action.clone(), ..Listing::default() };
        let empty = view! { <p>{t("currencies-empty")}</p> }.into_any();
        view! {
            {form::summary(form)}
            <p class="lead">{language.text_with("currency-rebase-lead", &arguments)}</p>
            <p>{t("currency-rebase-orders")}</p>
            {table(frame, &list, columns, rows.collect(), empty)}
            <form method="post" action=action>
                <input type="hidden" name="base" value=base.to_owned()/>
                <input type="hidden" name="seen" value=seen.to_owned()/>
                <div class="buttons">
                    <button class="button danger">{language.text_with("currency-rebase-yes", &arguments)}</button>
                    <a class="button" href=back>{t("currency-cancel")}</a>
                </div>
            </form>
        }
        .into_any()
    })
}
