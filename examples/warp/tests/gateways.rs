//! What warp's filters are told behind gateways, and what warp's own wrappers make of it.

#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use example_warp::app;
use http::header::CONTENT_LENGTH;
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use liftgate::local::{Arrival, Gateway, Kind};
use liftgate::{Body, Context, Invocation, Lambda, Options};
use tower_service::Service;
use warp::Filter as _;

fn request(method: Method, uri: &str) -> Request<Bytes> {
    let request = Request::builder().method(method).uri(uri);
    let mut request = request.body(Bytes::new()).unwrap();
    let arrival = Arrival::new("192.0.2.7:40000".parse().unwrap(), 443);
    request.extensions_mut().insert(arrival);
    request
}

/// What the client is told behind a gateway.
async fn ask<S, B>(kind: Kind, request: &Request<Bytes>, app: S) -> Response<Bytes>
where
    S: Service<Request<Body>, Response = Response<B>, Error = std::convert::Infallible>,
    B: http_body::Body<Error = warp::Error>,
{
    let gateway = Gateway::new(kind);
    let event = gateway.render(request).unwrap();
    let invocation = Invocation::new(event, Context::default());
    let reply = Lambda::new(app).call(invocation).await.unwrap();
    let reply = reply.into_bytes().unwrap();
    gateway.parse(request, &reply).unwrap()
}

#[tokio::test]
async fn the_event_tells_who_the_client_is_and_the_remote_address_is_none() {
    for kind in Kind::ALL {
        if kind == Kind::WebSocket {
            continue;
        }
        let asked = request(Method::GET, "/whoami");
        let told = ask(kind, &asked, example_warp::service()).await;
        let told = std::str::from_utf8(told.body()).unwrap().to_owned();
        assert!(told.starts_with("192.0.2.7 by "), "{kind}: {told}");
        assert!(told.contains("remote None"), "{kind}: {told}");
    }
}

#[tokio::test]
async fn a_rejection_is_a_response() {
    let hello = warp::path("hello").and(warp::get()).map(|| "hello world");
    let told = |method, uri| {
        let asked = request(method, uri);
        async move { ask(Kind::Alb, &asked, warp::service(hello)).await }
    };
    assert_eq!(told(Method::GET, "/hello").await.body(), "hello world");
    assert_eq!(
        told(Method::GET, "/none").await.status(),
        StatusCode::NOT_FOUND
    );
    let refused = told(Method::POST, "/hello").await;
    assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn cors_answers_a_preflight() {
    let cors = warp::cors()
        .allow_origin("https://example.com")
        .allow_method("PUT");
    let mut asked = request(Method::OPTIONS, "/echo");
    let headers = asked.headers_mut();
    headers.insert("origin", "https://example.com".parse().unwrap());
    headers.insert("access-control-request-method", "PUT".parse().unwrap());
    let told = ask(Kind::FunctionUrl, &asked, warp::service(app().with(cors))).await;
    assert_eq!(told.status(), StatusCode::OK);
    let headers = told.headers();
    assert_eq!(
        headers["access-control-allow-origin"],
        "https://example.com"
    );
    assert_eq!(headers["access-control-allow-methods"], "PUT");
}

#[tokio::test]
async fn head_has_the_length_of_the_body() {
    let text = warp::any().map(|| "four");
    let asked = request(Method::HEAD, "/");
    let told = ask(Kind::Alb, &asked, warp::service(text)).await;
    assert_eq!(told.headers()[CONTENT_LENGTH], "4");
}

#[tokio::test(start_paused = true)]
async fn a_stream_comes_as_it_is_made() {
    let gateway = Gateway::new(Kind::FunctionUrl).streaming(true);
    let asked = request(Method::GET, "/stream/3?ms=1000");
    let event = gateway.render(&asked).unwrap();
    let options = Options::new().streaming(true);
    let mut lambda = Lambda::with_options(example_warp::service(), options);
    let reply = lambda.call(Invocation::new(event, Context::default()));
    let reply = reply.await.unwrap();
    assert!(reply.is_streaming());
    let mut reply = std::pin::pin!(reply);
    let mut chunks = Vec::new();
    let start = tokio::time::Instant::now();
    while let Some(frame) = reply.frame().await {
        let chunk = frame.unwrap().into_data().unwrap();
        if chunk.starts_with(b"chunk") {
            chunks.push((chunk, start.elapsed().as_secs()));
        }
    }
    let expected = [("chunk 0\n", 1), ("chunk 1\n", 2), ("chunk 2\n", 3)];
    assert_eq!(chunks, expected.map(|(chunk, at)| (chunk.into(), at)));
}
