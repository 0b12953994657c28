//! The app: whether it is ready, and what became of it.

mod child;
mod readiness;
mod signals;
mod stderr;
mod supervisor;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

pub(crate) use self::readiness::wait_until_ready;
pub use self::supervisor::Supervisor;
use crate::Error;

/// How long after a connection broke it takes at most to learn that the app has died.
const DEATH_NOTICE: Duration = Duration::from_millis(100);

/// What is known of the app.
#[derive(Clone, Debug)]
struct State {
    /// How often it was started.
    life: u64,
    phase: Phase,
    /// What the last life ended of.
    last: Arc<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Starting,
    Ready,
    /// It is not started again.
    Over,
}

/// The app, as those see it who ask it something.
///
/// # Examples
///
/// See [`Supervisor`].
#[derive(Clone, Debug)]
pub struct App {
    state: watch::Receiver<State>,
}

impl App {
    /// An app that somebody else starts, and whoever holds the teller knows of.
    pub(crate) fn told() -> (Teller, Self) {
        let (sender, state) = watch::channel(State {
            life: 1,
            phase: Phase::Starting,
            last: "".into(),
        });
        (Teller(Arc::new(sender)), App { state })
    }

    /// An app that is there.
    pub(crate) fn is_there() -> Self {
        let (teller, app) = App::told();
        teller.ready();
        app
    }

    /// Waits until it is ready.
    ///
    /// # Errors
    ///
    /// If it has ended, and is not started again.
    pub(crate) async fn ready(&self) -> Result<Life, Error> {
        let mut state = self.state.clone();
        let found = state.wait_for(|state| state.phase != Phase::Starting).await;
        // Whoever knew of it is gone, and left it as it was.
        let state = found.map_or_else(|_| self.state.borrow().clone(), |state| state.clone());
        match state.phase {
            Phase::Over => Err(Error::new(&*state.last)),
            _ => Ok(Life {
                state: self.state.clone(),
                life: state.life,
            }),
        }
    }

    /// Why it has ended for good, if it has; nothing, if it was to.
    pub(crate) fn is_over(&self) -> Option<Arc<str>> {
        let state = self.state.borrow();
        (state.phase == Phase::Over).then(|| Arc::clone(&state.last))
    }

    /// Waits until it has ended for good, and tells why.
    pub(crate) async fn over(&self) -> Arc<str> {
        let mut state = self.state.clone();
        let over = state.wait_for(|state| state.phase == Phase::Over).await;
        let reason = over.map(|state| Arc::clone(&state.last)).ok();
        match reason {
            Some(reason) => reason,
            None => std::future::pending().await,
        }
    }
}

/// One life of the app, from a start to an end.
#[derive(Clone)]
pub(crate) struct Life {
    state: watch::Receiver<State>,
    life: u64,
}

impl Life {
    /// The reason of an error: that the app has died, if it has, or the error itself.
    pub(crate) async fn explain(&self, error: Error) -> Error {
        let mut state = self.state.clone();
        let is_over = |state: &State| state.life != self.life || state.phase == Phase::Over;
        let died = timeout(DEATH_NOTICE, state.wait_for(is_over)).await;
        match died {
            Ok(Ok(state)) => Error::died(&state.last, error),
            _ => error,
        }
    }
}

/// Who knows of the app.
#[derive(Clone, Debug)]
pub(crate) struct Teller(Arc<watch::Sender<State>>);

impl Teller {
    pub(crate) fn ready(&self) {
        self.0.send_modify(|state| state.phase = Phase::Ready);
    }

    /// It has died, and is started again.
    fn died(&self, reason: &str) {
        self.0.send_modify(|state| {
            state.life += 1;
            state.phase = Phase::Starting;
            state.last = reason.into();
        });
    }

    pub(crate) fn over(&self, reason: &str) {
        self.0.send_modify(|state| {
            state.phase = Phase::Over;
            state.last = reason.into();
        });
    }
}
