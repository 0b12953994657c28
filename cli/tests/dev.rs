//! `liftgate dev`, as it is run.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use support::{Dev, directory, eventually, is_alive, liftgate, response};

fn reason(request: &Value) -> &str {
    request["failure"].as_str().unwrap()
}

#[test]
fn a_request_is_answered_and_told() {
    let dev = Dev::start(&[]);
    let ready = dev.next("environment");
    assert_eq!(
        (&ready["environment"], &ready["event"]),
        (&1.into(), &"ready".into())
    );
    assert!(ready["after_ms"].as_f64().unwrap() > 0.0);
    assert_eq!(dev.get("/a?b=c"), (200, "hello /a".to_owned()));
    let request = dev.next("request");
    assert_eq!(request["method"], "GET");
    assert_eq!(request["uri"], "/a?b=c");
    assert_eq!(request["status"], 200);
    assert!(request["duration_ms"].as_f64().unwrap() > 0.0);
    assert!(request["event_bytes"].as_u64().unwrap() > 100);
    assert!(request["reply_bytes"].as_u64().unwrap() > 50);
    assert!(request["init_ms"].is_null() && request["failure"].is_null());
    assert_eq!(request["warnings"], serde_json::json!([]));
    dev.get("/a%2Fb");
    assert_eq!(dev.next("request")["warnings"][0]["code"], "path-decoded");
}

#[test]
fn the_program_has_the_variables_of_an_environment() {
    let dev = Dev::start(&["--env", "COLOUR=blue", "--env", "AWS_REGION=eu-west-3"]);
    let variables: Value = serde_json::from_str(&dev.get("/env").1).unwrap();
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "local"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/local"),
        ("AWS_REGION", "eu-west-3"),
        ("COLOUR", "blue"),
    ] {
        assert_eq!(variables[name], value, "{name}");
    }
    for name in [
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "LAMBDA_TASK_ROOT",
        "TZ",
    ] {
        assert!(variables[name].is_string(), "{name}");
    }
    assert!(variables["AWS_LAMBDA_MAX_CONCURRENCY"].is_null());
}

#[test]
fn what_cannot_be_run_is_told_at_once() {
    let fails = |arguments: &[&str]| {
        let output = liftgate(directory().path(), arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    };
    let missing = fails(&["dev", "--", "no-such-program-anywhere"]);
    assert_eq!(
        missing,
        "error: no-such-program-anywhere: there is no such program\n"
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = fails(&["dev", "--address", &address, "--", "python3"]);
    assert!(
        error.starts_with(&format!("error: cannot listen on {address}: ")),
        "{error}"
    );
    let error = fails(&["dev", "--watch=nowhere", "--", "python3"]);
    assert!(
        error.starts_with("error: cannot watch nowhere: "),
        "{error}"
    );
}

#[test]
fn a_program_that_ends_fails_its_invocation_and_is_replaced() {
    let dev = Dev::start(&[]);
    assert_eq!(dev.get("/exit/3").0, 500);
    assert_eq!(dev.log("about to exit")["stream"], "stderr");
    assert_eq!(dev.end()["reason"], "exited");
    assert_eq!(
        reason(&dev.next("request")),
        "Runtime exited with error: exit status 3"
    );
    assert_eq!(dev.get("/").0, 200);
    let request = dev.next("request");
    assert!(request["init_ms"].as_f64().unwrap() > 0.0, "{request}");
    dev.get("/exit/0");
    assert_eq!(
        reason(&dev.next("request")),
        "Runtime exited without providing a reason"
    );
    dev.get("/kill");
    assert_eq!(
        reason(&dev.next("request")),
        "Runtime exited with error: signal: killed"
    );
}

#[test]
fn what_a_program_says_last_is_heard() {
    let dev = Dev::start(&[]);
    for _ in 0..10 {
        let (status, body) = dev.get("/leave");
        assert_eq!((status, body.as_str()), (200, "the last words"));
    }
}

#[test]
fn a_program_that_cannot_start_is_tried_again_with_each_request_only() {
    let dev = Dev::start(&["--env", "MODE=exit"]);
    let end = dev.end();
    assert_eq!(end["reason"], "cannot-start");
    for starts in [2, 3] {
        assert_eq!(dev.get("/").0, 500);
        let request = dev.next("request");
        assert_eq!(
            reason(&request),
            "Runtime exited with error: exit status 7\nthere is no database"
        );
        assert_eq!(dev.lines_of("starts").len(), starts);
    }
}

#[test]
fn a_program_that_says_why_it_cannot_start_is_believed() {
    let dev = Dev::start(&["--env", "MODE=init-error"]);
    dev.end();
    assert_eq!(dev.get("/").0, 500);
    assert_eq!(reason(&dev.next("request")), "Oops: no table");
}

#[test]
fn a_program_that_said_that_it_cannot_start_gets_no_more_requests() {
    let dev = Dev::start(&["--env", "MODE=init-error-and-on"]);
    assert_eq!(dev.get("/").0, 500);
    assert_eq!(dev.get("/").0, 500);
    assert!(dev.lines_of("starts").len() > 1);
}

#[test]
fn a_request_waits_for_a_program_that_takes_its_time() {
    let dev = Dev::start(&["--env", "MODE=slow", "--environments", "1"]);
    eventually(|| dev.lines_of("starts").len() == 1);
    let sent = dev.send("/");
    dev.write("go", "");
    assert_eq!(response(sent).0, 200);
    assert_eq!(dev.lines_of("starts").len(), 1);
}

#[test]
fn an_invocation_that_takes_too_long_fails_and_its_environment_is_replaced() {
    let dev = Dev::start(&["--function-timeout", "0.5"]);
    let (_, first) = dev.get("/pid");
    dev.next("request");
    assert_eq!(dev.get("/wait/forever").0, 500);
    let end = dev.end();
    assert_eq!(end["reason"], "timed-out");
    assert_eq!(end["message"], "Task timed out after 0.50 seconds");
    let request = dev.next("request");
    let id = request["request_id"].as_str().unwrap();
    assert_eq!(
        reason(&request),
        format!("{id} Task timed out after 0.50 seconds")
    );
    assert!(!is_alive(&first));
    let (status, second) = dev.get("/pid");
    assert_eq!(status, 200);
    assert_ne!(first, second);
}

#[test]
fn requests_past_the_limit_are_throttled() {
    let dev = Dev::start(&["--environments", "2", "--gateway", "function-url"]);
    let first = dev.send("/wait/go");
    dev.log("waits");
    let second = dev.send("/wait/go");
    assert_eq!(dev.log("waits")["environment"], 2);
    assert_eq!(dev.get("/").0, 429);
    assert_eq!(
        reason(&dev.next("request")),
        "2 environments, which is the limit, and none is free"
    );
    dev.write("go", "");
    assert_eq!((response(first).0, response(second).0), (200, 200));
    assert_eq!(dev.get("/").0, 200);
}

#[test]
fn an_environment_is_busy_until_its_invocation_ends_though_nobody_waits() {
    let dev = Dev::start(&["--environments", "1"]);
    let client = dev.send("/wait/go");
    dev.log("waits");
    drop(client);
    assert_eq!(dev.next("request")["status"], 499);
    dev.get("/");
    assert!(reason(&dev.next("request")).contains("the limit"));
    dev.write("go", "");
    eventually(|| dev.get("/").0 == 200);
    assert_eq!(dev.lines_of("starts").len(), 1);
}

#[test]
fn an_environment_takes_as_many_as_it_is_said_to() {
    let dev = Dev::start(&["--environments", "1", "--concurrency", "2"]);
    let sent = [dev.send("/wait/go"), dev.send("/wait/go")];
    dev.log("waits");
    // Of whom it is cannot be told.
    assert!(dev.log("waits")["request_id"].is_null());
    dev.get("/");
    assert!(reason(&dev.next("request")).contains("the limit"));
    dev.write("go", "");
    for sent in sent {
        assert_eq!(response(sent).0, 200);
    }
    assert_eq!(dev.lines_of("starts").len(), 1);
}

#[test]
fn idle_environments_end_but_for_the_last() {
    let dev = Dev::start(&["--idle", "0.3"]);
    let sent = [
        dev.send("/wait/go"),
        dev.send("/wait/go"),
        dev.send("/wait/go"),
    ];
    (0..3).for_each(|_| drop(dev.log("waits")));
    dev.write("go", "");
    for sent in sent {
        assert_eq!(response(sent).0, 200);
    }
    for _ in 0..2 {
        assert_eq!(dev.end()["reason"], "idle");
    }
    dev.get("/pid");
    assert!(dev.next("request")["init_ms"].is_null());
    let alive = dev
        .lines_of("starts")
        .into_iter()
        .filter(|pid| is_alive(pid));
    assert_eq!(alive.count(), 1);
}

#[test]
fn an_environment_is_idle_from_the_end_of_its_last_invocation() {
    let dev = Dev::start(&["--idle", "1"]);
    for name in ["one", "two"] {
        let path = format!("/wait/{name}");
        let sent = [dev.send(&path), dev.send(&path)];
        (0..2).for_each(|_| drop(dev.log("waits")));
        // Less than that, so that it is over before anybody looks.
        thread::sleep(Duration::from_millis(700));
        let begun = Instant::now();
        dev.write(name, "");
        for sent in sent {
            assert_eq!(response(sent).0, 200);
        }
        if name == "two" {
            assert_eq!(dev.end()["reason"], "idle");
            assert!(begun.elapsed() >= Duration::from_secs(1));
        }
    }
}

#[test]
fn the_last_environment_has_nothing_to_do_when_idle() {
    let dev = Dev::start(&["--idle", "0"]);
    dev.next("environment");
    let begun = dev.ticks();
    thread::sleep(Duration::from_secs(1));
    // Of 100 in a second.
    assert!(dev.ticks() - begun < 10);
}

#[test]
fn every_byte_that_the_program_writes_is_told() {
    let dev = Dev::start(&[]);
    dev.get("/long");
    let id = dev.next("log")["request_id"].clone();
    assert!(id.is_string());
    let rest = dev.next("log");
    assert_eq!(rest["line"].as_str().unwrap().len(), 100_000 - (64 << 10));
    let binary = dev.next("log");
    assert_eq!(
        (&binary["base64"], &binary["request_id"]),
        (&"//4=".into(), &id)
    );
    assert_eq!(dev.next("request")["request_id"], id);
}

#[test]
fn environments_are_replaced_when_a_file_changes_that_somebody_writes() {
    let directory = directory();
    fs::write(directory.path().join("version.txt"), "one").unwrap();
    for path in ["src", "src/target", "src/.git"] {
        fs::create_dir(directory.path().join(path)).unwrap();
    }
    let options = ["--watch=src", "--watch=version.txt", "--environments", "1"];
    let dev = Dev::in_directory(directory, &options);
    let (_, first) = dev.get("/pid");
    let waiting = dev.send("/wait/go");
    dev.log("waits");
    for file in [
        "other.txt",
        "src/target/file",
        "src/.git/file",
        "src/main.rs",
    ] {
        dev.write(file, "");
    }
    let paths = |report: Value| report["paths"].clone();
    assert_eq!(
        paths(dev.next("changed")),
        serde_json::json!(["src/main.rs"])
    );
    let (status, second) = dev.get("/pid");
    assert_eq!(status, 200);
    assert_ne!(first, second);
    assert!(is_alive(&first), "it has an invocation");
    dev.write("version.txt", "two");
    assert_eq!(
        paths(dev.next("changed")),
        serde_json::json!(["version.txt"])
    );
    eventually(|| dev.get("/pid").1 != second);
    dev.write("go", "");
    assert_eq!(response(waiting).0, 200);
}

#[test]
fn directories_may_be_moved_and_made_anew() {
    let directory = directory();
    for path in ["src", "other", "other/deep"] {
        fs::create_dir(directory.path().join(path)).unwrap();
    }
    fs::write(directory.path().join("other/deep/file"), "").unwrap();
    let dev = Dev::in_directory(directory, &["--watch=src"]);
    dev.get("/");
    let changed = |path: &str| {
        let paths = dev.next("changed")["paths"].clone();
        assert!(paths.as_array().unwrap().contains(&path.into()), "{paths}");
    };
    fs::rename(dev.path("other/deep"), dev.path("src/deep")).unwrap();
    changed("src/deep");
    dev.write("src/deep/file", "more");
    changed("src/deep/file");
    fs::remove_dir_all(dev.path("src")).unwrap();
    changed("src");
    fs::create_dir(dev.path("src")).unwrap();
    changed("src");
    dev.write("src/file", "");
    changed("src/file");
}

#[test]
fn an_environment_that_is_replaced_answers_what_it_has() {
    let directory = directory();
    fs::create_dir(directory.path().join("watched")).unwrap();
    let dev = Dev::in_directory(directory, &["--watch=watched", "--environments", "1"]);
    let (_, first) = dev.get("/pid");
    let waiting = dev.send("/wait/go");
    dev.log("waits");
    fs::create_dir(dev.path("watched/deep")).unwrap();
    dev.next("changed");
    dev.write("watched/deep/file", "");
    dev.next("changed");
    dev.write("go", "");
    assert_eq!(response(waiting).0, 200);
    dev.find(|line| line["event"] == "ended" && line["environment"] == 1);
    eventually(|| !is_alive(&first));
    assert_eq!(dev.get("/").0, 200);
}

#[test]
fn no_process_is_left() {
    for (signal, mode) in [(Signal::INT, "children"), (Signal::TERM, "children")] {
        let mut dev = Dev::start(&["--env", &format!("MODE={mode}")]);
        let waiting = dev.send("/wait/forever");
        dev.log("waits");
        let pids = [dev.lines_of("starts"), dev.lines_of("child")].concat();
        assert_eq!(pids.len(), 2);
        assert!(pids.iter().all(|pid| is_alive(pid)));
        assert_eq!(dev.interrupt(signal).code(), Some(0));
        eventually(|| !pids.iter().any(|pid| is_alive(pid)));
        drop(waiting);
    }
}

#[test]
fn only_a_program_with_an_extension_is_asked_to_end() {
    for (mode, ended) in [("extension", 1), ("plain", 0)] {
        let mut dev = Dev::start(&["--env", &format!("MODE={mode}")]);
        assert_eq!(dev.get("/").0, 200);
        assert_eq!(dev.interrupt(Signal::INT).code(), Some(0));
        assert_eq!(dev.lines_of("ended").len(), ended, "{mode}");
    }
}

#[test]
fn people_get_a_line_for_each_request() {
    let directory = directory();
    let arguments = [
        "dev",
        "--address",
        "127.0.0.1:0",
        "--",
        "python3",
        "program.py",
    ];
    let mut command = liftgate(directory.path(), &arguments);
    let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut next = || lines.next().unwrap().unwrap();
    let banner = next();
    let (url, rest) = banner.split_once(' ').unwrap();
    let title = "is `python3 program.py` behind a local API Gateway HTTP API";
    assert!(rest.starts_with(title), "{banner}");
    assert!(next().starts_with("environment 1 is ready after "));
    let get = |path: &str| {
        let address = url.strip_prefix("http://").unwrap();
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
        response(stream)
    };
    get("/x?y");
    let line = next();
    assert!(
        line.starts_with("GET /x?y 200 ") && line.contains(" event "),
        "{line}"
    );
    get("/error");
    assert!(next().starts_with("GET /error 500 "));
    assert_eq!(next(), "  error: Oops: no luck");
    // Nobody listens any more, and it goes on.
    drop(lines);
    assert_eq!(get("/").0, 200);
    assert_eq!(get("/").0, 200);
    let pid = rustix::process::Pid::from_child(&process);
    rustix::process::kill_process(pid, Signal::INT).unwrap();
    assert_eq!(process.wait().unwrap().code(), Some(0));
}
