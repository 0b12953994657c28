use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use tokio::sync::watch;

use super::api::Api;
use super::deadline::Deadline;
use super::race::{Race, race};

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
        // Nothing is begun any more.
        if *receiver.borrow() {
            return None;
        }
        let mut receiver = receiver.clone();
        let closed = receiver.wait_for(|is_closed| *is_closed);
        match race(future, closed).await {
            Race::First(output) => Some(output),
            Race::Second(_) => None,
        }
    }
}
