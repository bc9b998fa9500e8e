//! Every route of the CRM as every role, and as nobody.

use app::permissions::{Permission, Role};
use axum::http::{Method, StatusCode};
use server::routes::admin::ROUTES;

use crate::{browser::Browser, shop::Shop};

/// A path with something in each place.
fn filled(pattern: &str) -> String {
    let parts = pattern.split('/').map(|part| if part.starts_with('{') { "aaaaaaaaaaaaaaaaaaaa" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

async fn ask(browser: &Browser<'_>, method: &Method, path: &str) -> StatusCode {
    let answer = if method == Method::POST {
        browser.submit(path, &[]).await
    } else {
        browser.request(method.clone(), path).await
    };
    answer.status
}

#[tokio::test]
async fn each_role_gets_what_the_table_gives_it_and_nobody_gets_anything() {
    let shop = Shop::with(|config| {
        config.rate_burst = 100_000;
        config.logins_per_minute = 1000;
    })
    .await;
    let nobody = Browser::new(&shop);
    for (method, pattern, _) in ROUTES {
        let (path, is_page) = (filled(pattern), !pattern.starts_with("/api/"));
        let wanted = if is_page { StatusCode::SEE_OTHER } else { StatusCode::UNAUTHORIZED };
        assert_eq!(ask(&nobody, method, &path).await, wanted, "{method} {path} as nobody");
    }
    for role in Role::ALL {
        let browser = Browser::of(&shop, role).await;
        for (method, pattern, permission) in ROUTES {
            let path = filled(pattern);
            let status = ask(&browser, method, &path).await;
            assert!(
                !status.is_server_error() && status != StatusCode::METHOD_NOT_ALLOWED,
                "{method} {path} as {role:?}: {status}"
            );
            if role == Role::Customer {
                assert_eq!(status, StatusCode::NOT_FOUND, "{method} {path}: customers don't learn what there is");
            } else {
                assert_eq!(
                    status == StatusCode::FORBIDDEN,
                    !role.may(*permission),
                    "{method} {path} as {role:?}: {status}"
                );
            }
        }
        let unknown = browser.get("/admin/nothing-here").await.status;
        assert_eq!(unknown, StatusCode::NOT_FOUND, "{role:?}");
    }
}

#[test]
fn every_permission_is_asked_for_and_no_role_has_more_than_the_administrator() {
    for permission in Permission::ALL {
        assert!(Role::Admin.may(permission));
        assert!(!Role::Customer.may(permission));
    }
}
