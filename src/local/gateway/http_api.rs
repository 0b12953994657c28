//! API Gateway HTTP API, [payload format 2.0][format].
//!
//! The path is percent-decoded, and begins with the stage unless that is `$default`; the query is
//! verbatim as well as decoded. Repeated headers are joined by commas, and cookies are apart.
//! Members without content are missing. A reply without a status is itself the body.
//!
//! [format]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.proxy-format

use bytes::Bytes;
use http::{Request, Response, header};

use super::account::{ACCOUNT_ID, API_ID, domain_name};
use super::headers::{cookies, grouped};
use super::json::Json;
use super::payload_v2::{self, Payload};
use super::reply::no_text;
use super::response::TEXT;
use super::{Arrival, Failure, Gateway, query};

pub(super) fn render(
    gateway: &Gateway,
    request: &Request<Bytes>,
    arrival: &Arrival,
) -> Result<Vec<u8>, Failure> {
    let path = gateway.api_path(request.uri().path())?;
    let path = staged(gateway, &decoded(path.below));
    let mut headers = arrival.forwarded(request.headers());
    headers.remove(header::CONNECTION);
    headers.remove(header::COOKIE);
    headers.insert(header::CONTENT_LENGTH, request.body().len().into());
    let payload = Payload {
        raw_path: path.clone(),
        path,
        headers: grouped(&headers),
        cookies: cookies(request.headers()),
        account_id: ACCOUNT_ID,
        api_id: API_ID,
        domain: domain_name(request.headers()),
        request_id: &arrival.extended_id,
        stage: gateway.stage_name(),
    };
    Ok(payload.event(gateway, request, arrival))
}

/// A path decoded. A question mark ends it, even one that was encoded ([source][path]).
///
/// [path]: https://github.com/middleapi/standard-server/pull/93
pub(super) fn decoded(path: &str) -> String {
    let mut decoded = query::decode(path, false);
    if let Some(end) = decoded.find('?') {
        decoded.truncate(end);
    }
    decoded
}

/// A path with the stage before it, unless that is `$default`.
pub(super) fn staged(gateway: &Gateway, path: &str) -> String {
    match gateway.stage_name() {
        "$default" if path.is_empty() => "/".to_owned(),
        "$default" => path.to_owned(),
        stage => format!("/{stage}{path}"),
    }
}

pub(super) fn parse(reply: &[u8]) -> Result<Response<Bytes>, Failure> {
    payload_v2::parse(reply, TEXT, |name, value| match value {
        Json::Null => Ok(None),
        Json::Array(_) | Json::Object(_) => Err(no_text(name)),
        _ => Ok(Some(value.to_string())),
    })
}
