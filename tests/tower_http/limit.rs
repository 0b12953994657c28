//! `RequestBodyLimitLayer`: what is over the limit is 413, whether the service reads it or not.

use axum::Router;
use axum::routing::{any, post};
use bytes::Bytes;
use http::{Method, StatusCode};
use tower::ServiceBuilder;
use tower_http::limit::RequestBodyLimitLayer;

use super::answer::Sent;
use super::doors::answers;

#[tokio::test]
async fn bodies_up_to_the_limit_are_taken() {
    let router = Router::new()
        .route(
            "/read",
            post(|body: Bytes| async move { body.len().to_string() }),
        )
        .route("/left", any(|| async { "it was not read" }));
    let app = ServiceBuilder::new()
        .layer(RequestBodyLimitLayer::new(1000))
        .service(router);
    let post = |path: &str, body: Vec<u8>| {
        Sent::new(Method::POST, path)
            .header("content-type", "application/octet-stream")
            .body(body)
    };
    let requests = [
        post("/read", vec![b'x'; 1000]),
        // What is base64 in the event counts as what it is.
        post("/read", vec![0xff; 1000]),
        post("/read", Vec::new()),
        post("/left", vec![0xff; 1000]),
        Sent::get("/left"),
        post("/read", vec![b'x'; 1001]),
        post("/read", vec![0xff; 1001]),
        post("/left", vec![b'x'; 1001]),
        post("/none", vec![b'x'; 1001]),
    ];
    let answers = answers(app, &requests).await;
    let (taken, refused) = answers.split_at(5);
    let texts: Vec<_> = taken.iter().map(|answer| answer.text()).collect();
    let left = "it was not read";
    assert_eq!(texts, ["1000", "1000", "0", left, left]);
    for answer in refused {
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(answer.text(), "length limit exceeded");
    }
}
