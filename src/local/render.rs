//! The gateway's half of a request: it becomes an event.
//!
//! What a gateway changes is changed here as well: an HTTP API decodes the path, a REST API
//! sorts the query and drops some headers, repeated headers become one.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::Front;
use super::json::Object;
use crate::source::wire::{Path, percent_decode};

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;
type Multi = Vec<(Vec<u8>, Vec<Vec<u8>>)>;

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

/// What a REST API does not hand on.
const REST_DROPS: [&str; 12] = [
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

/// API Gateway's spelling of the names it knows.
fn title_case(name: Vec<u8>) -> Vec<u8> {
    let known = [
        "host",
        "user-agent",
        "authorization",
        "x-amzn-trace-id",
        "content-length",
    ];
    let is_known =
        known.iter().any(|known| known.as_bytes() == name) || name.starts_with(b"x-forwarded-");
    if !is_known {
        return name;
    }
    let mut starts = true;
    let title = name.iter().map(|byte| {
        let titled = if starts {
            byte.to_ascii_uppercase()
        } else {
            *byte
        };
        starts = *byte == b'-';
        titled
    });
    title.collect()
}

fn header_of(request: &Request<Bytes>, name: HeaderName) -> &[u8] {
    request
        .headers()
        .get(name)
        .map(HeaderValue::as_bytes)
        .unwrap_or_default()
}

fn grouped(headers: &HeaderMap) -> Multi {
    let mut groups: Multi = Vec::new();
    for name in headers.keys() {
        let values = headers
            .get_all(name)
            .iter()
            .map(|value| value.as_bytes().to_vec());
        groups.push((name.as_str().into(), values.collect()));
    }
    groups
}

fn joined(headers: &HeaderMap, comma: &[u8]) -> Pairs {
    let groups = grouped(headers).into_iter();
    groups
        .map(|(name, values)| (name, values.join(comma)))
        .collect()
}

fn last(pairs: &Multi) -> Pairs {
    let last = |values: &Vec<Vec<u8>>| values.last().cloned().unwrap_or_default();
    pairs
        .iter()
        .map(|(name, values)| (name.clone(), last(values)))
        .collect()
}

fn decoded_query(query: &str) -> BTreeMap<Vec<u8>, Vec<Vec<u8>>> {
    let mut names: BTreeMap<Vec<u8>, Vec<Vec<u8>>> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (
            percent_decode(name.as_bytes(), true),
            percent_decode(value.as_bytes(), true),
        );
        names.entry(name).or_default().push(value);
    }
    names
}

fn raw_query(query: &str) -> Multi {
    let mut names: BTreeMap<Vec<u8>, Vec<Vec<u8>>> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        names.entry(name.into()).or_default().push(value.into());
    }
    names.into_iter().collect()
}

/// Whether the gateway takes a body of this type for text.
fn is_text_type(headers: &HeaderMap) -> bool {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    let texts = [
        "application/json",
        "application/javascript",
        "application/xml",
    ];
    essence.starts_with("text/") || texts.contains(&essence.as_str())
}

fn body(event: &mut Object, body: &Bytes, is_text: bool, empty: Option<&str>, flag: &str) {
    let is_text = is_text && std::str::from_utf8(body).is_ok();
    let is_base64 = !body.is_empty() && !is_text;
    match empty {
        _ if is_base64 => event.text("body", STANDARD.encode(body)),
        _ if !body.is_empty() => event.text("body", body),
        Some(empty) => event.raw("body", empty),
        None => {}
    }
    event.raw(flag, if is_base64 { "true" } else { "false" });
}

impl Front {
    /// The headers with those that a gateway adds.
    fn forwarded(&self, headers: &HeaderMap) -> HeaderMap {
        let mut headers = self.forwarded_for(headers);
        let port = HeaderValue::from(self.port);
        headers.entry("x-forwarded-port").or_insert(port);
        let http = HeaderValue::from_static("http");
        headers.entry("x-forwarded-proto").or_insert(http);
        if let Ok(root) = HeaderValue::from_str(&self.trace_id) {
            headers.entry("x-amzn-trace-id").or_insert(root);
        }
        headers
    }

    fn forwarded_for(&self, headers: &HeaderMap) -> HeaderMap {
        let mut headers = headers.clone();
        let mut hops: Vec<u8> = Vec::new();
        for value in headers.get_all("x-forwarded-for") {
            hops.extend_from_slice(value.as_bytes());
            hops.extend_from_slice(b", ");
        }
        hops.extend_from_slice(self.client_ip.to_string().as_bytes());
        if let Ok(hops) = HeaderValue::from_bytes(&hops) {
            headers.insert("x-forwarded-for", hops);
        }
        headers
    }
}
