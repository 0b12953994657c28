//! What warp's filters are told behind gateways, and what warp's own wrappers make of it.

#![allow(clippy::unwrap_used)]

#[path = "../../../tests/support/client.rs"]
mod client;

use client::{ask, request};
use example_warp::app;
use http::header::CONTENT_LENGTH;
use http::{Method, StatusCode};
use liftgate::local::{Gateway, Kind};
use warp::Filter as _;

#[tokio::test]
async fn the_event_tells_who_the_client_is_and_the_remote_address_is_none() {
    for kind in Kind::ALL {
        if kind == Kind::WebSocket {
            continue;
        }
        let asked = request(Method::GET, "/whoami", 443);
        let told = ask(&Gateway::new(kind), &asked, example_warp::service()).await;
        let told = String::from_utf8(told.unwrap().into_body().into()).unwrap();
        assert!(told.starts_with("192.0.2.7 by "), "{kind}: {told}");
        assert!(told.contains("remote None"), "{kind}: {told}");
    }
}

#[tokio::test]
async fn a_rejection_is_a_response() {
    let hello = warp::path("hello").and(warp::get()).map(|| "hello world");
    let told = async |method, uri| {
        let asked = request(method, uri, 443);
        let told = ask(&Gateway::new(Kind::Alb), &asked, warp::service(hello)).await;
        told.unwrap()
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
    let mut asked = request(Method::OPTIONS, "/echo", 443);
    let headers = asked.headers_mut();
    headers.insert("origin", "https://example.com".parse().unwrap());
    headers.insert("access-control-request-method", "PUT".parse().unwrap());
    let app = warp::service(app().with(cors));
    let told = ask(&Gateway::new(Kind::FunctionUrl), &asked, app).await;
    let told = told.unwrap();
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
    let asked = request(Method::HEAD, "/", 443);
    let told = ask(&Gateway::new(Kind::Alb), &asked, warp::service(text)).await;
    assert_eq!(told.unwrap().headers()[CONTENT_LENGTH], "4");
}
