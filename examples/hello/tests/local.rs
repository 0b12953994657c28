//! The program run locally: it prints where it listens, answers over HTTP, and ends on Ctrl-C.

#![allow(clippy::unwrap_used)]

#[path = "../../../tests/support/program.rs"]
mod program;

use program::{Program, command, text};

const HELLO: &str = env!("CARGO_BIN_EXE_example-hello");

fn post(program: &Program, target: &str, body: &str) -> String {
    let length = format!("content-length: {}\r\n\r\n", body.len());
    let head = format!("POST {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{length}");
    text(program.send((head + body).as_bytes()))
}

#[test]
fn it_serves_until_ctrl_c() {
    let mut program = Program::start(&mut command(HELLO));
    let response = program.get("/");
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(
        response.contains("content-type: text/plain; charset=utf-8\r\n"),
        "{response}"
    );
    assert!(response.ends_with("\r\n\r\nhello world"), "{response}");
    let missing = post(&program, "/none", "hi");
    assert!(missing.starts_with("HTTP/1.1 404 "), "{missing}");
    let head = program.ask("HEAD", "/");
    assert!(
        head.contains("content-length: 11\r\n") && head.ends_with("\r\n\r\n"),
        "{head}"
    );
    let large = post(&program, "/", &"x".repeat(7 << 20));
    assert!(large.starts_with("HTTP/1.1 413 "), "{large}");
    program.interrupt();
}

#[test]
fn an_address_that_is_taken_is_an_error_that_says_what_to_do() {
    let first = Program::start(&mut command(HELLO));
    let second = command(HELLO)
        .env("LIFTGATE_ADDR", &first.address)
        .output()
        .unwrap();
    assert!(!second.status.success());
    let message = String::from_utf8(second.stderr).unwrap();
    assert!(
        message.contains("LIFTGATE_ADDR") && message.contains("in use"),
        "{message}"
    );
}
