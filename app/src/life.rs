//! What an album's page says of its life, and what its owner may do about it, without a browser.

use serde::{Deserialize, Serialize};

use crate::{
    language::Language,
    model::{ProjectStatus, ProjectView},
};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// How long before its end a trial is warned of.
const SOON_MS: i64 = 6 * HOUR_MS;

/// What an album's owner may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tool {
    /// Put the end of a trial off.
    Extend,
    /// Begin a trial again that has ended.
    Revive,
    /// Compile again what failed.
    Retry,
    /// Take it out of the queue.
    Cancel,
    /// Into the trash.
    Trash,
    /// Out of the trash.
    Restore,
    /// Gone for good.
    Purge,
}

/// How a tool is asked for, and by which texts.
#[derive(Clone, Copy, Debug)]
pub struct Deed {
    /// The HTTP method.
    pub method: &'static str,
    /// What follows the project's address.
    pub rest: &'static str,
    /// On the button.
    pub label: &'static str,
    /// While the server is at it.
    pub doing: &'static str,
    /// The button's class.
    pub class: &'static str,
    /// What is asked first.
    pub question: Option<Question>,
}

/// Whether it is really meant, by its texts.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// The question.
    pub title: &'static str,
    /// What will happen.
    pub text: &'static str,
    /// To go on.
    pub yes: &'static str,
    /// To leave it.
    pub no: &'static str,
}

impl Tool {
    /// How it is asked for.
    #[must_use]
    pub fn deed(self) -> Deed {
        let deed = |method, rest, label, doing, class| Deed { method, rest, label, doing, class, question: None };
        match self {
            Self::Extend => deed("POST", "/extend", "deed-extend", "deed-extend-doing", "button"),
            Self::Revive => deed("POST", "/extend", "deed-revive", "deed-revive-doing", "button primary"),
            Self::Retry => deed("POST", "/compile", "retry", "deed-retry-doing", "button primary"),
            Self::Cancel => deed("DELETE", "/compile", "cancel", "deed-cancel-doing", "button"),
            Self::Restore => deed("POST", "/restore", "deed-revive", "deed-revive-doing", "button primary"),
            Self::Trash => Deed {
                question: Some(Question {
                    title: "deed-trash-title",
                    text: "deed-trash-text",
                    yes: "deed-trash-yes",
                    no: "deed-trash-no",
                }),
                ..deed("DELETE", "", "deed-trash", "deed-trash-doing", "button danger")
            },
            Self::Purge => Deed {
                question: Some(Question {
                    title: "deed-purge-title",
                    text: "deed-purge-text",
                    yes: "deed-purge",
                    no: "deed-purge-no",
                }),
                ..deed("DELETE", "?forever=true", "deed-purge", "deed-purge-doing", "button danger")
            },
        }
    }
}

/// What an owner may do with an album as it stands.
#[must_use]
pub fn tools(project: &ProjectView) -> Vec<Tool> {
    let can_extend = project.extensions_left > 0;
    let own = match project.status {
        ProjectStatus::Archived if project.purge_ms.is_some() => return vec![Tool::Restore, Tool::Purge],
        ProjectStatus::Archived => return vec![],
        ProjectStatus::Queued | ProjectStatus::Compiling => Some(Tool::Cancel),
        ProjectStatus::Failed => Some(Tool::Retry),
        ProjectStatus::Ready if can_extend => Some(Tool::Extend),
        ProjectStatus::Expired if can_extend => Some(Tool::Revive),
        ProjectStatus::Draft | ProjectStatus::Ready | ProjectStatus::Expired => None,
    };
    own.into_iter().chain([Tool::Trash]).collect()
}

/// What to warn of when a trial has so many milliseconds left.
#[must_use]
pub fn warning(language: Language, left_ms: i64) -> Option<String> {
    Some(match left_ms {
        SOON_MS.. => return None,
        HOUR_MS.. => language.text_with("ends-in-hours", &[("hours", (left_ms / HOUR_MS + 1).into())]),
        1.. => language.text("ends-in-an-hour"),
        _ => language.text("ends-now"),
    })
}

/// A day of the Gregorian calendar; months and days count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// The year.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
}

/// A day and what the clock shows, with its zone.
#[must_use]
pub fn moment_text(language: Language, Day { year, month, day }: Day, clock: &str) -> String {
    let numbers = [("year", year.into()), ("month", month.into()), ("day", day.into()), ("clock", clock.into())];
    language.text_with("moment", &numbers)
}

/// A time for people, from milliseconds since 1970 UTC. In UTC, and saying so: the reader's zone is known in the browser only.
#[must_use]
pub fn utc_text(language: Language, ms: i64) -> String {
    let (hour, minute) = clock(ms);
    moment_text(language, civil(ms.div_euclid(DAY_MS)), &format!("{hour:02}:{minute:02} UTC"))
}

/// The same for programs, as HTML's `datetime` takes it.
#[must_use]
pub fn utc_stamp(ms: i64) -> String {
    let Day { year, month, day } = civil(ms.div_euclid(DAY_MS));
    let (hour, minute) = clock(ms);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}Z")
}

fn clock(ms: i64) -> (i64, i64) {
    let of_day = ms.rem_euclid(DAY_MS);
    (of_day / HOUR_MS, of_day % HOUR_MS / MINUTE_MS)
}

/// The day so many days after the first one of 1970. Years begin in March here, so that a leap day is their
/// last, and come in eras of 400.
///
/// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
fn civil(days: i64) -> Day {
    let days = days + 719_468;
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year + days.div_euclid(146_097) * 400 + i64::from(month <= 2);
    Day { year, month, day }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An album without a name, files or end.
    pub(crate) fn album(status: ProjectStatus, extensions_left: u32, purge_ms: Option<i64>) -> ProjectView {
        ProjectView {
            id: "demo-x".to_owned(),
            name: String::new(),
            status,
            failure: None,
            link: String::new(),
            qr_least_mm: 20,
            created_ms: 0,
            mind_bytes: None,
            mind: None,
            targets: vec![],
            version: 0,
            bytes: 0,
            expires_ms: None,
            extensions_left,
            purge_ms,
        }
    }

    #[test]
    fn an_owner_may_do_what_the_state_allows() {
        use ProjectStatus::{Archived, Compiling, Draft, Expired, Failed, Queued, Ready};
        let of = |status, left, purge_ms| tools(&album(status, left, purge_ms));
        assert_eq!(of(Draft, 2, None), [Tool::Trash]);
        assert_eq!(of(Queued, 2, None), [Tool::Cancel, Tool::Trash]);
        assert_eq!(of(Compiling, 2, None), [Tool::Cancel, Tool::Trash]);
        assert_eq!(of(Failed, 2, None), [Tool::Retry, Tool::Trash]);
        assert_eq!(of(Ready, 1, None), [Tool::Extend, Tool::Trash]);
        assert_eq!(of(Ready, 0, None), [Tool::Trash]);
        assert_eq!(of(Expired, 1, Some(9)), [Tool::Revive, Tool::Trash]);
        assert_eq!(of(Expired, 0, Some(9)), [Tool::Trash]);
        assert_eq!(of(Archived, 2, Some(9)), [Tool::Restore, Tool::Purge]);
        assert_eq!(of(Archived, 2, None), []);
    }

    #[test]
    fn what_takes_an_album_off_the_web_is_asked_first() {
        use Tool::{Cancel, Extend, Purge, Restore, Retry, Revive, Trash};
        let asked = [Extend, Revive, Retry, Cancel, Trash, Restore, Purge].into_iter();
        let asked: Vec<Tool> = asked.filter(|tool| tool.deed().question.is_some()).collect();
        assert_eq!(asked, [Trash, Purge]);
    }

    #[test]
    fn the_last_six_hours_are_warned_of() {
        let warning = |left_ms| warning(Language::En, left_ms);
        assert_eq!(warning(SOON_MS), None);
        assert!(warning(SOON_MS - 1).unwrap().contains("Less than 6 hours"));
        assert!(warning(HOUR_MS).unwrap().contains("Less than 2 hours"));
        assert!(warning(HOUR_MS - 1).unwrap().contains("Less than an hour"));
        assert!(warning(0).unwrap().contains("is over"));
        assert!(warning(-DAY_MS).unwrap().contains("is over"));
    }

    #[test]
    fn times_are_written_in_the_readers_language() {
        assert_eq!(utc_text(Language::Ru, 1_795_563_457_000), "24 ноября 2026 г., 23:37 UTC");
        assert_eq!(utc_text(Language::Hy, 1_795_563_457_000), "24 նոյեմբերի, 2026 թ., 23:37 UTC");
    }

    #[test]
    fn times_follow_the_calendar() {
        let utc_text = |ms| utc_text(Language::En, ms);
        assert_eq!(utc_text(0), "1 January 1970, 00:00 UTC");
        assert_eq!(utc_text(1_795_563_457_000), "24 November 2026, 23:37 UTC");
        assert_eq!(utc_stamp(1_795_563_457_000), "2026-11-24T23:37Z");
        assert_eq!(utc_text(951_782_400_000), "29 February 2000, 00:00 UTC");
        assert_eq!(utc_text(951_782_400_000 + DAY_MS), "1 March 2000, 00:00 UTC");
        assert_eq!(utc_text(-1), "31 December 1969, 23:59 UTC");
        assert_eq!(utc_stamp(4_107_542_400_000), "2100-03-01T00:00Z");
        assert_eq!(utc_stamp(4_107_542_400_000 - 1), "2100-02-28T23:59Z");
    }
}
