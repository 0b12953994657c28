use http::{Request, StatusCode};
use http_body_util::Full;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::chat::Api;
use super::clients::Client;

#[tokio::test]
async fn a_client_is_let_in_with_the_subprotocol_that_the_function_chose() {
    let mut api = Api::start().await;
    let protocols = [("sec-websocket-protocol", "mqtt, chat")];
    let opened = Client::try_connect(&api, "/?room=a%20b", &protocols).await;
    let (_client, headers) = opened.ok().unwrap();
    assert_eq!(headers["sec-websocket-protocol"], "chat");
    assert!(!headers.contains_key("x-other"), "{headers:?}");
    let seen = api.seen().await;
    assert_eq!(seen.uri, "/$connect?room=a%20b");
    assert_eq!(seen.context["eventType"], "CONNECT");
    assert_eq!(seen.context["domainName"], api.address.to_string());
}

#[tokio::test]
async fn a_client_is_refused_with_the_functions_status() {
    let mut api = Api::start().await;
    let refused = Client::try_connect(&api, "/?refuse", &[]).await;
    assert_eq!(refused.err().unwrap().status(), StatusCode::FORBIDDEN);
    let refused = Client::try_connect(&api, "/?fail", &[]).await;
    assert_eq!(refused.err().unwrap().status(), StatusCode::BAD_GATEWAY);
    // A connection that has not been opened does not end.
    let _client = Client::connect(&api).await;
    let mut uris = Vec::new();
    for _ in 0..3 {
        uris.push(api.seen().await.uri);
    }
    assert_eq!(uris, ["/$connect?refuse=", "/$connect?fail=", "/$connect"]);
}

#[tokio::test]
async fn a_connection_cannot_be_posted_to_before_the_function_has_consented() {
    let api = Api::start().await;
    // The app looks.
    let opened = Client::try_connect(&api, "/live?early", &[]).await;
    assert!(opened.is_ok());
}

#[tokio::test]
async fn what_asks_for_no_websocket_is_told_to() {
    let api = Api::start().await;
    let mut peer = api.peer().await;
    let response = peer.get("/").await;
    assert_eq!(response.status(), StatusCode::UPGRADE_REQUIRED);
    assert_eq!(response.headers()["upgrade"], "websocket");
    let request = Request::get("/").header("connection", "upgrade");
    let request = request.header("upgrade", "websocket").body(Full::default());
    let response = peer.send(request.unwrap()).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_client_that_does_not_wait_for_consent_is_disconnected_all_the_same() {
    let mut api = Api::start().await;
    let mut client = TcpStream::connect(api.address).await.unwrap();
    let head = "GET /?slow HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    client.write_all(head.as_bytes()).await.unwrap();
    let id = api.seen().await.id().to_owned();
    drop(client);
    api.release.notify_one();
    let seen = api.seen().await;
    assert_eq!(
        (seen.uri.as_str(), seen.id()),
        ("/$disconnect", id.as_str())
    );
    assert_eq!(seen.context["disconnectStatusCode"], 1006);
}
