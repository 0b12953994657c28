//! The program run locally: it prints where it listens, answers over HTTP, and ends on Ctrl-C.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
    }
}

fn start(address: &str) -> Program {
    let mut command = Command::new(env!("CARGO_BIN_EXE_example-hello"));
    command
        .env("LIFTGATE_ADDR", address)
        .env_remove("AWS_LAMBDA_RUNTIME_API");
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    Program(child.unwrap())
}

fn first_line(program: &mut Program) -> String {
    let mut line = String::new();
    let output = program.0.stdout.as_mut().unwrap();
    BufReader::new(output).read_line(&mut line).unwrap();
    line
}

fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

fn address_in(line: &str) -> &str {
    let rest = line.split("http://").nth(1).expect("a URL is printed");
    rest.split(' ').next().unwrap()
}

#[test]
fn it_serves_until_ctrl_c() {
    let mut program = start("127.0.0.1:0");
    let line = first_line(&mut program);
    let address = address_in(&line);
    let response = ask(
        address,
        "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    );
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(
        response.contains("content-type: text/plain; charset=utf-8\r\n"),
        "{response}"
    );
    assert!(response.ends_with("\r\n\r\nhello world"), "{response}");
    let missing = ask(
        address,
        "POST /none HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi",
    );
    assert!(missing.starts_with("HTTP/1.1 404 "), "{missing}");
    let head = ask(
        address,
        "HEAD / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    );
    assert!(
        head.contains("content-length: 11\r\n") && head.ends_with("\r\n\r\n"),
        "{head}"
    );
    let large = format!(
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        7 << 20
    );
    let large = ask(address, &(large + &"x".repeat(7 << 20)));
    assert!(large.starts_with("HTTP/1.1 413 "), "{large}");

    let interrupted = Command::new("kill")
        .args(["-INT", &program.0.id().to_string()])
        .status();
    assert!(interrupted.unwrap().success());
    assert!(program.0.wait().unwrap().success());
}

#[test]
fn an_address_that_is_taken_is_an_error_that_says_what_to_do() {
    let mut first = start("127.0.0.1:0");
    let line = first_line(&mut first);
    let mut second = start(address_in(&line));
    assert!(!second.0.wait().unwrap().success());
    let mut message = String::new();
    second
        .0
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut message)
        .unwrap();
    assert!(
        message.contains("LIFTGATE_ADDR") && message.contains("in use"),
        "{message}"
    );
}
