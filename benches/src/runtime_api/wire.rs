use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, SystemTime};

/// The requests of one connection.
pub(super) struct Requests {
    stream: BufReader<TcpStream>,
    /// The first line of the last request, with its end.
    pub(super) line: Vec<u8>,
    header: Vec<u8>,
    pub(super) body: Vec<u8>,
}

impl Requests {
    pub(super) fn new(stream: TcpStream) -> Self {
        Requests {
            stream: BufReader::new(stream),
            line: Vec::new(),
            header: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Reads a request, if one comes.
    pub(super) fn read(&mut self) -> io::Result<bool> {
        self.line.clear();
        self.body.clear();
        if self.stream.read_until(b'\n', &mut self.line)? == 0 {
            return Ok(false);
        }
        let mut len = 0;
        let mut is_chunked = false;
        loop {
            let line = read_line(&mut self.stream, &mut self.header)?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            if name.eq_ignore_ascii_case("content-length") {
                len = value.trim().parse().map_err(io::Error::other)?;
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                is_chunked = value.trim().eq_ignore_ascii_case("chunked");
            }
        }
        if is_chunked {
            self.read_chunks()?;
        } else {
            self.read_body(len)?;
        }
        Ok(true)
    }

    fn read_chunks(&mut self) -> io::Result<()> {
        loop {
            let line = read_line(&mut self.stream, &mut self.header)?;
            let size = line.split(';').next().unwrap_or_default();
            let size = u64::from_str_radix(size, 16).map_err(io::Error::other)?;
            if size == 0 {
                break;
            }
            self.read_body(size)?;
            read_line(&mut self.stream, &mut self.header)?;
        }
        // The trailers, and the empty line after them.
        while !read_line(&mut self.stream, &mut self.header)?.is_empty() {}
        Ok(())
    }

    fn read_body(&mut self, len: u64) -> io::Result<()> {
        let read = (&mut self.stream).take(len).read_to_end(&mut self.body)?;
        if read as u64 != len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    pub(super) fn answer(&mut self, answer: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(answer)
    }
}

/// Reads a line of a head, and leaves its end away.
fn read_line<'l>(stream: &mut BufReader<TcpStream>, line: &'l mut Vec<u8>) -> io::Result<&'l str> {
    line.clear();
    if stream.read_until(b'\n', line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let line = std::str::from_utf8(line).map_err(io::Error::other)?;
    Ok(line.trim_end())
}

/// An invocation, as it goes over the wire.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    bytes: Vec<u8>,
    /// Where the id is.
    id: usize,
}

impl Answer {
    pub(super) fn new(event: &str) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let deadline = (now.unwrap() + Duration::from_secs(900)).as_millis();
        let id = id(0);
        let len = event.len();
        let answer = format!(
            "HTTP/1.1 200 OK\r\n\
             Content-Type: application/json\r\n\
             Lambda-Runtime-Aws-Request-Id: {id}\r\n\
             Lambda-Runtime-Deadline-Ms: {deadline}\r\n\
             Lambda-Runtime-Invoked-Function-Arn: \
             arn:aws:lambda:eu-central-1:123456789012:function:hello\r\n\
             Lambda-Runtime-Trace-Id: \
             Root=1-6874c1f2-3d0b8e5a7c1946f0a2b4d6e8;Parent=3d0b8e5a7c1946f0;Sampled=0\r\n\
             Date: Mon, 14 Jul 2025 08:38:10 GMT\r\n\
             Content-Length: {len}\r\n\r\n{event}"
        );
        Answer {
            id: answer.find(&id).unwrap(),
            bytes: answer.into_bytes(),
        }
    }

    pub(super) fn with(&mut self, number: u64) -> &[u8] {
        let id = id(number);
        self.bytes[self.id..][..id.len()].copy_from_slice(id.as_bytes());
        &self.bytes
    }
}

/// A request id with the length of Lambda's.
pub(super) fn id(number: u64) -> String {
    format!("8476a536-e9f4-11e8-9739-{number:012x}")
}
