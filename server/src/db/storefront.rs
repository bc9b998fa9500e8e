//! What is on sale, as the shop's pages show it.

use app::{language::Language, pages::shop::Picture};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

use super::{
    Db,
    list::{Conditions, Page, Paged, Place, Sort},
};

/// A product on sale; what it costs is [`Db::priced`]'s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OnSale {
    pub(crate) id: String,
    /// In the language that was asked for; English where that is missing.
    pub(crate) description: String,
    pub(crate) production_days: i64,
    pub(crate) created_ms: i64,
    /// The first one.
    pub(crate) picture: Option<Picture>,
}

const NEWEST: Sort = Sort { name: "newest", column: "t.created_ms", descending: true };
/// Most pictures of a product that are shown.
const PICTURES_MAX: i64 = 12;

fn select(language: Language) -> String {
    let description = match language {
        Language::En => "t.description",
        Language::Ru => "CASE WHEN t.description_ru = '' THEN t.description ELSE t.description_ru END",
        Language::Hy => "CASE WHEN t.description_hy = '' THEN t.description ELSE t.description_hy END",
    };
    format!(
        "SELECT t.id, {description} AS about, t.production_days, t.created_ms, p.id AS picture, p.width, p.height \
         FROM products t LEFT JOIN product_pictures p ON p.id = \
         (SELECT f.id FROM product_pictures f WHERE f.product_id = t.id ORDER BY f.position, f.id LIMIT 1)"
    )
}

impl Db {
    /// What is on sale, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn on_sale(&self, language: Language, place: Place) -> Result<Page<OnSale>, sqlx::Error> {
        let mut conditions = Conditions::default();
        conditions.and("t.is_active = 1", []);
        conditions.and("t.archived_ms IS NULL", []);
        let paged = Paged::new(&select(language), conditions, NEWEST, place);
        let rows = self.rows_of("on_sale", &paged).await?;
        paged.page(&rows, read, |product| (product.created_ms, product.id.clone()))
    }

    /// A product, if it is on sale.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn one_on_sale(&self, id: &str, language: Language) -> Result<Option<OnSale>, sqlx::Error> {
        let select = format!("{} WHERE t.id = $1 AND t.is_active = 1 AND t.archived_ms IS NULL", select(language));
        let mut held = self.hold("one_on_sale").await?;
        let row = sqlx::query(AssertSqlSafe(select)).bind(id).fetch_optional(&mut *held).await?;
        drop(held);
        row.as_ref().map(read).transpose()
    }

    /// The pictures of a product, in their order.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn pictures_on_sale(&self, product_id: &str) -> Result<Vec<Picture>, sqlx::Error> {
        let select =
            "SELECT id, width, height FROM product_pictures WHERE product_id = $1 ORDER BY position, id LIMIT $2";
        let mut held = self.hold("pictures_on_sale").await?;
        let rows = sqlx::query(select).bind(product_id).bind(PICTURES_MAX).fetch_all(&mut *held).await?;
        drop(held);
        let read = |row: &AnyRow| {
            Ok(Picture { id: row.try_get("id")?, width: row.try_get("width")?, height: row.try_get("height")? })
        };
        rows.iter().map(read).collect()
    }
}

fn read(row: &AnyRow) -> Result<OnSale, sqlx::Error> {
    let picture = match row.try_get::<Option<String>, _>("picture")? {
        Some(id) => Some(Picture { id, width: row.try_get("width")?, height: row.try_get("height")? }),
        None => None,
    };
    Ok(OnSale {
        id: row.try_get("id")?,
        description: row.try_get("about")?,
        production_days: row.try_get("production_days")?,
        created_ms: row.try_get("created_ms")?,
        picture,
    })
}
