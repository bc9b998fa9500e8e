//! Compiles that the server does.

use app::model::{Finish, ProjectCreated, ProjectStatus, ProjectView};
use axum::http::{Request, StatusCode};

use crate::shop::{Shop, described, mind, photo, target, video};

async fn queue(shop: &Shop, photos: &[&[u8]]) -> (ProjectCreated, Finish) {
    let project = shop.create().await;
    let finish = shop.upload_album(&project, photos).await;
    let answer = shop.finish(&project, "compile", &finish).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    (project, finish)
}

#[tokio::test]
async fn the_server_compiles_the_bytes_that_a_browser_would() {
    let shop = Shop::open().await;
    let (one, two) = (photo(1), photo(2));
    let (project, finish) = queue(&shop, &[&one, &two]).await;
    assert_eq!(shop.project(&project.id).await.status, ProjectStatus::Queued);
    let again = shop.finish(&project, "compile", &finish).await;
    assert_eq!(again.json::<ProjectView>().status, ProjectStatus::Queued);
    let stop = shop.start_runners();
    let view = shop.wait_for_end(&project.id).await;
    stop.cancel();
    assert_eq!(view.status, ProjectStatus::Ready, "{:?}", view.failure);
    assert_eq!(shop.get(&view.mind.unwrap()).await.body, mind(&[&one, &two]));
    assert_eq!(shop.get(&view.targets[1].video).await.body, video(90));
}

#[tokio::test]
async fn a_queue_survives_its_server() {
    let shop = Shop::open().await;
    let (project, _) = queue(&shop, &[&photo(1)]).await;
    // A runner that takes the compile and is never heard of again.
    let claim = shop.state.db.claim_compile().await.unwrap().unwrap();
    assert!(shop.state.db.claim_compile().await.unwrap().is_none(), "nobody else has it meanwhile");
    assert!(shop.state.db.hand_back(&claim).await.unwrap());
    shop.state.db.close().await;

    let shop = shop.again().await;
    let stop = shop.start_runners();
    assert_eq!(shop.wait_for_end(&project.id).await.status, ProjectStatus::Ready);
    stop.cancel();
    let late = shop.state.db.renew(&claim).await.unwrap();
    assert!(!late, "the first runner comes too late");
}

#[tokio::test]
async fn what_was_checked_is_what_is_published() {
    let shop = Shop::open().await;
    let (project, _) = queue(&shop, &[&photo(1)]).await;
    assert_eq!(shop.patch(&project, "video-0", 0, b"another").await.code(), "already_finished");
    let part = shop.folder.path().join("objects/uploads").join(&project.id).join("video-0/00000000000");
    let tampered = video(90).iter().map(|byte| byte ^ 1).collect::<Vec<u8>>();
    std::fs::write(part, tampered).unwrap();
    let stop = shop.start_runners();
    let view = shop.wait_for_end(&project.id).await;
    stop.cancel();
    assert_eq!((view.status, view.failure.unwrap().code.as_str()), (ProjectStatus::Failed, "digest_mismatch"));
    assert_eq!(shop.get(&format!("/ar/view/{}", project.id)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn one_of_many_runners_takes_a_compile() {
    let shop = Shop::open().await;
    queue(&shop, &[&photo(1)]).await;
    let claims = futures::future::join_all((0..16).map(|_| shop.state.db.claim_compile())).await;
    assert_eq!(claims.into_iter().filter(|claim| claim.as_ref().unwrap().is_some()).count(), 1);
}

#[tokio::test]
async fn a_failure_is_readable_and_can_be_tried_again() {
    let shop = Shop::open().await;
    let (project, finish) = queue(&shop, &[&photo(1)]).await;
    let files = shop.folder.path().join("objects/uploads").join(&project.id).join("photo-0");
    let kept = std::fs::read_dir(&files).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let aside = shop.folder.path().join("aside");
    std::fs::rename(&files, &aside).unwrap();
    let stop = shop.start_runners();
    let view = shop.wait_for_end(&project.id).await;
    let failure = view.failure.expect("a reason");
    assert_eq!((view.status, failure.code.as_str()), (ProjectStatus::Failed, "file_missing"));
    assert!(failure.detail.contains("photo-0"));
    assert!(shop.get(&format!("/living-photos/{}", project.id)).await.text().contains("file_missing"));

    std::fs::rename(&aside, &files).unwrap();
    assert_eq!(std::fs::read_dir(&files).unwrap().count(), kept.len());
    let again = shop.finish(&project, "compile", &finish).await;
    assert_eq!(again.status, StatusCode::ACCEPTED, "{}", again.text());
    assert_eq!(shop.wait_for_end(&project.id).await.status, ProjectStatus::Ready);
    stop.cancel();
}

#[tokio::test]
async fn bad_photos_are_refused_before_they_are_queued() {
    let shop = Shop::open().await;
    let project = shop.create().await;
    let mut files = vec![shop.upload(&project, "photo-0", b"just a text").await];
    files.push(shop.upload(&project, "video-0", &video(90)).await);
    let finish = Finish { targets: vec![target()], files, replaces: 0 };
    let answer = shop.finish(&project, "compile", &finish).await;
    assert_eq!(answer.code(), "unsupported_format");
    assert_eq!(shop.project(&project.id).await.status, ProjectStatus::Draft);
    let missing = Finish {
        targets: vec![target()],
        files: vec![described("photo-0", b""), described("video-0", b"")],
        replaces: 0,
    };
    assert_eq!(shop.finish(&project, "compile", &missing).await.code(), "digest_mismatch");
}

/// A form as a browser without JavaScript sends it.
fn form(photo: &[u8]) -> Request<axum::body::Body> {
    let mut body = b"--B\r\ncontent-disposition: form-data; name=\"name\"\r\n\r\nFor Ann\r\n".to_vec();
    for (name, bytes) in [("photo", photo), ("video", &video(90))] {
        let head = format!("--B\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"x\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--B--\r\n");
    Request::post("/living-photos").header("content-type", "multipart/form-data; boundary=B").body(body.into()).unwrap()
}

#[tokio::test]
async fn the_plain_form_needs_no_script() {
    let shop = Shop::open().await;
    let answer = shop.send(form(&photo(1))).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let page = answer.header("location").to_owned();
    let waiting = shop.get(&page).await.text();
    assert!(waiting.contains("For Ann") && waiting.contains("http-equiv=\"refresh\""));
    let id = page.rsplit('/').next().unwrap();
    let stop = shop.start_runners();
    assert_eq!(shop.wait_for_end(id).await.status, ProjectStatus::Ready);
    stop.cancel();
}

#[tokio::test]
async fn the_plain_form_says_what_is_wrong() {
    let shop = Shop::open().await;
    let answer = shop.send(form(b"just a text")).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("save it as one of these"), "{}", answer.text());
}
