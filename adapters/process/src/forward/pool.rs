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
    has_lost: bool,
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
        self.take_at(Moment::now())
    }

    fn take_at(&self, now: Moment) -> Option<Lease> {
        let mut shared = self.shared();
        let era = shared.era;
        while let Some(idle) = shared.idle.pop() {
            if now.since(&idle.since) < idle.limit {
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

    /// Remembers that the app has closed a connection which was kept, as it may do again at any moment.
    pub(super) fn lost(&self) {
        self.shared().has_lost = true;
    }

    /// Whether it has.
    pub(super) fn has_lost(&self) -> bool {
        self.shared().has_lost
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
    fn since(&self, earlier: &Moment) -> Duration {
        let by_wall = self.1.duration_since(earlier.1).unwrap_or(Duration::MAX);
        self.0.duration_since(earlier.0).max(by_wall)
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;
    use crate::Address;

    const IDLE_TIMEOUT: Duration = Duration::from_secs(4);
    const MORE: Duration = Duration::from_secs(5);
    const LESS: Duration = Duration::from_secs(3);

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

    /// A pool with two connections, and an app that has both.
    async fn pool() -> (Pool, TcpListener) {
        let app = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Address::Tcp(vec![app.local_addr().unwrap()]);
        let pool = Pool::new(IDLE_TIMEOUT);
        for _ in 0..2 {
            let connection = Connection::open(&address).await.unwrap();
            pool.lease(connection).keep();
        }
        (pool, app)
    }

    #[tokio::test]
    async fn a_connection_is_used_again_before_its_time_by_both_clocks() {
        let (pool, _app) = pool().await;
        let Moment(time, wall) = Moment::now();
        assert!(pool.take_at(Moment(time + LESS, wall + LESS)).is_some());
        assert!(pool.take_at(Moment(time, wall)).is_some());
        assert!(pool.take_at(Moment(time, wall)).is_none());
    }

    #[tokio::test]
    async fn where_a_clock_has_jumped_no_connection_is_used_again() {
        let jumps: [fn(Moment) -> Moment; 3] = [
            // While the environment was frozen, one of them stood still.
            |Moment(time, wall)| Moment(time, wall + MORE),
            |Moment(time, wall)| Moment(time + MORE, wall),
            // It was set back, and nobody knows for how long that was.
            |Moment(time, wall)| Moment(time, wall - MORE),
        ];
        for jump in jumps {
            let (pool, _app) = pool().await;
            assert!(pool.take_at(jump(Moment::now())).is_none());
            // Nor later.
            assert!(pool.take_at(Moment::now()).is_none());
        }
    }
}
