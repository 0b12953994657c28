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
use super::deadline::Deadline;
use super::shared::Shared;
use super::task::spawned;
use crate::error::BoxError;
use crate::panic::guard;
use crate::{Body, Context, Error, Invocation, Lambda, Reply, trace};

/// How long a stream may take to end once it has been told to.
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
                failures.end();
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
    let answered = span
        .cover(async {
            let answered = answer(lambda, client, shared, &context, invocation).await;
            in_time(
                shared,
                &context,
                "work after the response",
                context.run_background(),
            )
            .await;
            answered
        })
        .await;
    if let Some(hook) = &shared.hooks.after_invocation {
        if let Some(task) = told(&context, "after_invocation", guard(hook)) {
            let done = async {
                told(&context, "after_invocation", spawned(task).await);
            };
            in_time(shared, &context, "after_invocation", done).await;
        }
    }
    answered
}

/// From the event to the reply.
async fn answer<S, B>(
    lambda: &mut Lambda<S>,
    client: &mut Client<B>,
    shared: &Shared,
    context: &Context,
    invocation: Invocation,
) -> Result<(), Error>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    let limit = shared.deadline.and_then(|deadline| deadline.limit(context));
    let called = match shared.deadline.zip(limit) {
        Some((deadline, limit)) => call_until(lambda, invocation, deadline, limit).await,
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
        Err(reply) => stream(client, context, reply, shared.deadline).await,
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
    deadline: Deadline,
    limit: Duration,
) -> Result<Reply<B>, Error>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body,
    B::Error: Into<BoxError>,
{
    let until = Instant::now() + limit;
    match timeout_at(until, poll_fn(|cx| lambda.poll_ready(cx))).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return lambda.refuse(invocation, error, None),
        Err(_) => return lambda.refuse(invocation, deadline.error(), deadline.response()),
    }
    let mut called = pin!(lambda.call(invocation));
    match timeout_at(until, called.as_mut()).await {
        Ok(replied) => replied,
        Err(_) => called.give_up(deadline.error(), deadline.response()),
    }
}

async fn stream<B>(
    client: &mut Client<B>,
    context: &Context,
    reply: Reply<B>,
    deadline: Option<Deadline>,
) -> Result<(), Error>
where
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    let Some(progress) = reply.progress() else {
        return Ok(());
    };
    let is_sent = {
        let mut streamed = pin!(client.stream(context, reply, &progress));
        let limit = deadline.and_then(|deadline| deadline.limit(context));
        match deadline.zip(limit) {
            None => Some(streamed.await),
            Some((deadline, limit)) => match timeout(limit, streamed.as_mut()).await {
                Ok(sent) => Some(sent),
                // Only the answer to all of it is missing.
                Err(_) if progress.is_over() => Some(streamed.await),
                Err(_) => {
                    progress.fail(deadline.error());
                    timeout(GRACE, streamed).await.ok()
                }
            },
        }
    };
    match (is_sent, progress.fault()) {
        (Some(sent), Some(error)) => {
            trace::failed(context, error);
            sent
        }
        (Some(sent), None) => sent,
        // Nobody reads it.
        (None, Some(error)) => client.give_up(context, error).await,
        (None, None) => Ok(()),
    }
}

/// Does what comes after the answer until the deadline, if the runtime has to watch it.
async fn in_time(shared: &Shared, context: &Context, name: &str, work: impl Future<Output = ()>) {
    let left = shared.deadline.and_then(|_| context.remaining());
    match left.filter(|left| !left.is_zero()) {
        None => work.await,
        Some(left) => {
            if timeout(left, work).await.is_err() {
                let id = context.request_id();
                trace::error(format_args!("{id}: {name} did not end before the deadline"));
            }
        }
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
