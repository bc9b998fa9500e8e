//! Customers: profiles, what belongs to them, and how everything personal is erased.

use app::crm::customers::{Customer, PhotoLine};
use serde_json::{Map, Value as Json, json};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row, any::AnyRow};

use super::{
    Account, Actor, Db, Value,
    audit::{Change, record},
    dump::read_row,
    from_json, json,
    list::{Bind, Conditions, Page, Paged, Place, Sort},
    lives::PURGED,
    words,
};
use crate::id::new_id;

/// What somebody enters of a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileFields {
    /// What they are called.
    pub name: String,
    /// Lower case; may be empty.
    pub email: String,
    /// May be empty.
    pub phone: String,
    /// May be empty.
    pub address: String,
    /// ISO 639-1; empty for unknown.
    pub language: String,
    /// The staff's.
    pub notes: String,
    /// Whether they agreed to get offers.
    pub consents: bool,
}

/// What is kept about a customer beside the profile, for their copy of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Orders.
    Orders,
    /// The items of all orders.
    Items,
    /// Living photos.
    Photos,
    /// Mails.
    Mails,
}

const COLUMNS: &str =
    "t.id, t.name, t.email, t.phone, t.address, t.language, t.notes, t.consent_ms, t.created_ms, t.erased_ms";
const NEWEST: Sort = Sort { name: "newest", column: "t.created_ms", descending: true };
const OLDEST: Sort = Sort { name: "oldest", column: "t.created_ms", descending: false };
/// Most other profiles of an address that are listed.
const NAMESAKES_MAX: i64 = 10;
/// Living photos that a new order offers to go with it.
const FREE_MAX: i64 = 100;
/// Rows of a read for a customer's copy.
pub(crate) const KEPT_ROWS: i64 = 200;
/// Projects that are settled after an erasure at a time.
const AT_A_TIME: i64 = 100;

/// The orders, accounts, living photos and mails of the customer `$1`.
const ORDERS_OF: &str = "SELECT id FROM orders WHERE customer_id = $1";
const ACCOUNTS_OF: &str = "SELECT id FROM accounts WHERE customer_id = $1";
const PHOTOS_OF: &str = "SELECT id FROM ar_projects WHERE owner_id = $1";

/// What of the log's fields is nobody's.
const IMPERSONAL: [&str; 5] = ["status", "total_minor", "currency", "number", "erased_ms"];

/// The condition on a log or mail that it is about the customer `$1`.
fn about() -> String {
    format!(
        "(entity = 'customer' AND entity_id = $1) OR (entity = 'account' AND entity_id IN ({ACCOUNTS_OF})) \
         OR (entity = 'order' AND entity_id IN ({ORDERS_OF})) OR (entity = 'project' AND entity_id IN ({PHOTOS_OF}))"
    )
}

impl Db {
    /// Customers; `sort` is as the list's address says it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn customers_page(&self, search: &str, sort: &str, place: Place) -> Result<Page<Customer>, sqlx::Error> {
        let mut conditions = Conditions::default();
        words::search(&mut conditions, "customer", search);
        let sort = if sort == OLDEST.name { OLDEST } else { NEWEST };
        let paged = Paged::new(&format!("SELECT {COLUMNS} FROM customers t"), conditions, sort, place);
        let rows = self.rows_of("customers_page", &paged).await?;
        paged.page(&rows, read, |customer| (customer.created_ms, customer.id.clone()))
    }

    /// A customer, `None` where there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn customer(&self, id: &str) -> Result<Option<Customer>, sqlx::Error> {
        let select = format!("SELECT {COLUMNS} FROM customers t WHERE t.id = $1");
        let mut held = self.hold("customer").await?;
        let row = sqlx::query(AssertSqlSafe(select)).bind(id).fetch_optional(&mut *held).await?;
        drop(held);
        row.as_ref().map(read).transpose()
    }

    /// Ids and names of the other profiles with a customer's e-mail address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn namesakes(&self, customer: &Customer) -> Result<Vec<(String, String)>, sqlx::Error> {
        if customer.email.is_empty() {
            return Ok(vec![]);
        }
        let select = "SELECT id, name FROM customers WHERE email = $1 AND id <> $2 ORDER BY id LIMIT $3";
        let mut held = self.hold("namesakes").await?;
        let rows = sqlx::query(select).bind(&customer.email).bind(&customer.id).bind(NAMESAKES_MAX);
        let rows = rows.fetch_all(&mut *held).await?;
        drop(held);
        rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("name")?))).collect()
    }

    /// The account of a customer, if they have one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account_of_customer(&self, customer_id: &str) -> Result<Option<Account>, sqlx::Error> {
        let mut held = self.hold("account_of_customer").await?;
        let select = "SELECT id FROM accounts WHERE customer_id = $1";
        let id: Option<String> = sqlx::query_scalar(select).bind(customer_id).fetch_optional(&mut *held).await?;
        drop(held);
        match id {
            Some(id) => self.account(&id).await,
            None => Ok(None),
        }
    }

    /// Makes a profile for whoever placed an order as a guest; gives its id. `None` when the order has one already.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn add_guest(
        &self,
        order_id: &str,
        fields: &ProfileFields,
        actor: &Actor,
    ) -> Result<Option<String>, sqlx::Error> {
        let id = new_id(false).map_err(|error| sqlx::Error::Encode(error.into()))?;
        let mut held = self.hold("add_guest").await?;
        let mut transaction = held.begin().await?;
        insert(&mut transaction, &id, fields, self.clock.now_ms(), actor).await?;
        let update = "UPDATE orders SET customer_id = $2 WHERE id = $1 AND customer_id IS NULL";
        if sqlx::query(update).bind(order_id).bind(&id).execute(&mut *transaction).await?.rows_affected() == 0 {
            return Ok(None);
        }
        transaction.commit().await?;
        Ok(Some(id))
    }

    /// Makes a profile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_customer(&self, id: &str, fields: &ProfileFields, actor: &Actor) -> Result<(), sqlx::Error> {
        let mut held = self.hold("add_customer").await?;
        let mut transaction = held.begin().await?;
        insert(&mut transaction, id, fields, self.clock.now_ms(), actor).await?;
        transaction.commit().await
    }

    /// Changes a profile; `false` when it was erased meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn edit_customer(
        &self,
        before: &Customer,
        fields: &ProfileFields,
        actor: &Actor,
    ) -> Result<bool, sqlx::Error> {
        let update = "UPDATE customers SET name = $2, email = $3, phone = $4, address = $5, language = $6, notes = $7, \
                      consent_ms = $8, updated_ms = $9 WHERE id = $1 AND erased_ms IS NULL";
        let now = self.clock.now_ms();
        let consent = fields.consents.then(|| before.consent_ms.unwrap_or(now));
        let mut held = self.hold("edit_customer").await?;
        let mut transaction = held.begin().await?;
        let done = sqlx::query(update).bind(&before.id).bind(&fields.name).bind(&fields.email).bind(&fields.phone);
        let done = done.bind(&fields.address).bind(&fields.language).bind(&fields.notes).bind(consent).bind(now);
        if done.execute(&mut *transaction).await?.rows_affected() == 0 {
            return Ok(false);
        }
        index(&mut transaction, &before.id, fields).await?;
        let change = Change {
            action: "customer.edit",
            entity: "customer",
            entity_id: &before.id,
            before: json!({
                "name": before.name, "email": before.email, "phone": before.phone, "address": before.address,
                "language": before.language, "notes": before.notes, "consent": before.consent_ms.is_some(),
            }),
            after: logged(fields),
        };
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The profile of a customer's account, made if there is none yet; `None` for staff, or when the account is gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn profile_of(
        &self,
        account: &Account,
        language: &str,
        consents: bool,
    ) -> Result<Option<String>, sqlx::Error> {
        if account.role.is_staff() || account.customer_id.is_some() {
            return Ok(account.customer_id.clone());
        }
        let id = new_id(false).map_err(|error| sqlx::Error::Encode(error.into()))?;
        let fields = ProfileFields {
            name: account.name.clone(),
            email: account.email.clone(),
            language: language.to_owned(),
            consents,
            ..ProfileFields::default()
        };
        let actor = Actor { account_id: Some(account.id.clone()), name: account.name.clone() };
        let update = "UPDATE accounts SET customer_id = $2 WHERE id = $1 AND customer_id IS NULL";
        let mut held = self.hold("profile_of").await?;
        let mut transaction = held.begin().await?;
        let done = sqlx::query(update).bind(&account.id).bind(&id).execute(&mut *transaction).await?;
        if done.rows_affected() == 0 {
            let select = sqlx::query_scalar("SELECT customer_id FROM accounts WHERE id = $1").bind(&account.id);
            return Ok(select.fetch_optional(&mut *transaction).await?.flatten());
        }
        insert(&mut transaction, &id, &fields, self.clock.now_ms(), &actor).await?;
        transaction.commit().await?;
        Ok(Some(id))
    }

    /// How many of a customer's orders are not sent yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_orders_of(&self, customer_id: &str) -> Result<i64, sqlx::Error> {
        let count = "SELECT COUNT(*) FROM orders WHERE customer_id = $1 AND status IN ('pending', 'processing')";
        let mut held = self.hold("open_orders_of").await?;
        sqlx::query_scalar(count).bind(customer_id).fetch_one(&mut *held).await
    }

    /// A customer's living photos but those deleted for good, last first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn photos_of(&self, customer_id: &str, place: Place) -> Result<Page<PhotoLine>, sqlx::Error> {
        let mut conditions = Conditions::default();
        conditions.and("t.owner_id = ?", [Bind::from(customer_id)]);
        conditions.and("t.bytes >= 0", []);
        let select = "SELECT t.id, t.name, t.status, t.created_ms, t.expires_ms, t.scans FROM ar_projects t";
        let paged = Paged::new(select, conditions, NEWEST, place);
        let rows = self.rows_of("photos_of", &paged).await?;
        paged.page(&rows, read_photo, |photo| (photo.created_ms, photo.id.clone()))
    }

    /// How many living photos that are nobody's go with a customer's orders.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unowned_of(&self, customer_id: &str) -> Result<i64, sqlx::Error> {
        let count = format!(
            "SELECT COUNT(*) FROM ar_projects WHERE owner_id IS NULL AND bytes >= 0 AND order_id IN ({ORDERS_OF})"
        );
        let mut held = self.hold("unowned_of").await?;
        sqlx::query_scalar(AssertSqlSafe(count)).bind(customer_id).fetch_one(&mut *held).await
    }

    /// A customer's living photos that may go with a new order, last first: ids and names.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn free_photos_of(&self, customer_id: &str) -> Result<Vec<(String, String)>, sqlx::Error> {
        let select = "SELECT id, name FROM ar_projects WHERE owner_id = $1 AND bytes >= 0 AND status <> 'archived' \
                      AND (order_id IS NULL OR order_id IN (SELECT id FROM orders WHERE status = 'cancelled')) \
                      ORDER BY created_ms DESC, id DESC LIMIT $2";
        let mut held = self.hold("free_photos_of").await?;
        let rows = sqlx::query(select).bind(customer_id).bind(FREE_MAX).fetch_all(&mut *held).await?;
        drop(held);
        rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("name")?))).collect()
    }

    /// The name of a living photo that is nobody's; `None` for one that is somebody's, or gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unowned(&self, id: &str) -> Result<Option<String>, sqlx::Error> {
        let select =
            "SELECT name FROM ar_projects WHERE id = $1 AND owner_id IS NULL AND bytes >= 0 AND status <> 'archived'";
        let mut held = self.hold("unowned").await?;
        sqlx::query_scalar(select).bind(id).fetch_optional(&mut *held).await
    }

    /// Gives a living photo that is nobody's to a customer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn own_project(&self, id: &str, customer_id: &str) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET owner_id = $2, updated_ms = $3 WHERE id = $1 AND owner_id IS NULL";
        let mut held = self.hold("own_project").await?;
        let done = sqlx::query(update).bind(id).bind(customer_id).bind(self.clock.now_ms());
        Ok(done.execute(&mut *held).await?.rows_affected() == 1)
    }

    /// At most [`KEPT_ROWS`] rows of what is kept about a customer, from the number given on.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn kept_of(&self, customer_id: &str, what: Kept, from: i64) -> Result<Vec<Value>, sqlx::Error> {
        let select = match what {
            Kept::Orders => {
                "SELECT id, number, status, name, email, phone, address, language, currency, base, rate, total_minor, \
                 message, notes, tracking, cancel_reason, origin, created_ms, updated_ms FROM orders \
                 WHERE customer_id = $1 ORDER BY created_ms, id"
                    .to_owned()
            }
            Kept::Items => format!(
                "SELECT order_id, sku, name, quantity, unit_minor, ar_minor, has_ar FROM order_items \
                 WHERE order_id IN ({ORDERS_OF}) ORDER BY order_id, position"
            ),
            Kept::Photos => format!(
                "SELECT id, name, status, created_ms, updated_ms, expires_ms, bytes, scans, plays, targets \
                 FROM ar_projects WHERE id IN ({PHOTOS_OF}) ORDER BY created_ms, id"
            ),
            // Mails to an account may hold links that let in whoever has them.
            Kept::Mails => format!(
                "SELECT kind, recipient, language, subject, CASE WHEN entity = 'account' THEN '' ELSE body END AS body, \
                 status, created_ms, sent_ms FROM mails WHERE {} ORDER BY created_ms, id",
                about()
            ),
        };
        let select = AssertSqlSafe(format!("{select} LIMIT $2 OFFSET $3"));
        let mut held = self.hold("kept_of").await?;
        let rows = sqlx::query(select).bind(customer_id).bind(KEPT_ROWS).bind(from).fetch_all(&mut *held).await?;
        drop(held);
        rows.iter().map(read_row).collect()
    }

    /// Writes down that everything kept about a customer was given out.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn record_export(&self, customer_id: &str, actor: &Actor) -> Result<(), sqlx::Error> {
        let now = self.clock.now_ms();
        let change = Change {
            action: "customer.export",
            entity: "customer",
            entity_id: customer_id,
            before: json!({}),
            after: json!({ "exported_ms": now }),
        };
        let mut held = self.hold("record_export").await?;
        let mut transaction = held.begin().await?;
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await
    }

    /// Erases everything personal of a customer, and marks their living photos as deleted for good, whose files follow when
    /// the store is settled. May be done again; `false` where there is no such customer.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn erase_customer(&self, id: &str, actor: &Actor) -> Result<bool, sqlx::Error> {
        let now = self.clock.now_ms();
        let mut held = self.hold("erase_customer").await?;
        let mut transaction = held.begin().await?;
        let mark = "UPDATE customers SET erased_ms = $2 WHERE id = $1 AND erased_ms IS NULL";
        let is_first = run(&mut transaction, mark, id, Some(now)).await? == 1;
        let blank = "UPDATE customers SET name = '', email = '', phone = '', address = '', language = '', notes = '', \
                     consent_ms = NULL, updated_ms = $2 WHERE id = $1";
        if run(&mut transaction, blank, id, Some(now)).await? == 0 {
            return Ok(false);
        }
        let about = about();
        let statements = [
            format!("DELETE FROM words WHERE entity = 'mail' AND entity_id IN (SELECT id FROM mails WHERE {about})"),
            format!(
                "UPDATE mails SET recipient = '', subject = '', body = '', error = '', \
                 status = CASE WHEN status = 'sent' THEN status ELSE 'failed' END WHERE {about}"
            ),
            "UPDATE orders SET name = '', email = '', phone = '', address = '', message = '', notes = '', tracking = '', \
             cancel_reason = '' WHERE customer_id = $1"
                .to_owned(),
        ];
        for statement in &statements {
            run(&mut transaction, statement, id, None).await?;
        }
        let purge = format!("UPDATE ar_projects SET {PURGED} WHERE bytes >= 0 AND id IN ({PHOTOS_OF})");
        run(&mut transaction, &purge, id, Some(now)).await?;
        find_orders_by_number_only(&mut transaction, id).await?;
        forget_in_the_log(&mut transaction, id, &about).await?;
        let statements = [
            format!("DELETE FROM sessions WHERE account_id IN ({ACCOUNTS_OF})"),
            format!("DELETE FROM one_time_links WHERE account_id IN ({ACCOUNTS_OF})"),
            format!("DELETE FROM words WHERE entity = 'account' AND entity_id IN ({ACCOUNTS_OF})"),
            "DELETE FROM accounts WHERE customer_id = $1".to_owned(),
            "DELETE FROM words WHERE entity = 'customer' AND entity_id = $1".to_owned(),
        ];
        for statement in &statements {
            run(&mut transaction, statement, id, None).await?;
        }
        if is_first {
            let after = json!({ "erased_ms": now });
            let change =
                Change { action: "customer.erase", entity: "customer", entity_id: id, before: json!({}), after };
            record(&mut transaction, now, actor, change).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// Some of a customer's living photos whose last change the store does not show yet.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn unsettled_of(&self, customer_id: &str) -> Result<Vec<String>, sqlx::Error> {
        let select = format!("SELECT id FROM ar_projects WHERE settled = 0 AND id IN ({PHOTOS_OF}) LIMIT $2");
        let mut held = self.hold("unsettled_of").await?;
        let found = sqlx::query_scalar(AssertSqlSafe(select)).bind(customer_id).bind(AT_A_TIME);
        found.fetch_all(&mut *held).await
    }
}

/// A statement about the customer `$1`, with the time `$2` where it wants one; gives how many rows it changed.
async fn run(
    connection: &mut AnyConnection,
    statement: &str,
    customer_id: &str,
    now: Option<i64>,
) -> Result<u64, sqlx::Error> {
    let query = sqlx::query(AssertSqlSafe(statement.to_owned())).bind(customer_id.to_owned());
    let query = match now {
        Some(now) => query.bind(now),
        None => query,
    };
    Ok(query.execute(connection).await?.rows_affected())
}

async fn find_orders_by_number_only(connection: &mut AnyConnection, customer_id: &str) -> Result<(), sqlx::Error> {
    let select = "SELECT id, number FROM orders WHERE customer_id = $1";
    for row in sqlx::query(select).bind(customer_id).fetch_all(&mut *connection).await? {
        let (id, number): (String, i64) = (row.try_get("id")?, row.try_get("number")?);
        words::index(connection, "order", &id, &[&number.to_string()], "").await?;
    }
    Ok(())
}

/// Takes from the log what it tells of a customer, and their name from what they did; what was done when stays.
async fn forget_in_the_log(connection: &mut AnyConnection, customer_id: &str, about: &str) -> Result<(), sqlx::Error> {
    let select = format!(
        "SELECT id, actor, action, entity_id, before, after, \
         CAST(CASE WHEN account_id IN ({ACCOUNTS_OF}) OR (account_id IS NULL AND actor <> $2) THEN 1 ELSE 0 END \
         AS BIGINT) AS is_own \
         FROM audit WHERE {about} OR account_id IN ({ACCOUNTS_OF})"
    );
    let rows = sqlx::query(AssertSqlSafe(select)).bind(customer_id).bind(Actor::system().name);
    for row in rows.fetch_all(&mut *connection).await? {
        let (id, action): (String, String) = (row.try_get("id")?, row.try_get("action")?);
        let entity_id: String = row.try_get("entity_id")?;
        let is_own = row.try_get::<i64, _>("is_own")? == 1;
        let actor: String = if is_own { String::new() } else { row.try_get("actor")? };
        let (before, after) = (impersonal(&row, "before")?, impersonal(&row, "after")?);
        let update = "UPDATE audit SET actor = $2, before = $3, after = $4 WHERE id = $1";
        let done = sqlx::query(update).bind(&id).bind(&actor).bind(&before).bind(&after);
        done.execute(&mut *connection).await?;
        words::index(connection, "audit", &id, &[&actor, &action, &entity_id, &before, &after], "").await?;
    }
    Ok(())
}

/// What of a row's fields is nobody's, as JSON.
fn impersonal(row: &AnyRow, column: &str) -> Result<String, sqlx::Error> {
    let mut fields: Map<String, Json> = from_json(&row.try_get::<String, _>(column)?)?;
    fields.retain(|name, _| IMPERSONAL.contains(&name.as_str()));
    json(&fields)
}

/// Puts a new profile down.
async fn insert(
    connection: &mut AnyConnection,
    id: &str,
    fields: &ProfileFields,
    now: i64,
    actor: &Actor,
) -> Result<(), sqlx::Error> {
    let insert = "INSERT INTO customers (id, name, email, phone, address, language, notes, consent_ms, created_ms, updated_ms) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)";
    let done = sqlx::query(insert).bind(id).bind(&fields.name).bind(&fields.email).bind(&fields.phone);
    let done = done.bind(&fields.address).bind(&fields.language).bind(&fields.notes);
    done.bind(fields.consents.then_some(now)).bind(now).execute(&mut *connection).await?;
    index(connection, id, fields).await?;
    let after = logged(fields);
    let change = Change { action: "customer.create", entity: "customer", entity_id: id, before: json!({}), after };
    record(connection, now, actor, change).await
}

async fn index(connection: &mut AnyConnection, id: &str, fields: &ProfileFields) -> Result<(), sqlx::Error> {
    words::index(connection, "customer", id, &[&fields.name, &fields.email], &fields.phone).await
}

fn logged(fields: &ProfileFields) -> Json {
    json!({
        "name": fields.name, "email": fields.email, "phone": fields.phone, "address": fields.address,
        "language": fields.language, "notes": fields.notes, "consent": fields.consents,
    })
}

fn read(row: &AnyRow) -> Result<Customer, sqlx::Error> {
    Ok(Customer {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        phone: row.try_get("phone")?,
        address: row.try_get("address")?,
        language: row.try_get("language")?,
        notes: row.try_get("notes")?,
        consent_ms: row.try_get("consent_ms")?,
        created_ms: row.try_get("created_ms")?,
        erased_ms: row.try_get("erased_ms")?,
    })
}

fn read_photo(row: &AnyRow) -> Result<PhotoLine, sqlx::Error> {
    let status: String = row.try_get("status")?;
    Ok(PhotoLine {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        status: serde_json::from_value(status.into()).map_err(|error| sqlx::Error::Decode(error.into()))?,
        created_ms: row.try_get("created_ms")?,
        expires_ms: row.try_get("expires_ms")?,
        scans: row.try_get("scans")?,
    })
}
