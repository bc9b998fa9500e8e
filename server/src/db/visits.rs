//! Scans and plays, by day: sums, from which no visitor can be told.

use std::collections::BTreeMap;

use sqlx::{Connection, Row, any::AnyRow};

use super::Db;

/// What was counted of one project on one day since it was last written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Visit {
    /// Scans.
    pub scans: i64,
    /// Visits on which a video was played.
    pub plays: i64,
    /// When it was last scanned.
    pub scanned_ms: Option<i64>,
}

/// A day of a project, or of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayVisits {
    /// Days since 1970 UTC.
    pub day: i64,
    /// Scans.
    pub scans: i64,
    /// Visits on which a video was played.
    pub plays: i64,
}

impl Db {
    /// Adds what was counted, by project and day. Few at a time: the transaction is to be short.
    ///
    /// # Errors
    /// When the database fails; nothing is added then.
    pub async fn add_visits(&self, visits: &BTreeMap<(String, i64), Visit>) -> Result<(), sqlx::Error> {
        let upsert = "INSERT INTO visits (project_id, day, scans, plays) VALUES ($1, $2, $3, $4) \
                      ON CONFLICT (project_id, day) DO UPDATE SET scans = visits.scans + $3, plays = visits.plays + $4";
        let update = "UPDATE ar_projects SET scans = scans + $2, plays = plays + $3, \
                      scanned_ms = CASE WHEN scanned_ms IS NULL OR scanned_ms < $4 THEN $4 ELSE scanned_ms END WHERE id = $1";
        let together = "INSERT INTO visit_days (day, scans, plays) VALUES ($1, $2, $3) \
                        ON CONFLICT (day) DO UPDATE SET scans = visit_days.scans + $2, plays = visit_days.plays + $3";
        let mut days: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        for ((_, day), visit) in visits {
            let (scans, plays) = days.entry(*day).or_default();
            *scans += visit.scans;
            *plays += visit.plays;
        }
        let played = "UPDATE ar_projects SET plays = plays + $2 WHERE id = $1";
        let mut held = self.hold("add_visits").await?;
        let mut transaction = held.begin().await?;
        for ((id, day), visit) in visits {
            let done = sqlx::query(upsert).bind(id).bind(*day).bind(visit.scans).bind(visit.plays);
            done.execute(&mut *transaction).await?;
            let done = match visit.scanned_ms {
                Some(at_ms) => sqlx::query(update).bind(id).bind(visit.scans).bind(visit.plays).bind(at_ms),
                None => sqlx::query(played).bind(id).bind(visit.plays),
            };
            done.execute(&mut *transaction).await?;
        }
        for (day, (scans, plays)) in days {
            sqlx::query(together).bind(day).bind(scans).bind(plays).execute(&mut *transaction).await?;
        }
        transaction.commit().await
    }

    /// The days of a project from one on, oldest first; days without visits are left out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn visits_of(&self, id: &str, from_day: i64) -> Result<Vec<DayVisits>, sqlx::Error> {
        let select = "SELECT day, scans, plays FROM visits WHERE project_id = $1 AND day >= $2 ORDER BY day LIMIT 400";
        let mut held = self.hold("visits_of").await?;
        let rows = sqlx::query(select).bind(id).bind(from_day).fetch_all(&mut *held).await?;
        drop(held);
        rows.iter().map(read_day).collect()
    }
}

pub(super) fn read_day(row: &AnyRow) -> Result<DayVisits, sqlx::Error> {
    Ok(DayVisits { day: row.try_get("day")?, scans: row.try_get("scans")?, plays: row.try_get("plays")? })
}
