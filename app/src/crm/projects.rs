//! `/admin/ar-projects`: living photos of all customers; what one looks like, how its videos lie and the form for a new one
//! are in files of their own.

mod detail;
mod new;
mod overlay;

use leptos::prelude::*;

pub use self::{
    detail::{Act, DayCount, Detail, acts, detail},
    new::new,
    overlay::{Editor, editor},
};
use super::{
    page,
    parts::{Column, Filter, badge, filters, table, time},
};
use crate::{
    album::{Grade, grade},
    frame::Frame,
    listing::Listing,
    model::{ProjectStatus, TargetView},
    permissions::Permission,
};

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

/// Every state, in the order of a project's life.
const STATUSES: [ProjectStatus; 7] = [
    ProjectStatus::Draft,
    ProjectStatus::Queued,
    ProjectStatus::Compiling,
    ProjectStatus::Ready,
    ProjectStatus::Failed,
    ProjectStatus::Expired,
    ProjectStatus::Archived,
];

/// As it is in addresses and in the ids of texts.
#[must_use]
pub fn status_name(status: ProjectStatus) -> &'static str {
    match status {
        ProjectStatus::Draft => "draft",
        ProjectStatus::Queued => "queued",
        ProjectStatus::Compiling => "compiling",
        ProjectStatus::Ready => "ready",
        ProjectStatus::Failed => "failed",
        ProjectStatus::Expired => "expired",
        ProjectStatus::Archived => "archived",
    }
}

/// The state of a name.
#[must_use]
pub fn parse_status(name: &str) -> Option<ProjectStatus> {
    STATUSES.into_iter().find(|status| status_name(*status) == name)
}

fn status_badge(frame: &Frame, status: ProjectStatus) -> AnyView {
    let tone = match status {
        ProjectStatus::Ready => "good",
        ProjectStatus::Queued | ProjectStatus::Compiling => "busy",
        ProjectStatus::Failed => "bad",
        ProjectStatus::Draft | ProjectStatus::Expired | ProjectStatus::Archived => "plain",
    };
    badge(tone, frame.text(&format!("project-status-{}", status_name(status))))
}

fn grade_badge(frame: &Frame, grade: Grade) -> AnyView {
    let (tone, text) = match grade {
        Grade::Good => ("good", "ar-grade-good"),
        Grade::Fair => ("busy", "ar-grade-fair"),
        Grade::Poor => ("bad", "ar-grade-poor"),
    };
    badge(tone, frame.text(text))
}

fn grade_of(target: &TargetView) -> Grade {
    grade(target.features, target.tracking_points)
}

/// The list.
#[must_use]
pub fn list(frame: &Frame, list: &Listing, projects: Vec<ProjectRow>) -> String {
    let t = |id: &str| frame.text(id);
    page(frame, &t("nav-projects"), || {
        let columns = vec![
            Column::text(t("ar-name")),
            Column::text(t("state")),
            Column::text(t("ar-quality")),
            Column::text(t("ar-owner")),
            Column::text(t("ar-order")),
            Column::number(t("ar-size")).sorted("smallest", "largest"),
            Column::number(t("ar-scans")).sorted("least-scanned", "most-scanned"),
            Column::text(t("ar-last-scan")),
            Column::text(t("ar-ends")).sorted("ends-first", "ends-last"),
            Column::text(t("ar-created")).sorted("oldest", "newest"),
        ];
        let rows = projects.into_iter().map(|project| row(frame, project)).collect();
        let may_edit = frame.may(Permission::EditProjects);
        let new =
            || view! { <p><a class="button primary" href="/admin/ar-projects/new">{frame.text("ar-new")}</a></p> };
        let empty = view! { <p>{t("ar-empty")}</p> {may_edit.then(new)} }.into_any();
        let statuses = STATUSES.map(status_name).map(|name| (name.to_owned(), t(&format!("project-status-{name}"))));
        let narrowed_by = vec![
            Filter::Choice { name: "status", label: t("state"), choices: statuses.to_vec() },
            Filter::Choice {
                name: "order",
                label: t("ar-order"),
                choices: vec![("yes".to_owned(), t("ar-with-order")), ("no".to_owned(), t("ar-without-order"))],
            },
            Filter::Choice { name: "ends", label: t("ar-ends"), choices: vec![("soon".to_owned(), t("ar-ends-soon"))] },
        ];
        let has_rows = list.is_narrowed() || list.before.is_some();
        let table = table(frame, list, columns, rows, empty);
        view! {
            {(may_edit && !has_rows).then(new)}
            {filters(frame, list, Some(t("ar-search")), narrowed_by)}
            {table}
        }
        .into_any()
    })
}

fn row(frame: &Frame, project: ProjectRow) -> Vec<AnyView> {
    let none = || view! { <span class="quiet">"–"</span> }.into_any();
    let name = if project.name.is_empty() { project.id.clone() } else { project.name };
    let grade = project.targets.iter().map(grade_of).min();
    let owner = project.owner_id.zip(project.owner).map(|(id, name)| customer_link(frame, &id, name));
    let order = project.order_id.zip(project.order_number).map(|(id, number)| order_link(frame, &id, number));
    vec![
        view! { <a href=format!("/admin/ar-projects/{}", project.id)>{name}</a> }.into_any(),
        status_badge(frame, project.status),
        grade.map_or_else(none, |grade| grade_badge(frame, grade)),
        owner.unwrap_or_else(none),
        order.unwrap_or_else(none),
        frame.format.bytes(project.bytes.max(0)).into_any(),
        frame.format.number(project.scans).into_any(),
        project.scanned_ms.map_or_else(none, |at| time(frame, at)),
        project.expires_ms.map_or_else(none, |at| time(frame, at)),
        time(frame, project.created_ms),
    ]
}

/// Their name, which leads to their profile for whoever may see it.
fn customer_link(frame: &Frame, id: &str, name: String) -> AnyView {
    if frame.may(Permission::SeeCustomers) {
        view! { <a class="tall" href=format!("/admin/customers/{id}")>{name}</a> }.into_any()
    } else {
        name.into_any()
    }
}

fn order_link(frame: &Frame, id: &str, number: i64) -> AnyView {
    let text = format!("№ {number}");
    if frame.may(Permission::SeeOrders) {
        view! { <a class="tall" href=format!("/admin/orders/{id}")>{text}</a> }.into_any()
    } else {
        text.into_any()
    }
}
