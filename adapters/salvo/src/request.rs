use http::uri::Scheme;
use http::{HeaderMap, Request};
use liftgate::{Body, Event};
use salvo_core::conn::SocketAddr;

/// The client's address, as the gateway saw it.
pub(crate) fn address(request: &Request<Body>) -> SocketAddr {
    let event = request.extensions().get::<Event>();
    let client = event.and_then(Event::client_addr);
    client.map_or(SocketAddr::Unknown, SocketAddr::from)
}

/// The scheme by which the client spoke to the gateway. Where there are several, the last is the
/// gateway's own.
pub(crate) fn scheme(headers: &HeaderMap) -> Scheme {
    let mut values = headers.get_all("x-forwarded-proto").into_iter();
    let last = values.next_back().map(|value| value.as_bytes());
    let last = last.and_then(|value| value.rsplit(|byte| *byte == b',').next());
    match last {
        Some(scheme) if scheme.trim_ascii().eq_ignore_ascii_case(b"https") => Scheme::HTTPS,
        _ => Scheme::HTTP,
    }
}
