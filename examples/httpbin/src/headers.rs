//! Answers that are all head: statuses, headers, cookies.

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

type BadRequest = (StatusCode, String);
type Pairs = Vec<(String, String)>;

pub(crate) async fn status(Path(code): Path<u16>) -> Result<StatusCode, BadRequest> {
    StatusCode::from_u16(code).map_err(bad_request)
}

pub(crate) async fn response_headers(
    Query(pairs): Query<Pairs>,
    body: String,
) -> Result<(HeaderMap, Json<Pairs>), BadRequest> {
    let pairs = match body.as_str() {
        "" => pairs,
        json => serde_json::from_str(json).map_err(bad_request)?,
    };
    let mut headers = HeaderMap::new();
    for (name, value) in &pairs {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(bad_request)?;
        headers.append(name, header_value(value)?);
    }
    Ok((headers, Json(pairs)))
}

pub(crate) async fn set_cookies(Query(pairs): Query<Pairs>) -> Result<HeaderMap, BadRequest> {
    let mut headers = HeaderMap::new();
    for (name, value) in &pairs {
        headers.append(SET_COOKIE, header_value(&format!("{name}={value}"))?);
    }
    Ok(headers)
}

pub(crate) async fn redirect(Path(n): Path<u64>) -> (StatusCode, [(HeaderName, String); 1]) {
    let next = match n.checked_sub(1) {
        Some(n) => format!("/redirect/{n}"),
        None => "/anything".to_owned(),
    };
    (StatusCode::FOUND, [(LOCATION, next)])
}

pub(crate) async fn bad_header() -> [(&'static str, &'static [u8]); 1] {
    [("x-bad", b"caf\xe9")]
}

/// To `HEAD`, the router sends the length and not the body.
pub(crate) async fn head_with_length() -> String {
    "x".repeat(1234)
}

fn header_value(text: &str) -> Result<HeaderValue, BadRequest> {
    HeaderValue::from_bytes(text.as_bytes()).map_err(bad_request)
}

fn bad_request(error: impl std::error::Error) -> BadRequest {
    (StatusCode::BAD_REQUEST, error.to_string())
}
