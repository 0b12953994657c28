//! Application Load Balancer.

use http::Response;
use liftgate::{AlbCookies, Body, Options};
use serde_json::{Value, json};

use super::{repeated, with};
use crate::support::{body_of, event_of, reply, request, try_reply, values};

const MULTI: &str = r#"{"requestContext":{"elb":{"targetGroupArn":"arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/t/1"}},
    "httpMethod":"GET","path":"/","multiValueQueryStringParameters":{},
    "multiValueHeaders":{"connection":["keep-alive"],"host":["lb.example.com"],"x-forwarded-for":["10.0.0.1, 192.0.2.7"]},
    "body":"","isBase64Encoded":false}"#;

const SINGLE: &str = r#"{"requestContext":{"elb":{"targetGroupArn":"arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/t/1"}},
    "httpMethod":"GET","path":"/","queryStringParameters":{},
    "headers":{"host":"lb.example.com","x-forwarded-for":"10.0.0.1, 192.0.2.7"},
    "body":"","isBase64Encoded":false}"#;

#[test]
fn path_and_query_are_raw_and_never_encoded_again() {
    let event = with(
        MULTI,
        json!({"path": "/a%20b", "multiValueQueryStringParameters": {"a+b": ["%20x"], "k": ["a%2Bb", "%FF", ""]}}),
    );
    assert_eq!(request(event).uri(), "/a%20b?a+b=%20x&k=a%2Bb&k=%FF&k=");
    let event = with(
        SINGLE,
        json!({"queryStringParameters": {"q": "%3FshowAll%3Dtrue"}}),
    );
    assert_eq!(request(event).uri(), "/?q=%3FshowAll%3Dtrue");
}

#[test]
fn a_name_without_values_stays_in_the_query() {
    let event = with(
        MULTI,
        json!({"multiValueQueryStringParameters": {"a": [], "b": null, "c": [""]}}),
    );
    assert_eq!(request(event).uri().query(), Some("a&b&c="));
}

#[test]
fn the_reply_takes_the_form_of_the_request() {
    let multi = reply(MULTI, repeated());
    assert_eq!(
        multi["multiValueHeaders"]["set-cookie"],
        json!(["a=1; Path=/", "b=2"])
    );
    assert!(multi.get("headers").is_none());
    let single = reply(SINGLE, repeated());
    assert_eq!(single["headers"]["vary"], "accept, origin");
    assert!(single.get("multiValueHeaders").is_none());
}

#[test]
fn single_mode_has_every_cookie_under_a_spelling_of_its_own() {
    let headers = reply(SINGLE, repeated())["headers"].clone();
    assert_eq!(headers["set-cookie"], "a=1; Path=/");
    assert_eq!(headers["Set-cookie"], "b=2");
    let options = Options::new().alb_cookies(AlbCookies::Last);
    let last = try_reply(options, SINGLE, repeated().map(Body::from)).unwrap();
    let last: Value = serde_json::from_slice(&last).unwrap();
    assert_eq!(last["headers"]["set-cookie"], "b=2");
    assert!(last["headers"].get("Set-cookie").is_none());
}

#[test]
fn multi_mode_may_split_forwarded_for() {
    let event = with(
        MULTI,
        json!({"multiValueHeaders": {"x-forwarded-for": ["198.51.100.1", "198.51.100.1", "192.0.2.9"]}}),
    );
    let request = request(event);
    assert_eq!(values(&request, "x-forwarded-for").len(), 3);
    assert_eq!(event_of(&request).client_ip(), "192.0.2.9".parse().ok());
}

#[test]
fn the_last_hop_is_the_client_with_its_port_or_without() {
    for event in [MULTI, SINGLE] {
        assert_eq!(
            event_of(&request(event)).client_ip(),
            "192.0.2.7".parse().ok()
        );
    }
    for (hop, ip, port) in [
        ("1.2.3.4", "1.2.3.4", 0),
        ("1.2.3.4:8080", "1.2.3.4", 8080),
        ("[2001:db8::1]:8080", "2001:db8::1", 8080),
        ("2001:db8::1", "2001:db8::1", 0),
        ("[2001:db8::1]", "2001:db8::1", 0),
    ] {
        let event = with(
            SINGLE,
            json!({"headers": {"x-forwarded-for": format!("9.9.9.9, {hop}")}}),
        );
        let (request, ip) = (request(event), ip.parse().unwrap());
        assert_eq!(event_of(&request).client_ip(), Some(ip), "{hop}");
        let client = event_of(&request).client_addr();
        assert_eq!(client, Some((ip, port).into()), "{hop}");
    }
}

#[test]
fn empty_bodies_and_queries_are_empty_and_not_null() {
    let request = request(MULTI);
    assert_eq!(request.uri(), "/");
    assert_eq!(values(&request, "connection"), [b"keep-alive"]);
    assert_eq!(body_of(request), ("".into(), Some(0)));
}

#[test]
fn an_encoded_body_comes_in_base64() {
    let event = with(
        MULTI,
        json!({"httpMethod": "POST", "multiValueHeaders": {"content-encoding": ["gzip"], "content-length": ["2"]}, "body": "H4s=", "isBase64Encoded": true}),
    );
    assert_eq!(body_of(request(event)).0, &b"\x1f\x8b"[..]);
}

#[test]
fn a_health_check_has_a_user_agent_and_nothing_else() {
    let event = r#"{"requestContext":{"elb":{"targetGroupArn":"arn"}},"httpMethod":"GET","path":"/","queryStringParameters":{},
        "headers":{"user-agent":"ELB-HealthChecker/2.0"},"body":"","isBase64Encoded":false}"#;
    let request = request(event);
    assert_eq!(
        (request.method().as_str(), request.uri().path()),
        ("GET", "/")
    );
    assert_eq!(request.headers().len(), 1);
    assert_eq!(event_of(&request).client_ip(), None);
    assert_eq!(reply(event, Response::new("ok"))["statusCode"], 200);
}

#[test]
fn client_certificates_are_headers() {
    let event = with(
        SINGLE,
        json!({"headers": {"x-amzn-mtls-clientcert-leaf": "-----BEGIN%20CERTIFICATE-----%0AMII+",
            "x-amzn-mtls-clientcert-subject": "CN=a", "x-amzn-mtls-clientcert-issuer": "CN=b", "x-amzn-mtls-clientcert-serial-number": "0A",
            "x-amzn-mtls-clientcert-validity": "NotBefore=2023-09-21T01:50:17Z;NotAfter=2024-09-20T01:50:17Z"}}),
    );
    let cert = event_of(&request(event)).client_cert().unwrap();
    assert_eq!(cert.pem, "-----BEGIN CERTIFICATE-----\nMII+");
    assert_eq!(
        (cert.subject_dn.as_str(), cert.serial_number.as_str()),
        ("CN=a", "0A")
    );
    assert_eq!(cert.not_after, "2024-09-20T01:50:17Z");
    assert_eq!(event_of(&request(SINGLE)).client_cert(), None);
}

#[test]
fn a_reply_has_a_status_description() {
    assert_eq!(reply(MULTI, repeated())["statusDescription"], "200 OK");
    let odd = Response::builder().status(299).body("").unwrap();
    assert_eq!(reply(MULTI, odd)["statusDescription"], "299");
}

#[test]
fn hop_by_hop_headers_and_lengths_stay_behind() {
    let response = Response::builder()
        .header("connection", "close, X-Hop")
        .header("x-hop", "1")
        .header("keep-alive", "timeout=5")
        .header("transfer-encoding", "chunked")
        .header("content-length", "2")
        .header("x-stays", "1")
        .body("hi")
        .unwrap();
    assert_eq!(
        reply(MULTI, response)["multiValueHeaders"],
        json!({"x-stays": ["1"]})
    );
}

#[test]
fn a_reply_of_more_than_1_mb_is_refused_with_both_sizes() {
    let large = Response::new(Body::from("x".repeat(1 << 20)));
    let error = try_reply(Options::new(), MULTI, large).unwrap_err();
    assert!(error.is_invalid_response());
    assert!(
        error
            .to_string()
            .ends_with("and alb takes at most 1048576 bytes"),
        "{error}"
    );
}

#[test]
fn the_order_of_multi_values_can_be_turned_around() {
    let options = Options::new().alb_reversed_values(true);
    let reply = try_reply(options, MULTI, repeated().map(Body::from)).unwrap();
    let reply: Value = serde_json::from_slice(&reply).unwrap();
    assert_eq!(
        reply["multiValueHeaders"]["set-cookie"],
        json!(["b=2", "a=1; Path=/"])
    );
    assert_eq!(
        reply["multiValueHeaders"]["vary"],
        json!(["origin", "accept"])
    );
}

#[test]
fn base64_is_always_honoured() {
    assert_eq!(
        reply(SINGLE, Response::new(&b"\xff"[..]))["isBase64Encoded"],
        true
    );
}
