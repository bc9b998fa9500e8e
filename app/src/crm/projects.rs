//! `/admin/ar-projects`: living photos of all customers.

use crate::model::{ProjectStatus, TargetView};

/// A living photo in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectRow {
    /// The public id.
    pub id: String,
    /// The album's name; may be empty.
    pub name: String,
    /// Where it stands.
    pub status: ProjectStatus,
    /// What was published.
    pub targets: Vec<TargetView>,
    /// When it was begun, milliseconds since 1970 UTC.
    pub created_ms: i64,
    /// Bytes that it keeps in the store; below zero for what was deleted for good.
    pub bytes: i64,
    /// How often its code was scanned.
    pub scans: i64,
    /// When it was last scanned.
    pub scanned_ms: Option<i64>,
    /// A trial's end.
    pub expires_ms: Option<i64>,
    /// The customer whose it is.
    pub owner_id: Option<String>,
    /// Their name.
    pub owner: Option<String>,
    /// Its order.
    pub order_id: Option<String>,
    /// The order's number.
    pub order_number: Option<i64>,
}
