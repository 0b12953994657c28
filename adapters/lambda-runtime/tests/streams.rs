//! Replies that stream.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

use crate::program::{Program, get, posted};
use crate::runtime_api::invocation;

const STREAMING: &[(&str, &str)] = &[("STREAMING", "1")];

#[tokio::test]
async fn the_prelude_is_ours_and_each_chunk_one_of_the_stream() {
    let post = posted(get("/chunks"), STREAMING).await;
    assert_eq!(post.what(), "r-1/response");
    assert_eq!(
        post.headers["lambda-runtime-function-response-mode"],
        "streaming"
    );
    let http_integration = "application/vnd.awslambda.http-integration-response";
    assert_eq!(post.headers["content-type"], http_integration);
    assert_eq!(post.headers["transfer-encoding"], "chunked");
    // No type is made up, and what has one is the gateway's to say.
    let expected = [
        &br#"{"statusCode":200,"headers":{},"cookies":[]}"#[..],
        &[0; 8],
        b"chunk 0\n",
        b"chunk 1\n",
        b"chunk 2\n",
    ];
    assert_eq!(post.chunks, expected);
    assert!(post.trailers.is_empty());
}

#[tokio::test]
async fn an_error_in_the_middle_is_in_the_trailers_and_the_next_invocation_is_served() {
    let nexts = [
        invocation("r-1", get("/break")),
        invocation("r-2", get("/boom")),
        invocation("r-3", get("/hello")),
    ];
    let (posts, printed) = Program::start(nexts, STREAMING).await.end().await;
    let cases = [
        (
            "Liftgate.BodyError",
            "the response's body failed: the disk is full",
        ),
        ("Liftgate.Panic", "the second chunk"),
    ];
    for (post, (kind, message)) in posts.iter().zip(cases) {
        assert!(post.body.ends_with(b"\0the first chunk\n"), "{post:?}");
        assert_eq!(post.trailers["lambda-runtime-function-error-type"], kind);
        let body = &post.trailers["lambda-runtime-function-error-body"];
        let body = BASE64_STANDARD.decode(body).unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["errorType"], kind);
        let text = body["errorMessage"].as_str().unwrap();
        assert!(text.contains(message), "{text}");
        assert!(printed.contains(message), "{printed}");
    }
    assert!(posts[2].body.ends_with(b"hello world"));
}

#[tokio::test]
async fn an_error_before_the_stream_fails_the_invocation() {
    let post = posted(get("/fail"), STREAMING).await;
    assert_eq!(post.what(), "r-1/error");
    assert_eq!(post.error().0, "Liftgate.ServiceError");
}

#[tokio::test]
async fn a_header_goes_into_the_prelude_as_it_is() {
    let post = posted(get("/hello"), STREAMING).await;
    let prelude: Value = serde_json::from_slice(&post.chunks[0]).unwrap();
    let content_type = json!({"content-type": "text/plain; charset=utf-8"});
    assert_eq!(prelude["headers"], content_type);
    assert_eq!(post.chunks[2], "hello world");
}
