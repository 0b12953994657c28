//! REST API: replies.

use liftgate::local::{Cause, Gateway, Kind};

use super::{all, refused, response};
use crate::support::get;

fn gateway() -> Gateway {
    Gateway::new(Kind::RestApi)
}

#[test]
fn only_five_members_are_taken() {
    for reply in [
        r#"{"statusCode":200,"cookies":[]}"#,
        r#"{"statusCode":200,"statusDescription":"200 OK"}"#,
    ] {
        assert_eq!(refused(&gateway(), reply).cause(), Cause::InvalidReply);
    }
    let reply = r#"{"statusCode":204,"headers":{},"multiValueHeaders":{},"body":null,"isBase64Encoded":false}"#;
    assert_eq!(response(&gateway(), reply).status(), 204);
}

#[test]
fn values_are_strings_or_booleans() {
    let reply = r#"{"headers":{"a":true},"multiValueHeaders":{"b":[false,"x"]}}"#;
    let taken = response(&gateway(), reply);
    assert_eq!(all(&taken, "a"), ["true"]);
    assert_eq!(all(&taken, "b"), ["false", "x"]);
    for reply in [
        r#"{"headers":{"a":1}}"#,
        r#"{"headers":{"a":null}}"#,
        r#"{"headers":{"a":["b"]}}"#,
        r#"{"headers":["a"]}"#,
        r#"{"multiValueHeaders":{"a":"b"}}"#,
        r#"{"multiValueHeaders":{"a":[1]}}"#,
        r#"{"body":{}}"#,
        r#"{"body":7}"#,
        r#"{"isBase64Encoded":"yes"}"#,
        r#"{"statusCode":"test"}"#,
        r#"{"statusCode":99}"#,
        r#"{"statusCode":101}"#,
        r#"{"statusCode":1000}"#,
        r#"{"headers":{"a b":"c"}}"#,
        r#"{"headers":{"a":"b\r\nc: d"}}"#,
        "[]",
        "null",
        "text",
        "",
    ] {
        let failure = refused(&gateway(), reply);
        assert_eq!(failure.cause(), Cause::InvalidReply, "{reply}");
    }
}

#[test]
fn both_objects_are_merged_and_a_pair_in_both_is_there_once() {
    let reply = r#"{"multiValueHeaders":{"Vary":["a","b"]},"headers":{"vary":"c"}}"#;
    assert_eq!(all(&response(&gateway(), reply), "vary"), ["a", "b", "c"]);
    let reply = r#"{"multiValueHeaders":{"Vary":["a","b"]},"headers":{"vary":"b"}}"#;
    assert_eq!(all(&response(&gateway(), reply), "vary"), ["a", "b"]);
}

#[test]
fn a_body_has_a_type_and_a_status() {
    let taken = response(&gateway(), "{}");
    assert_eq!(taken.status(), 200);
    assert_eq!(all(&taken, "content-type"), ["application/json"]);
    let reply = r#"{"headers":{"Content-Type":"text/html"}}"#;
    assert_eq!(
        all(&response(&gateway(), reply), "content-type"),
        ["text/html"]
    );
}

#[test]
fn some_headers_are_renamed_and_some_are_dropped() {
    for name in [
        "Authorization",
        "Connection",
        "Content-MD5",
        "Date",
        "Max-Forwards",
        "Server",
        "User-Agent",
        "WWW-Authenticate",
    ] {
        let reply = format!(r#"{{"headers":{{"{name}":"x"}}}}"#);
        let taken = response(&gateway(), &reply);
        let renamed = format!("x-amzn-remapped-{}", name.to_lowercase());
        assert_eq!(all(&taken, &renamed), ["x"], "{name}");
        assert!(!taken.headers().contains_key(name), "{name}");
    }
    for name in [
        "Expect",
        "Host",
        "Proxy-Authenticate",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "Via",
    ] {
        let reply = format!(r#"{{"headers":{{"{name}":"x"}}}}"#);
        let taken = response(&gateway(), &reply);
        assert_eq!(taken.headers().len(), 1, "{name}");
    }
    let names = ["content-encoding", "pragma", "range", "referer", "warn"];
    for name in names {
        let reply = format!(r#"{{"headers":{{"{name}":"x"}}}}"#);
        assert_eq!(all(&response(&gateway(), &reply), name), ["x"]);
    }
}

#[test]
fn base64_is_decoded_only_if_the_client_accepts_a_binary_type_first() {
    let gateway = gateway().binary_media_types(["image/png", "application/*"]);
    let body = |accept: &str| {
        let mut client = get();
        let accept = accept.parse().unwrap();
        client.headers_mut().insert("accept", accept);
        let reply = br#"{"body":"aGk=","isBase64Encoded":true}"#;
        gateway.parse(&client, reply).unwrap().into_body()
    };
    assert_eq!(body("image/png"), "hi");
    assert_eq!(body("image/png;q=0.5, */*"), "hi");
    assert_eq!(body("application/zip"), "hi");
    for accept in ["*/*", "image/*", "text/html, image/png", "application", ""] {
        assert_eq!(body(accept), "aGk=", "{accept}");
    }
}

#[test]
fn everything_is_decoded_where_everything_is_binary() {
    let gateway = gateway().binary_media_types(["*/*"]);
    let reply = r#"{"body":"aGk=","isBase64Encoded":true}"#;
    assert_eq!(response(&gateway, reply).body(), "hi");
    let failure = refused(&gateway, r#"{"body":"*","isBase64Encoded":true}"#);
    assert_eq!(failure.cause(), Cause::InvalidBase64);
    assert_eq!(gateway.respond_to(&failure).status(), 500);
}

#[test]
fn a_length_is_kept_where_it_tells_of_a_body_that_is_not_there() {
    let reply = br#"{"headers":{"content-length":"7"},"body":""}"#;
    let mut head = get();
    *head.method_mut() = http::Method::HEAD;
    assert_eq!(
        all(&gateway().parse(&head, reply).unwrap(), "content-length"),
        ["7"]
    );
    let taken = gateway().parse(&get(), reply).unwrap();
    assert!(all(&taken, "content-length").is_empty());
}

#[test]
fn a_stream_begins_with_a_prelude_or_is_refused() {
    let gateway = gateway().streaming(true);
    let failure = refused(&gateway, r#"{"statusCode":200}"#);
    assert_eq!(gateway.respond_to(&failure).status(), 500);
    let prelude = br#"{"statusCode":201,"multiValueHeaders":{"vary":["a","b"]},"headers":{"date":"x","content-length":"2"},"cookies":["a=1","b=2"]}"#;
    let head = gateway.parse_prelude(prelude).unwrap();
    assert_eq!(head.status(), 201);
    assert_eq!(head.headers().get_all("vary").iter().count(), 2);
    assert_eq!(head.headers().get_all("set-cookie").iter().count(), 2);
    assert_eq!(head.headers()["x-amzn-remapped-date"], "x");
    assert!(!head.headers().contains_key("content-length"));
    assert_eq!(gateway.parse_prelude(b"{}").unwrap().status(), 200);
    assert!(gateway.parse_prelude(br#"{"body":"x"}"#).is_err());
    assert!(gateway.parse_prelude(b"hello").is_err());
    assert!(gateway.parse_bare_stream(&get()).is_err());
}
