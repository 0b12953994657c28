//! Layers of tower around a [`Lambda`], which is a service of invocations, and inside it.

use std::future::pending;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use liftgate::{Context, Error, Invocation, LambdaLayer, Reply};
use tower::limit::ConcurrencyLimitLayer;
use tower::load_shed::error::Overloaded;
use tower::timeout::TimeoutLayer;
use tower::timeout::error::Elapsed;
use tower::{BoxError, Service, ServiceBuilder, ServiceExt as _};

fn event(path: &str) -> Invocation {
    let event = format!(
        r#"{{"version":"2.0","rawPath":"{path}","requestContext":{{"http":{{"method":"GET"}}}}}}"#
    );
    Invocation::new(event, Context::default())
}

fn router() -> Router {
    Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/never", get(pending::<()>))
}

fn json<B>(reply: Reply<B>) -> serde_json::Value {
    serde_json::from_slice(&reply.into_bytes().unwrap()).unwrap()
}

#[tokio::test]
async fn a_timeout_is_an_error_of_the_layer() {
    let mut lambda = ServiceBuilder::new()
        .timeout(Duration::from_millis(50))
        .layer(LambdaLayer::new())
        .service(router());
    let answered = lambda.ready().await.unwrap().call(event("/")).await;
    assert_eq!(json(answered.unwrap())["body"], "hello");
    let error = lambda.ready().await.unwrap().call(event("/never")).await;
    let error = error.err().unwrap();
    assert!(error.is::<Elapsed>(), "{error}");
    // What the service inside cannot answer stays an error of liftgate's.
    let malformed = Invocation::new("{", Context::default());
    let error = lambda.call(malformed).await.err().unwrap();
    let error = error.downcast::<Error>().unwrap();
    assert!(error.is_invalid_event(), "{error}");
}

#[tokio::test]
async fn a_timeout_inside_is_an_error_of_the_service() {
    let mut lambda = ServiceBuilder::new()
        .layer(LambdaLayer::new())
        .layer(TimeoutLayer::new(Duration::from_millis(50)))
        .service(router());
    let error = lambda.call(event("/never")).await.err().unwrap();
    assert!(error.is_service(), "{error}");
    let source = std::error::Error::source(&error).unwrap();
    assert!(source.is::<Elapsed>(), "{source}");
}

#[tokio::test]
async fn readiness_goes_through_from_the_service_to_the_front() {
    let lambda = ServiceBuilder::new()
        .load_shed()
        .layer(LambdaLayer::new())
        .layer(ConcurrencyLimitLayer::new(1))
        .service(router());
    let (mut first, mut second) = (lambda.clone(), lambda);
    let held = first.ready().await.unwrap().call(event("/never"));
    let shed = second.ready().await.unwrap().call(event("/")).await;
    let shed = shed.err().unwrap();
    assert!(shed.is::<Overloaded>(), "{shed}");
    drop(held);
    let answered = second.ready().await.unwrap().call(event("/")).await;
    assert_eq!(json(answered.unwrap())["body"], "hello");
}

#[tokio::test]
async fn a_concurrency_limit_holds_whole_invocations() {
    let lambda = ServiceBuilder::new()
        .concurrency_limit(1)
        .layer(LambdaLayer::new())
        .service(router());
    let (mut first, mut second) = (lambda.clone(), lambda);
    let held = first.ready().await.unwrap().call(event("/never"));
    let mut waits = readiness(&mut second).await;
    assert!(waits.is_pending());
    drop(held);
    waits = readiness(&mut second).await;
    assert!(waits.is_ready());
    assert_eq!(
        json(second.call(event("/")).await.unwrap())["body"],
        "hello"
    );
}

/// Whether a service is ready now.
async fn readiness<S: Service<Invocation>>(service: &mut S) -> Poll<()> {
    std::future::poll_fn(|cx| Poll::Ready(service.poll_ready(cx).map(drop))).await
}

#[tokio::test]
async fn events_replies_and_errors_can_be_mapped() {
    let lambda = ServiceBuilder::new()
        .map_request(|event: &'static str| Invocation::new(event, Context::default()))
        .map_response(json)
        .map_err(|error: Error| BoxError::from(error.error_type()))
        .layer(LambdaLayer::new())
        .service(router());
    let event = r#"{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"}}}"#;
    let reply = lambda.clone().oneshot(event).await.unwrap();
    assert_eq!(reply["body"], "hello");
    let error = lambda.oneshot("{").await.unwrap_err();
    assert_eq!(error.to_string(), "Liftgate.InvalidEvent");
}
