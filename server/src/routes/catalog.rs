//! What the shop sells, and in which money: for everyone.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use axum_extra::headers::{HeaderMapExt, IfNoneMatch};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::reader::language;
use crate::{
    db::{Currency, ListedProduct},
    error::AppError,
    id::hex,
    state::SharedState,
};

/// `GET /api/currencies`.
#[derive(Serialize, ToSchema)]
pub(super) struct Currencies {
    /// The base currency first.
    currencies: Vec<Currency>,
}

/// `GET /api/products`.
#[derive(Serialize, ToSchema)]
pub(super) struct Products {
    /// By their English names.
    products: Vec<ListedProduct>,
}

/// The currencies that prices are shown in, with their rates.
#[utoipa::path(get, path = "/api/currencies", tag = "shop", responses((status = 200, body = Currencies), (status = 304)))]
pub(super) async fn currencies(State(state): State<SharedState>, headers: HeaderMap) -> Result<Response, AppError> {
    answer(&headers, &Currencies { currencies: state.db.currencies().await? })
}

/// The products on sale, with names in the language of whoever asks.
#[utoipa::path(get, path = "/api/products", tag = "shop", responses((status = 200, body = Products), (status = 304)))]
pub(super) async fn products(State(state): State<SharedState>, headers: HeaderMap) -> Result<Response, AppError> {
    let spoken = language(&state, &headers);
    let mut products = state.db.products().await?;
    for product in &mut products {
        product.name = product.names.get(spoken).to_owned();
        product.description = product.descriptions.get(spoken).to_owned();
    }
    let answer = answer(&headers, &Products { products })?;
    Ok(([(header::VARY, "accept-language, cookie")], answer).into_response())
}

/// JSON with a tag by which an unchanged list is not sent again.
fn answer(headers: &HeaderMap, list: &impl Serialize) -> Result<Response, AppError> {
    let json = serde_json::to_vec(list).map_err(anyhow::Error::from)?;
    let tag = format!("\"{}\"", &hex(&Sha256::digest(&json))[..32]);
    let known = tag.parse().map_err(|_| anyhow::anyhow!("not an entity tag: {tag}"))?;
    let fixed = [(header::ETAG, tag), (header::CACHE_CONTROL, "public, no-cache".to_owned())];
    if headers.typed_get::<IfNoneMatch>().is_some_and(|condition| !condition.precondition_passes(&known)) {
        return Ok((StatusCode::NOT_MODIFIED, fixed).into_response());
    }
    Ok((fixed, [(header::CONTENT_TYPE, "application/json")], json).into_response())
}
