//! Bad events: each ends in an error that names the field and the byte, and none in a panic.

use serde_json::{Value, json};

use crate::support::{error, event_of, request, try_request};
use liftgate::{Error, Options};

/// Checks that an event fails with a message, at the byte where the marked text begins.
fn fails(event: &str, at: &str, message: &str) {
    let error = error(event.to_owned());
    assert!(error.is_invalid_event(), "{error:?}");
    assert_eq!(error.error_type(), "Liftgate.InvalidEvent");
    let offset = event.find(at).expect("the marked text is in the event");
    assert_eq!(
        error.to_string(),
        format!("invalid event: {message} (byte {offset})"),
        "in {event}"
    );
}

fn v2(changes: Value) -> String {
    let mut event =
        json!({"version": "2.0", "rawPath": "/", "requestContext": {"http": {"method": "GET"}}});
    for (key, value) in changes.as_object().unwrap() {
        event[key] = value.clone();
    }
    event.to_string()
}

#[test]
fn malformed_json() {
    let cut = r#"{"version":"2.0","headers":{"a":"b""#;
    let message = error(cut).to_string();
    assert_eq!(
        message,
        "invalid event: headers: not JSON: it ends too early (byte 35)"
    );
    fails(
        "{\"a\":1,\n \"b\":tru }",
        "tru }",
        "b: not JSON: expected `true`",
    );
    fails("{\"a\":1} x", "x", "not JSON: expected the end");
    fails("{\"a\":[1 2]}", "2]", "a[1]: not JSON: expected a comma");
    fails("{\"a\" 1}", "1}", "not JSON: expected a colon");
    fails("{\"a\":{1}}", "1}", "a: not JSON: expected a key");
    fails("{\"a\":01}", "01", "a: not JSON: no such number");
    fails("{\"a\":\"\\x\"}", "\\x", "a: not JSON: no such escape");
    fails("{\"a\":+}", "+", "a: not JSON: expected a value");
    fails("{\"a\":1,}", "}", "not JSON: expected a value");
    fails("", "", "not JSON: it ends too early");
    for cut in [
        "{\"a\":1,",
        "{\"a\"",
        "{",
        "[",
        "[1,",
        "\"a",
        "\"\\",
        "\"\\u12",
        "tru",
        "-",
        "1.",
        "1e",
        "{\"a\":",
    ] {
        let message = error(cut).to_string();
        let (_, end) = message.split_once("(byte ").unwrap();
        assert!(
            end == format!("{})", cut.len()) || cut == "tru",
            "{cut}: {message}"
        );
    }
}

#[test]
fn wrong_types() {
    let expected = |what: &str, found: &str| format!("expected {what}, found {found}");
    let header = expected("a string", "a number");
    fails(
        &v2(json!({"headers": {"host": 7}})),
        "7}",
        &format!("headers.host: {header}"),
    );
    let headers = expected("an object of headers", "an array");
    fails(
        &v2(json!({"headers": [1]})),
        "[1]",
        &format!("headers: {headers}"),
    );
    let nested = expected("a string", "an object");
    fails(
        &v2(json!({"headers": {"a": {"b": "c"}}})),
        "{\"b\"",
        &format!("headers.a: {nested}"),
    );
    let cookies = expected("an array of cookies", "a string");
    fails(
        &v2(json!({"cookies": "a=1"})),
        "\"a=1\"",
        &format!("cookies: {cookies}"),
    );
    let cookie = expected("a string", "null");
    fails(
        &v2(json!({"cookies": ["a=1", null]})),
        "null",
        &format!("cookies[1]: {cookie}"),
    );
    fails(
        &v2(json!({"rawPath": 7})),
        "7",
        &format!("rawPath: {header}"),
    );
    fails(
        &v2(json!({"body": {"a": 1}})),
        "{\"a\":1}",
        &format!("body: {nested}"),
    );
    let flag = expected("true or false", "a string");
    let event = v2(json!({"body": "x", "isBase64Encoded": "yes"}));
    fails(&event, "\"yes\"", &format!("isBase64Encoded: {flag}"));
    let query = expected("a string", "a boolean");
    let event =
        r#"{"httpMethod":"GET","path":"/","queryStringParameters":{"a":true},"requestContext":{}}"#;
    fails(event, "true", &format!("queryStringParameters.a: {query}"));
}

#[test]
fn bad_base64() {
    fails(
        &v2(json!({"body": "a*b=", "isBase64Encoded": true})),
        "\"a*b=\"",
        "body: not base64: Invalid symbol 42, offset 1.",
    );
}

#[test]
fn impossible_methods() {
    fails(
        r#"{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GE T"}}}"#,
        "\"GE T\"",
        "requestContext.http.method: `GE T` is not a method",
    );
    fails(
        r#"{"httpMethod":"\n","path":"/","requestContext":{}}"#,
        r#""\n""#,
        r"httpMethod: `\n` is not a method",
    );
}

#[test]
fn impossible_headers() {
    fails(
        &v2(json!({"headers": {"a b": "c"}})),
        "\"a b\"",
        "headers: `a b` is not a header name",
    );
    fails(
        &v2(json!({"headers": {"host": "a\nSet-Cookie: x"}})),
        "\"a\\nSet",
        "headers.host: a header's value cannot hold the byte 0x0a",
    );
    fails(
        r#"{"httpMethod":"GET","path":"/","multiValueHeaders":{"a":["b","c\u0000"]},"requestContext":{}}"#,
        "\"c\\u0000",
        "multiValueHeaders.a[1]: a header's value cannot hold the byte 0x00",
    );
    fails(
        r#"{"httpMethod":"GET","path":"/","multiValueHeaders":{"a":["b",["c"]]},"requestContext":{}}"#,
        "[\"c\"]",
        "multiValueHeaders.a[1]: expected a string, found an array",
    );
    fails(
        r#"{"httpMethod":"GET","path":"/","multiValueHeaders":{"a":["b"]},"headers":{"x":7},"requestContext":{}}"#,
        "7}",
        "headers.x: expected a string, found a number",
    );
}

#[test]
fn a_host_may_be_anything_a_header_can_be() {
    for host in [
        "a b",
        "foo:99999",
        "[::1",
        "a%zz",
        "evil/admin?x=",
        "foo#",
        "1",
    ] {
        let request = request(v2(json!({"headers": {"host": host}, "rawPath": "/x"})));
        assert_eq!(request.headers()["host"], host);
        assert_eq!(request.uri(), "/x");
        assert_eq!(request.uri().authority(), None);
    }
}

#[test]
fn impossible_paths() {
    fails(
        &v2(json!({"rawPath": "x"})),
        "\"x\"",
        "rawPath: a path begins with a slash",
    );
    let long = format!("/{}", "a".repeat(70_000));
    fails(
        &v2(json!({"rawPath": long})),
        "\"/aaa",
        "rawPath: uri too long: 70001 bytes with the query",
    );
    assert_eq!(request(v2(json!({"rawPath": ""}))).uri(), "/");
}

#[test]
fn missing_and_null_members_everywhere() {
    let whole = json!({
        "version": "1.0", "resource": "/", "path": "/", "rawPath": "/", "httpMethod": "GET", "method": "GET",
        "headers": {"a": "b"}, "multiValueHeaders": {"a": ["b"]}, "cookies": ["a=b"],
        "queryStringParameters": {"a": "b"}, "multiValueQueryStringParameters": {"a": ["b"]}, "rawQueryString": "a=b",
        "pathParameters": {"a": "b"}, "stageVariables": {"a": "b"}, "body": "x", "isBase64Encoded": false,
        "requestContext": {"stage": "s", "path": "/", "protocol": "HTTP/1.1", "domainName": "d", "requestId": "r",
            "identity": {"sourceIp": "192.0.2.1"}, "authorizer": {"a": 1}},
    });
    let marks = [
        json!({}),
        json!({"elb": {"targetGroupArn": "arn"}}),
        json!({"http": {"method": "GET", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"}}),
        json!({"serviceArn": "arn"}),
        json!({"connectionId": "c", "eventType": "CONNECT", "routeKey": "$connect"}),
    ];
    let odd = [
        json!(null),
        json!(7),
        json!(true),
        json!(""),
        json!([]),
        json!({}),
        json!("\u{0}"),
        json!([null]),
        json!({"a": null}),
        json!([[[]]]),
    ];
    for mark in marks {
        let mut event = whole.clone();
        for (key, value) in mark.as_object().unwrap() {
            event["requestContext"][key] = value.clone();
        }
        let mut paths: Vec<String> = Vec::new();
        for (key, value) in event.as_object().unwrap() {
            paths.push(format!("/{key}"));
            for (inner, _) in value.as_object().into_iter().flatten() {
                paths.push(format!("/{key}/{inner}"));
            }
        }
        for path in paths {
            for odd in &odd {
                let mut event = event.clone();
                *event.pointer_mut(&path).unwrap() = odd.clone();
                accept_or_explain(&event, &path);
            }
            let mut event = event.clone();
            let (parent, key) = path.rsplit_once('/').unwrap();
            event
                .pointer_mut(parent)
                .unwrap()
                .as_object_mut()
                .unwrap()
                .remove(key);
            accept_or_explain(&event, &path);
        }
    }
}

/// The event is read, or refused with a reason; and what is read lazily does not panic.
fn accept_or_explain(event: &Value, path: &str) {
    let options = Options::new().pass_through("/events");
    for options in [Options::new(), options] {
        match try_request(options, event.to_string()) {
            Ok(request) => {
                let event = event_of(&request);
                let _ = (
                    event.client_ip(),
                    event.client_cert(),
                    event.stage(),
                    event.connection_id(),
                );
                let _ = (event.path_parameters(), event.stage_variables());
                let _ = (
                    event.authorizer::<Value>(),
                    event.request_context::<Value>(),
                );
            }
            Err(error) => {
                assert!(
                    error.is_invalid_event() || error.is_unknown_event(),
                    "{path}: {error}"
                );
                assert!(error.to_string().len() > 20, "{path}: {error}");
            }
        }
    }
}

#[test]
fn a_missing_member_is_named() {
    let missing = |event: &str| error(event.to_owned()).to_string();
    assert_eq!(
        missing(r#"{"requestContext":{"http":{}},"rawPath":"/"}"#),
        "invalid event: requestContext.http.method is missing"
    );
    assert_eq!(
        missing(r#"{"requestContext":{"http":{"method":"GET"}}}"#),
        "invalid event: rawPath is missing"
    );
    assert_eq!(
        missing(r#"{"requestContext":{"elb":{}},"httpMethod":"GET"}"#),
        "invalid event: path is missing"
    );
    assert_eq!(
        missing(r#"{"requestContext":{"elb":{}},"path":"/"}"#),
        "invalid event: httpMethod is missing"
    );
    assert_eq!(
        missing(r#"{"requestContext":{"connectionId":"c","eventType":"MESSAGE"}}"#),
        "invalid event: requestContext.routeKey is missing"
    );
}

#[test]
fn an_event_of_no_known_gateway_says_what_it_looks_like() {
    let looks = |event: Value| {
        let error: Error = error(event.to_string());
        assert!(error.is_unknown_event());
        assert_eq!(error.error_type(), "Liftgate.UnknownEvent");
        error.to_string()
    };
    assert_eq!(
        looks(json!({"Records": [{"eventSource": "aws:sqs", "body": "x"}]})),
        "unknown event: this is an SQS event; turn on Options::pass_through to receive it"
    );
    let cases = [
        (
            json!({"Records": [{"EventSource": "aws:sns"}]}),
            "an SNS event",
        ),
        (
            json!({"Records": [{"cf": {"request": {}}}]}),
            "Lambda@Edge runs Node.js and Python only",
        ),
        (
            json!({"detail-type": "x", "source": "y"}),
            "an EventBridge event",
        ),
        (
            json!({"httpMethod": "GET", "path": "/", "actionGroup": "a"}),
            "a Bedrock agent's event",
        ),
        (
            json!({"a": 1, "b": 2}),
            "an event of no known kind, with a, b",
        ),
        (json!({}), "an empty object"),
        (json!([1, 2]), "JSON, but no object"),
        (json!("text"), "JSON, but no object"),
    ];
    for (event, expected) in cases {
        let message = looks(event);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn deep_nesting_is_no_trouble() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let event = format!(
        r#"{{"version":"2.0","rawPath":"/","x":{deep},"requestContext":{{"http":{{"method":"GET"}},"y":{deep}}}}}"#
    );
    let request = request(event);
    assert!(event_of(&request).request_context::<Value>().is_err());
    let headers = format!(
        r#"{{"version":"2.0","rawPath":"/","headers":{deep},"requestContext":{{"http":{{"method":"GET"}}}}}}"#
    );
    assert!(error(headers).is_invalid_event());
}

#[test]
fn more_headers_than_a_map_holds_are_an_error() {
    let headers: serde_json::Map<String, Value> =
        (0..40_000).map(|n| (format!("h{n}"), json!("v"))).collect();
    let message = error(v2(json!({"headers": headers}))).to_string();
    assert!(
        message.contains("more headers than a request can have"),
        "{message}"
    );
}

#[test]
fn a_map_that_is_full_is_an_error_and_no_panic() {
    let headers: serde_json::Map<String, Value> =
        (0..24_576).map(|n| (format!("h{n}"), json!("v"))).collect();
    request(v2(json!({"headers": headers.clone()})));
    let message = error(v2(json!({"headers": headers.clone(), "body": "x"}))).to_string();
    assert!(
        message.contains("more headers than a request can have"),
        "{message}"
    );
    let message = error(v2(json!({"headers": headers.clone(), "cookies": ["a=1"]}))).to_string();
    assert!(message.contains("cookies"), "{message}");
}

#[test]
fn large_events_take_no_more_than_their_size() {
    // Each of these took seconds to minutes where the work was quadratic.
    let pairs: Vec<String> = (0..100_000).map(|n| format!("k{n}")).collect();
    let cookies = pairs.join(";");
    let event = v2(json!({"cookies": ["x=1"], "headers": {"cookie": cookies}}));
    assert!(request(event).headers()["cookie"].len() > cookies.len());
    let single: serde_json::Map<String, Value> = pairs
        .iter()
        .take(8_000)
        .map(|name| (name.clone(), json!("v")))
        .collect();
    let mut multi: serde_json::Map<String, Value> = pairs
        .iter()
        .take(8_000)
        .map(|name| (name.clone(), json!(["v"])))
        .collect();
    multi.remove("k0");
    let event = json!({"httpMethod": "GET", "path": "/", "requestContext": {},
        "queryStringParameters": single, "multiValueQueryStringParameters": multi,
        "headers": single, "multiValueHeaders": multi});
    let request = request(event.to_string());
    assert_eq!(request.uri().query().unwrap().split('&').count(), 8_000);
    assert_eq!(request.headers().len(), 8_000);
}

#[test]
fn an_odd_cookie_is_named() {
    fails(
        &v2(json!({"cookies": ["a=1", "b=\n"]})),
        "\"b=",
        "cookies[1]: a header's value cannot hold the byte 0x0a",
    );
}

#[test]
fn a_fault_behind_deep_nesting_or_lone_surrogates_is_named() {
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    for odd in [deep.as_str(), r#""\ud800\u0041""#, "\"raw\ttab\""] {
        let event =
            format!(r#"{{"x":{odd},"requestContext":{{"http":{{"method":"GET"}}}},"rawPath":7}}"#);
        fails(&event, "7}", "rawPath: expected a string, found a number");
    }
}

#[test]
fn what_a_request_is_made_of_can_be_looked_at() {
    // Odd JSON that is read is read everywhere.
    for odd in ["\"raw\ttab\"", r#""\ud800""#] {
        let event = format!(
            r#"{{"odd":{odd},"rawPath":"/","requestContext":{{"http":{{"method":"GET","sourceIp":"192.0.2.7"}},"authorizer":{{"a":1}}}}}}"#
        );
        let request = request(event);
        assert_eq!(event_of(&request).client_ip(), "192.0.2.7".parse().ok());
        assert!(event_of(&request).authorizer::<Value>().unwrap().is_some());
    }
}

#[test]
fn an_only_source_is_taken_at_its_word() {
    let options = || Options::new().source(&liftgate::source::Alb);
    let event = r#"{"httpMethod":"GET","path":"/x","headers":{"a":"b"}}"#;
    assert_eq!(try_request(options(), event).unwrap().uri(), "/x");
    let error = try_request(options(), r#"{"Records":[]}"#).unwrap_err();
    assert_eq!(error.to_string(), "invalid event: httpMethod is missing");
}

#[test]
fn an_event_of_a_source_that_is_left_out_says_what_is_accepted() {
    let options = Options::new().sources(&[&liftgate::source::HttpApi]);
    let event = r#"{"httpMethod":"GET","path":"/","requestContext":{"elb":{}}}"#;
    let error = try_request(options, event).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("(Options::sources accepts http_api)"),
        "{error}"
    );
}

#[test]
fn paths_of_options_are_made_to_fit_a_uri() {
    let options = Options::new().pass_through("a b/é?x#y");
    assert_eq!(
        try_request(options, "{}").unwrap().uri(),
        "/a%20b/é%3Fx%23y"
    );
    let options = Options::new().websocket_path("a b");
    let event = r#"{"requestContext":{"connectionId":"c","eventType":"MESSAGE","routeKey":"r"}}"#;
    assert_eq!(try_request(options, event).unwrap().uri(), "/a%20b/r");
}

#[test]
fn faults_that_are_passed_over_cost_nothing() {
    // This took minutes where each fault was told in full.
    let odd = r#""multiValueHeaders":{"a":1},"headers":{"a":1},"#.repeat(20_000);
    let event = format!(r#"{{"version":"2.0","detail-type":"x",{odd}"z":1}}"#);
    let options = Options::new().pass_through("/events");
    assert_eq!(try_request(options, event).unwrap().uri(), "/events");
}

#[test]
fn a_comma_too_many_is_named_in_every_object() {
    for (event, message) in [
        (r#"{"a":1,}"#, "not JSON: expected a value"),
        (r#"{"x":{"a":1,}}"#, "x: not JSON: expected a value"),
        (r#"{"x":[{"a":1,}]}"#, "x[0]: not JSON: expected a value"),
    ] {
        fails(event, "}", message);
    }
}

#[test]
fn the_last_of_members_with_one_name_counts() {
    let event = r#"{"headers":{"x":"1"},"headers":{"x-forwarded-for":"192.0.2.7"},"httpMethod":"GET","path":"/",
        "requestContext":{"serviceArn":"arn"},"requestContext":{"elb":{}},"body":"a","body":null}"#;
    let request = request(event);
    let seen = event_of(&request);
    assert_eq!(seen.source().name(), "alb");
    assert_eq!(seen.client_ip(), "192.0.2.7".parse().ok());
    assert_eq!(request.headers().len(), 1);
    let replaced = r#"{"rawPath":"/","requestContext":{"http":{"method":"GET"}},"requestContext":{"http":{}}}"#;
    assert!(
        error(replaced)
            .to_string()
            .contains("http.method is missing")
    );
    let gone =
        r#"{"httpMethod":"GET","path":"/","requestContext":{"elb":{}},"requestContext":null}"#;
    assert!(error(gone).is_unknown_event());
}

#[test]
fn a_claim_is_not_shadowed_by_one_in_another_case() {
    let event = r#"{"rawPath":"/","requestContext":{"http":{"method":"GET"},"authorizer":{"Sub":"a","sub":"b","SUB":"c"}}}"#;
    let request = request(event);
    let path = ["requestContext", "authorizer", "sub"];
    let sub: Option<String> = event_of(&request).get(&path).unwrap();
    assert_eq!(sub.as_deref(), Some("b"));
}

#[test]
fn one_odd_parameter_does_not_take_the_others_along() {
    let event = "{\"httpMethod\":\"GET\",\"path\":\"/\",\"requestContext\":{\"stage\":\"\\ud800\"},\
        \"pathParameters\":{\"a\":\"raw\ttab\",\"b\":7,\"c\":null,\"d\":\"e\"}}";
    let request = request(event);
    let parameters = event_of(&request).path_parameters();
    assert_eq!(parameters.keys().collect::<Vec<_>>(), ["a", "d"]);
    assert!(event_of(&request).stage().is_some());
}
