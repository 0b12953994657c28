//! Requests and responses, written as messages of HTTP/1.1.

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use liftgate::Body;

use crate::output::look::{Look, NAME, STRONG};

/// A request as an app sees it.
pub(super) fn request(request: &Request<Body>, look: Look) -> Vec<u8> {
    let mut out = Vec::new();
    look.paint(STRONG, request.method().as_str().as_bytes(), &mut out);
    let (target, version) = (request.uri(), request.version());
    out.extend_from_slice(format!(" {target} {version:?}\r\n").as_bytes());
    headers(request.headers(), look, &mut out);
    look.body(&request.body().clone().into_bytes(), &mut out);
    out
}

/// A response as a client gets it.
pub(super) fn response(response: &Response<Bytes>, look: Look) -> Vec<u8> {
    let mut out = format!("{:?} ", response.version()).into_bytes();
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or_default();
    let line = format!("{} {reason}", status.as_str());
    look.paint(STRONG, line.as_bytes(), &mut out);
    out.extend_from_slice(b"\r\n");
    headers(response.headers(), look, &mut out);
    look.body(response.body(), &mut out);
    out
}

fn headers(headers: &HeaderMap, look: Look, out: &mut Vec<u8>) {
    for (name, value) in headers {
        look.paint(NAME, name.as_str().as_bytes(), out);
        out.extend_from_slice(b": ");
        out.extend_from_slice(&look.value(value.as_bytes()));
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
}
