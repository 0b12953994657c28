//! The app over `Lambda`, by the queue and by every gateway.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use axum::Router;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use liftgate::local::{Gateway, Kind};
use liftgate::{Context, Error, Invocation, Lambda};
use serde_json::{Value, json};
use tower_service::Service as _;

const BATCH: &str = include_str!("../events/batch.json");
const FIFO: &str = include_str!("../events/fifo.json");

fn lambda() -> Lambda<Router> {
    Lambda::with_options(example_queue::app(), example_queue::options())
}

async fn invoke(lambda: &mut Lambda<Router>, event: impl Into<Bytes>) -> Result<Value, Error> {
    let invocation = Invocation::new(event, Context::default());
    let reply = lambda.call(invocation).await?.into_bytes();
    Ok(serde_json::from_slice(&reply.unwrap()).unwrap())
}

async fn ask(lambda: &mut Lambda<Router>, kind: Kind, request: Request<Bytes>) -> Response<Bytes> {
    let gateway = Gateway::new(kind);
    let reply = invoke(lambda, gateway.render(&request).unwrap()).await;
    let reply = reply.unwrap().to_string();
    gateway.parse(&request, reply.as_bytes()).unwrap()
}

fn post(path: &str, body: &'static str) -> Request<Bytes> {
    let request = Request::post(path).header("content-type", "application/json");
    request.body(body.into()).unwrap()
}

async fn orders(lambda: &mut Lambda<Router>) -> Value {
    let request = Request::get("/orders").body(Bytes::new()).unwrap();
    let response = ask(lambda, Kind::FunctionUrl, request).await;
    serde_json::from_slice(response.body()).unwrap()
}

/// The ids of an event's messages.
fn ids(event: &str) -> Vec<Value> {
    let event: Value = serde_json::from_str(event).unwrap();
    let records = event["Records"].as_array().unwrap().iter();
    records.map(|record| record["messageId"].clone()).collect()
}

fn failures(reply: &Value) -> Vec<Value> {
    let failures = reply["batchItemFailures"].as_array().unwrap().iter();
    failures
        .map(|failure| failure["itemIdentifier"].clone())
        .collect()
}

#[tokio::test]
async fn the_messages_that_failed_are_named_and_the_others_taken() {
    let mut lambda = lambda();
    let reply = invoke(&mut lambda, BATCH).await.unwrap();
    let ids = ids(BATCH);
    assert_eq!(failures(&reply), [ids[1].clone(), ids[3].clone()]);
    assert_eq!(orders(&mut lambda).await, json!({"Käse": 1, "tea": 2}));
}

#[tokio::test]
async fn a_queue_in_order_stops_at_the_first_failure() {
    let mut lambda = lambda();
    let reply = invoke(&mut lambda, FIFO).await.unwrap();
    assert_eq!(failures(&reply), ids(FIFO)[1..]);
    assert_eq!(orders(&mut lambda).await, json!({"tea": 2}));
}

#[tokio::test]
async fn a_batch_without_failures_says_so() {
    let mut event: Value = serde_json::from_str(BATCH).unwrap();
    event["Records"].as_array_mut().unwrap().truncate(1);
    let reply = invoke(&mut lambda(), event.to_string()).await.unwrap();
    assert_eq!(reply, json!({"batchItemFailures": []}));
}

#[tokio::test]
async fn clients_and_the_queue_order_from_one_app() {
    let mut lambda = lambda();
    let request = post("/orders", r#"{"article":"tea","count":3}"#);
    let response = ask(&mut lambda, Kind::HttpApi, request).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    invoke(&mut lambda, BATCH).await.unwrap();
    assert_eq!(orders(&mut lambda).await["tea"], 5);
    let request = post("/orders", r#"{"article":"tea","count":0}"#);
    let response = ask(&mut lambda, Kind::HttpApi, request).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn no_client_can_pose_as_the_queue() {
    let mut lambda = lambda();
    for kind in Kind::ALL {
        if kind == Kind::WebSocket {
            continue;
        }
        for path in [
            "/events",
            "/events?Records=",
            "//events",
            "/%65vents",
            "/orders/../events",
        ] {
            let response = ask(&mut lambda, kind, post(path, BATCH)).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{kind} {path}");
        }
    }
    // A message of a WebSocket API comes by the name of a route, which may be `events`.
    let message = json!({"requestContext": {"routeKey": "events", "eventType": "MESSAGE",
        "connectionId": "c-1"}, "body": BATCH, "isBase64Encoded": false});
    let reply = invoke(&mut lambda, message.to_string()).await.unwrap();
    assert_eq!(reply["statusCode"], 404);
    assert_eq!(orders(&mut lambda).await, json!({}));
}

#[tokio::test]
async fn an_event_of_another_kind_fails_so_that_it_is_not_lost() {
    let event = r#"{"source":"aws.events","detail-type":"Scheduled Event","detail":{}}"#;
    let error = invoke(&mut lambda(), event).await.unwrap_err();
    assert_eq!(error.error_type(), "Liftgate.ErrorStatus");
    assert!(
        error.to_string().contains("missing field `Records`"),
        "{error}"
    );
}
