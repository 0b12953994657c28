//! A server as a container has one: as small as can be, so that what is measured is what stands
//! before it.

use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Instant;

use crate::requests::Requests;

/// How many bytes it answers with.
pub const LEN: usize = 1024;

/// A server in threads of this process. It runs until the process ends.
#[derive(Debug)]
pub struct App {
    port: u16,
    /// When it began to listen.
    pub since: Instant,
}

impl App {
    /// Listens at a free port.
    pub fn start() -> Self {
        App::try_at(0).unwrap()
    }

    /// Listens at a port, if nobody else does.
    pub fn try_at(port: u16) -> Option<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()?;
        let since = Instant::now();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Who asks may leave at any time.
                thread::spawn(move || serve(stream));
            }
        });
        Some(App { port, since })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }
}

fn serve(stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let answer = answer();
    let mut requests = Requests::new(stream);
    while requests.read()? {
        requests.answer(&answer)?;
    }
    Ok(())
}

fn answer() -> Vec<u8> {
    let mut body = b"hello world".to_vec();
    body.resize(LEN, b'x');
    let head = format!(
        "HTTP/1.1 200 OK\r\n\
         Server: app\r\n\
         Date: Mon, 14 Jul 2025 08:38:10 GMT\r\n\
         Content-Type: text/plain\r\n\
         Content-Length: {LEN}\r\n\r\n"
    );
    [head.into_bytes(), body].concat()
}
