//! Responses that are streamed.

mod latency;

use std::time::Duration;

use liftgate::local::{Gateway, Kind};

use crate::support::app::{App, ok, response};
use crate::support::runtime_api::invocation;
use crate::support::{get, of_url, posted, posts, streamed, until};

const STREAMING: [(&str, &str); 1] = [("AWS_LWA_INVOKE_MODE", "response_stream")];

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
