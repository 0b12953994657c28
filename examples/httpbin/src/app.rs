//! The routes, and the one service error that a router cannot make.

use std::convert::Infallible;
use std::error::Error;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{RawPathParams, Request};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::future::RouteFuture;
use axum::routing::{MethodRouter, any};
use example_answers::{self as answers, Answer, Asked};
use futures_util::TryFutureExt;
use futures_util::future::{Either, ErrInto, Ready, ready};
use tower_service::Service;

type BoxError = Box<dyn Error + Send + Sync>;

/// The router, but for `/error`: no route of a router can return an error.
#[derive(Clone, Debug)]
pub struct App {
    router: Router,
}

impl App {
    /// The app. It keeps nothing.
    #[must_use]
    pub fn new() -> Self {
        App { router: router() }
    }
}

impl Default for App {
    fn default() -> Self {
        App::new()
    }
}

impl Service<axum::http::Request<liftgate::Body>> for App {
    type Response = Response;
    type Error = BoxError;
    type Future =
        Either<Ready<Result<Response, BoxError>>, ErrInto<RouteFuture<Infallible>, BoxError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        let router = &mut self.router;
        <Router as Service<Request>>::poll_ready(router, cx).map_err(BoxError::from)
    }

    fn call(&mut self, request: axum::http::Request<liftgate::Body>) -> Self::Future {
        if request.uri().path() == "/error" {
            return Either::Left(ready(Err("/error was asked for".into())));
        }
        Either::Right(self.router.call(request).err_into())
    }
}

fn router() -> Router {
    Router::new()
        .route("/anything", by(answers::anything))
        .route("/anything/{*rest}", by(answers::anything))
        .route("/status/{code}", by(answers::status))
        .route("/response-headers", by(answers::response_headers))
        .route("/cookies/set", by(answers::set_cookies))
        .route("/redirect/{n}", by(answers::redirect))
        .route("/bad-header", by(answers::bad_header))
        .route("/head-with-length", by(answers::head_with_length))
        .route("/echo", by(answers::echo))
        .route("/bytes/{n}", by(answers::bytes))
        .route("/text/{n}", by(answers::text))
        .route("/latin1", by(answers::latin1))
        .route("/bom", by(answers::bom))
        .route("/png", by(answers::png))
        .route("/gzip", by(answers::gzip))
        .route("/delay/{ms}", by(answers::delay))
        .route("/stream/{n}", by(answers::stream))
        .route("/sse", by(answers::sse))
        .route("/panic", by(answers::panics))
        .route("/body-error", by(answers::body_error))
        .fallback(by(answers::anything))
}

/// Takes a request of any method apart, and answers by a function.
fn by<F>(answer: impl Fn(Asked) -> F + Clone + Send + Sync + 'static) -> MethodRouter
where
    F: Future<Output = Answer> + Send,
{
    any(
        async move |parameters: Result<RawPathParams, _>, request: Request| {
            let parameter = parameters.iter().flatten().next();
            let parameter = parameter.map(|(_, value)| value.to_owned());
            let (parts, body) = request.into_parts();
            // Without a limit: the gateway has one, and the body is in memory already.
            let body = to_bytes(body, usize::MAX)
                .await
                .map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
            let asked = Asked {
                request: Request::from_parts(parts, body),
                parameter: parameter.unwrap_or_default(),
            };
            Ok::<_, (StatusCode, String)>(answer(asked).await.map(Body::new))
        },
    )
}
