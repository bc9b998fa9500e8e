//! Customers: profiles, search, who may see and change them, copies of everything, erasure.

use app::{
    language::Language,
    model::ProjectStatus,
    order::{Order, Origin},
    permissions::Role,
};
use axum::http::StatusCode;
use serde_json::Value;
use server::{
    customers::erase,
    db::{Actor, Place, Product, ProfileFields},
    orders::{NewOrder, place},
    prices::Wish,
};

use crate::{
    browser::{Browser, PASSWORD},
    shop::Shop,
};

const PRODUCT: &str = "aaaaaaaaaaaaaaaaaaaa";

/// The id of whom the last redirect of the CRM leads to.
fn id_in(location: &str) -> String {
    location.strip_prefix("/admin/customers/").unwrap().split('?').next().unwrap().to_owned()
}

async fn add(browser: &Browser<'_>, name: &str, email: &str, phone: &str) -> String {
    let fields = [("name", name), ("email", email), ("phone", phone), ("language", "hy")];
    let answer = browser.submit("/admin/customers", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    id_in(answer.header("location"))
}

async fn add_product(shop: &Shop) {
    let product = Product {
        id: PRODUCT.to_owned(),
        sku: "P-10".to_owned(),
        name: "Print".to_owned(),
        description: String::new(),
        price_minor: 1250,
        currency: "USD".to_owned(),
    };
    shop.state.db.put_product(&product).await.unwrap();
}

#[tokio::test]
async fn a_profile_is_made_found_changed_and_its_history_kept() {
    let shop = Shop::open().await;
    let browser = Browser::of(&shop, Role::Support).await;
    assert!(browser.get("/admin/customers").await.text().contains("There is no customer yet"));
    let wrong = browser.submit("/admin/customers", &[("name", ""), ("email", "no"), ("phone", "+374 91 123456")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("value=\"+374 91 123456\""), "nothing is lost: {}", wrong.text());

    let id = add(&browser, "Anahit Testyan", "Anahit@Example.com", "+374 91 12-34-56").await;
    let other = add(&browser, "Boris Testov", "anahit@example.com", "").await;
    for (search, found) in [("anahit", 2), ("testyan", 1), ("123456", 1), ("boris@", 0), ("anahit@example.com", 2)] {
        let page = browser.get(&format!("/admin/customers?q={search}")).await.text();
        assert_eq!(page.matches("href=\"/admin/customers/").count() - 1, found, "{search}: {page}");
    }
    let page = browser.get(&format!("/admin/customers/{id}")).await.text();
    assert!(page.contains("anahit@example.com") && page.contains(&other) && page.contains("Profile made"), "{page}");

    let fields = [("name", "Anahit <i>"), ("email", ""), ("consent", "1"), ("erased_ms", "5"), ("id", "x")];
    let page = browser.submit_and_follow(&format!("/admin/customers/{id}"), &fields).await.text();
    assert!(page.contains("Saved.") && page.contains("Anahit &lt;i&gt;") && page.contains("Profile changed"), "{page}");
    let customer = shop.state.db.customer(&id).await.unwrap().unwrap();
    assert!(customer.consent_ms.is_some() && customer.erased_ms.is_none() && customer.email.is_empty());
    let page = browser.get("/admin/customers?q=testyan").await.text();
    assert!(page.contains("Nothing matches"), "found by what it is, not by what it was: {page}");
    for path in ["/admin/customers/nobody", "/admin/customers/aaaaaaaaaaaaaaaaaaaa"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_long_list_is_paged_both_ways() {
    let shop = Shop::open().await;
    let actor = Actor::system();
    for number in 0..120 {
        let fields = ProfileFields { name: format!("Nr{number}"), ..ProfileFields::default() };
        let id = format!("{}{number:04}", "a".repeat(16)).replace(['0', '1'], "z");
        let id = format!("{}{}", &id[..16], letters(number));
        shop.state.db.add_customer(&id, &fields, &actor).await.unwrap();
    }
    for sort in ["newest", "oldest"] {
        let mut seen = Vec::new();
        let mut place = Place::First;
        loop {
            let page = shop.state.db.customers_page("", sort, place).await.unwrap();
            seen.extend(page.rows.iter().map(|customer| customer.name.clone()));
            let Some(after) = page.after else { break };
            place = Place::parse("", &after);
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 120, "{sort}");
    }
    let browser = Browser::of(&shop, Role::Manager).await;
    let first = browser.get("/admin/customers?sort=oldest").await.text();
    assert!(
        first.contains("rel=\"next\"") && !first.contains("rel=\"prev\"") && first.contains("aria-sort=\"ascending\"")
    );
}

/// Four letters of those that ids are made of.
fn letters(number: usize) -> String {
    let letter = |digit: usize| char::from(b"abcdefghij"[digit % 10]);
    [number / 1000, number / 100, number / 10, number].into_iter().map(letter).collect()
}

/// Somebody who signed up, ordered, and made a living photo; gives their browser, profile, order and photo.
async fn known(shop: &Shop) -> (Browser<'_>, String, Order, String) {
    add_product(shop).await;
    let browser = Browser::new(shop);
    let fields =
        [("name", "Zaruhi Nemets"), ("email", "zaruhi@nemets.example"), ("password", PASSWORD), ("consent", "1")];
    assert_eq!(browser.submit("/signup", &fields).await.status, StatusCode::SEE_OTHER);
    let account = shop.state.db.account_of("zaruhi@nemets.example").await.unwrap().unwrap();
    let customer_id = account.customer_id.clone().unwrap();
    let project = shop.publish().await;
    assert!(shop.state.db.own_project(&project.id, &customer_id).await.unwrap());
    let new = NewOrder {
        once: String::new(),
        customer_id: Some(customer_id.clone()),
        name: "Zaruhi Nemets".to_owned(),
        email: "zaruhi@nemets.example".to_owned(),
        phone: "+374 99 765432".to_owned(),
        address: "Nemetsstraat 5".to_owned(),
        language: Language::En,
        currency: "USD".to_owned(),
        wishes: vec![Wish { product_id: PRODUCT.to_owned(), quantity: 2, has_ar: true }],
        message: "For Zaruhi".to_owned(),
        origin: Origin::Web,
        project_ids: vec![project.id.clone()],
    };
    let actor = Actor { account_id: Some(account.id.clone()), name: account.name };
    let order = place(&shop.state, new, &actor).await.unwrap();
    browser.submit("/password", &[("email", "zaruhi@nemets.example")]).await;
    (browser, customer_id, order, project.id)
}

/// Everything that the database holds, as text; bytes as the text they are.
async fn everything(shop: &Shop) -> String {
    let mut all = String::new();
    for (table, rows) in shop.state.db.dump().await.unwrap() {
        for row in rows {
            for (column, value) in row {
                let text = match value {
                    Value::Array(bytes) => {
                        let bytes = bytes.iter().map(|byte| u8::try_from(byte.as_u64().unwrap()).unwrap());
                        String::from_utf8(bytes.collect()).unwrap()
                    }
                    other => other.to_string(),
                };
                all.push_str(&format!("{table}.{column}: {text}\n"));
            }
        }
    }
    all.to_lowercase()
}

const TRACES: [&str; 6] = ["zaruhi", "nemets", "765432", "nemetsstraat", "zaruhi@nemets.example", "anoush"];

#[tokio::test]
async fn signing_up_makes_a_profile_that_nobody_elses_is_linked_to() {
    let shop = Shop::open().await;
    let staff = Browser::of(&shop, Role::Manager).await;
    let stranger = add(&staff, "Somebody", "zaruhi@nemets.example", "").await;
    let (_, id, ..) = known(&shop).await;
    assert_ne!(id, stranger, "whoever knows an address is not its owner yet");
    let customer = shop.state.db.customer(&id).await.unwrap().unwrap();
    assert_eq!((customer.name.as_str(), customer.email.as_str()), ("Zaruhi Nemets", "zaruhi@nemets.example"));
    assert!(customer.consent_ms.is_some());
}

#[tokio::test]
async fn a_copy_holds_everything_but_secrets() {
    let shop = Shop::open().await;
    let staff = Browser::of(&shop, Role::Manager).await;
    let (browser, id, order, photo) = known(&shop).await;
    let other = add(&staff, "Other Person", "other@example.com", "").await;
    let answer = staff.get(&format!("/admin/customers/{id}/export.json")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert!(answer.header("content-disposition").starts_with("attachment"));
    let copy: Value = answer.json();
    assert_eq!(copy["profile"]["email"], "zaruhi@nemets.example");
    assert!(copy["profile"]["consent_ms"].is_i64());
    assert_eq!(copy["account"]["name"], "Zaruhi Nemets");
    assert_eq!(
        (&copy["orders"][0]["number"], &copy["orders"][0]["items"][0]["sku"]),
        (&order.number.into(), &"P-10".into())
    );
    assert_eq!(copy["living_photos"][0]["link"], format!("https://photos.example/ar/view/{photo}"));
    assert_eq!(copy["mails"].as_array().unwrap().len(), 2);
    assert_eq!(copy["is_whole"], true);
    let text = answer.text();
    assert!(!text.contains("argon2") && !text.contains("/password/"), "{text}");
    assert!(!text.contains("Other Person") && !text.contains(&other));

    let own = browser.get("/account/export.json").await;
    assert_eq!(own.json::<Value>()["orders"], copy["orders"]);
    assert_eq!(Browser::new(&shop).get("/account/export.json").await.status, StatusCode::SEE_OTHER);
    assert_eq!(staff.get("/account/export.json").await.status, StatusCode::NOT_FOUND, "staff have no profile");
}

#[tokio::test]
async fn nothing_of_an_erased_customer_is_left_but_the_books() {
    let shop = Shop::open().await;
    let staff = Browser::of(&shop, Role::Manager).await;
    let (browser, id, order, photo) = known(&shop).await;
    let edit =
        [("name", "Zaruhi Nemets"), ("email", "zaruhi@nemets.example"), ("notes", "likes Anoush"), ("phone", "765432")];
    staff.submit_and_follow(&format!("/admin/customers/{id}"), &edit).await;
    let before = everything(&shop).await;
    for trace in TRACES {
        assert!(before.contains(trace), "{trace}");
    }
    let page = staff.get(&format!("/admin/customers/{id}/erase")).await.text();
    assert!(page.contains("zaruhi@nemets.example") && page.contains("One order is not sent yet"), "{page}");
    let wrong = staff.submit(&format!("/admin/customers/{id}/erase"), &[("word", "zaruhi")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(shop.state.db.customer(&id).await.unwrap().unwrap().erased_ms.is_none());

    let typed = [("word", " Zaruhi@Nemets.example")];
    let page = staff.submit_and_follow(&format!("/admin/customers/{id}/erase"), &typed).await.text();
    assert!(page.contains("Everything personal was erased.") && page.contains("Erased customer"), "{page}");
    let after = everything(&shop).await;
    for trace in TRACES {
        assert!(!after.contains(trace), "{trace}: {after}");
    }
    assert_eq!(browser.get("/account/export.json").await.status, StatusCode::SEE_OTHER, "logged out");
    assert_eq!(browser.log_in("zaruhi@nemets.example", PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);

    let kept = shop.state.db.order(&order.id).await.unwrap().unwrap();
    assert_eq!((kept.number, kept.total_minor, kept.base_minor), (order.number, order.total_minor, order.base_minor));
    assert_eq!(shop.state.db.order_items(&order.id).await.unwrap().len(), 1);
    assert_eq!(shop.project(&photo).await.status, ProjectStatus::Archived);
    assert_eq!(shop.get(&format!("/ar/view/{photo}")).await.status, StatusCode::GONE, "a kind page, not nothing");
    assert!(!shop.files().iter().any(|file| file.contains("photo-0.jpg")), "{:?}", shop.files());

    let history = shop.state.db.history("customer", &id, 10).await.unwrap();
    assert_eq!(history[0].action, "customer.erase", "that it was done is kept");
    assert_eq!(staff.submit(&format!("/admin/customers/{id}"), &edit).await.status, StatusCode::NOT_FOUND);
    erase(&shop.state, &id, &Actor::system()).await.unwrap();
    assert_eq!(shop.state.db.history("customer", &id, 10).await.unwrap().len(), history.len(), "done again, told once");
}

#[tokio::test]
async fn customers_erase_themselves_by_their_password() {
    let shop = Shop::open().await;
    let (browser, id, ..) = known(&shop).await;
    assert!(
        browser.get("/account/erase").await.text().contains("can&#x27;t be undone")
            || browser.get("/account/erase").await.text().contains("can't be undone")
    );
    let wrong = browser.submit("/account/erase", &[("password", "wrong horse battery")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = browser.submit("/account/erase", &[("password", PASSWORD)]).await;
    assert_eq!(done.header("location"), "/?said=said-customer-erased", "{}", done.text());
    let after = everything(&shop).await;
    for trace in TRACES {
        assert!(!after.contains(trace), "{trace}: {after}");
    }
    assert!(shop.state.db.customer(&id).await.unwrap().unwrap().erased_ms.is_some());
    assert_eq!(
        Browser::new(&shop).submit("/account/erase", &[("password", PASSWORD)]).await.status,
        StatusCode::SEE_OTHER
    );
}
