//! A program run locally, as a process, and what its clients get over HTTP.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// The program, behind its usual gateway whatever the tests' own environment says, and at a port of
/// its own.
pub(crate) fn command(path: &str) -> Command {
    let mut command = Command::new(path);
    for name in [
        "AWS_LAMBDA_MAX_CONCURRENCY",
        "AWS_LAMBDA_RUNTIME_API",
        "LIFTGATE_GATEWAY",
        "LIFTGATE_STREAMING",
    ] {
        command.env_remove(name);
    }
    command.env("LIFTGATE_ADDR", "127.0.0.1:0");
    command
}

pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) address: String,
}

impl Program {
    /// Starts it, and waits until it says where it listens.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        let address = lines.map(Result::unwrap).find_map(|line| {
            let (_, rest) = line.split_once("http://")?;
            rest.split([' ', '/']).next().map(str::to_owned)
        });
        let address = address.expect("a URL is printed");
        Program { child, address }
    }

    /// Sends bytes. Gives the connection.
    pub(crate) fn send(&self, request: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request).unwrap();
        stream
    }

    /// Sends a request without a body, but with these lines of headers. Gives the connection.
    pub(crate) fn request(&self, method: &str, target: &str, headers: &str) -> TcpStream {
        let always = "host: localhost\r\nconnection: close\r\n";
        self.send(format!("{method} {target} HTTP/1.1\r\n{always}{headers}\r\n").as_bytes())
    }

    /// The response to a request without a body.
    pub(crate) fn ask(&self, method: &str, target: &str) -> String {
        text(self.request(method, target, ""))
    }

    /// The response to a GET.
    pub(crate) fn get(&self, target: &str) -> String {
        self.ask("GET", target)
    }

    /// Sends a signal, by its name: `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Ctrl-C, upon which it is to end well.
    pub(crate) fn interrupt(&mut self) {
        self.signal("INT");
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A response to its end.
pub(crate) fn text(mut stream: TcpStream) -> String {
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}
