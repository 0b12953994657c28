use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::sleep;

use super::shared::Shared;
use crate::{Error, trace};

/// How often the Runtime API may fail in a row before a worker gives up: in 5 to 10 seconds.
const MAX_FAILURES: u32 = 10;

/// How long to wait before the next try: 5 to 10 ms, doubled for each of these failures, up to 5 s.
pub(super) fn pause(failures: u32) -> Duration {
    let longest = 10 << failures.min(MAX_FAILURES - 1);
    // Many workers are not to come back at the same instant.
    let half = longest / 2;
    let jitter = RandomState::new().hash_one(failures) % half;
    Duration::from_millis(half + jitter)
}

/// The failures of one worker in a row.
pub(super) struct Failures<'s> {
    count: u32,
    shared: &'s Shared,
}

impl<'s> Failures<'s> {
    pub(super) fn new(shared: &'s Shared) -> Self {
        Failures { count: 0, shared }
    }

    pub(super) fn reset(&mut self) {
        if self.count > 0 {
            self.count = 0;
            self.shared.failing.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Waits before the next try.
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
        trace::warn(format_args!("{}; trying again", error.brief()));
        sleep(pause(self.count)).await;
        Ok(())
    }
}

impl Drop for Failures<'_> {
    fn drop(&mut self) {
        self.reset();
    }
}
