//! Who reads a page: language by cookie, then by the browser; the shop's time zone; what was just done.

use app::{format::Format, frame::Frame, language::Language};
use axum::{
    Form,
    extract::{FromRequestParts, Query, State},
    http::{HeaderMap, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use fluent_langneg::accepted_languages;
use serde::Deserialize;
use tower_sessions::Session;

use super::{assets, session};
use crate::{
    db::Actor,
    error::AppError,
    state::{AppState, SharedState},
};

const COOKIE: &str = "kinora_language";

/// The frame of the page that is asked for.
pub(super) struct Reader(pub(super) Frame);

#[derive(Deserialize)]
struct Told {
    said: Option<String>,
}

impl FromRequestParts<SharedState> for Reader {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &SharedState) -> Result<Self, AppError> {
        let said = Query::<Told>::try_from_uri(&parts.uri).ok().and_then(|Query(told)| told.said);
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self(frame(state, language(state, &parts.headers), path, said)))
    }
}

/// A frame for a reader of this language.
pub(super) fn frame(state: &AppState, language: Language, path: String, said: Option<String>) -> Frame {
    Frame {
        format: Format::new(language, &state.settings.get().zone),
        path,
        assets: assets::base(),
        staff: None,
        said: said.filter(|id| id.starts_with("said-")),
    }
}

/// The language of whoever asks, where no account says it.
pub(crate) fn language(state: &AppState, headers: &HeaderMap) -> Language {
    let chosen = CookieJar::from_headers(headers).get(COOKIE).and_then(|cookie| Language::parse(cookie.value()));
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
    let spoken =
        || accepted_languages::parse(accepted).into_iter().find_map(|tag| Language::parse(tag.language.as_str()));
    chosen.or_else(spoken).unwrap_or_else(|| state.settings.get().language)
}

/// The cookie that keeps a language.
pub(super) fn language_cookie(language: Language) -> Cookie<'static> {
    let cookie = Cookie::build((COOKIE, language.code())).path("/").same_site(SameSite::Lax).http_only(true);
    cookie.permanent().build()
}

/// The same cookie, to be removed.
pub(super) fn forgotten_language() -> Cookie<'static> {
    Cookie::build(COOKIE).path("/").build()
}

#[derive(Deserialize)]
pub(super) struct Choice {
    language: String,
    #[serde(default)]
    back: String,
}

/// Chooses the language of the pages; where an account says another one, it says this one from now on.
pub(super) async fn choose_language(
    State(state): State<SharedState>,
    session: Session,
    jar: CookieJar,
    Form(choice): Form<Choice>,
) -> Result<Response, AppError> {
    let back = Redirect::to(local_path(&choice.back).unwrap_or("/"));
    let Some(language) = Language::parse(&choice.language) else { return Ok(back.into_response()) };
    if let Some(account) = session::account(&state, &session).await?.filter(|account| !account.language.is_empty()) {
        let actor = Actor { account_id: Some(account.id.clone()), name: account.name.clone() };
        state.db.set_profile(&account, &account.name, language.code(), &actor).await?;
    }
    Ok((jar.add(language_cookie(language)), back).into_response())
}

/// A path of ours, to lead back to; anything that could lead elsewhere is none.
pub(super) fn local_path(path: &str) -> Option<&str> {
    let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (path.starts_with('/') && !path.starts_with("//") && is_plain).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_led_back_to() {
        assert_eq!(local_path("/admin/orders?q=a"), Some("/admin/orders?q=a"));
        for other in ["", "https://example.com", "//example.com", "/\\example.com", "/a b", "javascript:alert(1)"] {
            assert_eq!(local_path(other), None, "{other}");
        }
    }
}
