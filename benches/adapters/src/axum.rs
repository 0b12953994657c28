//! A router needs no adapter, so the bare layer has one. What is added is the layer for the client's
//! address, around it.

use axum::Router;
use axum::response::Response;
use axum::routing::any;
use http::Request;
use liftgate::{Body, Lambda};
use liftgate_axum::ConnectInfoLayer;
use tower::Layer as _;
use tower_service::Service;

use crate::bare::HELLO;
use crate::event::invocations;
use crate::{Meter, Part, Runtime};

pub(crate) fn show(meter: &mut impl Meter) {
    measure(meter, Part::Bare, app());
    measure(meter, Part::Adapted, ConnectInfoLayer::new().layer(app()));
}

fn measure<S>(meter: &mut impl Meter, part: Part, app: S)
where
    S: Service<Request<Body>, Response = Response, Error = std::convert::Infallible> + 'static,
{
    let runtime = Runtime::new();
    let mut lambda = Lambda::new(app);
    let run = move |invocation| runtime.run(lambda.call(invocation)).unwrap().into_bytes();
    meter.measure("axum", part, invocations(), run);
}

fn app() -> Router {
    Router::new().fallback(any(async || HELLO))
}
