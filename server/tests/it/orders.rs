//! Orders: what they cost, how they are placed and moved along, and the pages on which staff do it.

use std::{collections::HashSet, time::Duration};

use app::{
    language::Language,
    order::{Order, OrderStatus, Origin},
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

use crate::shop::Shop;

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
    set(&shop, "currencies", "code", "RUB", &[("rate", json!("92.5"))]).await;
    set(&shop, "currencies", "code", "AMD", &[("rate", json!("387.25"))]).await;
    shop
}

fn wish(product_id: &str, quantity: i64, has_ar: bool) -> Wish {
    Wish { product_id: product_id.to_owned(), quantity, has_ar }
}

fn order_of(wishes: Vec<Wish>, currency: &str) -> NewOrder {
    NewOrder {
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
