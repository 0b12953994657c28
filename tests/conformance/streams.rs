//! The stream of each framework's app: a chunk is there when it is made, and not later.

use std::error::Error;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use liftgate::local::{Gateway, Kind};
use liftgate::{Body, Context, Invocation, Lambda, Options};
use tokio::time::Instant;
use tower::ServiceExt as _;
use tower_service::Service;

/// Holds an app to the second in which it makes each chunk.
async fn streams<S, B>(app: S)
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: http_body::Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let request = Request::get("/stream/3?ms=1000").header("host", "api.example.com");
    let request = request.body(Bytes::new()).unwrap();
    let gateway = Gateway::new(Kind::FunctionUrl).streaming(true);
    let event = gateway.render(&request).unwrap();
    let lambda = Lambda::with_options(app, Options::new().streaming(true));
    let reply = lambda.oneshot(Invocation::new(event, Context::default()));
    let reply = reply.await.unwrap();
    assert!(reply.is_streaming());
    let mut reply = std::pin::pin!(reply);
    let mut chunks = Vec::new();
    let start = Instant::now();
    while let Some(frame) = reply.frame().await {
        let chunk = frame.unwrap().into_data().unwrap();
        if chunk.starts_with(b"chunk") {
            chunks.push((chunk, start.elapsed().as_secs()));
        }
    }
    let expected = [("chunk 0\n", 1), ("chunk 1\n", 2), ("chunk 2\n", 3)];
    assert_eq!(chunks, expected.map(|(chunk, at)| (chunk.into(), at)));
}

#[tokio::test(start_paused = true)]
async fn axum_streams() {
    streams(example_httpbin::App::new()).await;
}

#[tokio::test(start_paused = true)]
async fn actix_web_streams() {
    streams(example_actix::service().await.unwrap()).await;
}

#[tokio::test(start_paused = true)]
async fn poem_streams() {
    streams(example_poem::service()).await;
}

#[tokio::test(start_paused = true)]
async fn rocket_streams() {
    streams(example_rocket::service().await.unwrap()).await;
}

#[tokio::test(start_paused = true)]
async fn salvo_streams() {
    streams(example_salvo::service()).await;
}

#[tokio::test(start_paused = true)]
async fn warp_streams() {
    streams(example_warp::service()).await;
}
