//! Headers of the app's answers.

use liftgate::local::{Gateway, Kind};

use super::{answered, values};
use crate::support::app::{App, response};
use crate::support::{get, through};

#[tokio::test]
async fn headers_are_the_app_s() {
    let lines = [
        "content-type: text/html; charset=iso-8859-1",
        "X-Own: a  b",
        "x-empty:",
        "vary: accept",
        "vary: cookie",
        "x-amzn-trace-id: Root=1",
    ];
    let answered = answered(response("404 Not Here", &lines, "gone")).await;
    assert_eq!(answered.status(), 404);
    assert_eq!(answered.body(), "gone");
    assert_eq!(
        values(&answered, "content-type"),
        [&b"text/html; charset=iso-8859-1"[..]]
    );
    assert_eq!(values(&answered, "x-own"), [b"a  b"]);
    assert_eq!(values(&answered, "x-empty"), [b""]);
    assert_eq!(
        values(&answered, "vary").join(&b", "[..]),
        b"accept, cookie"
    );
}

#[tokio::test]
async fn headers_that_are_not_ascii_are_no_end() {
    for (value, delivered) in [(&b"caf\xe9"[..], "café"), (b"caf\xc3\xa9", "café")] {
        let mut bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx-bad: ".to_vec();
        bytes.extend_from_slice(value);
        bytes.extend_from_slice(b"\r\nset-cookie: name=");
        bytes.extend_from_slice(value);
        bytes.extend_from_slice(b"\r\n\r\nhello");
        let answered = answered(bytes).await;
        assert_eq!(answered.body(), "hello");
        for (name, prefix) in [("x-bad", ""), ("set-cookie", "name=")] {
            let [got] = values(&answered, name)[..] else {
                panic!("{answered:?}");
            };
            let latin: String = got.iter().map(|byte| char::from(*byte)).collect();
            let text = String::from_utf8(got.to_vec()).unwrap_or(latin);
            assert_eq!(text, format!("{prefix}{delivered}"));
        }
    }
}

#[tokio::test]
async fn every_cookie_is_set() {
    let lines = [
        "set-cookie: a=1; Path=/",
        "set-cookie: b=2",
        "Set-Cookie: c=\"x, y\"",
    ];
    let app = App::answering([response("200 OK", &lines, "")]).await;
    for kind in [
        Kind::HttpApi,
        Kind::RestApi,
        Kind::FunctionUrl,
        Kind::AlbMultiValue,
        Kind::HttpApiV1,
    ] {
        let answered = through(&Gateway::new(kind), app.config(&[]), &get("/")).await;
        let cookies: [&[u8]; 3] = [b"a=1; Path=/", b"b=2", b"c=\"x, y\""];
        assert_eq!(values(&answered, "set-cookie"), cookies, "{kind}");
    }
}

#[tokio::test]
async fn two_hundred_headers_are_none_too_many() {
    let lines: Vec<_> = (0..200)
        .map(|index| format!("x-{index}: {index}"))
        .collect();
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    let answered = answered(response("200 OK", &lines, "hello")).await;
    for index in 0..200 {
        let value = index.to_string();
        assert_eq!(values(&answered, &format!("x-{index}")), [value.as_bytes()]);
    }
}

#[tokio::test]
async fn what_concerns_the_app_s_connection_stays_there() {
    let lines = [
        "connection: keep-alive, x-own",
        "x-own: 1",
        "keep-alive: timeout=5",
        "proxy-connection: keep-alive",
        "trailer: x-sum",
        "upgrade: h2c",
        "te: gzip",
        "x-kept: 2",
    ];
    let answered = answered(response("200 OK", &lines, "hello")).await;
    assert_eq!(values(&answered, "x-kept"), [b"2"]);
    for name in [
        "connection",
        "x-own",
        "keep-alive",
        "proxy-connection",
        "trailer",
        "upgrade",
        "te",
    ] {
        assert!(values(&answered, name).is_empty(), "{name}");
    }
}
