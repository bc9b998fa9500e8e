//! The queue of compiles: in turn, once, and never without an end.

use std::time::Duration;

use app::model::{Finish, ProjectStatus, ProjectView};
use axum::http::{Method, StatusCode};
use server::{
    clock::Clock,
    db::{ATTEMPTS_MAX, LEASE},
};

use crate::shop::{Shop, photo, target};

fn wish() -> Finish {
    Finish { targets: vec![target()], files: vec![], replaces: 0 }
}

async fn queue_for(shop: &Shop, clock: &Clock, id: &str, customer: &str) {
    shop.state.db.create_project(id, "", customer, None).await.unwrap();
    clock.advance(Duration::from_millis(1));
    assert!(shop.state.db.enqueue(id, "digest", &wish(), None).await.unwrap());
}

#[tokio::test]
async fn customers_take_turns() {
    let clock = Clock::at(1_795_000_000_000);
    let shop = Shop::with_clock(clock.clone()).await;
    for (id, customer) in [("a1", "a"), ("a2", "a"), ("a3", "a"), ("b1", "b"), ("c1", "c"), ("b2", "b")] {
        queue_for(&shop, &clock, id, customer).await;
    }
    let mut order = Vec::new();
    while let Some(claim) = shop.state.db.claim_compile().await.unwrap() {
        order.push(claim.id);
    }
    assert_eq!(order, ["a1", "b1", "c1", "a2", "b2", "a3"], "whoever has many waits no longer for the first of them");
}

#[tokio::test]
async fn a_compile_goes_to_one_runner_until_its_lease_ends() {
    let clock = Clock::at(1_795_000_000_000);
    let shop = Shop::with_clock(clock.clone()).await;
    queue_for(&shop, &clock, "one", "a").await;
    let db = &shop.state.db;
    let first = db.claim_compile().await.unwrap().unwrap();
    clock.advance(LEASE / 2);
    assert!(db.claim_compile().await.unwrap().is_none());
    assert!(db.renew(&first).await.unwrap());
    clock.advance(LEASE);
    assert!(db.claim_compile().await.unwrap().is_none(), "it was renewed");
    clock.advance(Duration::from_millis(1));
    let second = db.claim_compile().await.unwrap().unwrap();
    assert_eq!((first.attempt, second.attempt), (1, 2));
    assert!(!db.renew(&first).await.unwrap(), "the first is out");
    assert!(!db.hand_back(&first).await.unwrap());
    let failure = app::model::Failure { code: "late".into(), detail: "late".into() };
    assert!(!db.fail_compile(&first, &failure).await.unwrap());
    assert!(db.renew(&second).await.unwrap());
}

#[tokio::test]
async fn a_compile_that_kills_its_runner_fails_in_the_end() {
    let clock = Clock::at(1_795_000_000_000);
    let shop = Shop::with_clock(clock.clone()).await;
    let project = shop.create().await;
    let finish = shop.upload_album(&project, &[&photo(1)]).await;
    shop.finish(&project, "compile", &finish).await;
    for attempt in 1..=ATTEMPTS_MAX {
        assert_eq!(shop.state.db.claim_compile().await.unwrap().unwrap().attempt, attempt);
        clock.advance(LEASE + Duration::from_millis(1));
    }
    let stop = shop.start_runners();
    let view = shop.wait_for_end(&project.id).await;
    assert_eq!((view.status, view.failure.unwrap().code.as_str()), (ProjectStatus::Failed, "compile_crashed"));

    let again = shop.owner(Method::POST, &project, "/compile").await;
    assert_eq!(again.status, StatusCode::ACCEPTED, "{}", again.text());
    assert_eq!(shop.wait_for_end(&project.id).await.status, ProjectStatus::Ready);
    stop.cancel();
}

#[tokio::test]
async fn a_compile_that_is_not_wanted_is_cancelled_and_can_be_asked_for_again() {
    let shop = Shop::open().await;
    let project = shop.create().await;
    let finish = shop.upload_album(&project, &[&photo(1)]).await;
    assert_eq!(shop.owner(Method::DELETE, &project, "/compile").await.status, StatusCode::OK, "a draft has none");
    shop.finish(&project, "compile", &finish).await;
    let view: ProjectView = shop.owner(Method::DELETE, &project, "/compile").await.json();
    assert_eq!(view.status, ProjectStatus::Draft);
    assert!(shop.state.db.claim_compile().await.unwrap().is_none());

    shop.finish(&project, "compile", &finish).await;
    let claim = shop.state.db.claim_compile().await.unwrap().unwrap();
    let view: ProjectView = shop.owner(Method::DELETE, &project, "/compile").await.json();
    assert_eq!(view.status, ProjectStatus::Draft);
    assert!(!shop.state.db.renew(&claim).await.unwrap(), "its runner learns of it");

    assert_eq!(shop.finish(&project, "compile", &finish).await.status, StatusCode::ACCEPTED);
    let stop = shop.start_runners();
    assert_eq!(shop.wait_for_end(&project.id).await.status, ProjectStatus::Ready);
    stop.cancel();
    let refused = shop.owner(Method::DELETE, &project, "/compile").await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "not_compiling"));
    let refused = shop.owner(Method::POST, &project, "/compile").await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "nothing_to_retry"));
}
