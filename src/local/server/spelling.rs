//! The names of headers as the client spelled them, which `HeaderMap` does not keep, and some
//! gateways hand on.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use http::Request;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const END: &[u8] = b"\r\n\r\n";

/// More than a gateway takes.
const MAX_HEAD: usize = 64 << 10;

/// A connection whose heads are kept until they have been read.
#[derive(Debug)]
pub(super) struct Spelled<S> {
    stream: S,
    speller: Speller,
}

/// The head of the request that is being read.
#[derive(Clone, Debug, Default)]
pub(super) struct Speller(Arc<Mutex<Head>>);

#[derive(Debug, Default)]
struct Head {
    bytes: Vec<u8>,
    is_whole: bool,
}

impl<S> Spelled<S> {
    pub(super) fn new(stream: S, speller: Speller) -> Self {
        Spelled { stream, speller }
    }
}

impl Speller {
    /// The names in the head of this request, or none if that head was not the one kept.
    pub(super) fn names<B>(&self, request: &Request<B>) -> Vec<String> {
        let head = std::mem::take(&mut self.lock().bytes);
        let end = memchr::memmem::find(&head, END).unwrap_or(head.len());
        let text = String::from_utf8_lossy(&head[..end]);
        let lines = text.split("\r\n").skip(1);
        let names = lines.filter_map(|line| line.split_once(':'));
        let names: Vec<_> = names.map(|(name, _)| name.to_owned()).collect();
        let headers = request.headers();
        let is_it =
            names.len() == headers.len() && names.iter().all(|name| headers.contains_key(name));
        if is_it { names } else { Vec::new() }
    }

    /// What comes from now on is the next head.
    pub(super) fn reset(&self) {
        *self.lock() = Head::default();
    }

    fn keep(&self, bytes: &[u8]) {
        let mut head = self.lock();
        if !head.is_whole {
            // The end may have been cut in two.
            let from = head.bytes.len().saturating_sub(END.len() - 1);
            head.bytes.extend_from_slice(bytes);
            let is_found = memchr::memmem::find(&head.bytes[from..], END).is_some();
            head.is_whole = is_found || head.bytes.len() > MAX_HEAD;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Head> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Spelled<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        self.speller.keep(&buffer.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Spelled<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(pieces: &[&str], headers: &[&str]) -> Vec<String> {
        let speller = Speller::default();
        for piece in pieces {
            speller.keep(piece.as_bytes());
        }
        let mut request = Request::get("/");
        for name in headers {
            request = request.header(*name, "1");
        }
        speller.names(&request.body(()).unwrap())
    }

    #[test]
    fn names_are_as_the_client_spelled_them() {
        let pieces = ["GET / HTTP/1.1\r\nX-ABC: 1\r\nHo", "st: 1\r\n\r", "\nbo:dy"];
        assert_eq!(names(&pieces, &["x-abc", "host"]), ["X-ABC", "Host"]);
    }

    #[test]
    fn the_head_of_another_request_is_not_taken() {
        let pieces = ["GET / HTTP/1.1\r\nX-ABC: 1\r\n\r\n"];
        assert!(names(&pieces, &["x-other"]).is_empty());
        assert!(names(&pieces, &["x-abc", "host"]).is_empty());
    }
}
