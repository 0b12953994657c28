//! The program run locally, with a client over HTTP.

#[path = "../../../tests/support/program.rs"]
mod program;

use program::{Program, command};

#[test]
fn it_serves_until_ctrl_c() {
    let mut program = Program::start(&mut command(env!("CARGO_BIN_EXE_example-salvo")));
    let whoami = program.get("/whoami");
    assert!(whoami.starts_with("HTTP/1.1 200 OK\r\n"), "{whoami}");
    assert!(
        whoami.contains("socket://127.0.0.1:0 by http_api"),
        "{whoami}"
    );
    let head = program.ask("HEAD", "/text/9");
    assert!(head.contains("content-length: 9\r\n"), "{head}");
    program.interrupt();
}
