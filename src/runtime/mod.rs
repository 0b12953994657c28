//! Takes invocations from the [Lambda Runtime API][api], and sends the replies back.
//!
//! [api]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

mod client;
mod worker;

use std::env;

use http::{Request, Response};
use tower_service::Service;

use crate::error::BoxError;
use crate::{Body, Error, Lambda, Options};
use client::Client;

#[cfg(feature = "local")]
pub(crate) use worker::call;

/// Runs a service on Lambda, or locally where there is no Lambda.
///
/// On Lambda, where `AWS_LAMBDA_RUNTIME_API` is set, it takes one invocation after the other
/// and ends only with an error. An invocation that fails, by a malformed event, an error or a panic, is
/// reported with its [type](Error::error_type) and message, and the next one is served.
///
/// Elsewhere it serves the app on <http://127.0.0.1:9000>, or the address in
/// `LIFTGATE_ADDR`, as an HTTP API would (or the gateway that [`Options::source`] names), until
/// Ctrl-C: a request becomes an event, and the reply a response (feature `local`). Requests are
/// served one after the other, as in one Lambda environment.
///
/// It runs on a tokio runtime with I/O and time. A panic is caught unless the program is built
/// with `panic = "abort"`.
///
/// # Errors
///
/// If the Runtime API has failed ten times in a row, which takes ten seconds, or says that this
/// environment is broken; if `AWS_LAMBDA_RUNTIME_API` is no address. Elsewhere, if the address is
/// taken, or the feature `local` is off.
///
/// # Examples
///
/// ```no_run
/// use axum::{Router, routing::get};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), liftgate::Error> {
///     liftgate::run(Router::new().route("/", get(|| async { "hello world" }))).await
/// }
/// ```
pub async fn run<S, B>(service: S) -> Result<(), Error>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body,
    B::Error: Into<BoxError>,
{
    Runtime::new().run(service).await
}

/// [`run`], with options.
///
/// # Examples
///
/// ```no_run
/// use axum::{Router, routing::post};
/// use liftgate::{Options, Runtime};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), liftgate::Error> {
/// let app = Router::new().route("/events", post(|event: String| async move { event }));
/// let options = Options::new().pass_through("/events");
/// Runtime::new().options(options).run(app).await
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Runtime {
    options: Options,
    runtime_api: Option<String>,
}

impl Runtime {
    /// A runtime with the default options.
    pub fn new() -> Self {
        Runtime::default()
    }

    /// How events are read and replies written.
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// The address of the Runtime API, `host:port` or a URL; by default, that in
    /// `AWS_LAMBDA_RUNTIME_API`. For tests of a function against a Runtime API of their own.
    pub fn runtime_api(mut self, address: impl Into<String>) -> Self {
        self.runtime_api = Some(address.into());
        self
    }

    /// Runs a service. See [`run`].
    ///
    /// # Errors
    ///
    /// Those of [`run`].
    pub async fn run<S, B>(self, service: S) -> Result<(), Error>
    where
        S: Service<Request<Body>, Response = Response<B>>,
        S::Error: Into<BoxError>,
        B: http_body::Body,
        B::Error: Into<BoxError>,
    {
        let lambda = Lambda::with_options(service, self.options);
        let address = self
            .runtime_api
            .or_else(|| env::var("AWS_LAMBDA_RUNTIME_API").ok());
        match address {
            Some(address) => worker::serve(lambda, Client::new(&address)?).await,
            #[cfg(feature = "local")]
            None => crate::local::serve(lambda).await,
            #[cfg(not(feature = "local"))]
            None => Err(Error::runtime(
                "AWS_LAMBDA_RUNTIME_API is not set, so this is not Lambda; \
                 turn on liftgate's feature `local` to serve the app here",
            )),
        }
    }
}
