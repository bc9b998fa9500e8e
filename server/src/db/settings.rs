//! The shop's settings: one row of JSON.

use sha2::{Digest, Sha256};
use sqlx::Connection;

use super::{
    Actor, Db,
    audit::{Change, record},
    json,
};
use crate::{id::hex, settings::Settings};

const NAME: &str = "shop";

/// The settings with the text that they are kept as: empty where nothing was ever changed.
#[derive(Clone, Debug)]
pub struct StoredSettings {
    /// As they are.
    pub settings: Settings,
    text: String,
}

impl StoredSettings {
    /// A digest of the text, by which a form knows whether they are still what it was filled in with.
    #[must_use]
    pub fn digest(&self) -> String {
        hex(&Sha256::digest(&self.text))
    }
}

impl Db {
    /// The settings; the defaults where nothing was ever changed.
    ///
    /// # Errors
    /// When the database fails or they can't be understood.
    pub async fn shop_settings(&self) -> Result<StoredSettings, sqlx::Error> {
        let mut held = self.hold("shop_settings").await?;
        let text: Option<String> = sqlx::query_scalar("SELECT value FROM settings WHERE name = $1")
            .bind(NAME)
            .fetch_optional(&mut *held)
            .await?;
        drop(held);
        let settings = text.as_deref().map_or_else(|| Ok(Settings::default()), super::from_json)?;
        Ok(StoredSettings { settings, text: text.unwrap_or_default() })
    }

    /// Changes the settings; `false` when somebody else has changed them since they were read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_shop_settings(
        &self,
        before: &StoredSettings,
        after: &Settings,
        actor: &Actor,
    ) -> Result<bool, sqlx::Error> {
        let upsert = "INSERT INTO settings (name, value) VALUES ($1, $2) \
                      ON CONFLICT (name) DO UPDATE SET value = $2 WHERE settings.value = $3";
        let object = |settings| serde_json::to_value(settings).map_err(|error| sqlx::Error::Encode(error.into()));
        let change = Change {
            action: "settings.change",
            entity: "settings",
            entity_id: NAME,
            before: object(&before.settings)?,
            after: object(after)?,
        };
        let mut held = self.hold("set_shop_settings").await?;
        let mut transaction = held.begin().await?;
        let done = sqlx::query(upsert).bind(NAME).bind(json(after)?).bind(&before.text);
        if done.execute(&mut *transaction).await?.rows_affected() == 0 {
            return Ok(false);
        }
        record(&mut transaction, self.clock.now_ms(), actor, change).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
