//! `/admin/orders/{id}`.

use leptos::prelude::*;
use serde_json::{Map, Value};

use super::{page, status_badge, status_text};
use crate::{
    crm::{
        mails::status_badge as status_badge_of_mail,
        parts::{badge, facts, time},
    },
    form::{self, FormState, Input},
    frame::Frame,
    model::ProjectStatus,
    order::{Order, OrderItem, OrderStatus},
    permissions::Permission,
};

/// An order with all that belongs to it.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The order.
    pub order: Order,
    /// What was ordered.
    pub items: Vec<OrderItem>,
    /// Its living photos.
    pub projects: Vec<ProjectLine>,
    /// What was done to it, newest first.
    pub steps: Vec<Step>,
    /// The mails about it, newest first.
    pub mails: Vec<MailLine>,
}

/// A living photo of an order.
#[derive(Clone, Debug)]
pub struct ProjectLine {
    /// Its public id.
    pub id: String,
    /// The album's name.
    pub name: String,
    /// Where it stands.
    pub status: ProjectStatus,
}

/// What somebody did.
#[derive(Clone, Debug)]
pub struct Step {
    /// When.
    pub at_ms: i64,
    /// Who.
    pub actor: String,
    /// What, as in the audit log.
    pub action: String,
    /// The fields that changed, as they were.
    pub before: Map<String, Value>,
    /// And as they are since.
    pub after: Map<String, Value>,
}

/// A mail about an order.
#[derive(Clone, Debug)]
pub struct MailLine {
    /// Its id.
    pub id: String,
    /// One line.
    pub subject: String,
    /// The address.
    pub recipient: String,
    /// `queued`, `sending`, `sent` or `failed`.
    pub status: String,
    /// When it was written.
    pub created_ms: i64,
}

/// One order; `form` is the form on it that was sent and can't be done, or none.
#[must_use]
pub fn detail(frame: &Frame, detail: Detail, form: &FormState) -> String {
    let t = |id: &str| frame.text(id);
    let Detail { order, items, projects, steps, mails } = detail;
    let title = frame.format.language().text_with("order-title", &[("number", order.number.to_string().into())]);
    page(frame, &title, || {
        let sheet = format!("/admin/orders/{}/sheet", order.id);
        view! {
            {form::summary(form)}
            <p class="actions">
                {status_badge(frame, order.status)}
                <a class="button" href=sheet>{t("order-sheet")}</a>
                <a class="button" href="/admin/orders">{t("order-all")}</a>
            </p>
            {way(frame, &order, form)}
            <section class="sheet" aria-labelledby="items">
                <h2 id="items">{t("order-items")}</h2>
                {item_table(frame, &order, items)}
                {totals(frame, &order)}
            </section>
            <div class="record">
                {customer(frame, &order)}
                {notes(frame, &order, form)}
                {living_photos(frame, &order.id, projects, form)}
                {timeline(frame, steps)}
                {mail_list(frame, mails)}
            </div>
        }
        .into_any()
    })
}

/// The steps that are allowed now.
fn way(frame: &Frame, order: &Order, form: &FormState) -> AnyView {
    let t = |id: &str| frame.text(id);
    let action = format!("/admin/orders/{}/status", order.id);
    let tracking = || form::input(form, Input::text("tracking", t("order-tracking")));
    let steps = order.status.next().iter().map(|to| {
        let label = t(&format!("order-to-{}", to.name()));
        match to {
            OrderStatus::Cancelled => {
                let reason = Input::text("reason", t("order-reason")).required();
                let is_open = form.problems.contains_key("reason");
                view! {
                    <details class="confirm" open=is_open>
                        <summary class="button danger">{label}</summary>
                        <form method="post" action=action.clone()>
                            <p>{t("order-cancel-question")}</p>
                            <input type="hidden" name="to" value=to.name()/>
                            {form::input(form, reason)}
                            <button class="button danger">{t("order-cancel-yes")}</button>
                        </form>
                    </details>
                }
                .into_any()
            }
            _ => {
                let tracking = (*to == OrderStatus::Shipped).then(tracking);
                view! {
                    <form method="post" action=action.clone()>
                        <input type="hidden" name="to" value=to.name()/>
                        {tracking}
                        <button class="button primary">{label}</button>
                    </form>
                }
                .into_any()
            }
        }
    });
    let may_move = frame.may(Permission::MoveOrders);
    let is_sent = matches!(order.status, OrderStatus::Shipped | OrderStatus::Delivered);
    let correct = (may_move && is_sent).then(|| {
        view! {
            <form method="post" action=format!("/admin/orders/{}/tracking", order.id)>
                {tracking()}
                <button class="button">{t("save")}</button>
            </form>
        }
    });
    let told = (is_sent && !may_move && !order.tracking.is_empty())
        .then(|| view! { <p>{t("order-tracking")} ": " {order.tracking.clone()}</p> });
    let reason = (order.status == OrderStatus::Cancelled)
        .then(|| view! { <p>{t("order-reason")} ": " {order.cancel_reason.clone()}</p> });
    let steps = if may_move { steps.collect_view() } else { vec![] };
    if steps.is_empty() && correct.is_none() && told.is_none() && reason.is_none() {
        return ().into_any();
    }
    view! {
        <section class="sheet" aria-labelledby="way">
            <h2 id="way">{t("order-way")}</h2>
            {reason}
            {told}
            <div class="actions">{steps} {correct}</div>
        </section>
    }
    .into_any()
}

/// What was ordered, with prices in the order's currency.
fn item_table(frame: &Frame, order: &Order, items: Vec<OrderItem>) -> AnyView {
    let t = |id: &str| frame.text(id);
    let money = |minor: i64| frame.format.money(minor, &order.currency);
    let rows = items.into_iter().map(|item| {
        let total = money(item.total_minor());
        let living = if item.has_ar { money(item.ar_minor) } else { t("order-no-ar") };
        view! {
            <tr>
                <th scope="row">{item.name} " " <span class="quiet">{item.sku}</span></th>
                <td class="number" data-title=t("order-quantity")>{frame.format.number(item.quantity)}</td>
                <td class="number" data-title=t("order-unit")>{money(item.unit_minor)}</td>
                <td class="number" data-title=t("order-ar")>{living}</td>
                <td class="number" data-title=t("order-sum")>{total}</td>
            </tr>
        }
    });
    view! {
        <div class="table"><table>
            <thead><tr>
                <th scope="col">{t("order-item")}</th>
                <th scope="col" class="number">{t("order-quantity")}</th>
                <th scope="col" class="number">{t("order-unit")}</th>
                <th scope="col" class="number">{t("order-ar")}</th>
                <th scope="col" class="number">{t("order-sum")}</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}

fn totals(frame: &Frame, order: &Order) -> AnyView {
    let t = |id: &str| frame.text(id);
    let total = frame.format.money(order.total_minor, &order.currency);
    let mut list = vec![(t("order-total"), view! { <strong>{total}</strong> }.into_any())];
    if order.currency != order.base {
        let rate = format!("1 {} = {} {}", order.base, order.rate, order.currency);
        list.push((t("order-base-total"), frame.format.money(order.base_minor, &order.base).into_any()));
        list.push((t("order-rate"), rate.into_any()));
    }
    facts(list)
}

fn customer(frame: &Frame, order: &Order) -> AnyView {
    let t = |id: &str| frame.text(id);
    let none = || t("order-none").into_any();
    let known = order.customer_id.as_ref().filter(|_| frame.may(Permission::SeeCustomers));
    let name = match known {
        Some(id) => view! { <a href=format!("/admin/customers/{id}")>{order.name.clone()}</a> }.into_any(),
        None => order.name.clone().into_any(),
    };
    let link = |scheme: &str, text: &str| {
        if text.is_empty() {
            return none();
        }
        view! { <a href=format!("{scheme}:{text}")>{text.to_owned()}</a> }.into_any()
    };
    let text = |text: &str| if text.is_empty() { none() } else { lines(text) };
    let list = vec![
        (t("name"), name),
        (t("email"), link("mailto", &order.email)),
        (t("order-phone"), link("tel", &order.phone)),
        (t("order-address"), text(&order.address)),
        (t("order-language"), order.language.own_name().into_any()),
        (t("order-message"), text(&order.message)),
        (t("order-origin"), t(&format!("order-origin-{}", order.origin.name())).into_any()),
        (t("order-date"), time(frame, order.created_ms)),
    ];
    view! {
        <section class="sheet" aria-labelledby="customer">
            <h2 id="customer">{t("order-customer")}</h2>
            {facts(list)}
        </section>
    }
    .into_any()
}

/// A text with its line breaks.
pub(super) fn lines(text: &str) -> AnyView {
    view! { <span class="lines">{text.to_owned()}</span> }.into_any()
}

fn notes(frame: &Frame, order: &Order, form: &FormState) -> AnyView {
    let t = |id: &str| frame.text(id);
    let content = if frame.may(Permission::EditOrders) {
        view! {
            <form method="post" action=format!("/admin/orders/{}/notes", order.id)>
                {form::area(form, "notes", t("order-notes-label"), 5)}
                <button class="button">{t("save")}</button>
            </form>
        }
        .into_any()
    } else if order.notes.is_empty() {
        view! { <p class="quiet">{t("order-none")}</p> }.into_any()
    } else {
        view! { <p>{lines(&order.notes)}</p> }.into_any()
    };
    view! {
        <section class="sheet" aria-labelledby="notes-title">
            <h2 id="notes-title">{t("order-notes")}</h2>
            {content}
        </section>
    }
    .into_any()
}

fn living_photos(frame: &Frame, order_id: &str, projects: Vec<ProjectLine>, form: &FormState) -> AnyView {
    let t = |id: &str| frame.text(id);
    let may_edit = frame.may(Permission::EditOrders);
    let empty = projects.is_empty().then(|| view! { <p class="quiet">{t("order-no-projects")}</p> });
    let list = projects.into_iter().map(|project| {
        let name = if project.name.is_empty() { project.id.clone() } else { project.name };
        let detach = may_edit.then(|| {
            let label = frame.format.language().text_with("order-detach-one", &[("name", name.clone().into())]);
            view! {
                <form method="post" action=format!("/admin/orders/{order_id}/detach")>
                    <input type="hidden" name="project" value=project.id.clone()/>
                    <button class="button" aria-label=label>{t("order-detach")}</button>
                </form>
            }
        });
        view! {
            <li class="actions">
                <a class="tall" href=format!("/admin/ar-projects/{}", project.id)>{name.clone()}</a>
                {project_badge(frame, project.status)}
                <a class="tall" href=format!("/ar/view/{}", project.id)>{t("order-view")}</a>
                {detach}
            </li>
        }
    });
    let attach = may_edit.then(|| {
        let input = Input::text("project", t("order-attach-id")).required().hint(t("order-attach-hint"));
        view! {
            <form method="post" action=format!("/admin/orders/{order_id}/attach")>
                {form::input(form, input)}
                <button class="button">{t("order-attach")}</button>
            </form>
        }
    });
    view! {
        <section class="sheet" aria-labelledby="projects">
            <h2 id="projects">{t("nav-projects")}</h2>
            {empty}
            <ul class="timeline">{list.collect_view()}</ul>
            {attach}
        </section>
    }
    .into_any()
}

fn project_badge(frame: &Frame, status: ProjectStatus) -> AnyView {
    let (tone, id) = match status {
        ProjectStatus::Draft => ("plain", "project-status-draft"),
        ProjectStatus::Queued => ("busy", "project-status-queued"),
        ProjectStatus::Compiling => ("busy", "project-status-compiling"),
        ProjectStatus::Ready => ("good", "project-status-ready"),
        ProjectStatus::Failed => ("bad", "project-status-failed"),
        ProjectStatus::Expired => ("plain", "project-status-expired"),
        ProjectStatus::Archived => ("plain", "project-status-archived"),
    };
    badge(tone, frame.text(id))
}

fn timeline(frame: &Frame, steps: Vec<Step>) -> AnyView {
    let empty = steps.is_empty().then(|| view! { <p class="quiet">{frame.text("history-empty")}</p> });
    let list = steps.into_iter().map(|step| {
        let words = step_text(frame, &step);
        view! {
            <li>
                {words}
                <br/>
                <span class="quiet">{step.actor} ", " {time(frame, step.at_ms)}</span>
            </li>
        }
    });
    view! {
        <section class="sheet" aria-labelledby="timeline">
            <h2 id="timeline">{frame.text("order-timeline")}</h2>
            {empty}
            <ol class="timeline">{list.collect_view()}</ol>
        </section>
    }
    .into_any()
}

pub(crate) fn step_text(frame: &Frame, step: &Step) -> String {
    let language = frame.format.language();
    let status = |fields: &Map<String, Value>| {
        let status = fields.get("status").and_then(Value::as_str).and_then(OrderStatus::parse);
        status.map(|status| status_text(frame, status)).unwrap_or_default()
    };
    let after = |name: &str| step.after.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let before = |name: &str| step.before.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    match step.action.as_str() {
        "order.create" => frame.text("order-did-create"),
        "order.status" => {
            let values = [("from", status(&step.before).into()), ("to", status(&step.after).into())];
            let words = [language.text_with("order-did-status", &values), after("cancel_reason"), after("tracking")];
            words.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" · ")
        }
        "order.notes" => frame.text("order-did-notes"),
        "order.tracking" => {
            let values = [("from", before("tracking").into()), ("to", after("tracking").into())];
            language.text_with("order-did-tracking", &values)
        }
        "order.attach" => language.text_with("order-did-attach", &[("project", after("project").into())]),
        "order.detach" => language.text_with("order-did-detach", &[("project", before("project").into())]),
        other => language.text_with("order-did-other", &[("action", other.to_owned().into())]),
    }
}

fn mail_list(frame: &Frame, mails: Vec<MailLine>) -> AnyView {
    let t = |id: &str| frame.text(id);
    let empty = mails.is_empty().then(|| view! { <p class="quiet">{t("order-no-mails")}</p> });
    let list = mails.into_iter().map(|mail| {
        let subject = if frame.may(Permission::SeeMail) {
            view! { <a class="tall" href=format!("/admin/mail/{}", mail.id)>{mail.subject}</a> }.into_any()
        } else {
            mail.subject.into_any()
        };
        view! {
            <li>
                {subject} " " {status_badge_of_mail(frame, &mail.status)}
                <br/>
                <span class="quiet">{mail.recipient} ", " {time(frame, mail.created_ms)}</span>
            </li>
        }
    });
    view! {
        <section class="sheet" aria-labelledby="mails">
            <h2 id="mails">{t("order-mails")}</h2>
            {empty}
            <ul class="timeline">{list.collect_view()}</ul>
        </section>
    }
    .into_any()
}
