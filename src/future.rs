use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Response, StatusCode, response};
use http_body::Body;
use pin_project_lite::pin_project;

use crate::body::Gather;
use crate::error::BoxError;
use crate::source::Asked;
use crate::{Error, Options, Reply};

pin_project! {
    /// The future of a [`Lambda`](crate::Lambda): the service's, then its response's body,
    /// then the reply.
    pub struct ResponseFuture<F, B> {
        #[pin]
        state: State<F, B>,
        // `None` where there is no request to answer.
        exchange: Option<(Asked, Arc<Options>)>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F, B> {
        Failed { error: Option<Error> },
        Calling { #[pin] future: F },
        Reading { parts: Option<response::Parts>, #[pin] body: B, read: Gather },
    }
}

impl<F, B> ResponseFuture<F, B> {
    pub(crate) fn new(future: F, asked: Asked, options: Arc<Options>) -> Self {
        ResponseFuture {
            state: State::Calling { future },
            exchange: Some((asked, options)),
        }
    }

    pub(crate) fn failed(error: Error) -> Self {
        ResponseFuture {
            state: State::Failed { error: Some(error) },
            exchange: None,
        }
    }
}

impl<F, B, E> Future for ResponseFuture<F, B>
where
    F: Future<Output = Result<Response<B>, E>>,
    E: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Output = Result<Reply<B>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            match this.state.as_mut().project() {
                StateProj::Failed { error } => {
                    let error = error.take();
                    return match error {
                        Some(error) => Poll::Ready(Err(error)),
                        None => Poll::Pending,
                    };
                }
                StateProj::Calling { future } => {
                    let response = ready!(future.poll(cx));
                    let response = response.map_err(|error| Error::service(error.into()))?;
                    let (parts, body) = response.into_parts();
                    if parts.status.is_informational() {
                        let message = format!("{} is not a final status", parts.status);
                        return Poll::Ready(Err(Error::invalid_response(message)));
                    }
                    let is_head = matches!(this.exchange, Some((asked, _)) if asked.is_head);
                    if is_head || has_no_body(parts.status) {
                        let response = Response::from_parts(parts, Bytes::new());
                        return Poll::Ready(encode(&response, this.exchange));
                    }
                    this.state.set(State::Reading {
                        parts: Some(parts),
                        body,
                        read: Gather::default(),
                    });
                }
                StateProj::Reading {
                    parts,
                    mut body,
                    read,
                } => {
                    while let Some(frame) = ready!(body.as_mut().poll_frame(cx)) {
                        let frame = frame.map_err(|error| Error::body(error.into()))?;
                        // No gateway passes trailers on.
                        let Ok(data) = frame.into_data() else {
                            continue;
                        };
                        read.push(data, || body.size_hint().lower());
                        // No form of a body is shorter than the body.
                        if let Some((asked, _)) = this.exchange {
                            check_len("body has at least", read.len(), *asked)?;
                        }
                    }
                    let Some(parts) = parts.take() else {
                        return Poll::Pending;
                    };
                    let bytes = std::mem::take(read).into_bytes();
                    let response = Response::from_parts(parts, bytes);
                    return Poll::Ready(encode(&response, this.exchange));
                }
            }
        }
    }
}

fn has_no_body(status: StatusCode) -> bool {
    status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED
}

fn check_len(what: &str, len: usize, asked: Asked) -> Result<(), Error> {
    let max = asked.source.max_reply();
    if len > max {
        let name = asked.source.name();
        let message = format!("the {what} {len} bytes, and {name} takes at most {max} bytes");
        return Err(Error::invalid_response(message));
    }
    Ok(())
}

fn encode<B>(
    response: &Response<Bytes>,
    exchange: &Option<(Asked, Arc<Options>)>,
) -> Result<Reply<B>, Error> {
    match exchange {
        Some((asked, options)) => {
            let reply = asked.source.encode(response, *asked, options)?;
            check_len("reply has", reply.len(), *asked)?;
            Ok(Reply::buffered(reply))
        }
        None => Err(Error::invalid_response("there is no request to answer")),
    }
}

impl<F, B> fmt::Debug for ResponseFuture<F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
