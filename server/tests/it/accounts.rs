//! Getting in and staying out: passwords, lock-outs, the second factor, sessions, links that work once.

use std::time::Duration;

use app::permissions::Role;
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use server::{
    accounts::{LOCK, new_totp_secret, totp},
    clock::Clock,
    db::{Actor, FAILURES_MAX, RoleChange},
};

use crate::{
    browser::{Browser, PASSWORD, make_account},
    shop::Shop,
};

const EMAIL: &str = "ani@shop.example";

#[tokio::test]
async fn strangers_are_led_to_the_login_and_back() {
    let shop = Shop::open().await;
    make_account(&shop, EMAIL, Role::Manager).await;
    let browser = Browser::new(&shop);
    let sent = browser.get("/admin/currencies?q=a").await;
    assert_eq!(
        (sent.status, sent.header("location")),
        (StatusCode::SEE_OTHER, "/login?next=%2Fadmin%2Fcurrencies%3Fq%3Da")
    );
    let page = browser.get(sent.header("location")).await;
    assert!(page.text().contains("value=\"/admin/currencies?q=a\""), "{}", page.text());
    let fields = [("email", " ANI@shop.example"), ("password", PASSWORD), ("next", "/admin/currencies?q=a")];
    let page = browser.submit_and_follow("/login", &fields).await;
    assert_eq!(page.status, StatusCode::OK);
    let elsewhere = [("email", EMAIL), ("password", PASSWORD), ("next", "//example.com")];
    assert_eq!(Browser::new(&shop).submit("/login", &elsewhere).await.header("location"), "/admin");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_told_alike() {
    let shop = Shop::open().await;
    make_account(&shop, EMAIL, Role::Manager).await;
    let browser = Browser::new(&shop);
    let wrong = browser.log_in(EMAIL, "wrong horse battery").await;
    let unknown = browser.log_in("nobody@shop.example", "wrong horse battery").await;
    assert_eq!((wrong.status, unknown.status), (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY));
    assert_eq!(wrong.text().replace(EMAIL, ""), unknown.text().replace("nobody@shop.example", ""));
    assert!(wrong.text().contains("value=\"ani@shop.example\""), "the address stays");
    assert!(!wrong.text().contains("wrong horse"), "the password does not");
    assert_eq!(browser.get("/admin/currencies").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn guessing_locks_the_account_for_a_while() {
    let clock = Clock::at(1_795_000_000_000);
    let shop = Shop::with_clock(clock.clone()).await;
    make_account(&shop, EMAIL, Role::Manager).await;
    let browser = Browser::new(&shop);
    for _ in 0..FAILURES_MAX {
        assert!(browser.log_in(EMAIL, "wrong horse battery").await.text().contains("is wrong"));
    }
    let locked = browser.log_in(EMAIL, PASSWORD).await;
    assert_eq!(locked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(locked.text().contains("too many wrong tries"), "{}", locked.text());
    clock.advance(LOCK + Duration::from_secs(1));
    assert_eq!(browser.log_in(EMAIL, PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_address_has_a_number_of_tries() {
    let shop = Shop::with(|config| config.logins_per_minute = 3).await;
    let browser = Browser::new(&shop);
    for _ in 0..3 {
        assert_eq!(browser.log_in(EMAIL, PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(browser.log_in(EMAIL, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_works_once() {
    let clock = Clock::at(1_795_000_000_000);
    let shop = Shop::with_clock(clock.clone()).await;
    let id = make_account(&shop, EMAIL, Role::Admin).await;
    let secret = new_totp_secret();
    shop.state.db.set_totp(&id, Some((&secret, 0)), &Actor::system()).await.unwrap();
    let code = || totp(&secret, EMAIL).unwrap().generate(clock.now_ms().unsigned_abs() / 1000);

    let browser = Browser::new(&shop);
    assert_eq!(browser.log_in(EMAIL, PASSWORD).await.header("location"), "/login/code");
    assert_eq!(browser.get("/admin/currencies").await.status, StatusCode::SEE_OTHER, "not in yet");
    let wrong = browser.submit("/login/code", &[("code", "000000")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let used = code();
    assert_eq!(browser.submit("/login/code", &[("code", &used)]).await.header("location"), "/admin");
    assert_eq!(browser.get("/admin/currencies").await.status, StatusCode::OK);

    let other = Browser::new(&shop);
    other.log_in(EMAIL, PASSWORD).await;
    assert_eq!(other.submit("/login/code", &[("code", &used)]).await.status, StatusCode::UNPROCESSABLE_ENTITY, "used");
    clock.advance(Duration::from_secs(60));
    assert_eq!(other.submit("/login/code", &[("code", &code())]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_ends_by_logout_by_idleness_and_with_its_account() {
    let clock = Clock::at(1_795_000_000_000);
    let shop = Shop::with_clock(clock.clone()).await;
    let browser = Browser::of(&shop, Role::Manager).await;
    assert_eq!(browser.get("/admin/currencies").await.status, StatusCode::OK);
    browser.submit("/logout", &[]).await;
    assert_eq!(browser.get("/admin/currencies").await.status, StatusCode::SEE_OTHER);

    browser.log_in("manager@shop.example", PASSWORD).await;
    let account = shop.state.db.account_of("manager@shop.example").await.unwrap().unwrap();
    make_account(&shop, EMAIL, Role::Admin).await;
    let changed = shop.state.db.set_role(&account, Role::Manager, false, &Actor::system()).await.unwrap();
    assert_eq!(changed, RoleChange::Done);
    assert_eq!(browser.get("/admin/currencies").await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.log_in("manager@shop.example", PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_database_does_not_hold_what_the_cookie_holds() {
    let shop = Shop::open().await;
    let id = make_account(&shop, EMAIL, Role::Manager).await;
    let answer = Browser::new(&shop).log_in(EMAIL, PASSWORD).await;
    let cookie = answer.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("Secure") && cookie.contains("SameSite=Lax"), "{cookie}");
    let value = cookie.split(['=', ';']).nth(1).unwrap();
    let sessions = shop.state.db.sessions(&id).await.unwrap();
    assert_eq!(sessions.len(), 1);
    assert!(!sessions[0].id.contains(value) && !value.contains(&sessions[0].id));
    let account = shop.state.db.account(&id).await.unwrap().unwrap();
    assert!(account.password_hash.unwrap().starts_with("$argon2id$"));
}

#[tokio::test]
async fn a_forgotten_password_is_set_by_a_link_that_works_once_and_ends_other_sessions() {
    let shop = Shop::open().await;
    let id = make_account(&shop, EMAIL, Role::Manager).await;
    let inside = Browser::new(&shop);
    inside.log_in(EMAIL, PASSWORD).await;
    let browser = Browser::new(&shop);
    let known = browser.submit("/password", &[("email", EMAIL)]).await;
    let unknown = browser.submit("/password", &[("email", "nobody@shop.example")]).await;
    assert_eq!(
        (known.status, known.text()),
        (unknown.status, unknown.text()),
        "who has an account is nobody's business"
    );

    let mails = shop.state.db.mails_about("account", &id).await.unwrap();
    assert_eq!(mails.len(), 1);
    let link = mails[0].body.lines().find(|line| line.contains("/password/")).unwrap().trim().to_owned();
    let path = link.strip_prefix("https://photos.example").unwrap();
    assert_eq!(browser.get(path).await.status, StatusCode::OK);
    assert_eq!(browser.submit(path, &[("password", "short")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = browser.submit(path, &[("password", "another horse battery")]).await;
    assert_eq!(done.header("location"), "/login?said=said-password-set");
    assert_eq!(browser.submit(path, &[("password", "a third horse battery")]).await.status, StatusCode::GONE);
    assert_eq!(inside.get("/admin/currencies").await.status, StatusCode::SEE_OTHER, "logged out");
    assert_eq!(browser.log_in(EMAIL, PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.log_in(EMAIL, "another horse battery").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let shop = Shop::open().await;
    make_account(&shop, EMAIL, Role::Manager).await;
    let foreign = [("sec-fetch-site", "cross-site"), ("origin", "https://example.com"), ("origin", "null")];
    for (name, value) in foreign {
        let request = Request::post("/login")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::HOST, "photos.example")
            .header(name, value);
        let body = format!("email={EMAIL}&password={}", PASSWORD.replace(' ', "+"));
        let answer = shop.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
}

#[tokio::test]
async fn signing_up_makes_a_customer_and_nothing_more() {
    let shop = Shop::open().await;
    let browser = Browser::new(&shop);
    let fields = [
        ("name", "Ani <b>"),
        ("email", "Ani@Example.com"),
        ("password", PASSWORD),
        ("role", "admin"),
        ("is_active", "1"),
    ];
    let answer = browser.submit("/signup", &fields).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/living-photos"),
        "{}",
        answer.text()
    );
    let account = shop.state.db.account_of("ani@example.com").await.unwrap().unwrap();
    assert_eq!((account.role, account.name.as_str()), (Role::Customer, "Ani <b>"));
    assert_eq!(browser.get("/admin/currencies").await.status, StatusCode::NOT_FOUND);
    let again = browser.submit("/signup", &fields).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text().contains("taken already") && again.text().contains("Ani &lt;b&gt;"), "{}", again.text());
}

#[tokio::test]
async fn pages_speak_the_readers_language() {
    let shop = Shop::open().await;
    let mut browser = Browser::new(&shop);
    browser.language = "de-DE, hy;q=0.8, en;q=0.5";
    assert!(browser.get("/login").await.text().contains("<html lang=\"hy\""));
    browser.language = "ru-RU";
    let page = browser.get("/login").await.text();
    assert!(page.contains("<html lang=\"ru\"") && page.contains("Пароль"), "{page}");
    let back = browser.submit("/language", &[("language", "en"), ("back", "/login")]).await;
    assert_eq!(back.header("location"), "/login");
    assert!(browser.get("/login").await.text().contains("<html lang=\"en\""));
    assert_eq!(
        browser.submit("/language", &[("language", "xx"), ("back", "//example.com")]).await.header("location"),
        "/"
    );
}
