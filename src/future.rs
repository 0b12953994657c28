use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::Response;
use pin_project_lite::pin_project;

use crate::body::{Gather, Turns};
use crate::error::BoxError;
use crate::exchange::Exchange;
use crate::panic::guard;
use crate::{Error, Reply};

pin_project! {
    /// The future of a [`Lambda`](crate::Lambda): the service's, then its response's body,
    /// then the reply.
    pub struct ResponseFuture<F, B> {
        #[pin]
        state: State<F, B>,
        exchange: Exchange,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F, B> {
        Failed { error: Option<Error> },
        Calling { #[pin] future: F },
        Reading { head: Option<Response<Bytes>>, #[pin] body: B, read: Gather },
        Over,
    }
}

impl<F, B> ResponseFuture<F, B> {
    pub(crate) fn new(called: Result<F, Error>, exchange: Exchange) -> Self {
        let state = match called {
            Ok(future) => State::Calling { future },
            Err(error) => State::Failed { error: Some(error) },
        };
        ResponseFuture { state, exchange }
    }

    /// Drops what goes on, and answers with the error; by `otherwise` if the program has no
    /// answer to it.
    #[cfg(feature = "runtime")]
    pub(crate) fn give_up(
        mut self: Pin<&mut Self>,
        error: Error,
        otherwise: Option<Response<crate::Body>>,
    ) -> Result<Reply<B>, Error> {
        // It is being given up: that it panics as well changes nothing.
        let _ = guard(|| self.as_mut().project().state.set(State::Over));
        self.exchange.answer_or(error, otherwise)
    }
}

impl<F, B, E> Future for ResponseFuture<F, B>
where
    F: Future<Output = Result<Response<B>, E>>,
    E: Into<BoxError>,
    B: http_body::Body,
    B::Error: Into<BoxError>,
{
    type Output = Result<Reply<B>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut outcome = match guard(|| self.as_mut().poll_reply(cx)) {
            Ok(polled) => ready!(polled),
            Err(error) => Err(error),
        };
        // What is done with, or has panicked, may panic when it is dropped.
        if let Err(error) = guard(|| self.as_mut().project().state.set(State::Over)) {
            outcome = outcome.map(|reply| reply.answering(error));
        }
        Poll::Ready(outcome.or_else(|error| self.exchange.answer(error)))
    }
}

impl<F, B, E> ResponseFuture<F, B>
where
    F: Future<Output = Result<Response<B>, E>>,
    E: Into<BoxError>,
    B: http_body::Body,
    B::Error: Into<BoxError>,
{
    fn poll_reply(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Reply<B>, Error>> {
        let mut this = self.project();
        let exchange = &*this.exchange;
        loop {
            match this.state.as_mut().project() {
                StateProj::Failed { error } => {
                    let error = error.take();
                    return error.map_or(Poll::Pending, |error| Poll::Ready(Err(error)));
                }
                StateProj::Calling { future } => {
                    let response = ready!(future.poll(cx));
                    let response = response.map_err(|error| Error::service(error.into()))?;
                    let (parts, body) = response.into_parts();
                    let head = Response::from_parts(parts, Bytes::new());
                    let has_body = exchange.has_body(head.status());
                    if let Some(prelude) = exchange.stream(&head)? {
                        let body = has_body.then(|| Box::pin(body));
                        return Poll::Ready(Ok(Reply::streaming(prelude, Bytes::new(), body)));
                    }
                    if !has_body {
                        return Poll::Ready(exchange.encode(&Exchange::bodyless(head, &body)));
                    }
                    this.state.set(State::Reading {
                        head: Some(head),
                        body,
                        read: Gather::default(),
                    });
                }
                StateProj::Reading {
                    head,
                    mut body,
                    read,
                } => {
                    let mut turns = Turns::default();
                    // As hyper does: what says that it is at its end is not asked again.
                    while !body.is_end_stream() {
                        let Some(frame) = ready!(body.as_mut().poll_frame(cx)) else {
                            break;
                        };
                        let frame = frame.map_err(|error| Error::body(error.into()))?;
                        // No gateway passes trailers on.
                        if let Ok(data) = frame.into_data() {
                            read.push(data, || body.size_hint().lower());
                            // No form of a body is shorter than the body.
                            exchange.check_len("body has at least", read.len())?;
                        }
                        if turns.is_over() {
                            cx.waker().wake_by_ref();
                            return Poll::Pending;
                        }
                    }
                    let Some(mut response) = head.take() else {
                        return Poll::Pending;
                    };
                    *response.body_mut() = std::mem::take(read).into_bytes();
                    return Poll::Ready(exchange.encode(&response));
                }
                StateProj::Over => return Poll::Pending,
            }
        }
    }
}

impl<F, B> fmt::Debug for ResponseFuture<F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
