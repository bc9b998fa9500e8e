//! What the shop sells.

use serde::Serialize;
use sqlx::Row;
use utoipa::ToSchema;

use super::Db;

/// Most products of the public list.
const PRODUCTS_MAX: i64 = 500;

/// A product as customers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Product {
    /// Its id.
    pub id: String,
    /// Stock keeping unit.
    pub sku: String,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Price in the smallest unit of its currency.
    pub price_minor: i64,
    /// ISO 4217.
    pub currency: String,
}

impl Db {
    /// The products on sale, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn products(&self) -> Result<Vec<Product>, sqlx::Error> {
        let select = "SELECT id, sku, name, description, price_minor, currency FROM products WHERE is_active = 1 \
                      ORDER BY name, id LIMIT $1";
        let mut held = self.hold("products").await?;
        let rows = sqlx::query(select).bind(PRODUCTS_MAX).fetch_all(&mut *held).await?;
        drop(held);
        let read = |row: &sqlx::any::AnyRow| {
            Ok(Product {
                id: row.try_get("id")?,
                sku: row.try_get("sku")?,
                name: row.try_get("name")?,
                description: row.try_get("description")?,
                price_minor: row.try_get("price_minor")?,
                currency: row.try_get("currency")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Adds a product, or changes the one of the same id.
    ///
    /// # Errors
    /// When the database fails, or another product has the SKU.
    pub async fn put_product(&self, product: &Product) -> Result<(), sqlx::Error> {
        let upsert = "INSERT INTO products (id, sku, name, description, price_minor, currency, is_active, updated_ms) \
                      VALUES ($1, $2, $3, $4, $5, $6, 1, $7) ON CONFLICT (id) DO UPDATE SET sku = $2, name = $3, \
                      description = $4, price_minor = $5, currency = $6, is_active = 1, updated_ms = $7";
        let mut held = self.hold("put_product").await?;
        let done = sqlx::query(upsert).bind(&product.id).bind(&product.sku).bind(&product.name);
        let done = done.bind(&product.description).bind(product.price_minor).bind(&product.currency);
        done.bind(self.clock.now_ms()).execute(&mut *held).await.map(drop)
    }
}
