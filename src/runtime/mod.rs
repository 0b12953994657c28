//! Takes invocations from the [Lambda Runtime API][api], and sends the replies back.
//!
//! [api]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

mod api;
mod backoff;
mod builder;
mod client;
mod connection;
mod deadline;
mod lifecycle;
mod link;
mod place;
mod pool;
mod race;
mod shared;
mod start;
mod task;
mod wakes;
mod worker;

use http::{Request, Response};
use tower_service::Service;

use crate::error::BoxError;
use crate::{Body, Error};

pub use builder::Runtime;

/// Runs a service on Lambda, or locally where there is no Lambda.
///
/// On Lambda, where `AWS_LAMBDA_RUNTIME_API` is set to an address or a URL, it takes one
/// invocation after the other, or as many at a time as `AWS_LAMBDA_MAX_CONCURRENCY` says. It ends
/// only with an error, or on `SIGTERM` if there is an [`on_shutdown`](Runtime::on_shutdown). An
/// invocation that fails, by a malformed event, an error or a panic, is reported with its
/// [type](Error::error_type) and message, and the next one is served.
///
/// Elsewhere it brings a local gateway (feature `local`): it serves the app on
/// <http://127.0.0.1:9000> as an HTTP API would, or as another [gateway](crate::local) would,
/// through the very same way, until Ctrl-C. Requests wait for each other as they do in one
/// environment; with a [`concurrency`](Runtime::concurrency), so many are served at a time. One that
/// is not answered in the time that the gateway waits fails. The hooks of a [`Runtime`] are run, but
/// for those around a snapshot: Ctrl-C stands for `SIGTERM`, and a second one ends a program that
/// does not, also after this has returned.
///
/// It runs on a tokio runtime with I/O and time. One thread serves one invocation at a time
/// fastest: `#[tokio::main(flavor = "current_thread")]`. A panic is caught unless the program is
/// built with `panic = "abort"`.
///
/// # What a Runtime API may do
///
/// | it | then |
/// |---|---|
/// | answers `next` with anything but 200 and a request id, resets the connection, or speaks no HTTP | it is asked again after 20 ms, doubled each time up to 5 s, less up to a half by chance |
/// | does so ten times in a row to one worker, while it fails all others | the runtime ends with the error |
/// | breaks off within an event, or sends nothing of it for 30 s | the invocation is reported failed, and the next one asked for, as after the failures above |
/// | breaks the connection before it has acknowledged an answer | the answer is sent again, up to seven times in a second, and then reported failed; a stream of which something has gone out cannot be sent again, and is reported failed at once |
/// | does not acknowledge an answer in 30 s | that is logged, and the next invocation asked for; a stream is reported failed, 30 to 60 s after its end |
/// | refuses an answer (400, 403, 410 and others) | that is logged, and the next invocation asked for |
/// | refuses an answer as too large (413) | the invocation is reported failed, with both sizes |
/// | answers 500 or more to an answer, by which it says that the environment is broken | the runtime ends with the error |
///
/// # Errors
///
/// Those in the table; if `AWS_LAMBDA_RUNTIME_API` is no address, or `AWS_LAMBDA_MAX_CONCURRENCY`
/// no number. Elsewhere, if the address is taken, or the feature `local` is off. A program whose
/// `main` returns the error prints it, and exits with 1.
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
///
/// [`Options::source`]: crate::Options::source
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
