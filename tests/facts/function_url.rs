//! Lambda function URL.

use liftgate::local::{Gateway, Kind};
use serde_json::json;

use super::{repeated, with};
use crate::support::{event_of, get, reply, request, values};

const EVENT: &str = r#"{"version":"2.0","routeKey":"$default","rawPath":"/x","rawQueryString":"",
    "cookies":["a=1","b=2"],
    "headers":{"cookie":"a=1; b=2","host":"id.lambda-url.us-east-1.on.aws","x-amzn-tls-version":"TLSv1.3",
        "x-amzn-tls-cipher-suite":"TLS_AES_128_GCM_SHA256"},
    "requestContext":{"accountId":"anonymous","domainName":"id.lambda-url.us-east-1.on.aws",
        "http":{"method":"GET","path":"/x","protocol":"HTTP/1.1","sourceIp":"192.0.2.7"},"stage":"$default"},
    "isBase64Encoded":false}"#;

#[test]
fn the_path_is_as_the_client_wrote_it_malformed_or_not() {
    for path in [
        "/pa2%Fth/1",
        "/a%20b",
        "/a%2Fb",
        "/a//b/",
        "/%e2%82%ac",
        "/{x}\"|^",
    ] {
        let event = with(
            EVENT,
            json!({"rawPath": path, "requestContext": {"http": {"path": "/other"}}}),
        );
        assert_eq!(request(event).uri(), path);
    }
}

#[test]
fn what_a_uri_cannot_hold_is_escaped_and_no_more() {
    let event = with(
        EVENT,
        json!({"rawPath": "/a b<c>%20#?", "rawQueryString": "q=a b\"<>#\u{7f}"}),
    );
    assert_eq!(
        request(event).uri(),
        "/a%20b%3Cc%3E%20%23%3F?q=a%20b%22%3C%3E%23%7F"
    );
}

#[test]
fn cookies_come_twice_and_are_taken_once() {
    assert_eq!(values(&request(EVENT), "cookie"), [b"a=1; b=2"]);
    let mixed = with(EVENT, json!({"headers": {"cookie": "b=2; c=3"}}));
    assert_eq!(values(&request(mixed), "cookie"), [b"a=1; b=2; c=3"]);
    let only_header = with(EVENT, json!({"cookies": null}));
    assert_eq!(values(&request(only_header), "cookie"), [b"a=1; b=2"]);
}

#[test]
fn tls_headers_are_headers() {
    assert_eq!(values(&request(EVENT), "x-amzn-tls-version"), [b"TLSv1.3"]);
}

#[test]
fn an_anonymous_caller_has_no_authorizer() {
    let request = request(EVENT);
    assert_eq!(
        event_of(&request)
            .authorizer::<serde_json::Value>()
            .unwrap(),
        None
    );
}

#[test]
fn returned_values_without_a_status_are_bodies() {
    let gateway = Gateway::new(Kind::FunctionUrl);
    for (reply, body) in [
        ("[\"hello\",3,true]", "[\"hello\",3,true]"),
        ("\"hello\"", "hello"),
        ("3.1", "3.1"),
        ("true", "true"),
    ] {
        assert_eq!(
            gateway.parse(&get(), reply.as_bytes()).unwrap().body(),
            body
        );
    }
}

#[test]
fn a_reply_has_joined_headers_and_cookies_apart() {
    let reply = reply(EVENT, repeated());
    assert_eq!(reply["headers"]["vary"], "accept, origin");
    assert_eq!(reply["cookies"], json!(["a=1; Path=/", "b=2"]));
    assert!(reply.get("multiValueHeaders").is_none());
}

#[test]
fn a_content_length_is_left_to_the_gateway_which_would_rename_it() {
    let response = http::Response::builder()
        .header("content-length", "2")
        .body("hi")
        .unwrap();
    assert_eq!(reply(EVENT, response)["headers"], json!({}));
}

#[test]
fn the_cookie_header_is_the_clients_own_and_stays_as_it_is() {
    let cases = [
        ("a=1;b=2", json!(["a=1", "b=2"])),
        ("a=1;", json!(["a=1"])),
        ("a=1; b=2", json!(["b=2", "a=1"])),
        ("a=1; b=2; b=2", json!(["a=1", "b=2"])),
    ];
    for (header, cookies) in cases {
        let event = with(
            EVENT,
            json!({"cookies": cookies, "headers": {"cookie": header}}),
        );
        assert_eq!(values(&request(event), "cookie"), [header.as_bytes()]);
    }
}

#[test]
fn an_iam_caller_has_an_authorizer() {
    let iam = json!({"iam": {"accessKey": "AKIA", "userArn": "arn"}});
    let event = with(EVENT, json!({"requestContext": {"authorizer": iam}}));
    let found: Option<serde_json::Value> = event_of(&request(event)).authorizer().unwrap();
    assert_eq!(found.unwrap()["iam"]["accessKey"], "AKIA");
}

#[test]
fn the_gateway_ignores_multi_value_headers_and_prints_arrays() {
    let gateway = Gateway::new(Kind::FunctionUrl);
    let reply = br#"{"statusCode":200,"headers":{"set-cookie":["a=1","b=2"]},"multiValueHeaders":{"x":["y"]}}"#;
    let response = gateway.parse(&get(), reply).unwrap();
    assert_eq!(response.headers()["set-cookie"], "[a=1, b=2]");
    assert!(!response.headers().contains_key("x"));
}

#[test]
fn odd_cookies_lose_none() {
    let event = with(
        EVENT,
        json!({"cookies": ["c=3"], "headers": {"cookie": ["a=1", "b=2"]}}),
    );
    assert_eq!(values(&request(event), "cookie"), [b"c=3; a=1; b=2"]);
    let event = with(
        EVENT,
        json!({"cookies": ["", "a=1", "", "b=2"], "headers": {"cookie": null}}),
    );
    assert_eq!(values(&request(event), "cookie"), [b"a=1; b=2"]);
    let event = with(EVENT, json!({"cookies": [""], "headers": {"cookie": null}}));
    assert!(values(&request(event), "cookie").is_empty());
}
