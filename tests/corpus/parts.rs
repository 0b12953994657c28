//! Parts of a request, in a form in which they can be compared.

use std::collections::BTreeMap;

use http::Request;
use liftgate::Body;
use serde_json::Value;

use super::text;

/// The values of each header but `Content-Length`, which is that of the body.
pub(super) type Headers = BTreeMap<String, Vec<String>>;

pub(super) fn event_headers(event: &Value) -> Headers {
    let multi = event["multiValueHeaders"].as_object();
    let headers = multi.or(event["headers"].as_object());
    let values = headers.into_iter().flatten().flat_map(|(name, values)| {
        let values = values
            .as_array()
            .map_or(std::slice::from_ref(values), Vec::as_slice);
        values
            .iter()
            .map(|value| (name.clone(), text(value).to_owned()))
    });
    headers_of(values)
}

pub(super) fn all_headers(request: &Request<Body>) -> Headers {
    let headers = request.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        (name.to_string(), value.into_owned())
    });
    headers_of(headers)
}

pub(super) fn headers_of(headers: impl Iterator<Item = (String, String)>) -> Headers {
    let mut values = Headers::new();
    for (name, value) in headers {
        let name = name.to_ascii_lowercase();
        if name != "content-length" {
            values.entry(name).or_default().push(value);
        }
    }
    values
}

/// The elements of each header's list (RFC 9110, 5.3), for those who join what is repeated.
pub(super) fn elements(headers: &Headers) -> Headers {
    let mut elements = Headers::new();
    for (name, values) in headers {
        let separator = if name == "cookie" { ';' } else { ',' };
        let split = values.iter().flat_map(|value| value.split(separator));
        let split = split.map(|element| element.trim().to_owned());
        elements.insert(name.clone(), split.collect());
    }
    elements
}

pub(super) fn query_of(request: &Request<Body>) -> Vec<(String, String)> {
    pairs(request.uri().query().unwrap_or_default())
}

/// The decoded names and values of a query.
pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs
        .map(|(name, value)| (decoded(name, true), decoded(value, true)))
        .collect()
}

pub(super) fn decoded(text: &str, plus_is_space: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let digit = |at: usize| tail.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = &tail[2..];
            }
            (b'+', ..) if plus_is_space => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
