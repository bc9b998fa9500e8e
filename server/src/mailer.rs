//! Sends the mails that were written down: one at a time, in each process, and again later when it fails.
//!
//! A mail is taken by one conditional UPDATE that gives it a lease. No database connection is held while it is sent; a process
//! that dies meanwhile loses nothing, since the lease ends. A mail has the same Message-ID at every try, so that one that
//! arrived twice is known to be one.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use anyhow::Context;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Attachment, Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use url::Url;

use crate::{
    db::Mail,
    mail::Kind,
    qr::{QrCode, QrFormat},
    state::AppState,
};

/// How often is looked without being woken: for what is tried again, and mails of other processes.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// How long one try may take; a mail's lease is longer.
const TRY: Duration = Duration::from_secs(90);
/// How long a process may be silent before another one sends its mail.
pub const LEASE: Duration = Duration::from_secs(300);
/// How long after each failure a mail is tried again; after one more it has failed.
pub const AGAIN_AFTER: [Duration; 4] =
    [Duration::from_secs(60), Duration::from_secs(5 * 60), Duration::from_secs(30 * 60), Duration::from_secs(2 * 3600)];
/// Longest reason that is kept.
const REASON_CHARS_MAX: usize = 500;

/// Where mails go.
pub enum Outlet {
    /// A mail server.
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    /// A file each, named by the mail's id.
    Folder(PathBuf),
    /// The log, one-time links and all: for trying Kinora out.
    Log,
}

impl Outlet {
    /// By its address, as `--mail-url` takes it.
    ///
    /// # Errors
    /// When it is none.
    pub fn open(url: &Url) -> anyhow::Result<Self> {
        match url.scheme() {
            "smtp" | "smtps" => {
                let smtp = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str());
                let smtp = smtp.context("--mail-url is no address of a mail server")?;
                Ok(Self::Smtp(Box::new(smtp.build())))
            }
            "file" => {
                let folder = url.to_file_path().map_err(|()| anyhow::anyhow!("--mail-url names no folder"))?;
                Ok(Self::Folder(folder))
            }
            "log" => Ok(Self::Log),
            other => anyhow::bail!("--mail-url begins with smtp, smtps, file or log, not with {other}"),
        }
    }

    async fn deliver(&self, mail: &Mail, message: Message) -> anyhow::Result<()> {
        match self {
            Self::Smtp(smtp) => {
                smtp.send(message).await?;
            }
            Self::Folder(folder) => {
                tokio::fs::create_dir_all(folder).await?;
                tokio::fs::write(folder.join(format!("{}.eml", mail.id)), message.formatted()).await?;
            }
            Self::Log => {
                tracing::info!(to = mail.recipient, subject = mail.subject, text = mail.body, "a mail, sent nowhere");
            }
        }
        Ok(())
    }
}

/// Starts it in `tasks`; it ends when `stop` is cancelled, after the mail that it is at.
pub fn start(state: &Arc<AppState>, tasks: &TaskTracker, stop: &CancellationToken) {
    tasks.spawn(run(Arc::clone(state), stop.clone()));
}

async fn run(state: Arc<AppState>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match send_next(&state).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "can't look for mails"),
        }
        tokio::select! {
            () = state.mailed.notified() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Tries to send the mail that has been due for longest; `false` when none is.
///
/// # Errors
/// When the database fails; a mail that was taken is tried again when its lease ends.
pub async fn send_next(state: &AppState) -> Result<bool, sqlx::Error> {
    let Some(mail) = state.db.claim_mail(LEASE).await? else { return Ok(false) };
    let (id, attempt) = (mail.id.as_str(), mail.attempts);
    let again = usize::try_from(attempt - 1).ok().and_then(|failures| AGAIN_AFTER.get(failures)).copied();
    let tried = if usize::try_from(attempt).is_ok_and(|attempt| attempt > AGAIN_AFTER.len() + 1) {
        Err(anyhow::anyhow!("the server was stopped while it sent this mail, every time"))
    } else {
        deliver(state, &mail).await
    };
    let Err(error) = tried else {
        state.metrics.mailed("sent");
        tracing::info!(id, kind = mail.kind, attempt, "a mail was sent");
        let forgets = Kind::parse(&mail.kind).is_some_and(Kind::is_secret);
        state.db.mail_sent(&mail, forgets).await?;
        return Ok(true);
    };
    let reason: String = format!("{error:#}").chars().take(REASON_CHARS_MAX).collect();
    state.metrics.mailed(if again.is_some() { "postponed" } else { "failed" });
    tracing::warn!(id, kind = mail.kind, attempt, reason, "a mail was not sent");
    state.db.mail_not_sent(&mail, &reason, again).await?;
    Ok(true)
}

async fn deliver(state: &AppState, mail: &Mail) -> anyhow::Result<()> {
    let message = message(state, mail)?;
    tokio::time::timeout(TRY, state.outlet.deliver(mail, message)).await.context("the mail server does not answer")?
}

/// None of our mails is an offer, so that there is nothing to unsubscribe from: no `List-Unsubscribe`.
fn message(state: &AppState, mail: &Mail) -> anyhow::Result<Message> {
    let from = &state.options.mail_from;
    let to: Address = mail.recipient.parse().context("the address is none")?;
    let written = UNIX_EPOCH + Duration::from_millis(mail.created_ms.unsigned_abs());
    let subject: String = mail.subject.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let auto = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
    let mut builder = Message::builder()
        .message_id(Some(format!("<{}@{}>", mail.id, from.email.domain())))
        .date(written)
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(subject)
        .raw_header(auto);
    if let Ok(contact) = state.settings.get().contact_email.parse::<Address>() {
        builder = builder.reply_to(Mailbox::new(None, contact));
    }
    let text = SinglePart::plain(mail.body.clone());
    if mail.kind != Kind::ProjectReady.name() {
        return Ok(builder.singlepart(text)?);
    }
    let code = QrCode::new(&state.link(&mail.entity_id))?.render(QrFormat::Png)?;
    let code = Attachment::new("qr.png".to_owned()).body(code, ContentType::parse(QrFormat::Png.media_type())?);
    Ok(builder.multipart(MultiPart::mixed().singlepart(text).singlepart(code))?)
}
