//! A server that is asked to stop: what is under way is finished or handed back, within a deadline.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use app::model::ProjectStatus;
use image::{ImageFormat, RgbImage};
use reqwest::StatusCode;

use crate::{
    album::{encode, photo},
    customer::{Album, Call, Customer, announce, site},
    database::new_database,
    process::{Installation, Kinora, UNLIMITED},
};

async fn installation(options: &[&str]) -> Installation {
    Installation::new(new_database().await.as_ref(), &[options, &UNLIMITED].concat())
}

/// Sends the head of an upload and half of its ten bytes, and leaves the rest.
fn half_sent(server: &Kinora, path: &str, token: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).unwrap();
    let head = format!(
        "PATCH {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nTus-Resumable: 1.0.0\r\n\
         Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: 10\r\n\r\nfirst"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_end() {
    let kinora = installation(&["--shutdown-s", "60"]).await;
    let mut server = kinora.start();
    let customer = Customer::new(site(&server.url));
    let project = customer.create().await;
    customer.ask(&announce(&project, "video-0", 10)).await;
    let path = format!("/api/ar/projects/{}/files/video-0", project.id);
    let mut stream = half_sent(&server, &path, &project.token);
    // It is under way when another request, sent later, was answered.
    customer.project(&project.id).await;
    server.terminate();
    // And it is stopping when nobody new is let in.
    while customer.once(&server.url, &Call::get("/readyz")).await.is_ok_and(|answer| answer.status == StatusCode::OK) {}
    stream.write_all(b"other").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 204") && answer.contains("upload-offset: 10"), "{answer}");
    assert!(server.wait().success());
}

#[tokio::test]
async fn whoever_does_not_end_is_not_waited_for_beyond_the_deadline() {
    let kinora = installation(&["--shutdown-s", "1"]).await;
    let mut server = kinora.start();
    let customer = Customer::new(site(&server.url));
    let project = customer.create().await;
    customer.ask(&announce(&project, "video-0", 10)).await;
    let path = format!("/api/ar/projects/{}/files/video-0", project.id);
    let _stream = half_sent(&server, &path, &project.token);
    customer.project(&project.id).await;
    server.terminate();
    assert!(server.wait().success());
}

#[tokio::test]
async fn a_compile_that_runs_is_handed_back_and_done_by_the_next_server() {
    let kinora = installation(&["--compile-threads", "1"]).await;
    let mut server = kinora.start();
    let customer = Customer::new(site(&server.url));
    let level = |x: u32, y: u32, part: u32| ((x / 9 * 7919 + y / 7 * 104_729 + part * 31) % 251) as u8;
    let large = RgbImage::from_fn(3000, 2000, |x, y| image::Rgb([level(x, y, 0), level(x, y, 1), level(x, y, 2)]));
    let large = Album { photo: encode(&large.into(), ImageFormat::Jpeg), ..Album::of(photo(1)) };
    let project = customer.queue(&large).await;
    while customer.project(&project.id).await.status == ProjectStatus::Queued {}
    server.terminate();
    assert!(server.wait().success());

    let server = kinora.start();
    let customer = Customer::new(site(&server.url));
    customer.wait_until_ready(&project).await;
    let compiles = kinora.logged("compiled");
    assert_eq!(compiles.len(), 1, "{}", kinora.log());
    assert_eq!(compiles[0]["attempt"], 1, "a try that was handed back does not count");
}
