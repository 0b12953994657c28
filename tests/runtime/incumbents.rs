//! What made other runtimes exit, panic or lose a worker: each is answered or reported here, and
//! the next invocation served, one at a time or several.

use std::num::NonZeroUsize;

use http::{HeaderValue, Request, Response};
use liftgate::{Body, Runtime};

use super::BoxError;
use crate::support::runtime_api::{Answer, RuntimeApi, invocation};

/// Answers with the path, or with what a row is about.
async fn app(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let mut response = Response::new(Body::from(request.uri().to_string()));
    if request.uri().path() == "/latin-1" {
        let value = HeaderValue::from_bytes(b"caf\xe9")?;
        response.headers_mut().insert("x-name", value);
    }
    Ok(response)
}

fn http_api(query: &str, headers: &str, body: &str) -> String {
    let context = r#"{"http":{"method":"POST"}}"#;
    format!(
        r#"{{"version":"2.0","rawPath":"/","rawQueryString":"{query}","headers":{{{headers}}},"requestContext":{context},{body}}}"#
    )
}

fn answered(id: &'static str, event: impl Into<bytes::Bytes>) -> (&'static str, Answer) {
    (id, invocation(id, event).into())
}

async fn check(rows: Vec<(&'static str, Answer)>, failing: &[(&str, &str)]) {
    for workers in [1, 3] {
        let after = ["fine", "fine again", "and again"];
        let fine = after.map(|_| invocation("fine", http_api("", "", "\"body\":null")).into());
        let nexts: Vec<Answer> = rows
            .iter()
            .map(|(_, answer)| answer.clone())
            .chain(fine)
            .collect();
        let count = nexts.len();
        let api = RuntimeApi::start(nexts).await;
        let runtime = Runtime::new()
            .runtime_api(api.address.clone())
            .concurrency(NonZeroUsize::new(workers).unwrap());
        tokio::spawn(runtime.run(tower::service_fn(app)));
        let posts = api.posts_of(workers).await;
        assert_eq!(posts.len(), count, "{posts:?}");
        for (id, _) in &rows {
            let mut told = posts
                .iter()
                .filter(|post| post.path.contains(&format!("/{id}/")));
            let post = told
                .next()
                .unwrap_or_else(|| panic!("{id} is not answered"));
            assert!(told.next().is_none(), "{id} is answered twice");
            match failing.iter().find(|(failing, _)| failing == id) {
                Some((_, kind)) => assert_eq!(post.error().0, *kind, "{id}"),
                None => assert!(post.path.ends_with("/response"), "{id}: {post:?}"),
            }
        }
    }
}

/// Row 1.
#[tokio::test]
async fn a_latin_1_header_of_a_response_is_answered() {
    let event = http_api("", "", "\"body\":null").replace("\"/\"", "\"/latin-1\"");
    check(vec![answered("latin", event)], &[]).await;
}

/// Row 2, and the headers of row 3 that may be missing.
#[tokio::test]
async fn odd_headers_of_an_invocation_are_passed_over() {
    let odd = [
        (
            "lambda-runtime-client-context",
            r#"{"custom":{"n":7}}"#.as_bytes(),
        ),
        ("lambda-runtime-client-context", br#"{"client":{}}"#),
        (
            "lambda-runtime-client-context",
            "{\"custom\":{\"ä\":\"ö\"}}".as_bytes(),
        ),
        ("lambda-runtime-client-context", b"\xff\xfe"),
        ("lambda-runtime-cognito-identity", b"{"),
        ("lambda-runtime-deadline-ms", b"soon"),
        ("lambda-runtime-deadline-ms", b"99999999999999999999"),
        ("lambda-runtime-trace-id", b"\xff"),
        ("lambda-runtime-aws-tenant-id", b"\xff"),
    ];
    let ids = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let event = || http_api("", "", "\"body\":null");
    let mut rows: Vec<_> = ids
        .into_iter()
        .zip(odd)
        .map(|(id, (name, value))| {
            let mut response = invocation(id, event());
            let value = HeaderValue::from_bytes(value).unwrap();
            response.headers_mut().insert(name, value);
            (id, Answer::from(response))
        })
        .collect();
    let mut bare = invocation("bare", event());
    bare.headers_mut().remove("lambda-runtime-deadline-ms");
    rows.push(("bare", bare.into()));
    check(rows, &[]).await;
}

/// Rows 5 to 8.
#[tokio::test]
async fn odd_requests_are_answered_or_reported() {
    let host = |host: &str| http_api("", &format!("\"host\":\"{host}\""), "\"body\":null");
    let proto = |proto: &str| {
        http_api(
            "",
            &format!("\"x-forwarded-proto\":\"{proto}\""),
            "\"body\":null",
        )
    };
    let query = |query: &str| http_api(query, "", "\"body\":null");
    let base64 = |body: &str| {
        http_api(
            "",
            "",
            &format!("\"body\":\"{body}\",\"isBase64Encoded\":true"),
        )
    };
    let rows = vec![
        answered("host-space", host("a b")),
        answered("host-port", host("foo:99999")),
        answered("host-bracket", host("[::1")),
        answered("host-percent", host("a%zz")),
        answered("proto-list", proto("http,https")),
        answered("proto-empty", proto("")),
        answered("query-space", query("a b")),
        answered("query-quote", query("\\\"")),
        answered("query-less", query("<")),
        answered("query-del", query("\u{7f}")),
        answered("query-long", query(&"x".repeat(65_536))),
        answered(
            "query-none",
            r#"{"path":"/","httpMethod":"GET","multiValueQueryStringParameters":{"a":[]},"requestContext":{}}"#,
        ),
        answered("base64-unpadded", base64("aGk")),
        answered("base64-bad", base64("a*")),
    ];
    let failing = [
        ("query-long", "Liftgate.InvalidEvent"),
        ("base64-bad", "Liftgate.InvalidEvent"),
    ];
    check(rows, &failing).await;
}

/// Row 10, as far as it does not need tracing.
#[tokio::test]
async fn events_that_are_not_utf_8_are_answered() {
    let mut event = http_api("", "\"x-name\":\"~\"", "\"body\":null").into_bytes();
    for byte in event.iter_mut().filter(|byte| **byte == b'~') {
        *byte = 0xe9;
    }
    check(vec![answered("latin", event)], &[]).await;
}
