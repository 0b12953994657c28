use std::ffi::OsString;
use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::select;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::child::Child;
use super::signals::PassedOn;
use super::{App, Teller, wait_until_ready};
use crate::{Config, Error, OnExit, Readiness};

/// An app that has lived this long is not failing at its start.
const LIVED: Duration = Duration::from_secs(10);

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A server that goes to the background may be ready just before what has started it ends.
const GOES_AWAY: Duration = Duration::from_secs(1);

const FOREGROUND: &str = "a server has to stay in the foreground, where this one may have gone to the background: \
     nginx stays by `daemon off;`, and gunicorn without `--daemon`";

/// Starts the app, starts it again when it dies, and ends it.
///
/// # Examples
///
/// ```no_run
/// use std::time::Duration;
///
/// use liftgate_process::{Config, Forward, Supervisor};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let config = Config::from_env()?;
///     let command = ["python3", "-m", "http.server", "8080"].map(Into::into);
///     let supervisor = Supervisor::start(command.to_vec(), &config)?;
///     supervisor.ready().await?;
///     liftgate::run(Forward::to(&config, supervisor.app())).await?;
///     supervisor.stop(Duration::from_secs(1)).await;
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Supervisor {
    app: App,
    stop: mpsc::Sender<(Duration, oneshot::Sender<()>)>,
}

impl Supervisor {
    /// Starts a command.
    ///
    /// # Errors
    ///
    /// If there is no such program, or it cannot be started.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn start(command: Vec<OsString>, config: &Config) -> Result<Self, Error> {
        let child = Child::spawn(&command)?;
        let (teller, app) = App::told();
        let (stop, stopped) = mpsc::channel(1);
        let life = Lives {
            command,
            readiness: config.readiness.clone(),
            on_exit: config.on_exit,
            async_init: config.async_init,
            teller,
            stopped,
            passed_on: PassedOn::new()?,
        };
        tokio::spawn(life.live(child));
        Ok(Supervisor { app, stop })
    }

    /// The app that is started.
    pub fn app(&self) -> App {
        self.app.clone()
    }

    /// Waits until the app is ready for the first time.
    ///
    /// # Errors
    ///
    /// If it dies before, or is not ready in the time that it has.
    pub async fn ready(&self) -> Result<(), Error> {
        self.app.ready().await.map(drop)
    }

    /// Waits until the app is not started again, and tells why.
    pub async fn over(&self) -> Arc<str> {
        self.app.over().await
    }

    /// Sends the app `SIGTERM`, and kills it with all that it has started if it is there after that
    /// time, or when this is dropped.
    pub async fn stop(&self, limit: Duration) {
        let (told, ended) = oneshot::channel();
        if self.stop.send((limit, told)).await.is_ok() {
            let _ = ended.await;
        }
    }
}

/// The app's lives, one after the other.
struct Lives {
    command: Vec<OsString>,
    readiness: Readiness,
    on_exit: OnExit,
    async_init: bool,
    teller: Teller,
    stopped: mpsc::Receiver<(Duration, oneshot::Sender<()>)>,
    passed_on: PassedOn,
}

/// How a life ended.
enum End {
    Stopped,
    /// Before it was ready.
    Early(String),
    Late(String),
}

impl Lives {
    async fn live(mut self, mut child: Child) {
        let mut failures = 0;
        let mut has_been_ready = false;
        let reason = loop {
            let born = Instant::now();
            let (mut reason, was_ready) = match self.watch(&mut child).await {
                End::Stopped => return,
                End::Early(reason) => (reason, false),
                End::Late(reason) => (reason, true),
            };
            if child.has_succeeded() && (!was_ready || born.elapsed() < GOES_AWAY) {
                reason = format!("{reason}\n{FOREGROUND}");
            }
            has_been_ready |= was_ready;
            if was_ready && born.elapsed() >= LIVED {
                failures = 0;
            }
            failures += 1;
            match self.on_exit {
                OnExit::Restart { limit: 0 } if has_been_ready => {}
                OnExit::Restart { limit } if has_been_ready && failures <= limit => {}
                // An environment that cannot start the app is of no use.
                _ => break reason,
            }
            tracing::error!("{reason}\nstarting it again");
            self.teller.died(&reason);
            if self.is_stopped_in(pause(failures)).await {
                return;
            }
            child = match Child::spawn(&self.command) {
                Ok(child) => child,
                Err(error) => break format!("{error:#}"),
            };
        };
        // Whoever starts it is told of the first start, and tells of it.
        if has_been_ready || self.async_init {
            tracing::error!("{reason}");
        }
        self.teller.over(&reason);
        // Whoever stops what is over has nothing to wait for.
        while let Some((_, told)) = self.stopped.recv().await {
            let _ = told.send(());
        }
    }

    /// Waits, unless it is to stop before.
    async fn is_stopped_in(&mut self, pause: Duration) -> bool {
        let Ok(stopped) = timeout(pause, self.stopped.recv()).await else {
            return false;
        };
        self.teller.over("");
        if let Some((_, told)) = stopped {
            let _ = told.send(());
        }
        true
    }

    /// Watches one life.
    async fn watch(&mut self, child: &mut Child) -> End {
        let mut is_ready = false;
        loop {
            let readiness = self.readiness.clone();
            let getting_ready = async {
                match is_ready {
                    false => wait_until_ready(&readiness).await,
                    true => pending().await,
                }
            };
            select! {
                biased;
                reason = child.died() => return match is_ready {
                    true => End::Late(reason),
                    false => End::Early(format!("{reason}\n(it was not ready yet)")),
                },
                Some((limit, mut told)) = self.stopped.recv() => {
                    match child.stop(limit, told.closed()).await {
                        Ok(ended) => tracing::info!("{ended}"),
                        Err(killed) => tracing::warn!("{killed}"),
                    }
                    self.teller.over("");
                    let _ = told.send(());
                    return End::Stopped;
                }
                signal = self.passed_on.recv() => child.signal(signal),
                ready = getting_ready => match ready {
                    Ok(()) => {
                        is_ready = true;
                        self.teller.ready();
                    }
                    Err(error) => {
                        let _ = child.stop(Duration::from_secs(1), pending()).await;
                        return End::Early(format!("{error:#}\n{}", child.died().await));
                    }
                },
            }
        }
    }
}

fn pause(failures: u32) -> Duration {
    let doubled = FIRST_PAUSE * 2u32.saturating_pow(failures.min(10) - 1);
    doubled.min(LONGEST_PAUSE)
}
