//! How albums end, and come back: versions, trials, the trash.

use std::time::Duration;

use app::model::{Finish, ProjectStatus, ProjectView};
use axum::http::{Method, StatusCode};
use server::{clock::Clock, janitor::tidy};

use crate::shop::{Shop, mind, photo, target, video};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn at_noon() -> (Shop, Clock) {
    let clock = Clock::at(1_795_000_000_000);
    (Shop::with_clock(clock.clone()).await, clock)
}

/// What a phone is told by the printed link.
async fn link(shop: &Shop, id: &str) -> StatusCode {
    shop.get(&format!("/ar/view/{id}")).await.status
}

#[tokio::test]
async fn a_trial_ends_a_day_after_it_was_published_and_its_owner_brings_it_back() {
    let (shop, clock) = at_noon().await;
    let project = shop.create().await;
    clock.advance(2 * HOUR);
    let finish = shop.upload_browser_album(&project, &[&photo(1)]).await;
    let view: ProjectView = shop.finish(&project, "complete", &finish).await.json();
    assert_eq!(view.expires_ms, Some(clock.in_ms(DAY)), "its time counts from the publication");

    clock.advance(DAY - HOUR);
    tidy(&shop.state).await.unwrap();
    assert_eq!(link(&shop, &project.id).await, StatusCode::FOUND);
    clock.advance(2 * HOUR);
    tidy(&shop.state).await.unwrap();
    assert_eq!(shop.project(&project.id).await.status, ProjectStatus::Expired);
    let gone = shop.get(&format!("/ar/view/{}", project.id)).await;
    assert_eq!(gone.status, StatusCode::GONE);
    assert!(gone.text().contains("trial"), "{}", gone.text());

    let extended = shop.owner(Method::POST, &project, "/extend").await;
    let view: ProjectView = extended.json();
    assert_eq!((view.status, view.expires_ms), (ProjectStatus::Ready, Some(clock.in_ms(DAY))));
    assert_eq!((view.extensions_left, view.purge_ms), (1, None));
    assert_eq!(link(&shop, &project.id).await, StatusCode::FOUND, "the printed link works again");
    let view: ProjectView = shop.owner(Method::POST, &project, "/extend").await.json();
    assert_eq!(view.expires_ms, Some(clock.in_ms(2 * DAY)), "added to what is left");
    let refused = shop.owner(Method::POST, &project, "/extend").await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "no_extension_left"));
}

#[tokio::test]
async fn a_trial_becomes_permanent_with_the_same_link() {
    use server::projects::{Change, change};
    let (shop, clock) = at_noon().await;
    let project = shop.publish().await;
    change(&shop.state, &project.id, Change::MakePermanent).await.unwrap();
    clock.advance(400 * DAY);
    tidy(&shop.state).await.unwrap();
    let view = shop.project(&project.id).await;
    assert_eq!((view.status, view.expires_ms), (ProjectStatus::Ready, None));
    assert_eq!(link(&shop, &project.id).await, StatusCode::FOUND);
    assert_eq!(shop.owner(Method::POST, &project, "/extend").await.code(), "not_a_trial");
}

#[tokio::test]
async fn an_expired_trial_is_kept_for_a_month_and_then_deleted() {
    let (shop, clock) = at_noon().await;
    let project = shop.publish().await;
    clock.advance(2 * DAY);
    tidy(&shop.state).await.unwrap();
    clock.advance(29 * DAY);
    tidy(&shop.state).await.unwrap();
    assert_eq!(shop.project(&project.id).await.status, ProjectStatus::Expired);
    clock.advance(2 * DAY);
    tidy(&shop.state).await.unwrap();
    let view = shop.project(&project.id).await;
    assert_eq!((view.status, view.bytes, view.name.as_str()), (ProjectStatus::Archived, 0, ""));
    assert_eq!(shop.files(), [format!("ar-storage/{}/gone", project.id)]);
    assert_eq!(link(&shop, &project.id).await, StatusCode::GONE, "its link goes on answering");
}

#[tokio::test]
async fn the_trash_gives_back_what_it_took() {
    let (shop, clock) = at_noon().await;
    let project = shop.publish().await;
    let before = shop.project(&project.id).await;
    let trashed: ProjectView = shop.owner(Method::DELETE, &project, "").await.json();
    assert_eq!((trashed.status, trashed.purge_ms), (ProjectStatus::Archived, Some(clock.in_ms(30 * DAY))));
    assert_eq!(link(&shop, &project.id).await, StatusCode::GONE);
    let again: ProjectView = shop.owner(Method::DELETE, &project, "").await.json();
    assert_eq!(again, trashed, "twice is once");
    let restored: ProjectView = shop.owner(Method::POST, &project, "/restore").await.json();
    assert_eq!(restored, before);
    assert_eq!(link(&shop, &project.id).await, StatusCode::FOUND);
    assert_eq!(shop.get(&restored.targets[0].video).await.body, video(90));
}

#[tokio::test]
async fn a_draft_in_the_trash_takes_no_files_and_comes_back_with_those_it_had() {
    let shop = Shop::open().await;
    let project = shop.create().await;
    let finish = shop.upload_browser_album(&project, &[&photo(1)]).await;
    shop.owner(Method::DELETE, &project, "").await;
    assert_eq!(shop.announce(&project, "photo-0", 5).await.code(), "already_finished");
    let view: ProjectView = shop.owner(Method::POST, &project, "/restore").await.json();
    assert_eq!(view.status, ProjectStatus::Draft);
    assert_eq!(shop.finish(&project, "complete", &finish).await.status, StatusCode::OK);
}

#[tokio::test]
async fn deleted_for_good_is_gone_for_good() {
    let shop = Shop::open().await;
    let (project, other) = (shop.publish().await, shop.publish().await);
    let view: ProjectView = shop.owner(Method::DELETE, &project, "?forever=true").await.json();
    assert_eq!((view.status, view.purge_ms, view.bytes), (ProjectStatus::Archived, None, 0));
    let left: Vec<String> = shop.files().into_iter().filter(|file| file.contains(&project.id)).collect();
    assert_eq!(left, [format!("ar-storage/{}/gone", project.id)]);
    let refused = shop.owner(Method::POST, &project, "/restore").await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "not_in_trash"));
    assert_eq!(link(&shop, &project.id).await, StatusCode::GONE);
    assert_eq!(link(&shop, &other.id).await, StatusCode::FOUND);
}

#[tokio::test]
async fn only_the_owner_changes_an_album() {
    let shop = Shop::open().await;
    let (project, mut other) = (shop.publish().await, shop.publish().await);
    other.id.clone_from(&project.id);
    for (method, rest) in [
        (Method::DELETE, ""),
        (Method::DELETE, "?forever=true"),
        (Method::POST, "/restore"),
        (Method::POST, "/extend"),
        (Method::POST, "/revision"),
        (Method::POST, "/compile"),
        (Method::DELETE, "/compile"),
    ] {
        let answer = shop.owner(method.clone(), &other, rest).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::UNAUTHORIZED, "unauthorized"),
            "{method} {rest}"
        );
    }
    assert_eq!(shop.project(&project.id).await.status, ProjectStatus::Ready);
}

#[tokio::test]
async fn a_new_version_takes_the_place_of_the_old_one_at_once_and_on_the_same_link() {
    let shop = Shop::open().await;
    let project = shop.publish().await;
    let first = shop.project(&project.id).await;
    let index = format!("/objects/ar-storage/{}/index.html", project.id);
    assert!(shop.get(&index).await.text().contains("v1"));
    assert_eq!(shop.announce(&project, "photo-0", 5).await.code(), "already_finished");

    assert_eq!(shop.owner(Method::POST, &project, "/revision").await.status, StatusCode::OK);
    let new_photo = photo(2);
    let files = vec![
        shop.upload(&project, "photo-0", &new_photo).await,
        crate::shop::described("video-0", &video(90)),
        shop.upload(&project, "targets.mind", &mind(&[&new_photo])).await,
    ];
    assert_eq!(link(&shop, &project.id).await, StatusCode::FOUND, "the old one goes on meanwhile");
    assert_eq!(shop.get(&first.targets[0].photo).await.status, StatusCode::OK);
    let mut finish = Finish { targets: vec![target()], files, replaces: 0 };
    let refused = shop.finish(&project, "complete", &finish).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "version_conflict"));
    finish.replaces = first.version;
    let view: ProjectView = shop.finish(&project, "complete", &finish).await.json();
    assert!(view.version > first.version);
    assert_eq!((view.link, view.expires_ms), (first.link, first.expires_ms));
    assert_eq!(shop.get(&view.mind.unwrap()).await.body, mind(&[&new_photo]));
    assert_eq!(shop.get(&view.targets[0].video).await.body, video(90), "a file that stays need not be sent again");
    assert!(shop.get(&index).await.text().contains(&format!("v{}", view.version)));
    assert_eq!(shop.get(&first.targets[0].photo).await.status, StatusCode::OK, "whoever watches the old one goes on");
}

#[tokio::test]
async fn drafts_that_nobody_touches_are_put_away() {
    let (shop, clock) = at_noon().await;
    let draft = shop.create().await;
    clock.advance(6 * DAY);
    tidy(&shop.state).await.unwrap();
    assert_eq!(shop.project(&draft.id).await.status, ProjectStatus::Draft);
    clock.advance(2 * DAY);
    tidy(&shop.state).await.unwrap();
    assert_eq!(shop.project(&draft.id).await.status, ProjectStatus::Archived);
    clock.advance(31 * DAY);
    tidy(&shop.state).await.unwrap();
    assert_eq!(shop.files(), [format!("ar-storage/{}/gone", draft.id)]);
}

#[tokio::test]
async fn failed_albums_that_nobody_touches_are_put_away_and_failed_versions_expire() {
    let (shop, clock) = at_noon().await;
    let album = shop.publish().await;
    shop.owner(Method::POST, &album, "/revision").await;
    let never = shop.create().await;
    assert_eq!(shop.owner(Method::POST, &never, "/extend").await.code(), "not_published");
    for project in [&album, &never] {
        let mut finish = shop.upload_album(project, &[&photo(2)]).await;
        finish.replaces = shop.project(&project.id).await.version;
        assert_eq!(shop.finish(project, "compile", &finish).await.status, StatusCode::ACCEPTED);
        let claim = shop.state.db.claim_compile().await.unwrap().unwrap();
        let failure = app::model::Failure { code: "too_few_features".into(), detail: "Too plain.".into() };
        assert!(shop.state.db.fail_compile(&claim, &failure).await.unwrap());
    }
    assert_eq!(link(&shop, &album.id).await, StatusCode::FOUND, "the version before is still shown");
    clock.advance(DAY + HOUR);
    tidy(&shop.state).await.unwrap();
    assert_eq!(shop.project(&album.id).await.status, ProjectStatus::Expired);
    assert_eq!(link(&shop, &album.id).await, StatusCode::GONE);
    assert_eq!(shop.project(&never.id).await.status, ProjectStatus::Failed);
    clock.advance(7 * DAY);
    tidy(&shop.state).await.unwrap();
    assert_eq!(shop.project(&never.id).await.status, ProjectStatus::Archived);
}

#[tokio::test]
async fn the_trash_puts_no_end_off() {
    let (shop, clock) = at_noon().await;
    let project = shop.publish().await;
    clock.advance(DAY + HOUR);
    tidy(&shop.state).await.unwrap();
    let ended = shop.project(&project.id).await;
    clock.advance(HOUR);
    shop.owner(Method::DELETE, &project, "").await;
    let back: ProjectView = shop.owner(Method::POST, &project, "/restore").await.json();
    assert_eq!((back.status, back.purge_ms), (ProjectStatus::Expired, ended.purge_ms));
    assert_eq!(link(&shop, &project.id).await, StatusCode::GONE);
}

#[tokio::test]
async fn what_a_crash_left_undone_is_done_by_the_next_look() {
    let (shop, _) = at_noon().await;
    let project = shop.publish().await;
    // The database says so, and the process dies before the store does.
    assert!(shop.state.db.trash(&project.id, DAY, None).await.unwrap());
    assert_eq!(link(&shop, &project.id).await, StatusCode::FOUND);
    tidy(&shop.state).await.unwrap();
    assert_eq!(link(&shop, &project.id).await, StatusCode::GONE);
}
