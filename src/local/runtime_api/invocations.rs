use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use super::super::failure::{Cause, Failure};
use super::super::function::{Answer, Call};
use super::taken::{Ending, Phase, Taken};

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
    /// An invocation has come, or has ended.
    pub(super) changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
pub(super) struct Queues {
    waiting: VecDeque<Waiting>,
    pub(super) taken: HashMap<String, Taken>,
    /// What the program took last, until it asks for more.
    latest: Option<String>,
    /// Why there is no program any more.
    failure: Option<Failure>,
}

impl Default for Invocations {
    fn default() -> Self {
        Invocations {
            queues: Mutex::default(),
            came: Notify::new(),
            ready: watch::channel(None).0,
            changed: watch::channel(()).0,
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
                self.changed.send_replace(());
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
        self.forget_latest();
        loop {
            if let Some(call) = self.take() {
                return call;
            }
            self.came.notified().await;
        }
    }

    fn forget_latest(&self) {
        let mut queues = self.lock();
        if queues.taken.values().all(Taken::has_ended) {
            queues.latest = None;
        }
    }

    fn take(&self) -> Option<Call> {
        let mut queues = self.lock();
        let Waiting { call, sender } = queues.waiting.pop_front()?;
        let taken = Taken {
            phase: Phase::Running(sender),
            is_streaming: call.is_streaming,
            limit: call.timeout,
            // The clock of a function starts when the function does.
            deadline: far(call.timeout),
        };
        queues.taken.insert(call.request_id.clone(), taken);
        queues.latest = Some(call.request_id.clone());
        // A poller that went away may have had the notification of another one.
        if !queues.waiting.is_empty() {
            self.came.notify_one();
        }
        drop(queues);
        self.changed.send_replace(());
        Some(call)
    }

    /// Begins to end an invocation, if it has been taken and not been answered.
    pub(super) fn end<'a>(&'a self, id: &'a str) -> Option<Ending<'a>> {
        let mut queues = self.lock();
        let taken = queues.taken.get_mut(id)?;
        let is_streaming = taken.is_streaming;
        let sender = match std::mem::replace(&mut taken.phase, Phase::Answering) {
            Phase::Running(sender) => Some(sender),
            Phase::Refused => None,
            Phase::Answering => return None,
        };
        Some(Ending::new(self, id, sender, is_streaming))
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
        for (id, taken) in std::mem::take(&mut queues.taken) {
            match taken.phase {
                Phase::Running(sender) => senders.push(sender),
                // It ends with its connection.
                Phase::Answering => drop(queues.taken.insert(id, taken)),
                Phase::Refused => {}
            }
        }
        queues.failure.get_or_insert(failure.clone());
        drop(queues);
        self.changed.send_replace(());
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
        let waiting = self.lock().waiting.drain(..).collect();
        self.changed.send_replace(());
        waiting
    }

    pub(super) fn in_flight(&self) -> usize {
        let queues = self.lock();
        let taken = queues.taken.values().filter(|taken| !taken.has_ended());
        queues.waiting.len() + taken.count()
    }

    pub(super) async fn drained(&self) {
        let mut changed = self.changed.subscribe();
        while self.in_flight() > 0 && changed.changed().await.is_ok() {}
    }

    pub(super) fn running(&self) -> Option<String> {
        let queues = self.lock();
        let mut running = queues.taken.iter().filter(|(_, taken)| !taken.has_ended());
        match (running.next(), running.next()) {
            (Some((id, _)), None) => Some(id.clone()),
            (None, _) => queues.latest.clone(),
            _ => None,
        }
    }

    /// The first invocation that is not over at its deadline.
    pub(super) async fn overdue(&self) -> (String, Duration) {
        let mut changed = self.changed.subscribe();
        loop {
            let Some((deadline, id, limit)) = self.earliest() else {
                // It is kept as long as this is.
                let _ = changed.changed().await;
                continue;
            };
            tokio::select! {
                () = sleep_until(deadline) => return (id, limit),
                _ = changed.changed() => {}
            }
        }
    }

    fn earliest(&self) -> Option<(Instant, String, Duration)> {
        let queues = self.lock();
        let running = queues.taken.iter().filter(|(_, taken)| !taken.has_ended());
        let (id, taken) = running.min_by_key(|(_, taken)| taken.deadline)?;
        Some((taken.deadline, id.clone(), taken.limit))
    }

    pub(super) async fn ready(&self) -> Result<(), Failure> {
        let mut ready = self.ready.subscribe();
        let ready = ready.wait_for(Option::is_some).await;
        let outcome = ready.ok().and_then(|ready| ready.clone());
        outcome.unwrap_or_else(|| Err(gone()))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Queues> {
        // Nothing in here can be left half done.
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The time that is this far from now, or that no program lives to see.
fn far(time: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
    Instant::now() + time.min(CENTURY)
}

pub(super) fn gone() -> Failure {
    Failure::new(Cause::Function, "the function has gone")
}
