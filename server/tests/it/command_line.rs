//! `kinora` as a process: results, exit codes, and no file left behind.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use compiler_wasm::bundle::decode_bundle;

use crate::shop::{mind, photo};

fn kinora(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kinora")).current_dir(folder).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn compile_tells_what_it_found() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.jpg"), photo(1)).unwrap();
    fs::write(folder.path().join("b.jpg"), photo(2)).unwrap();
    let output = kinora(folder.path(), &["compile", "a.jpg", "b.jpg", "-o", "out.mind", "--json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let summary: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let bytes = fs::read(folder.path().join("out.mind")).unwrap();
    assert_eq!(bytes, mind(&[&photo(1), &photo(2)]));
    assert_eq!(summary["bytes"], bytes.len());
    assert!(summary["total_ms"].as_f64().unwrap() > 0.0);
    let first = &summary["photos"][0];
    assert_eq!(
        (first["file"].as_str(), first["width"].as_u64(), first["height"].as_u64()),
        (Some("a.jpg"), Some(240), Some(180))
    );
    for count in ["keyframes", "features", "tracking_points"] {
        assert!(first[count].is_u64(), "{count}");
    }
    let stages: Vec<&String> = first["stages_ms"].as_object().unwrap().keys().collect();
    assert_eq!(stages, ["cluster", "decode", "describe", "detect", "encode", "resize", "track"]);

    let inspected = kinora(folder.path(), &["inspect", "out.mind", "--json"]);
    let inspected: serde_json::Value = serde_json::from_str(&stdout(&inspected)).unwrap();
    assert_eq!(inspected["targets"][0]["features"], first["features"]);
    assert!(stdout(&kinora(folder.path(), &["inspect", "out.mind"])).contains("2 targets"));
}

#[test]
fn compile_for_the_viewer_leaves_the_pictures() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.jpg"), photo(1)).unwrap();
    let output = kinora(folder.path(), &["compile", "a.jpg", "-o", "viewer.mind", "--for-viewer"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let part = decode_bundle(&fs::read(folder.path().join("viewer.mind")).unwrap()).unwrap().targets;
    let whole = decode_bundle(&mind(&[&photo(1)])).unwrap().targets;
    assert_eq!(part, [whole[0].pictures()]);
}

#[test]
fn the_first_admin_is_made_on_the_command_line_with_a_password_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let admin = |verb: &[&str], password: &str| {
        let arguments = [&["admin"], verb, &["--data", "data"]].concat();
        let mut command = Command::new(env!("CARGO_BIN_EXE_kinora"));
        command.current_dir(folder.path()).args(arguments).env_remove("DATABASE_URL");
        let mut kinora = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        kinora.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        kinora.wait_with_output().unwrap()
    };
    let create = ["create", "--email", "Ani@shop.example", "--name", "Ani"];
    let short = admin(&create, "short\n");
    assert_eq!(short.status.code(), Some(3));
    assert!(stderr(&short).contains("password_length"), "{}", stderr(&short));
    let made = admin(&create, "correct horse battery\n");
    assert!(made.status.success(), "{}", stderr(&made));
    assert!(!stdout(&made).contains("horse") && stdout(&made).contains("can log in"), "{}", stdout(&made));
    let again = admin(&create, "correct horse battery\n");
    assert_eq!(again.status.code(), Some(3));
    assert!(stderr(&again).contains("email_taken"), "{}", stderr(&again));

    let known = ["password", "--email", "ani@shop.example"];
    assert!(admin(&known, "battery horse correct\n").status.success());
    let unknown = admin(&["password", "--email", "nobody@shop.example"], "battery horse correct\n");
    assert_eq!(unknown.status.code(), Some(3));
    assert!(stderr(&unknown).contains("not_found"), "{}", stderr(&unknown));
    let bad = admin(&["create", "--email", "no address", "--name", "Ani"], "battery horse correct\n");
    assert_eq!(bad.status.code(), Some(2));
}

#[test]
fn what_fails_leaves_no_file_and_an_exit_code_that_says_why() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("good.jpg"), photo(1)).unwrap();
    fs::write(folder.path().join("text.jpg"), "just a text").unwrap();
    let cases: [(&[&str], i32, &str); 7] = [
        (&["compile", "good.jpg", "text.jpg", "-o", "out.mind"], 3, "unsupported_format"),
        (&["compile", "absent.jpg", "-o", "out.mind"], 4, "absent.jpg"),
        (&["compile", "good.jpg", "-o", "no/such/folder/out.mind"], 4, "out.mind"),
        (&["compile"], 2, "PHOTO"),
        (&["inspect", "text.jpg"], 3, "mind_malformed"),
        (&["qr", "https://photos.example", "-o", "code.gif"], 3, "qr_format"),
        (&["nonsense"], 2, "nonsense"),
    ];
    for (arguments, code, words) in cases {
        let output = kinora(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(words), "{arguments:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["good.jpg", "text.jpg"]);
}

#[test]
fn small_photos_can_be_enlarged_without_holes() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.jpg"), photo(1)).unwrap();
    for mode in ["exact", "filled"] {
        let output = kinora(folder.path(), &["compile", "a.jpg", "-o", &format!("{mode}.mind"), "--upscaling", mode]);
        assert!(output.status.success());
    }
    let image = |mode: &str| {
        let bytes = fs::read(folder.path().join(format!("{mode}.mind"))).unwrap();
        decode_bundle(&bytes).unwrap().targets[0].tracking[0].image.clone()
    };
    let black_rows =
        |mode: &str| (0..image(mode).height).filter(|&y| image(mode).row(y).iter().all(|&level| level == 0)).count();
    assert!(black_rows("exact") > 0);
    assert_eq!(black_rows("filled"), 0);
}

#[test]
fn qr_writes_each_format() {
    let folder = tempfile::tempdir().unwrap();
    for (file, magic) in [("code.svg", "<svg"), ("code.pdf", "%PDF"), ("code.png", "\u{fffd}PNG")] {
        let output = kinora(folder.path(), &["qr", "https://photos.example/ar/view/abc", "-o", file]);
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(stdout(&output).contains("mm wide"));
        let bytes = fs::read(folder.path().join(file)).unwrap();
        assert!(String::from_utf8_lossy(&bytes).starts_with(magic), "{file}");
    }
}

#[test]
fn a_full_standard_output_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_kinora"))
        .current_dir(folder.path())
        .args(["qr", "https://photos.example", "-o", "code.svg"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
}

#[test]
fn help_explains_itself() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["serve", "compile", "inspect", "qr", "gc", "backup", "restore", "project"] {
        let output = kinora(folder.path(), &[command, "--help"]);
        assert!(output.status.success());
        assert!(stdout(&output).contains("Exit codes"), "{command}");
    }
}

#[test]
fn serve_shows_what_it_was_told_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres://shop:pa55word@db.example/kinora";
    let arguments = ["serve", "--print-config", "--database-url", url, "--metrics-token", "s3cret-s3cret-s3cret"];
    let output = kinora(folder.path(), &arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    for line in [
        "database-url = postgres://shop:hidden@db.example/kinora",
        "metrics-token = (hidden)",
        "db-connections = 8",
        "db-acquire-ms = 5000",
        "db-idle-s = 600",
        "db-busy-ms = 5000",
        "db-statement-ms = 45000",
    ] {
        assert!(text.lines().any(|shown| shown == line), "{line} in {text}");
    }
    assert!(!text.contains("pa55word") && !text.contains("s3cret"), "{text}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is begun");
}

/// `kinora serve` on a free port, killed when dropped.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut serve = Command::new(env!("CARGO_BIN_EXE_kinora"));
        serve.current_dir(folder).args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        let mut child = serve.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit("http://").next().unwrap().to_owned();
        Self { child, address }
    }

    /// Sends bytes, and gives what comes until the server closes the connection.
    fn say(&self, bytes: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(bytes.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn log(mut self) -> String {
        self.child.kill().unwrap();
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        log
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn whoever_never_ends_a_request_is_hung_up_on() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), &["--read-timeout-s", "1"]);
    let headers = served.say("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    assert!(!headers.contains("200"), "{headers}");
    let body = "POST /api/ar/projects HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    let cut = served.say(body);
    assert!(cut.starts_with("HTTP/1.1 4"), "{cut}");
    assert!(served.say("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").contains("200"));
}

#[test]
fn a_log_tells_requests_by_their_ids_and_no_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let token = "s3cret-s3cret-s3cret";
    fs::write(folder.path().join("objects"), "in the way of the folder for files").unwrap();
    let broken = kinora(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--data", "."]);
    assert!(stderr(&broken).contains("objects"), "{}", stderr(&broken));
    fs::remove_file(folder.path().join("objects")).unwrap();

    let arguments = ["--data", ".", "--metrics-token", token];
    let served = Served::start(folder.path(), &arguments);
    let metrics =
        format!("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n");
    assert!(served.say(&metrics).contains("kinora_"));
    fs::remove_dir_all(folder.path().join("objects")).unwrap();
    fs::write(folder.path().join("objects"), "in the way").unwrap();
    let create = "POST /api/ar/projects HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                  Content-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"name\":\"\"}";
    let failed = served.say(create);
    assert!(failed.starts_with("HTTP/1.1 5"), "{failed}");
    let id = failed.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap().to_owned();
    let log = served.log();
    let line = log.lines().find(|line| line.contains("the request failed")).unwrap_or_else(|| panic!("{log}"));
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["span"]["request_id"], id.as_str(), "{line}");
    assert!(!log.contains(token), "{log}");
}
