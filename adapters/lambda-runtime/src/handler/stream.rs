use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http_body::Body;
use lambda_runtime::{Diagnostic, StreamResponse};
use liftgate::Reply;

use super::after::AfterResponse;
use super::convert;
use crate::adapter::BoxError;
use crate::answer::told_by;
use crate::log;

/// The body of a reply that streams.
///
/// A body that fails is logged, and its error here is the [type](liftgate::Error::error_type)
/// alone, since AWS's runtime writes an error into the body that the client gets.
#[derive(Debug)]
pub struct ReplyStream<B> {
    reply: Reply<B>,
    after: AfterResponse,
}

impl<B> ReplyStream<B>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    pub(super) fn new(reply: Reply<B>, after: AfterResponse) -> Self {
        ReplyStream { reply, after }
    }

    /// Takes off the prelude and the NULs, which AWS's runtime writes itself.
    pub(super) fn into_response(
        mut self,
        cx: &mut Context<'_>,
    ) -> Result<StreamResponse<Self>, Diagnostic> {
        // A reply has both at once, as a frame each.
        let mut take = || match Pin::new(&mut self).poll_next(cx) {
            Poll::Ready(Some(Ok(data))) => data,
            _ => Bytes::new(),
        };
        let (prelude, _nuls) = (take(), take());
        let metadata_prelude = convert::prelude(&prelude)?;
        Ok(StreamResponse {
            metadata_prelude,
            stream: self,
        })
    }
}

impl<B> Stream for ReplyStream<B>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(Ok(frame)) = ready!(Pin::new(&mut self.reply).poll_frame(cx)) else {
            return Poll::Ready(None);
        };
        let trailers = match frame.into_data() {
            Ok(data) => return Poll::Ready(Some(Ok(data))),
            Err(frame) => frame.into_trailers().unwrap_or_default(),
        };
        let (kind, message) = told_by(&trailers);
        log::failed(self.after.request_id(), &kind, message);
        Poll::Ready(Some(Err(kind.into())))
    }
}
