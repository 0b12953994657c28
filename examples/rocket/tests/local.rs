//! The program run locally: it answers, streams, and its fairings see its end.

#![allow(clippy::unwrap_used)]

#[path = "../../../tests/support/program.rs"]
mod program;

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

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

    // The first chunk is here while the second is still to be made.
    let stream = program.request("GET", "/stream/2?ms=3000", "");
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("chunk 0")));
    stream.set_nonblocking(true).unwrap();
    let peeked = stream.peek(&mut [0]).unwrap_err();
    assert_eq!(peeked.kind(), std::io::ErrorKind::WouldBlock);
    stream.set_nonblocking(false).unwrap();
    assert!(lines.any(|line| line.unwrap().contains("chunk 1")));

    program.interrupt();
    let mut said = String::new();
    let errors = program.child.stderr.as_mut().unwrap();
    errors.read_to_string(&mut said).unwrap();
    assert!(said.contains("the rocket has landed"), "{said}");
}
