//! What poem's apps are told behind gateways, and what poem's own middleware makes of it.

#![allow(clippy::unwrap_used)]

#[path = "../../../tests/support/client.rs"]
mod client;

use bytes::Bytes;
use client::request;
use example_poem::app;
use http::header::{CONTENT_LENGTH, LOCATION};
use http::{Method, Request, Response, StatusCode};
use liftgate::local::{Gateway, Kind};
use poem::middleware::{CatchPanic, Cors, ForceHttps, SetHeader, Tracing};
use poem::{Endpoint, EndpointExt as _, IntoEndpoint, Route, endpoint, get};

/// What the client is told behind a gateway.
async fn ask(
    kind: Kind,
    request: &Request<Bytes>,
    app: impl IntoEndpoint<Endpoint: 'static>,
) -> Response<Bytes> {
    let app = liftgate_poem::service(app);
    client::ask(&Gateway::new(kind), request, app)
        .await
        .unwrap()
}

async fn get_from(app: impl Endpoint + 'static, uri: &str) -> Response<Bytes> {
    ask(Kind::HttpApi, &request(Method::GET, uri, 443), app).await
}

#[tokio::test]
async fn extractors_tell_who_the_client_is() {
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
    }
}

#[tokio::test]
async fn an_error_of_the_endpoint_is_a_response() {
    let told = get_from(app(), "/error").await;
    assert_eq!(told.status(), StatusCode::IM_A_TEAPOT);
    assert_eq!(told.body(), "/error was asked for");
}

#[tokio::test]
async fn cors_answers_a_preflight() {
    let app = app().with(Cors::new().allow_origin("https://example.com"));
    let mut asked = request(Method::OPTIONS, "/echo", 443);
    let headers = asked.headers_mut();
    headers.insert("origin", "https://example.com".parse().unwrap());
    headers.insert("access-control-request-method", "PUT".parse().unwrap());
    let told = ask(Kind::FunctionUrl, &asked, app).await;
    assert_eq!(told.status(), StatusCode::OK);
    let headers = told.headers();
    assert_eq!(
        headers["access-control-allow-origin"],
        "https://example.com"
    );
    assert!(headers.contains_key("access-control-allow-methods"));
}

#[tokio::test]
async fn the_scheme_is_the_client_s() {
    let forced = || app().with(ForceHttps::default());
    let plain = request(Method::GET, "/status/200", 80);
    let told = ask(Kind::Alb, &plain, forced()).await;
    assert_eq!(told.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(
        told.headers()[LOCATION],
        "https://api.example.com/status/200"
    );
    let secure = request(Method::GET, "/status/200", 443);
    let told = ask(Kind::Alb, &secure, forced()).await;
    assert_eq!(told.status(), StatusCode::OK);
}

#[tokio::test]
async fn middleware_sees_requests_responses_and_panics() {
    let headers = SetHeader::new().appending("x-served-by", "poem");
    let app = app().with(Tracing).with(headers).with(CatchPanic::new());
    let app = std::sync::Arc::new(app);
    let told = get_from(app.clone(), "/anything").await;
    assert_eq!(told.headers()["x-served-by"], "poem");
    let told = get_from(app, "/panic").await;
    assert_eq!(told.status(), StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn nested_routes_know_the_whole_uri() {
    let tells = endpoint::make_sync(|request| {
        let (uri, original) = (request.uri(), request.original_uri());
        format!("{uri} of {original}")
    });
    let app = Route::new().nest("/v1", tells);
    let told = get_from(app, "/v1/a%20b?c=d").await;
    assert_eq!(told.body(), "/a%20b?c=d of /v1/a%20b?c=d");
}

/// poem's own way: the length of the body goes with the body.
#[tokio::test]
async fn head_has_a_length_unless_poem_answers_it_by_get() {
    let text = || endpoint::make_sync(|_| "four");
    let asked = request(Method::HEAD, "/", 443);
    let told = ask(Kind::Alb, &asked, text()).await;
    assert_eq!(told.headers()[CONTENT_LENGTH], "4");
    let told = ask(Kind::Alb, &asked, get(text())).await;
    assert_eq!(told.status(), StatusCode::OK);
    assert_eq!(told.headers().get(CONTENT_LENGTH), None);
}
