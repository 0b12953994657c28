//! Which environments there are.

use std::sync::Arc;

use liftgate::local::{Cause, Failure};
use tokio::task::JoinSet;

use super::environment::{Environment, Order};

/// The environments of a pool. The lock that it is under stands between looking for an environment
/// and using it.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Those that run, the retired ones too; the oldest first.
    environments: Vec<Arc<Environment>>,
    /// How many there have been.
    pub(super) count: usize,
    /// Those who see to them.
    pub(super) keepers: JoinSet<()>,
    is_stopped: bool,
}

impl State {
    /// One that can take an invocation. The oldest comes first, so that the others get idle.
    pub(super) fn free(&self) -> Option<&Arc<Environment>> {
        self.environments.iter().find(|that| that.is_free())
    }

    /// How many take invocations.
    pub(super) fn serving(&self) -> usize {
        self.environments
            .iter()
            .filter(|that| that.serves())
            .count()
    }

    /// Whether there may be another one.
    pub(super) fn admit(&self, limit: usize) -> Result<(), Failure> {
        if self.is_stopped {
            return Err(Failure::new(Cause::Throttled, "liftgate is ending"));
        }
        if self.serving() < limit {
            return Ok(());
        }
        let number = if limit == 1 {
            "environment"
        } else {
            "environments"
        };
        let reason = format!("{limit} {number}, which is the limit, and none is free");
        Err(Failure::new(Cause::Throttled, reason))
    }

    pub(super) fn add(&mut self, environment: Arc<Environment>) {
        self.environments.push(environment);
    }

    pub(super) fn remove(&mut self, environment: &Arc<Environment>) {
        self.environments
            .retain(|that| !Arc::ptr_eq(that, environment));
        // Those who are done.
        while self.keepers.try_join_next().is_some() {}
    }

    /// Those that take invocations.
    pub(super) fn all_serving(&self) -> Vec<Arc<Environment>> {
        let serving = self.environments.iter().filter(|that| that.serves());
        serving.cloned().collect()
    }

    /// Has all of them end, and no more come.
    pub(super) fn stop(&mut self) {
        self.is_stopped = true;
        self.environments
            .iter()
            .for_each(|that| that.order(Order::Stop));
    }
}
