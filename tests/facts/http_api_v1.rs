//! API Gateway HTTP API, payload format 1.0.

use http::Response;
use serde_json::json;

use super::{repeated, with};
use crate::support::{body_of, event_of, reply, request, values};

const EVENT: &str = r#"{"version":"1.0","resource":"$default","path":"/","httpMethod":"GET",
    "headers":{"Content-Length":"0","Host":"my.example.com","X-Forwarded-For":"192.0.2.7","accept":"b"},
    "multiValueHeaders":{"Content-Length":["0"],"Host":["my.example.com"],"X-Forwarded-For":["192.0.2.7"],"accept":["a","b"]},
    "queryStringParameters":{"colors[]":"red"},"multiValueQueryStringParameters":{"colors[]":["blue","red"]},
    "requestContext":{"accountId":null,"domainName":"my.example.com","extendedRequestId":"r=","requestId":"r=",
        "identity":{"sourceIp":"192.0.2.7"},"path":"/production/","protocol":"HTTP/1.1","stage":"production"},
    "pathParameters":null,"stageVariables":null,"body":null,"isBase64Encoded":false}"#;

#[test]
fn a_version_tells_it_from_a_rest_api() {
    assert_eq!(event_of(&request(EVENT)).source().name(), "http_api_v1");
}

#[test]
fn headers_hold_the_last_value_and_multi_value_headers_all() {
    let request = request(EVENT);
    assert_eq!(values(&request, "accept"), [b"a", b"b"]);
    assert_eq!(values(&request, "content-length"), [b"0"]);
}

#[test]
fn the_path_is_decoded() {
    let event = with(EVENT, json!({"path": "/a b%2F"}));
    assert_eq!(request(event).uri().path(), "/a%20b%252F");
}

#[test]
fn the_stage_is_removed_only_where_the_context_says_the_same_path() {
    assert_eq!(request(EVENT).uri().path(), "/");
    let same = with(
        EVENT,
        json!({"path": "/production/x", "requestContext": {"path": "/production/x"}}),
    );
    assert_eq!(request(same).uri().path(), "/x");
    let other = with(
        EVENT,
        json!({"path": "/production/x", "requestContext": {"path": "/production/production/x"}}),
    );
    assert_eq!(request(other).uri().path(), "/production/x");
}

#[test]
fn cookies_go_by_multi_value_headers() {
    let reply = reply(EVENT, repeated());
    assert_eq!(
        reply["multiValueHeaders"]["set-cookie"],
        json!(["a=1; Path=/", "b=2"])
    );
    assert!(reply.get("headers").is_none());
}

#[test]
fn base64_is_decoded_in_any_case() {
    assert_eq!(
        reply(EVENT, Response::new("\u{1}".repeat(300)))["isBase64Encoded"],
        true
    );
    let event = with(EVENT, json!({"body": "aGk=", "isBase64Encoded": true}));
    assert_eq!(body_of(request(event)).0, "hi");
}
