//! The head of a request, but for its target.

use serde_json::{Value, json};

use super::{asked, asked_with};
use crate::support::{of_http_api, of_rest};

fn headers(pairs: &[(&str, &str)]) -> Value {
    pairs.iter().map(|(name, value)| (*name, *value)).collect()
}

#[tokio::test]
async fn the_head_is_the_client_s() {
    let sent = [
        ("host", "example.com"),
        ("x-forwarded-for", "192.0.2.7"),
        ("x-forwarded-port", "443"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "for=192.0.2.7"),
        ("user-agent", "curl/8"),
        ("accept", "*/*"),
        ("authorization", "Bearer a.b.c"),
        ("x-amzn-trace-id", "Root=1-2-3"),
        ("x-empty", ""),
        ("x-utf8", "é"),
    ];
    let asked = asked(of_http_api(json!({
        "rawPath": "/a/b c//d/../é",
        "rawQueryString": "q=1&q=2&flag&plus=a+b&slash=a%2Fb",
        "headers": headers(&sent),
    })))
    .await;
    assert_eq!(asked.method, "GET");
    let target = "/a/b%20c//d/../%C3%A9?q=1&q=2&flag&plus=a+b&slash=a%2Fb";
    assert_eq!(asked.target, target);
    let mut expected: Vec<_> = sent.map(|(name, value)| format!("{name}: {value}")).into();
    expected.sort();
    assert_eq!(asked.lines(), expected);
}

#[tokio::test]
async fn a_header_need_not_be_utf_8() {
    let event = of_http_api(json!({"headers": {"host": "example.com", "x-latin": "caf_"}}));
    let latin = event
        .bytes()
        .map(|byte| if byte == b'_' { 0xe9 } else { byte });
    let asked = asked(latin.collect::<Vec<u8>>()).await;
    let header = ("x-latin".to_owned(), b"caf\xe9".to_vec());
    assert!(asked.headers.contains(&header), "{asked:?}");
}

#[tokio::test]
async fn repeated_headers_stay_apart() {
    let asked = asked(of_rest(json!({"multiValueHeaders": {
        "Host": ["example.com"],
        "Accept": ["text/html", "*/*;q=0.1"],
        "Cookie": ["a=1", "b=2"],
        "X-Forwarded-For": ["192.0.2.7, 198.51.100.2"],
    }})))
    .await;
    assert_eq!(asked.values("accept"), ["text/html", "*/*;q=0.1"]);
    assert_eq!(asked.values("cookie"), ["a=1", "b=2"]);
    assert_eq!(asked.values("x-forwarded-for"), ["192.0.2.7, 198.51.100.2"]);
}

#[tokio::test]
async fn cookies_are_whole() {
    let asked = asked(of_http_api(
        json!({"cookies": ["a=1; b=2", "c=\"é\"", "d=x,y"]}),
    ))
    .await;
    assert_eq!(
        asked.values("cookie").join("; "),
        "a=1; b=2; c=\"é\"; d=x,y"
    );
}

#[tokio::test]
async fn no_host_and_no_protocol_can_break_it() {
    for host in [
        "foo:99999",
        "a[b",
        "a b",
        "[::1",
        "a%zz",
        "evil/admin?x=",
        "foo#",
        "",
    ] {
        for proto in ["https,http", "", "gopher", ":"] {
            let sent = json!({"host": host, "x-forwarded-proto": proto});
            let asked = asked(of_http_api(json!({"rawPath": "/p", "headers": sent}))).await;
            assert_eq!(asked.target, "/p");
            assert_eq!(asked.values("host"), [host]);
            assert_eq!(asked.values("x-forwarded-proto"), [proto]);
        }
    }
}

#[tokio::test]
async fn a_host_is_there_if_nobody_named_one() {
    let asked = asked(of_http_api(json!({"headers": {}}))).await;
    let [host] = &asked.values("host")[..] else {
        panic!("{asked:?}");
    };
    assert!(host.starts_with("127.0.0.1:"), "{host}");
}

#[tokio::test]
async fn a_length_is_that_of_the_body() {
    let asked_of = async |method: &str, body: Value, is_base64: bool, headers: Value| {
        let context = json!({"stage": "$default", "http": {"method": method}});
        let members = json!({
            "headers": headers, "body": body, "isBase64Encoded": is_base64, "requestContext": context,
        });
        asked(of_http_api(members)).await
    };
    for (claimed, text) in [("2", "hello"), ("50", "hello"), ("5", "hello")] {
        let claimed = json!({"content-length": claimed});
        let asked = asked_of("POST", json!(text), false, claimed).await;
        assert_eq!(asked.body, "hello");
        assert_eq!(asked.values("content-length"), ["5"]);
    }
    let asked = asked_of(
        "PUT",
        json!("//79"),
        true,
        json!({"transfer-encoding": "chunked"}),
    )
    .await;
    assert_eq!(asked.body, &b"\xff\xfe\xfd"[..]);
    assert_eq!(asked.values("content-length"), ["3"]);
    assert!(asked.values("transfer-encoding").is_empty());
    // A server without Lambda would get none either.
    for method in ["GET", "HEAD", "DELETE", "OPTIONS"] {
        let asked = asked_of(method, Value::Null, false, json!({})).await;
        assert_eq!(asked.values("content-length"), [""; 0], "{method}");
        assert_eq!(asked.values("transfer-encoding"), [""; 0], "{method}");
    }
    // Some servers do not take a POST without one, so that of the client stays.
    let asked = asked_of("POST", json!(""), false, json!({"content-length": "0"})).await;
    assert_eq!(asked.values("content-length"), ["0"]);
}

#[tokio::test]
async fn what_concerns_another_connection_does_not_arrive() {
    let asked = asked(of_http_api(json!({"headers": {
        "host": "example.com",
        "connection": "close, X-Own",
        "x-own": "1",
        "keep-alive": "timeout=5",
        "proxy-connection": "keep-alive",
        "te": "trailers",
        "trailer": "x-sum",
        "transfer-encoding": "chunked",
        "upgrade": "websocket",
        "expect": "100-continue",
    }})))
    .await;
    assert_eq!(asked.lines(), ["host: example.com"]);
}

#[tokio::test]
async fn authorization_comes_from_its_source_or_not_at_all() {
    let vars = [("AWS_LWA_AUTHORIZATION_SOURCE", "X-Own-Auth")];
    let both = json!({"authorization": "AWS4-HMAC-SHA256 …", "x-own-auth": "Bearer a"});
    let asked = asked_with(&vars, of_http_api(json!({"headers": both}))).await;
    assert_eq!(asked.values("authorization"), ["Bearer a"]);
    assert_eq!(asked.values("x-own-auth"), [""; 0]);
    let signed = json!({"authorization": "AWS4-HMAC-SHA256 …"});
    let asked = asked_with(&vars, of_http_api(json!({"headers": signed}))).await;
    assert_eq!(asked.values("authorization"), [""; 0]);
}
