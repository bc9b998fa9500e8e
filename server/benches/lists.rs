//! How long the CRM's pages take with 100,000 orders and 20,000 living photos: each page as an admin asks for it, first page,
//! further pages, sorted, filtered, searched; one request after the other, through the whole router.
//!
//! Fails when the 95th percentile of a page is 50 ms or more, or when the database reads a list without an index. Runs on
//! SQLite, and on PostgreSQL where `KINORA_TEST_POSTGRES` names a server.

#![allow(clippy::unwrap_used, reason = "a benchmark ends where something is not as expected")]
#![allow(clippy::print_stdout, reason = "its result")]

use std::{process::ExitCode, sync::Arc, time::Instant};

use app::permissions::Role;
use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use database::new_database;
use http_body_util::BodyExt;
use server::{
    accounts::create,
    config::Config,
    db::{Actor, Plan},
    demo::{Sizes, fill},
    router,
    state::AppState,
};
use tower::ServiceExt;

#[path = "../tests/fixtures/database.rs"]
mod database;
#[path = "../tests/fixtures/lists.rs"]
mod lists;

const SIZES: Sizes = Sizes { customers: 20_000, orders: 100_000, projects: 20_000, days: 730, seed: 1 };
const TURNS: usize = 40;
const BOUND_MS: f64 = 50.0;
const EMAIL: &str = "admin@shop.example";
const PASSWORD: &str = "correct horse battery";

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    // `cargo bench -p server --bench lists -- postgresql` leaves SQLite out, whose filling takes longest.
    let is_postgres_only = std::env::args().any(|argument| argument == "postgresql");
    let mut is_good = is_postgres_only || measure("SQLite", None).await;
    match new_database().await {
        Some(url) => is_good &= measure("PostgreSQL", Some(url)).await,
        None => println!("PostgreSQL: not measured; `cargo xtask bench lists` starts one"),
    }
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn measure(name: &str, database: Option<url::Url>) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::in_folder(folder.path().to_owned());
    config.database_url = database;
    (config.rate_per_second, config.rate_burst) = (1_000_000, 1_000_000);
    let state = Arc::new(AppState::open(&config, config.listen).await.unwrap());
    let since = Instant::now();
    fill(&state, &SIZES).await.unwrap();
    println!("\n{name}: {SIZES:?} written in {:.0} s", since.elapsed().as_secs_f64());
    create(&state, EMAIL, "Admin", Role::Admin, Some(PASSWORD), Some(&Actor::system())).await.unwrap().unwrap();
    let router = router(Arc::clone(&state));
    let cookie = log_in(&router).await;

    println!("{:<64} {:>8} {:>8} {:>8}", "", "p50 ms", "p95 ms", "max ms");
    let mut is_good = true;
    for page in lists::PAGES {
        let mut path = page.to_owned();
        let mut times = Vec::new();
        state.db.explain_lists();
        get(&router, &cookie, &path).await;
        let scans: Vec<Plan> = state.db.list_plans().into_iter().filter(|plan| !lists::uses_index(plan)).collect();
        state.db.stop_explaining();
        for _ in 0..TURNS {
            let since = Instant::now();
            let html = get(&router, &cookie, &path).await;
            times.push(since.elapsed().as_secs_f64() * 1e3);
            // On to the next page, where there is one.
            path = lists::next(&html).unwrap_or_else(|| page.to_owned());
        }
        times.sort_by(f64::total_cmp);
        let at = |percent: usize| times[(times.len() * percent).div_ceil(100) - 1];
        let is_fast = at(95) < BOUND_MS;
        println!(
            "{page:<64} {:>8.1} {:>8.1} {:>8.1} {}{}",
            at(50),
            at(95),
            at(100),
            if is_fast { "" } else { "TOO SLOW " },
            if scans.is_empty() { "" } else { "NO INDEX" }
        );
        for plan in &scans {
            println!("  {}\n    {}", plan.sql, plan.steps.join("\n    "));
        }
        is_good &= is_fast && scans.is_empty();
    }
    is_good
}

async fn log_in(router: &Router) -> String {
    let body = format!("email={EMAIL}&password={}", PASSWORD.replace(' ', "+"));
    let request = Request::post("/login").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let cookie = answer.headers().get(header::SET_COOKIE).unwrap().to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

async fn get(router: &Router, cookie: &str, path: &str) -> String {
    let request = Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    let answer = router.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}
