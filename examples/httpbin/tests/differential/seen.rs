//! What came of a request: what the app saw of it, and what the client got.

use base64::Engine as _;
use bytes::Bytes;
use http::{HeaderMap, Method, Response, StatusCode};
use serde_json::Value;

use crate::requests::Sent;

/// Names and values, ordered by name.
pub type Pairs = Vec<(String, Bytes)>;

/// What the client got.
#[derive(Clone, Debug, PartialEq)]
pub struct Got {
    pub status: u16,
    pub headers: Pairs,
    pub body: Body,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    Bytes(Bytes),
    /// The app tells what it saw.
    Seen(Seen),
}

/// What the app saw.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub query: Option<String>,
    pub version: String,
    pub headers: Pairs,
    pub body: Bytes,
}

impl Got {
    pub fn of(response: Response<Bytes>, sent: &Sent) -> Self {
        let (head, body) = response.into_parts();
        let mut headers = pairs(&head.headers);
        // The server's own, unless it is the app's.
        headers.retain(|(name, value)| name != "date" || value.starts_with(DATE));
        // How a body is framed is the connection's affair. Where there is none, a length tells
        // something.
        if sent.method != Method::HEAD && head.status != StatusCode::NOT_MODIFIED {
            remove(&mut headers, "content-length");
            remove(&mut headers, "transfer-encoding");
        }
        let body = match Seen::read(&body) {
            Some(seen) if sent.tells() => Body::Seen(seen),
            _ => Body::Bytes(body),
        };
        Got {
            status: head.status.as_u16(),
            headers,
            body,
        }
    }

    /// The same with the type of another, if it is to have any.
    pub fn typed_as(mut self, other: &Got) -> Self {
        let typed = |pair: &&(String, Bytes)| pair.0 == "content-type";
        let other = other.headers.iter().find(typed);
        for (name, value) in &mut self.headers {
            if name == "content-type" && value == ANY {
                *value = other.map(|(_, value)| value.clone()).unwrap_or_default();
            }
        }
        self
    }

    pub fn seen(&mut self) -> Option<&mut Seen> {
        match &mut self.body {
            Body::Seen(seen) => Some(seen),
            Body::Bytes(_) => None,
        }
    }
}

/// A value that is not known.
pub const ANY: &str = "*";

/// The `Date` that the app is asked to answer with.
const DATE: &[u8] = b"Wed, 21 Oct 2015 07:28:00 GMT";

impl Seen {
    /// `None` where it is not the app that tells something.
    fn read(json: &[u8]) -> Option<Self> {
        let json: Value = serde_json::from_slice(json).ok()?;
        json.get("method")?;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let pairs = json["headers"].as_array().unwrap().iter();
        // The app tells a header that is not UTF-8 as Latin-1.
        let mut headers: Pairs = pairs
            .map(|pair| (text(&pair[0]), text(&pair[1]).into()))
            .collect();
        headers.sort_by(|a, b| a.0.cmp(&b.0));
        let body = base64::engine::general_purpose::STANDARD;
        Some(Seen {
            method: text(&json["method"]),
            path: text(&json["path"]),
            query: json["query"].as_str().map(str::to_owned),
            version: text(&json["version"]),
            headers,
            body: body.decode(text(&json["body_base64"])).unwrap().into(),
        })
    }
}

fn pairs(headers: &HeaderMap) -> Pairs {
    let pairs = headers.iter();
    let mut pairs: Pairs = pairs
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                Bytes::copy_from_slice(value.as_bytes()),
            )
        })
        .collect();
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    pairs
}

pub fn remove(pairs: &mut Pairs, name: &str) -> Vec<Bytes> {
    let (named, rest) = std::mem::take(pairs)
        .into_iter()
        .partition(|pair| pair.0 == name);
    *pairs = rest;
    let named: Pairs = named;
    named.into_iter().map(|(_, value)| value).collect()
}

/// Adds it behind those of its name.
pub fn add(pairs: &mut Pairs, name: &str, value: impl Into<Bytes>) {
    let at = pairs.partition_point(|pair| pair.0.as_str() <= name);
    pairs.insert(at, (name.to_owned(), value.into()));
}
