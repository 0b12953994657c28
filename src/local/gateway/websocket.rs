//! WebSocket API: the events of its connections.

use bytes::Bytes;
use http::{Request, header};

use super::json::Object;
use super::pieces::{Multi, decoded_query, grouped, header_of, last, title_case};
use super::{Arrival, Failure, Gateway};
use crate::source::wire::percent_decode;

/// `POST /$connect`, `/$disconnect`, or a message to the route that the path names.
pub(super) fn render(
    gateway: &Gateway,
    request: &Request<Bytes>,
    arrival: &Arrival,
) -> Result<Vec<u8>, Failure> {
    let path = percent_decode(request.uri().path().as_bytes(), false);
    let route = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let kind = match route {
        b"$connect" => "CONNECT",
        b"$disconnect" => "DISCONNECT",
        _ => "MESSAGE",
    };
    let mut event = Object::new();
    if kind == "CONNECT" {
        let headers: Multi = grouped(&arrival.forwarded(request.headers()))
            .into_iter()
            .map(|(name, values)| (title_case(name), values))
            .collect();
        event.texts("headers", &last(&headers));
        event.arrays("multiValueHeaders", &headers);
        let query: Multi = decoded_query(request.uri().query().unwrap_or_default())
            .into_iter()
            .collect();
        if !query.is_empty() {
            event.texts("queryStringParameters", &last(&query));
            event.arrays("multiValueQueryStringParameters", &query);
        }
    }
    event.object("requestContext", |context| {
        context.text("routeKey", route);
        context.text("eventType", kind);
        context.text("connectionId", "bG9jYWw=");
        context.text("messageDirection", "IN");
        context.text("stage", gateway.stage_name());
        context.text("domainName", header_of(request, header::HOST));
        context.text("apiId", "local");
        context.text("requestId", &arrival.request_id);
        context.object("identity", |identity| {
            identity.text("sourceIp", arrival.client_ip().to_string())
        });
    });
    if kind == "MESSAGE" {
        event.text("body", request.body());
    }
    event.raw("isBase64Encoded", "false");
    Ok(event.finish())
}
