use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;

#[cfg(feature = "compression")]
use super::compress::Compressed;
use super::pool::Lease;
use super::record::Record;
use crate::Error;
use crate::app::Life;

/// The body of the app's response, or of one that was made in its place.
///
/// # Examples
///
/// See [`Forward`](crate::Forward).
pub struct Body {
    inner: Inner,
    // What is compressed has one already.
    record: Option<Record>,
}

enum Inner {
    Whole(Option<Bytes>),
    Streamed {
        incoming: Incoming,
        lease: Lease,
        life: Life,
    },
    #[cfg(feature = "compression")]
    Compressed(Pin<Box<Compressed>>),
    // An error, for which it is being found out whether the app has died.
    Failing(Pin<Box<dyn Future<Output = Error> + Send>>),
}

impl Body {
    pub(super) fn whole(bytes: Bytes, record: Record) -> Self {
        let inner = Inner::Whole((!bytes.is_empty()).then_some(bytes));
        let record = Some(record);
        Body { inner, record }
    }

    #[cfg(feature = "compression")]
    pub(super) fn empty() -> Self {
        let (inner, record) = (Inner::Whole(None), None);
        Body { inner, record }
    }

    #[cfg(feature = "compression")]
    pub(super) fn compressed(body: Compressed) -> Self {
        let (inner, record) = (Inner::Compressed(Box::pin(body)), None);
        Body { inner, record }
    }

    pub(super) fn streamed(incoming: Incoming, lease: Lease, life: Life, record: Record) -> Self {
        let mut body = Body {
            inner: Inner::Streamed {
                incoming,
                lease,
                life,
            },
            record: Some(record),
        };
        body.release();
        body
    }

    /// Gives the connection back, if all was read.
    fn release(&mut self) {
        if matches!(&self.inner, Inner::Streamed { incoming, .. } if incoming.is_end_stream()) {
            self.end();
        }
    }

    fn end(&mut self) {
        let ended = std::mem::replace(&mut self.inner, Inner::Whole(None));
        if let Inner::Streamed { lease, .. } = ended {
            lease.keep();
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        let frame = match &mut this.inner {
            Inner::Whole(bytes) => bytes.take().map(|bytes| Ok(Frame::data(bytes))),
            #[cfg(feature = "compression")]
            Inner::Compressed(body) => {
                let frame = ready!(body.as_mut().poll_frame(cx));
                frame.map(|frame| frame.map_err(Error::compressed))
            }
            Inner::Failing(error) => {
                let error = ready!(error.as_mut().poll(cx));
                this.inner = Inner::Whole(None);
                if let Some(record) = &mut this.record {
                    record.failed();
                }
                return Poll::Ready(Some(Err(error)));
            }
            Inner::Streamed {
                incoming,
                lease,
                life,
            } => match ready!(lease.connection.poll_frame(cx, incoming)) {
                Some(Err(error)) => {
                    let life = life.clone();
                    this.inner = Inner::Failing(Box::pin(async move {
                        life.explain(Error::broken_off(error)).await
                    }));
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                frame => frame.map(|frame| frame.map_err(Error::broken_off)),
            },
        };
        if let (Some(Ok(frame)), Some(record)) = (&frame, &mut this.record) {
            record.add(frame.data_ref().map_or(0, Bytes::len));
        }
        match &frame {
            None => this.end(),
            Some(_) => this.release(),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        match &self.inner {
            Inner::Whole(bytes) => bytes.is_none(),
            Inner::Streamed { incoming, .. } => incoming.is_end_stream(),
            #[cfg(feature = "compression")]
            Inner::Compressed(body) => body.is_end_stream(),
            Inner::Failing(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.inner {
            Inner::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Inner::Streamed { incoming, .. } => incoming.size_hint(),
            #[cfg(feature = "compression")]
            Inner::Compressed(body) => body.size_hint(),
            Inner::Failing(_) => SizeHint::default(),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}
