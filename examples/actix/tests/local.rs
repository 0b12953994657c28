//! The program run locally: behind a gateway, whole and streaming.

#[path = "../../../tests/support/program.rs"]
mod program;

use program::{Program, command};

fn start(variables: &[(&str, &str)]) -> Program {
    let mut command = command(env!("CARGO_BIN_EXE_example-actix"));
    Program::start(command.envs(variables.iter().copied()))
}

#[test]
fn it_serves_until_ctrl_c() {
    let mut program = start(&[]);
    let response = program.get("/anything/a%20b?x=1");
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
    assert!(
        response.contains(r#""uri":"/anything/a%20b?x=1""#),
        "{response}"
    );
    assert!(
        response.contains(r#""client_ip":"127.0.0.1""#),
        "{response}"
    );
    let response = program.get("/panic");
    assert!(response.starts_with("HTTP/1.1 500 "), "{response}");
    let response = program.get("/status/418");
    assert!(response.starts_with("HTTP/1.1 418 "), "{response}");
    program.interrupt();
}

#[test]
fn it_streams_if_it_is_told_to() {
    let gateway = ("LIFTGATE_GATEWAY", "function-url");
    let program = start(&[gateway, ("LIFTGATE_STREAMING", "1")]);
    let response = program.get("/stream/3?ms=1");
    assert!(
        response.contains("transfer-encoding: chunked\r\n"),
        "{response}"
    );
    assert!(response.contains("chunk 0\n"), "{response}");
    let response = start(&[gateway]).get("/stream/3?ms=1");
    assert!(response.contains("content-length: 24\r\n"), "{response}");
}

#[test]
fn several_workers_have_an_app_each() {
    let program = start(&[("AWS_LAMBDA_MAX_CONCURRENCY", "3")]);
    // Two workers are busy for longer than the third takes, however slow the machine is.
    let busy = [(); 2].map(|()| program.request("GET", "/delay/10000", ""));
    assert!(program.get("/delay/1").ends_with("1 ms\n"));
    for stream in busy {
        stream.set_nonblocking(true).unwrap();
        let peeked = stream.peek(&mut [0]).unwrap_err();
        assert_eq!(peeked.kind(), std::io::ErrorKind::WouldBlock);
    }
}
