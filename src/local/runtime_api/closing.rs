//! Connections whose end is noticed at once, and told late.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};

/// A program may end as soon as it has sent its answer. hyper drops a request whose connection has
/// ended, be it there or not, so it does not hear of the end before this is over.
const GRACE: Duration = Duration::from_millis(200);

/// A connection that ends a while after its other side has ended it.
#[derive(Debug)]
pub(super) struct Closing<S> {
    stream: S,
    has_ended: watch::Sender<bool>,
    grace: Option<Pin<Box<Sleep>>>,
}

impl<S> Closing<S> {
    /// The connection, and whether its other side has ended it.
    pub(super) fn new(stream: S) -> (Self, watch::Receiver<bool>) {
        let (has_ended, receiver) = watch::channel(false);
        let grace = None;
        let closing = Closing {
            stream,
            has_ended,
            grace,
        };
        (closing, receiver)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Closing<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(grace) = &mut self.grace {
            return grace.as_mut().poll(cx).map(Ok);
        }
        let before = buffer.filled().len();
        let read = ready!(Pin::new(&mut self.stream).poll_read(cx, buffer));
        if read.is_ok() && buffer.filled().len() > before {
            return Poll::Ready(read);
        }
        self.has_ended.send_replace(true);
        let grace = self.grace.insert(Box::pin(sleep(GRACE)));
        grace.as_mut().poll(cx).map(Ok)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Closing<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
