//! The request, made of all that was read.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderValue, Method, Request, Uri, Version};

use super::headers::TOO_MANY;
use super::{HeadersIn, Value, Wire};
use crate::{Body, Error};

/// The request, once all its parts are known.
pub(crate) fn request(
    method: Method,
    uri: Uri,
    protocol: Value<'_>,
    headers: HeadersIn<'_>,
    body: Bytes,
) -> Result<Request<Body>, Error> {
    let mut headers = headers.into_map();
    // The body is delivered whole, in the length it has now that it is decoded. A gateway
    // that takes the length away had one, or chunks, from the client.
    headers.remove(TRANSFER_ENCODING);
    if !body.is_empty() {
        let inserted = headers.try_insert(CONTENT_LENGTH, body.len().into());
        inserted.map_err(|_| Error::invalid_event("headers", 0, TOO_MANY))?;
    } else if headers.contains_key(CONTENT_LENGTH) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.version_mut() = version(protocol);
    *request.headers_mut() = headers;
    Ok(request)
}

/// The version the client spoke; HTTP/1.1 where the gateway does not say.
fn version(protocol: Value<'_>) -> Version {
    let versions = [
        ("HTTP/1.1", Version::HTTP_11),
        ("HTTP/2.0", Version::HTTP_2),
        ("HTTP/2", Version::HTTP_2),
        ("HTTP/1.0", Version::HTTP_10),
        ("HTTP/3.0", Version::HTTP_3),
        ("HTTP/3", Version::HTTP_3),
    ];
    let known = versions
        .into_iter()
        .find(|(name, _)| protocol.is_text(name));
    known.map_or(Version::HTTP_11, |(_, version)| version)
}

impl<'a> Wire<'a> {
    /// The request's method.
    pub(crate) fn read_method(&self, value: Value<'a>, field: &str) -> Result<Method, Error> {
        let text = value
            .text(self.event)?
            .ok_or_else(|| Error::missing(field))?;
        Method::from_bytes(&text).map_err(|_| {
            let text = String::from_utf8_lossy(&text);
            let reason = format_args!("`{}` is not a method", text.escape_debug());
            value.unexpected(self.event, field, reason)
        })
    }
}
