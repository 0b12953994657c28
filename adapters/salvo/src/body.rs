use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use salvo_core::ConnCtrl;
use salvo_core::http::ResBody;

use crate::Aborted;

/// The body of salvo's response. It ends in [`Aborted`] if a handler has aborted the connection.
///
/// # Examples
///
/// See [`service`](crate::service).
pub struct Body {
    inner: ResBody,
    connection: ConnCtrl,
}

impl Body {
    pub(crate) fn new(inner: ResBody, connection: ConnCtrl) -> Self {
        Body { inner, connection }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = Pin::new(&mut self.inner).poll_frame(cx);
        // Salvo's server drops the connection, with what is on its way.
        match self.connection.is_aborted() {
            true => Poll::Ready(Some(Err(Aborted::new().into()))),
            false => frame.map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream() && !self.connection.is_aborted()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}
