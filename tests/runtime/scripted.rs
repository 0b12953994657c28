//! A body by a script.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use http_body::Frame;
use tokio::sync::mpsc;

use super::BoxError;

/// What a body does when it is next polled.
pub(super) enum Step {
    Data(&'static str),
    Trailers,
    Fail,
    Panic,
    /// It waits until it is told.
    Wait(mpsc::UnboundedReceiver<()>),
    Endless,
}

/// A body by a script. It must not be polled after its end, its error or its panic.
pub(super) struct Scripted {
    steps: VecDeque<Step>,
    pub(super) polled: Arc<AtomicUsize>,
    pub(super) dropped: Option<mpsc::UnboundedSender<()>>,
}

impl Scripted {
    pub(super) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Scripted {
            steps: steps.into_iter().collect(),
            polled: Arc::default(),
            dropped: None,
        }
    }
}

impl http_body::Body for Scripted {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.polled.fetch_add(1, Ordering::Relaxed);
        let data = |data: &'static str| {
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(data.as_bytes())))))
        };
        match self.steps.pop_front() {
            Some(Step::Data(text)) => data(text),
            Some(Step::Trailers) => {
                let mut trailers = HeaderMap::new();
                trailers.insert("x-checksum", HeaderValue::from_static("abc"));
                Poll::Ready(Some(Ok(Frame::trailers(trailers))))
            }
            Some(Step::Fail) => {
                self.steps.push_front(Step::Panic);
                Poll::Ready(Some(Err("the disk is gone".into())))
            }
            Some(Step::Panic) => {
                self.steps.push_front(Step::Panic);
                panic!("in the stream")
            }
            Some(Step::Wait(mut told)) => match told.poll_recv(cx) {
                Poll::Ready(_) => self.poll_frame(cx),
                Poll::Pending => {
                    self.steps.push_front(Step::Wait(told));
                    Poll::Pending
                }
            },
            Some(Step::Endless) => {
                static MEGABYTE: [u8; 1 << 20] = [b'x'; 1 << 20];
                self.steps.push_front(Step::Endless);
                Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&MEGABYTE)))))
            }
            None => Poll::Ready(None),
        }
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        if let Some(dropped) = &self.dropped {
            let _ = dropped.send(());
        }
    }
}
