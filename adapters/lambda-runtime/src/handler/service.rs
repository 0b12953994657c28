use std::task::{Context as TaskContext, Poll};

use http::{Request, Response};
use lambda_runtime::{Diagnostic, FunctionResponse, LambdaEvent};
use liftgate::{Body, Invocation, Lambda, Options};
use serde_json::value::RawValue;
use tower_service::Service;

use super::after::AfterResponse;
use super::{HandlerFuture, ReplyStream, convert};
use crate::adapter::BoxError;
use crate::with_context::WithContext;

/// A service of requests as a handler of events, for whatever takes a handler.
///
/// That is [`lambda_runtime::run`], [`Runtime::new`](lambda_runtime::Runtime::new), and any layer
/// around a service of [`LambdaEvent`]s. AWS's runtime then reads the event and sends the reply, by
/// types that hold less than an [`Adapter`](crate::Adapter) sends: see
/// [what differs](crate#adapter-or-handler).
///
/// An invocation that fails has the [type](liftgate::Error::error_type) and message of the
/// [`Error`](liftgate::Error) in its [`Diagnostic`]. So does one that the service is not ready for,
/// and the runtime goes on.
///
/// The work of [`Context::after_response`](liftgate::Context::after_response) is spawned once
/// AWS's runtime has the reply, or has read the stream to its end. The client does not wait for
/// it, but neither does the next invocation, and Lambda may freeze the function before it is done.
///
/// # Examples
///
/// ```no_run
/// use axum::{Router, routing::get};
/// use liftgate_lambda_runtime::Handler;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), lambda_runtime::Error> {
/// let app = Router::new().route("/", get(|| async { "hello world" }));
/// lambda_runtime::run(Handler::new(app)).await
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Handler<S> {
    lambda: Lambda<WithContext<S>>,
    // Why the service is not ready for the event that comes next.
    unready: Option<Diagnostic>,
}

impl<S> Handler<S> {
    /// Wraps a service, with the default options.
    pub fn new(inner: S) -> Self {
        Handler::with_options(inner, Options::new())
    }

    /// Wraps a service.
    pub fn with_options(inner: S, options: Options) -> Self {
        Handler {
            lambda: Lambda::with_options(WithContext::new(inner), options),
            unready: None,
        }
    }
}

impl<S, B> Service<LambdaEvent<Box<RawValue>>> for Handler<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body,
    B::Error: Into<BoxError>,
{
    type Response = FunctionResponse<Box<RawValue>, ReplyStream<B>>;
    type Error = Diagnostic;
    type Future = HandlerFuture<liftgate::ResponseFuture<S::Future, B>>;

    fn poll_ready(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), Diagnostic>> {
        // The runtime would end by an error: it is the invocation that fails.
        self.lambda.poll_ready(cx).map(|ready| {
            self.unready = ready.err().map(convert::diagnostic);
            Ok(())
        })
    }

    fn call(&mut self, event: LambdaEvent<Box<RawValue>>) -> Self::Future {
        if let Some(error) = self.unready.take() {
            return HandlerFuture::failed(error);
        }
        let (payload, aws) = event.into_parts();
        let context = convert::context(&aws);
        self.lambda.get_mut().set(aws);
        let after = AfterResponse::new(context.clone());
        let event = String::from(Box::<str>::from(payload));
        let replied = self.lambda.call(Invocation::new(event, context));
        HandlerFuture::calling(replied, after)
    }
}
