//! Who asks: the address of the socket, or the one that a trusted proxy tells; how often it may, and how often it did.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Instant,
};

use axum::{
    Extension,
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderMap, Method},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{error::REQUEST_ID, state::SharedState};

const FORWARDED_FOR: &str = "x-forwarded-for";
/// Longest request id that is taken from a proxy.
const REQUEST_ID_BYTES_MAX: usize = 128;

/// The address of whoever asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client(pub(super) IpAddr);

/// Middleware: finds the client's address, and drops what only a trusted proxy may say.
pub(super) async fn identify(State(state): State<SharedState>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical());
    let peer = peer.unwrap_or(Ipv4Addr::UNSPECIFIED.into());
    let is_proxy = |address: IpAddr| state.options.trusted_proxies.iter().any(|network| network.contains(&address));
    let client = if is_proxy(peer) { forwarded(request.headers(), peer, is_proxy) } else { peer };
    if !is_proxy(peer) || !has_request_id(request.headers()) {
        request.headers_mut().remove(REQUEST_ID);
    }
    request.extensions_mut().insert(Client(client));
    next.run(request).await
}

/// Each proxy adds whom it heard from at the end: the last that is no proxy of ours is the client.
fn forwarded(headers: &HeaderMap, peer: IpAddr, is_proxy: impl Fn(IpAddr) -> bool) -> IpAddr {
    let told = headers.get_all(FORWARDED_FOR);
    let mut told: Vec<&str> =
        told.iter().filter_map(|value| value.to_str().ok()).flat_map(|it| it.split(',')).collect();
    let mut client = peer;
    while let Some(address) = told.pop().and_then(|address| address.trim().parse::<IpAddr>().ok()) {
        client = address.to_canonical();
        if !is_proxy(client) {
            break;
        }
    }
    client
}

fn has_request_id(headers: &HeaderMap) -> bool {
    headers.get(REQUEST_ID).is_some_and(|id| {
        let id = id.as_bytes();
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
        !id.is_empty() && id.len() <= REQUEST_ID_BYTES_MAX && id.iter().all(plain)
    })
}

/// Middleware: refuses whoever asks too often.
pub(super) async fn limit(
    State(state): State<SharedState>,
    Extension(Client(address)): Extension<Client>,
    request: Request,
    next: Next,
) -> Response {
    match state.limits.request(address) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// Middleware: counts answers and their time by route.
pub(super) async fn count(
    State(state): State<SharedState>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let since = Instant::now();
    let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
    let method = known.into_iter().find(|method| method == request.method());
    let response = next.run(request).await;
    let method = method.as_ref().map_or("other", Method::as_str);
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    state.metrics.request(method, route, response.status().as_u16(), since.elapsed());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_address_that_is_no_proxy_is_the_client() {
        let is_proxy = |address: IpAddr| address.to_string().starts_with("10.");
        let peer: IpAddr = [10, 0, 0, 1].into();
        for (told, client) in [
            ("203.0.113.9", "203.0.113.9"),
            ("198.51.100.7, 203.0.113.9", "203.0.113.9"),
            ("203.0.113.9, 10.0.0.2", "203.0.113.9"),
            ("nonsense", "10.0.0.1"),
            ("203.0.113.9, nonsense, 10.0.0.2", "10.0.0.2"),
            ("", "10.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(FORWARDED_FOR, told.parse().unwrap());
            assert_eq!(forwarded(&headers, peer, is_proxy).to_string(), client, "{told}");
        }
    }
}
