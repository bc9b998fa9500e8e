//! What the world sees: links, files, codes, pages, headers.

use app::model::ProjectStatus;
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use compiler_wasm::bundle::{Target, decode_bundle};
use sha2::{Digest, Sha256};

use crate::shop::{Shop, video};

#[tokio::test]
async fn both_links_lead_to_the_album() {
    let shop = Shop::open().await;
    let project = shop.publish().await;
    for link in [format!("/ar/view/{}", project.id), format!("/api/ar/view/{}", project.id)] {
        let answer = shop.get(&link).await;
        let index = format!("/objects/ar-storage/{}/index.html", project.id);
        assert_eq!((answer.status, answer.header("location")), (StatusCode::FOUND, index.as_str()));
        let page = shop.get(&index).await;
        assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
        assert!(page.text().contains("Summer"));
        assert_eq!(page.header("x-robots-tag"), "noindex");
        assert_eq!(page.header("cache-control"), "public, no-cache");
    }
}

#[tokio::test]
async fn links_answer_without_the_database() {
    let shop = Shop::open().await;
    let project = shop.publish().await;
    shop.state.db.close().await;
    assert_eq!(shop.get(&format!("/ar/view/{}", project.id)).await.status, StatusCode::FOUND);
    let path = format!("/objects/ar-storage/{}/v1/video-0.mp4", project.id);
    assert_eq!(shop.get(&path).await.body, video(90));
    assert_eq!(shop.get("/ar/view/aaaaaaaaaaaaaaaaaaaa").await.status, StatusCode::NOT_FOUND);
    assert_eq!(shop.get("/healthz").await.text(), "ok");
    assert_eq!(shop.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn absent_albums_have_kind_pages() {
    let shop = Shop::open().await;
    let draft = shop.create().await;
    let removed = shop.publish().await;
    let page = format!("/objects/ar-storage/{}/index.html", removed.id);
    let delete = |token: String| {
        let request = Request::delete(format!("/api/ar/projects/{}", removed.id));
        shop.send(request.header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap())
    };
    assert_eq!(delete(draft.token.clone()).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(delete(removed.token.clone()).await.status, StatusCode::OK);
    assert_eq!(shop.project(&removed.id).await.status, ProjectStatus::Archived);

    for (path, status, words) in [
        (format!("/ar/view/{}", draft.id), StatusCode::NOT_FOUND, "still being prepared"),
        (format!("/ar/view/{}", removed.id), StatusCode::GONE, "has been removed"),
        (page, StatusCode::GONE, "has been removed"),
        (format!("/objects/ar-storage/{}/v1/photo-0.jpg", removed.id), StatusCode::GONE, "has been removed"),
        ("/ar/view/aaaaaaaaaaaaaaaaaaaa".into(), StatusCode::NOT_FOUND, "can&#x27;t find"),
        ("/ar/view/..%2F..%2Fetc".into(), StatusCode::NOT_FOUND, "can&#x27;t find"),
    ] {
        let answer = shop.get(&path).await;
        assert_eq!(answer.status, status, "{path}");
        let text = answer.text().replace("&#39;", "&#x27;").replace('\'', "&#x27;");
        assert!(text.contains(words), "{path}: {text}");
    }
    assert_eq!(shop.get(&format!("/ar/view/{}", draft.id)).await.header("retry-after"), "5");
}

#[tokio::test]
async fn videos_are_sent_in_ranges() {
    let shop = Shop::open().await;
    let project = shop.publish().await;
    let path = format!("/objects/ar-storage/{}/v1/video-0.mp4", project.id);
    let whole = video(90);
    let size = whole.len();
    for (range, from, to) in [
        ("bytes=0-1".to_owned(), 0, 2),
        ("bytes=100-".to_owned(), 100, size),
        ("bytes=-10".to_owned(), size - 10, size),
        (format!("bytes=10-{}", size + 500), 10, size),
    ] {
        let answer = shop.get_with(&path, "range", &range).await;
        assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT, "{range}");
        assert_eq!(answer.body, whole[from..to], "{range}");
        assert_eq!(answer.header("content-range"), format!("bytes {from}-{}/{size}", to - 1), "{range}");
        assert_eq!(answer.header("content-length"), (to - from).to_string());
    }
    let beyond = shop.get_with(&path, "range", &format!("bytes={size}-")).await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(beyond.header("content-range"), format!("bytes */{size}"));
    let plain = shop.get(&path).await;
    assert_eq!((plain.status, plain.header("accept-ranges"), &plain.body), (StatusCode::OK, "bytes", &whole));
    assert_eq!(plain.headers["content-type"], "video/mp4");
    assert_eq!(plain.headers["cache-control"], "public, max-age=31536000, immutable");
    let head = shop.send(Request::head(&path).body(Body::empty()).unwrap()).await;
    assert_eq!((head.status, head.header("content-length").parse()), (StatusCode::OK, Ok(size)));
}

#[tokio::test]
async fn unchanged_files_are_not_sent_again() {
    let shop = Shop::open().await;
    let project = shop.publish().await;
    let path = format!("/objects/ar-storage/{}/v1/targets.mind", project.id);
    let tag = shop.get(&path).await.header("etag").to_owned();
    assert!(tag.len() > 2);
    let known = shop.get_with(&path, "if-none-match", &tag).await;
    assert_eq!((known.status, known.body.len(), known.header("etag")), (StatusCode::NOT_MODIFIED, 0, tag.as_str()));
    assert_eq!(shop.get_with(&path, "if-none-match", "\"other\"").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_viewer_gets_the_pictures_of_the_targets_alone() {
    let shop = Shop::open().await;
    let project = shop.publish().await;
    let get = |file: &str| {
        let path = format!("/objects/ar-storage/{}/v1/{file}", project.id);
        let shop = &shop;
        async move { shop.get(&path).await.body }
    };
    let manifest: serde_json::Value = serde_json::from_slice(&get("manifest.json").await).unwrap();
    assert_eq!((&manifest["mind"], &manifest["viewer"]), (&"targets.mind".into(), &"viewer.mind".into()));
    let (whole, part) = (get("targets.mind").await, get("viewer.mind").await);
    assert!(part.len() * 2 < whole.len(), "{} of {}", part.len(), whole.len());
    let [whole, part] = [whole, part].map(|mind| decode_bundle(&mind).unwrap().targets);
    assert!(part.iter().all(|target| target.keyframes.is_empty()));
    let pictures = |targets: &[Target]| -> Vec<_> {
        let of =
            |target: &Target| target.tracking.iter().map(|copy| (copy.image.clone(), copy.scale)).collect::<Vec<_>>();
        targets.iter().map(|target| (target.width, target.height, of(target))).collect()
    };
    assert_eq!(pictures(&whole), pictures(&part));
}

#[tokio::test]
async fn private_files_are_never_served() {
    let shop = Shop::open().await;
    let project = shop.publish().await;
    let id = &project.id;
    for path in [
        format!("/objects/originals/{id}/v1/photo-0"),
        format!("/objects/ar-storage/{id}/../../originals/{id}/photo-0"),
        format!("/objects/ar-storage/{id}/..%2F..%2Foriginals%2F{id}%2Fphoto-0"),
        format!("/objects/ar-storage/{id}/v1/..%2F..%2F..%2Fkinora.db"),
        format!("/objects/ar-storage/{id}/gone"),
        "/objects/ar-storage/../kinora.db/index.html".to_owned(),
        "/viewer/../BUILD".to_owned(),
        "/assets/x/viewer/viewer.js".to_owned(),
    ] {
        assert_eq!(shop.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_code_holds_the_public_link_in_every_format() {
    let shop = Shop::open().await;
    let project = shop.publish().await;
    let link = format!("https://photos.example/ar/view/{}", project.id);
    let url = |file: &str| format!("/api/ar/projects/{}/{file}", project.id);

    let png = shop.get(&url("qr.png")).await;
    assert_eq!(png.header("content-type"), "image/png");
    let picture = image::load_from_memory(&png.body).unwrap().into_luma8();
    assert!(picture.get_pixel(79, 79).0 == [255], "four modules of white around the code");
    let mut prepared =
        rqrr::PreparedImage::prepare_from_greyscale(picture.width() as usize, picture.height() as usize, |x, y| {
            picture.get_pixel(x as u32, y as u32).0[0]
        });
    let (meta, text) = prepared.detect_grids()[0].decode().unwrap();
    assert_eq!(text, link);
    assert_eq!(meta.ecc_level, 3, "level Q, by its number in the standard");

    let svg = shop.get(&url("qr.svg")).await;
    assert_eq!(svg.header("content-type"), "image/svg+xml");
    assert!(svg.text().starts_with("<svg"));
    let pdf = shop.get(&url("qr.pdf?download")).await;
    assert!(pdf.body.starts_with(b"%PDF") && pdf.text().contains(&link) && pdf.text().contains("mm wide"));
    assert_eq!(pdf.header("content-disposition"), format!("attachment; filename=\"kinora-{}.pdf\"", project.id));
    assert_eq!(shop.get(&url("qr.gif")).await.code(), "not_found");
}

#[tokio::test]
async fn pages_say_where_an_album_stands() {
    let shop = Shop::open().await;
    let project = shop.publish().await;
    let page = shop.get(&format!("/living-photos/{}", project.id)).await;
    assert_eq!(page.status, StatusCode::OK);
    for words in ["It lives!", "qr.svg", "qr.pdf?download", "targets.mind", "noindex", "The lake"] {
        assert!(page.text().contains(words), "{words}");
    }
    for path in ["/living-photos/aaaaaaaaaaaaaaaaaaaa", "/living-photos/x", "/nowhere"] {
        let answer = shop.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.text().contains("nothing here"), "{path}");
    }
    assert_eq!(shop.get("/api/nowhere").await.code(), "not_found");
    assert_eq!(shop.get("/living-photos").await.status, StatusCode::OK);
}

#[tokio::test]
async fn names_are_text_and_not_html() {
    let shop = Shop::open().await;
    let evil = "<script>alert(1)</script>";
    let created = shop.post("/api/ar/projects", None, &serde_json::json!({ "name": evil })).await;
    let id = created.json::<serde_json::Value>()["id"].as_str().unwrap().to_owned();
    let page = shop.get(&format!("/living-photos/{id}")).await.text();
    assert!(!page.contains(evil) && page.contains("&lt;script&gt;"));
    let long = serde_json::json!({ "name": "x".repeat(121) });
    assert_eq!(shop.post("/api/ar/projects", None, &long).await.code(), "name_too_long");
}

#[tokio::test]
async fn every_answer_has_a_strict_policy() {
    let shop = Shop::open().await;
    let project = shop.publish().await;
    for path in ["/", "/living-photos", "/nowhere", "/healthz", "/api/nowhere", "/ar/view/x"] {
        let answer = shop.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains(" 'unsafe-eval'") && !policy.contains("http"),
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
    }
    let viewer = shop.get(&format!("/objects/ar-storage/{}/index.html", project.id)).await;
    assert!(viewer.header("permissions-policy").contains("camera=(self)"));
    assert_eq!(viewer.text().matches("<script").count(), 1, "no inline script");
    // Pages published before have one, an import map, and are served with today's policy: it goes by its digest.
    let map = r#"{"imports":{"three":"/viewer/vendor/three.module.js","three/addons/renderers/CSS3DRenderer.js":"/viewer/vendor/CSS3DRenderer.js"}}"#;
    let digest = base64(&Sha256::digest(map));
    assert!(viewer.header("content-security-policy").contains(&format!("'sha256-{digest}'")), "{digest}");
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits =
        bytes.chunks(3).flat_map(|chunk| {
            let word = chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
            (0..4).map(move |index| {
                if index > chunk.len() { '=' } else { char::from(DIGITS[(word >> (18 - 6 * index) & 63) as usize]) }
            })
        });
    digits.collect()
}
