//! What the program has taken, until it has answered.

use std::time::Duration;

use tokio::time::Instant;

use super::invocations::{Invocations, Sender};
use crate::local::failure::Failure;
use crate::local::function::Answer;

/// An invocation that the program has.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) phase: Phase,
    pub(super) is_streaming: bool,
    pub(super) limit: Duration,
    pub(super) deadline: Instant,
}

#[derive(Debug)]
pub(super) enum Phase {
    Running(Sender),
    /// The program has begun to answer.
    Answering,
    /// The answer was refused, and the program may still say that it failed.
    Refused,
}

impl Taken {
    pub(super) fn has_ended(&self) -> bool {
        matches!(self.phase, Phase::Refused)
    }
}

/// The answer to an invocation, while it is received. The invocation ends with it.
pub(super) struct Ending<'a> {
    invocations: &'a Invocations,
    id: &'a str,
    /// `None` if the caller knows already that it failed.
    sender: Option<Sender>,
    pub(super) is_streaming: bool,
}

impl<'a> Ending<'a> {
    pub(super) fn new(
        invocations: &'a Invocations,
        id: &'a str,
        sender: Option<Sender>,
        is_streaming: bool,
    ) -> Self {
        Ending {
            invocations,
            id,
            sender,
            is_streaming,
        }
    }

    /// Ends the invocation.
    pub(super) fn finish(mut self, answer: Result<Answer, Failure>) {
        let sender = self.sender.take();
        // The caller may be quick to call again, and finds the program free.
        drop(self);
        if let Some(sender) = sender {
            // The caller may have gone.
            let _ = sender.send(answer);
        }
    }

    /// Ends the invocation for the caller. The program may still say that it failed.
    pub(super) fn refuse(mut self, failure: Failure) {
        let sender = self.sender.take();
        if let Some(taken) = self.invocations.lock().taken.get_mut(self.id) {
            taken.phase = Phase::Refused;
        }
        drop(self);
        if let Some(sender) = sender {
            let _ = sender.send(Err(failure));
        }
    }

    /// Hands over an answer that is not yet complete. Tells whether the caller is there.
    pub(super) fn begin(&mut self, answer: Answer) -> bool {
        let sender = self.sender.take();
        sender.is_some_and(|sender| sender.send(Ok(answer)).is_ok())
    }

    /// Whether the caller does not know yet what came of it.
    pub(super) fn is_awaited(&self) -> bool {
        self.sender.is_some()
    }
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let mut queues = self.invocations.lock();
        if queues
            .taken
            .get(self.id)
            .is_some_and(|taken| !taken.has_ended())
        {
            queues.taken.remove(self.id);
        }
        drop(queues);
        self.invocations.changed.send_replace(());
    }
}
