//! Counts scans and plays, in memory: a scan never waits for the database, and nothing is kept by which a visitor could be
//! told from another. Written down now and then; a process that is killed loses what it counted since.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use crate::{db::Visit, state::AppState};

const DAY_MS: i64 = 24 * 3600 * 1000;
/// Most living photos that are counted between two times of writing down; further ones are not counted.
const PROJECTS_MAX: usize = 20_000;
/// Rows that are written at a time.
const ROWS_AT_A_TIME: usize = 100;

/// What was counted since it was last written down, by project and day (since 1970 UTC).
#[derive(Debug, Default)]
pub(crate) struct Visits(Mutex<BTreeMap<(String, i64), Visit>>);

impl Visits {
    /// A code was scanned.
    pub(crate) fn scanned(&self, id: &str, now_ms: i64) {
        self.add(id, now_ms, Visit { scans: 1, plays: 0, scanned_ms: Some(now_ms) });
    }

    /// A video was played.
    pub(crate) fn played(&self, id: &str, now_ms: i64) {
        self.add(id, now_ms, Visit { scans: 0, plays: 1, scanned_ms: None });
    }

    fn add(&self, id: &str, now_ms: i64, visit: Visit) {
        let key = (id.to_owned(), now_ms.div_euclid(DAY_MS));
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= PROJECTS_MAX && !counts.contains_key(&key) {
            return;
        }
        let count = counts.entry(key).or_default();
        count.scans += visit.scans;
        count.plays += visit.plays;
        count.scanned_ms = count.scanned_ms.max(visit.scanned_ms);
    }

    /// Some of what was counted, to be written down.
    fn take(&self) -> BTreeMap<(String, i64), Visit> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = counts.keys().nth(ROWS_AT_A_TIME).cloned().map(|key| counts.split_off(&key)).unwrap_or_default();
        std::mem::replace(&mut *counts, rest)
    }

    /// What could not be written down counts on.
    fn give_back(&self, visits: BTreeMap<(String, i64), Visit>) {
        for ((id, day), visit) in visits {
            self.add(&id, day * DAY_MS, visit);
        }
    }
}

/// Writes down what was counted.
///
/// # Errors
/// When the database fails; what is not written down counts on.
pub async fn write_down(state: &AppState) -> Result<(), sqlx::Error> {
    loop {
        let visits = state.visits.take();
        if visits.is_empty() {
            return Ok(());
        }
        if let Err(error) = state.db.add_visits(&visits).await {
            state.visits.give_back(visits);
            return Err(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_what_is_known_counts_on() {
        let visits = Visits::default();
        for number in 0..PROJECTS_MAX + 5 {
            visits.scanned(&format!("{number:06}"), 5);
        }
        visits.played("000000", 7);
        assert_eq!(visits.0.lock().unwrap().len(), PROJECTS_MAX);
        let first = visits.take();
        assert_eq!(first.len(), ROWS_AT_A_TIME);
        assert_eq!(first[&("000000".to_owned(), 0)], Visit { scans: 1, plays: 1, scanned_ms: Some(5) });
        visits.give_back(first);
        assert_eq!(visits.0.lock().unwrap().len(), PROJECTS_MAX);
    }
}
