//! Answers that do not go to a client, and those in their place.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use crate::Error;

/// Refuses what only the connection to the app can carry.
pub(super) fn check<B>(response: &Response<B>) -> Result<(), Error> {
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        let message = "the app answered 101 Switching Protocols, which no gateway passes on";
        return Err(Error::new(message));
    }
    match transfer_coding(response.headers()) {
        Some(coding) => Err(Error::new(format!(
            "the app answered with the transfer coding {coding:?}, which no gateway passes on: \
             Content-Encoding is for the client"
        ))),
        None => Ok(()),
    }
}

/// A [coding] of the body for this connection alone which is still on it. The chunks are not.
///
/// [coding]: https://www.rfc-editor.org/rfc/rfc9112.html#section-7
fn transfer_coding(headers: &HeaderMap) -> Option<&HeaderValue> {
    let is_none = |value: &HeaderValue| {
        let value = value.as_bytes();
        value.eq_ignore_ascii_case(b"chunked") || value.eq_ignore_ascii_case(b"identity")
    };
    let mut values = headers.get_all(TRANSFER_ENCODING).iter();
    values.find(|value| !is_none(value))
}

/// What a client gets that asks for a path of the environment's.
pub(super) fn refusal() -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(b"Forbidden\n"));
    *response.status_mut() = StatusCode::FORBIDDEN;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, text);
    response
}
