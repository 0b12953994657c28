use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use liftgate::{Context, Event};
use serde_json::json;

use crate::{Answer, Asked, Body};

/// The request as the app saw it, with its headers in the order of their names, since not every
/// framework keeps another.
pub async fn anything(asked: Asked) -> Answer {
    let (parts, body) = asked.request.into_parts();
    let mut headers: Vec<_> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), text(value)))
        .collect();
    headers.sort_by_key(|(name, _)| *name);
    let event = parts.extensions.get::<Event>();
    let context = parts.extensions.get::<Context>();
    let seen = json!({
        "method": parts.method.as_str(),
        "uri": parts.uri.to_string(),
        "path": parts.uri.path(),
        "query": parts.uri.query(),
        "version": format!("{:?}", parts.version),
        "headers": headers,
        "body_base64": STANDARD.encode(&body),
        "source": event.map(|event| event.source().name()),
        "client_ip": event.and_then(Event::client_ip),
        "stage": event.and_then(Event::stage),
        "request_id": context.map(Context::request_id),
    });
    let mut answer = Answer::new(Body::from(seen.to_string()));
    let json = HeaderValue::from_static("application/json");
    answer.headers_mut().insert(CONTENT_TYPE, json);
    answer
}

/// A header's value, as UTF-8 if it is that, and else as Latin-1.
fn text(value: &HeaderValue) -> String {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    }
}
