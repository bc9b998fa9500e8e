//! Somebody with a browser: cookies are kept, forms are sent as browsers do.

use std::{collections::BTreeMap, sync::Mutex};

use app::permissions::Role;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use server::{accounts::create, db::Actor};
use url::form_urlencoded::Serializer;

use crate::shop::{Answer, Shop};

pub(crate) const PASSWORD: &str = "correct horse battery";

/// A browser at a shop.
pub(crate) struct Browser<'a> {
    shop: &'a Shop,
    cookies: Mutex<BTreeMap<String, String>>,
    pub(crate) language: &'static str,
}

impl<'a> Browser<'a> {
    /// One that nobody has logged in with.
    pub(crate) fn new(shop: &'a Shop) -> Self {
        Self { shop, cookies: Mutex::default(), language: "en" }
    }

    /// One of somebody who works as this, with an account of their own.
    pub(crate) async fn of(shop: &'a Shop, role: Role) -> Self {
        let email = format!("{}@shop.example", role.name());
        make_account(shop, &email, role).await;
        let browser = Self::new(shop);
        let answer = browser.log_in(&email, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        browser
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Answer {
        self.submit("/login", &[("email", email), ("password", password)]).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form.
    pub(crate) async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Sends a form and goes where it leads.
    pub(crate) async fn submit_and_follow(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.submit(path, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.text());
        self.get(answer.header("location")).await
    }

    pub(crate) async fn request(&self, method: Method, path: &str) -> Answer {
        let request = Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        let cookies: Vec<String> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        request.headers_mut().insert(header::ACCEPT_LANGUAGE, self.language.parse().unwrap());
        let answer = self.shop.send(request).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            if value.is_empty() || attributes.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

/// An account with the password [`PASSWORD`]; gives its id.
pub(crate) async fn make_account(shop: &Shop, email: &str, role: Role) -> String {
    let actor = Actor::system();
    create(&shop.state, email, role.name(), role, Some(PASSWORD), Some(&actor)).await.unwrap().unwrap()
}

/// A form with files: name, file name (empty for a plain field) and what it holds.
pub(crate) fn multipart(path: &str, parts: &[(&str, &str, &[u8])]) -> Request<Body> {
    const BOUNDARY: &str = "----kinora-test-boundary";
    let mut body = Vec::new();
    for (name, file, bytes) in parts {
        let file = if file.is_empty() { String::new() } else { format!("; filename=\"{file}\"") };
        let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
        .header("sec-fetch-site", "same-origin");
    request.body(body.into()).unwrap()
}
