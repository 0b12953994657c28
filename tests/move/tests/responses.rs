//! What the client gets.

use bytes::Bytes;
use http::{HeaderValue, Response};
use liftgate::local::Kind;
use liftgate::{BodyEncoding, Options};
use serde_json::json;

use crate::support::{event, lambda_http_reply, liftgate_reply, liftgate_reply_with};

fn with(headers: &[(&'static str, &[u8])], body: &'static [u8]) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(body));
    for (name, value) in headers {
        let value = HeaderValue::from_bytes(value).unwrap();
        response.headers_mut().append(*name, value);
    }
    response
}

#[test]
fn a_response_header_in_latin_1() {
    let (event, response) = (
        event(Kind::RestApi, |_| {}),
        with(&[("x-city", b"Z\xfcrich")], b""),
    );
    assert!(lambda_http_reply(&event, response.clone()).is_err());
    let ours = liftgate_reply(&event, response);
    assert_eq!(ours["multiValueHeaders"]["x-city"], json!(["Zürich"]));
}

#[test]
fn repeated_response_headers() {
    let event = event(Kind::FunctionUrl, |_| {});
    let response = with(&[("vary", b"origin"), ("vary", b"accept")], b"");
    let theirs = lambda_http_reply(&event, response.clone()).unwrap();
    assert_eq!(theirs["headers"]["vary"], "origin");
    assert_eq!(
        liftgate_reply(&event, response)["headers"]["vary"],
        "origin, accept"
    );
}

#[test]
fn two_cookies_to_a_load_balancer() {
    let event = event(Kind::Alb, |_| {});
    let response = with(&[("set-cookie", b"a=1"), ("set-cookie", b"b=2")], b"");
    let theirs = lambda_http_reply(&event, response.clone()).unwrap();
    assert_eq!(theirs["headers"], json!({"set-cookie": "a=1"}));
    let ours = liftgate_reply(&event, response);
    assert_eq!(
        ours["headers"],
        json!({"set-cookie": "a=1", "Set-cookie": "b=2"})
    );
}

#[test]
fn a_cookie_that_is_not_ascii() {
    let event = event(Kind::HttpApi, |_| {});
    let response = with(&[("set-cookie", "city=Zürich".as_bytes())], b"");
    let theirs = lambda_http_reply(&event, response.clone()).unwrap();
    assert_eq!(theirs["cookies"], json!([""]));
    assert_eq!(
        liftgate_reply(&event, response)["cookies"],
        json!(["city=Zürich"])
    );
}

#[test]
fn bytes_without_a_content_type() {
    let (event, response) = (event(Kind::FunctionUrl, |_| {}), with(&[], b"\x89PNG"));
    let theirs = lambda_http_reply(&event, response.clone()).unwrap();
    assert_eq!(theirs["body"], "\u{fffd}PNG");
    let ours = liftgate_reply(&event, response);
    assert_eq!(
        (&ours["body"], &ours["isBase64Encoded"]),
        (&json!("iVBORw=="), &json!(true))
    );
}

#[test]
fn text_that_is_not_utf_8() {
    let event = event(Kind::FunctionUrl, |_| {});
    let response = with(
        &[("content-type", b"text/plain; charset=iso-8859-1")],
        b"Z\xfcrich",
    );
    // The header still says that it is Latin-1.
    let theirs = lambda_http_reply(&event, response.clone()).unwrap();
    assert_eq!(
        (&theirs["body"], &theirs["isBase64Encoded"]),
        (&json!("Zürich"), &json!(false))
    );
    let ours = liftgate_reply(&event, response);
    assert_eq!(
        (&ours["body"], &ours["isBase64Encoded"]),
        (&json!("WvxyaWNo"), &json!(true))
    );
}

#[test]
fn a_byte_order_mark() {
    let event = event(Kind::FunctionUrl, |_| {});
    let response = with(&[("content-type", b"text/csv")], b"\xef\xbb\xbfa;b");
    assert_eq!(
        lambda_http_reply(&event, response.clone()).unwrap()["body"],
        "a;b"
    );
    assert_eq!(liftgate_reply(&event, response)["body"], "\u{feff}a;b");
}

#[test]
fn text_of_other_types() {
    let event = event(Kind::RestApi, |_| {});
    for kind in ["application/x-ndjson", "application/x-www-form-urlencoded"] {
        let response = with(&[("content-type", kind.as_bytes())], b"a=1");
        let theirs = lambda_http_reply(&event, response.clone()).unwrap();
        assert_eq!(
            (&theirs["body"], &theirs["isBase64Encoded"]),
            (&json!("YT0x"), &json!(true))
        );
        let ours = liftgate_reply(&event, response);
        assert_eq!(
            (&ours["body"], &ours["isBase64Encoded"]),
            (&json!("a=1"), &json!(false))
        );
    }
}

#[test]
fn the_choice_of_an_encoding() {
    let event = event(Kind::RestApi, |_| {});
    let header: &[(_, &[u8])] = &[("content-type", b"application/wasm")];
    let told = [header, &[("x-lambda-http-content-encoding", b"text")]].concat();
    let theirs = lambda_http_reply(&event, with(&told, b"a=1")).unwrap();
    assert_eq!(theirs["body"], "a=1");
    // The client is told as well.
    let leaked = &theirs["multiValueHeaders"]["x-lambda-http-content-encoding"];
    assert_eq!(leaked, &json!(["text"]));
    let options = Options::new().body_encoding_for("application/wasm", BodyEncoding::Base64);
    let ours = liftgate_reply_with(options, &event, with(header, b"a=1")).into_bytes();
    let ours: serde_json::Value = serde_json::from_slice(&ours.unwrap()).unwrap();
    assert_eq!(
        (&ours["body"], &ours["isBase64Encoded"]),
        (&json!("YT0x"), &json!(true))
    );
}
