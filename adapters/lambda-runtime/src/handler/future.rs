use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lambda_runtime::{Diagnostic, FunctionResponse};
use liftgate::{Error, Reply};
use pin_project_lite::pin_project;
use serde_json::value::RawValue;

use super::after::AfterResponse;
use super::{ReplyStream, convert};
use crate::adapter::BoxError;
use crate::log;

pin_project! {
    /// The future of a [`Handler`](crate::Handler).
    pub struct HandlerFuture<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F> {
        // Invariant: both are there until they are given.
        Failed { error: Option<Diagnostic> },
        Calling { #[pin] replied: F, after: Option<AfterResponse> },
    }
}

impl<F> HandlerFuture<F> {
    pub(super) fn calling(replied: F, after: AfterResponse) -> Self {
        let after = Some(after);
        let state = State::Calling { replied, after };
        HandlerFuture { state }
    }

    pub(super) fn failed(error: Diagnostic) -> Self {
        let error = Some(error);
        let state = State::Failed { error };
        HandlerFuture { state }
    }
}

impl<F, B> Future for HandlerFuture<F>
where
    F: Future<Output = Result<Reply<B>, Error>>,
    B: http_body::Body,
    B::Error: Into<BoxError>,
{
    type Output = Result<FunctionResponse<Box<RawValue>, ReplyStream<B>>, Diagnostic>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProj::Failed { error } => error
                .take()
                .map_or(Poll::Pending, |error| Poll::Ready(Err(error))),
            StateProj::Calling { replied, after } => {
                let replied = ready!(replied.poll(cx));
                let Some(after) = after.take() else {
                    return Poll::Pending;
                };
                let reply = replied.map_err(convert::diagnostic)?;
                if let Some(error) = reply.error() {
                    log::failed(after.request_id(), error.error_type(), error);
                }
                Poll::Ready(match reply.into_bytes() {
                    Ok(json) => convert::raw(json).map(FunctionResponse::BufferedResponse),
                    Err(reply) => ReplyStream::new(reply, after)
                        .into_response(cx)
                        .map(FunctionResponse::StreamingResponse),
                })
            }
        }
    }
}

impl<F> fmt::Debug for HandlerFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandlerFuture").finish_non_exhaustive()
    }
}
