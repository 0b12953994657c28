//! The bare layer, and an app with a framework's adapter in its place.

use std::convert::Infallible;

use benches::cases::Case;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response};
use http_body::Body as HttpBody;
use liftgate::{Body, Lambda};
use tower_service::Service;

use crate::event::invocation;
use crate::{Meter, Part, Runtime};

pub(crate) const HELLO: &str = "hello world";

/// The bare layer, measured again beside each adapter, since contenders take turns.
pub(crate) fn bare(meter: &mut impl Meter, case: &Case, adapter: &'static str) {
    lambda(meter, case, adapter, Part::Bare, tower::service_fn(hello));
}

/// A service in the layer.
pub(crate) fn lambda<S, B>(
    meter: &mut impl Meter,
    case: &Case,
    adapter: &'static str,
    part: Part,
    app: S,
) where
    S: Service<Request<Body>, Response = Response<B>> + 'static,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: HttpBody + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let runtime = Runtime::new();
    let mut lambda = Lambda::new(app);
    let run = move |invocation| {
        let reply = runtime.run(lambda.call(invocation)).unwrap();
        reply.into_bytes().unwrap()
    };
    let event = case.event.clone();
    meter.measure(adapter, part, move || invocation(&event), run);
}

async fn hello(_: Request<Body>) -> Result<Response<Body>, Infallible> {
    let mut response = Response::new(Body::from(HELLO));
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, text);
    Ok(response)
}
