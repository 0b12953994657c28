//! VPC Lattice, both event structures.

use liftgate::{Options, QueryValues};
use serde_json::json;

use super::{repeated, with};
use crate::support::{body_of, event_of, reply, request, try_request, values};

const V2: &str = r#"{"version":"2.0","path":"/health","method":"GET",
    "headers":{"accept":["*/*"],"x-forwarded-for":["10.0.2.100"],"multi":["x","y"]},
    "queryStringParameters":{"state":["prod"],"multi":["a","DEF","g"]},"body":null,
    "requestContext":{"serviceNetworkArn":"arn:sn","serviceArn":"arn:svc","targetGroupArn":"arn:tg",
        "identity":{"sourceVpcArn":"arn:vpc","type":"AWS_IAM"},"region":"ap-southeast-2","timeEpoch":"1690497599177430"}}"#;

const V1: &str = r#"{"raw_path":"/api/product","method":"POST",
    "headers":{"accept":"*/*","x-forwarded-for":"10.0.2.100","multi":"abcd, DEF"},
    "query_string_parameters":{"category":"electronics","tags":"tv"},
    "body":"{\"id\": 5}","is_base64_encoded":false}"#;

#[test]
fn v2_has_arrays_of_values() {
    let request = request(V2);
    assert_eq!(event_of(&request).source().name(), "lattice");
    assert_eq!(
        request.uri(),
        "/health?state=prod&multi=a&multi=DEF&multi=g"
    );
    assert_eq!(values(&request, "multi"), [b"x", b"y"]);
    assert_eq!(event_of(&request).client_ip(), "10.0.2.100".parse().ok());
}

#[test]
fn v2_shares_its_version_with_api_gateway_and_is_told_by_its_service() {
    let event = with(
        V2,
        json!({"requestContext": {"serviceArn": "arn:aws:vpc-lattice:svc"}}),
    );
    assert_eq!(event_of(&request(event)).source().name(), "lattice");
}

#[test]
fn v2_with_single_values_is_read_as_well() {
    let event = with(
        V2,
        json!({"headers": {"multi": "x"}, "queryStringParameters": {"multi": "a", "state": null}}),
    );
    let request = request(event);
    assert_eq!(values(&request, "multi"), [b"x"]);
    assert_eq!(request.uri().query(), Some("multi=a&state"));
}

#[test]
fn v2_says_base64_only_where_the_body_is_not_text() {
    assert_eq!(body_of(request(with(V2, json!({"body": "hi"})))).0, "hi");
    assert_eq!(
        body_of(request(with(
            V2,
            json!({"body": "aGk=", "isBase64Encoded": true})
        )))
        .0,
        "hi"
    );
}

#[test]
fn v1_has_joined_headers_and_snake_case() {
    let request = request(V1);
    assert_eq!(event_of(&request).source().name(), "lattice_v1");
    assert_eq!(request.uri(), "/api/product?category=electronics&tags=tv");
    assert_eq!(values(&request, "multi"), [b"abcd, DEF"]);
    assert_eq!(event_of(&request).client_ip(), "10.0.2.100".parse().ok());
    assert_eq!(body_of(request), (r#"{"id": 5}"#.into(), Some(9)));
}

#[test]
fn v1_base64_flag_is_snake_case_too() {
    let event = with(V1, json!({"body": "aGk=", "is_base64_encoded": true}));
    assert_eq!(body_of(request(event)).0, "hi");
}

#[test]
fn identity_headers_are_headers() {
    let event = with(
        V2,
        json!({"headers": {"x-amzn-lattice-identity": ["Principal=arn"]}}),
    );
    assert_eq!(
        values(&request(event), "x-amzn-lattice-identity"),
        [b"Principal=arn"]
    );
}

#[test]
fn the_query_is_taken_as_in_the_url_unless_told_otherwise() {
    let event = with(
        V2,
        json!({"queryStringParameters": {"state": ["a%20b"], "multi": ["c"]}}),
    );
    let uri = request(event.clone()).uri().to_string();
    assert!(uri.contains("state=a%20b"), "{uri}");
    let options = Options::new().lattice_query(QueryValues::Decoded);
    let uri = try_request(options, event).unwrap().uri().to_string();
    assert!(uri.contains("state=a%2520b"), "{uri}");
}

#[test]
fn a_reply_has_headers_and_loses_no_cookie() {
    let v2 = reply(V2, repeated());
    assert_eq!(v2["headers"]["vary"], "accept, origin");
    assert_eq!(v2["headers"]["set-cookie"], json!(["a=1; Path=/", "b=2"]));
    assert_eq!(v2["isBase64Encoded"], false);
    let v1 = reply(V1, repeated());
    assert_eq!(v1["headers"]["set-cookie"], "a=1; Path=/");
    assert_eq!(v1["headers"]["Set-cookie"], "b=2");
}

#[test]
fn v2_with_members_in_snake_case_is_read_as_well() {
    let event = with(
        V2,
        json!({"queryStringParameters": null, "query_string_parameters": {"a": "1"}, "body": "aGk=", "is_base64_encoded": true}),
    );
    let request = request(event);
    assert_eq!(request.uri().query(), Some("a=1"));
    assert_eq!(body_of(request).0, "hi");
}

#[test]
fn hop_by_hop_headers_stay_behind() {
    let response = http::Response::builder()
        .header("connection", "close")
        .header("x", "1")
        .body("")
        .unwrap();
    assert_eq!(reply(V2, response)["headers"], json!({"x": "1"}));
}

#[test]
fn the_order_of_a_query_is_that_of_the_event() {
    let orders: Vec<_> = (0..8).map(|_| request(V1).uri().to_string()).collect();
    assert!(
        orders
            .iter()
            .all(|order| order == "/api/product?category=electronics&tags=tv")
    );
}
