//! Bodies, in and out.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;

use super::exchange::Account;
use crate::Body;
use crate::body::Gather;
use crate::local::failure::Failure;
use crate::local::function::ReplyStream;

/// All of a body, or `None` if it is longer than that.
pub(in crate::local) async fn read(
    mut body: Incoming,
    max: usize,
) -> Result<Option<Bytes>, hyper::Error> {
    let mut gathered = Gather::default();
    let mut len = 0_usize;
    while let Some(frame) = next_frame(&mut body).await {
        if let Ok(data) = frame?.into_data() {
            len = len.saturating_add(data.len());
            // Whoever is still sending does not read, so the rest is taken in.
            if len <= max {
                gathered.push(data, || body.size_hint().lower());
            }
        }
    }
    Ok((len <= max).then(|| gathered.into_bytes()))
}

pub(in crate::local) async fn next_frame(
    body: &mut Incoming,
) -> Option<Result<Frame<Bytes>, hyper::Error>> {
    poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await
}

/// The body of a response to a client.
#[derive(Debug)]
pub(super) enum Outgoing {
    Whole(Body),
    Stream {
        /// What came with the prelude.
        first: Option<Bytes>,
        stream: ReplyStream,
        account: Box<Account>,
    },
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        match self.get_mut() {
            Outgoing::Whole(body) => Pin::new(body)
                .poll_frame(cx)
                .map_err(|never| match never {}),
            Outgoing::Stream {
                first,
                stream,
                account,
            } => {
                if let Some(first) = first.take() {
                    account.wrote(first.len());
                    return Poll::Ready(Some(Ok(Frame::data(first))));
                }
                match stream.poll_next(cx) {
                    Poll::Pending => Poll::Pending,
                    Poll::Ready(Some(Ok(chunk))) => {
                        account.wrote(chunk.len());
                        Poll::Ready(Some(Ok(Frame::data(chunk))))
                    }
                    // The client of a real gateway sees 200 and what there is, and no more.
                    Poll::Ready(Some(Err(failure))) => {
                        account.failed(failure);
                        Poll::Ready(None)
                    }
                    Poll::Ready(None) => Poll::Ready(None),
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Outgoing::Whole(body) => body.is_end_stream(),
            Outgoing::Stream { .. } => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Outgoing::Whole(body) => body.size_hint(),
            Outgoing::Stream { .. } => SizeHint::default(),
        }
    }
}
