//! Responses that are streamed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Response;
use liftgate::local::{Gateway, Kind};
use tokio::sync::Notify;

use crate::support::app::{App, ok, response};
use crate::support::runtime_api::{Answer, RuntimeApi, invocation};
use crate::support::{get, of_url, posted, posts, running, streamed, until};

const STREAMING: [(&str, &str); 1] = [("AWS_LWA_INVOKE_MODE", "response_stream")];

fn accepted() -> Answer {
    Response::builder()
        .status(202)
        .body(Bytes::new())
        .unwrap()
        .into()
}

#[tokio::test]
async fn the_prelude_tells_what_the_head_did() {
    let lines = [
        "content-type: text/plain",
        "set-cookie: a=1",
        "set-cookie: b=2",
        "x-latin: é",
    ];
    let app = App::answering([response("418 I'm a teapot", &lines, "hello")]).await;
    let post = posted(app.config(&STREAMING), of_url("/")).await;
    assert_eq!(
        post.headers["lambda-runtime-function-response-mode"],
        "streaming"
    );
    let content_type = "application/vnd.awslambda.http-integration-response";
    assert_eq!(post.headers["content-type"], content_type);
    let (prelude, body) = streamed(&post);
    assert_eq!(prelude["statusCode"], 418);
    assert_eq!(prelude["cookies"], serde_json::json!(["a=1", "b=2"]));
    assert_eq!(prelude["headers"]["content-type"], "text/plain");
    assert_eq!(body, "hello");
    assert!(post.trailers.is_empty());
}

#[tokio::test]
async fn the_first_chunk_is_there_before_the_last_is_made() {
    let finish = Arc::new(Notify::new());
    let released = Arc::clone(&finish);
    let app = App::serving(move |mut connection| {
        let finish = Arc::clone(&released);
        async move {
            connection.request().await;
            let first = "x".repeat(4096);
            let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
            connection.write(format!("{head}1000\r\n{first}\r\n")).await;
            finish.notified().await;
            connection.write("3\r\nend\r\n0\r\n\r\n").await;
        }
    })
    .await;
    // The Runtime API notes what it got when it has got so much.
    let api = RuntimeApi::start([invocation("r-1", of_url("/"))]).await;
    let api = api.on_posts([accepted().having_read(4096)]);
    running(app.config(&STREAMING), &api, async {
        until("the first chunk", || !api.told().is_empty()).await;
        let got = api.told()[0].body.clone();
        let xs = got.iter().filter(|byte| **byte == b'x').count();
        assert!(xs > 3000, "{got:?}");
        assert_eq!(app.closed(), 0, "the app still speaks");
        finish.notify_one();
        until("the app has ended", || app.closed() == 1).await;
    })
    .await;
}

#[tokio::test]
async fn head_and_first_chunk_are_one_write() {
    let text = "x".repeat(1024);
    let app = App::answering([response("200 OK", &["content-type: text/plain"], &text)]).await;
    let ids = ["r-1", "r-2", "r-3"];
    let posts = posts(
        app.config(&STREAMING),
        ids.map(|id| invocation(id, of_url("/"))),
    )
    .await;
    for post in posts {
        assert_eq!(streamed(&post).1, text);
        assert_eq!(post.reads.len(), 1, "{:?}", post.reads);
    }
}

/// A sender that waits for the acknowledgement of what it sent before, and a receiver that is in no
/// hurry to send that, take 40 ms for each other.
#[tokio::test]
async fn nobody_waits_for_an_acknowledgement() {
    let app = App::serving(|mut connection| async move {
        connection.keep_back();
        while connection.request().await.is_some() {
            connection
                .write("HTTP/1.1 200 OK\r\ncontent-length: 1024\r\n\r\n")
                .await;
            connection.write("x".repeat(1024)).await;
        }
    })
    .await;
    let times = times(&app, 40).await;
    assert!(
        times[times.len() / 2] < Duration::from_millis(30),
        "{times:?}"
    );
}

/// How long each of so many streamed responses took, the shortest first.
async fn times(app: &App, calls: usize) -> Vec<Duration> {
    let nexts: Vec<_> = (0..calls).map(|_| invocation("r-1", of_url("/"))).collect();
    let api = RuntimeApi::start(nexts).await;
    let begun = Instant::now();
    running(app.config(&STREAMING), &api, api.posts()).await;
    let moments: Vec<_> = api.asked().iter().map(|(_, moment)| *moment).collect();
    assert!(begun < moments[0]);
    let mut times: Vec<_> = moments.windows(2).map(|pair| pair[1] - pair[0]).collect();
    times.sort();
    times
}

#[tokio::test]
async fn an_end_in_the_middle_is_told_by_trailers() {
    for length in ["content-length: 100", "transfer-encoding: chunked"] {
        let app = App::serving(move |mut connection| async move {
            connection.request().await;
            connection
                .write(format!("HTTP/1.1 200 OK\r\n{length}\r\n\r\n"))
                .await;
            connection.write("4\r\nhalf\r\n").await;
            if connection.index % 2 == 1 {
                connection.reset();
            }
        })
        .await;
        let ids = ["r-1", "r-2"];
        let posts = posts(
            app.config(&STREAMING),
            ids.map(|id| invocation(id, of_url("/"))),
        )
        .await;
        for post in posts {
            let (prelude, body) = streamed(&post);
            assert_eq!(prelude["statusCode"], 200);
            assert!(
                !body.windows(5).any(|window| window == b"error"),
                "{body:?}"
            );
            assert!(
                post.trailers
                    .contains_key("lambda-runtime-function-error-type"),
                "{post:?}"
            );
            assert!(
                post.trailers
                    .contains_key("lambda-runtime-function-error-body"),
                "{post:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_stream_without_end_is_dropped_with_the_invocation() {
    let app = App::serving(|mut connection| async move {
        connection.request().await;
        connection
            .write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n")
            .await;
        connection.closed().await;
    })
    .await;
    let nexts = [crate::support::within(
        Duration::from_millis(700),
        of_url("/"),
    )];
    let post = &posts(app.config(&STREAMING), nexts).await[0];
    assert!(
        post.trailers
            .contains_key("lambda-runtime-function-error-type"),
        "{post:?}"
    );
    until("the app sees it closed", || app.closed() == 1).await;
}

#[tokio::test]
async fn gateways_that_cannot_stream_get_the_whole() {
    let app = App::answering([ok("hello")]).await;
    for kind in [
        Kind::Alb,
        Kind::AlbMultiValue,
        Kind::Lattice,
        Kind::HttpApi,
        Kind::HttpApiV1,
    ] {
        let event = Gateway::new(kind).render(&get("/")).unwrap();
        let post = posted(app.config(&STREAMING), event).await;
        assert!(
            !post
                .headers
                .contains_key("lambda-runtime-function-response-mode"),
            "{kind}"
        );
        assert_eq!(post.json()["body"], "hello", "{kind}");
    }
    let app = App::answering([ok("{\"done\": 1.0}")]).await;
    let post = posted(
        app.config(&STREAMING),
        r#"{"Records":[{"eventSource":"aws:sqs"}]}"#,
    )
    .await;
    assert!(
        !post
            .headers
            .contains_key("lambda-runtime-function-response-mode")
    );
    assert_eq!(post.body, "{\"done\": 1.0}");
}

#[tokio::test]
async fn the_app_s_trailers_are_no_error_s() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n\
                   5\r\nhello\r\n0\r\nx-sum: 7\r\n\r\n";
    let app = App::answering([chunked]).await;
    let post = posted(app.config(&STREAMING), of_url("/")).await;
    assert_eq!(streamed(&post).1, "hello");
    assert!(
        !post
            .trailers
            .contains_key("lambda-runtime-function-error-type"),
        "{post:?}"
    );
}

#[tokio::test]
async fn a_stream_without_a_body_has_no_content_type() {
    for status in ["204 No Content", "304 Not Modified"] {
        let app = App::answering([format!("HTTP/1.1 {status}\r\n\r\n")]).await;
        let (prelude, body) = streamed(&posted(app.config(&STREAMING), of_url("/")).await);
        assert_eq!(prelude["statusCode"].to_string(), &status[..3]);
        assert_eq!(prelude["headers"].get("content-type"), None);
        assert_eq!(body, "");
    }
}

#[tokio::test]
async fn more_than_a_buffer_holds_streams() {
    let text = "x".repeat(7_000_000);
    let app = App::answering([ok(&text)]).await;
    let (_, body) = streamed(&posted(app.config(&STREAMING), of_url("/")).await);
    assert!(body == text);
}
