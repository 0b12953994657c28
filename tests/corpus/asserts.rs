//! What lambda_http asserts in its own tests, read as far as its text tells what is asked.

use http::header::COOKIE;
use http::{Request, Uri};
use liftgate::Body;
use serde_json::Value;

use super::parts::query_of;
use super::{Case, Facts, text};
use crate::support::event_of;

pub(super) fn check(facts: &mut Facts, case: &Case, request: &Request<Body>) {
    let asserts = case.expected["asserts"].as_array();
    for assert in asserts.into_iter().flatten() {
        check_one(facts, &case.at, text(assert), request);
    }
}

fn check_one(facts: &mut Facts, at: &str, assert: &str, request: &Request<Body>) {
    let literals: Vec<&str> = assert.split('"').skip(1).step_by(2).collect();
    let uri = request.uri();
    if assert.contains("result.is_ok()") {
        // There is a request.
    } else if let Some(kind) = context_kind(assert) {
        let name = event_of(request).source().name();
        facts.check(at, "source", true, kind.contains(&name));
    } else if assert.starts_with("req.method()") {
        facts.check(at, "method", literals[0], request.method().as_str());
    } else if assert.contains("uri().path()") || assert.contains("raw_http_path()") {
        facts.check(at, "path", literals[0], uri.path());
    } else if assert.contains("query.contains(") || assert.contains("to_string().contains(") {
        let query = uri.query().unwrap_or_default();
        facts.check(at, "query", true, query.contains(literals[0]));
    } else if assert.contains("req.uri()") || assert.contains("uri.to_string()") {
        let wanted: Uri = literals[0].parse().unwrap();
        facts.check(at, "uri", wanted.path_and_query(), uri.path_and_query());
    } else if let Some((name, values)) = parameter(assert, &literals) {
        let pairs = query_of(request).into_iter();
        let got: Vec<_> = pairs.filter(|(other, _)| *other == name).collect();
        let got: Vec<_> = got.iter().map(|(_, value)| &**value).collect();
        facts.check(at, "query", values, got);
    } else if assert.contains("query_string_parameters_ref()") {
        facts.check(at, "query", false, query_of(request).is_empty());
    } else if assert.starts_with("cookie_header") {
        let got = request
            .headers()
            .get(COOKIE)
            .map(|value| value.to_str().unwrap());
        facts.check(
            at,
            "cookie",
            cookies(literals[0]),
            cookies(got.unwrap_or_default()),
        );
    } else if assert.contains("authorizer.fields.get(") {
        let authorizer: Option<Value> = event_of(request).authorizer().unwrap();
        let got = &authorizer.unwrap_or_default()[literals[1]];
        facts.check(at, "authorizer", literals[0], text(got));
    } else {
        panic!("{at}: this asks for something new: {assert}");
    }
}

/// The sources whose request context is of the type that lambda_http has.
fn context_kind(assert: &str) -> Option<&'static [&'static str]> {
    let kind = assert.split("RequestContext::").nth(1)?;
    match kind.split('(').next()? {
        "Alb" => Some(&["alb"]),
        "ApiGatewayV1" => Some(&["rest_api", "http_api_v1"]),
        "ApiGatewayV2" => Some(&["http_api", "function_url"]),
        _ => None,
    }
}

/// The name of the query's parameter that is asked for, and the values it has.
fn parameter<'a>(assert: &str, literals: &[&'a str]) -> Option<(String, Vec<&'a str>)> {
    if let Some((_, field)) = assert.split_once("query.0.") {
        return Some((camel_case(field), literals.to_vec()));
    }
    let (_, asked) = assert.split_once(".all(\"")?;
    let name = asked.split('"').next()?;
    let values = literals.iter().filter(|literal| **literal != name);
    Some((name.to_owned(), values.copied().collect()))
}

fn camel_case(field: &str) -> String {
    let mut words = field.split('_');
    let mut name = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(1);
        name += &first.to_ascii_uppercase();
        name += rest;
    }
    name
}

fn cookies(header: &str) -> Vec<&str> {
    header.split(';').map(str::trim).collect()
}
