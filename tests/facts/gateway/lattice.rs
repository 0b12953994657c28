//! VPC Lattice.

use liftgate::local::{Gateway, Kind};
use serde_json::{Value, json};

use super::{all, event, event_of, keys, refused, response, sent};

fn v2() -> Gateway {
    Gateway::new(Kind::Lattice)
}

fn v1() -> Gateway {
    Gateway::new(Kind::LatticeV1)
}

const HEADERS: [(&str, &str); 4] = [
    ("Multi", "x"),
    ("Multi", "y"),
    ("X-Amzn-Lattice-Identity", "Principal=forged"),
    ("X-Amzn-Lattice-Network", "forged"),
];

#[test]
fn v2_has_arrays_and_adds_the_client_alone() {
    let event = event(&v2(), &sent("GET", "/a%20b?k=1&k=%2B", &HEADERS, b""));
    let headers = json!({"multi": ["x", "y"], "x-forwarded-for": ["192.0.2.7"]});
    assert_eq!(event["headers"], headers);
    assert_eq!(event["queryStringParameters"], json!({"k": ["1", "%2B"]}));
    assert_eq!(event["path"], "/a%20b");
    assert_eq!(event["body"], Value::Null);
    let context = &event["requestContext"];
    assert_eq!(
        keys(context),
        [
            "identity",
            "region",
            "serviceArn",
            "serviceNetworkArn",
            "targetGroupArn",
            "timeEpoch",
        ]
    );
    // Microseconds, in a string.
    assert_eq!(context["timeEpoch"].as_str().unwrap().len(), 16);
}

#[test]
fn v2_says_base64_only_where_it_is() {
    let text = sent("POST", "/", &[("content-type", "text/plain")], b"hi");
    assert!(event(&v2(), &text).get("isBase64Encoded").is_none());
    let binary = event(&v2(), &sent("POST", "/", &[], b"hi"));
    assert_eq!(
        (&binary["body"], &binary["isBase64Encoded"]),
        (&json!("aGk="), &json!(true))
    );
}

#[test]
fn v1_joins_headers_and_has_the_last_of_the_query() {
    let event = event(&v1(), &sent("GET", "/a%20b?k=1&k=2", &HEADERS, b""));
    assert_eq!(event["headers"]["multi"], "x, y");
    assert_eq!(event["query_string_parameters"], json!({"k": "2"}));
    assert_eq!(
        (&event["raw_path"], &event["method"]),
        (&json!("/a%20b"), &json!("GET"))
    );
    assert_eq!(event["is_base64_encoded"], false);
    assert!(event_of(&v1(), "/").get("requestContext").is_none());
}

#[test]
fn a_reply_may_have_arrays_of_values() {
    let reply = r#"{"statusCode":200,"isBase64Encoded":false,"headers":{"set-cookie":["a=1","b=2"],"x":"y","connection":"close"},"body":"hi"}"#;
    let taken = response(&v2(), reply);
    assert_eq!(all(&taken, "set-cookie"), ["a=1", "b=2"]);
    assert_eq!(all(&taken, "x"), ["y"]);
    assert!(all(&taken, "connection").is_empty());
    refused(&v1(), r#"{"headers":{}}"#);
}
