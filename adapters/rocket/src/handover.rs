//! How what a future makes on its way gets out of it.
//!
//! A response of Rocket's borrows from its request, so that it cannot leave the future that has
//! both. Rocket's own server has a task for the future and two channels out of it. Here whoever
//! wants the next piece polls the future, and finds the piece in a slot: no task, no queue.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Response;

/// A piece of an answer: its head, with the size of its body as far as it is known, and then data.
pub(crate) enum Piece {
    Head(Response<()>, Option<u64>),
    Data(Bytes),
}

#[derive(Clone, Default)]
struct Slot(Arc<Mutex<Option<Piece>>>);

impl Slot {
    fn replace(&self, piece: Option<Piece>) -> Option<Piece> {
        // Nothing panics while it is held.
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        mem::replace(&mut held, piece)
    }
}

/// The future's end.
pub(crate) struct Sender(Slot);

impl Sender {
    /// Hands a piece over. The future goes on when the next is asked for.
    pub(crate) async fn send(&self, piece: Piece) {
        self.0.replace(Some(piece));
        let mut is_sent = false;
        let sent = poll_fn(|_| match mem::replace(&mut is_sent, true) {
            false => Poll::Pending,
            true => Poll::Ready(()),
        });
        sent.await;
    }
}

/// The reader's end, which drives the future.
pub(crate) struct Handover {
    future: Pin<Box<dyn Future<Output = io::Result<()>> + Send>>,
    slot: Slot,
}

impl Handover {
    pub(crate) fn new<F>(future: impl FnOnce(Sender) -> F) -> Self
    where
        F: Future<Output = io::Result<()>> + Send + 'static,
    {
        let slot = Slot::default();
        let future = Box::pin(future(Sender(slot.clone())));
        Handover { future, slot }
    }

    /// The next piece, `None` after the last, or what went wrong. Not to be called after these.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Piece>>> {
        match self.future.as_mut().poll(cx) {
            Poll::Ready(ended) => Poll::Ready(ended.err().map(Err)),
            Poll::Pending => match self.slot.replace(None) {
                Some(piece) => Poll::Ready(Some(Ok(piece))),
                None => Poll::Pending,
            },
        }
    }
}

impl fmt::Debug for Handover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handover(..)")
    }
}
