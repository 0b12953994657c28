//! REST API, and HTTP API with payload format 1.0.

use bytes::Bytes;
use http::{Request, header};

use super::json::Object;
use super::pieces::{
    Multi, REST_DROPS, body, decoded_query, grouped, header_of, is_text_type, last, title_case,
};
use super::{Arrival, Failure, Gateway, Kind};
use crate::source::wire::percent_decode;

pub(super) fn render(
    gateway: &Gateway,
    request: &Request<Bytes>,
    arrival: &Arrival,
) -> Result<Vec<u8>, Failure> {
    let is_http_api = gateway.kind == Kind::HttpApiV1;
    let mut headers = arrival.forwarded(request.headers());
    if is_http_api {
        headers.insert(header::CONTENT_LENGTH, request.body().len().into());
    } else {
        for name in REST_DROPS {
            headers.remove(name);
        }
    }
    let multi: Multi = grouped(&headers)
        .into_iter()
        .map(|(name, values)| (title_case(name), values))
        .collect();
    let path = request.uri().path().as_bytes();
    let path = if is_http_api {
        percent_decode(path, false)
    } else {
        path.to_vec()
    };
    let extra = path
        .iter()
        .take_while(|byte| **byte == b'/')
        .count()
        .saturating_sub(1);
    let path = if is_http_api {
        &path[..]
    } else {
        &path[extra..]
    };
    let query: Multi = decoded_query(request.uri().query().unwrap_or_default())
        .into_iter()
        .collect();
    let mut event = Object::new();
    if is_http_api {
        event.text("version", "1.0");
    }
    event.text("resource", "/{proxy+}");
    event.text("path", path);
    event.text("httpMethod", request.method().as_str());
    event.texts("headers", &last(&multi));
    event.arrays("multiValueHeaders", &multi);
    if query.is_empty() {
        event.raw("queryStringParameters", "null");
        event.raw("multiValueQueryStringParameters", "null");
    } else {
        event.texts("queryStringParameters", &last(&query));
        event.arrays("multiValueQueryStringParameters", &query);
    }
    event.raw("pathParameters", "null");
    event.raw("stageVariables", "null");
    event.object("requestContext", |context| {
        context.text("accountId", "123456789012");
        context.text("apiId", "local");
        context.text("domainName", header_of(request, header::HOST));
        context.text("domainPrefix", "local");
        context.text("extendedRequestId", &arrival.request_id);
        context.text("httpMethod", request.method().as_str());
        context.object("identity", |identity| {
            identity.text("sourceIp", arrival.client_ip().to_string());
            identity.text("userAgent", header_of(request, header::USER_AGENT));
        });
        context.text(
            "path",
            [b"/", gateway.stage_name().as_bytes(), path].concat(),
        );
        context.text("protocol", format!("{:?}", request.version()));
        context.text("requestId", &arrival.request_id);
        context.raw("requestTimeEpoch", &arrival.time_ms().to_string());
        context.text("resourceId", "local");
        context.text("resourcePath", "/{proxy+}");
        context.text("stage", gateway.stage_name());
    });
    let is_text = is_text_type(request.headers()) || !is_http_api;
    body(
        &mut event,
        request.body(),
        is_text,
        Some("null"),
        "isBase64Encoded",
    );
    Ok(event.finish())
}
