//! REST API: requests.

use liftgate::local::{Cause, Gateway, Kind};
use serde_json::{Value, json};

use super::{event, event_of, keys, refusal, sent};

fn gateway() -> Gateway {
    Gateway::new(Kind::RestApi)
}

#[test]
fn known_names_are_in_title_case_and_all_others_as_the_client_sent_them() {
    let headers = [
        ("host", "api.example.com"),
        ("user-agent", "curl"),
        ("authorization", "Bearer x"),
        ("tEsT-HEADeR", "aValUE"),
        ("accept", "*/*"),
    ];
    let event = event(&gateway(), &sent("GET", "/", &headers, b""));
    let names = [
        "Authorization",
        "Host",
        "User-Agent",
        "X-Amzn-Trace-Id",
        "X-Forwarded-For",
        "X-Forwarded-Port",
        "X-Forwarded-Proto",
        "accept",
        "tEsT-HEADeR",
    ];
    assert_eq!(keys(&event["headers"]), names);
    assert_eq!(keys(&event["multiValueHeaders"]), names);
}

#[test]
fn one_object_has_the_last_value_and_the_other_has_all() {
    let headers = [("x", "first"), ("x", "second")];
    let event = event(&gateway(), &sent("GET", "/?a=1&a=2", &headers, b""));
    assert_eq!(event["headers"]["x"], "second");
    assert_eq!(event["multiValueHeaders"]["x"], json!(["first", "second"]));
    assert_eq!(event["queryStringParameters"], json!({"a": "2"}));
    let all = &event["multiValueQueryStringParameters"];
    assert_eq!(*all, json!({"a": ["1", "2"]}));
}

#[test]
fn the_query_is_decoded_and_a_semicolon_splits_it() {
    let event = event_of(&gateway(), "/?a+b=c+d&e=%2B&f=&g;h=%C3%A9");
    let query = &event["queryStringParameters"];
    assert_eq!(
        *query,
        json!({"a b": "c d", "e": "+", "f": "", "g": "", "h": "é"})
    );
}

#[test]
fn pipes_and_braces_have_to_be_encoded_in_a_query() {
    for target in ["/?a=|", "/?a={", "/?}"] {
        let request = sent("GET", target, &[], b"");
        assert_eq!(refusal(&gateway(), &request), Cause::BadRequest, "{target}");
    }
    assert_eq!(
        event_of(&gateway(), "/?a=%7C")["queryStringParameters"]["a"],
        "|"
    );
}

#[test]
fn members_without_content_are_null_and_never_missing() {
    let event = event_of(&gateway(), "/");
    for member in [
        "queryStringParameters",
        "multiValueQueryStringParameters",
        "pathParameters",
        "stageVariables",
        "body",
    ] {
        assert_eq!(event.get(member), Some(&Value::Null), "{member}");
    }
    assert_eq!(event["resource"], "/");
    assert_eq!(event["isBase64Encoded"], false);
}

#[test]
fn the_proxy_parameter_is_encoded_and_has_no_slash_at_its_end() {
    let event = event_of(&gateway(), "/a%20b//c/");
    assert_eq!(event["path"], "/a%20b//c/");
    assert_eq!(event["resource"], "/{proxy+}");
    assert_eq!(event["pathParameters"], json!({"proxy": "a%20b//c"}));
}

#[test]
fn the_context_has_ids_times_and_an_identity() {
    let headers = [("Host", "abc123.example.com"), ("User-Agent", "curl")];
    let event = event(&gateway(), &sent("GET", "/", &headers, b""));
    let context = &event["requestContext"];
    assert_eq!(
        keys(context),
        [
            "accountId",
            "apiId",
            "deploymentId",
            "domainName",
            "domainPrefix",
            "extendedRequestId",
            "httpMethod",
            "identity",
            "path",
            "protocol",
            "requestId",
            "requestTime",
            "requestTimeEpoch",
            "resourceId",
            "resourcePath",
            "stage",
        ]
    );
    assert_eq!(context["domainName"], "abc123.example.com");
    assert_eq!(context["domainPrefix"], "abc123");
    assert_eq!(context["requestId"].as_str().unwrap().len(), 36);
    let extended = context["extendedRequestId"].as_str().unwrap();
    assert!(
        extended.len() == 16 && extended.ends_with('='),
        "{extended}"
    );
    assert!(context["requestTime"].as_str().unwrap().ends_with(" +0000"));
    let identity = &context["identity"];
    assert_eq!(identity["sourceIp"], "192.0.2.7");
    assert_eq!(identity["userAgent"], "curl");
    assert_eq!(identity["cognitoIdentityId"], Value::Null);
    assert_eq!(keys(identity).len(), 12);
}

#[test]
fn a_client_may_override_the_method() {
    let headers = [("X-HTTP-Method-Override", "PUT")];
    let event = event(&gateway(), &sent("POST", "/", &headers, b""));
    assert_eq!(event["httpMethod"], "PUT");
    assert_eq!(event["requestContext"]["httpMethod"], "PUT");
}

#[test]
fn a_body_is_base64_if_its_type_is_a_binary_media_type() {
    let binary = |types: &[&str], kind: Option<&str>| {
        let gateway = gateway().binary_media_types(types.iter().copied());
        let kind: Vec<_> = kind
            .map(|kind| ("Content-Type", kind))
            .into_iter()
            .collect();
        let event = event(&gateway, &sent("POST", "/", &kind, b"hi"));
        event["body"] == "aGk=" && event["isBase64Encoded"] == true
    };
    assert!(binary(&["image/png"], Some("image/png")));
    assert!(binary(&["image/png"], Some("Image/PNG; q=1")));
    assert!(binary(&["image/*"], Some("image/gif")));
    assert!(binary(&["*/*"], Some("application/json")));
    assert!(binary(&["*/*"], None));
    assert!(!binary(&["image/png"], Some("image/gif")));
    assert!(!binary(&["*/png"], Some("image/png")));
    assert!(!binary(&["image/*"], Some("imagery/gif")));
    assert!(!binary(&["image/*"], None));
    assert!(!binary(&[], Some("application/octet-stream")));
}

#[test]
fn what_is_no_text_is_corrupted_without_a_binary_media_type() {
    let event = event(&gateway(), &sent("POST", "/", &[], b"a\xff\x80b"));
    assert_eq!(event["body"], "a\u{fffd}\u{fffd}b");
    assert_eq!(event["isBase64Encoded"], false);
}

#[test]
fn the_client_is_added_to_those_that_it_forwards_for() {
    let headers = [
        ("X-Forwarded-For", "10.0.0.1"),
        ("X-Forwarded-Proto", "gopher"),
        ("X-Amzn-Trace-Id", "Root=1-abc"),
    ];
    let event = event(&gateway(), &sent("GET", "/", &headers, b""));
    let headers = &event["headers"];
    assert_eq!(headers["X-Forwarded-For"], "10.0.0.1, 192.0.2.7");
    assert_eq!(headers["X-Forwarded-Proto"], "https");
    assert_eq!(headers["X-Forwarded-Port"], "443");
    assert_eq!(headers["X-Amzn-Trace-Id"], "Root=1-abc");
}

#[test]
fn a_signature_does_not_arrive() {
    let headers = [("Authorization", "AWS4-HMAC-SHA256 Credential=x")];
    let event = event(&gateway(), &sent("GET", "/", &headers, b""));
    assert!(event["headers"].get("Authorization").is_none());
}

#[test]
fn an_authorizer_and_variables_are_in_every_event() {
    let gateway = gateway()
        .authorizer(br#"{"principalId":"u-1","role":"admin"}"#)
        .unwrap()
        .stage_variable("table", "users");
    let event = event_of(&gateway, "/");
    let authorizer = &event["requestContext"]["authorizer"];
    assert_eq!(*authorizer, json!({"principalId": "u-1", "role": "admin"}));
    assert_eq!(event["stageVariables"], json!({"table": "users"}));
}

#[test]
fn a_header_that_is_not_utf_8_is_taken_for_latin_1() {
    let mut request = sent("GET", "/", &[], b"");
    let latin = http::HeaderValue::from_bytes(b"caf\xe9").unwrap();
    request.headers_mut().insert("x", latin);
    assert_eq!(event(&gateway(), &request)["headers"]["x"], "café");
}
