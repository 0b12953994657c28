//! The program, served by hyper alone and behind local gateways: the same requests have the same
//! answers.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../../../tests/support/program.rs"]
mod program;

use std::io::Read as _;

use program::{Program, command};

const HYPER: &str = env!("CARGO_BIN_EXE_example-hyper");

fn start(arguments: &[&str], gateway: &str) -> Program {
    let mut command = command(HYPER);
    Program::start(command.args(arguments).env("LIFTGATE_GATEWAY", gateway))
}

fn ask(program: &Program, request: &[u8]) -> Seen {
    let mut response = Vec::new();
    program.send(request).read_to_end(&mut response).unwrap();
    let end = response.windows(4).position(|four| four == b"\r\n\r\n");
    let body = response.split_off(end.expect("a head") + 4);
    let head = String::from_utf8(response).unwrap().to_ascii_lowercase();
    let (status, headers) = head.split_once("\r\n").unwrap();
    let is_apps = |line: &&str| {
        let names = ["content-type:", "content-length:", "allow:"];
        names.iter().any(|name| line.starts_with(name))
    };
    let mut headers: Vec<_> = headers.split("\r\n").filter(is_apps).collect();
    headers.sort_unstable();
    // The reason phrase is the server's own.
    let status = status.split(' ').nth(1).unwrap().parse().unwrap();
    let headers = headers.iter().map(|line| line.to_string()).collect();
    Seen {
        status,
        headers,
        body,
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    status: u16,
    headers: Vec<String>,
    body: Vec<u8>,
}

fn request(method: &str, path: &str, body: &[u8]) -> Vec<u8> {
    let len = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\naccept: */*\r\n\
         content-length: {len}\r\nconnection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

#[test]
fn both_ways_give_the_same_answers() {
    let plain = start(&["--plain", "127.0.0.1:0"], "");
    let requests = [
        request("GET", "/", b""),
        request("HEAD", "/", b""),
        request("DELETE", "/", b""),
        request("GET", "/reverse", b""),
        request("GET", "/none?x=1", b""),
        request("POST", "/reverse", b"some text"),
    ];
    let expected = requests.each_ref().map(|request| ask(&plain, request));
    let statuses = expected.each_ref().map(|seen| seen.status);
    assert_eq!(statuses, [200, 200, 405, 405, 404, 200]);
    assert_eq!(expected[0].body, b"hello world\n");
    assert_eq!(expected[2].headers[0], "allow: get, head");
    assert_eq!(expected[5].body, b"txet emos");

    for gateway in ["http", "http-v1", "rest", "function-url", "alb", "lattice"] {
        let lifted = start(&[], gateway);
        for (request, expected) in requests.iter().zip(&expected) {
            let seen = ask(&lifted, request);
            let request = String::from_utf8_lossy(request);
            let mut expected = expected.clone();
            if gateway == "function-url" && request.starts_with("HEAD") {
                // There it has the name `x-amzn-remapped-content-length`.
                expected
                    .headers
                    .retain(|line| !line.starts_with("content-length:"));
            }
            assert_eq!(seen, expected, "{gateway}: {request}");
        }
    }
}

/// Bytes that are no text, which a REST API passes on only with binary media types.
#[test]
fn so_do_bytes() {
    let plain = start(&["--plain", "127.0.0.1:0"], "");
    let bytes: Vec<u8> = (0..=255).collect();
    let request = request("POST", "/reverse", &bytes);
    let expected = ask(&plain, &request);
    assert!(expected.body.iter().eq(bytes.iter().rev()));
    for gateway in ["http", "function-url", "alb", "lattice"] {
        let lifted = ask(&start(&[], gateway), &request);
        assert_eq!((lifted.status, lifted.body), (200, expected.body.clone()));
    }
}

#[test]
fn a_wrong_argument_is_told() {
    let program = command(HYPER).arg("--plane").output().unwrap();
    assert_eq!(program.status.code(), Some(1));
    let said = String::from_utf8(program.stderr).unwrap();
    assert!(said.contains("usage: example-hyper"), "{said}");
}
