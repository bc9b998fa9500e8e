//! Mails that were sent or are to be.

use std::time::Duration;

use serde_json::json;
use sqlx::{AnyConnection, Connection, Row, any::AnyRow};

use super::{
    Actor, Db,
    audit::{Change, record},
    list::{Bind, Conditions, Page, Paged, Place, Sort},
    words,
};

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

/// What the log is narrowed by; empty for all.
#[derive(Clone, Debug, Default)]
pub struct MailFilter {
    /// Words of address or subject.
    pub search: String,
    /// `queued`, `sending`, `sent` or `failed`.
    pub status: String,
    /// What it is about.
    pub kind: String,
}

/// Somebody who is told of their project.
#[derive(Clone, Debug)]
pub struct ProjectOwner {
    /// The project.
    pub project_id: String,
    /// Its name; may be empty.
    pub project: String,
    /// A trial's end.
    pub expires_ms: Option<i64>,
    /// The owner's address.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// ISO 639-1; may be empty.
    pub language: String,
}

const COLUMNS: &str = "t.id, t.kind, t.entity, t.entity_id, t.recipient, t.language, t.subject, t.body, t.status, t.error, \
                       t.attempts, t.created_ms, t.sent_ms";
/// Most mails that are listed beside what they are about.
const ABOUT_MAX: i64 = 50;
/// How many owners one look warns at most; the next look takes the rest.
const OWNERS_MAX: i64 = 100;
const NEWEST: Sort = Sort { name: "", column: "t.created_ms", descending: true };
/// Owners of projects who can be written to.
const OWNERS: &str = "SELECT p.id, p.name AS project, p.expires_ms, c.email, c.name, c.language FROM ar_projects p \
                      JOIN customers c ON c.id = p.owner_id WHERE c.email <> '' AND c.erased_ms IS NULL AND";

impl Db {
    /// Writes a mail down.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_mail(&self, mail: &NewMail<'_>) -> Result<(), sqlx::Error> {
        let mut held = self.hold("add_mail").await?;
        let mut transaction = held.begin().await?;
        insert(&mut transaction, mail, self.clock.now_ms()).await?;
        transaction.commit().await
    }

    /// Writes a mail down once more, as it was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn resend_mail(&self, id: &str, mail: &Mail, actor: &Actor) -> Result<(), sqlx::Error> {
        let again = NewMail {
            id,
            kind: &mail.kind,
            entity: &mail.entity,
            entity_id: &mail.entity_id,
            recipient: &mail.recipient,
            language: &mail.language,
            subject: &mail.subject,
            body: &mail.body,
        };
        let after = json!({ "recipient": mail.recipient, "subject": mail.subject, "copy_of": mail.id });
        let change = Change { action: "mail.resend", entity: "mail", entity_id: id, before: json!({}), after };
        let now = self.clock.now_ms();
        let mut held = self.hold("resend_mail").await?;
        let mut transaction = held.begin().await?;
        insert(&mut transaction, &again, now).await?;
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await
    }

    /// The log, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mails_page(&self, filter: &MailFilter, place: Place) -> Result<Page<Mail>, sqlx::Error> {
        let mut conditions = Conditions::default();
        words::search(&mut conditions, "mail", &filter.search);
        if !filter.status.is_empty() {
            conditions.and("t.status = ?", [Bind::from(filter.status.as_str())]);
        }
        if !filter.kind.is_empty() {
            conditions.and("t.kind = ?", [Bind::from(filter.kind.as_str())]);
        }
        let paged = Paged::new(&format!("SELECT {COLUMNS} FROM mails t"), conditions, NEWEST, place);
        let rows = self.rows_of("mails_page", &paged).await?;
        paged.page(&rows, read, |mail| (mail.created_ms, mail.id.clone()))
    }

    /// A mail, `None` where there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mail(&self, id: &str) -> Result<Option<Mail>, sqlx::Error> {
        let select = format!("SELECT {COLUMNS} FROM mails t WHERE t.id = $1");
        let mut held = self.hold("mail").await?;
        let row = sqlx::query(sqlx::AssertSqlSafe(select)).bind(id).fetch_optional(&mut *held).await?;
        drop(held);
        row.as_ref().map(read).transpose()
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

    /// Takes the mail that has been due for longest, alone until the lease ends. Its attempts count this one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_mail(&self, lease: Duration) -> Result<Option<Mail>, sqlx::Error> {
        let due = "status IN ('queued', 'sending') AND next_ms <= $2";
        // SQLite knows no alias after RETURNING.
        let columns = COLUMNS.replace("t.", "");
        let update = format!(
            "UPDATE mails SET status = 'sending', attempts = attempts + 1, next_ms = $1 \
             WHERE id = (SELECT id FROM mails WHERE {due} ORDER BY next_ms, id LIMIT 1) AND {due} RETURNING {columns}"
        );
        let mut held = self.hold("claim_mail").await?;
        let done = sqlx::query(sqlx::AssertSqlSafe(update)).bind(self.clock.in_ms(lease)).bind(self.clock.now_ms());
        let row = done.fetch_optional(&mut *held).await?;
        drop(held);
        row.as_ref().map(read).transpose()
    }

    /// A mail that was taken has been sent; its text may be forgotten. `false` when another process has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mail_sent(&self, mail: &Mail, forgets_text: bool) -> Result<bool, sqlx::Error> {
        let update = "UPDATE mails SET status = 'sent', error = '', sent_ms = $3, \
                      body = CASE WHEN $4 = 1 THEN '' ELSE body END \
                      WHERE id = $1 AND status = 'sending' AND attempts = $2";
        let mut held = self.hold("mail_sent").await?;
        let done = sqlx::query(update).bind(&mail.id).bind(mail.attempts).bind(self.clock.now_ms());
        Ok(done.bind(i64::from(forgets_text)).execute(&mut *held).await?.rows_affected() == 1)
    }

    /// A mail that was taken could not be sent: it is tried again after a while, or has failed. `false` when another process
    /// has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mail_not_sent(&self, mail: &Mail, why: &str, again: Option<Duration>) -> Result<bool, sqlx::Error> {
        let update = "UPDATE mails SET status = $3, error = $4, next_ms = $5 \
                      WHERE id = $1 AND status = 'sending' AND attempts = $2";
        let status = if again.is_some() { "queued" } else { "failed" };
        let next = self.clock.in_ms(again.unwrap_or_default());
        let mut held = self.hold("mail_not_sent").await?;
        let done = sqlx::query(update).bind(&mail.id).bind(mail.attempts).bind(status).bind(why).bind(next);
        Ok(done.execute(&mut *held).await?.rows_affected() == 1)
    }

    /// Mails that are yet to be sent.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mails_waiting(&self) -> Result<i64, sqlx::Error> {
        let mut held = self.hold("mails_waiting").await?;
        let count = sqlx::query_scalar("SELECT COUNT(*) FROM mails WHERE status IN ('queued', 'sending')");
        count.fetch_one(&mut *held).await
    }

    /// A project's owner, if there is one who can be written to.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn project_owner(&self, project_id: &str) -> Result<Option<ProjectOwner>, sqlx::Error> {
        let mut held = self.hold("project_owner").await?;
        let select = sqlx::AssertSqlSafe(format!("{OWNERS} p.id = $1"));
        let row = sqlx::query(select).bind(project_id).fetch_optional(&mut *held).await?;
        drop(held);
        row.as_ref().map(read_owner).transpose()
    }

    /// Some of the owners of trials that end within this time and who have not been told.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ends_soon(&self, within: Duration) -> Result<Vec<ProjectOwner>, sqlx::Error> {
        let select = format!(
            "{OWNERS} p.expires_ms > $1 AND p.expires_ms <= $2 AND p.is_warned = 0 AND p.version > 0 \
             AND p.status NOT IN ('expired', 'archived') ORDER BY p.expires_ms, p.id LIMIT $3"
        );
        let mut held = self.hold("ends_soon").await?;
        let rows = sqlx::query(sqlx::AssertSqlSafe(select)).bind(self.clock.now_ms()).bind(self.clock.in_ms(within));
        let rows = rows.bind(OWNERS_MAX).fetch_all(&mut *held).await?;
        drop(held);
        rows.iter().map(read_owner).collect()
    }

    /// Writes the mail down that tells of a trial's end; `false` when that was done before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn warn(&self, project_id: &str, mail: &NewMail<'_>) -> Result<bool, sqlx::Error> {
        let mut held = self.hold("warn").await?;
        let mut transaction = held.begin().await?;
        let update = sqlx::query("UPDATE ar_projects SET is_warned = 1 WHERE id = $1 AND is_warned = 0");
        if update.bind(project_id).execute(&mut *transaction).await?.rows_affected() == 0 {
            return Ok(false);
        }
        insert(&mut transaction, mail, self.clock.now_ms()).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

async fn insert(connection: &mut AnyConnection, mail: &NewMail<'_>, now: i64) -> Result<(), sqlx::Error> {
    let insert = "INSERT INTO mails (id, kind, entity, entity_id, recipient, language, subject, body, status, error, \
                  attempts, next_ms, created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'queued', '', 0, $9, $9)";
    let done = sqlx::query(insert).bind(mail.id).bind(mail.kind).bind(mail.entity).bind(mail.entity_id);
    let done = done.bind(mail.recipient).bind(mail.language).bind(mail.subject).bind(mail.body);
    done.bind(now).execute(&mut *connection).await?;
    words::index(connection, "mail", mail.id, &[mail.recipient, mail.subject, mail.kind], "").await
}

fn read_owner(row: &AnyRow) -> Result<ProjectOwner, sqlx::Error> {
    Ok(ProjectOwner {
        project_id: row.try_get("id")?,
        project: row.try_get("project")?,
        expires_ms: row.try_get("expires_ms")?,
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        language: row.try_get("language")?,
    })
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
