//! Sessions in the database, for tower-sessions. The database holds the digest of what the cookie holds, so that who reads it
//! can't log in by it.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use tower_sessions::{
    Expiry, SessionManagerLayer, SessionStore,
    cookie::{
        SameSite,
        time::{Duration, OffsetDateTime},
    },
    session::{Id, Record},
    session_store::{Error, Result},
};

use crate::{db::StoredSession, id::hex, state::AppState};

/// Whose session it is.
pub(crate) const ACCOUNT: &str = "account";
/// What the browser says it is.
pub(crate) const AGENT: &str = "agent";
/// When it was last used, to the [`SEEN_EVERY_MS`].
pub(crate) const SEEN: &str = "seen";
/// How exactly the last use is known: writing it down at every request would make every page a write.
pub(crate) const SEEN_EVERY_MS: i64 = 5 * 60_000;

/// How long a session lives without being used.
const IDLE: Duration = Duration::hours(12);
const COOKIE: &str = "kinora_session";

/// Sessions in the database.
#[derive(Clone)]
pub(crate) struct Sessions(Arc<AppState>);

impl fmt::Debug for Sessions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sessions")
    }
}

/// Gives each request its session; the database is asked when a handler asks the session.
pub(crate) fn layer(state: &Arc<AppState>) -> SessionManagerLayer<Sessions> {
    SessionManagerLayer::new(Sessions(Arc::clone(state)))
        .with_name(COOKIE)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(state.public_url.starts_with("https:"))
        .with_expiry(Expiry::OnInactivity(IDLE))
}

/// What the database knows a session by.
pub(crate) fn digest(id: &Id) -> String {
    hex(&Sha256::digest(id.to_string()))
}

fn stored(record: &Record) -> Result<StoredSession> {
    let text = |name: &str| record.data.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    Ok(StoredSession {
        account_id: text(ACCOUNT),
        agent: text(AGENT).unwrap_or_default(),
        data: serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?,
        expires_ms: i64::try_from(record.expiry_date.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX),
    })
}

fn failed(error: &sqlx::Error) -> Error {
    Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let session = stored(record)?;
        self.0.db.create_session(&digest(&record.id), &session).await.map_err(|error| failed(&error))
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let session = stored(record)?;
        self.0.db.save_session(&digest(&record.id), &session).await.map_err(|error| failed(&error))
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some(session) = self.0.db.load_session(&digest(id)).await.map_err(|error| failed(&error))? else {
            return Ok(None);
        };
        let data = serde_json::from_str(&session.data).map_err(|error| Error::Decode(error.to_string()))?;
        let expires = OffsetDateTime::from_unix_timestamp_nanos(i128::from(session.expires_ms) * 1_000_000);
        let expiry_date = expires.map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.db.delete_session(&digest(id)).await.map_err(|error| failed(&error))
    }
}
