//! The program run locally: it answers, streams, and its fairings see its end.

#![allow(clippy::unwrap_used)]

#[path = "../../../tests/support/program.rs"]
mod program;

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

use program::{Program, command};

#[test]
fn it_serves_until_it_is_told_to_end() {
    let mut program = Program::start(
        command(env!("CARGO_BIN_EXE_example-rocket"))
            .env("LIFTGATE_GATEWAY", "function-url")
            .env("LIFTGATE_STREAMING", "1")
            .env("ROCKET_LOG_LEVEL", "off")
            .stderr(Stdio::piped()),
    );
    let response = program.get("/anything/a%20b");
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(
        response.contains(r#""client_ip":"127.0.0.1""#),
        "{response}"
    );
    assert!(
        response.contains(r#""source":"function_url""#),
        "{response}"
    );

    let begun = Instant::now();
    let mut first = None;
    let stream = program.request("GET", "/stream/4?ms=300", "");
    for line in BufReader::new(stream).lines() {
        if line.unwrap().contains("chunk 0") {
            first = Some(begun.elapsed());
        }
    }
    let whole = begun.elapsed();
    assert!(
        first.unwrap() + Duration::from_millis(700) < whole,
        "{first:?} of {whole:?}"
    );

    program.interrupt();
    let mut said = String::new();
    let errors = program.child.stderr.as_mut().unwrap();
    errors.read_to_string(&mut said).unwrap();
    assert!(said.contains("the rocket has landed"), "{said}");
}
