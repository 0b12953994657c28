//! HTTP API, payload format 2.0.

use bytes::Bytes;
use http::{Request, header};

use super::json::Object;
use super::pieces::{Pairs, body, decoded_query, header_of, is_text_type, joined};
use super::{Arrival, Failure, Gateway, Kind};
use crate::source::wire::percent_decode;

pub(super) fn render(
    gateway: &Gateway,
    request: &Request<Bytes>,
    arrival: &Arrival,
) -> Result<Vec<u8>, Failure> {
    let is_decoded = gateway.kind == Kind::HttpApi;
    let mut headers = arrival.forwarded(request.headers());
    let mut cookies: Vec<Vec<u8>> = Vec::new();
    for value in request.headers().get_all(header::COOKIE) {
        let pieces = value.as_bytes().split(|byte| *byte == b';');
        cookies.extend(pieces.map(|piece| piece.trim_ascii().to_vec()));
    }
    if is_decoded {
        headers.remove(header::COOKIE);
    }
    if is_decoded || !request.body().is_empty() {
        headers.insert(header::CONTENT_LENGTH, request.body().len().into());
    }
    let path = request.uri().path().as_bytes();
    let (raw_path, context_path) = if is_decoded {
        let stage = match gateway.stage_name() {
            "$default" => String::new(),
            stage => format!("/{stage}"),
        };
        let mut decoded = percent_decode(path, false);
        // A question mark ends the path, even one that was encoded.
        if let Some(end) = decoded.iter().position(|byte| *byte == b'?') {
            decoded.truncate(end);
        }
        let path = [stage.as_bytes(), &decoded[..]].concat();
        (path.clone(), path)
    } else {
        (path.to_vec(), percent_decode(path, false))
    };
    let query = request.uri().query().unwrap_or_default();
    let mut event = Object::new();
    event.text("version", "2.0");
    event.text("routeKey", "$default");
    event.text("rawPath", raw_path);
    event.text("rawQueryString", query);
    if !cookies.is_empty() {
        event.array("cookies", &cookies);
    }
    event.texts("headers", &joined(&headers, b","));
    if !query.is_empty() {
        let joined = decoded_query(query)
            .into_iter()
            .map(|(name, values)| (name, values.join(&b',')))
            .collect::<Pairs>();
        event.texts("queryStringParameters", &joined);
    }
    event.object("requestContext", |context| {
        context.text(
            "accountId",
            if is_decoded {
                "123456789012"
            } else {
                "anonymous"
            },
        );
        context.text("apiId", "local");
        let url_domain: &[u8] = b"local.lambda-url.us-east-1.on.aws";
        context.text(
            "domainName",
            if is_decoded {
                header_of(request, header::HOST)
            } else {
                url_domain
            },
        );
        context.text("domainPrefix", "local");
        context.object("http", |http| {
            http.text("method", request.method().as_str());
            http.text("path", context_path);
            http.text("protocol", format!("{:?}", request.version()));
            http.text("sourceIp", arrival.client_ip().to_string());
            http.text("userAgent", header_of(request, header::USER_AGENT));
        });
        context.text("requestId", &arrival.request_id);
        context.text("routeKey", "$default");
        context.text(
            "stage",
            if is_decoded {
                gateway.stage_name()
            } else {
                "$default"
            },
        );
        context.raw("timeEpoch", &arrival.time_ms().to_string());
    });
    let is_text = is_text_type(request.headers());
    body(&mut event, request.body(), is_text, None, "isBase64Encoded");
    Ok(event.finish())
}
