//! Who may log in, their sessions, and links that work once.

use std::time::Duration;

use app::permissions::Role;
use serde_json::json;
use sqlx::{Connection, Row, any::AnyRow};

use super::{
    Actor, Db,
    audit::{Change, record},
    list::{Bind, Conditions, Page, Paged, Place, Sort},
    words,
};

/// A row of `accounts`.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// Lower case.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// What they work as.
    pub role: Role,
    /// Argon2id, PHC string format.
    pub password_hash: Option<String>,
    /// ISO 639-1; empty for the browser's.
    pub language: String,
    /// Base32.
    pub totp_secret: Option<String>,
    /// Whether they may log in.
    pub is_active: bool,
    /// Until when no password is looked at.
    pub locked_until_ms: i64,
    /// A customer's profile.
    pub customer_id: Option<String>,
    /// Since when there is one.
    pub created_ms: i64,
    /// When they logged in last.
    pub seen_ms: Option<i64>,
}

/// An account that is to be.
#[derive(Clone, Debug)]
pub struct NewAccount<'a> {
    /// Its id.
    pub id: &'a str,
    /// Lower case.
    pub email: &'a str,
    /// What they are called.
    pub name: &'a str,
    /// What they work as.
    pub role: Role,
    /// Argon2id, PHC string format; `None` until they choose a password by a mailed link.
    pub password_hash: Option<&'a str>,
    /// ISO 639-1; empty for the browser's.
    pub language: &'a str,
}

/// A session as its owner sees it.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// SHA-256 of what the cookie holds.
    pub id: String,
    /// What the browser says it is.
    pub agent: String,
    /// Since when.
    pub created_ms: i64,
    /// Last used.
    pub seen_ms: i64,
}

/// What came of a change of what somebody works as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleChange {
    /// It is so now.
    Done,
    /// It would leave nobody who manages users; nothing was changed.
    LastAdmin,
    /// Somebody else changed it meanwhile; nothing was changed.
    Meanwhile,
}

/// What a session store keeps.
#[derive(Clone, Debug)]
pub(crate) struct StoredSession {
    pub(crate) account_id: Option<String>,
    pub(crate) agent: String,
    /// JSON.
    pub(crate) data: String,
    pub(crate) expires_ms: i64,
}

const COLUMNS: &str = "t.id, t.email, t.name, t.role, t.password_hash, t.language, t.totp_secret, t.is_active, \
                       t.locked_until_ms, t.customer_id, t.created_ms, t.seen_ms";
/// Wrong passwords in a row before an account is locked.
pub const FAILURES_MAX: i64 = 5;
/// Most sessions that are listed.
const SESSIONS_MAX: i64 = 50;
const NEWEST: Sort = Sort { name: "", column: "t.created_ms", descending: true };

impl Db {
    /// Makes an account; `false` when the address has one already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn create_account(&self, new: &NewAccount<'_>, actor: &Actor) -> Result<bool, sqlx::Error> {
        let insert = "INSERT INTO accounts (id, email, name, role, password_hash, language, is_active, created_ms, updated_ms) \
                      VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7) ON CONFLICT DO NOTHING";
        let now = self.clock.now_ms();
        let mut held = self.hold("create_account").await?;
        let mut transaction = held.begin().await?;
        let done = sqlx::query(insert).bind(new.id).bind(new.email).bind(new.name).bind(new.role.name());
        let done = done.bind(new.password_hash).bind(new.language).bind(now);
        if done.execute(&mut *transaction).await?.rows_affected() == 0 {
            return Ok(false);
        }
        // Customers are found by their profiles.
        if new.role.is_staff() {
            words::index(&mut transaction, "account", new.id, &[new.email, new.name], "").await?;
        }
        let after = json!({
            "email": new.email, "name": new.name, "role": new.role.name(), "language": new.language, "is_active": true,
        });
        let change =
            Change { action: "account.create", entity: "account", entity_id: new.id, before: json!({}), after };
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// An account by its id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account(&self, id: &str) -> Result<Option<Account>, sqlx::Error> {
        self.one_account("t.id = $1", id).await
    }

    /// An account by its address, lower case.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account_of(&self, email: &str) -> Result<Option<Account>, sqlx::Error> {
        self.one_account("t.email = $1", email).await
    }

    async fn one_account(&self, condition: &str, value: &str) -> Result<Option<Account>, sqlx::Error> {
        let select = format!("SELECT {COLUMNS} FROM accounts t WHERE {condition}");
        let mut held = self.hold("account").await?;
        let row = sqlx::query(sqlx::AssertSqlSafe(select)).bind(value).fetch_optional(&mut *held).await?;
        drop(held);
        row.as_ref().map(read).transpose()
    }

    /// Staff, all of them or those of a role, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accounts_page(
        &self,
        search: &str,
        role: Option<Role>,
        place: Place,
    ) -> Result<Page<Account>, sqlx::Error> {
        let mut conditions = Conditions::default();
        words::search(&mut conditions, "account", search);
        match role {
            Some(role) => conditions.and("t.role = ?", [Bind::from(role.name())]),
            // Said in the index's own words, or else it would not be used.
            None => conditions.and("t.role <> 'customer'", []),
        }
        let paged = Paged::new(&format!("SELECT {COLUMNS} FROM accounts t"), conditions, NEWEST, place);
        let rows = self.rows_of("accounts_page", &paged).await?;
        paged.page(&rows, read, |account| (account.created_ms, account.id.clone()))
    }

    /// A right password: counts from none again; `false` when the account has been locked meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn logged_in(&self, id: &str) -> Result<bool, sqlx::Error> {
        let update =
            "UPDATE accounts SET failures = 0, seen_ms = $2 WHERE id = $1 AND is_active = 1 AND locked_until_ms <= $2";
        let mut held = self.hold("logged_in").await?;
        Ok(sqlx::query(update).bind(id).bind(self.clock.now_ms()).execute(&mut *held).await?.rows_affected() == 1)
    }

    /// One more wrong password; after [`FAILURES_MAX`] in a row none is looked at for a while.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn login_failed(&self, id: &str, lock: Duration) -> Result<(), sqlx::Error> {
        let update = "UPDATE accounts SET locked_until_ms = CASE WHEN failures + 1 >= $2 THEN $3 ELSE locked_until_ms END, \
                      failures = CASE WHEN failures + 1 >= $2 THEN 0 ELSE failures + 1 END WHERE id = $1";
        let mut held = self.hold("login_failed").await?;
        let done = sqlx::query(update).bind(id).bind(FAILURES_MAX).bind(self.clock.in_ms(lock));
        done.execute(&mut *held).await.map(drop)
    }

    /// Uses a step of the second factor up; `false` when it, or a later one, was used before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn use_totp_step(&self, id: &str, step: i64) -> Result<bool, sqlx::Error> {
        let mut held = self.hold("use_totp_step").await?;
        let done = sqlx::query("UPDATE accounts SET totp_step = $2 WHERE id = $1 AND totp_step < $2");
        Ok(done.bind(id).bind(step).execute(&mut *held).await?.rows_affected() == 1)
    }

    /// Sets the second factor, with the step of the code that has proved it, which can't be used again; or takes it away.
    /// `false` when there was one already, or none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_totp(&self, id: &str, proved: Option<(&str, i64)>, actor: &Actor) -> Result<bool, sqlx::Error> {
        let had = if proved.is_some() { "IS NULL" } else { "IS NOT NULL" };
        let update = format!(
            "UPDATE accounts SET totp_secret = $2, totp_step = CASE WHEN totp_step < $3 THEN $3 ELSE totp_step END, \
             updated_ms = $4 WHERE id = $1 AND totp_secret {had}"
        );
        let (secret, step) = (proved.map(|(secret, _)| secret), proved.map_or(0, |(_, step)| step));
        let now = self.clock.now_ms();
        let mut held = self.hold("set_totp").await?;
        let mut transaction = held.begin().await?;
        let done = sqlx::query(sqlx::AssertSqlSafe(update)).bind(id).bind(secret).bind(step).bind(now);
        if done.execute(&mut *transaction).await?.rows_affected() == 0 {
            return Ok(false);
        }
        let is_on = secret.is_some();
        let (before, after) = (json!({ "second_factor": !is_on }), json!({ "second_factor": is_on }));
        let change = Change { action: "account.second_factor", entity: "account", entity_id: id, before, after };
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Sets a password, forgets wrong ones and ends every session but the one that is kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_password(
        &self,
        id: &str,
        hash: &str,
        keep: Option<&str>,
        actor: &Actor,
    ) -> Result<(), sqlx::Error> {
        let now = self.clock.now_ms();
        let mut held = self.hold("set_password").await?;
        let mut transaction = held.begin().await?;
        let update =
            "UPDATE accounts SET password_hash = $2, failures = 0, locked_until_ms = 0, updated_ms = $3 WHERE id = $1";
        sqlx::query(update).bind(id).bind(hash).bind(now).execute(&mut *transaction).await?;
        let delete = "DELETE FROM sessions WHERE account_id = $1 AND id <> $2";
        sqlx::query(delete).bind(id).bind(keep.unwrap_or_default()).execute(&mut *transaction).await?;
        sqlx::query("DELETE FROM one_time_links WHERE account_id = $1").bind(id).execute(&mut *transaction).await?;
        let after = json!({ "password_set_ms": now });
        let change = Change { action: "account.password", entity: "account", entity_id: id, before: json!({}), after };
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await
    }

    /// Changes how somebody is called and spoken to.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_profile(
        &self,
        before: &Account,
        name: &str,
        language: &str,
        actor: &Actor,
    ) -> Result<(), sqlx::Error> {
        let now = self.clock.now_ms();
        let mut held = self.hold("set_profile").await?;
        let mut transaction = held.begin().await?;
        let update = "UPDATE accounts SET name = $2, language = $3, updated_ms = $4 WHERE id = $1";
        sqlx::query(update).bind(&before.id).bind(name).bind(language).bind(now).execute(&mut *transaction).await?;
        if before.role.is_staff() {
            words::index(&mut transaction, "account", &before.id, &[&before.email, name], "").await?;
        }
        let change = Change {
            action: "account.profile",
            entity: "account",
            entity_id: &before.id,
            before: json!({ "name": before.name, "language": before.language }),
            after: json!({ "name": name, "language": language }),
        };
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await
    }

    /// Changes what somebody works as, or whether they may log in; they are logged out, and links that were mailed to whoever
    /// may not log in any more end.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_role(
        &self,
        before: &Account,
        role: Role,
        is_active: bool,
        actor: &Actor,
    ) -> Result<RoleChange, sqlx::Error> {
        let now = self.clock.now_ms();
        let mut held = self.hold("set_role").await?;
        let mut transaction = held.begin().await?;
        // One row that each such change writes first, so that they wait for each other. Without it two administrators who
        // demote each other at the same moment would under READ COMMITTED each still count the other. The counting below
        // begins when the wait is over, and sees what the other has done.
        let turn = "INSERT INTO counters (name, value) VALUES ('role_changes', 1) \
                    ON CONFLICT (name) DO UPDATE SET value = counters.value + 1";
        sqlx::query(turn).execute(&mut *transaction).await?;
        let update = "UPDATE accounts SET role = $2, is_active = $3, updated_ms = $4 \
                      WHERE id = $1 AND role = $5 AND is_active = $6";
        let done = sqlx::query(update).bind(&before.id).bind(role.name()).bind(i64::from(is_active)).bind(now);
        let done = done.bind(before.role.name()).bind(i64::from(before.is_active));
        if done.execute(&mut *transaction).await?.rows_affected() == 0 {
            transaction.rollback().await?;
            return Ok(RoleChange::Meanwhile);
        }
        let count = "SELECT COUNT(*) FROM accounts WHERE role = 'admin' AND is_active = 1";
        if sqlx::query_scalar::<_, i64>(count).fetch_one(&mut *transaction).await? == 0 {
            transaction.rollback().await?;
            return Ok(RoleChange::LastAdmin);
        }
        let delete = "DELETE FROM sessions WHERE account_id = $1";
        sqlx::query(delete).bind(&before.id).execute(&mut *transaction).await?;
        if !is_active {
            let delete = "DELETE FROM one_time_links WHERE account_id = $1";
            sqlx::query(delete).bind(&before.id).execute(&mut *transaction).await?;
        }
        let change = Change {
            action: "account.role",
            entity: "account",
            entity_id: &before.id,
            before: json!({ "role": before.role.name(), "is_active": before.is_active }),
            after: json!({ "role": role.name(), "is_active": is_active }),
        };
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await?;
        Ok(RoleChange::Done)
    }

    /// Lets somebody try again before their lock is over; `false` when they are not locked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unlock(&self, id: &str, actor: &Actor) -> Result<bool, sqlx::Error> {
        let now = self.clock.now_ms();
        let update = "UPDATE accounts SET failures = 0, locked_until_ms = 0 WHERE id = $1 AND locked_until_ms > $2";
        let mut held = self.hold("unlock").await?;
        let mut transaction = held.begin().await?;
        if sqlx::query(update).bind(id).bind(now).execute(&mut *transaction).await?.rows_affected() == 0 {
            return Ok(false);
        }
        let (before, after) = (json!({ "is_locked": true }), json!({ "is_locked": false }));
        let change = Change { action: "account.unlock", entity: "account", entity_id: id, before, after };
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Keeps a link's digest; an account has one link of a purpose at a time. `sent` says which of the staff had it mailed, and
    /// as which kind of mail, for the log.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_link(
        &self,
        id: &str,
        account_id: &str,
        purpose: &str,
        lives: Duration,
        sent: Option<(&str, &Actor)>,
    ) -> Result<(), sqlx::Error> {
        let now = self.clock.now_ms();
        let mut held = self.hold("keep_link").await?;
        let mut transaction = held.begin().await?;
        let delete = "DELETE FROM one_time_links WHERE (account_id = $1 AND purpose = $2) OR expires_ms < $3";
        sqlx::query(delete).bind(account_id).bind(purpose).bind(now).execute(&mut *transaction).await?;
        let insert = "INSERT INTO one_time_links (id, account_id, purpose, expires_ms) VALUES ($1, $2, $3, $4)";
        let done = sqlx::query(insert).bind(id).bind(account_id).bind(purpose).bind(self.clock.in_ms(lives));
        done.execute(&mut *transaction).await?;
        if let Some((mail, actor)) = sent {
            let (before, after) = (json!({}), json!({ "mail": mail }));
            let change = Change { action: "account.link", entity: "account", entity_id: account_id, before, after };
            record(&mut transaction, now, actor, change).await?;
        }
        transaction.commit().await
    }

    /// Whose link this is, if it still works.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn link_owner(&self, id: &str, purpose: &str) -> Result<Option<String>, sqlx::Error> {
        let select = "SELECT account_id FROM one_time_links WHERE id = $1 AND purpose = $2 AND expires_ms > $3";
        let mut held = self.hold("link_owner").await?;
        sqlx::query_scalar(select).bind(id).bind(purpose).bind(self.clock.now_ms()).fetch_optional(&mut *held).await
    }

    /// Uses a link up; gives whose it was, if it still worked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn use_link(&self, id: &str, purpose: &str) -> Result<Option<String>, sqlx::Error> {
        let delete =
            "DELETE FROM one_time_links WHERE id = $1 AND purpose = $2 AND expires_ms > $3 RETURNING account_id";
        let mut held = self.hold("use_link").await?;
        sqlx::query_scalar(delete).bind(id).bind(purpose).bind(self.clock.now_ms()).fetch_optional(&mut *held).await
    }

    /// The sessions of an account, last used first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sessions(&self, account_id: &str) -> Result<Vec<SessionRow>, sqlx::Error> {
        let select = "SELECT id, agent, created_ms, seen_ms FROM sessions WHERE account_id = $1 AND expires_ms > $2 \
                      ORDER BY seen_ms DESC, id LIMIT $3";
        let mut held = self.hold("sessions").await?;
        let rows = sqlx::query(select).bind(account_id).bind(self.clock.now_ms()).bind(SESSIONS_MAX);
        let rows = rows.fetch_all(&mut *held).await?;
        drop(held);
        let read = |row: &AnyRow| {
            Ok(SessionRow {
                id: row.try_get("id")?,
                agent: row.try_get("agent")?,
                created_ms: row.try_get("created_ms")?,
                seen_ms: row.try_get("seen_ms")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Ends a session of an account; `false` when it has none of this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_session(&self, account_id: &str, id: &str, actor: &Actor) -> Result<bool, sqlx::Error> {
        let now = self.clock.now_ms();
        let delete = "DELETE FROM sessions WHERE account_id = $1 AND id = $2 RETURNING agent";
        let mut held = self.hold("revoke_session").await?;
        let mut transaction = held.begin().await?;
        let agent: Option<String> =
            sqlx::query_scalar(delete).bind(account_id).bind(id).fetch_optional(&mut *transaction).await?;
        let Some(agent) = agent else { return Ok(false) };
        let (before, after) = (json!({ "browser": agent }), json!({}));
        let change = Change { action: "account.session", entity: "account", entity_id: account_id, before, after };
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Ends every session of an account but the one that is kept; gives how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_sessions(
        &self,
        account_id: &str,
        keep: Option<&str>,
        actor: &Actor,
    ) -> Result<u64, sqlx::Error> {
        let now = self.clock.now_ms();
        let delete = "DELETE FROM sessions WHERE account_id = $1 AND id <> $2";
        let mut held = self.hold("revoke_sessions").await?;
        let mut transaction = held.begin().await?;
        let done = sqlx::query(delete).bind(account_id).bind(keep.unwrap_or_default());
        let ended = done.execute(&mut *transaction).await?.rows_affected();
        if ended > 0 {
            let (before, after) = (json!({ "sessions": ended }), json!({}));
            let change = Change { action: "account.sessions", entity: "account", entity_id: account_id, before, after };
            record(&mut transaction, now, actor, change).await?;
        }
        transaction.commit().await?;
        Ok(ended)
    }

    /// Forgets sessions and links whose time is over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_sessions(&self) -> Result<(), sqlx::Error> {
        let now = self.clock.now_ms();
        let mut held = self.hold("forget_sessions").await?;
        sqlx::query("DELETE FROM sessions WHERE expires_ms < $1").bind(now).execute(&mut *held).await?;
        let links = sqlx::query("DELETE FROM one_time_links WHERE expires_ms < $1").bind(now);
        links.execute(&mut *held).await.map(drop)
    }

    pub(crate) async fn create_session(&self, id: &str, session: &StoredSession) -> Result<(), sqlx::Error> {
        let insert = "INSERT INTO sessions (id, account_id, data, agent, created_ms, seen_ms, expires_ms) \
                      VALUES ($1, $2, $3, $4, $5, $5, $6)";
        let mut held = self.hold("create_session").await?;
        let done = sqlx::query(insert).bind(id).bind(&session.account_id).bind(&session.data).bind(&session.agent);
        done.bind(self.clock.now_ms()).bind(session.expires_ms).execute(&mut *held).await.map(drop)
    }

    /// Changes a session, unless it has been ended meanwhile.
    pub(crate) async fn save_session(&self, id: &str, session: &StoredSession) -> Result<(), sqlx::Error> {
        let update = "UPDATE sessions SET account_id = $2, data = $3, seen_ms = $4, expires_ms = $5 WHERE id = $1";
        let mut held = self.hold("save_session").await?;
        let done = sqlx::query(update).bind(id).bind(&session.account_id).bind(&session.data);
        done.bind(self.clock.now_ms()).bind(session.expires_ms).execute(&mut *held).await.map(drop)
    }

    pub(crate) async fn load_session(&self, id: &str) -> Result<Option<StoredSession>, sqlx::Error> {
        let select = "SELECT account_id, agent, data, expires_ms FROM sessions WHERE id = $1 AND expires_ms > $2";
        let mut held = self.hold("load_session").await?;
        let row = sqlx::query(select).bind(id).bind(self.clock.now_ms()).fetch_optional(&mut *held).await?;
        drop(held);
        row.map(|row| {
            Ok(StoredSession {
                account_id: row.try_get("account_id")?,
                agent: row.try_get("agent")?,
                data: row.try_get("data")?,
                expires_ms: row.try_get("expires_ms")?,
            })
        })
        .transpose()
    }

    pub(crate) async fn delete_session(&self, id: &str) -> Result<(), sqlx::Error> {
        let mut held = self.hold("delete_session").await?;
        sqlx::query("DELETE FROM sessions WHERE id = $1").bind(id).execute(&mut *held).await.map(drop)
    }
}

fn read(row: &AnyRow) -> Result<Account, sqlx::Error> {
    let role: String = row.try_get("role")?;
    let unknown = || sqlx::Error::Decode(format!("no role: {role}").into());
    Ok(Account {
        id: row.try_get("id")?,
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        role: Role::parse(&role).ok_or_else(unknown)?,
        password_hash: row.try_get("password_hash")?,
        language: row.try_get("language")?,
        totp_secret: row.try_get("totp_secret")?,
        is_active: row.try_get::<i64, _>("is_active")? == 1,
        locked_until_ms: row.try_get("locked_until_ms")?,
        customer_id: row.try_get("customer_id")?,
        created_ms: row.try_get("created_ms")?,
        seen_ms: row.try_get("seen_ms")?,
    })
}
