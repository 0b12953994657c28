//! Events as gateways and Lambda make them, and those that are broken.

use bytes::Bytes;
use http::Request;
use liftgate::local::{Gateway, Kind};
use serde_json::json;

use crate::support::app::{App, ok};
use crate::support::runtime_api::invocation;
use crate::support::{answer, event, get, of_http_api, posts, through};

#[tokio::test]
async fn every_gateway_reaches_the_app() {
    for kind in Kind::ALL
        .into_iter()
        .filter(|kind| *kind != Kind::WebSocket)
    {
        let app = App::answering([ok("hello")]).await;
        let mut request = Request::post("/a/b?c=d").body(Bytes::from("sent")).unwrap();
        request
            .headers_mut()
            .insert("host", "example.com".parse().unwrap());
        request
            .headers_mut()
            .insert("content-type", "text/plain".parse().unwrap());
        let mut gateway = Gateway::new(kind);
        let response = through(&gateway, app.config(&[]), &request).await;
        assert_eq!(response.body(), "hello", "{kind}");
        gateway = gateway.streaming(false);
        assert!(!gateway.is_streaming());
        let asked = &app.asked()[0];
        assert_eq!(
            (asked.method.as_str(), asked.target.as_str()),
            ("POST", "/a/b?c=d"),
            "{kind}"
        );
        assert_eq!(asked.body, "sent", "{kind}");
        assert_eq!(asked.values("host"), ["example.com"], "{kind}");
    }
}

#[tokio::test]
async fn an_event_that_is_broken_fails_alone() {
    let app = App::answering([ok("hello")]).await;
    let broken = of_http_api(json!({"body": "!!!", "isBase64Encoded": true}));
    let nexts = [broken, "{".to_owned(), event("/")];
    let nexts = nexts.into_iter().zip(["r-1", "r-2", "r-3"]);
    let posts = posts(
        app.config(&[]),
        nexts.map(|(event, id)| invocation(id, event)),
    )
    .await;
    let whats: Vec<_> = posts.iter().map(|post| post.what()).collect();
    assert_eq!(whats, ["r-1/error", "r-2/error", "r-3/response"]);
}

#[tokio::test]
async fn a_bad_client_context_is_no_end() {
    for context in [
        "{\"custom\":{\"n\":1}}",
        "{\"client\":{}}",
        "{\"x\":\"é\"}",
        "{",
        "1",
    ] {
        let app = App::answering([ok("hello")]).await;
        let mut invocation = invocation("r-1", event("/"));
        let value = http::HeaderValue::from_bytes(context.as_bytes()).unwrap();
        invocation
            .headers_mut()
            .insert("lambda-runtime-client-context", value);
        let posts = posts(app.config(&[]), [invocation]).await;
        assert_eq!(posts[0].what(), "r-1/response", "{context}");
    }
}

#[tokio::test]
async fn a_client_gets_an_answer() {
    let app = App::answering([ok("hello")]).await;
    assert_eq!(answer(&app, &get("/")).await.body(), "hello");
}
