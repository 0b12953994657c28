use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use tokio::sync::{Mutex as AsyncMutex, mpsc};

use super::super::function::Call;
use super::super::ids;

/// What Lambda gives a program to end that has an extension of its own, and one that has a process
/// of its own beside it ([source][shutdown]).
///
/// [shutdown]: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-shutdown
const INTERNAL: Duration = Duration::from_millis(500);
const EXTERNAL: Duration = Duration::from_millis(2000);

/// The extensions of one environment.
#[derive(Debug, Default)]
pub(super) struct Extensions {
    by_id: Mutex<HashMap<String, Extension>>,
}

#[derive(Debug)]
struct Extension {
    events: Vec<String>,
    sender: mpsc::UnboundedSender<String>,
    receiver: Arc<AsyncMutex<mpsc::UnboundedReceiver<String>>>,
}

impl Extensions {
    /// Registers an extension for the events that the body names. Gives its id.
    pub(super) fn register(&self, body: &[u8]) -> Result<String, serde_json::Error> {
        let events = match body.trim_ascii() {
            [] => Vec::new(),
            body => {
                let registration: Value = serde_json::from_slice(body)?;
                let events = registration["events"].as_array().map(Vec::as_slice);
                let names = events.unwrap_or_default().iter().filter_map(Value::as_str);
                names.map(str::to_owned).collect()
            }
        };
        let (sender, receiver) = mpsc::unbounded_channel();
        let receiver = Arc::new(AsyncMutex::new(receiver));
        let id = ids::uuid();
        let extension = Extension {
            events,
            sender,
            receiver,
        };
        self.lock().insert(id.clone(), extension);
        Ok(id)
    }

    /// The next event of an extension, or `None` if there is no such extension.
    pub(super) async fn next(&self, id: &str) -> Option<String> {
        let receiver = Arc::clone(&self.lock().get(id)?.receiver);
        let mut receiver = receiver.lock().await;
        receiver.recv().await
    }

    pub(super) fn invoked(&self, call: &Call) {
        self.send("INVOKE", || {
            json!({
                "eventType": "INVOKE",
                "deadlineMs": deadline_ms(call.timeout),
                "requestId": call.request_id,
                "tracing": {"type": "X-Amzn-Trace-Id", "value": call.trace_id},
            })
        });
    }

    /// Tells those who asked for it. Gives how long there is: none without an extension.
    pub(super) fn shut_down(&self) -> Duration {
        self.send("SHUTDOWN", || {
            json!({
                "eventType": "SHUTDOWN",
                "shutdownReason": "spindown",
                "deadlineMs": deadline_ms(EXTERNAL),
            })
        });
        let extensions = self.lock();
        // Only a process of its own can ask for it.
        let is_external = |extension: &Extension| extension.wants("SHUTDOWN");
        match extensions.is_empty() {
            true => Duration::ZERO,
            false if extensions.values().any(is_external) => EXTERNAL,
            false => INTERNAL,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn send(&self, event: &str, make: impl Fn() -> Value) {
        for extension in self.lock().values() {
            if extension.wants(event) {
                // It is kept as long as the extension is.
                let _ = extension.sender.send(make().to_string());
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Extension>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Extension {
    fn wants(&self, event: &str) -> bool {
        self.events.iter().any(|wanted| wanted == event)
    }
}

/// The time that is this far from now, in milliseconds since 1970.
pub(super) fn deadline_ms(timeout: Duration) -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let deadline = now.unwrap_or_default().saturating_add(timeout);
    u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX)
}
