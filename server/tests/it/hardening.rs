//! What strangers, proxies and programs may ask for, and what every answer says.

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, StatusCode},
};
use serde_json::Value;
use server::{config::Config, db::Product};

use crate::shop::{Answer, Shop};

const TOKEN: &str = "a-token-of-metrics";

/// A request from an address, perhaps with headers that a proxy would add.
async fn from(shop: &Shop, peer: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 4000)));
    shop.send(request).await
}

fn three_at_once(config: &mut Config) {
    (config.rate_per_second, config.rate_burst) = (1, 3);
}

#[tokio::test]
async fn whoever_asks_too_often_is_told_when_to_come_again() {
    let shop = Shop::with(three_at_once).await;
    for _ in 0..3 {
        assert_eq!(from(&shop, "192.0.2.1", "/api/currencies", &[]).await.status, StatusCode::OK);
    }
    let refused = from(&shop, "192.0.2.1", "/api/currencies", &[]).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "too_many_requests"));
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
    let page = from(&shop, "192.0.2.1", "/living-photos", &[]).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.text().contains("too_many_requests"), "{}", page.text());
    assert_eq!(from(&shop, "192.0.2.2", "/api/currencies", &[]).await.status, StatusCode::OK, "others are not refused");
    for _ in 0..20 {
        let scan = from(&shop, "192.0.2.1", "/ar/view/aaaaaaaaaaaaaaaaaaaa", &[]).await;
        assert_eq!(scan.status, StatusCode::NOT_FOUND, "a printed code is never told to wait");
    }
}

#[tokio::test]
async fn one_owner_is_limited_wherever_the_requests_come_from() {
    let shop = Shop::with(|config| (config.rate_per_second, config.rate_burst) = (1, 6)).await;
    let project = shop.create().await;
    let mut last = StatusCode::OK;
    for number in 0..8 {
        let request = Request::post(format!("/api/ar/projects/{}/revision", project.id));
        let request = request.header("authorization", format!("Bearer {}", project.token));
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, number], 4000))));
        last = shop.send(request).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn only_a_trusted_proxy_says_who_asks() {
    let shop = Shop::with(|config| {
        three_at_once(config);
        config.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    })
    .await;
    let path = "/api/currencies";
    for number in 0..6 {
        let told = format!("203.0.113.{number}");
        let proxied = from(&shop, "10.0.0.1", path, &[("x-forwarded-for", &told)]).await;
        assert_eq!(proxied.status, StatusCode::OK, "six clients behind one proxy");
    }
    let mut last = StatusCode::OK;
    for number in 0..6 {
        let told = format!("203.0.113.{number}");
        last = from(&shop, "192.0.2.1", path, &[("x-forwarded-for", &told)]).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS, "a stranger who says to be six");
    let id = [("x-request-id", "from-the-proxy-1")];
    assert_eq!(from(&shop, "10.0.0.2", path, &id).await.header("x-request-id"), "from-the-proxy-1");
    assert_ne!(from(&shop, "192.0.2.9", path, &id).await.header("x-request-id"), "from-the-proxy-1");
    let odd = [("x-request-id", "a b\u{7f}")];
    assert_eq!(from(&shop, "10.0.0.3", path, &odd[..0]).await.header("x-request-id").len(), 36);
}

#[tokio::test]
async fn a_failure_is_found_by_its_request_id() {
    let shop = Shop::open().await;
    let problem = shop.get("/api/nowhere").await;
    let body: Value = problem.json();
    assert_eq!(body["request_id"], problem.header("x-request-id"));
    shop.state.db.close().await;
    let problem = shop.get("/api/currencies").await;
    assert_eq!((problem.status, problem.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "database_unavailable"));
    assert!(!problem.header("retry-after").is_empty());
    let page = shop.get("/living-photos/aaaaaaaaaaaaaaaaaaaa").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    let words = page.text();
    assert!(words.contains("database_unavailable") && words.contains(page.header("x-request-id")), "{words}");
}

#[tokio::test]
async fn browsers_stay_with_tls_where_there_is_tls() {
    let shop = Shop::open().await;
    assert!(shop.get("/").await.header("strict-transport-security").starts_with("max-age="));
    let shop = Shop::with(|config| config.public_url = Some("http://photos.example/".parse().unwrap())).await;
    assert_eq!(shop.get("/").await.header("strict-transport-security"), "");
}

#[tokio::test]
async fn webassembly_runs_only_where_it_is_needed() {
    let shop = Shop::open().await;
    let album = shop.publish().await;
    let policy = |answer: Answer| answer.header("content-security-policy").to_owned();
    let viewer = format!("/objects/ar-storage/{}/index.html", album.id);
    for path in ["/living-photos", &viewer] {
        assert!(policy(shop.get(path).await).contains("'wasm-unsafe-eval'"), "{path}");
    }
    for path in ["/api/currencies", "/ar/view/aaaaaaaaaaaaaaaaaaaa", "/api/nowhere", "/healthz"] {
        assert!(!policy(shop.get(path).await).contains("wasm"), "{path}");
    }
    for name in ["cross-origin-opener-policy", "cross-origin-resource-policy"] {
        assert_eq!(shop.get("/").await.header(name), "same-origin");
    }
}

#[tokio::test]
async fn lists_that_have_not_changed_are_not_sent_again() {
    let shop = Shop::open().await;
    for path in ["/api/currencies", "/api/products"] {
        let first = shop.get(path).await;
        assert_eq!((first.status, first.header("content-type")), (StatusCode::OK, "application/json"));
        let tag = first.header("etag").to_owned();
        let again = shop.get_with(path, "if-none-match", &tag).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{path}");
        assert_eq!(again.header("etag"), tag);
        assert_eq!(shop.get_with(path, "if-none-match", "\"other\"").await.status, StatusCode::OK);
    }
    let tag = shop.get("/api/products").await.header("etag").to_owned();
    let product = Product {
        id: "p1".into(),
        sku: "PRINT-20X30".into(),
        name: "Print 20 × 30 cm".into(),
        description: String::new(),
        price_minor: 1250,
        currency: "USD".into(),
    };
    shop.state.db.put_product(&product).await.unwrap();
    let changed = shop.get_with("/api/products", "if-none-match", &tag).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert_eq!(changed.json::<Value>()["products"][0]["price_minor"], 1250);
    let currencies: Value = shop.get("/api/currencies").await.json();
    assert_eq!(currencies["currencies"][0]["code"], "USD", "the base currency first");
}

#[tokio::test]
async fn metrics_are_for_whoever_has_the_token() {
    let shop = Shop::with(|config| config.metrics_token = Some(TOKEN.into())).await;
    let album = shop.publish().await;
    for told in ["", "Bearer ", "Bearer wrong", &format!("Basic {TOKEN}"), &format!("Bearer {}", album.token)] {
        let answer = shop.get_with("/metrics", "authorization", told).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{told}");
    }
    let text = shop.get_with("/metrics", "authorization", &format!("Bearer {TOKEN}")).await.text();
    let value = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name} in {text}"));
        line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
    };
    assert_eq!(value("kinora_db_connections_max "), f64::from(shop.config.db_connections));
    for (what, seconds) in [("acquire", 5.0), ("idle", 600.0), ("statement", 45.0), ("busy", 5.0)] {
        assert_eq!(value(&format!("kinora_db_timeout_seconds{{what=\"{what}\"}} ")), seconds);
    }
    assert!(value("kinora_uploaded_bytes_total ") > 1000.0);
    assert!(value("kinora_db_held_max_seconds ") > 0.0);
    assert!(value("kinora_requests_total{method=\"POST\",route=\"/api/ar/projects\",status=\"201\"}") > 0.0);
    for name in
        ["db_connections_in_use", "db_wait_seconds_count", "queue_depth", "compile_seconds_count", "stored_bytes"]
    {
        value(&format!("kinora_{name} "));
    }
    let none = Shop::open().await;
    assert_eq!(none.get_with("/metrics", "authorization", "Bearer ").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_description_of_the_api_is_true() {
    let shop = Shop::open().await;
    let document: Value = shop.get("/api/openapi.json").await.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    let paths = document["paths"].as_object().unwrap();
    for path in ["/api/currencies", "/api/products", "/api/ar/projects", "/api/ar/projects/{id}/files/{name}"] {
        assert!(paths.contains_key(path), "{path}");
    }
    let mut operations = 0;
    for (path, item) in paths {
        let url = path.replace("{id}", "aaaaaaaaaaaaaaaaaaaa").replace("{name}", "photo-0").replace("{code}", "qr.svg");
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else { continue };
            let answer = shop.send(Request::builder().method(&method).uri(&url).body(Body::empty()).unwrap()).await;
            let status = answer.status;
            assert!(!status.is_server_error() && status != StatusCode::METHOD_NOT_ALLOWED, "{method} {path}: {status}");
            assert!(operation["responses"]["default"].is_object(), "{method} {path} says how it fails");
            let needs_owner = operation["security"].is_array();
            assert_eq!(needs_owner, status == StatusCode::UNAUTHORIZED, "{method} {path}: {status}");
            operations += 1;
        }
    }
    assert!(operations >= 18, "{operations}");
    let text = document.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(document["components"]["schemas"][reference].is_object(), "{reference} is described");
    }
}
