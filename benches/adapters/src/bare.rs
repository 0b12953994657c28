//! The bare layer: an app without a framework.

use std::convert::Infallible;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response};
use liftgate::{Body, Lambda};
use tower_service::Service as _;

use crate::event::invocations;
use crate::{Meter, Part, Runtime};

pub(crate) const HELLO: &str = "hello world";

/// The bare layer, beside an adapter: it is measured again for each, so that all take turns.
pub(crate) fn show(meter: &mut impl Meter, adapter: &'static str) {
    let mut lambda = Lambda::new(tower::service_fn(hello));
    let runtime = Runtime::new();
    let run = move |invocation| {
        let reply = runtime.run(lambda.call(invocation)).unwrap();
        reply.into_bytes().unwrap()
    };
    meter.measure(adapter, Part::Bare, invocations(), run);
}

async fn hello(_: Request<Body>) -> Result<Response<Body>, Infallible> {
    let mut response = Response::new(Body::from(HELLO));
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, text);
    Ok(response)
}
