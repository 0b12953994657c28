use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use serde_json::Value;

use super::chat::Api;
use super::clients::Client;
use crate::local::Peer;

async fn delete(peer: &mut Peer, path: &str) -> Response<Bytes> {
    let request = Request::delete(path).body(Full::default());
    peer.send(request.unwrap()).await
}

fn assert_gone(response: &Response<Bytes>) {
    assert_eq!(response.status(), StatusCode::GONE);
    assert_eq!(response.headers()["x-amzn-errortype"], "GoneException");
    assert_eq!(response.body(), "");
}

#[tokio::test]
async fn an_app_posts_to_all_who_are_there() {
    let mut api = Api::start().await;
    let mut clients = [Client::connect(&api).await, Client::connect(&api).await];
    for _ in &clients {
        api.seen().await;
    }
    let message = r#"{"action":"sendAll","text":"héllo"}"#;
    clients[0].send(message).await;
    for client in &mut clients {
        assert_eq!(client.text().await, message);
    }
}

#[tokio::test]
async fn a_connection_can_be_looked_at() {
    let mut api = Api::start().await;
    let agent = [("user-agent", "a \"test\"")];
    let _client = Client::try_connect(&api, "/", &agent).await.ok().unwrap().0;
    let path = api.seen().await.path();
    let mut peer = api.peer().await;
    for path in [
        path.clone(),
        path.replace("/live", ""),
        path.replace('@', "%40"),
    ] {
        let response = peer.get(&path).await;
        assert_eq!(response.status(), StatusCode::OK);
        let json: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(json["identity"]["sourceIp"], "127.0.0.1");
        assert_eq!(json["identity"]["userAgent"], "a \"test\"");
        for time in ["connectedAt", "lastActiveAt"] {
            let time = json[time].as_str().unwrap();
            assert!(time.len() == 24 && time.ends_with('Z'), "{time}");
        }
    }
}

#[tokio::test]
async fn a_connection_can_be_closed_after_a_last_word() {
    let mut api = Api::start().await;
    let mut client = Client::connect(&api).await;
    let path = api.seen().await.path();
    let mut peer = api.peer().await;
    assert_eq!(
        peer.post(&path, "a last word").await.status(),
        StatusCode::OK
    );
    let response = delete(&mut peer, &path).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert_gone(&peer.get(&path).await);
    assert_gone(&peer.post(&path, "too late").await);
    assert_gone(&delete(&mut peer, &path).await);
    assert_eq!(client.text().await, "a last word");
    let closed = (1000, "Connection Closed Normally".to_owned());
    assert_eq!(client.closed().await, closed);
    let seen = api.seen().await;
    assert_eq!((seen.uri.as_str(), seen.path()), ("/$disconnect", path));
    assert_eq!(seen.context["disconnectStatusCode"], 1000);
}

#[tokio::test]
async fn a_connection_whose_client_left_is_gone() {
    let mut api = Api::start().await;
    let client = Client::connect(&api).await;
    let path = api.seen().await.path();
    drop(client);
    assert_eq!(api.seen().await.uri, "/$disconnect");
    assert_gone(&api.peer().await.post(&path, "hello?").await);
}

#[tokio::test]
async fn what_is_not_right_is_refused() {
    let mut api = Api::start().await;
    let mut client = Client::connect(&api).await;
    let path = api.seen().await.path();
    let mut peer = api.peer().await;
    let never = peer
        .post("/live/@connections/AAAAAAAAAAAAAAA%3D", "x")
        .await;
    assert_gone(&never);
    let malformed = peer.post("/live/@connections/a%3Db", "x").await;
    assert_eq!(malformed.status(), StatusCode::BAD_REQUEST);
    assert_eq!(
        malformed.headers()["x-amzn-errortype"],
        "BadRequestException"
    );
    assert_eq!(
        malformed.body(),
        r#"{"message":"Invalid connectionId: a=b"}"#
    );
    let bytes = peer.post(&path, &b"\xff"[..]).await;
    assert_eq!(bytes.status(), StatusCode::BAD_REQUEST);
    let large = peer.post(&path, vec![b'x'; (128 << 10) + 1]).await;
    assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(
        large.headers()["x-amzn-errortype"],
        "PayloadTooLargeException"
    );
    let most = peer.post(&path, vec![b'x'; 128 << 10]).await;
    assert_eq!(most.status(), StatusCode::OK);
    assert_eq!(client.text().await.len(), 128 << 10);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_no_hindrance() {
    let mut api = Api::start().await;
    let _deaf = Client::connect(&api).await;
    let deaf = api.seen().await.path();
    let mut client = Client::connect(&api).await;
    let path = api.seen().await.path();
    let (mut filler, mut peer) = (api.peer().await, api.peer().await);
    let refused = loop {
        let response = filler.post(&deaf, vec![b'x'; 128 << 10]).await;
        assert_eq!(peer.post(&path, "hello").await.status(), StatusCode::OK);
        assert_eq!(client.text().await, "hello");
        if response.status() != StatusCode::OK {
            break response;
        }
    };
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        refused.headers()["x-amzn-errortype"],
        "LimitExceededException"
    );
    let response = delete(&mut peer, &deaf).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    let seen = api.seen().await;
    assert_eq!((seen.uri.as_str(), seen.path()), ("/$disconnect", deaf));
}
