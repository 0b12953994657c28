//! Takes invocations from the [Lambda Runtime API][api], and sends the replies back.
//!
//! [api]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

mod api;
mod builder;
mod client;
mod connection;
mod lifecycle;
mod pool;
mod race;
mod shared;
mod start;
mod worker;

use http::{Request, Response};
use tower_service::Service;

use crate::error::BoxError;
use crate::{Body, Error};

pub use builder::Runtime;
#[cfg(feature = "local")]
pub(crate) use worker::call;

/// Runs a service on Lambda, or locally where there is no Lambda.
///
/// On Lambda, where `AWS_LAMBDA_RUNTIME_API` is set, it takes one invocation after the other, or
/// as many at a time as `AWS_LAMBDA_MAX_CONCURRENCY` says, and ends only with an error. An
/// invocation that fails, by a malformed event, an error or a panic, is reported with its
/// [type](Error::error_type) and message, and the next one is served.
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
/// If the Runtime API has failed ten times in a row, which takes 5 to 10 seconds, or says that this
/// environment is broken; if `AWS_LAMBDA_RUNTIME_API` is no address, or
/// `AWS_LAMBDA_MAX_CONCURRENCY` no number. Elsewhere, if the address is taken, or the feature
/// `local` is off.
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
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    Runtime::new().run(service).await
}

/// [`run`], for services that are neither `Send` nor `Clone`. See [`Runtime::run_local`].
///
/// # Errors
///
/// Those of [`run`], and those of the factory.
pub async fn run_local<M, F, S, E, B>(factory: M) -> Result<(), Error>
where
    M: Fn() -> F + Send + Sync + 'static,
    F: Future<Output = Result<S, E>> + 'static,
    E: Into<BoxError> + 'static,
    S: Service<Request<Body>, Response = Response<B>> + 'static,
    S::Error: Into<BoxError>,
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    Runtime::new().run_local(factory).await
}
