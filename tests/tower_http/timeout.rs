//! `TimeoutLayer`: a service that takes too long is answered for. And a body that does.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use bytes::Bytes;
use futures_util::StreamExt as _;
use http::StatusCode;
use http_body_util::BodyExt as _;
use liftgate::{Context, Invocation, Lambda, Options};
use tower::{ServiceBuilder, ServiceExt as _};
use tower_http::timeout::{ResponseBodyTimeoutLayer, TimeoutLayer};

use super::answer::Sent;
use super::doors::answers;

const SOON: Duration = Duration::from_millis(50);

async fn never() -> &'static str {
    std::future::pending().await
}

#[tokio::test]
async fn the_status_is_the_layers() {
    for status in [StatusCode::REQUEST_TIMEOUT, StatusCode::GATEWAY_TIMEOUT] {
        let router = Router::new()
            .route("/", get(|| async { "in time" }))
            .route("/never", get(never));
        let app = ServiceBuilder::new()
            .layer(TimeoutLayer::with_status_code(status, SOON))
            .service(router);
        let requests = ["/", "/never", "/"].map(Sent::get);
        let answers = answers(app, &requests).await;
        assert_eq!(answers[0].text(), "in time");
        assert_eq!((answers[1].status, answers[1].text()), (status, ""));
        assert_eq!(answers[2].text(), "in time");
    }
}

/// The event of a function URL.
const EVENT: &str = r#"{"version":"2.0","rawPath":"/","requestContext":{
    "domainName":"id.lambda-url.eu-west-1.on.aws","http":{"method":"GET"}}}"#;

/// A body that begins, and does not end.
async fn stuck() -> Body {
    let first = futures_util::stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"first"))]);
    Body::from_stream(first.chain(futures_util::stream::pending()))
}

#[tokio::test]
async fn a_body_that_takes_too_long_fails() {
    let router = Router::new().route("/", get(stuck));
    let app = ServiceBuilder::new()
        .layer(ResponseBodyTimeoutLayer::new(SOON))
        .service(router);
    let event = || Invocation::new(EVENT, Context::default());
    let error = Lambda::new(app.clone()).oneshot(event()).await.unwrap_err();
    assert!(error.is_body(), "{error}");

    let options = Options::new().streaming(true);
    let lambda = Lambda::with_options(app, options);
    let Ok(read) = lambda.oneshot(event()).await.unwrap().collect().await;
    let trailers = read.trailers().unwrap();
    assert_eq!(
        trailers["lambda-runtime-function-error-type"],
        "Liftgate.BodyError"
    );
    assert!(read.to_bytes().ends_with(b"\0\0\0\0\0\0\0\0first"));
}
