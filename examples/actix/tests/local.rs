//! The program run locally: behind a gateway, whole and streaming.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

struct Program {
    child: Child,
    address: String,
}

impl Program {
    fn start(variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_example-actix"))
            .env("LIFTGATE_ADDR", "127.0.0.1:0")
            .env_remove("AWS_LAMBDA_RUNTIME_API")
            .env_remove("AWS_LAMBDA_MAX_CONCURRENCY")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = child.stdout.as_mut().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        let rest = line.split("http://").nth(1).expect("a URL is printed");
        let address = rest.split(' ').next().unwrap().to_owned();
        Program { child, address }
    }

    fn ask(&self, target: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!("GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_serves_until_ctrl_c() {
    let mut program = Program::start(&[]);
    let response = program.ask("/anything/a%20b?x=1");
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
    assert!(
        response.contains(r#""uri":"/anything/a%20b?x=1""#),
        "{response}"
    );
    assert!(
        response.contains(r#""client_ip":"127.0.0.1""#),
        "{response}"
    );
    let response = program.ask("/panic");
    assert!(response.starts_with("HTTP/1.1 500 "), "{response}");
    let response = program.ask("/status/418");
    assert!(response.starts_with("HTTP/1.1 418 "), "{response}");

    let interrupted = Command::new("kill")
        .args(["-INT", &program.child.id().to_string()])
        .status();
    assert!(interrupted.unwrap().success());
    assert!(program.child.wait().unwrap().success());
}

#[test]
fn it_streams_if_it_is_told_to() {
    let gateway = ("LIFTGATE_GATEWAY", "function-url");
    let program = Program::start(&[gateway, ("LIFTGATE_STREAMING", "1")]);
    let response = program.ask("/stream/3?ms=1");
    assert!(
        response.contains("transfer-encoding: chunked\r\n"),
        "{response}"
    );
    assert!(response.contains("chunk 0\n"), "{response}");
    let program = Program::start(&[gateway]);
    let response = program.ask("/stream/3?ms=1");
    assert!(response.contains("content-length: 24\r\n"), "{response}");
}

#[test]
fn several_workers_have_an_app_each() {
    let program = Program::start(&[("AWS_LAMBDA_MAX_CONCURRENCY", "3")]);
    let started = std::time::Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| assert!(program.ask("/delay/1000").ends_with("1000 ms\n")));
        }
    });
    assert!(
        started.elapsed().as_millis() < 2900,
        "{:?}",
        started.elapsed()
    );
}
