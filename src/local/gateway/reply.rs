//! Replies, as all gateways read them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::StatusCode;
use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::json::Json;
use super::{Cause, Failure};

/// More than any gateway's limit on their size lets through, and fewer than a `HeaderMap` holds.
const MAX_HEADERS: usize = 10_240;

pub(super) fn refused(reason: impl Into<String>) -> Failure {
    Failure::new(Cause::InvalidReply, reason)
}

pub(super) fn no_text(name: &str) -> Failure {
    refused(format!("the header `{name}` is no text"))
}

pub(super) fn json(reply: &[u8]) -> Result<Json, Failure> {
    Json::read(reply).map_err(|error| refused(format!("the reply is not JSON: {error}")))
}

pub(super) fn object(reply: &[u8]) -> Result<Json, Failure> {
    let json = json(reply)?;
    match json {
        Json::Object(_) => Ok(json),
        _ => Err(refused("the reply is no object")),
    }
}

/// Refuses members that are not among these.
pub(super) fn only(json: &Json, known: &[&str]) -> Result<(), Failure> {
    let mut names = json.members().iter().map(|(name, _)| name.as_str());
    match names.find(|name| !known.contains(name)) {
        Some(name) => Err(refused(format!("the reply has the member `{name}`"))),
        None => Ok(()),
    }
}

/// The status, as a number or in a string.
pub(super) fn status(json: &Json) -> Result<Option<StatusCode>, Failure> {
    let status = match json.get("statusCode") {
        None | Some(Json::Null) => return Ok(None),
        Some(value @ (Json::Number(_) | Json::Text(_))) => value.to_string().parse().ok(),
        Some(_) => None,
    };
    // No response ends with a status below 200.
    let status = status.filter(|status| (200..600).contains(status));
    let status = status.and_then(|status: u16| StatusCode::from_u16(status).ok());
    let no_status = || refused("the reply's `statusCode` is no status of a response");
    status.map(Some).ok_or_else(no_status)
}

/// The status, where there has to be one.
pub(super) fn status_or_refused(json: &Json) -> Result<StatusCode, Failure> {
    status(json)?.ok_or_else(|| refused("the reply has no `statusCode`"))
}

/// The body, out of base64 if that is decoded.
pub(super) fn body(json: &Json, is_decoded: bool) -> Result<Bytes, Failure> {
    let is_decoded = is_base64(json)? && is_decoded;
    let text = match json.get("body") {
        None | Some(Json::Null) => return Ok(Bytes::new()),
        Some(Json::Text(text)) => text,
        Some(_) => return Err(refused("the reply's `body` is no string")),
    };
    if !is_decoded {
        return Ok(text.clone().into());
    }
    let decoded = STANDARD.decode(text).map(Bytes::from);
    decoded.map_err(|error| {
        let reason = format!("the reply's `body` is said to be base64, and is not: {error}");
        Failure::new(Cause::InvalidBase64, reason)
    })
}

/// Whether the body is said to be base64.
pub(super) fn is_base64(json: &Json) -> Result<bool, Failure> {
    match json.get("isBase64Encoded") {
        None | Some(Json::Null) => Ok(false),
        Some(Json::Bool(flag)) => Ok(*flag),
        Some(_) => Err(refused("the reply's `isBase64Encoded` is no boolean")),
    }
}

/// The members of an object, each once; none where there is no object.
pub(super) fn members<'j>(json: &'j Json, key: &str) -> Result<Vec<(&'j str, &'j Json)>, Failure> {
    let object = match json.get(key) {
        None | Some(Json::Null) => return Ok(Vec::new()),
        Some(object @ Json::Object(_)) => object,
        Some(_) => return Err(refused(format!("the reply's `{key}` is no object"))),
    };
    let members = object.members();
    if members.len() > MAX_HEADERS {
        return Err(too_many());
    }
    let is_last = |(index, (name, _)): &(usize, &(String, Json))| {
        members[index + 1..].iter().all(|(later, _)| later != name)
    };
    let each = members.iter().enumerate().filter(is_last);
    Ok(each
        .map(|(_, (name, value))| (name.as_str(), value))
        .collect())
}

/// A header's value, which may be a boolean.
pub(super) fn scalar(name: &str, value: &Json) -> Result<String, Failure> {
    match value {
        Json::Text(_) | Json::Bool(_) => Ok(value.to_string()),
        _ => Err(no_text(name)),
    }
}

/// An array of them.
pub(super) fn scalars(name: &str, values: &Json) -> Result<Vec<String>, Failure> {
    match values {
        Json::Array(values) => values.iter().map(|value| scalar(name, value)).collect(),
        _ => Err(refused(format!("the header `{name}` is no array"))),
    }
}

/// The values of a header in an array, or one that is by itself.
pub(super) fn one_or_more(value: &Json) -> impl Iterator<Item = &Json> {
    let one = Some(value).filter(|value| !matches!(value, Json::Array(_)));
    value.elements().iter().chain(one)
}

/// Adds the reply's `cookies`.
pub(super) fn cookies(json: &Json, headers: &mut HeaderMap) -> Result<(), Failure> {
    match json.get("cookies") {
        None | Some(Json::Null) => Ok(()),
        Some(Json::Array(cookies)) => cookies.iter().try_for_each(|cookie| match cookie {
            Json::Text(cookie) => append(headers, "set-cookie", cookie),
            _ => Err(refused("a cookie of the reply's is no string")),
        }),
        Some(_) => Err(refused("the reply's `cookies` are no array")),
    }
}

pub(super) fn append(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), Failure> {
    let parsed = HeaderName::from_bytes(name.as_bytes());
    let (Ok(name), Ok(value)) = (parsed, HeaderValue::from_str(value)) else {
        return Err(refused(format!("`{name}` is no header that HTTP has")));
    };
    if headers.len() >= MAX_HEADERS {
        return Err(too_many());
    }
    headers.append(name, value);
    Ok(())
}

fn too_many() -> Failure {
    refused(format!("the reply has more than {MAX_HEADERS} headers"))
}
