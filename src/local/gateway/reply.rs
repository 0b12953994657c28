//! The gateway's half of a reply: it becomes a response.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};

use super::json::Json;
use super::{Cause, Failure};

/// What a gateway says of a body that the app says nothing of.
const JSON: &str = "application/json";
const TEXT: &str = "text/plain;charset=UTF-8";

/// The response of a reply to an HTTP API.
pub(super) fn parse_http_api(reply: &[u8]) -> Result<Response<Bytes>, Failure> {
    parse_v2(reply, TEXT)
}

/// The response of a reply to a function URL.
pub(super) fn parse_function_url(reply: &[u8]) -> Result<Response<Bytes>, Failure> {
    parse_v2(reply, JSON)
}

/// The response of a reply to an HTTP API with payload format 1.0.
pub(super) fn parse_http_api_v1(reply: &[u8]) -> Result<Response<Bytes>, Failure> {
    let mut response = parse_v1(reply)?;
    default_type(&mut response, TEXT);
    Ok(response)
}

/// The response of a reply in payload format 2.0. One without a status is itself the body.
fn parse_v2(reply: &[u8], default: &'static str) -> Result<Response<Bytes>, Failure> {
    let json = Json::read(reply).map_err(not_json)?;
    if json.get("statusCode").is_none() {
        let body = match json {
            Json::Text(text) => text.into(),
            _ => Bytes::copy_from_slice(reply),
        };
        let mut response = Response::new(body);
        default_type(&mut response, JSON);
        return Ok(response);
    }
    let mut response = Response::new(body_of(&json)?);
    *response.status_mut() = status_of(&json)?;
    for (name, value) in json.get("headers").map(Json::members).unwrap_or_default() {
        append(response.headers_mut(), name, &value.to_string())?;
    }
    for cookie in json.get("cookies").map(Json::elements).unwrap_or_default() {
        append(response.headers_mut(), "set-cookie", &cookie.to_string())?;
    }
    default_type(&mut response, default);
    Ok(response)
}

/// The response of a reply to a REST API, which refuses what it does not know.
pub(super) fn parse_rest(reply: &[u8]) -> Result<Response<Bytes>, Failure> {
    let json = Json::read(reply).map_err(not_json)?;
    let known = [
        "statusCode",
        "headers",
        "multiValueHeaders",
        "body",
        "isBase64Encoded",
    ];
    if let Some((key, _)) = json
        .members()
        .iter()
        .find(|(key, _)| !known.contains(&key.as_str()))
    {
        return Err(refused(format!("the reply has the member `{key}`")));
    }
    let is_scalar = |value: &Json| matches!(value, Json::Text(_) | Json::Bool(_));
    for (name, value) in json
        .get("multiValueHeaders")
        .map(Json::members)
        .unwrap_or_default()
    {
        if !matches!(value, Json::Array(values) if values.iter().all(is_scalar)) {
            return Err(refused(format!(
                "the header `{name}` is no array of strings"
            )));
        }
    }
    for (name, value) in json.get("headers").map(Json::members).unwrap_or_default() {
        if !is_scalar(value) {
            return Err(refused(format!("the header `{name}` is no string")));
        }
    }
    let mut response = response_v1(&json)?;
    default_type(&mut response, JSON);
    Ok(response)
}

/// The response of a reply in payload format 1.0, as HTTP APIs, load balancers and VPC
/// Lattice take it.
pub(super) fn parse_v1(reply: &[u8]) -> Result<Response<Bytes>, Failure> {
    response_v1(&Json::read(reply).map_err(not_json)?)
}

fn response_v1(json: &Json) -> Result<Response<Bytes>, Failure> {
    if !matches!(json, Json::Object(_)) {
        return Err(refused("the reply is no object"));
    }
    let mut response = Response::new(body_of(json)?);
    *response.status_mut() = status_of(json)?;
    for map in ["multiValueHeaders", "headers"] {
        for (name, value) in json.get(map).map(Json::members).unwrap_or_default() {
            let values = match value {
                Json::Array(values) => &values[..],
                value => std::slice::from_ref(value),
            };
            for value in values {
                append(response.headers_mut(), name, &value.to_string())?;
            }
        }
    }
    Ok(response)
}

fn not_json(error: serde_json::Error) -> Failure {
    refused(format!("the reply is not JSON: {error}"))
}

fn refused(message: impl Into<String>) -> Failure {
    Failure::new(Cause::InvalidReply, message)
}

fn status_of(json: &Json) -> Result<StatusCode, Failure> {
    let status = match json.get("statusCode") {
        None | Some(Json::Null) => return Ok(StatusCode::OK),
        Some(value) => value.to_string().parse().ok(),
    };
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    status.ok_or_else(|| refused("the status is no status"))
}

fn body_of(json: &Json) -> Result<Bytes, Failure> {
    let text = match json.get("body") {
        None | Some(Json::Null) => return Ok(Bytes::new()),
        Some(Json::Text(text)) => text,
        Some(_) => return Err(refused("the body is no string")),
    };
    if !matches!(json.get("isBase64Encoded"), Some(Json::Bool(true))) {
        return Ok(text.clone().into());
    }
    let decoded = STANDARD.decode(text);
    decoded
        .map(Bytes::from)
        .map_err(|_| refused("the body is not base64"))
}

fn append(headers: &mut HeaderMap, name: &str, text: &str) -> Result<(), Failure> {
    match (
        HeaderName::from_bytes(name.as_bytes()),
        HeaderValue::from_str(text),
    ) {
        (Ok(name), Ok(value)) => drop(headers.append(name, value)),
        _ => return Err(refused(format!("`{name}` is no header that HTTP has"))),
    }
    Ok(())
}

fn default_type(response: &mut Response<Bytes>, default: &'static str) {
    let default = HeaderValue::from_static(default);
    response
        .headers_mut()
        .entry(header::CONTENT_TYPE)
        .or_insert(default);
}
