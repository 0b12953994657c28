//! The program where there is no Lambda, behind the gateways that it is said to run behind.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

struct Program {
    child: Child,
    address: String,
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    fn start(gateway: Option<&str>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_example-claims"));
        command
            .env("LIFTGATE_ADDR", "127.0.0.1:0")
            .env_remove("AWS_LAMBDA_RUNTIME_API")
            .env_remove("LIFTGATE_GATEWAY")
            .envs(gateway.map(|name| ("LIFTGATE_GATEWAY", name)))
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let output = child.stdout.as_mut().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).expect("a URL is printed");
        let address = address.split(' ').next().unwrap().to_owned();
        Program { child, address }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    }
}

#[test]
fn its_own_gateway_has_an_authorizer() {
    let program = Program::start(None);
    let me = program.get("/me");
    assert!(
        me.ends_with("\r\n\r\nada@example.com, in admin, staff\n"),
        "{me}"
    );
    let admin = program.get("/admin");
    let id = "8c4c9a3e-2d5a-4b1e-9a57-0f6f2f1d7a10";
    assert!(admin.ends_with(&format!("hello, admin {id}\n")), "{admin}");
    let whoami = program.get("/whoami");
    assert!(whoami.ends_with("\r\n\r\n127.0.0.1\n"), "{whoami}");
}

#[test]
fn another_gateway_has_none() {
    let program = Program::start(Some("rest"));
    let me = program.get("/me");
    assert!(me.starts_with("HTTP/1.1 401 "), "{me}");
    let whoami = program.get("/whoami");
    assert!(whoami.ends_with("\r\n\r\n127.0.0.1\n"), "{whoami}");
}
