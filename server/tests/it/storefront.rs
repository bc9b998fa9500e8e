//! The shop as customers see it: what is on sale, orders of guests and of customers, what is theirs and what is not.

use app::{order::Order, permissions::Role};
use axum::http::{Method, StatusCode};
use serde_json::{Value as Json, json};
use server::db::{Place, Product, Value};

use crate::{
    browser::{Browser, PASSWORD, make_account},
    shop::Shop,
};

const PRINT: &str = "aaaaaaaaaaaaaaaaaaab";
const GONE: &str = "aaaaaaaaaaaaaaaaaaac";
const XSS: &str = "</textarea><script>alert(1)</script>\"'&lt;";

/// A shop that sells a print for $12.50; roubles are 92.5 a dollar, drams have no rate. A living photo adds $5.
async fn open() -> Shop {
    let shop = Shop::with(|config| config.logins_per_minute = 1000).await;
    for (id, sku, name) in [(PRINT, "P-1", "Print"), (GONE, "P-2", "Poster")] {
        let product = Product {
            id: id.to_owned(),
            sku: sku.to_owned(),
            name: name.to_owned(),
            description: "On paper".to_owned(),
            price_minor: 1250,
            currency: "USD".to_owned(),
        };
        shop.state.db.put_product(&product).await.unwrap();
    }
    set(&shop, "products", "id", PRINT, &[("name_ru", json!("Отпечаток"))]).await;
    set(&shop, "products", "id", GONE, &[("is_active", json!(0))]).await;
    set(&shop, "currencies", "code", "RUB", &[("rate", json!("92.5")), ("is_active", json!(1))]).await;
    shop
}

/// Changes a row, as a backup that was edited would.
async fn set(shop: &Shop, table: &str, key: &str, value: &str, fields: &[(&str, Json)]) {
    let mut tables: Vec<(String, Vec<Value>)> = Vec::new();
    for (name, mut rows) in shop.state.db.dump().await.unwrap() {
        if name == table {
            let row = rows.iter_mut().find(|row| row[key] == value).unwrap();
            row.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        }
        tables.push((name.to_owned(), rows));
    }
    shop.state.db.load(&tables).await.unwrap();
}

/// The form as a customer fills it in, with some fields of one's own.
fn filled<'a>(own: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("quantity", "2"),
        ("currency", "USD"),
        ("name", "Narine Testyan"),
        ("email", "narine@example.com"),
        ("phone", "+374 91 555555"),
        ("address", "Test street 1"),
        ("do", "order"),
    ];
    let others = usual.into_iter().filter(|(name, _)| !own.iter().any(|(known, _)| known == name));
    others.chain(own.iter().copied()).collect()
}

async fn signed_up<'a>(shop: &'a Shop, email: &str) -> (Browser<'a>, String) {
    let browser = Browser::new(shop);
    let fields = [("name", "Sona Testyan"), ("email", email), ("password", PASSWORD)];
    assert_eq!(browser.submit("/signup", &fields).await.status, StatusCode::SEE_OTHER);
    let account = shop.state.db.account_of(email).await.unwrap().unwrap();
    (browser, account.customer_id.unwrap())
}

async fn last_order(shop: &Shop) -> Order {
    let page = shop.state.db.orders_page(&Default::default(), server::db::ORDER_SORTS[0], Place::First).await.unwrap();
    page.rows.into_iter().next().unwrap()
}

async fn owner(shop: &Shop, project: &str) -> Json {
    let tables = shop.state.db.dump().await.unwrap();
    let (_, rows) = tables.into_iter().find(|(name, _)| *name == "ar_projects").unwrap();
    rows.into_iter().find(|row| row["id"] == project).unwrap()["owner_id"].clone()
}

#[tokio::test]
async fn the_shelf_shows_what_is_sold_in_the_readers_language_and_currency() {
    let shop = open().await;
    let mut browser = Browser::new(&shop);
    let page = browser.get("/shop").await.text();
    assert!(page.contains("Print") && page.contains("$12.50") && !page.contains("Poster"), "{page}");
    assert!(!page.contains(">AMD<"), "without a rate it can't be chosen: {page}");
    browser.language = "ru";
    let page = browser.get("/shop").await.text();
    assert!(page.contains("Отпечаток") && page.contains("1\u{a0}156,25\u{a0}₽"), "{page}");
    browser.language = "hy";
    let page = browser.get("/shop").await.text();
    assert!(page.contains("Print") && page.contains("12,50\u{a0}$"), "drams have no rate: {page}");

    let chosen = browser.submit("/shop/currency", &[("currency", "RUB"), ("back", "/shop")]).await;
    assert_eq!(chosen.header("location"), "/shop");
    assert!(browser.get("/shop").await.text().contains('₽'));
    for odd in ["XXX", "usd", "<b>", "AMD"] {
        browser.submit("/shop/currency", &[("currency", odd), ("back", "//example.com")]).await;
        assert_eq!(browser.get("/shop").await.status, StatusCode::OK, "{odd}");
    }
    for path in [GONE, "nothing", "aaaaaaaaaaaaaaaaaaaz"] {
        assert_eq!(browser.get(&format!("/shop/{path}")).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(browser.submit(&format!("/shop/{path}"), &filled(&[])).await.status, StatusCode::NOT_FOUND);
    }
    set(&shop, "products", "id", PRINT, &[("stock", json!(0))]).await;
    let page = Browser::new(&shop).get(&format!("/shop/{PRINT}")).await.text();
    assert!(page.contains("Sold out") && !page.contains("name=\"quantity\""), "{page}");
}

#[tokio::test]
async fn a_guest_sees_the_total_orders_and_finds_the_order_by_its_link_only() {
    let shop = open().await;
    let browser = Browser::new(&shop);
    let path = format!("/shop/{PRINT}");
    let page = browser.get(&path).await.text();
    assert!(!page.contains("value=\"order\""), "first the total: {page}");
    let total = browser.submit(&path, &[("quantity", "2"), ("ar", "1"), ("do", "total"), ("name", "Nar")]).await;
    let page = total.text();
    assert_eq!(total.status, StatusCode::OK, "{page}");
    assert!(page.contains("$35.00") && page.contains("value=\"Nar\"") && page.contains("value=\"order\""), "{page}");

    let wrong = browser.submit(&path, &filled(&[("email", "no"), ("address", ""), ("message", "Soon!")])).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("Soon!") && wrong.text().contains("id=\"email-problem\""), "{}", wrong.text());
    let changed = browser.submit(&path, &filled(&[("seen", "2400")])).await;
    assert!(changed.text().contains("The total has changed"), "{}", changed.text());
    for quantity in ["0", "-1", "1000", "x", "9999999999999999999"] {
        let refused = browser.submit(&path, &filled(&[("quantity", quantity)])).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{quantity}");
    }

    // Whatever else is sent is not looked at.
    let tampered = [
        ("seen", "2500"),
        ("consent", "1"),
        ("unit_minor", "1"),
        ("total_minor", "1"),
        ("price", "0.01"),
        ("status", "delivered"),
        ("customer_id", "aaaaaaaaaaaaaaaaaaaa"),
        ("rate", "1000"),
        ("number", "1"),
    ];
    let answer = browser.submit(&path, &filled(&tampered)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let to = answer.header("location").to_owned();
    let page = browser.get(&to).await.text();
    assert!(page.contains("Thank you!") && page.contains("$25.00") && page.contains("Narine Testyan"), "{page}");
    let order = last_order(&shop).await;
    assert_eq!((order.total_minor, order.status.name(), order.origin.name()), (2500, "pending", "web"));
    let customer = shop.state.db.customer(&order.customer_id.unwrap()).await.unwrap().unwrap();
    assert_eq!(customer.email, "narine@example.com");
    assert!(customer.consent_ms.is_some());

    let mails = shop.state.db.mails_about("order", &order.id).await.unwrap();
    let link = to.split("&said").next().unwrap();
    assert!(mails[0].body.contains(&format!("https://photos.example{link}")), "{}", mails[0].body);
    let other = format!("/orders/{}?key={}", order.id, "0".repeat(64));
    for path in [format!("/orders/{}", order.id), other, link.replace("key=", "key=a")] {
        assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_guest_who_presses_twice_orders_once() {
    let shop = open().await;
    set(&shop, "products", "id", PRINT, &[("stock", json!(2))]).await;
    let browser = Browser::new(&shop);
    let path = format!("/shop/{PRINT}");
    let page = browser.get(&path).await.text();
    let once = page.split("name=\"once\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let fields = filled(&[("once", &once)]);
    let (first, second) = tokio::join!(browser.submit(&path, &fields), browser.submit(&path, &fields));
    // Both of the last two pieces are taken, and still the answer is the order, not "sold out".
    let third = browser.submit(&path, &fields).await;
    for answer in [&first, &second, &third] {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        assert_eq!(answer.header("location"), first.header("location"));
    }
    let staff = Browser::of(&shop, Role::Manager).await;
    let customers = staff.get("/admin/customers").await.text();
    assert_eq!(customers.matches("narine@example.com").count(), 1, "{customers}");
}

#[tokio::test]
async fn what_was_entered_is_shown_as_text() {
    let shop = open().await;
    let browser = Browser::new(&shop);
    let path = format!("/shop/{PRINT}");
    let odd = [("name", XSS), ("phone", "<script>alert(1)"), ("address", XSS), ("message", XSS), ("album", XSS)];
    let page = browser.submit(&path, &filled(&odd)).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!page.text().contains("<script>alert") && page.text().contains("&lt;script&gt;"), "{}", page.text());
    let page = browser.submit_and_follow(&path, &filled(&odd[..4])).await.text();
    assert!(!page.contains("<script>alert") && page.contains("&lt;script&gt;"), "{page}");
    let staff = Browser::of(&shop, Role::Manager).await;
    let order = last_order(&shop).await;
    for path in [format!("/admin/orders/{}", order.id), format!("/admin/customers/{}", order.customer_id.unwrap())] {
        assert!(!staff.get(&path).await.text().contains("<script>alert"), "{path}");
    }
}

#[tokio::test]
async fn customers_find_their_own_orders_and_nobody_elses() {
    let shop = open().await;
    let (ani, ani_id) = signed_up(&shop, "ani@example.com").await;
    let (other, _) = signed_up(&shop, "other@example.com").await;
    assert!(ani.get("/account/orders").await.text().contains("not ordered anything yet"));
    let path = format!("/shop/{PRINT}");
    let page = ani.get(&path).await.text();
    assert!(page.contains("value=\"ani@example.com\"") && page.contains("value=\"Sona Testyan\""), "{page}");
    let page = ani.submit_and_follow(&path, &filled(&[("email", "ani@example.com"), ("ar", "1")])).await.text();
    assert!(page.contains("Thank you!") && page.contains("No living photo goes with this order yet"), "{page}");
    let order = last_order(&shop).await;
    assert_eq!(order.customer_id.as_ref(), Some(&ani_id));
    let own = format!("/account/orders/{}", order.id);
    assert!(ani.get("/account/orders").await.text().contains(&own));
    assert_eq!(ani.get(&own).await.status, StatusCode::OK);
    assert_eq!(other.get(&own).await.status, StatusCode::NOT_FOUND);
    assert!(!other.get("/account/orders").await.text().contains(&own));
    let stranger = Browser::new(&shop).get(&own).await;
    assert_eq!(stranger.status, StatusCode::SEE_OTHER);
    assert!(stranger.header("location").starts_with("/login?next="));

    let staff = Browser::of(&shop, Role::Support).await;
    Browser::new(&shop).submit(&path, &filled(&[])).await;
    let guest = last_order(&shop).await;
    let page = staff.get(&format!("/admin/orders?customer={ani_id}")).await.text();
    assert!(page.contains(&order.id) && !page.contains(&guest.id), "only the customer's: {page}");
    let kept = format!("<input type=\"hidden\" name=\"customer\" value=\"{ani_id}\"");
    assert!(page.contains(&kept), "also when it is searched: {page}");
    let customer = shop.state.db.customer(&ani_id).await.unwrap().unwrap();
    assert_eq!((customer.name.as_str(), customer.address.as_str()), ("Sona Testyan", "Test street 1"));
    assert!(ani.get(&path).await.text().contains("Test street 1"), "the profile is filled in by the order");
}

#[tokio::test]
async fn a_living_photo_belongs_to_whoever_is_logged_in_when_it_is_begun() {
    let shop = open().await;
    let (ani, ani_id) = signed_up(&shop, "ani@example.com").await;
    let (other, _) = signed_up(&shop, "other@example.com").await;
    let begun = create(&ani).await;
    assert_eq!(owner(&shop, &begun).await, json!(ani_id));
    assert!(ani.get("/account/photos").await.text().contains(&begun));
    assert!(!other.get("/account/photos").await.text().contains(&begun));

    let path = format!("/shop/{PRINT}");
    assert!(ani.get(&path).await.text().contains(&begun) && !other.get(&path).await.text().contains(&begun));
    for field in ["photo", "album"] {
        let refused = other.submit(&path, &filled(&[("ar", "1"), (field, &begun)])).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(refused.text().contains("belongs to somebody else"), "{field}: {}", refused.text());
    }
    let without = ani.submit(&path, &filled(&[("photo", &begun)])).await;
    assert!(without.text().contains("Tick “With a living photo”"), "{}", without.text());
    let page = ani.submit_and_follow(&path, &filled(&[("ar", "1"), ("photo", &begun)])).await.text();
    assert!(page.contains(&format!("/living-photos/{begun}")), "{page}");
    assert!(!ani.get(&path).await.text().contains(&begun), "it goes with one order");
}

#[tokio::test]
async fn what_was_made_without_an_account_can_be_claimed_in_the_same_browser() {
    let shop = open().await;
    make_account(&shop, "sona@example.com", Role::Customer).await;
    let browser = Browser::new(&shop);
    let made = create(&browser).await;
    let foreign = shop.create().await.id;
    assert_eq!(owner(&shop, &made).await, Json::Null);
    browser.log_in("sona@example.com", PASSWORD).await;
    let page = browser.get("/account/photos").await.text();
    assert!(page.contains("They are mine") && !page.contains(&made), "asked, not taken: {page}");
    assert_eq!(owner(&shop, &made).await, Json::Null);
    let fields = [("id", foreign.as_str()), ("ids", foreign.as_str())];
    let page = browser.submit_and_follow("/account/photos/claim", &fields).await.text();
    assert!(page.contains(&made) && !page.contains(&foreign) && !page.contains("They are mine"), "{page}");
    assert_eq!(owner(&shop, &foreign).await, Json::Null);

    let (other, other_id) = signed_up(&shop, "other@example.com").await;
    other.submit("/logout", &[]).await;
    let taken = create(&other).await;
    assert!(shop.state.db.own_project(&taken, "aaaaaaaaaaaaaaaaaaaa").await.unwrap());
    other.log_in("other@example.com", PASSWORD).await;
    assert!(!other.get("/account/photos").await.text().contains("They are mine"));
    other.submit("/account/photos/claim", &[]).await;
    assert_ne!(owner(&shop, &taken).await, json!(other_id), "what is somebody's stays theirs");
    assert!(!other.get("/account/photos").await.text().contains(&made));
}

#[tokio::test]
async fn a_guests_living_photo_goes_with_the_order_by_its_link_and_stays_its_makers() {
    let shop = open().await;
    let made = shop.publish().await.id;
    let browser = Browser::new(&shop);
    let path = format!("/shop/{PRINT}");
    let link = format!(" https://photos.example/ar/view/{made} ");
    let page = browser.submit_and_follow(&path, &filled(&[("ar", "1"), ("album", &link)])).await.text();
    assert!(page.contains(&format!("/api/ar/projects/{made}/qr.svg")), "{page}");
    assert_eq!(owner(&shop, &made).await, Json::Null, "whoever knows a link is not its owner");
    let order = last_order(&shop).await;
    let staff = Browser::of(&shop, Role::Manager).await;
    let customer = order.customer_id.unwrap();
    let page = staff.get(&format!("/admin/customers/{customer}/erase")).await.text();
    assert!(page.contains("without belonging to an account"), "{page}");
    staff.submit(&format!("/admin/customers/{customer}/erase"), &[("word", "narine@example.com")]).await;
    assert_eq!(shop.get(&format!("/ar/view/{made}")).await.status, StatusCode::FOUND, "it was perhaps somebody else's");
    let mine = create(&browser).await;
    let page = browser.submit_and_follow(&path, &filled(&[("ar", "1"), ("photo", &mine)])).await.text();
    assert!(page.contains(&mine), "{page}");
    let order = last_order(&shop).await;
    assert_eq!(owner(&shop, &mine).await, json!(order.customer_id), "made in this browser");
}

/// Begins a living photo in a browser; gives its id.
async fn create(browser: &Browser<'_>) -> String {
    let request = axum::http::Request::builder().method(Method::POST).uri("/api/ar/projects");
    let request = request.header("content-type", "application/json").header("sec-fetch-site", "same-origin");
    let answer = browser.send(request.body(r#"{"name":"Sea"}"#.into()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.json::<app::model::ProjectCreated>().id
}
