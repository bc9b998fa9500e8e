//! `/admin/mail`: what was written to whom, whether it arrived, and once more.

use leptos::prelude::*;

use super::{
    page,
    parts::{Column, Filter, badge, facts, filters, table, time},
    things::{Thing, thing_link},
};
use crate::{
    form::{self, FormState, Input},
    frame::Frame,
    language::Language,
    listing::Listing,
    permissions::Permission,
};

/// The states of a mail, as they are stored and in the ids of texts (`mails-status-…`).
pub const STATUSES: [&str; 4] = ["queued", "sending", "sent", "failed"];

/// Most of a reason that the list shows, in characters.
const REASON_CHARS_MAX: usize = 120;

/// A mail in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailRow {
    /// Its id.
    pub id: String,
    /// What it is about, as in the ids of texts (`mails-kind-…`).
    pub kind: String,
    /// The address; empty once erased.
    pub recipient: String,
    /// One line; empty once erased.
    pub subject: String,
    /// One of [`STATUSES`].
    pub status: String,
    /// Why it was not sent, as the mail server says it; may be empty.
    pub error: String,
    /// Tries so far.
    pub attempts: i64,
    /// When it was written, milliseconds since 1970 UTC.
    pub created_ms: i64,
}

/// What a mail says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// Plain text.
    Kept(String),
    /// It holds a link that lets whoever has it in: nobody sees it.
    Secret,
    /// It was erased with everything personal of a customer.
    Erased,
}

/// A whole mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailView {
    /// As in the list.
    pub row: MailRow,
    /// What it is about.
    pub about: Thing,
    /// ISO 639-1.
    pub language: String,
    /// What it says.
    pub text: Text,
    /// When it was sent.
    pub sent_ms: Option<i64>,
}

/// Where a mail stands, in one word.
pub(crate) fn status_badge(frame: &Frame, status: &str) -> AnyView {
    let tone = match status {
        "sent" => "good",
        "failed" => "bad",
        _ => "busy",
    };
    badge(tone, frame.text(&format!("mails-status-{status}")))
}

/// The list; `kinds` are the kinds that there are.
#[must_use]
pub fn list(frame: &Frame, list: &Listing, kinds: &[&str], mails: Vec<MailRow>) -> String {
    let t = |id: &str| frame.text(id);
    page(frame, &t("nav-mail"), || {
        let columns = vec![
            Column::text(t("mails-subject")),
            Column::text(t("mails-recipient")),
            Column::text(t("mails-kind")),
            Column::text(t("state")),
            Column::number(t("mails-attempts")),
            Column::text(t("mails-written")),
        ];
        let choices = |names: &[&str], prefix: &str| {
            names.iter().map(|name| ((*name).to_owned(), t(&format!("{prefix}-{name}")))).collect()
        };
        let narrowed_by = vec![
            Filter::Choice { name: "status", label: t("state"), choices: choices(&STATUSES, "mails-status") },
            Filter::Choice { name: "kind", label: t("mails-kind"), choices: choices(kinds, "mails-kind") },
        ];
        let rows = mails.into_iter().map(|mail| row(frame, mail)).collect();
        let empty = view! { <p>{t("mails-empty")}</p> }.into_any();
        view! {
            {filters(frame, list, Some(t("mails-search")), narrowed_by)}
            {table(frame, list, columns, rows, empty)}
        }
        .into_any()
    })
}

fn row(frame: &Frame, mail: MailRow) -> Vec<AnyView> {
    let subject = subject_of(frame, &mail);
    let reason = (!mail.error.is_empty()).then(|| {
        let is_long = mail.error.chars().count() > REASON_CHARS_MAX;
        let mut reason: String = mail.error.chars().take(REASON_CHARS_MAX).collect();
        reason.extend(is_long.then_some('…'));
        view! { <p class="quiet" lang="en">{reason}</p> }
    });
    vec![
        view! { <a href=format!("/admin/mail/{}", mail.id)>{subject}</a> }.into_any(),
        mail.recipient.clone().into_any(),
        frame.text(&format!("mails-kind-{}", mail.kind)).into_any(),
        view! { <div>{status_badge(frame, &mail.status)} {reason}</div> }.into_any(),
        frame.format.number(mail.attempts).into_any(),
        time(frame, mail.created_ms),
    ]
}

fn subject_of(frame: &Frame, mail: &MailRow) -> String {
    if mail.subject.is_empty() { frame.text("mails-erased") } else { mail.subject.clone() }
}

/// A mail; `form` asks to whom it is sent once more, with what is wrong with that.
#[must_use]
pub fn detail(frame: &Frame, mail: MailView, form: &FormState) -> String {
    let t = |id: &str| frame.text(id);
    let title = subject_of(frame, &mail.row);
    page(frame, &title, || {
        let MailView { row, about, language, text, sent_ms } = mail;
        let again = frame.may(Permission::ResendMail).then(|| again(frame, &row, &text, form));
        let content = match text {
            Text::Kept(text) => view! { <p class="letter" lang=language.clone()>{text}</p> }.into_any(),
            Text::Secret => view! { <p class="quiet">{t("mails-secret")}</p> }.into_any(),
            Text::Erased => view! { <p class="quiet">{t("mails-erased-lead")}</p> }.into_any(),
        };
        let mut lines = vec![
            (t("state"), status_badge(frame, &row.status)),
            (t("mails-recipient"), row.recipient.clone().into_any()),
            (t("mails-kind"), t(&format!("mails-kind-{}", row.kind)).into_any()),
            (t("mails-about"), thing_link(frame, &about)),
            (t("order-language"), Language::parse(&language).map_or("", Language::own_name).into_any()),
            (t("mails-written"), time(frame, row.created_ms)),
        ];
        lines.extend(sent_ms.map(|at| (t("mails-sent"), time(frame, at))));
        lines.push((t("mails-attempts"), frame.format.number(row.attempts).into_any()));
        if !row.error.is_empty() {
            lines.push((t("mails-reason"), view! { <span lang="en">{row.error.clone()}</span> }.into_any()));
        }
        view! {
            <p><a class="tall" href="/admin/mail">{t("mails-all")}</a></p>
            {form::summary(form)}
            <div class="columns">
                <section class="sheet" aria-labelledby="text">
                    <h2 id="text">{t("mails-text")}</h2>
                    {content}
                </section>
                <div>
                    <section class="sheet" aria-labelledby="about">
                        <h2 id="about">{t("mails-way")}</h2>
                        {facts(lines)}
                    </section>
                    {again}
                </div>
            </div>
        }
        .into_any()
    })
}

/// The form that sends it once more, or why there is none.
fn again(frame: &Frame, mail: &MailRow, text: &Text, form: &FormState) -> AnyView {
    let t = |id: &str| frame.text(id);
    let content = match (text, mail.status.as_str()) {
        (Text::Erased, _) => return ().into_any(),
        (Text::Secret, _) => view! { <p>{t("mails-secret-instead")}</p> }.into_any(),
        (Text::Kept(_), "queued" | "sending") => view! { <p>{t("mails-waits")}</p> }.into_any(),
        (Text::Kept(_), _) => {
            let recipient =
                Input::of("email", "recipient", t("mails-recipient")).required().hint(t("mails-again-hint"));
            view! {
                <form method="post" action=format!("/admin/mail/{}/resend", mail.id)>
                    <input type="hidden" name="once" value=form.value("once").to_owned()/>
                    {form::input(form, recipient)}
                    <button class="button primary">{t("mails-resend")}</button>
                </form>
            }
            .into_any()
        }
    };
    view! {
        <section class="sheet" aria-labelledby="again">
            <h2 id="again">{t("mails-again")}</h2>
            {content}
        </section>
    }
    .into_any()
}
