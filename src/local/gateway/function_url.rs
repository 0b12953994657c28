//! Lambda function URL: payload format 2.0, as [a function URL][format] writes it.
//!
//! The path is the client's, malformed or not, and decoded in the context only. Cookies are among
//! the headers as well as apart. A reply without a status is itself the body. Some headers of a
//! response are renamed ([source][renamed]). A stream begins with the head; without one, the reply
//! is the body as it is.
//!
//! [format]: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
//! [renamed]: https://github.com/awslabs/aws-lambda-web-adapter/issues/491

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Request, Response};

use super::account::{REGION, URL_ID};
use super::headers::{cookies, grouped, join_cookies, remove_signature};
use super::json::Json;
use super::payload_v2::{self, Payload};
use super::response::{BYTES, JSON, Rewrites, default_type};
use super::{Arrival, Failure, Gateway, query, reply};

pub(super) const REWRITES: Rewrites = Rewrites {
    renamed: &[
        "connection",
        "content-length",
        "date",
        "server",
        "www-authenticate",
    ],
    dropped: &[],
};

pub(super) fn render(gateway: &Gateway, request: &Request<Bytes>, arrival: &Arrival) -> Vec<u8> {
    let path = request.uri().path();
    let iam = gateway.authorizer.as_ref().and_then(|said| said.get("iam"));
    let caller = match iam.and_then(|iam| iam.get("accountId")) {
        Some(Json::Text(account)) => account,
        _ => "anonymous",
    };
    let payload = Payload {
        raw_path: path.to_owned(),
        path: query::decode(path, false),
        headers: grouped(&headers(request, arrival)),
        cookies: cookies(request.headers()),
        account_id: caller,
        api_id: URL_ID,
        domain: format!("{URL_ID}.lambda-url.{REGION}.on.aws"),
        request_id: &arrival.request_id,
        stage: "$default",
    };
    payload.event(gateway, request, arrival)
}

fn headers(request: &Request<Bytes>, arrival: &Arrival) -> HeaderMap {
    let mut headers = arrival.forwarded(request.headers());
    let tls = [
        ("x-amzn-tls-version", "TLSv1.3"),
        ("x-amzn-tls-cipher-suite", "TLS_AES_128_GCM_SHA256"),
    ];
    for (name, value) in tls {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !request.body().is_empty() {
        headers.insert(header::CONTENT_LENGTH, request.body().len().into());
    }
    headers.remove(header::CONNECTION);
    remove_signature(&mut headers);
    join_cookies(&mut headers);
    headers
}

pub(super) fn parse(gateway: &Gateway, reply: &[u8]) -> Result<Response<Bytes>, Failure> {
    if gateway.is_streaming() {
        let head = bare_stream();
        return Ok(head.map(|()| Bytes::copy_from_slice(reply)));
    }
    payload_v2::parse(reply, JSON, print)
}

pub(super) fn parse_prelude(prelude: &[u8]) -> Result<Response<()>, Failure> {
    let json = reply::object(prelude)?;
    let mut response = payload_v2::head(&json, print)?;
    default_type(response.headers_mut(), BYTES);
    Ok(response)
}

/// The head of what is handed on as it is.
pub(super) fn bare_stream() -> Response<()> {
    let mut response = Response::new(());
    default_type(response.headers_mut(), BYTES);
    response
}

/// A value that is no string is printed: `["a", "b"]` as `[a, b]`.
fn print(_: &str, value: &Json) -> Result<Option<String>, Failure> {
    Ok(Some(value.to_string()).filter(|_| *value != Json::Null))
}
