//! The price list: products with their prices and pictures.

use std::collections::{BTreeMap, BTreeSet};

use app::crm::products::{Picture, ProductRow, ProductView, Translated};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection, Row, any::AnyRow};
use utoipa::ToSchema;

use super::{
    Actor, Db,
    audit::{Change, record},
    list::{Bind, Conditions, Page, Paged, Place, Sort, bound},
    words,
};

/// Most products of the public list.
const PRODUCTS_MAX: i64 = 500;
/// Most pictures of a product.
pub const PICTURES_MAX: i64 = 8;
/// What the list may be sorted by.
pub const PRODUCT_SORTS: [Sort; 4] = [
    Sort { name: "newest", column: "t.created_ms", descending: true },
    Sort { name: "oldest", column: "t.created_ms", descending: false },
    Sort { name: "changed", column: "t.updated_ms", descending: true },
    Sort { name: "unchanged", column: "t.updated_ms", descending: false },
];

const COLUMNS: &str = "t.id, t.sku, t.name, t.name_ru, t.name_hy, t.price_minor, t.currency, t.stock, t.production_days, \
                       t.is_active, t.archived_ms, t.created_ms, t.updated_ms";
const LONG_COLUMNS: &str = "t.description, t.description_ru, t.description_hy";
/// The products that customers are shown.
const ON_SALE: &str = "SELECT id FROM products WHERE is_active = 1 AND archived_ms IS NULL ORDER BY name, id LIMIT 500";

/// A product, as far as everything must have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: String,
    /// Stock keeping unit.
    pub sku: String,
    /// What it is called in English.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Price in the smallest unit of its currency.
    pub price_minor: i64,
    /// ISO 4217.
    pub currency: String,
}

/// A product as customers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListedProduct {
    /// Its id.
    pub id: String,
    /// Stock keeping unit.
    pub sku: String,
    /// What it is called, in the language that was asked for.
    pub name: String,
    /// What it is, in the language that was asked for.
    pub description: String,
    /// What it is called, by language; an empty one falls back to English.
    pub names: Translated,
    /// What it is, by language.
    pub descriptions: Translated,
    /// Price in the smallest unit of its currency.
    pub price_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// Prices of its own in other currencies, in their smallest units; in any other it is converted.
    pub prices: BTreeMap<String, i64>,
    /// Its pictures, in order.
    pub pictures: Vec<ListedPicture>,
    /// Whether it can be had.
    pub stock: StockState,
    /// Days until it is made, at most.
    pub production_days: i64,
}

/// A picture as customers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListedPicture {
    /// Path of the JPEG.
    pub url: String,
    /// Pixels.
    pub width: i64,
    /// Pixels.
    pub height: i64,
}

/// Whether a product can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StockState {
    /// As many as are wanted.
    MadeToOrder,
    /// There are some.
    InStock,
    /// There is none left.
    SoldOut,
}

/// What somebody enters about a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductEntry {
    /// Stock keeping unit, unique.
    pub sku: String,
    /// What it is called.
    pub names: Translated,
    /// What it is.
    pub descriptions: Translated,
    /// Price in the smallest unit of its currency.
    pub price_minor: i64,
    /// ISO 4217; one of the shop's.
    pub currency: String,
    /// Prices of its own in some of the currencies in use; `None` to have it converted. Those in other currencies stay.
    pub own: BTreeMap<String, Option<i64>>,
    /// Whether it is sold.
    pub is_active: bool,
    /// What the stock is set to: `None` leaves it, `Some(None)` is made to order.
    pub stock: Option<Option<i64>>,
    /// Days until it is made, at most.
    pub production_days: i64,
}

/// What the list is narrowed by; empty for all.
#[derive(Clone, Debug, Default)]
pub struct ProductFilter {
    /// Words of SKU or name.
    pub search: String,
    /// Where it stands.
    pub state: Option<ProductState>,
}

/// Where a product stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductState {
    /// Customers may order it.
    Active,
    /// It is prepared, or rests.
    Inactive,
    /// It is off the price list for good.
    Archived,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It was made.
    Done,
    /// Another product has the SKU.
    SkuTaken,
    /// There is no such product.
    Missing,
}

/// What became of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is the product's last.
    Done,
    /// The product has [`PICTURES_MAX`].
    Full,
    /// There is no such product.
    Missing,
}

/// What became of a product that was to be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deleted {
    /// It is gone; these were its pictures.
    Done(Vec<String>),
    /// It was ordered, so it stays.
    Ordered,
    /// There is no such product.
    Missing,
}

impl Db {
    /// The products on sale, by name; `name` and `description` are English.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn products(&self) -> Result<Vec<ListedProduct>, sqlx::Error> {
        let select = format!(
            "SELECT {COLUMNS}, {LONG_COLUMNS} FROM products t WHERE t.is_active = 1 AND t.archived_ms IS NULL \
             ORDER BY t.name, t.id LIMIT {PRODUCTS_MAX}"
        );
        let select_prices = format!(
            "SELECT p.product_id, p.currency, p.price_minor FROM product_prices p \
             JOIN currencies c ON c.code = p.currency AND c.is_active = 1 WHERE p.product_id IN ({ON_SALE})"
        );
        let select_pictures = format!(
            "SELECT p.product_id, p.id, p.width, p.height FROM product_pictures p WHERE p.product_id IN ({ON_SALE}) \
             ORDER BY p.product_id, p.position, p.id"
        );
        let mut held = self.hold("products").await?;
        let rows = sqlx::query(sqlx::AssertSqlSafe(select)).fetch_all(&mut *held).await?;
        let price_rows = sqlx::query(sqlx::AssertSqlSafe(select_prices)).fetch_all(&mut *held).await?;
        let picture_rows = sqlx::query(sqlx::AssertSqlSafe(select_pictures)).fetch_all(&mut *held).await?;
        drop(held);
        let mut prices: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
        for row in &price_rows {
            let own = prices.entry(row.try_get("product_id")?).or_default();
            own.insert(row.try_get("currency")?, row.try_get("price_minor")?);
        }
        let mut pictures: BTreeMap<String, Vec<ListedPicture>> = BTreeMap::new();
        for row in &picture_rows {
            let Picture { id, width, height } = read_picture(row)?;
            let listed = ListedPicture { url: picture_url(&id), width, height };
            pictures.entry(row.try_get("product_id")?).or_default().push(listed);
        }
        let listed = |row: &AnyRow| {
            let product = read(row)?;
            let descriptions = read_descriptions(row)?;
            Ok(ListedProduct {
                name: product.names.en.clone(),
                description: descriptions.en.clone(),
                names: product.names,
                descriptions,
                price_minor: product.price_minor,
                prices: prices.remove(&product.id).unwrap_or_default(),
                pictures: pictures.remove(&product.id).unwrap_or_default(),
                stock: match product.stock {
                    None => StockState::MadeToOrder,
                    Some(..=0) => StockState::SoldOut,
                    Some(_) => StockState::InStock,
                },
                production_days: product.production_days,
                id: product.id,
                sku: product.sku,
                currency: product.currency,
            })
        };
        rows.iter().map(listed).collect()
    }

    /// Puts a product on sale, or changes the one of the same id.
    ///
    /// # Errors
    /// When the database fails, or another product has the SKU.
    pub async fn put_product(&self, product: &Product) -> Result<(), sqlx::Error> {
        let upsert = "INSERT INTO products (id, sku, name, description, price_minor, currency, is_active, created_ms, updated_ms) \
             VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7) ON CONFLICT (id) DO UPDATE SET sku = $2, name = $3, \
             description = $4, price_minor = $5, currency = $6, is_active = 1, updated_ms = $7";
        let mut held = self.hold("put_product").await?;
        let mut transaction = held.begin().await?;
        let done = sqlx::query(upsert).bind(&product.id).bind(&product.sku).bind(&product.name);
        let done = done.bind(&product.description).bind(product.price_minor).bind(&product.currency);
        done.bind(self.clock.now_ms()).execute(&mut *transaction).await?;
        words::index(&mut transaction, "product", &product.id, &[&product.sku, &product.name], "").await?;
        transaction.commit().await
    }

    /// A page of the products as staff see them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn products_page(
        &self,
        filter: &ProductFilter,
        sort: Sort,
        place: Place,
    ) -> Result<Page<ProductRow>, sqlx::Error> {
        let mut conditions = Conditions::default();
        words::search(&mut conditions, "product", &filter.search);
        match filter.state {
            None => {}
            Some(ProductState::Active) => conditions.and("t.is_active = 1 AND t.archived_ms IS NULL", []),
            Some(ProductState::Inactive) => conditions.and("t.is_active = 0 AND t.archived_ms IS NULL", []),
            Some(ProductState::Archived) => conditions.and("t.archived_ms IS NOT NULL", []),
        }
        let paged = Paged::new(&format!("SELECT {COLUMNS} FROM products t"), conditions, sort, place);
        let rows = self.rows_of("products_page", &paged).await?;
        let value = |product: &ProductRow| {
            if sort.column == "t.updated_ms" { product.updated_ms } else { product.created_ms }
        };
        paged.page(&rows, read, |product| (value(product), product.id.clone()))
    }

    /// Everything about a product.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn product(&self, id: &str) -> Result<Option<ProductView>, sqlx::Error> {
        let mut held = self.hold("product").await?;
        one(&mut held, id).await
    }

    /// Adds a product under a new id. Own prices come with it, pictures later.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_product(&self, id: &str, entry: &ProductEntry, actor: &Actor) -> Result<Saved, sqlx::Error> {
        let insert = "INSERT INTO products (id, sku, name, description, price_minor, currency, is_active, stock, created_ms, \
                      updated_ms) VALUES ($1, $2, '', '', 0, $3, 0, NULL, $4, $4) ON CONFLICT DO NOTHING";
        let now = self.clock.now_ms();
        let mut held = self.hold("add_product").await?;
        let mut transaction = held.begin().await?;
        let done = sqlx::query(insert).bind(id).bind(&entry.sku).bind(&entry.currency).bind(now);
        if done.execute(&mut *transaction).await?.rows_affected() == 0 {
            return Ok(Saved::SkuTaken);
        }
        write(&mut transaction, id, entry, now).await?;
        let after = one(&mut transaction, id).await?.map_or(Value::Null, |product| told(&product));
        let change = Change { action: "product.create", entity: "product", entity_id: id, before: json!({}), after };
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await?;
        Ok(Saved::Done)
    }

    /// Changes a product.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_product(&self, id: &str, entry: &ProductEntry, actor: &Actor) -> Result<Saved, sqlx::Error> {
        let now = self.clock.now_ms();
        let mut held = self.hold("change_product").await?;
        let mut transaction = held.begin().await?;
        if !touch(&mut transaction, id, now).await? {
            return Ok(Saved::Missing);
        }
        let before = one(&mut transaction, id).await?.map_or(Value::Null, |product| told(&product));
        match write(&mut transaction, id, entry, now).await {
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                transaction.rollback().await?;
                return Ok(Saved::SkuTaken);
            }
            done => done?,
        }
        let after = one(&mut transaction, id).await?.map_or(Value::Null, |product| told(&product));
        let change = Change { action: "product.change", entity: "product", entity_id: id, before, after };
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await?;
        Ok(Saved::Done)
    }

    /// Puts a product into the archive, or back on the price list as it was; `false` where nothing changed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn archive_product(&self, id: &str, is_archived: bool, actor: &Actor) -> Result<bool, sqlx::Error> {
        let update = if is_archived {
            "UPDATE products SET archived_ms = $2, updated_ms = $2 WHERE id = $1 AND archived_ms IS NULL"
        } else {
            "UPDATE products SET archived_ms = NULL, updated_ms = $2 WHERE id = $1 AND archived_ms IS NOT NULL"
        };
        let now = self.clock.now_ms();
        let mut held = self.hold("archive_product").await?;
        let mut transaction = held.begin().await?;
        if sqlx::query(update).bind(id).bind(now).execute(&mut *transaction).await?.rows_affected() == 0 {
            return Ok(false);
        }
        let change = Change {
            action: if is_archived { "product.archive" } else { "product.restore" },
            entity: "product",
            entity_id: id,
            before: json!({ "is_archived": !is_archived }),
            after: json!({ "is_archived": is_archived }),
        };
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Deletes a product that nobody has ordered.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_product(&self, id: &str, actor: &Actor) -> Result<Deleted, sqlx::Error> {
        let now = self.clock.now_ms();
        let mut held = self.hold("delete_product").await?;
        let mut transaction = held.begin().await?;
        if !touch(&mut transaction, id, now).await? {
            return Ok(Deleted::Missing);
        }
        let Some(product) = one(&mut transaction, id).await? else { return Ok(Deleted::Missing) };
        if product.is_ordered {
            transaction.rollback().await?;
            return Ok(Deleted::Ordered);
        }
        for delete in [
            "DELETE FROM product_pictures WHERE product_id = $1",
            "DELETE FROM product_prices WHERE product_id = $1",
            "DELETE FROM words WHERE entity = 'product' AND entity_id = $1",
            "DELETE FROM products WHERE id = $1",
        ] {
            match sqlx::query(delete).bind(id).execute(&mut *transaction).await {
                // Somebody has ordered it just now.
                Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => {
                    transaction.rollback().await?;
                    return Ok(Deleted::Ordered);
                }
                done => done?,
            };
        }
        let before = told(&product);
        let change = Change { action: "product.delete", entity: "product", entity_id: id, before, after: json!({}) };
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await?;
        Ok(Deleted::Done(product.pictures.into_iter().map(|picture| picture.id).collect()))
    }

    /// Adds a picture, whose file is there, as a product's last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_picture(&self, product_id: &str, picture: &Picture, actor: &Actor) -> Result<Added, sqlx::Error> {
        let insert =
            "INSERT INTO product_pictures (id, product_id, position, width, height) VALUES ($1, $2, $3, $4, $5)";
        let now = self.clock.now_ms();
        let mut held = self.hold("add_picture").await?;
        let mut transaction = held.begin().await?;
        if !touch(&mut transaction, product_id, now).await? {
            return Ok(Added::Missing);
        }
        let pictures = pictures(&mut transaction, product_id).await?;
        let position = i64::try_from(pictures.len()).unwrap_or(i64::MAX);
        if position >= PICTURES_MAX {
            transaction.rollback().await?;
            return Ok(Added::Full);
        }
        let done = sqlx::query(insert).bind(&picture.id).bind(product_id).bind(position).bind(picture.width);
        done.bind(picture.height).execute(&mut *transaction).await?;
        let before = ids(&pictures);
        let after: Vec<&str> = before.iter().copied().chain([picture.id.as_str()]).collect();
        record(&mut transaction, now, actor, picture_change(product_id, &before, &after)).await?;
        transaction.commit().await?;
        Ok(Added::Done)
    }

    /// Moves a picture of a product one place up or down; `false` when the product has no such picture.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn move_picture(
        &self,
        product_id: &str,
        picture_id: &str,
        is_up: bool,
        actor: &Actor,
    ) -> Result<bool, sqlx::Error> {
        self.rearrange(product_id, picture_id, actor, |order, at| {
            let other = if is_up { at.checked_sub(1) } else { Some(at + 1) };
            if let Some(other) = other.filter(|other| *other < order.len()) {
                order.swap(at, other);
            }
        })
        .await
    }

    /// Takes a picture from a product; `false` when it has no such picture.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_picture(&self, product_id: &str, picture_id: &str, actor: &Actor) -> Result<bool, sqlx::Error> {
        let remove = |order: &mut Vec<&str>, at: usize| {
            order.remove(at);
        };
        self.rearrange(product_id, picture_id, actor, remove).await
    }

    /// Puts a product's pictures into another order; those that are left out are removed.
    async fn rearrange(
        &self,
        product_id: &str,
        picture_id: &str,
        actor: &Actor,
        arrange: impl FnOnce(&mut Vec<&str>, usize),
    ) -> Result<bool, sqlx::Error> {
        let now = self.clock.now_ms();
        let mut held = self.hold("rearrange_pictures").await?;
        let mut transaction = held.begin().await?;
        if !touch(&mut transaction, product_id, now).await? {
            return Ok(false);
        }
        let pictures = pictures(&mut transaction, product_id).await?;
        let before = ids(&pictures);
        let Some(at) = before.iter().position(|id| *id == picture_id) else {
            transaction.rollback().await?;
            return Ok(false);
        };
        let mut after = before.clone();
        arrange(&mut after, at);
        for id in &before {
            let place = after.iter().position(|other| other == id).and_then(|place| i64::try_from(place).ok());
            let done = match place {
                Some(place) => {
                    sqlx::query("UPDATE product_pictures SET position = $2 WHERE id = $1").bind(id).bind(place)
                }
                None => sqlx::query("DELETE FROM product_pictures WHERE id = $1").bind(id),
            };
            done.execute(&mut *transaction).await?;
        }
        record(&mut transaction, now, actor, picture_change(product_id, &before, &after)).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Which of these pictures belong to a product; at most a few hundred are asked for at a time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn known_pictures(&self, ids: &[&str]) -> Result<BTreeSet<String>, sqlx::Error> {
        if ids.is_empty() {
            return Ok(BTreeSet::new());
        }
        let places: Vec<String> = (1..=ids.len()).map(|number| format!("${number}")).collect();
        let select = format!("SELECT id FROM product_pictures WHERE id IN ({})", places.join(", "));
        let binds: Vec<Bind> = ids.iter().copied().map(Bind::from).collect();
        let mut held = self.hold("known_pictures").await?;
        let rows = bound(sqlx::query(sqlx::AssertSqlSafe(select)), &binds).fetch_all(&mut *held).await?;
        drop(held);
        rows.iter().map(|row| row.try_get("id")).collect()
    }
}

/// Path of a picture.
#[must_use]
pub fn picture_url(id: &str) -> String {
    format!("/objects/shop/{id}.jpg")
}

/// Marks a product as changed, so that nobody else changes it until the transaction ends; `false` when there is none.
async fn touch(connection: &mut AnyConnection, id: &str, now: i64) -> Result<bool, sqlx::Error> {
    let update = "UPDATE products SET updated_ms = $2 WHERE id = $1";
    Ok(sqlx::query(update).bind(id).bind(now).execute(connection).await?.rows_affected() == 1)
}

async fn write(connection: &mut AnyConnection, id: &str, entry: &ProductEntry, now: i64) -> Result<(), sqlx::Error> {
    let update = "UPDATE products SET sku = $2, name = $3, name_ru = $4, name_hy = $5, description = $6, description_ru = $7, \
                  description_hy = $8, price_minor = $9, currency = $10, is_active = $11, production_days = $12, \
                  updated_ms = $13 WHERE id = $1";
    let ProductEntry { sku, names, descriptions, .. } = entry;
    let done = sqlx::query(update).bind(id).bind(sku).bind(&names.en).bind(&names.ru).bind(&names.hy);
    let done = done.bind(&descriptions.en).bind(&descriptions.ru).bind(&descriptions.hy).bind(entry.price_minor);
    let done = done.bind(&entry.currency).bind(i64::from(entry.is_active)).bind(entry.production_days).bind(now);
    done.execute(&mut *connection).await?;
    if let Some(stock) = entry.stock {
        let update = "UPDATE products SET stock = $2 WHERE id = $1";
        sqlx::query(update).bind(id).bind(stock).execute(&mut *connection).await?;
    }
    for (currency, price) in &entry.own {
        let done = match price {
            Some(price) => {
                let upsert = "INSERT INTO product_prices (product_id, currency, price_minor) VALUES ($1, $2, $3) \
                              ON CONFLICT (product_id, currency) DO UPDATE SET price_minor = $3";
                sqlx::query(upsert).bind(id).bind(currency).bind(*price)
            }
            None => {
                let delete = "DELETE FROM product_prices WHERE product_id = $1 AND currency = $2";
                sqlx::query(delete).bind(id).bind(currency)
            }
        };
        done.execute(&mut *connection).await?;
    }
    words::index(connection, "product", id, &[sku, &names.en, &names.ru, &names.hy], "").await
}

async fn one(connection: &mut AnyConnection, id: &str) -> Result<Option<ProductView>, sqlx::Error> {
    let select = format!(
        "SELECT {COLUMNS}, {LONG_COLUMNS}, \
         (SELECT COUNT(*) FROM (SELECT 1 FROM order_items i WHERE i.product_id = t.id LIMIT 1) o) AS ordered \
         FROM products t WHERE t.id = $1"
    );
    let select_prices =
        "SELECT currency, price_minor FROM product_prices WHERE product_id = $1 ORDER BY currency LIMIT 300";
    let row = sqlx::query(sqlx::AssertSqlSafe(select)).bind(id).fetch_optional(&mut *connection).await?;
    let Some(row) = row else { return Ok(None) };
    let rows = sqlx::query(select_prices).bind(id).fetch_all(&mut *connection).await?;
    let own = rows.iter().map(|row| Ok((row.try_get("currency")?, row.try_get("price_minor")?)));
    let own = own.collect::<Result<BTreeMap<String, i64>, sqlx::Error>>()?;
    Ok(Some(ProductView {
        row: read(&row)?,
        descriptions: read_descriptions(&row)?,
        own,
        pictures: pictures(connection, id).await?,
        is_ordered: row.try_get::<i64, _>("ordered")? > 0,
    }))
}

async fn pictures(connection: &mut AnyConnection, product_id: &str) -> Result<Vec<Picture>, sqlx::Error> {
    let select = format!(
        "SELECT id, width, height FROM product_pictures WHERE product_id = $1 ORDER BY position, id LIMIT {PICTURES_MAX}"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(select)).bind(product_id).fetch_all(connection).await?;
    rows.iter().map(read_picture).collect()
}

fn ids(pictures: &[Picture]) -> Vec<&str> {
    pictures.iter().map(|picture| picture.id.as_str()).collect()
}

fn picture_change<'a>(product_id: &'a str, before: &[&str], after: &[&str]) -> Change<'a> {
    let (before, after) = (json!({ "pictures": before }), json!({ "pictures": after }));
    Change { action: "product.pictures", entity: "product", entity_id: product_id, before, after }
}

/// A product as the audit log tells of it.
fn told(product: &ProductView) -> Value {
    let ProductView { row, descriptions, own, .. } = product;
    json!({
        "sku": row.sku, "name": row.names.en, "name_ru": row.names.ru, "name_hy": row.names.hy,
        "description": descriptions.en, "description_ru": descriptions.ru, "description_hy": descriptions.hy,
        "price_minor": row.price_minor, "currency": row.currency, "own_prices": own, "is_active": row.is_active,
        "stock": row.stock, "production_days": row.production_days,
    })
}

fn read(row: &AnyRow) -> Result<ProductRow, sqlx::Error> {
    Ok(ProductRow {
        id: row.try_get("id")?,
        sku: row.try_get("sku")?,
        names: Translated { en: row.try_get("name")?, ru: row.try_get("name_ru")?, hy: row.try_get("name_hy")? },
        price_minor: row.try_get("price_minor")?,
        currency: row.try_get("currency")?,
        stock: row.try_get("stock")?,
        production_days: row.try_get("production_days")?,
        is_active: row.try_get::<i64, _>("is_active")? == 1,
        archived_ms: row.try_get("archived_ms")?,
        created_ms: row.try_get("created_ms")?,
        updated_ms: row.try_get("updated_ms")?,
    })
}

fn read_descriptions(row: &AnyRow) -> Result<Translated, sqlx::Error> {
    Ok(Translated {
        en: row.try_get("description")?,
        ru: row.try_get("description_ru")?,
        hy: row.try_get("description_hy")?,
    })
}

fn read_picture(row: &AnyRow) -> Result<Picture, sqlx::Error> {
    Ok(Picture { id: row.try_get("id")?, width: row.try_get("width")?, height: row.try_get("height")? })
}
