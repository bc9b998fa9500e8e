//! `/account`: everybody's own. Staff see it in the CRM's frame, customers in that of their other pages.

use leptos::prelude::*;

use super::mine;
use crate::{
    crm::{
        self,
        parts::{act, badge, facts},
        users::{Person, SessionLine, language, session_list},
    },
    form::{self, FormState, Input},
    frame::{Frame, Head, public},
};

fn page(frame: &Frame, title: &str, content: impl FnOnce() -> AnyView) -> String {
    let title = frame.text(title);
    if frame.staff.is_some() {
        return crm::page(frame, &title, content);
    }
    let head = Head { title: format!("{title} · Kinora"), ..Head::default() };
    public(frame, head, || view! { {mine::links(frame)} <h1>{title}</h1> {content()} }.into_any())
}

/// The account as its owner sees it.
#[must_use]
pub fn account(frame: &Frame, person: &Person, sessions: Vec<SessionLine>, form: &FormState) -> String {
    let t = |id: &str| frame.text(id);
    page(frame, "people-account", || {
        let has_others = sessions.iter().any(|session| !session.is_this);
        let current = Input::of("password", "current", t("people-password-current"));
        let new = Input::of("password", "password", t("password-new"));
        let new = new.required().autocomplete("new-password").hint(t("password-hint"));
        // Staff find it above every page.
        let logout = frame.staff.is_none().then(|| act("/logout", t("logout")));
        view! {
            {form::summary(form)}
            <section class="card" aria-labelledby="profile">
                <h2 id="profile">{t("people-profile")}</h2>
                {facts(vec![(t("people-account-mail"), person.email.clone().into_any())])}
                <form class="narrow" method="post" action="/account">
                    {form::input(form, Input::text("name", t("people-name")).required().autocomplete("name"))}
                    {language(frame, form)}
                    <button class="button primary">{t("save")}</button>
                </form>
                {logout}
            </section>
            <section class="card" aria-labelledby="password-title">
                <h2 id="password-title">{t("people-password-title")}</h2>
                <p>{t("people-password-lead")}</p>
                <form class="narrow" method="post" action="/account/password">
                    {form::input(form, current.required().autocomplete("current-password"))}
                    {form::input(form, new)}
                    <button class="button primary">{t("people-password-set")}</button>
                </form>
            </section>
            {factor(frame, person, form)}
            <section class="card" aria-labelledby="sessions">
                <h2 id="sessions">{t("people-sessions")}</h2>
                {has_others.then(|| act("/account/sessions", t("people-sessions-others")))}
                {session_list(frame, "/account/sessions", sessions)}
            </section>
        }
        .into_any()
    })
}

fn factor(frame: &Frame, person: &Person, form: &FormState) -> AnyView {
    let t = |id: &str| frame.text(id);
    let password = Input::of("password", "factor_password", t("people-password-current"));
    let (tone, state, lead, action, button) = if person.has_factor {
        ("good", "people-on", "people-factor-is-on", "/account/second-factor/off", "people-factor-end")
    } else {
        ("plain", "people-off", "people-factor-lead", "/account/second-factor/begin", "people-factor-begin")
    };
    let class = if person.has_factor { "button danger" } else { "button primary" };
    view! {
        <section class="card" aria-labelledby="factor">
            <h2 id="factor">{t("people-factor")} " " {badge(tone, t(state))}</h2>
            <p>{t(lead)}</p>
            <p>{t("people-factor-lost")}</p>
            <form class="narrow" method="post" action=action>
                {form::input(form, password.required().autocomplete("current-password"))}
                <button class=class>{t(button)}</button>
            </form>
        </section>
    }
    .into_any()
}

/// `/account/second-factor`: the key for the app, as `svg` of its QR code, as text and as a link; and the code that proves that
/// the app has it.
#[must_use]
pub fn second_factor(frame: &Frame, svg: String, key: &str, link: String, form: &FormState) -> String {
    let t = |id: &str| frame.text(id);
    page(frame, "people-factor-title", || {
        let code = Input::text("code", t("people-factor-code")).required().autocomplete("one-time-code");
        // In groups, as it is read and typed; apps take it so.
        let letters: Vec<char> = key.chars().collect();
        let key: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
        view! {
            <section aria-label=t("people-factor-title")>
                <p>{t("people-factor-scan")}</p>
                <div class="qr" role="img" aria-label=t("people-factor-qr") inner_html=svg></div>
                <p><a class="tall" href=link>{t("people-factor-open")}</a></p>
                {facts(vec![(t("people-factor-key"), view! { <code>{key.join(" ")}</code> }.into_any())])}
                <form class="narrow" method="post" action="/account/second-factor">
                    {form::summary(form)}
                    {form::input(form, code)}
                    <div class="buttons">
                        <button class="button primary">{t("people-factor-confirm")}</button>
                        <a class="button" href="/account">{t("people-factor-cancel")}</a>
                    </div>
                </form>
                <p>{t("people-factor-lost")}</p>
            </section>
        }
        .into_any()
    })
}
