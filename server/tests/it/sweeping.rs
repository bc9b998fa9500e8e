//! The sweep: what nothing refers to goes, and nothing else.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use server::sweep::{Found, Sweep, sweep};

use crate::shop::{Shop, photo};

async fn swept(shop: &Shop, dry_run: bool) -> Found {
    sweep(&shop.state, Sweep { dry_run, older_than: Duration::ZERO }).await.unwrap()
}

fn paths(found: &Found) -> Vec<&str> {
    let mut paths: Vec<&str> = found.orphans.iter().map(|(path, _)| path.as_str()).collect();
    paths.sort_unstable();
    paths
}

fn write(shop: &Shop, path: &str) {
    let file = shop.folder.path().join("objects").join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, "12345").unwrap();
}

#[tokio::test]
async fn orphans_go_and_nothing_else() {
    let shop = Shop::open().await;
    let (album, draft) = (shop.publish().await, shop.create().await);
    shop.upload(&draft, "photo-0", &photo(1)).await;
    let kept = shop.files();
    assert_eq!(paths(&swept(&shop, false).await), [""; 0]);
    assert_eq!(shop.files(), kept);

    let nobody = "aaaaaaaaaaaaaaaaaaaa";
    let mut orphans = [
        format!("ar-storage/{}/v99/photo-0.jpg", album.id),
        format!("originals/{}/v99/photo-0", album.id),
        format!("uploads/{}/photo-0/00000000000", album.id),
        format!("ar-storage/{nobody}/pending"),
        format!("uploads/{nobody}/open"),
    ];
    orphans.iter().for_each(|path| write(&shop, path));
    orphans.sort();
    let cut_off = format!("ar-storage/{}/v99/video-0.mp4#1", album.id);
    write(&shop, &cut_off);

    let young = sweep(&shop.state, Sweep { dry_run: false, older_than: Duration::from_secs(3600) }).await.unwrap();
    assert_eq!(paths(&young), [""; 0], "they may be part of something under way");
    let dry = swept(&shop, true).await;
    let (cut, whole): (Vec<&str>, Vec<&str>) = paths(&dry).into_iter().partition(|path| path.ends_with("#1"));
    assert_eq!((cut.len(), whole), (1, orphans.iter().map(String::as_str).collect()));
    assert_eq!(dry.bytes(), 30);
    assert_eq!(shop.files().len(), kept.len() + 6, "a dry run deletes nothing");

    let wet = swept(&shop, false).await;
    assert_eq!(paths(&wet), paths(&dry));
    assert_eq!(shop.files(), kept);
}

#[tokio::test]
async fn an_album_that_the_database_does_not_know_is_kept() {
    let shop = Shop::open().await;
    let index = "ar-storage/aaaaaaaaaaaaaaaaaaaa/index.html";
    write(&shop, index);
    write(&shop, "ar-storage/aaaaaaaaaaaaaaaaaaaa/v1/photo-0.jpg");
    let found = swept(&shop, false).await;
    assert_eq!((paths(&found).len(), found.unknown), (0, vec!["aaaaaaaaaaaaaaaaaaaa".to_owned()]));
    assert_eq!(shop.get("/ar/view/aaaaaaaaaaaaaaaaaaaa").await.status, StatusCode::FOUND);
}

#[tokio::test]
async fn a_link_that_shows_something_else_is_mended() {
    let shop = Shop::open().await;
    let album = shop.publish().await;
    let link = format!("/ar/view/{}", album.id);
    std::fs::remove_file(shop.folder.path().join("objects/ar-storage").join(&album.id).join("index.html")).unwrap();
    assert_eq!(shop.get(&link).await.status, StatusCode::NOT_FOUND);
    assert_eq!(swept(&shop, true).await.unsettled, std::slice::from_ref(&album.id));
    assert_eq!(shop.get(&link).await.status, StatusCode::NOT_FOUND, "a dry run changes nothing");
    swept(&shop, false).await;
    assert_eq!(shop.get(&link).await.status, StatusCode::FOUND);
}

#[tokio::test]
async fn the_version_before_goes_when_nobody_can_be_watching_it() {
    let shop = Shop::open().await;
    let album = shop.publish().await;
    let first = shop.project(&album.id).await;
    shop.owner(Method::POST, &album, "/revision").await;
    let mut finish = shop.upload_browser_album(&album, &[&photo(2)]).await;
    finish.replaces = first.version;
    assert_eq!(shop.finish(&album, "complete", &finish).await.status, StatusCode::OK);
    assert_eq!(shop.get(&first.targets[0].video).await.status, StatusCode::OK);
    swept(&shop, false).await;
    assert_eq!(shop.get(&first.targets[0].video).await.status, StatusCode::NOT_FOUND);
    let now = shop.project(&album.id).await;
    assert_eq!(shop.get(&now.targets[0].video).await.status, StatusCode::OK);
    assert!(!shop.files().iter().any(|file| file.contains(&format!("{}/v{}/", album.id, first.version))));
}
