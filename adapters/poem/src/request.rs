use http::HeaderMap;
use http::uri::Scheme;
use liftgate::{Body, Event};
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, RequestParts};

/// The request as poem's server would have made it of the client's connection.
pub(crate) fn convert(request: http::Request<Body>) -> poem::Request {
    let (parts, body) = request.into_parts();
    let event = parts.extensions.get::<Event>();
    let client = event.and_then(Event::client_addr);
    let client = client.map(Addr::SocketAddr);
    let scheme = scheme(&parts.headers);
    let remote = RemoteAddr(client.unwrap_or_default());
    let parts = RequestParts::from((parts, LocalAddr::default(), remote, scheme));
    let body = body.into_bytes();
    let body = match body.is_empty() {
        // This needs no memory.
        true => poem::Body::empty(),
        false => poem::Body::from_bytes(body),
    };
    poem::Request::from_parts(parts, body)
}

/// The scheme by which the client spoke to the gateway. Where there are several, the last is the
/// gateway's own.
fn scheme(headers: &HeaderMap) -> Scheme {
    let mut values = headers.get_all("x-forwarded-proto").into_iter();
    let last = values.next_back().map(|value| value.as_bytes());
    let last = last.and_then(|value| value.rsplit(|byte| *byte == b',').next());
    match last {
        Some(scheme) if scheme.trim_ascii().eq_ignore_ascii_case(b"https") => Scheme::HTTPS,
        _ => Scheme::HTTP,
    }
}
