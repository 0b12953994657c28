//! `CorsLayer`: preflights are answered by it, and requests get its headers.

use std::time::Duration;

use axum::Router;
use axum::routing::{get, put};
use http::header::{self, HeaderValue};
use http::{Method, StatusCode};
use tower::ServiceBuilder;
use tower_http::cors::CorsLayer;

use super::answer::Sent;
use super::doors::answers;

const ORIGIN: &str = "https://app.example.com";

#[tokio::test]
async fn preflights_and_requests_across_origins() {
    let cors = CorsLayer::new()
        .allow_origin([HeaderValue::from_static(ORIGIN)])
        .allow_methods([Method::GET, Method::PUT])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([header::ETAG])
        .allow_credentials(true)
        .max_age(Duration::from_secs(600));
    let router = Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/items/{id}", put(|body: String| async { body }));
    let app = ServiceBuilder::new().layer(cors).service(router);
    let preflight = |origin: &str, method: &str| {
        Sent::new(Method::OPTIONS, "/items/7")
            .header("origin", origin)
            .header("access-control-request-method", method)
            .header(
                "access-control-request-headers",
                "authorization,content-type",
            )
    };
    let requests = [
        preflight(ORIGIN, "PUT"),
        preflight("https://other.example.com", "PUT"),
        Sent::get("/").header("origin", ORIGIN),
        Sent::get("/").header("origin", "null"),
        Sent::get("/"),
        Sent::new(Method::PUT, "/items/7")
            .header("origin", ORIGIN)
            .header("content-type", "text/plain")
            .body("new"),
        Sent::new(Method::DELETE, "/items/7").header("origin", ORIGIN),
        Sent::get("/none").header("origin", ORIGIN),
    ];
    let answers = answers(app, &requests).await;
    let [allowed, refused, got, _, bare, put, not_allowed, none] = answers.as_slice() else {
        panic!("as many answers as requests");
    };
    assert_eq!((allowed.status, allowed.text()), (StatusCode::OK, ""));
    let header = |name| allowed.header(&name);
    assert_eq!(header(header::ACCESS_CONTROL_ALLOW_ORIGIN), ORIGIN);
    assert_eq!(header(header::ACCESS_CONTROL_ALLOW_METHODS), "GET,PUT");
    assert_eq!(
        header(header::ACCESS_CONTROL_ALLOW_HEADERS),
        "authorization,content-type"
    );
    assert_eq!(header(header::ACCESS_CONTROL_ALLOW_CREDENTIALS), "true");
    assert_eq!(header(header::ACCESS_CONTROL_MAX_AGE), "600");
    assert!(header(header::VARY).contains("origin"), "{allowed:?}");
    assert_eq!(refused.header(&header::ACCESS_CONTROL_ALLOW_ORIGIN), "");
    assert_eq!(got.text(), "hello");
    assert_eq!(got.header(&header::ACCESS_CONTROL_ALLOW_ORIGIN), ORIGIN);
    assert_eq!(got.header(&header::ACCESS_CONTROL_EXPOSE_HEADERS), "etag");
    assert_eq!(bare.header(&header::ACCESS_CONTROL_ALLOW_ORIGIN), "");
    assert_eq!(put.text(), "new");
    assert_eq!(not_allowed.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(not_allowed.header(&header::ALLOW), "PUT");
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    assert_eq!(none.header(&header::ACCESS_CONTROL_ALLOW_ORIGIN), ORIGIN);
}
