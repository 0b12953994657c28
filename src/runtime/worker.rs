use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http::{Request, Response};
use tokio::time::{Instant, timeout, timeout_at};
use tower_service::Service;

use super::backoff::Failures;
use super::client::{Client, NextError};
use super::deadline::Until;
use super::shared::Shared;
use super::task::spawned;
use crate::error::BoxError;
use crate::panic::guard;
use crate::{Body, Context, Error, Invocation, Lambda, Reply, trace};

/// How long what comes at the deadline may take to end.
const GRACE: Duration = Duration::from_secs(1);

/// Serves one invocation after the other, until the runtime closes.
pub(super) async fn serve<S, B>(mut lambda: Lambda<S>, shared: Arc<Shared>) -> Result<(), Error>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    let mut client = Client::new(Arc::clone(&shared.api));
    let mut failures = Failures::new(&shared);
    loop {
        let Some(asked) = shared.closing.unless(pin!(client.ask())).await else {
            return Ok(());
        };
        let next = match asked {
            Ok(response) => client.receive(response).await,
            Err(error) => Err(error.into()),
        };
        match next {
            Ok(invocation) => {
                failures.reset();
                let invoked = pin!(invoke(&mut lambda, &mut client, &shared, invocation));
                invoked.await?;
            }
            Err(NextError { context, error }) => {
                if let Some(context) = context {
                    client.fail(&context, &error).await?;
                }
                match shared.closing.unless(pin!(failures.add(error))).await {
                    Some(waited) => waited?,
                    None => return Ok(()),
                }
            }
        }
    }
}

/// From the event to what comes after the reply.
async fn invoke<S, B>(
    lambda: &mut Lambda<S>,
    client: &mut Client<B>,
    shared: &Shared,
    invocation: Invocation,
) -> Result<(), Error>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    let context = invocation.context().clone();
    if shared.is_sequential() {
        if let Some(hook) = &shared.hooks.on_trace_id {
            let id = context.trace_id().unwrap_or_default();
            told(&context, "on_trace_id", guard(|| hook(id)));
        }
    }
    let is_cold =
        !shared.is_warm.load(Ordering::Relaxed) && !shared.is_warm.swap(true, Ordering::Relaxed);
    let span = trace::Span::of(&context, is_cold);
    let until = Until::of(&context, shared.deadline);
    let answered = span
        .cover(async {
            let answered = answer(lambda, client, &context, until, invocation).await;
            let work = context.run_background();
            in_time(until, &context, "work after the response", work).await;
            answered
        })
        .await;
    if let Some(hook) = &shared.hooks.after_invocation {
        if let Some(task) = told(&context, "after_invocation", guard(hook)) {
            let done = async {
                told(&context, "after_invocation", spawned(task).await);
            };
            in_time(until, &context, "after_invocation", done).await;
        }
    }
    answered
}

/// From the event to the reply.
async fn answer<S, B>(
    lambda: &mut Lambda<S>,
    client: &mut Client<B>,
    context: &Context,
    until: Option<Until>,
    invocation: Invocation,
) -> Result<(), Error>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    let called = match until {
        Some(until) => call_until(lambda, invocation, until).await,
        None => call(lambda, invocation).await,
    };
    let reply = match called {
        Ok(reply) => reply,
        Err(error) => return client.fail(context, &error).await,
    };
    if let Some(error) = reply.error() {
        trace::failed(context, error);
    }
    match reply.into_bytes() {
        Ok(json) => client.respond(context, json).await,
        Err(reply) => stream(client, context, reply, until).await,
    }
}

/// Calls the service once it is ready.
pub(crate) async fn call<S, B>(
    lambda: &mut Lambda<S>,
    invocation: Invocation,
) -> Result<Reply<B>, Error>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body,
    B::Error: Into<BoxError>,
{
    match poll_fn(|cx| lambda.poll_ready(cx)).await {
        Ok(()) => lambda.call(invocation).await,
        Err(error) => lambda.refuse(invocation, error, None),
    }
}

/// Calls the service once it is ready, and gives it up at the deadline.
async fn call_until<S, B>(
    lambda: &mut Lambda<S>,
    invocation: Invocation,
    Until {
        answer, deadline, ..
    }: Until,
) -> Result<Reply<B>, Error>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body,
    B::Error: Into<BoxError>,
{
    match timeout_at(answer, poll_fn(|cx| lambda.poll_ready(cx))).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return lambda.refuse(invocation, error, None),
        Err(_) => return lambda.refuse(invocation, deadline.error(), deadline.response()),
    }
    let mut called = pin!(lambda.call(invocation));
    match timeout_at(answer, called.as_mut()).await {
        Ok(replied) => replied,
        Err(_) => called.give_up(deadline.error(), deadline.response()),
    }
}

async fn stream<B>(
    client: &mut Client<B>,
    context: &Context,
    reply: Reply<B>,
    until: Option<Until>,
) -> Result<(), Error>
where
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    let Some(progress) = reply.progress() else {
        return Ok(());
    };
    let sent = {
        let mut streamed = pin!(client.stream(context, reply, &progress));
        match until {
            None => Ok(streamed.await),
            Some(Until {
                answer, deadline, ..
            }) => match timeout_at(answer, streamed.as_mut()).await {
                Ok(sent) => Ok(sent),
                // Only the answer to all of it is missing.
                Err(_) if progress.is_over() => Ok(streamed.await),
                Err(_) => {
                    progress.fail(deadline.error());
                    let ended = timeout(GRACE, streamed).await;
                    ended.map_err(|_| deadline.error())
                }
            },
        }
    };
    match sent {
        Ok(sent) => {
            if let Some(error) = progress.fault() {
                trace::failed(context, error);
            }
            sent
        }
        // Nobody reads it.
        Err(error) => client.give_up(context, &error).await,
    }
}

/// Does what comes after the answer until the deadline, if the runtime has to watch it; or a
/// little longer, if the answer has taken all of the time.
async fn in_time(
    until: Option<Until>,
    context: &Context,
    name: &str,
    work: impl Future<Output = ()>,
) {
    let Some(Until { end, .. }) = until else {
        return work.await;
    };
    if timeout_at(end.max(Instant::now() + GRACE), work)
        .await
        .is_err()
    {
        let id = context.request_id();
        trace::error(format_args!("{id}: {name} did not end before the deadline"));
    }
}

/// What a hook has given, or the log has been told why it has not.
fn told<T>(context: &Context, name: &str, outcome: Result<T, Error>) -> Option<T> {
    outcome
        .inspect_err(|error| {
            let id = context.request_id();
            trace::error(format_args!("{id}: {name}: {error}"));
        })
        .ok()
}
