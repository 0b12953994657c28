//! A pool of connections for an environment that is frozen, copied and ended at any time.
//!
//! - It is no larger than the number of invocations at a time, which is one but on
//!   [Managed Instances][managed]: more connections would never be used, and the server has to hold
//!   them for each environment.
//! - It keeps no connection open for its own sake, and closes none by a timer. Between invocations
//!   [an environment is frozen][frozen], and so are timers.
//! - A connection is looked at when it is taken. While the environment was frozen, the server may
//!   have closed it, which a ping is told at once; or what lies between may have forgotten it, as a
//!   NAT gateway does [after 350 seconds][nat], and then maybe nobody answers a ping. So one that has
//!   not been used for a minute is not asked at all, and a ping has a second. The minute is one of
//!   the wall clock, since a clock that counts from the start may stand still with the environment.
//! - sqlx asks the server too when a connection is [given back][release], in a task of its own.
//!   [`settle`](Database::settle) waits for that, so that the environment is not frozen in the middle.
//! - A snapshot is the start of many environments, and [no connection in it is sure to work][snapshot]:
//!   before it the pool is closed, and after it there is a new one, which connects when it is first
//!   asked to, so that a database that is away for a moment fails a request and not an environment.
//! - Before the environment ends, the pool is closed, so that the server need not find out by itself.
//!
//! [managed]: https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances.html
//! [frozen]: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
//! [nat]: https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html#nat-gateway-troubleshooting-timeout
//! [release]: https://docs.rs/sqlx-core/0.9.0/src/sqlx_core/pool/connection.rs.html
//! [snapshot]: https://docs.aws.amazon.com/lambda/latest/dg/snapstart-best-practices.html

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::pool::PoolConnectionMetadata;
use sqlx::{AnyConnection, AnyPool, Connection as _, Error, SqlSafeStr as _};
use tokio::time::{sleep, timeout};

/// How long a connection may have been idle to be used again.
const FRESH: Duration = Duration::from_secs(60);

/// How long the server may take to answer a ping.
const PING: Duration = Duration::from_secs(1);

/// How long a request waits for a connection, connecting and all.
const ACQUIRE: Duration = Duration::from_secs(5);

/// A database, and what connections there are to it.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), sqlx::Error> {
/// let database = example_database::Database::new("sqlite::memory:");
/// database.open()?;
/// database.migrate().await?;
/// let count: i64 = sqlx::query_scalar("SELECT count(*) FROM books")
///     .fetch_one(&database.pool()?)
///     .await?;
/// assert_eq!(count, 0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Database {
    url: Arc<str>,
    connections: u32,
    fresh: Duration,
    pool: Arc<RwLock<Option<AnyPool>>>,
}

impl Database {
    /// The database at a URL, to which there is no connection yet.
    pub fn new(url: impl Into<Arc<str>>) -> Self {
        Database {
            url: url.into(),
            connections: 1,
            fresh: FRESH,
            pool: Arc::default(),
        }
    }

    /// How many connections there may be; by default, one.
    pub fn connections(mut self, connections: u32) -> Self {
        self.connections = connections.max(1);
        self
    }

    /// How long a connection may have been idle to be used again; by default, a minute.
    pub fn fresh_for(mut self, fresh: Duration) -> Self {
        self.fresh = fresh;
        self
    }

    /// Makes a pool, which connects when it is first asked to.
    ///
    /// # Errors
    ///
    /// If that is no URL. Of what it is one is seen when something is asked.
    pub fn open(&self) -> Result<(), Error> {
        install_default_drivers();
        let last = Arc::new(Mutex::new(SystemTime::now()));
        let (used, fresh) = (Arc::clone(&last), self.fresh);
        let pool = AnyPoolOptions::new()
            .max_connections(self.connections)
            .min_connections(0)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(ACQUIRE)
            // Its ping may wait as long as TCP does, and comes before the hook.
            .test_before_acquire(false)
            .before_acquire(move |connection, metadata| {
                let idle = idle(&metadata, &used);
                Box::pin(async move { Ok(idle < fresh && answers(connection).await) })
            })
            .after_release(move |_, _| {
                *last.lock().unwrap_or_else(PoisonError::into_inner) = SystemTime::now();
                Box::pin(async { Ok(true) })
            })
            .connect_lazy(&self.url)?;
        *self.pool.write().unwrap_or_else(PoisonError::into_inner) = Some(pool);
        Ok(())
    }

    /// The pool.
    ///
    /// # Errors
    ///
    /// If it is closed.
    pub fn pool(&self) -> Result<AnyPool, Error> {
        let pool = self.pool.read().unwrap_or_else(PoisonError::into_inner);
        pool.clone().ok_or(Error::PoolClosed)
    }

    /// Makes the tables that are not there yet. With PostgreSQL, one environment at a time does.
    ///
    /// # Errors
    ///
    /// If there is no such database, it cannot be reached, or has other tables.
    pub async fn migrate(&self) -> Result<(), Error> {
        let books = include_str!("../migrations/1_books.sql").into_sql_str();
        let books = Migration::new(1, "books".into(), MigrationType::Simple, books, false);
        let migrator = Migrator::with_migrations(vec![books]);
        Ok(migrator.run(&self.pool()?).await?)
    }

    /// Waits until the connection has been given back: where there is more than one, invocations
    /// overlap, and the environment is not frozen.
    pub async fn settle(&self) {
        if let (Ok(pool), 1) = (self.pool(), self.connections) {
            let back = async {
                while pool.size() > 0 && pool.num_idle() == 0 {
                    sleep(Duration::from_millis(1)).await;
                }
            };
            // A server that does not answer by then does not keep the next invocation waiting.
            let _ = timeout(PING, back).await;
        }
    }

    /// Closes the pool, and the connections with it.
    ///
    /// # Errors
    ///
    /// None; the type is that of a hook.
    pub async fn close(&self) -> Result<(), Error> {
        let pool = self
            .pool
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(pool) = pool {
            pool.close().await;
        }
        Ok(())
    }
}

/// How long a connection has been idle, by the clock that says longer.
fn idle(metadata: &PoolConnectionMetadata, last: &Mutex<SystemTime>) -> Duration {
    let last = *last.lock().unwrap_or_else(PoisonError::into_inner);
    // A clock that has been set back tells nothing.
    let elapsed = last.elapsed().unwrap_or(Duration::MAX);
    elapsed.max(metadata.idle_for)
}

/// Whether the server still knows the connection.
async fn answers(connection: &mut AnyConnection) -> bool {
    matches!(timeout(PING, connection.ping()).await, Ok(Ok(())))
}
