//! What clients of real gateways saw when a function returned this or that.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Response;
use liftgate::local::{Failure, Gateway, Kind};
use serde_json::Value;

use super::{Corpus, Exception, Facts, text};
use crate::support::get;

const REST_EXCEPTIONS: &[Exception] = &[(
    "invoke-api-empty-response",
    "status",
    "the function itself raised, as the recording's note says",
)];

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
        check(
            &mut facts,
            case,
            status,
            &case["client_saw"],
            gateway.parse(&get(), reply.as_bytes()),
        );
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
        check(
            &mut facts,
            case,
            status,
            result,
            gateway.parse(&get(), reply.as_bytes()),
        );
    }
    facts.judge(&[]);
}

fn check(
    facts: &mut Facts,
    case: &Value,
    status: u64,
    saw: &Value,
    got: Result<Response<Bytes>, Failure>,
) {
    let at = text(&case["case"]);
    let got_status = got
        .as_ref()
        .map_or(502, |response| response.status().as_u16());
    facts.check(at, "status", status, u64::from(got_status));
    let Some(response) = got.ok().filter(|_| status < 500) else {
        return;
    };
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
