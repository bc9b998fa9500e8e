//! Currencies: rates by hand and from a table, their history, another base.

use app::permissions::Role;
use axum::http::{StatusCode, header};
use serde_json::Value;
use server::db::{Actor, AuditFilter, PAGE_ROWS, Place, Rebase, rebased};

use crate::{
    browser::{Browser, multipart},
    shop::Shop,
};

async fn public(shop: &Shop) -> Vec<(String, String)> {
    let told: Value = shop.get("/api/currencies").await.json();
    let currencies = told["currencies"].as_array().unwrap().iter();
    currencies.map(|one| (one["code"].as_str().unwrap().into(), one["rate"].as_str().unwrap().into())).collect()
}

async fn rates(shop: &Shop) -> Vec<(String, Option<String>)> {
    shop.state.db.all_currencies().await.unwrap().into_iter().map(|one| (one.code, one.rate)).collect()
}

async fn set(browser: &Browser<'_>, code: &str, rate: &str) {
    let answer = browser.submit(&format!("/admin/currencies/{code}"), &[("rate", rate), ("base", "USD")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
}

async fn audited(shop: &Shop, code: &str) -> Vec<String> {
    let entries = shop.state.db.history("currency", code, 20).await.unwrap();
    entries.into_iter().map(|entry| format!("{} {} {}", entry.actor, entry.action, Value::from(entry.after))).collect()
}

fn hidden(page: &str, name: &str) -> String {
    let at = page.find(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{name} in {page}"));
    page[at..].split('"').nth(3).unwrap().replace("&amp;", "&")
}

#[tokio::test]
async fn customers_see_currencies_in_use_that_have_a_rate() {
    let shop = Shop::open().await;
    let browser = Browser::of(&shop, Role::Manager).await;
    assert_eq!(public(&shop).await, [("USD".into(), "1".into())]);
    let refused = browser.submit("/admin/currencies/AMD/activate", &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("needs a rate"), "{}", refused.text());

    set(&browser, "AMD", "387,50").await;
    assert_eq!(public(&shop).await.len(), 1, "a rate alone puts nothing into use");
    let page = browser.submit_and_follow("/admin/currencies/AMD/activate", &[]).await;
    assert!(page.text().contains("in use") && page.text().contains("387.5"), "{}", page.text());
    assert_eq!(public(&shop).await[1], ("AMD".into(), "387.5".into()));
    assert_eq!(browser.submit("/admin/currencies/AMD/activate", &[]).await.status, StatusCode::SEE_OTHER, "it is so");
    browser.submit_and_follow("/admin/currencies/AMD/deactivate", &[]).await;
    assert_eq!(public(&shop).await.len(), 1);
    let base = browser.submit("/admin/currencies/USD/deactivate", &[]).await;
    assert_eq!(base.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(public(&shop).await.len(), 1);
    let told = audited(&shop, "AMD").await;
    let wanted = [
        "manager currency.active {\"is_active\":false}",
        "manager currency.active {\"is_active\":true}",
        "manager currency.rate {\"rate\":\"387.5\",\"source\":\"manual\"}",
    ];
    assert_eq!(told, wanted);
}

#[tokio::test]
async fn a_rate_is_kept_with_its_source_and_everything_before_it() {
    let shop = Shop::open().await;
    let browser = Browser::of(&shop, Role::Manager).await;
    for rate in 0..=PAGE_ROWS {
        set(&browser, "RUB", &format!("{}.25", 80 + rate)).await;
    }
    let fields = [("rate", "95.5"), ("base", "USD"), ("source", "Central <Bank>")];
    let page = browser.submit_and_follow("/admin/currencies/RUB", &fields).await.text();
    assert!(page.contains("Central &lt;Bank&gt;") && page.contains("manager"), "{page}");
    assert_eq!(page.matches("data-title=\"Base then\"").count(), PAGE_ROWS);
    assert!(!page.contains(">80.25<"));
    let next = page.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let page = browser.get(&next).await.text();
    assert!(page.contains(">80.25<") && page.contains("rel=\"prev\""), "{page}");
    assert_eq!(page.matches("data-title=\"Base then\"").count(), 2);
}

#[tokio::test]
async fn a_wrong_rate_is_said_beside_its_field_and_changes_nothing() {
    let shop = Shop::open().await;
    let browser = Browser::of(&shop, Role::Manager).await;
    for (rate, words) in [
        ("", "fill this in"),
        ("much", "Enter a number"),
        ("0", "out of range"),
        ("-3", "out of range"),
        ("1.0000000000001", "12 digits"),
    ] {
        let answer = browser.submit("/admin/currencies/RUB", &[("rate", rate), ("base", "USD")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{rate}");
        assert!(answer.text().contains(words), "{rate}: {}", answer.text());
    }
    let other_base = browser.submit("/admin/currencies/RUB", &[("rate", "90"), ("base", "AMD")]).await;
    assert!(other_base.text().contains("base currency has been changed"), "{}", other_base.text());
    let base = browser.submit("/admin/currencies/USD", &[("rate", "2"), ("base", "USD")]).await;
    assert_eq!(base.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(rates(&shop).await, [("USD".into(), Some("1".into())), ("AMD".into(), None), ("RUB".into(), None)]);
    for path in ["/admin/currencies/EUR", "/admin/currencies/rub", "/admin/currencies/%00"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        let answer = browser.submit(path, &[("rate", "90"), ("base", "USD")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_table_is_shown_first_and_then_written_whole() {
    let shop = Shop::open().await;
    let browser = Browser::of(&shop, Role::Manager).await;
    set(&browser, "AMD", "400").await;
    let table = "\u{feff}Code;Rate\r\namd;410,00\r\n\r\nRUB;81,2\r\n";
    let answer = browser
        .send(multipart("/admin/currencies/import", &[("csv", "", b""), ("file", "rates.csv", table.as_bytes())]))
        .await;
    let page = answer.text();
    assert_eq!(answer.status, StatusCode::OK, "{page}");
    assert!(page.contains("+2.50") && page.contains("81.2") && page.contains("Nothing has been written yet"), "{page}");
    assert_eq!(rates(&shop).await[1..], [("AMD".into(), Some("400".into())), ("RUB".into(), None)]);

    let (csv, base) = (hidden(&page, "csv"), hidden(&page, "base"));
    let page = browser.submit_and_follow("/admin/currencies/import/confirm", &[("csv", &csv), ("base", &base)]).await;
    assert!(page.text().contains("The rates are written"), "{}", page.text());
    assert_eq!(rates(&shop).await[1..], [("AMD".into(), Some("410".into())), ("RUB".into(), Some("81.2".into()))]);
    assert_eq!(audited(&shop, "RUB").await, ["manager currency.rate {\"rate\":\"81.2\",\"source\":\"csv\"}"]);
    let history = shop.state.db.rates_page("AMD", Place::First).await.unwrap().rows;
    let told: Vec<_> = history.iter().map(|rate| (rate.rate.as_str(), rate.source.as_str())).collect();
    assert_eq!(told, [("410", "csv"), ("400", "manual")]);
}

#[tokio::test]
async fn a_table_with_mistakes_is_told_line_by_line_and_never_written() {
    let shop = Shop::open().await;
    let browser = Browser::of(&shop, Role::Manager).await;
    let table = "code,rate\nRUB,90\nEUR,1\nUSD,1\nRUB,91\nAMD,many\nAMD,1,2\n";
    let shown = browser.submit("/admin/currencies/import", &[("csv", table)]).await;
    let page = shown.text();
    assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["no such currency", "its rate is always 1", "twice", "Enter a number", "two columns"] {
        assert!(page.contains(words), "{words} in {page}");
    }
    for line in 2..=7 {
        assert!(page.contains(&format!("<th scope=\"row\" class=\"\">{line}</th>")), "line {line} in {page}");
    }
    assert!(page.contains("AMD,many"), "what was pasted stays");
    assert!(!page.contains("/import/confirm"));
    for csv in [table, "", "code,rate\n", "rate,code\n90,RUB\n", &"RUB,90\n".repeat(9000)] {
        let answer = browser.submit("/admin/currencies/import/confirm", &[("csv", csv), ("base", "USD")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let large = "code,rate\n".to_owned() + &"RUB,90\n".repeat(9000);
    for answer in [
        browser.submit("/admin/currencies/import", &[("csv", &large)]).await,
        browser.send(multipart("/admin/currencies/import", &[("file", "rates.csv", large.as_bytes())])).await,
    ] {
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("too large"), "{}", answer.text());
    }
    let other =
        browser.submit("/admin/currencies/import/confirm", &[("csv", "code,rate\nRUB,90"), ("base", "AMD")]).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(rates(&shop).await[1..].iter().all(|(_, rate)| rate.is_none()));
}

#[tokio::test]
async fn another_base_is_shown_before_it_is_made() {
    let shop = Shop::open().await;
    let browser = Browser::of(&shop, Role::Manager).await;
    let impossible = browser.get("/admin/currencies/AMD/base").await.text();
    assert!(impossible.contains("can&#x27;t be done") || impossible.contains("can't be done"), "{impossible}");
    set(&browser, "AMD", "400").await;
    set(&browser, "RUB", "3").await;
    let page = browser.get("/admin/currencies/RUB/base").await.text();
    assert!(page.contains("133.333333333333") && page.contains("0.333333333333"), "{page}");
    assert!(page.contains("Past orders keep"), "{page}");
    assert_eq!(rates(&shop).await[0], ("USD".into(), Some("1".into())), "looking changes nothing");

    let (base, seen) = (hidden(&page, "base"), hidden(&page, "seen"));
    set(&browser, "AMD", "401").await;
    let outdated = browser.submit("/admin/currencies/RUB/base", &[("base", &base), ("seen", &seen)]).await;
    assert_eq!(outdated.status, StatusCode::CONFLICT, "a rate is not as it was shown");
    set(&browser, "AMD", "400").await;
    for fields in [[("base", "AMD"), ("seen", seen.as_str())], [("base", "USD"), ("seen", "")]] {
        assert_eq!(browser.submit("/admin/currencies/RUB/base", &fields).await.status, StatusCode::CONFLICT);
    }
    // Whoever is faster between the look and the write: the database looks again.
    let currencies = shop.state.db.all_currencies().await.unwrap();
    let mut told = rebased(&currencies, "RUB").unwrap();
    let wrong_base = shop.state.db.set_base("AMD", "RUB", &told, &Actor::system()).await.unwrap();
    told[1].after = Some("133".into());
    let wrong_rate = shop.state.db.set_base("USD", "RUB", &told, &Actor::system()).await.unwrap();
    assert_eq!([wrong_base, wrong_rate], [Rebase::Outdated; 2]);
    assert_eq!(public(&shop).await, [("USD".into(), "1".into())]);

    let fields = [("base", base.as_str()), ("seen", seen.as_str())];
    browser.submit_and_follow("/admin/currencies/RUB/base", &fields).await;
    let wanted = [("RUB", "1"), ("USD", "0.333333333333"), ("AMD", "133.333333333333")];
    let wanted = wanted.map(|(code, rate)| (code.to_owned(), Some(rate.to_owned())));
    assert_eq!(rates(&shop).await, wanted);
    assert_eq!(public(&shop).await[0], ("RUB".into(), "1".into()), "the base is in use");
    let history = shop.state.db.rates_page("USD", Place::First).await.unwrap().rows;
    assert_eq!((history[0].base.as_str(), history[0].source.as_str()), ("RUB", "base"));
    assert!(audited(&shop, "RUB").await[0].contains("currency.base {\"AMD\":\"133.333333333333\""));
    let again = browser.submit("/admin/currencies/RUB/base", &fields).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "done once");
}

#[tokio::test]
async fn staff_who_may_only_look_are_shown_no_forms() {
    let shop = Shop::open().await;
    shop.state.db.set_rates("USD", &[("RUB".into(), 90.into())], "manual", &Actor::system()).await.unwrap();
    let browser = Browser::of(&shop, Role::Support).await;
    for path in ["/admin/currencies", "/admin/currencies/RUB"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.text().contains("action=\"/admin/currencies"), "{path}: {}", page.text());
    }
    let answer = browser.submit("/admin/currencies/RUB", &[("rate", "1"), ("base", "USD")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(
        shop.state
            .db
            .audit_page(&AuditFilter::default(), Place::First)
            .await
            .unwrap()
            .rows
            .iter()
            .filter(|entry| entry.entity == "currency")
            .count(),
        1
    );
    assert!(browser.get("/admin/currencies").await.header(header::CACHE_CONTROL.as_str()).contains("no-store"));
}
