use std::env;
use std::future::poll_fn;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use super::api::Api;
use super::client::Client;
use crate::Error;
use crate::error::BoxError;
use crate::panic::guard;

/// Tells Lambda by `/init/error` why the program cannot start.
pub(super) async fn report<B>(api: &Arc<Api>, error: &Error)
where
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    let mut client = Client::<B>::new(Arc::clone(api));
    client.fail_phase("init", error).await;
}

/// How many invocations Lambda will send at a time.
pub(super) fn concurrency() -> Result<Option<NonZeroUsize>, Error> {
    let name = "AWS_LAMBDA_MAX_CONCURRENCY";
    match env::var_os(name) {
        Some(value) if !value.is_empty() => {
            let number = value.to_str().and_then(|value| value.trim().parse().ok());
            number.map(Some).ok_or_else(|| {
                let value = value.to_string_lossy();
                let value = value.escape_debug();
                Error::init_message(format!("{name} is `{value}`, not a number of 1 or more"))
            })
        }
        _ => Ok(None),
    }
}

/// Whether Lambda is going to take a snapshot of the program.
pub(super) fn is_snap_start() -> bool {
    let kind = env::var("AWS_LAMBDA_INITIALIZATION_TYPE");
    kind.is_ok_and(|kind| kind == "snap-start")
}

/// The output of what makes a service, or why there is none.
pub(super) async fn attempt<T, E: Into<BoxError>>(
    init: impl Future<Output = Result<T, E>>,
) -> Result<T, Error> {
    let mut init = pin!(init);
    poll_fn(|cx| {
        let polled = guard(|| {
            let polled = init.as_mut().poll(cx);
            polled.map_err(|error| Error::init(error.into()))
        });
        let panicked = |error: Error| Poll::Ready(Err(Error::init_message(error.to_string())));
        polled.unwrap_or_else(panicked)
    })
    .await
}
