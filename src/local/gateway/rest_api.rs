//! API Gateway REST API.
//!
//! The path is the client's, without the stage; the query is decoded and out of order. Each header
//! is in two objects, with its last value and with all. The reply may have five members and no
//! others; its headers are renamed or dropped as [a table][notes] says, and its base64 is decoded
//! only if the client accepts a binary media type of the API first of all ([source][binary]).
//!
//! [notes]: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
//! [binary]: https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName};
use http::{Method, Request, Response};

use super::account::{DEPLOYMENT_ID, RESOURCE_ID};
use super::headers::{remove_signature, spelled};
use super::payload_v1::{Payload, head};
use super::reply::{self, only};
use super::response::{JSON, Rewrites, default_type};
use super::{Arrival, Cause, Failure, Gateway, body, media, query};

/// What is not handed on, as was recorded of a real API ([source][recording]).
///
/// [recording]: https://github.com/localstack/localstack/blob/master/tests/aws/services/apigateway/test_apigateway_integrations.py
const NOT_HANDED_ON: [&str; 12] = [
    "connection",
    "content-length",
    "content-md5",
    "expect",
    "max-forwards",
    "proxy-authenticate",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
];

pub(super) const REWRITES: Rewrites = Rewrites {
    renamed: &[
        "authorization",
        "connection",
        "content-md5",
        "date",
        "max-forwards",
        "server",
        "user-agent",
        "www-authenticate",
    ],
    dropped: &["expect", "host", "proxy-authenticate", "via"],
};

pub(super) fn render(
    gateway: &Gateway,
    request: &Request<Bytes>,
    arrival: &Arrival,
) -> Result<Vec<u8>, Failure> {
    let path = gateway.api_path(request.uri().path())?;
    let query = request.uri().query().unwrap_or_default();
    if let Some(refused) = query.chars().find(|c| matches!(c, '|' | '{' | '}')) {
        let reason = format!("a REST API takes `{refused}` in a query only if it is encoded");
        return Err(Failure::new(Cause::BadRequest, reason));
    }
    let resource = path.resource();
    let proxy = resource.trim_start_matches('/');
    let proxy = proxy.strip_suffix('/').unwrap_or(proxy).to_owned();
    let payload = Payload {
        version: None,
        resource: if proxy.is_empty() { "/" } else { "/{proxy+}" },
        resource_id: RESOURCE_ID,
        // Only the URLs of execute-api have the stage in them, and only the context keeps it.
        path: match gateway.base_path.as_deref() {
            None | Some("") => resource,
            Some(_) => path.whole(),
        },
        context_path: path.whole(),
        proxy: Some(proxy).filter(|proxy| !proxy.is_empty()),
        method: method(request).unwrap_or(request.method().as_str()),
        headers: spelled(&headers(request, arrival), arrival),
        query: query::decoded_by_rest(query),
        request_id: &arrival.request_id,
        deployment_id: Some(DEPLOYMENT_ID),
        body: if media::is_binary(&gateway.binary_media_types, request.headers()) {
            body::written(request.body(), false)
        } else {
            body::corrupted(request.body())
        },
    };
    Ok(payload.event(gateway, request, arrival))
}

/// The method that the client would rather have used.
fn method(request: &Request<Bytes>) -> Option<&str> {
    let name = HeaderName::from_static("x-http-method-override");
    let method = request.headers().get(name)?.to_str().ok()?;
    let known = [
        Method::DELETE,
        Method::GET,
        Method::HEAD,
        Method::OPTIONS,
        Method::PATCH,
        Method::POST,
        Method::PUT,
    ];
    known.iter().any(|known| known == method).then_some(method)
}

fn headers(request: &Request<Bytes>, arrival: &Arrival) -> HeaderMap {
    let mut headers = arrival.forwarded(request.headers());
    for name in NOT_HANDED_ON {
        headers.remove(name);
    }
    remove_signature(&mut headers);
    headers
}

const MEMBERS: [&str; 5] = [
    "statusCode",
    "headers",
    "multiValueHeaders",
    "body",
    "isBase64Encoded",
];

pub(super) fn parse(
    gateway: &Gateway,
    request: &HeaderMap,
    reply: &[u8],
) -> Result<Response<Bytes>, Failure> {
    if gateway.is_streaming() {
        let reason = "the API streams, and the function gave a whole reply";
        return Err(Failure::new(Cause::InvalidReply, reason));
    }
    let json = reply::object(reply)?;
    only(&json, &MEMBERS)?;
    let is_decoded = media::accepts_binary(&gateway.binary_media_types, request);
    let body = reply::body(&json, is_decoded)?;
    let mut response = head(&json)?.map(|()| body);
    default_type(response.headers_mut(), JSON);
    Ok(response)
}

/// The head of a stream: its prelude may have cookies as well.
pub(super) fn parse_prelude(prelude: &[u8]) -> Result<Response<()>, Failure> {
    let json = reply::object(prelude)?;
    only(
        &json,
        &["statusCode", "headers", "multiValueHeaders", "cookies"],
    )?;
    let mut response = head(&json)?;
    reply::cookies(&json, response.headers_mut())?;
    default_type(response.headers_mut(), JSON);
    Ok(response)
}
