use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::Error;

pin_project! {
    /// The body of an app's response, or of the response that actix made of an error.
    ///
    /// # Examples
    ///
    /// See [`ActixService`](crate::ActixService).
    pub struct Body<B> {
        #[pin]
        inner: Inner<B>,
        // What is left. A body is asked for its size before it is read, and never after: one that
        // compresses may then tell that of what it has taken in.
        left: BodySize,
    }
}

pin_project! {
    #[project = InnerProj]
    enum Inner<B> {
        App { #[pin] body: B },
        Error { #[pin] body: BoxBody },
    }
}

impl<B: MessageBody> Body<B> {
    pub(crate) fn app(body: B) -> Self {
        let left = body.size();
        let inner = Inner::App { body };
        Body { inner, left }
    }
}

impl<B> Body<B> {
    pub(crate) fn error(body: BoxBody) -> Self {
        let left = body.size();
        let inner = Inner::Error { body };
        Body { inner, left }
    }

    pub(crate) fn left(&self) -> BodySize {
        self.left
    }
}

impl<B: MessageBody> http_body::Body for Body<B> {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = self.project();
        let chunk = match this.inner.project() {
            InnerProj::App { body } => {
                let chunk = body.poll_next(cx);
                chunk.map_err(|error| Error::of(error.into()))
            }
            InnerProj::Error { body } => body.poll_next(cx).map_err(Error::of),
        };
        let mut chunk = ready!(chunk);
        match (&mut chunk, &mut *this.left) {
            (None, BodySize::Sized(left @ 1..)) => {
                let message = format!("the body ended {left} bytes before its size");
                *this.left = BodySize::None;
                return Poll::Ready(Some(Err(Error::new(message))));
            }
            (None, left) => *left = BodySize::None,
            (Some(Ok(chunk)), BodySize::Sized(left)) => {
                // What is more than a body's size is none of it, to actix's server too.
                chunk.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= chunk.len() as u64;
            }
            _ => {}
        }
        Poll::Ready(chunk.map(|chunk| chunk.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_eof()
    }

    fn size_hint(&self) -> SizeHint {
        match self.left {
            BodySize::None => SizeHint::with_exact(0),
            BodySize::Sized(len) => SizeHint::with_exact(len),
            BodySize::Stream => SizeHint::default(),
        }
    }
}

impl<B> fmt::Debug for Body<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}
