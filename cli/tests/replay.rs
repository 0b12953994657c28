//! `liftgate dev --record` and `liftgate replay`, as they are run.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Output;

use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use support::{Dev, directory, liftgate};

const RECORD: [&str; 2] = ["--record", "events"];

/// Has requests recorded.
fn record(directory: TempDir, options: &[&str], paths: &[&str]) -> TempDir {
    let mut dev = Dev::in_directory(directory, &[&RECORD, options].concat());
    for path in paths {
        dev.get(path);
        dev.next("request");
    }
    dev.interrupt(Signal::INT);
    std::mem::replace(&mut dev.directory, tempfile::tempdir().unwrap())
}

fn replay(directory: &Path, options: &[&str]) -> Output {
    let program = ["--", "python3", "program.py"];
    let arguments = [
        &["replay", "events", "--ignore", "x-pid"],
        options,
        &program,
    ]
    .concat();
    liftgate(directory, &arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory.join("events")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

fn recording(directory: &Path, name: &str) -> Value {
    let bytes = fs::read(directory.join("events").join(name)).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn each_event_is_kept_with_its_reply() {
    let directory = record(directory(), &[], &["/a/b?c=d", "/error"]);
    assert_eq!(
        names(directory.path()),
        ["000001-GET-a-b.json", "000002-GET-error.json"]
    );
    let kept = recording(directory.path(), "000001-GET-a-b.json");
    assert_eq!(kept["gateway"], "http");
    assert_eq!(kept["request"]["uri"], "/a/b?c=d");
    assert_eq!(kept["event"]["rawPath"], "/a/b");
    assert_eq!(kept["reply"]["body"], "hello /a/b");
    assert!(kept["failure"].is_null());
    let kept = recording(directory.path(), "000002-GET-error.json");
    assert_eq!(kept["failure"], "Oops: no luck");
    let output = replay(directory.path(), &[]);
    assert_eq!(
        text(&output.stdout),
        "000001-GET-a-b.json same\n000002-GET-error.json same\n2 replayed, 0 different\n"
    );
    assert_eq!(output.status.code(), Some(0));
    // Others come after them.
    let directory = record(directory, &[], &["/"]);
    assert_eq!(names(directory.path())[2], "000003-GET.json");
}

#[test]
fn differences_are_shown_by_member() {
    let directory = directory();
    let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).unwrap();
    write("version.txt", "{\"number\": 1, \"name\": \"x\"}");
    write("lines.txt", "one\ntwo\nthree\nfour\n");
    let directory = record(directory, &[], &["/version", "/lines", "/time"]);
    let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).unwrap();
    write("version.txt", "{\"name\":\"x\",\"number\":2}");
    write("lines.txt", "one\n2\nthree\nfour\n");
    let output = replay(directory.path(), &["--ignore", "/body/time"]);
    assert_eq!(output.status.code(), Some(1));
    let expected = "\
000001-GET-version.json different
  /body/number: 1 -> 2
000002-GET-lines.json different
  /body
     one
    -two
    +2
     three
000003-GET-time.json same
3 replayed, 2 different
";
    assert_eq!(text(&output.stdout), expected);
    let output = replay(directory.path(), &["--json", "--ignore", "/body"]);
    assert_eq!(output.status.code(), Some(0));
    let lines = text(&output.stdout).lines();
    let lines: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["same"], true);
    assert_eq!(
        lines[3],
        serde_json::json!({"type": "end", "replayed": 3, "different": 0})
    );
}

#[test]
fn streams_are_kept_and_sent_again_as_streams() {
    let options = ["--gateway", "function-url", "--streaming"];
    let directory = record(directory(), &options, &["/stream"]);
    let kept = recording(directory.path(), "000001-GET-stream.json");
    assert_eq!(kept["is_streamed"], true);
    assert_eq!(kept["status"], 201);
    assert!(kept["reply_text"].as_str().unwrap().ends_with("\0one two"));
    assert_eq!(replay(directory.path(), &[]).status.code(), Some(0));
}

#[test]
fn streams_that_break_off_or_have_nothing_are_kept_too() {
    let options = ["--gateway", "function-url", "--streaming"];
    let directory = record(directory(), &options, &["/broken", "/nothing"]);
    let kept = recording(directory.path(), "000001-GET-broken.json");
    assert!(kept["reply_text"].as_str().unwrap().ends_with("\0one "));
    assert!(kept["failure"].is_string());
    let kept = recording(directory.path(), "000002-GET-nothing.json");
    assert_eq!(kept["reply_text"], "");
    let output = replay(directory.path(), &[]);
    assert_eq!(
        text(&output.stdout),
        "000001-GET-broken.json same\n000002-GET-nothing.json same\n2 replayed, 0 different\n"
    );
}

#[test]
fn a_program_that_fails_now_differs() {
    let directory = record(directory(), &[], &["/"]);
    let output = replay(directory.path(), &["--env", "MODE=exit"]);
    assert_eq!(output.status.code(), Some(1));
    let shown = text(&output.stdout);
    let failure = "  /failure: nothing -> \"Runtime exited with error: exit status 7\"\n";
    assert!(shown.contains(failure), "{shown}");
}

#[test]
fn there_has_to_be_something_to_replay() {
    let directory = directory();
    fs::create_dir(directory.path().join("events")).unwrap();
    let output = replay(directory.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stderr), "error: events: there is nothing\n");
}
