//! The replies that other projects make of the responses of their tests' apps.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, Response};
use liftgate::local::{Gateway, Kind};
use liftgate::{Body, Options};
use serde_json::Value;

use super::requests::EDGE;
use super::{Corpus, Exception, Facts, text};
use crate::support::{event_of, get, try_reply, try_request};

const EXCEPTIONS: &[Exception] = &[("mangum/test_aws_lambda_at_edge_", "request", EDGE)];

#[test]
fn expected_replies_are_upheld() {
    let Some(corpus) = Corpus::open() else {
        return;
    };
    let mut facts = Facts::default();
    for case in corpus.cases() {
        let Some(theirs) = case.expected["response"].as_object() else {
            continue;
        };
        let mut theirs = response_of(&Value::Object(theirs.clone()));
        let request = try_request(Options::new(), case.event.clone());
        facts.check(&case.at, "request", true, request.is_ok());
        let Ok(request) = request else {
            continue;
        };
        let is_multi_value = request_has(&case.event, "multiValueHeaders");
        let kind = match Kind::of(event_of(&request).source()).unwrap() {
            Kind::Alb if is_multi_value => Kind::AlbMultiValue,
            kind => kind,
        };
        let gateway = Gateway::new(kind).binary_media_types(["*/*"]);
        let body = theirs.clone().map(Body::from);
        let reply = try_reply(Options::new(), case.event.clone(), body);
        let reply = reply.unwrap_or_else(|error| panic!("{}: {error}", case.at));
        let ours = gateway.parse(&get(), &reply);
        let mut ours = ours.unwrap_or_else(|error| panic!("{}: {error}", case.at));
        if let Some(length) = theirs.headers_mut().remove(CONTENT_LENGTH) {
            // The gateway counts for itself.
            facts.check(&case.at, "length", theirs.body().len().into(), length);
        }
        if !theirs.headers().contains_key(CONTENT_TYPE) {
            // API Gateway's word, not ours.
            ours.headers_mut().remove(CONTENT_TYPE);
        }
        facts.check(&case.at, "status", theirs.status(), ours.status());
        facts.check(&case.at, "headers", theirs.headers(), ours.headers());
        facts.check(&case.at, "body", theirs.body(), ours.body());
    }
    facts.judge(EXCEPTIONS);
}

fn request_has(event: &[u8], member: &str) -> bool {
    let event: Value = serde_json::from_slice(event).unwrap();
    event[member].is_object()
}

/// The response that the app of the third party gave, as their reply tells it.
fn response_of(reply: &Value) -> Response<Bytes> {
    let is_base64 = reply["isBase64Encoded"] == true;
    let body = text(&reply["body"]);
    let body: Bytes = if is_base64 {
        STANDARD.decode(body).unwrap().into()
    } else {
        body.to_owned().into()
    };
    let mut response = Response::new(body);
    let status = reply["statusCode"].as_u64().unwrap_or(200);
    *response.status_mut() = u16::try_from(status).unwrap().try_into().unwrap();
    for member in ["headers", "multiValueHeaders"] {
        for (name, values) in reply[member].as_object().into_iter().flatten() {
            append(response.headers_mut(), name, values);
        }
    }
    append(response.headers_mut(), "set-cookie", &reply["cookies"]);
    response
}

fn append(headers: &mut HeaderMap, name: &str, values: &Value) {
    let name: HeaderName = name.parse().unwrap();
    let one = values.as_str().map(|_| std::slice::from_ref(values));
    let values = one.or(values.as_array().map(Vec::as_slice));
    for value in values.unwrap_or_default() {
        headers.append(name.clone(), text(value).parse().unwrap());
    }
}
