use std::env;
use std::future::poll_fn;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use super::api::Api;
use super::client::Client;
use super::lifecycle::{Lifecycle, Shutdown};
use crate::error::BoxError;
use crate::{Body, Error};

/// A runtime on Lambda, before its first invocation.
pub(super) struct Start {
    pub(super) api: Arc<Api>,
    pub(super) lifecycle: Lifecycle,
    pub(super) shutdown: Option<Shutdown>,
    pub(super) shutdown_timeout: Duration,
    pub(super) is_snap_start: Option<bool>,
}

impl Start {
    /// What the program makes before it takes invocations. Where that fails, Lambda is told.
    pub(super) async fn init<T, E: Into<BoxError>>(
        &mut self,
        init: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Error> {
        let made = caught(init).await;
        if let Err(error) = &made {
            report(&self.api, error).await;
        }
        made
    }

    /// Waits over the snapshot, if one is to be taken.
    pub(super) async fn snapshot(&mut self) -> Result<(), Error> {
        let by_name = || {
            let kind = env::var("AWS_LAMBDA_INITIALIZATION_TYPE");
            kind.is_ok_and(|kind| kind == "snap-start")
        };
        if self.is_snap_start.unwrap_or_else(by_name) {
            self.lifecycle.snapshot(&self.api).await?;
        }
        Ok(())
    }

    /// Runs the workers, and what is to be done when they have ended.
    pub(super) async fn run(
        self,
        workers: impl Future<Output = Result<(), Error>>,
    ) -> Result<(), Error> {
        match self.shutdown {
            Some(shutdown) => shutdown.guard(workers, self.shutdown_timeout).await,
            None => workers.await,
        }
    }
}

/// Tells Lambda by `/init/error` why the program cannot start.
pub(super) async fn report(api: &Arc<Api>, error: &Error) {
    let mut client = Client::<Body>::new(Arc::clone(api));
    client.fail_phase("init", error).await;
}

/// How many invocations Lambda will send at a time.
pub(super) fn concurrency() -> Result<NonZeroUsize, Error> {
    let name = "AWS_LAMBDA_MAX_CONCURRENCY";
    match env::var_os(name) {
        Some(value) if !value.is_empty() => {
            let number = value.to_str().and_then(|value| value.trim().parse().ok());
            number.ok_or_else(|| {
                let value = value.to_string_lossy();
                let value = value.escape_debug();
                Error::init_message(format!("{name} is `{value}`, not a number of 1 or more"))
            })
        }
        _ => Ok(NonZeroUsize::MIN),
    }
}

/// The output of what makes a service, or why there is none.
pub(super) async fn caught<T, E: Into<BoxError>>(
    init: impl Future<Output = Result<T, E>>,
) -> Result<T, Error> {
    let mut init = pin!(init);
    let polled = poll_fn(
        |cx| match catch_unwind(AssertUnwindSafe(|| init.as_mut().poll(cx))) {
            Ok(poll) => poll.map(Ok),
            Err(payload) => std::task::Poll::Ready(Err(payload)),
        },
    );
    match polled.await {
        Ok(made) => made.map_err(|error| Error::init(error.into())),
        Err(payload) => {
            let error = Error::panic(&*payload);
            Err(Error::init_message(error.to_string()))
        }
    }
}
