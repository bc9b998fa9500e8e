//! `/admin/orders/{id}/sheet`: what whoever prints and packs an order needs, on paper.

use leptos::prelude::*;

use super::{ProjectLine, detail::lines, page};
use crate::{
    crm::parts::facts,
    frame::Frame,
    order::{Order, OrderItem},
};

/// An order as a job.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// What the shop is called.
    pub shop: String,
    /// The order.
    pub order: Order,
    /// What is made.
    pub items: Vec<OrderItem>,
    /// Living photos, each with its code.
    pub projects: Vec<ProjectLine>,
    /// Days that making it takes: those of the product that takes longest.
    pub production_days: i64,
    /// When that is over, milliseconds since 1970 UTC.
    pub due_ms: i64,
}

/// The job sheet.
#[must_use]
pub fn sheet(frame: &Frame, sheet: Sheet) -> String {
    let t = |id: &str| frame.text(id);
    let Sheet { shop, order, items, projects, production_days, due_ms } = sheet;
    let title = frame.format.language().text_with("order-sheet-title", &[("number", order.number.to_string().into())]);
    page(frame, &title, || {
        let days = frame.format.language().text_with("days", &[("days", production_days.into())]);
        let list = vec![
            (t("order-sheet-shop"), shop.into_any()),
            (t("order-date"), frame.format.date(order.created_ms).into_any()),
            (t("order-production"), days.into_any()),
            (t("order-due"), view! { <strong>{frame.format.date(due_ms)}</strong> }.into_any()),
            (t("name"), order.name.clone().into_any()),
            (t("order-phone"), order.phone.clone().into_any()),
            (t("order-address"), lines(&order.address)),
            (t("order-message"), lines(&order.message)),
            (t("order-notes"), lines(&order.notes)),
        ];
        let rows = items.into_iter().map(|item| {
            let living = if item.has_ar { t("order-with-ar") } else { t("order-no-ar") };
            view! {
                <tr>
                    <th scope="row">{item.name}</th>
                    <td data-title=t("order-sku")>{item.sku}</td>
                    <td class="number" data-title=t("order-quantity")>{frame.format.number(item.quantity)}</td>
                    <td data-title=t("order-ar")>{living}</td>
                </tr>
            }
        });
        let codes = projects.into_iter().map(|project| {
            let name = if project.name.is_empty() { project.id.clone() } else { project.name };
            let alt = frame.format.language().text_with("order-code-of", &[("name", name.clone().into())]);
            view! {
                <li>
                    <img class="qr" src=format!("/api/ar/projects/{}/qr.svg", project.id) alt=alt width="200" height="200"/>
                    <p>{name} <br/> <code>{project.id}</code></p>
                </li>
            }
        });
        let codes = codes.collect_view();
        let no_codes = codes.is_empty().then(|| view! { <p class="quiet">{t("order-no-projects")}</p> });
        view! {
            <p class="no-print actions">
                <a class="button" href=format!("/admin/orders/{}", order.id)>{t("order-back")}</a>
                <span class="quiet">{t("order-print-hint")}</span>
            </p>
            <section class="sheet">{facts(list)}</section>
            <section class="sheet" aria-labelledby="items">
                <h2 id="items">{t("order-items")}</h2>
                <div class="table"><table>
                    <thead><tr>
                        <th scope="col">{t("order-item")}</th>
                        <th scope="col">{t("order-sku")}</th>
                        <th scope="col" class="number">{t("order-quantity")}</th>
                        <th scope="col">{t("order-ar")}</th>
                    </tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table></div>
            </section>
            <section class="sheet" aria-labelledby="codes">
                <h2 id="codes">{t("nav-projects")}</h2>
                {no_codes}
                <ul class="codes">{codes}</ul>
            </section>
        }
        .into_any()
    })
}
