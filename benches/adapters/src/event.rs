//! What is converted.

use benches::cases::{self, Case};
use benches::contenders;
use bytes::Bytes;
use http::Request;
use liftgate::{Body, Context, Invocation};

/// A GET of curl's, by an HTTP API.
pub fn small() -> Case {
    Case::new("curl's GET", "http_api", CURL)
}

/// A GET of a browser's, by an HTTP API.
pub fn usual() -> Case {
    let mut cases = cases::all("get_http_api").into_iter();
    let case = cases.find(|case| case.name == "get_http_api").unwrap();
    Case::new("a browser's GET", "http_api", case.event)
}

/// The request of an event.
pub(crate) fn request(case: &Case) -> Request<Body> {
    contenders::request(case).unwrap()
}

/// An invocation by an event.
pub(crate) fn invocation(event: &[u8]) -> Invocation {
    // A copy, as one that has come in has memory of its own.
    Invocation::new(Bytes::copy_from_slice(event), Context::default())
}

const CURL: &str = r#"{"version":"2.0","routeKey":"$default","rawPath":"/items/7","rawQueryString":"","headers":{"accept":"*/*","content-length":"0","host":"a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com","user-agent":"curl/8.9.1","x-amzn-trace-id":"Root=1-6874c1f2-3d0b8e5a7c1946f0a2b4d6e8","x-forwarded-for":"203.0.113.7","x-forwarded-port":"443","x-forwarded-proto":"https"},"requestContext":{"accountId":"123456789012","apiId":"a1b2c3d4e5","domainName":"a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com","domainPrefix":"a1b2c3d4e5","http":{"method":"GET","path":"/items/7","protocol":"HTTP/1.1","sourceIp":"203.0.113.7","userAgent":"curl/8.9.1"},"requestId":"JKJaXmPLvHcESHA=","routeKey":"$default","stage":"$default","time":"14/Jul/2025:09:12:18 +0000","timeEpoch":1752484338467},"isBase64Encoded":false}"#;
