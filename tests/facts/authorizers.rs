//! What authorizers say, for each gateway, and what the Runtime API says.

use std::collections::BTreeMap;

use http::HeaderMap;
use liftgate::Context;
use serde_json::{Value, json};

use crate::support::{error, event_of, request};

fn authorizer(context: Value) -> Value {
    let event = json!({"httpMethod": "GET", "path": "/", "requestContext": context});
    event_of(&request(event.to_string()))
        .authorizer()
        .unwrap()
        .unwrap()
}

#[test]
fn rest_custom_authorizers_have_strings() {
    let said = authorizer(
        json!({"authorizer": {"principalId": "u", "integrationLatency": "3", "role": "admin"}}),
    );
    let typed: BTreeMap<String, String> = serde_json::from_value(said).unwrap();
    assert_eq!(typed["role"], "admin");
}

#[test]
fn rest_cognito_authorizers_have_claims() {
    assert_eq!(
        authorizer(json!({"authorizer": {"claims": {"sub": "u-1"}}}))["claims"]["sub"],
        "u-1"
    );
}

#[test]
fn http_api_authorizers_have_jwt_lambda_or_iam() {
    let cases = [
        json!({"jwt": {"claims": {"sub": "u-1"}, "scopes": null}}),
        json!({"lambda": {"nested": {"n": 1}, "list": [1, 2], "flag": true}}),
        json!({"iam": {"accessKey": "AKIA", "cognitoIdentity": null, "userArn": "arn"}}),
    ];
    for case in cases {
        let event = json!({"version": "2.0", "rawPath": "/", "requestContext": {"authorizer": case, "http": {"method": "GET"}}});
        let request = request(event.to_string());
        assert_eq!(
            event_of(&request).authorizer::<Value>().unwrap(),
            Some(case)
        );
    }
}

#[test]
fn an_authorizer_of_another_type_is_an_error_that_says_where() {
    let event =
        json!({"httpMethod": "GET", "path": "/", "requestContext": {"authorizer": {"claims": 7}}});
    let request = request(event.to_string());
    let typed = event_of(&request)
        .authorizer::<BTreeMap<String, String>>()
        .unwrap_err();
    assert!(
        typed
            .to_string()
            .contains("requestContext.authorizer.claims"),
        "{typed}"
    );
}

#[test]
fn authorizer_events_are_no_requests() {
    let events = [
        json!({"type": "REQUEST", "methodArn": "arn", "httpMethod": "GET", "path": "/", "headers": {}, "requestContext": {"stage": "x"}}),
        json!({"version": "2.0", "type": "REQUEST", "routeArn": "arn", "rawPath": "/", "requestContext": {"http": {"method": "GET"}}}),
        json!({"type": "TOKEN", "methodArn": "arn", "authorizationToken": "t"}),
        json!({"type": "REQUEST", "methodArn": "arn", "requestContext": {"connectionId": "c", "eventType": "CONNECT"}}),
    ];
    for event in events {
        let error = error(event.to_string());
        assert!(
            error.is_unknown_event() && error.to_string().contains("authorizer"),
            "{error}"
        );
    }
}

#[test]
fn a_tenant_and_odd_headers_of_the_runtime_api() {
    let mut headers = HeaderMap::new();
    headers.insert("lambda-runtime-aws-request-id", "r-1".parse().unwrap());
    headers.insert("lambda-runtime-aws-tenant-id", "blue".parse().unwrap());
    headers.insert(
        "lambda-runtime-client-context",
        r#"{"custom":{"n":7},"client":{}}"#.parse().unwrap(),
    );
    headers.insert(
        "lambda-runtime-cognito-identity",
        "not json".parse().unwrap(),
    );
    headers.insert("lambda-runtime-deadline-ms", "soon".parse().unwrap());
    headers.insert(
        "lambda-runtime-trace-id",
        http::HeaderValue::from_bytes(b"Root=\xff").unwrap(),
    );
    let context = Context::from(headers);
    assert_eq!(context.tenant_id(), Some("blue"));
    assert_eq!(context.client_context::<Value>().unwrap()["custom"]["n"], 7);
    assert_eq!(context.cognito_identity::<Value>(), None);
    assert_eq!((context.deadline_ms(), context.trace_id()), (None, None));
    assert_eq!(context.headers().len(), 6);
}

#[test]
fn http_api_1_0_authorizers_have_claims_and_scopes() {
    let event = json!({"version": "1.0", "httpMethod": "GET", "path": "/",
        "requestContext": {"authorizer": {"claims": {"sub": "u-1"}, "scopes": ["a"]}}});
    let request = request(event.to_string());
    let said: Value = event_of(&request).authorizer().unwrap().unwrap();
    assert_eq!(
        (&said["claims"]["sub"], &said["scopes"][0]),
        (&json!("u-1"), &json!("a"))
    );
}
