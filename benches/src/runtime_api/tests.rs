use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;

use super::*;

const HELLO: &str = r#"{"body":"hello world"}"#;

#[test]
fn a_body_may_have_a_length_or_come_in_chunks() {
    let (api, mut program) = start();
    let invoked = thread::spawn(move || (api.invoke(2), api.idle()));
    let id = program.next();
    program.send(&format!(
        "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\n\
         content-length: 22\r\n\r\n{HELLO}"
    ));
    assert_eq!(program.status(), "202");
    let id = program.next();
    program.send(&format!(
        "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\n\
         Transfer-Encoding: chunked\r\n\r\n\
         a\r\n{}\r\nC;x=y\r\n{}\r\n0\r\nTrailer: x\r\n\r\n",
        &HELLO[..10],
        &HELLO[10..],
    ));
    assert_eq!(program.status(), "202");
    program.send(std::str::from_utf8(NEXT).unwrap());
    program.send("\r\n");
    invoked.join().unwrap();
}

#[test]
fn a_program_that_does_not_say_hello_is_found_out() {
    let (api, mut program) = start();
    let invoked = thread::spawn(move || api.invoke(1));
    let id = program.next();
    program.send(&format!(
        "POST /2018-06-01/runtime/invocation/{id}/error HTTP/1.1\r\n\
         content-length: 22\r\n\r\n{HELLO}"
    ));
    assert!(invoked.join().is_err());
}

#[test]
fn one_program_may_follow_another() {
    let (api, program) = start();
    for _ in 0..2 * CONNECTIONS {
        let mut program = Program::connect(&api);
        program.send(std::str::from_utf8(NEXT).unwrap());
        program.send("\r\n");
        api.idle();
        drop(program);
        api.reset();
    }
    drop(program);
}

fn start() -> (RuntimeApi, Program) {
    let api = RuntimeApi::start("{}");
    let program = Program::connect(&api);
    (api, program)
}

struct Program(BufReader<TcpStream>);

impl Program {
    fn connect(api: &RuntimeApi) -> Self {
        Program(BufReader::new(TcpStream::connect(api.address()).unwrap()))
    }

    fn send(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).unwrap();
    }

    /// The id of the next invocation.
    fn next(&mut self) -> String {
        self.send(std::str::from_utf8(NEXT).unwrap());
        self.send("\r\n");
        let head = self.head(2);
        let id = head.split("Request-Id: ").nth(1).unwrap();
        id[..36].to_owned()
    }

    fn status(&mut self) -> String {
        self.head(16)[9..12].to_owned()
    }

    /// The head of an answer, whose body has this length.
    fn head(&mut self, body: usize) -> String {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(self.0.read_line(&mut head).unwrap(), 0);
        }
        self.0.read_exact(&mut vec![0; body]).unwrap();
        head
    }
}
