use std::convert::Infallible;
use std::task::{Context, Poll};

use http::{Request, Response};
use liftgate::Body;
use tower_service::Service;

/// A function as a service, since the future of an endpoint has no name, and need not be boxed
/// where none is asked for.
#[derive(Clone)]
pub(crate) struct ServiceFn<F> {
    call: F,
}

impl<F> ServiceFn<F> {
    pub(crate) fn new<O, B>(call: F) -> Self
    where
        F: Fn(Request<Body>) -> O,
        O: Future<Output = Result<Response<B>, Infallible>>,
    {
        ServiceFn { call }
    }
}

impl<F, O, B> Service<Request<Body>> for ServiceFn<F>
where
    F: Fn(Request<Body>) -> O,
    O: Future<Output = Result<Response<B>, Infallible>>,
{
    type Response = Response<B>;
    type Error = Infallible;
    type Future = O;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> O {
        (self.call)(request)
    }
}
