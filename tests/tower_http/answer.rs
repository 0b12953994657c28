//! What is sent, and what comes back.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::HeaderName;
use http::{Method, Request, Response, StatusCode};

/// A request.
#[derive(Clone, Debug)]
pub struct Sent {
    pub method: Method,
    pub target: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
}

impl Sent {
    pub fn new(method: Method, target: &str) -> Self {
        Sent {
            method,
            target: target.to_owned(),
            headers: vec![("host", "api.example.com".to_owned())],
            body: Bytes::new(),
        }
    }

    pub fn get(target: &str) -> Self {
        Sent::new(Method::GET, target)
    }

    pub fn head(target: &str) -> Self {
        Sent::new(Method::HEAD, target)
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub fn request(&self) -> Request<Bytes> {
        let mut request = Request::builder().method(&self.method).uri(&self.target);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request.body(self.body.clone()).unwrap()
    }
}

/// What a client gets, but for what every server and every gateway says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub status: StatusCode,
    /// The values of each header, joined.
    headers: BTreeMap<String, String>,
    pub body: Bytes,
}

impl Answer {
    pub fn of(response: Response<Bytes>, sent: &Sent) -> Self {
        let (head, body) = response.into_parts();
        let mut headers = BTreeMap::<String, String>::new();
        for (name, value) in &head.headers {
            let renamed = name.as_str().strip_prefix("x-amzn-remapped-");
            let name = renamed.unwrap_or(name.as_str());
            if OF_THE_CONNECTION.contains(&name) {
                continue;
            }
            let value = value.to_str().unwrap();
            let joined = headers.entry(name.to_owned()).or_default();
            if !joined.is_empty() {
                joined.push_str(", ");
            }
            joined.push_str(value);
        }
        // Whether a body comes with its length or in chunks is the connection's affair, but the
        // length is right. Where there is no body, it tells what there would be.
        if sent.method != Method::HEAD && head.status != StatusCode::NOT_MODIFIED {
            if let Some(length) = headers.remove("content-length") {
                assert_eq!(length, body.len().to_string(), "{sent:?}");
            }
        }
        Answer {
            status: head.status,
            headers,
            body,
        }
    }

    /// A header's values; empty where there are none.
    pub fn header(&self, name: &HeaderName) -> &str {
        self.headers.get(name.as_str()).map_or("", String::as_str)
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The same by a gateway that changes nothing but what all do: one gives a type to what has
    /// none, and nobody knows how long a stream will be.
    pub fn assert_same(&self, plain: &Answer, is_streaming: bool, told: &str) {
        let mut plain = plain.clone();
        let content_type = "content-type".to_owned();
        if let (None, Some(implied)) = (
            plain.headers.get(&content_type),
            self.headers.get(&content_type),
        ) {
            plain.headers.insert(content_type, implied.clone());
        }
        if is_streaming {
            plain.headers.remove("content-length");
        }
        assert_eq!(*self, plain, "{told}");
    }
}

const OF_THE_CONNECTION: [&str; 9] = [
    "apigw-requestid",
    "connection",
    "date",
    "keep-alive",
    "server",
    "transfer-encoding",
    "x-amz-apigw-id",
    "x-amzn-requestid",
    "x-amzn-trace-id",
];
