use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot, watch};

use super::super::failure::{Cause, Failure};
use super::super::function::{Answer, Call};

/// An invocation that waits for an environment.
#[derive(Debug)]
pub struct Waiting {
    pub(super) call: Call,
    pub(super) sender: Sender,
}

pub(super) type Sender = oneshot::Sender<Result<Answer, Failure>>;

/// The invocations of one environment.
#[derive(Debug)]
pub(super) struct Invocations {
    queues: Mutex<Queues>,
    /// Something has come to be waited for.
    came: Notify,
    /// `None` until the program asks for its first event.
    ready: watch::Sender<Option<Result<(), Failure>>>,
}

#[derive(Debug, Default)]
struct Queues {
    waiting: VecDeque<Waiting>,
    taken: HashMap<String, Taken>,
    /// Why there is no program any more.
    failure: Option<Failure>,
}

#[derive(Debug)]
pub(super) struct Taken {
    /// `None` where the answer was refused, and the program may still say that it failed.
    pub(super) sender: Option<Sender>,
    pub(super) is_streaming: bool,
}

impl Default for Invocations {
    fn default() -> Self {
        Invocations {
            queues: Mutex::default(),
            came: Notify::new(),
            ready: watch::channel(None).0,
        }
    }
}

impl Invocations {
    pub(super) fn push(&self, waiting: Waiting) {
        let mut queues = self.lock();
        match &queues.failure {
            // The caller may have gone.
            Some(failure) => drop(waiting.sender.send(Err(failure.clone()))),
            None => {
                queues.waiting.push_back(waiting);
                self.came.notify_one();
            }
        }
    }

    /// The next invocation for the program, which is then taken.
    pub(super) async fn next(&self) -> Call {
        self.ready.send_if_modified(|ready| {
            let is_first = ready.is_none();
            if is_first {
                *ready = Some(Ok(()));
            }
            is_first
        });
        loop {
            if let Some(call) = self.take() {
                return call;
            }
            self.came.notified().await;
        }
    }

    fn take(&self) -> Option<Call> {
        let mut queues = self.lock();
        let Waiting { call, sender } = queues.waiting.pop_front()?;
        let taken = Taken {
            sender: Some(sender),
            is_streaming: call.is_streaming,
        };
        queues.taken.insert(call.request_id.clone(), taken);
        // A poller that went away may have had the notification of another one.
        if !queues.waiting.is_empty() {
            self.came.notify_one();
        }
        Some(call)
    }

    /// Ends an invocation, if it has been taken and not ended.
    pub(super) fn end(&self, id: &str) -> Option<Taken> {
        self.lock().taken.remove(id)
    }

    /// Leaves an invocation to be reported as failed, though its caller knows that already.
    pub(super) fn refused(&self, id: &str) {
        let taken = Taken {
            sender: None,
            is_streaming: false,
        };
        self.lock().taken.insert(id.to_owned(), taken);
    }

    /// The program cannot start.
    pub(super) fn fail_init(&self, failure: Failure) {
        self.ready.send_if_modified(|ready| {
            *ready = Some(Err(failure.clone()));
            true
        });
        self.fail(failure);
    }

    pub(super) fn fail(&self, failure: Failure) {
        let mut queues = self.lock();
        let waiting = queues.waiting.drain(..).map(|waiting| waiting.sender);
        let mut senders: Vec<_> = waiting.collect();
        senders.extend(queues.taken.drain().filter_map(|(_, taken)| taken.sender));
        queues.failure.get_or_insert(failure.clone());
        drop(queues);
        for sender in senders {
            // The caller may have gone.
            let _ = sender.send(Err(failure.clone()));
        }
        self.ready.send_if_modified(|ready| {
            let is_first = ready.is_none();
            if is_first {
                *ready = Some(Err(failure));
            }
            is_first
        });
    }

    pub(super) fn take_waiting(&self) -> Vec<Waiting> {
        self.lock().waiting.drain(..).collect()
    }

    pub(super) fn in_flight(&self) -> usize {
        let queues = self.lock();
        queues.waiting.len() + queues.taken.len()
    }

    pub(super) async fn ready(&self) -> Result<(), Failure> {
        let mut ready = self.ready.subscribe();
        let ready = ready.wait_for(Option::is_some).await;
        let outcome = ready.ok().and_then(|ready| ready.clone());
        outcome.unwrap_or_else(|| Err(gone()))
    }

    fn lock(&self) -> MutexGuard<'_, Queues> {
        // Nothing in here can be left half done.
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn gone() -> Failure {
    Failure::new(Cause::Function, "the function has gone")
}
