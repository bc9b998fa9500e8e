//! A disk without room, and one that takes no writes: a small memory disk in a mount namespace of the server's own.

use std::{path::PathBuf, process::Command};

use app::model::ProjectStatus;
use axum::http::Method;
use reqwest::StatusCode;

use crate::{
    album::{photo, video},
    customer::{Album, Call, Customer, announce, part, site},
    database::new_database,
    process::{Installation, Kinora, UNLIMITED},
};

const MIB: usize = 1 << 20;

/// A server whose files, and SQLite database, are on a disk of so many megabytes.
struct SmallDisk {
    kinora: Installation,
    server: Kinora,
    disk: PathBuf,
}

impl SmallDisk {
    async fn start(megabytes: u32) -> Self {
        let database = new_database().await;
        let kinora = Installation::new(database.as_ref(), &UNLIMITED);
        let disk = kinora.data();
        std::fs::create_dir(&disk).unwrap();
        let mut start = Command::new("unshare");
        let script = r#"mount -t tmpfs -o size="$1"m tmpfs "$2" && shift 2 && exec "$@""#;
        start.args(namespace_options()).args(["sh", "-c", script, "sh", &megabytes.to_string()]).arg(&disk);
        let server = kinora.start_as({
            start.arg(env!("CARGO_BIN_EXE_kinora"));
            start
        });
        Self { kinora, server, disk }
    }

    /// Runs a command as one that sees the disk.
    fn inside(&self, arguments: &[&str]) -> bool {
        let mut enter = Command::new("nsenter");
        enter.args(["--target", &self.server.id().to_string(), "--mount"]);
        if !is_root() {
            enter.args(["--user", "--preserve-credentials"]);
        }
        enter.args(arguments).output().unwrap().status.success()
    }

    fn remount(&self, options: &str) {
        assert!(self.inside(&["mount", "-o", &format!("remount,{options}"), self.disk.to_str().unwrap()]));
    }

    fn customer(&self) -> Customer {
        Customer::new(site(&self.server.url))
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

/// A mount namespace is root's, or a user's with a user namespace.
fn namespace_options() -> &'static [&'static str] {
    if is_root() { &["--mount"] } else { &["--mount", "--user", "--map-root-user"] }
}

#[tokio::test]
async fn a_full_disk_stops_uploads_where_they_are_and_loses_nothing() {
    let small = SmallDisk::start(8).await;
    let customer = small.customer();
    let url = &small.server.url;
    let album = customer.publish(&Album::of(photo(1))).await;
    let project = customer.create().await;
    let mut long = video(90);
    long.resize(16 * MIB, 7);
    customer.ask(&announce(&project, "video-0", long.len())).await;
    let mut there = 0;
    let refused = loop {
        let answer = customer.once(url, &part(&project, "video-0", there, &long[there..there + MIB])).await.unwrap();
        if !answer.status.is_success() {
            break answer;
        }
        there += MIB;
    };
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (507, "storage_full"));
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
    // Not a byte is left for the database either.
    assert!(!small.inside(&["dd", "if=/dev/zero", "bs=4k", &format!("of={}/filler", small.disk.display())]));

    let head = Call::owner(Method::HEAD, &project, "/files/video-0");
    assert_eq!(customer.ask(&head).await.header("upload-offset"), there.to_string());
    let scan = format!("/objects/ar-storage/{}/v1/video-0.mp4", album.id);
    assert_eq!(customer.ask(&Call::get(&scan)).await.body, video(90), "scans go on");
    assert_eq!(customer.ask(&Call::get("/api/currencies")).await.status, StatusCode::OK);
    for _ in 0..3 {
        let trash = customer.once(url, &Call::owner(Method::DELETE, &album, "")).await.unwrap();
        let full = trash.status.as_u16() == 507 && trash.code() == "storage_full";
        assert!(full || trash.status.is_success(), "{trash:?}");
        let back = customer.once(url, &Call::owner(Method::POST, &album, "/restore")).await.unwrap();
        assert!(back.status.as_u16() == 507 || back.status.is_success(), "{back:?}");
    }

    small.remount("size=64m");
    assert!(small.inside(&["rm", &format!("{}/filler", small.disk.display())]));
    assert_eq!(customer.ask(&head).await.header("upload-offset"), there.to_string());
    while there < long.len() {
        let answer = customer.ask(&part(&project, "video-0", there, &long[there..there + MIB])).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
        there += MIB;
    }
    let other = Album { video: long, ..Album::of(photo(2)) };
    customer.upload(&project, "photo-0", &other.photo).await;
    let finish = customer.upload_album(&project, &other, true).await;
    assert_eq!(customer.finish(&project, "complete", &finish).await.status, ProjectStatus::Ready);
    customer.ask(&Call::owner(Method::POST, &album, "/restore")).await;
    assert_eq!(customer.project(&album.id).await.status, ProjectStatus::Ready);
    assert!(!small.kinora.log().contains("the request failed"), "{}", small.kinora.log());
}

#[tokio::test]
async fn a_read_only_disk_is_said_and_scans_go_on() {
    let small = SmallDisk::start(64).await;
    let customer = small.customer();
    let url = &small.server.url;
    let album = customer.publish(&Album::of(photo(1))).await;
    let project = customer.create().await;
    customer.ask(&announce(&project, "video-0", 2 * MIB)).await;
    customer.ask(&part(&project, "video-0", 0, &vec![1; MIB])).await;
    // The disk itself can't be while a database is open for writing on it; a bind mount of the files can.
    let objects = small.disk.join("objects");
    let objects = objects.to_str().unwrap();
    assert!(small.inside(&["mount", "--bind", objects, objects]));
    assert!(small.inside(&["mount", "-o", "remount,bind,ro", objects]));

    let refused = customer.once(url, &part(&project, "video-0", MIB, &vec![2; MIB])).await.unwrap();
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (503, "storage_read_only"));
    let scan = customer.ask(&Call::get(&format!("/ar/view/{}", album.id))).await;
    assert_eq!(scan.status, StatusCode::FOUND);

    assert!(small.inside(&["mount", "-o", "remount,bind,rw", objects]));
    let answer = customer.ask(&part(&project, "video-0", MIB, &vec![2; MIB])).await;
    assert_eq!((answer.status, answer.header("upload-offset")), (StatusCode::NO_CONTENT, "2097152"));
}

#[test]
fn a_data_folder_that_takes_no_writes_is_said_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"mount -t tmpfs tmpfs "$1" && mkdir "$1/data" && mount -o remount,ro "$1" && shift && exec "$@""#;
    let mut start = Command::new("unshare");
    start.args(namespace_options()).args(["sh", "-c", script, "sh"]).arg(folder.path());
    start.args([env!("CARGO_BIN_EXE_kinora"), "serve", "--listen", "127.0.0.1:0", "--data"]);
    let output = start.arg(folder.path().join("data")).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("error: can't"), "{told}");
}
