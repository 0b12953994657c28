//! API Gateway WebSocket API.

use http::Response;
use liftgate::Options;
use serde_json::json;

use super::with;
use crate::support::{body_of, event_of, reply, request, try_request, values};

const CONNECT: &str = r#"{"headers":{"Host":"ws.example.com","Sec-WebSocket-Protocol":"chat"},
    "multiValueHeaders":{"Host":["ws.example.com"],"Sec-WebSocket-Protocol":["chat"]},
    "queryStringParameters":{"room":"a b"},"multiValueQueryStringParameters":{"room":["a b"]},
    "requestContext":{"routeKey":"$connect","eventType":"CONNECT","connectionId":"c=","messageDirection":"IN",
        "stage":"dev","domainName":"ws.example.com","identity":{"sourceIp":"192.0.2.7"}},"isBase64Encoded":false}"#;

const MESSAGE: &str = r#"{"requestContext":{"routeKey":"sendMessage","messageId":"m=","eventType":"MESSAGE",
        "connectionId":"c=","stage":"dev","domainName":"ws.example.com","identity":{"sourceIp":"192.0.2.7"},
        "authorizer":{"principalId":"u-1"}},
    "body":"{\"action\":\"sendMessage\"}","isBase64Encoded":false}"#;

const DISCONNECT: &str = r#"{"headers":{"Host":"ws.example.com","x-api-key":"","X-Forwarded-For":"","x-restapi":""},
    "multiValueHeaders":{"Host":["ws.example.com"],"x-api-key":[""],"X-Forwarded-For":[""],"x-restapi":[""]},
    "requestContext":{"routeKey":"$disconnect","eventType":"DISCONNECT","connectionId":"c=","disconnectStatusCode":1005,
        "disconnectReason":"x","stage":"dev","domainName":"ws.example.com","identity":{"sourceIp":"192.0.2.7"}},
    "isBase64Encoded":false}"#;

#[test]
fn connect_has_the_handshakes_headers_and_query() {
    let request = request(CONNECT);
    assert_eq!(
        (
            request.method().as_str(),
            request.uri().to_string().as_str()
        ),
        ("POST", "/$connect?room=a%20b")
    );
    assert_eq!(values(&request, "sec-websocket-protocol"), [b"chat"]);
    assert_eq!(body_of(request), ("".into(), Some(0)));
}

#[test]
fn a_message_has_no_headers_and_is_the_body() {
    let request = request(MESSAGE);
    assert_eq!(request.uri(), "/sendMessage");
    assert_eq!(values(&request, "host"), [b"ws.example.com"]);
    assert_eq!(values(&request, "content-type"), [b"application/json"]);
    assert_eq!(event_of(&request).connection_id().as_deref(), Some("c="));
    assert_eq!(event_of(&request).client_ip(), "192.0.2.7".parse().ok());
    assert_eq!(body_of(request).0, r#"{"action":"sendMessage"}"#);
}

#[test]
fn a_message_that_is_no_json_is_text() {
    let event = with(
        MESSAGE,
        json!({"body": "hello", "requestContext": {"routeKey": "$default"}}),
    );
    let request = request(event);
    assert_eq!(request.uri(), "/$default");
    assert_eq!(
        values(&request, "content-type"),
        [b"text/plain; charset=utf-8"]
    );
}

#[test]
fn disconnect_has_empty_headers_and_a_reason() {
    let request = request(DISCONNECT);
    assert_eq!(request.uri(), "/$disconnect");
    assert_eq!(values(&request, "x-forwarded-for"), [b""]);
    let context: serde_json::Value = event_of(&request).request_context().unwrap();
    assert_eq!(context["disconnectStatusCode"], 1005);
}

#[test]
fn the_authorizers_context_comes_with_every_message() {
    let authorizer: serde_json::Value = event_of(&request(MESSAGE)).authorizer().unwrap().unwrap();
    assert_eq!(authorizer["principalId"], "u-1");
}

#[test]
fn a_prefix_and_any_route_key() {
    let event = with(MESSAGE, json!({"requestContext": {"routeKey": "a b/ä?"}}));
    let request = try_request(Options::new().websocket_path("/ws/"), event).unwrap();
    assert_eq!(request.uri(), "/ws/a%20b%2F%C3%A4%3F");
}

#[test]
fn a_method_in_the_event_does_not_make_it_a_rest_api() {
    let event = with(
        CONNECT,
        json!({"httpMethod": "GET", "path": "/x", "resource": "/x"}),
    );
    assert_eq!(event_of(&request(event)).source().name(), "websocket");
}

#[test]
fn a_status_refuses_a_connection_and_a_protocol_is_echoed() {
    let response = Response::builder()
        .status(403)
        .header("sec-websocket-protocol", "chat")
        .body("no")
        .unwrap();
    let reply = reply(CONNECT, response);
    assert_eq!(reply["statusCode"], 403);
    assert_eq!(reply["headers"]["sec-websocket-protocol"], "chat");
    assert_eq!(reply["body"], "no");
}
