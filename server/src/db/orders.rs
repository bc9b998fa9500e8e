//! Orders: placed, found, moved along.

use std::collections::BTreeMap;

use app::{
    language::Language,
    model::ProjectStatus,
    order::{Order, OrderItem, OrderStatus, Origin},
};
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection, Row, any::AnyRow};

use super::{
    Actor, Db,
    audit::{Change, record},
    list::{Bind, Conditions, PAGE_ROWS, Page, Paged, Place, Sort, bound},
    words,
};
use crate::prices::Quote;

/// What the list is sorted by; the first is meant where nothing is said.
pub const ORDER_SORTS: [Sort; 4] = [
    Sort { name: "newest", column: "t.created_ms", descending: true },
    Sort { name: "oldest", column: "t.created_ms", descending: false },
    Sort { name: "most", column: "t.base_minor", descending: true },
    Sort { name: "least", column: "t.base_minor", descending: false },
];

/// What the list is narrowed by; empty for all.
#[derive(Clone, Debug, Default)]
pub struct OrderFilter {
    /// Words of number, name, e-mail address or phone number.
    pub search: String,
    /// Where they stand.
    pub status: Option<OrderStatus>,
    /// A customer's.
    pub customer_id: String,
    /// Made from this time on.
    pub from_ms: Option<i64>,
    /// Made before this time.
    pub to_ms: Option<i64>,
}

/// A living photo of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// Its public id.
    pub id: String,
    /// The album's name.
    pub name: String,
    /// Where it stands.
    pub status: ProjectStatus,
}

/// How a customer is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) address: String,
    /// `None` for the shop's.
    pub(crate) language: Option<Language>,
}

/// An order that is to be placed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlacedOrder<'a> {
    pub(crate) id: &'a str,
    pub(crate) customer_id: Option<&'a str>,
    pub(crate) name: &'a str,
    pub(crate) email: &'a str,
    pub(crate) phone: &'a str,
    pub(crate) address: &'a str,
    pub(crate) language: Language,
    pub(crate) message: &'a str,
    pub(crate) origin: Origin,
    pub(crate) project_ids: &'a [String],
    pub(crate) quote: &'a Quote,
}

/// What placing an order comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placed {
    /// It has a number.
    Done,
    /// It had one already.
    Before,
    /// Something is not sold any more, or there are not enough pieces of it.
    StockTooLow,
    /// A living photo is unknown, or belongs to another order.
    ProjectTaken,
}

const COLUMNS: &str = "t.id, t.number, t.status, t.customer_id, t.name, t.email, t.phone, t.address, t.language, t.currency, \
                       t.base, t.rate, t.total_minor, t.base_minor, t.message, t.notes, t.tracking, t.cancel_reason, t.origin, \
                       t.created_ms, t.updated_ms";
/// Rows that are read at a time for an export.
const BATCH_ROWS: usize = 1000;
/// Most living photos of an order that are listed.
const ATTACHED_MAX: i64 = 100;
/// Whether a living photo may go to an order: it exists and belongs to none, or to one that will not be made.
pub(super) const IS_FREE: &str =
    "bytes >= 0 AND (order_id IS NULL OR order_id IN (SELECT id FROM orders WHERE status = 'cancelled'))";

impl Db {
    /// Places an order at its quoted prices, all or nothing: takes its number, its pieces from the stock, its living photos.
    pub(crate) async fn place_order(&self, new: &PlacedOrder<'_>, actor: &Actor) -> Result<Placed, sqlx::Error> {
        let now = self.clock.now_ms();
        let mut held = self.hold("place_order").await?;
        let mut transaction = held.begin().await?;
        let next = "UPDATE counters SET value = value + 1 WHERE name = 'order' RETURNING value";
        let number: i64 = sqlx::query_scalar(next).fetch_one(&mut *transaction).await?;
        // Whoever placed the same order at the same time had the counter first.
        let is_there = sqlx::query("SELECT id FROM orders WHERE id = $1").bind(new.id);
        if is_there.fetch_optional(&mut *transaction).await?.is_some() {
            return Ok(Placed::Before);
        }
        let quote = new.quote;
        let mut wanted: BTreeMap<&str, i64> = BTreeMap::new();
        for line in &quote.lines {
            *wanted.entry(&line.product_id).or_default() += line.quantity;
        }
        let mut from_stock: BTreeMap<&str, bool> = BTreeMap::new();
        let take = "UPDATE products SET stock = stock - $2 WHERE id = $1 AND is_active = 1 AND archived_ms IS NULL \
                    AND (stock IS NULL OR stock >= $2) RETURNING stock";
        for (id, quantity) in wanted {
            let left: Option<Option<i64>> =
                sqlx::query_scalar(take).bind(id).bind(quantity).fetch_optional(&mut *transaction).await?;
            let Some(left) = left else { return Ok(Placed::StockTooLow) };
            from_stock.insert(id, left.is_some());
        }
        let insert = "INSERT INTO orders (id, number, status, customer_id, name, email, phone, address, language, currency, \
                      base, rate, total_minor, base_minor, message, notes, tracking, cancel_reason, origin, created_ms, \
                      updated_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, '', '', '', $16, \
                      $17, $17)";
        let done = sqlx::query(insert).bind(new.id).bind(number).bind(OrderStatus::Pending.name());
        let done = done.bind(new.customer_id).bind(new.name).bind(new.email).bind(new.phone).bind(new.address);
        let done = done.bind(new.language.code()).bind(&quote.currency).bind(&quote.base).bind(&quote.rate);
        let done = done.bind(quote.total_minor).bind(quote.base_minor).bind(new.message).bind(new.origin.name());
        done.bind(now).execute(&mut *transaction).await?;
        insert_items(&mut transaction, new.id, quote, &from_stock).await?;
        let attach = format!("UPDATE ar_projects SET order_id = $2 WHERE id = $1 AND {IS_FREE}");
        for project in new.project_ids {
            let done = sqlx::query(sqlx::AssertSqlSafe(attach.clone())).bind(project).bind(new.id);
            if done.execute(&mut *transaction).await?.rows_affected() == 0 {
                return Ok(Placed::ProjectTaken);
            }
        }
        let texts = [number.to_string(), new.name.to_owned(), new.email.to_owned()];
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        words::index(&mut transaction, "order", new.id, &texts, new.phone).await?;
        let items: Vec<Value> = quote.lines.iter().map(|line| json!([line.sku, line.quantity, line.has_ar])).collect();
        let after = json!({
            "number": number, "status": OrderStatus::Pending, "currency": quote.currency, "rate": quote.rate,
            "total_minor": quote.total_minor, "items": items, "projects": new.project_ids, "origin": new.origin,
        });
        let change = Change { action: "order.create", entity: "order", entity_id: new.id, before: json!({}), after };
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await?;
        Ok(Placed::Done)
    }

    /// An order, `None` where there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn order(&self, id: &str) -> Result<Option<Order>, sqlx::Error> {
        let select = format!("SELECT {COLUMNS} FROM orders t WHERE t.id = $1");
        let mut held = self.hold("order").await?;
        let row = sqlx::query(sqlx::AssertSqlSafe(select)).bind(id).fetch_optional(&mut *held).await?;
        drop(held);
        row.as_ref().map(read).transpose()
    }

    /// What was ordered, in its order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn order_items(&self, id: &str) -> Result<Vec<OrderItem>, sqlx::Error> {
        let select = "SELECT product_id, sku, name, quantity, unit_minor, ar_minor, has_ar FROM order_items \
                      WHERE order_id = $1 ORDER BY position";
        let mut held = self.hold("order_items").await?;
        let rows = sqlx::query(select).bind(id).fetch_all(&mut *held).await?;
        drop(held);
        let read = |row: &AnyRow| {
            Ok(OrderItem {
                product_id: row.try_get("product_id")?,
                sku: row.try_get("sku")?,
                name: row.try_get("name")?,
                quantity: row.try_get("quantity")?,
                unit_minor: row.try_get("unit_minor")?,
                ar_minor: row.try_get("ar_minor")?,
                has_ar: row.try_get::<i64, _>("has_ar")? == 1,
            })
        };
        rows.iter().map(read).collect()
    }

    /// A page of the orders.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn orders_page(
        &self,
        filter: &OrderFilter,
        sort: Sort,
        place: Place,
    ) -> Result<Page<Order>, sqlx::Error> {
        self.page_of_orders(filtered(filter), sort, place, PAGE_ROWS).await
    }

    /// The same in larger pieces, to export them.
    pub(crate) async fn orders_batch(
        &self,
        filter: &OrderFilter,
        sort: Sort,
        place: Place,
    ) -> Result<Page<Order>, sqlx::Error> {
        self.page_of_orders(filtered(filter), sort, place, BATCH_ROWS).await
    }

    /// A page of a customer's orders, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn orders_of_customer(&self, customer_id: &str, place: Place) -> Result<Page<Order>, sqlx::Error> {
        let mut conditions = Conditions::default();
        conditions.and("t.customer_id = ?", [Bind::from(customer_id)]);
        self.page_of_orders(conditions, ORDER_SORTS[0], place, PAGE_ROWS).await
    }

    async fn page_of_orders(
        &self,
        conditions: Conditions,
        sort: Sort,
        place: Place,
        length: usize,
    ) -> Result<Page<Order>, sqlx::Error> {
        let select = format!("SELECT {COLUMNS} FROM orders t");
        let paged = Paged::of_length(&select, conditions, sort, place, length);
        let rows = self.rows_of("orders_page", &paged).await?;
        paged.page(&rows, read, |order| (sort_value(order, sort), order.id.clone()))
    }

    /// Moves an order from where it stands to another status; `false` when it stands elsewhere by now. Cancelled, it gives back
    /// what it took from the stock.
    pub(crate) async fn move_order(
        &self,
        before: &Order,
        to: OrderStatus,
        reason: &str,
        tracking: &str,
        actor: &Actor,
    ) -> Result<bool, sqlx::Error> {
        let now = self.clock.now_ms();
        let mut held = self.hold("move_order").await?;
        let mut transaction = held.begin().await?;
        let update = "UPDATE orders SET status = $3, cancel_reason = $4, tracking = $5, updated_ms = $6 \
                      WHERE id = $1 AND status = $2";
        let done = sqlx::query(update).bind(&before.id).bind(before.status.name()).bind(to.name()).bind(reason);
        if done.bind(tracking).bind(now).execute(&mut *transaction).await?.rows_affected() == 0 {
            return Ok(false);
        }
        if to == OrderStatus::Cancelled {
            let taken = "SELECT product_id, CAST(SUM(quantity) AS BIGINT) AS pieces FROM order_items \
                         WHERE order_id = $1 AND from_stock = 1 AND product_id IS NOT NULL GROUP BY product_id \
                         ORDER BY product_id";
            for row in sqlx::query(taken).bind(&before.id).fetch_all(&mut *transaction).await? {
                let (id, pieces): (String, i64) = (row.try_get("product_id")?, row.try_get("pieces")?);
                let give = "UPDATE products SET stock = stock + $2 WHERE id = $1 AND stock IS NOT NULL";
                sqlx::query(give).bind(id).bind(pieces).execute(&mut *transaction).await?;
            }
        }
        let fields = |status: OrderStatus, reason: &str, tracking: &str| json!({ "status": status, "cancel_reason": reason, "tracking": tracking });
        let change = Change {
            action: "order.status",
            entity: "order",
            entity_id: &before.id,
            before: fields(before.status, &before.cancel_reason, &before.tracking),
            after: fields(to, reason, tracking),
        };
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Changes what staff wrote about an order.
    pub(crate) async fn set_order_notes(&self, before: &Order, notes: &str, actor: &Actor) -> Result<(), sqlx::Error> {
        let update = "UPDATE orders SET notes = $2, updated_ms = $3 WHERE id = $1";
        let fields = (json!({ "notes": before.notes }), json!({ "notes": notes }));
        self.set_order_text(update, "order.notes", &before.id, notes, fields, actor).await
    }

    /// Changes the carrier's number of an order.
    pub(crate) async fn set_order_tracking(
        &self,
        before: &Order,
        tracking: &str,
        actor: &Actor,
    ) -> Result<(), sqlx::Error> {
        let update = "UPDATE orders SET tracking = $2, updated_ms = $3 WHERE id = $1";
        let fields = (json!({ "tracking": before.tracking }), json!({ "tracking": tracking }));
        self.set_order_text(update, "order.tracking", &before.id, tracking, fields, actor).await
    }

    async fn set_order_text(
        &self,
        update: &'static str,
        action: &'static str,
        id: &str,
        text: &str,
        (before, after): (Value, Value),
        actor: &Actor,
    ) -> Result<(), sqlx::Error> {
        let now = self.clock.now_ms();
        let mut held = self.hold("set_order_text").await?;
        let mut transaction = held.begin().await?;
        sqlx::query(update).bind(id).bind(text).bind(now).execute(&mut *transaction).await?;
        let change = Change { action, entity: "order", entity_id: id, before, after };
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await
    }

    /// Puts a living photo to an order; `false` when there is none of the id, or it belongs to another order.
    pub(crate) async fn attach_project(&self, id: &str, project: &str, actor: &Actor) -> Result<bool, sqlx::Error> {
        let update = format!("UPDATE ar_projects SET order_id = $2 WHERE id = $1 AND {IS_FREE}");
        let fields = (json!({}), json!({ "project": project }));
        self.set_project_order(update, "order.attach", (id, project), fields, actor).await
    }

    /// Takes a living photo away from an order; `false` when it is not there.
    pub(crate) async fn detach_project(&self, id: &str, project: &str, actor: &Actor) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET order_id = NULL WHERE id = $1 AND order_id = $2".to_owned();
        let fields = (json!({ "project": project }), json!({}));
        self.set_project_order(update, "order.detach", (id, project), fields, actor).await
    }

    async fn set_project_order(
        &self,
        update: String,
        action: &'static str,
        (id, project): (&str, &str),
        (before, after): (Value, Value),
        actor: &Actor,
    ) -> Result<bool, sqlx::Error> {
        let now = self.clock.now_ms();
        let mut held = self.hold("set_project_order").await?;
        let mut transaction = held.begin().await?;
        let done = sqlx::query(sqlx::AssertSqlSafe(update)).bind(project).bind(id);
        if done.execute(&mut *transaction).await?.rows_affected() == 0 {
            return Ok(false);
        }
        let change = Change { action, entity: "order", entity_id: id, before, after };
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Days that an order's slowest product takes to make.
    pub(crate) async fn production_days(&self, order_id: &str) -> Result<i64, sqlx::Error> {
        let select = "SELECT CAST(MAX(p.production_days) AS BIGINT) FROM order_items i \
                      JOIN products p ON p.id = i.product_id WHERE i.order_id = $1";
        let mut held = self.hold("production_days").await?;
        let days: Option<i64> = sqlx::query_scalar(select).bind(order_id).fetch_one(&mut *held).await?;
        Ok(days.unwrap_or_default())
    }

    /// Whom an order is for, by the id of their profile; `None` where there is none or it was erased.
    pub(crate) async fn buyer(&self, customer_id: &str) -> Result<Option<Contact>, sqlx::Error> {
        let select = "SELECT name, email, phone, address, language FROM customers WHERE id = $1 AND erased_ms IS NULL";
        let mut held = self.hold("buyer").await?;
        let row = sqlx::query(select).bind(customer_id).fetch_optional(&mut *held).await?;
        drop(held);
        let read = |row: &AnyRow| {
            Ok(Contact {
                name: row.try_get("name")?,
                email: row.try_get("email")?,
                phone: row.try_get("phone")?,
                address: row.try_get("address")?,
                language: Language::parse(&row.try_get::<String, _>("language")?),
            })
        };
        row.as_ref().map(read).transpose()
    }

    /// The living photos of an order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn projects_of_order(&self, order_id: &str) -> Result<Vec<Attached>, sqlx::Error> {
        let select = "SELECT id, name, status FROM ar_projects WHERE order_id = $1 ORDER BY created_ms, id LIMIT $2";
        let mut held = self.hold("projects_of_order").await?;
        let rows = sqlx::query(select).bind(order_id).bind(ATTACHED_MAX).fetch_all(&mut *held).await?;
        drop(held);
        let read = |row: &AnyRow| {
            let status: String = row.try_get("status")?;
            let status = serde_json::from_value(status.into()).map_err(|error| sqlx::Error::Decode(error.into()))?;
            Ok(Attached { id: row.try_get("id")?, name: row.try_get("name")?, status })
        };
        rows.iter().map(read).collect()
    }
}

fn filtered(filter: &OrderFilter) -> Conditions {
    let mut conditions = Conditions::default();
    words::search(&mut conditions, "order", &filter.search);
    if let Some(status) = filter.status {
        conditions.and("t.status = ?", [Bind::from(status.name())]);
    }
    if !filter.customer_id.is_empty() {
        conditions.and("t.customer_id = ?", [Bind::from(filter.customer_id.as_str())]);
    }
    if let Some(from) = filter.from_ms {
        conditions.and("t.created_ms >= ?", [from.into()]);
    }
    if let Some(to) = filter.to_ms {
        conditions.and("t.created_ms < ?", [to.into()]);
    }
    conditions
}

async fn insert_items(
    connection: &mut AnyConnection,
    order_id: &str,
    quote: &Quote,
    from_stock: &BTreeMap<&str, bool>,
) -> Result<(), sqlx::Error> {
    let mut places = Vec::new();
    let mut binds = vec![Bind::from(order_id)];
    for (position, line) in (0_i64..).zip(&quote.lines) {
        let first = binds.len() + 1;
        let own: Vec<String> = (first..first + 9).map(|number| format!("${number}")).collect();
        places.push(format!("($1, {})", own.join(", ")));
        let is_from_stock = from_stock.get(line.product_id.as_str()).copied().unwrap_or_default();
        binds.extend([
            position.into(),
            Bind::from(line.product_id.as_str()),
            Bind::from(line.sku.as_str()),
            Bind::from(line.name.as_str()),
            line.quantity.into(),
            line.unit_minor.into(),
            line.ar_minor.into(),
            i64::from(line.has_ar).into(),
            i64::from(is_from_stock).into(),
        ]);
    }
    let insert = format!(
        "INSERT INTO order_items (order_id, position, product_id, sku, name, quantity, unit_minor, ar_minor, has_ar, from_stock) \
         VALUES {}",
        places.join(", ")
    );
    bound(sqlx::query(sqlx::AssertSqlSafe(insert)), &binds).execute(connection).await.map(drop)
}

fn sort_value(order: &Order, sort: Sort) -> i64 {
    if sort.column == "t.base_minor" { order.base_minor } else { order.created_ms }
}

fn read(row: &AnyRow) -> Result<Order, sqlx::Error> {
    fn known<T>(row: &AnyRow, column: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, sqlx::Error> {
        let text: String = row.try_get(column)?;
        parse(&text).ok_or_else(|| sqlx::Error::Decode(format!("{column}: {text}").into()))
    }
    Ok(Order {
        id: row.try_get("id")?,
        number: row.try_get("number")?,
        status: known(row, "status", OrderStatus::parse)?,
        customer_id: row.try_get("customer_id")?,
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        phone: row.try_get("phone")?,
        address: row.try_get("address")?,
        language: known(row, "language", Language::parse)?,
        currency: row.try_get("currency")?,
        base: row.try_get("base")?,
        rate: row.try_get("rate")?,
        total_minor: row.try_get("total_minor")?,
        base_minor: row.try_get("base_minor")?,
        message: row.try_get("message")?,
        notes: row.try_get("notes")?,
        tracking: row.try_get("tracking")?,
        cancel_reason: row.try_get("cancel_reason")?,
        origin: known(row, "origin", Origin::parse)?,
        created_ms: row.try_get("created_ms")?,
        updated_ms: row.try_get("updated_ms")?,
    })
}
