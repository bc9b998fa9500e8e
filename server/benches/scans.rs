//! What phones ask for when they have scanned a code (the redirect, the page, `targets.mind`, the video in ranges), against
//! nginx serving the same files on the same machine, in turns. Needs `nginx` and `wrk`.
//!
//! Fails when fewer than half as many requests are answered as nginx answers, or any is answered with an error.

#![allow(clippy::unwrap_used, reason = "a benchmark ends where something is not as expected")]
#![allow(clippy::print_stdout, reason = "its result")]
#![allow(dead_code, reason = "the fixtures are those of the tests, which use all of them")]

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, ExitCode},
};

use album::encode;
use customer::{Album, Customer, site};
use image::{GrayImage, ImageFormat};
use process::Installation;

#[path = "../tests/fixtures/album.rs"]
mod album;
#[path = "../tests/fixtures/customer.rs"]
mod customer;
#[path = "../../compiler-wasm/tests/it/drawing.rs"]
mod drawing;
#[path = "../tests/fixtures/process.rs"]
mod process;

const ROUNDS: usize = 5;
const SECONDS: u32 = 6;
const CONNECTIONS: u32 = 32;
/// What a phone asks for of a video at a time, in bytes, and the video's size.
const RANGE_BYTES: usize = 1 << 20;
const VIDEO_BYTES: usize = 8 << 20;
const LEAST_RATIO: f64 = 0.5;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let kinora = Installation::new(None, &["--quota-projects", "1000"]);
    let server = kinora.start();
    let drawn = drawing::drawn(1600, 1200, 1);
    let picture = GrayImage::from_raw(1600, 1200, drawn.data).unwrap();
    let mut album = Album::of(encode(&picture.into(), ImageFormat::Jpeg));
    album.video.resize(VIDEO_BYTES, 7);
    let project = Customer::new(site(&server.url)).publish(&album).await;
    let nginx = Nginx::start(kinora.folder.path(), &kinora.data().join("objects"));

    println!(
        "{CONNECTIONS} connections, {SECONDS} s a turn; targets.mind has {} bytes, the longer range {RANGE_BYTES}",
        album.mind.len()
    );
    let mut ratios = Vec::new();
    for round in 1..=ROUNDS {
        let ours = requests_a_second(&server.url, &project.id);
        let theirs = requests_a_second(&nginx.url, &project.id);
        println!("round {round}: {ours:.0} requests/s, nginx {theirs:.0}, ratio {:.2}", ours / theirs);
        ratios.push(ours / theirs);
    }
    ratios.sort_by(f64::total_cmp);
    let median = ratios[ROUNDS / 2];
    let is_good = median >= LEAST_RATIO;
    println!("median ratio {median:.2}, must be at least {LEAST_RATIO}: {}", if is_good { "good" } else { "NOT GOOD" });
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn requests_a_second(url: &str, id: &str) -> f64 {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/scans.lua");
    let mut wrk = Command::new("wrk");
    wrk.args(["--threads", "1", "--connections", &CONNECTIONS.to_string(), "--duration", &format!("{SECONDS}s")]);
    wrk.arg("--script").arg(script).args([url, "--", id, &(RANGE_BYTES - 1).to_string()]);
    let output = wrk.output().expect("wrk is installed");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains("Non-2xx") && !text.contains("Socket errors"), "{url}: {text}");
    let line = text.lines().find_map(|line| line.strip_prefix("Requests/sec:"));
    line.unwrap_or_else(|| panic!("{text}")).trim().parse().unwrap()
}

/// nginx over the same files, with its usual settings for static files; stopped when dropped.
struct Nginx {
    child: Child,
    url: String,
}

impl Nginx {
    fn start(folder: &Path, objects: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let here = folder.join("nginx");
        fs::create_dir(&here).unwrap();
        let (here_text, objects) = (here.display(), objects.display());
        let settings = format!(
            "daemon off;\nworker_processes auto;\npid {here_text}/pid;\nerror_log {here_text}/log;\nuser root;\n\
             events {{ worker_connections 1024; }}\n\
             http {{\n access_log off;\n sendfile on;\n tcp_nopush on;\n keepalive_requests 1000000;\n open_file_cache max=1000;\n \
             types {{ text/html html; video/mp4 mp4; }}\n default_type application/octet-stream;\n \
             client_body_temp_path {here_text}/body;\n proxy_temp_path {here_text}/proxy;\n fastcgi_temp_path {here_text}/fastcgi;\n \
             uwsgi_temp_path {here_text}/uwsgi;\n scgi_temp_path {here_text}/scgi;\n \
             server {{\n  listen 127.0.0.1:{port};\n  location /objects/ {{ alias {objects}/; etag on; }}\n  \
             location ~ ^/ar/view/([a-z0-9-]+)$ {{ return 302 /objects/ar-storage/$1/index.html; }}\n }}\n}}\n"
        );
        let file = here.join("nginx.conf");
        fs::write(&file, settings).unwrap();
        let child = Command::new("nginx").arg("-c").arg(&file).arg("-e").arg(here.join("log")).spawn();
        let child = child.expect("nginx is installed");
        while TcpStream::connect(("127.0.0.1", port)).is_err() {}
        Self { child, url: format!("http://127.0.0.1:{port}") }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-QUIT", &pid]).status();
        let _ = self.child.wait();
    }
}
