//! The request as the app saw it.

use axum::Json;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use liftgate::{Context, Event};
use serde_json::{Value, json};

pub(crate) async fn anything(request: Request) -> Result<Json<Value>, (StatusCode, String)> {
    let (parts, body) = request.into_parts();
    // Without a limit: the gateway has one, and the body is in memory already.
    let body = to_bytes(body, usize::MAX)
        .await
        .map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
    let headers: Vec<_> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), text(value)))
        .collect();
    let event = parts.extensions.get::<Event>();
    let context = parts.extensions.get::<Context>();
    Ok(Json(json!({
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
    })))
}

/// A header's value, as UTF-8 if it is that, and else as Latin-1.
fn text(value: &HeaderValue) -> String {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    }
}
