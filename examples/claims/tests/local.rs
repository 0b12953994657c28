//! The program where there is no Lambda, behind the gateways that it is said to run behind.

#[path = "../../../tests/support/program.rs"]
mod program;

use program::{Program, command};

const CLAIMS: &str = env!("CARGO_BIN_EXE_example-claims");

#[test]
fn its_own_gateway_has_an_authorizer() {
    let program = Program::start(&mut command(CLAIMS));
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
    let program = Program::start(command(CLAIMS).env("LIFTGATE_GATEWAY", "rest"));
    let me = program.get("/me");
    assert!(me.starts_with("HTTP/1.1 401 "), "{me}");
    let whoami = program.get("/whoami");
    assert!(whoami.ends_with("\r\n\r\n127.0.0.1\n"), "{whoami}");
}
