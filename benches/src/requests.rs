//! Requests over a blocking socket, read with as little work as can be.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

/// The requests of one connection.
pub(crate) struct Requests {
    stream: BufReader<TcpStream>,
    /// The first line of the last request, with its end.
    pub(crate) line: Vec<u8>,
    header: Vec<u8>,
    pub(crate) body: Vec<u8>,
}

impl Requests {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Requests {
            stream: BufReader::new(stream),
            line: Vec::new(),
            header: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Reads a request, if one comes.
    pub(crate) fn read(&mut self) -> io::Result<bool> {
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

    pub(crate) fn answer(&mut self, answer: &[u8]) -> io::Result<()> {
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
