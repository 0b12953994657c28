//! The built-in events, and the responses to them.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, SET_COOKIE};
use http::{HeaderValue, Response};
use serde_json::json;

const MIB: usize = 1 << 20;

/// An event, and the response of the app to it.
#[derive(Debug)]
pub struct Case {
    /// The name in the table: of a user's own event, its file.
    pub name: String,
    /// The gateway, by the name that [`Source::name`](liftgate::source::Source::name) gives it.
    pub source: &'static str,
    /// The event.
    pub event: Vec<u8>,
    /// The response of the app.
    pub response: Response<Bytes>,
    /// Whether the request was HEAD, so that the reply has no body.
    pub is_head: bool,
    /// Whether lambda_http knows this kind of event.
    pub is_known_to_lambda_http: bool,
    /// The base64 of the event's body, where the response's body goes as base64 too.
    pub base64: Option<Vec<u8>>,
}

impl Case {
    /// An event that is answered by a small JSON document.
    pub fn new(name: impl Into<String>, source: &'static str, event: impl Into<Vec<u8>>) -> Self {
        let body = format!(r#"{{"items":[{}]}}"#, vec!["1234567"; 23].join(","));
        Case {
            name: name.into(),
            source,
            event: event.into(),
            response: respond("application/json", body.into()),
            is_head: false,
            // There is no type for it.
            is_known_to_lambda_http: source != "lattice_v1",
            base64: None,
        }
    }

    fn answered_by(self, content_type: &'static str, body: Bytes) -> Self {
        Case {
            response: respond(content_type, body),
            ..self
        }
    }
}

macro_rules! event {
    ($name:expr) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/events/",
            $name,
            ".json"
        ))
    };
}

/// A browser's GET request, or an event of a WebSocket API.
macro_rules! small {
    ($name:literal, $source:literal) => {
        Case::new($name, $source, event!($name))
    };
}

/// A browser's POST request with 2 KB of JSON, which is answered by as much.
macro_rules! post {
    ($name:literal, $source:literal) => {
        small!($name, $source).answered_by("application/json", json_text(2048).into())
    };
}

/// The cases with the given text in their name.
///
/// Lambda takes 6,291,556 bytes of a reply. As text, 5 MiB fit, and so they do with an escape
/// for every nine bytes; in base64 they would have 6,990,508 bytes, so the largest binary body
/// is one of 4 MiB.
pub fn all(filter: &str) -> Vec<Case> {
    let mut cases = vec![
        small!("get_rest_api", "rest_api"),
        small!("get_http_api", "http_api"),
        small!("get_http_api_v1", "http_api_v1"),
        small!("get_function_url", "function_url"),
        small!("get_alb", "alb"),
        small!("get_alb_multi", "alb"),
        small!("get_lattice", "lattice"),
        small!("get_lattice_v1", "lattice_v1"),
        small!("websocket_connect", "websocket"),
        small!("websocket_message", "websocket"),
        post!("post_json_rest_api", "rest_api"),
        post!("post_json_http_api", "http_api"),
        post!("post_json_function_url", "function_url"),
        post!("post_json_alb_multi", "alb"),
    ];
    cases.retain(|case| case.name.contains(filter));
    // Made only if asked for, since they are large.
    let mut add = |name: &'static str, make: &dyn Fn(&'static str) -> Case| {
        if name.contains(filter) {
            cases.push(make(name));
        }
    };
    add("text_1mib", &|name| text(name, MIB));
    add("text_5mib", &|name| text(name, 5 * MIB));
    add("escaped_1mib", &|name| escaped(name, MIB));
    add("escaped_5mib", &|name| escaped(name, 5 * MIB));
    add("binary_1mib", &|name| binary(name, MIB));
    add("binary_4mib", &|name| binary(name, 4 * MIB));
    cases
}

/// The body is text that needs no escapes.
fn text(name: &'static str, len: usize) -> Case {
    let mut body = "The quick brown fox jumps over the lazy dog. ".repeat(len / 45 + 1);
    body.truncate(len);
    echoed(name, "text/plain", body)
}

/// The body is JSON, full of quotes.
fn escaped(name: &'static str, len: usize) -> Case {
    echoed(name, "application/json", json_text(len))
}

/// The body is binary, so it goes as base64.
fn binary(name: &'static str, len: usize) -> Case {
    const TYPE: &str = "application/octet-stream";
    let body = noise(len);
    let base64 = base64_simd::STANDARD.encode_to_string(&body);
    let end = format!(r#""body":"{base64}","isBase64Encoded":true}}"#);
    Case {
        base64: Some(base64.into()),
        ..large(name, TYPE, body.len(), &end).answered_by(TYPE, body.into())
    }
}

/// The body is given back.
fn echoed(name: &'static str, content_type: &'static str, body: String) -> Case {
    let end = format!(r#""body":{},"isBase64Encoded":false}}"#, json!(body));
    large(name, content_type, body.len(), &end).answered_by(content_type, body.into())
}

/// A POST request to an HTTP API, with the given end of its event.
fn large(name: &'static str, content_type: &str, len: usize, end: &str) -> Case {
    // By hand, so that the members stay in the order in which the gateway writes them.
    let headers = format!(r#""content-length":"{len}","content-type":"{content_type}""#);
    let event = event!("get_http_api")
        .trim_end()
        .replace(r#""method":"GET""#, r#""method":"POST""#)
        .replace(r#""content-length":"0""#, &headers)
        .replace(r#""isBase64Encoded":false}"#, end);
    Case::new(name, "http_api", event)
}

fn respond(content_type: &'static str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, "private, max-age=60"),
        (ETAG, r#""5f2a7b3c4d6e""#),
        (SET_COOKIE, "session=4f6d1c9a2e8b; HttpOnly; Secure; Path=/"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let id = HeaderValue::from_static("0d6f2c1e-8a43-4b57-9e1c-5f2a7b3c4d6e");
    headers.insert("x-request-id", id);
    response
}

/// A JSON document: a quote every ten bytes or so, and a line for each item.
fn json_text(len: usize) -> String {
    let mut text = String::from("[\n");
    for item in 0.. {
        if text.len() + 50 >= len {
            break;
        }
        text += &format!("{{\"description\":\"some words on item {item:06}\"}},\n");
    }
    text + "null]"
}

/// Bytes as good as random (xorshift64).
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let words = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.take(len / 8).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_cases_are_what_their_names_say() {
        for (name, len) in [
            ("text_1mib", MIB),
            ("escaped_1mib", MIB),
            ("binary_4mib", 4 * MIB),
        ] {
            let case = all(name).remove(0);
            let event: serde_json::Value = serde_json::from_slice(&case.event).unwrap();
            assert_eq!(event["requestContext"]["http"]["method"], "POST", "{name}");
            let headers = &event["headers"];
            let is_exact = case.response.body().len().abs_diff(len) < 50;
            assert!(is_exact, "{name}: {}", case.response.body().len());
            assert_eq!(
                headers["content-length"],
                case.response.body().len().to_string()
            );
            assert_eq!(event["isBase64Encoded"], case.base64.is_some(), "{name}");
        }
    }

    #[test]
    fn names_are_unique() {
        let cases = all("");
        let names: std::collections::BTreeSet<_> = cases.iter().map(|case| &case.name).collect();
        assert_eq!(names.len(), cases.len());
    }
}
