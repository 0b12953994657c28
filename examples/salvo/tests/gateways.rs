//! What salvo's apps are told behind gateways, and what salvo's own hoops make of it.

#![allow(clippy::unwrap_used)]

#[path = "../../../tests/support/client.rs"]
mod client;

use bytes::Bytes;
use client::request;
use example_salvo::app;
use http::header::{CONTENT_LENGTH, LOCATION};
use http::{Method, Request, Response, StatusCode};
use liftgate::local::{Gateway, Kind};
use salvo::catch_panic::CatchPanic;
use salvo::cors::Cors;
use salvo::force_https::ForceHttps;
use salvo::{Router, Service, handler};

/// What the client is told behind a gateway.
async fn ask(kind: Kind, request: &Request<Bytes>, app: impl Into<Service>) -> Response<Bytes> {
    let app = liftgate_salvo::service(app);
    client::ask(&Gateway::new(kind), request, app)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_handler_tells_who_the_client_is() {
    for kind in Kind::ALL {
        if kind == Kind::WebSocket {
            continue;
        }
        let asked = request(Method::GET, "/whoami", 443);
        let told = ask(kind, &asked, app()).await;
        let told = std::str::from_utf8(told.body()).unwrap().to_owned();
        assert!(
            told.starts_with("socket://192.0.2.7:0 by "),
            "{kind}: {told}"
        );
        // VPC Lattice does not say.
        let is_told = !kind.to_string().starts_with("lattice");
        assert_eq!(told.contains(" over https, "), is_told, "{kind}: {told}");
    }
}

#[tokio::test]
async fn a_failure_has_salvo_s_page() {
    let mut asked = request(Method::GET, "/error", 443);
    let json = "application/json".parse().unwrap();
    asked.headers_mut().insert("accept", json);
    let told = ask(Kind::HttpApi, &asked, app()).await;
    assert_eq!(told.status(), StatusCode::IM_A_TEAPOT);
    assert_eq!(told.headers()["content-type"], "application/json");
    let page = std::str::from_utf8(told.body()).unwrap();
    assert!(page.contains("/error was asked for"), "{page}");
}

#[tokio::test]
async fn cors_answers_a_preflight() {
    let cors = Cors::new()
        .allow_origin("https://example.com")
        .allow_methods(Method::PUT);
    let app = Service::new(app()).hoop(cors.into_handler());
    let mut asked = request(Method::OPTIONS, "/echo", 443);
    let headers = asked.headers_mut();
    headers.insert("origin", "https://example.com".parse().unwrap());
    headers.insert("access-control-request-method", "PUT".parse().unwrap());
    let told = ask(Kind::FunctionUrl, &asked, app).await;
    assert!(told.status().is_success());
    let headers = told.headers();
    assert_eq!(
        headers["access-control-allow-origin"],
        "https://example.com"
    );
    assert_eq!(headers["access-control-allow-methods"], "PUT");
}

#[tokio::test]
async fn the_scheme_is_the_client_s() {
    let forced = || Service::new(app()).hoop(ForceHttps::new().canonical_host("api.example.com"));
    let plain = request(Method::GET, "/status/200", 80);
    let told = ask(Kind::Alb, &plain, forced()).await;
    assert!(told.status().is_redirection());
    assert_eq!(
        told.headers()[LOCATION],
        "https://api.example.com/status/200"
    );
    let secure = request(Method::GET, "/status/200", 443);
    let told = ask(Kind::Alb, &secure, forced()).await;
    assert_eq!(told.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_hoop_makes_a_response_of_a_panic() {
    let app = Service::new(app()).hoop(CatchPanic::new());
    let told = ask(Kind::HttpApi, &request(Method::GET, "/panic", 443), app).await;
    assert_eq!(told.status(), StatusCode::INTERNAL_SERVER_ERROR);
}

#[handler]
async fn text() -> &'static str {
    "four"
}

/// Salvo's own way: the length of the body goes with the body.
#[tokio::test]
async fn head_has_no_length_unless_the_app_says_it() {
    let asked = request(Method::HEAD, "/", 443);
    let told = ask(Kind::Alb, &asked, Router::new().goal(text)).await;
    assert_eq!(told.status(), StatusCode::OK);
    assert_eq!(told.headers().get(CONTENT_LENGTH), None);
}
