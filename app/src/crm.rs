//! The CRM: a file for each section, and the parts that all are made of. Rendered on the server; forms and links only.

pub mod audit;
pub mod currencies;
pub mod customers;
pub mod dashboard;
pub mod mails;
pub mod orders;
pub mod parts;
pub mod products;
pub mod projects;
pub mod settings;
pub mod things;
pub mod users;

use leptos::prelude::*;

use crate::{
    frame::{Frame, Head, html, languages, said},
    permissions::Permission,
};

/// The sections: address, id of the name, and who may see them.
const SECTIONS: [(&str, &str, Permission); 10] = [
    ("/admin", "nav-dashboard", Permission::SeeDashboard),
    ("/admin/orders", "nav-orders", Permission::SeeOrders),
    ("/admin/ar-projects", "nav-projects", Permission::SeeProjects),
    ("/admin/products", "nav-products", Permission::SeeProducts),
    ("/admin/currencies", "nav-currencies", Permission::SeeCurrencies),
    ("/admin/customers", "nav-customers", Permission::SeeCustomers),
    ("/admin/mail", "nav-mail", Permission::SeeMail),
    ("/admin/audit", "nav-audit", Permission::SeeAudit),
    ("/admin/users", "nav-users", Permission::ManageUsers),
    ("/admin/settings", "nav-settings", Permission::EditSettings),
];

/// A whole page of the CRM.
pub(crate) fn page(frame: &Frame, title: &str, content: impl FnOnce() -> AnyView) -> String {
    let head = Head { title: format!("{title} · Kinora"), ..Head::default() };
    framed(frame, head, title, content)
}

/// Somebody's role does not include what they asked for.
#[must_use]
pub fn forbidden(frame: &Frame) -> String {
    let words = frame.text("forbidden-lead");
    page(frame, &frame.text("forbidden-title"), || view! { <p class="lead">{words}</p> }.into_any())
}

fn framed(frame: &Frame, head: Head, title: &str, content: impl FnOnce() -> AnyView) -> String {
    html(frame, head, || {
        let (name, role) =
            frame.staff.as_ref().map_or((String::new(), ""), |staff| (staff.name.clone(), staff.role.name()));
        view! {
            <header class="crm-top">
                <a class="brand" href="/admin">"Kinora"</a>
                <details class="crm-menu">
                    <summary>{frame.text("nav-menu")}</summary>
                    {navigation(frame)}
                </details>
                <a class="crm-me" href="/account">{name} " " <span class="quiet">{frame.text(&format!("role-{role}"))}</span></a>
                <form method="post" action="/logout"><button class="link">{frame.text("logout")}</button></form>
            </header>
            <div class="crm-body">
                <div class="crm-side">{navigation(frame)}</div>
                <main id="content">
                    {said(frame)}
                    <h1>{title.to_owned()}</h1>
                    {content()}
                </main>
            </div>
            <footer class="bottom">{languages(frame)}</footer>
        }
        .into_any()
    })
}

fn navigation(frame: &Frame) -> AnyView {
    let place = frame.place().to_owned();
    let links = SECTIONS.into_iter().filter(|(_, _, permission)| frame.may(*permission)).map(|(path, text, _)| {
        let is_here = if path == "/admin" { place == path } else { place.starts_with(path) };
        view! { <li><a href=path aria-current=is_here.then_some("page")>{frame.text(text)}</a></li> }
    });
    view! { <nav aria-label=frame.text("nav-crm")><ul>{links.collect_view()}</ul></nav> }.into_any()
}
