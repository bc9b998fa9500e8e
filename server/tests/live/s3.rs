//! On an object store that speaks S3.

use app::model::{Finish, ProjectStatus, ProjectView};
use axum::http::Method;
use reqwest::StatusCode;

use crate::{
    album::{described, photo, target, video},
    customer::{Album, Call, Customer, site},
    database::new_database,
    process::{Installation, UNLIMITED},
    s3_server::S3Server,
};

async fn on_s3(store: &S3Server) -> Installation {
    let variables = store.variables();
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    Installation::new(new_database().await.as_ref(), &UNLIMITED).with(&variables)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn albums_live_on_s3_as_they_do_in_a_folder() {
    let store = S3Server::start().await;
    let kinora = on_s3(&store).await;
    let server = kinora.start();
    let customer = Customer::new(site(&server.url));
    let mut album = Album::of(photo(1));
    // Larger than a part of a multipart write.
    album.video.resize(12 << 20, 9);
    let project = customer.publish(&album).await;
    let first: ProjectView = customer.project(&project.id).await;
    let scan = customer.ask(&Call::get(&format!("/ar/view/{}", project.id))).await;
    let index = scan.header("location").to_owned();
    assert_eq!(scan.status, StatusCode::FOUND);
    assert!(String::from_utf8(customer.ask(&Call::get(&index)).await.body).unwrap().contains("Summer"));
    assert_eq!(customer.ask(&Call::get(first.mind.as_ref().unwrap())).await.body, album.mind);
    let video_url = &first.targets[0].video;
    let whole = customer.ask(&Call::get(video_url)).await;
    assert!(whole.body == album.video, "the whole video");
    let range = customer.ask(&Call::get(video_url).header("range", "bytes=0-1")).await;
    assert_eq!((range.status, &range.body[..]), (StatusCode::PARTIAL_CONTENT, &album.video[..2]));
    let known = customer.ask(&Call::get(video_url).header("if-none-match", whole.header("etag"))).await;
    assert_eq!((known.status, known.header("etag")), (StatusCode::NOT_MODIFIED, whole.header("etag")));

    let compiled = customer.queue(&Album::of(photo(3))).await;
    assert_eq!(customer.wait_until_ready(&compiled).await.status, ProjectStatus::Ready);

    customer.ask(&Call::owner(Method::POST, &project, "/revision")).await;
    let new = Album::of(photo(2));
    customer.upload(&project, "photo-0", &new.photo).await;
    customer.upload(&project, "targets.mind", &new.mind).await;
    let files = [("photo-0", &new.photo), ("video-0", &album.video), ("targets.mind", &new.mind)];
    let files = files.iter().map(|(name, bytes)| described(name, bytes)).collect();
    let finish = Finish { targets: vec![target()], files, replaces: first.version };
    let second = customer.finish(&project, "complete", &finish).await;
    assert!(
        customer.ask(&Call::get(&second.targets[0].video)).await.body == album.video,
        "kept from the version before"
    );
    assert_eq!(customer.ask(&Call::get(&second.mind.unwrap())).await.body, new.mind);

    customer.ask(&Call::owner(Method::DELETE, &project, "?forever=true")).await;
    let gone = customer.ask(&Call::get(&format!("/ar/view/{}", project.id))).await;
    assert_eq!(gone.status, StatusCode::GONE);
    let swept = kinora.run(&["gc", "--dry-run", "--older-than-hours", "0"]);
    assert!(swept.status.success(), "{}", String::from_utf8_lossy(&swept.stderr));
    let told = String::from_utf8(swept.stdout).unwrap();
    assert!(told.contains("0 files of 0 bytes would be deleted"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_does_not_answer_is_said_and_everything_goes_on_with_it() {
    let mut store = S3Server::start().await;
    let kinora = on_s3(&store).await;
    let server = kinora.start();
    let customer = Customer::new(site(&server.url));
    let album = customer.publish(&Album::of(photo(1))).await;
    let project = customer.create().await;
    store.stop().await;
    let refused = customer.once(&server.url, &crate::customer::announce(&project, "photo-0", 5)).await.unwrap();
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (503, "storage_unavailable"));
    let scan = customer.once(&server.url, &Call::get(&format!("/ar/view/{}", album.id))).await.unwrap();
    assert_eq!(scan.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(String::from_utf8(scan.body).unwrap().contains("storage_unavailable"));
    assert_eq!(customer.ask(&Call::get("/api/currencies")).await.status, StatusCode::OK);
    let ready = customer.once(&server.url, &Call::get("/readyz")).await.unwrap();
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    store.resume().await;
    let finish = customer.upload_album(&project, &Album::of(photo(2)), true).await;
    assert_eq!(customer.finish(&project, "complete", &finish).await.status, ProjectStatus::Ready);
    let scan = customer.ask(&Call::get(&format!("/ar/view/{}", album.id))).await;
    assert_eq!(scan.status, StatusCode::FOUND);
    let video_url = format!("/objects/ar-storage/{}/v1/video-0.mp4", album.id);
    assert_eq!(customer.ask(&Call::get(&video_url)).await.body, video(90));
}
