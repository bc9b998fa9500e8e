//! Mails that were sent or are to be.

use sqlx::{Connection, Row, any::AnyRow};

use super::{Db, words};

/// A mail that is to be sent.
#[derive(Clone, Copy, Debug)]
pub struct NewMail<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it is about.
    pub kind: &'a str,
    /// The kind of thing it is about.
    pub entity: &'a str,
    /// And which.
    pub entity_id: &'a str,
    /// The address.
    pub recipient: &'a str,
    /// ISO 639-1.
    pub language: &'a str,
    /// One line.
    pub subject: &'a str,
    /// Plain text.
    pub body: &'a str,
}

/// A mail as the log shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub kind: String,
    /// The kind of thing it is about.
    pub entity: String,
    /// And which.
    pub entity_id: String,
    /// The address.
    pub recipient: String,
    /// ISO 639-1.
    pub language: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// `queued`, `sending`, `sent` or `failed`.
    pub status: String,
    /// Why it was not sent.
    pub error: String,
    /// Tries so far.
    pub attempts: i64,
    /// When it was written.
    pub created_ms: i64,
    /// When it was sent.
    pub sent_ms: Option<i64>,
}

const COLUMNS: &str = "t.id, t.kind, t.entity, t.entity_id, t.recipient, t.language, t.subject, t.body, t.status, t.error, \
                       t.attempts, t.created_ms, t.sent_ms";
/// Most mails that are listed beside what they are about.
const ABOUT_MAX: i64 = 50;

impl Db {
    /// Writes a mail down.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_mail(&self, mail: &NewMail<'_>) -> Result<(), sqlx::Error> {
        let insert = "INSERT INTO mails (id, kind, entity, entity_id, recipient, language, subject, body, status, error, \
                      attempts, next_ms, created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'queued', '', 0, $9, $9)";
        let mut held = self.hold("add_mail").await?;
        let mut transaction = held.begin().await?;
        let done = sqlx::query(insert).bind(mail.id).bind(mail.kind).bind(mail.entity).bind(mail.entity_id);
        let done = done.bind(mail.recipient).bind(mail.language).bind(mail.subject).bind(mail.body);
        done.bind(self.clock.now_ms()).execute(&mut *transaction).await?;
        words::index(&mut transaction, "mail", mail.id, &[mail.recipient, mail.subject, mail.kind], "").await?;
        transaction.commit().await
    }

    /// The last mails about a thing, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mails_about(&self, entity: &str, entity_id: &str) -> Result<Vec<Mail>, sqlx::Error> {
        let select = format!(
            "SELECT {COLUMNS} FROM mails t WHERE t.entity = $1 AND t.entity_id = $2 ORDER BY t.created_ms DESC, t.id LIMIT $3"
        );
        let mut held = self.hold("mails_about").await?;
        let rows = sqlx::query(sqlx::AssertSqlSafe(select)).bind(entity).bind(entity_id).bind(ABOUT_MAX);
        let rows = rows.fetch_all(&mut *held).await?;
        drop(held);
        rows.iter().map(read).collect()
    }
}

fn read(row: &AnyRow) -> Result<Mail, sqlx::Error> {
    Ok(Mail {
        id: row.try_get("id")?,
        kind: row.try_get("kind")?,
        entity: row.try_get("entity")?,
        entity_id: row.try_get("entity_id")?,
        recipient: row.try_get("recipient")?,
        language: row.try_get("language")?,
        subject: row.try_get("subject")?,
        body: row.try_get("body")?,
        status: row.try_get("status")?,
        error: row.try_get("error")?,
        attempts: row.try_get("attempts")?,
        created_ms: row.try_get("created_ms")?,
        sent_ms: row.try_get("sent_ms")?,
    })
}
