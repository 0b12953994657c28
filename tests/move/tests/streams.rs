//! Replies that stream.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use liftgate::local::Kind;
use serde_json::{Value, json};

use crate::process::{LAMBDA_HTTP, LIFTGATE, get, posts};
use crate::runtime_api::Post;

async fn streamed(program: &str, kind: Kind, path: &str) -> Post {
    let nexts = vec![get(kind, path)];
    posts(program, nexts, &[("STREAMING", "1")]).await.remove(0)
}

fn prelude(post: &Post) -> Value {
    let end = post.body.windows(8).position(|nuls| nuls == [0; 8]);
    serde_json::from_slice(&post.body[..end.unwrap()]).unwrap()
}

#[tokio::test]
async fn an_error_in_the_middle_of_a_stream() {
    let theirs = streamed(LAMBDA_HTTP, Kind::FunctionUrl, "/break").await;
    let body = String::from_utf8_lossy(&theirs.body);
    let (_, rest) = body.split_once("the first chunk\n").unwrap();
    assert!(
        rest.starts_with("Lambda-Runtime-Function-Error-Type: Runtime.StreamError"),
        "{rest}"
    );
    assert!(theirs.trailers.is_empty());

    let ours = streamed(LIFTGATE, Kind::FunctionUrl, "/break").await;
    assert!(ours.body.ends_with(b"the first chunk\n"));
    let trailer = |name| ours.trailers[name].to_str().unwrap();
    assert_eq!(
        trailer("lambda-runtime-function-error-type"),
        "Liftgate.BodyError"
    );
    let told = BASE64_STANDARD.decode(trailer("lambda-runtime-function-error-body"));
    assert!(
        String::from_utf8(told.unwrap())
            .unwrap()
            .contains("the disk is full")
    );
}

#[tokio::test]
async fn a_panic_in_the_middle_of_a_stream() {
    let theirs = streamed(LAMBDA_HTTP, Kind::FunctionUrl, "/boom").await;
    assert!(theirs.body.ends_with(b"the first chunk\n") && theirs.trailers.is_empty());
    let ours = streamed(LIFTGATE, Kind::FunctionUrl, "/boom").await;
    assert_eq!(
        ours.trailers["lambda-runtime-function-error-type"],
        "Liftgate.Panic"
    );
}

#[tokio::test]
async fn the_headers_of_a_stream() {
    let theirs = prelude(&streamed(LAMBDA_HTTP, Kind::FunctionUrl, "/headers").await);
    assert_eq!(theirs["headers"]["vary"], json!(["origin", "accept"]));
    assert_eq!(theirs["headers"]["x-city"], json!([]));
    let ours = prelude(&streamed(LIFTGATE, Kind::FunctionUrl, "/headers").await);
    assert_eq!(ours["headers"]["vary"], "origin, accept");
    assert_eq!(ours["headers"]["x-city"], "Zürich");
}

#[tokio::test]
async fn a_stream_without_a_content_type() {
    let theirs = prelude(&streamed(LAMBDA_HTTP, Kind::FunctionUrl, "/bare").await);
    assert_eq!(
        theirs["headers"]["content-type"],
        "application/octet-stream"
    );
    let ours = prelude(&streamed(LIFTGATE, Kind::FunctionUrl, "/bare").await);
    assert_eq!(ours["headers"], json!({}));
}

#[tokio::test]
async fn streaming_behind_a_load_balancer() {
    let mode = "lambda-runtime-function-response-mode";
    let theirs = streamed(LAMBDA_HTTP, Kind::Alb, "/hello").await;
    assert_eq!(theirs.headers[mode], "streaming");
    let ours = streamed(LIFTGATE, Kind::Alb, "/hello").await;
    assert!(!ours.headers.contains_key(mode));
    assert_eq!(ours.json()["body"], "hello world");
}
