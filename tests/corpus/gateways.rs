//! What clients of real gateways saw when a function returned this or that.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Response;
use liftgate::local::{Gateway, Kind};
use serde_json::{Value, json};

use super::{Corpus, Exception, Facts, text};
use crate::support::get;

const REST_EXCEPTIONS: &[Exception] = &[
    (
        "invoke-api-empty-response",
        "status",
        "the function itself raised, as the recording's note says",
    ),
    (
        "invoke-api-empty-response",
        "content",
        "the function itself raised, as the recording's note says",
    ),
];

#[test]
fn the_local_rest_api_answers_as_was_recorded() {
    let Some(corpus) = Corpus::open() else {
        return;
    };
    let recording = corpus.json("localstack/responses/rest_proxy_response_validation.json");
    let gateway = Gateway::new(Kind::RestApi);
    let mut facts = Facts::default();
    for case in recording["cases"].as_array().unwrap() {
        let reply = case["lambda_returned"].to_string();
        let status = case["client_status"].as_u64().unwrap();
        let got = gateway.parse(&get(), reply.as_bytes());
        let got = got.unwrap_or_else(|failure| gateway.respond_to(&failure));
        check(&mut facts, case, status, &case["client_saw"], got);
    }
    facts.judge(REST_EXCEPTIONS);
}

/// What the function returned in each case: the recording has its name only.
const RETURNED: [(&str, &str); 8] = [
    ("dict", r#"{"hello":"world"}"#),
    ("http-response", r#"{"statusCode":200,"body":"body123"}"#),
    (
        "http-response-json",
        r#"{"statusCode":200,"body":"{\"hello\": \"world\"}"}"#,
    ),
    ("list-mixed", r#"["hello",3,true]"#),
    ("string", r#""hello""#),
    ("integer", "3"),
    ("float", "3.1"),
    ("boolean", "true"),
];

#[test]
fn the_local_function_url_answers_as_was_recorded() {
    let Some(corpus) = Corpus::open() else {
        return;
    };
    let recording = corpus.json("localstack/responses/function_url_recorded.json");
    let gateway = Gateway::new(Kind::FunctionUrl);
    let mut facts = Facts::default();
    for case in recording["cases"].as_array().unwrap() {
        let result = &case["result"];
        // The others show a request.
        let Some(status) = result["statuscode"].as_u64() else {
            continue;
        };
        let mut returned = RETURNED.iter();
        let (_, reply) = returned.find(|(name, _)| case["case"] == *name).unwrap();
        let got = gateway.parse(&get(), reply.as_bytes()).unwrap();
        check(&mut facts, case, status, result, got);
    }
    facts.judge(&[]);
}

#[test]
fn the_local_rest_api_decodes_base64_as_was_recorded() {
    let Some(corpus) = Corpus::open() else {
        return;
    };
    let recording = corpus.json("localstack/responses/rest_binary_negotiation.json");
    let image = b"\x89PNG\r\n\xff";
    let base64 = STANDARD.encode(image);
    let mut facts = Facts::default();
    for case in recording["cases"].as_array().unwrap() {
        let types = case["binaryMediaTypes"].as_array().unwrap().iter();
        let gateway = Gateway::new(Kind::RestApi).binary_media_types(types.map(text));
        let mut client = get();
        if let Some(accept) = case["accept"].as_str() {
            let accept = accept.parse().unwrap();
            client.headers_mut().insert("accept", accept);
        }
        let mut reply = json!({"statusCode": 200, "isBase64Encoded": case["isBase64Encoded"]});
        reply["body"] = case["body"].as_str().unwrap_or(&base64).into();
        if let Some(kind) = case["lambda_content_type"].as_str() {
            reply["headers"] = json!({"Content-Type": kind});
        }
        let got = gateway.parse(&client, reply.to_string().as_bytes());
        let at = format!("{} accepting {}", case["binaryMediaTypes"], case["accept"]);
        let status = case["client_status"].as_u64().unwrap_or(200);
        let response = got.unwrap_or_else(|failure| gateway.respond_to(&failure));
        facts.check(&at, "status", status, response.status().as_u16().into());
        match text(&case["client_gets"]) {
            "decoded bytes" => facts.check(&at, "body", &image[..], &response.body()[..]),
            "the base64 text" => facts.check(&at, "body", base64.as_bytes(), response.body()),
            _ => facts.check(&at, "status", 500, response.status().as_u16()),
        }
    }
    facts.judge(&[]);
}

fn check(facts: &mut Facts, case: &Value, status: u64, saw: &Value, response: Response<Bytes>) {
    let at = text(&case["case"]);
    facts.check(at, "status", status, response.status().as_u16().into());
    let body = response.body();
    match &saw["content"] {
        Value::String(content) => facts.check(at, "content", content.as_bytes(), &body[..]),
        content => {
            let got = serde_json::from_slice(body).unwrap_or_default();
            facts.check(at, "content", content, &got);
        }
    }
    let Some(headers) = saw["headers"].as_object() else {
        return;
    };
    facts.check(
        at,
        "length",
        text(&headers["Content-Length"]),
        &body.len().to_string(),
    );
    let mut wanted = BTreeMap::new();
    for (name, value) in headers {
        if !is_the_gateways(name) {
            wanted.insert(name.to_ascii_lowercase(), text(value).to_owned());
        }
    }
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in response.headers() {
        let joined = seen.entry(name.to_string()).or_default();
        if !joined.is_empty() {
            joined.push_str(", ");
        }
        joined.push_str(value.to_str().unwrap());
    }
    facts.check(at, "headers", wanted, seen);
}

/// Headers that a REST API and the CloudFront before it add, and the length of the body.
fn is_the_gateways(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let names = ["connection", "content-length", "date", "via", "x-cache"];
    names.contains(&&*name) || name.starts_with("x-amz")
}
