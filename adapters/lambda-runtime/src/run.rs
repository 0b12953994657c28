use http::{Request, Response};
use lambda_runtime::layers::TracingLayer;
use liftgate::Body;
use tower_service::Service;

use crate::Adapter;
use crate::adapter::BoxError;

/// Runs a service on AWS's runtime, with a span for each invocation, as [`lambda_runtime::run`]
/// does.
///
/// [`Adapter::into_runtime`] has the choices: options, other layers, SnapStart, concurrency.
///
/// # Errors
///
/// If the Runtime API cannot be asked for an event, or SnapStart fails.
///
/// # Panics
///
/// Where there is no Lambda, as [`lambda_runtime::Runtime::new`] does.
///
/// # Examples
///
/// ```no_run
/// use axum::{Router, routing::get};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), lambda_runtime::Error> {
///     let app = Router::new().route("/", get(|| async { "hello world" }));
///     liftgate_lambda_runtime::run(app).await
/// }
/// ```
pub async fn run<S, B>(app: S) -> Result<(), lambda_runtime::Error>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone,
    S::Error: Into<BoxError>,
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    let runtime = Adapter::new(app).into_runtime();
    runtime.layer(TracingLayer::new()).run().await
}
