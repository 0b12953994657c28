use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::handover::{Handover, Piece};

/// The body of a response, read as it is asked for. It has an exact size if Rocket knows one.
///
/// A body that fails, or ends before its size, ends in an error.
#[derive(Debug)]
pub struct Body {
    // Invariant: `None` once there is nothing to come, so that the request is let go.
    answer: Option<Handover>,
    left: Option<u64>,
}

impl Body {
    pub(crate) fn new(answer: Option<Handover>, left: Option<u64>) -> Self {
        let answer = answer.filter(|_| left != Some(0));
        Body { answer, left }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let Some(answer) = &mut self.answer else {
            return Poll::Ready(None);
        };
        let next = ready!(answer.poll_next(cx));
        let Some(Ok(Piece::Data(data))) = next else {
            self.answer = None;
            return Poll::Ready(next.and_then(Result::err).map(Err));
        };
        if let Some(left) = &mut self.left {
            *left -= data.len() as u64;
            if *left == 0 {
                self.answer = None;
            }
        }
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.answer.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map(SizeHint::with_exact).unwrap_or_default()
    }
}
