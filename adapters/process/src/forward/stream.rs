use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};

/// What has passed since a request was begun with.
#[derive(Clone, Debug, Default)]
pub(super) struct Passed(Arc<Flags>);

#[derive(Debug, Default)]
struct Flags {
    // How often, and how many bytes.
    writes: AtomicUsize,
    written: AtomicUsize,
    read: AtomicBool,
    // Since it was asked for.
    news: AtomicBool,
}

impl Passed {
    pub(super) fn reset(&self) {
        self.0.writes.store(0, Ordering::Relaxed);
        self.0.written.store(0, Ordering::Relaxed);
        self.0.read.store(false, Ordering::Relaxed);
        self.0.news.store(false, Ordering::Relaxed);
    }

    /// Whether anything has been written.
    pub(super) fn is_written(&self) -> bool {
        self.0.writes.load(Ordering::Relaxed) > 0
    }

    /// Whether all was written at once, and was no more than that.
    pub(super) fn is_one_write_of(&self, most: usize) -> bool {
        let writes = self.0.writes.load(Ordering::Relaxed);
        writes == 1 && self.0.written.load(Ordering::Relaxed) <= most
    }

    /// Whether anything has been read.
    pub(super) fn is_read(&self) -> bool {
        self.0.read.load(Ordering::Relaxed)
    }

    /// Whether anything has been read since this was asked.
    pub(super) fn has_news(&self) -> bool {
        let news = &self.0.news;
        news.load(Ordering::Relaxed) && news.swap(false, Ordering::Relaxed)
    }
}

pin_project! {
    /// The app's end of a connection.
    pub(super) struct Stream {
        #[pin]
        socket: Socket,
        passed: Passed,
    }
}

pin_project! {
    #[project = SocketProj]
    enum Socket {
        Tcp { #[pin] stream: TcpStream },
        Unix { #[pin] stream: UnixStream },
    }
}

impl Stream {
    pub(super) fn tcp(stream: TcpStream, passed: Passed) -> Self {
        let socket = Socket::Tcp { stream };
        Stream { socket, passed }
    }

    pub(super) fn unix(stream: UnixStream, passed: Passed) -> Self {
        let socket = Socket::Unix { stream };
        Stream { socket, passed }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.project();
        let before = buf.filled().len();
        let polled = match this.socket.project() {
            SocketProj::Tcp { stream } => stream.poll_read(cx, buf),
            SocketProj::Unix { stream } => stream.poll_read(cx, buf),
        };
        if buf.filled().len() > before {
            this.passed.0.read.store(true, Ordering::Relaxed);
            this.passed.0.news.store(true, Ordering::Relaxed);
        }
        polled
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.project();
        let polled = match this.socket.project() {
            SocketProj::Tcp { stream } => stream.poll_write_vectored(cx, bufs),
            SocketProj::Unix { stream } => stream.poll_write_vectored(cx, bufs),
        };
        if let Poll::Ready(Ok(len @ 1..)) = polled {
            this.passed.0.writes.fetch_add(1, Ordering::Relaxed);
            this.passed.0.written.fetch_add(len, Ordering::Relaxed);
        }
        polled
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Sockets keep nothing back.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.project().socket.project() {
            SocketProj::Tcp { stream } => stream.poll_shutdown(cx),
            SocketProj::Unix { stream } => stream.poll_shutdown(cx),
        }
    }
}
