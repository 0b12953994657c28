use http::StatusCode;
use liftgate::local::{Gateway, Kind};
use tokio_tungstenite::tungstenite::Message;

use super::chat::Api;
use super::clients::Client;

fn with_responses() -> Gateway {
    Gateway::new(Kind::WebSocket).route_response(true)
}

#[tokio::test]
async fn a_message_goes_where_the_expression_says() {
    let mut api = Api::start().await;
    let mut client = Client::connect(&api).await;
    let id = api.seen().await.id().to_owned();
    for (message, uri) in [
        (r#"{"action":"join"}"#, "/join"),
        (r#"{"action":null}"#, "/$default"),
        (r#"{"kind":"join"}"#, "/$default"),
        ("hello", "/$default"),
    ] {
        client.send(message).await;
        let seen = api.seen().await;
        assert_eq!((seen.uri.as_str(), seen.body.as_str()), (uri, message));
        assert_eq!(seen.id(), id);
        assert_eq!(seen.context["eventType"], "MESSAGE");
    }
}

#[tokio::test]
async fn another_expression_may_say_where() {
    let gateway = Gateway::new(Kind::WebSocket).route_selection_expression("$request.body.a.b");
    let mut api = Api::of(gateway).await;
    let mut client = Client::connect(&api).await;
    api.seen().await;
    client.send(r#"{"a":{"b":"x"},"action":"y"}"#).await;
    assert_eq!(api.seen().await.uri, "/x");
}

#[tokio::test]
async fn a_message_for_a_route_that_is_none_goes_to_the_default_if_there_is_one() {
    let gateway = |keys: &[&str]| Gateway::new(Kind::WebSocket).routes(keys.to_vec());
    let mut api = Api::of(gateway(&["join", "$default"])).await;
    let mut client = Client::connect(&api).await;
    api.seen().await;
    client.send(r#"{"action":"leave"}"#).await;
    assert_eq!(api.seen().await.uri, "/$default");
    let mut api = Api::of(gateway(&["join"])).await;
    let mut client = Client::connect(&api).await;
    client.send(r#"{"action":"leave"}"#).await;
    assert_eq!(client.json().await["message"], "Forbidden");
    // It is still open.
    api.seen().await;
    client.send(r#"{"action":"join"}"#).await;
    assert_eq!(api.seen().await.uri, "/join");
}

#[tokio::test]
async fn a_slow_message_holds_up_none() {
    let api = Api::of(with_responses()).await;
    let mut client = Client::connect(&api).await;
    client.send(r#"{"action":"slow"}"#).await;
    client.send(r#"{"action":"quick"}"#).await;
    assert_eq!(client.text().await, r#"/quick: {"action":"quick"}"#);
    api.release.notify_one();
    assert_eq!(client.text().await, r#"/slow: {"action":"slow"}"#);
}

#[tokio::test]
async fn an_answer_goes_nowhere_without_a_route_response() {
    let mut api = Api::start().await;
    let mut client = Client::connect(&api).await;
    client.send(r#"{"action":"quick"}"#).await;
    while api.exchange().await.uri != "/quick" {}
    client.send(r#"{"action":"fail"}"#).await;
    assert_eq!(client.json().await["message"], "Internal server error");
}

#[tokio::test]
async fn a_client_is_told_of_a_failure_and_stays() {
    let mut api = Api::of(with_responses()).await;
    let mut client = Client::connect(&api).await;
    let id = api.seen().await.id().to_owned();
    client.send(r#"{"action":"fail"}"#).await;
    let request_id = api.seen().await.context["requestId"].clone();
    let frame = client.text().await;
    let start = format!(r#"{{"message": "Internal server error", "connectionId":"{id}", "#);
    assert!(frame.starts_with(&start), "{frame}");
    let json: serde_json::Value = serde_json::from_str(&frame).unwrap();
    assert_eq!(json["requestId"], request_id);
    client.send("still here").await;
    assert_eq!(client.text().await, "/$default: still here");
}

#[tokio::test]
async fn a_ping_is_answered() {
    let api = Api::start().await;
    let mut client = Client::connect(&api).await;
    client.send(Message::Ping("are you there?".into())).await;
    assert_eq!(client.next().await, Message::Pong("are you there?".into()));
}

#[tokio::test]
async fn every_event_is_reported() {
    let mut api = Api::start().await;
    let mut client = Client::try_connect(&api, "/?a=1", &[])
        .await
        .ok()
        .unwrap()
        .0;
    let opened = api.exchange().await;
    client.send(r#"{"action":"join"}"#).await;
    let message = api.exchange().await;
    client.send(r#"{"action":"fail"}"#).await;
    let failed = api.exchange().await;
    client.send(Message::Close(None)).await;
    let ended = api.exchange().await;
    let all = [&opened, &message, &failed, &ended];
    let lines = all.map(|exchange| format!("{} {}", exchange.method, exchange.uri));
    let expected = [
        "CONNECT /$connect?a=1",
        "MESSAGE /join",
        "MESSAGE /fail",
        "DISCONNECT /$disconnect",
    ];
    assert_eq!(lines, expected);
    let statuses = all.map(|exchange| exchange.status);
    let (ok, bad) = (StatusCode::OK, StatusCode::BAD_GATEWAY);
    assert_eq!(statuses, [StatusCode::SWITCHING_PROTOCOLS, ok, bad, ok]);
    let failure = failed.failure.as_ref().unwrap().to_string();
    assert!(failure.contains("it failed"), "{failure}");
    assert!(opened.connection_id.is_some());
    assert!(all.iter().all(|exchange| !exchange.event.is_empty()));
    assert!(
        all.iter()
            .all(|exchange| exchange.connection_id == opened.connection_id)
    );
}
