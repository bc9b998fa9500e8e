//! Mail: what happened is told in the reader's language, as texts of `locales/pages` whose ids begin with `mail-`.
//!
//! A mail is written down first and sent later, so that nothing waits for it and nothing fails with it; the [`mailer`](crate::mailer) sends it.

use std::time::Duration;

use app::{format::Format, language::Language};
use fluent_templates::fluent_bundle::FluentValue;

use crate::{
    db::{NewMail, ProjectOwner},
    error::AppError,
    id::new_id,
    state::AppState,
};

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A link that sets a password.
    Password,
    /// A link that sets the first password of somebody who begins to work here.
    Invitation,
    /// An order has arrived.
    OrderReceived,
    /// An order is on its way.
    OrderShipped,
    /// A living photo is published; its QR code comes with it.
    ProjectReady,
    /// A trial will end soon.
    ProjectExpires,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Password,
        Self::Invitation,
        Self::OrderReceived,
        Self::OrderShipped,
        Self::ProjectReady,
        Self::ProjectExpires,
    ];

    /// As it is stored, and in the ids of texts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Invitation => "invitation",
            Self::OrderReceived => "order-received",
            Self::OrderShipped => "order-shipped",
            Self::ProjectReady => "project-ready",
            Self::ProjectExpires => "project-expires",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether its text lets whoever reads it in: nobody sees it in the log, and it is forgotten when it has been sent.
    #[must_use]
    pub fn is_secret(self) -> bool {
        matches!(self, Self::Password | Self::Invitation)
    }
}

/// To whom, and about what.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// What it is about.
    pub kind: Kind,
    /// The address; nothing is sent where it is empty.
    pub to: &'a str,
    /// The reader's language.
    pub language: Language,
    /// The kind of thing it is about, and which.
    pub entity: &'static str,
    /// As above.
    pub entity_id: &'a str,
}

/// A letter in words.
struct Written {
    id: String,
    subject: String,
    body: String,
}

impl Written {
    fn row<'a>(&'a self, letter: &Letter<'a>) -> NewMail<'a> {
        NewMail {
            id: &self.id,
            kind: letter.kind.name(),
            entity: letter.entity,
            entity_id: letter.entity_id,
            recipient: letter.to,
            language: letter.language.code(),
            subject: &self.subject,
            body: &self.body,
        }
    }
}

/// Writes a mail down, to be sent soon. Whatever goes wrong is logged and stops nobody.
pub async fn post(state: &AppState, letter: Letter<'_>, arguments: &[(&'static str, String)]) {
    if letter.to.is_empty() {
        return;
    }
    let written = async {
        let written = words(state, &letter, arguments)?;
        anyhow::Ok(state.db.add_mail(&written.row(&letter)).await?)
    };
    match written.await {
        Ok(()) => state.mailed.notify_one(),
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), kind = letter.kind.name(), "a mail was not written down");
        }
    }
}

fn words(state: &AppState, letter: &Letter<'_>, arguments: &[(&'static str, String)]) -> anyhow::Result<Written> {
    let shop = state.settings.get();
    let text = |part: &str| {
        let shop = [("shop", FluentValue::from(shop.shop_name.as_str()))].into_iter();
        let own = arguments.iter().map(|(name, value)| (*name, FluentValue::from(value.as_str())));
        let id = format!("mail-{}-{part}", letter.kind.name());
        letter.language.text_with(&id, &shop.chain(own).collect::<Vec<_>>())
    };
    Ok(Written { id: new_id(false)?, subject: text("subject"), body: text("body") })
}

/// Tells a project's owner, if there is one with an address, that it is published. Whatever goes wrong is logged.
pub(crate) async fn tell_ready(state: &AppState, id: &str) {
    match state.db.project_owner(id).await {
        Ok(Some(owner)) => {
            let (letter, arguments) = about_project(state, Kind::ProjectReady, &owner);
            post(state, letter, &arguments).await;
        }
        Ok(None) => {}
        Err(error) => tracing::error!(id, %error, "can't tell whose project is ready"),
    }
}

/// Tells the owners of trials that end soon, each once.
///
/// # Errors
/// When the database fails; who was not told is told next time.
pub(crate) async fn warn_of_ends(state: &AppState) -> Result<(), AppError> {
    let within = Duration::from_secs(u64::from(state.settings.get().warn_hours) * 3600);
    for owner in state.db.ends_soon(within).await? {
        let (letter, arguments) = about_project(state, Kind::ProjectExpires, &owner);
        let written = words(state, &letter, &arguments)?;
        if state.db.warn(&owner.project_id, &written.row(&letter)).await? {
            state.mailed.notify_one();
        }
    }
    Ok(())
}

fn about_project<'a>(
    state: &AppState,
    kind: Kind,
    owner: &'a ProjectOwner,
) -> (Letter<'a>, [(&'static str, String); 5]) {
    let settings = state.settings.get();
    let language = Language::parse(&owner.language).unwrap_or(settings.language);
    let ends = owner.expires_ms.map(|ends| Format::new(language, &settings.zone).date_time(ends));
    let arguments = [
        ("name", owner.name.clone()),
        ("project", if owner.project.is_empty() { language.text("mail-unnamed") } else { owner.project.clone() }),
        ("link", state.link(&owner.project_id)),
        ("page", format!("{}/living-photos/{}", state.public_url, owner.project_id)),
        ("ends", ends.unwrap_or_default()),
    ];
    (Letter { kind, to: &owner.email, language, entity: "project", entity_id: &owner.project_id }, arguments)
}
