//! Getting in: passwords, the second factor, lock-outs, links that are mailed.
//!
//! A wrong password, an unknown address and a locked account take the same time and are told apart by nobody outside, but for
//! the lock, which whoever has been trying is told of.

use std::time::Duration;

use app::{language::Language, permissions::Role};
use argon2::{
    Argon2, PasswordHash, PasswordHasher, PasswordVerifier,
    password_hash::{SaltString, rand_core::OsRng as SaltRng},
};
use rand::{TryRngCore, rngs::OsRng};
use sha2::{Digest, Sha256};
use totp_rs::{Algorithm, Secret, TOTP};

use crate::{
    db::{Account, Actor, NewAccount},
    error::AppError,
    id::{hex, new_id},
    mail::{Kind, Letter, post},
    state::AppState,
};

/// Shortest and longest password, in characters.
pub const PASSWORD_CHARS_MIN: usize = 10;
/// As above.
pub const PASSWORD_CHARS_MAX: usize = 200;
/// How long an account is locked after too many wrong passwords.
pub const LOCK: Duration = Duration::from_secs(15 * 60);
/// How long a mailed link works.
pub const LINK_LIVES: Duration = Duration::from_secs(3600);
/// How long the link of an invitation works, as its mail says.
pub const INVITATION_LIVES: Duration = Duration::from_secs(3 * 24 * 3600);
/// The purpose of links that set a password.
pub const PASSWORD: &str = "password";

/// What a login comes to.
#[derive(Clone, Debug)]
pub enum Login {
    /// In.
    Welcome(Box<Account>),
    /// The password is right, and a code is asked for.
    NeedsCode(Box<Account>),
    /// Address or password is wrong.
    Wrong,
    /// Too many wrong ones.
    Locked,
}

/// An address as it is kept.
#[must_use]
pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Checks a password.
///
/// # Errors
/// When the database fails.
pub async fn log_in(state: &AppState, email: &str, password: &str) -> Result<Login, AppError> {
    let account = state.db.account_of(&normal_email(email)).await?.filter(|account| account.is_active);
    let hash = account.as_ref().and_then(|account| account.password_hash.clone());
    let is_right = verify(state, hash, password).await?;
    let Some(account) = account else { return Ok(Login::Wrong) };
    if account.locked_until_ms > state.clock.now_ms() {
        return Ok(Login::Locked);
    }
    if !is_right {
        state.db.login_failed(&account.id, LOCK).await?;
        return Ok(Login::Wrong);
    }
    if account.totp_secret.is_some() {
        return Ok(Login::NeedsCode(Box::new(account)));
    }
    Ok(if state.db.logged_in(&account.id).await? { Login::Welcome(Box::new(account)) } else { Login::Locked })
}

/// Checks the code of somebody whose password was right.
///
/// # Errors
/// When the database fails.
pub async fn check_code(state: &AppState, account: Account, code: &str) -> Result<Login, AppError> {
    if account.locked_until_ms > state.clock.now_ms() {
        return Ok(Login::Locked);
    }
    let step = account.totp_secret.as_deref().and_then(|secret| matching_step(state, secret, &account.email, code));
    let is_right = match step {
        Some(step) => state.db.use_totp_step(&account.id, step).await?,
        None => false,
    };
    if !is_right {
        state.db.login_failed(&account.id, LOCK).await?;
        return Ok(Login::Wrong);
    }
    Ok(if state.db.logged_in(&account.id).await? { Login::Welcome(Box::new(account)) } else { Login::Locked })
}

/// The 30-second step (RFC 6238) that a code is of: this one, or one beside it.
#[must_use]
pub fn matching_step(state: &AppState, secret: &str, email: &str, code: &str) -> Option<i64> {
    let totp = totp(secret, email).ok()?;
    let now = u64::try_from(state.clock.now_ms() / 1000).ok()?;
    let step = totp.step;
    let steps = [now / step, (now / step).saturating_sub(1), now / step + 1];
    let found = steps.into_iter().find(|at| {
        use subtle::ConstantTimeEq;
        totp.generate(at * step).as_bytes().ct_eq(code.trim().as_bytes()).into()
    });
    i64::try_from(found?).ok()
}

/// The second factor of a secret, for the authenticator app.
///
/// # Errors
/// When the secret is none.
pub fn totp(secret: &str, email: &str) -> anyhow::Result<TOTP> {
    let bytes = Secret::Encoded(secret.to_owned()).to_bytes().map_err(|error| anyhow::anyhow!("{error:?}"))?;
    // The app's label may hold no colon.
    let label = email.replace(':', " ");
    Ok(TOTP::new(Algorithm::SHA1, 6, 1, 30, bytes, Some("Kinora".to_owned()), label)?)
}

/// A new secret, base32.
#[must_use]
pub fn new_totp_secret() -> String {
    Secret::generate_secret().to_encoded().to_string()
}

/// Makes an account; `None` when the address has one already.
///
/// # Errors
/// When the database fails.
pub async fn create(
    state: &AppState,
    email: &str,
    name: &str,
    role: Role,
    password: Option<&str>,
    actor: Option<&Actor>,
) -> Result<Option<String>, AppError> {
    let hash = match password {
        Some(password) => Some(hash(state, password).await?),
        None => None,
    };
    let id = new_id(false)?;
    let email = normal_email(email);
    let new = NewAccount { id: &id, email: &email, name, role, password_hash: hash.as_deref(), language: "" };
    let own = Actor { account_id: Some(id.clone()), name: name.to_owned() };
    let is_new = state.db.create_account(&new, actor.unwrap_or(&own)).await?;
    Ok(is_new.then_some(id))
}

/// Sets a password.
///
/// # Errors
/// When the database fails.
pub async fn set_password(
    state: &AppState,
    account: &Account,
    password: &str,
    keep_session: Option<&str>,
) -> Result<(), AppError> {
    let hash = hash(state, password).await?;
    let actor = Actor { account_id: Some(account.id.clone()), name: account.name.clone() };
    Ok(state.db.set_password(&account.id, &hash, keep_session, &actor).await?)
}

/// Whether this is somebody's password.
///
/// # Errors
/// When a worker fails.
pub async fn is_password(state: &AppState, account: &Account, password: &str) -> Result<bool, AppError> {
    verify(state, account.password_hash.clone(), password).await
}

/// Checks the password of somebody who is logged in and asks for more than that. Wrong ones count as at the login; the account
/// of a right one is as it is by now.
///
/// # Errors
/// When the database fails.
pub async fn confirm(state: &AppState, account: &Account, password: &str) -> Result<Login, AppError> {
    let is_right = is_password(state, account, password).await?;
    let Some(account) = state.db.account(&account.id).await?.filter(|account| account.is_active) else {
        return Ok(Login::Wrong);
    };
    if account.locked_until_ms > state.clock.now_ms() {
        return Ok(Login::Locked);
    }
    if !is_right {
        state.db.login_failed(&account.id, LOCK).await?;
        return Ok(Login::Wrong);
    }
    Ok(Login::Welcome(Box::new(account)))
}

/// Mails a link by which somebody chooses a password, in their language or else in the one given; the link before it stops
/// working. `sender` is who of the staff has asked for it.
///
/// # Errors
/// When the database fails.
pub async fn mail_link(
    state: &AppState,
    account: &Account,
    kind: Kind,
    otherwise: Language,
    sender: Option<&Actor>,
) -> Result<(), AppError> {
    let lives = if kind == Kind::Invitation { INVITATION_LIVES } else { LINK_LIVES };
    let (secret, digest) = new_link()?;
    let sent = sender.map(|sender| (kind.name(), sender));
    state.db.keep_link(&digest, &account.id, PASSWORD, lives, sent).await?;
    let link = format!("{}/password/{secret}", state.public_url);
    let language = Language::parse(&account.language).unwrap_or(otherwise);
    let letter = Letter { kind, to: &account.email, language, entity: "account", entity_id: &account.id };
    post(state, letter, &[("link", link), ("name", account.name.clone())]).await;
    Ok(())
}

/// A link's secret and what the database keeps of it.
///
/// # Errors
/// When the system gives no randomness.
pub fn new_link() -> anyhow::Result<(String, String)> {
    let mut random = [0u8; 32];
    OsRng.try_fill_bytes(&mut random)?;
    let secret = hex(&random);
    let digest = link_digest(&secret);
    Ok((secret, digest))
}

/// What the database keeps of a link's secret.
#[must_use]
pub fn link_digest(secret: &str) -> String {
    hex(&Sha256::digest(secret))
}

async fn hash(state: &AppState, password: &str) -> Result<String, AppError> {
    let password = password.to_owned();
    let hashed = state.passwords.run(move || hash_now(&password)).await?;
    Ok(hashed.map_err(|error| anyhow::anyhow!("{error}"))?)
}

fn hash_now(password: &str) -> argon2::password_hash::Result<String> {
    let salt = SaltString::generate(&mut SaltRng);
    // Argon2id, 19 MiB, two passes, one lane: what OWASP's Password Storage Cheat Sheet asks for.
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
}

/// Without a hash as much is done, so that the time tells nothing.
async fn verify(state: &AppState, hash: Option<String>, password: &str) -> Result<bool, AppError> {
    if password.chars().count() > PASSWORD_CHARS_MAX {
        return Ok(false);
    }
    let password = password.to_owned();
    let check = move || match hash {
        Some(hash) => PasswordHash::new(&hash)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()),
        None => hash_now(&password).is_ok_and(|_| false),
    };
    Ok(state.passwords.run(check).await?)
}
