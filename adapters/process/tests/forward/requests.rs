use bytes::Bytes;
use http::Request;
use liftgate::local::{Gateway, Kind};
use serde_json::{Value, json};

use crate::support::app::{App, Asked, ok};
use crate::support::runtime_api::invocation;
use crate::support::{answer, event, get, of_http_api, of_rest, posted, posts, through};

/// Without what Lambda knows: only the request.
const BARE: (&str, &str) = ("LIFTGATE_CONTEXT_HEADERS", "none");

/// The request that the app gets of an event.
async fn asked_with(vars: &[(&str, &str)], event: impl Into<Bytes>) -> Asked {
    let app = App::answering([ok("")]).await;
    let vars: Vec<_> = [BARE].iter().chain(vars).copied().collect();
    let post = posted(app.config(&vars), event).await;
    assert_eq!(post.what(), "r-1/response", "{post:?}");
    let mut asked = app.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    asked.remove(0)
}

async fn asked(event: impl Into<Bytes>) -> Asked {
    asked_with(&[], event).await
}

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
async fn no_query_can_break_it() {
    let odd = [
        " ", "\"", "<", ">", "`", "{}", "|", "^", "\\", "\u{7f}", "é", "#", "%zz", "?",
    ];
    for odd in odd {
        let query = format!("q=a{odd}b");
        let asked = asked(of_http_api(json!({"rawQueryString": query}))).await;
        let sent = asked
            .target
            .strip_prefix("/?q=a")
            .unwrap()
            .strip_suffix('b');
        let sent = sent.unwrap_or_else(|| panic!("{asked:?}"));
        let escaped: String = odd.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert!([odd, &escaped].contains(&sent), "{odd:?} is {sent:?}");
        let is_plain = sent.bytes().all(|byte| byte > b' ' && byte != 0x7f);
        assert!(is_plain, "{odd:?} is {sent:?}");
    }
    // Longer than any gateway takes.
    let long = "x".repeat(60_000);
    let asked = asked(of_http_api(json!({"rawQueryString": long}))).await;
    assert_eq!(asked.target.len(), "/?".len() + long.len());
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
async fn the_base_path_is_removed_once_and_in_whole_segments() {
    for (sent, arrives) in [
        ("/api/api/foo", "/api/foo"),
        ("/apiary/x", "/apiary/x"),
        ("/api/foo?x=/api", "/foo?x=/api"),
        ("/api", "/"),
        ("/api/", "/"),
        ("/other", "/other"),
    ] {
        let (path, query) = sent.split_once('?').unwrap_or((sent, ""));
        let event = of_http_api(json!({"rawPath": path, "rawQueryString": query}));
        for name in ["AWS_LWA_REMOVE_BASE_PATH", "REMOVE_BASE_PATH"] {
            let asked = asked_with(&[(name, "/api")], event.clone()).await;
            assert_eq!(asked.target, arrives, "{sent}");
        }
    }
}

#[tokio::test]
async fn the_stage_is_no_part_of_the_path() {
    let event =
        of_rest(json!({"path": "/x", "requestContext": {"stage": "prod", "path": "/prod/x"}}));
    assert_eq!(asked(event).await.target, "/x");
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

#[tokio::test]
async fn every_gateway_reaches_the_app() {
    for kind in Kind::ALL
        .into_iter()
        .filter(|kind| *kind != Kind::WebSocket)
    {
        let app = App::answering([ok("hello")]).await;
        let mut request = Request::post("/a/b?c=d").body(Bytes::from("sent")).unwrap();
        request
            .headers_mut()
            .insert("host", "example.com".parse().unwrap());
        request
            .headers_mut()
            .insert("content-type", "text/plain".parse().unwrap());
        let mut gateway = Gateway::new(kind);
        let response = through(&gateway, app.config(&[]), &request).await;
        assert_eq!(response.body(), "hello", "{kind}");
        gateway = gateway.streaming(false);
        assert!(!gateway.is_streaming());
        let asked = &app.asked()[0];
        assert_eq!(
            (asked.method.as_str(), asked.target.as_str()),
            ("POST", "/a/b?c=d"),
            "{kind}"
        );
        assert_eq!(asked.body, "sent", "{kind}");
        assert_eq!(asked.values("host"), ["example.com"], "{kind}");
    }
}

#[tokio::test]
async fn an_event_that_is_broken_fails_alone() {
    let app = App::answering([ok("hello")]).await;
    let broken = of_http_api(json!({"body": "!!!", "isBase64Encoded": true}));
    let nexts = [broken, "{".to_owned(), event("/")];
    let nexts = nexts.into_iter().zip(["r-1", "r-2", "r-3"]);
    let posts = posts(
        app.config(&[]),
        nexts.map(|(event, id)| invocation(id, event)),
    )
    .await;
    let whats: Vec<_> = posts.iter().map(|post| post.what()).collect();
    assert_eq!(whats, ["r-1/error", "r-2/error", "r-3/response"]);
}

#[tokio::test]
async fn a_bad_client_context_is_no_end() {
    for context in [
        "{\"custom\":{\"n\":1}}",
        "{\"client\":{}}",
        "{\"x\":\"é\"}",
        "{",
        "1",
    ] {
        let app = App::answering([ok("hello")]).await;
        let mut invocation = invocation("r-1", event("/"));
        let value = http::HeaderValue::from_bytes(context.as_bytes()).unwrap();
        invocation
            .headers_mut()
            .insert("lambda-runtime-client-context", value);
        let posts = posts(app.config(&[]), [invocation]).await;
        assert_eq!(posts[0].what(), "r-1/response", "{context}");
    }
}

#[tokio::test]
async fn a_client_gets_an_answer() {
    let app = App::answering([ok("hello")]).await;
    assert_eq!(answer(&app, &get("/")).await.body(), "hello");
}
