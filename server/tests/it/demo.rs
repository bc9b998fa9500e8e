//! The shop to try out, and how the dashboard sums it up.

use app::permissions::Role;
use axum::http::StatusCode;
use serde_json::Value;
use server::{
    clock::Clock,
    demo::{Sizes, fill},
};

use crate::{browser::Browser, lists, shop::Shop};

const SIZES: Sizes = Sizes { customers: 20, orders: 60, projects: 12, days: 20, seed: 7 };

#[tokio::test]
async fn the_dashboard_sums_up_the_demo() {
    let shop = Shop::with_clock(Clock::at(1_795_000_000_000)).await;
    fill(&shop.state, &SIZES).await.unwrap();
    let browser = Browser::of(&shop, Role::Manager).await;
    let stats: Value = browser.get("/api/admin/dashboard/stats").await.json();
    let numbers = shop.state.db.numbers(0).await.unwrap();
    let orders: i64 = numbers.quarters.iter().map(|quarter| quarter.orders).sum();
    let revenue: i64 = numbers.quarters.iter().map(|quarter| quarter.total_minor).sum();
    assert!((30..60).contains(&orders), "some are cancelled: {orders}");
    assert_eq!((&stats["orders"]["month"], &stats["revenue_minor"]["month"]), (&orders.into(), &revenue.into()));
    assert_eq!(stats["base"], "USD");
    assert_eq!(stats["days"].as_array().unwrap().len(), 30);
    assert_eq!(stats["latest"].as_array().unwrap().len(), 8);
    let projects: i64 =
        stats["projects"].as_array().unwrap().iter().map(|state| state["count"].as_i64().unwrap()).sum();
    assert_eq!(projects, 12);

    let page = browser.get("/admin").await.text();
    assert!(page.contains("<svg") && page.contains("To look at"), "{page}");
    let number = stats["latest"][0]["number"].as_i64().unwrap();
    assert!(page.contains(&format!(">{number}</a>")), "{page}");
}

#[tokio::test]
async fn the_same_seed_makes_the_same_shop() {
    let clock = Clock::at(1_795_000_000_000);
    let mut shops = Vec::new();
    for _ in 0..2 {
        let shop = Shop::with_clock(clock.clone()).await;
        fill(&shop.state, &SIZES).await.unwrap();
        let latest = shop.state.db.numbers(0).await.unwrap().latest;
        shops.push(latest.into_iter().map(|order| (order.number, order.name, order.total_minor)).collect::<Vec<_>>());
    }
    assert_eq!(shops[0], shops[1]);
}

#[tokio::test]
async fn a_demo_goes_into_an_empty_installation_only() {
    let shop = Shop::open().await;
    assert!(shop.state.db.is_new().await.unwrap(), "nothing is seeded by itself");
    fill(&shop.state, &SIZES).await.unwrap();
    assert!(!shop.state.db.is_new().await.unwrap());
}

#[tokio::test]
async fn every_list_is_read_by_an_index() {
    const SIZES: Sizes = Sizes { customers: 200, orders: 600, projects: 300, days: 300, seed: 7 };
    let shop = Shop::with_clock(Clock::at(1_795_000_000_000)).await;
    fill(&shop.state, &SIZES).await.unwrap();
    let browser = Browser::of(&shop, Role::Admin).await;
    for page in lists::PAGES {
        shop.state.db.explain_lists();
        let answer = browser.get(page).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}");
        if let Some(next) = lists::next(&answer.text()) {
            let next = browser.get(&next).await.text();
            assert!(next.contains("rel=\"prev\""), "{page}: {next}");
        }
        // PostgreSQL reads tables of this size whole; `benches/lists.rs` shows how it reads large ones.
        if shop.config.database_url.is_none() {
            for plan in shop.state.db.list_plans() {
                assert!(lists::uses_index(&plan), "{page}: {plan:#?}");
            }
        }
    }
}
