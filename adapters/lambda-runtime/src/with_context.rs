use std::task::{Context as TaskContext, Poll};

use http::Request;
use lambda_runtime::Context;
use liftgate::Body;
use tower_service::Service;

/// Gives a service AWS's context of the invocation, as a request extension.
#[derive(Clone, Debug)]
pub(crate) struct WithContext<S> {
    inner: S,
    context: Option<Context>,
}

impl<S> WithContext<S> {
    pub(crate) fn new(inner: S) -> Self {
        let context = None;
        WithContext { inner, context }
    }

    /// The context of the request that comes next.
    pub(crate) fn set(&mut self, context: Context) {
        self.context = Some(context);
    }
}

impl<S: Service<Request<Body>>> Service<Request<Body>> for WithContext<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> S::Future {
        if let Some(context) = self.context.take() {
            request.extensions_mut().insert(context);
        }
        self.inner.call(request)
    }
}
