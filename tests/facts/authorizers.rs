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

/// The claims in a request context, as an event of each gateway has it.
fn claims(event: Value) -> Result<Option<Value>, liftgate::Error> {
    event_of(&request(event.to_string())).claims()
}

#[test]
fn claims_of_an_http_api_are_below_jwt() {
    let event = |authorizer: Value| {
        json!({"version": "2.0", "rawPath": "/",
            "requestContext": {"authorizer": authorizer, "http": {"method": "GET"}}})
    };
    let said = json!({"sub": "u-1", "exp": "1719999999", "cognito:groups": "[admin staff]"});
    let jwt = json!({"jwt": {"claims": said, "scopes": null}});
    assert_eq!(claims(event(jwt)).unwrap(), Some(said.clone()));
    // What a Lambda authorizer calls claims is not what the gateway has verified.
    let lambda = json!({"lambda": {"claims": said, "jwt": {"claims": said}}, "claims": said});
    assert_eq!(claims(event(lambda)).unwrap(), None);
    assert_eq!(claims(event(Value::Null)).unwrap(), None);
}

#[test]
fn claims_of_payload_format_1_0_are_below_the_authorizer() {
    let event = |version: Value, authorizer: Value| {
        json!({"version": version, "httpMethod": "GET", "path": "/",
            "requestContext": {"authorizer": authorizer}})
    };
    let said = json!({"sub": "u-1", "cognito:groups": "admin,staff",
        "exp": "Tue Apr 04 18:39:39 UTC 2023"});
    for version in [json!("1.0"), Value::Null] {
        let of = |authorizer| claims(event(version.clone(), authorizer)).unwrap();
        assert_eq!(
            of(json!({"claims": said, "scopes": null})),
            Some(said.clone())
        );
        assert_eq!(of(json!({"claims": null, "scopes": null})), None);
        assert_eq!(of(json!({"jwt": {"claims": said}})), None);
        assert_eq!(of(Value::Null), None);
    }
}

#[test]
fn gateways_that_read_no_jwt_tell_no_claims() {
    let both = json!({"claims": {"sub": "u-1"}, "jwt": {"claims": {"sub": "u-1"}}});
    let events = [
        json!({"version": "2.0", "rawPath": "/", "requestContext": {"authorizer": both,
            "domainName": "id.lambda-url.eu-west-1.on.aws", "http": {"method": "GET"}}}),
        json!({"httpMethod": "GET", "path": "/", "headers": {},
            "requestContext": {"authorizer": both, "elb": {}}}),
        json!({"version": "2.0", "path": "/", "method": "GET", "headers": {},
            "requestContext": {"authorizer": both, "serviceArn": "arn"}}),
        json!({"requestContext": {"authorizer": both, "routeKey": "send", "messageId": "m",
            "eventType": "MESSAGE", "connectionId": "c"}}),
    ];
    for event in events {
        assert_eq!(claims(event.clone()).unwrap(), None, "{event}");
    }
}

#[test]
fn a_claim_of_another_type_is_an_error_with_its_path() {
    #[derive(Debug, serde::Deserialize)]
    struct Claims {
        #[expect(dead_code, reason = "it cannot be read")]
        exp: u64,
    }
    let event = json!({"httpMethod": "GET", "path": "/",
        "requestContext": {"authorizer": {"claims": {"sub": "u-1", "exp": "1719"}}}});
    let request = request(event.to_string());
    let error = event_of(&request).claims::<Claims>().unwrap_err();
    assert!(error.is_invalid_event());
    assert_eq!(error.member(), Some("requestContext.authorizer.claims.exp"));
    let missing = json!({"httpMethod": "GET", "path": "/",
        "requestContext": {"authorizer": {"claims": {"sub": "u-1"}}}});
    let request = crate::support::request(missing.to_string());
    let error = event_of(&request).claims::<Claims>().unwrap_err();
    assert!(error.to_string().contains("missing field `exp`"), "{error}");
    assert_eq!(error.member(), Some("requestContext.authorizer.claims"));
}

#[test]
fn a_fault_at_the_end_of_a_value_is_that_values() {
    let path_of = |said: Value| {
        let event = json!({"httpMethod": "GET", "path": "/",
            "requestContext": {"authorizer": {"a": said}, "z": {"z": 0}}});
        let request = request(event.to_string());
        let typed = event_of(&request).authorizer::<BTreeMap<String, [[u8; 2]; 2]>>();
        typed.unwrap_err().member().unwrap().to_owned()
    };
    let at = |path: &str| format!("requestContext.authorizer.a{path}");
    assert_eq!(path_of(json!([[1, 2]])), at(""));
    assert_eq!(path_of(json!([[1, 2], [3]])), at("[1]"));
    assert_eq!(path_of(json!([[1], [3, 4]])), at("[0]"));
    assert_eq!(path_of(json!([[1, 2], [3, "4"]])), at("[1][1]"));
    assert_eq!(path_of(json!({})), at(""));
}
