use std::env;
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::HeaderValue;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};

use super::api::Api;
use super::backoff::pause;
use super::client::Client;
use super::race::{Race, race};
use super::task::{AbortOnDrop, spawned};
use crate::error::BoxError;
use crate::{Error, trace};

type HookTask = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// What the program does once, at a turn of its life.
pub(super) struct Hook(Box<dyn FnOnce() -> HookTask + Send>);

/// How long the hooks after a snapshot may take together, which is Lambda's limit.
const RESTORE_TIMEOUT: Duration = Duration::from_secs(10);

/// How often in a row the Runtime API may fail to wait over a snapshot.
const MAX_RESTORES: u32 = 10;

/// How long the start waits for the extension.
const REGISTER_TIMEOUT: Duration = Duration::from_secs(3);

impl Hook {
    pub(super) fn new<F, E>(hook: impl FnOnce() -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<BoxError>,
    {
        Hook(Box::new(|| {
            let task = hook();
            Box::pin(async { task.await.map_err(|error| Error::init(error.into())) })
        }))
    }

    /// Runs it in a task of its own, where its panic stays, and in which it ends if it is late.
    async fn run(self, until: Option<Instant>) -> Result<(), Error> {
        let task = spawned(async { (self.0)().await });
        let ended = match until {
            None => task.await,
            Some(until) => match timeout_at(until, task).await {
                Ok(ended) => ended,
                Err(_) => return Err(Error::timeout("a hook took too long")),
            },
        };
        ended.unwrap_or_else(|panic| Err(Error::init_message(panic.to_string())))
    }
}

/// What a program does before its first invocation and after its last.
#[derive(Default)]
pub(super) struct Lifecycle {
    pub(super) before_snapshot: Vec<Hook>,
    pub(super) after_restore: Vec<Hook>,
    pub(super) on_shutdown: Vec<Hook>,
    /// The name of the external extension that the program is.
    pub(super) extension: Option<String>,
}

impl Lifecycle {
    /// Waits over the snapshot, with what is to be done before and after.
    ///
    /// The last part of a program to be made is the first to be put away, so the hooks before
    /// a snapshot run from the last to the first.
    pub(super) async fn snapshot<B>(&mut self, api: &Arc<Api>) -> Result<(), Error>
    where
        B: http_body::Body + 'static,
        B::Error: Into<BoxError>,
    {
        let mut client = Client::<B>::new(Arc::clone(api));
        while let Some(hook) = self.before_snapshot.pop() {
            if let Err(error) = hook.run(None).await {
                client.fail_phase("init", &error).await;
                return Err(error);
            }
        }
        // A connection may not outlive the snapshot.
        let mut failures = 0;
        while let Err(error) = client.restore().await {
            failures += 1;
            if failures == MAX_RESTORES {
                return Err(error);
            }
            trace::warn(format_args!("{error}; trying again"));
            sleep(pause(failures)).await;
        }
        let until = Instant::now() + RESTORE_TIMEOUT;
        for hook in self.after_restore.drain(..) {
            if let Err(error) = hook.run(Some(until)).await {
                client.fail_phase("restore", &error).await;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Arranges for `SIGTERM`, or until `left`, if there is something to do then.
    pub(super) async fn arrange<B>(
        &mut self,
        api: &Arc<Api>,
        limit: Duration,
        left: Option<impl Future<Output = ()> + Send + 'static>,
    ) -> Result<Option<Shutdown<B>>, Error>
    where
        B: http_body::Body + 'static,
        B::Error: Into<BoxError>,
    {
        if self.on_shutdown.is_empty() && self.extension.is_none() {
            return Ok(None);
        }
        let terminated = terminated()?;
        let (sender, closing) = watch::channel(false);
        let close = Arc::new(sender);
        let terminate = Arc::clone(&close);
        let watcher = AbortOnDrop(tokio::spawn(async move {
            match left {
                Some(left) => {
                    race(terminated, left).await;
                }
                None => terminated.await,
            }
            let _ = terminate.send(true);
        }));
        // Extensions have to register before the first invocation is asked for.
        let mut client = Client::new(extensions_api(api)?);
        let external = self.extension.take();
        let registered = timeout(REGISTER_TIMEOUT, client.register(external.as_deref())).await;
        let late = |_| Err(Error::timeout("the Runtime API does not answer"));
        let extension = registered.unwrap_or_else(late).inspect_err(no_signal).ok();
        Ok(Some(Shutdown {
            hooks: std::mem::take(&mut self.on_shutdown),
            // More than that is for ever.
            limit: limit.min(Duration::from_secs(24 * 60 * 60)),
            closing,
            client,
            extension,
            // An extension that is not the runtime's own is told by an event.
            close: external.map(|_| close),
            _watcher: watcher,
        }))
    }
}

/// What is to be done on `SIGTERM`.
pub(super) struct Shutdown<B>
where
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    hooks: Vec<Hook>,
    limit: Duration,
    closing: watch::Receiver<bool>,
    client: Client<B>,
    extension: Option<HeaderValue>,
    close: Option<Arc<watch::Sender<bool>>>,
    _watcher: AbortOnDrop<()>,
}

impl<B> Shutdown<B>
where
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    pub(super) fn closing(&self) -> watch::Receiver<bool> {
        self.closing.clone()
    }

    /// Lets the program end what it has begun, and runs the hooks, until there is no time left. If
    /// the program ends by itself, that is the end.
    pub(super) async fn guard(
        mut self,
        program: impl Future<Output = Result<(), Error>>,
    ) -> Result<(), Error> {
        let limit = self.limit;
        let late = || Error::timeout(format!("SIGTERM: it took longer than {limit:?} to end"));
        let begun = OnceLock::new();
        let begun = || *begun.get_or_init(Instant::now);
        let mut closing = self.closing.clone();
        let cut = pin!(async {
            let _ = closing.wait_for(|is_closed| *is_closed).await;
            // The rest is for the hooks.
            sleep_until(begun() + limit / 2).await;
        });
        let (client, extension) = (&mut self.client, self.extension.as_ref());
        let extension = pin!(stay(client, extension, self.close.as_deref()));
        let mut outcome = match race(program, race(cut, extension)).await {
            Race::First(ended) => ended,
            Race::Second(_) => Err(late()),
        };
        if !*self.closing.borrow() {
            return outcome;
        }
        for hook in self.hooks {
            if let Err(error) = hook.run(Some(begun() + limit)).await {
                trace::error(format_args!("SIGTERM: {error}"));
                if error.is_timeout() {
                    outcome = Err(late());
                }
            }
        }
        outcome
    }
}

/// Remains an extension, over as many connections as it takes. The event that an external one gets
/// is that of the shutdown.
async fn stay<B>(
    client: &mut Client<B>,
    extension: Option<&HeaderValue>,
    close: Option<&watch::Sender<bool>>,
) where
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    let Some(extension) = extension else {
        return std::future::pending().await;
    };
    let mut failures = 0;
    loop {
        match (client.wait_as(extension).await, close) {
            (Ok(()), Some(close)) => {
                let _ = close.send(true);
                return std::future::pending().await;
            }
            (Err(error), _) if failures == 0 => no_signal(&error),
            _ => {}
        }
        failures += 1;
        sleep(pause(failures)).await;
    }
}

/// Where extensions register: with Lambda, also if another address stands for the Runtime API, as
/// that of a proxy does, which an extension may be.
fn extensions_api(api: &Arc<Api>) -> Result<Arc<Api>, Error> {
    match env::var("AWS_LAMBDA_RUNTIME_API") {
        Ok(address) => Api::new(&address).map(Arc::new),
        Err(_) => Ok(Arc::clone(api)),
    }
}

fn no_signal(error: &Error) {
    trace::warn(format_args!(
        "Lambda may not send SIGTERM, on which the shutdown hooks wait: {error}"
    ));
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
