//! Files that arrive by tus, in parts, from whoever holds the token.

use app::model::{CHUNK_BYTES_MAX, ProjectCreated};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use crate::shop::{Answer, Shop};

async fn head(shop: &Shop, project: &ProjectCreated) -> (String, String) {
    let answer = shop.owner(Method::HEAD, project, "/files/video-0").await;
    (answer.header("upload-offset").to_owned(), answer.header("upload-length").to_owned())
}

#[tokio::test]
async fn an_upload_goes_on_where_it_was_cut_off() {
    let shop = Shop::open().await;
    let project = shop.create().await;
    assert_eq!(shop.owner(Method::HEAD, &project, "/files/video-0").await.status, StatusCode::NOT_FOUND);
    let announced = shop.announce(&project, "video-0", 12).await;
    assert_eq!((announced.status, announced.header("upload-offset")), (StatusCode::CREATED, "0"));
    assert_eq!(announced.header("location"), format!("/api/ar/projects/{}/files/video-0", project.id));
    assert_eq!(shop.patch(&project, "video-0", 0, b"first ").await.header("upload-offset"), "6");
    assert_eq!(head(&shop, &project).await, ("6".into(), "12".into()));

    // The answer was lost, the client sends the part again, and is told where to go on.
    let again = shop.patch(&project, "video-0", 0, b"first ").await;
    assert_eq!((again.status, again.header("upload-offset")), (StatusCode::CONFLICT, "6"));
    assert_eq!(again.code(), "offset_mismatch");

    assert_eq!(shop.patch(&project, "video-0", 6, b"second").await.status, StatusCode::NO_CONTENT);
    assert_eq!(head(&shop, &project).await, ("12".into(), "12".into()));
    assert_eq!(shop.patch(&project, "video-0", 12, b"more").await.code(), "file_too_large");

    assert_eq!(shop.owner(Method::DELETE, &project, "/files/video-0").await.status, StatusCode::NO_CONTENT);
    assert_eq!(shop.patch(&project, "video-0", 0, b"first ").await.code(), "upload_not_begun");
}

#[tokio::test]
async fn a_file_announced_again_begins_anew() {
    let shop = Shop::open().await;
    let project = shop.create().await;
    shop.upload(&project, "video-0", b"the first one").await;
    assert_eq!(shop.announce(&project, "video-0", 6).await.status, StatusCode::CREATED);
    assert_eq!(head(&shop, &project).await, ("0".into(), "6".into()));
    shop.patch(&project, "video-0", 0, b"second").await;
    assert_eq!(head(&shop, &project).await, ("6".into(), "6".into()));
}

/// A PATCH of five bytes with headers of its own.
async fn patch_with(shop: &Shop, project: &ProjectCreated, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::patch(format!("/api/ar/projects/{}/files/photo-0", project.id))
        .header("authorization", format!("Bearer {}", project.token));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    shop.send(request.body("bytes".into()).unwrap()).await
}

#[tokio::test]
async fn bytes_are_held_against_their_checksum() {
    let shop = Shop::open().await;
    let project = shop.create().await;
    shop.announce(&project, "photo-0", 5).await;
    let good = format!("sha256 {}", STANDARD.encode(Sha256::digest("bytes")));
    let bad = format!("sha256 {}", STANDARD.encode(Sha256::digest("other")));
    let send = async |checksum: &str| {
        let octets = ("content-type", "application/offset+octet-stream");
        let headers = [("tus-resumable", "1.0.0"), octets, ("upload-offset", "0"), ("upload-checksum", checksum)];
        patch_with(&shop, &project, &headers).await
    };
    let refused = send(&bad).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (460, "checksum_mismatch"));
    assert_eq!(send("md5 abcd").await.code(), "checksum_algorithm");
    assert_eq!(send(&good).await.header("upload-offset"), "5", "nothing of the damaged part was kept");
}

#[tokio::test]
async fn the_protocol_is_kept_to() {
    let shop = Shop::open().await;
    let project = shop.create().await;
    shop.announce(&project, "photo-0", 5).await;
    let (tus, octets) = (("tus-resumable", "1.0.0"), ("content-type", "application/offset+octet-stream"));
    let other = patch_with(&shop, &project, &[("tus-resumable", "0.2.2"), octets, ("upload-offset", "0")]).await;
    assert_eq!((other.status, other.header("tus-version")), (StatusCode::PRECONDITION_FAILED, "1.0.0"));
    assert_eq!((other.header("tus-resumable"), other.code().as_str()), ("1.0.0", "tus_version"));
    let untyped = patch_with(&shop, &project, &[tus, ("content-type", "text/plain"), ("upload-offset", "0")]).await;
    assert_eq!((untyped.status, untyped.code().as_str()), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "upload_content_type"));
    assert_eq!(patch_with(&shop, &project, &[tus, octets]).await.code(), "upload_offset");
    assert_eq!(patch_with(&shop, &project, &[tus, octets, ("upload-offset", "-1")]).await.code(), "upload_offset");

    let options = shop.send(Request::options("/api/ar/projects/x/files").body(Body::empty()).unwrap()).await;
    assert_eq!((options.status, options.header("tus-version")), (StatusCode::NO_CONTENT, "1.0.0"));
    assert_eq!(options.header("tus-extension"), "creation,creation-with-upload,checksum,termination");
    assert_eq!(options.header("tus-checksum-algorithm"), "sha256");

    let unnamed = Request::post(format!("/api/ar/projects/{}/files", project.id));
    let unnamed = unnamed.header("authorization", format!("Bearer {}", project.token)).header("tus-resumable", "1.0.0");
    let answer = shop.send(unnamed.header("upload-length", "5").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.code(), "upload_metadata");
}

#[tokio::test]
async fn a_small_file_goes_in_one_request() {
    let shop = Shop::open().await;
    let project = shop.create().await;
    let with_upload = Request::post(format!("/api/ar/projects/{}/files", project.id))
        .header("authorization", format!("Bearer {}", project.token))
        .header("tus-resumable", "1.0.0")
        .header("content-type", "application/offset+octet-stream")
        .header("upload-length", "8")
        .header("upload-metadata", format!("filename {}", STANDARD.encode("video-0")));
    let answer = shop.send(with_upload.body("five5".into()).unwrap()).await;
    assert_eq!((answer.status, answer.header("upload-offset")), (StatusCode::CREATED, "5"));
    assert_eq!(head(&shop, &project).await, ("5".into(), "8".into()));

    let put = Request::put(format!("/api/ar/projects/{}/files/video-0", project.id));
    let put = put.header("authorization", format!("Bearer {}", project.token));
    assert_eq!(shop.send(put.body("whole".into()).unwrap()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(head(&shop, &project).await, ("5".into(), "5".into()));
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
    let shop = Shop::with(|config| config.quota_project_mb = 100).await;
    let project = shop.create().await;
    for name in ["index.html", "photo-100", "photo-01", "../../secret", "photo-0/..", "targets.mind.br"] {
        assert_eq!(shop.announce(&project, name, 1).await.code(), "file_name", "{name}");
        let answer = shop.patch(&project, &name.replace('/', "%2F"), 0, b"x").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{name}");
    }
    assert_eq!(shop.announce(&project, "photo-0", 0).await.code(), "file_empty");
    assert_eq!(shop.announce(&project, "photo-0", (40 << 20) + 1).await.code(), "file_too_large");
    assert_eq!(shop.announce(&project, "video-0", 90_000_000).await.status, StatusCode::CREATED);
    assert_eq!(shop.announce(&project, "video-1", 20_000_000).await.code(), "project_too_large");
    assert_eq!(
        shop.announce(&project, "video-0", 20_000_000).await.status,
        StatusCode::CREATED,
        "in place of the first"
    );
    assert_eq!(shop.announce(&project, "video-1", 20_000_000).await.status, StatusCode::CREATED);

    let too_much = vec![0; usize::try_from(CHUNK_BYTES_MAX).unwrap() + 1];
    let answer = shop.patch(&project, "video-0", 0, &too_much).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "chunk_too_large"));
    let flood = vec![0; 3 * too_much.len()];
    assert_eq!(shop.patch(&project, "video-0", 0, &flood).await.code(), "body_too_large");
    shop.announce(&project, "photo-0", 4).await;
    assert_eq!(shop.patch(&project, "photo-0", 0, b"more than announced").await.code(), "file_too_large");
}

#[tokio::test]
async fn an_address_uploads_so_much_a_day() {
    let shop = Shop::with(|config| (config.quota_upload_mb, config.quota_projects) = (1, 2)).await;
    let project = shop.create().await;
    shop.announce(&project, "video-0", 2_000_000).await;
    assert_eq!(shop.patch(&project, "video-0", 0, &vec![0; 700_000]).await.status, StatusCode::NO_CONTENT);
    let refused = shop.patch(&project, "video-0", 700_000, &vec![0; 700_000]).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "quota_exceeded"));
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
    assert_eq!(head(&shop, &project).await.0, "700000", "what has arrived is kept");
    shop.create().await;
    let third = shop.post("/api/ar/projects", None, &serde_json::json!({ "name": "" })).await;
    assert_eq!((third.status, third.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "quota_exceeded"));
}

#[tokio::test]
async fn nothing_is_uploaded_to_a_published_album() {
    let shop = Shop::open().await;
    let project = shop.publish().await;
    let answer = shop.announce(&project, "photo-0", 7).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "already_finished"));
    assert_eq!(shop.patch(&project, "photo-0", 0, b"another").await.code(), "already_finished");
}
