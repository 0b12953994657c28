//! The request that an app sees.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{Request, Response};
use liftgate::{Body, Invocation, Lambda, Options};
use tower_service::Service;

/// The request of an event, or why there is none.
pub(crate) fn request(event: Bytes, options: Options) -> Result<Request<Body>, String> {
    let mut lambda = Lambda::with_options(Keeper::default(), options);
    let answer = poll_now(lambda.call(Invocation::new(event, liftgate::Context::default())));
    match (lambda.into_inner().request, answer) {
        (Some(request), _) => Ok(request),
        (None, Some(Err(error))) => Err(error.to_string()),
        (None, _) => Err("there is no request in it".to_owned()),
    }
}

/// The output of a future that has nothing to wait for; `None` if it waits.
pub(crate) fn poll_now<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// An app that keeps the request.
#[derive(Default)]
struct Keeper {
    request: Option<Request<Body>>,
}

impl Service<Request<Body>> for Keeper {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        self.request = Some(request);
        ready(Ok(Response::default()))
    }
}
