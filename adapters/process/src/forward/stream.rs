use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};

/// Whether anything has been written to the app for a request.
#[derive(Clone, Debug, Default)]
pub(super) struct Written(Arc<AtomicBool>);

impl Written {
    pub(super) fn reset(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

pin_project! {
    /// The app's end of a connection.
    pub(super) struct Stream {
        #[pin]
        socket: Socket,
        written: Written,
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
    pub(super) fn tcp(stream: TcpStream, written: Written) -> Self {
        let socket = Socket::Tcp { stream };
        Stream { socket, written }
    }

    pub(super) fn unix(stream: UnixStream, written: Written) -> Self {
        let socket = Socket::Unix { stream };
        Stream { socket, written }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.project().socket.project() {
            SocketProj::Tcp { stream } => stream.poll_read(cx, buf),
            SocketProj::Unix { stream } => stream.poll_read(cx, buf),
        }
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
        if matches!(polled, Poll::Ready(Ok(1..))) {
            this.written.0.store(true, Ordering::Relaxed);
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
