//! HTTP API, both payload formats.

use liftgate::local::{Cause, Gateway, Kind};
use serde_json::{Value, json};

use super::{all, event, event_of, keys, refused, response, sent};

fn gateway() -> Gateway {
    Gateway::new(Kind::HttpApi)
}

fn v1() -> Gateway {
    Gateway::new(Kind::HttpApiV1)
}

#[test]
fn paths_are_decoded_and_end_at_a_question_mark() {
    let event = event_of(&gateway(), "/a%20b/%2F%3Fc?d=%3F");
    assert_eq!(event["rawPath"], "/a b//");
    assert_eq!(event["requestContext"]["http"]["path"], "/a b//");
    assert_eq!(event["rawQueryString"], "d=%3F");
    assert_eq!(event_of(&v1(), "/a%20b")["path"], "/a b");
}

#[test]
fn the_query_is_verbatim_and_decoded_and_joined() {
    let event = event_of(&gateway(), "/?colors[]=blue&colors[]=red&a=b+c%2B");
    assert_eq!(
        event["rawQueryString"],
        "colors[]=blue&colors[]=red&a=b+c%2B"
    );
    let query = &event["queryStringParameters"];
    assert_eq!(*query, json!({"a": "b c+", "colors[]": "blue,red"}));
}

#[test]
fn headers_are_lower_case_and_joined_and_cookies_are_apart() {
    let headers = [
        ("Host", "api.example.com"),
        ("X-Probe", "first"),
        ("X-Probe", "second"),
        ("Cookie", "a=1; b=2;"),
        ("Connection", "keep-alive"),
    ];
    let event = event(&gateway(), &sent("GET", "/", &headers, b""));
    assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
    assert_eq!(event["headers"]["x-probe"], "first,second");
    assert_eq!(
        keys(&event["headers"]),
        [
            "content-length",
            "host",
            "x-amzn-trace-id",
            "x-forwarded-for",
            "x-forwarded-port",
            "x-forwarded-proto",
            "x-probe",
        ]
    );
    assert_eq!(event["headers"]["content-length"], "0");
}

#[test]
fn members_without_content_are_missing() {
    let event = event_of(&gateway(), "/");
    assert_eq!(
        keys(&event),
        [
            "headers",
            "isBase64Encoded",
            "rawPath",
            "rawQueryString",
            "requestContext",
            "routeKey",
            "version",
        ]
    );
    let gateway = gateway().stage_variable("a", "b");
    assert_eq!(event_of(&gateway, "/")["stageVariables"], json!({"a": "b"}));
}

#[test]
fn the_context_has_ids_and_times() {
    let headers = [("Host", "api.example.com"), ("User-Agent", "curl")];
    let event = event(&gateway(), &sent("PUT", "/x", &headers, b""));
    let context = &event["requestContext"];
    assert_eq!(context["domainName"], "api.example.com");
    assert_eq!(context["domainPrefix"], "api");
    assert_eq!(context["requestId"].as_str().unwrap().len(), 16);
    assert!(context["time"].as_str().unwrap().ends_with(" +0000"));
    assert!(context["timeEpoch"].is_u64());
    let http = json!({"method": "PUT", "path": "/x", "protocol": "HTTP/1.1",
        "sourceIp": "192.0.2.7", "userAgent": "curl"});
    assert_eq!(context["http"], http);
}

#[test]
fn only_four_kinds_of_types_are_text() {
    for gateway in [gateway(), v1(), Gateway::new(Kind::FunctionUrl)] {
        let is_text = |kind: Option<&str>| {
            let kind: Vec<_> = kind
                .map(|kind| ("content-type", kind))
                .into_iter()
                .collect();
            let event = event(&gateway, &sent("POST", "/", &kind, b"hi"));
            let is_base64 = event["isBase64Encoded"] == true;
            assert_eq!(event["body"], if is_base64 { "aGk=" } else { "hi" });
            !is_base64
        };
        assert!(is_text(Some("text/csv")));
        assert!(is_text(Some("application/json; charset=utf-8")));
        assert!(is_text(Some("application/xml")));
        assert!(is_text(Some("application/javascript")));
        assert!(!is_text(Some("application/x-www-form-urlencoded")));
        assert!(!is_text(Some("application/vnd.api+json")));
        assert!(!is_text(Some("multipart/form-data; boundary=x")));
        assert!(!is_text(None));
    }
    let latin = sent("POST", "/", &[("content-type", "text/plain")], b"\xe9");
    assert_eq!(event(&gateway(), &latin)["isBase64Encoded"], true);
}

#[test]
fn a_reply_is_taken_leniently() {
    let reply = r#"{"statusCode":"201","headers":{"a":1,"b":true,"c":null},"cookies":["a=1","b=2"],
        "multiValueHeaders":{"d":["e"]},"unknown":{},"body":"aGk=","isBase64Encoded":true}"#;
    let taken = response(&gateway(), reply);
    assert_eq!(taken.status(), 201);
    assert_eq!(
        (all(&taken, "a"), all(&taken, "b")),
        (vec!["1"], vec!["true"])
    );
    assert_eq!(all(&taken, "set-cookie"), ["a=1", "b=2"]);
    assert!(all(&taken, "c").is_empty() && all(&taken, "d").is_empty());
    assert_eq!(all(&taken, "content-type"), ["text/plain;charset=UTF-8"]);
    assert_eq!(taken.body(), "hi");
}

#[test]
fn a_reply_of_wrong_types_is_refused() {
    for reply in [
        "hello",
        r#"{"statusCode":"x"}"#,
        r#"{"statusCode":200,"body":{}}"#,
        r#"{"statusCode":200,"headers":[]}"#,
        r#"{"statusCode":200,"headers":{"a":["b"]}}"#,
        r#"{"statusCode":200,"cookies":"a=1"}"#,
    ] {
        let failure = refused(&gateway(), reply);
        assert_eq!(failure.cause(), Cause::InvalidReply, "{reply}");
        assert_eq!(gateway().respond_to(&failure).status(), 500);
    }
}

#[test]
fn format_1_0_has_a_length_and_one_id() {
    let headers = [
        ("host", "api.example.com"),
        ("header-double", "a"),
        ("header-double", "b"),
    ];
    let event = event(&v1(), &sent("GET", "/", &headers, b""));
    assert_eq!(event["version"], "1.0");
    assert_eq!(
        (&event["resource"], &event["path"]),
        (&json!("$default"), &json!("/"))
    );
    assert_eq!(event["headers"]["Content-Length"], "0");
    assert_eq!(event["headers"]["Host"], "api.example.com");
    assert_eq!(event["headers"]["header-double"], "b");
    let all = &event["multiValueHeaders"]["header-double"];
    assert_eq!(*all, json!(["a", "b"]));
    assert_eq!(event["pathParameters"], Value::Null);
    let context = &event["requestContext"];
    assert_eq!(context["requestId"], context["extendedRequestId"]);
    assert_eq!(context["resourceId"], "$default");
}

#[test]
fn format_1_0_takes_cookies_by_multi_value_headers() {
    let reply = r#"{"statusCode":200,"multiValueHeaders":{"set-cookie":["a=1","b=2"]},"body":"aGk=","isBase64Encoded":true}"#;
    let taken = response(&v1(), reply);
    assert_eq!(all(&taken, "set-cookie"), ["a=1", "b=2"]);
    assert_eq!(taken.body(), "hi");
    refused(&v1(), r#"{"hello":"world"}"#);
}
