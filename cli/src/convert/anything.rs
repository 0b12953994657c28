//! A request as JSON, with the members that httpbin's `/anything` has.

use std::net::IpAddr;

use base64_simd::STANDARD;
use http::{HeaderValue, Request};
use liftgate::{Body, Event};
use serde::Serialize;

#[derive(Serialize)]
struct Anything<'r> {
    method: &'r str,
    uri: String,
    path: &'r str,
    query: Option<&'r str>,
    version: String,
    headers: Vec<(&'r str, String)>,
    body_base64: String,
    source: Option<&'static str>,
    client_ip: Option<IpAddr>,
    stage: Option<String>,
    /// That of an invocation, and here is none.
    request_id: Option<&'r str>,
}

pub(super) fn json(request: &Request<Body>) -> Vec<u8> {
    let event = request.extensions().get::<Event>();
    let headers = request.headers().iter();
    let anything = Anything {
        method: request.method().as_str(),
        uri: request.uri().to_string(),
        path: request.uri().path(),
        query: request.uri().query(),
        version: format!("{:?}", request.version()),
        headers: headers
            .map(|(name, value)| (name.as_str(), text(value)))
            .collect(),
        body_base64: STANDARD.encode_to_string(request.body().clone().into_bytes()),
        source: event.map(|event| event.source().name()),
        client_ip: event.and_then(Event::client_ip),
        stage: event.and_then(Event::stage),
        request_id: None,
    };
    // Nothing of it is refused.
    serde_json::to_vec(&anything).unwrap_or_default()
}

/// As UTF-8 if it is that, and else as Latin-1.
fn text(value: &HeaderValue) -> String {
    let latin_1 = |_| value.as_bytes().iter().copied().map(char::from).collect();
    String::from_utf8(value.as_bytes().to_vec()).unwrap_or_else(latin_1)
}
