//! What is lost on the way, and told of.

use bytes::Bytes;
use http::Request;
use liftgate::local::{Gateway, Kind};

use super::sent;

fn codes(gateway: &Gateway, request: &Request<Bytes>, reply: &str) -> Vec<&'static str> {
    let event = gateway.render(request).unwrap();
    let reply = Some(reply.as_bytes()).filter(|reply| !reply.is_empty());
    let warnings = gateway.warnings(request, &event, reply);
    warnings
        .iter()
        .map(|warning| {
            assert!(!warning.to_string().is_empty());
            warning.code()
        })
        .collect()
}

fn of_reply(kind: Kind, reply: &str) -> Vec<&'static str> {
    codes(&Gateway::new(kind), &sent("GET", "/", &[], b""), reply)
}

#[test]
fn nothing_lost_is_nothing_told() {
    let headers = [("accept", "*/*"), ("content-type", "application/json")];
    let request = sent("POST", "/a%20b?c=d", &headers, b"{}");
    let reply = r#"{"statusCode":200,"headers":{"vary":"a, b","set-cookie":"a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT"},"body":"hi"}"#;
    for kind in Kind::ALL {
        if kind != Kind::AlbMultiValue {
            let told = codes(&Gateway::new(kind), &request, reply);
            assert!(told.is_empty(), "{kind}: {told:?}");
        }
    }
}

#[test]
fn of_requests() {
    let twice = sent("GET", "/?a=1&a=2", &[("x", "1"), ("x", "2")], b"");
    let alb = codes(&Gateway::new(Kind::Alb), &twice, "");
    assert_eq!(alb, ["request-header-lost", "query-value-lost"]);
    let lattice = codes(&Gateway::new(Kind::LatticeV1), &twice, "");
    assert_eq!(lattice, ["query-value-lost"]);
    assert!(codes(&Gateway::new(Kind::RestApi), &twice, "").is_empty());
    for path in ["/a%2fb", "/a%3Fb", "/a%FFb"] {
        let request = sent("GET", path, &[], b"");
        let told = codes(&Gateway::new(Kind::HttpApi), &request, "");
        assert_eq!(told, ["path-decoded"], "{path}");
        assert!(codes(&Gateway::new(Kind::FunctionUrl), &request, "").is_empty());
    }
}

#[test]
fn of_bodies() {
    let binary = sent("POST", "/", &[], b"\xff");
    let rest = Gateway::new(Kind::RestApi);
    assert_eq!(codes(&rest, &binary, ""), ["request-body-corrupted"]);
    assert!(codes(&rest.clone().binary_media_types(["*/*"]), &binary, "").is_empty());
    let base64 = r#"{"body":"aGk=","isBase64Encoded":true}"#;
    let get = sent("GET", "/", &[], b"");
    assert_eq!(codes(&rest, &get, base64), ["response-base64-kept"]);
    let large = sent("POST", "/", &[], &vec![0xff; 4_500_000]);
    let http = Gateway::new(Kind::HttpApi);
    assert_eq!(codes(&http, &large, ""), ["event-large"]);
}

#[test]
fn of_headers_in_replies() {
    let renamed = r#"{"statusCode":401,"headers":{"WWW-Authenticate":"Basic"}}"#;
    assert_eq!(
        of_reply(Kind::RestApi, renamed),
        ["response-header-renamed"]
    );
    assert_eq!(
        of_reply(Kind::FunctionUrl, renamed),
        ["response-header-renamed"]
    );
    assert!(of_reply(Kind::HttpApi, renamed).is_empty());
    let dropped = r#"{"statusCode":200,"headers":{"Via":"x"}}"#;
    assert_eq!(of_reply(Kind::RestApi, dropped), ["response-header-lost"]);
    let multi = r#"{"statusCode":200,"multiValueHeaders":{"vary":["a","b"]}}"#;
    for kind in [Kind::HttpApi, Kind::FunctionUrl, Kind::Alb] {
        assert_eq!(of_reply(kind, multi), ["response-header-lost"], "{kind}");
    }
    assert!(of_reply(Kind::RestApi, multi).is_empty());
    let both =
        r#"{"statusCode":200,"headers":{"vary":"a, b"},"multiValueHeaders":{"Vary":["a","b"]}}"#;
    assert!(of_reply(Kind::HttpApi, both).is_empty());
    let single = r#"{"statusCode":200,"headers":{"vary":"a"}}"#;
    assert_eq!(
        of_reply(Kind::AlbMultiValue, single),
        ["response-header-lost"]
    );
    let array = r#"{"statusCode":200,"headers":{"vary":["a","b"]}}"#;
    assert_eq!(
        of_reply(Kind::FunctionUrl, array),
        ["response-header-printed"]
    );
}

#[test]
fn of_cookies() {
    let multi = r#"{"statusCode":200,"headers":{"set-cookie":"a=1"},"multiValueHeaders":{"Set-Cookie":["a=1","b=2"]}}"#;
    assert_eq!(of_reply(Kind::Alb, multi), ["cookie-lost"]);
    let joined = r#"{"statusCode":200,"headers":{"set-cookie":"a=1; Path=/, b=2"}}"#;
    assert_eq!(of_reply(Kind::HttpApi, joined), ["cookie-lost"]);
    let spelled = r#"{"statusCode":200,"headers":{"set-cookie":"a=1","Set-cookie":"b=2"}}"#;
    assert_eq!(of_reply(Kind::Alb, spelled), ["cookie-lost"]);
    assert!(of_reply(Kind::Lattice, spelled).is_empty());
}
