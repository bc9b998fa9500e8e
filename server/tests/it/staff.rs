//! Staff and everybody's own account: invitations, roles, the last administrator, sessions, passwords, the second factor.

use std::time::Duration;

use app::{language::Language, permissions::Role};
use axum::http::StatusCode;
use server::{
    accounts::{LOCK, totp},
    clock::Clock,
    db::{Account, Actor, FAILURES_MAX, RoleChange},
};

use crate::{
    browser::{Browser, PASSWORD, make_account},
    languages::assert_translated,
    shop::{Answer, Shop},
};

const NOON: i64 = 1_795_000_000_000;
const NEW_PASSWORD: &str = "another horse battery";

/// A shop where a test may log in as often as it likes.
async fn shop_at(clock: &Clock) -> Shop {
    let mut shop = Shop::with(|config| {
        config.rate_burst = 100_000;
        config.logins_per_minute = 1000;
    })
    .await;
    let storage = server::storage::Storage::open(&shop.config).unwrap();
    let state = server::state::AppState::assemble(&shop.config, shop.config.listen, clock.clone(), storage);
    let state = state.await.unwrap();
    shop.serve(state);
    shop
}

async fn open() -> Shop {
    shop_at(&Clock::at(NOON)).await
}

async fn account(shop: &Shop, email: &str) -> Account {
    shop.state.db.account_of(email).await.unwrap().unwrap()
}

/// The page of one of the staff, with what is below it.
async fn page_of(shop: &Shop, email: &str, rest: &str) -> String {
    format!("/admin/users/{}{rest}", account(shop, email).await.id)
}

/// The path of the link in the last mail to an account.
async fn mailed_path(shop: &Shop, id: &str) -> String {
    let mails = shop.state.db.mails_about("account", id).await.unwrap();
    let mut links = mails.iter().filter_map(|mail| mail.body.lines().find(|line| line.contains("/password/")));
    links.next().unwrap().trim().strip_prefix("https://photos.example").unwrap().to_owned()
}

fn assert_refused(answer: &Answer, words: &str) {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
    assert!(answer.text().contains(words), "{words}: {}", answer.text());
}

/// The actions that the log has of an account, last first, and everything that it says.
async fn logged(shop: &Shop, id: &str) -> (Vec<String>, String) {
    let history = shop.state.db.history("account", id, 100).await.unwrap();
    let said = history.iter().map(|entry| format!("{:?} {:?}", entry.before, entry.after)).collect::<String>();
    (history.into_iter().map(|entry| entry.action).collect(), said)
}

/// A try to do something on the page of one of the staff.
async fn act(shop: &Shop, browser: &Browser<'_>, email: &str, rest: &str, fields: &[(&str, &str)]) -> Answer {
    browser.submit(&page_of(shop, email, rest).await, fields).await
}

#[tokio::test]
async fn somebody_is_invited_and_chooses_a_password_by_a_link_that_works_once() {
    let shop = open().await;
    let admin = Browser::of(&shop, Role::Admin).await;
    let fields = [
        ("name", "Vera <b>"),
        ("email", " Vera@Shop.example"),
        ("role", "printer"),
        ("language", "ru"),
        ("password", PASSWORD),
        ("is_active", "0"),
    ];
    let page = admin.submit_and_follow("/admin/users", &fields).await.text();
    assert!(page.contains("The invitation is on its way.") && page.contains("Vera &lt;b&gt;"), "{page}");
    assert!(page.contains("invited") && page.contains("Send the invitation again"), "{page}");
    let vera = account(&shop, "vera@shop.example").await;
    assert_eq!((vera.role, vera.language.as_str(), vera.is_active), (Role::Printer, "ru", true));
    assert_eq!(vera.password_hash, None, "nobody chooses a password for somebody else");

    let mails = shop.state.db.mails_about("account", &vera.id).await.unwrap();
    assert_eq!((mails[0].kind.as_str(), mails[0].language.as_str()), ("invitation", "ru"), "{mails:?}");
    let first = mailed_path(&shop, &vera.id).await;
    let sent = act(&shop, &admin, "vera@shop.example", "/link", &[]).await;
    assert!(sent.header("location").ends_with("?said=said-people-link"), "{}", sent.text());
    let anybody = Browser::new(&shop);
    assert_eq!(anybody.get(&first).await.status, StatusCode::GONE, "another one took its place");
    let mails = shop.state.db.mails_about("account", &vera.id).await.unwrap();
    assert_eq!(mails.len(), 2);
    let second = mails.iter().map(|mail| mail.body.lines().find(|line| line.contains("/password/")).unwrap().trim());
    let second = second.map(|link| link.strip_prefix("https://photos.example").unwrap()).find(|path| *path != first);
    let second = second.unwrap();

    assert_eq!(anybody.log_in("vera@shop.example", "").await.status, StatusCode::UNPROCESSABLE_ENTITY, "not yet");
    let chosen = anybody.submit(second, &[("password", NEW_PASSWORD)]).await;
    assert_eq!(chosen.header("location"), "/login?said=said-password-set", "{}", chosen.text());
    assert_eq!(anybody.submit(second, &[("password", PASSWORD)]).await.status, StatusCode::GONE);
    assert_eq!(anybody.log_in("vera@shop.example", NEW_PASSWORD).await.header("location"), "/admin");
    assert!(anybody.get("/admin").await.text().contains("<html lang=\"ru\""), "in the language that was chosen");

    let (actions, said) = logged(&shop, &vera.id).await;
    for action in ["account.create", "account.link", "account.password"] {
        assert!(actions.iter().any(|known| known == action), "{action}: {actions:?}");
    }
    let hash = account(&shop, "vera@shop.example").await.password_hash.unwrap();
    assert!(!said.contains("/password/") && !said.contains("argon2") && !said.contains(&hash), "{said}");
}

#[tokio::test]
async fn an_invitation_lasts_three_days() {
    let clock = Clock::at(NOON);
    let shop = shop_at(&clock).await;
    let admin = Browser::of(&shop, Role::Admin).await;
    let fields = [("name", "Vera"), ("email", "vera@shop.example"), ("role", "support")];
    assert_eq!(admin.submit("/admin/users", &fields).await.status, StatusCode::SEE_OTHER);
    let path = mailed_path(&shop, &account(&shop, "vera@shop.example").await.id).await;
    clock.advance(Duration::from_secs(71 * 3600));
    assert_eq!(admin.get(&path).await.status, StatusCode::OK);
    clock.advance(Duration::from_secs(2 * 3600));
    assert_eq!(admin.get(&path).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn only_staff_are_invited_and_only_to_addresses_of_nobody() {
    let shop = open().await;
    let admin = Browser::of(&shop, Role::Admin).await;
    make_account(&shop, "ani@example.com", Role::Customer).await;
    for (email, role, language, words) in [
        ("ani@example.com", "manager", "", "There is an account with this address already."),
        ("new@example.com", "customer", "", "Choose one of the list."),
        ("new@example.com", "owner", "", "Choose one of the list."),
        ("new@example.com", "manager", "xx", "Choose one of the list."),
        ("nobody", "manager", "", "Enter an e-mail address"),
        ("", "manager", "", "Please fill this in."),
    ] {
        let fields = [("name", "Somebody"), ("email", email), ("role", role), ("language", language)];
        let answer = admin.submit("/admin/users", &fields).await;
        assert_refused(&answer, words);
        assert!(answer.text().contains("value=\"Somebody\""), "nothing is lost");
    }
    assert!(shop.state.db.account_of("new@example.com").await.unwrap().is_none());
    assert_eq!(account(&shop, "ani@example.com").await.role, Role::Customer);
}

#[tokio::test]
async fn staff_are_listed_found_and_paged_and_customers_are_not_there() {
    let shop = open().await;
    let admin = Browser::of(&shop, Role::Admin).await;
    let manager = make_account(&shop, "manager@shop.example", Role::Manager).await;
    let customer = make_account(&shop, "customer@example.com", Role::Customer).await;
    let listed = async |path: &str| {
        let page = admin.get(path).await.text();
        ["admin@shop.example", "manager@shop.example", "customer@example.com"].map(|email| page.contains(email))
    };
    assert_eq!(listed("/admin/users").await, [true, true, false]);
    assert_eq!(listed("/admin/users?role=manager").await, [false, true, false]);
    assert_eq!(listed("/admin/users?role=customer").await, [true, true, false], "no such choice");
    assert_eq!(listed("/admin/users?q=manager").await, [false, true, false]);
    assert_eq!(listed("/admin/users?q=customer").await, [false, false, false]);
    assert!(admin.get("/admin/users?role=support").await.text().contains("Nothing matches"));

    let name = [("name", "Zaven"), ("language", "hy")];
    let page = admin.submit_and_follow(&format!("/admin/users/{manager}"), &name).await.text();
    assert!(page.contains("Saved.") && page.contains("Zaven") && page.contains("Name or language changed"), "{page}");
    assert_eq!(listed("/admin/users?q=zaven").await, [false, true, false]);
    let wrong = admin.submit(&format!("/admin/users/{manager}"), &[("name", ""), ("language", "hy")]).await;
    assert_refused(&wrong, "Please fill this in.");

    assert_eq!(admin.get(&format!("/admin/users/{customer}")).await.status, StatusCode::NOT_FOUND);
    for rest in ["", "/role", "/deactivate", "/activate", "/link", "/second-factor", "/unlock", "/sessions"] {
        let path = format!("/admin/users/{customer}{rest}");
        let fields = [("name", "x"), ("role", "admin")];
        assert_eq!(admin.submit(&path, &fields).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(account(&shop, "customer@example.com").await.name, "customer");

    for number in 0..60 {
        let email = format!("printer{number}@shop.example");
        server::accounts::create(&shop.state, &email, "P", Role::Printer, None, Some(&Actor::system())).await.unwrap();
    }
    let first = admin.get("/admin/users?role=printer").await.text();
    assert!(first.contains("rel=\"next\"") && !first.contains("rel=\"prev\""), "{first}");
    let next = first.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let second = admin.get(&next).await.text();
    assert_eq!(first.matches("@shop.example").count() + second.matches("@shop.example").count(), 60, "{next}");
}

#[tokio::test]
async fn a_role_changes_at_once() {
    let shop = open().await;
    let admin = Browser::of(&shop, Role::Admin).await;
    let manager = Browser::of(&shop, Role::Manager).await;
    assert_eq!(manager.get("/admin/currencies/import").await.status, StatusCode::OK);
    for role in ["customer", "owner", ""] {
        let answer = act(&shop, &admin, "manager@shop.example", "/role", &[("role", role)]).await;
        assert_refused(&answer, "Choose one of the list.");
    }
    let done = act(&shop, &admin, "manager@shop.example", "/role", &[("role", "printer")]).await;
    assert!(done.header("location").ends_with("said=said-people-role"), "{}", done.text());
    assert_eq!(manager.get("/admin").await.status, StatusCode::SEE_OTHER, "logged out");
    manager.log_in("manager@shop.example", PASSWORD).await;
    assert_eq!(manager.get("/admin/currencies/import").await.status, StatusCode::FORBIDDEN);
    let page = admin.get(&page_of(&shop, "manager@shop.example", "").await).await.text();
    assert!(page.contains("<del>manager</del> <ins>printer</ins>"), "{page}");
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let shop = open().await;
    let admin = Browser::of(&shop, Role::Admin).await;
    const EMAIL: &str = "admin@shop.example";
    let demote = [("role", "manager"), ("sure", "1")];
    assert_refused(&act(&shop, &admin, EMAIL, "/role", &demote).await, "This is the last administrator");
    assert_refused(
        &act(&shop, &admin, EMAIL, "/deactivate", &[("leave", "1")]).await,
        "This is the last administrator",
    );
    let still = account(&shop, EMAIL).await;
    assert_eq!((still.role, still.is_active), (Role::Admin, true));
    assert_eq!(admin.get("/admin/users").await.status, StatusCode::OK, "still logged in");

    make_account(&shop, "other@shop.example", Role::Admin).await;
    act(&shop, &admin, "other@shop.example", "/deactivate", &[]).await;
    assert_refused(&act(&shop, &admin, EMAIL, "/role", &demote).await, "This is the last administrator");
    act(&shop, &admin, "other@shop.example", "/activate", &[]).await;
    assert_eq!(act(&shop, &admin, EMAIL, "/role", &demote).await.status, StatusCode::SEE_OTHER, "there is another one");
}

#[tokio::test]
async fn nobody_demotes_or_deactivates_themselves_by_accident() {
    let shop = open().await;
    let admin = Browser::of(&shop, Role::Admin).await;
    make_account(&shop, "other@shop.example", Role::Admin).await;
    const EMAIL: &str = "admin@shop.example";
    let page = admin.get(&page_of(&shop, EMAIL, "").await).await.text();
    assert!(page.contains("This is your own account."), "{page}");
    assert_refused(&act(&shop, &admin, EMAIL, "/role", &[("role", "manager")]).await, "This is your own role.");
    assert_refused(&act(&shop, &admin, EMAIL, "/deactivate", &[]).await, "This is your own account. Tick the box");
    assert_eq!(account(&shop, EMAIL).await.role, Role::Admin);
    assert_eq!(act(&shop, &admin, EMAIL, "/deactivate", &[("leave", "1")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(admin.get("/admin/users").await.status, StatusCode::SEE_OTHER, "out");
}

#[tokio::test]
async fn of_administrators_who_demote_each_other_at_once_one_stays() {
    for _ in 0..4 {
        let shop = open().await;
        let mut pair = Vec::new();
        for email in ["a@shop.example", "b@shop.example"] {
            make_account(&shop, email, Role::Admin).await;
            pair.push(account(&shop, email).await);
        }
        let actor = Actor::system();
        let (one, other) = tokio::join!(
            shop.state.db.set_role(&pair[0], Role::Support, true, &actor),
            shop.state.db.set_role(&pair[1], Role::Admin, false, &actor),
        );
        let mut came = [one.unwrap(), other.unwrap()];
        came.sort_by_key(|change| *change == RoleChange::LastAdmin);
        assert_eq!(came, [RoleChange::Done, RoleChange::LastAdmin]);
    }
}

#[tokio::test]
async fn what_somebody_else_has_changed_meanwhile_is_not_overwritten() {
    let shop = open().await;
    make_account(&shop, "admin@shop.example", Role::Admin).await;
    make_account(&shop, "ani@shop.example", Role::Manager).await;
    let before = account(&shop, "ani@shop.example").await;
    let actor = Actor::system();
    let db = &shop.state.db;
    assert_eq!(db.set_role(&before, Role::Manager, false, &actor).await.unwrap(), RoleChange::Done);
    assert_eq!(db.set_role(&before, Role::Admin, true, &actor).await.unwrap(), RoleChange::Meanwhile);
    assert!(!account(&shop, "ani@shop.example").await.is_active, "does not come back by a change of the role");
}

#[tokio::test]
async fn who_is_deactivated_is_out_and_stays_out() {
    let shop = open().await;
    let admin = Browser::of(&shop, Role::Admin).await;
    let manager = Browser::of(&shop, Role::Manager).await;
    const EMAIL: &str = "manager@shop.example";
    act(&shop, &admin, EMAIL, "/link", &[]).await;
    let link = mailed_path(&shop, &account(&shop, EMAIL).await.id).await;
    let page = admin.submit_and_follow(&page_of(&shop, EMAIL, "/deactivate").await, &[]).await.text();
    assert!(page.contains("Deactivated and logged out.") && page.contains("Activate again"), "{page}");
    for path in ["/admin", "/account"] {
        assert_eq!(manager.get(path).await.status, StatusCode::SEE_OTHER, "{path}");
    }
    assert_eq!(manager.log_in(EMAIL, PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(manager.get(&link).await.status, StatusCode::GONE);
    assert_refused(&act(&shop, &admin, EMAIL, "/link", &[]).await, "Activate it first.");
    act(&shop, &admin, EMAIL, "/activate", &[]).await;
    assert_eq!(manager.get("/admin").await.status, StatusCode::SEE_OTHER, "old sessions don't come back");
    assert_eq!(manager.log_in(EMAIL, PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_administrator_unlocks_and_takes_a_lost_factor_away() {
    let clock = Clock::at(NOON);
    let shop = shop_at(&clock).await;
    let admin = Browser::of(&shop, Role::Admin).await;
    const EMAIL: &str = "printer@shop.example";
    let id = make_account(&shop, EMAIL, Role::Printer).await;
    let browser = Browser::new(&shop);
    for _ in 0..FAILURES_MAX {
        browser.log_in(EMAIL, "wrong horse battery").await;
    }
    assert_refused(&browser.log_in(EMAIL, PASSWORD).await, "too many wrong tries");
    let page = admin.get(&format!("/admin/users/{id}")).await.text();
    assert!(page.contains("locked") && page.contains("/unlock"), "{page}");
    let page = admin.submit_and_follow(&format!("/admin/users/{id}/unlock"), &[]).await.text();
    assert!(!page.contains("/unlock\""), "{page}");
    assert_eq!(browser.log_in(EMAIL, PASSWORD).await.status, StatusCode::SEE_OTHER);

    let key = server::accounts::new_totp_secret();
    shop.state.db.set_totp(&id, Some((&key, 0)), &Actor::system()).await.unwrap();
    assert_eq!(Browser::new(&shop).log_in(EMAIL, PASSWORD).await.header("location"), "/login/code");
    assert!(admin.get(&format!("/admin/users/{id}")).await.text().contains("Take the second factor away"));
    let page = admin.submit_and_follow(&format!("/admin/users/{id}/second-factor"), &[]).await.text();
    assert!(page.contains("The second factor is taken away."), "{page}");
    assert_eq!(Browser::new(&shop).log_in(EMAIL, PASSWORD).await.header("location"), "/admin");
    let (actions, said) = logged(&shop, &id).await;
    assert!(actions.contains(&"account.unlock".to_owned()) && !said.contains(&key), "{actions:?} {said}");

    let own = account(&shop, "admin@shop.example").await;
    shop.state.db.set_totp(&own.id, Some((&key, 0)), &Actor::system()).await.unwrap();
    assert_refused(&act(&shop, &admin, "admin@shop.example", "/second-factor", &[]).await, "Turn your own");
    assert!(account(&shop, "admin@shop.example").await.totp_secret.is_some());
}

#[tokio::test]
async fn sessions_are_ended_by_their_owner_and_by_administrators_only() {
    let clock = Clock::at(NOON);
    let shop = shop_at(&clock).await;
    let admin = Browser::of(&shop, Role::Admin).await;
    let here = Browser::of(&shop, Role::Manager).await;
    let there = Browser::new(&shop);
    clock.advance(Duration::from_secs(60));
    there.log_in("manager@shop.example", PASSWORD).await;
    let manager = account(&shop, "manager@shop.example").await;
    let sessions = shop.state.db.sessions(&manager.id).await.unwrap();
    let (theirs, own) = (&sessions[0].id, &sessions[1].id);
    assert!(sessions[0].created_ms > sessions[1].created_ms, "last used first");

    let page = here.get("/account").await.text();
    assert_eq!(page.matches("this browser").count(), 1, "{page}");
    assert!(page.contains(&format!("/account/sessions/{theirs}")), "{page}");
    assert!(!page.contains(&format!("/account/sessions/{own}")), "one's own ends by logging out: {page}");
    for path in [format!("/account/sessions/{theirs}"), "/account/sessions/nothing".to_owned()] {
        assert_eq!(admin.submit(&path, &[]).await.status, StatusCode::NOT_FOUND, "another's: {path}");
    }
    let admins = account(&shop, "admin@shop.example").await;
    let wrong = format!("/admin/users/{}/sessions/{theirs}", admins.id);
    assert_eq!(admin.submit(&wrong, &[]).await.status, StatusCode::NOT_FOUND, "of another account");
    assert_eq!(there.get("/account").await.status, StatusCode::OK);

    let page = here.submit_and_follow(&format!("/account/sessions/{theirs}"), &[]).await.text();
    assert!(page.contains("Logged out there."), "{page}");
    assert_eq!(there.get("/account").await.header("location"), "/login?next=%2Faccount");
    there.log_in("manager@shop.example", PASSWORD).await;
    let page = here.submit_and_follow("/account/sessions", &[]).await.text();
    assert!(page.contains("Logged out everywhere else.") && !page.contains("action=\"/account/sessions"), "{page}");
    assert_eq!(there.get("/account").await.status, StatusCode::SEE_OTHER);

    let one = format!("/admin/users/{}/sessions/{own}", manager.id);
    assert!(admin.get(&page_of(&shop, "manager@shop.example", "").await).await.text().contains(&one));
    assert_eq!(admin.submit(&one, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(here.get("/account").await.status, StatusCode::SEE_OTHER);
    here.log_in("manager@shop.example", PASSWORD).await;
    there.log_in("manager@shop.example", PASSWORD).await;
    let all = page_of(&shop, "manager@shop.example", "/sessions").await;
    assert!(admin.submit_and_follow(&all, &[]).await.text().contains("Nobody is logged in with this account."));
    assert_eq!(here.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(there.get("/account").await.status, StatusCode::SEE_OTHER);
    let (actions, _) = logged(&shop, &manager.id).await;
    assert_eq!(actions.iter().filter(|action| *action == "account.session").count(), 2, "{actions:?}");
    assert_eq!(actions.iter().filter(|action| *action == "account.sessions").count(), 2, "{actions:?}");
}

#[tokio::test]
async fn an_account_is_its_owners_alone() {
    let shop = open().await;
    let nobody = Browser::new(&shop);
    let changes =
        ["", "/password", "/sessions", "/sessions/x", "/second-factor", "/second-factor/begin", "/second-factor/off"];
    for rest in changes {
        let answer = nobody.submit(&format!("/account{rest}"), &[("name", "x")]).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::SEE_OTHER, "/login?next=%2Faccount"),
            "{rest}"
        );
    }
    for path in ["/account", "/account/second-factor"] {
        assert_eq!(nobody.get(path).await.header("location"), "/login?next=%2Faccount");
    }
    let back = [("email", "manager@shop.example"), ("password", PASSWORD), ("next", "/account")];
    make_account(&shop, "manager@shop.example", Role::Manager).await;
    assert!(nobody.submit_and_follow("/login", &back).await.text().contains("My account"));
}

#[tokio::test]
async fn name_and_language_change_and_nothing_else_does() {
    let shop = open().await;
    let mut browser = Browser::of(&shop, Role::Printer).await;
    browser.language = "en";
    let fields = [
        ("name", "Ashot <i>"),
        ("language", "hy"),
        ("role", "admin"),
        ("is_active", "0"),
        ("email", "other@shop.example"),
        ("totp_secret", "A"),
        ("next", "https://example.com"),
        ("back", "//example.com"),
        ("id", "x"),
    ];
    let answer = browser.submit("/account", &fields).await;
    assert_eq!(answer.header("location"), "/account?said=said-saved", "{}", answer.text());
    let after = account(&shop, "printer@shop.example").await;
    assert_eq!((after.role, after.is_active, after.totp_secret), (Role::Printer, true, None));
    assert_eq!((after.name.as_str(), after.language.as_str()), ("Ashot <i>", "hy"));
    let page = browser.get("/account").await.text();
    assert!(
        page.contains("<html lang=\"hy\"") && page.contains("Ashot &lt;i&gt;") && page.contains("crm-side"),
        "{page}"
    );
    assert!(browser.get("/login").await.text().contains("<html lang=\"hy\""), "the cookie says so too");

    browser.submit("/language", &[("language", "ru"), ("back", "/account")]).await;
    assert!(browser.get("/account").await.text().contains("<html lang=\"ru\""), "the switch below pages counts");
    assert_eq!(account(&shop, "printer@shop.example").await.language, "ru");
    let answer = browser.submit("/account", &[("name", ""), ("language", "xx")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    browser.submit("/account", &[("name", "Ashot"), ("language", "")]).await;
    assert!(browser.get("/account").await.text().contains("<html lang=\"en\""), "as the browser says");
}

#[tokio::test]
async fn customers_have_an_account_among_their_pages_and_no_way_to_the_staff() {
    let shop = open().await;
    let browser = Browser::new(&shop);
    let fields = [("name", "Ani"), ("email", "ani@example.com"), ("password", PASSWORD)];
    browser.submit("/signup", &fields).await;
    let page = browser.get("/account").await.text();
    assert!(
        page.contains("/account/orders") && page.contains("action=\"/logout\"") && !page.contains("crm-side"),
        "{page}"
    );
    assert!(browser.get("/account/orders").await.text().contains("href=\"/account\""));
    for path in ["/admin/users", "/admin/users/new"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND);
    }
    let change = [("name", "Anahit"), ("language", "hy"), ("role", "admin"), ("customer_id", "x")];
    assert_eq!(browser.submit("/account", &change).await.status, StatusCode::SEE_OTHER);
    let ani = account(&shop, "ani@example.com").await;
    assert_eq!((ani.role, ani.name.as_str()), (Role::Customer, "Anahit"));
    let customer = shop.state.db.customer(&ani.customer_id.unwrap()).await.unwrap().unwrap();
    assert_eq!(
        (customer.name.as_str(), customer.language.as_str()),
        ("Anahit", "hy"),
        "their orders are called so too"
    );
    assert_eq!(customer.email, "ani@example.com");
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_it_and_other_sessions_end() {
    let clock = Clock::at(NOON);
    let shop = shop_at(&clock).await;
    let here = Browser::of(&shop, Role::Support).await;
    const EMAIL: &str = "support@shop.example";
    let there = Browser::new(&shop);
    there.log_in(EMAIL, PASSWORD).await;
    let change = async |current: &str, new: &str| {
        here.submit("/account/password", &[("current", current), ("password", new)]).await
    };
    assert_refused(&change(PASSWORD, "short").await, "This is too short.");
    let wrong = change("wrong horse battery", NEW_PASSWORD).await;
    assert_refused(&wrong, "This password is wrong.");
    assert!(
        wrong.text().contains("id=\"current-problem\"") && !wrong.text().contains(NEW_PASSWORD),
        "{}",
        wrong.text()
    );
    assert_eq!(there.get("/account").await.status, StatusCode::OK);
    for _ in 1..FAILURES_MAX {
        change("wrong horse battery", NEW_PASSWORD).await;
    }
    assert_refused(&change(PASSWORD, NEW_PASSWORD).await, "too many wrong tries");
    assert_refused(&Browser::new(&shop).log_in(EMAIL, PASSWORD).await, "too many wrong tries");
    clock.advance(LOCK + Duration::from_secs(1));

    let page = change(PASSWORD, NEW_PASSWORD).await;
    assert_eq!(page.header("location"), "/account?said=said-people-password", "{}", page.text());
    assert!(here.get(page.header("location")).await.text().contains("All other sessions have ended."));
    assert_eq!(there.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(there.log_in(EMAIL, PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(there.log_in(EMAIL, NEW_PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn tries_of_a_password_are_limited_by_address_too() {
    let shop = Shop::with(|config| config.logins_per_minute = 3).await;
    let browser = Browser::of(&shop, Role::Support).await;
    let wrong = [("current", "wrong horse battery"), ("password", NEW_PASSWORD)];
    assert_eq!(browser.submit("/account/password", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.submit("/account/password", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.submit("/account/password", &wrong).await.status, StatusCode::TOO_MANY_REQUESTS);
}

/// The key that a page shows to be typed.
fn key_on(page: &str) -> String {
    let key = page.split("<code>").nth(1).unwrap().split("</code>").next().unwrap();
    key.replace(' ', "")
}

#[tokio::test]
async fn a_second_factor_is_on_when_a_code_has_proved_it_and_off_by_the_password() {
    let clock = Clock::at(NOON);
    let shop = shop_at(&clock).await;
    const EMAIL: &str = "manager@shop.example";
    let browser = Browser::of(&shop, Role::Manager).await;
    assert_eq!(browser.get("/account/second-factor").await.header("location"), "/account", "not begun");
    let begin = "/account/second-factor/begin";
    let wrong = browser.submit(begin, &[("factor_password", "wrong horse battery")]).await;
    assert_refused(&wrong, "This password is wrong.");
    let page = browser.submit_and_follow(begin, &[("factor_password", PASSWORD)]).await;
    assert!(page.header("content-security-policy").contains("style-src 'self'"));
    let page = page.text();
    let key = key_on(&page);
    assert!(page.contains("<svg") && page.contains("otpauth://totp/") && page.contains(&key), "{page}");
    assert!(!page.contains("name=\"key\"") && !page.contains("name=\"secret\""), "it stays in the session");
    assert_eq!(key_on(&browser.get("/account/second-factor").await.text()), key, "the same when it is reloaded");

    let code = || totp(&key, EMAIL).unwrap().generate(clock.now_ms().unsigned_abs() / 1000);
    let mine = server::accounts::new_totp_secret();
    let other = totp(&mine, EMAIL).unwrap().generate(clock.now_ms().unsigned_abs() / 1000);
    for fields in [[("code", "abcdef"), ("secret", "")], [("code", other.as_str()), ("secret", mine.as_str())]] {
        assert_refused(&browser.submit("/account/second-factor", &fields).await, "This code is wrong.");
    }
    assert_eq!(account(&shop, EMAIL).await.totp_secret, None);
    let used = code();
    let page = browser.submit_and_follow("/account/second-factor", &[("code", &used)]).await.text();
    assert!(page.contains("The second factor is on.") && !page.contains(&key), "{page}");
    assert_eq!(account(&shop, EMAIL).await.totp_secret, Some(key.clone()));

    let again = Browser::new(&shop);
    assert_eq!(again.log_in(EMAIL, PASSWORD).await.header("location"), "/login/code");
    let replayed = again.submit("/login/code", &[("code", &used)]).await;
    assert_refused(&replayed, "wrong or was used already");
    assert_eq!(again.get("/account").await.status, StatusCode::SEE_OTHER, "not in yet");
    clock.advance(Duration::from_secs(30));
    assert_eq!(again.submit("/login/code", &[("code", &code())]).await.header("location"), "/admin");

    assert_refused(&browser.submit(begin, &[("factor_password", PASSWORD)]).await, "The second factor is on already.");
    let off = "/account/second-factor/off";
    assert_refused(&browser.submit(off, &[]).await, "This password is wrong.");
    assert!(account(&shop, EMAIL).await.totp_secret.is_some());
    let page = browser.submit_and_follow(off, &[("factor_password", PASSWORD)]).await.text();
    assert!(page.contains("The second factor is off."), "{page}");
    assert_eq!(Browser::new(&shop).log_in(EMAIL, PASSWORD).await.header("location"), "/admin");
    let (actions, said) = logged(&shop, &account(&shop, EMAIL).await.id).await;
    assert_eq!(actions.iter().filter(|action| *action == "account.second_factor").count(), 2, "{actions:?}");
    assert!(!said.contains(&key), "{said}");
}

#[tokio::test]
async fn a_key_that_was_begun_in_one_browser_is_not_known_in_another() {
    let shop = open().await;
    let here = Browser::of(&shop, Role::Manager).await;
    let there = Browser::new(&shop);
    there.log_in("manager@shop.example", PASSWORD).await;
    here.submit("/account/second-factor/begin", &[("factor_password", PASSWORD)]).await;
    assert_eq!(there.get("/account/second-factor").await.header("location"), "/account");
    assert_eq!(there.submit("/account/second-factor", &[("code", "000000")]).await.header("location"), "/account");
}

#[tokio::test]
async fn pages_of_people_are_in_the_readers_language() {
    const ENTERED: [&str; 5] = ["Zaven", "admin", "printer", "Google Authenticator", "Aegis"];
    let shop = open().await;
    let admin = Browser::of(&shop, Role::Admin).await;
    let id = make_account(&shop, "printer@shop.example", Role::Printer).await;
    let page = format!("/admin/users/{id}");
    for (rest, fields) in [
        ("", vec![("name", "Zaven"), ("language", "hy")]),
        ("/role", vec![("role", "support")]),
        ("/link", vec![]),
        ("/deactivate", vec![]),
        ("/activate", vec![]),
    ] {
        admin.submit_and_follow(&format!("{page}{rest}"), &fields).await;
    }
    let customer = Browser::new(&shop);
    customer.submit("/signup", &[("name", "Zaven"), ("email", "zaven@example.com"), ("password", PASSWORD)]).await;
    customer.submit("/account/second-factor/begin", &[("factor_password", PASSWORD)]).await;
    for language in Language::ALL {
        for browser in [&admin, &customer] {
            browser.submit("/language", &[("language", language.code()), ("back", "/")]).await;
            assert_translated(&browser.get("/account").await.text(), language, &ENTERED);
        }
        for path in [&page, &page_of(&shop, "admin@shop.example", "").await, "/admin/users", "/admin/users/new"] {
            assert_translated(&admin.get(path).await.text(), language, &ENTERED);
        }
        assert_translated(&customer.get("/account/second-factor").await.text(), language, &ENTERED);
        let wrong = admin.submit(&page_of(&shop, "admin@shop.example", "/deactivate").await, &[]).await;
        assert_translated(&wrong.text(), language, &ENTERED);
    }
}
