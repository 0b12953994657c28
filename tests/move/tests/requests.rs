//! What the app sees.

use http_body::Body as _;
use liftgate::local::Kind;
use serde_json::json;

use crate::support::{
    event, lambda_http_knows, lambda_http_panics, lambda_http_request, liftgate_request,
    try_liftgate_request, values,
};

#[test]
fn the_stage_of_a_rest_api() {
    let event = event(Kind::RestApi, |event| {
        event["requestContext"]["stage"] = "prod".into()
    });
    assert_eq!(lambda_http_request(&event).uri().path(), "/prod/orders");
    assert_eq!(liftgate_request(&event).uri().path(), "/orders");
}

#[test]
fn the_stage_of_an_http_api() {
    let event = event(Kind::HttpApi, |event| {
        event["rawPath"] = "/dev/orders".into();
        event["requestContext"]["stage"] = "dev".into();
        event["requestContext"]["http"]["path"] = "/dev/orders".into();
    });
    assert_eq!(lambda_http_request(&event).uri().path(), "/dev/orders");
    assert_eq!(liftgate_request(&event).uri().path(), "/orders");
}

#[test]
fn the_form_of_the_uri() {
    let event = event(Kind::FunctionUrl, |_| {});
    let uri = lambda_http_request(&event).uri().to_string();
    assert_eq!(uri, "https://api.example.com/orders");
    assert_eq!(liftgate_request(&event).uri(), "/orders");
}

#[test]
fn repeated_request_headers() {
    let event = event(Kind::RestApi, |event| {
        event["headers"]["accept"] = "text/css".into();
        event["multiValueHeaders"]["accept"] = json!(["text/html", "text/css"]);
    });
    assert_eq!(values(&lambda_http_request(&event), "accept"), ["text/css"]);
    let ours = values(&liftgate_request(&event), "accept");
    assert_eq!(ours, ["text/html", "text/css"]);
}

#[test]
fn spaces_in_a_rest_query() {
    let event = event(Kind::RestApi, |event| {
        event["queryStringParameters"] = json!({"q": "a b"});
        event["multiValueQueryStringParameters"] = json!({"q": ["a b"]});
    });
    assert_eq!(lambda_http_request(&event).uri().query(), Some("q=a+b"));
    assert_eq!(liftgate_request(&event).uri().query(), Some("q=a%20b"));
}

#[test]
fn dots_in_a_path() {
    let event = event(Kind::FunctionUrl, |event| {
        event["rawPath"] = "/a/../b".into()
    });
    assert_eq!(lambda_http_request(&event).uri().path(), "/b");
    assert_eq!(liftgate_request(&event).uri().path(), "/a/../b");
}

#[test]
fn a_question_mark_in_a_decoded_path() {
    let event = event(Kind::HttpApi, |event| event["rawPath"] = "/what?".into());
    let theirs = lambda_http_request(&event);
    assert_eq!(
        (theirs.uri().path(), theirs.uri().query()),
        ("/what", Some(""))
    );
    assert_eq!(liftgate_request(&event).uri(), "/what%3F");
}

#[test]
fn a_host_that_is_none() {
    let event = event(Kind::FunctionUrl, |event| {
        event["headers"]["host"] = "evil/admin?x=".into()
    });
    assert_eq!(lambda_http_request(&event).uri().path(), "/admin");
    assert_eq!(liftgate_request(&event).uri().path(), "/orders");
    let event = self::event(Kind::FunctionUrl, |event| {
        event["headers"]["host"] = "a b".into()
    });
    assert!(lambda_http_panics(&event));
    assert_eq!(values(&liftgate_request(&event), "host"), ["a b"]);
}

#[test]
fn a_space_in_a_raw_query() {
    let event = event(Kind::FunctionUrl, |event| {
        event["rawQueryString"] = "q=a b".into()
    });
    assert!(lambda_http_panics(&event));
    assert_eq!(liftgate_request(&event).uri().query(), Some("q=a%20b"));
}

#[test]
fn base64_that_is_not_padded_or_none() {
    let with = |body: &str| {
        event(Kind::FunctionUrl, |event| {
            event["body"] = body.into();
            event["isBase64Encoded"] = true.into();
        })
    };
    assert!(lambda_http_panics(&with("aGk")));
    let hi = liftgate_request(&with("aGk")).into_body();
    assert_eq!(hi.into_bytes(), "hi");
    assert!(lambda_http_panics(&with("!")));
    let error = try_liftgate_request(with("!").to_string()).unwrap_err();
    assert_eq!(error.error_type(), "Liftgate.InvalidEvent");
}

#[test]
fn a_control_character_in_a_cookie() {
    let event = event(Kind::HttpApi, |event| {
        event["cookies"] = json!(["a=1", "b=\u{1}"])
    });
    assert_eq!(values(&lambda_http_request(&event), "cookie").len(), 0);
    let error = try_liftgate_request(event.to_string()).unwrap_err();
    assert_eq!(error.error_type(), "Liftgate.InvalidEvent");
}

#[test]
fn nulls_for_absent_members() {
    let event = event(Kind::Alb, |event| {
        event["multiValueQueryStringParameters"] = json!(null)
    });
    assert!(!lambda_http_knows(&event.to_string()));
    assert_eq!(liftgate_request(&event).uri(), "/orders");
}

#[test]
fn the_trace_header() {
    let event = event(Kind::Alb, |event| {
        event["headers"]["x-amzn-trace-id"] = "Root=1-of-the-client".into();
    });
    let theirs = values(&lambda_http_request(&event), "x-amzn-trace-id");
    assert_eq!(theirs, ["Root=1-of-lambda"]);
    let ours = values(&liftgate_request(&event), "x-amzn-trace-id");
    assert_eq!(ours, ["Root=1-of-the-client"]);
}

#[test]
fn the_size_of_no_body() {
    let event = event(Kind::FunctionUrl, |_| {});
    assert_eq!(lambda_http_request(&event).body().size_hint().exact(), None);
    assert_eq!(liftgate_request(&event).body().size_hint().exact(), Some(0));
}

#[test]
fn messages_of_a_websocket_api() {
    let event = include_str!("../../../cli/events/websocket_message.json");
    let event = serde_json::from_str(event).unwrap();
    let theirs = lambda_http_request(&event);
    assert_eq!(
        (theirs.method().as_str(), theirs.uri().path()),
        ("GET", "/prod")
    );
    let ours = liftgate_request(&event);
    assert_eq!(
        (ours.method().as_str(), ours.uri().path()),
        ("POST", "/sendMessage")
    );
}

#[test]
fn vpc_lattice_v1() {
    let event = event(Kind::LatticeV1, |_| {});
    assert!(!lambda_http_knows(&event.to_string()));
    assert_eq!(liftgate_request(&event).uri(), "/orders");
}

#[test]
fn events_that_are_not_utf_8() {
    let event = event(Kind::Alb, |event| {
        event["headers"]["x-city"] = "Z?rich".into()
    });
    let text = event.to_string();
    let at = text.find("Z?rich").unwrap() + 1;
    let mut raw = text.into_bytes();
    raw[at] = 0xfc;
    assert!(serde_json::from_slice::<lambda_http::request::LambdaRequest>(&raw).is_err());
    let ours = try_liftgate_request(raw).unwrap();
    assert_eq!(ours.headers()["x-city"].as_bytes(), b"Z\xfcrich");
}

#[test]
fn what_is_said_of_a_malformed_event() {
    let event = event(Kind::HttpApi, |event| {
        event["headers"]["x-count"] = 7.into()
    });
    let theirs = serde_json::from_value::<lambda_http::request::LambdaRequest>(event.clone());
    let theirs = theirs.unwrap_err().to_string();
    assert!(
        theirs.contains("doesn't match any of those services"),
        "{theirs}"
    );
    let ours = try_liftgate_request(event.to_string())
        .unwrap_err()
        .to_string();
    assert!(
        ours.contains("headers.x-count: expected a string, found a number"),
        "{ours}"
    );
}
