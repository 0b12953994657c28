//! WebSocket API.

use liftgate::local::{Gateway, Kind};
use serde_json::json;

use super::{event, keys, response, sent};

fn gateway() -> Gateway {
    let gateway = Gateway::new(Kind::WebSocket).stage("dev");
    gateway.authorizer(br#"{"principalId":"u-1"}"#).unwrap()
}

#[test]
fn connect_has_the_handshakes_headers_and_query() {
    let headers = [
        ("Host", "ws.example.com"),
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Protocol", "chat"),
    ];
    let event = event(
        &gateway(),
        &sent("POST", "/$connect?room=a%20b", &headers, b""),
    );
    assert_eq!(
        keys(&event["headers"]),
        [
            "Host",
            "Sec-WebSocket-Protocol",
            "X-Amzn-Trace-Id",
            "X-Forwarded-For",
            "X-Forwarded-Port",
            "X-Forwarded-Proto",
        ]
    );
    assert_eq!(
        event["multiValueQueryStringParameters"],
        json!({"room": ["a b"]})
    );
    let context = &event["requestContext"];
    assert_eq!(
        keys(context),
        [
            "apiId",
            "authorizer",
            "connectedAt",
            "connectionId",
            "domainName",
            "eventType",
            "extendedRequestId",
            "identity",
            "messageDirection",
            "requestId",
            "requestTime",
            "requestTimeEpoch",
            "routeKey",
            "stage",
        ]
    );
    assert_eq!(context["requestId"], context["extendedRequestId"]);
    assert_eq!(context["eventType"], "CONNECT");
}

#[test]
fn a_message_has_a_body_an_id_and_the_authorizer_and_no_headers() {
    let event = event(&gateway(), &sent("POST", "/send", &[], br#"{"a":1}"#));
    assert_eq!(keys(&event), ["body", "isBase64Encoded", "requestContext"]);
    assert_eq!(event["body"], r#"{"a":1}"#);
    let context = &event["requestContext"];
    assert_eq!(
        (&context["routeKey"], &context["eventType"]),
        (&json!("send"), &json!("MESSAGE"))
    );
    assert_eq!(context["messageId"].as_str().unwrap().len(), 16);
    assert_eq!(context["authorizer"]["principalId"], "u-1");
}

#[test]
fn disconnect_has_four_headers_and_a_reason() {
    let event = event(&gateway(), &sent("POST", "/$disconnect", &[], b""));
    let names = ["Host", "X-Forwarded-For", "x-api-key", "x-restapi"];
    assert_eq!(keys(&event["headers"]), names);
    assert_eq!(event["headers"]["x-api-key"], "");
    let context = &event["requestContext"];
    assert_eq!(context["disconnectStatusCode"], 1005);
    let reason = "Client-side close frame status not set";
    assert_eq!(context["disconnectReason"], reason);
}

#[test]
fn a_reply_refuses_a_connection_by_its_status() {
    let reply = r#"{"statusCode":403,"headers":{"Sec-WebSocket-Protocol":"chat"},"body":"no"}"#;
    let taken = response(&gateway(), reply);
    assert_eq!(taken.status(), 403);
    assert_eq!(taken.headers()["sec-websocket-protocol"], "chat");
}
