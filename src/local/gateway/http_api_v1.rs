//! API Gateway HTTP API, payload format 1.0.
//!
//! The event is that of a REST API with a `version`, a decoded path and a length for every body.
//! The path is [without the stage][lamby], and the one in the context is with it. Base64 is decoded
//! in any case; cookies go by `multiValueHeaders`.
//!
//! [lamby]: https://github.com/rails-lambda/lamby/tree/main/test/test_helper/events

use bytes::Bytes;
use http::{Request, Response, header};

use super::headers::spelled;
use super::http_api::{decoded, staged};
use super::payload_v1::{Payload, head};
use super::response::{TEXT, default_type};
use super::{Arrival, Failure, Gateway, body, media, query, reply};

pub(super) fn render(
    gateway: &Gateway,
    request: &Request<Bytes>,
    arrival: &Arrival,
) -> Result<Vec<u8>, Failure> {
    let path = gateway.api_path(request.uri().path())?;
    let below = decoded(path.below);
    let context_path = staged(gateway, &below);
    let mut headers = arrival.forwarded(request.headers());
    headers.remove(header::CONNECTION);
    headers.insert(header::CONTENT_LENGTH, request.body().len().into());
    let payload = Payload {
        version: Some("1.0"),
        resource: "$default",
        resource_id: "$default",
        path: if below.is_empty() {
            "/".to_owned()
        } else {
            below
        },
        context_path,
        proxy: None,
        method: request.method().as_str(),
        headers: spelled(&headers, arrival),
        query: query::decoded(request.uri().query().unwrap_or_default()),
        request_id: &arrival.extended_id,
        deployment_id: None,
        body: body::written(request.body(), media::is_text(request.headers())),
    };
    Ok(payload.event(gateway, request, arrival))
}

/// Unlike payload format 2.0, it does not make a response of whatever the function returns.
pub(super) fn parse(reply: &[u8]) -> Result<Response<Bytes>, Failure> {
    let json = reply::object(reply)?;
    reply::status_or_refused(&json)?;
    let body = reply::body(&json, true)?;
    let mut response = head(&json)?.map(|()| body);
    default_type(response.headers_mut(), TEXT);
    Ok(response)
}
