//! The routes, and the one service error that a router cannot make.

use std::convert::Infallible;
use std::error::Error;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::any;
use axum::routing::future::RouteFuture;
use futures_util::TryFutureExt;
use futures_util::future::{Either, ErrInto, Ready, ready};
use tower_service::Service;

use crate::{anything, bodies, headers};

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
        .route("/anything", any(anything::anything))
        .route("/anything/{*rest}", any(anything::anything))
        .route("/status/{code}", any(headers::status))
        .route("/response-headers", any(headers::response_headers))
        .route("/cookies/set", any(headers::set_cookies))
        .route("/redirect/{n}", any(headers::redirect))
        .route("/bad-header", any(headers::bad_header))
        .route("/head-with-length", any(headers::head_with_length))
        .route("/echo", any(bodies::echo))
        .route("/bytes/{n}", any(bodies::bytes))
        .route("/text/{n}", any(bodies::text))
        .route("/latin1", any(bodies::latin1))
        .route("/bom", any(bodies::bom))
        .route("/png", any(bodies::png))
        .route("/gzip", any(bodies::gzip))
        .route("/delay/{ms}", any(bodies::delay))
        .route("/stream/{n}", any(bodies::stream))
        .route("/sse", any(bodies::sse))
        .route("/panic", any(bodies::panics))
        .route("/body-error", any(bodies::body_error))
        .fallback(anything::anything)
}
