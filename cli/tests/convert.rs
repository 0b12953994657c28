//! `liftgate convert`, as it is run.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use liftgate::local::Kind;
use serde_json::{Value, json};

const EVENT: &str = r#"{"version":"2.0","rawPath":"/prod/v1/hello","rawQueryString":"a=%20b",
    "headers":{"host":"example.com","x-latin":"café"},"body":"hi","isBase64Encoded":false,
    "requestContext":{"stage":"prod","http":{"method":"POST","sourceIp":"192.0.2.7"}}}"#;
const REQUEST: &str = "POST /prod/hello?q=%C3%A9 HTTP/1.1\nHost: example.com\nX-One: 1\n\nhi";

/// `liftgate convert`, with this on standard input.
fn convert(arguments: &[&str], input: impl AsRef<[u8]>) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_liftgate"))
        .arg("convert")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One that reads something else may be gone.
    let _ = program.stdin.take().unwrap().write_all(input.as_ref());
    program.wait_with_output().unwrap()
}

/// What it prints if all is well.
fn converted(arguments: &[&str], input: impl AsRef<[u8]>) -> Vec<u8> {
    let output = convert(arguments, input);
    assert_eq!(text(&output.stderr), "", "{arguments:?}");
    assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    output.stdout
}

fn converted_json(arguments: &[&str], input: impl AsRef<[u8]>) -> Value {
    serde_json::from_slice(&converted(arguments, input)).unwrap()
}

/// What it says if nothing comes of it.
fn failed(arguments: &[&str], input: impl AsRef<[u8]>) -> String {
    let output = convert(arguments, input);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    assert_eq!(text(&output.stdout), "", "{arguments:?}");
    text(&output.stderr).to_owned()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// A message's first line, its headers, and its body.
fn parts(message: &[u8]) -> (String, Vec<(String, String)>, Vec<u8>) {
    let end = message.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let (head, body) = message.split_at(end.unwrap());
    let mut lines = text(head).split("\r\n");
    let line = lines.next().unwrap().to_owned();
    let pairs = lines.map(|line| line.split_once(": ").unwrap());
    let headers = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    (line, headers.collect(), body[4..].to_vec())
}

#[test]
fn an_event_becomes_the_request_that_the_app_sees() {
    let expected = "POST /v1/hello?a=%20b HTTP/1.1\r\nhost: example.com\r\nx-latin: café\r\n\
        content-length: 2\r\n\r\nhi";
    assert_eq!(text(&converted(&[], EVENT)), expected);
    assert_eq!(text(&converted(&["-"], EVENT)), expected);
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(&file, EVENT).unwrap();
    let path = file.path().to_str().unwrap();
    assert_eq!(text(&converted(&[path], "")), expected);
}

#[test]
fn every_event_that_bench_measures_is_the_same_request_in_both_forms() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("events");
    let mut count = 0;
    for entry in fs::read_dir(directory).unwrap() {
        let file = entry.unwrap().path();
        let file = file.to_str().unwrap();
        let json = converted_json(&["--json", file], "");
        let (line, headers, body) = parts(&converted(&[file], ""));
        let word = |member: &str| json[member].as_str().unwrap().to_owned();
        let expected = [word("method"), word("uri"), word("version")];
        assert_eq!(line, expected.join(" "), "{file}");
        assert_eq!(json!(headers), json["headers"], "{file}");
        let body = base64_simd::STANDARD.encode_to_string(body);
        assert_eq!(body, json["body_base64"], "{file}");
        count += 1;
    }
    assert!(count >= 14, "{count}");
}

#[test]
fn json_has_the_members_of_httpbins_anything() {
    let expected = json!({
        "method": "POST",
        "uri": "/v1/hello?a=%20b",
        "path": "/v1/hello",
        "query": "a=%20b",
        "version": "HTTP/1.1",
        "headers": [["host", "example.com"], ["x-latin", "café"], ["content-length", "2"]],
        "body_base64": "aGk=",
        "source": "http_api",
        "client_ip": "192.0.2.7",
        "stage": "prod",
        "request_id": null,
    });
    assert_eq!(converted_json(&["--json"], EVENT), expected);
    let line = converted(&["--json", "--compact"], EVENT);
    assert_eq!(text(&line).lines().count(), 1);
    assert_eq!(serde_json::from_slice::<Value>(&line).unwrap(), expected);
}

#[test]
fn options_say_how_an_event_is_read() {
    let target = |arguments: &[&str]| parts(&converted(arguments, EVENT)).0;
    assert_eq!(
        target(&["--base-path", "v1"]),
        "POST /hello?a=%20b HTTP/1.1"
    );
    let kept = "POST /prod/v1/hello?a=%20b HTTP/1.1";
    assert_eq!(target(&["--keep-stage"]), kept);

    let sqs = r#"{"Records":[{"eventSource":"aws:sqs"}]}"#;
    let (line, _, body) = parts(&converted(&["--pass-through", "/events"], sqs));
    assert_eq!(line, "POST /events HTTP/1.1");
    assert_eq!(text(&body), sqs);
    let error = failed(&[], sqs);
    assert!(error.contains("an SQS event; --pass-through"), "{error}");
}

#[test]
fn a_binary_body_is_piped_as_it_is() {
    let event = EVENT.replace(
        r#""hi","isBase64Encoded":false"#,
        r#""/wD+","isBase64Encoded":true"#,
    );
    assert!(converted(&[], event).ends_with(b"\r\n\r\n\xff\x00\xfe"));
}

#[test]
fn what_is_no_event_is_told_with_its_place() {
    let error = failed(&[], r#"{"version":"2.0","#);
    assert!(
        error.starts_with("error: standard input: invalid event: "),
        "{error}"
    );
    assert!(error.ends_with("(byte 17)\n"), "{error}");
    let error = failed(&[], EVENT.replace(r#""example.com""#, "7"));
    assert!(error.contains("headers.host: expected a string"), "{error}");
    let error = failed(&["none.json"], "");
    assert!(
        error.starts_with("error: none.json: cannot be read: "),
        "{error}"
    );
}

#[test]
fn a_request_goes_through_every_gateway_and_comes_back() {
    let body = r#"{"action":"send"}"#;
    let length = body.len().to_string();
    for kind in Kind::ALL {
        let mut headers = vec![
            ("content-length", length.as_str()),
            ("content-type", "application/json"),
            ("host", "api.example.com"),
        ];
        let target = match kind {
            // Its messages have no more than that.
            Kind::WebSocket => "/send",
            _ => {
                headers.extend([("cookie", "a=b; c=d"), ("x-one", "1, \"2\"")]);
                "/a%20b//c?a=1&b=%C3%A9"
            }
        };
        headers.sort_unstable();
        let lines = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"));
        let request = format!(
            "POST {target} HTTP/1.1\r\n{}\r\n{body}",
            lines.collect::<String>()
        );

        let event = converted(&["--to", kind.name()], request);
        let seen: Value = converted_json(&["--json"], &event);
        assert_eq!(seen["source"], kind.source().name());
        let (line, mut seen, seen_body) = parts(&converted(&[], &event));
        assert_eq!(line, format!("POST {target} HTTP/1.1"), "{kind}");
        assert_eq!(text(&seen_body), body, "{kind}");
        seen.retain(|(name, _)| !name.starts_with("x-forwarded-") && !name.starts_with("x-amzn-"));
        seen.sort();
        let seen = seen
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        assert_eq!(seen.collect::<Vec<_>>(), headers, "{kind}");
    }
}

#[test]
fn a_binary_body_goes_through_every_gateway_that_has_requests() {
    let request = b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n\r\n\xff\x00\r\n\xfe";
    for kind in Kind::ALL
        .into_iter()
        .filter(|kind| *kind != Kind::WebSocket)
    {
        let arguments = ["--to", kind.name(), "--binary-media-type", "*/*"];
        let seen = converted(&[], converted(&arguments, request));
        assert_eq!(parts(&seen).2, b"\xff\x00\r\n\xfe", "{kind}");
    }
}

#[test]
fn an_event_is_printed_for_reading_or_on_one_line() {
    let printed = converted(&["--to", "alb"], REQUEST);
    assert!(text(&printed).starts_with("{\n  \"requestContext\": {\n    \"elb\": {\n"));
    assert!(text(&printed).ends_with("\n}\n"));
    assert!(!text(&printed).contains('\u{1b}'));
    let compact = converted(&["--to", "alb", "-c"], REQUEST);
    assert_eq!(text(&compact).lines().count(), 1);
    assert!(compact.starts_with(br#"{"requestContext":{"elb":{"#));
}

#[test]
fn options_say_what_the_gateway_is_like() {
    let address = ["--client-ip", "192.0.2.7", "--stage", "prod"];
    let event = converted_json(&[&["--to", "rest"], &address[..]].concat(), REQUEST);
    let context = &event["requestContext"];
    assert_eq!(context["stage"], "prod");
    assert_eq!(context["identity"]["sourceIp"], "192.0.2.7");

    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(&file, "{").unwrap();
    let path = file.path().to_str().unwrap();
    let error = failed(&["--to", "rest", "--authorizer", path], REQUEST);
    assert!(error.contains(": not JSON: "), "{error}");
    let error = failed(&["--to", "rest", "--authorizer", "none"], REQUEST);
    assert!(error.starts_with("error: none: cannot be read"), "{error}");
}

#[test]
fn what_is_no_request_is_told_with_its_line() {
    let error = failed(&["--to", "rest"], "GET / HTTP/1.1\nno header\n");
    assert_eq!(
        error,
        "error: standard input: line 2: `no header` is not as `name: value`\n"
    );
}

#[test]
fn a_reply_becomes_the_response_that_the_client_gets() {
    let reply =
        r#"{"statusCode":201,"headers":{"x-one":"1"},"body":"/wA=","isBase64Encoded":true}"#;
    let printed = converted(&["--response", "-", "--from", "alb"], reply);
    let (line, headers, body) = parts(&printed);
    assert_eq!(line, "HTTP/1.1 201 Created");
    let has = |name: &str, value: &str| headers.contains(&(name.to_owned(), value.to_owned()));
    assert!(has("x-one", "1"), "{headers:?}");
    assert!(has("content-length", "2"), "{headers:?}");
    assert_eq!(body, b"\xff\x00");
}

#[test]
fn the_reply_may_be_a_stream_and_the_request_a_file() {
    let stream = b"{\"statusCode\":404}\0\0\0\0\0\0\0\0not here";
    let arguments = ["--response", "-", "--from", "function-url", "--streaming"];
    let (line, _, body) = parts(&converted(&arguments, stream));
    assert_eq!(line, "HTTP/1.1 404 Not Found");
    assert_eq!(text(&body), "not here");

    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(&file, "GET\n").unwrap();
    let path = file.path().to_str().unwrap();
    let arguments = ["--response", "-", "--from", "rest", "--request", path];
    assert!(failed(&arguments, "{}").contains(": line 1: `GET` is not as "));
    fs::write(&file, "HEAD / HTTP/1.1\nHost: x\n\n").unwrap();
    let (line, headers, _) = parts(&converted(&arguments, r#"{"statusCode":200}"#));
    assert_eq!(line, "HTTP/1.1 200 OK");
    assert!(headers.iter().all(|(name, _)| name != "content-length"));
}

#[test]
fn a_reply_that_the_gateway_refuses_is_answered_by_the_gateway() {
    let reply = r#"{"statusCode":200,"cookies":["a=b"]}"#;
    let output = convert(&["--response", "-", "--from", "rest"], reply);
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(error.starts_with("error: standard input: "), "{error}");
    assert!(error.contains("cookies"), "{error}");
    let (line, _, body) = parts(&output.stdout);
    assert_eq!(line, "HTTP/1.1 502 Bad Gateway");
    assert_eq!(text(&body), r#"{"message": "Internal server error"}"#);
}

#[test]
fn options_that_do_not_go_together_are_2() {
    for (arguments, expected) in [
        (
            &["--to", "alb", "--response", "a", "--from", "alb"][..],
            "cannot be used with",
        ),
        (&["--to", "alb", "--json"], "cannot be used with"),
        (&["--to", "alb", "--keep-stage"], "cannot be used with"),
        (
            &["--response", "a", "--from", "alb", "b"],
            "cannot be used with",
        ),
        (&["--response", "a"], "--from <GATEWAY>"),
        (&["--from", "rest"], "--response <FILE>"),
        (&["--request", "a"], "--response <FILE>"),
        (&["--stage", "prod"], "--to <GATEWAY>|--response <FILE>"),
        (&["--compact"], "--to <GATEWAY>|--json"),
        (&["--to", "edge"], "function-url"),
        (&["--to", "rest", "--stage-variable", "a"], "NAME=VALUE"),
        (&["--to", "rest", "--timeout=-1"], "--timeout"),
        (&["--to", "rest", "--client-ip", "me"], "--client-ip"),
        (&["--unknown"], "--unknown"),
    ] {
        let output = convert(arguments, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
        let error = text(&output.stderr);
        assert!(error.contains(expected), "{arguments:?}: {error}");
    }
}

#[test]
fn help_has_examples_and_every_gateway() {
    let help = converted(&["--help"], "");
    let help = text(&help);
    assert!(
        help.contains("liftgate convert --to alb request.http"),
        "{help}"
    );
    for kind in Kind::ALL {
        assert!(help.contains(kind.title()), "{help}");
    }
}
