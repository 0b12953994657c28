//! API Gateway HTTP API, payload format 2.0.

use http::Response;
use liftgate::local::{Gateway, Kind};
use liftgate::{Options, Stage};
use serde_json::json;

use super::{repeated, with};
use crate::support::{body_of, event_of, get, reply, request, try_request, values};

/// Members without content are missing, not null.
const EVENT: &str = r#"{"version":"2.0","routeKey":"$default","rawPath":"/x","rawQueryString":"",
    "headers":{"content-length":"0","host":"id.execute-api.us-east-1.amazonaws.com"},
    "requestContext":{"accountId":"1","apiId":"id","domainName":"id.execute-api.us-east-1.amazonaws.com",
        "http":{"method":"GET","path":"/x","protocol":"HTTP/1.1","sourceIp":"192.0.2.7","userAgent":"curl"},
        "requestId":"r=","routeKey":"$default","stage":"$default","timeEpoch":1585707489142},
    "isBase64Encoded":false}"#;

fn path_of(raw_path: &str) -> String {
    request(with(EVENT, json!({"rawPath": raw_path})))
        .uri()
        .to_string()
}

#[test]
fn a_decoded_path_is_encoded_again() {
    assert_eq!(path_of("/space value"), "/space%20value");
    assert_eq!(path_of("/a#b"), "/a%23b");
    assert_eq!(path_of("/what?"), "/what%3F");
    assert_eq!(path_of("/100%"), "/100%25");
    assert_eq!(path_of("/a%2Fb"), "/a%252Fb");
    assert_eq!(path_of("/café"), "/caf%C3%A9");
    assert_eq!(path_of("/a@b:c,d;e=f"), "/a@b:c,d;e=f");
    assert_eq!(path_of("/\"<>\\^`{|}"), "/%22%3C%3E%5C%5E%60%7B%7C%7D");
}

#[test]
fn a_decoded_slash_is_a_slash_for_good() {
    assert_eq!(path_of("/a/b"), "/a/b");
}

#[test]
fn a_decoded_question_mark_ends_the_path_before_the_function() {
    let client = http::Request::get("/what%3Fnow")
        .body(bytes::Bytes::new())
        .unwrap();
    let event = Gateway::new(Kind::HttpApi).render(&client).unwrap();
    assert_eq!(request(event).uri(), "/what");
}

#[test]
fn a_plus_in_the_path_stays_a_plus() {
    assert_eq!(path_of("/a+b"), "/a+b");
}

#[test]
fn a_named_stage_is_removed_where_a_segment_ends() {
    let staged = |stage: &str, path: &str| {
        with(
            EVENT,
            json!({"rawPath": path, "requestContext": {"stage": stage}}),
        )
    };
    let cases = [
        ("dev", "/dev/agents/1234", "/agents/1234"),
        ("dev", "/dev", "/"),
        ("dev", "/dev/", "/"),
        ("dev", "/dev/dev/x", "/dev/x"),
        ("prod", "/products", "/products"),
        ("$default", "/$default/x", "/$default/x"),
        ("dev", "/other", "/other"),
    ];
    for (stage, path, expected) in cases {
        assert_eq!(
            request(staged(stage, path)).uri(),
            expected,
            "{stage} {path}"
        );
    }
    let kept = try_request(Options::new().stage(Stage::Keep), staged("dev", "/dev/x")).unwrap();
    assert_eq!(kept.uri(), "/dev/x");
}

#[test]
fn a_custom_domain_has_the_stage_in_its_path_too() {
    let event = with(
        EVENT,
        json!({"rawPath": "/production/", "requestContext": {"stage": "production", "domainName": "my.example.com", "accountId": null}}),
    );
    assert_eq!(request(event.clone()).uri(), "/");
    assert_eq!(
        event_of(&request(event)).stage().as_deref(),
        Some("production")
    );
}

#[test]
fn base_path_is_removed_after_the_stage() {
    let event = with(
        EVENT,
        json!({"rawPath": "/dev/v1/x", "requestContext": {"stage": "dev"}}),
    );
    assert_eq!(
        try_request(Options::new().base_path("/v1/"), event)
            .unwrap()
            .uri(),
        "/x"
    );
}

#[test]
fn the_raw_query_is_verbatim() {
    for query in [
        "colors[]=blue&colors[]=red",
        "b=2&a=1&b=1",
        "flag",
        "flag=",
        "a=%FF",
        "a=b+c%20d",
        "a=%zz",
        "a={|}^`",
    ] {
        let event = with(EVENT, json!({"rawQueryString": query}));
        assert_eq!(request(event).uri().query(), Some(query));
    }
}

#[test]
fn the_query_map_is_not_read() {
    let event = with(
        EVENT,
        json!({"rawQueryString": "a=1,2&a=3", "queryStringParameters": {"a": "1,2,3"}}),
    );
    assert_eq!(request(event).uri().query(), Some("a=1,2&a=3"));
}

#[test]
fn cookies_take_the_place_of_the_header() {
    let event = with(EVENT, json!({"cookies": ["a=1", "b=2; x", "c=\"3\""]}));
    assert_eq!(
        values(&request(event), "cookie"),
        [&b"a=1; b=2; x; c=\"3\""[..]]
    );
    let one = with(EVENT, json!({"cookies": ["a=1"]}));
    assert_eq!(values(&request(one), "cookie"), [b"a=1"]);
    let none = with(EVENT, json!({"cookies": []}));
    assert!(values(&request(none), "cookie").is_empty());
}

#[test]
fn missing_members_are_as_good_as_null_ones() {
    let nulls = with(
        EVENT,
        json!({"cookies": null, "body": null, "rawQueryString": null, "pathParameters": null, "stageVariables": null, "isBase64Encoded": null}),
    );
    for event in [EVENT.to_owned(), nulls] {
        let request = request(event);
        assert!(event_of(&request).path_parameters().is_empty());
        assert!(event_of(&request).stage_variables().is_empty());
        assert_eq!(body_of(request).0, "");
    }
}

#[test]
fn a_zero_content_length_on_get_stays() {
    assert_eq!(values(&request(EVENT), "content-length"), [b"0"]);
}

#[test]
fn joined_headers_are_not_split_at_commas() {
    let event = with(
        EVENT,
        json!({"headers": {"accept": "a,b", "if-modified-since": "Wed, 21 Oct 2015 07:28:00 GMT"}}),
    );
    let request = request(event);
    assert_eq!(values(&request, "accept"), [b"a,b"]);
    assert_eq!(
        values(&request, "if-modified-since"),
        [b"Wed, 21 Oct 2015 07:28:00 GMT"]
    );
}

#[test]
fn a_form_comes_in_base64_and_is_decoded_once() {
    let event = with(
        EVENT,
        json!({"headers": {"content-type": "application/x-www-form-urlencoded", "content-length": "7"}, "body": "YT0xJmI9Mg==", "isBase64Encoded": true}),
    );
    let request = request(event);
    assert_eq!(values(&request, "content-length"), [b"7"]);
    assert_eq!(body_of(request), ("a=1&b=2".into(), Some(7)));
}

#[test]
fn source_ip_may_have_a_space_before_it() {
    let event = with(
        EVENT,
        json!({"requestContext": {"http": {"sourceIp": " 2001:db8::1"}}}),
    );
    assert_eq!(
        event_of(&request(event)).client_ip(),
        "2001:db8::1".parse().ok()
    );
}

#[test]
fn a_certificate_may_end_with_a_newline() {
    let cert = json!({"clientCertPem": "PEM\n", "subjectDN": "CN=a"});
    let event = with(
        EVENT,
        json!({"requestContext": {"authentication": {"clientCert": cert}}}),
    );
    assert_eq!(
        event_of(&request(event)).client_cert().unwrap().pem,
        "PEM\n"
    );
}

#[test]
fn protocols_are_versions() {
    for (protocol, version) in [
        ("HTTP/1.0", http::Version::HTTP_10),
        ("HTTP/2.0", http::Version::HTTP_2),
        ("https", http::Version::HTTP_11),
    ] {
        let event = with(
            EVENT,
            json!({"requestContext": {"http": {"protocol": protocol}}}),
        );
        assert_eq!(request(event).version(), version);
    }
}

#[test]
fn a_reply_has_joined_headers_and_cookies_apart() {
    let reply = reply(EVENT, repeated());
    assert_eq!(
        reply["headers"],
        json!({"content-type": "text/plain", "vary": "accept, origin"})
    );
    assert_eq!(reply["cookies"], json!(["a=1; Path=/", "b=2"]));
    assert!(reply.get("multiValueHeaders").is_none());
}

#[test]
fn base64_is_decoded_in_any_case_so_the_shorter_form_is_taken() {
    let response = Response::new("\u{1}".repeat(300));
    assert_eq!(reply(EVENT, response)["isBase64Encoded"], true);
}

#[test]
fn a_reply_without_a_status_is_itself_the_body() {
    let response = Gateway::new(Kind::HttpApi)
        .parse(&get(), br#"{"hello":"world"}"#)
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.body(), r#"{"hello":"world"}"#);
    let response = Gateway::new(Kind::HttpApi)
        .parse(&get(), br#"{"statusCode":404}"#)
        .unwrap();
    assert_eq!(
        response.headers()["content-type"],
        "text/plain;charset=UTF-8"
    );
}

#[test]
fn a_body_without_a_type_comes_in_base64() {
    let client = http::Request::post("/")
        .body(bytes::Bytes::from("hi"))
        .unwrap();
    let event = Gateway::new(Kind::HttpApi).render(&client).unwrap();
    assert!(event.ends_with(br#""body":"aGk=","isBase64Encoded":true}"#));
    assert_eq!(body_of(request(event)).0, "hi");
}

#[test]
fn the_gateway_refuses_wrong_types() {
    let gateway = Gateway::new(Kind::HttpApi);
    assert!(gateway.parse(&get(), br#"{"statusCode":"x"}"#).is_err());
    assert!(
        gateway
            .parse(&get(), br#"{"statusCode":200,"body":{}}"#)
            .is_err()
    );
}

#[test]
fn a_custom_domains_mapping_key_is_not_in_the_path() {
    let event = with(
        EVENT,
        json!({"rawPath": "/prod/foo", "requestContext": {"stage": "prod", "domainName": "my.example.com"}}),
    );
    assert_eq!(request(event).uri(), "/foo");
}
