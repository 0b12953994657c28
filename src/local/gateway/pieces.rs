//! What the events of the local gateway are made of.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::json::Object;
use crate::source::wire::percent_decode;

pub(super) type Pairs = Vec<(Vec<u8>, Vec<u8>)>;
pub(super) type Multi = Vec<(Vec<u8>, Vec<Vec<u8>>)>;

/// What a REST API does not hand on.
pub(super) const REST_DROPS: [&str; 12] = [
    "connection",
    "content-length",
    "content-md5",
    "expect",
    "max-forwards",
    "proxy-authenticate",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
];

/// API Gateway's spelling of the names it knows.
pub(super) fn title_case(name: Vec<u8>) -> Vec<u8> {
    let known = [
        "host",
        "user-agent",
        "authorization",
        "x-amzn-trace-id",
        "content-length",
    ];
    let is_known =
        known.iter().any(|known| known.as_bytes() == name) || name.starts_with(b"x-forwarded-");
    if !is_known {
        return name;
    }
    let mut starts = true;
    let title = name.iter().map(|byte| {
        let titled = if starts {
            byte.to_ascii_uppercase()
        } else {
            *byte
        };
        starts = *byte == b'-';
        titled
    });
    title.collect()
}

pub(super) fn header_of(request: &Request<Bytes>, name: HeaderName) -> &[u8] {
    request
        .headers()
        .get(name)
        .map(HeaderValue::as_bytes)
        .unwrap_or_default()
}

pub(super) fn grouped(headers: &HeaderMap) -> Multi {
    let mut groups: Multi = Vec::new();
    for name in headers.keys() {
        let values = headers
            .get_all(name)
            .iter()
            .map(|value| value.as_bytes().to_vec());
        groups.push((name.as_str().into(), values.collect()));
    }
    groups
}

pub(super) fn joined(headers: &HeaderMap, comma: &[u8]) -> Pairs {
    let groups = grouped(headers).into_iter();
    groups
        .map(|(name, values)| (name, values.join(comma)))
        .collect()
}

pub(super) fn last(pairs: &Multi) -> Pairs {
    let last = |values: &Vec<Vec<u8>>| values.last().cloned().unwrap_or_default();
    pairs
        .iter()
        .map(|(name, values)| (name.clone(), last(values)))
        .collect()
}

pub(super) fn decoded_query(query: &str) -> BTreeMap<Vec<u8>, Vec<Vec<u8>>> {
    let mut names: BTreeMap<Vec<u8>, Vec<Vec<u8>>> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (
            percent_decode(name.as_bytes(), true),
            percent_decode(value.as_bytes(), true),
        );
        names.entry(name).or_default().push(value);
    }
    names
}

pub(super) fn raw_query(query: &str) -> Multi {
    let mut names: BTreeMap<Vec<u8>, Vec<Vec<u8>>> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        names.entry(name.into()).or_default().push(value.into());
    }
    names.into_iter().collect()
}

/// Whether the gateway takes a body of this type for text.
pub(super) fn is_text_type(headers: &HeaderMap) -> bool {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    let texts = [
        "application/json",
        "application/javascript",
        "application/xml",
    ];
    essence.starts_with("text/") || texts.contains(&essence.as_str())
}

pub(super) fn body(
    event: &mut Object,
    body: &Bytes,
    is_text: bool,
    empty: Option<&str>,
    flag: &str,
) {
    let is_text = is_text && std::str::from_utf8(body).is_ok();
    let is_base64 = !body.is_empty() && !is_text;
    match empty {
        _ if is_base64 => event.text("body", STANDARD.encode(body)),
        _ if !body.is_empty() => event.text("body", body),
        Some(empty) => event.raw("body", empty),
        None => {}
    }
    event.raw(flag, if is_base64 { "true" } else { "false" });
}
