//! The program run locally: it answers, streams, and its fairings see its end.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
    }
}

#[test]
fn it_serves_until_it_is_told_to_end() {
    let child = Command::new(env!("CARGO_BIN_EXE_example-rocket"))
        .env("LIFTGATE_ADDR", "127.0.0.1:0")
        .env("LIFTGATE_GATEWAY", "function-url")
        .env("LIFTGATE_STREAMING", "1")
        .env("ROCKET_LOG_LEVEL", "off")
        .env_remove("AWS_LAMBDA_RUNTIME_API")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut program = Program(child.unwrap());
    let lines = BufReader::new(program.0.stdout.take().unwrap()).lines();
    let line = lines
        .map(Result::unwrap)
        .find(|line| line.contains("http://"));
    let line = line.expect("a URL is printed");
    let address = line.split("http://").nth(1).unwrap();
    let address = address.split([' ', '/']).next().unwrap();

    let ask = |target: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        let head = "HTTP/1.1\r\nhost: x\r\nconnection: close";
        write!(stream, "GET {target} {head}\r\n\r\n").unwrap();
        stream
    };
    let mut response = String::new();
    ask("/anything/a%20b")
        .read_to_string(&mut response)
        .unwrap();
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
    for line in BufReader::new(ask("/stream/4?ms=300")).lines() {
        if line.unwrap().contains("chunk 0") {
            first = Some(begun.elapsed());
        }
    }
    let whole = begun.elapsed();
    assert!(
        first.unwrap() + Duration::from_millis(700) < whole,
        "{first:?} of {whole:?}"
    );

    let id = program.0.id().to_string();
    let told = Command::new("kill").args(["-INT", &id]).status();
    assert!(told.unwrap().success());
    let mut said = String::new();
    let errors = program.0.stderr.as_mut().unwrap();
    errors.read_to_string(&mut said).unwrap();
    assert!(said.contains("the rocket has landed"), "{said}");
    assert!(program.0.wait().unwrap().success());
}
