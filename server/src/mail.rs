//! Mail: what happened is told in the reader's language, as texts of `locales/pages` whose ids begin with `mail-`.
//!
//! A mail is written down first and sent later, so that nothing waits for it and nothing fails with it.

use app::language::Language;
use fluent_templates::fluent_bundle::FluentValue;

use crate::{db::NewMail, id::new_id, state::AppState};

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A link that sets a password.
    Password,
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
    pub const ALL: [Self; 5] =
        [Self::Password, Self::OrderReceived, Self::OrderShipped, Self::ProjectReady, Self::ProjectExpires];

    /// As it is stored, and in the ids of texts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::OrderReceived => "order-received",
            Self::OrderShipped => "order-shipped",
            Self::ProjectReady => "project-ready",
            Self::ProjectExpires => "project-expires",
        }
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

/// Writes a mail down, to be sent soon. Whatever goes wrong is logged and stops nobody.
pub async fn post(state: &AppState, letter: Letter<'_>, arguments: &[(&'static str, String)]) {
    if letter.to.is_empty() {
        return;
    }
    if let Err(error) = write_down(state, letter, arguments).await {
        tracing::error!(error = format!("{error:#}"), kind = letter.kind.name(), "a mail was not written down");
    }
}

async fn write_down(state: &AppState, letter: Letter<'_>, arguments: &[(&'static str, String)]) -> anyhow::Result<()> {
    let Letter { kind, to, language, entity, entity_id } = letter;
    let shop = state.settings.get();
    let text = |part: &str| {
        let shop = [("shop", FluentValue::from(shop.shop_name.as_str()))].into_iter();
        let own = arguments.iter().map(|(name, value)| (*name, FluentValue::from(value.as_str())));
        language.text_with(&format!("mail-{}-{part}", kind.name()), &shop.chain(own).collect::<Vec<_>>())
    };
    let mail = NewMail {
        id: &new_id(false)?,
        kind: kind.name(),
        entity,
        entity_id,
        recipient: to,
        language: language.code(),
        subject: &text("subject"),
        body: &text("body"),
    };
    state.db.add_mail(&mail).await?;
    state.mailed.notify_one();
    Ok(())
}
