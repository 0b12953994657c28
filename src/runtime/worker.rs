use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;

use http::{Request, Response};
use tower_service::Service;

use super::client::Client;
use crate::error::BoxError;
use crate::{Body, Error, Invocation, Lambda, Reply};

/// Serves one invocation after the other.
pub(super) async fn serve<S, B>(mut lambda: Lambda<S>, mut client: Client) -> Result<(), Error>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body,
    B::Error: Into<BoxError>,
{
    loop {
        let invocation = client.next().await?;
        let context = invocation.context().clone();
        match call(&mut lambda, invocation).await {
            Ok(reply) => client.respond(&context, reply.into_bytes()).await?,
            Err(error) => client.fail(&context, &error).await?,
        }
    }
}

/// Calls the service once it is ready. A panic is an error like others.
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
    let outcome = catch_panic(async {
        poll_fn(|cx| lambda.poll_ready(cx)).await?;
        lambda.call(invocation).await
    });
    outcome
        .await
        .unwrap_or_else(|payload| Err(Error::panic(&*payload)))
}

/// Drives a future, and gives back the payload if it panics.
async fn catch_panic<F: Future>(future: F) -> Result<F::Output, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        // The future is not polled again after a panic. A service that a panic leaves broken
        // says so by what it answers next, as it would under any server.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(poll) => poll.map(Ok),
            Err(payload) => std::task::Poll::Ready(Err(payload)),
        }
    })
    .await
}
