//! Finishing an album that a browser has compiled.

use app::model::{Finish, Problem, ProjectStatus, ProjectView};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use image::{DynamicImage, ImageFormat, RgbImage};

use crate::shop::{Shop, described, encode, mind, photo, target, video};

#[tokio::test]
async fn what_was_sent_is_published() {
    let shop = Shop::open().await;
    let project = shop.publish().await;
    let view = shop.project(&project.id).await;
    assert_eq!((view.status, view.name.as_str()), (ProjectStatus::Ready, "Summer"));
    assert_eq!(view.link, format!("https://photos.example/ar/view/{}", project.id));
    let target = &view.targets[0];
    assert_eq!((target.name.as_str(), target.width, target.height), ("The lake", 240, 180));
    assert!(target.features > 50);
    assert_eq!(shop.get(&view.mind.unwrap()).await.body, mind(&[&photo(1)]));
    assert_eq!(shop.get(&target.video).await.body, video(90));
    let public = image::load_from_memory(&shop.get(&target.photo).await.body).unwrap();
    assert_eq!((public.width(), public.height()), (240, 180));

    let manifest = shop.get(&format!("/objects/ar-storage/{}/v1/manifest.json", project.id)).await;
    let manifest: serde_json::Value = manifest.json();
    assert_eq!(manifest["name"], "Summer");
    assert_eq!(manifest["targets"][0]["fit"], "contain");
    let uploads = shop.folder.path().join("objects/uploads");
    let left = std::fs::read_dir(uploads).map_or(0, |entries| entries.count());
    assert_eq!(left, 0, "uploads are deleted once they are published");
}

#[tokio::test]
async fn a_published_photo_says_nothing_of_where_it_was_taken() {
    let shop = Shop::open().await;
    let project = shop.create().await;
    let mut with_exif = photo(3);
    let exif = b"\xff\xe1\x00\x1eExif\0\0MM\0*\0\0\0\x08\0\x01\x88\x25\0\x04\0\0\0\x01\0\0\0\0";
    with_exif.splice(2..2, exif.iter().copied());
    let mut finish = shop.upload_album(&project, &[&with_exif]).await;
    finish.files.push(shop.upload(&project, "targets.mind", &mind(&[&with_exif])).await);
    assert_eq!(shop.finish(&project, "complete", &finish).await.status, StatusCode::OK);
    let public = shop.get(&format!("/objects/ar-storage/{}/v1/photo-0.jpg", project.id)).await.body;
    assert!(!public.windows(4).any(|window| window == b"Exif"));
}

#[tokio::test]
async fn finishing_twice_is_answered_as_once_and_otherwise_refused() {
    let shop = Shop::open().await;
    let project = shop.create().await;
    let picture = photo(1);
    let mut finish = shop.upload_album(&project, &[&picture]).await;
    finish.files.push(shop.upload(&project, "targets.mind", &mind(&[&picture])).await);
    let first = shop.finish(&project, "complete", &finish).await;
    let second = shop.finish(&project, "complete", &finish).await;
    assert_eq!(first.json::<ProjectView>(), second.json::<ProjectView>());
    let mut other = finish.clone();
    other.targets[0].name = "Another".into();
    let refused = shop.finish(&project, "complete", &other).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "already_finished"));
    assert_eq!(shop.project(&project.id).await.targets[0].name, "The lake");
}

#[tokio::test]
async fn the_same_finish_sent_thrice_at_once_is_answered_alike() {
    let shop = Shop::open().await;
    let project = shop.create().await;
    let picture = photo(1);
    let mut finish = shop.upload_album(&project, &[&picture]).await;
    finish.files.push(shop.upload(&project, "targets.mind", &mind(&[&picture])).await);
    let send = || shop.finish(&project, "complete", &finish);
    let (a, b, c) = tokio::join!(send(), send(), send());
    let views: Vec<ProjectView> = [a, b, c].iter().map(|answer| answer.json()).collect();
    assert_eq!(views[0].status, ProjectStatus::Ready);
    assert!(views.iter().all(|view| *view == views[0]));
}

#[tokio::test]
async fn two_who_finish_differently_at_once_do_not_both_win() {
    let shop = Shop::open().await;
    let project = shop.create().await;
    let picture = photo(1);
    let mut one = shop.upload_album(&project, &[&picture]).await;
    one.files.push(shop.upload(&project, "targets.mind", &mind(&[&picture])).await);
    let mut two = one.clone();
    two.targets[0].name = "The other".into();
    let (a, b) = tokio::join!(shop.finish(&project, "complete", &one), shop.finish(&project, "complete", &two));
    let winners: Vec<ProjectView> =
        [a, b].iter().filter(|it| it.status == StatusCode::OK).map(|it| it.json()).collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(shop.project(&project.id).await, winners[0]);
}

/// Uploads an album with one file replaced, and gives the problem that finishing meets.
async fn problem_with(name: &str, bytes: &[u8]) -> Problem {
    let shop = Shop::open().await;
    let project = shop.create().await;
    let good = photo(1);
    let mut files = Vec::new();
    for (file, content) in [("photo-0", good.clone()), ("video-0", video(90)), ("targets.mind", mind(&[&good]))] {
        files.push(shop.upload(&project, file, if file == name { bytes } else { &content }).await);
    }
    let finish = Finish { targets: vec![target()], files, replaces: 0 };
    let answer = shop.finish(&project, "complete", &finish).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());

    // Nothing is lost: with the file mended the same draft is published.
    let url = format!("/api/ar/projects/{}/files/{name}", project.id);
    let delete = Request::delete(url).header("authorization", format!("Bearer {}", project.token));
    shop.send(delete.body(Body::empty()).unwrap()).await;
    let content = match name {
        "photo-0" => good.clone(),
        "video-0" => video(90),
        _ => mind(&[&good]),
    };
    let mended = shop.upload(&project, name, &content).await;
    let mut finish = finish;
    finish.files.iter_mut().filter(|file| file.name == name).for_each(|file| *file = mended.clone());
    assert_eq!(shop.finish(&project, "complete", &finish).await.status, StatusCode::OK);
    answer.json()
}

#[tokio::test]
async fn each_bad_file_is_named_with_its_code() {
    let good = photo(1);
    let mut bomb = encode(&DynamicImage::from(RgbImage::new(32, 32)), ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let crc = crc32(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.to_be_bytes());
    let tiny = encode(&DynamicImage::from(RgbImage::new(20, 300)), ImageFormat::Png);
    let other = mind(&[&encode(&DynamicImage::from(RgbImage::new(90, 90)), ImageFormat::Png)]);
    let cases: [(&str, &[u8], &str); 10] = [
        ("photo-0", b"just a text", "unsupported_format"),
        ("photo-0", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported_format"),
        ("photo-0", &good[..good.len() / 2], "undecodable"),
        ("photo-0", &bomb, "image_too_large"),
        ("photo-0", &tiny, "image_too_small"),
        ("video-0", b"not a video", "video_not_mp4"),
        ("video-0", &video(0), "video_empty"),
        ("targets.mind", b"nonsense", "mind_malformed"),
        ("targets.mind", &mind(&[&good])[..500], "mind_truncated"),
        ("targets.mind", &other, "mind_mismatch"),
    ];
    for (name, bytes, code) in cases {
        let problem = problem_with(name, bytes).await;
        assert_eq!((problem.code.as_str(), problem.file.as_deref()), (code, Some(name)));
    }
}

#[tokio::test]
async fn the_list_of_files_must_be_right_and_the_bytes_too() {
    let shop = Shop::open().await;
    let project = shop.create().await;
    let picture = photo(1);
    let mut finish = shop.upload_album(&project, &[&picture]).await;
    assert_eq!(shop.finish(&project, "complete", &finish).await.code(), "file_list");
    finish.files.push(described("targets.mind", b"never sent"));
    assert_eq!(shop.finish(&project, "complete", &finish).await.code(), "file_missing");
    finish.files.pop();
    finish.files.push(shop.upload(&project, "targets.mind", &mind(&[&picture])).await);
    finish.files[0].sha256 = "0".repeat(64);
    assert_eq!(shop.finish(&project, "complete", &finish).await.code(), "digest_mismatch");
    finish.targets.clear();
    assert_eq!(shop.finish(&project, "complete", &finish).await.code(), "target_count");
    let stranger = shop.post(&format!("/api/ar/projects/{}/complete", project.id), None, &finish).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    let nonsense = Request::post(format!("/api/ar/projects/{}/complete", project.id))
        .header("authorization", format!("Bearer {}", project.token))
        .header("content-type", "application/json");
    assert_eq!(shop.send(nonsense.body("{".into()).unwrap()).await.code(), "invalid_json");
    assert_eq!(shop.project(&project.id).await.status, ProjectStatus::Draft);
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}
