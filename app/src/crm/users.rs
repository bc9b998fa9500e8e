//! `/admin/users`: who works here, and as what. And what accounts have in common: sessions, the choice of a language.

use leptos::prelude::*;

use super::{
    customers::Deed,
    page,
    parts::{Column, Filter, act, badge, confirm, facts, filters, table, time},
};
use crate::{
    form::{self, FormState, Input},
    frame::Frame,
    language::Language,
    listing::Listing,
    permissions::Role,
};

/// Somebody who has an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The account's id.
    pub id: String,
    /// Lower case.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// What they work as.
    pub role: Role,
    /// Whether they have chosen a password.
    pub has_password: bool,
    /// Whether logging in asks for a code as well.
    pub has_factor: bool,
    /// Whether they may log in.
    pub is_active: bool,
    /// Whether there were too many wrong passwords just now.
    pub is_locked: bool,
    /// Since when there is the account, milliseconds since 1970 UTC.
    pub created_ms: i64,
    /// When they logged in last.
    pub seen_ms: Option<i64>,
}

/// A browser in which somebody is logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionLine {
    /// What the session is addressed by.
    pub id: String,
    /// What the browser says it is.
    pub agent: String,
    /// Since when, milliseconds since 1970 UTC.
    pub created_ms: i64,
    /// Last used.
    pub seen_ms: i64,
    /// Whether it is the reader's own.
    pub is_this: bool,
}

/// Everything that the page of one of the staff shows.
#[derive(Clone, Debug)]
pub struct Record {
    /// Who.
    pub person: Person,
    /// Whether it is the reader.
    pub is_self: bool,
    /// Last used first.
    pub sessions: Vec<SessionLine>,
    /// Last first; of a field that is true or false, the words `true` and `false`.
    pub history: Vec<Deed>,
}

/// The list.
#[must_use]
pub fn list(frame: &Frame, list: &Listing, people: Vec<Person>) -> String {
    let t = |id: &str| frame.text(id);
    page(frame, &t("nav-users"), || {
        let columns = ["name", "email", "role", "factor", "seen"];
        let columns = columns.map(|column| Column::text(t(&format!("people-{column}"))));
        let columns = columns.into_iter().chain([Column::text(t("state"))]).collect();
        let role = Filter::Choice { name: "role", label: t("people-role"), choices: roles(frame) };
        let empty = view! { <p>{t("people-empty")}</p> }.into_any();
        view! {
            <p><a class="button primary" href="/admin/users/new">{t("people-invite")}</a></p>
            {filters(frame, list, Some(t("people-search")), vec![role])}
            {table(frame, list, columns, people.into_iter().map(|person| row(frame, person)).collect(), empty)}
        }
        .into_any()
    })
}

fn row(frame: &Frame, person: Person) -> Vec<AnyView> {
    vec![
        view! { <a href=format!("/admin/users/{}", person.id)>{person.name.clone()}</a> }.into_any(),
        person.email.clone().into_any(),
        frame.text(&format!("role-{}", person.role.name())).into_any(),
        factor(frame, &person),
        seen(frame, &person),
        state(frame, &person),
    ]
}

fn roles(frame: &Frame) -> Vec<(String, String)> {
    let staff = Role::ALL.into_iter().filter(|role| role.is_staff());
    staff.map(|role| (role.name().to_owned(), frame.text(&format!("role-{}", role.name())))).collect()
}

fn factor(frame: &Frame, person: &Person) -> AnyView {
    if person.has_factor { badge("good", frame.text("people-on")) } else { badge("plain", frame.text("people-off")) }
}

fn seen(frame: &Frame, person: &Person) -> AnyView {
    match person.seen_ms {
        Some(ms) => time(frame, ms),
        None => frame.text("people-never").into_any(),
    }
}

fn state(frame: &Frame, person: &Person) -> AnyView {
    let (tone, text) = match person {
        Person { is_active: false, .. } => ("plain", "people-state-inactive"),
        Person { is_locked: true, .. } => ("bad", "people-state-locked"),
        Person { has_password: false, .. } => ("busy", "people-state-invited"),
        _ => ("good", "people-state-active"),
    };
    badge(tone, frame.text(text))
}

/// `/admin/users/new`.
#[must_use]
pub fn invite(frame: &Frame, form: &FormState) -> String {
    let t = |id: &str| frame.text(id);
    page(frame, &t("people-invite"), || {
        view! {
            <p><a class="tall" href="/admin/users">{t("people-all")}</a></p>
            <div class="sheet">
                <p>{t("people-invite-lead")}</p>
                <form class="narrow" method="post" action="/admin/users">
                    {form::summary(form)}
                    {form::input(form, Input::text("name", t("people-name")).required().autocomplete("off"))}
                    {form::input(form, Input::of("email", "email", t("people-email")).required().autocomplete("off"))}
                    {form::select(form, "role", t("people-role"), roles(frame))}
                    {language(frame, form)}
                    <button class="button primary">{t("people-invite-send")}</button>
                </form>
            </div>
        }
        .into_any()
    })
}

/// The choice of the language in which somebody is spoken to.
pub(crate) fn language(frame: &Frame, form: &FormState) -> AnyView {
    let any = [(String::new(), frame.text("people-language-any"))].into_iter();
    let languages = Language::ALL.map(|language| (language.code().to_owned(), language.own_name().to_owned()));
    form::select(form, "language", frame.text("people-language"), any.chain(languages).collect())
}

/// One of the staff.
#[must_use]
pub fn detail(frame: &Frame, record: Record, form: &FormState) -> String {
    let t = |id: &str| frame.text(id);
    let name = record.person.name.clone();
    page(frame, &name, || {
        let Record { person, is_self, sessions, history } = record;
        let address = format!("/admin/users/{}", person.id);
        let own = is_self.then(|| {
            view! { <p class="notice">{t("people-own")} " " <a href="/account">{t("people-own-link")}</a></p> }
        });
        let end = format!("{address}/sessions");
        view! {
            <p><a class="tall" href="/admin/users">{t("people-all")}</a></p>
            {own}
            {form::summary(form)}
            <div class="columns">
                <section class="sheet" aria-labelledby="about">
                    <h2 id="about">{t("people-about")}</h2>
                    {about(frame, &person)}
                    <div class="actions">
                        {actions(frame, &address, &person, is_self)}
                        {access(frame, &address, &person, is_self, form)}
                    </div>
                </section>
                <section class="sheet" aria-labelledby="profile">
                    <h2 id="profile">{t("people-profile")}</h2>
                    <form method="post" action=address.clone()>
                        {form::input(form, Input::text("name", t("people-name")).required().autocomplete("off"))}
                        {language(frame, form)}
                        <button class="button primary">{t("save")}</button>
                    </form>
                </section>
                {role(frame, &address, is_self, form)}
            </div>
            <section aria-labelledby="sessions">
                <h2 id="sessions">{t("people-sessions")}</h2>
                {(!sessions.is_empty()).then(|| act(&end, t("people-sessions-end")))}
                {session_list(frame, &end, sessions)}
            </section>
            {history_of(frame, history)}
        }
        .into_any()
    })
}

fn about(frame: &Frame, person: &Person) -> AnyView {
    facts(vec![
        (frame.text("people-email"), person.email.clone().into_any()),
        (frame.text("state"), state(frame, person)),
        (frame.text("people-factor"), factor(frame, person)),
        (frame.text("people-since"), time(frame, person.created_ms)),
        (frame.text("people-seen"), seen(frame, person)),
    ])
}

fn actions(frame: &Frame, address: &str, person: &Person, is_self: bool) -> AnyView {
    let t = |id: &str| frame.text(id);
    let link = if person.has_password { "people-link-password" } else { "people-link-invitation" };
    view! {
        {person.is_active.then(|| act(&format!("{address}/link"), t(link)))}
        {person.is_locked.then(|| act(&format!("{address}/unlock"), t("people-unlock")))}
        {(person.has_factor && !is_self).then(|| confirm(
            &format!("{address}/second-factor"),
            t("people-factor-drop"),
            t("people-factor-drop-question"),
            t("people-factor-drop-yes"),
        ))}
        {(!person.is_active).then(|| act(&format!("{address}/activate"), t("people-activate")))}
    }
    .into_any()
}

/// What is wrong with a box that is to be ticked, or with a button.
fn problem(form: &FormState, name: &str) -> Option<AnyView> {
    let words = form.problems.get(name).cloned();
    words.map(|words| view! { <p class="problem" role="alert">{words}</p> }.into_any())
}

/// The question before somebody is deactivated; whoever asks for it on their own account says that they mean it.
fn access(frame: &Frame, address: &str, person: &Person, is_self: bool, form: &FormState) -> Option<AnyView> {
    let t = |id: &str| frame.text(id);
    let is_refused = form.problems.contains_key("leave");
    person.is_active.then(|| {
        view! {
            <details class="confirm" open=is_refused>
                <summary class="button danger">{t("people-deactivate")}</summary>
                <form method="post" action=format!("{address}/deactivate")>
                    <p>{t("people-deactivate-question")}</p>
                    {is_self.then(|| form::tick(form, "leave", t("people-leave-sure")))}
                    {problem(form, "leave")}
                    <button class="button danger">{t("people-deactivate-yes")}</button>
                </form>
            </details>
        }
        .into_any()
    })
}

fn role(frame: &Frame, address: &str, is_self: bool, form: &FormState) -> AnyView {
    let t = |id: &str| frame.text(id);
    view! {
        <section class="sheet" aria-labelledby="role-title">
            <h2 id="role-title">{t("people-role")}</h2>
            <form method="post" action=format!("{address}/role")>
                <p class="quiet">{t("people-role-lead")}</p>
                {form::select(form, "role", t("people-role"), roles(frame))}
                {is_self.then(|| form::tick(form, "sure", t("people-own-sure")))}
                {problem(form, "sure")}
                <button class="button primary">{t("people-role-set")}</button>
            </form>
        </section>
    }
    .into_any()
}

/// The browsers in which somebody is logged in; each is logged out at its id below `address`.
pub(crate) fn session_list(frame: &Frame, address: &str, sessions: Vec<SessionLine>) -> AnyView {
    if sessions.is_empty() {
        return view! { <p>{frame.text("people-sessions-empty")}</p> }.into_any();
    }
    let cards = sessions.into_iter().map(|session| {
        let browser = browser(frame, &session.agent);
        let end = frame.text_with("people-session-end-of", &[("browser", browser.clone().into())]);
        view! {
            <li class="card">
                <p>
                    <strong>{browser}</strong>
                    {session.is_this.then(|| view! { " " {badge("good", frame.text("people-session-this"))} })}
                </p>
                <p class="quiet">
                    {frame.text("people-session-since")} " " {time(frame, session.created_ms)} " · "
                    {frame.text("people-session-used")} " " {time(frame, session.seen_ms)}
                </p>
                {(!session.is_this).then(|| view! {
                    <form method="post" action=format!("{address}/{}", session.id)>
                        <button class="button" aria-label=end>{frame.text("people-session-end")}</button>
                    </form>
                })}
            </li>
        }
    });
    view! { <ul class="cards">{cards.collect_view()}</ul> }.into_any()
}

/// How browsers are told apart by what they say of themselves; most say that they are others too, so the order counts.
const BROWSERS: [(&str, &str); 10] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser/", "Yandex Browser"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Safari/", "Safari"),
];
/// As above.
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// A browser in words, by what it says of itself.
fn browser(frame: &Frame, agent: &str) -> String {
    let known =
        |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (known(&BROWSERS), known(&SYSTEMS)) {
        (Some(browser), Some(system)) => {
            frame.text_with("people-session-browser", &[("browser", browser.into()), ("system", system.into())])
        }
        (Some(browser), None) => frame.text_with("people-session-only", &[("browser", browser.into())]),
        (None, _) => frame.text("people-session-unknown"),
    }
}

fn history_of(frame: &Frame, history: Vec<Deed>) -> AnyView {
    let entries = history.into_iter().map(|deed| {
        let did = deed.action.trim_start_matches("account.").replace('_', "-");
        let fields = deed.fields.into_iter().map(|(name, before, after)| {
            let (before, after) = (value(frame, &name, before), value(frame, &name, after));
            view! { <p>{frame.text(&format!("people-field-{name}"))} ": " <del>{before}</del> " " <ins>{after}</ins></p> }
        });
        view! {
            <li>
                <strong>{frame.text(&format!("people-did-{did}"))}</strong>
                <p class="quiet">{time(frame, deed.at_ms)} " · " {deed.actor}</p>
                {fields.collect_view()}
            </li>
        }
    });
    view! {
        <section class="sheet" aria-labelledby="history">
            <h2 id="history">{frame.text("people-history")}</h2>
            <ol class="timeline">{entries.collect_view()}</ol>
        </section>
    }
    .into_any()
}

/// A value of the log in the reader's language.
fn value(frame: &Frame, name: &str, value: String) -> String {
    match (name, value.as_str()) {
        (_, "") => value,
        ("role", _) => frame.text(&format!("role-{value}")),
        ("mail", _) => frame.text(&format!("people-mail-{value}")),
        ("language", _) => Language::parse(&value).map_or(value, |language| language.own_name().to_owned()),
        ("browser", _) => browser(frame, &value),
        (_, "true") => frame.text("people-yes"),
        (_, "false") => frame.text("people-no"),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Format;

    #[test]
    fn browsers_are_told_apart() {
        let frame = Frame {
            format: Format::new(Language::En, "UTC"),
            path: "/".to_owned(),
            assets: String::new(),
            staff: None,
            said: None,
        };
        for (agent, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 \
                 Safari/537.36 Edg/142.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile \
                 Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.5 Mobile/15E148 Safari/604.1",
                "Safari on iOS",
            ),
            ("Firefox/145.0", "Browser: Firefox"),
            ("curl/8.5.0", "Unknown browser"),
            ("", "Unknown browser"),
        ] {
            assert_eq!(browser(&frame, agent), name, "{agent}");
        }
    }
}
