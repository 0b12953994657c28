use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};
use tokio::time::{Instant, timeout, timeout_at};
use tower_service::Service;

use super::client::{Client, NextError};
use super::shared::{Deadline, Failures, Shared};
use crate::error::BoxError;
use crate::{Body, Context, Error, Invocation, Lambda, Reply, trace};

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
        let Some(next) = shared.closing.unless(client.next()).await else {
            return Ok(());
        };
        match next {
            Ok(invocation) => {
                failures.end();
                invoke(&mut lambda, &mut client, &shared, invocation).await?;
            }
            Err(NextError { context, error }) => {
                if let Some(context) = context {
                    client.fail(&context, &error).await?;
                }
                match shared.closing.unless(failures.add(error)).await {
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
        if let (Some(hook), Some(id)) = (&shared.hooks.on_trace_id, context.trace_id()) {
            guard(&context, "on_trace_id", || hook(id));
        }
    }
    let is_cold =
        !shared.is_warm.load(Ordering::Relaxed) && !shared.is_warm.swap(true, Ordering::Relaxed);
    let span = trace::Span::of(&context, is_cold);
    let served = async {
        let limit = shared
            .deadline
            .and_then(|deadline| deadline.limit(&context));
        let deadline = shared.deadline.zip(limit);
        let called = match deadline {
            Some((deadline, limit)) => call_until(lambda, invocation, deadline, limit).await,
            None => call(lambda, invocation).await,
        };
        match called {
            Ok(reply) => {
                if let Some(error) = reply.error() {
                    trace::failed(&context, error);
                }
                match reply.into_bytes() {
                    Ok(json) => client.respond(&context, json).await?,
                    Err(reply) => stream(client, &context, reply, shared.deadline).await?,
                }
            }
            Err(error) => client.fail(&context, &error).await?,
        }
        context.run_background().await;
        Ok(())
    };
    span.cover(served).await?;
    if let Some(hook) = &shared.hooks.after_invocation {
        if let Some(task) = guard(&context, "after_invocation", hook) {
            // In a task, where a panic stays.
            if let Err(error) = tokio::spawn(trace::follow(task)).await {
                trace::error(format_args!("after_invocation: {error}"));
            }
        }
    }
    Ok(())
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
    let mut streamed = pin!(client.stream(context, reply, &progress));
    let limit = deadline.and_then(|deadline| deadline.limit(context));
    let in_time = match deadline.zip(limit) {
        Some((deadline, limit)) => match timeout(limit, streamed.as_mut()).await {
            Ok(streamed) => Some(streamed),
            Err(_) => {
                progress.fail(deadline.error());
                None
            }
        },
        None => None,
    };
    match in_time {
        Some(streamed) => streamed?,
        None => streamed.await?,
    }
    if let Some(error) = progress.fault() {
        trace::failed(context, error);
    }
    Ok(())
}

impl Deadline {
    /// How long the invocation may still take. One that comes after its deadline comes from an
    /// emulator, which does not mean it.
    fn limit(self, context: &Context) -> Option<Duration> {
        let left = context.remaining().filter(|left| !left.is_zero())?;
        Some(left.saturating_sub(self.margin))
    }

    fn error(self) -> Error {
        let margin = self.margin;
        Error::timeout(if margin.is_zero() {
            "the service did not answer before the deadline".to_owned()
        } else {
            format!("the service did not answer until {margin:?} before the deadline")
        })
    }

    fn response(self) -> Option<Response<Body>> {
        if !self.responds {
            return None;
        }
        let mut response = Response::new(Body::from("{\"message\":\"Gateway Timeout\"}"));
        *response.status_mut() = StatusCode::GATEWAY_TIMEOUT;
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        Some(response)
    }
}

/// Calls a hook, whose panic is told.
fn guard<T>(context: &Context, name: &str, hook: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(hook))
        .inspect_err(|payload| {
            let id = context.request_id();
            trace::error(format_args!("{id}: {name}: {}", Error::panic(&**payload)));
        })
        .ok()
}
