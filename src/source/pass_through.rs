//! Any other event, to the path of [`Options::pass_through`].
//!
//! The event is the body of a `POST` request, as `application/json`. The app's answer is
//! the function's result: JSON as it is, no body as `null`, and other text as a JSON string.
//! A status of 400 or more fails the invocation, so that a queue or a stream tries again.

use std::net::SocketAddr;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, Uri};

use super::wire::{self, HeadersIn, Value, Wire};
use super::{Asked, Source, sealed::Sealed};
use crate::{Body, Error, Event, Options};

/// Any other event, to one path. See the [table of sources](crate::source).
#[derive(Clone, Copy, Debug)]
pub struct PassThrough;

impl Source for PassThrough {
    fn name(&self) -> &'static str {
        "pass_through"
    }
}

impl Sealed for PassThrough {
    fn mark(&self, _: &Wire<'_>) -> bool {
        // What is left when no other mark is found.
        false
    }

    fn decode(&self, wire: &mut Wire<'_>, options: &Options) -> Result<Request<Body>, Error> {
        let path = options.pass_through_path().unwrap_or("/");
        let uri = Uri::try_from(path).map_err(|error| {
            Error::unknown_event(format!(
                "the path of Options::pass_through is `{path}`: {error}"
            ))
        })?;
        let mut headers = HeadersIn::new(wire.event);
        headers.imply(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        wire::request(
            Method::POST,
            uri,
            Value::default(),
            headers,
            wire.event.clone(),
        )
    }

    fn encode(&self, response: &Response<Bytes>, _: Asked, _: &Options) -> Result<Bytes, Error> {
        let (status, body) = (response.status(), response.body());
        if status.is_client_error() || status.is_server_error() || status.as_u16() >= 600 {
            return Err(Error::error_status(status, body));
        }
        if body.is_empty() {
            return Ok(Bytes::from_static(b"null"));
        }
        if std::str::from_utf8(body).is_err() {
            let message = "the result of a function is JSON, and the body is neither JSON nor text";
            return Err(Error::invalid_response(message));
        }
        if wire::is_json(body) {
            return Ok(body.clone());
        }
        let mut text = Vec::with_capacity(body.len() + 2);
        text.push(b'"');
        wire::escape(body, &mut text);
        text.push(b'"');
        Ok(text.into())
    }

    fn client_addr(&self, _: &Event) -> Option<SocketAddr> {
        None
    }
}
