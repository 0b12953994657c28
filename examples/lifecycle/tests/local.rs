//! The program where there is no Lambda: its hooks are run, and Ctrl-C stands for `SIGTERM`.

#![allow(clippy::unwrap_used)]

#[path = "../../../tests/support/program.rs"]
mod program;

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use program::{Program, command};

#[test]
fn hooks_are_run_and_ctrl_c_ends_it() {
    let mut command = command(env!("CARGO_BIN_EXE_example-lifecycle"));
    let mut program = Program::start(command.stderr(Stdio::piped()));
    let mut lines = BufReader::new(program.child.stderr.take().unwrap());

    let response = program.get("/");
    assert!(response.contains("a row for "), "{response}");
    // Whatever comes after the response has been done when this line is there.
    let mut log = String::new();
    while !log.contains("flushing the telemetry") {
        assert_ne!(lines.read_line(&mut log).unwrap(), 0, "{log}");
    }
    assert!(log.contains("working after the response"), "{log}");

    program.interrupt();
    lines.read_to_string(&mut log).unwrap();
    assert!(log.contains("closing the pool"), "{log}");
}
