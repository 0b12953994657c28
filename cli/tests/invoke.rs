//! `liftgate invoke`, as it is run.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::Write as _;
use std::process::{Output, Stdio};

use serde_json::Value;

use support::{directory, liftgate};

/// Invokes the program with the event of a path.
fn invoke(path: &str, options: &[&str]) -> Output {
    let directory = directory();
    let event = format!("{{\"rawPath\":\"{path}\"}}");
    fs::write(directory.path().join("event.json"), event).unwrap();
    let program = ["--", "python3", "program.py"];
    let arguments = [&["invoke", "event.json"], options, &program].concat();
    liftgate(directory.path(), &arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn the_reply_is_printed_and_nothing_else() {
    let output = invoke("/wait/event.json", &[]);
    assert_eq!(output.status.code(), Some(0));
    let reply: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(reply["body"], "hello /wait/event.json");
    let log = text(&output.stderr);
    assert!(log.contains("] waits\n"), "{log}");
}

#[test]
fn an_error_of_the_function_is_printed_and_told() {
    let output = invoke("/error", &[]);
    assert_eq!(output.status.code(), Some(1));
    let error: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(error["errorType"], "Oops");
    assert!(text(&output.stderr).ends_with("error: Oops: no luck\n"));
    let output = invoke("/exit/4", &[]);
    assert_eq!(output.status.code(), Some(1));
    let error: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(error["errorType"], "Runtime.ExitError");
    let output = invoke("/wait/forever", &["--function-timeout", "0.5"]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(
        told.ends_with("Task timed out after 0.50 seconds\n"),
        "{told}"
    );
}

#[test]
fn a_stream_is_printed_as_it_is() {
    let output = invoke("/stream", &["--streaming"]);
    assert_eq!(output.status.code(), Some(0));
    let expected = "{\"statusCode\":201,\"headers\":{\"x-a\":\"b\"}}\0\0\0\0\0\0\0\0one two";
    assert_eq!(text(&output.stdout), expected);
    let output = invoke("/stream", &[]);
    assert_eq!(
        text(&output.stdout),
        "{\"statusCode\":201,\"headers\":{\"x-a\":\"b\"}}"
    );
    assert!(text(&output.stderr).contains("--streaming has it all"));
}

#[test]
fn the_event_comes_by_standard_input_too() {
    let directory = directory();
    let mut command = liftgate(directory.path(), &["invoke", "--", "python3", "program.py"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut stdin = process.stdin.take().unwrap();
    stdin.write_all(br#"{"rawPath":"/in"}"#).unwrap();
    drop(stdin);
    let output = process.wait_with_output().unwrap();
    assert!(text(&output.stdout).contains("hello /in"));
}

#[test]
fn an_event_that_is_none_is_told() {
    let directory = directory();
    fs::write(directory.path().join("event.json"), "{").unwrap();
    for (file, reason) in [("event.json", "not JSON"), ("none.json", "cannot be read")] {
        let arguments = ["invoke", file, "--", "python3", "program.py"];
        let output = liftgate(directory.path(), &arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let told = text(&output.stderr);
        assert!(
            told.starts_with(&format!("error: {file}: {reason}")),
            "{told}"
        );
    }
}
