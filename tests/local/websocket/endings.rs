use tokio::io::AsyncWriteExt as _;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use super::chat::Api;
use super::clients::Client;

/// The code and the reason that the app is told, once.
async fn told(api: &mut Api, id: &str) -> (u64, String) {
    let seen = api.seen().await;
    assert_eq!((seen.uri.as_str(), seen.id()), ("/$disconnect", id));
    let code = seen.context["disconnectStatusCode"].as_u64().unwrap();
    let reason = seen.context["disconnectReason"]
        .as_str()
        .unwrap()
        .to_owned();
    let _next = Client::connect(api).await;
    assert_eq!(api.seen().await.uri, "/$connect");
    (code, reason)
}

#[tokio::test]
async fn the_function_is_told_once_how_the_client_closed() {
    let mut api = Api::start().await;
    let frame = CloseFrame {
        code: 4000.into(),
        reason: "bye".into(),
    };
    let mut client = Client::connect(&api).await;
    let id = api.seen().await.id().to_owned();
    client.send(Message::Close(Some(frame))).await;
    assert_eq!(client.closed().await, (4000, "bye".to_owned()));
    assert_eq!(told(&mut api, &id).await, (4000, "bye".to_owned()));
}

#[tokio::test]
async fn a_client_may_close_without_a_code() {
    let mut api = Api::start().await;
    let mut client = Client::connect(&api).await;
    let id = api.seen().await.id().to_owned();
    client.send(Message::Close(None)).await;
    let reason = "Client-side close frame status not set".to_owned();
    assert_eq!(told(&mut api, &id).await, (1005, reason));
}

#[tokio::test]
async fn the_function_is_told_of_a_client_that_just_went() {
    let mut api = Api::start().await;
    let client = Client::connect(&api).await;
    let id = api.seen().await.id().to_owned();
    drop(client);
    assert_eq!(told(&mut api, &id).await.0, 1006);
}

#[tokio::test]
async fn bytes_are_not_taken() {
    let mut api = Api::start().await;
    let mut client = Client::connect(&api).await;
    let id = api.seen().await.id().to_owned();
    client.send(Message::Binary("bytes".into())).await;
    assert_eq!(client.closed().await.0, 1003);
    assert_eq!(told(&mut api, &id).await.0, 1003);
}

#[tokio::test]
async fn a_frame_of_more_than_32_kb_is_too_big() {
    let mut api = Api::start().await;
    let mut client = Client::connect(&api).await;
    let id = api.seen().await.id().to_owned();
    client.send("x".repeat(32 << 10)).await;
    assert_eq!(api.seen().await.body.len(), 32 << 10);
    // It is still being sent when it is refused, which may not keep the client from seeing why.
    client.send("x".repeat(8 << 20)).await;
    assert_eq!(client.closed().await.0, 1009);
    assert_eq!(told(&mut api, &id).await.0, 1009);
}

#[tokio::test]
async fn a_message_of_more_than_128_kb_is_too_big() {
    let mut api = Api::start().await;
    let mut client = Client::connect(&api).await;
    let id = api.seen().await.id().to_owned();
    let part = |kind, is_last| Frame::message(vec![b'x'; 16 << 10], OpCode::Data(kind), is_last);
    for count in [8, 9] {
        for number in 0..count {
            let kind = if number == 0 {
                Data::Text
            } else {
                Data::Continue
            };
            client
                .send(Message::Frame(part(kind, number + 1 == count)))
                .await;
        }
        if count == 8 {
            assert_eq!(api.seen().await.body.len(), 128 << 10);
        }
    }
    assert_eq!(client.closed().await.0, 1009);
    assert_eq!(told(&mut api, &id).await.0, 1009);
}

#[tokio::test]
async fn what_is_no_frame_ends_the_connection() {
    let mut api = Api::start().await;
    let mut client = Client::connect(&api).await;
    let id = api.seen().await.id().to_owned();
    client
        .raw()
        .write_all(b"GET / HTTP/1.1\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(client.closed().await.0, 1002);
    assert_eq!(told(&mut api, &id).await.0, 1002);
}
