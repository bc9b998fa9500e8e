//! Mail: written down, sent later, tried again, told of projects; the log of it all.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use app::language::Language;
use axum::http::{Method, StatusCode};
use server::{
    clock::Clock,
    config::Config,
    db::{Mail, NewMail},
    janitor::tidy,
    mail::{Kind, Letter, post},
    mailer::{self, AGAIN_AFTER, LEASE, send_next},
    state::AppState,
    storage::Storage,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::shop::{Shop, photo};

const NOON: i64 = 1_795_000_000_000;
const HOUR: Duration = Duration::from_secs(3600);

/// A mail server that takes everything, or refuses every recipient.
struct Sink {
    url: String,
    /// What it was told, a text for each mail.
    taken: Arc<Mutex<Vec<String>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Sink {
    async fn open(refuses: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let (taken, asked) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<Mutex<Vec<String>>>::default());
        let sink = Self { url, taken: Arc::clone(&taken), asked: Arc::clone(&asked) };
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let mut stream = BufReader::new(stream);
                stream.write_all(b"220 sink\r\n").await.unwrap();
                let mut line = String::new();
                while stream.read_line(&mut line).await.is_ok_and(|bytes| bytes > 0) {
                    let said = std::mem::take(&mut line);
                    let answer: &[u8] = match said.split([' ', ':', '\r']).next().unwrap() {
                        "EHLO" => b"250 sink\r\n",
                        "RCPT" if refuses => b"550 5.1.1 nobody of that name\r\n",
                        "DATA" => {
                            stream.write_all(b"354 go on\r\n").await.unwrap();
                            let mut text = String::new();
                            while !text.ends_with("\r\n.\r\n") {
                                stream.read_line(&mut text).await.unwrap();
                            }
                            taken.lock().unwrap().push(text);
                            b"250 taken\r\n"
                        }
                        "QUIT" => b"221 bye\r\n",
                        _ => b"250 ok\r\n",
                    };
                    asked.lock().unwrap().push(said);
                    stream.write_all(answer).await.unwrap();
                }
            }
        });
        sink
    }
}

async fn shop_with(clock: &Clock, choose: impl FnOnce(&mut Config)) -> Shop {
    let mut shop = Shop::with(choose).await;
    let storage = Storage::open(&shop.config).unwrap();
    let state = AppState::assemble(&shop.config, shop.config.listen, clock.clone(), storage).await.unwrap();
    shop.serve(state);
    shop
}

async fn shop_that_mails_to(clock: &Clock, url: &str) -> Shop {
    let url = url.parse().unwrap();
    shop_with(clock, |config| {
        config.mail_url = url;
        config.mail_from = "Наше фото <photos@shop.example>".parse().unwrap();
    })
    .await
}

async fn write(shop: &Shop) -> String {
    let id = shop.state.db.mails_waiting().await.unwrap().to_string().repeat(20);
    let mail = NewMail {
        id: &id,
        kind: "order-received",
        entity: "order",
        entity_id: "1001",
        recipient: "ani@example.com",
        language: "ru",
        subject: "Заказ 1001",
        body: "Спасибо, Ани!\n.\nДо встречи",
    };
    shop.state.db.add_mail(&mail).await.unwrap();
    id
}

async fn mail(shop: &Shop, id: &str) -> Mail {
    shop.state.db.mail(id).await.unwrap().unwrap()
}

/// A customer with a project of their own that is yet to be published.
async fn make_owner(shop: &Shop, project: &str) {
    shop.sql(
        "INSERT INTO customers (id, name, email, phone, address, language, notes, created_ms, updated_ms) \
         VALUES ('c1', 'Ани', 'ani@example.com', '', '', 'ru', '', 0, 0)",
    )
    .await;
    shop.sql(&format!("UPDATE ar_projects SET owner_id = 'c1' WHERE id = '{project}'")).await;
}

#[tokio::test]
async fn a_mail_goes_to_a_mail_server_once() {
    let clock = Clock::at(NOON);
    let sink = Sink::open(false).await;
    let shop = shop_that_mails_to(&clock, &sink.url).await;
    let id = write(&shop).await;
    assert!(send_next(&shop.state).await.unwrap());
    assert!(!send_next(&shop.state).await.unwrap(), "there was one");
    let sent = mail(&shop, &id).await;
    assert_eq!((sent.status.as_str(), sent.sent_ms, sent.attempts), ("sent", Some(NOON), 1), "{}", sent.error);

    let taken = sink.taken.lock().unwrap().clone();
    let [text] = taken.as_slice() else { panic!("{taken:?}") };
    for line in [
        &format!("Message-ID: <{id}@shop.example>"),
        "Date: Wed, 18 Nov 2026 11:06:40 +0000",
        "To: ani@example.com",
        "Auto-Submitted: auto-generated",
        "Content-Type: text/plain; charset=utf-8",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
    assert!(text.contains("Subject: =?utf-8?b?") && text.contains("<photos@shop.example>"), "{text}");
    assert!(!text.contains("List-Unsubscribe"), "it is no offer");
    let asked = sink.asked.lock().unwrap().join("");
    assert!(
        asked.contains("MAIL FROM:<photos@shop.example>") && asked.contains("RCPT TO:<ani@example.com>"),
        "{asked}"
    );
}

#[tokio::test]
async fn a_mail_that_is_refused_is_tried_again_and_fails_with_the_reason() {
    let clock = Clock::at(NOON);
    let sink = Sink::open(true).await;
    let shop = shop_that_mails_to(&clock, &sink.url).await;
    let id = write(&shop).await;
    for again in AGAIN_AFTER {
        assert!(send_next(&shop.state).await.unwrap());
        assert_eq!(mail(&shop, &id).await.status, "queued");
        clock.advance(again - Duration::from_millis(1));
        assert!(!send_next(&shop.state).await.unwrap(), "not yet");
        clock.advance(Duration::from_millis(1));
    }
    assert!(send_next(&shop.state).await.unwrap());
    let failed = mail(&shop, &id).await;
    assert_eq!((failed.status.as_str(), failed.attempts), ("failed", 5));
    assert!(failed.error.contains("nobody of that name"), "{}", failed.error);
    clock.advance(48 * HOUR);
    assert!(!send_next(&shop.state).await.unwrap());
    assert_eq!(sink.taken.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn a_mail_of_a_process_that_died_is_sent_by_another() {
    let clock = Clock::at(NOON);
    let shop = shop_that_mails_to(&clock, "log:").await;
    let id = write(&shop).await;
    let first = shop.state.db.claim_mail(LEASE).await.unwrap().unwrap();
    assert!(!send_next(&shop.state).await.unwrap(), "somebody is at it");
    clock.advance(LEASE);
    assert!(send_next(&shop.state).await.unwrap());
    assert_eq!((mail(&shop, &id).await.status.as_str(), mail(&shop, &id).await.attempts), ("sent", 2));
    assert!(!shop.state.db.mail_not_sent(&first, "late", None).await.unwrap(), "whoever comes late changes nothing");
    assert_eq!(mail(&shop, &id).await.status, "sent");
}

#[tokio::test]
async fn a_mail_that_kills_every_process_fails_in_the_end() {
    let clock = Clock::at(NOON);
    let shop = shop_that_mails_to(&clock, "log:").await;
    let id = write(&shop).await;
    for _ in 0..=AGAIN_AFTER.len() {
        shop.state.db.claim_mail(LEASE).await.unwrap().unwrap();
        clock.advance(LEASE);
    }
    assert!(send_next(&shop.state).await.unwrap());
    let failed = mail(&shop, &id).await;
    assert_eq!(failed.status, "failed");
    assert!(failed.error.contains("stopped"), "{}", failed.error);
}

#[tokio::test]
async fn what_is_posted_is_sent_by_itself_until_the_server_stops() {
    let sink = Sink::open(false).await;
    let shop = shop_that_mails_to(&Clock::System, &sink.url).await;
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    mailer::start(&shop.state, &tasks, &stop);
    let letter = Letter {
        kind: Kind::Invitation,
        to: "ani@example.com",
        language: Language::Hy,
        entity: "account",
        entity_id: "a1",
    };
    post(&shop.state, letter, &[("name", "Անի".to_owned()), ("link", "https://photos.example/password/x".to_owned())])
        .await;
    while shop.state.db.mails_about("account", "a1").await.unwrap()[0].status != "sent" {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    assert_eq!(sink.taken.lock().unwrap().len(), 1);
    let kept = &shop.state.db.mails_about("account", "a1").await.unwrap()[0];
    assert_eq!(kept.body, "", "a link that lets somebody in is not kept");
}

#[tokio::test]
async fn an_owner_is_told_when_a_project_is_ready_with_its_code() {
    let clock = Clock::at(NOON);
    let folder = tempfile::tempdir().unwrap();
    let url = url::Url::from_directory_path(folder.path()).unwrap();
    let shop = shop_that_mails_to(&clock, url.as_str()).await;
    let project = shop.create().await;
    make_owner(&shop, &project.id).await;
    let finish = shop.upload_browser_album(&project, &[&photo(1)]).await;
    for _ in 0..2 {
        assert_eq!(shop.finish(&project, "complete", &finish).await.status, StatusCode::OK);
    }
    let mails = shop.state.db.mails_about("project", &project.id).await.unwrap();
    assert_eq!(mails.len(), 1, "once");
    assert_eq!((mails[0].kind.as_str(), mails[0].recipient.as_str()), ("project-ready", "ani@example.com"));
    assert!(mails[0].subject.contains("живое фото готово: Summer"), "{}", mails[0].subject);
    assert!(mails[0].body.contains(&format!("https://photos.example/ar/view/{}", project.id)), "{}", mails[0].body);

    assert!(send_next(&shop.state).await.unwrap());
    let file = folder.path().join(format!("{}.eml", mails[0].id));
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains("multipart/mixed") && text.contains("Content-Type: image/png"), "{text}");
    assert!(text.contains("filename=\"qr.png\""), "{text}");
    let encoded = text.split("image/png").nth(1).unwrap().split("\r\n\r\n").nth(1).unwrap();
    let encoded: String = encoded.split("--").next().unwrap().split_whitespace().collect();
    let png = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, encoded).unwrap();
    let picture = image::load_from_memory(&png).unwrap().to_luma8();
    let side = picture.width() as usize;
    let mut read = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| {
        picture.get_pixel(u32::try_from(x).unwrap(), u32::try_from(y).unwrap()).0[0]
    });
    let (_, link) = read.detect_grids()[0].decode().unwrap();
    assert_eq!(link, format!("https://photos.example/ar/view/{}", project.id));
}

#[tokio::test]
async fn an_owner_is_told_when_the_servers_compile_is_ready() {
    let shop = shop_that_mails_to(&Clock::System, "log:").await;
    let project = shop.create().await;
    make_owner(&shop, &project.id).await;
    let finish = shop.upload_album(&project, &[&photo(1)]).await;
    assert_eq!(shop.finish(&project, "compile", &finish).await.status, StatusCode::ACCEPTED);
    let stop = shop.start_runners();
    shop.wait_for_end(&project.id).await;
    while shop.state.db.mails_about("project", &project.id).await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    stop.cancel();
}

#[tokio::test]
async fn an_owner_is_warned_once_before_each_end() {
    let clock = Clock::at(NOON);
    let shop = shop_that_mails_to(&clock, "log:").await;
    let project = shop.publish().await;
    let nobodys = shop.publish().await;
    make_owner(&shop, &project.id).await;
    let warnings = async || {
        tidy(&shop.state).await.unwrap();
        let mails = shop.state.db.mails_about("project", &project.id).await.unwrap();
        mails.iter().filter(|mail| mail.kind == "project-expires").count()
    };
    clock.advance(17 * HOUR);
    assert_eq!(warnings().await, 0, "seven hours are left");
    clock.advance(2 * HOUR);
    assert_eq!((warnings().await, warnings().await), (1, 1), "told once");
    let mail = shop.state.db.mails_about("project", &project.id).await.unwrap().remove(0);
    assert!(mail.body.contains("работает до 19 нояб. 2026"), "{}", mail.body);
    assert!(shop.state.db.mails_about("project", &nobodys.id).await.unwrap().is_empty());

    let extended = shop.owner(Method::POST, &project, "/extend").await;
    assert_eq!(extended.status, StatusCode::OK);
    assert_eq!(warnings().await, 1, "its end is far again");
    clock.advance(24 * HOUR);
    assert_eq!(warnings().await, 2);
}
