//! The same routes in each framework's own router, behind each gateway: the same answers.
//!
//! They are held to those of axum, which `examples/httpbin/tests/differential/` holds to those of
//! a server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    missing_docs
)]

mod gateways;
mod requests;
mod streams;

use gateways::{Told, answers};
use liftgate::Body;

/// How many differences are told of a gateway; more of them say no more.
const MAX_TOLD: usize = 3;

/// Holds an app to the one on axum.
async fn conforms<S, B>(app: impl AsyncFn() -> S)
where
    S: tower_service::Service<http::Request<Body>, Response = http::Response<B>>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: http_body::Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    conforms_but_for(&[], app).await;
}

/// Holds an app to the one on axum, but for targets that its framework answers in its own way, which
/// are to differ.
async fn conforms_but_for<S, B>(own: &[&str], app: impl AsyncFn() -> S)
where
    S: tower_service::Service<http::Request<Body>, Response = http::Response<B>>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: http_body::Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let requests = requests::all();
    let mut differences = Vec::new();
    for (name, gateway) in gateways::all() {
        let expected = answers(&gateway, &requests, async || example_httpbin::App::new()).await;
        let told = answers(&gateway, &requests, &app).await;
        let differ = requests.iter().zip(expected.iter().zip(&told));
        let differ = differ.filter(|(request, (expected, told))| {
            let is_own = own.contains(&request.uri().path());
            (expected != told) != is_own
        });
        let differ = differ.map(|(request, (expected, told))| {
            let (method, uri) = (request.method(), request.uri());
            format!("{name}: {method} {uri}\n  axum: {expected:?}\n  here: {told:?}\n")
        });
        differences.extend(differ.take(MAX_TOLD));
    }
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

#[tokio::test(flavor = "current_thread")]
async fn actix_web_conforms() {
    conforms(async || example_actix::service().await.unwrap()).await;
}

#[tokio::test(flavor = "current_thread")]
async fn poem_conforms() {
    conforms(async || example_poem::service()).await;
}

/// Its server catches panics, and answers them by its catcher of 500.
#[tokio::test(flavor = "current_thread")]
async fn rocket_conforms() {
    let app = async || example_rocket::service().await.unwrap();
    conforms_but_for(&["/panic"], app).await;
}

#[tokio::test(flavor = "current_thread")]
async fn salvo_conforms() {
    conforms(async || example_salvo::service()).await;
}

#[tokio::test(flavor = "current_thread")]
async fn warp_conforms() {
    conforms(async || example_warp::service()).await;
}

/// The answers are worth comparing: they are not all failures, nor all alike.
#[tokio::test(flavor = "current_thread")]
async fn requests_are_answered() {
    let requests = requests::all();
    for (name, gateway) in gateways::all() {
        let told = answers(&gateway, &requests, async || example_httpbin::App::new()).await;
        let answered = told
            .iter()
            .filter(|told| matches!(told, Told::Response { .. }));
        assert!(answered.count() > requests.len() - 4, "{name}");
        let kinds: std::collections::HashSet<_> =
            told.iter().map(|told| format!("{told:?}")).collect();
        assert!(kinds.len() > requests.len() / 2, "{name}");
    }
}

/// The comparison itself can fail: by a status, a header, or a body.
#[tokio::test(flavor = "current_thread")]
#[should_panic(expected = "axum: Response")]
async fn another_app_does_not_conform() {
    let answer = tower::service_fn(async |_| {
        Ok::<_, std::convert::Infallible>(http::Response::new(Body::empty()))
    });
    conforms(async || answer).await;
}
