use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use http::{Request, Response};
use lambda_runtime::{LambdaEvent, LambdaInvocation, Runtime, service_fn};
use liftgate::{Body, Context, Error, Invocation, Lambda, Options};
use tower_layer::layer_fn;
use tower_service::Service;

use crate::answer::{Answerer, Client};
use crate::future::ResponseFuture;
use crate::with_context::WithContext;

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A service of invocations for AWS's runtime: it calls a service of requests, and sends the reply
/// to the Runtime API itself.
///
/// [`into_runtime`](Self::into_runtime) makes a [`Runtime`] of it, to which layers are added as to
/// any other. A layer gets the invocation, and its future ends when the reply, stream or not, has
/// been taken and the work of [`Context::after_response`] is done.
///
/// An invocation that fails is reported with its [type](Error::error_type) and message, and logged.
/// A reply that the Runtime API does not take is logged. Neither ends the runtime.
///
/// # Examples
///
/// ```no_run
/// use axum::{Router, routing::get};
/// use lambda_runtime::layers::{OpenTelemetryFaasTrigger, OpenTelemetryLayer};
/// use liftgate::Options;
/// use liftgate_lambda_runtime::Adapter;
///
/// # fn flush() {}
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), lambda_runtime::Error> {
/// let app = Router::new().route("/", get(|| async { "hello world" }));
/// let otel = OpenTelemetryLayer::new(flush).with_trigger(OpenTelemetryFaasTrigger::Http);
/// let adapter = Adapter::with_options(app, Options::new().streaming(true));
/// adapter.into_runtime().layer(otel).run().await
/// # }
/// ```
#[derive(Clone)]
pub struct Adapter<S> {
    lambda: Lambda<WithContext<S>>,
    client: Arc<Client>,
    // Why the service is not ready for the invocation that comes next.
    unready: Option<Arc<Error>>,
}

impl<S> Adapter<S> {
    /// Wraps a service, with the default options.
    ///
    /// # Panics
    ///
    /// If `AWS_LAMBDA_RUNTIME_API` is not set, as [`Runtime::new`] does.
    pub fn new(inner: S) -> Self {
        Adapter::with_options(inner, Options::new())
    }

    /// Wraps a service.
    ///
    /// # Panics
    ///
    /// If `AWS_LAMBDA_RUNTIME_API` is not set, as [`Runtime::new`] does.
    pub fn with_options(inner: S, options: Options) -> Self {
        Adapter {
            lambda: Lambda::with_options(WithContext::new(inner), options),
            client: Arc::new(Client::new()),
            unready: None,
        }
    }
}

impl<S, B> Adapter<S>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone,
    S::Error: Into<BoxError>,
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    /// AWS's runtime, with this for its service.
    ///
    /// # Panics
    ///
    /// Where there is no Lambda, as [`Runtime::new`] does.
    pub fn into_runtime(self) -> Runtime<Self> {
        // The innermost service of a runtime has to take JSON and give JSON, and is sent what it
        // cannot hold: trailers, events that are not UTF-8. A layer has the invocation itself.
        Runtime::new(service_fn(unused)).layer(layer_fn(move |_| self.clone()))
    }
}

/// The service that a [`Runtime`] is made with.
fn unused(_: LambdaEvent<()>) -> Ready<Result<(), Infallible>> {
    ready(Ok(()))
}

impl<S, B> Service<LambdaInvocation> for Adapter<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = ();
    type Error = lambda_runtime::Error;
    type Future = ResponseFuture<liftgate::ResponseFuture<S::Future, B>>;

    fn poll_ready(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), Self::Error>> {
        // The runtime would end by an error: it is the invocation that fails.
        self.lambda.poll_ready(cx).map(|ready| {
            self.unready = ready.err().map(Arc::new);
            Ok(())
        })
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        let LambdaInvocation {
            parts,
            body,
            context,
        } = invocation;
        let answerer = Answerer {
            client: Arc::clone(&self.client),
            context: Context::from(parts.headers),
        };
        if let Some(error) = self.unready.take() {
            return ResponseFuture::failed(answerer, error);
        }
        self.lambda.get_mut().set(context);
        let invocation = Invocation::new(body, answerer.context.clone());
        ResponseFuture::calling(answerer, self.lambda.call(invocation))
    }
}

impl<S: fmt::Debug> fmt::Debug for Adapter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Adapter").field(&self.lambda).finish()
    }
}
