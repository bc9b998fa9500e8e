//! Files that arrive, in parts, from whoever holds the token.

use app::model::CHUNK_BYTES_MAX;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};

use crate::shop::Shop;

#[tokio::test]
async fn an_upload_goes_on_where_it_was_cut_off() {
    let shop = Shop::open().await;
    let project = shop.create().await;
    let head = || async {
        let url = format!("/api/ar/projects/{}/files/video-0", project.id);
        let request = Request::head(url).header("authorization", format!("Bearer {}", project.token));
        let answer = shop.send(request.body(Body::empty()).unwrap()).await;
        (answer.header("upload-offset").to_owned(), answer.header("upload-complete").to_owned())
    };
    assert_eq!(head().await, ("0".into(), "?0".into()));
    assert_eq!(shop.patch(&project, "video-0", 0, b"first ", false).await.status, StatusCode::NO_CONTENT);
    assert_eq!(head().await, ("6".into(), "?0".into()));

    // The answer was lost, the client sends the part again, and is told where to go on.
    let again = shop.patch(&project, "video-0", 0, b"first ", false).await;
    assert_eq!((again.status, again.header("upload-offset")), (StatusCode::CONFLICT, "6"));
    assert_eq!(again.code(), "offset_mismatch");

    assert_eq!(shop.patch(&project, "video-0", 6, b"second", true).await.status, StatusCode::NO_CONTENT);
    assert_eq!(head().await, ("12".into(), "?1".into()));
    assert_eq!(shop.patch(&project, "video-0", 12, b"more", true).await.code(), "offset_mismatch");

    let url = format!("/api/ar/projects/{}/files/video-0", project.id);
    let delete = Request::delete(url).header("authorization", format!("Bearer {}", project.token));
    assert_eq!(shop.send(delete.body(Body::empty()).unwrap()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(head().await, ("0".into(), "?0".into()));
}

#[tokio::test]
async fn only_the_owner_uploads() {
    let shop = Shop::open().await;
    let (mine, other) = (shop.create().await, shop.create().await);
    for token in ["", "Bearer ", "Bearer wrong", &format!("Bearer {}", other.token)] {
        for method in [Method::HEAD, Method::PATCH, Method::PUT, Method::DELETE] {
            let request = Request::builder().method(&method).uri(format!("/api/ar/projects/{}/files/photo-0", mine.id));
            let request = request.header("authorization", token).header("upload-offset", "0");
            let answer = shop.send(request.body("x".into()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} with {token:?}");
        }
    }
}

#[tokio::test]
async fn names_and_sizes_have_limits() {
    let shop = Shop::open().await;
    let project = shop.create().await;
    for name in ["index.html", "photo-100", "photo-01", "..%2F..%2Fsecret", "photo-0%2F..", "targets.mind.br"] {
        let answer = shop.patch(&project, name, 0, b"x", true).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{name}");
    }
    let too_much = vec![0; usize::try_from(CHUNK_BYTES_MAX).unwrap() + 1];
    let answer = shop.patch(&project, "video-0", 0, &too_much, true).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "chunk_too_large"));
    let flood = vec![0; 3 * too_much.len()];
    assert_eq!(shop.patch(&project, "video-0", 0, &flood, true).await.code(), "body_too_large");
    let mut offset = 0;
    let answer = loop {
        let answer = shop.patch(&project, "photo-0", offset, &too_much[1..], false).await;
        if answer.status != StatusCode::NO_CONTENT {
            break answer;
        }
        offset += too_much.len() - 1;
    };
    assert_eq!(answer.code(), "file_too_large");
    assert_eq!(offset, 40 << 20);
}

#[tokio::test]
async fn nothing_is_uploaded_to_a_published_album() {
    let shop = Shop::open().await;
    let project = shop.publish().await;
    let answer = shop.patch(&project, "photo-0", 0, b"another", true).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "already_finished"));
}
