//! Backups: everything, to either database, whole or not at all.

use std::path::Path;

use app::model::ProjectStatus;
use axum::http::{Method, StatusCode};
use server::{backup, config::Config};

use crate::shop::{Shop, mind, new_database, photo, video};

async fn refusal(shop: &Shop, file: &Path) -> String {
    format!("{:#}", backup::restore(&shop.state, file).await.unwrap_err())
}

#[tokio::test]
async fn what_was_saved_is_there_again_on_either_database() {
    let shop = Shop::open().await;
    let (album, removed, draft) = (shop.publish().await, shop.publish().await, shop.create().await);
    shop.owner(Method::DELETE, &removed, "").await;
    shop.announce(&draft, "video-0", 12).await;
    shop.patch(&draft, "video-0", 0, b"first ").await;
    let file = shop.folder.path().join("backup.tar");
    let saved = backup::write(&shop.state, &file).await.unwrap();
    assert_eq!((saved.projects, saved.files), (3, shop.files().len()));
    assert!(backup::write(&shop.state, &file).await.is_err(), "a backup is never written over");
    let before = shop.project(&album.id).await;

    for database in [None, new_database().await] {
        let choose = |config: &mut Config| config.database_url = database;
        let other = Shop::with(choose).await;
        assert_eq!(backup::restore(&other.state, &file).await.unwrap(), saved);
        let other = other.again().await;
        assert_eq!(other.project(&album.id).await, before);
        assert_eq!(other.get(&format!("/ar/view/{}", album.id)).await.status, StatusCode::FOUND);
        assert_eq!(other.get(&before.targets[0].video).await.body, video(90));
        assert_eq!(other.get(before.mind.as_ref().unwrap()).await.body, mind(&[&photo(1)]));
        assert_eq!(other.files(), shop.files());
        assert_eq!(other.get(&format!("/ar/view/{}", removed.id)).await.status, StatusCode::GONE);
        // Tokens are good, and uploads go on.
        let restored = other.owner(Method::POST, &removed, "/restore").await;
        assert_eq!(restored.json::<app::model::ProjectView>().status, ProjectStatus::Ready);
        assert_eq!(other.patch(&draft, "video-0", 6, b"second").await.header("upload-offset"), "12");

        assert!(refusal(&other, &file).await.contains("new, empty installation"));
    }
}

#[tokio::test]
async fn a_damaged_backup_is_refused_and_nothing_is_shown_of_it() {
    let shop = Shop::open().await;
    let album = shop.publish().await;
    let file = shop.folder.path().join("backup.tar");
    backup::write(&shop.state, &file).await.unwrap();
    let good = std::fs::read(&file).unwrap();
    let video_at = good.windows(64).position(|window| window == &video(90)[1000..1064]).unwrap();
    let mut flipped = good.clone();
    flipped[video_at] ^= 1;
    for (bytes, words) in [(&flipped[..], "damaged"), (&good[..good.len() / 2], ""), (b"no backup at all", "")] {
        std::fs::write(&file, bytes).unwrap();
        let other = Shop::open().await;
        let told = refusal(&other, &file).await;
        assert!(told.contains(words), "{told}");
        assert_eq!(other.get(&format!("/api/ar/projects/{}", album.id)).await.status, StatusCode::NOT_FOUND);
    }
}
