//! The requests that other projects make of their events.

use std::collections::BTreeMap;

use http::Request;
use http::header::CONTENT_LENGTH;
use liftgate::{Body, Options, Stage};
use serde::Serialize;
use serde_json::Value;

use super::parts::{
    Headers, all_headers, decoded, elements, event_headers, headers_of, pairs, query_of,
};
use super::{Case, Corpus, Exception, Facts, asserts, text};
use crate::support::{body_of, event_of, try_request};

const EXCEPTIONS: &[Exception] = &[
    (
        "apig-wsgi/TestV1Events.test_path_unquoting",
        "path",
        "an HTTP API has decoded the path, so that a percent sign is one",
    ),
    (
        "apig-wsgi/TestV2Events.test_path_unquoting",
        "path",
        "an HTTP API has decoded the path, so that a percent sign is one",
    ),
    (
        "apig-wsgi/TestV1Events.test_special_",
        "client",
        "the first address in X-Forwarded-For is the client's word",
    ),
    (
        "aws-lambda-rust-runtime/apigw_no_host",
        "uri",
        "lambda_http puts the stage before the path; a REST API leaves it out",
    ),
    (
        "aws-lambda-rust-runtime/apigw_proxy_request",
        "uri",
        "lambda_http puts the stage before the path; a REST API leaves it out",
    ),
    (
        "issue-captures/fastify-169-",
        "client_sent",
        "the HTTP API has made a slash of %2F",
    ),
    ("mangum/test_aws_lambda_at_edge_", "request", EDGE),
];

pub(super) const EDGE: &str = "Lambda@Edge runs Node.js and Python only";

#[test]
fn expected_requests_are_upheld() {
    let Some(corpus) = Corpus::open() else {
        return;
    };
    let mut facts = Facts::default();
    for case in corpus.cases() {
        let request = try_request(options(&case), case.event.clone());
        // A project that made no request of an event refused it.
        let is_refused = case.expected["request"]
            .as_object()
            .is_some_and(|request| request.is_empty());
        facts.check(&case.at, "request", !is_refused, request.is_ok());
        let Ok(request) = request else {
            continue;
        };
        match case.project() {
            "apig-wsgi" => wsgi(&case.expected["request"]).check(&mut facts, &case, request),
            "mangum" => asgi(&case.expected["request"]).check(&mut facts, &case, request),
            "aws-lambda-rust-runtime" => asserts::check(&mut facts, &case, &request),
            "localstack" => recorded(&mut facts, &case, request),
            "issue-captures" => captured(&mut facts, &case, request),
            project => panic!("{project} has a format of its own"),
        }
    }
    facts.judge(EXCEPTIONS);
}

fn options(case: &Case) -> Options {
    let options = Options::new().base_path(text(&case.expected["options"]["base_path"]));
    match case.project() {
        // These speak of the path in the event, which has the stage.
        "aws-lambda-rust-runtime" | "issue-captures" => options.stage(Stage::Keep),
        _ => options,
    }
}

/// What a gateway interface (WSGI or ASGI) was given.
struct Wanted {
    method: String,
    /// Percent-decoded, as these interfaces have it.
    path: String,
    query: Vec<(String, String)>,
    headers: Headers,
    client: Option<String>,
    body: String,
}

/// apig-wsgi's `environ`.
fn wsgi(environ: &Value) -> Wanted {
    let members = environ.as_object().into_iter().flatten();
    let headers = members.filter_map(|(name, value)| {
        let name = name.strip_prefix("HTTP_")?.replace('_', "-");
        // It has a cookie of no length where there is none.
        let is_header = name != "COOKIE" || value != "";
        is_header.then(|| (name, text(value).to_owned()))
    });
    let client = text(&environ["REMOTE_ADDR"]).to_owned();
    Wanted {
        method: text(&environ["REQUEST_METHOD"]).to_owned(),
        path: text(&environ["PATH_INFO"]).to_owned(),
        query: pairs(text(&environ["QUERY_STRING"])),
        headers: headers_of(headers),
        // It writes 127.0.0.1 where it knows none.
        client: Some(client).filter(|client| client != "127.0.0.1"),
        body: text(&environ["body"]).to_owned(),
    }
}

/// Mangum's `scope`.
fn asgi(scope: &Value) -> Wanted {
    let headers = scope["headers"].as_array().into_iter().flatten();
    let headers = headers.map(|pair| (text(&pair[0]).to_owned(), text(&pair[1]).to_owned()));
    Wanted {
        method: text(&scope["method"]).to_owned(),
        path: text(&scope["path"]).to_owned(),
        query: pairs(text(&scope["query_string"])),
        headers: headers_of(headers),
        client: scope["client"][0].as_str().map(str::to_owned),
        body: text(&scope["body"]).to_owned(),
    }
}

impl Wanted {
    fn check(self, facts: &mut Facts, case: &Case, request: Request<Body>) {
        let at = &case.at;
        facts.check(at, "method", &*self.method, request.method().as_str());
        let path = decoded(request.uri().path(), false);
        facts.check(at, "path", self.path, path);
        facts.check(at, "query", self.query, query_of(&request));
        let (wanted, got) = (elements(&self.headers), elements(&all_headers(&request)));
        facts.check(at, "headers", wanted, got);
        let client = event_of(&request).client_ip().map(|ip| ip.to_string());
        facts.check(at, "client", self.client, client);
        check_body(facts, at, &self.body, request);
    }
}

fn check_body(facts: &mut Facts, at: &str, wanted: &str, request: Request<Body>) {
    let length = request.headers().get(CONTENT_LENGTH).cloned();
    let (body, size) = body_of(request);
    facts.check(at, "body", wanted.as_bytes(), &body[..]);
    facts.check(at, "size", Some(body.len() as u64), size);
    let counted = length.clone().map(|_| body.len().into());
    facts.check(at, "content-length", counted, length);
}

/// LocalStack's recordings of REST APIs.
fn recorded(facts: &mut Facts, case: &Case, request: Request<Body>) {
    let (at, expected) = (&case.at, &case.expected);
    let event = event_of(&request);
    let (method, path) = (request.method().as_str(), request.uri().path());
    facts.check(at, "method", text(&expected["method"]), method);
    facts.check(at, "path", text(&expected["event_path"]), path);
    if let Some(query) = expected.get("multiValueQueryStringParameters") {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in query_of(&request) {
            values.entry(name).or_default().push(value);
        }
        facts.check(at, "query", query, &json_or_null(&values));
    }
    if let Some(parameters) = expected.get("pathParameters") {
        let got = json_or_null(&event.path_parameters());
        facts.check(at, "pathParameters", parameters, &got);
    }
    if let Some(path) = expected.get("requestContext_path") {
        let context: Value = event.request_context().unwrap();
        facts.check(at, "requestContext.path", path, &context["path"]);
    }
    let json: Value = serde_json::from_slice(&case.event).unwrap();
    facts.check(at, "headers", event_headers(&json), all_headers(&request));
    if let Some(body) = expected.get("body") {
        check_body(facts, at, text(body), request);
    }
}

/// An object, in the way of a REST API, which has null where there are no members.
fn json_or_null<V: Serialize>(map: &BTreeMap<String, V>) -> Value {
    let map = (!map.is_empty()).then_some(map);
    serde_json::to_value(map).unwrap()
}

/// Recordings in issues, told in a few words: `/dev/testApi (named stage ...)`.
fn captured(facts: &mut Facts, case: &Case, request: Request<Body>) {
    let (at, expected) = (&case.at, &case.expected);
    let first_word = |text: &str| text.split(' ').next().map(str::to_owned);
    if let Some((method, target)) = text(&expected["client_sent"]).split_once(' ') {
        facts.check(at, "method", method, request.method().as_str());
        facts.check(at, "client_sent", target, &request.uri().to_string());
    }
    if let Some(method) = expected["method"].as_str() {
        facts.check(at, "method", method, request.method().as_str());
    }
    if let Some(path) = expected["path"].as_str().or(expected["rawPath"].as_str()) {
        let got = Some(request.uri().path().to_owned());
        facts.check(at, "path", first_word(path), got);
    }
    let json: Value = serde_json::from_slice(&case.event).unwrap();
    facts.check(at, "headers", event_headers(&json), all_headers(&request));
    if let Some(body) = expected["body"].as_str() {
        check_body(facts, at, body, request);
    }
}
