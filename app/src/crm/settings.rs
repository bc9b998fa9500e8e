//! `/admin/settings`: what an operator changes while the server runs, and what was chosen when it was started.

use leptos::prelude::*;

use super::{page, parts::facts};
use crate::{
    form::{self, FormState, Input},
    frame::Frame,
    language::Language,
};

/// What may be chosen.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// Names of the IANA time zone database.
    pub zones: Vec<String>,
    /// Codes of the currencies in use.
    pub currencies: Vec<String>,
}

/// What was chosen when the server was started.
#[derive(Clone, Debug, Default)]
pub struct Started {
    /// The address that printed codes hold.
    pub public_url: String,
    /// Where mails go: `smtp`, `folder` or `log`.
    pub outlet: &'static str,
    /// Whom mails are from.
    pub mail_from: String,
    /// The database: `sqlite` or `postgres`.
    pub database: &'static str,
    /// Where files are: `folder` or `bucket`.
    pub storage: &'static str,
    /// Hours that a trial works; `None` where there are no trials.
    pub trial_hours: Option<i64>,
    /// Days that removed living photos can be brought back.
    pub trash_days: i64,
}

/// The page.
#[must_use]
pub fn settings(frame: &Frame, choices: &Choices, started: &Started, form: &FormState) -> String {
    page(frame, &frame.text("nav-settings"), || {
        view! {
            {edit(frame, choices, form)}
            {told(frame, started)}
        }
        .into_any()
    })
}

fn edit(frame: &Frame, choices: &Choices, form: &FormState) -> AnyView {
    let t = |id: &str| frame.text(id);
    let chosen = |names: &[String], field: &str| {
        let mut options: Vec<(String, String)> = names.iter().map(|name| (name.clone(), name.clone())).collect();
        if !names.iter().any(|name| name == form.value(field)) {
            options.insert(0, (String::new(), t("order-choose-status")));
        }
        options
    };
    let languages = Language::ALL.map(|language| (language.code().to_owned(), language.own_name().to_owned()));
    let warn = Input::of("number", "warn_hours", t("settings-warn-hours")).required().hint(t("settings-warn-hint"));
    view! {
        <form method="post" action="/admin/settings">
            {form::summary(form)}
            <input type="hidden" name="seen" value=form.value("seen").to_owned()/>
            <section class="sheet" aria-labelledby="shop">
                <h2 id="shop">{t("nav-shop")}</h2>
                <div class="fields">
                    {form::input(form, Input::text("shop_name", t("settings-shop-name")).required().hint(t("settings-shop-hint")))}
                    {form::input(form, Input::of("email", "contact_email", t("settings-contact-email")).hint(t("settings-email-hint")))}
                    {form::input(form, Input::of("tel", "contact_phone", t("settings-contact-phone")))}
                    {form::select(form, "zone", t("settings-zone"), chosen(&choices.zones, "zone"))}
                    {form::select(form, "language", t("settings-language"), languages.into())}
                </div>
            </section>
            <section class="sheet" aria-labelledby="ar">
                <h2 id="ar">{t("nav-projects")}</h2>
                <div class="fields">
                    {form::input(form, Input::of("decimal", "ar_price", t("settings-ar-price")).required().hint(t("settings-ar-hint")))}
                    {form::select(form, "ar_currency", t("settings-ar-currency"), chosen(&choices.currencies, "ar_currency"))}
                    {form::input(form, warn)}
                </div>
            </section>
            <button class="button primary">{t("save")}</button>
        </form>
    }
    .into_any()
}

fn told(frame: &Frame, started: &Started) -> AnyView {
    let t = |id: &str| frame.text(id);
    let language = frame.format.language();
    let trial = started.trial_hours.map_or_else(
        || t("settings-no-trials"),
        |hours| language.text_with("settings-hours", &[("hours", hours.into())]),
    );
    let trash = language.text_with("days", &[("days", started.trash_days.into())]);
    let lines = vec![
        (t("settings-public-url"), view! { <code>{started.public_url.clone()}</code> }.into_any()),
        (t("settings-outlet"), t(&format!("settings-outlet-{}", started.outlet)).into_any()),
        (t("settings-mail-from"), view! { <code>{started.mail_from.clone()}</code> }.into_any()),
        (t("settings-database"), t(&format!("settings-database-{}", started.database)).into_any()),
        (t("settings-storage"), t(&format!("settings-storage-{}", started.storage)).into_any()),
        (t("settings-trial"), trial.into_any()),
        (t("settings-trash"), trash.into_any()),
    ];
    view! {
        <section class="sheet" aria-labelledby="started">
            <h2 id="started">{t("settings-started")}</h2>
            <p class="quiet">{t("settings-started-lead")}</p>
            {facts(lines)}
        </section>
    }
    .into_any()
}
