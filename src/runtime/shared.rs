use std::hash::{BuildHasher as _, RandomState};
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use super::api::Api;
use super::race::{Race, race};
use crate::{Error, trace};

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;
type AfterInvocation = Box<dyn Fn() -> Task + Send + Sync>;
type OnTraceId = Box<dyn Fn(&str) + Send + Sync>;

/// What the program does around each invocation.
#[derive(Default)]
pub(super) struct Hooks {
    pub(super) after_invocation: Option<AfterInvocation>,
    pub(super) on_trace_id: Option<OnTraceId>,
}

/// What all workers of a runtime share.
pub(super) struct Shared {
    pub(super) api: Arc<Api>,
    pub(super) concurrency: NonZeroUsize,
    pub(super) deadline: Option<Deadline>,
    pub(super) hooks: Hooks,
    pub(super) closing: Closing,
    pub(super) failing: AtomicUsize,
    pub(super) is_warm: AtomicBool,
}

/// When an invocation is given up, before its deadline.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    pub(super) margin: Duration,
    /// Whether the client is answered, or the invocation fails.
    pub(super) responds: bool,
}

impl Deadline {
    /// Where Lambda does not watch the deadline, the runtime has to.
    pub(super) const WATCHED: Deadline = Deadline {
        margin: Duration::ZERO,
        responds: false,
    };
}

impl Shared {
    /// Whether there is one invocation at a time in this process.
    pub(super) fn is_sequential(&self) -> bool {
        self.concurrency.get() == 1
    }
}

/// Says when no more invocations are to be taken.
pub(super) struct Closing {
    // `None` where nothing ever closes.
    receiver: Option<watch::Receiver<bool>>,
}

impl Closing {
    pub(super) fn new(receiver: Option<watch::Receiver<bool>>) -> Self {
        Closing { receiver }
    }

    /// The output of the future, or `None` if the runtime is closing.
    pub(super) async fn unless<F: Future>(&self, future: F) -> Option<F::Output> {
        let Some(receiver) = &self.receiver else {
            return Some(future.await);
        };
        let mut receiver = receiver.clone();
        let closed = receiver.wait_for(|is_closed| *is_closed);
        match race(future, closed).await {
            Race::First(output) => Some(output),
            Race::Second(_) => None,
        }
    }
}

/// How often the Runtime API may fail in a row before a worker gives up.
const MAX_FAILURES: u32 = 10;

/// The failures of one worker in a row.
pub(super) struct Failures<'s> {
    count: u32,
    shared: &'s Shared,
}

impl<'s> Failures<'s> {
    pub(super) fn new(shared: &'s Shared) -> Self {
        Failures { count: 0, shared }
    }

    pub(super) fn end(&mut self) {
        if self.count > 0 {
            self.count = 0;
            self.shared.failing.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Waits before the next try, ever longer: some 5 to 10 seconds in all.
    ///
    /// Gives up in the end, unless there is a worker to whom the Runtime API does answer.
    pub(super) async fn add(&mut self, error: Error) -> Result<(), Error> {
        self.count = self.count.saturating_add(1);
        if self.count == 1 {
            self.shared.failing.fetch_add(1, Ordering::Relaxed);
        }
        let failing = self.shared.failing.load(Ordering::Relaxed);
        if self.count >= MAX_FAILURES && failing >= self.shared.concurrency.get() {
            return Err(error);
        }
        trace::warn(format_args!("{error}; trying again"));
        let longest = 10 << self.count.min(MAX_FAILURES - 1);
        // Many workers are not to come back at the same instant.
        let half = longest / 2;
        let jitter = RandomState::new().hash_one(self.count) % half;
        sleep(Duration::from_millis(half + jitter)).await;
        Ok(())
    }
}

impl Drop for Failures<'_> {
    fn drop(&mut self) {
        self.end();
    }
}
