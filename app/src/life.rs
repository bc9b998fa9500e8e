//! What an album's page says of its life, and what its owner may do about it, without a browser.

use serde::{Deserialize, Serialize};

use crate::model::{ProjectStatus, ProjectView};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// How long before its end a trial is warned of.
const SOON_MS: i64 = 6 * HOUR_MS;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

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

/// How a tool is asked for, and in which words.
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

/// Whether it is really meant.
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
            Self::Extend => deed("POST", "/extend", "Keep it longer", "Extending…", "button"),
            Self::Revive => deed("POST", "/extend", "Bring it back", "Bringing it back…", "button primary"),
            Self::Retry => deed("POST", "/compile", "Try again", "Trying again…", "button primary"),
            Self::Cancel => deed("DELETE", "/compile", "Cancel", "Cancelling…", "button"),
            Self::Restore => deed("POST", "/restore", "Bring it back", "Bringing it back…", "button primary"),
            Self::Trash => Deed {
                question: Some(Question {
                    title: "Remove this album?",
                    text: "Its link and the codes that are already printed show a kind page at once. The album goes to \
                           the trash: you can bring it back from this page, which then says until when.",
                    yes: "Remove it",
                    no: "Keep it",
                }),
                ..deed("DELETE", "", "Remove this album", "Removing…", "button danger")
            },
            Self::Purge => Deed {
                question: Some(Question {
                    title: "Delete this album for good?",
                    text: "Its photos and videos are deleted at once. Its link and the codes that are already printed \
                           show a kind page for ever. This can't be undone.",
                    yes: "Delete for good",
                    no: "Leave it in the trash",
                }),
                ..deed("DELETE", "?forever=true", "Delete for good", "Deleting…", "button danger")
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

/// How often a trial may still be extended.
#[must_use]
pub fn extensions_text(left: u32) -> String {
    match left {
        0 => "It can't be extended any more; to keep it, ask the shop.".to_owned(),
        1 => "Whoever made it can extend it once more.".to_owned(),
        _ => format!("Whoever made it can extend it {left} more times."),
    }
}

/// What to warn of when a trial has so many milliseconds left.
#[must_use]
pub fn warning(left_ms: i64) -> Option<String> {
    let left = match left_ms {
        SOON_MS.. => return None,
        HOUR_MS.. => format!("Less than {} hours are left", left_ms / HOUR_MS + 1),
        1.. => "Less than an hour is left".to_owned(),
        _ => return Some("Its time is over: its link shows a kind page any moment now.".to_owned()),
    };
    Some(format!("{left}. After that its link shows a kind page."))
}

/// A time for people, from milliseconds since 1970 UTC.
#[must_use]
pub fn utc_text(ms: i64) -> String {
    let (year, month, day) = civil(ms.div_euclid(DAY_MS));
    let (hour, minute) = clock(ms);
    let name = usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)).unwrap_or(&"");
    format!("{day} {name} {year}, {hour:02}:{minute:02} UTC")
}

/// The same for programs, as HTML's `datetime` takes it.
#[must_use]
pub fn utc_stamp(ms: i64) -> String {
    let (year, month, day) = civil(ms.div_euclid(DAY_MS));
    let (hour, minute) = clock(ms);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}Z")
}

fn clock(ms: i64) -> (i64, i64) {
    let of_day = ms.rem_euclid(DAY_MS);
    (of_day / HOUR_MS, of_day % HOUR_MS / MINUTE_MS)
}

/// Year, month and day of a day since 1970, in the Gregorian calendar. Years begin in March here, so that a leap day is their
/// last, and come in eras of 400.
///
/// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year + days.div_euclid(146_097) * 400 + i64::from(month <= 2);
    (year, month, day)
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
    fn extensions_are_counted_in_words() {
        assert!(extensions_text(0).contains("any more"));
        assert!(extensions_text(1).contains("once more"));
        assert!(extensions_text(2).contains("2 more times"));
    }

    #[test]
    fn the_last_six_hours_are_warned_of() {
        assert_eq!(warning(SOON_MS), None);
        assert!(warning(SOON_MS - 1).unwrap().contains("Less than 6 hours"));
        assert!(warning(HOUR_MS).unwrap().contains("Less than 2 hours"));
        assert!(warning(HOUR_MS - 1).unwrap().contains("Less than an hour"));
        assert!(warning(0).unwrap().contains("is over"));
        assert!(warning(-DAY_MS).unwrap().contains("is over"));
    }

    #[test]
    fn times_follow_the_calendar() {
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
