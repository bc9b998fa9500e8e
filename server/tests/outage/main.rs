//! PostgreSQL is killed and comes back while customers are at work: alone, since no other test can do without it meanwhile. On
//! SQLite there is no server that could be killed.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as expected")]
#![allow(dead_code, reason = "the fixtures are those of the other tests, which use all of them")]

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use app::model::ProjectStatus;
use reqwest::StatusCode;

use album::photo;
use customer::{Album, Call, Customer, site};
use database::new_database;
use process::{Installation, UNLIMITED};

#[path = "../fixtures/album.rs"]
mod album;
#[path = "../fixtures/customer.rs"]
mod customer;
#[path = "../fixtures/database.rs"]
mod database;
#[path = "../fixtures/process.rs"]
mod process;

const RESTARTS: usize = 3;
const CUSTOMERS: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_comes_back_is_gone_on_with() {
    let (Some(database), Ok(restart)) = (new_database().await, std::env::var("KINORA_TEST_PG_CTL")) else { return };
    let kinora = Installation::new(Some(&database), &[&["--compile-lease-s", "3"][..], &UNLIMITED].concat());
    let server = kinora.start();
    let closing = Arc::new(AtomicBool::new(false));
    let made = Arc::new(AtomicUsize::new(0));
    let album = Arc::new(Album::of(photo(1)));
    let customers = (0..CUSTOMERS).map(|number| {
        let (closing, made, album, url) =
            (Arc::clone(&closing), Arc::clone(&made), Arc::clone(&album), server.url.clone());
        tokio::spawn(async move {
            let customer = Customer::new(site(&url));
            let mut projects = Vec::new();
            while !closing.load(Ordering::Relaxed) {
                let project = if number % 2 == 0 {
                    customer.publish(&album).await
                } else {
                    let project = customer.queue(&album).await;
                    customer.wait_until_ready(&project).await;
                    project
                };
                made.fetch_add(1, Ordering::Relaxed);
                projects.push(project);
            }
            projects
        })
    });
    let customers: Vec<_> = customers.collect();
    let reader = {
        let (closing, url) = (Arc::clone(&closing), server.url.clone());
        tokio::spawn(async move {
            let reader = Customer::keeping_alive(site(&url));
            let mut refused = 0;
            while !closing.load(Ordering::Relaxed) {
                let answer = reader.once(&url, &Call::get("/api/currencies")).await.unwrap();
                if answer.status != StatusCode::OK {
                    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer:?}");
                    assert!(["busy", "database_unavailable"].contains(&answer.code().as_str()), "{answer:?}");
                    assert!(!answer.header("retry-after").is_empty());
                    refused += 1;
                }
            }
            refused
        })
    };
    let visitor = Customer::new(site(&server.url));
    for _ in 0..RESTARTS {
        let before = made.load(Ordering::Relaxed);
        let restart = restart.clone();
        let restarted = tokio::task::spawn_blocking(move || Command::new("sh").args(["-c", &restart]).status());
        assert!(restarted.await.unwrap().unwrap().success());
        // It is gone on with when somebody has made another album.
        while made.load(Ordering::Relaxed) == before {
            assert_eq!(visitor.ask(&Call::get("/api/currencies")).await.status, StatusCode::OK);
        }
    }
    closing.store(true, Ordering::Relaxed);
    assert!(reader.await.unwrap() > 0, "nobody was told that the database was away");
    for customer in customers {
        for project in customer.await.unwrap() {
            assert_eq!(visitor.project(&project.id).await.status, ProjectStatus::Ready);
        }
    }
    assert!(!kinora.log().contains("the request failed"), "{}", kinora.log());
}
