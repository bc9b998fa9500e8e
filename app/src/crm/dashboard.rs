//! `/admin`: how the shop is doing, in one look.

use leptos::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    orders::status_badge,
    page,
    parts::{Column, table, time},
};
use crate::{frame::Frame, listing::Listing, model::Failure, order::OrderStatus, permissions::Permission};

/// A number over three spans that end now; days begin at midnight in the shop's time zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Spans {
    /// Since midnight.
    pub today: i64,
    /// In seven days, today among them.
    pub week: i64,
    /// In thirty days, today among them.
    pub month: i64,
}

/// A day of the charts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Day {
    /// ISO 8601, in the shop's time zone; scans and plays are of the UTC day of that date.
    pub day: String,
    /// Orders, cancelled ones aside.
    pub orders: i64,
    /// Their totals in the smallest unit of the base currency.
    pub revenue_minor: i64,
    /// Codes scanned.
    pub scans: i64,
    /// Videos begun.
    pub plays: i64,
}

/// How many projects are in a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StateCount {
    /// The state.
    pub status: String,
    /// How many.
    pub count: i64,
}

/// A project whose compile failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FailedProject {
    /// Its public id.
    pub id: String,
    /// The album's name; may be empty.
    pub name: String,
    /// Why.
    pub failure: Failure,
}

/// One of the last orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LatestOrder {
    /// Its id.
    pub id: String,
    /// The number that people see.
    pub number: i64,
    /// Where it stands.
    pub status: String,
    /// Who ordered.
    pub name: String,
    /// ISO 4217.
    pub currency: String,
    /// In its smallest unit.
    pub total_minor: i64,
    /// When, milliseconds since 1970 UTC.
    pub created_ms: i64,
}

/// `GET /api/admin/dashboard/stats`, and what `/admin` shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Stats {
    /// The base currency, ISO 4217.
    pub base: String,
    /// Orders, cancelled ones aside.
    pub orders: Spans,
    /// Their totals in the smallest unit of the base currency, at the rates that were frozen when they were made. Totals that
    /// were frozen in another base currency are converted at today's rate.
    pub revenue_minor: Spans,
    /// Codes scanned, by UTC days.
    pub scans: Spans,
    /// Videos begun, by UTC days.
    pub plays: Spans,
    /// Living photos by state.
    pub projects: Vec<StateCount>,
    /// Compiles that wait.
    pub queued: i64,
    /// Compiles that run.
    pub compiling: i64,
    /// Bytes of all living photos.
    pub stored_bytes: i64,
    /// The last that failed, newest first.
    pub failures: Vec<FailedProject>,
    /// Mails that were given up.
    pub failed_mails: i64,
    /// The last orders, newest first.
    pub latest: Vec<LatestOrder>,
    /// The last thirty days, oldest first.
    pub days: Vec<Day>,
}

/// The page.
#[must_use]
pub fn dashboard(frame: &Frame, stats: Stats) -> String {
    let t = |id: &str| frame.text(id);
    page(frame, &t("nav-dashboard"), || {
        let money = |minor: i64| frame.format.money(minor, &stats.base);
        let number = |number: i64| frame.format.number(number);
        let sees_orders = frame.may(Permission::SeeOrders);
        view! {
            <ul class="tiles">
                {tile(t("dashboard-orders"), number(stats.orders.today), spans(frame, stats.orders, &number))}
                {tile(t("dashboard-revenue"), money(stats.revenue_minor.today), spans(frame, stats.revenue_minor, &money))}
                {tile(t("dashboard-scans"), number(stats.scans.today), spans(frame, stats.scans, &number))}
                {tile(t("dashboard-plays"), number(stats.plays.today), spans(frame, stats.plays, &number))}
                {tile(t("dashboard-storage"), frame.format.bytes(stats.stored_bytes), String::new())}
                {tile(t("dashboard-queue"), number(stats.queued), compiling(frame, stats.compiling))}
            </ul>
            <div class="columns thirds">
                {chart(frame, t("dashboard-orders-chart"), &stats.days, |day| day.orders, &number)}
                {chart(frame, t("dashboard-revenue-chart"), &stats.days, |day| day.revenue_minor, &money)}
                {chart(frame, t("dashboard-scans-chart"), &stats.days, |day| day.scans, &number)}
            </div>
            <div class="columns">
                {attention(frame, &stats)}
                {states(frame, &stats.projects)}
            </div>
            {sees_orders.then(|| latest(frame, stats.latest.clone()))}
        }
        .into_any()
    })
}

fn tile(name: String, value: String, more: String) -> AnyView {
    view! { <li class="tile"><span class="quiet">{name}</span><strong>{value}</strong><span class="quiet">{more}</span></li> }.into_any()
}

fn spans(frame: &Frame, spans: Spans, show: &impl Fn(i64) -> String) -> String {
    let arguments = [("week", show(spans.week).into()), ("month", show(spans.month).into())];
    frame.format.language().text_with("dashboard-spans", &arguments)
}

fn compiling(frame: &Frame, running: i64) -> String {
    frame.format.language().text_with("dashboard-compiling", &[("count", running.into())])
}

/// A bar for each day; a table of the same numbers for whoever can't see it is not needed, since each bar says its own.
fn chart(
    frame: &Frame,
    title: String,
    days: &[Day],
    value: impl Fn(&Day) -> i64,
    show: &impl Fn(i64) -> String,
) -> AnyView {
    const WIDTH: i64 = 300;
    const HEIGHT: i64 = 80;
    let count = i64::try_from(days.len()).unwrap_or(1).max(1);
    let most = days.iter().map(&value).max().unwrap_or(0).max(1);
    let step = WIDTH / count;
    let bars = days.iter().zip(0..).map(|(day, index)| {
        let amount = value(day);
        let height = amount * HEIGHT / most;
        let words = format!("{}: {}", day.day, show(amount));
        view! {
            <rect class="bar" x=index * step y=HEIGHT - height width=(step - 2).max(1) height=height><title>{words}</title></rect>
        }
    });
    let most_shown = show(days.iter().map(&value).max().unwrap_or(0));
    let summary = frame.format.language().text_with("dashboard-chart-summary", &[("most", most_shown.clone().into())]);
    view! {
        <figure class="sheet">
            <figcaption>{title.clone()} " " <span class="quiet">{summary}</span></figcaption>
            <svg class="chart" viewBox=format!("0 0 {WIDTH} {}", HEIGHT + 1) role="img" aria-label=title>
                {bars.collect_view()}
                <line class="axis" x1="0" x2=WIDTH y1=HEIGHT y2=HEIGHT></line>
            </svg>
        </figure>
    }
    .into_any()
}

fn attention(frame: &Frame, stats: &Stats) -> AnyView {
    let t = |id: &str| frame.text(id);
    let sees = frame.may(Permission::SeeProjects);
    let failures = stats.failures.iter().filter(|_| sees).map(|FailedProject { id, name, failure }| {
        let name = if name.is_empty() { id.clone() } else { name.clone() };
        let why = failure.text(frame.format.language());
        view! { <li><a class="tall" href=format!("/admin/ar-projects/{id}")>{name}</a> " " {why} " " <code>{failure.code.clone()}</code></li> }
    });
    let failures = failures.collect_view();
    let mails = (stats.failed_mails > 0 && frame.may(Permission::SeeMail)).then(|| {
        let words =
            frame.format.language().text_with("dashboard-failed-mails", &[("count", stats.failed_mails.into())]);
        view! { <li><a class="tall" href="/admin/mail?status=failed">{words}</a></li> }
    });
    let is_calm = failures.is_empty() && mails.is_none();
    view! {
        <section class="sheet" aria-labelledby="attention">
            <h2 id="attention">{t("dashboard-attention")}</h2>
            {is_calm.then(|| view! { <p class="quiet">{t("dashboard-calm")}</p> })}
            <ul class="plain-list">{mails}{failures}</ul>
        </section>
    }
    .into_any()
}

fn states(frame: &Frame, projects: &[StateCount]) -> AnyView {
    let rows = projects.iter().map(|state| {
        let name = frame.text(&format!("project-status-{}", state.status));
        view! {
            <li><a class="tall" href=format!("/admin/ar-projects?status={}", state.status)>{name}</a> " " <strong>{frame.format.number(state.count)}</strong></li>
        }
    });
    view! {
        <section class="sheet" aria-labelledby="states">
            <h2 id="states">{frame.text("dashboard-projects")}</h2>
            {projects.is_empty().then(|| view! { <p class="quiet">{frame.text("dashboard-no-projects")}</p> })}
            <ul class="plain-list">{rows.collect_view()}</ul>
        </section>
    }
    .into_any()
}

fn latest(frame: &Frame, orders: Vec<LatestOrder>) -> AnyView {
    let t = |id: &str| frame.text(id);
    let columns = vec![
        Column::text(t("order-number")),
        Column::text(t("order-customer")),
        Column::text(t("state")),
        Column::number(t("order-total")),
        Column::text(t("order-date")),
    ];
    let rows = orders.into_iter().map(|order| {
        vec![
            view! { <a href=format!("/admin/orders/{}", order.id)>{order.number}</a> }.into_any(),
            order.name.into_any(),
            OrderStatus::parse(&order.status)
                .map_or_else(|| order.status.into_any(), |status| status_badge(frame, status)),
            frame.format.money(order.total_minor, &order.currency).into_any(),
            time(frame, order.created_ms),
        ]
    });
    let empty = view! { <p>{t("dashboard-no-orders")}</p> }.into_any();
    view! {
        <section aria-labelledby="latest">
            <h2 id="latest">{t("dashboard-latest")}</h2>
            {table(frame, &Listing::default(), columns, rows.collect(), empty)}
        </section>
    }
    .into_any()
}
