use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use super::{Asked, Noted, lock};

/// A connection to the app, by hand: a library speaks HTTP too well.
pub struct Connection {
    /// Which it is, from 0.
    pub index: usize,
    pub(super) stream: Box<dyn Stream>,
    pub(super) buffer: BytesMut,
    pub(super) noted: Arc<Mutex<Noted>>,
}

pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// Its end is a reset.
    fn reset_at_end(&self);

    /// What is small is kept back, until what was sent before is acknowledged (Nagle).
    fn keep_back(&self);
}

impl Stream for TcpStream {
    fn reset_at_end(&self) {
        self.set_zero_linger().unwrap();
    }

    fn keep_back(&self) {
        self.set_nodelay(false).unwrap();
    }
}

impl Stream for UnixStream {
    fn reset_at_end(&self) {
        unreachable!("a Unix socket knows no reset")
    }

    fn keep_back(&self) {}
}

impl Connection {
    /// Reads a request, if there comes another.
    pub async fn request(&mut self) -> Option<Asked> {
        let head = self.before(b"\r\n\r\n").await.ok()?;
        let mut lines = head.split(|byte| *byte == b'\n');
        let mut next = || {
            lines
                .next()
                .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        };
        let start = String::from_utf8(next()?.to_vec()).unwrap();
        let start: Vec<_> = start.split(' ').collect();
        assert_eq!((start.len(), start[2]), (3, "HTTP/1.1"), "{start:?}");
        let headers: Vec<_> = std::iter::from_fn(next).map(header).collect();
        let mut asked = Asked {
            connection: self.index,
            method: start[0].to_owned(),
            target: start[1].to_owned(),
            headers,
            body: Bytes::new(),
        };
        asked.body = self.body(&asked).await.ok()?;
        lock(&self.noted).asked.push(asked.clone());
        Some(asked)
    }

    async fn body(&mut self, asked: &Asked) -> io::Result<Bytes> {
        let lengths = asked.values("content-length");
        if asked.values("transfer-encoding").is_empty() {
            assert!(lengths.len() <= 1, "{lengths:?}");
            let len = lengths.first().map_or(0, |len| len.parse().unwrap());
            return self.take(len).await;
        }
        assert_eq!(lengths.len(), 0, "a length beside chunks");
        let mut body = Vec::new();
        loop {
            let size = self.before(b"\r\n").await?;
            let size = usize::from_str_radix(std::str::from_utf8(&size).unwrap(), 16).unwrap();
            body.extend_from_slice(&self.take(size).await?);
            assert_eq!(self.take(2).await?, "\r\n");
            if size == 0 {
                return Ok(body.into());
            }
        }
    }

    /// Reads no more than so many bytes of a request.
    pub async fn begin(&mut self, len: usize) {
        let mut bytes = vec![0; len];
        self.stream.read_exact(&mut bytes).await.unwrap();
    }

    /// Writes; where nobody reads, that is no fault of the app.
    pub async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    /// Writes one byte after the other.
    pub async fn drip(&mut self, bytes: impl AsRef<[u8]>) {
        for byte in bytes.as_ref() {
            self.write([*byte]).await;
            tokio::task::yield_now().await;
        }
    }

    /// From now on writes as an app does that has not set `TCP_NODELAY`.
    pub fn keep_back(&self) {
        self.stream.keep_back();
    }

    /// Ends it by a reset.
    pub fn reset(self) {
        self.stream.reset_at_end();
    }

    /// Waits until the other end has closed it.
    pub async fn closed(&mut self) {
        let mut rest = Vec::new();
        let read = timeout(Duration::from_secs(60), self.stream.read_to_end(&mut rest));
        // An end is an end, be it a reset.
        let _ = read.await.expect("the connection is closed");
    }

    async fn take(&mut self, len: usize) -> io::Result<Bytes> {
        while self.buffer.len() < len {
            self.read().await?;
        }
        Ok(self.buffer.split_to(len).freeze())
    }

    async fn before(&mut self, mark: &[u8]) -> io::Result<Bytes> {
        loop {
            let mut windows = self.buffer.windows(mark.len());
            if let Some(end) = windows.position(|window| window == mark) {
                let before = self.buffer.split_to(end).freeze();
                let _ = self.buffer.split_to(mark.len());
                return Ok(before);
            }
            self.read().await?;
        }
    }

    pub(super) async fn read(&mut self) -> io::Result<()> {
        self.buffer.reserve(1 << 16);
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

fn header(line: &[u8]) -> (String, Vec<u8>) {
    let colon = line.iter().position(|byte| *byte == b':').unwrap();
    let name = String::from_utf8(line[..colon].to_vec()).unwrap();
    (name, line[colon + 1..].trim_ascii().to_vec())
}
