#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::Read as _;

use axum::body::to_bytes;
use axum::http::header::{CONTENT_LENGTH, LOCATION, SET_COOKIE};
use axum::http::{Method, Request, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use liftgate::{Context, Invocation, Lambda, Options};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::app::App;
use example_answers::GZIP;

async fn answer(method: Method, uri: &str, body: &'static str) -> Response {
    let request = Request::builder().method(method).uri(uri);
    let request = request.header("x-tag", "one").header("x-tag", "two");
    let request = request.body(liftgate::Body::from(body)).unwrap();
    App::new().oneshot(request).await.unwrap()
}

async fn get(uri: &str) -> Response {
    answer(Method::GET, uri, "").await
}

async fn body_of(response: Response) -> Vec<u8> {
    to_bytes(response.into_body(), usize::MAX)
        .await
        .unwrap()
        .into()
}

async fn reply(event: Value) -> Value {
    let options = Options::new().pass_through("/anything/event");
    let lambda = Lambda::with_options(App::new(), options);
    let invocation = Invocation::new(event.to_string(), Context::default());
    let reply = lambda.oneshot(invocation).await.unwrap();
    serde_json::from_slice(&reply.into_bytes().unwrap()).unwrap()
}

#[tokio::test]
async fn anything_tells_what_the_app_saw() {
    for path in ["/anything", "/anything/a%20b", "/anything/", "/no/route"] {
        let uri = format!("{path}?x=1&x=%31");
        let response = answer(Method::PATCH, &uri, "hi").await;
        assert_eq!(response.status(), StatusCode::OK);
        let seen: Value = serde_json::from_slice(&body_of(response).await).unwrap();
        let expected = json!({
            "method": "PATCH", "uri": uri, "path": path, "query": "x=1&x=%31",
            "version": "HTTP/1.1", "headers": [["x-tag", "one"], ["x-tag", "two"]],
            "body_base64": "aGk=", "source": null, "client_ip": null, "stage": null,
            "request_id": null,
        });
        assert_eq!(seen, expected);
    }
}

#[tokio::test]
async fn anything_tells_where_the_event_came_from() {
    let event = json!({
        "version": "2.0", "rawPath": "/dev/anything/a b", "rawQueryString": "",
        "headers": {"host": "api.example.com", "x-latin1": "caf\u{e9}"},
        "requestContext": {"stage": "dev", "http": {"method": "GET", "sourceIp": "192.0.2.7"}},
    });
    let reply = reply(event).await;
    assert_eq!(reply["statusCode"], 200);
    let seen: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
    assert_eq!(seen["uri"], "/anything/a%20b");
    assert_eq!(seen["query"], Value::Null);
    assert_eq!(seen["source"], "http_api");
    assert_eq!(seen["client_ip"], "192.0.2.7");
    assert_eq!(seen["stage"], "dev");
    assert_eq!(seen["request_id"], "");
    assert_eq!(seen["headers"][1], json!(["x-latin1", "café"]));
}

#[tokio::test]
async fn an_event_without_a_request_is_answered() {
    let event = json!({"Records": [{"eventSource": "aws:sqs", "body": "hi"}]});
    let reply = reply(event.clone()).await;
    assert_eq!(reply["source"], "pass_through");
    assert_eq!(reply["path"], "/anything/event");
    let seen = STANDARD
        .decode(reply["body_base64"].as_str().unwrap())
        .unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&seen).unwrap(), event);
}

#[tokio::test]
async fn statuses_and_headers_are_as_asked_for() {
    let response = answer(Method::DELETE, "/status/418", "").await;
    assert_eq!(response.status(), StatusCode::IM_A_TEAPOT);
    assert!(body_of(response).await.is_empty());
    assert_eq!(get("/status/99").await.status(), StatusCode::BAD_REQUEST);

    let response = get("/response-headers?x-a=1&x-a=2&content-type=text%2Fcsv").await;
    let values: Vec<_> = response.headers().get_all("x-a").iter().collect();
    assert_eq!(values, ["1", "2"]);
    assert_eq!(response.headers()["content-type"], "text/csv");
    let pairs = br#"[["x-a","1"],["x-a","2"],["content-type","text/csv"]]"#;
    assert_eq!(body_of(response).await, pairs);
    let bad = get("/response-headers?bad%20name=1").await;
    assert_eq!(bad.status(), StatusCode::BAD_REQUEST);

    let response = get("/cookies/set?a=1&b=2").await;
    let cookies: Vec<_> = response.headers().get_all(SET_COOKIE).iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);

    assert_eq!(get("/redirect/2").await.headers()[LOCATION], "/redirect/1");
    assert_eq!(get("/redirect/0").await.headers()[LOCATION], "/anything");
    assert_eq!(
        get("/bad-header").await.headers()["x-bad"].as_bytes(),
        b"caf\xe9"
    );
}

#[tokio::test]
async fn head_has_the_length_and_get_the_body() {
    let response = answer(Method::HEAD, "/head-with-length", "").await;
    assert_eq!(response.headers()[CONTENT_LENGTH], "1234");
    assert!(body_of(response).await.is_empty());
    assert_eq!(body_of(get("/head-with-length").await).await.len(), 1234);
}

#[tokio::test]
async fn bodies_are_as_long_as_asked_for() {
    let bytes = body_of(get("/bytes/1001?seed=7").await).await;
    assert_eq!(bytes.len(), 1001);
    assert_eq!(bytes, body_of(get("/bytes/1001?seed=7").await).await);
    assert_ne!(bytes, body_of(get("/bytes/1001").await).await);
    let text = body_of(get("/text/1000").await).await;
    assert!(text.len() == 1000 && text.iter().all(|byte| (b' '..=b'~').contains(byte)));
    for too_much in ["/bytes/268435457", "/text/16777217", "/stream/100001"] {
        assert_eq!(get(too_much).await.status(), StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn the_compressed_text_is_valid() {
    let mut text = String::new();
    let mut decoder = flate2::read::GzDecoder::new(GZIP);
    decoder.read_to_string(&mut text).unwrap();
    assert_eq!(text, "This text was compressed.\n");
}

#[tokio::test]
async fn streams_come_in_chunks() {
    let text = body_of(get("/stream/3?ms=1").await).await;
    assert_eq!(text, b"chunk 0\nchunk 1\nchunk 2\n");
    let events = body_of(get("/sse").await).await;
    assert!(events.starts_with(b"id: 0\ndata: event 0\n\nid: 1\n"));
    let failed = to_bytes(get("/body-error").await.into_body(), usize::MAX).await;
    assert!(failed.is_err());
}

#[tokio::test]
async fn the_service_itself_fails_on_error() {
    let request = Request::builder()
        .uri("/error")
        .body(liftgate::Body::empty());
    let error = App::new().oneshot(request.unwrap()).await.unwrap_err();
    assert_eq!(error.to_string(), "/error was asked for");
}
