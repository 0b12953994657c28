//! Application Load Balancer.

use http::HeaderValue;
use liftgate::local::{Cause, Gateway, Kind};
use serde_json::json;

use super::{all, event, event_of, refusal, refused, response, sent};

fn single() -> Gateway {
    Gateway::new(Kind::Alb)
}

fn multi() -> Gateway {
    Gateway::new(Kind::AlbMultiValue)
}

#[test]
fn each_mode_has_its_own_objects() {
    let headers = [
        ("X-Probe", "first"),
        ("X-Probe", "second"),
        ("Connection", "keep-alive"),
    ];
    let request = sent("GET", "/a%20b?k=a%2Bb&k=c+d&e", &headers, b"");
    let one = event(&single(), &request);
    assert_eq!(one["headers"]["x-probe"], "second");
    assert_eq!(one["headers"]["connection"], "keep-alive");
    assert_eq!(one["queryStringParameters"], json!({"k": "c+d", "e": ""}));
    assert_eq!(one["path"], "/a%20b");
    assert!(one.get("multiValueHeaders").is_none());
    let all = event(&multi(), &request);
    assert_eq!(
        all["multiValueHeaders"]["x-probe"],
        json!(["first", "second"])
    );
    let query = &all["multiValueQueryStringParameters"];
    assert_eq!(*query, json!({"k": ["a%2Bb", "c+d"], "e": [""]}));
    assert!(all.get("headers").is_none());
}

#[test]
fn empty_bodies_and_queries_are_empty_and_not_null() {
    let event = event_of(&single(), "/");
    assert_eq!(
        (&event["body"], &event["queryStringParameters"]),
        (&json!(""), &json!({}))
    );
    assert_eq!(event["isBase64Encoded"], false);
    assert!(event["requestContext"]["elb"]["targetGroupArn"].is_string());
}

#[test]
fn an_encoded_body_is_base64_whatever_its_type() {
    let is_base64 = |headers: &[(&str, &str)]| {
        event(&single(), &sent("POST", "/", headers, b"hi"))["isBase64Encoded"] == true
    };
    assert!(!is_base64(&[("content-type", "text/plain")]));
    assert!(is_base64(&[
        ("content-type", "text/plain"),
        ("content-encoding", "gzip")
    ]));
    assert!(is_base64(&[("content-type", "image/png")]));
}

#[test]
fn what_is_not_utf_8_is_refused() {
    let mut request = sent("GET", "/", &[], b"");
    let latin = HeaderValue::from_bytes(b"caf\xe9").unwrap();
    request.headers_mut().insert("x", latin);
    assert_eq!(refusal(&single(), &request), Cause::BadRequest);
    let text = sent("POST", "/", &[("content-type", "text/plain")], b"\xff");
    assert_eq!(refusal(&multi(), &text), Cause::BadRequest);
    let binary = sent("POST", "/", &[("content-type", "image/png")], b"\xff");
    assert!(multi().render(&binary).is_ok());
}

#[test]
fn a_websocket_is_refused() {
    let request = sent("GET", "/", &[("Upgrade", "WebSocket")], b"");
    assert_eq!(refusal(&single(), &request), Cause::BadRequest);
}

#[test]
fn a_reply_is_read_in_the_mode_of_the_target_group() {
    let reply = r#"{"statusCode":200,"statusDescription":"200 OK","isBase64Encoded":true,"body":"aGk=",
        "headers":{"a":"one"},"multiValueHeaders":{"b":["two","three"]}}"#;
    let one = response(&single(), reply);
    assert_eq!((all(&one, "a"), all(&one, "b").len()), (vec!["one"], 0));
    assert_eq!(one.body(), "hi");
    let many = response(&multi(), reply);
    assert_eq!(
        (all(&many, "a").len(), all(&many, "b")),
        (0, vec!["two", "three"])
    );
}

#[test]
fn names_that_differ_by_case_are_all_kept() {
    let reply = r#"{"statusCode":200,"headers":{"set-cookie":"a=1","Set-cookie":"b=2"}}"#;
    assert_eq!(
        all(&response(&single(), reply), "set-cookie"),
        ["a=1", "b=2"]
    );
    // One name is one header, of which the last value counts.
    let reply = r#"{"statusCode":200,"headers":{"set-cookie":"a=1","set-cookie":"b=2"}}"#;
    assert_eq!(all(&response(&single(), reply), "set-cookie"), ["b=2"]);
}

#[test]
fn hop_by_hop_headers_and_lengths_do_not_arrive() {
    let reply = r#"{"statusCode":200,"headers":{"connection":"close","keep-alive":"x","content-length":"9"},"body":"hi"}"#;
    assert!(response(&single(), reply).headers().is_empty());
}

#[test]
fn a_reply_of_wrong_types_is_refused() {
    for reply in [
        r#"{"headers":{}}"#,
        r#"{"statusCode":200,"headers":{"a":1}}"#,
        r#"{"statusCode":200,"statusDescription":200}"#,
        r#"{"statusCode":200,"isBase64Encoded":"true"}"#,
        r#"{"statusCode":200,"isBase64Encoded":true,"body":"*"}"#,
        "[]",
    ] {
        let failure = refused(&single(), reply);
        assert_eq!(single().respond_to(&failure).status(), 502, "{reply}");
    }
    refused(
        &multi(),
        r#"{"statusCode":200,"multiValueHeaders":{"a":"b"}}"#,
    );
}
