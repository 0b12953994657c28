//! What apps do that adapters trip over.

use std::convert::Infallible;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use futures_util::stream;
use http::HeaderValue;

/// The app of both programs.
pub(crate) fn app() -> Router {
    Router::new()
        .route("/hello", get(|| async { "hello world" }))
        .route("/latin-1", get(latin_1))
        .route("/headers", get(headers))
        .route(
            "/bare",
            get(|| async { Response::new(Body::from("bytes")) }),
        )
        .route("/break", get(breaks))
        .route("/boom", get(booms))
        .route("/panic", get(panics))
}

async fn latin_1() -> Response {
    let city = HeaderValue::from_bytes(b"Z\xfcrich");
    let headers = city.map(|city| [("x-city", city)]).ok();
    (
        headers.unwrap_or([("x-city", HeaderValue::from_static(""))]),
        "",
    )
        .into_response()
}

async fn headers() -> Response {
    let mut response = latin_1().await;
    for value in ["origin", "accept"] {
        let value = HeaderValue::from_static(value);
        response.headers_mut().append("vary", value);
    }
    response
}

async fn breaks() -> Body {
    let chunks = [Ok("the first chunk\n"), Err("the disk is full")];
    Body::from_stream(stream::iter(chunks))
}

async fn booms() -> Body {
    Body::from_stream(stream::unfold(0, |n| async move {
        assert_eq!(n, 0, "the second chunk");
        Some((Ok::<_, Infallible>(Bytes::from("the first chunk\n")), n + 1))
    }))
}

async fn panics() {
    panic!("/panic was asked for");
}
