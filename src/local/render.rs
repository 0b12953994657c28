//! The gateway's half of a request: it becomes an event.
//!
//! What a gateway changes is changed here as well: an HTTP API decodes the path, a REST API
//! sorts the query and drops some headers, repeated headers become one.

use bytes::Bytes;
use http::Request;
use http::header;

use super::Front;
use super::json::Object;
use super::pieces::{
    Multi, Pairs, REST_DROPS, body, decoded_query, grouped, header_of, is_text_type, joined, last,
    raw_query, title_case,
};
use crate::source::wire::{Path, percent_decode};

/// HTTP API and function URL, which decode the path or leave it.
pub(crate) fn render_v2(request: &Request<Bytes>, front: &Front, style: Path) -> Vec<u8> {
    let is_decoded = style == Path::Decoded;
    let mut headers = front.forwarded(request.headers());
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
        let stage = match front.stage.as_str() {
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
            http.text("sourceIp", front.client_ip.to_string());
            http.text("userAgent", header_of(request, header::USER_AGENT));
        });
        context.text("requestId", &front.request_id);
        context.text("routeKey", "$default");
        context.text("stage", if is_decoded { &front.stage } else { "$default" });
        context.raw("timeEpoch", &front.time_ms.to_string());
    });
    let is_text = is_text_type(request.headers());
    body(&mut event, request.body(), is_text, None, "isBase64Encoded");
    event.finish()
}

/// REST API, and HTTP API with payload format 1.0, which decodes the path.
pub(crate) fn render_v1(request: &Request<Bytes>, front: &Front, style: Path) -> Vec<u8> {
    let is_http_api = style == Path::Decoded;
    let mut headers = front.forwarded(request.headers());
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
        context.text("extendedRequestId", &front.request_id);
        context.text("httpMethod", request.method().as_str());
        context.object("identity", |identity| {
            identity.text("sourceIp", front.client_ip.to_string());
            identity.text("userAgent", header_of(request, header::USER_AGENT));
        });
        context.text("path", [b"/", front.stage.as_bytes(), path].concat());
        context.text("protocol", format!("{:?}", request.version()));
        context.text("requestId", &front.request_id);
        context.raw("requestTimeEpoch", &front.time_ms.to_string());
        context.text("resourceId", "local");
        context.text("resourcePath", "/{proxy+}");
        context.text("stage", &front.stage);
    });
    let is_text = is_text_type(request.headers()) || !is_http_api;
    body(
        &mut event,
        request.body(),
        is_text,
        Some("null"),
        "isBase64Encoded",
    );
    event.finish()
}

pub(crate) fn render_alb(request: &Request<Bytes>, front: &Front) -> Vec<u8> {
    let headers = front.forwarded(request.headers());
    let query = raw_query(request.uri().query().unwrap_or_default());
    let mut event = Object::new();
    event.object("requestContext", |context| {
        context.object("elb", |elb| {
            let arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/local/0123456789abcdef";
            elb.text("targetGroupArn", arn);
        });
    });
    event.text("httpMethod", request.method().as_str());
    event.text("path", request.uri().path());
    if front.multi_value {
        event.arrays("multiValueQueryStringParameters", &query);
        event.arrays("multiValueHeaders", &grouped(&headers));
    } else {
        event.texts("queryStringParameters", &last(&query));
        event.texts("headers", &last(&grouped(&headers)));
    }
    let is_encoded = request.headers().contains_key(header::CONTENT_ENCODING);
    let is_text = is_text_type(request.headers()) && !is_encoded;
    body(
        &mut event,
        request.body(),
        is_text,
        Some("\"\""),
        "isBase64Encoded",
    );
    event.finish()
}

pub(crate) fn render_lattice(request: &Request<Bytes>, front: &Front) -> Vec<u8> {
    let mut event = Object::new();
    event.text("version", "2.0");
    event.text("path", request.uri().path());
    event.text("method", request.method().as_str());
    event.arrays("headers", &grouped(&front.forwarded_for(request.headers())));
    let query = raw_query(request.uri().query().unwrap_or_default());
    if !query.is_empty() {
        event.arrays("queryStringParameters", &query);
    }
    let is_text = is_text_type(request.headers());
    body(
        &mut event,
        request.body(),
        is_text,
        Some("null"),
        "isBase64Encoded",
    );
    event.object("requestContext", |context| {
        let arn = |what: &str| format!("arn:aws:vpc-lattice:us-east-1:123456789012:{what}");
        context.text("serviceNetworkArn", arn("servicenetwork/sn-local"));
        context.text("serviceArn", arn("service/svc-local"));
        context.text("targetGroupArn", arn("targetgroup/tg-local"));
        context.text("region", "us-east-1");
        context.text("timeEpoch", (front.time_ms * 1000).to_string());
    });
    event.finish()
}

pub(crate) fn render_lattice_v1(request: &Request<Bytes>, front: &Front) -> Vec<u8> {
    let mut event = Object::new();
    event.text("raw_path", request.uri().path());
    event.text("method", request.method().as_str());
    event.texts(
        "headers",
        &joined(&front.forwarded_for(request.headers()), b", "),
    );
    let query = raw_query(request.uri().query().unwrap_or_default());
    event.texts("query_string_parameters", &last(&query));
    let is_text = is_text_type(request.headers());
    body(
        &mut event,
        request.body(),
        is_text,
        Some("\"\""),
        "is_base64_encoded",
    );
    event.finish()
}

/// `POST /$connect`, `/$disconnect`, or a message to the route that the path names.
pub(crate) fn render_websocket(request: &Request<Bytes>, front: &Front) -> Vec<u8> {
    let path = percent_decode(request.uri().path().as_bytes(), false);
    let route = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let kind = match route {
        b"$connect" => "CONNECT",
        b"$disconnect" => "DISCONNECT",
        _ => "MESSAGE",
    };
    let mut event = Object::new();
    if kind == "CONNECT" {
        let headers: Multi = grouped(&front.forwarded(request.headers()))
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
        context.text("stage", &front.stage);
        context.text("domainName", header_of(request, header::HOST));
        context.text("apiId", "local");
        context.text("requestId", &front.request_id);
        context.object("identity", |identity| {
            identity.text("sourceIp", front.client_ip.to_string())
        });
    });
    if kind == "MESSAGE" {
        event.text("body", request.body());
    }
    event.raw("isBase64Encoded", "false");
    event.finish()
}
