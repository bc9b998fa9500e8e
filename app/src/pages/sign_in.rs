//! Getting in: log in, the second factor, sign up, a forgotten password.

use leptos::prelude::*;

use crate::{
    form::{self, FormState, Input},
    frame::{Frame, Head, public},
};

/// `/login`; `next` is where it leads.
#[must_use]
pub fn login(frame: &Frame, form: &FormState) -> String {
    let t = |id: &str| frame.text(id);
    small(frame, "login-title", || {
        view! {
            <form method="post" action="/login">
                {form::summary(form)}
                <input type="hidden" name="next" value=form.value("next").to_owned()/>
                {form::input(form, Input::of("email", "email", t("email")).required().autocomplete("username"))}
                {form::input(form, Input::of("password", "password", t("password")).required().autocomplete("current-password"))}
                <button class="button primary">{t("login")}</button>
            </form>
            <p><a href="/password">{t("password-forgotten")}</a></p>
            <p>{t("signup-question")} " " <a href="/signup">{t("signup")}</a></p>
        }
        .into_any()
    })
}

/// `/login/code`.
#[must_use]
pub fn code(frame: &Frame, form: &FormState) -> String {
    let t = |id: &str| frame.text(id);
    small(frame, "login-code-title", || {
        let field =
            Input::text("code", t("login-code")).required().autocomplete("one-time-code").hint(t("login-code-hint"));
        view! {
            <form method="post" action="/login/code">
                {form::summary(form)}
                {form::input(form, field)}
                <button class="button primary">{t("login")}</button>
            </form>
            <p><a href="/login">{t("login-again")}</a></p>
        }
        .into_any()
    })
}

/// `/signup`.
#[must_use]
pub fn signup(frame: &Frame, form: &FormState) -> String {
    let t = |id: &str| frame.text(id);
    small(frame, "signup-title", || {
        view! {
            <form method="post" action="/signup">
                {form::summary(form)}
                {form::input(form, Input::text("name", t("name")).required().autocomplete("name"))}
                {form::input(form, Input::of("email", "email", t("email")).required().autocomplete("username"))}
                {form::input(form, new_password(frame))}
                {form::tick(form, "consent", t("consent"))}
                <button class="button primary">{t("signup")}</button>
            </form>
        }
        .into_any()
    })
}

/// `/password`: asks for a link.
#[must_use]
pub fn forgotten(frame: &Frame, form: &FormState) -> String {
    let t = |id: &str| frame.text(id);
    small(frame, "password-forgotten", || {
        view! {
            <p>{t("password-forgotten-lead")}</p>
            <form method="post" action="/password">
                {form::summary(form)}
                {form::input(form, Input::of("email", "email", t("email")).required().autocomplete("username"))}
                <button class="button primary">{t("password-send-link")}</button>
            </form>
        }
        .into_any()
    })
}

/// `/password/{token}`: chooses a new one.
#[must_use]
pub fn reset(frame: &Frame, form: &FormState) -> String {
    let t = |id: &str| frame.text(id);
    small(frame, "password-new-title", || {
        view! {
            <form method="post" action=frame.place().to_owned()>
                {form::summary(form)}
                {form::input(form, new_password(frame))}
                <button class="button primary">{t("password-set")}</button>
            </form>
        }
        .into_any()
    })
}

/// Something that is only said.
#[must_use]
pub fn message(frame: &Frame, title: &str, text: &str) -> String {
    let words = frame.text(text);
    small(frame, title, || view! { <p class="lead">{words}</p> }.into_any())
}

fn new_password(frame: &Frame) -> Input {
    let field = Input::of("password", "password", frame.text("password-new"));
    field.required().autocomplete("new-password").hint(frame.text("password-hint"))
}

fn small(frame: &Frame, title: &str, content: impl FnOnce() -> AnyView) -> String {
    let title = frame.text(title);
    let head = Head { title: format!("{title} · Kinora"), ..Head::default() };
    public(frame, head, || view! { <div class="narrow"><h1>{title}</h1>{content()}</div> }.into_any())
}
