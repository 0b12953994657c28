//! liftgate's response of actix's.

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Response, ResponseHead};
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_LENGTH;
use http::header::HeaderValue;

use crate::{Body, Error, names};

/// The response of an app.
pub(crate) fn of_app<B: MessageBody>(
    response: Response<B>,
    is_head: bool,
) -> Result<http::Response<Body<B>>, Error> {
    let (response, body) = response.into_parts();
    with_head(response.head(), Body::app(body), is_head)
}

/// The response that actix makes of an error.
pub(crate) fn of_error<B: MessageBody>(
    error: &actix_web::Error,
    is_head: bool,
) -> Result<http::Response<Body<B>>, Error> {
    let response: Response<BoxBody> = error.error_response().into();
    let (response, body) = response.into_parts();
    with_head(response.head(), Body::error(body), is_head)
}

/// The response to a request that actix has no types for.
pub(crate) fn refusal<B>(what: &str) -> http::Response<Body<B>> {
    let body = format!("actix-web cannot read the request's {what}\n");
    let mut response = http::Response::new(Body::error(BoxBody::new(body)));
    *response.status_mut() = http::StatusCode::BAD_REQUEST;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    let headers = response.headers_mut();
    headers.insert(http::header::CONTENT_TYPE, text);
    response
}

fn with_head<B: MessageBody>(
    head: &ResponseHead,
    body: Body<B>,
    is_head: bool,
) -> Result<http::Response<Body<B>>, Error> {
    let size = body.left();
    let has_length = keeps_length(head, size);
    let mut response = http::Response::new(body);
    *response.status_mut() = http::StatusCode::from_u16(head.status.as_u16())
        .map_err(|_| Error::new(format!("{} is no status", head.status.as_u16())))?;
    let headers = response.headers_mut();
    headers.reserve(head.headers.len());
    for (name, value) in head.headers.iter() {
        if name == CONTENT_LENGTH && !has_length {
            continue;
        }
        let known = names::from_actix(name).zip(copy(value.as_bytes()));
        let appended = known.map(|(name, value)| headers.try_append(name, value));
        if !matches!(appended, Some(Ok(_))) {
            let name = name.as_str().escape_debug();
            return Err(Error::new(format!("`{name}` cannot be a header")));
        }
    }
    // liftgate tells the other lengths, as hyper does; actix's server tells this one as well.
    if is_head && size == BodySize::ZERO && may_have_body(head.status) {
        let zero = HeaderValue::from_static("0");
        headers.insert(http::header::CONTENT_LENGTH, zero);
    }
    Ok(response)
}

fn may_have_body(status: StatusCode) -> bool {
    status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED
}

/// Whether the app's own `Content-Length` is sent: where actix's server does not write another one,
/// or leaves it out ([source][encoder]).
///
/// [encoder]: https://docs.rs/actix-http/3.20.0/src/actix_http/h1/encoder.rs.html
fn keeps_length(head: &ResponseHead, size: BodySize) -> bool {
    match head.status {
        StatusCode::NO_CONTENT => false,
        StatusCode::NOT_MODIFIED => true,
        _ => size == BodySize::Stream && !head.chunked(),
    }
}

/// A value in memory of its own, but for the usual ones.
fn copy(value: &[u8]) -> Option<HeaderValue> {
    macro_rules! known {
        ($($value:literal)+) => {
            match value {
                $($value => {
                    static VALUE: HeaderValue = match std::str::from_utf8($value) {
                        Ok(value) => HeaderValue::from_static(value),
                        Err(_) => panic!(),
                    };
                    Some(VALUE.clone())
                })+
                _ => HeaderValue::from_bytes(value).ok(),
            }
        };
    }
    known! {
        b"application/json"
        b"application/octet-stream"
        b"text/html; charset=utf-8"
        b"text/plain; charset=utf-8"
    }
}
