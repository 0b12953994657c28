//! What other adapters get wrong: a test that it cannot happen here, for each fault that
//! concerns the conversion. The runtime's faults are in `runtime`.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Response};
use http_body::{Frame, SizeHint};
use liftgate::{Body, BodyEncoding, Options};
use serde_json::{Value, json};

use crate::support::{body_of, error, event_of, reply, request, try_reply, try_request, values};

fn v2(changes: Value) -> String {
    let mut event = json!({"version": "2.0", "rawPath": "/", "headers": {"host": "h"},
        "requestContext": {"stage": "$default", "http": {"method": "GET"}}});
    for (key, value) in changes.as_object().unwrap() {
        event[key] = value.clone();
    }
    event.to_string()
}

fn rest(changes: Value) -> String {
    let mut event = json!({"httpMethod": "GET", "path": "/", "requestContext": {"stage": "prod"}});
    for (key, value) in changes.as_object().unwrap() {
        event[key] = value.clone();
    }
    event.to_string()
}

fn alb(changes: Value) -> String {
    let mut event = json!({"httpMethod": "GET", "path": "/", "requestContext": {"elb": {"targetGroupArn": "arn"}}, "headers": {}});
    for (key, value) in changes.as_object().unwrap() {
        event[key] = value.clone();
    }
    event.to_string()
}

fn typed(content_type: &str, body: &[u8]) -> Response<Bytes> {
    let response = Response::builder().header("content-type", content_type);
    response.body(Bytes::copy_from_slice(body)).unwrap()
}

/// What the client gets of a reply's body.
fn delivered(reply: &Value) -> Vec<u8> {
    let text = reply["body"].as_str().unwrap();
    if reply["isBase64Encoded"] == true {
        use base64::Engine as _;
        return base64::engine::general_purpose::STANDARD
            .decode(text)
            .unwrap();
    }
    text.as_bytes().to_vec()
}

#[test]
fn row_1_a_latin_1_response_header_is_delivered() {
    let mut response = Response::new("");
    response
        .headers_mut()
        .insert("x-bad", HeaderValue::from_bytes(b"caf\xe9").unwrap());
    assert_eq!(
        reply(v2(json!({})), response.clone())["headers"]["x-bad"],
        "café"
    );
    assert_eq!(
        reply(rest(json!({})), response)["multiValueHeaders"]["x-bad"],
        json!(["café"])
    );
}

#[test]
fn row_5_no_host_and_no_protocol_can_break_a_request() {
    for host in ["a b", "foo:99999", "[::1", "a%zz"] {
        for proto in ["http,https", ""] {
            let request = request(v2(
                json!({"headers": {"host": host, "x-forwarded-proto": proto}}),
            ));
            assert_eq!(values(&request, "host"), [host.as_bytes()]);
            assert_eq!(values(&request, "x-forwarded-proto"), [proto.as_bytes()]);
        }
    }
}

#[test]
fn row_6_a_raw_query_may_hold_what_a_uri_cannot_but_not_be_endless() {
    let odd = request(v2(json!({"rawQueryString": "a=b c\"<\u{7f}"})));
    assert_eq!(odd.uri().query(), Some("a=b%20c%22%3C%7F"));
    let long = format!("a={}", "x".repeat(70_000));
    assert!(
        error(v2(json!({"rawQueryString": long})))
            .to_string()
            .contains("uri too long")
    );
}

#[test]
fn row_7_a_query_parameter_may_have_no_values() {
    let event = rest(json!({"multiValueQueryStringParameters": {"a": []}}));
    assert_eq!(request(event).uri(), "/?a");
}

#[test]
fn row_8_base64_may_be_bad_or_unpadded() {
    let event = v2(json!({"body": "aGk", "isBase64Encoded": true}));
    assert_eq!(body_of(request(event)).0, "hi");
    assert!(error(v2(json!({"body": "!", "isBase64Encoded": true}))).is_invalid_event());
}

#[test]
fn row_9_a_failing_body_is_an_error_of_the_body() {
    struct Failing;
    impl http_body::Body for Failing {
        type Data = Bytes;
        type Error = std::io::Error;
        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
            Poll::Ready(Some(Err(std::io::Error::other("disk on fire"))))
        }
    }
    let error = try_reply(Options::new(), v2(json!({})), Response::new(Failing)).unwrap_err();
    assert!(error.is_body());
    assert_eq!(error.error_type(), "Liftgate.BodyError");
    assert_eq!(
        error.to_string(),
        "the response's body failed: disk on fire"
    );
}

#[test]
fn row_11_duplicate_request_headers_all_survive() {
    let event = rest(
        json!({"multiValueHeaders": {"Cookie": ["a=1", "b=2"], "X-Forwarded-For": ["1.1.1.1", "2.2.2.2"], "Accept": ["a", "b"]},
        "headers": {"Cookie": "b=2", "X-Forwarded-For": "2.2.2.2", "Accept": "b"}}),
    );
    let request = request(event);
    for name in ["cookie", "x-forwarded-for", "accept"] {
        assert_eq!(values(&request, name).len(), 2, "{name}");
    }
}

#[test]
fn row_11_a_header_of_the_single_map_alone_survives_too() {
    let event = rest(
        json!({"multiValueHeaders": {"Accept": ["a", "b"]}, "headers": {"Accept": "b", "x-only": "1"}}),
    );
    let request = request(event);
    assert_eq!(values(&request, "accept"), [b"a", b"b"]);
    assert_eq!(values(&request, "x-only"), [b"1"]);
}

#[test]
fn row_14_duplicate_vary_and_link_survive() {
    let response = Response::builder()
        .header("vary", "a")
        .header("vary", "b")
        .header("link", "<1>")
        .header("link", "<2>")
        .body("")
        .unwrap();
    let headers = &reply(v2(json!({})), response)["headers"];
    assert_eq!(
        (&headers["vary"], &headers["link"]),
        (&json!("a, b"), &json!("<1>, <2>"))
    );
}

#[test]
fn row_15_two_cookies_survive_everywhere() {
    let events = [
        v2(json!({})),
        rest(json!({})),
        rest(json!({"version": "1.0"})),
        alb(json!({})),
        alb(json!({"multiValueHeaders": {"a": ["b"]}})),
        json!({"raw_path": "/", "method": "GET"}).to_string(),
        json!({"path": "/", "method": "GET", "requestContext": {"serviceArn": "arn"}}).to_string(),
    ];
    for event in events {
        let response = Response::builder()
            .header("set-cookie", "a=1")
            .header("set-cookie", "b=2")
            .body("")
            .unwrap();
        let text = reply(event.clone(), response).to_string();
        assert!(
            text.contains("a=1") && text.contains("b=2"),
            "{event}: {text}"
        );
    }
}

#[test]
fn row_16_a_cookie_may_be_no_ascii() {
    let mut response = Response::new("");
    response.headers_mut().insert(
        "set-cookie",
        HeaderValue::from_bytes("a=é".as_bytes()).unwrap(),
    );
    assert_eq!(reply(v2(json!({})), response)["cookies"], json!(["a=é"]));
    let mut response = Response::new("");
    let latin_1 = HeaderValue::from_bytes(b"a=\xe9").unwrap();
    response.headers_mut().insert("set-cookie", latin_1);
    assert_eq!(reply(v2(json!({})), response)["cookies"], json!(["a=é"]));
}

#[test]
fn rows_18_to_20_no_body_is_changed_whatever_its_type_says() {
    let bodies: [(&str, &[u8]); 10] = [
        ("", b"\x89PNG\r\n\x1a\n\x00\xff"),
        ("text/plain; charset=iso-8859-1", b"caf\xe9"),
        ("text/plain; charset=utf-8", b"\xef\xbb\xbfbom"),
        ("text/plain; charset=utf-16", b"\xff\xfeh\x00i\x00"),
        ("text/plain; charset=utf-8", b"broken \xc3\x28"),
        ("Text/HTML", b"<p>"),
        ("application/x-ndjson", b"{}\n{}\n"),
        ("application/x-www-form-urlencoded", b"a=1&b=2"),
        ("application/problem+JSON", b"{}"),
        ("application/jsonfoo", b"\x00\x01\xfe"),
    ];
    for (kind, body) in bodies {
        for event in [v2(json!({})), rest(json!({})), alb(json!({}))] {
            let mut response = typed(kind, body);
            if kind.is_empty() {
                response.headers_mut().clear();
            }
            let reply = reply(event, response);
            assert_eq!(delivered(&reply), body, "{kind}");
            let declared = reply.to_string().contains(&json!(kind).to_string());
            assert!(
                declared || kind.is_empty(),
                "the type is as the app wrote it: {reply}"
            );
            let is_text = std::str::from_utf8(body).is_ok();
            assert_eq!(reply["isBase64Encoded"], !is_text, "{kind}");
        }
    }
}

#[test]
fn row_20_a_content_encoding_does_not_make_text_binary() {
    let response = Response::builder()
        .header("content-encoding", "identity")
        .body("text")
        .unwrap();
    assert_eq!(reply(v2(json!({})), response)["body"], "text");
}

#[test]
fn row_20_and_the_choice_can_be_made_by_hand() {
    let options = || {
        Options::new()
            .body_encoding_for("image/*", BodyEncoding::Base64)
            .body_encoding_for("text/plain", BodyEncoding::Text)
    };
    let body = |response: Response<Bytes>| {
        let reply = try_reply(options(), v2(json!({})), response.map(Body::from)).unwrap();
        serde_json::from_slice::<Value>(&reply).unwrap()["isBase64Encoded"].clone()
    };
    assert_eq!(body(typed("Image/SVG+xml; charset=utf-8", b"<svg/>")), true);
    assert_eq!(body(typed("text/plain", &[1; 300])), false);
    assert_eq!(body(typed("text/html", b"<p>")), false);
    let all = Options::new().body_encoding(BodyEncoding::Base64);
    let reply = try_reply(
        all,
        v2(json!({})),
        typed("text/html", b"<p>").map(Body::from),
    )
    .unwrap();
    assert!(reply.ends_with(br#""isBase64Encoded":true,"body":"PHA+"}"#));
}

#[test]
fn row_21_no_header_of_the_adapters_own_is_needed_or_sent() {
    let reply = reply(v2(json!({})), typed("image/png", b"\xff"));
    assert_eq!(reply["headers"], json!({"content-type": "image/png"}));
}

#[test]
fn row_22_a_host_cannot_route() {
    for host in ["evil/admin?x=", "foo#"] {
        let request = request(v2(
            json!({"headers": {"host": host}, "rawPath": "/public", "rawQueryString": "a=1"}),
        ));
        assert_eq!(request.uri(), "/public?a=1");
    }
}

#[test]
fn row_23_paths_are_not_normalised() {
    for path in ["/a/../b", "/%2e%2e/x", "/a\\b", "/a//b", "/./", "/a;b=c"] {
        assert_eq!(request(rest(json!({"path": path}))).uri(), path);
    }
    assert_eq!(request(rest(json!({"path": "/a\tb "}))).uri(), "/a%09b%20");
    let hosts = ["h:443", "1", "EXAMPLE.com"];
    for host in hosts {
        let request = request(rest(json!({"headers": {"Host": host}})));
        assert_eq!(values(&request, "host"), [host.as_bytes()]);
    }
}

#[test]
fn row_24_a_decoded_path_is_not_read_as_a_uri() {
    for (raw, path) in [
        ("/x#y", "/x%23y"),
        ("/what?", "/what%3F"),
        ("/f/a%2Fb", "/f/a%252Fb"),
    ] {
        let request = request(v2(json!({"rawPath": raw, "rawQueryString": "q=1"})));
        assert_eq!(
            (request.uri().path(), request.uri().query()),
            (path, Some("q=1"))
        );
    }
}

#[test]
fn row_25_a_query_has_one_order_and_its_own_bytes() {
    let event = alb(json!({"queryStringParameters": {"a": "%20", "b": "%FF", "c": "+", "d": "1"}}));
    for _ in 0..8 {
        assert_eq!(request(event.clone()).uri(), "/?a=%20&b=%FF&c=+&d=1");
    }
    let event = rest(json!({"multiValueQueryStringParameters": {"z": ["1"], "a": ["x y"]}}));
    let order = request(event.clone()).uri().to_string();
    assert!((0..8).all(|_| *request(event.clone()).uri() == *order));
    assert!(order.contains("a=x%20y"));
}

#[test]
fn row_26_a_rest_stage_is_not_put_before_the_path() {
    assert_eq!(request(rest(json!({"path": "/users"}))).uri(), "/users");
    assert_eq!(request(rest(json!({"path": "/prod"}))).uri(), "/prod");
}

#[test]
fn row_27_the_host_of_multi_value_mode_is_there() {
    let event = alb(json!({"headers": null, "multiValueHeaders": {"host": ["lb.example.com"]}}));
    assert_eq!(values(&request(event), "host"), [b"lb.example.com"]);
}

#[test]
fn row_30_raw_latin_1_is_read() {
    let mut event =
        alb(json!({"headers": {"x-name": "caf~", "x-forwarded-for": "192.0.2.7"}, "body": "caf~"}))
            .into_bytes();
    for byte in &mut event {
        if *byte == b'~' {
            *byte = 0xe9;
        }
    }
    let request = request(event);
    assert_eq!(values(&request, "x-name"), [b"caf\xe9"]);
    assert_eq!(event_of(&request).client_ip(), "192.0.2.7".parse().ok());
    assert_eq!(body_of(request).0, &b"caf\xe9"[..]);
}

#[test]
fn row_30_and_in_the_request_context_as_well() {
    let event = br#"{"version":"2.0","rawPath":"/caf~","requestContext":{"stage":"x","http":{"method":"GET","userAgent":"caf~"}}}"#;
    let event: Vec<u8> = event
        .iter()
        .map(|byte| if *byte == b'~' { 0xe9 } else { *byte })
        .collect();
    let request = request(event);
    assert_eq!(request.uri(), "/caf%E9");
    let context: Value = event_of(&request).request_context().unwrap();
    assert_eq!(context["http"]["userAgent"], "café");
}

#[test]
fn row_31_a_trace_header_of_the_app_is_its_own() {
    let response = Response::builder()
        .header("x-amzn-trace-id", "mine")
        .body("")
        .unwrap();
    assert_eq!(
        reply(v2(json!({})), response)["headers"]["x-amzn-trace-id"],
        "mine"
    );
}

#[test]
fn row_32_the_whole_event_can_be_reached() {
    let event = rest(
        json!({"requestContext": {"extendedRequestId": "x=", "identity": {"vpceId": "vpce-1", "clientCert": {"subjectDN": "CN=a"}}}}),
    );
    let request = request(event.clone());
    let seen = event_of(&request);
    assert_eq!(seen.bytes(), &event);
    let context: Value = seen.request_context().unwrap();
    assert_eq!(context["identity"]["vpceId"], "vpce-1");
    assert_eq!(seen.client_cert().unwrap().subject_dn, "CN=a");
}

#[test]
fn row_33_an_odd_cookie_does_not_take_the_others_along() {
    let request = request(v2(json!({"cookies": ["a=1", "b=\u{e9}", "c=\"x y\""]})));
    assert_eq!(
        values(&request, "cookie"),
        ["a=1; b=\u{e9}; c=\"x y\"".as_bytes()]
    );
    assert!(
        error(v2(json!({"cookies": ["a=\n"]})))
            .to_string()
            .contains("cookies")
    );
}

#[test]
fn row_36_an_empty_body_has_the_exact_size_0() {
    for event in [
        v2(json!({})),
        v2(json!({"body": ""})),
        rest(json!({"body": null})),
    ] {
        assert_eq!(body_of(request(event)), (Bytes::new(), Some(0)));
    }
}

#[test]
fn row_37_nulls_are_as_good_as_absence() {
    request(alb(
        json!({"multiValueQueryStringParameters": null, "multiValueHeaders": null}),
    ));
    request(v2(json!({"cookies": null})));
    let iam = json!({"http": {"method": "GET"}, "authorizer": {"iam": {"cognitoIdentity": {"identityId": "i"}}}});
    request(v2(json!({"requestContext": iam})));
}

#[test]
fn the_worst_size_hint_is_a_hint() {
    struct Boasting(u8);
    impl http_body::Body for Boasting {
        type Data = Bytes;
        type Error = Infallible;
        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            self.0 += 1;
            let chunk = (self.0 < 4).then(|| Ok(Frame::data(Bytes::from_static(b"x"))));
            Poll::Ready(chunk)
        }
        fn size_hint(&self) -> SizeHint {
            SizeHint::with_exact(u64::MAX)
        }
    }
    let reply = try_reply(Options::new(), v2(json!({})), Response::new(Boasting(0))).unwrap();
    assert!(reply.ends_with(br#""body":"xxx"}"#));
}

#[test]
fn head_tells_the_length_of_a_body_that_has_none_in_its_headers() {
    let head = || v2(json!({"requestContext": {"http": {"method": "HEAD"}}}));
    let length = |status: u16, body: &'static str| {
        let response = Response::builder().status(status).body(body).unwrap();
        reply(head(), response)["headers"]["content-length"].clone()
    };
    assert_eq!(length(200, "four"), "4");
    // As from hyper, where it might as well be a body of unknown length.
    assert_eq!(length(200, ""), Value::Null);
    assert_eq!(length(304, "four"), Value::Null);
}

#[test]
fn bodies_of_head_204_and_304_stay_behind_and_lengths_do_not_lie() {
    let head = v2(json!({"requestContext": {"http": {"method": "HEAD"}}}));
    let sized = |status: u16| {
        Response::builder()
            .status(status)
            .header("content-length", "1234")
            .body("x")
            .unwrap()
    };
    let answer = reply(head, sized(200));
    assert_eq!(
        (&answer["body"], &answer["headers"]["content-length"]),
        (&json!(""), &json!("1234"))
    );
    for (status, length) in [(204, None), (304, Some("1234"))] {
        let answer = reply(v2(json!({})), sized(status));
        assert_eq!(answer["body"], "");
        assert_eq!(answer["headers"]["content-length"].as_str(), length);
    }
    let early = Response::builder().status(103).body(Body::empty()).unwrap();
    let error = try_reply(Options::new(), v2(json!({})), early).unwrap_err();
    assert_eq!(error.error_type(), "Liftgate.InvalidResponse");
}

#[test]
fn pass_through_fails_on_an_error_status_and_gives_json_back_verbatim() {
    let options = || Options::new().pass_through("/jobs/run");
    let event = r#"{"Records": [ {"eventSource": "aws:sqs"} ]}"#;
    let request = try_request(options(), event).unwrap();
    assert_eq!(
        (request.method().as_str(), request.uri().path()),
        ("POST", "/jobs/run")
    );
    assert_eq!(event_of(&request).source().name(), "pass_through");
    assert_eq!(values(&request, "content-type"), [b"application/json"]);
    assert_eq!(body_of(request).0, event);

    let result = |status: u16, body: &'static [u8]| {
        let response = Response::builder()
            .status(status)
            .body(Body::from(Bytes::from_static(body)))
            .unwrap();
        try_reply(options(), event, response)
    };
    assert_eq!(
        result(200, b" {\"batchItemFailures\": []}").unwrap(),
        " {\"batchItemFailures\": []}"
    );
    assert_eq!(result(200, b"").unwrap(), "null");
    assert_eq!(result(204, b"").unwrap(), "null");
    assert_eq!(result(200, b"done \"it\"").unwrap(), r#""done \"it\"""#);
    assert!(result(200, b"\xff").unwrap_err().is_invalid_response());
    let failed = result(500, b"no database").unwrap_err();
    assert_eq!(failed.error_type(), "Liftgate.ErrorStatus");
    assert_eq!(
        failed.to_string(),
        "the service answered 500 Internal Server Error: no database"
    );
}

#[test]
fn pass_through_does_not_take_a_malformed_request_for_something_else() {
    let options = Options::new().pass_through("/jobs");
    let event = v2(json!({"headers": {"host": 7}}));
    assert!(try_request(options, event).unwrap_err().is_invalid_event());
}

#[test]
fn a_body_without_end_is_an_error_before_it_fills_the_memory() {
    struct Endless(usize);
    impl http_body::Body for Endless {
        type Data = Bytes;
        type Error = Infallible;
        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            self.0 += 1;
            assert!(self.0 < 100, "it is read on and on");
            Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![b'x'; 1 << 20])))))
        }
    }
    let error = try_reply(Options::new(), v2(json!({})), Response::new(Endless(0))).unwrap_err();
    assert!(error.is_invalid_response());
    let message = "the body has at least 7340032 bytes, and http_api takes at most 6291556 bytes";
    assert!(error.to_string().ends_with(message), "{error}");
}

#[test]
fn lengths_that_disagree_become_the_one_there_is() {
    let event = rest(
        json!({"multiValueHeaders": {"Content-Length": ["5", "7"], "Transfer-Encoding": ["chunked"]}}),
    );
    let empty = request(event);
    assert_eq!(values(&empty, "content-length"), [b"0"]);
    assert!(values(&empty, "transfer-encoding").is_empty());
    let event = rest(
        json!({"multiValueHeaders": {"Content-Length": ["5", "7"], "Transfer-Encoding": ["chunked"]}, "body": "hi"}),
    );
    let request = request(event);
    assert_eq!(values(&request, "content-length"), [b"2"]);
    assert!(values(&request, "transfer-encoding").is_empty());
}

#[test]
fn a_base_path_may_be_percent_encoded() {
    let options = || Options::new().base_path("/caf%C3%A9");
    let decoded = try_request(options(), v2(json!({"rawPath": "/café/x"}))).unwrap();
    assert_eq!(decoded.uri(), "/x");
    let verbatim = try_request(options(), rest(json!({"path": "/caf%C3%A9/x"}))).unwrap();
    assert_eq!(verbatim.uri(), "/x");
}

#[test]
fn a_client_cannot_pose_as_the_gateway() {
    let request = request(v2(
        json!({"headers": {"x-apigateway-event": "%7B%7D", "x-amzn-request-context": "{}"}}),
    ));
    assert_eq!(event_of(&request).source().name(), "http_api");
}
