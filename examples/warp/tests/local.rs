//! The program run locally, with a client over HTTP.

#![allow(clippy::unwrap_used)]

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

#[test]
fn it_serves_until_ctrl_c() {
    let child = Command::new(env!("CARGO_BIN_EXE_example-warp"))
        .env("LIFTGATE_ADDR", "127.0.0.1:0")
        .env_remove("AWS_LAMBDA_RUNTIME_API")
        .stdout(Stdio::piped())
        .spawn();
    let mut program = Program(child.unwrap());
    let mut line = String::new();
    let output = program.0.stdout.take().unwrap();
    BufReader::new(output).read_line(&mut line).unwrap();
    let address = line.split("http://").nth(1).unwrap();
    let address = address.split(' ').next().unwrap().trim();

    let whoami = ask(address, "GET", "/whoami");
    assert!(whoami.starts_with("HTTP/1.1 200 OK\r\n"), "{whoami}");
    assert!(
        whoami.contains("127.0.0.1 by http_api, remote None"),
        "{whoami}"
    );
    let head = ask(address, "HEAD", "/text/9");
    assert!(head.contains("content-length: 9\r\n"), "{head}");

    let mut interrupt = Command::new("kill");
    let interrupted = interrupt.args(["-INT", &program.0.id().to_string()]);
    assert!(interrupted.status().unwrap().success());
    assert!(program.0.wait().unwrap().success());
}

fn ask(address: &str, method: &str, target: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = "host: localhost\r\nconnection: close\r\n\r\n";
    write!(stream, "{method} {target} HTTP/1.1\r\n{head}").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}
