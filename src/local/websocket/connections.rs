use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::local::arrival::Arrival;
use crate::local::gateway::Connection;

/// How many messages may wait for a client that reads slowly.
const QUEUE: usize = 64;

/// How long a post waits for such a client.
const PATIENCE: Duration = Duration::from_secs(2);

/// The connections that can be posted to.
#[derive(Clone, Debug, Default)]
pub(in crate::local) struct Connections {
    by_id: Arc<Mutex<HashMap<String, Arc<Open>>>>,
}

impl Connections {
    /// Lets a connection be posted to. Gives what is posted.
    pub(super) fn open(
        &self,
        connection: Connection,
        arrival: &Arrival,
    ) -> (Arc<Open>, mpsc::Receiver<Outgoing>) {
        let (open, queue) = Open::new(connection, arrival);
        let open = Arc::new(open);
        let id = open.connection.id.clone();
        self.lock().insert(id, Arc::clone(&open));
        (open, queue)
    }

    pub(super) fn get(&self, id: &str) -> Option<Arc<Open>> {
        self.lock().get(id).cloned()
    }

    pub(super) fn remove(&self, id: &str) -> Option<Arc<Open>> {
        self.lock().remove(id)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Open>>> {
        // Nothing in here can be left half done.
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that is open, or about to be.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) connection: Connection,
    pub(super) peer: SocketAddr,
    pub(super) begun: Instant,
    /// When something last went in or out, in milliseconds since it was opened.
    active: AtomicU64,
    queue: mpsc::Sender<Outgoing>,
    stop: Notify,
}

/// What waits to be sent.
#[derive(Debug)]
pub(super) enum Outgoing {
    Text(Utf8Bytes),
    Close,
}

/// Why a message was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Gone,
    /// The client does not read.
    Full,
}

impl Open {
    fn new(connection: Connection, arrival: &Arrival) -> (Self, mpsc::Receiver<Outgoing>) {
        let (queue, queued) = mpsc::channel(QUEUE);
        let open = Open {
            connection,
            peer: arrival.client,
            begun: Instant::now(),
            active: AtomicU64::new(0),
            queue,
            stop: Notify::new(),
        };
        (open, queued)
    }

    pub(super) async fn send(&self, text: Utf8Bytes) -> Result<(), Refused> {
        use mpsc::error::SendTimeoutError::{Closed, Timeout};
        let sent = self
            .queue
            .send_timeout(Outgoing::Text(text), PATIENCE)
            .await;
        sent.map_err(|error| match error {
            Timeout(_) => Refused::Full,
            Closed(_) => Refused::Gone,
        })
    }

    /// Has the connection closed once what waits has been sent.
    pub(super) fn close(&self) {
        // Where too much waits, the end comes without it.
        let _ = self.queue.try_send(Outgoing::Close);
        self.stop.notify_one();
    }

    /// Waits until the connection is to be closed.
    pub(super) async fn stopped(&self) {
        self.stop.notified().await;
    }

    /// Something went in or out.
    pub(super) fn touch(&self) {
        let age = u64::try_from(self.begun.elapsed().as_millis());
        self.active
            .store(age.unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How long after it was opened something last went in or out.
    pub(super) fn last_active(&self) -> Duration {
        Duration::from_millis(self.active.load(Ordering::Relaxed))
    }
}
