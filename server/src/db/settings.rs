//! The shop's settings: one row of JSON.

use sqlx::Connection;

use super::{
    Actor, Db,
    audit::{Change, record},
    json,
};
use crate::settings::Settings;

const NAME: &str = "shop";

impl Db {
    /// The settings; the defaults where nothing was ever changed.
    ///
    /// # Errors
    /// When the database fails or they can't be understood.
    pub async fn shop_settings(&self) -> Result<Settings, sqlx::Error> {
        let mut held = self.hold("shop_settings").await?;
        let text: Option<String> = sqlx::query_scalar("SELECT value FROM settings WHERE name = $1")
            .bind(NAME)
            .fetch_optional(&mut *held)
            .await?;
        drop(held);
        text.map_or_else(|| Ok(Settings::default()), |text| super::from_json(&text))
    }

    /// Changes the settings.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_shop_settings(
        &self,
        before: &Settings,
        after: &Settings,
        actor: &Actor,
    ) -> Result<(), sqlx::Error> {
        let upsert = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2";
        let object = |settings| serde_json::to_value(settings).map_err(|error| sqlx::Error::Encode(error.into()));
        let change = Change {
            action: "settings.change",
            entity: "settings",
            entity_id: NAME,
            before: object(before)?,
            after: object(after)?,
        };
        let mut held = self.hold("set_shop_settings").await?;
        let mut transaction = held.begin().await?;
        sqlx::query(upsert).bind(NAME).bind(json(after)?).execute(&mut *transaction).await?;
        record(&mut transaction, self.clock.now_ms(), actor, change).await?;
        transaction.commit().await
    }
}
