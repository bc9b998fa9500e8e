//! Whoever is logged in.

use tower_sessions::Session;

use crate::{
    db::Account,
    error::AppError,
    sessions::{self, ACCOUNT, AGENT, SEEN, SEEN_EVERY_MS},
    state::AppState,
};

/// Whose password was right and whose code is still asked for.
const PENDING: &str = "pending";
/// Longest name of a browser that is kept.
const AGENT_CHARS_MAX: usize = 200;

/// The account of a session.
pub(super) async fn account(state: &AppState, session: &Session) -> Result<Option<Account>, AppError> {
    let Some(id) = session.get::<String>(ACCOUNT).await.map_err(anyhow::Error::from)? else { return Ok(None) };
    let account = state.db.account(&id).await?.filter(|account| account.is_active);
    let now = state.clock.now_ms();
    let seen: Option<i64> = session.get(SEEN).await.map_err(anyhow::Error::from)?;
    if account.is_some() && seen.is_none_or(|seen| now - seen > SEEN_EVERY_MS) {
        session.insert(SEEN, now).await.map_err(anyhow::Error::from)?;
    }
    Ok(account)
}

/// What the database knows a session by, if there is one.
pub(super) fn digest(session: &Session) -> Option<String> {
    session.id().map(|id| sessions::digest(&id))
}

/// Logs somebody in, under another session id than before.
pub(super) async fn begin(state: &AppState, session: &Session, account: &Account, agent: &str) -> anyhow::Result<()> {
    session.clear().await;
    session.cycle_id().await?;
    session.insert(ACCOUNT, &account.id).await?;
    session.insert(AGENT, agent.chars().take(AGENT_CHARS_MAX).collect::<String>()).await?;
    session.insert(SEEN, state.clock.now_ms()).await?;
    Ok(())
}

/// Remembers whose code is asked for.
pub(super) async fn ask_code(session: &Session, account: &Account) -> anyhow::Result<()> {
    session.clear().await;
    session.cycle_id().await?;
    Ok(session.insert(PENDING, &account.id).await?)
}

/// Whose code is asked for.
pub(super) async fn pending(state: &AppState, session: &Session) -> Result<Option<Account>, AppError> {
    let id = session.get::<String>(PENDING).await.map_err(anyhow::Error::from)?;
    let Some(id) = id else { return Ok(None) };
    Ok(state.db.account(&id).await?.filter(|account| account.is_active))
}
