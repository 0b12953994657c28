//! Answers that are all head: statuses, headers, cookies.

use http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::json;

use crate::asked::{or_bad_request, text};
use crate::{Answer, Asked, Body};

/// The status that the parameter says.
pub async fn status(asked: Asked) -> Answer {
    let status = asked.number().and_then(|code| {
        let status = StatusCode::from_u16(code);
        status.map_err(text)
    });
    or_bad_request(status.map(|status| head(status, HeaderMap::new())))
}

/// Each pair of the query, or of a body that is JSON, as a header.
pub async fn response_headers(asked: Asked) -> Answer {
    or_bad_request(headers_of(&asked))
}

fn headers_of(asked: &Asked) -> Result<Answer, String> {
    let pairs: Vec<(String, String)> = match &asked.request.body()[..] {
        [] => {
            let pairs = asked.pairs();
            let owned = pairs.map(|(name, value)| (name.into_owned(), value.into_owned()));
            owned.collect()
        }
        json => serde_json::from_slice(json).map_err(text)?,
    };
    let mut answer = Answer::new(Body::from(json!(pairs).to_string()));
    for (name, value) in &pairs {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(text)?;
        answer.headers_mut().append(name, header_value(value)?);
    }
    let kind = answer.headers_mut().entry(CONTENT_TYPE);
    kind.or_insert(HeaderValue::from_static("application/json"));
    Ok(answer)
}

/// A cookie for each pair of the query.
pub async fn set_cookies(asked: Asked) -> Answer {
    let cookies = asked.pairs();
    let cookies = cookies.map(|(name, value)| {
        let cookie = header_value(&format!("{name}={value}"))?;
        Ok((SET_COOKIE, cookie))
    });
    let cookies: Result<Vec<_>, _> = cookies.collect();
    let head = |cookies| head(StatusCode::OK, HeaderMap::from_iter(cookies));
    or_bad_request(cookies.map(head))
}

/// A redirect to the number before the parameter.
pub async fn redirect(asked: Asked) -> Answer {
    let next = asked.number().and_then(|n: u64| match n.checked_sub(1) {
        Some(n) => header_value(&format!("/redirect/{n}")),
        None => header_value("/anything"),
    });
    let head = |next| head(StatusCode::FOUND, HeaderMap::from_iter([(LOCATION, next)]));
    or_bad_request(next.map(head))
}

/// A header that is Latin-1.
pub async fn bad_header(_: Asked) -> Answer {
    let value = HeaderValue::from_bytes(b"caf\xe9").map_err(text);
    let name = HeaderName::from_static("x-bad");
    let head = |value| head(StatusCode::OK, HeaderMap::from_iter([(name, value)]));
    or_bad_request(value.map(head))
}

/// To `HEAD`, a server sends the length and not the body.
pub async fn head_with_length(_: Asked) -> Answer {
    let mut answer = Answer::new(Body::from("x".repeat(1234)));
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, text);
    answer
}

fn head(status: StatusCode, headers: HeaderMap) -> Answer {
    let mut answer = Answer::new(Body::from(""));
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    answer
}

fn header_value(value: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_bytes(value.as_bytes()).map_err(text)
}
