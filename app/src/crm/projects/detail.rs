//! One living photo: everything about it, and what the shop may do.

use leptos::prelude::*;

use super::{customer_link, grade_badge, grade_of, order_link, status_badge};
use crate::{
    crm::{
        customers::Deed,
        page,
        parts::{act, confirm, facts, time},
    },
    form::{self, FormState, Input},
    frame::Frame,
    model::{ProjectStatus, ProjectView, TargetView},
    permissions::Permission,
};

/// What the shop may do with a living photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Compile again what failed.
    Retry,
    /// Compile the published photos again.
    Recompile,
    /// A compile is not wanted any more.
    Cancel,
    /// Take no more files for a new version.
    Close,
    /// Put a trial's end off.
    Extend,
    /// No trial any more.
    Permanent,
    /// Off the web, and kept.
    Archive,
    /// Into the trash.
    Trash,
    /// Back onto the web.
    Restore,
    /// Gone for good.
    Purge,
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Retry,
        Self::Recompile,
        Self::Cancel,
        Self::Close,
        Self::Extend,
        Self::Permanent,
        Self::Archive,
        Self::Trash,
        Self::Restore,
        Self::Purge,
    ];

    /// As it is in addresses and in the ids of texts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Recompile => "recompile",
            Self::Cancel => "cancel",
            Self::Close => "close",
            Self::Extend => "extend",
            Self::Permanent => "permanent",
            Self::Archive => "archive",
            Self::Trash => "trash",
            Self::Restore => "restore",
            Self::Purge => "purge",
        }
    }

    /// The act of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }

    /// Whether it is asked first: what takes a living photo off the web.
    fn is_asked(self) -> bool {
        matches!(self, Self::Archive | Self::Trash | Self::Purge)
    }
}

/// What may be done with a living photo as it stands.
#[must_use]
pub fn acts(detail: &Detail) -> Vec<Act> {
    let Detail { project, is_open, is_purged, has_trials, .. } = detail;
    let is_published = project.version > 0;
    let is_trial = project.expires_ms.is_some();
    let own: &[Act] = match project.status {
        _ if *is_purged => return vec![],
        ProjectStatus::Archived if project.purge_ms.is_some() => return vec![Act::Restore, Act::Archive, Act::Purge],
        ProjectStatus::Archived => return vec![Act::Restore, Act::Purge],
        ProjectStatus::Queued | ProjectStatus::Compiling => &[Act::Cancel],
        ProjectStatus::Failed => &[Act::Retry],
        ProjectStatus::Ready if *is_open => &[Act::Close],
        ProjectStatus::Ready => &[Act::Recompile],
        ProjectStatus::Draft | ProjectStatus::Expired => &[],
    };
    let term = [(Act::Extend, is_trial && is_published && *has_trials), (Act::Permanent, is_trial)];
    let end = [(Act::Archive, is_published), (Act::Trash, true)];
    let more = term.into_iter().chain(end).filter(|(_, may)| *may).map(|(act, _)| act);
    own.iter().copied().chain(more).collect()
}

/// A day of the chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayCount {
    /// Its noon, milliseconds since 1970 UTC.
    pub noon_ms: i64,
    /// Scans.
    pub scans: i64,
    /// Visits on which a video was played.
    pub plays: i64,
}

/// Everything about a living photo.
#[derive(Clone, Debug)]
pub struct Detail {
    /// As its owner sees it.
    pub project: ProjectView,
    /// Whether files for a new version may be sent.
    pub is_open: bool,
    /// Whether it was deleted for good.
    pub is_purged: bool,
    /// Whether trials have a length, by which their end is put off.
    pub has_trials: bool,
    /// The customer whose it is: id and name.
    pub owner: Option<(String, String)>,
    /// Its order: id and number.
    pub order: Option<(String, i64)>,
    /// How often its code was scanned.
    pub scans: i64,
    /// Visits on which a video was played.
    pub plays: i64,
    /// When it was last scanned.
    pub scanned_ms: Option<i64>,
    /// The last days, oldest first.
    pub days: Vec<DayCount>,
    /// What was done to it, last first.
    pub history: Vec<Deed>,
    /// The forms for owner and order, with what is wrong with them; and what is wrong with what was asked for.
    pub form: FormState,
}

/// The page.
#[must_use]
pub fn detail(frame: &Frame, detail: Detail) -> String {
    let t = |id: &str| frame.text(id);
    let may_edit = frame.may(Permission::EditProjects);
    let title = if detail.project.name.is_empty() { t("ar-unnamed") } else { detail.project.name.clone() };
    page(frame, &title, || {
        let acts = if may_edit { acts(&detail) } else { vec![] };
        let Detail { project, is_open, is_purged, owner, order, days, history, form, .. } = detail.clone();
        let is_shown = project.version > 0
            && !is_purged
            && !matches!(project.status, ProjectStatus::Expired | ProjectStatus::Archived);
        view! {
            <p class="actions">
                {status_badge(frame, project.status)}
                {is_open.then(|| view! { <span class="quiet">{t("ar-is-open")}</span> })}
            </p>
            {form::summary(&form)}
            {failure(frame, &project)}
            {buttons(frame, &project.id, acts)}
            <div class="columns">
                {about(frame, &detail)}
                {is_shown.then(|| code(frame, &project))}
            </div>
            {is_shown.then(|| targets(frame, &project, may_edit && !is_open))}
            {chart(frame, &days)}
            {(may_edit && !is_purged).then(|| view! {
                <div class="columns">
                    {owner_form(frame, &project.id, owner.is_some(), &form)}
                    {order_form(frame, &project.id, order.is_some(), &form)}
                </div>
            })}
            {past(frame, history)}
        }
        .into_any()
    })
}

fn failure(frame: &Frame, project: &ProjectView) -> Option<AnyView> {
    let failure = project.failure.clone().filter(|_| project.status == ProjectStatus::Failed)?;
    let words = frame.text(if project.version > 0 { "ar-failed-new-version" } else { "ar-failed" });
    Some(
        view! { <p class="notice error">{words} " " <span lang="en">{failure.detail}</span> " " <code>{failure.code}</code></p> }
            .into_any(),
    )
}

fn buttons(frame: &Frame, id: &str, acts: Vec<Act>) -> Option<AnyView> {
    if acts.is_empty() {
        return None;
    }
    let buttons = acts.into_iter().map(|each| {
        let action = format!("/admin/ar-projects/{id}/do/{}", each.name());
        let label = frame.text(&format!("ar-do-{}", each.name()));
        if each.is_asked() {
            let question = frame.text(&format!("ar-ask-{}", each.name()));
            confirm(&action, label.clone(), question, label)
        } else {
            act(&action, label)
        }
    });
    Some(view! { <div class="actions">{buttons.collect_view()}</div> }.into_any())
}

fn about(frame: &Frame, detail: &Detail) -> AnyView {
    let t = |id: &str| frame.text(id);
    let Detail { project, owner, order, scans, plays, scanned_ms, .. } = detail;
    let none = || view! { <span class="quiet">"–"</span> }.into_any();
    let owner = owner.as_ref().map_or_else(none, |(id, name)| customer_link(frame, id, name.clone()));
    let order = order.as_ref().map_or_else(none, |(id, number)| order_link(frame, id, *number));
    let ends = project.expires_ms.map_or_else(|| t("ar-permanent").into_any(), |at| time(frame, at));
    let mut list = vec![
        (t("ar-id"), view! { <code>{project.id.clone()}</code> }.into_any()),
        (t("ar-owner"), owner),
        (t("ar-order"), order),
        (t("ar-ends"), ends),
        (t("ar-size"), frame.format.bytes(i64::try_from(project.bytes).unwrap_or(i64::MAX)).into_any()),
        (t("ar-version"), frame.format.number(i64::from(project.version)).into_any()),
        (t("ar-scans"), frame.format.number(*scans).into_any()),
        (t("ar-plays"), frame.format.number(*plays).into_any()),
        (t("ar-last-scan"), scanned_ms.map_or_else(none, |at| time(frame, at))),
        (t("ar-created"), time(frame, project.created_ms)),
    ];
    list.extend(project.purge_ms.map(|at| (t("ar-purged-at"), time(frame, at))));
    view! {
        <section class="sheet" aria-labelledby="about">
            <h2 id="about">{t("ar-about")}</h2>
            {facts(list)}
        </section>
    }
    .into_any()
}

fn code(frame: &Frame, project: &ProjectView) -> AnyView {
    let t = |id: &str| frame.text(id);
    let id = project.id.clone();
    let file = |ending: &str| format!("/api/ar/projects/{id}/qr.{ending}?download");
    view! {
        <section class="sheet" aria-labelledby="code">
            <h2 id="code">{t("ar-link")}</h2>
            <p><a class="tall" href=format!("/ar/view/{id}")>{project.link.clone()}</a></p>
            <img class="qr" src=format!("/api/ar/projects/{id}/qr.svg") width="200" height="200" alt=t("ar-qr")/>
            <p class="actions">
                <a class="button" href=file("pdf")>"PDF"</a>
                <a class="button" href=file("svg")>"SVG"</a>
                <a class="button" href=file("png")>"PNG"</a>
            </p>
            <p class="quiet">{frame.format.language().text_with("ar-qr-width", &[("mm", project.qr_least_mm.into())])}</p>
        </section>
    }
    .into_any()
}

fn targets(frame: &Frame, project: &ProjectView, may_edit: bool) -> AnyView {
    let id = project.id.clone();
    let is_ready = project.status == ProjectStatus::Ready;
    let list = project.targets.iter().enumerate().map(|(number, each)| {
        let tools = may_edit.then(|| tools(frame, &id, number, is_ready));
        view! { <li class="sheet">{target(frame, number, each)}{tools}</li> }
    });
    view! {
        <section aria-labelledby="targets">
            <h2 id="targets">{frame.text("ar-targets")}</h2>
            <ol class="plain-list">{list.collect_view()}</ol>
        </section>
    }
    .into_any()
}

fn target(frame: &Frame, number: usize, target: &TargetView) -> AnyView {
    let TargetView { name, photo, video, width, height, features, tracking_points } = target.clone();
    let name = if name.is_empty() { name_of(frame, number) } else { name };
    let points = [
        ("width", width.into()),
        ("height", height.into()),
        ("features", features.into()),
        ("points", tracking_points.into()),
    ];
    let alt = frame.format.language().text_with("ar-photo-of", &[("name", name.clone().into())]);
    let label = frame.format.language().text_with("ar-video-of", &[("name", name.clone().into())]);
    view! {
        <h3>{name} " " {grade_badge(frame, grade_of(target))}</h3>
        <div class="ar-pair">
            <img src=photo alt=alt loading="lazy"/>
            <video src=video controls preload="metadata" aria-label=label></video>
        </div>
        <p class="quiet">{frame.format.language().text_with("ar-points", &points)}</p>
    }
    .into_any()
}

/// What a photo without a name is called.
pub(super) fn name_of(frame: &Frame, number: usize) -> String {
    let number = i64::try_from(number + 1).unwrap_or_default();
    frame.format.language().text_with("ar-photo-number", &[("number", number.into())])
}

fn tools(frame: &Frame, id: &str, number: usize, is_ready: bool) -> AnyView {
    let t = |id: &str| frame.text(id);
    let field = format!("video-{number}");
    let replace = is_ready.then(|| {
        view! {
            <details>
                <summary class="button">{t("ar-replace")}</summary>
                <form method="post" enctype="multipart/form-data" action=format!("/admin/ar-projects/{id}/video/{number}")>
                    <div class="field">
                        <label for=field.clone()>{t("ar-new-video")}</label>
                        <input id=field type="file" name="video" accept="video/mp4,video/*" required/>
                        <p class="quiet">{t("ar-replace-hint")}</p>
                    </div>
                    <button class="button primary">{t("ar-replace")}</button>
                </form>
            </details>
        }
    });
    view! {
        <div class="actions">
            <a class="button" href=format!("/admin/ar-projects/{id}/overlay/{number}")>{t("ar-overlay")}</a>
            {replace}
        </div>
    }
    .into_any()
}

fn owner_form(frame: &Frame, id: &str, has_owner: bool, form: &FormState) -> AnyView {
    let t = |id: &str| frame.text(id);
    let action = format!("/admin/ar-projects/{id}/owner");
    let take = has_owner.then(|| act(&action, t("ar-owner-take")));
    view! {
        <section class="sheet" aria-labelledby="owner-title">
            <h2 id="owner-title">{t("ar-owner")}</h2>
            <form method="post" action=action>
                {form::input(form, Input::text("owner", t("ar-owner-id")).required().hint(t("ar-owner-hint")))}
                <button class="button">{t("ar-owner-give")}</button>
            </form>
            {take}
        </section>
    }
    .into_any()
}

fn order_form(frame: &Frame, id: &str, has_order: bool, form: &FormState) -> AnyView {
    let t = |id: &str| frame.text(id);
    let action = format!("/admin/ar-projects/{id}/order");
    let take = has_order.then(|| act(&action, t("ar-order-take")));
    view! {
        <section class="sheet" aria-labelledby="order-title">
            <h2 id="order-title">{t("ar-order")}</h2>
            <form method="post" action=action>
                {form::input(form, Input::of("decimal", "order", t("ar-order-number")).required())}
                <button class="button">{t("ar-order-put")}</button>
            </form>
            {take}
        </section>
    }
    .into_any()
}

/// Two bars for each day: scans, and before them plays. Each says its numbers.
fn chart(frame: &Frame, days: &[DayCount]) -> AnyView {
    const STEP: i64 = 20;
    const HEIGHT: i64 = 100;
    let count = i64::try_from(days.len()).unwrap_or(1).max(1);
    let most = days.iter().map(|day| day.scans.max(day.plays)).max().unwrap_or(0);
    let high = |number: i64| number * HEIGHT / most.max(1);
    let bars = days.iter().zip(0..).map(|(day, index)| {
        let (scans, plays) = (high(day.scans), high(day.plays));
        let numbers = [("scans", day.scans.into()), ("plays", day.plays.into())];
        let words = frame.format.language().text_with("ar-day", &numbers);
        let words = format!("{}: {words}", frame.format.date(day.noon_ms));
        let x = index * STEP;
        view! {
            <g>
                <title>{words}</title>
                <rect class="bar" x=x y=HEIGHT - scans width="8" height=scans></rect>
                <rect class="bar second" x=x + 9 y=HEIGHT - plays width="8" height=plays></rect>
            </g>
        }
    });
    let ends = days.first().zip(days.last()).map(|(first, last)| {
        let y = HEIGHT + 14;
        view! {
            <text x="0" y=y>{frame.format.date(first.noon_ms)}</text>
            <text x=count * STEP y=y text-anchor="end">{frame.format.date(last.noon_ms)}</text>
        }
    });
    let title = frame.text("ar-chart");
    view! {
        <figure class="sheet">
            <figcaption>{title.clone()} " " <span class="quiet">{frame.text("ar-chart-legend")}</span></figcaption>
            <svg class="chart" viewBox=format!("0 0 {} {}", count * STEP, HEIGHT + 20) role="img" aria-label=title>
                {bars.collect_view()}
                <line class="axis" x1="0" x2=count * STEP y1=HEIGHT y2=HEIGHT></line>
                {ends}
            </svg>
        </figure>
    }
    .into_any()
}

fn past(frame: &Frame, history: Vec<Deed>) -> AnyView {
    let is_empty = history.is_empty();
    let entries = history.into_iter().map(|deed| {
        let did = format!("ar-did-{}", deed.action.trim_start_matches("project."));
        let did = frame.format.language().find(&did).unwrap_or(deed.action);
        let actor = if deed.actor.is_empty() { frame.text("customer-erased") } else { deed.actor };
        let fields = deed.fields.into_iter().map(|(name, before, after)| {
            let name = frame.text(&format!("ar-field-{name}"));
            view! { <p>{name} ": " <del>{before}</del> " " <ins>{after}</ins></p> }
        });
        view! {
            <li>
                <strong>{did}</strong>
                <p class="quiet">{time(frame, deed.at_ms)} " · " {actor}</p>
                {fields.collect_view()}
            </li>
        }
    });
    view! {
        <section class="sheet" aria-labelledby="history">
            <h2 id="history">{frame.text("ar-history")}</h2>
            {is_empty.then(|| view! { <p class="quiet">{frame.text("ar-no-history")}</p> })}
            <ol class="timeline">{entries.collect_view()}</ol>
        </section>
    }
    .into_any()
}
