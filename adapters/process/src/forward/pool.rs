use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::connection::Connection;

/// The connections to the app that wait for a request.
#[derive(Clone)]
pub(super) struct Pool {
    shared: Arc<Mutex<Shared>>,
    idle_timeout: Duration,
}

#[derive(Default)]
struct Shared {
    // The one that was used last is at the end, and is used first.
    idle: Vec<(Box<Connection>, Moment)>,
    era: u64,
}

/// A connection that is in use.
pub(super) struct Lease {
    pub(super) connection: Box<Connection>,
    pool: Pool,
    era: u64,
}

impl Pool {
    pub(super) fn new(idle_timeout: Duration) -> Self {
        let shared = Arc::default();
        Pool {
            shared,
            idle_timeout,
        }
    }

    /// A connection that was not idle for too long.
    pub(super) fn take(&self) -> Option<Lease> {
        let mut shared = self.shared();
        let era = shared.era;
        while let Some((connection, since)) = shared.idle.pop() {
            if since.elapsed() < self.idle_timeout {
                let pool = self.clone();
                return Some(Lease {
                    connection,
                    pool,
                    era,
                });
            }
            // The others have waited longer.
            shared.idle.clear();
        }
        None
    }

    /// What is new, to be kept after its use.
    pub(super) fn lease(&self, connection: Connection) -> Lease {
        Lease {
            connection: Box::new(connection),
            pool: self.clone(),
            era: self.shared().era,
        }
    }

    /// Closes what waits, and whatever is in use after its use.
    pub(super) fn clear(&self) {
        let mut shared = self.shared();
        shared.era += 1;
        shared.idle.clear();
    }

    // What is done under the lock cannot panic.
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    /// Keeps the connection, after its use.
    pub(super) fn keep(self) {
        if self.pool.idle_timeout.is_zero() {
            return;
        }
        let mut shared = self.pool.shared();
        if shared.era == self.era {
            shared.idle.push((self.connection, Moment::now()));
        }
    }
}

/// A moment by both clocks: one of them may stand still while the environment is frozen, and the
/// other may be set.
struct Moment(Instant, SystemTime);

impl Moment {
    fn now() -> Self {
        Moment(Instant::now(), SystemTime::now())
    }

    /// The longer of the two times; for ever, if the clock was set back.
    fn elapsed(&self) -> Duration {
        let by_wall = self.1.elapsed().unwrap_or(Duration::MAX);
        self.0.elapsed().max(by_wall)
    }
}
