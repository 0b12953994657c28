//! The Runtime API: a thread for each connection.

use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::ledger::{Ledger, Told};
use crate::plan::Reset;

pub(crate) fn serve(ledger: Arc<Ledger>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, ledger) = (stream.unwrap(), Arc::clone(&ledger));
            // It ends with its connection.
            thread::spawn(move || connection(stream, &ledger));
        }
    });
    Ok(address)
}

fn connection(stream: TcpStream, ledger: &Ledger) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    let mut request = Request::default();
    loop {
        request.read_head(&mut reader)?;
        if request.path.contains("/extension/") {
            request.read_body(&mut reader)?;
            extension(&mut writer, &mut reader, &request)?;
            continue;
        }
        if request.path.ends_with("/next") {
            let Some(number) = ledger.next() else {
                // For ever, as when nothing comes.
                return reader.read_exact(&mut [0]);
            };
            next(&mut writer, ledger, number)?;
            continue;
        }
        let reset = ledger.plan.reset(request.number);
        if reset == Some(Reset::BeforeAnswer) && ledger.first_reset(request.number) {
            ledger.count("reset before the answer was read");
            return abort(&writer);
        }
        request.read_body(&mut reader)?;
        if request.path.ends_with("/init/error") {
            ledger.problem(format!("it cannot start: {}", request.body));
            return Ok(());
        }
        let told = Told {
            is_response: request.path.ends_with("/response"),
            body: &request.body,
            error_type: request.error_type.as_deref(),
        };
        let is_taken = ledger.take(request.number, &told);
        if is_taken && reset == Some(Reset::AfterAnswer) {
            ledger.count("reset after the answer was read");
            return abort(&writer);
        }
        let status = if is_taken {
            "202 Accepted"
        } else {
            "400 Bad Request"
        };
        write!(writer, "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n")?;
    }
}

/// What a runtime registers as, so that it is told by a signal that the environment ends.
fn extension(
    writer: &mut TcpStream,
    reader: &mut BufReader<TcpStream>,
    request: &Request,
) -> io::Result<()> {
    if request.path.ends_with("/next") {
        // There is no event.
        return reader.read_exact(&mut [0]);
    }
    writer.write_all(
        b"HTTP/1.1 200 OK\r\nlambda-extension-identifier: soak\r\ncontent-length: 2\r\n\r\n{}",
    )
}

fn next(writer: &mut TcpStream, ledger: &Ledger, number: usize) -> io::Result<()> {
    let event = ledger.plan.event(number);
    let len = event.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: {number}\r\nlambda-runtime-deadline-ms: 4000000000000\r\nlambda-runtime-trace-id: Root=1-5759e988-{number:024x}\r\ncontent-length: {len}\r\n\r\n{event}"
    );
    match ledger.plan.reset(number) {
        Some(Reset::BeforeEvent) if ledger.first_reset(number) => {
            ledger.count("reset before the event");
            ledger.put_back(number);
            abort(writer)
        }
        Some(Reset::InEvent) => {
            ledger.sent(number);
            ledger.count("reset in the event");
            writer.write_all(&answer.as_bytes()[..answer.len() - len / 2])?;
            // Not a reset, which might overtake what was sent.
            writer.shutdown(std::net::Shutdown::Both)?;
            Err(io::ErrorKind::ConnectionReset.into())
        }
        _ => {
            ledger.sent(number);
            writer.write_all(answer.as_bytes())
        }
    }
}

/// Ends a connection by a reset.
pub(crate) fn abort(stream: &TcpStream) -> io::Result<()> {
    socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO))?;
    Err(io::ErrorKind::ConnectionReset.into())
}

/// What the function asks or tells. The memory is used again.
#[derive(Default)]
struct Request {
    path: String,
    number: usize,
    has_body: bool,
    error_type: Option<String>,
    body: String,
    len: Option<usize>,
    line: String,
}

impl Request {
    fn read_line(&mut self, reader: &mut impl BufRead) -> io::Result<()> {
        self.line.clear();
        if reader.read_line(&mut self.line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.line.truncate(self.line.trim_end().len());
        Ok(())
    }

    /// Reads headers, or trailers, of which only two matter.
    fn read_headers(&mut self, reader: &mut impl BufRead) -> io::Result<()> {
        loop {
            self.read_line(reader)?;
            let Some((name, value)) = self.line.split_once(": ") else {
                return Ok(());
            };
            match name {
                "content-length" => self.len = value.parse().ok(),
                "lambda-runtime-function-error-type" => self.error_type = Some(value.to_owned()),
                _ => {}
            }
        }
    }

    fn read_head(&mut self, reader: &mut impl BufRead) -> io::Result<()> {
        self.read_line(reader)?;
        let path = self.line.split(' ').nth(1).unwrap_or_default();
        path.clone_into(&mut self.path);
        self.has_body = !self.line.starts_with("GET ");
        let number = path.rsplit('/').nth(1).unwrap_or_default();
        self.number = number.parse().unwrap_or_default();
        (self.len, self.error_type) = (None, None);
        self.read_headers(reader)
    }

    fn read_body(&mut self, reader: &mut impl BufRead) -> io::Result<()> {
        self.body.clear();
        if !self.has_body {
            return Ok(());
        }
        if let Some(len) = self.len {
            reader.take(len as u64).read_to_string(&mut self.body)?;
            return Ok(());
        }
        loop {
            self.read_line(reader)?;
            let len = u64::from_str_radix(&self.line, 16).map_err(io::Error::other)?;
            if len == 0 {
                return self.read_headers(reader);
            }
            reader.take(len).read_to_string(&mut self.body)?;
            self.read_line(reader)?;
        }
    }
}
