//! Orders: what they cost, how they are placed and moved along, and the pages on which staff do it.

use std::{collections::HashSet, time::Duration};

use app::{
    language::Language,
    order::{Order, OrderStatus, Origin},
    permissions::Role,
};
use axum::http::StatusCode;
use serde_json::{Value as Json, json};
use server::{
    clock::Clock,
    db::{Actor, ORDER_SORTS, Place, Product, Value},
    error::AppError,
    orders::{NewOrder, place, transition},
    prices::{Quote, Wish, quote},
};

use crate::{
    browser::{Browser, PASSWORD},
    shop::Shop,
};

const PRINT: &str = "print-10x15";
const ALBUM: &str = "album-20x20";
const CUSTOMER: &str = "aaaaaaaaaaaaaaaaaaaa";
const NOW_MS: i64 = 1_795_000_000_000;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Changes rows of a table, as a backup that was edited would.
async fn edit(shop: &Shop, table: &str, mut change: impl FnMut(&mut Vec<Value>)) {
    let mut tables = Vec::new();
    for (name, mut rows) in shop.state.db.dump().await.unwrap() {
        if name == table {
            change(&mut rows);
        }
        tables.push((name.to_owned(), rows));
    }
    shop.state.db.load(&tables).await.unwrap();
}

async fn set(shop: &Shop, table: &str, key: &str, value: &str, fields: &[(&str, Json)]) {
    edit(shop, table, |rows| {
        let row = rows.iter_mut().find(|row| row[key] == value).unwrap();
        row.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    })
    .await;
}

async fn stock(shop: &Shop, id: &str) -> Json {
    let tables = shop.state.db.dump().await.unwrap();
    let (_, products) = tables.into_iter().find(|(name, _)| *name == "products").unwrap();
    products.into_iter().find(|row| row["id"] == id).unwrap()["stock"].clone()
}

/// A shop that sells a print for $12.50 and an album for 9,900 roubles, with roubles at 92.5 and drams at 387.25 a dollar; a
/// living photo adds $5.
async fn open(clock: Clock) -> Shop {
    let shop = Shop::with_clock(clock).await;
    let products = [(PRINT, "P-1", "Print", 1250, "USD"), (ALBUM, "A-1", "Album", 990_000, "RUB")];
    for (id, sku, name, price_minor, currency) in products {
        let product = Product {
            id: id.to_owned(),
            sku: sku.to_owned(),
            name: name.to_owned(),
            description: String::new(),
            price_minor,
            currency: currency.to_owned(),
        };
        shop.state.db.put_product(&product).await.unwrap();
    }
    set(&shop, "products", "id", PRINT, &[("name_ru", json!("Отпечаток"))]).await;
    set(&shop, "currencies", "code", "RUB", &[("rate", json!("92.5")), ("is_active", json!(1))]).await;
    set(&shop, "currencies", "code", "AMD", &[("rate", json!("387.25")), ("is_active", json!(1))]).await;
    shop
}

fn wish(product_id: &str, quantity: i64, has_ar: bool) -> Wish {
    Wish { product_id: product_id.to_owned(), quantity, has_ar }
}

fn order_of(wishes: Vec<Wish>, currency: &str) -> NewOrder {
    NewOrder {
        once: String::new(),
        customer_id: None,
        name: "Anna Hakobyan".to_owned(),
        email: "anna@example.com".to_owned(),
        phone: "+374 91 123456".to_owned(),
        address: "Yerevan".to_owned(),
        language: Language::En,
        currency: currency.to_owned(),
        wishes,
        message: String::new(),
        origin: Origin::Web,
        project_ids: vec![],
    }
}

async fn placed(shop: &Shop, wishes: Vec<Wish>, currency: &str) -> Order {
    place(&shop.state, order_of(wishes, currency), &Actor::system()).await.unwrap()
}

async fn moved(shop: &Shop, id: &str, to: OrderStatus) -> Result<Order, AppError> {
    transition(&shop.state, id, to, "out of paper", "RR123", &Actor::system()).await
}

async fn quoted(shop: &Shop, wishes: &[Wish], currency: &str) -> Result<Quote, AppError> {
    quote(&shop.state, wishes, currency, Language::Ru).await
}

/// The stable code of a refusal.
fn code<T: std::fmt::Debug>(outcome: Result<T, AppError>) -> String {
    match outcome {
        Err(AppError::Refused(refusal)) => refusal.code,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn totals_are_what_one_computes_by_hand() {
    let shop = open(Clock::System).await;
    let wishes = [wish(PRINT, 3, true), wish(ALBUM, 1, false)];

    // $12.50 and $5 a piece; 9,900 ₽ / 92.5 = $107.027027.
    let dollars = quoted(&shop, &wishes, "USD").await.unwrap();
    let lines: Vec<_> = dollars.lines.iter().map(|line| (line.unit_minor, line.ar_minor, line.total_minor)).collect();
    assert_eq!(lines, [(1250, 500, 5250), (10_703, 0, 10_703)]);
    assert_eq!((dollars.total_minor, dollars.base_minor, dollars.rate.as_str()), (15_953, 15_953, "1"));
    assert_eq!(dollars.lines[0].name, "Отпечаток");
    assert_eq!(dollars.lines[1].name, "Album", "English where there is no other");

    // 12.50 × 387.25 = 4840.625 goes up, 5 × 387.25 = 1936.25; 9,900 / 92.5 × 387.25 = 41,446.216216.
    let drams = quoted(&shop, &wishes, "AMD").await.unwrap();
    let lines: Vec<_> = drams.lines.iter().map(|line| (line.unit_minor, line.ar_minor, line.total_minor)).collect();
    assert_eq!(lines, [(484_063, 193_625, 2_033_064), (4_144_622, 0, 4_144_622)]);
    // 61,776.86 / 387.25 = $159.52707….
    assert_eq!((drams.total_minor, drams.base_minor, drams.rate.as_str()), (6_177_686, 15_953, "387.25"));

    // A price of its own goes before any rate.
    edit(&shop, "product_prices", |rows| {
        let row = json!({ "product_id": PRINT, "currency": "AMD", "price_minor": 450_000 });
        rows.push(row.as_object().unwrap().clone());
    })
    .await;
    let own = quoted(&shop, &[wish(PRINT, 2, false)], "AMD").await.unwrap();
    assert_eq!((own.lines[0].unit_minor, own.total_minor), (450_000, 900_000));
    assert_eq!(quoted(&shop, &[wish(PRINT, 1, false)], "RUB").await.unwrap().total_minor, 115_625, "only in drams");

    // A currency without digits behind the point: 12.50 × 149.5 = 1868.75.
    let yen = "149.5".parse().unwrap();
    let jpy = iso_currency::Currency::JPY;
    assert!(shop.state.db.add_currency(jpy, Some(yen), &Actor::system()).await.unwrap());
    assert_eq!(quoted(&shop, &[wish(PRINT, 1, false)], "JPY").await.unwrap().total_minor, 1869);
}

#[tokio::test]
async fn what_can_not_be_ordered_is_refused_with_its_reason() {
    let shop = open(Clock::System).await;
    set(&shop, "products", "id", ALBUM, &[("stock", json!(5))]).await;
    let print = || wish(PRINT, 1, false);
    for (wishes, currency, wanted) in [
        (vec![], "USD", "order_empty"),
        (vec![print(); 51], "USD", "order_too_long"),
        (vec![wish(PRINT, 0, false)], "USD", "quantity_out_of_range"),
        (vec![wish(PRINT, -1, false)], "USD", "quantity_out_of_range"),
        (vec![wish(PRINT, 1000, false)], "USD", "quantity_out_of_range"),
        (vec![wish("nothing", 1, false)], "USD", "product_unavailable"),
        (vec![wish(ALBUM, 6, false)], "USD", "stock_too_low"),
        (vec![wish(ALBUM, 3, false), wish(ALBUM, 3, true)], "USD", "stock_too_low"),
        (vec![print()], "EUR", "currency_unavailable"),
        (vec![print()], "usd", "currency_unavailable"),
    ] {
        assert_eq!(code(quoted(&shop, &wishes, currency).await), wanted, "{wishes:?} {currency}");
        assert_eq!(code(place(&shop.state, order_of(wishes, currency), &Actor::system()).await), wanted);
    }
    set(&shop, "currencies", "code", "AMD", &[("rate", Json::Null)]).await;
    assert_eq!(code(quoted(&shop, &[print()], "AMD").await), "rate_missing");
    set(&shop, "currencies", "code", "AMD", &[("is_active", json!(0)), ("rate", json!("387.25"))]).await;
    assert_eq!(code(quoted(&shop, &[print()], "AMD").await), "currency_unavailable");
    for price in [2_000_000_000_000_i64, i64::MAX] {
        set(&shop, "products", "id", PRINT, &[("price_minor", json!(price))]).await;
        assert_eq!(code(quoted(&shop, &[wish(PRINT, 999, true)], "USD").await), "total_too_large");
        assert_eq!(code(quoted(&shop, &[wish(PRINT, 999, true)], "RUB").await), "total_too_large");
    }
    for gone in [("is_active", json!(0)), ("archived_ms", json!(5))] {
        set(&shop, "products", "id", PRINT, &[("is_active", json!(1)), gone]).await;
        assert_eq!(code(quoted(&shop, &[print()], "USD").await), "product_unavailable");
    }
    assert!(
        shop.state.db.orders_page(&Default::default(), ORDER_SORTS[0], Place::First).await.unwrap().rows.is_empty()
    );
    assert_eq!(stock(&shop, ALBUM).await, 5, "nothing was taken");
}

#[tokio::test]
async fn an_order_keeps_its_prices_and_rates() {
    let shop = open(Clock::System).await;
    let order = placed(&shop, vec![wish(PRINT, 3, true), wish(ALBUM, 1, false)], "AMD").await;
    assert_eq!((order.number, order.status, order.origin), (1001, OrderStatus::Pending, Origin::Web));
    set(&shop, "currencies", "code", "AMD", &[("rate", json!("500"))]).await;
    set(&shop, "products", "id", PRINT, &[("price_minor", json!(9900)), ("name", json!("Other"))]).await;
    let kept = shop.state.db.order(&order.id).await.unwrap().unwrap();
    assert_eq!(kept, order);
    assert_eq!((kept.rate.as_str(), kept.base.as_str()), ("387.25", "USD"));
    assert_eq!((kept.total_minor, kept.base_minor), (6_177_686, 15_953));
    let items = shop.state.db.order_items(&order.id).await.unwrap();
    let items: Vec<_> = items.iter().map(|item| (item.name.as_str(), item.quantity, item.total_minor())).collect();
    assert_eq!(items, [("Print", 3, 2_033_064), ("Album", 1, 4_144_622)]);
    assert_eq!(placed(&shop, vec![wish(PRINT, 1, false)], "AMD").await.number, 1002);
}

#[tokio::test]
async fn of_two_who_want_the_last_piece_one_gets_it() {
    let shop = open(Clock::System).await;
    set(&shop, "products", "id", ALBUM, &[("stock", json!(1))]).await;
    let actor = Actor::system();
    let order = || place(&shop.state, order_of(vec![wish(PRINT, 1, false), wish(ALBUM, 1, false)], "USD"), &actor);
    let (first, second, third) = tokio::join!(order(), order(), order());
    let outcomes = [first, second, third];
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for outcome in outcomes.into_iter().filter(Result::is_err) {
        assert_eq!(code(outcome), "stock_too_low");
    }
    assert_eq!(stock(&shop, ALBUM).await, 0);
    let orders = shop.state.db.orders_page(&Default::default(), ORDER_SORTS[0], Place::First).await.unwrap().rows;
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0].number, 1001, "a refused order uses no number up");
}

#[tokio::test]
async fn a_form_that_is_sent_twice_places_one_order() {
    let shop = open(Clock::System).await;
    set(&shop, "products", "id", ALBUM, &[("stock", json!(1))]).await;
    let actor = Actor::system();
    let order = || {
        let once = "aaaaaaaaaaaaaaaaaaaa".to_owned();
        place(&shop.state, NewOrder { once, ..order_of(vec![wish(ALBUM, 1, false)], "USD") }, &actor)
    };
    let (first, second) = tokio::join!(order(), order());
    let (first, second, later) = (first.unwrap(), second.unwrap(), order().await.unwrap());
    assert_eq!((first.number, &first.id), (second.number, &second.id));
    assert_eq!(first.id, later.id);
    assert_ne!(first.id, "aaaaaaaaaaaaaaaaaaaa", "nobody chooses an order's id");
    assert_eq!(stock(&shop, ALBUM).await, 0);
    assert_eq!(shop.state.db.mails_about("order", &first.id).await.unwrap().len(), 1);
    assert_eq!(shop.state.db.order_items(&first.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_order_goes_only_where_it_may() {
    let shop = open(Clock::System).await;
    use OrderStatus::{Cancelled, Delivered, Pending, Processing, Shipped};
    let ways: [(OrderStatus, &[OrderStatus]); 5] = [
        (Pending, &[]),
        (Processing, &[Processing]),
        (Shipped, &[Processing, Shipped]),
        (Delivered, &[Processing, Shipped, Delivered]),
        (Cancelled, &[Cancelled]),
    ];
    let allowed: HashSet<(OrderStatus, OrderStatus)> = [
        (Pending, Processing),
        (Processing, Shipped),
        (Shipped, Delivered),
        (Pending, Cancelled),
        (Processing, Cancelled),
    ]
    .into();
    for (from, way) in ways {
        for to in OrderStatus::ALL {
            let order = placed(&shop, vec![wish(PRINT, 1, false)], "USD").await;
            for step in way {
                moved(&shop, &order.id, *step).await.unwrap();
            }
            let outcome = moved(&shop, &order.id, to).await;
            let now = shop.state.db.order(&order.id).await.unwrap().unwrap();
            if allowed.contains(&(from, to)) {
                assert_eq!(outcome.unwrap().status, to);
                assert_eq!(now.status, to);
            } else {
                assert_eq!(code(outcome), "transition_not_allowed", "{from:?} → {to:?}");
                assert_eq!(now.status, from);
            }
        }
    }
    let order = placed(&shop, vec![wish(PRINT, 1, false)], "USD").await;
    let unreasoned = transition(&shop.state, &order.id, Cancelled, " ", "", &Actor::system()).await;
    assert_eq!(code(unreasoned), "reason_required");
    assert_eq!(code(moved(&shop, CUSTOMER, Processing).await), "not_found");
    assert_eq!(code(moved(&shop, "../1", Processing).await), "not_found");
}

#[tokio::test]
async fn of_two_who_move_an_order_one_does() {
    let shop = open(Clock::System).await;
    let order = placed(&shop, vec![wish(PRINT, 1, false)], "USD").await;
    let (first, second) =
        tokio::join!(moved(&shop, &order.id, OrderStatus::Processing), moved(&shop, &order.id, OrderStatus::Cancelled));
    // Both may have read it as new; whoever changes it second finds it elsewhere, or from there on allowed.
    let now = shop.state.db.order(&order.id).await.unwrap().unwrap();
    match (first.is_ok(), second.is_ok()) {
        (true, false) => assert_eq!(now.status, OrderStatus::Processing),
        (_, true) => assert_eq!(now.status, OrderStatus::Cancelled),
        (false, false) => panic!("nobody moved it"),
    }
}

#[tokio::test]
async fn a_cancelled_order_gives_back_what_it_took_from_the_stock() {
    let shop = open(Clock::System).await;
    set(&shop, "products", "id", ALBUM, &[("stock", json!(10))]).await;
    let order = placed(&shop, vec![wish(ALBUM, 2, false), wish(ALBUM, 1, true), wish(PRINT, 4, false)], "USD").await;
    assert_eq!(stock(&shop, ALBUM).await, 7);
    set(&shop, "products", "id", PRINT, &[("stock", json!(100))]).await;
    moved(&shop, &order.id, OrderStatus::Cancelled).await.unwrap();
    assert_eq!(stock(&shop, ALBUM).await, 10);
    assert_eq!(stock(&shop, PRINT).await, 100, "it was made to order then");
    let now = shop.state.db.order(&order.id).await.unwrap().unwrap();
    assert_eq!((now.cancel_reason.as_str(), now.tracking.as_str()), ("out of paper", ""));
}

#[tokio::test]
async fn living_photos_go_to_one_order_at_a_time() {
    let shop = open(Clock::System).await;
    let project = shop.create().await;
    let order = |ids: &[&str]| NewOrder {
        project_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        ..order_of(vec![wish(PRINT, 1, true)], "USD")
    };
    let first = place(&shop.state, order(&[&project.id, &project.id]), &Actor::system()).await.unwrap();
    assert_eq!(shop.state.db.projects_of_order(&first.id).await.unwrap()[0].id, project.id);
    assert_eq!(code(place(&shop.state, order(&[&project.id]), &Actor::system()).await), "project_unavailable");
    assert_eq!(code(place(&shop.state, order(&[CUSTOMER]), &Actor::system()).await), "project_unavailable");
    assert_eq!(code(place(&shop.state, order(&["x"]), &Actor::system()).await), "project_unavailable");
    moved(&shop, &first.id, OrderStatus::Cancelled).await.unwrap();
    let second = place(&shop.state, order(&[&project.id]), &Actor::system()).await.unwrap();
    assert_eq!(second.number, 1002);
    assert!(shop.state.db.projects_of_order(&first.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn every_step_is_written_down_and_the_customer_hears_of_it() {
    let shop = open(Clock::System).await;
    let mut new = order_of(vec![wish(PRINT, 2, true)], "RUB");
    new.language = Language::Ru;
    let actor = Actor { account_id: None, name: "Vera".to_owned() };
    let order = place(&shop.state, new, &actor).await.unwrap();
    moved(&shop, &order.id, OrderStatus::Processing).await.unwrap();
    moved(&shop, &order.id, OrderStatus::Shipped).await.unwrap();

    let history = shop.state.db.history("order", &order.id, 10).await.unwrap();
    let steps: Vec<_> = history.iter().rev().map(|entry| (entry.action.as_str(), entry.actor.as_str())).collect();
    assert_eq!(steps.len(), 3);
    assert!(steps.contains(&("order.create", "Vera")));
    assert!(history.iter().any(|entry| entry.before.get("status") == Some(&json!("processing"))
        && entry.after.get("status") == Some(&json!("shipped"))
        && entry.after.get("tracking") == Some(&json!("RR123"))));
    assert!(!format!("{history:?}").contains("anna"), "the log keeps nobody's address");

    let mails = shop.state.db.mails_about("order", &order.id).await.unwrap();
    let received = mails.iter().find(|mail| mail.kind == "order-received").unwrap();
    assert_eq!(
        (received.recipient.as_str(), received.subject.as_str()),
        ("anna@example.com", "Мы получили ваш заказ 1001")
    );
    // 12.50 and 5 at 92.5: 1156.25 and 462.50 a piece, twice.
    let line = "2 × Отпечаток + живое фото: 3\u{a0}237,50\u{a0}₽";
    for wanted in
        ["Anna Hakobyan", line, "Итого: 3\u{a0}237,50\u{a0}₽", &format!("https://photos.example/orders/{}", order.id)]
    {
        assert!(received.body.contains(wanted), "{wanted} in {}", received.body);
    }
    let shipped = mails.iter().find(|mail| mail.kind == "order-shipped").unwrap();
    assert!(shipped.body.contains("RR123"), "{}", shipped.body);
    assert_eq!(mails.len(), 2);

    let silent = NewOrder { email: String::new(), ..order_of(vec![wish(PRINT, 1, false)], "USD") };
    let silent = place(&shop.state, silent, &actor).await.unwrap();
    assert!(shop.state.db.mails_about("order", &silent.id).await.unwrap().is_empty());
}

/// The numbers of the orders that a list shows, in its order.
fn numbers(page: &str) -> Vec<i64> {
    let links = page.split("href=\"/admin/orders/").skip(1).filter_map(|rest| rest.split_once("\">"));
    links.filter_map(|(_, text)| text.split('<').next()?.parse().ok()).collect()
}

/// The address that a link of a kind leads to.
fn link(page: &str, rel: &str) -> Option<String> {
    let rest = page.split(&format!("rel=\"{rel}\" href=\"")).nth(1)?;
    Some(rest.split('"').next()?.replace("&amp;", "&"))
}

#[tokio::test]
async fn the_list_is_searched_filtered_and_sorted_by_its_address() {
    let clock = Clock::at(NOW_MS);
    let shop = open(clock.clone()).await;
    // 1001: $12.50, 1002: $25, 1003: $37.50, a day apart.
    let mut orders = Vec::new();
    for pieces in 1..=3 {
        orders.push(placed(&shop, vec![wish(PRINT, pieces, false)], "USD").await);
        clock.advance(DAY);
    }
    let other = NewOrder {
        name: "Борис Алёхин <b>".to_owned(),
        email: "boris@example.org".to_owned(),
        phone: "8 (912) 765-43-21".to_owned(),
        ..order_of(vec![wish(PRINT, 1, true)], "AMD")
    };
    place(&shop.state, other, &Actor::system()).await.unwrap();
    moved(&shop, &orders[1].id, OrderStatus::Processing).await.unwrap();

    let staff = Browser::of(&shop, Role::Printer).await;
    // The first order is made at 2026-11-18T11:06:40Z.
    for (query, wanted) in [
        ("", vec![1004, 1003, 1002, 1001]),
        ("?sort=oldest", vec![1001, 1002, 1003, 1004]),
        ("?sort=most", vec![1003, 1002, 1004, 1001]),
        ("?sort=least", vec![1001, 1004, 1002, 1003]),
        ("?sort=nonsense&status=nonsense&from=nonsense", vec![1004, 1003, 1002, 1001]),
        ("?q=1003", vec![1003]),
        ("?q=anna%20hakob", vec![1003, 1002, 1001]),
        ("?q=%D0%B0%D0%BB%D0%B5%D1%85", vec![1004]),
        ("?q=boris@example.org", vec![1004]),
        ("?q=7654321", vec![1004]),
        ("?q=91123456&sort=oldest", vec![1001, 1002, 1003]),
        ("?q=nobody", vec![]),
        ("?status=processing", vec![1002]),
        ("?status=pending&sort=least", vec![1001, 1004, 1003]),
        ("?from=2026-11-19&to=2026-11-20", vec![1003, 1002]),
        ("?to=2026-11-18", vec![1001]),
        ("?from=2026-11-21&status=processing", vec![]),
    ] {
        let answer = staff.get(&format!("/admin/orders{query}")).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(numbers(&answer.text()), wanted, "{query}");
    }
    let page = staff.get("/admin/orders?q=boris&sort=most").await.text();
    assert!(page.contains("Борис Алёхин &lt;b&gt;") && !page.contains("<b>"), "escaped");
    assert!(page.contains("name=\"sort\" value=\"most\""), "a search keeps the order");
    assert!(page.contains("/admin/orders.csv?q=boris&amp;sort=most"), "{page}");
    // (12.50 → 4840.63) + (5 → 1936.25) drams; back at the same rate $17.50.
    assert!(page.contains("֏6,776.88") && page.contains("$17.50"), "{page}");

    let mut settings = (*shop.state.settings.get()).clone();
    settings.zone = "Asia/Yerevan".to_owned();
    shop.state.settings.set(settings);
    clock.advance(Duration::from_secs(10 * 3600));
    placed(&shop, vec![wish(PRINT, 1, false)], "USD").await;
    // It is 21:06 on the 21st in UTC, and past midnight in Yerevan.
    staff.log_in("printer@shop.example", PASSWORD).await;
    assert_eq!(numbers(&staff.get("/admin/orders?from=2026-11-22").await.text()), [1005]);
    assert_eq!(numbers(&staff.get("/admin/orders?from=2026-11-21&to=2026-11-21").await.text()), [1004]);
}

#[tokio::test]
async fn pages_miss_no_order_and_show_none_twice_where_all_are_equal() {
    let shop = open(Clock::at(NOW_MS)).await;
    for _ in 0..120 {
        placed(&shop, vec![wish(PRINT, 1, false)], "USD").await;
    }
    let staff = Browser::of(&shop, Role::Support).await;
    for sort in ["newest", "oldest", "most", "least"] {
        let first = format!("/admin/orders?status=pending&sort={sort}");
        let (mut seen, mut addresses, mut next) = (Vec::new(), Vec::new(), Some(first));
        while let Some(address) = next {
            let page = staff.get(&address).await.text();
            seen.push(numbers(&page));
            addresses.push(address);
            next = link(&page, "next");
            if let Some(next) = &next {
                assert!(next.contains("status=pending") && next.contains(sort), "{next}");
            }
        }
        assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [50, 50, 20], "{sort}");
        assert_eq!(seen.iter().flatten().collect::<HashSet<_>>().len(), 120, "{sort}");
        // And back.
        let last = staff.get(addresses.last().unwrap()).await.text();
        let middle = staff.get(&link(&last, "prev").unwrap()).await.text();
        assert_eq!(numbers(&middle), seen[1], "{sort}");
        let first = staff.get(&link(&middle, "prev").unwrap()).await.text();
        assert_eq!(numbers(&first), seen[0], "{sort}");
        assert_eq!(link(&first, "prev"), None, "{sort}");
    }
}

#[tokio::test]
async fn the_export_holds_what_the_list_is_narrowed_to_and_no_formula() {
    let clock = Clock::at(NOW_MS);
    let shop = open(clock.clone()).await;
    let evil = NewOrder {
        name: "=HYPERLINK(\"http://example.com\")".to_owned(),
        address: "@SUM(1), \"Street\"\n-2".to_owned(),
        phone: "+374 91 123456".to_owned(),
        ..order_of(vec![wish(PRINT, 1, false)], "AMD")
    };
    place(&shop.state, evil, &Actor::system()).await.unwrap();
    clock.advance(DAY);
    let order = placed(&shop, vec![wish(PRINT, 1, false)], "USD").await;
    moved(&shop, &order.id, OrderStatus::Processing).await.unwrap();

    let staff = Browser::of(&shop, Role::Printer).await;
    let answer = staff.get("/admin/orders.csv?status=pending").await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "text/csv; charset=utf-8"));
    assert!(answer.header("content-disposition").contains("orders.csv"));
    let text = answer.text();
    let mut reader = csv::Reader::from_reader(text.strip_prefix('\u{feff}').unwrap().as_bytes());
    let columns = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1);
    let cell = |name: &str| &rows[0][columns.iter().position(|column| column == name).unwrap()];
    assert_eq!(cell("Number"), "1001");
    assert_eq!(cell("Name"), "'=HYPERLINK(\"http://example.com\")");
    assert_eq!(cell("Address"), "'@SUM(1), \"Street\"\n-2");
    assert_eq!(cell("Phone"), "'+374 91 123456");
    assert_eq!((cell("Total"), cell("Currency"), cell("Rate")), ("4840.63", "AMD", "387.25"));
    assert_eq!((cell("In the base currency"), cell("Base currency")), ("12.50", "USD"));

    let all = staff.get("/admin/orders.csv?sort=oldest").await.text();
    assert!(all.lines().filter(|line| line.starts_with("100")).map(|line| &line[..4]).eq(["1001", "1002"]), "{all}");
    let none = staff.get("/admin/orders.csv?q=nobody").await.text();
    assert_eq!(none.lines().count(), 1, "the columns' names only");
}

#[tokio::test]
async fn an_export_of_many_pieces_is_whole() {
    let shop = open(Clock::at(NOW_MS)).await;
    let first = placed(&shop, vec![wish(PRINT, 1, false)], "USD").await;
    edit(&shop, "orders", |rows| {
        let row = rows[0].clone();
        rows.extend((0..2500).map(|index| {
            let mut row = row.clone();
            row.insert("id".to_owned(), json!(format!("{index:a>20}")));
            row.insert("number".to_owned(), json!(first.number + 1 + index));
            row
        }));
    })
    .await;
    let staff = Browser::of(&shop, Role::Printer).await;
    for sort in ["newest", "least"] {
        let text = staff.get(&format!("/admin/orders.csv?sort={sort}")).await.text();
        let mut reader = csv::Reader::from_reader(text.strip_prefix('\u{feff}').unwrap().as_bytes());
        let numbers: Vec<i64> = reader.records().map(|row| row.unwrap()[0].parse().unwrap()).collect();
        assert_eq!(numbers.len(), 2501, "{sort}");
        assert_eq!(numbers.iter().collect::<HashSet<_>>().len(), 2501, "{sort}");
    }
}

#[tokio::test]
async fn several_orders_are_moved_at_once_each_by_the_rules() {
    let clock = Clock::at(NOW_MS);
    let shop = open(clock.clone()).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(placed(&shop, vec![wish(PRINT, 1, false)], "USD").await.id);
        clock.advance(DAY);
    }
    moved(&shop, &ids[1], OrderStatus::Cancelled).await.unwrap();
    let staff = Browser::of(&shop, Role::Printer).await;
    let chosen = [("order", ids[0].as_str()), ("order", &ids[1]), ("order", &ids[2]), ("order", CUSTOMER)];

    let fields = [&chosen[..], &[("to", "processing")]].concat();
    let answer = staff.submit("/admin/orders?sort=oldest&moved=9", &fields).await;
    assert_eq!(answer.header("location"), "/admin/orders?sort=oldest&moved=2&left=1002", "{}", answer.text());
    let page = staff.get(answer.header("location")).await.text();
    assert!(page.contains("2 orders were moved.") && page.contains("1002."), "{page}");
    assert_eq!(numbers(&page), [1001, 1002, 1003]);
    assert!(page.contains("action=\"/admin/orders?sort=oldest\""), "what was said is said once: {page}");
    for (id, wanted) in [(0, "processing"), (1, "cancelled"), (2, "processing")] {
        assert_eq!(shop.state.db.order(&ids[id]).await.unwrap().unwrap().status.name(), wanted);
    }

    // Without a reason, a status or an order: said, nothing done, and nothing lost.
    for (fields, wanted) in [
        (vec![("order", ids[2].as_str()), ("to", "cancelled")], "Please fill this in."),
        (vec![("order", ids[2].as_str()), ("to", "lost")], "Choose one of the list."),
        (vec![("to", "shipped")], "Tick at least one order."),
    ] {
        let answer = staff.submit("/admin/orders", &fields).await;
        let page = answer.text();
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains(wanted), "{wanted} in {page}");
        if fields.len() == 2 {
            assert_eq!(page.matches(" checked").count(), 1, "{page}");
        }
    }
    assert_eq!(shop.state.db.order(&ids[2]).await.unwrap().unwrap().status, OrderStatus::Processing);
    let fields = [("order", ids[2].as_str()), ("to", "cancelled"), ("reason", "out of paper")];
    assert_eq!(staff.submit("/admin/orders", &fields).await.header("location"), "/admin/orders?moved=1&left=");
    assert_eq!(shop.state.db.order(&ids[2]).await.unwrap().unwrap().cancel_reason, "out of paper");

    let reader = Browser::of(&shop, Role::Support).await;
    assert!(!reader.get("/admin/orders").await.text().contains("type=\"checkbox\""));
}

#[tokio::test]
async fn an_order_is_taken_from_new_to_delivered() {
    let shop = open(Clock::at(NOW_MS)).await;
    let order = NewOrder { message: "<i>Matt</i>, please".to_owned(), ..order_of(vec![wish(PRINT, 2, true)], "AMD") };
    let order = place(&shop.state, order, &Actor::system()).await.unwrap();
    let path = format!("/admin/orders/{}", order.id);
    let status = format!("{path}/status");
    let staff = Browser::of(&shop, Role::Manager).await;
    let page = staff.get(&path).await.text();
    for wanted in
        ["֏13,553.76", "$35.00", "1 USD = 387.25 AMD", "&lt;i&gt;Matt&lt;/i&gt;, please", "tel:+374 91 123456"]
    {
        assert!(page.contains(wanted), "{wanted} in {page}");
    }
    assert!(page.contains("Take into production") && page.contains("Cancel the order"));
    assert!(!page.contains("Mark as"), "only what is allowed");

    let refused = staff.submit(&status, &[("to", "delivered")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("go there from where it stands"), "{}", refused.text());
    let refused = staff.submit(&status, &[("to", "cancelled"), ("reason", " ")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("<details open"), "{}", refused.text());

    let page = staff.submit_and_follow(&status, &[("to", "processing")]).await.text();
    assert!(page.contains("The order was moved.") && page.contains("new → in production"), "{page}");
    let page = staff.submit_and_follow(&status, &[("to", "shipped"), ("tracking", " RR 1 AM ")]).await.text();
    assert!(page.contains("RR 1 AM") && !page.contains("Cancel the order"), "{page}");
    let page = staff.submit_and_follow(&format!("{path}/tracking"), &[("tracking", "RR 2 AM")]).await.text();
    assert!(page.contains("Tracking number: RR 1 AM → RR 2 AM"), "{page}");
    let page = staff.submit_and_follow(&status, &[("to", "delivered")]).await.text();
    assert!(page.contains("shipped → delivered") && page.contains("manager"), "{page}");
    assert!(page.contains("Your order 1001 has arrived") && page.contains("Your order 1001 is on its way"), "{page}");

    let page =
        staff.submit_and_follow(&format!("{path}/notes"), &[("notes", "\n</textarea><b>twice</b> &amp;")]).await.text();
    assert!(
        page.contains(">\n&lt;/textarea>&lt;b>twice&lt;/b> &amp;amp;</textarea>")
            && page.contains("Notes were changed."),
        "{page}"
    );
    let long = "x".repeat(5001);
    let refused = staff.submit(&format!("{path}/notes"), &[("notes", &long)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains(&long), "nothing is lost");
    let kept = shop.state.db.order(&order.id).await.unwrap().unwrap();
    assert_eq!((kept.notes.as_str(), kept.tracking.as_str()), ("</textarea><b>twice</b> &amp;", "RR 2 AM"));

    for rest in ["", "/sheet"] {
        assert_eq!(staff.get(&format!("/admin/orders/{CUSTOMER}{rest}")).await.status, StatusCode::NOT_FOUND);
    }
    for rest in ["status", "tracking", "notes", "attach", "detach"] {
        let answer = staff.submit(&format!("/admin/orders/{CUSTOMER}/{rest}"), &[("to", "processing")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{rest}");
    }
}

#[tokio::test]
async fn living_photos_are_attached_and_stand_on_the_job_sheet() {
    let shop = open(Clock::at(NOW_MS)).await;
    set(&shop, "products", "id", PRINT, &[("production_days", json!(3))]).await;
    let order = placed(&shop, vec![wish(PRINT, 2, true)], "USD").await;
    let other = placed(&shop, vec![wish(PRINT, 1, true)], "USD").await;
    let project = shop.create().await;
    let path = format!("/admin/orders/{}", order.id);
    let staff = Browser::of(&shop, Role::Manager).await;
    let attach = format!("{path}/attach");
    for wrong in ["", CUSTOMER, "../../etc/passwd"] {
        let answer = staff.submit(&attach, &[("project", wrong)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let link = format!("https://photos.example/ar/view/{}", project.id);
    let page = staff.submit_and_follow(&attach, &[("project", &link)]).await.text();
    for wanted in [&format!("/{}\"", project.id), "not published"] {
        assert!(page.contains(wanted), "{wanted} in {page}");
    }
    let taken = staff.submit(&format!("/admin/orders/{}/attach", other.id), &[("project", &project.id)]).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(taken.text().contains("belongs to another order"), "{}", taken.text());

    let sheet = staff.get(&format!("{path}/sheet")).await.text();
    let code = format!("src=\"/api/ar/projects/{}/qr.svg\"", project.id);
    for wanted in [code.as_str(), "Yerevan", "P-1", "3 days", "21 Nov 2026", "With a living photo"] {
        assert!(sheet.contains(wanted), "{wanted} in {sheet}");
    }
    assert!(!sheet.contains("$17.50"), "whoever prints needs no prices");

    let detach = format!("{path}/detach");
    assert_eq!(staff.submit(&detach, &[("project", CUSTOMER)]).await.status, StatusCode::NOT_FOUND);
    let page = staff.submit_and_follow(&detach, &[("project", &project.id)]).await.text();
    assert!(page.contains("was attached.") && page.contains("was detached."), "{page}");
    assert!(!shop.state.db.projects_of_order(&order.id).await.unwrap().iter().any(|own| own.id == project.id));
}

#[tokio::test]
async fn staff_enter_an_order_and_the_server_says_what_it_costs() {
    let shop = open(Clock::at(NOW_MS)).await;
    edit(&shop, "customers", |rows| {
        let row = json!({
            "id": CUSTOMER, "name": "Карен", "email": "karen@example.com", "phone": "", "address": "Gyumri",
            "language": "ru", "notes": "", "consent_ms": null, "created_ms": 1, "updated_ms": 1, "erased_ms": null,
        });
        rows.push(row.as_object().unwrap().clone());
    })
    .await;
    let staff = Browser::of(&shop, Role::Support).await;
    let form = staff.get(&format!("/admin/orders/new?customer={CUSTOMER}")).await.text();
    assert!(form.contains("value=\"karen@example.com\"") && form.contains("value=\"ru\" selected"), "{form}");
    for unknown in ["bbbbbbbbbbbbbbbbbbbb", "x"] {
        let answer = staff.get(&format!("/admin/orders/new?customer={unknown}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{unknown}");
    }
    // What a price is claimed to be is not looked at.
    let entered = [
        ("customer", CUSTOMER),
        ("name", "Карен"),
        ("email", "karen@example.com"),
        ("language", "ru"),
        ("currency", "AMD"),
        ("product-1", PRINT),
        ("quantity-1", "2"),
        ("ar-1", "1"),
        ("unit_minor", "1"),
        ("total_minor", "1"),
        ("rate", "1"),
        ("status", "delivered"),
        ("origin", "web"),
    ];
    let priced = staff.submit("/admin/orders/new", &[&entered[..], &[("act", "price")]].concat()).await;
    assert_eq!(priced.status, StatusCode::OK);
    let page = priced.text();
    assert!(page.contains("֏13,553.76") && page.contains("$35.00") && page.contains("Отпечаток"), "{page}");
    assert!(
        shop.state.db.orders_page(&Default::default(), ORDER_SORTS[0], Place::First).await.unwrap().rows.is_empty()
    );

    let done = staff.submit("/admin/orders/new", &[&entered[..], &[("act", "place")]].concat()).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let orders = shop.state.db.orders_of_customer(CUSTOMER, Place::First).await.unwrap().rows;
    let order = &orders[0];
    assert!(done.header("location").starts_with(&format!("/admin/orders/{}", order.id)));
    assert_eq!((order.total_minor, order.status, order.origin), (1_355_376, OrderStatus::Pending, Origin::Staff));
    let history = shop.state.db.history("order", &order.id, 5).await.unwrap();
    assert_eq!(history[0].actor, "support");

    for (field, value, wanted) in [
        ("quantity-1", "1000", "out of range"),
        ("quantity-1", "two", "Enter a number."),
        ("product-1", "nothing", "not sold any more"),
        ("product-1", "", "Choose at least one product."),
        ("currency", "EUR", "Prices are not given in this currency"),
        ("email", "nowhere", "Enter an e-mail address"),
        ("name", "", "Please fill this in."),
    ] {
        let mut fields = entered.to_vec();
        fields.iter_mut().filter(|(name, _)| *name == field).for_each(|pair| pair.1 = value);
        let answer = staff.submit("/admin/orders/new", &[&fields[..], &[("act", "place")]].concat()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(answer.text().contains(wanted), "{wanted} in {}", answer.text());
    }
    let mut stranger = entered.to_vec();
    stranger[0].1 = "bbbbbbbbbbbbbbbbbbbb";
    assert_eq!(staff.submit("/admin/orders/new", &stranger).await.status, StatusCode::NOT_FOUND);
}
