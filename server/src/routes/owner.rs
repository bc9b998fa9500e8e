//! Whoever made a project, known by the token that came with it.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use axum_extra::{
    TypedHeader,
    headers::{Authorization, authorization::Bearer},
};

use crate::{error::AppError, id::is_id, state::SharedState};

/// The id of the project in the path, whose token came along.
pub(super) struct Owner(pub(super) String);

impl FromRequestParts<SharedState> for Owner {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &SharedState) -> Result<Self, AppError> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| AppError::not_found())?;
        let id = params.iter().find(|(name, _)| *name == "id").map(|(_, id)| id.to_owned());
        let id = id.filter(|id| is_id(id)).ok_or_else(AppError::unauthorized)?;
        let token = TypedHeader::<Authorization<Bearer>>::from_request_parts(parts, state).await;
        let TypedHeader(Authorization(token)) = token.map_err(|_| AppError::unauthorized())?;
        if !state.key.accepts(&id, token.token()) {
            return Err(AppError::unauthorized());
        }
        state.limits.owner(&id)?;
        Ok(Self(id))
    }
}
