//! The program where there is no Lambda: its hooks are run, and Ctrl-C stands for `SIGTERM`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

#[test]
fn hooks_are_run_and_ctrl_c_ends_it() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_example-lifecycle"))
        .env("LIFTGATE_ADDR", "127.0.0.1:0")
        .env_remove("AWS_LAMBDA_RUNTIME_API")
        .env_remove("LIFTGATE_GATEWAY")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(program.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let mut lines = BufReader::new(program.stderr.take().unwrap());
    let address = line.split("http://").nth(1).expect("a URL is printed");
    let address = address.split(' ').next().unwrap();

    let mut stream = TcpStream::connect(address).unwrap();
    let request = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream.write_all(request).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.contains("a row for "), "{response}");
    // Whatever comes after the response has been done when this line is there.
    let mut log = String::new();
    while !log.contains("flushing the telemetry") {
        assert_ne!(lines.read_line(&mut log).unwrap(), 0, "{log}");
    }
    assert!(log.contains("working after the response"), "{log}");

    let pid = program.id().to_string();
    let interrupted = Command::new("kill").args(["-INT", &pid]).status();
    assert!(interrupted.unwrap().success());
    assert!(program.wait().unwrap().success());
    lines.read_to_string(&mut log).unwrap();
    assert!(log.contains("closing the pool"), "{log}");
}
