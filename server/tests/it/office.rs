//! The office: the mail log, the audit log, the settings.

use std::{collections::BTreeSet, time::Duration};

use app::{
    crm::{
        audit::{action_id, field_id},
        things::KINDS,
    },
    language::Language,
    permissions::Role,
};
use axum::http::StatusCode;
use serde_json::{Value, json};
use server::{
    clock::Clock,
    db::{Actor, AuditFilter, Mail, NewMail, PAGE_ROWS, Place, Product, ProfileFields},
    janitor,
    mail::{Kind, Letter, post},
    mailer::{AGAIN_AFTER, send_next},
    settings::Settings,
    state::AppState,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    browser::{Browser, make_account},
    languages::assert_translated,
    lists,
    shop::{Shop, files::files_below},
};

const NOON: i64 = 1_795_000_000_000;
const DAY: Duration = Duration::from_secs(24 * 3600);
const PRINT: &str = "aaaaaaaaaaaaaaaaaaab";

/// A mail about an order that there is not, with a text to be escaped.
async fn write(shop: &Shop, id: &str, recipient: &str, kind: Kind) {
    let mail = NewMail {
        id,
        kind: kind.name(),
        entity: "order",
        entity_id: "aaaaaaaaaaaaaaaaaaac",
        recipient,
        language: "ru",
        subject: &format!("Заказ <i>{id}</i>"),
        body: "Спасибо, <b>Ани</b>!\n\nДо встречи",
    };
    shop.state.db.add_mail(&mail).await.unwrap();
}

/// The id of the mail with a number.
fn id(number: usize) -> String {
    const LETTERS: [char; 10] = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k'];
    let end: String = number.to_string().bytes().map(|digit| LETTERS[usize::from(digit - b'0')]).collect();
    format!("{end:a>20}")
}

async fn mail(shop: &Shop, id: &str) -> Mail {
    shop.state.db.mail(id).await.unwrap().unwrap()
}

async fn all_audit(shop: &Shop, entity: &str) -> Vec<server::db::AuditEntry> {
    let filter = AuditFilter { entity: entity.to_owned(), ..AuditFilter::default() };
    shop.state.db.audit_page(&filter, Place::First).await.unwrap().rows
}

/// A shop whose mails go nowhere: a file stands where their folder would be.
async fn shop_without_mail(clock: &Clock) -> Shop {
    let mut shop = Shop::open().await;
    let file = shop.folder.path().join("no-folder");
    std::fs::write(&file, "").unwrap();
    shop.config.mail_url = url::Url::from_file_path(file).unwrap();
    let storage = server::storage::Storage::open(&shop.config).unwrap();
    let state = AppState::assemble(&shop.config, shop.config.listen, clock.clone(), storage).await.unwrap();
    shop.serve(state);
    shop
}

#[tokio::test]
async fn mails_are_listed_searched_narrowed_and_paged() {
    let clock = Clock::at(NOON);
    let shop = Shop::with_clock(clock.clone()).await;
    let browser = Browser::of(&shop, Role::Support).await;
    assert!(browser.get("/admin/mail").await.text().contains("No mail has been written yet"));
    for number in 0..PAGE_ROWS + 2 {
        let kind = if number == 3 { Kind::OrderShipped } else { Kind::OrderReceived };
        let recipient = if number == 3 { "boris@example.com" } else { "ani@example.com" };
        write(&shop, &id(number), recipient, kind).await;
        clock.advance(Duration::from_millis(1));
    }
    assert!(send_next(&shop.state).await.unwrap());
    let link = |number: usize| format!("href=\"/admin/mail/{}\"", id(number));

    let first = browser.get("/admin/mail").await.text();
    assert!(first.contains(&link(PAGE_ROWS + 1)) && !first.contains(&link(1)), "newest first");
    assert!(first.contains("Заказ &lt;i&gt;") && !first.contains("<i>"), "{first}");
    let second = browser.get(&lists::next(&first).unwrap()).await.text();
    assert!(second.contains(&link(0)) && second.contains(&link(1)) && !second.contains(&link(2)), "{second}");
    assert!(second.contains("rel=\"prev\"") && lists::next(&second).is_none());

    for (query, found, other) in [
        ("q=boris@example.com", 3, 4),
        ("q=boris", 3, 4),
        ("kind=order-shipped", 3, 4),
        ("status=sent", 0, 1),
        ("status=sent&kind=order-received&q=ani", 0, 1),
    ] {
        let page = browser.get(&format!("/admin/mail?{query}")).await.text();
        assert!(page.contains(&link(found)) && !page.contains(&link(other)), "{query}: {page}");
    }
    for query in ["status=failed", "status=sent&kind=order-shipped", "q=nobody"] {
        let page = browser.get(&format!("/admin/mail?{query}")).await.text();
        assert!(page.contains("Nothing matches"), "{query}: {page}");
    }
    let odd = browser.get("/admin/mail?status=%27OR%201&kind=%00&after=nonsense").await;
    assert_eq!(odd.status, StatusCode::OK, "what can't be understood narrows nothing");
}

#[tokio::test]
async fn a_failed_mail_tells_why_and_is_sent_once_more_to_a_corrected_address() {
    let clock = Clock::at(NOON);
    let shop = shop_without_mail(&clock).await;
    let browser = Browser::of(&shop, Role::Support).await;
    write(&shop, &id(1), "anni@example.com", Kind::OrderReceived).await;
    let path = format!("/admin/mail/{}", id(1));
    let waiting = browser.get(&path).await.text();
    assert!(waiting.contains("has not been sent yet") && !waiting.contains("/resend"), "{waiting}");
    let early = browser.submit(&format!("{path}/resend"), &[("recipient", "ani@example.com")]).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "it is still tried by itself");

    for again in AGAIN_AFTER.into_iter().chain([Duration::ZERO]) {
        assert!(send_next(&shop.state).await.unwrap());
        clock.advance(again);
    }
    assert!(browser.get("/admin").await.text().contains("href=\"/admin/mail?status=failed\""));
    let failed = browser.get("/admin/mail?status=failed").await.text();
    assert!(failed.contains(&path) && failed.contains("os error"), "the reason: {failed}");
    let page = browser.get(&path).await.text();
    assert!(page.contains("Спасибо, &lt;b&gt;Ани&lt;/b&gt;!\n\nДо встречи"), "{page}");
    assert!(page.contains("class=\"letter\"") && page.contains("os error") && page.contains("lang=\"ru\""), "{page}");

    let wrong = browser.submit(&format!("{path}/resend"), &[("recipient", "nobody")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("value=\"nobody\"") && wrong.text().contains("id=\"recipient-problem\""));
    let once = page.split("name=\"once\"").nth(1).unwrap().split("value=\"").nth(1).unwrap().split('"').next().unwrap();
    let sent = [("once", once), ("recipient", "Ani@Example.com"), ("body", "changed"), ("kind", "password")];
    let done = browser.submit(&format!("{path}/resend"), &sent).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let twice = browser.submit(&format!("{path}/resend"), &sent).await;
    assert_eq!(twice.header("location"), done.header("location"), "the same form, sent twice");
    let copies = shop.state.db.mails_about("order", "aaaaaaaaaaaaaaaaaaac").await.unwrap();
    assert_eq!(copies.len(), 2, "one more, and no others");
    let copy = copies.into_iter().find(|mail| mail.id != id(1)).unwrap();
    assert!(done.header("location").starts_with(&format!("/admin/mail/{}?", copy.id)));
    let old = mail(&shop, &id(1)).await;
    assert_eq!(
        (copy.recipient.as_str(), &copy.subject, &copy.body, &copy.kind, copy.status.as_str(), copy.attempts),
        ("ani@example.com", &old.subject, &old.body, &old.kind, "queued", 0)
    );
    assert_eq!(old.status, "failed", "the old one stays as it was");
    assert!(browser.get(done.header("location")).await.text().contains("A copy of the mail is on its way"));
    assert!(browser.get("/admin/mail?q=ani@example.com").await.text().contains(&copy.id), "it is found");

    let logged = all_audit(&shop, "mail").await;
    assert_eq!(logged.len(), 1);
    assert_eq!((logged[0].action.as_str(), logged[0].entity_id.as_str()), ("mail.resend", copy.id.as_str()));
    assert_eq!(Value::from(logged[0].after.clone()), json!({ "copy_of": id(1), "other_address": true }));
}

#[tokio::test]
async fn a_mail_with_a_secret_is_neither_shown_nor_sent_again() {
    let shop = Shop::open().await;
    let browser = Browser::of(&shop, Role::Admin).await;
    let account = make_account(&shop, "new@shop.example", Role::Printer).await;
    let letter = Letter {
        kind: Kind::Invitation,
        to: "new@shop.example",
        language: Language::En,
        entity: "account",
        entity_id: &account,
    };
    post(&shop.state, letter, &[("name", "New".to_owned()), ("link", "https://photos.example/password/x".to_owned())])
        .await;
    let written = shop.state.db.mails_about("account", &account).await.unwrap().remove(0);
    let path = format!("/admin/mail/{}", written.id);
    for _ in 0..2 {
        let page = browser.get(&path).await.text();
        assert!(!page.contains("password/x") && page.contains("Its text is shown to nobody"), "{page}");
        assert!(page.contains("A new link can be asked for") && !page.contains("/resend"), "{page}");
        let again = browser.submit(&format!("{path}/resend"), &[("recipient", "new@shop.example")]).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(again.text().contains("can&#x27;t be sent again") || again.text().contains("can't be sent again"));
        // And the same when it has been sent.
        send_next(&shop.state).await.unwrap();
    }
    assert_eq!(shop.state.db.mails_about("account", &account).await.unwrap().len(), 1);
    assert!(all_audit(&shop, "mail").await.is_empty());
}

#[tokio::test]
async fn an_erased_or_unknown_mail_is_not_sent_again_and_roles_see_what_they_may() {
    let shop = Shop::open().await;
    let support = Browser::of(&shop, Role::Support).await;
    let profile = ProfileFields {
        name: "Ani".to_owned(),
        email: "ani@example.com".to_owned(),
        language: "ru".to_owned(),
        ..ProfileFields::default()
    };
    let customer = id(7);
    shop.state.db.add_customer(&customer, &profile, &Actor::system()).await.unwrap();
    let letter = Letter {
        kind: Kind::OrderReceived,
        to: "ani@example.com",
        language: Language::Ru,
        entity: "customer",
        entity_id: &customer,
    };
    post(&shop.state, letter, &[]).await;
    send_next(&shop.state).await.unwrap();
    let written = shop.state.db.mails_about("customer", &customer).await.unwrap().remove(0);
    let path = format!("/admin/mail/{}", written.id);
    let again = support.submit_and_follow(&format!("{path}/resend"), &[("recipient", "ani@example.com")]).await.text();
    assert!(again.contains(&format!("href=\"/admin/customers/{customer}\"")), "it leads to what it is about: {again}");

    server::customers::erase(&shop.state, &customer, &Actor::system()).await.unwrap();
    let erased = support.get(&path).await.text();
    assert!(erased.contains("Erased mail") && !erased.contains("ani@") && !erased.contains("/resend"), "{erased}");
    let refused = support.submit(&format!("{path}/resend"), &[("recipient", "ani@example.com")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(!shop.state.db.resend_mail(&id(9), &written, "ani@example.com", &Actor::system()).await.unwrap());
    let manager = Browser::of(&shop, Role::Manager).await;
    let log = manager.get("/admin/audit").await.text();
    assert!(log.contains("<code>mail.resend</code>") && !log.contains("ani@"), "nothing personal is left: {log}");

    for unknown in [id(5), "x".to_owned(), "%00".to_owned(), "a".repeat(300)] {
        let path = format!("/admin/mail/{unknown}");
        assert_eq!(support.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(support.submit(&format!("{path}/resend"), &[]).await.status, StatusCode::NOT_FOUND);
    }
    let printer = Browser::of(&shop, Role::Printer).await;
    assert_eq!(printer.get(&path).await.status, StatusCode::FORBIDDEN);
    assert_eq!(printer.submit(&format!("{path}/resend"), &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(support.get("/admin/audit").await.status, StatusCode::FORBIDDEN);
    assert_eq!(manager.get("/admin/settings").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_audit_log_shows_before_and_after_and_is_narrowed() {
    let clock = Clock::at(NOON);
    let shop = Shop::with_clock(clock.clone()).await;
    let admin = Browser::of(&shop, Role::Admin).await;
    let manager = Browser::of(&shop, Role::Manager).await;
    let fields = [("name", "Ani <i>Testyan"), ("email", "ani@example.com"), ("language", "hy"), ("consent", "1")];
    let made = manager.submit("/admin/customers", &fields).await;
    let customer = made.header("location").split(['/', '?']).nth(3).unwrap().to_owned();
    clock.advance(DAY);
    let change = [("name", "Anahit"), ("email", "ani@example.com"), ("language", "ru"), ("consent", "1")];
    manager.submit_and_follow(&format!("/admin/customers/{customer}"), &change).await;

    let page = manager.get("/admin/audit?kind=customer").await.text();
    for part in [
        "Profile changed",
        "<code>customer.edit</code>",
        ">Ani &lt;i&gt;Testyan</td>",
        ">Anahit</td>",
        ">Հայերեն</td>",
        ">Русский</td>",
        "href=\"/admin/customers/",
        "<th scope=\"row\">Name</th>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("account.create") && !page.contains("<i>"), "{page}");
    let edit = page.find("customer.edit").unwrap();
    assert!(edit < page.find("customer.create").unwrap(), "newest first");

    let day = |days: u32| app::format::Format::new(Language::En, "UTC").day(NOON + i64::from(days) * 86_400_000);
    let has = async |query: &str| {
        let page = manager.get(&format!("/admin/audit?{query}")).await.text();
        ["customer.create", "customer.edit"].map(|action| page.contains(&format!("<code>{action}</code>")))
    };
    assert_eq!(has(&format!("from={}", day(1))).await, [false, true]);
    assert_eq!(has(&format!("to={}", day(0))).await, [true, false]);
    assert_eq!(has(&format!("from={}&to={}", day(0), day(1))).await, [true, true]);
    assert_eq!(has("q=anahit").await, [false, true]);
    assert_eq!(has(&format!("q={customer}")).await, [true, true]);
    assert_eq!(has("q=manager&kind=customer").await, [true, true], "by who");
    assert_eq!(has("q=testyan&kind=order").await, [false, false]);
    assert_eq!(has("kind=nothing&from=soon").await, [true, true], "what can't be understood narrows nothing");

    let who = shop.state.db.account_of("manager@shop.example").await.unwrap().unwrap().id;
    let linked = format!("href=\"/admin/audit?who={who}\"");
    assert!(manager.get("/admin/audit").await.text().contains(&linked));
    let own = manager.get(&format!("/admin/audit?who={who}")).await.text();
    assert!(own.contains("customer.edit") && !own.contains("account.create"), "{own}");
    assert!(own.contains(&format!("<option value=\"{who}\" selected>manager</option>")), "{own}");
    let others = admin.get(&format!("/admin/audit?who={}", id(4))).await.text();
    assert!(others.contains("Nothing matches"), "{others}");
}

#[tokio::test]
async fn days_of_the_audit_log_begin_in_the_shops_time_zone() {
    // Eight in the evening in Greenwich: the next day has begun in Yerevan.
    let clock = Clock::at(1_795_032_000_000);
    let shop = Shop::with_clock(clock).await;
    let manager = Browser::of(&shop, Role::Manager).await;
    let has = async |query: &str| manager.get(&format!("/admin/audit?{query}")).await.text().contains("account.create");
    assert!(has("from=2026-11-18&to=2026-11-18").await);
    shop.state.settings.set(Settings { zone: "Asia/Yerevan".to_owned(), ..Settings::default() });
    assert!(!has("from=2026-11-18&to=2026-11-18").await && has("from=2026-11-19&to=2026-11-19").await);
}

#[tokio::test]
async fn the_audit_log_is_paged() {
    let clock = Clock::at(NOON);
    let shop = Shop::with_clock(clock.clone()).await;
    let manager = Browser::of(&shop, Role::Manager).await;
    for number in 0..=PAGE_ROWS {
        let profile = ProfileFields { name: format!("Customer{number}"), ..ProfileFields::default() };
        shop.state.db.add_customer(&id(number), &profile, &Actor::system()).await.unwrap();
        clock.advance(Duration::from_millis(1));
    }
    let first = manager.get("/admin/audit?kind=customer").await.text();
    assert!(first.contains("Customer50<") && !first.contains("Customer0<"), "{first}");
    let next = lists::next(&first).unwrap();
    assert!(next.contains("kind=customer"), "{next}");
    let second = manager.get(&next).await.text();
    assert!(second.contains("Customer0<") && !second.contains("Customer1<"), "{second}");
}

/// Codes of changes in the sources: a word, a point, words.
fn actions() -> BTreeSet<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut actions = BTreeSet::new();
    let mut unknown = BTreeSet::new();
    for file in files_below(&folder).into_iter().filter(|file| file.ends_with(".rs")) {
        let source = std::fs::read_to_string(folder.join(file)).unwrap();
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        for text in source.split('"').skip(1).step_by(2).chain(source.split('"').step_by(2)) {
            if let Some((entity, verb)) = text.split_once('.')
                && KINDS.contains(&entity)
                && plain(verb)
            {
                actions.insert(text.to_owned());
            }
        }
        for (at, mark) in source.match_indices("entity: \"") {
            let entity = source[at + mark.len()..].split('"').next().unwrap();
            if !KINDS.contains(&entity) {
                unknown.insert(entity.to_owned());
            }
        }
    }
    assert!(unknown.is_empty(), "the audit log knows no such things: {unknown:?}");
    actions
}

#[test]
fn every_change_has_its_words_in_every_language() {
    let actions = actions();
    for known in ["order.create", "project.overlay", "account.second_factor", "settings.change", "mail.resend"] {
        assert!(actions.contains(known), "{known} was not found among {actions:?}");
    }
    let filled = ["from", "to", "project"].map(|name| (name, "x".into()));
    let said = |language: Language, id: &str| {
        Some(language.text_with(id, &filled))
            .filter(|text| text != id)
            .unwrap_or_else(|| panic!("no text has the id {id}"))
    };
    for action in &actions {
        let id = action_id(action);
        let english = said(Language::En, &id);
        // A text that a language lacks is shown in English: then both are the same. Those of signs alone may be.
        for language in [Language::Ru, Language::Hy] {
            let text = said(language, &id);
            assert!(text != english || text == "x → x", "{language:?} has no text {id}: {text}");
        }
    }
    for kind in KINDS {
        assert!(Language::Hy.find(&format!("thing-{kind}")).is_some(), "{kind}");
    }
    for kind in Kind::ALL {
        assert!(Language::Hy.find(&format!("mails-kind-{}", kind.name())).is_some(), "{kind:?}");
    }
    let Value::Object(settings) = serde_json::to_value(Settings::default()).unwrap() else { panic!() };
    for field in settings.keys() {
        assert!(field_id(field).is_some_and(|id| Language::En.find(id).is_some()), "{field} has no name");
    }
}

/// The settings' form as it is shown, with some fields of one's own.
fn filled<'a>(page: &'a str, own: &[(&'a str, &'a str)]) -> Vec<(String, String)> {
    let seen = page.split("name=\"seen\"").nth(1).unwrap().split("value=\"").nth(1).unwrap().split('"').next().unwrap();
    let usual = [
        ("seen", seen),
        ("shop_name", "Foto Ani"),
        ("contact_email", "Help@Example.com"),
        ("contact_phone", "+374 10 555555"),
        ("zone", "Asia/Yerevan"),
        ("language", "hy"),
        ("ar_price", "7,50"),
        ("ar_currency", "USD"),
        ("warn_hours", "12"),
    ];
    let others = usual.into_iter().filter(|(name, _)| !own.iter().any(|(known, _)| known == name));
    others.chain(own.iter().copied()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

async fn send(browser: &Browser<'_>, fields: &[(String, String)]) -> crate::shop::Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.submit("/admin/settings", &fields).await
}

async fn add_print(shop: &Shop) {
    let product = Product {
        id: PRINT.to_owned(),
        sku: "P-1".to_owned(),
        name: "Print".to_owned(),
        description: String::new(),
        price_minor: 1250,
        currency: "USD".to_owned(),
    };
    shop.state.db.put_product(&product).await.unwrap();
}

#[tokio::test]
async fn settings_are_in_force_at_once_and_logged() {
    let shop = Shop::with_clock(Clock::at(NOON)).await;
    add_print(&shop).await;
    let admin = Browser::of(&shop, Role::Admin).await;
    let page = admin.get("/admin/settings").await.text();
    assert!(page.contains("value=\"Kinora\"") && page.contains("value=\"5.00\""), "{page}");
    assert!(
        page.contains("https://photos.example") && page.contains("nobody gets them"),
        "chosen at the start: {page}"
    );
    let mut fields = filled(&page, &[("shop_name", "Foto <b>\"Ani\" & co")]);
    fields.push(("token_key".to_owned(), "mine".to_owned()));
    let done = send(&admin, &fields).await;
    assert_eq!(done.header("location"), "/admin/settings?said=said-saved", "{}", done.text());
    let saved = admin.get(done.header("location")).await.text();
    assert!(saved.contains("Saved.") && saved.contains("value=\"Foto &lt;b&gt;&quot;Ani&quot; &amp; co\""), "{saved}");
    assert!(!saved.contains("Foto <b>"), "{saved}");

    let wanted = Settings {
        shop_name: "Foto <b>\"Ani\" & co".to_owned(),
        contact_email: "help@example.com".to_owned(),
        contact_phone: "+374 10 555555".to_owned(),
        zone: "Asia/Yerevan".to_owned(),
        language: Language::Hy,
        ar_price_minor: 750,
        ar_price_currency: "USD".to_owned(),
        warn_hours: 12,
    };
    assert_eq!(*shop.state.settings.get(), wanted);
    assert_eq!(shop.state.db.shop_settings().await.unwrap().settings, wanted);
    assert!(shop.get_with(&format!("/shop/{PRINT}"), "accept-language", "en").await.text().contains("$7.50"));
    assert!(shop.get_with("/", "accept-language", "fr").await.text().contains("<html lang=\"hy\""));
    shop.get_with("/password", "accept-language", "en").await;
    Browser::new(&shop).submit("/password", &[("email", "admin@shop.example")]).await;
    let account = shop.state.db.account_of("admin@shop.example").await.unwrap().unwrap().id;
    let mails = shop.state.db.mails_about("account", &account).await.unwrap();
    assert!(mails[0].body.contains("Foto <b>\"Ani\" & co"), "{}", mails[0].body);

    let logged = all_audit(&shop, "settings").await;
    assert_eq!(logged.len(), 1);
    assert_eq!((&logged[0].before["ar_price_minor"], &logged[0].after["ar_price_minor"]), (&json!(500), &json!(750)));
    assert!(!logged[0].after.contains_key("ar_price_currency"), "only what changed");
    let log = admin.get("/admin/audit?kind=settings").await.text();
    assert!(log.contains("Settings changed") && log.contains("href=\"/admin/settings\""), "{log}");
    assert!(log.contains("Foto &lt;b&gt;") && log.contains(">Asia/Yerevan</td>"), "{log}");
}

#[tokio::test]
async fn wrong_settings_are_said_beside_their_fields_and_nothing_is_lost() {
    let shop = Shop::open().await;
    let admin = Browser::of(&shop, Role::Admin).await;
    let page = admin.get("/admin/settings").await.text();
    for (field, value) in [
        ("shop_name", ""),
        ("shop_name", &"x".repeat(1000)),
        ("contact_email", "nowhere"),
        ("contact_phone", &"1".repeat(100)),
        ("zone", "Mars/Base"),
        ("zone", ""),
        ("zone", "../../etc/passwd"),
        ("language", "fr"),
        ("ar_price", "-1"),
        ("ar_price", "1.234"),
        ("ar_price", "cheap"),
        ("ar_currency", "AMD"),
        ("ar_currency", "XXX"),
        ("warn_hours", "721"),
        ("warn_hours", "-1"),
        ("warn_hours", "soon"),
    ] {
        let answer = send(&admin, &filled(&page, &[(field, value)])).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {value}");
        let text = answer.text();
        assert!(text.contains(&format!("id=\"{field}-problem\"")), "{field}: {value}: {text}");
        assert!(text.contains("value=\"+374 10 555555\"") || field == "contact_phone", "nothing is lost: {text}");
        assert!(text.contains("<option value=\"Asia/Yerevan\" selected") || field == "zone", "{text}");
    }
    assert_eq!(*shop.state.settings.get(), Settings::default(), "nothing was changed");
    assert!(all_audit(&shop, "settings").await.is_empty());
    for language in Language::ALL {
        admin.submit("/language", &[("language", language.code()), ("back", "/admin")]).await;
        let wrong = send(&admin, &filled(&page, &[("zone", ""), ("ar_price", "x")])).await.text();
        assert_translated(&wrong, language, &["admin"]);
    }
}

#[tokio::test]
async fn of_two_who_change_the_settings_the_second_is_told() {
    let shop = Shop::open().await;
    let admin = Browser::of(&shop, Role::Admin).await;
    let page = admin.get("/admin/settings").await.text();
    assert_eq!(send(&admin, &filled(&page, &[])).await.status, StatusCode::SEE_OTHER);
    let late = send(&admin, &filled(&page, &[("shop_name", "Late")])).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let text = late.text();
    assert!(text.contains("Somebody else has changed the settings") && text.contains("value=\"Late\""), "{text}");
    assert_eq!(shop.state.settings.get().shop_name, "Foto Ani");
    // Whoever has compared it sends it again.
    assert_eq!(send(&admin, &filled(&text, &[("shop_name", "Late")])).await.status, StatusCode::SEE_OTHER);
    assert_eq!(shop.state.settings.get().shop_name, "Late");
    // Between reading and writing as well.
    let stored = shop.state.db.shop_settings().await.unwrap();
    let set = async |name: &str| {
        let after = Settings { shop_name: name.to_owned(), ..Settings::default() };
        shop.state.db.set_shop_settings(&stored, &after, &Actor::system()).await.unwrap()
    };
    assert!(set("First").await);
    assert!(!set("Second").await);
    assert_eq!(shop.state.db.shop_settings().await.unwrap().settings.shop_name, "First");
}

#[tokio::test]
async fn another_process_hears_of_new_settings() {
    let shop = Shop::open().await;
    let other = std::sync::Arc::new(AppState::open(&shop.config, shop.config.listen).await.unwrap());
    let admin = Browser::of(&shop, Role::Admin).await;
    let page = admin.get("/admin/settings").await.text();
    assert_eq!(send(&admin, &filled(&page, &[])).await.status, StatusCode::SEE_OTHER);
    assert_eq!(other.settings.get().shop_name, "Kinora", "not yet");
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    janitor::start(&other, &tasks, &stop);
    while other.settings.get().shop_name != "Foto Ani" {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    tasks.close();
    tasks.wait().await;
}
