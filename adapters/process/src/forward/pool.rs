use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use http::{HeaderMap, HeaderValue};

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
    idle: Vec<Idle>,
    era: u64,
}

struct Idle {
    connection: Box<Connection>,
    since: Moment,
    limit: Duration,
}

/// A connection that is in use.
pub(super) struct Lease {
    pub(super) connection: Box<Connection>,
    pool: Pool,
    era: u64,
    /// How long it may be idle.
    limit: Duration,
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
        while let Some(idle) = shared.idle.pop() {
            if idle.since.elapsed() < idle.limit {
                drop(shared);
                return Some(self.lent(idle.connection, era));
            }
        }
        None
    }

    /// What is new, to be kept after its use.
    pub(super) fn lease(&self, connection: Connection) -> Lease {
        let era = self.shared().era;
        self.lent(Box::new(connection), era)
    }

    fn lent(&self, connection: Box<Connection>, era: u64) -> Lease {
        Lease {
            connection,
            pool: self.clone(),
            era,
            limit: self.idle_timeout,
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
    /// Notes what the app says of the time that it keeps the connection for.
    pub(super) fn note(&mut self, headers: &HeaderMap) {
        if let Some(kept) = headers.get("keep-alive").and_then(timeout) {
            // Before it closes it, not when.
            self.limit = self.limit.min(kept * 4 / 5);
        }
    }

    /// Keeps the connection, after its use.
    pub(super) fn keep(self) {
        let Lease {
            connection,
            pool,
            era,
            limit,
        } = self;
        if limit.is_zero() {
            return;
        }
        let mut shared = pool.shared();
        if shared.era == era {
            let since = Moment::now();
            shared.idle.push(Idle {
                connection,
                since,
                limit,
            });
        }
    }
}

/// The seconds in `timeout=5, max=100`.
fn timeout(keep_alive: &HeaderValue) -> Option<Duration> {
    let parameters = keep_alive.to_str().ok()?.split(',');
    let mut pairs = parameters.filter_map(|parameter| parameter.split_once('='));
    let (_, seconds) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("timeout"))?;
    let seconds: u32 = seconds.trim().trim_matches('"').parse().ok()?;
    Some(Duration::from_secs(seconds.into()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_app_may_say_how_long_it_keeps_a_connection() {
        let of = |value: &'static str| timeout(&HeaderValue::from_static(value));
        assert_eq!(of("timeout=5"), Some(Duration::from_secs(5)));
        assert_eq!(of("max=100, Timeout = 20"), Some(Duration::from_secs(20)));
        assert_eq!(of("timeout=\"7\""), Some(Duration::from_secs(7)));
        for odd in ["", "timeout", "timeout=-1", "timeout=1.5", "timeouts=3"] {
            assert_eq!(of(odd), None, "{odd}");
        }
    }
}
