use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::api::Api;
use super::client::Client;
use super::race::{Race, race};
use crate::error::BoxError;
use crate::{Body, Error, trace};

/// A client that streams nothing.
type Plain = Client<Body>;

type HookTask = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>>;

/// What the program does once, at a turn of its life.
pub(super) struct Hook(Box<dyn FnOnce() -> HookTask + Send>);

/// How long the hooks after a snapshot may take together, which is Lambda's limit.
const RESTORE_TIMEOUT: Duration = Duration::from_secs(10);

impl Hook {
    pub(super) fn new<F, E>(hook: impl FnOnce() -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<BoxError>,
    {
        Hook(Box::new(|| {
            let task = hook();
            Box::pin(async { task.await.map_err(Into::into) })
        }))
    }

    /// Runs it in a task of its own, where its panic stays, and in which it ends if it is late.
    async fn run(self, until: Option<Instant>) -> Result<(), Error> {
        let mut task = AbortOnDrop(tokio::spawn(trace::follow(async { (self.0)().await })));
        let ended = match until {
            None => (&mut task.0).await,
            Some(until) => match timeout_at(until, &mut task.0).await {
                Ok(ended) => ended,
                Err(_) => return Err(Error::timeout("a hook took too long")),
            },
        };
        match ended {
            Ok(done) => done.map_err(Error::init),
            Err(error) => Err(Error::init(error.into())),
        }
    }
}

struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What a program does before its first invocation and after its last.
#[derive(Default)]
pub(super) struct Lifecycle {
    pub(super) before_snapshot: Vec<Hook>,
    pub(super) after_restore: Vec<Hook>,
    pub(super) on_shutdown: Vec<Hook>,
}

impl Lifecycle {
    /// Waits over the snapshot, with what is to be done before and after.
    ///
    /// The last part of a program to be made is the first to be put away, so the hooks before
    /// a snapshot run from the last to the first.
    pub(super) async fn snapshot(&mut self, api: &Arc<Api>) -> Result<(), Error> {
        let mut client = Plain::new(Arc::clone(api));
        while let Some(hook) = self.before_snapshot.pop() {
            if let Err(error) = hook.run(None).await {
                client.fail_phase("init", &error).await;
                return Err(error);
            }
        }
        wait_for_restore(&mut client).await?;
        let until = Instant::now() + RESTORE_TIMEOUT;
        for hook in self.after_restore.drain(..) {
            if let Err(error) = hook.run(Some(until)).await {
                client.fail_phase("restore", &error).await;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Arranges for `SIGTERM`, if there is something to do then.
    pub(super) async fn arrange(&mut self, api: &Arc<Api>) -> Result<Option<Shutdown>, Error> {
        if self.on_shutdown.is_empty() {
            return Ok(None);
        }
        let terminated = terminated()?;
        let (sender, receiver) = watch::channel(false);
        let (registered, is_registered) = oneshot::channel();
        let mut client = Plain::new(Arc::clone(api));
        let extension = tokio::spawn(async move {
            // Extensions have to register before the first invocation is asked for.
            let registered = || {
                let _ = registered.send(());
            };
            let extended = client.extend(registered).await;
            let problem = match extended {
                Ok(()) => "the Runtime API let go of it".to_owned(),
                Err(error) => error.to_string(),
            };
            trace::warn(format_args!(
                "Lambda may not send SIGTERM, on which the shutdown hooks wait: {problem}"
            ));
        });
        let _ = is_registered.await;
        let watcher = tokio::spawn(async move {
            terminated.await;
            let _ = sender.send(true);
        });
        Ok(Some(Shutdown {
            hooks: std::mem::take(&mut self.on_shutdown),
            closing: receiver,
            tasks: [AbortOnDrop(extension), AbortOnDrop(watcher)],
        }))
    }
}

/// What is to be done on `SIGTERM`.
pub(super) struct Shutdown {
    hooks: Vec<Hook>,
    pub(super) closing: watch::Receiver<bool>,
    #[allow(dead_code)] // Held until the end.
    tasks: [AbortOnDrop<()>; 2],
}

impl Shutdown {
    /// Lets the workers end what they have begun, and runs the hooks, until there is no time
    /// left. If the workers end by themselves, that is the end.
    pub(super) async fn guard(
        self,
        workers: impl Future<Output = Result<(), Error>>,
        limit: Duration,
    ) -> Result<(), Error> {
        let late = || Error::timeout(format!("SIGTERM: it took longer than {limit:?} to end"));
        let until = OnceLock::new();
        let until = || *until.get_or_init(|| Instant::now() + limit);
        let mut closing = self.closing.clone();
        let cut = async {
            let _ = closing.wait_for(|is_closed| *is_closed).await;
            sleep_until(until()).await;
        };
        let ended = match race(workers, cut).await {
            Race::First(ended) => ended,
            Race::Second(()) => Err(late()),
        };
        if !*self.closing.borrow() {
            return ended;
        }
        let mut outcome = ended;
        for hook in self.hooks {
            if let Err(error) = hook.run(Some(until())).await {
                trace::error(format_args!("SIGTERM: {error}"));
                if error.is_timeout() {
                    outcome = Err(late());
                }
            }
        }
        outcome
    }
}

#[cfg(unix)]
fn terminated() -> Result<impl Future<Output = ()>, Error> {
    let kind = tokio::signal::unix::SignalKind::terminate();
    let mut signal = tokio::signal::unix::signal(kind)
        .map_err(|error| Error::runtime_from("cannot wait for SIGTERM", error))?;
    Ok(async move {
        signal.recv().await;
    })
}

/// There is no Lambda here, and no such signal.
#[cfg(not(unix))]
fn terminated() -> Result<impl Future<Output = ()>, Error> {
    Ok(std::future::pending())
}

async fn wait_for_restore(client: &mut Plain) -> Result<(), Error> {
    let mut failures = 0;
    loop {
        match client.restore().await {
            Ok(()) => return Ok(()),
            Err(error) => {
                // A connection may not outlive the snapshot.
                failures += 1;
                if failures == 10 {
                    return Err(error);
                }
                trace::warn(format_args!("{error}; trying again"));
                sleep(Duration::from_millis(10 << failures)).await;
            }
        }
    }
}
