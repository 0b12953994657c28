//! The events, and the responses to them.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use http::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, SET_COOKIE};
use serde_json::json;

/// A megabyte, as gateways count it.
const LARGE: usize = 1 << 20;

/// An event, and the response of the app to it.
#[derive(Debug)]
pub struct Case {
    /// The name in the table.
    pub name: &'static str,
    /// The gateway.
    pub source: &'static str,
    /// The event.
    pub event: Vec<u8>,
    /// The response of the app.
    pub response: Response<Bytes>,
    /// Whether lambda_http knows this kind of event.
    pub is_known_to_lambda_http: bool,
}

impl Case {
    fn new(name: &'static str, source: &'static str, event: impl Into<Vec<u8>>) -> Self {
        let body = format!(r#"{{"items":[{}]}}"#, vec!["1234567"; 23].join(","));
        Case {
            name,
            source,
            event: event.into(),
            response: respond("application/json", body.into()),
            is_known_to_lambda_http: source != "lattice_v1",
        }
    }
}

macro_rules! fixture {
    ($name:expr) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../tests/fixtures/",
            $name
        ))
    };
}

/// A browser's GET request, or an event of a WebSocket API.
macro_rules! small {
    ($name:literal, $source:literal) => {
        Case::new($name, $source, fixture!(concat!($name, ".json")))
    };
}

/// The cases with the given text in their name.
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
        large("large_text", "text/plain", text().into()),
        large("large_escaped", "application/json", json_text().into()),
        large("large_binary", "application/octet-stream", noise().into()),
    ];
    cases.retain(|case| case.name.contains(filter));
    cases
}

/// A POST request to an HTTP API whose body is given back.
fn large(name: &'static str, content_type: &str, body: Bytes) -> Case {
    let (text, is_base64) = match std::str::from_utf8(&body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (BASE64_STANDARD.encode(&body), true),
    };
    // By hand, so that the members stay in the order in which the gateway writes them.
    let length = format!(
        r#""content-length":"{}","content-type":"{content_type}""#,
        body.len()
    );
    let end = format!(r#""body":{},"isBase64Encoded":{is_base64}}}"#, json!(text));
    let event = fixture!("get_http_api.json").trim_end();
    let event = replace(event, r#""method":"GET""#, r#""method":"POST""#);
    let event = replace(&event, r#""content-length":"0""#, &length);
    let event = replace(&event, r#""isBase64Encoded":false}"#, &end);
    Case {
        response: respond(content_type, body),
        ..Case::new(name, "http_api", event)
    }
}

fn replace(event: &str, from: &str, to: &str) -> String {
    assert_eq!(event.matches(from).count(), 1, "{from}");
    event.replace(from, to)
}

fn respond(content_type: &str, body: Bytes) -> Response<Bytes> {
    Response::builder()
        .header(CONTENT_TYPE, content_type)
        .header(CACHE_CONTROL, "private, max-age=60")
        .header(ETAG, r#""5f2a7b3c4d6e""#)
        .header("x-request-id", "0d6f2c1e-8a43-4b57-9e1c-5f2a7b3c4d6e")
        .header(SET_COOKIE, "session=4f6d1c9a2e8b; HttpOnly; Secure; Path=/")
        .body(body)
        .unwrap()
}

/// Text that needs no escapes.
fn text() -> String {
    let mut text = "The quick brown fox jumps over the lazy dog. ".repeat(LARGE / 45 + 1);
    text.truncate(LARGE);
    text
}

/// A JSON document: a quote every ten bytes or so, and a line for each item.
fn json_text() -> String {
    let mut text = String::from("[\n");
    for item in 0.. {
        if text.len() >= LARGE - 50 {
            break;
        }
        text += &format!("{{\"description\":\"some words on item {item:06}\"}},\n");
    }
    text + "null]"
}

/// Bytes as good as random (xorshift64).
fn noise() -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let words = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.take(LARGE / 8).flatten().collect()
}
